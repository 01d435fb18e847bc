"""The demo's rota: weeks of it, with the gap and the overlap that the planner shows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chassis.clock import LONDON
from deploy.demo.staff import HOUR, ON_CALL, shifts_of

DAYS = [
    datetime(2026, 10, day, hour, 30, tzinfo=UTC) for day in (18, 19, 24, 25, 26) for hour in (0, 7, 8, 23)
]
"""About the Sunday on which the clocks go back."""


@pytest.mark.parametrize("now", DAYS)
def test_there_is_one_gap_next_week_in_the_north_and_an_overlap_in_the_east(now: datetime) -> None:
    start = now - timedelta(days=365)
    between = {
        area: [(one[1], other[0]) for one, other in pairwise(shifts_of(area, start, now))] for area in ON_CALL
    }
    gaps = [(ends, begins) for ends, begins in between["northmere-north"] if ends != begins]
    assert [begins - ends for ends, begins in gaps] == [12 * HOUR]
    next_monday = now.astimezone(LONDON).date() + timedelta(days=7 - now.astimezone(LONDON).weekday())
    assert gaps[0][0].astimezone(LONDON).date() == next_monday + timedelta(days=2)
    assert {ends - begins for ends, begins in between["northmere-east"]} == {HOUR}
    assert {ends - begins for ends, begins in between["northmere-south"]} == {timedelta()}
    for area in (*ON_CALL, "northmere"):
        found = shifts_of(area, start, now)
        assert found[0][0] == start
        assert found[-1][1] > now + timedelta(days=70)
        assert area not in ON_CALL or found[0][1] < now - timedelta(days=6), "then each has a telephone"
