"""A child's missing episodes and their return interviews, as a table."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.rules.missing_child import Interview, Record, episodes, in_twelve_months
from contracts.vocabulary import InterviewStep
from tests.support.tables import lines

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def november(said: str) -> datetime:
    """*10 18:00*: a time in that month."""
    return datetime.fromisoformat(f"2026-11-{said}").replace(tzinfo=UTC)


def maybe(said: str | None) -> datetime | None:
    return november(said) if said else None


@lines(__file__, "missing_child")
def test_episodes_and_interviews(line: dict[str, Any]) -> None:
    records = [
        Record(november(since), f"r{number}", "police", "child", maybe(found))
        for number, (since, found) in enumerate(line["records"])
    ]
    steps = [
        Interview(november(at), f"i{number}", InterviewStep(step), f"r{of[0]}" if of else None)
        for number, (at, step, *of) in enumerate(line["steps"])
    ]
    found = episodes(reversed(records), reversed(steps))
    assert len(found) == line["episodes"]
    assert [each.due for each in found] == [maybe(due) for due in line["due"]]
    assert [each.settled for each in found] == [maybe(at) for at in line["settled"]]
    assert [number for number, each in enumerate(found) if each.is_late(NOW)] == line["late"]


def test_a_year_is_counted_back_from_the_time() -> None:
    days = [1, 100, 364, 366]
    known = episodes([Record(NOW - timedelta(days=n), str(n), "police", "child") for n in days], [])
    assert in_twelve_months(known, NOW) == 3
    assert in_twelve_months(known, NOW - timedelta(days=2)) == 3
