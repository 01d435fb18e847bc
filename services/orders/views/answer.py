"""The answer to a breach, as its row has it: the steps of all its records, by when it is due, and who was
asked for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from chassis.facts import FactSet
from chassis.views import Saying
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.rules.breach_answer import answered, asking, clock, due, left_unanswered
from contracts.rules.standing_answer import WITHIN
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, StandDown, Urgency
from services.orders.rules import chasing
from services.orders.views.order_line import Part
from services.orders.views.person import RecordLine, StepLine
from services.orders.views.told import about, generations, taken_of


class AskedLine(Part):
    """One generation of the alert that asks for an answer; ``taken`` is when whoever has it took it."""

    generation: int
    about: list[str]
    taken: AwareDatetime | None


class Answer(Part):
    """What is known of the answer to a breach. ``asked_for`` is when somebody is to be asked for it; None:
    it is answered, or none is due. ``allowed``: how long whoever is asked has until they are asked anew.
    ``history``: it calls nobody who was not called before. ``grace``: so long after ``asked_for`` whoever is
    not called yet is, and ``spread``, whoever was not called before. ``speaks``: this record is the one of
    its occurrence that asks, or its alert was taken and left. ``earlier``: so many breaches by the same
    people came before; ``left``: so many of them had no answer in their time."""

    steps: tuple[StepLine, ...] = ()
    due: AwareDatetime | None = None
    answered: AwareDatetime | None = None
    asked_for: AwareDatetime | None = None
    allowed: timedelta = timedelta(0)
    history: bool = False
    grace: timedelta = timedelta(0)
    spread: timedelta = timedelta(0)
    earlier: int = 0
    left: int = 0
    speaks: bool = False
    asked: tuple[AskedLine, ...] = ()
    stood_down: int = 0

    @property
    def calls_from(self) -> datetime | None:
        """Since when, or from when on, somebody is asked for it; None: nobody is."""
        if self.asked_for is None or self.asked:
            return self.asked_for
        return self.asked_for + max(self.grace, timedelta(0) if self.stood_down else self.spread)


def answer(
    own: RecordLine,
    records: Sequence[RecordLine],
    earlier: Sequence[Sequence[RecordLine]],
    urgency: Urgency,
    taken: datetime | None,
) -> Answer:
    """The answer to a breach of this urgency of which there are these records, its own among them, after
    these earlier breaches by the same people. ``taken`` is when whoever has its own alert took it."""
    reported = [record.reported for record in records]
    left = left_unanswered(reported, [[record.reported for record in each] for each in earlier])
    allowed = clock(left)
    by = due(reported, allowed)
    asked = asking(reported, allowed, WITHIN[urgency], taken)
    came = answered(reported)
    before_due = came is None and asked is not None and asked.at < by
    steps = {step.root: step for record in records for step in record.steps}
    first = min(records, key=lambda record: (record.occurred, record.root))
    return Answer(
        steps=tuple(sorted(steps.values(), key=lambda step: step.taken.order)),
        due=by,
        answered=came,
        asked_for=asked.at if asked else None,
        allowed=asked.again if asked else timedelta(0),
        history=asked is not None and asked.history,
        grace=asked.grace if asked else timedelta(0),
        spread=asked.spread if asked else timedelta(0),
        earlier=len(earlier),
        left=left,
        speaks=(first.root == own.root or before_due)
        and not any(each.asked for each in records if each.root != own.root),
    )


def asked_of(facts: FactSet, root: str) -> tuple[tuple[AskedLine, ...], int]:
    """The alerts that ask for the answer and stand, and how many were stood down."""
    rule = AlertRule.NO_ANSWER
    fallen = generations(facts.current(AlertStoodDown), root, rule)
    taken = taken_of(facts, root)
    raised = about(facts.current(AlertRaised), root, rule)
    lines = {
        fact.said.generation: AskedLine(
            generation=fact.said.generation,
            about=fact.said.about,
            taken=taken.get((rule, fact.said.generation)),
        )
        for fact in raised
        if fact.said.generation not in fallen
    }
    return tuple(lines[generation] for generation in sorted(lines)), len(fallen)


def decision(known: Answer, at: datetime) -> chasing.Decision:
    """What is to be said of the answer at this time (``rules.chasing``)."""
    standing = [chasing.Asked(line.generation, line.taken) for line in known.asked]
    return chasing.decide(
        standing,
        known.stood_down,
        known.asked_for,
        known.allowed,
        at,
        speaks=known.speaks,
        history=known.history,
        grace=known.grace,
        spread=known.spread,
    )


def sayings(
    cause: str, known: Answer, urgency: Urgency | None, area: str | None, people: Iterable[str], at: datetime
) -> list[Saying]:
    """The alerts to stand down and to raise now."""
    said = decision(known, at)
    named = {line.generation: line.about for line in known.asked}
    rule, why = AlertRule.NO_ANSWER, _why(known, said)
    found: list[AlertRaised | AlertStoodDown] = [
        AlertStoodDown(rule=rule, cause=cause, generation=n, about=named[n], because=why)
        for n in said.stand_down
    ]
    if said.raise_ is not None and urgency is not None:
        found.append(
            AlertRaised(
                rule=rule,
                cause=cause,
                generation=said.raise_,
                urgency=Urgency.NOW if urgency is Urgency.NOW else Urgency.HOUR,
                routing=Routing(area=area) if area else None,
                about=sorted(people),
            )
        )
    return [
        Saying(rule=rule, root=cause, generation=each.generation, content=each, occurred=at) for each in found
    ]


def _why(known: Answer, said: chasing.Decision) -> StandDown:
    if said.raise_ is not None:
        return StandDown.LEFT
    if known.answered is not None:
        return StandDown.ANSWERED
    return StandDown.WITHDRAWN if known.due is None else StandDown.CHANGED
