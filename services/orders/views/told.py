"""What has been told of a breach: the alerts about it, and what became of each."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Literal, TypeVar

from pydantic import AwareDatetime

from chassis.facts import Fact, FactSet
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
)
from contracts.events.orders import BreachReported
from contracts.rules.standing_answer import Answer, answer_of, standing_answer
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, Role, Urgency
from services.orders.views.order_line import Part

OfAlert = AlertRaised | AlertStoodDown | AlertCalled | AlertAcknowledged
A = TypeVar("A", bound=OfAlert, covariant=True)
Reply = Fact[AlertAcknowledged | AlertPassedOn]
AlertState = Literal["standing", "answered", "stood-down"]


class ToldLine(Part):
    """One generation of the alert about this breach; ``taken``: since when somebody has it, by any clock not
    before it was raised. ``victims`` are mention ids."""

    generation: int
    urgency: Urgency
    area: str | None
    about: list[str]
    victims: list[str]
    state: AlertState
    taken: AwareDatetime | None = None


def told_of(facts: FactSet, root: str) -> tuple[list[ToldLine], int]:
    """What was raised about a breach and what became of it, and how many were stood down."""
    raised = about(facts.current(AlertRaised), root, AlertRule.BREACH)
    fallen = generations(facts.current(AlertStoodDown), root, AlertRule.BREACH)
    taken = {n: at for (rule, n), at in taken_of(facts, root).items() if rule is AlertRule.BREACH}
    others, victims = _roles_ever(facts, root)
    lines = [
        ToldLine(
            generation=said.generation,
            urgency=said.urgency,
            area=said.routing.area if isinstance(said.routing, Routing) else None,
            about=said.about,
            victims=sorted(m for m in said.about if m in victims or m not in others),
            state=_state(said.generation, fallen, taken),
            taken=max(taken[said.generation], accepted) if said.generation in taken else None,
        )
        for said, accepted in sorted(
            ((fact.said, fact.accepted) for fact in raised), key=lambda each: each[0].generation
        )
    ]
    return lines, len(fallen)


def taken_of(facts: FactSet, root: str) -> dict[tuple[AlertRule, int], datetime]:
    """The alerts about a cause that somebody has, by rule and generation, and since when: who took one and
    gave it back has it no more."""
    answers: dict[tuple[AlertRule, int], list[Answer]] = {}
    replies: list[Reply] = [*facts.current(AlertAcknowledged), *facts.current(AlertPassedOn)]
    for fact in replies:
        if fact.said.cause == root:
            key = (fact.said.rule, fact.said.generation)
            answers.setdefault(key, []).append(answer_of(fact.envelope, fact.said))
    stand = {key: standing_answer(each).taken for key, each in answers.items()}
    return {key: taken.at for key, taken in stand.items() if taken is not None}


def taken_since(facts: FactSet, root: str, told: Iterable[ToldLine]) -> datetime | None:
    """Since when somebody has the alert about a breach that stands. None: nobody has it."""
    standing = {(AlertRule.BREACH, line.generation) for line in told if line.state == "answered"}
    return min((at for key, at in taken_of(facts, root).items() if key in standing), default=None)


def generations(facts: Iterable[Fact[OfAlert]], root: str, rule: AlertRule) -> set[int]:
    """The generations of one rule's alert about a cause that these facts speak of."""
    return {fact.said.generation for fact in about(facts, root, rule)}


def about(facts: Iterable[Fact[A]], root: str, *rules: AlertRule) -> list[Fact[A]]:
    """Those that speak of these rules' alerts about a cause."""
    return [fact for fact in facts if fact.said.cause == root and fact.said.rule in rules]


def _state(generation: int, fallen: set[int], answered: Container[int]) -> AlertState:
    if generation in fallen:
        return "stood-down"
    return "answered" if generation in answered else "standing"


def _roles_ever(facts: FactSet, root: str) -> tuple[set[str], set[str]]:
    """The mentions that any version of the breach names apart from victims, and as victims. Whoever
    an alert was about and no version names was found through the order: a victim."""
    others: set[str] = set()
    victims: set[str] = set()
    for version in facts.versions(root):
        if isinstance(version.content, BreachReported):
            for mention in version.content.named:
                if mention.mention:
                    (victims if mention.role is Role.VICTIM else others).add(mention.mention)
    return others, victims
