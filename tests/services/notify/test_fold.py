"""The row of an alert: nights as they go, and what holds of every night."""

from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import Content
from contracts.events.alerts import AlertCalled, AlertRaised
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from services.notify.rules.ladder import LADDERS, UNTRIED, step_of, wait_after
from services.notify.rules.telling import is_due
from services.notify.views import AlertRow, decide, number_of
from tests.services.notify.world import CAUSE, RAISED, World, on_call, rota, staff
from tests.support.facts import fact, root_of


def test_the_first_on_call_is_called_at_once() -> None:
    world = World()
    world.raise_alert()
    assert world.called == [(0, "amira")]
    assert world.row.next is not None
    assert [call.person for call in world.row.next.calls] == [staff("ben")]


def test_what_is_raised_by_a_clock_that_goes_ahead_calls_somebody_at_once() -> None:
    ahead = World()
    ahead.raise_alert()
    raised = [each for each in ahead.facts if isinstance(each.content, AlertRaised)]
    world = World(facts=raised, now=RAISED - timedelta(hours=1))
    world.settle()
    assert world.called == [(-60, "amira")]
    assert world.row.calls[0].due == world.now


def test_an_alert_climbs_though_the_clock_goes_back() -> None:
    """By an hour, a minute after the supervisor was called. The next is called now, and then in turn."""
    world = World()
    world.raise_alert()
    for _ in range(16):
        world.try_all()
        world.wait(60)
    assert world.called == [(0, "amira"), (5, "ben"), (15, "cath")]
    world.now -= timedelta(hours=1)
    world.settle()
    assert world.called[3:] == [(-44, "dev")]
    world.try_all()
    world.wait(15 * 60)
    assert [name for _, name in world.called[4:]] == ["amira", "dev"]
    assert world.row.next_due == RAISED + timedelta(minutes=-29 + 15)


def test_what_was_given_back_by_a_clock_that_went_ahead_hurries_nobody_twice() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.now += timedelta(hours=1)
    world.acknowledge("amira")
    world.wait(60)
    world.pass_on("amira")
    assert [name for _, name in world.called] == ["amira", "ben", "dev"]
    world.now -= timedelta(hours=1)
    world.settle()
    assert world.called[3:] == [(1, "cath"), (1, "dev")]
    world.try_all()
    world.wait(15 * 60)
    assert world.called[5:] == [(16, "amira"), (16, "dev")]


def test_a_message_is_tried_again_though_the_clock_goes_back() -> None:
    world = World()
    world.raise_alert()
    world.try_all(DeliveryResult.FAILED)
    world.now -= timedelta(hours=1)
    (call,) = world.row.calls
    assert is_due(call.messages[0], world.now)
    world.try_call(call.id, DeliveryResult.FAILED)
    message = world.row.calls[0].messages[0]
    assert (message.attempts, message.last_attempt, is_due(message, world.now)) == (2, world.now, False)


def test_a_night_in_which_nobody_answers() -> None:
    world = World()
    world.raise_alert()
    for _ in range(13):
        world.try_all()
        world.wait(300)
    assert world.called[:4] == [(0, "amira"), (5, "ben"), (15, "cath"), (30, "dev")]
    assert world.called[4:] == [(45, "amira"), (45, "dev"), (60, "ben"), (60, "dev")]
    assert world.row.waiting


def test_after_the_whole_ladder_it_is_the_operators_to_see_too_until_somebody_answers() -> None:
    world = World()
    world.raise_alert()
    seen = []
    for _ in range(10):
        world.try_all()
        world.wait(300)
        seen.append((len(world.called), world.row.went_round))
    assert {count for count, round_ in seen if not round_} == {2, 3, 4}
    assert {count for count, round_ in seen if round_} == {6}, "the duty officer is called again too"
    world.acknowledge("dev")
    assert not world.row.went_round


