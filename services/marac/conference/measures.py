"""A chair's page over all their MARACs, and the data return: composed of the small rows of cases. Cases of
other areas, and those to which the caller declared a tie, are in no number: they would tell that there is
one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import or_, select
from sqlmodel import col

from chassis import feeds
from chassis.archive import Archive
from chassis.clock import LONDON
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.rules.areas import area_and_around
from contracts.rules.feeds import Silence
from services.marac import casefile, shown_measures
from services.marac.conference import alert_rows, compose, rows
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase, CountedCaseTable
from services.marac.conference.heard import waits
from services.marac.conference.held import Held, counted
from services.marac.conference.tally import Around, Part, around, came_due, late_actions, tallied
from services.marac.conference.views import ALERT, MEETING
from services.marac.rules import returns, sharing
from services.marac.rules.hiding import WHOLE, hidden
from services.marac.rules.publishing import over
from services.marac.rules.returns import Quarter

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every meeting."""

Shown = TypeVar("Shown", bound=shown_measures.SetBy)


class Stretch(NamedTuple):
    """The numbers of the cases that a MARAC heard from one day to another."""

    marac: str
    first: date
    last: date
    numbers: Counter[str]


class Waits(NamedTuple):
    """Of a MARAC its next meeting, whose day is not over; of the cases that are counted for the caller those
    on it, and those that the MARAC hears and that no meeting of it has."""

    next: rows.ConferenceMeeting | None
    listed: list[CountedCase]
    waiting: list[CountedCase]


async def _waits(runtime: Runtime, caller: Caller, held: Around, marac: str) -> Waits:
    within = held.within(marac)
    upcoming = await _next(runtime, within, held.at)
    of_it = await Held(runtime).many(
        COUNTED, CountedCase, {each.case for each in upcoming.cases} if upcoming else (), "case"
    )
    found = {each.case: each for each in await _waiting(runtime, marac, within)}
    meetings = await Held(runtime).meetings_of(each.slim for each in found.values())
    own = {meeting: row for meeting, row in meetings.items() if row.area in within}
    waiting = {case: each for case, each in found.items() if waits(each.slim, own)}
    count = await counted(runtime, caller, [each.slim for each in (of_it | waiting).values()])
    return Waits(
        upcoming,
        [of_it[case] for case in sorted(of_it) if case in count],
        [waiting[case] for case in sorted(waiting) if case in count],
    )


async def _next(runtime: Runtime, within: list[str], at: datetime) -> rows.ConferenceMeeting | None:
    table = rows.ConferenceMeetingTable
    where = col(table.area).in_(within), ~col(table.withdrawn), col(table.starts) > at - timedelta(days=2)
    statement = select(table).where(*where).order_by(col(table.starts), col(table.subject))
    found = cast("list[rows.ConferenceMeeting]", await runtime.rows(MEETING, statement))
    return next((each for each in found if not over(each.starts, at)), None)


async def _waiting(runtime: Runtime, marac: str, within: Iterable[str]) -> list[CountedCase]:
    """Whatever may wait for a meeting of a MARAC: all that no meeting of it has had."""
    table, meeting = CountedCaseTable, rows.ConferenceMeetingTable
    of_it = select(col(meeting.subject)).where(col(meeting.area).in_(sorted(within)))
    unheard = or_(col(table.had_by).is_(None), col(table.had_by).not_in(of_it))
    found = select(table).where(col(table.marac) == marac, ~col(table.withdrawn), unheard)
    return cast("list[CountedCase]", await runtime.rows(COUNTED, found))


def _begins(quarter: Quarter) -> datetime:
    return datetime.combine(quarter.starts, time(), LONDON)


async def overview(runtime: Runtime, caller: Caller) -> shown_measures.Overview:
    """The page over all MARACs of the caller's areas; the look is on record."""
    fresh = await runtime.fresh_until()
    held = await around(runtime, caller)
    quarters = returns.last_four(held.at)
    tallies = await tallied(runtime, held, _begins(quarters[0]), _begins(quarters[-1].after))
    came = await came_due(runtime, held, [(_begins(each), _begins(each.after)) for each in quarters])
    silences = await feeds.silent(runtime, casefile.agencies_of(held.configuration), None)
    lines, late = [], await late_actions(runtime, held)
    for marac in held.maracs:
        waits = await _waits(runtime, caller, held, marac)
        alerts = await _unanswered(runtime, [*waits.listed, *waits.waiting])
        measures = [*_measures(held, tallies.get(marac, {})), *_of_actions(came, marac)]
        line = _line(held, marac, waits, alerts, silences, measures)
        told = {"actions_told": late[marac, True], "actions_late": late[marac, True] + late[marac, False]}
        lines.append(line.model_copy(update=told))
    page = shown_measures.Overview(
        at=held.at,
        fresh_until=fresh,
        quarters=[each.starts for each in quarters],
        this_quarter_from=quarters[-1].after.after.starts,
        maracs=lines,
    )
    await runtime.shown(caller, "overview", caller.id, _seen(page), ())
    return page


