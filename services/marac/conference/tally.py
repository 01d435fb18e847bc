"""What meetings of a caller's MARACs have heard, and the actions that came due, as numbers: counted in the
store by columns of small rows. Cases to which the caller has a tie, or that are restricted to others, are in
no number."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, cached_property, partial
from typing import Any, cast

import orjson
import sqlalchemy as sql
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlmodel import col

from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.store.tables import instant
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind, ReferringService, StaffRole
from services.marac import casefile
from services.marac.conference.actions_rows import ActionTable
from services.marac.conference.counted_rows import ALIKE, CountedCaseTable
from services.marac.conference.each import each_of
from services.marac.conference.opposed import pairs_of
from services.marac.conference.research import INTERESTS
from services.marac.conference.research_rows import InterestsRow, InterestsTable
from services.marac.conference.rows import ConferenceMeetingTable
from services.marac.conference.ties import tied, with_ties
from services.marac.rules import areas as placing
from services.marac.rules import returns, sharing
from services.marac.rules.actions import TOLD_AFTER
from services.marac.rules.repeat import may_be_of
from services.marac.rules.returns import Discussed, Source

CASES, MEETINGS = CountedCaseTable, ConferenceMeetingTable
Part = str | int
"""A meeting, or the month in which meetings were, as 202611."""


@dataclass(frozen=True)
class Around:
    """What is counted for one caller at one time: of which MARACs, and without which cases."""

    at: datetime
    configuration: FactSet
    maracs: Mapping[str, AreaDefined]
    shut: Collection[str] = ()

    @cached_property
    def areas(self) -> Mapping[str, AreaDefined]:
        """Every area that is defined."""
        return casefile.areas_of(self.configuration)

    @cached_property
    def here(self) -> Mapping[str, str]:
        """Of each area that lies in one of these MARACs, in which."""
        found = {area: placing.marac_of(self.areas, area) for area in self.areas}
        return {area: marac for area, marac in found.items() if marac is not None and marac in self.maracs}

    @cached_property
    def agencies(self) -> Mapping[str, AgencyDefined]:
        """Every agency that is defined."""
        return casefile.agencies_of(self.configuration)

    def source(self, agency: str, service: str | None) -> Source:
        """In which column a referral of an agency is counted, with the service that it names."""
        said, named = self.agencies.get(agency), ReferringService(service) if service else None
        return returns.source_of(said.kind if said else None, said.service if said else None, named)

    def within(self, marac: str) -> list[str]:
        """The areas of a MARAC."""
        return sorted(area for area, of in self.here.items() if of == marac)

    def population(self, area: str) -> Fact[PopulationSet] | None:
        """How many women live in an area, by the newest word."""
        found = (fact for fact in self.configuration.current(PopulationSet) if fact.said.area == area)
        return next(iter(list(found)[::-1]), None)

    def capacity(self, area: str, day: date) -> Fact[CapacitySet] | None:
        """How many IDVAs and coordinators an area had on a day."""
        told = self.configuration.current(CapacitySet)
        return returns.capacity_on(day, (fact for fact in told if fact.said.area == area))


async def around(archive: Archive, caller: Caller) -> Around:
    """What is counted for a caller now."""
    configuration = await archive.configuration(AgencyDefined, AreaDefined, PopulationSet, CapacitySet)
    areas = casefile.areas_of(configuration)
    theirs = {
        code: area
        for code, area in sorted(areas.items())
        if area.kind is AreaKind.MARAC and sharing.may_act_in(caller.areas, area_and_around(areas, code))
    }
    return Around(archive.clock.now(), configuration, theirs, await _shut(archive, caller))


async def _shut(archive: Archive, caller: Caller) -> set[str]:
    """The cases that are in no number for a caller. They are looked for among those of the people to whom
    the caller has a tie, and of victims of whom a case is restricted to others; for an IDVA, among all."""
    own = {row.case for row in await with_ties(archive, caller.id)}
    restricted = select(InterestsTable).where(col(InterestsTable.restricted))
    found = cast("list[InterestsRow]", await archive.rows(INTERESTS, restricted))
    others = {row.case for row in found if caller.id not in (row.only or ())}
    pairs = await pairs_of(archive, own | others)
    theirs = {person for case in own if case in pairs for person in pairs[case].parties}
    victims = {pairs[case].victim for case in others if case in pairs}
    named = sorted(theirs | {each for each in victims if each})
    about: list[ColumnElement[bool]] = [col(CASES.victim).in_(each_of(archive, named))] if named else []
    about += [col(CASES.accused).contains(f"|{each}|", autoescape=True) for each in sorted(theirs)]
    if StaffRole.IDVA in caller.roles:
        about = [true()]
    if about:
        async with archive.store.reading() as connection:
            near = select(col(CASES.subject)).where(or_(*about))
            own |= {str(case) for case in (await connection.execute(near)).scalars()}
    return await tied(archive, caller, own | others)


async def tallied(
    archive: Archive, held: Around, since: datetime, until: datetime, *, by_meeting: bool = False
) -> dict[str, dict[Part, Counter[Discussed]]]:
    """Of each MARAC and part of a time, how many cases its meetings have heard that are alike in all that is
    counted. What may have become a repeat between two meetings is told by when these were."""
    part: Any = col(MEETINGS.subject) if by_meeting else col(MEETINGS.day) // 100
    grown = returns.YOUNG * returns.YEAR
    by_age = or_(
        col(MEETINGS.day) - col(CASES.youngest) < grown, col(MEETINGS.day) - col(CASES.eldest) >= grown
    )
    kinds: list[Any] = [col(getattr(CASES, name)) for name in ALIKE]
    kinds += [sql.case((by_age, col(each))) for each in (CASES.births, MEETINGS.day)]
    alike = _heard(archive, held, since, until, [col(MEETINGS.area), part, *kinds, func.count()])
    alike = alike.where(~col(CASES.again)).group_by(col(MEETINGS.area), part, *kinds)
    when = [col(MEETINGS.area), part, col(CASES.subject), col(MEETINGS.starts), col(CASES.moments), *kinds]
    again = _heard(archive, held, since, until, when).where(col(CASES.again))
    found: dict[str, dict[Part, Counter[Discussed]]] = defaultdict(lambda: defaultdict(Counter))
    counted_as = cache(partial(_alike, held))
    async with archive.store.reading() as connection:
        for area, of, *said, cases in map(tuple, await connection.execute(alike)):
            found[held.here[area]][of][counted_as(*said)] += cases
        rows = list(map(tuple, await connection.execute(again)))
    may = {row[2]: _moments(row[4]) for row in rows}
    cases = {each for case, (pair, _, _) in may.items() for each in (case, *pair)}
    heard = await _heard_anywhere(archive, cases, until)
    for area, of, case, starts, _, *said in rows:
        pair, referred, events = may[case]
        others = (at for each in pair for at in heard[each] if may_be_of(at, instant(referred)))
        repeat = returns.is_repeat(starts, (), heard=[*heard[case], *others], events=map(instant, events))
        found[held.here[area]][of][replace(counted_as(*said), repeat=repeat)] += 1
    return found


def _moments(said: str) -> tuple[list[str], int, list[int]]:
    """``CountedCase.moments``; a row that is still to be folded anew has when something happened alone."""
    found = orjson.loads(said)
    return tuple(found) if found and isinstance(found[0], list) else ([], 0, found)


async def _heard_anywhere(
    archive: Archive, cases: Collection[str], until: datetime
) -> Mapping[str, list[datetime]]:
    """When any meeting heard these cases: one that was taken over, another MARAC's."""
    if not cases:
        return {}
    each = archive.store.values_in(col(MEETINGS.had))
    wanted = select(each.c.value, col(MEETINGS.starts)).select_from(MEETINGS).join(each, true())
    when = ~col(MEETINGS.withdrawn), col(MEETINGS.starts) < until
    found: dict[str, list[datetime]] = defaultdict(list)
    async with archive.store.reading() as connection:
        of = wanted.where(*when, each.c.value.in_(each_of(archive, cases)))
        for case, starts in await connection.execute(of):
            found[case].append(starts)
    return found


