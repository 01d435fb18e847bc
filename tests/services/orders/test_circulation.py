"""The row of an order: who has it, who must still confirm it, and until when that is asked."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.orders import OrderAcknowledged, OrderCirculated
from contracts.rules.circulation import WITHIN
from contracts.rules.circulation_clocks import CIRCULATING
from contracts.rules.clocks import CLOCKS, Calendar, Limit
from contracts.vocabulary import TeamKind
from services.orders.views import OrdersOrder
from tests.services.orders.caseload import ann, ben, order, world
from tests.support.facts import IDS, NOON, corrected, fact, root_of, withdrawn
from tests.support.world import World


def sent(*teams: str, version: int = 1, hours: float = -1) -> Fact[OrderCirculated]:
    places = [{"kind": team} for team in teams]
    said = {"order": root_of("order"), "version": version, "teams": places, "systems": ["pnc"]}
    at = NOON + timedelta(hours=hours)
    return fact(OrderCirculated.model_validate(said), agency="police", occurred=at, things=[order()])


def read(team: str, version: int = 1, hours: float = 0) -> Fact[OrderAcknowledged]:
    said = OrderAcknowledged(
        order=root_of("order"), version=version, team=TeamKind(team), person=IDS.staff("test", team)
    )
    return fact(said, agency="police", occurred=NOON + timedelta(hours=hours))


def row(*facts: Fact[Any]) -> OrdersOrder:
    found = world(*facts).row("orders_order", root_of("order"))
    assert isinstance(found, OrdersOrder)
    return found


def test_an_order_that_nobody_has_is_outstanding_and_waits_for_nobody() -> None:
    found = row(order())
    assert (found.outstanding, found.waits) == (True, "")
    assert found.circulation.missing == ["response", "neighbourhood", "pnc"]


def test_it_waits_for_each_team_until_that_confirms() -> None:
    told = sent("response", "neighbourhood")
    assert row(order(), told).waits == " response@police  neighbourhood@police "
    assert row(order(), told, read("response")).waits == " neighbourhood@police "
    done = row(order(), told, read("response"), read("neighbourhood"))
    assert (done.outstanding, done.waits) == (False, "")


def test_a_variation_asks_again_and_an_old_confirmation_does_not_count() -> None:
    first = order()
    varied = corrected(
        first, first.said.model_copy(update={"ends": NOON + timedelta(days=90), "people": [ben(), ann()]})
    )
    told = sent("response", "neighbourhood")
    found = row(first, varied, told, read("response"), read("neighbourhood"))
    assert found.circulation.missing == ["response", "neighbourhood", "pnc"]
    again = row(first, varied, told, sent("response", "neighbourhood", version=2, hours=1), read("response"))
    assert again.waits == " response@police  neighbourhood@police "


def test_nothing_is_asked_of_an_order_that_is_over_or_withdrawn() -> None:
    assert row(order(until_further_order=False, ends=NOON - timedelta(hours=1))).outstanding is False
    assert row(order(stage="applied")).outstanding is False
    gone = row(order(), withdrawn(order()))
    assert (gone.withdrawn, gone.outstanding, gone.asked(NOON)) == (True, False, None)


def test_what_is_corrected_to_another_order_counts_for_the_first_no_more() -> None:
    told, said = sent("response", "neighbourhood"), read("response")
    other = {"order": root_of("another order")}
    moved = (corrected(each, each.said.model_copy(update=other)) for each in (told, said))
    assert row(order(), told, said, *moved).circulation == row(order()).circulation


def test_it_says_when_it_is_over() -> None:
    ends = NOON + timedelta(days=3)
    made: World = world(order(until_further_order=False, ends=ends))
    assert made.fold()["orders_order", root_of("order")].changes_at == ends
    made.at = ends
    assert made.row("orders_order", root_of("order")).outstanding is False


def runs(*facts: Fact[Any]) -> dict[str, float]:
    """The clocks of who has the order, in hours from noon."""
    made = world(*facts)
    found = made.row("orders_clocks", root_of("order")).clocks.wanted
    return {rule.value: (found[rule] - NOON) / timedelta(hours=1) for rule in CIRCULATING if rule in found}


def test_a_day_to_send_an_order_and_a_day_to_confirm_it_are_clocks() -> None:
    first, told = order(), sent("response", "neighbourhood")
    recorded = (first.recorded - NOON) / timedelta(hours=1)
    assert runs(first) == {"circulation": recorded + 24}
    assert runs(first, sent("response")) == {"circulation": recorded + 24, "confirmation": 23}
    assert runs(first, told) == {"confirmation": 23}
    later = sent("neighbourhood", hours=3)
    assert runs(first, sent("response"), later) == {"confirmation": 23}, "the first to be late"
    assert runs(first, sent("response"), later, read("response")) == {"confirmation": 27}
    assert runs(first, told, read("response"), read("neighbourhood")) == {}
    varied = first.said.model_copy(update={"ends": NOON + timedelta(days=90), "people": [ben(), ann()]})
    again = runs(first, corrected(first, varied), told, read("response"), read("neighbourhood"))
    assert set(again) == {"circulation"}, "a variation is sent anew"


def test_no_clock_asks_for_an_order_that_is_over_or_was_never_made() -> None:
    over = order(until_further_order=False, ends=NOON - timedelta(hours=1))
    assert runs(over, sent("response")) == runs(order(stage="applied")) == {}
    assert runs(order(), withdrawn(order())) == {}


def test_a_clock_gives_an_order_as_long_as_its_page_does() -> None:
    assert {CLOCKS[rule].limit for rule in CIRCULATING} == {Limit(24, Calendar.HOURS)}
    assert timedelta(hours=24) == WITHIN


facts = st.permutations(
    [
        order(),
        sent("response"),
        sent("response", "neighbourhood", hours=3),
        read("response"),
        read("neighbourhood"),
    ]
)


@given(facts, st.integers(0, 5))
def test_the_order_of_arrival_and_repeats_change_nothing(shuffled: list[Fact[Any]], again: int) -> None:
    once = world(*sorted(shuffled, key=lambda each: each.id))
    assert world(*shuffled, *shuffled[:again]).bytes() == once.bytes()
