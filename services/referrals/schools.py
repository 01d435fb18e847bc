"""The children of one school of whom it was told, or is to be (Operation Encompass), as its key adult sees
them; and that it has been told. A school sees of a child who, when and by when: never where, nor whom else
the police's record names. Each look is on record."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, select
from sqlmodel import col

from chassis.accept import own_header
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.children import SchoolTold
from contracts.events.configuration import AgencyDefined
from contracts.rules.clocks import PAST
from contracts.sections import Name
from contracts.vocabulary import SchoolRecipient, SchoolStep
from services.referrals.children import (
    CHILDREN,
    AtSchool,
    ChildrenRow,
    ChildrenTable,
    SchoolTelling,
    between_bars,
)
from services.referrals.rules import sharing

MOST = 200
"""How many lines are shown: what is due first."""
MOST_READ = 2_000
KEPT = timedelta(days=28)
"""For so long a school sees what it has confirmed."""


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class TellingShown(Shown):
    """That an incident happened, and the school is told of one child. ``told`` null: it is to be, and ``due``
    says by when; else by when it is to confirm. ``confirmed``: when it did, or another agency for it;
    ``mine``: it was the caller's agency, which may take it back."""

    incident: str
    child: str
    name: Name | None
    born: date | None
    told: datetime | None
    due: datetime | None
    late: bool
    confirmed: datetime | None
    mine: bool


class SchoolPage(Shown):
    """What a school is told. Not ``known``: nobody has said which school the caller's agency is, and nothing
    can be listed. ``waiting``: what is due first; ``confirmed``: the newest first."""

    at: datetime
    fresh_until: datetime | None
    known: bool
    waiting: tuple[TellingShown, ...]
    confirmed: tuple[TellingShown, ...]
    more: bool


async def school_of(archive: Archive, caller: Caller) -> str | None:
    """The number of the school whose children the caller may see; None: of none."""
    defined = (await archive.configuration(AgencyDefined)).current(AgencyDefined)
    agency = {each.said.agency: each.said for each in defined}.get(caller.agency)
    return sharing.school_of(agency.kind, agency.school) if agency else None


async def waiting(runtime: Runtime, caller: Caller) -> SchoolPage:
    """The children of the caller's school of whom it was told, or is to be."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    number = await school_of(runtime, caller)
    children, all_read = await _children(runtime, number) if number else ([], True)
    found = [(row, child, line) for row, child in children for line in _lines(caller, row, child, at)]
    found.sort(key=lambda each: _place(each[2]))
    lines = [line for *_, line in found[:MOST]]
    looks = (
        runtime.shown(
            caller,
            CHILDREN.name,
            row.person,
            line.model_dump_json().encode(),
            {*child.who_by, line.incident},
            ["location"],
        )
        for row, child, line in found[:MOST]
    )
    await asyncio.gather(*looks)
    return SchoolPage(
        at=at,
        fresh_until=fresh,
        known=number is not None,
        waiting=tuple(line for line in lines if line.confirmed is None),
        confirmed=tuple(line for line in lines if line.confirmed is not None),
        more=len(found) > MOST or not all_read,
    )


async def confirm(
    runtime: Runtime, caller: Caller, incident: str, child: str, taken_by: str, support: str, key: str
) -> None:
    """Record that the caller's school has been told of a child of its own, now. Raises Problem (404) for any
    other; ValidationError for what cannot be taken; and Refused as ``Runtime.take`` does."""
    theirs = await _told(runtime, caller)
    victim = next((each for of, whom, each in theirs if (of, whom) == (incident, child)), None)
    if victim is None:
        raise not_found()
    said = SchoolTold.model_validate(
        {
            "step": SchoolStep.ACKNOWLEDGED,
            "incident": incident,
            "victim": victim,
            "of_children": [child],
            "taken_by": taken_by,
            "narrative": {"text": support} if support else None,
        }
    )
    header = own_header(runtime.clock.now())
    taken = await runtime.take(header, said, caller=caller, right=sharing.CONFIRM_TOLD, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))


async def take_back(runtime: Runtime, caller: Caller, incident: str, child: str, key: str) -> None:
    """Take back what the caller's school confirmed of a child of its own: it waits again. Raises Problem
    (404) where that is nothing, and Refused as ``Runtime.revise`` does."""
    if not any((of, whom) == (incident, child) for of, whom, _ in await _told(runtime, caller)):
        raise not_found()
    facts = (await runtime.facts([f"m:{child}"])).current(SchoolTold)
    ours = [each for each in facts if each.agency == caller.agency and each.said.of_children == [child]]
    ours = [each for each in ours if each.said.incident == incident]
    if not ours:
        raise not_found()
    for each in ours:
        await runtime.revise(
            each.root,
            each.version,
            None,
            None,
            caller=caller,
            right=sharing.CONFIRM_TOLD,
            idempotency_key=f"{key}-{each.root}",
        )
        await runtime.folded(each.said.keys(each.root))


async def may_say(archive: Archive, caller: Caller, said: SchoolTold) -> bool:
    """Whether a caller may say of those whom it names by a mention that their school has been told: nothing
    but that, of an incident that the school is told of. By their own records anybody names whom they know."""
    if said.victim is None and not said.of_children:
        return True
    theirs = await _told(archive, caller)
    whole = [(said.incident, child, said.victim) for child in said.of_children]
    confirms = said.step is SchoolStep.ACKNOWLEDGED and said.to is SchoolRecipient.SCHOOL
    return confirms and bool(whole) and not said.people and theirs.issuperset(whole)


async def _told(archive: Archive, caller: Caller) -> set[tuple[str | None, str, str | None]]:
    """The incidents that the caller's school is told of, or is to be: with the child, and the victim."""
    number = await school_of(archive, caller)
    children = (await _children(archive, number))[0] if number else []
    return {(each.incident, child.mention, each.victim) for _, child in children for each in child.tellings}


