"""The actions of cases, as they are or as they were known; those that are open, and that were over last."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from chassis.archive import Archive
from contracts.events.actions import ActionAgreed
from services.marac.conference.actions import ACTION
from services.marac.conference.actions_rows import ActionRow, ActionTable
from services.marac.rules.actions import OVER_LISTED

MOST = 2_000
"""How many open actions are looked through, of an agency or of whoever sees those of every agency."""

MOST_OVER = 50
"""How many actions of an agency that are over are listed."""


async def actions_of(
    archive: Archive, cases: Collection[str], at: datetime | None
) -> dict[str, Sequence[ActionRow]]:
    """The actions of these cases, by case, as they are now or as they were known at a time."""
    found = await (_now(archive, cases) if at is None else _then(archive, cases, at))
    return {case: [row for row in found if row.of_case == case] for case in cases}


async def any_of_case(archive: Archive, case: str, actions: Collection[str]) -> bool:
    """Whether any of these actions is of a case."""
    of_case, subject = col(ActionTable.of_case), col(ActionTable.subject)
    found = select(ActionTable).where(of_case == case, subject.in_(sorted(actions))).limit(1)
    return bool(actions and await archive.rows(ACTION, found))


async def open_ones(archive: Archive, *where: ColumnElement[bool]) -> list[ActionRow]:
    """The open actions of which this holds, the first to be late first: one more than are looked through."""
    until = col(ActionTable.open_until)
    statement = select(ActionTable).where(until.is_not(None), *where)
    statement = statement.order_by(until, col(ActionTable.subject)).limit(MOST + 1)
    return cast("list[ActionRow]", await archive.rows(ACTION, statement))


async def over_ones(archive: Archive, *where: ColumnElement[bool]) -> list[ActionRow]:
    """The actions of which this holds that were over last, for as long as they are listed."""
    over = col(ActionTable.over)
    since = over >= archive.clock.now() - OVER_LISTED, ~col(ActionTable.withdrawn)
    statement = select(ActionTable).where(*since, *where)
    statement = statement.order_by(over.desc(), col(ActionTable.subject)).limit(MOST_OVER)
    return cast("list[ActionRow]", await archive.rows(ACTION, statement))


async def _now(archive: Archive, cases: Collection[str]) -> list[ActionRow]:
    if not cases:
        return []
    return cast("list[ActionRow]", await archive.rows_by(ACTION, "of_case", cases))


async def _then(archive: Archive, cases: Collection[str], at: datetime) -> list[ActionRow]:
    facts = await archive.facts([f"k:{case}" for case in sorted(cases)])
    roots = {fact.root for fact in facts if fact.envelope.type == ActionAgreed.type}
    return cast("list[ActionRow]", [*(await archive.rows_as_of(ACTION, roots, at)).values()])
