"""The calendars of the field, as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import LONDON, bank_holidays, court_deadline, custody_deadline, ends_within_a_year
from tests.support.tables import lines


def local(said: str) -> datetime:
    """A time as a clock on the wall has it."""
    return datetime.fromisoformat(said).replace(tzinfo=LONDON)


@lines(__file__, "court_hours")
def test_court_hours(line: dict[str, Any]) -> None:
    found = court_deadline(local(line["served"]), line["hours"])
    assert found.astimezone(LONDON) == local(line["due"])
    assert found.tzinfo is UTC


@lines(__file__, "custody_hours")
def test_custody_hours(line: dict[str, Any]) -> None:
    assert custody_deadline(local(line["arrested"]), 24).astimezone(LONDON) == local(line["due"])


@lines(__file__, "bank_holidays_end")
def test_that_the_list_of_bank_holidays_ends_is_said_a_year_before(line: dict[str, Any]) -> None:
    assert ends_within_a_year(line["last"], line["today"]) is line["said"]


YEAR = st.integers(0, 334 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(YEAR, st.integers(1, 96))
def test_no_court_hour_is_on_a_sunday_and_more_hours_are_later(start: datetime, hours: int) -> None:
    due = court_deadline(start, hours)
    assert due >= start + timedelta(hours=hours)
    assert court_deadline(start, hours + 1) > due
    last = (due - timedelta(microseconds=1)).astimezone(LONDON).date()
    assert last.weekday() != 6
    assert last not in bank_holidays()
