"""A chair's page over all their MARACs, and the data return: composed of the small rows of cases. Cases of
other areas, and those to which the caller declared a tie, are in no number: they would tell that there is
one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import cast

from sqlalchemy import or_, select
from sqlmodel import col

from chassis.clock import LONDON
from chassis.facts import FactSet
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.measures import PopulationSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind
from services.marac import casefile, feeds, shown_measures
from services.marac.conference import alert_rows, compose, rows
from services.marac.conference.action_held import Came, came_due
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase, CountedCaseTable
from services.marac.conference.heard import having, heard_at
from services.marac.conference.held import Held, counted
from services.marac.conference.views import ALERT, MEETING
from services.marac.rules import areas as placing
from services.marac.rules import returns, sharing
from services.marac.rules.feeds import Silence
from services.marac.rules.hiding import WHOLE, hidden
from services.marac.rules.publishing import over
from services.marac.rules.returns import Discussed, Quarter, Source

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every meeting."""


@dataclass(frozen=True)
class Marac:
    """A MARAC of the caller's: its standing meetings in the order of time, and the cases that are counted for
    the caller, by id: those that it hears, and those that a meeting of it has."""

    area: AreaDefined
    meetings: Sequence[rows.ConferenceMeeting]
    cases: dict[str, CountedCase]

    @cached_property
    def by_id(self) -> Mapping[str, rows.ConferenceMeeting]:
        """Its meetings."""
        return {each.meeting: each for each in self.meetings}

    def held(self, at: datetime) -> list[rows.ConferenceMeeting]:
        """Its meetings that have begun."""
        return [each for each in self.meetings if each.starts <= at]

    def next(self, at: datetime) -> rows.ConferenceMeeting | None:
        """The next meeting whose day is not over."""
        return next((each for each in self.meetings if not over(each.starts, at)), None)

    def on(self, meeting: rows.ConferenceMeeting) -> list[CountedCase]:
        """The cases on a meeting that are counted for the caller."""
        return [self.cases[each.case] for each in meeting.cases if each.case in self.cases]

    def waiting(self) -> list[CountedCase]:
        """The cases that it hears and that no meeting of it has."""
        hears = (each for each in self.cases.values() if each.marac == self.area.area)
        return [each for each in hears if not having(each.slim, self.by_id) and not each.slim.withdrawn]


