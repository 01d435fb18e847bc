"""What is told of a breach that was withdrawn: whoever had not taken its alert, or
the one that asks for its answer, has closed nothing; nor has whoever takes back their report closed what
others have begun."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from chassis.facts import Fact, FactSet
from chassis.views import Saying
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.orders import BreachReported
from contracts.rules.breach_answer import HISTORY, unfinished
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, BreachStep, StandDown, Urgency
from services.orders.rules import telling
from services.orders.views.order_line import Part
from services.orders.views.person import StepLine
from services.orders.views.told import ToldLine, about, generations, taken_of

RULE = AlertRule.BREACH_WITHDRAWN


class Withdrawal(Part):
    """The alerts that ask a supervisor to see the withdrawal of a breach: those that stand, and how many were
    stood down. ``unseen``: nobody had taken the alert of the breach that was raised last, or the last that
    asked for its answer; or nobody told what came of a step, as of a suspect who is outstanding."""

    standing: tuple[int, ...] = ()
    stood_down: int = 0
    unseen: bool = False


def withdrawal_of(
    facts: FactSet, breach: Fact[BreachReported], told: Sequence[ToldLine], steps: Iterable[StepLine]
) -> Withdrawal:
    """What is known of the withdrawal of a breach of which this was told, and these steps were taken."""
    root, last = breach.root, unfinished(step.taken for step in steps)
    raised = generations(facts.current(AlertRaised), root, RULE)
    fallen = generations(facts.current(AlertStoodDown), root, RULE)
    taken = taken_of(facts, root)
    return Withdrawal(
        standing=tuple(sorted(raised - fallen)),
        stood_down=len(fallen),
        unseen=breach.withdrawn
        and (
            (
                last is not None
                and (last.step is BreachStep.SUSPECT_OUTSTANDING or breach.accepted < last.at + HISTORY)
            )
            or (bool(told) and (AlertRule.BREACH, told[-1].generation) not in taken)
            or (bool(told) and _asked_in_vain(facts, root, taken))
        ),
    )


def _asked_in_vain(facts: FactSet, root: str, taken: Collection[tuple[AlertRule, int]]) -> bool:
    """Whether somebody was asked for its answer until it was withdrawn, and nobody had taken that: to take
    the breach and leave it, and then to take it back, would close it without a reason."""
    rule = AlertRule.NO_ANSWER
    newest = max(generations(facts.current(AlertRaised), root, rule), default=0)
    over = about(facts.current(AlertStoodDown), root, rule)
    ended = {fact.said.generation for fact in over if fact.said.because is not StandDown.WITHDRAWN}
    return newest > 0 and newest not in ended and (rule, newest) not in taken


def sayings(
    cause: str, known: Withdrawal, area: str | None, about: Sequence[str], at: datetime
) -> list[Saying]:
    """The alerts to stand down and to raise now, in this area and about these people."""
    people = list(about)
    now = telling.of_withdrawal(known.standing, known.stood_down, unseen=known.unseen)
    found: list[AlertRaised | AlertStoodDown] = [
        AlertStoodDown(rule=RULE, cause=cause, generation=n, about=people, because=StandDown.CHANGED)
        for n in now.stand_down
    ]
    if now.raise_ is not None:
        found.append(
            AlertRaised(
                rule=RULE,
                cause=cause,
                generation=now.raise_,
                urgency=Urgency.HOUR,
                routing=Routing(area=area) if area else None,
                about=people,
            )
        )
    return [
        Saying(rule=RULE, root=cause, generation=each.generation, content=each, occurred=at) for each in found
    ]
