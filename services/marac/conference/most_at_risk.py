"""The victims at most risk: by number of offences, and by number of different offenders. Of those whom
somebody referred, whose case the caller may see; of the others, repeat victims alone, for they are a gap."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import Select, Table, or_, select, tuple_

from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.sections import Name
from contracts.vocabulary import Grade
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.at_risk import AT_RISK
from services.marac.conference.at_risk_rows import AtRisk, AtRiskTable
from services.marac.conference.compose import area_name
from services.marac.conference.held import Held, visible
from services.marac.conference.opposed import pairs_of
from services.marac.conference.ties import with_ties
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.rules.at_risk import MONTHS
from services.marac.shown import Page, Shown

_TABLE: Table = AtRiskTable.__table__  # type: ignore[attr-defined]


class By(StrEnum):
    """By what the list is sorted, the most first."""

    OFFENCES = "offences"
    OFFENDERS = "offenders"


class VictimLine(Shown):
    """A victim. ``case``: the newest referral that the caller may see; null: nobody referred them to a
    MARAC."""

    person: str
    name: Name | None
    born: date | None
    area_name: str | None
    offences: int = Field(description="occurrences, not records; whether or not any was a crime")
    records: int
    offenders: int = Field(description="different persons who are named")
    unknown: int = Field(description="offences by nobody who is named: by anybody, and never by none")
    last: datetime | None
    case: str | None
    letters: str | None
    grade: Grade


class Victims(Page):
    """One page of the victims at most risk."""

    by: By
    area: str | None
    areas: dict[str, str] = Field(
        default={}, description="by name: the caller's, those that lie in them and those around them"
    )
    months: int = Field(default=MONTHS, description="how far back is counted")
    victims: list[VictimLine]
    next: str | None = Field(default=None, description="the cursor of the next page; null at the end")


def statement(caller: Caller, by: By, area: str | None, after: tuple[str, str] | None) -> Select[Any]:
    """Whoever may be on the list of a caller, in its order: an index has all that this asks for."""
    place = _TABLE.c[f"by_{by}"]
    places = [_TABLE.c.areas.contains(f"|{each}|", autoescape=True) for each in sorted(caller.areas)]
    if sharing.may_place_cases(caller.roles):
        places.append(_TABLE.c.areas == "")
    found = select(_TABLE.c.subject).where(_TABLE.c.listed, or_(*places)).order_by(place, _TABLE.c.subject)
    if area is not None:
        found = found.where(_TABLE.c.areas.contains(f"|{area}|", autoescape=True))
    return found.where(tuple_(place, _TABLE.c.subject) > tuple_(*after)) if after else found


async def victims(runtime: Runtime, caller: Caller, by: By, area: str | None, page: Paging) -> Victims:
    """One page of the list, of all the caller's areas or of one of them. The look is on record."""
    fresh = await runtime.fresh_until()
    after = (str(page.after[0]), str(page.after[1])) if page.after else None
    found: list[tuple[AtRisk, rows.ConferenceCase | None]] = []
    while len(found) <= page.limit:
        read = await _read(runtime, statement(caller, by, area, after).limit(page.limit + 1))
        found += await _theirs(runtime, caller, read)
        if len(read) <= page.limit:
            break
        after = (getattr(read[-1], f"by_{by}"), read[-1].person)
    here, further = page.cut(found, lambda each: (getattr(each[0], f"by_{by}"), each[0].person))
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    shown = Victims(
        at=runtime.clock.now(),
        fresh_until=fresh,
        by=by,
        area=area,
        areas=_areas_of(caller, areas),
        victims=[_line(row, case, area_name(areas, row.area)) for row, case in here],
        next=further,
    )
    facts = {fact for row, _ in here for fact in row.facts}
    await runtime.shown(caller, AT_RISK.name, caller.id, shown.seen, facts)
    return shown


def _areas_of(caller: Caller, areas: Mapping[str, AreaDefined]) -> dict[str, str]:
    around = {each for theirs in caller.areas for each in area_and_around(areas, theirs)}
    found = (
        each
        for each in areas.values()
        if each.area in around or sharing.may_act_in(caller.areas, area_and_around(areas, each.area))
    )
    return {each.area: each.name for each in sorted(found, key=lambda each: (each.name, each.area))}


async def _read(runtime: Runtime, subjects: Select[Any]) -> list[AtRisk]:
    """Those rows, in their order: the index first, then what it found and no more."""
    async with runtime.store.reading() as connection:
        order = [str(subject) for subject in (await connection.execute(subjects)).scalars()]
    found = await Held(runtime).many(AT_RISK, AtRisk, order, "person")
    return [found[subject] for subject in order if subject in found]


async def _theirs(
    runtime: Runtime, caller: Caller, read: Iterable[AtRisk]
) -> list[tuple[AtRisk, rows.ConferenceCase | None]]:
    """Those whom the caller may see, with the newest case of each that they may see; without a case, nobody
    who is a party of one to which the caller has a tie."""
    read = list(read)
    referred = {case for row in read for case in row.cases}
    cases = await Held(runtime).many(CASE, rows.ConferenceCase, referred, "case")
    seen = await visible(runtime, caller, cases.values())
    pairs = await pairs_of(runtime, {row.case for row in await with_ties(runtime, caller.id)})
    apart = {person for pair in pairs.values() for person in pair.parties}
    found: list[tuple[AtRisk, rows.ConferenceCase | None]] = []
    for row in read:
        case = next((seen[case] for case in row.cases if case in seen), None)
        around = [area for area in row.areas.split("|") if area]
        alone = not row.cases and row.repeat and row.person not in apart
        alone = alone and sharing.may_see_victim(caller.roles, caller.areas, around)
        if case or alone:
            found.append((row, case))
    return found


def _line(row: AtRisk, case: rows.ConferenceCase | None, area: str | None) -> VictimLine:
    return VictimLine(
        person=row.person,
        name=row.name,
        born=row.born,
        area_name=area,
        offences=row.offences,
        records=row.records,
        offenders=row.offenders,
        unknown=row.unknown,
        last=row.last,
        case=case.case if case else None,
        letters=case.letters if case else None,
        grade=case.grade if case else Grade.UNKNOWN,
    )
