"""Whoever was called is told once that it is over: by what, when, and when not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.facts import FactSet
from contracts.events.alerts import AlertOver, AlertRaised, AlertStoodDown
from contracts.vocabulary import AlertEnd, AlertRule, Channel, DeliveryResult, Urgency
from services.notify.calls import Message
from services.notify.rules.over import AFTER, WITHIN, Had, by_what, over
from tests.services.notify.world import CAUSE, RAISED, World, on_call, rota, staff
from tests.support.facts import area

TEN = datetime(2026, 3, 3, 22, tzinfo=UTC)
HOUR, LATER = TEN + timedelta(hours=1), TEN + timedelta(hours=2)
B, N = AlertRule.BREACH, AlertRule.NO_ANSWER
SMS, EMAIL, VOICE, WEBHOOK = Channel.SMS, Channel.EMAIL, Channel.VOICE, Channel.WEBHOOK
SENT, DELIVERED = DeliveryResult.SENT, DeliveryResult.DELIVERED
FAILED, REFUSED = DeliveryResult.FAILED, DeliveryResult.REFUSED


def message(channel: Channel, result: DeliveryResult | None) -> Message:
    known: dict[str, Any] = {"first_attempt": None, "last_attempt": None, "taken_at": None, "told_at": None}
    return Message(channel=channel, attempts=1 if result else 0, result=result, **known)


@pytest.mark.parametrize(
    ("had", "by"),
    [
        ({SMS: SENT}, SMS),
        ({SMS: DELIVERED, EMAIL: DELIVERED, VOICE: DELIVERED}, SMS),
        ({EMAIL: SENT}, EMAIL),
        ({EMAIL: DELIVERED, SMS: FAILED}, EMAIL),
        ({VOICE: DELIVERED, SMS: FAILED}, SMS),
        ({VOICE: DELIVERED, SMS: FAILED, EMAIL: SENT}, SMS),
        ({VOICE: DELIVERED, SMS: REFUSED}, None),
        ({VOICE: DELIVERED, SMS: REFUSED, EMAIL: SENT}, EMAIL),
        ({VOICE: DELIVERED, SMS: None}, None),
        ({VOICE: FAILED, SMS: FAILED}, None),
        ({SMS: REFUSED}, None),
        ({SMS: None, EMAIL: None}, None),
        ({WEBHOOK: DELIVERED}, None),
        ({WEBHOOK: DELIVERED, EMAIL: SENT}, EMAIL),
        ({}, None),
    ],
)
def test_by_what_they_are_told(had: dict[Channel, DeliveryResult | None], by: Channel | None) -> None:
    assert by_what(message(channel, result) for channel, result in had.items()) is by


def call(name: str, minutes: int, **known: Any) -> Had:
    usual: dict[str, Any] = {
        "rule": AlertRule.BREACH,
        "rung": 0,
        "by": SMS,
        "ended": HOUR,
        "answered": False,
    }
    return Had(call=name, called=TEN + timedelta(minutes=minutes), **{**usual, **known})


@pytest.mark.parametrize(
    ("what", "calls", "stands", "after"),
    [
        ("called once, and over", [call("a", 0)], {B: HOUR}, ("a", HOUR)),
        ("it waits", [call("a", 0, ended=None)], {B: None}, None),
        ("they answered", [call("a", 0, answered=True)], {B: HOUR}, None),
        ("nothing reached them", [call("a", 0, by=None)], {B: HOUR}, None),
        ("called twice: after the newest", [call("a", 0), call("b", 45, rung=4)], {B: HOUR}, ("b", HOUR)),
        ("the newest reached nobody", [call("a", 0), call("b", 45, by=None)], {B: HOUR}, ("a", HOUR)),
        (
            "another alert calls them",
            [call("a", 0), call("b", 70, rule=N, ended=None)],
            {B: HOUR, N: None},
            None,
        ),
        (
            "when both are over",
            [call("a", 0), call("b", 9, rule=N, ended=LATER)],
            {B: HOUR, N: LATER},
            ("b", LATER),
        ),
        ("they answered the second", [call("a", 0), call("b", 9, answered=True)], {B: HOUR}, None),
        ("they answered the first", [call("a", 0, answered=True), call("b", 9)], {B: HOUR}, ("b", HOUR)),
        ("it stands again for others", [call("a", 0)], {B: None}, None),
        ("it stood again for others", [call("a", 0)], {B: LATER}, ("a", LATER)),
        ("another rule's waits for others", [call("a", 0)], {B: HOUR, N: None}, ("a", HOUR)),
        ("never called", [], {B: HOUR}, None),
    ],
)
def test_after_which_call_they_are_told(
    what: str,
    calls: list[Had],
    stands: dict[AlertRule, datetime | None],
    after: tuple[str, datetime] | None,
) -> None:
    told = over(calls, stands)
    assert (told and (told[0].call, told[1])) == after, what


def texted(name: str, number: str, **more: str) -> Any:
    return on_call(name, webhook=False, telephone=f"07700 90012{number}", **more)


def night(**changes: Any) -> World:
    """An alert in a night whose rota is reached by text alone, and by no pager."""
    posts = {"first": texted("amira", "1"), "second": texted("ben", "2"), "supervisor": texted("cath", "3")}
    world = World(configuration=rota(**posts | changes))
    world.raise_alert()
    return world


def send(world: World, result: DeliveryResult = DELIVERED, channel: Channel = SMS) -> None:
    """Each call that was not tried yet is sent by text, and what is said of an end too."""
    for each in world.row.calls:
        if each.tried is None and channel in each.by:
            world.try_call(each.id, result, channel)


def told(world: World) -> list[tuple[float, str, AlertEnd]]:
    """Who is told that it is over, so many minutes after the first alert, and why."""
    names = {staff(name): name for name in ("amira", "ben", "cath", "dev")}
    found = FactSet(world.facts).current(AlertOver)
    return [
        ((each.occurred - RAISED).total_seconds() / 60, names[each.said.person], each.said.end)
        for each in sorted(found, key=lambda each: (each.occurred, each.said.rung))
    ]


def test_whoever_was_texted_is_told_that_another_took_it_and_the_taker_is_not() -> None:
    world = night()
    send(world)
    world.wait(5 * 60)
    send(world)
    world.acknowledge("ben")
    world.wait(59)
    assert told(world) == []
    world.wait(3600)
    assert told(world) == [(6, "amira", AlertEnd.TAKEN)]
    (each,) = world.row.over
    assert (each.person, each.message.channel, each.message.attempts) == (staff("amira"), SMS, 0)
    assert world.row.unsent


def test_it_has_got_through_and_is_sent_no_more() -> None:
    world = night()
    send(world)
    world.stand_down()
    world.wait(60)
    (each,) = world.row.over
    assert each.id is not None
    world.hear_try(each.id, FAILED)
    assert (world.row.over[0].message.attempts, world.row.unsent) == (1, True)
    world.hear_try(each.id, SENT, attempt=2)
    assert (world.row.over, world.row.unsent) == ((), False)
    world.wait(8 * 3600)
    assert told(world) == [(1, "amira", AlertEnd.STOOD_DOWN)]


def test_a_number_that_refuses_it_is_not_tried_for_ever() -> None:
    world = night()
    send(world)
    world.stand_down()
    world.wait(60)
    world.hear_try(world.row.over[0].id or "", REFUSED)
    assert (world.row.over, world.row.unsent) == ((), False)


def test_what_was_given_back_within_the_minute_is_not_over() -> None:
    world = night()
    send(world)
    world.wait(5 * 60)
    world.acknowledge("ben")
    world.wait(30)
    world.pass_on("ben", rung=1)
    world.wait(60)
    assert told(world) == []
    send(world)
    world.acknowledge("cath")
    world.wait(60)
    assert [name for _, name, _ in told(world)] == ["amira"], "who passed it on has answered"


def test_what_is_given_back_before_it_went_out_is_not_sent() -> None:
    world = night()
    send(world)
    world.wait(5 * 60)
    world.acknowledge("ben")
    world.wait(90)
    assert world.row.unsent
    world.pass_on("ben", rung=1)
    world.settle()
    assert world.row.over == ()


def test_what_is_raised_anew_calls_and_is_not_called_off() -> None:
    world = night()
    send(world)
    world.stand_down()
    world.raise_alert()
    send(world)
    world.wait(4 * 60)
    assert told(world) == []
    world.stand_down()
    world.wait(3600)
    assert told(world) == [(5, "amira", AlertEnd.STOOD_DOWN)], "once, after the newest call"


def test_whoever_it_was_moved_away_from_is_told_when_it_is_over_there() -> None:
    south = rota(area="south", first=texted("dev", "4"), second=None, supervisor=None, duty_officer=None)
    world = night()
    world.configuration = [*world.configuration, *south]
    send(world)
    world.stand_down()
    world.raise_alert(where="south")
    world.wait(4 * 60)
    assert told(world) == []
    world.acknowledge("dev")
    world.wait(60)
    assert told(world) == [(5, "amira", AlertEnd.STOOD_DOWN)]


def test_called_again_since_they_were_told_they_are_told_again() -> None:
    world = night(second=None, supervisor=None, duty_officer=None)
    send(world)
    world.stand_down()
    world.wait(60)
    world.hear_try(world.row.over[0].id or "", SENT)
    world.raise_alert()
    send(world)
    world.stand_down()
    world.wait(60)
    assert told(world) == [(1, "amira", AlertEnd.STOOD_DOWN), (2, "amira", AlertEnd.STOOD_DOWN)]
    assert len({each.said.call for each in FactSet(world.facts).current(AlertOver)}) == 2


@pytest.mark.parametrize("away", [timedelta(0), timedelta(hours=7), WITHIN, timedelta(days=300)])
def test_after_a_time_away_it_is_told_late_or_not_any_more(away: timedelta) -> None:
    world = night()
    send(world)
    world.stand_down()
    world.wait((AFTER + away).total_seconds(), away=True)
    assert len(told(world)) == (1 if away + AFTER < WITHIN else 0)
    world.wait(3600)
    assert len(told(world)) == (1 if away + AFTER < WITHIN else 0)


def test_whoever_a_pager_calls_is_told_by_it_alone() -> None:
    world = World()
    world.raise_alert()
    world.try_all()
    world.stand_down()
    world.wait(3600)
    assert told(world) == []


def test_while_the_withdrawal_calls_the_supervisor_the_first_on_call_is_told() -> None:
    """The breach was withdrawn before anybody took it: whoever had a text knows, and the supervisor, whom the
    withdrawal calls under the same number, is not told that it is over."""
    world = night()
    for _ in range(3):
        send(world)
        world.wait(5 * 60)
    send(world)
    world.stand_down()
    rule = AlertRule.BREACH_WITHDRAWN
    about: dict[str, Any] = {"rule": rule, "cause": CAUSE, "generation": 1}
    world.hear(AlertRaised(**about, urgency=Urgency.HOUR, routing=area("north")))
    world.wait(120)
    assert [name for _, name, _ in told(world)] == ["amira", "ben"]
    world.hear(AlertStoodDown(**about))
    world.wait(120)
    assert [name for _, name, _ in told(world)] == ["amira", "ben", "cath"]


def test_the_row_says_when_it_changes() -> None:
    world = night()
    send(world)
    world.stand_down()
    began = world.now
    before = world.folded()
    assert before.changes_at == began + AFTER
    assert world.folded(at=began + AFTER / 2).row == before.row
    world.wait(60)
    said = world.folded()
    assert said.changes_at == began + WITHIN
    assert world.folded(at=began + WITHIN - timedelta(seconds=1)).row == said.row
    gone = world.folded(at=began + WITHIN)
    assert (gone.changes_at, getattr(gone.row, "over", None)) == (None, ())
