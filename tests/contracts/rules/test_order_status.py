"""Whether an order protects at a given time."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.clock import court_deadline
from contracts.events.orders import OrderMade, OrderServed
from contracts.rules.order_status import (
    OrderStatus,
    adjourned_to,
    held_at,
    order_terms,
    said_terms,
    status,
    then,
)
from contracts.vocabulary import OrderStage, OrderType, Role, ServiceMethod
from tests.support.facts import NOON, fact, someone
from tests.support.tables import lines, read

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(**values: Any) -> OrderMade:
    given_ = {"order": "non-molestation", "made": MADE, "ends": datetime(2026, 9, 1, tzinfo=UTC), **values}
    return OrderMade(people=[someone(Role.RESPONDENT), someone(Role.VICTIM)], **given_)


def order_status(
    order: OrderMade, services: list[OrderServed], at: datetime, gone: datetime | None = None
) -> OrderStatus:
    """What holds of it, with these services of it."""
    adjourned = adjourned_to([(fact(order).envelope, order)])
    return status(said_terms(order, services, court_deadline, gone, adjourned), at)


def instant(value: Any) -> Any:
    """A date in a table is its first moment."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), tzinfo=UTC)
    return value


def instants(values: dict[str, Any]) -> dict[str, Any]:
    return {name: instant(value) for name, value in values.items()}


@lines(__file__, "order_status")
def test_status_of_an_order(line: dict[str, Any]) -> None:
    services = [
        OrderServed(reference="FL1", **{k: instant(v) for k, v in s.items()}) for s in line["services"]
    ]
    gone = instant(line["discharged"]) if "discharged" in line else None
    found = order_status(order(**line.get("order", {})), services, NOON, gone)
    assert {name: getattr(found, name) for name in line["is"]} == {
        k: instant(v) for k, v in line["is"].items()
    }


def test_every_type_has_a_line() -> None:
    table = read(__file__, "order_status")
    assert {order(**line.get("order", {})).order for line in table} == set(OrderType)


@pytest.mark.parametrize(
    ("days", "at", "expected"),
    [
        ([0], 5, 0),
        ([0], -5, 0),
        ([0, 10], 9.9, 0),
        ([0, 10], 10, 1),
        ([0, 0], 5, 1),
        ([0, 10, 10], 5, 0),
        ([0, 10, 10], 12, 2),
        ([0, 10, 0], 12, 2),
        ([5, 0], 2, 1),
        ([0, 10, 20], 15, 1),
    ],
    ids=[
        "as it was made",
        "before it was made",
        "before it was varied",
        "since",
        "put right",
        "before it was varied, and the variation put right",
        "the variation put right",
        "put right from the beginning",
        "made earlier than was said",
        "between two variations",
    ],
)
def test_which_version_held(days: list[int], at: float, expected: int) -> None:
    """Each version bears its own date, so many days after the order was made."""
    versions = [(fact(order(), occurred=MADE + timedelta(days=day)).envelope, order()) for day in days]
    assert held_at(versions, MADE + timedelta(days=at)) == expected


def test_what_a_court_varied_since_changes_nothing_of_what_was_done_before() -> None:
    """Its service, told of by now, holds for the terms of then too."""
    varied, service = MADE + timedelta(days=10), [OrderServed(reference="FL1", method="post", served=MADE)]
    said = [(fact(order(without_notice=True), occurred=MADE).envelope, order(without_notice=True))]
    said += [(fact(order(), occurred=varied).envelope, order())]
    terms, past = order_terms(said, service, court_deadline)
    before, after = varied - timedelta(seconds=1), varied
    assert status(then(terms, past, before), before).reason == "order.unaware"
    assert status(then(terms, past, after), after).enforceable
    assert then(terms, past, before).served == MADE


HOUR = st.integers(-72, 72).map(lambda hours: NOON + timedelta(hours=hours))
HOURS = st.none() | HOUR


@st.composite
def orders(draw: st.DrawFn) -> tuple[OrderMade, list[OrderServed]]:
    made, starts, ends = draw(HOUR), draw(HOURS), draw(HOURS)
    assume(ends is None or ends > (starts or made))
    services = st.builds(
        OrderServed,
        people=st.just([]),
        routing=st.none(),
        narrative=st.none(),
        order=st.none(),
        reference=st.just("FL1"),
        method=st.sampled_from(ServiceMethod),
        served=HOURS,
        respondent_aware=HOURS,
    )
    made_order = order(
        order=draw(st.sampled_from(OrderType)),
        stage=draw(st.sampled_from(OrderStage)),
        without_notice=draw(st.booleans()),
        made=made,
        starts=starts,
        ends=ends,
    )
    return made_order, draw(st.lists(services, max_size=3))


@given(orders(), st.integers(-80, 80), st.integers(0, 160))
def test_the_status_is_the_same_until_it_says_that_it_changes(
    given_: tuple[OrderMade, list[OrderServed]], hours: int, later: int
) -> None:
    made, services = given_
    at = NOON + timedelta(hours=hours)
    now = order_status(made, services, at)
    other = at + timedelta(hours=later)
    if now.changes_at is not None:
        assert now.changes_at > at
        other = min(other, now.changes_at - timedelta(microseconds=1))
    assert order_status(made, services, other) == now


@given(orders(), st.integers(-80, 80))
def test_nothing_is_enforceable_that_is_not_in_force_and_known_or_served(
    given_: tuple[OrderMade, list[OrderServed]], hours: int
) -> None:
    made, services = given_
    found = order_status(made, services, NOON + timedelta(hours=hours))
    if found.enforceable:
        assert found.in_force
        assert found.aware or (found.served and not made.without_notice)