def _alike(
    held: Around,
    agency: str,
    service: str | None,
    repeats: bool,
    kids: int,
    minoritised: bool | None,
    lgbt: bool | None,
    disabled: bool | None,
    male: bool | None,
    aged: bool,
    births: str | None,
    day: int | None,
) -> Discussed:
    """A case at a meeting. ``births``, and the day: only where anybody of either side is under 18 then, or a
    child is not."""
    said = orjson.loads(births or "[[null],[],[]]")
    (age,), accused, children = ([returns.age_by(born, day or 0) for born in side] for side in said)
    return Discussed(
        source=held.source(agency, service),
        repeat=repeats,
        children=kids if births is None else returns.not_grown(children),
        minoritised=minoritised,
        lgbt=lgbt,
        disabled=disabled,
        male=male,
        age=(returns.YOUNG if aged else None) if births is None else age,
        young_perpetrators=sum(each is not None and each < returns.YOUNG for each in accused),
    )


def _heard(
    archive: Archive, held: Around, since: datetime, until: datetime, columns: Sequence[Any]
) -> Select[Any]:
    """Each case at each meeting of these MARACs that has heard it."""
    each = archive.store.values_in(col(MEETINGS.had))
    of = col(MEETINGS.area).in_(sorted(held.here)), ~col(MEETINGS.withdrawn)
    when = col(MEETINGS.starts) >= since, col(MEETINGS.starts) < until, col(MEETINGS.starts) <= held.at
    stands = ~col(CASES.withdrawn), col(CASES.subject).not_in(each_of(archive, held.shut))
    wanted = select(*columns).select_from(MEETINGS).join(each, true())
    return wanted.join(CASES, col(CASES.subject) == each.c.value).where(*of, *when, *stands)