async def _children(archive: Archive, number: str) -> tuple[list[tuple[ChildrenRow, AtSchool]], bool]:
    """The children of a school, each with the row of the household; and whether these are all. Who goes
    elsewhere by what is said of them in any other household is none of them."""
    found = select(ChildrenTable).where(col(ChildrenTable.schools).contains(between_bars(number)))
    rows = await _rows(archive, found.order_by(col(ChildrenTable.subject)).limit(MOST_READ))
    children = [(row, each) for row in rows for each in row.at_school if each.school == number]
    named = {each.mention for _, each in children}
    persons = {each: archive.ids.person(each) for each in named} | await archive.places(named)
    own = select(ChildrenTable).where(col(ChildrenTable.subject).in_(set(persons.values())))
    here = {row.person for row in await _rows(archive, own) if row.school == number}
    return [each for each in children if persons[each[1].mention] in here], len(rows) < MOST_READ


async def _rows(archive: Archive, statement: Select[Any]) -> list[ChildrenRow]:
    return cast("list[ChildrenRow]", await archive.rows(CHILDREN, statement))


def _lines(caller: Caller, row: ChildrenRow, child: AtSchool, at: datetime) -> Iterator[TellingShown]:
    """What a school is shown of a child: what waits, and what it confirmed lately."""
    return (_line(caller, child, telling, at) for telling in child.tellings if _is_shown(row, telling, at))


def _is_shown(row: ChildrenRow, telling: SchoolTelling, at: datetime) -> bool:
    """Whether it still matters: as with clocks, what ran out long before it became known is not asked for."""
    if telling.acknowledged is not None:
        return telling.acknowledged + KEPT > at
    wanted = telling.next
    return wanted is not None and (
        wanted.due + PAST > at
        or any(
            not clock.stopped and (clock.rule, clock.due) == (wanted.rule, wanted.due) for clock in row.clocks
        )
    )


def _line(caller: Caller, child: AtSchool, telling: SchoolTelling, at: datetime) -> TellingShown:
    due = telling.next.due if telling.next else None
    return TellingShown(
        incident=telling.incident,
        child=child.mention,
        name=child.name,
        born=child.born,
        told=telling.told,
        due=due,
        late=due is not None and due <= at,
        confirmed=telling.acknowledged,
        mine=telling.by == caller.agency,
    )


def _place(line: TellingShown) -> tuple[bool, float, str, str]:
    """Where a line stands: what is due first, then what was confirmed last."""
    confirmed = line.confirmed
    when = -confirmed.timestamp() if confirmed else line.due.timestamp() if line.due else 0.0
    return (confirmed is not None, when, line.incident, line.child)
