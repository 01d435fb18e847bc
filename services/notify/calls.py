"""The calls of an alert that were made, and what came of each message of them."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from chassis.facts import Fact, FactSet
from chassis.views import Saying
from contracts.events.alerts import AlertCalled, DeliveryReported, DeliveryTried
from contracts.vocabulary import Channel, DeliveryResult, Post
from services.notify.rules.ladder import FIRST_ROUND, OF_SUPERVISORS, SUPERVISOR_FIRST, rungs_of, step_of


class Message(BaseModel):
    """A call's message on one channel, and what came of it."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    attempts: int
    first_attempt: datetime | None
    last_attempt: datetime | None
    taken_at: datetime | None
    """Since when the receiver has it, or a provider on the way to it: it is not sent again."""
    result: DeliveryResult | None
    """Of the last try, or what the provider told of it last. Delivered is not answered."""
    told_at: datetime | None
    """When a provider refused it, or told the end of it."""


class Call(BaseModel):
    """One call that was made, and what came of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The fact's id, and the message's own: the same on every try."""
    rung: int
    post: Post
    person: str | None
    due: datetime
    called: datetime
    """When it went out: later than it was due if Goldthread was away."""
    tried: datetime | None
    """When a message of it was first tried, whatever came of it; the live page goes out to nobody."""
    messages: tuple[Message, ...]
    """One for each channel that goes out to them: all but the live page."""
    in_front: datetime | None
    """When the person called first had it on the live page."""
    told_by: str | None = None
    """The call of another alert about the cause whose messages tell of this one too: these are they."""

    @property
    def by(self) -> tuple[Channel, ...]:
        """The channels that it goes out on."""
        return tuple(message.channel for message in self.messages)


def calls_of(facts: FactSet, called: Sequence[Fact[AlertCalled]]) -> tuple[Call, ...]:
    """These calls, in the order of the ladder, with what is told of them."""
    tries: dict[str, list[Fact[DeliveryTried]]] = {}
    for fact in facts.current(DeliveryTried):
        tries.setdefault(fact.said.call, []).append(fact)
    told: dict[str, list[Fact[DeliveryReported]]] = {}
    for report in facts.current(DeliveryReported):
        told.setdefault(report.said.call, []).append(report)
    in_turn = sorted(called, key=lambda fact: (fact.said.rung, fact.id))
    sent = [(fact, fact.said.told_by or fact.id) for fact in in_turn]
    return tuple(_call(fact, tries.get(id_, []), told.get(id_, [])) for fact, id_ in sent)


def _call(
    called: Fact[AlertCalled], tries: Sequence[Fact[DeliveryTried]], told: Sequence[Fact[DeliveryReported]]
) -> Call:
    said = called.said
    page = [fact.occurred for fact in tries if fact.said.channel is Channel.LIVE_PAGE]
    out: list[Fact[DeliveryTried | DeliveryReported]] = [*tries, *told]
    sent = [fact.occurred for fact in out if fact.said.channel is not Channel.LIVE_PAGE]
    step = rungs_of(step_of(said.rung), SUPERVISOR_FIRST if said.rule in OF_SUPERVISORS else FIRST_ROUND)
    return Call(
        id=called.id,
        rung=said.rung,
        post=said.post or next(rung.post for rung in step if rung.number == said.rung),
        person=said.person,
        due=said.due,
        called=called.occurred,
        tried=min(sent, default=None),
        messages=tuple(
            message_of(
                channel,
                [fact for fact in tries if fact.said.channel is channel],
                [fact for fact in told if fact.said.channel is channel],
            )
            for channel in said.channels
            if channel is not Channel.LIVE_PAGE
        ),
        in_front=min(page, default=None),
        told_by=said.told_by,
    )


def message_of(
    channel: Channel, tries: Sequence[Fact[DeliveryTried]], told: Sequence[Fact[DeliveryReported]]
) -> Message:
    """A message on a channel, by its tries and by what a provider told of it."""
    tries = sorted(tries, key=lambda fact: fact.said.attempt)
    taken = [fact for fact in tries if fact.said.result in (DeliveryResult.DELIVERED, DeliveryResult.SENT)]
    ends = [fact for fact in told if fact.said.result is not DeliveryResult.SENT]
    result, told_at = None, None
    if ends:
        last = max(ends, key=lambda fact: (fact.occurred, fact.id))
        result, told_at = last.said.result, last.occurred
    elif taken or told:
        result = taken[0].said.result if taken else DeliveryResult.SENT
    elif tries:
        result = tries[-1].said.result
        if result is DeliveryResult.REFUSED and channel is not Channel.WEBHOOK:
            told_at = tries[
                -1
            ].occurred  # a pager's endpoint that refuses is put right, and says nothing of them
    return Message(
        channel=channel,
        attempts=tries[-1].said.attempt if tries else 0,
        first_attempt=min((fact.occurred for fact in (*tries, *told)), default=None),
        last_attempt=tries[-1].occurred if tries else None,
        taken_at=min((fact.occurred for fact in (*taken, *told)), default=None),
        result=result,
        told_at=told_at,
    )


def reported(cause: str, call: str, channel: Channel, result: DeliveryResult, at: datetime) -> Saying:
    """What a provider tells of a call's message. Told twice, it is said once."""
    said = DeliveryReported(cause=cause, call=call, channel=channel, result=result)
    return Saying(rule=f"{channel}:{result}", root=call, generation=1, content=said, occurred=at)


def tried(
    cause: str,
    call: str,
    channel: Channel,
    attempt: int,
    result: DeliveryResult,
    at: datetime,
    status: int | None = None,
) -> Saying:
    """One try of a call's message on a channel. Its id comes from call, channel and attempt: a
    sender that was killed before it could note a try notes the same one when it tries again."""
    said = DeliveryTried(
        cause=cause, call=call, channel=channel, attempt=attempt, result=result, status=status
    )
    return Saying(rule=channel, root=call, generation=attempt, content=said, occurred=at)
