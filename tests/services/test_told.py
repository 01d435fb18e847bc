"""Orders' deciders and notify's ladder together: whatever is told of orders and breaches, corrected,
withdrawn or linked, and however long nobody looks, a breach at high risk is not left with nobody told, and
nobody is called twice for one thing."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertPassedOn, AlertRaised, AlertStoodDown
from contracts.vocabulary import PassReason, Urgency
from services.notify.clocks import CLOCK
from services.notify.rules.ladder import step_of
from services.notify.views import ALERT, AlertRow
from services.orders.service import SERVICE as ORDERS
from services.orders.views import OrdersBreach
from tests.services.notify.world import rota, staff
from tests.services.orders.caseload import LINKED, histories
from tests.support.facts import NOON, fact
from tests.support.world import World

VIEWS = (*ORDERS.views, ALERT, CLOCK)


def said(of: World, *kinds: type[Any]) -> list[Any]:
    return [each.content for each in of.facts if isinstance(each.content, kinds)]


def alert(content: Any) -> tuple[str, str, int]:
    return (content.rule, content.cause, content.generation)


def standing(of: World) -> set[tuple[str, str, int]]:
    """The alerts that were raised and not stood down."""
    return set(map(alert, said(of, AlertRaised))) - set(map(alert, said(of, AlertStoodDown)))


def take(of: World, *, gives_back: bool) -> None:
    """Whoever is called takes what waits first, and may give it back."""
    rows = (done.row for done in of.fold().values())
    waits = [row for row in rows if isinstance(row, AlertRow) and row.waiting]
    for row in waits[:1]:
        given = {"cause": row.cause, "rule": row.rule, "generation": row.generation}
        taken = AlertAcknowledged.model_validate(given | {"person": staff("amira")})
        of.add(fact(taken, agency="northmere-police", occurred=of.at))
        if gives_back:
            back = AlertPassedOn(**taken.model_dump(), rung=0, reason=PassReason.CANNOT_TAKE)
            of.add(fact(back, agency="northmere-police", occurred=of.at))
    of.settle(20)


def check(of: World) -> None:
    """What must hold at any time once all that is to be said is said."""
    rows = [done.row for done in of.fold().values()]
    told = {alert(each) for each in said(of, AlertCalled) if each.person is not None}
    told |= {alert(each) for each in said(of, AlertAcknowledged)}
    reached = {cause for _, cause, _ in standing(of) & told}
    for row in rows:
        if isinstance(row, OrdersBreach) and not row.withdrawn and row.urgency is Urgency.NOW:
            assert reached & {row.cause, *(each.root for each in row.records)}, "nobody was told"
    calls = Counter((*alert(each), each.rung) for each in said(of, AlertCalled))
    assert max(calls.values(), default=1) == 1, "a step was called twice"
    people = Counter((*alert(each), each.person, step_of(each.rung)) for each in said(of, AlertCalled))
    assert max(people.values(), default=1) == 1, "somebody was called twice for one step"
    generations = Counter((rule, cause) for rule, cause, _ in standing(of))
    assert max(generations.values(), default=1) == 1, "two alerts stand of one thing"
    assert of.settle() == 0


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_no_high_risk_breach_is_left_with_nobody_told_and_nothing_pages_twice(
    history: list[Fact[Any]], data: st.DataObject
) -> None:
    going = World(VIEWS, rota(), same=LINKED if data.draw(st.booleans()) else (), at=NOON)
    for step in history:
        going.add(step)
        if data.draw(st.booleans()):
            going.settle(20)
        if data.draw(st.booleans()):
            going.at += timedelta(minutes=data.draw(st.sampled_from([1, 7, 200, 3000])))
            going.settle(20)
        if data.draw(st.booleans()):
            take(going, gives_back=data.draw(st.booleans()))
    if data.draw(st.booleans()):
        going.same = [] if going.same else list(LINKED)
    going.settle(20)
    check(going)
    before = len(going.facts)
    going.facts = data.draw(st.permutations(going.facts))
    going.settle(20)
    assert len(going.facts) == before, "the same facts in another order call somebody again"
