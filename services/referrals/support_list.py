"""What staff and services are shown of support: who is owed what, and whom to ask. Each look is on record."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime
from typing import cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import col

from chassis.accept import own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.then import as_of
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.support import CapacityTold, SupportProgressed
from contracts.rules.areas import area_and_around
from contracts.rules.clocks import CLOCKS
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Name
from contracts.vocabulary import AgencyKind, AlertRule, ClockOwner, SupportKind
from services.referrals.about import are_there_for, is_flagged, known_with, reach_of_facts
from services.referrals.rules import sharing, supporting
from services.referrals.support import SUPPORT, CourseLine, SupportRow, SupportTable

MOST = 200
"""How many victims are listed at a time: those of whom something is late first, or next to be."""
MOST_READ = 2_000


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class OwedShown(Shown):
    """One thing that is owed, whose it is, and until when."""

    rule: AlertRule
    owner: ClockOwner
    due: datetime
    late: bool


class ServiceShown(Shown):
    """A service that may be asked. Null: it has not said how much room it has. ``full`` is no reason not to
    ask it."""

    agency: str
    name: str
    places: int | None
    waiting: int | None
    told: datetime | None
    full: bool


class SupportLine(Shown):
    """The support of one victim. ``mention`` is the opaque id by which it is opened. Not ``who_known``: who
    they are is not the caller's to see, nor what support they have."""

    mention: str
    area: str | None
    area_name: str | None
    who_known: bool
    name: Name | None
    born: date | None
    courses: tuple[CourseLine, ...]
    owed: tuple[OwedShown, ...]


class SupportPage(SupportLine):
    """It, with how the victim may safely be reached, and which IDVA services may be asked. ``way`` is null
    where the caller may not know who they are; its number and words are for whoever may reach them.
    ``without_answer``: so many breaches had no answer, where their number is named. Of a page *as it was
    known* at ``known_at`` there is no ``way``: ``way_then`` is what was thought safe then, without its number
    and words, and never to be used."""

    at: datetime
    fresh_until: datetime | None
    known_at: datetime | None = None
    way: SafeWay | None
    way_then: SafeWay | None = None
    without_answer: int
    services: tuple[ServiceShown, ...]


class SupportList(Shown):
    """The victims of the caller's areas who are owed support, the first to be late first."""

    at: datetime
    fresh_until: datetime | None
    victims: tuple[SupportLine, ...]
    more: bool


class Known:
    """The agencies, areas and capacities, as they are configured now."""

    def __init__(self, configuration: FactSet) -> None:
        self.areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
        self.agencies = {fact.said.agency: fact.said for fact in configuration.current(AgencyDefined)}
        told = [(f.agency, f.occurred, f.said) for f in configuration.current(CapacityTold)]
        self.rooms = supporting.rooms(told)

    def serves(self, agency: str) -> Collection[str]:
        """The areas that an agency answers for."""
        return self.agencies[agency].serves if agency in self.agencies else ()

    def kind(self, agency: str) -> AgencyKind | None:
        """What kind of agency it is, if anybody has said so."""
        return self.agencies[agency].kind if agency in self.agencies else None

    def services(self, kind: SupportKind, area: str | None) -> tuple[ServiceShown, ...]:
        """The services that may be asked in an area, who has most room first."""
        around = area_and_around(self.areas, area)
        found = supporting.services(kind, around, self.agencies.values(), self.rooms)
        return tuple(
            ServiceShown(
                agency=each.agency,
                name=each.name,
                places=each.room.places if each.room else None,
                waiting=each.room.waiting if each.room else None,
                told=each.room.at if each.room else None,
                full=each.room is not None and each.room.places == 0,
            )
            for each in found
        )


async def known(archive: Archive) -> Known:
    """What is configured now."""
    return Known(await archive.configuration(AgencyDefined, AreaDefined, CapacityTold))