async def came_due(
    archive: Archive, held: Around, spans: Sequence[tuple[datetime, datetime]]
) -> list[Counter[tuple[str, bool]]]:
    """Of each span the standing actions of these MARACs that were due in it, by MARAC and by whether they
    were done by then: of cases that are counted, which a MARAC of theirs hears or a meeting there has.
    There is a span, and none overlaps another."""
    due, found = col(ActionTable.due), [Counter[tuple[str, bool]]() for _ in spans]
    within = [and_(due >= first, due < last) for first, last in spans]
    span = sql.case(*((where, number) for number, where in enumerate(within)))
    for marac, of, in_time, actions in await _actions(
        archive, held, or_(*within), span, col(ActionTable.in_time)
    ):
        found[of][marac, bool(in_time)] += actions
    return found


async def late_actions(archive: Archive, held: Around) -> Counter[tuple[str, bool]]:
    """The late actions of these MARACs now, by MARAC and by whether they have been late for so long that the
    chair is told: of the cases of which ``came_due`` counts those that were due."""
    until, found = col(ActionTable.open_until), Counter[tuple[str, bool]]()
    told = sql.case((until <= held.at - TOLD_AFTER, true()), else_=false())
    for marac, is_told, actions in await _actions(archive, held, until <= held.at, told):
        found[marac, bool(is_told)] += actions
    return found


async def _actions(
    archive: Archive, held: Around, where: ColumnElement[bool], *of: Any
) -> list[tuple[Any, ...]]:
    """How many standing actions of these MARACs there are of which this holds, by MARAC and by columns."""
    each, area = archive.store.values_in(col(MEETINGS.listed)), col(ActionTable.area)
    stands = col(MEETINGS.area).in_(sorted(held.here)), ~col(MEETINGS.withdrawn)
    listed = select(each.c.value).select_from(MEETINGS).join(each, true()).where(*stands)
    wanted = select(area, *of, func.count()).join(CASES, col(CASES.subject) == col(ActionTable.of_case))
    wanted = wanted.where(
        where,
        area.in_(sorted(held.here)),
        ~col(ActionTable.withdrawn),
        col(CASES.subject).not_in(each_of(archive, held.shut)),
        or_(col(CASES.marac).in_(sorted(held.maracs)), col(CASES.subject).in_(listed)),
    )
    async with archive.store.reading() as connection:
        found = await connection.execute(wanted.group_by(area, *of))
        return [(held.here[str(place)], *said) for place, *said in found]
