"""The ladder, as tables that somebody on call can check."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import AlertRule, Post, Urgency
from services.notify.rules.ladder import (
    FIRST_ROUND,
    JITTER,
    LADDERS,
    Due,
    Told,
    next_step,
    published,
    rungs_of,
    step_of,
    wait_after,
)

RAISED = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)

FIRST, SECOND, SUPERVISOR, DUTY = Post

WALK = {
    # urgency: minutes after the alert at which each step is called, and whom it calls
    Urgency.NOW: [
        (0, [FIRST]),
        (5, [SECOND]),
        (15, [SUPERVISOR]),
        (30, [DUTY]),
        (45, [FIRST, DUTY]),
        (60, [SECOND, DUTY]),
        (75, [SUPERVISOR, DUTY]),
        (90, [FIRST, DUTY]),
        (105, [SECOND, DUTY]),
    ],
    Urgency.HOUR: [
        (0, [FIRST]),
        (20, [SECOND]),
        (40, [SUPERVISOR]),
        (60, [DUTY]),
        (80, [FIRST, DUTY]),
        (100, [SECOND, DUTY]),
    ],
    Urgency.DAY: [
        (0, [FIRST]),
        (8 * 60, [SECOND]),
        (16 * 60, [SUPERVISOR]),
        (24 * 60, [DUTY]),
        (25 * 60, [FIRST, DUTY]),
        (26 * 60, [SECOND, DUTY]),
    ],
}


def after(minutes: float) -> datetime:
    return RAISED + timedelta(minutes=minutes)


@pytest.mark.parametrize("urgency", Urgency)
def test_each_post_is_called_in_turn_while_nobody_answers(urgency: Urgency) -> None:
    last: Told | None = None
    for step, (minutes, posts) in enumerate(WALK[urgency]):
        at = after(minutes)
        assert next_step(LADDERS[urgency], RAISED, last, at) == Due(step, at)
        assert [rung.post for rung in rungs_of(step)] == posts
        last = Told(step, called=at, tried=at)


def test_an_hour_and_a_day_have_reached_the_duty_officer_when_they_are_over() -> None:
    for urgency, limit in ((Urgency.HOUR, timedelta(hours=1)), (Urgency.DAY, timedelta(hours=24))):
        first_round = [wait_after(LADDERS[urgency], step) for step in range(len(FIRST_ROUND) - 1)]
        assert sum(first_round, timedelta()) == limit


@pytest.mark.parametrize(
    ("what", "last", "step", "minutes"),
    [
        ("tried at once: five minutes to answer", Told(0, after(0), tried=after(0)), 1, 5),
        ("tried late: five minutes from then", Told(0, after(0), tried=after(0.25)), 1, 5.25),
        ("not tried within 30 seconds: the next", Told(0, after(0)), 1, 0.5),
        ("second not tried either", Told(1, after(5)), 2, 5.5),
        ("passed on: at once", Told(0, after(0), tried=after(0), passed_on=after(2)), 1, 2),
        ("passed on, never tried", Told(0, after(0), passed_on=after(0.1)), 1, 0.1),
        (
            "the duty officer not tried: in a later round, nobody is left to ask sooner",
            Told(3, after(30)),
            4,
            45,
        ),
        ("a later round not tried", Told(6, after(75)), 7, 90),
        ("tried by a clock that goes ahead: from half a minute", Told(0, after(0), tried=after(60)), 1, 5.5),
        ("and in a later round", Told(6, after(75), tried=after(135)), 7, 90.5),
        ("tried by a clock that goes behind: from its call", Told(0, after(0), tried=after(-60)), 1, 5),
        ("passed on by a clock that goes ahead", Told(0, after(0), after(0), passed_on=after(60)), 1, 5),
    ],
)
def test_when_the_next_step_falls_due(what: str, last: Told, step: int, minutes: float) -> None:
    assert next_step(LADDERS[Urgency.NOW], RAISED, last, last.called) == Due(step, after(minutes)), what


@pytest.mark.parametrize("urgency", Urgency)
def test_nobody_else_is_called_because_a_clock_was_put_right_by_a_little(urgency: Urgency) -> None:
    last = Told(0, RAISED, tried=RAISED)
    due = next_step(LADDERS[urgency], RAISED, last, RAISED - JITTER)
    assert due == Due(1, RAISED + wait_after(LADDERS[urgency], 0))


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize(
    ("what", "last"),
    [
        ("called, and never tried", Told(4, after(60))),
        ("called and tried", Told(4, after(60), tried=after(60))),
        ("called, and tried by another clock", Told(4, after(60), tried=after(1))),
        ("called, and passed on", Told(4, after(60), tried=after(60), passed_on=after(61))),
    ],
)
def test_nothing_waits_for_a_clock_that_has_gone_back(urgency: Urgency, what: str, last: Told) -> None:
    """Whatever was said an hour ahead: the next step is due, the one after it in its own time."""
    assert next_step(LADDERS[urgency], RAISED, last, RAISED) == Due(5, RAISED), what
    now = Told(5, RAISED, tried=RAISED)
    assert next_step(LADDERS[urgency], RAISED, now, RAISED) == Due(
        6, RAISED + wait_after(LADDERS[urgency], 5)
    ), what


@pytest.mark.parametrize(
    ("back_at", "step", "minutes"),
    [(4, 0, 0), (5, 1, 5), (14.9, 1, 5), (29, 2, 15), (44, 3, 30), (50, 4, 45), (24 * 60 + 7, 97, 24 * 60)],
)
def test_after_an_outage_only_the_highest_step_that_is_due_goes_out(
    back_at: float, step: int, minutes: float
) -> None:
    """Raised, and then Goldthread was away before anybody had been called."""
    assert next_step(LADDERS[Urgency.NOW], RAISED, None, after(back_at)) == Due(step, after(minutes))


@pytest.mark.parametrize("urgency", Urgency)
def test_what_is_raised_by_a_clock_that_goes_ahead_is_due(urgency: Urgency) -> None:
    assert next_step(LADDERS[urgency], RAISED, None, after(-60)) == Due(0, after(-60))


@given(
    urgency=st.sampled_from(Urgency),
    step=st.integers(0, 500),
    away=st.timedeltas(timedelta(), timedelta(days=400)),
    tried=st.booleans(),
)
def test_the_ladder_never_ends_and_never_goes_back(
    urgency: Urgency, step: int, away: timedelta, tried: bool
) -> None:
    last = Told(step, called=RAISED, tried=RAISED if tried else None)
    due = next_step(LADDERS[urgency], RAISED, last, RAISED + away)
    assert due.step > step
    assert due.due > RAISED
    overtaken = due.due + wait_after(LADDERS[urgency], due.step)
    assert overtaken > RAISED + away, "a higher step was due"
    first = next_step(LADDERS[urgency], RAISED, last, RAISED)
    assert due == first or due.due <= RAISED + away, "a step was left out before a later one was due"


@given(st.integers(0, 100_000))
def test_every_rung_belongs_to_one_step(step: int) -> None:
    numbers = [rung.number for rung in rungs_of(step)]
    assert [step_of(number) for number in numbers] == [step] * len(numbers)
    assert rungs_of(step + 1)[0].number == numbers[-1] + 1


def test_whoever_answers_for_them_is_called_first_where_a_breach_had_no_answer() -> None:
    called = [
        rung.post
        for step in range(6)
        for rung in rungs_of(step, published(Urgency.NOW, AlertRule.NO_ANSWER).posts)
    ]
    assert called[:4] == [Post.SUPERVISOR, Post.DUTY_OFFICER, Post.FIRST, Post.SECOND]
    assert called[4:] == [rung.post for step in (4, 5) for rung in rungs_of(step)]
