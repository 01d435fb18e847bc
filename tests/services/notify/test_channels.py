"""By which channels somebody is called, and when a call is known to have reached nobody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise, product
from typing import Any

import pytest

from contracts.events.configuration import OnCall
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from services.notify.rules.channels import can_be_reached, channels, unreached
from services.notify.rules.telling import WAITS, next_try, to_send
from tests.services.notify.world import RAISED, World, on_call, rota, staff
from tests.support.tables import lines

CALLED = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)
ADDRESSES = {
    "pager": {"webhook": "https://pager.example/amira"},
    "telephone": {"telephone": "07700 900123"},
    "email": {"email": "amira@northmere.example"},
}
TEXT, RING = Channel.SMS, Channel.VOICE


@dataclass(frozen=True)
class Sent:
    channel: Channel
    first_attempt: datetime | None
    taken_at: datetime | None
    told_at: datetime | None
    result: DeliveryResult | None


def at(minutes: float | None) -> datetime | None:
    return None if minutes is None else CALLED + timedelta(minutes=minutes)


@lines(__file__, "channels")
def test_by_which_channels_somebody_is_called(line: dict[str, Any]) -> None:
    to = None
    if line["has"] is not None:
        addresses = {key: value for kind in line["has"] for key, value in ADDRESSES[kind].items()}
        to = OnCall.model_validate({"person": staff("amira"), **addresses})
    assert list(channels(Urgency(line["urgency"]), line["step"] - 1, to)) == line["by"]


def test_whoever_has_a_pager_a_telephone_or_an_email_can_be_reached_at_every_step_however_urgent() -> None:
    for kinds in (kinds for n in range(4) for kinds in combinations(ADDRESSES.values(), n)):
        addresses = {key: value for kind in kinds for key, value in kind.items()}
        to = OnCall.model_validate({"person": staff("amira"), **addresses})
        assert can_be_reached(to) is bool(kinds)
        for urgency, step in product(Urgency, range(8)):
            assert (len(channels(urgency, step, to)) > 1) is bool(kinds)


@lines(__file__, "unreached")
def test_since_when_a_call_is_known_to_have_reached_nobody(line: dict[str, Any]) -> None:
    sent = [
        Sent(
            Channel(each.get("by", "sms")),
            at(each.get("first")),
            at(each.get("taken")),
            at(each.get("told")),
            DeliveryResult(each["result"]) if "result" in each else None,
        )
        for each in line["sent"]
    ]
    assert unreached(Urgency.NOW, CALLED, sent) == at(line["unreached"])


def by_telephone() -> World:
    """A shift of people who have telephones and nothing else."""
    posts = {"first": "amira", "second": "ben", "supervisor": "cath", "duty_officer": "dev"}
    people = {post: on_call(name, webhook=False, telephone="07700 900123") for post, name in posts.items()}
    return World(configuration=rota(**people))


def text_and_ring(world: World, result: DeliveryResult = DeliveryResult.SENT) -> str:
    """The newest call's text and voice call are tried; give the call's id."""
    call = world.row.calls[-1].id
    world.try_call(call, result, TEXT)
    world.try_call(call, result, RING)
    return call


def test_what_fails_at_the_provider_goes_on_to_the_next_at_once() -> None:
    world = by_telephone()
    world.raise_alert()
    assert world.channels == [Channel.LIVE_PAGE, TEXT, RING]
    call = text_and_ring(world)
    world.wait(20)
    world.report(call, DeliveryResult.REFUSED, TEXT)
    assert world.called == [(0, "amira")], "it may still ring"
    world.wait(10)
    world.report(call, DeliveryResult.FAILED, RING)
    assert world.called == [(0, "amira"), (0.5, "ben")]


def test_without_a_receipt_in_its_time_it_goes_on_and_with_one_it_has_its_five_minutes() -> None:
    for delivered, then in ((False, 2.0), (True, 5.0)):
        world = by_telephone()
        world.raise_alert()
        call = text_and_ring(world)
        if delivered:
            world.report(call, DeliveryResult.DELIVERED, TEXT)
        world.wait(then * 60 - 1)
        assert len(world.called) == 1
        world.wait(1)
        assert world.called == [(0, "amira"), (then, "ben")]


def test_a_receipt_may_come_first_and_come_twice() -> None:
    world = by_telephone()
    world.raise_alert()
    (call,) = world.row.calls
    for _ in range(2):
        world.report(call.id, DeliveryResult.DELIVERED, TEXT)
    text = world.row.calls[0].messages[0]
    assert (text.result, text.attempts, text.taken_at) == (DeliveryResult.DELIVERED, 0, RAISED)
    world.try_call(call.id, DeliveryResult.SENT, TEXT)
    text = world.row.calls[0].messages[0]
    assert (text.result, text.attempts) == (DeliveryResult.DELIVERED, 1)
    world.wait(299)
    assert world.called == [(0, "amira")]


def test_of_two_ends_the_later_holds() -> None:
    world = by_telephone()
    world.raise_alert()
    call = text_and_ring(world)
    world.report(call, DeliveryResult.FAILED, RING)
    world.report(call, DeliveryResult.DELIVERED, TEXT)
    world.wait(60)
    world.report(call, DeliveryResult.REFUSED, TEXT)
    assert world.called == [(0, "amira"), (1, "ben")], "it had not arrived after all"


def test_when_nobody_can_be_reached_at_all_the_rounds_go_on_in_their_time() -> None:
    """Every number is wrong: the first round is over at once, and then it is called as often as ever."""
    world = by_telephone()
    world.raise_alert()
    for _ in range(4):
        text_and_ring(world, DeliveryResult.REFUSED)
    assert [name for _, name in world.called] == ["amira", "ben", "cath", "dev"]
    assert world.called[-1][0] < 0.1
    world.wait(15 * 60)
    assert world.called[4:] == [(15, "amira"), (15, "dev")]
    for call in world.row.calls[-2:]:
        world.try_call(call.id, DeliveryResult.REFUSED, TEXT)
        world.try_call(call.id, DeliveryResult.REFUSED, RING)
    world.wait(14 * 60)
    assert len(world.called) == 6


def test_while_pagers_answer_500_for_a_day_the_rounds_go_on_until_somebody_takes_it() -> None:
    world = World()
    world.raise_alert()
    for _ in range(96):
        world.try_all(DeliveryResult.FAILED)
        world.wait(15 * 60)
    minutes = sorted({at for at, _ in world.called})
    assert minutes[-1] > 24 * 60 - 20
    assert max(later - sooner for sooner, later in pairwise(minutes)) < 20, "nobody is given up"
    assert {name for at, name in world.called if at > 23 * 60} == {"amira", "ben", "cath", "dev"}
    assert world.row.went_round, "the operator sees it"
    calls = len(world.called)
    waits = to_send(world.row.calls)
    people = {staff(name) for name in ("amira", "ben", "cath", "dev")}
    assert ({call.person for call, _ in waits}, len(waits)) == (people, 4)
    for call, message in waits:
        assert timedelta(0) <= next_try(call.due, message) - (message.last_attempt or call.due) <= WAITS[-1]
        world.try_call(call.id, DeliveryResult.DELIVERED)
    assert to_send(world.row.calls) == [], "when they take it again each has one message, and no volley"
    world.acknowledge("dev")
    world.wait(3600)
    assert (world.row.went_round, len(world.called)) == (False, calls)


def test_a_tab_that_is_open_hurries_no_less() -> None:
    """Whoever is called may sleep beside it: only their own answer ends the ladder."""
    world = by_telephone()
    world.raise_alert()
    call = text_and_ring(world)
    world.try_call(call, DeliveryResult.DELIVERED, Channel.LIVE_PAGE)
    world.report(call, DeliveryResult.REFUSED, TEXT)
    world.report(call, DeliveryResult.FAILED, RING)
    assert world.called == [(0, "amira"), (0, "ben")]


def test_who_has_a_live_page_alone_has_no_longer_for_its_being_open() -> None:
    world = World(configuration=rota(first=on_call("amira", webhook=False)))
    world.raise_alert()
    world.try_call(world.row.calls[0].id, DeliveryResult.DELIVERED, Channel.LIVE_PAGE)
    assert world.row.calls[0].in_front == RAISED
    world.wait(30)
    assert world.called == [(0, "amira"), (0.5, "ben")]


def test_a_provider_that_fails_and_fails_costs_half_a_minute_and_no_step() -> None:
    world = by_telephone()
    world.raise_alert()
    for _ in range(3):
        text_and_ring(world, DeliveryResult.FAILED)
        world.wait(9)
    assert world.called == [(0, "amira")], "it may take it the next time"
    world.wait(3)
    assert world.called == [(0, "amira"), (0.5, "ben")]


@pytest.mark.parametrize("where", [None, "nowhere"])
def test_where_no_area_is_known_the_duty_officer_of_the_force_is_rung(where: str | None) -> None:
    duty = on_call("dev", webhook=False, telephone="07700 900123")
    world = World(configuration=rota(area="force", duty_officer=duty))
    world.raise_alert(where=where)
    assert (world.called, world.channels) == ([(0, "dev")], [Channel.LIVE_PAGE, TEXT, RING])