@dataclass(frozen=True)
class Known:
    """All that the page and the return are made of, for one caller at one time."""

    at: datetime
    configuration: FactSet
    maracs: Sequence[Marac]
    actions: Sequence[Came] = ()
    """Of the cases that are counted, those that were due in the last four quarters."""

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Of each agency the column in which its referrals are counted."""
        agencies = casefile.agencies_of(self.configuration)
        return {agency: returns.SOURCES.get(said.kind, Source.UNKNOWN) for agency, said in agencies.items()}

    def discussed(self, marac: Marac, meeting: rows.ConferenceMeeting) -> list[Discussed]:
        """What is counted of each case that a meeting has heard."""
        heard = {each.case: heard_at(each.slim, marac.by_id, self.at) for each in marac.on(meeting)}
        return [
            _discussed(
                each,
                meeting.starts,
                heard[each.case].values(),
                self.sources.get(each.slim.agency, Source.UNKNOWN),
            )
            for each in marac.on(meeting)
            if not each.slim.withdrawn and meeting.meeting in heard[each.case]
        ]

    def population(self, area: str) -> PopulationSet | None:
        """How many women live in an area, by the newest word."""
        found = (fact.said for fact in self.configuration.current(PopulationSet) if fact.said.area == area)
        return next(iter(list(found)[::-1]), None)


def _discussed(case: CountedCase, meeting: datetime, heard: Iterable[datetime], source: Source) -> Discussed:
    day = meeting.astimezone(LONDON).date()
    young = [returns.age_on(born, day) for born in case.perpetrators_born]
    return Discussed(
        source=source,
        repeat=returns.is_repeat(
            meeting,
            case.slim.criteria,
            earlier_case=case.slim.earlier_case is not None,
            heard=heard,
            events=case.events,
        ),
        children=len(case.slim.children),
        minoritised=case.minoritised,
        lgbt=case.lgbt,
        disabled=case.disabled,
        male=case.male,
        age=returns.age_on(case.born, day),
        young_perpetrators=sum(age is not None and age <= 17 for age in young),
    )


async def known(runtime: Runtime, caller: Caller, since: datetime) -> Known:
    """The MARACs of the caller's areas with their meetings from a time on, and of each the cases that are
    counted for them: those of these meetings, those that wait, and those of the actions. Of twelve months
    before, there are the meetings alone: by them it is told whether a case was heard before."""
    configuration = await runtime.configuration(AgencyDefined, AreaDefined, PopulationSet)
    areas = casefile.areas_of(configuration)
    theirs = {
        code: area
        for code, area in sorted(areas.items())
        if area.kind is AreaKind.MARAC and sharing.may_act_in(caller.areas, area_and_around(areas, code))
    }
    at = runtime.clock.now()
    first, *_, last = returns.last_four(at)
    here = {code: [area for area in areas if placing.marac_of(areas, area) == code] for code in theirs}
    every = {area for found in here.values() for area in found}
    came = await came_due(runtime, every, _begins(first), _begins(last.after))
    standing = {each.meeting: each for each in await _meetings(runtime, every, since)}
    listed = {each.case for row in standing.values() if row.starts >= since for each in row.cases}
    listed |= {each.of_case for each in came}
    found = await Held(runtime).many(COUNTED, CountedCase, listed, "case")
    for code, within in here.items():
        found |= {each.case: each for each in await _waiting(runtime, code, within)}
    standing |= await _other_meetings(runtime, found.values(), standing)
    order = sorted(standing.values(), key=lambda each: (each.starts, each.meeting))
    of = {code: [each for each in order if each.area in within] for code, within in here.items()}
    count = await counted(runtime, caller, [each.slim for each in found.values()])
    cases = {case: found[case] for case in sorted(found) if case in count}
    maracs = [Marac(area, of[code], _cases_of(code, of[code], cases)) for code, area in theirs.items()]
    mine = {case for marac in maracs for case in marac.cases}
    return Known(at, configuration, maracs, [each for each in came if each.of_case in mine])


async def _meetings(runtime: Runtime, areas: Iterable[str], since: datetime) -> list[rows.ConferenceMeeting]:
    """The meetings of these areas from twelve months before a time on."""
    table = rows.ConferenceMeetingTable
    where = col(table.area).in_(sorted(areas)), col(table.starts) >= since - timedelta(days=366)
    statement = select(table).where(*where, ~col(table.withdrawn))
    return cast("list[rows.ConferenceMeeting]", await runtime.rows(MEETING, statement))


async def _other_meetings(
    runtime: Runtime, cases: Iterable[CountedCase], known: Collection[str]
) -> dict[str, rows.ConferenceMeeting]:
    """The standing meetings that list these cases, but for those that are known."""
    ids = {each.meeting for case in cases for each in case.slim.meetings} - set(known)
    found = await Held(runtime).many(MEETING, rows.ConferenceMeeting, ids, "meeting")
    return {meeting: row for meeting, row in found.items() if not row.withdrawn}


async def _waiting(runtime: Runtime, marac: str, within: Iterable[str]) -> list[CountedCase]:
    """Whatever may wait for a meeting of a MARAC: all that no meeting of it has had."""
    table, meeting = CountedCaseTable, rows.ConferenceMeetingTable
    of_it = select(col(meeting.subject)).where(col(meeting.area).in_(sorted(within)))
    waits = or_(col(table.had_by).is_(None), col(table.had_by).not_in(of_it))
    found = select(table).where(col(table.marac) == marac, ~col(table.withdrawn), waits)
    return cast("list[CountedCase]", await runtime.rows(COUNTED, found))


def _begins(quarter: Quarter) -> datetime:
    return datetime.combine(quarter.starts, time(), LONDON)


def _cases_of(
    marac: str, meetings: Iterable[rows.ConferenceMeeting], cases: dict[str, CountedCase]
) -> dict[str, CountedCase]:
    on = {each.case for meeting in meetings for each in meeting.cases}
    return {case: row for case, row in cases.items() if row.marac == marac or case in on}


async def overview(runtime: Runtime, caller: Caller) -> shown_measures.Overview:
    """The page over all MARACs of the caller's areas; the look is on record."""
    fresh = await runtime.fresh_until()
    held = await known(runtime, caller, _begins(returns.last_four(runtime.clock.now())[0]))
    agencies = casefile.agencies_of(held.configuration)
    silences = await feeds.silent(runtime, agencies, None)
    page = shown_measures.Overview(
        at=held.at,
        fresh_until=fresh,
        quarters=[each.starts for each in returns.last_four(held.at)],
        maracs=[await _line(runtime, held, marac, silences) for marac in held.maracs],
    )
    await runtime.shown(caller, "overview", caller.id, _seen(page), ())
    return page


async def _line(
    runtime: Runtime, held: Known, marac: Marac, silences: Iterable[Silence]
) -> shown_measures.MaracLine:
    agencies, said = casefile.agencies_of(held.configuration), held.population(marac.area.area)
    areas = set(area_and_around(casefile.areas_of(held.configuration), marac.area.area))
    serving = [s for s in silences if not agencies[s.agency].serves or areas & {*agencies[s.agency].serves}]
    upcoming, waiting = marac.next(held.at), marac.waiting()
    listed = marac.on(upcoming) if upcoming else []
    measures = _measures(held, marac)
    cases = measures[0].year
    return shown_measures.MaracLine(
        area=marac.area.area,
        name=marac.area.name,
        next=shown_measures.NextMeeting(
            meeting=upcoming.meeting,
            starts=upcoming.starts,
            emergency=upcoming.emergency,
            cases=len(listed),
        )
        if upcoming
        else None,
        waiting=len(waiting),
        unanswered=await _unanswered(runtime, [*listed, *waiting]),
        silent=[
            shown_measures.Silent(name=each.name, kind=each.kind, since=each.since)
            for each in compose.silent_feeds(serving, agencies)
        ],
        population=shown_measures.Population(
            adult_women=said.adult_women, as_at=said.as_at, source=said.source
        )
        if said
        else None,
        per_10_000=None if cases is None else returns.per_10_000(cases, said.adult_women if said else None),
        measures=measures,
    )


