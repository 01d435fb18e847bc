"""A world in which there is something that a fold raises on: a person's fold does, for as long as
somebody says one certain sentence of them. Ours raise on nothing that is known."""

from collections.abc import Callable
from dataclasses import replace

from chassis.views import Folded, Subject
from deploy import wiring
from services.marac.conference.views import PERSON
from services.orders.views import ORDERS_PERSON

SENTENCE = "No fold can take this."


def make_brittle() -> None:
    """From now on, in this process, in the two services that tell of breaches and of cases."""
    for name, view in (("orders", ORDERS_PERSON), ("marac", PERSON)):
        service = wiring.SERVICES[name]
        brittle = replace(view, fold=_raising(view.fold))
        views = tuple(brittle if each is view else each for each in service.views)
        wiring.SERVICES[name] = replace(service, views=views)


def _raising(fold: Callable[[Subject], Folded]) -> Callable[[Subject], Folded]:
    def brittle(subject: Subject) -> Folded:
        newest = {fact.root: fact for fact in sorted(subject.facts, key=lambda fact: fact.version)}
        for fact in newest.values():
            narrative = getattr(fact.content, "narrative", None)
            if getattr(narrative, "text", "") == SENTENCE:
                raise ZeroDivisionError
        return fold(subject)

    return brittle
