"""The lists of what follows meetings: each looked through in its order by its index, and cut."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.after import AFTER
from services.marac.conference.after_rows import CaseAfter, CaseAfterTable, ConferenceTransferTable
from services.marac.conference.held import Held, visible
from services.marac.conference.small import small

MOST = 200
"""How many cases a list has, the first to be late first."""


class Theirs(NamedTuple):
    """Rows of a list in its order, the cases of each, and whether there are more."""

    rows: list[CaseAfter]
    cases: dict[str, rows.ConferenceCase]
    more: bool


async def of_theirs(runtime: Runtime, caller: Caller, order: object, *asked: ColumnElement[bool]) -> Theirs:
    """The first rows of the caller's MARACs and of what these sent on, of cases that they may see: whoever
    sent a case on still owes what it owed."""
    marac, sent = col(CaseAfterTable.marac), ConferenceTransferTable
    maracs = sorted(await maracs_of(runtime, caller.areas))
    sent_on = select(col(sent.of_case)).where(col(sent.from_area).in_(maracs))
    theirs = marac.in_(maracs) | marac.is_(None) | col(CaseAfterTable.subject).in_(sent_on)
    found = await first_of(runtime, order, theirs, *asked)
    here = found[:MOST]
    cases = await visible(runtime, caller, (await small(runtime, [row.case for row in here])).values())
    return Theirs([row for row in here if row.case in cases], cases, len(found) > MOST)


async def first_of(runtime: Runtime, order: object, *asked: ColumnElement[bool]) -> list[CaseAfter]:
    """Of the rows that a list has, the first in its order: one more than are listed."""
    by, case = col(order), col(CaseAfterTable.subject)
    statement = select(case).where(by.is_not(None), *asked).order_by(by, case).limit(MOST + 1)
    return await in_order(runtime, statement)


async def in_order(runtime: Runtime, subjects: Select[Any]) -> list[CaseAfter]:
    """Those rows, in their order: the index first, then what it found and no more."""
    async with runtime.store.reading() as connection:
        order = [str(subject) for subject in (await connection.execute(subjects)).scalars()]
    found = await Held(runtime).many(AFTER, CaseAfter, order, "case")
    return [found[subject] for subject in order if subject in found]


async def maracs_of(runtime: Runtime, areas: Collection[str]) -> set[str]:
    """The MARACs that lie in these areas."""
    defined = casefile.areas_of(await runtime.configuration(AreaDefined))
    maracs = (each.area for each in defined.values() if each.kind is AreaKind.MARAC)
    return {marac for marac in maracs if not set(areas).isdisjoint(area_and_around(defined, marac))}