def test_whoever_takes_it_ends_the_ladder() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.wait(120)
    world.acknowledge("amira")
    world.wait(3600)
    world.acknowledge("ben")
    row = world.row
    assert world.called == [(0, "amira")]
    assert (row.acknowledged_by, row.acknowledged_at) == (staff("amira"), RAISED + timedelta(minutes=2))
    assert (row.waiting, row.standing, row.next_due) == (False, True, None)


def test_a_second_press_does_not_come_to_life_when_the_first_is_given_back() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.acknowledge("amira")
    world.wait(0.01)
    world.acknowledge("ben")
    world.wait(60)
    world.pass_on("amira")
    assert (world.row.waiting, world.row.acknowledged_by) == (True, None)
    assert [name for _, name in world.called] == ["amira", "ben"]


def test_whoever_cannot_take_it_hands_it_on_at_once() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.wait(60)
    world.pass_on("amira")
    assert world.called == [(0, "amira"), (1, "ben")]


def test_who_passes_it_on_and_is_the_only_one_is_called_once_for_each_time() -> None:
    alone = {"second": None, "supervisor": None, "duty_officer": None}
    world = World(configuration=rota(**alone))
    world.raise_alert()
    world.wait(10)
    world.pass_on("amira")
    assert world.called == [(0, "amira"), (pytest.approx(10 / 60), "amira")]


def test_somebody_called_earlier_does_not_hurry_those_called_since() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.wait(301)
    world.try_all()
    world.pass_on("amira")
    assert [name for _, name in world.called] == ["amira", "ben"]


def test_in_a_later_round_both_who_were_called_must_pass_it_on() -> None:
    world = World()
    world.raise_alert()
    world.wait(46 * 60, away=True)
    assert [name for _, name in world.called] == ["amira", "amira", "dev"]
    world.try_all()
    world.wait(10)
    world.pass_on("amira", rung=4)
    assert len(world.called) == 3
    world.pass_on("dev", rung=5)
    assert [name for _, name in world.called[3:]] == ["ben", "dev"]


def test_what_was_taken_can_be_given_back() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.acknowledge("amira")
    world.wait(600)
    world.pass_on("amira")
    assert world.row.waiting
    assert world.called == [(0, "amira"), (10, "ben")]


def test_what_stood_down_calls_nobody_and_the_next_generation_begins_anew() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.wait(60)
    world.stand_down()
    world.wait(3600)
    assert (world.row.standing, world.row.waiting, len(world.called)) == (False, False, 1)
    world.raise_alert()
    assert (world.row.generation, world.row.waiting) == (2, True)
    assert world.called == [(0, "amira"), (61, "amira")]


def test_a_message_that_is_not_tried_does_not_hold_up_the_next_person() -> None:
    world = World()
    world.raise_alert()
    world.wait(100)
    assert world.called == [(0, "amira"), (0.5, "ben"), (1, "cath"), (1.5, "dev")]


@pytest.mark.parametrize(("comes", "then"), [(True, 5), (False, 0.5)])
def test_a_try_that_failed_has_half_a_minute_to_get_through(comes: bool, then: float) -> None:
    world = World()
    world.raise_alert()
    world.try_all(DeliveryResult.FAILED)
    world.wait(20)
    world.try_call(world.row.calls[0].id, DeliveryResult.DELIVERED if comes else DeliveryResult.FAILED)
    world.wait(60 * then - 21)
    assert world.called == [(0, "amira")]
    world.wait(1)
    assert world.called == [(0, "amira"), (then, "ben")]


def test_who_is_on_call_when_the_call_goes_out_is_called() -> None:
    """Goldthread is away while the shift changes."""
    change = RAISED + timedelta(minutes=2)
    world = World(configuration=[*rota(ends=change), *rota(starts=change, second=on_call("eve"))])
    world.raise_alert()
    world.try_all()
    world.wait(360, away=True)
    assert world.called == [(0, "amira"), (6, "eve")]