async def _unanswered(runtime: Runtime, cases: Iterable[CountedCase]) -> int:
    causes = {cause for each in cases for cause in each.causes}
    alerts = await Held(runtime).many(ALERT, alert_rows.ConferenceAlert, causes, "cause")
    return sum(any(alert.state == "unanswered" for alert in each.alerts) for each in alerts.values())


def _measures(held: Known, marac: Marac) -> list[shown_measures.Measure]:
    """Every number of the last four quarters and of their year, without those that are hidden."""
    quarters = [returns.count(_in(held, marac, each)) for each in returns.last_four(held.at)]
    in_quarters, in_year = hidden(quarters)
    year = {name: sum(each[name] for each in quarters) for name in returns.COUNTED}
    found = []
    for name in returns.COUNTED:
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
    return [*found, *_of_actions(held, marac)]


def _of_actions(held: Known, marac: Marac) -> list[shown_measures.Measure]:
    """The actions that were due, and those that were done by then: of an action nothing is hidden, for it is
    an agency that is counted by it."""
    areas = casefile.areas_of(held.configuration)
    theirs = [each for each in held.actions if placing.marac_of(areas, each.area) == marac.area.area]
    in_time = [each for each in theirs if each.in_time]
    quarters = returns.last_four(held.at)
    return [
        shown_measures.Measure(
            name=name,
            quarters=[sum(returns.quarter_of(each.due) == quarter for each in of) for quarter in quarters],
            year=len(of),
            percent=returns.percent(len(of), len(theirs)) if name == "actions_in_time" else None,
        )
        for name, of in (("actions_due", theirs), ("actions_in_time", in_time))
    ]


def _in(held: Known, marac: Marac, quarter: Quarter) -> list[Discussed]:
    meetings = (each for each in marac.held(held.at) if returns.quarter_of(each.starts) == quarter)
    return [one for meeting in meetings for one in held.discussed(marac, meeting)]


async def data_return(runtime: Runtime, caller: Caller, of: shown_measures.Of) -> shown_measures.Return:
    """SafeLives' data return of every MARAC of the caller's areas, by meeting, by quarter or for twelve
    months. Nothing is hidden: it is for SafeLives, and whoever asks has each of these cases to see or to
    declare by. The look is on record."""
    first = _begins(returns.last_four(runtime.clock.now())[0])
    held = await known(runtime, caller, EVER if of == "meeting" else first)
    found = [each for marac in held.maracs for each in returned(held, marac, of)]
    answer = shown_measures.Return(at=held.at, returns=found)
    await runtime.shown(caller, "data-return", caller.id, _seen(answer), ())
    return answer


def returned(held: Known, marac: Marac, of: shown_measures.Of) -> list[shown_measures.Returned]:
    """The data return of one MARAC, the earliest first."""
    year = returns.last_four(held.at)
    if of == "meeting":
        parts = [
            (each.starts.astimezone(LONDON).date(), held.discussed(marac, each))
            for each in marac.held(held.at)
        ]
    else:
        parts = [(quarter.starts, _in(held, marac, quarter)) for quarter in year]
    if of == "year":
        parts = [(year[0].starts, [one for _, discussed in parts for one in discussed])]
    return [_one_return(held, marac, of, starts, returns.count(discussed)) for starts, discussed in parts]


def _one_return(
    held: Known, marac: Marac, of: shown_measures.Of, starts: date, numbers: dict[str, int]
) -> shown_measures.Returned:
    cases, said = numbers["cases"], held.population(marac.area.area)
    return shown_measures.Returned(
        area=marac.area.area,
        name=marac.area.name,
        of=of,
        starts=starts,
        numbers={name: numbers.get(name) for name in returns.COLUMNS},
        repeat_percent=returns.percent(numbers["repeat_cases"], cases),
        partner_agency_percent=returns.percent(numbers["partner_agency_referrals"], cases),
        cases_per_10_000_adult_women=returns.per_10_000(cases, said.adult_women)
        if said and of == "year"
        else None,
    )


def _seen(page: shown_measures.Part) -> bytes:
    """What whoever looks has seen: numbers, of which no fact is shown."""
    return page.model_dump_json(exclude={"at", "fresh_until"}).encode()
