"""How a folder shares its time: what is urgent first and alone, and the rest never for ever after it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.batch import Batch
from chassis.ledger import entry_of
from chassis.marks import Rank
from chassis.pace import (
    FEWEST_MARKS,
    MARKS,
    MOST_GATHER,
    MOST_MARKS,
    MOST_OWED_SECONDS,
    MOST_REST,
    SHARE,
    TURN_SECONDS,
    Pace,
    Turn,
)
from contracts.content import Content
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.sections import Identity, Record
from contracts.vocabulary import BreachKind, IncidentKind, Role
from tests.support.facts import fact

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HER = [Mention(role=Role.VICTIM, identity=Identity(record=Record(system="s", type="t", number="1")))]
BREACH = BreachReported(kind=BreachKind.CONTACT, people=HER)
INCIDENT = IncidentReported(kind=IncidentKind.HARASSMENT, people=HER)
BUSY = 0.05
QUICK, LONG = BUSY / 4, BUSY * 10


@pytest.mark.parametrize(
    ("said", "before", "urgent"),
    [
        pytest.param(BREACH, timedelta(minutes=5), True, id="a breach just now"),
        pytest.param(BREACH, timedelta(days=27), True, id="a breach of this month"),
        pytest.param(BREACH, -timedelta(hours=1), True, id="a breach by a clock that goes ahead"),
        pytest.param(BREACH, timedelta(days=28), False, id="a breach of long ago, brought along"),
        pytest.param(INCIDENT, timedelta(minutes=5), False, id="an incident just now"),
    ],
)
def test_what_goes_before_others(said: Content, before: timedelta, urgent: bool) -> None:
    told = fact(said, occurred=NOW - before, accepted=NOW)
    assert (entry_of(told.envelope).rank is Rank.URGENT) is urgent


@pytest.mark.parametrize(
    ("batch", "limit"),
    [
        pytest.param(Batch(marks=MARKS, full=True, seconds=QUICK), MARKS * 2, id="many and quick"),
        pytest.param(Batch(marks=MARKS, full=True, seconds=LONG), FEWEST_MARKS, id="many and slow"),
        pytest.param(Batch(marks=9, cut=True, seconds=QUICK), FEWEST_MARKS, id="it gave way"),
        pytest.param(Batch(marks=9, seconds=QUICK), MARKS, id="few: they tell nothing of many"),
        pytest.param(Batch(), MARKS, id="nothing at all"),
    ],
)
def test_how_many_are_taken_next(batch: Batch, limit: int) -> None:
    pace = Pace(BUSY)
    pace.folded(Turn.URGENT_FIRST, batch, 0.0, coming=False)
    assert pace.limit == limit


def test_a_folder_that_had_nothing_to_do_takes_no_more_for_it() -> None:
    pace = Pace(BUSY)
    for _ in range(20):
        pace.folded(Turn.URGENT_FIRST, Batch(), 0.0, coming=False)
    assert pace.limit == MARKS
    for _ in range(20):
        pace.folded(Turn.URGENT_FIRST, Batch(marks=MARKS, full=True), 0.0, coming=False)
    assert pace.limit == MOST_MARKS


def test_it_rests_after_the_rest_while_more_of_it_comes_and_takes_what_is_urgent_meanwhile() -> None:
    pace = Pace(BUSY)
    pace.folded(Turn.URGENT_FIRST, Batch(marks=3, seconds=QUICK), 10.0, coming=False)
    assert pace.rest(10.0) == 0.0, "nothing comes"
    pace.folded(Turn.URGENT_FIRST, Batch(marks=3, seconds=1.0), 10.0, coming=True)
    assert pace.rest(10.0) == MOST_REST
    assert pace.turn(10.0, heaped=False) is Turn.URGENT
    assert pace.turn(10.0, heaped=True) is Turn.URGENT_FIRST
    pace.folded(Turn.URGENT, Batch(marks=1, urgent=True, seconds=QUICK), 10.1, coming=True)
    assert pace.rest(10.0) == MOST_REST, "what is urgent makes no rest longer"
    assert pace.turn(10.0 + MOST_REST, heaped=False) is Turn.URGENT_FIRST


@pytest.mark.parametrize("more", [{"full": True}, {"cut": True}, {"left": 1}])
def test_who_is_behind_does_not_rest(more: dict[str, int]) -> None:
    pace = Pace(BUSY)
    pace.folded(Turn.URGENT_FIRST, replace(Batch(marks=3, seconds=1.0), **more), 10.0, coming=True)
    assert pace.rest(10.0) == 0.0
    pace.folded(Turn.URGENT_FIRST, Batch(marks=1, urgent=True, seconds=QUICK), 10.0, coming=True)
    assert pace.behind, "what was urgent says nothing of the rest"
    pace.folded(Turn.URGENT_FIRST, Batch(marks=3, seconds=QUICK), 10.0, coming=True)
    assert pace.rest(10.0) > 0.0


def test_a_heap_of_history_is_let_gather_until_no_more_comes() -> None:
    pace = Pace(BUSY)
    pace.gather(0.0, coming=False)
    assert pace.least is Rank.HISTORY, "a little is taken as it comes"
    pace.gather(1.0, coming=True)
    assert pace.least is Rank.REST
    pace.folded(Turn.URGENT_FIRST, Batch(), 1.0, coming=True)
    pace.gather(2.0, coming=False)
    assert pace.least is Rank.HISTORY
    pace.folded(Turn.URGENT_FIRST, Batch(marks=3), 3.0, coming=False)
    assert pace.gathers_until is None, "it is all folded"


def test_history_is_folded_to_its_end_after_some_minutes_though_more_comes() -> None:
    pace = Pace(BUSY)
    pace.gather(0.0, coming=True)
    for now in (MOST_GATHER, MOST_GATHER + 100):
        pace.gather(now, coming=True)
        assert pace.least is Rank.HISTORY
        pace.folded(Turn.URGENT_FIRST, Batch(marks=9, full=True, seconds=LONG), now, coming=True)
        pace.folded(Turn.URGENT_FIRST, Batch(marks=1, urgent=True, seconds=QUICK), now, coming=True)
    pace.folded(Turn.URGENT_FIRST, Batch(marks=9, seconds=QUICK), 999.0, coming=True)
    pace.gather(999.0, coming=True)
    assert pace.least is Rank.REST, "and then gathers again"


def test_where_nothing_else_waits_nothing_is_owed() -> None:
    pace = Pace(BUSY)
    for _ in range(100):
        turn = pace.turn(0.0, heaped=False)
        pace.folded(turn, Batch(marks=1, urgent=True, seconds=0.2), 0.0, coming=True)
        assert pace.owed <= MOST_OWED_SECONDS
    pace.folded(Turn.REST_FIRST, Batch(marks=1, urgent=True, seconds=0.2), 0.0, coming=True)
    assert pace.owed == 0.0
    assert pace.seconds == TURN_SECONDS


@given(st.lists(st.floats(0.01, 2.0), min_size=200, max_size=200))
def test_the_rest_has_its_share_of_a_flood(lengths: list[float]) -> None:
    """However long what is urgent takes, the rest has a turn, and not more than its share by much."""
    pace, urgent, rest = Pace(BUSY), 0.0, 0.0
    for length in lengths:
        turn = pace.turn(0.0, heaped=True)
        first = turn is not Turn.REST_FIRST
        batch = Batch(marks=1, urgent=first, seconds=length if first else pace.seconds, cut=not first)
        pace.folded(turn, batch, 0.0, coming=True)
        urgent, rest = urgent + first * length, rest + (not first) * batch.seconds
    assert rest <= urgent / SHARE + TURN_SECONDS
    assert urgent <= (rest + MOST_OWED_SECONDS) * SHARE + 2 * max(lengths)


def test_after_a_failure_fewer_are_taken_down_to_one() -> None:
    pace = Pace(BUSY)
    for limit in (50, 12, 3, 1, 1):
        pace.failed()
        assert pace.limit == limit