def test_one_person_in_both_posts_of_a_step_is_called_once() -> None:
    world = World(configuration=rota(first=on_call("dev")))
    world.raise_alert()
    world.wait(50 * 60, away=True)
    assert [name for _, name in world.called] == ["dev", "dev"]


def test_who_has_no_webhook_is_called_on_the_live_page() -> None:
    world = World(configuration=rota(first=on_call("amira", webhook=False)))
    world.raise_alert()
    assert world.channels == [Channel.LIVE_PAGE]


@pytest.mark.parametrize("where", ["north", None])
def test_a_call_goes_out_though_nobody_is_on_the_rota(where: str | None) -> None:
    world = World(configuration=())
    world.raise_alert(where=where)
    (call,) = world.row.calls
    assert (call.person, world.channels, world.row.nobody) == (None, [Channel.LIVE_PAGE], True)


def test_an_alert_that_is_answered_gives_way_to_one_that_waits() -> None:
    """Facts of an alert are told apart by rule and generation: an answer to one is none to another."""
    world = World()
    world.raise_alert()
    world.try_all()
    world.acknowledge("amira")
    world.stand_down()
    world.raise_alert()
    assert world.row.waiting
    assert world.row.acknowledged_by is None


def test_a_number_has_four_digits_and_says_nothing_of_the_cause() -> None:
    numbers = {number_of(root_of(f"breach {each}")) for each in range(300)}
    assert all(len(number) == 4 and number.isdigit() for number in numbers)
    assert len(numbers) > 250


def test_other_facts_about_a_cause_make_no_alert() -> None:
    world = World()
    content: Content = AlertCalled.model_validate(
        {
            "cause": CAUSE,
            "rule": "breach",
            "generation": 1,
            "rung": 0,
            "due": RAISED,
            "person": staff("amira"),
            "area": "north",
            "channels": [],
        }
    )
    world.facts.append(fact(content, agency="goldthread", occurred=RAISED))
    assert world.folded().row is None
    assert list(decide(None, RAISED)) == []


# ---- what holds of every night -----------------------------------------------------------------

NAMES = st.sampled_from(["amira", "ben", "cath", "dev", "eve"])
SECONDS = st.one_of(st.sampled_from([1, 29, 30, 31, 299, 300, 900]), st.integers(0, 20_000))
EVENTS = st.one_of(
    st.tuples(st.just("wait"), SECONDS),
    st.tuples(st.just("away"), SECONDS),
    st.tuples(st.just("try"), st.sampled_from(DeliveryResult)),
    st.tuples(st.just("report"), st.sampled_from(DeliveryResult)),
    st.tuples(st.just("acknowledge"), NAMES),
    st.tuples(st.just("pass on"), NAMES),
    st.tuples(st.just("again"), st.sampled_from(Urgency)),
)


@st.composite
def nights(draw: st.DrawFn) -> World:
    """An alert and what befell it, with a shift that changes in the middle."""
    change = RAISED + timedelta(seconds=draw(st.integers(0, 10_000)))
    evening, night = rota(ends=change), rota(starts=change, first=on_call("eve"), supervisor=None)
    world = World(configuration=[*evening, *night])
    world.raise_alert(draw(st.sampled_from(Urgency)))
    for what, value in draw(st.lists(EVENTS, max_size=12)):
        match what:
            case "wait" | "away":
                world.wait(value, away=what == "away")
            case "try":
                world.try_all(value)
            case "report":
                world.report(world.row.calls[-1].id, value, Channel.WEBHOOK)
            case "acknowledge":
                world.acknowledge(value)
            case "pass on":
                world.pass_on(value)
            case _:
                world.stand_down()
                world.raise_alert(value)
        world.now += timedelta(seconds=1)
        world.settle()
    return world


def text(row: object) -> str:
    assert isinstance(row, AlertRow)
    return row.model_dump_json()


