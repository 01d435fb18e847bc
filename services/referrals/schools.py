"""The children of one school of whom it was told, or is to be (Operation Encompass), as its key adult sees
them; and that it has been told. A school sees of a child who, when and by when: never where, nor whom else
the police's record names. Each look is on record."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, select
from sqlmodel import col

from chassis.accept import Refused, own_header
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
    """That an incident happened, and the school is told of one child, whoever it was done to. ``told`` null:
    it is to be, and ``due`` says by when; else by when it is to confirm. ``elsewhere``: a school of the child
    was told then, and it may have been another; with no ``due`` that one confirmed. ``confirmed``: when this
    school did, or another agency for it; ``mine``: it was the caller's agency, which may take it back."""

    incident: str
    child: str
    name: Name | None
    born: date | None
    told: datetime | None
    elsewhere: datetime | None = None
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


@dataclass(frozen=True, slots=True)
class Known:
    """A child of the school, as one row of a victim's household has it."""

    row: ChildrenRow
    child: AtSchool
    person: str


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
    of_pair: dict[tuple[str, str], list[tuple[Known, TellingShown]]] = {}
    for known in children:
        for line in _lines(caller, known, at):
            of_pair.setdefault((line.incident, known.person), []).append((known, line))
    found = sorted(((_one([line for _, line in pair]), pair) for pair in of_pair.values()), key=_by_place)
    lines = [line for line, _ in found[:MOST]]
    looked = [(known, line) for line, pair in found[:MOST] for known, _ in pair]
    await asyncio.gather(*(_look(runtime, caller, known, line) for known, line in looked))
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
    """Record that the caller's school has been told of a child of its own, now: once for each to whom the
    incident was done. What this key has said is said no more. Raises Problem (404) for any other child;
    ValidationError for what cannot be taken; and Refused as ``Runtime.take`` does."""
    words = [
        SchoolTold.model_validate(
            {
                "step": SchoolStep.ACKNOWLEDGED,
                "incident": incident,
                "victim": victim,
                "of_children": [whom],
                "taken_by": taken_by,
                "narrative": {"text": support} if support else None,
            }
        )
        for whom, victim in sorted(
            {(whom, each.victim) for whom, each in await _tellings(runtime, caller, incident, child)}
        )
    ]
    for said in words:
        await _say(runtime, caller, said, f"{key}-{said.victim}")


async def _say(runtime: Runtime, caller: Caller, said: SchoolTold, key: str) -> None:
    header = own_header(runtime.clock.now())
    try:
        taken = await runtime.take(
            header, said, caller=caller, right=sharing.CONFIRM_TOLD, idempotency_key=key
        )
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice: what is next may still be to say
            raise
        return
    await runtime.folded(said.keys(taken.root))


async def take_back(runtime: Runtime, caller: Caller, incident: str, child: str, key: str) -> None:
    """Take back what the caller's school confirmed of a child of its own: it waits again. Where nothing of it
    stands any more there is nothing to do. Raises Problem (404) for any other child, and Refused as
    ``Runtime.revise`` does."""
    tellings = await _tellings(runtime, caller, incident, child)
    said = [each for _, telling in tellings for each in telling.by_page if each.agency == caller.agency]
    roots, mentions = {each.root for each in said}, sorted({each.child for each in said})
    facts = (await runtime.facts([f"m:{each}" for each in mentions])).current(SchoolTold)
    ours = [each for each in facts if each.agency == caller.agency and each.root in roots]
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
    return {(each.incident, of.child.mention, each.victim) for of in children for each in of.child.tellings}


async def _tellings(
    archive: Archive, caller: Caller, incident: str, child: str
) -> list[tuple[str, SchoolTelling]]:
    """What the caller's school is told of an incident and a child, or is to be, in each household, with the
    child's mention there. Raises Problem (404) for what it is not told."""
    number = await school_of(archive, caller)
    children = (await _children(archive, number))[0] if number else []
    whom = {each.person for each in children if each.child.mention == child}
    theirs = [each.child for each in children if each.person in whom]
    found = [(each.mention, told) for each in theirs for told in each.tellings if told.incident == incident]
    if not found:
        raise not_found()
    return found


async def _children(archive: Archive, number: str) -> tuple[list[Known], bool]:
    """The children of a school, each with the row of the household; and whether these are all. Who goes
    elsewhere by what is said of them in any other household is none of them."""
    found = select(ChildrenTable).where(col(ChildrenTable.schools).contains(between_bars(number)))
    rows = await _rows(archive, found.order_by(col(ChildrenTable.subject)).limit(MOST_READ))
    children = [(row, each) for row in rows for each in row.at_school if each.school == number]
    named = {each.mention for _, each in children}
    persons = {each: archive.ids.person(each) for each in named} | await archive.places(named)
    own = select(ChildrenTable).where(col(ChildrenTable.subject).in_(set(persons.values())))
    here = {row.person for row in await _rows(archive, own) if row.school == number}
    known = [Known(row, each, persons[each.mention]) for row, each in children]
    return [each for each in known if each.person in here], len(rows) < MOST_READ


async def _rows(archive: Archive, statement: Select[Any]) -> list[ChildrenRow]:
    return cast("list[ChildrenRow]", await archive.rows(CHILDREN, statement))


async def _look(runtime: Runtime, caller: Caller, of: Known, line: TellingShown) -> None:
    """Put on record that a line was shown, of the one household."""
    facts = {*of.child.who_by, line.incident}
    body = line.model_dump_json().encode()
    await runtime.shown(caller, CHILDREN.name, of.row.person, body, facts, ["location"])


def _lines(caller: Caller, of: Known, at: datetime) -> Iterator[TellingShown]:
    """What a school is shown of a child: what waits, and what it confirmed lately."""
    return (_line(caller, of.child, each, at) for each in of.child.tellings if _is_shown(of.row, each, at))


def _is_shown(row: ChildrenRow, telling: SchoolTelling, at: datetime) -> bool:
    """Whether it still matters: as with clocks, what ran out long before it became known is not asked for."""
    confirmed = telling.confirmed_here or telling.acknowledged
    if confirmed is not None:
        return confirmed + KEPT > at
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
        told=telling.told_here,
        elsewhere=None if telling.told_here else telling.told,
        due=due,
        late=due is not None and due <= at,
        confirmed=telling.confirmed_here,
        mine=any(each.agency == caller.agency for each in telling.by_page),
    )


def _one(lines: Sequence[TellingShown]) -> TellingShown:
    """The lines of one incident and one child, each for another to whom it was done, as one: what is first to
    be done, and the caller's to take back where any is."""
    first = min(lines, key=_place)
    return first.model_copy(update={"mine": any(each.mine for each in lines)})


def _by_place(found: tuple[TellingShown, object]) -> tuple[bool, float, str, str]:
    return _place(found[0])


def _place(line: TellingShown) -> tuple[bool, float, str, str]:
    """Where a line stands: what is due first, then what no clock asks for, then what was confirmed last."""
    confirmed = line.confirmed
    when = -confirmed.timestamp() if confirmed else line.due.timestamp() if line.due else inf
    return (confirmed is not None, when, line.incident, line.child)
