"""An order of which nobody can tell when its deadlines run out: a fold raised, of it or of whoever it names.

No clock of it is started then, and one that is not started is missed by nobody. So somebody is told, from the
fact's envelope alone: nothing that a fold could trip over is read, and so nobody knows of which area it is.
"""

from datetime import datetime

from chassis.facts import FactSet
from chassis.views import Saying, Subject
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.orders import OrderMade
from contracts.vocabulary import AlertRule, Urgency


def untold_order(subject: Subject) -> list[Saying]:
    """An alert about the order whose fold raised, unless one stands."""
    stands = any(fact.root == subject.id for fact in subject.facts.current(OrderMade))
    return [_raised(subject, subject.id)] if stands and not untold(subject.facts, subject.id) else []


def untold_of_person(subject: Subject) -> list[Saying]:
    """Of somebody whose fold raised the order that was accepted last: of it no fold knows. Once for each
    order; one of which clocks are known after all stands it down."""
    orders = subject.facts.current(OrderMade)
    last = max(orders, key=lambda fact: fact.accepted, default=None)
    return [] if last is None else [_raised(subject, last.root)]


def untold(facts: FactSet, root: str) -> tuple[int, ...]:
    """The alerts that stand about an order, by their generation."""
    raised, fallen = _generations(facts, AlertRaised, root), _generations(facts, AlertStoodDown, root)
    return tuple(sorted(raised - fallen))


def told_again(cause: str, generation: int, at: datetime) -> Saying:
    """That its clocks are known again."""
    down = AlertStoodDown(rule=AlertRule.NO_CLOCKS, cause=cause, generation=generation)
    return Saying(down.rule, cause, generation, down, occurred=at)


def _raised(subject: Subject, root: str) -> Saying:
    generation = 1 + len(_generations(subject.facts, AlertStoodDown, root))
    said = AlertRaised(rule=AlertRule.NO_CLOCKS, cause=root, generation=generation, urgency=Urgency.HOUR)
    return Saying(said.rule, root, generation, said, occurred=subject.at)


def _generations(facts: FactSet, kind: type[AlertRaised] | type[AlertStoodDown], root: str) -> set[int]:
    about = (fact.said for fact in facts.current(kind) if fact.said.rule is AlertRule.NO_CLOCKS)
    return {said.generation for said in about if said.cause == root}