def _line(
    held: Around,
    marac: str,
    waits: Waits,
    unanswered: int,
    silences: Iterable[Silence],
    measures: list[shown_measures.Measure],
) -> shown_measures.MaracLine:
    agencies, said = casefile.agencies_of(held.configuration), held.population(marac)
    areas = set(area_and_around(held.areas, marac))
    serving = [s for s in silences if not agencies[s.agency].serves or areas & {*agencies[s.agency].serves}]
    upcoming, cases = waits.next, measures[0].year
    return shown_measures.MaracLine(
        area=marac,
        name=held.maracs[marac].name,
        next=shown_measures.NextMeeting(
            meeting=upcoming.meeting,
            starts=upcoming.starts,
            emergency=upcoming.emergency,
            cases=len(waits.listed),
        )
        if upcoming
        else None,
        waiting=len(waits.waiting),
        unanswered=unanswered,
        silent=[
            shown_measures.Silent(name=each.name, kind=each.kind, since=each.since)
            for each in compose.silent_feeds(serving, agencies)
        ],
        population=_set(held, shown_measures.Population, said),
        capacity=_set(held, shown_measures.Capacity, held.capacity(marac, held.at.astimezone(LONDON).date())),
        per_10_000=None
        if cases is None
        else returns.per_10_000(cases, said.said.adult_women if said else None),
        measures=measures,
    )


def _set(held: Around, shown: type[Shown], fact: Fact[Any] | None) -> Shown | None:
    """What was set for an area, and who set it. None: nobody has."""
    if fact is None:
        return None
    agency = held.agencies.get(fact.agency)
    by = {"at": fact.occurred, "agency_name": agency.name if agency else fact.agency}
    return shown.model_validate(fact.said.model_dump() | by)


async def _unanswered(runtime: Runtime, cases: Iterable[CountedCase]) -> int:
    causes = {cause for each in cases for cause in each.causes}
    alerts = await Held(runtime).many(ALERT, alert_rows.ConferenceAlert, causes, "cause")
    return sum(any(alert.state == "unanswered" for alert in each.alerts) for each in alerts.values())


def _measures(held: Around, months: Mapping[Part, Counter[str]]) -> list[shown_measures.Measure]:
    """Every number of the last four quarters and of their year, without those that are hidden."""
    quarters = [_in(months, each) for each in returns.last_four(held.at)]
    in_quarters, in_year = hidden(quarters)
    year = {name: sum(each[name] for each in quarters) for name in returns.COLUMNS}
    found = []
    for name in returns.COLUMNS:
        whole = WHOLE.get(name)
        told = name not in in_year and whole is not None and whole not in in_year
        found.append(
            shown_measures.Measure(
                name=name,
                quarters=[None if name in in_quarters else each[name] for each in quarters],
                year=None if name in in_year else year[name],
                percent=returns.percent(year[name], year[whole]) if told and whole else None,
            )
        )
    return found


def _of_actions(came: Sequence[Counter[tuple[str, bool]]], marac: str) -> list[shown_measures.Measure]:
    """The actions that were due, and those that were done by then: of an action nothing is hidden, for it is
    an agency that is counted by it."""
    in_time = [each[marac, True] for each in came]
    due = [each[marac, True] + each[marac, False] for each in came]
    percent = returns.percent(sum(in_time), sum(due))
    of = (("actions_due", due, None), ("actions_in_time", in_time, percent))
    return [
        shown_measures.Measure(name=name, quarters=[*quarters], year=sum(quarters), percent=share)
        for name, quarters, share in of
    ]


def _in(months: Mapping[Part, Counter[str]], quarter: Quarter) -> Counter[str]:
    first = quarter.year * 100 + 3 * quarter.number - 2
    return sum((months.get(first + each, Counter()) for each in range(3)), Counter[str]())


