"""A year of one MARAC, some 500 cases, folded as facts: its data return is what a clerk's list of the same
year says, counted with a pencil: by meeting, by quarter and for the twelve months."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import select

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import FactSet
from chassis.rows import NewRow, new_row, write_rows
from chassis.store import open_store
from chassis.views import Row, View
from contracts.vocabulary import RepeatAnchor, RepeatDefinition, Role
from services.marac.casefile import areas_of
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.measures import EVER, returned
from services.marac.conference.rows import CasePerson, ConferenceMeeting
from services.marac.conference.tally import Around, tallied
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules import returns
from services.marac.rules.repeat import may_be_of
from tests.support.facts import IDS
from tests.support.marac_year import AREA, NOW, Ticked, Year, year
from tests.support.world import World

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(
    scope="module",
    params=[("current", "referral"), ("old", "referral"), ("current", "meeting"), ("old", "meeting")],
    ids=" ".join,
)
def made(request: pytest.FixtureRequest) -> Year:
    """By each published definition of a repeat, counted from each anchor."""
    definition, anchor = request.param
    return year(7, RepeatDefinition(definition), RepeatAnchor(anchor))


@pytest.fixture(scope="module")
def rows(made: Year) -> list[NewRow]:
    """What the store of marac holds of it."""
    world = World([PERSON, CASE, COUNTED, MEETING], made.facts, same=made.same, at=NOW)
    found = [done.row for done in world.fold().values()]
    cases = [new_row(COUNTED, row.case, row) for row in found if isinstance(row, CountedCase)]
    return cases + [new_row(MEETING, r.meeting, r) for r in found if isinstance(r, ConferenceMeeting)]


@pytest.fixture
def held(made: Year) -> Around:
    configuration = FactSet(made.facts)
    return Around(NOW, configuration, {AREA: areas_of(configuration)[AREA]})


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def archive(
    request: pytest.FixtureRequest, tmp_path: Path, rows: list[NewRow]
) -> AsyncIterator[Archive]:
    """A store that holds the year."""
    here = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}" if here else request.getfixturevalue("postgres_url")
    clock = Clock()
    store = open_store(url, "marac", clock)
    await store.prepare([COUNTED.table, MEETING.table])
    async with store.writing() as connection:
        await write_rows(store, connection, rows, {})
    yield Archive("marac", store, IDS, clock, [COUNTED, MEETING])
    await store.close()


def pencil(ticked: Iterable[Ticked], by: Callable[[Ticked], object]) -> dict[object, Counter[str]]:
    """How often each box is ticked."""
    found: dict[object, Counter[str]] = {}
    for line in ticked:
        sums = found.setdefault(by(line), Counter())
        for box, n in line.boxes.items():
            sums[box] += n
    return found


def quarter(line: Ticked) -> date:
    local = line.starts.astimezone(LONDON)
    return date(local.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7}.get(local.month, 10), 1)


def of_the_year(line: Ticked) -> bool:
    return datetime(2025, 10, 1, tzinfo=UTC) <= line.starts < datetime(2026, 10, 1, tzinfo=UTC)


def same(numbers: dict[str, int | None], counted: Counter[str]) -> None:
    assert {name: n for name, n in numbers.items() if n} == {name: n for name, n in counted.items() if n}


async def test_by_meeting(made: Year, held: Around, archive: Archive) -> None:
    found = await returned(archive, held, "meeting")
    counted = pencil(made.ticked, lambda line: line.starts.astimezone(LONDON).date())
    told = {each.starts: each.numbers for each in found if each.numbers["cases"]}
    assert set(told) == set(counted)
    for day, numbers in told.items():
        same(numbers, counted[day])


async def test_by_quarter_and_for_the_year(made: Year, held: Around, archive: Archive) -> None:
    mine = [line for line in made.ticked if of_the_year(line)]
    counted = pencil(mine, quarter)
    found = await returned(archive, held, "quarter")
    assert [each.starts for each in found] == sorted(counted)  # type: ignore[type-var]
    for each in found:
        same(each.numbers, counted[each.starts])
    (whole,) = await returned(archive, held, "year")
    (total,) = pencil(mine, lambda _: "year").values()
    same(whole.numbers, total)
    assert 450 <= total["cases"] <= 600, "it is a year of a MARAC"
    assert whole.cases_per_10_000_adult_women == round(total["cases"] / 98_400 * 10_000, 1)
    assert whole.repeat_percent == round(100 * total["repeat_cases"] / total["cases"], 1)
    assert whole.numbers["referred_by_primary_care"] is None, "not told apart is no 0"
    assert total["repeat_cases"] > 40


def odd(cases: Iterable[CountedCase], meetings: Iterable[ConferenceMeeting]) -> list[NewRow]:
    """The same year with what makes a count go wrong: referrals withdrawn, people who are young or whose age
    is found out later, children who are grown up, services named; meetings that are withdrawn, another
    MARAC's, or passed some of their cases over."""
    chance = Random(13)

    def some(of: int) -> bool:
        return chance.randrange(of) == 0

    found = []
    for case in cases:
        slim: dict[str, object] = {"withdrawn": some(8)}
        if some(3):
            child = CasePerson(person="c", role=Role.CHILD, relationship=None, mentions=["c"])
            born = [date(2008 + 6 * each, 3, 9) if chance.randrange(4) else None for each in range(-1, 2)]
            slim["children"] = tuple(child.model_copy(update={"born": each}) for each in born)
        said: dict[str, object] = {"slim": case.slim.model_copy(update=slim)}
        if some(4):
            said["born"] = chance.choice([None, date(2008, 2, 1), date(2009, 6, 30)])
        if some(4):
            said["perpetrators_born"] = (date(2008, 1, 15), None, date(2010, 1, 1))
        found.append(new_row(COUNTED, case.case, case.model_copy(update=said)))
    for meeting in meetings:
        kept = tuple(each.case for each in meeting.cases if not some(5))
        said = {"withdrawn": some(15), "closed": True, "recorded": kept}
        said |= {"area": "elsewhere"} if some(12) else {}
        found.append(new_row(MEETING, meeting.meeting, meeting.model_copy(update=said)))
    return found