@settings(max_examples=60, deadline=None)
@given(nights(), st.randoms())
def test_the_order_of_arrival_changes_nothing(world: World, random: Random) -> None:
    shuffled = list(world.facts) * 2
    random.shuffle(shuffled)
    assert world.folded(facts=shuffled) == world.folded()


@settings(max_examples=60, deadline=None)
@given(nights(), st.floats(0, 1))
def test_the_row_is_the_same_until_it_says_that_it_changes(world: World, part: float) -> None:
    folded = world.folded()
    until = folded.changes_at or world.now + timedelta(days=400)
    assert until > world.now
    between = world.now + (until - world.now) * part * 0.999999
    again = world.folded(at=between)
    assert text(again.row) == text(folded.row)
    assert again.changes_at == folded.changes_at


@settings(max_examples=60, deadline=None)
@given(nights())
def test_while_nobody_answers_somebody_is_called_next(world: World) -> None:
    row, changes_at = world.row, world.folded().changes_at
    assert row.waiting == (row.standing and row.acknowledged_by is None)
    assert (row.next is not None) == row.waiting == (changes_at is not None)
    if not row.waiting:
        assert list(decide(row, world.now + timedelta(days=400))) == []
        return
    had = len(world.called)
    world.wait((row.next_due - world.now).total_seconds() if row.next_due else 0)
    assert len(world.called) > had


@settings(max_examples=60, deadline=None)
@given(nights())
def test_one_step_goes_out_at_a_time_and_no_rung_twice(world: World) -> None:
    for calls in world.rounds:
        assert len({(call.generation, step_of(call.rung)) for call in calls}) == 1
    rungs = [(call.generation, call.rung) for calls in world.rounds for call in calls]
    assert rungs == sorted(set(rungs)), "called twice, or a step after a later one"


@settings(max_examples=60, deadline=None)
@given(nights(), st.lists(st.tuples(st.integers(-20_000, 20_000), EVENTS), min_size=1, max_size=6))
def test_a_clock_that_is_moved_calls_one_step_at_most(
    world: World, moves: list[tuple[int, tuple[str, Any]]]
) -> None:
    """Whatever was said by the clock that went ahead; and nobody is left waiting for it."""
    for seconds, (what, value) in moves:
        had = len(world.rounds)
        world.now += timedelta(seconds=seconds)
        world.settle()
        assert len(world.rounds) <= had + 1
        if row_of := world.row.next:
            assert row_of.due <= world.now + wait_after(LADDERS[world.row.urgency], row_of.step - 1) + UNTRIED
        match what:
            case "try":
                world.try_all(value)
            case "acknowledge":
                world.acknowledge(value)
            case "pass on":
                world.pass_on(value)
            case _:
                continue


@settings(max_examples=60, deadline=None)
@given(nights(), st.lists(SECONDS, min_size=1, max_size=6))
def test_two_steps_are_never_called_together(world: World, away: list[int]) -> None:
    """Whatever was missed meanwhile: each person called has at least half a minute."""
    since = world.now
    for seconds in away:
        world.wait(seconds, away=True)
    steps = {step_of(call.rung): call.called for call in world.row.calls if call.called > since}
    times = sorted(steps.values())
    assert all(later - earlier >= UNTRIED for earlier, later in pairwise(times))


@settings(max_examples=60, deadline=None)
@given(nights(), st.integers(0, 40_000_000))
def test_whoever_was_away_says_nothing_twice(world: World, seconds: int) -> None:
    """A rebuild or a restore at any later time says the next step at most, and none again."""
    before = {(call.generation, call.rung) for calls in world.rounds for call in calls}
    at = world.now + timedelta(seconds=seconds)
    said = list(decide(world.folded(at=at).row, at))
    contents = [each.content for each in said]
    assert all(isinstance(each, AlertCalled) and each.due <= at for each in contents)
    assert {(each.generation, each.rung) for each in said}.isdisjoint(before)
    assert len({step_of(each.rung) for each in said}) <= 1