async def numbers(runtime: Runtime, caller: Caller, area: str) -> shown_measures.Numbers:
    """What measures of an area are set against now. Raises Problem (404) for another's."""
    configuration = await runtime.configuration(AgencyDefined, AreaDefined, PopulationSet, CapacitySet)
    areas, at = casefile.areas_of(configuration), runtime.clock.now()
    if area not in areas or not sharing.may_act_in(caller.areas, area_and_around(areas, area)):
        raise not_found()
    held = Around(at, configuration, {area: areas[area]})
    return shown_measures.Numbers(
        at=at,
        area=area,
        area_name=areas[area].name,
        population=_set(held, shown_measures.Population, held.population(area)),
        capacity=_set(held, shown_measures.Capacity, held.capacity(area, at.astimezone(LONDON).date())),
    )


async def data_return(runtime: Runtime, caller: Caller, of: shown_measures.Of) -> shown_measures.Return:
    """SafeLives' data return of every MARAC of the caller's areas, by meeting, by quarter or for twelve
    months. Small numbers are not hidden: it is for SafeLives, and whoever asks has each of these cases to see
    or to declare by; what they have no sight of is not in it. The look is on record."""
    held = await around(runtime, caller)
    answer = shown_measures.Return(at=held.at, returns=await returned(runtime, held, of))
    await runtime.shown(caller, "data-return", caller.id, _seen(answer), ())
    return answer


async def returned(archive: Archive, held: Around, of: shown_measures.Of) -> list[shown_measures.Returned]:
    """The data return of each of these MARACs, the earliest first."""
    quarters = returns.last_four(held.at)
    if of == "meeting":
        by = await tallied(archive, held, EVER, held.at + timedelta(seconds=1), by_meeting=True)
        parts = [
            Stretch(marac, day, day, by.get(marac, {}).get(meeting, Counter[str]()))
            for marac, meeting, starts in await _began(archive, held)
            for day in (starts.astimezone(LONDON).date(),)
        ]
    else:
        by = await tallied(archive, held, _begins(quarters[0]), _begins(quarters[-1].after))
        each_quarter = [
            Stretch(marac, quarter.starts, quarter.last, _in(by.get(marac, {}), quarter))
            for marac in held.maracs
            for quarter in quarters
        ]
        parts = each_quarter if of == "quarter" else _years(each_quarter)
    return [_one_return(held, of, each) for each in parts]


def _years(quarters: Iterable[Stretch]) -> list[Stretch]:
    found: dict[str, Stretch] = {}
    for each in quarters:
        before = found.get(each.marac, each._replace(numbers=Counter[str]()))
        found[each.marac] = each._replace(first=before.first, numbers=before.numbers + each.numbers)
    return list(found.values())


async def _began(archive: Archive, held: Around) -> list[tuple[str, str, datetime]]:
    """Every meeting of these MARACs that has begun, MARAC by MARAC, in the order of time."""
    table = rows.ConferenceMeetingTable
    wanted = select(col(table.area), col(table.subject), col(table.starts)).where(
        col(table.area).in_(sorted(held.here)), ~col(table.withdrawn), col(table.starts) <= held.at
    )
    async with archive.store.reading() as connection:
        found = [
            (held.here[area], meeting, starts) for area, meeting, starts in await connection.execute(wanted)
        ]
    return sorted(found, key=lambda each: (each[0], each[2], each[1]))


def _one_return(held: Around, of: shown_measures.Of, heard: Stretch) -> shown_measures.Returned:
    numbers, said = heard.numbers, held.population(heard.marac)
    cases, capacity = numbers["cases"], held.capacity(heard.marac, heard.last)
    return shown_measures.Returned(
        area=heard.marac,
        name=held.maracs[heard.marac].name,
        of=of,
        starts=heard.first,
        numbers=returns.told(numbers),
        repeat_percent=returns.percent(numbers["repeat_cases"], cases),
        partner_agency_percent=returns.percent(numbers["partner_agency_referrals"], cases),
        cases_per_10_000_adult_women=returns.per_10_000(cases, said.said.adult_women)
        if said and of == "year"
        else None,
        idva_capacity_fte=capacity.said.idva_capacity_fte if capacity else None,
        coordinator_capacity_fte=capacity.said.coordinator_capacity_fte if capacity else None,
    )


def _seen(page: shown_measures.Part) -> bytes:
    """What whoever looks has seen: numbers, of which no fact is shown."""
    return page.model_dump_json(exclude={"at", "fresh_until"}).encode()