async def one_by_one(archive: Archive, held: Around) -> dict[str, Counter[str]]:
    """The numbers of each meeting, each of its cases counted by itself."""
    cases = {each.case: each for each in cast("list[CountedCase]", await everything(archive, COUNTED))}
    meetings = cast("list[ConferenceMeeting]", await everything(archive, MEETING))
    had = {each.meeting: orjson.loads(each.had) for each in meetings if not each.withdrawn}
    heard = {case: [m.starts for m in meetings if case in had.get(m.meeting, ())] for case in cases}
    found = dict[str, Counter[str]]()
    for meeting in meetings:
        if meeting.starts > held.at or meeting.area not in held.here:
            continue
        for case in had.get(meeting.meeting, ()):
            if not cases[case].withdrawn and case not in held.shut:
                one = returns.count({discussed(held, cases[case], meeting.starts, heard): 1})
                found.setdefault(meeting.meeting, Counter()).update(one)
    return found


def discussed(
    held: Around, row: CountedCase, starts: datetime, heard: Mapping[str, list[datetime]]
) -> returns.Discussed:
    day, slim = starts.astimezone(LONDON).date(), row.slim
    others = [at for each in slim.pair for at in heard[each] if may_be_of(at, slim.referred)]
    ages = [returns.age_on(born, day) for born in row.perpetrators_born]
    return returns.Discussed(
        source=held.source(row.agency, row.service),
        repeat=returns.is_repeat(starts, slim.criteria, heard=[*heard[row.case], *others], events=row.events),
        children=returns.not_grown(returns.age_on(each.born, day) for each in slim.children),
        minoritised=row.minoritised,
        lgbt=row.lgbt,
        disabled=row.disabled,
        male=row.male,
        age=returns.age_on(row.born, day),
        young_perpetrators=sum(each is not None and each < 18 for each in ages),
    )


async def everything(archive: Archive, view: View) -> list[Row]:
    return await archive.rows(view, select(view.table))


async def test_what_the_store_adds_up_is_what_each_case_by_itself_says(
    held: Around, archive: Archive
) -> None:
    """Also once rows have changed after their meetings, and for whoever has a tie to some."""
    cases = cast("list[CountedCase]", await everything(archive, COUNTED))
    shut = replace(held, shut={each.case for each in cases[::9]})
    for who in (held, shut):
        await as_counted(archive, who)
    meetings = cast("list[ConferenceMeeting]", await everything(archive, MEETING))
    async with archive.store.writing() as connection:
        await write_rows(archive.store, connection, odd(cases, meetings), {})
    for who in (held, shut):
        year = await as_counted(archive, who)
        for name in ("repeat_cases", "victims_aged_16_to_17", "perpetrators_aged_17_or_under", "lgbt"):
            assert year[name], name


async def as_counted(archive: Archive, held: Around) -> Counter[str]:
    """All numbers together, where both ways to count have the same of each meeting."""
    told = (await tallied(archive, held, EVER, NOW, by_meeting=True))[AREA]
    counted = await one_by_one(archive, held)
    assert {each: +numbers for each, numbers in told.items()} == {e: +n for e, n in counted.items()}
    return sum(counted.values(), Counter())
