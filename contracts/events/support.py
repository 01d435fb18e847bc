"""What is done for a victim by those who support her, who is in her case, and what they ask each other."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import CaseId, Content, MentionId, Said, ThingId
from contracts.envelope import AgencyId, Id
from contracts.events.configuration import Email, Telephone
from contracts.sections import Line, NarrativeSection, Part, RoutingSection
from contracts.vocabulary import CaseRole, Role, SupportKind, SupportReason, SupportStep


class OfOneVictim(Said):
    """The base of what is said of one victim, and of nobody else: it is in no fold of the other side."""

    @model_validator(mode="after")
    def _one_victim(self) -> "OfOneVictim":
        if [each.role for each in self.people] != ([] if self.named_on_a_page else [Role.VICTIM]):
            raise PydanticCustomError("one_victim", "support is for one victim")
        return self


class SupportProgressed(OfOneVictim):
    """A step of a referral to support, when it was taken. The newest step of a kind of support says how far
    it has come, whoever said it: nobody needs another agency's number. Staff name the victim by ``victim``,
    as a page gives it."""

    type: ClassVar[str] = "uk.goldthread.care.support-progressed.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    victim: MentionId | None = None
    support: SupportKind
    step: SupportStep
    service: AgencyId | None = Field(
        default=None, description="of an offer or a referral, to which service; none given: not known"
    )
    reason: SupportReason | None = Field(
        default=None, description="of what was refused, declined or ended; none given: it is asked for"
    )


class CapacityTold(Content):
    """How much room a service has for a kind of support, from a time on. That it is full is no reason not to
    ask it."""

    type: ClassVar[str] = "uk.goldthread.configuration.capacity-told.v1"
    topic: ClassVar[str] = "configuration"
    support: SupportKind
    places: Annotated[StrictInt, Field(ge=0, le=10_000)] = Field(description="free now")
    waiting: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None


class Worker(Part):
    """A member of staff, and how colleagues reach them at work. Never a victim. ``person``: who they are when
    they sign in, as ``GET /notify/v1/me`` tells them."""

    name: Line
    telephone: Telephone | None = None
    email: Email | None = None
    person: Id | None = None


class RoleTaken(OfOneVictim):
    """Who of an agency is in a victim's case, from when it happened. The newest of an agency holds for each
    part; it ends by being withdrawn."""

    type: ClassVar[str] = "uk.goldthread.care.role-taken.v1"
    topic: ClassVar[str] = "care"
    part: CaseRole
    worker: Worker


class MessageSent(Content):
    """A message between the IDVA and the officer in the case, and nobody else."""

    type: ClassVar[str] = "uk.goldthread.marac.message-sent.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    case: CaseId
    victim: MentionId | None = Field(
        default=None, description="whom it is about: the victim of the case when it was sent"
    )
    to: CaseRole
    words: NarrativeSection
    answers: ThingId | None = Field(default=None, description="the message that it answers")
    routing: RoutingSection | None = Field(default=None, description="of the case, when it was sent")
