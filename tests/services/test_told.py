"""Orders' deciders and notify's ladder together: whatever is told of orders and breaches, corrected,
withdrawn or linked, and however long nobody looks, a breach at high risk is not left with nobody told, and
nobody is called twice for one thing; and whoever was texted for what is over is told so once, and never while
they are called for it."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertOver,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
    DeliveryTried,
)
from contracts.vocabulary import Channel, DeliveryResult, PassReason, Urgency
from services.notify.clocks import CLOCK
from services.notify.rules.ladder import step_of
from services.notify.views import ALERT, AlertRow
from services.orders.service import SERVICE as ORDERS
from services.orders.views import OrdersBreach
from tests.services.notify.world import on_call, rota, staff
from tests.services.orders.caseload import LINKED, histories
from tests.support.facts import NOON, fact
from tests.support.world import World

VIEWS = (*ORDERS.views, ALERT, CLOCK)
TEXTED = {
    "first": on_call("amira", telephone="07700 900121"),
    "second": on_call("ben", telephone="07700 900122"),
}


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


def text(of: World) -> None:
    """Whoever is called by text has it."""
    tried = {each.call for each in said(of, DeliveryTried)}
    for each in list(of.facts):
        called = each.content if isinstance(each.content, AlertCalled) else None
        if called and Channel.SMS in called.channels and each.id not in tried:
            it = {"cause": called.cause, "call": each.id, "channel": Channel.SMS, "attempt": 1}
            sent = DeliveryTried.model_validate(it | {"result": DeliveryResult.SENT})
            of.add(fact(sent, agency="goldthread", occurred=of.at))
    of.settle(20)


def check_ends(of: World) -> None:
    """Whoever has a text for what ended just now is told so in the next minutes, once; whoever took it, or is
    called for the same, is not."""
    text(of)
    ended_at = of.at
    of.at += timedelta(minutes=2)
    of.settle(20)
    told, stands, texted = said(of, AlertOver), standing(of), {each.call for each in said(of, DeliveryTried)}
    assert max(Counter(each.call for each in told).values(), default=1) == 1, "told twice that it is over"
    back = {(alert(each), each.person) for each in said(of, AlertPassedOn)}
    took = {(alert(each), each.person) for each in said(of, AlertAcknowledged)} - back
    assert not took & {(alert(each), each.person) for each in told}, "whoever took it was told"
    answered = {(cause, person) for (_, cause, _), person in took | back}
    calls = [each for each in of.facts if isinstance(each.content, AlertCalled) and each.content.person]
    busy = {(each.content.cause, each.content.person) for each in calls if alert(each.content) in stands}
    again = {(rule, cause) for rule, cause, _ in stands}
    downs = {alert(e.content): e.occurred for e in of.facts if isinstance(e.content, AlertStoodDown)}
    names = {(each.cause, each.person) for each in told}
    for each in calls:
        it, whose = alert(each.content), (each.content.cause, each.content.person)
        if downs.get(it) == ended_at and each.id in texted and whose not in answered | busy:
            assert whose in names or it[:2] in again, "nobody told them that it is over"
    for row in (done.row for done in of.fold().values()):
        if isinstance(row, AlertRow):
            waits = set[str]().union(*(each.called for each in (row, *row.others) if each.waiting))
            assert not waits & {over.person for over in row.over}, "called off while called"


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
    going = World(VIEWS, rota(**TEXTED), same=LINKED if data.draw(st.booleans()) else (), at=NOON)
    for step in history:
        going.add(step)
        if data.draw(st.booleans()):
            going.settle(20)
        if data.draw(st.booleans()):
            going.at += timedelta(minutes=data.draw(st.sampled_from([1, 7, 200, 3000])))
            going.settle(20)
        if data.draw(st.booleans()):
            text(going)
        if data.draw(st.booleans()):
            take(going, gives_back=data.draw(st.booleans()))
    if data.draw(st.booleans()):
        going.same = [] if going.same else list(LINKED)
    going.settle(20)
    check(going)
    check_ends(going)
    before = len(going.facts)
    going.facts = data.draw(st.permutations(going.facts))
    going.settle(20)
    assert len(going.facts) == before, "the same facts in another order call somebody again"
