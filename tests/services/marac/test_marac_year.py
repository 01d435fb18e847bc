"""A year of one MARAC, some 500 cases, folded as facts: its data return is what a clerk's list of the same
year says, counted with a pencil: by meeting, by quarter and for the twelve months."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import FactSet
from chassis.rows import NewRow, new_row, write_rows
from chassis.store import open_store
from contracts.vocabulary import RepeatAnchor, RepeatDefinition
from services.marac.casefile import areas_of
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.measures import returned
from services.marac.conference.rows import ConferenceMeeting
from services.marac.conference.tally import Around
from services.marac.conference.views import CASE, MEETING, PERSON
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
