"""Times as people say them: London's, never midnight, never 00:00 where nobody gave a time of day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import LONDON
from chassis.pages.texts import OWN, Texts
from chassis.pages.times import Precision, Times

TEXTS = Texts([OWN])
NOW = datetime(2026, 11, 25, 22, 20, tzinfo=UTC)
TIMES = Times(TEXTS, NOW)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2049, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("at", "precision", "said"),
    [
        (datetime(2026, 11, 25, 22, 14, tzinfo=UTC), "instant", "today at 10:14pm"),
        (datetime(2026, 11, 25, 0, 5, tzinfo=UTC), "instant", "today at 12:05am"),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), "instant", "yesterday at 12pm"),
        (datetime(2026, 11, 21, 21, 0, tzinfo=UTC), "instant", "Sat 21 Nov at 9pm"),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "day", "Sat 21 Nov"),
        (datetime(2025, 11, 21, 21, 0, tzinfo=UTC), "instant", "Fri 21 Nov 2025 at 9pm"),
        (datetime(2026, 7, 1, 21, 30, tzinfo=UTC), "instant", "Wed 1 Jul at 10:30pm"),
        (datetime(2026, 11, 20, 0, 0, tzinfo=UTC), "instant", "Fri 20 Nov at 12:00am"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "instant", "Sun 25 Oct at 1:30am BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "instant", "Sun 25 Oct at 1:30am GMT"),
    ],
)
def test_when(at: datetime, precision: Precision, said: str) -> None:
    assert TIMES.when(at, precision) == said


@pytest.mark.parametrize(
    ("precision", "said"), [("instant", "Sat 21 Nov 2026 at 9pm"), ("day", "Sat 21 Nov 2026")]
)
def test_on_a_page_of_then_each_time_has_its_year(precision: Precision, said: str) -> None:
    assert Times(TEXTS, NOW, in_full=True).when(datetime(2026, 11, 21, 21, tzinfo=UTC), precision) == said


def test_today_is_londons_today() -> None:
    late = Times(TEXTS, datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    assert late.when(datetime(2026, 6, 1, 22, 30, tzinfo=UTC)) == "yesterday at 11:30pm"
    assert late.when(datetime(2026, 6, 1, 23, 10, tzinfo=UTC)) == "today at 12:10am"


def test_exact_and_in_full() -> None:
    at = datetime(2026, 11, 21, 21, 4, 9, tzinfo=UTC)
    assert TIMES.exact(at) == "Sat 21 Nov 2026 at 9:04:09pm GMT"
    assert TIMES.absolute(at) == "Sat 21 Nov 2026 at 9:04pm"
    assert TIMES.absolute(at, "day") == "Sat 21 Nov 2026"
    assert TIMES.month("2026-03") == "March 2026"


def test_a_delay_is_said_from_the_second_day_on() -> None:
    at = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)
    assert TIMES.delay(at, at + timedelta(hours=20)) is None
    assert TIMES.delay(at, at + timedelta(days=3)) == "recorded 3 days later"
    assert TIMES.delay(at, at - timedelta(minutes=1)) == "before it happened: which time is right?"


def test_age_counts_birthdays() -> None:
    assert TIMES.age(date(2000, 11, 25)) == 26
    assert TIMES.age(date(2000, 11, 26)) == 25


@given(MOMENTS)
def test_a_day_alone_never_has_a_time_of_day(at: datetime) -> None:
    assert ":" not in TIMES.when(at, "day")
    assert " at " not in TIMES.when(at, "day")


@given(MOMENTS, st.integers(1, 5400))
def test_two_moments_are_never_told_alike_in_the_hour_that_comes_twice(at: datetime, seconds: int) -> None:
    later = at + timedelta(seconds=seconds)
    same_minute = at.astimezone(LONDON).replace(second=0, microsecond=0) == later.astimezone(LONDON).replace(
        second=0, microsecond=0
    )
    minutes = int(later.timestamp() // 60) - int(at.timestamp() // 60)
    if minutes:
        assert TIMES.absolute(at) != TIMES.absolute(later)
        assert TIMES.when(at.astimezone(LONDON)) != TIMES.when(later.astimezone(LONDON))
    else:
        assert same_minute
