"""What meetings of a caller's MARACs have heard, and the actions that came due, as numbers: counted in the
store by columns of small rows. Cases to which the caller has a tie, or that are restricted to others, are in
no number."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
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
May = tuple[list[str], int, list[int]]
"""What ``CountedCase.moments`` says: the other cases of the pair, when this one was referred, and when
something happened."""
GROWN = returns.YOUNG * returns.YEAR
ONE_BY_ONE = or_(
    col(CASES.again),
    col(MEETINGS.day) - col(CASES.youngest) < GROWN,
    col(MEETINGS.day) - col(CASES.eldest) >= GROWN,
)
"""Which cases at which meetings are not added up by the store: what may have become a repeat between two
meetings, which is told by when these were; and where somebody of either side is under 18, or a child is not,
on the day."""


def _cases(which: Any) -> ColumnElement[int]:
    return func.count(sql.case((col(which), 1)))


SUMS: Mapping[str, ColumnElement[int]] = {
    "cases": func.count(),
    "repeat_cases": _cases(CASES.repeats),
    "children": func.sum(col(CASES.kids)),
    **{yes: _cases(getattr(CASES, asked)) for asked, yes, _ in returns.ANSWERS},
    **{answered: func.count(getattr(CASES, asked)) for asked, _, answered in returns.ANSWERS},
    "age_known": _cases(CASES.aged),
}
"""The numbers of the return that the store adds up: all but who referred, and who is young."""


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
) -> dict[str, dict[Part, Counter[str]]]:
    """Of each MARAC and part of a time, every number of the return, of the cases that its meetings have
    heard. The store adds them up, but for those that it cannot tell (``ONE_BY_ONE``)."""
    part: Any = col(MEETINGS.subject) if by_meeting else col(MEETINGS.day) // 100
    alone = [sql.case((ONE_BY_ONE, col(each))) for each in (CASES.subject, MEETINGS.starts, MEETINGS.day)]
    of = [col(MEETINGS.area), part, col(CASES.agency), col(CASES.service), *alone]
    wanted = _heard(archive, held, since, until, [*of, *SUMS.values()]).group_by(*of)
    found: dict[str, dict[Part, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    async with archive.store.reading() as connection:
        rows = list(map(tuple, await connection.execute(wanted)))
    cases = await _cases_of(archive, {row[4] for row in rows if row[4]})
    again = {case: _moments(row.moments) for case, row in cases.items() if row.again}
    heard = await _heard_anywhere(archive, {e for case, may in again.items() for e in (case, *may[0])}, until)
    for area, which, agency, service, case, starts, day, *sums in rows:
        if case is None:
            numbers = dict(zip(SUMS, sums, strict=True))
            numbers |= returns.by_source(held.source(agency, service), numbers["cases"])
        elif case not in cases:  # its row is gone since
            continue
        else:
            repeat = case in again and _is_repeat(starts, again[case], heard, case)
            numbers = returns.count({_discussed(held, cases[case], day, repeat=repeat): sums[0]})
        found[held.here[area]][which].update(numbers)
    return found


def _is_repeat(starts: datetime, may: May, heard: Mapping[str, list[datetime]], case: str) -> bool:
    """Whether a case that may have become a repeat is one at a meeting that starts then."""
    pair, referred, events = may
    others = (at for each in pair for at in heard[each] if may_be_of(at, instant(referred)))
    return returns.is_repeat(starts, (), heard=[*heard[case], *others], events=map(instant, events))


async def _cases_of(archive: Archive, cases: Collection[str]) -> dict[str, sql.Row[Any]]:
    """What is counted of each of these cases."""
    columns = [col(getattr(CASES, name)) for name in ("subject", "births", "again", "moments", *ALIKE)]
    wanted = select(*columns).where(col(CASES.subject).in_(each_of(archive, cases)))
    async with archive.store.reading() as connection:
        return {row.subject: row for row in await connection.execute(wanted)} if cases else {}


def _moments(said: str) -> May:
    """``CountedCase.moments``; a row that is still to be folded anew has when something happened alone."""
    found = orjson.loads(said)
    return tuple(found) if found and isinstance(found[0], list) else ([], 0, found)


async def _heard_anywhere(
    archive: Archive, cases: Collection[str], until: datetime
) -> Mapping[str, list[datetime]]:
    """When any meeting heard these cases: one that was taken over, another MARAC's."""
    found: dict[str, list[datetime]] = defaultdict(list)
    if not cases:
        return found
    each = archive.store.values_in(col(MEETINGS.had))
    wanted = select(each.c.value, col(MEETINGS.starts)).select_from(MEETINGS).join(each, true())
    when = ~col(MEETINGS.withdrawn), col(MEETINGS.starts) < until
    async with archive.store.reading() as connection:
        of = wanted.where(*when, each.c.value.in_(each_of(archive, cases)))
        for case, starts in await connection.execute(of):
            found[case].append(starts)
    return found


def _discussed(held: Around, row: sql.Row[Any], day: int, *, repeat: bool) -> Discussed:
    """A case at a meeting, by how old everybody is then."""
    said = orjson.loads(row.births)
    (age,), accused, children = ([returns.age_by(born, day) for born in side] for side in said)
    return Discussed(
        source=held.source(row.agency, row.service),
        repeat=row.repeats or repeat,
        children=returns.not_grown(children),
        **{asked: getattr(row, asked) for asked, _, _ in returns.ANSWERS},
        age=age,
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
    async with archive.store.reading() as connection:
        of_case = select(col(ActionTable.of_case)).where(until <= held.at)
        cases = set((await connection.execute(of_case)).scalars())
    # By their cases, which are few: the store would go through all that there are.
    late = and_(until <= held.at, col(CASES.subject).in_(each_of(archive, cases)))
    for marac, is_told, actions in await _actions(archive, held, late, told):
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
