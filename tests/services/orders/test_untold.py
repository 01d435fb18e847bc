"""An order whose deadlines nobody can tell, for a fold raises, tells somebody; once, until they are known."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.facts import Fact
from chassis.views import Saying, View
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.clocks import ClockStarted
from contracts.events.orders import OrderMade
from contracts.vocabulary import AlertRule, Urgency
from services.orders.views import ORDERS_CLOCKS, ORDERS_ORDER, ORDERS_PERSON
from tests.services.orders.caseload import LINKED, order, world
from tests.support.facts import root_of, said, withdrawn
from tests.support.world import World

ROOT = root_of("order")
BAIL = order(order="police-bail", until_further_order=False, authorised_by="constable")
LAST_DAY = datetime(9999, 12, 31, 23, tzinfo=UTC)


def with_body(**of: Any) -> Fact[OrderMade]:
    """The bail with what no release of today would take: one of another day may have."""
    return Fact(BAIL.envelope, BAIL.said.model_copy(update=of))


def without_clocks(*facts: Fact[Any]) -> World:
    """All but the fold that raises."""
    return World((ORDERS_PERSON, ORDERS_ORDER), facts, same=LINKED)


def told(view: View, of: World, kind: Any, id_: str) -> list[Saying]:
    """What is said of a subject whose fold raised; it must have."""
    subject = of.subject(kind, id_)
    with pytest.raises((OverflowError, ValueError, TypeError, AttributeError)):
        view.fold(subject)
    assert view.decide_broken is not None
    return list(view.decide_broken(subject))


def raised(sayings: Iterable[Saying]) -> list[tuple[str, str, int, Urgency]]:
    said = [each.content for each in sayings if isinstance(each.content, AlertRaised)]
    assert all(each.routing is None and not each.about for each in said), "the envelope tells neither"
    return [(each.rule, each.cause, each.generation, each.urgency) for each in said]


ONCE = [(AlertRule.NO_CLOCKS, ROOT, 1, Urgency.HOUR)]


def test_an_order_without_clocks_tells_somebody_once_until_they_are_known() -> None:
    bad = without_clocks(with_body(made=LAST_DAY, starts=LAST_DAY))
    sayings = told(ORDERS_CLOCKS, bad, "cause", ROOT)
    assert raised(sayings) == ONCE
    alert = said(sayings[0])
    bad.add(alert)
    assert told(ORDERS_CLOCKS, bad, "cause", ROOT) == []

    good = world(BAIL, alert)
    good.settle()
    (down,) = [fact.said for fact in good.facts if isinstance(fact.content, AlertStoodDown)]
    assert (down.rule, down.generation) == (AlertRule.NO_CLOCKS, 1)
    assert any(isinstance(fact.content, ClockStarted) for fact in good.facts)

    again = without_clocks(with_body(made=LAST_DAY, starts=LAST_DAY), *good.facts[1:])
    assert [each[2] for each in raised(told(ORDERS_CLOCKS, again, "cause", ROOT))] == [2]


def test_of_somebody_whose_row_cannot_be_made_the_newest_order_is_told() -> None:
    """Its clocks wait for that row, and would for ever."""
    bad = world(with_body(made=None))
    person = next(iter(bad.homes().values()))
    assert raised(told(ORDERS_PERSON, World((), bad.facts, same=LINKED), "person", person)) == ONCE


def test_one_that_is_withdrawn_has_no_deadlines() -> None:
    bad = without_clocks(BAIL, withdrawn(BAIL))
    assert ORDERS_CLOCKS.decide_broken is not None
    assert list(ORDERS_CLOCKS.decide_broken(bad.subject("cause", ROOT))) == []
