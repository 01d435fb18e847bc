"""What those who operate Goldthread are told of an area whose alerts nobody answers: one alert for all.

Each alert's decider says each time that everybody was called, and when it waits no more
(``AlertUnanswered``); they meet under one cause for each area, of which this view's decider raises the
operator's alert.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
    AlertUnanswered,
)
from contracts.rules.standing_answer import answer_of, standing_answer
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, Urgency
from services.notify.rules.unanswered import Move, Round, Standing, again_at, loudest, move

RULE = AlertRule.UNANSWERED


class Rounds(BaseModel):
    """How often an alert went round, and what was last said of it under its rule."""

    model_config = ConfigDict(frozen=True)

    rule: AlertRule
    generation: int
    rounds: int
    urgency: Urgency
    area: str | None
    number: int = 0
    said: int = 0


class Waits(BaseModel):
    """How many alerts an operator's alert tells of, and in which area; null: it is not known."""

    model_config = ConfigDict(frozen=True)

    alerts: int
    area: str | None


class UnansweredRow(Row):
    """What is to be said of the alerts of an area that everybody was called for."""

    cause: str
    area: str | None
    urgency: Urgency | None
    generation: int
    move: Move | None


class UnansweredTable(ViewTable, table=True):
    """Rows of ``notify_unanswered``."""

    __tablename__ = "notify_unanswered"


def group_of(area: str | None) -> str:
    """The cause of what operators are told of an area; None: of the alerts whose area is not known."""
    return str(uuid5(NAMESPACE_URL, f"https://goldthread.uk/unanswered/{area or ''}"))


def said_before(facts: FactSet, known: Rounds) -> Rounds:
    """With what was said last of the alerts of the same rule about the cause. Where that was of another area,
    there it is first said to wait no more."""
    said = [each.said for each in facts.current(AlertUnanswered) if each.said.rule is known.rule]
    last = max(said, key=lambda each: each.number, default=None)
    if last is None:
        return known
    gone = {"area": last.area, "rounds": 0} if last.rounds and last.area != known.area else {}
    return known.model_copy(update={"number": last.number, "said": last.rounds} | gone)


def sayings(cause: str, each: Rounds, at: datetime) -> Iterable[Saying]:
    """That an alert went round once more, or waits no more."""
    if each.rounds == each.said:
        return
    said = AlertUnanswered(
        cause=cause,
        rule=each.rule,
        generation=each.generation,
        number=each.number + 1,
        rounds=each.rounds,
        urgency=each.urgency,
        area=each.area,
        group=group_of(each.area),
    )
    yield Saying(each.rule, cause, each.generation, said, at, rung=said.number)


def waiting(facts: FactSet, group: str) -> list[Fact[AlertUnanswered]]:
    """The alerts of a group that wait though everybody was called, as each was said last."""
    newest: dict[tuple[str, str], Fact[AlertUnanswered]] = {}
    for fact in sorted(facts.current(AlertUnanswered), key=lambda fact: fact.said.number):
        newest[fact.said.cause, fact.said.rule] = fact
    return [fact for fact in newest.values() if fact.said.rounds and fact.said.group == group]


def waits_of(raised: AlertRaised, facts: FactSet) -> Waits | None:
    """What an operator's alert tells of; None of any other alert."""
    if raised.rule is not RULE:
        return None
    area = raised.routing.area if isinstance(raised.routing, Routing) else None
    return Waits(alerts=len(waiting(facts, raised.cause)), area=area)


def fold(subject: Subject) -> Folded:
    """What is to be said of a group, and when that changes by itself."""
    raised = [fact for fact in subject.facts.current(AlertRaised) if fact.said.rule is RULE]
    waits = waiting(subject.facts, subject.id)
    if not raised and not waits:
        return Folded(None)  # the cause of an alert, under which it is said too
    rounds = [Round(fact.said.urgency, fact.occurred) for fact in waits]
    last = max(raised, key=lambda fact: fact.said.generation, default=None)
    fallen = {f.said.generation for f in subject.facts.current(AlertStoodDown) if f.said.rule is RULE}
    stands = None
    if last is not None and last.said.generation not in fallen:
        stands = Standing(last.said.urgency, _taken(subject.facts, last.said.generation))
    again = again_at(rounds, stands)
    row = UnansweredRow(
        cause=subject.id,
        area=_area(waits, last),
        urgency=loudest(rounds),
        generation=last.said.generation if last else 0,
        move=move(rounds, stands, subject.at),
    )
    return Folded(row, again if again is not None and again > subject.at else None)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """Raise it, or stand it down."""
    if not isinstance(row, UnansweredRow):
        return
    routing = Routing(area=row.area) if row.area else None
    about: dict[str, Any] = {"rule": RULE, "cause": row.cause}
    if row.move is Move.RAISE and row.urgency:
        n = row.generation + 1
        raised = AlertRaised(**about, generation=n, urgency=row.urgency, routing=routing)
        yield Saying(RULE, row.cause, n, raised, at)
    if row.move is Move.STAND_DOWN:
        down = AlertStoodDown(**about, generation=row.generation)
        yield Saying(RULE, row.cause, row.generation, down, at)


UNANSWERED = View(
    "notify_unanswered",
    of="cause",
    row=UnansweredRow,
    table=UnansweredTable,
    fold=fold,
    decide=decide,
    begun_by=(AlertUnanswered,),
)


def _taken(facts: FactSet, generation: int) -> datetime | None:
    replies: Sequence[Fact[AlertAcknowledged | AlertPassedOn]] = [
        *facts.current(AlertAcknowledged),
        *facts.current(AlertPassedOn),
    ]
    of = [fact for fact in replies if (fact.said.rule, fact.said.generation) == (RULE, generation)]
    taken = standing_answer(answer_of(fact.envelope, fact.said) for fact in of).taken
    return taken.at if taken else None


def _area(waits: Sequence[Fact[AlertUnanswered]], last: Fact[AlertRaised] | None) -> str | None:
    if waits:
        return waits[0].said.area
    return last.said.routing.area if last and isinstance(last.said.routing, Routing) else None
