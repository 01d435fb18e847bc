"""Who must be told, who was told, and who answered. No section but routing."""

from typing import ClassVar

from pydantic import AwareDatetime, Field, StrictInt

from contracts.content import AreaId, Content, FiledAreaId, MentionId, ThingId
from contracts.envelope import Id
from contracts.sections import NarrativeSection, RoutingSection, Text
from contracts.vocabulary import (
    AlertEnd,
    AlertOutcome,
    AlertRule,
    Channel,
    DeliveryResult,
    PassReason,
    Post,
    StandDown,
    Urgency,
)

FOLLOWS = (
    "the last of the answers to this alert that were there when this one was given, by the id of its fact: "
    "this one came after them, whatever the clocks of two processes said"
)


class AlertRaised(Content):
    """Somebody must be told about a cause. One for each (rule, root of the cause, generation)."""

    type: ClassVar[str] = "uk.goldthread.alert.raised.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    rule: AlertRule
    cause: ThingId
    generation: StrictInt = Field(ge=1)
    urgency: Urgency
    routing: RoutingSection | None = None
    about: list[MentionId] = Field(default_factory=list, description="whose rows it shows in")
    rota_of: FiledAreaId | None = Field(default=None, description="the area whose rota has a gap")


class AlertStoodDown(Content):
    """What was told no longer holds. Should the cause stand again, the next generation is raised."""

    type: ClassVar[str] = "uk.goldthread.alert.stood-down.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    rule: AlertRule
    cause: ThingId
    generation: StrictInt = Field(ge=1)
    about: list[MentionId] = Field(default_factory=list)
    rota_of: FiledAreaId | None = Field(default=None, description="the area whose rota had a gap")
    because: StandDown | None = Field(default=None, description="why, of an alert about a breach")


class AlertCalled(Content):
    """A rung of the ladder fell due: this person is called, at this address of theirs."""

    type: ClassVar[str] = "uk.goldthread.alert.called.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    rung: StrictInt = Field(ge=0)
    post: Post | None = Field(default=None, description="that it goes to; none: of the ladder as published")
    due: AwareDatetime
    person: Id | None = Field(default=None, description="the staff member on call, by an id of our own")
    area: AreaId | None = None
    channels: list[Channel]
    told_by: Id | None = Field(
        default=None, description="the call about the same cause whose message tells of this alert too"
    )


class AlertAcknowledged(Content):
    """A named person took it."""

    type: ClassVar[str] = "uk.goldthread.alert.acknowledged.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    person: Id
    follows: Id | None = Field(default=None, description=FOLLOWS)


class AlertPassedOn(Content):
    """The person called cannot take it: the next rung is due at once."""

    type: ClassVar[str] = "uk.goldthread.alert.passed-on.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    rung: StrictInt = Field(ge=0)
    person: Id
    reason: PassReason
    note: Text | None = None
    follows: Id | None = Field(default=None, description=FOLLOWS)


class AlertResolved(Content):
    """What was done about an alert that somebody had taken, by one of those who may take it: when is when it
    was done. Of several the one that was recorded last holds."""

    type: ClassVar[str] = "uk.goldthread.alert.resolved.v1"
    topic: ClassVar[str] = "alerts"
    given = ("person",)
    urgent = True
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    outcome: AlertOutcome
    narrative: NarrativeSection = Field(description="what was done, in words")
    person: Id | None = Field(
        default=None, json_schema_extra={"readOnly": True}, description="the member of staff who says so"
    )


class AlertUnanswered(Content):
    """How often everybody was called for an alert and nobody answered: it is told to an operator with the
    others of its area. None: it waits no more."""

    type: ClassVar[str] = "uk.goldthread.alert.unanswered.v1"
    topic: ClassVar[str] = "alerts"
    urgent = True
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    number: StrictInt = Field(ge=1, description="of what was said so of this rule's alerts about the cause")
    rounds: StrictInt = Field(ge=0, description="of the whole ladder; 0: it waits no more")
    urgency: Urgency
    area: AreaId | None = None
    group: ThingId = Field(description="the cause of the operator's alert: the same for an area's alerts")


class AlertOver(Content):
    """Somebody who was called for an alert, and has not answered, is told that nobody need answer it any
    more: once, after the newest of their calls that reached them."""

    type: ClassVar[str] = "uk.goldthread.alert.over.v1"
    topic: ClassVar[str] = "alerts"
    cause: ThingId
    rule: AlertRule
    generation: StrictInt = Field(ge=1)
    rung: StrictInt = Field(ge=0)
    call: Id = Field(description="the alert.called fact that it follows; the message's own id is this fact's")
    person: Id
    area: AreaId | None = None
    channel: Channel
    end: AlertEnd


class DeliveryTried(Content):
    """One try of one message on one channel, and what came of it."""

    type: ClassVar[str] = "uk.goldthread.delivery.tried.v1"
    topic: ClassVar[str] = "deliveries"
    cause: ThingId
    call: Id = Field(description="the alert.called fact that it delivers; the message's own id")
    channel: Channel
    attempt: StrictInt = Field(ge=1)
    result: DeliveryResult
    status: StrictInt | None = Field(default=None, description="the HTTP status, where there was one")


class DeliveryReported(Content):
    """What a provider tells of a message that it was given, whichever of both is known here first."""

    type: ClassVar[str] = "uk.goldthread.delivery.reported.v1"
    topic: ClassVar[str] = "deliveries"
    urgent = True
    cause: ThingId
    call: Id = Field(description="the alert.called fact that the message delivers: the provider's reference")
    channel: Channel
    result: DeliveryResult