async def waiting(runtime: Runtime, caller: Caller) -> SupportList:
    """The victims who are owed support, and of whom the caller may know who they are."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    configured = await known(runtime)
    due = col(SupportTable.due)
    order = select(SupportTable).where(due.is_not(None)).order_by(due, col(SupportTable.subject))
    rows = cast("list[SupportRow]", await runtime.rows(SUPPORT, order.limit(MOST_READ)))
    seen = [
        row for row in rows if _may_see(caller, row, configured) and _may_see_who(caller, row, configured)
    ]
    owed = seen[:MOST]
    there = [row for row in owed if await are_there_for(runtime, caller, [row.wanted[0].cause])]
    lines = [(row, _line(row, configured, at, who=True)) for row in there]
    looks = (
        runtime.shown(caller, SUPPORT.name, row.person, line.model_dump_json().encode(), row.facts)
        for row, line in lines
    )
    await asyncio.gather(*looks)
    more = len(seen) > MOST or len(rows) == MOST_READ
    return SupportList(at=at, fresh_until=fresh, victims=tuple(line for _, line in lines), more=more)


async def open_support(
    runtime: Runtime, caller: Caller, mention: str, then: datetime | None = None
) -> SupportPage:
    """The support of whoever this mention is, as it is now or as it was known at a time. Raises Problem (404)
    where it is not the caller's to see, today of anybody of whom a record was then and, of a time, as things
    were then; Refused (409) as ``Archive.as_of``."""
    archive = as_of(runtime, then)
    at, fresh = archive.clock.now(), await archive.fresh_until()
    row, configured, who = await _seen(runtime, runtime, caller, mention)
    if then is not None:
        stand, gone = await known_with(runtime, archive, mention)
        today = [(await _seen(runtime, runtime, caller, each))[2] for each in stand]
        today += [_were_theirs(caller, told, configured) for told in gone]
        row, configured, who = await _seen(runtime, archive, caller, mention)
        who = who and all(today)
    line = _line(row, configured, at, who=who).model_copy(update={"mention": mention})
    may_reach = then is None and sharing.may_see_contact(caller.roles)
    way = row.way(at).without_address() if await is_flagged(archive, mention) else row.way(at)
    way = way if may_reach else way.without_contact()
    page = SupportPage(
        **dict(line),
        at=at if then is None else runtime.clock.now(),
        fresh_until=fresh,
        known_at=then,
        way=way if who and then is None else None,
        way_then=way if who and then is not None else None,
        without_answer=row.without_answer(at) if who else 0,
        services=configured.services(SupportKind.IDVA, row.area),
    )
    seen = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    left_out = [name for name, seen in (("identity", page.who_known), ("contact", may_reach)) if not seen]
    await runtime.shown(caller, SUPPORT.name, row.person, seen, row.facts, left_out, mention)
    return page


async def _seen(
    runtime: Runtime, archive: Archive, caller: Caller, mention: str
) -> tuple[SupportRow, Known, bool]:
    """The support of whoever a mention is or was, what was configured, and whether the caller may know who
    they are. Raises Problem (404) where it is not theirs to see, or today a case that they are in."""
    row, configured = await archive.row(SUPPORT, await archive.person_of(mention)), await known(archive)
    if not isinstance(row, SupportRow) or not _may_see(caller, row, configured):
        raise not_found()
    if not await are_there_for(runtime, caller, [mention], archive):
        raise not_found()
    return row, configured, _may_see_who(caller, row, configured)


async def may_say(archive: Archive, caller: Caller, mention: str) -> bool:
    """Whether a caller sees the support of whoever this mention is, and who they are."""
    row, configured = await archive.row(SUPPORT, await archive.person_of(mention)), await known(archive)
    return (
        isinstance(row, SupportRow)
        and _may_see(caller, row, configured)
        and _may_see_who(caller, row, configured)
        and await are_there_for(archive, caller, [mention])
    )


async def say(
    runtime: Runtime, caller: Caller, said: SupportProgressed, occurred: datetime, key: str
) -> None:
    """Record a step on the page of a victim. Raises Problem (404), and Refused as ``Runtime.take`` does."""
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": occurred})
    taken = await runtime.take(header, said, caller=caller, right=sharing.STEP_SUPPORT, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))


def _may_see(caller: Caller, row: SupportRow, configured: Known) -> bool:
    reach = area_and_around(configured.areas, row.area)
    return supporting.may_see(caller.roles, caller.areas, configured.serves(caller.agency), reach)


def _may_see_who(caller: Caller, row: SupportRow, configured: Known) -> bool:
    kind = configured.kind(caller.agency)
    return supporting.may_see_who(caller.roles, kind, caller.agency, row.agencies)


def _were_theirs(caller: Caller, told: Collection[Fact[Said]], configured: Known) -> bool:
    """Whether the caller may know who somebody is of whom nothing stands today, by what was told of them.
    Raises Problem (404) where they may not see them at all."""
    reach, agencies = reach_of_facts(configured.areas, told), {fact.agency for fact in told}
    if not supporting.may_see(caller.roles, caller.areas, configured.serves(caller.agency), reach):
        raise not_found()
    return supporting.may_see_who(caller.roles, configured.kind(caller.agency), caller.agency, agencies)


def _line(row: SupportRow, configured: Known, at: datetime, *, who: bool) -> SupportLine:
    area = configured.areas.get(row.area or "")
    return SupportLine(
        mention=row.wanted[0].cause if row.wanted else "",
        area=row.area,
        area_name=area.name if area else row.area,
        who_known=who,
        name=row.name if who else None,
        born=row.born if who else None,
        courses=row.courses if who else (),
        owed=tuple(
            OwedShown(rule=each.rule, owner=CLOCKS[each.rule].owner, due=each.due, late=each.due <= at)
            for each in row.wanted
        ),
    )
