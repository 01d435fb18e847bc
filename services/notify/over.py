"""What whoever was called for an alert, and has not answered, is told once nobody need answer it any more.

It is said by the decider of ``notify_alert`` as a fact of its own, whose id comes from that of the call that
it follows: so a rebuild, a restore and two processes say it once. The fact's id is the message's reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from chassis.facts import Fact, FactSet
from chassis.views import Saying
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertOver,
    AlertPassedOn,
    AlertRaised,
    AlertStoodDown,
    DeliveryTried,
)
from contracts.rules.standing_answer import Answer, answer_of, standing_answer
from contracts.vocabulary import AlertEnd, AlertRule, Channel, DeliveryResult
from services.notify.calls import Call, Message, calls_of, message_of
from services.notify.rules import over as rule
from services.notify.rules.over import Had

Alert = tuple[AlertRule, int]
"""Of the alerts about one cause: rule and generation."""


class Over(BaseModel):
    """One message that tells somebody that what they were called for is over. It is here until it has got
    through, or is too late."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    """Of the fact that says so, and the message's own. None: it has not been said yet."""
    rule: AlertRule
    generation: int
    rung: int
    call: str
    """The call that it follows."""
    person: str
    area: str | None
    end: AlertEnd
    due: datetime
    message: Message


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an alert. ``at``: since when nobody need answer it; None: it waits."""

    at: datetime | None
    end: AlertEnd
    taker: str | None
    answered: Mapping[str, datetime] = field(default_factory=dict)
    """When each who took it or passed it on last said so."""

    def answered_by(self, person: str, called: datetime) -> bool:
        """Whether somebody who was called then has answered since."""
        said = self.answered.get(person)
        return person == self.taker or (said is not None and said >= called)


def over_of(facts: FactSet, at: datetime) -> tuple[tuple[Over, ...], datetime | None]:
    """Who has yet to be told that what they were called for is over, and when that changes by itself."""
    ends = _ends(facts)
    if not any(each.at is not None and at < rule.too_late(each.at) for each in ends.values()):
        return (), None
    stands = _stands(ends)
    theirs: dict[str, dict[str, tuple[Fact[AlertCalled], Call]]] = {}
    called = {fact.id: fact for fact in facts.current(AlertCalled)}
    for call in calls_of(facts, list(called.values())):
        if call.person is not None and _alert(called[call.id].said) in ends:
            theirs.setdefault(call.person, {})[call.id] = (called[call.id], call)
    said = {fact.said.call: fact for fact in facts.current(AlertOver)}
    found: list[Over] = []
    changes: list[datetime] = []
    for person, calls in sorted(theirs.items()):
        told = rule.over([_had(fact, call, ends) for fact, call in calls.values()], stands)
        if told is None or at >= rule.too_late(told[1]):
            continue
        last, ended = told
        fact, _ = calls[last.call]
        each = _over(person, fact, last.by, ends[_alert(fact.said)].end, ended, said.get(fact.id), facts)
        if each is not None:
            found.append(each)
            changes.append(each.due if each.id is None and at < each.due else rule.too_late(ended))
    return tuple(found), min(changes, default=None)


def sayings(cause: str, known: Iterable[Over], at: datetime) -> Iterable[Saying]:
    """That somebody is told, once it is due."""
    for each in known:
        if each.id is None and each.due <= at:
            said = AlertOver(
                cause=cause,
                rule=each.rule,
                generation=each.generation,
                rung=each.rung,
                call=each.call,
                person=each.person,
                area=each.area,
                channel=each.message.channel,
                end=each.end,
            )
            yield Saying(each.rule, cause, each.generation, said, at, rung=each.rung)


def _over(
    person: str,
    called: Fact[AlertCalled],
    by: Channel | None,
    end: AlertEnd,
    ended: datetime,
    said: Fact[AlertOver] | None,
    facts: FactSet,
) -> Over | None:
    """What a person has yet to be told after a call. None: the message has got through, or never will."""
    channel = said.said.channel if said else by
    if channel is None:
        return None
    tries = [fact for fact in facts.current(DeliveryTried) if said and fact.said.call == said.id]
    message = message_of(channel, tries, [])
    if message.taken_at is not None or message.result is DeliveryResult.REFUSED:
        return None
    return Over(
        id=said.id if said else None,
        rule=called.said.rule,
        generation=called.said.generation,
        rung=called.said.rung,
        call=called.id,
        person=person,
        area=called.said.area,
        end=end,
        due=rule.due(ended),
        message=message,
    )


def _had(fact: Fact[AlertCalled], call: Call, ends: Mapping[Alert, Ended]) -> Had:
    ended = ends[_alert(fact.said)]
    return Had(
        call=call.id,
        rule=fact.said.rule,
        rung=call.rung,
        called=call.called,
        by=rule.by_what(call.messages),
        ended=ended.at,
        answered=ended.answered_by(call.person or "", call.called),
    )


def _ends(facts: FactSet) -> dict[Alert, Ended]:
    """What became of each alert about a cause."""
    down = {_alert(fact.said): fact.occurred for fact in facts.current(AlertStoodDown)}
    replies: dict[Alert, list[Answer]] = {}
    said: list[Fact[AlertAcknowledged | AlertPassedOn]]
    said = [*facts.current(AlertAcknowledged), *facts.current(AlertPassedOn)]
    for fact in said:
        replies.setdefault(_alert(fact.said), []).append(answer_of(fact.envelope, fact.said))
    return {
        alert: _ended(down.get(alert), replies.get(alert, []))
        for alert in {_alert(fact.said) for fact in facts.current(AlertRaised)}
    }


def _stands(ends: Mapping[Alert, Ended]) -> dict[AlertRule, datetime | None]:
    """Since when no alert of each rule waits; None: one does."""
    of: dict[AlertRule, list[datetime | None]] = {}
    for (of_rule, _), each in ends.items():
        of.setdefault(of_rule, []).append(each.at)
    known = {each: [at for at in found if at is not None] for each, found in of.items()}
    return {each: max(found) if len(found) == len(of[each]) else None for each, found in known.items()}


def _ended(down: datetime | None, replies: Iterable[Answer]) -> Ended:
    answers = list(replies)
    taken = standing_answer(answers).taken
    answered: dict[str, datetime] = {}
    for each in answers:
        answered[each.person] = max(each.at, answered.get(each.person, each.at))
    if taken is not None and (down is None or taken.at <= down):
        return Ended(taken.at, AlertEnd.TAKEN, taken.person, answered)
    return Ended(down, AlertEnd.STOOD_DOWN, taken.person if taken else None, answered)


def _alert(said: AlertRaised | AlertStoodDown | AlertCalled | AlertAcknowledged | AlertPassedOn) -> Alert:
    return (said.rule, said.generation)
