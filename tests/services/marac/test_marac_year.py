"""A year of one MARAC, some 500 cases, folded as facts: its data return is what a clerk's list of the same
year says, counted with a pencil: by meeting, by quarter and for the twelve months."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from chassis.facts import FactSet
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.measures import Known, Marac, returned
from services.marac.conference.rows import ConferenceMeeting
from services.marac.conference.views import CASE, MEETING, PERSON
from tests.support.marac_year import AREA, NOW, Ticked, Year, year
from tests.support.world import World

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def made() -> Year:
    return year()


@pytest.fixture(scope="module")
def held(made: Year) -> Known:
    world = World([PERSON, CASE, COUNTED, MEETING], made.facts, same=made.same, at=NOW)
    rows = [done.row for done in world.fold().values() if done.row is not None]
    meetings = sorted(
        (row for row in rows if isinstance(row, ConferenceMeeting) and not row.withdrawn),
        key=lambda row: row.starts,
    )
    cases = {row.case: row for row in rows if isinstance(row, CountedCase)}
    configuration = FactSet(made.facts)
    (area,) = [
        fact.content
        for fact in made.facts
        if fact.envelope.type.endswith("area-defined.v1") and fact.content and fact.content.area == AREA
    ]
    return Known(NOW, configuration, [Marac(area, meetings, cases)])


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


def test_by_meeting(made: Year, held: Known) -> None:
    found = returned(held, held.maracs[0], "meeting")
    counted = pencil(made.ticked, lambda line: line.starts.astimezone(LONDON).date())
    told = {each.starts: each.numbers for each in found if each.numbers["cases"]}
    assert set(told) == set(counted)
    for day, numbers in told.items():
        same(numbers, counted[day])


def test_by_quarter_and_for_the_year(made: Year, held: Known) -> None:
    mine = [line for line in made.ticked if of_the_year(line)]
    counted = pencil(mine, quarter)
    found = returned(held, held.maracs[0], "quarter")
    assert [each.starts for each in found] == sorted(counted)  # type: ignore[type-var]
    for each in found:
        same(each.numbers, counted[each.starts])
    (whole,) = returned(held, held.maracs[0], "year")
    (total,) = pencil(mine, lambda _: "year").values()
    same(whole.numbers, total)
    assert 450 <= total["cases"] <= 600, "it is a year of a MARAC"
    assert whole.cases_per_10_000_adult_women == round(total["cases"] / 98_400 * 10_000, 1)
    assert whole.repeat_percent == round(100 * total["repeat_cases"] / total["cases"], 1)
    assert whole.numbers["referred_by_primary_care"] is None, "not told apart is no 0"
    assert total["repeat_cases"] > 60
