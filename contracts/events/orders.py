"""Orders, bail and their breaches."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field, StrictBool, StrictInt, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import Content, MentionId, Said, ThingId
from contracts.envelope import AgencyId, Id
from contracts.events.conduct import Conduct
from contracts.mentions import Mention
from contracts.sections import Line, Part, Text
from contracts.times import Day, Moment
from contracts.vocabulary import (
    Applicant,
    BailEnd,
    BreachKind,
    BreachSaidBy,
    BreachStep,
    NationalSystem,
    NothingRequired,
    OccupationSection,
    Offence,
    OrderQuestion,
    OrderStage,
    OrderType,
    OutcomeType,
    PatternDecision,
    PoliceRank,
    ProhibitionKind,
    RequirementKind,
    Role,
    ServiceMethod,
    TeamKind,
    Urgency,
)

MOST_VERSIONS = 10_000
"""More versions of one order nobody means."""


class Prohibition(Part):
    """One thing that the respondent must not do."""

    kind: ProhibitionKind
    text: Text | None = None
    address_known_to_respondent: StrictBool | None = None
    until: Moment | None = Field(default=None, description="when this ends, where before the order does")


class Requirement(Part):
    """One thing that the respondent must do, and who supervises it."""

    kind: RequirementKind
    text: Text | None = None
    address_known_to_respondent: StrictBool | None = None
    supervisor: Line | None = None
    until: Moment | None = Field(default=None, description="when this ends, where before the order does")


class OrderMade(Said):
    """An order, notice or bail as it was made. A variation is a correction with its own date."""

    type: ClassVar[str] = "uk.goldthread.order.made.v1"
    topic: ClassVar[str] = "orders"
    begins = ("o",)
    past = ("made", "notified", "details_changed", "arrested", "appealed")
    order: OrderType
    stage: OrderStage = OrderStage.MADE
    without_notice: StrictBool = False
    court: Line | None = None
    reference: Line | None = None
    made: Moment
    starts: Moment | None = None
    ends: Moment | None = None
    until_further_order: StrictBool = False
    return_date: Day | None = None
    adjourned_to: Moment | None = Field(
        default=None, description="of a notice: to when a court adjourned its hearing; it binds until then"
    )
    appealed: Moment | None = Field(
        default=None, description="when an appeal against it was lodged; left out once a court has decided it"
    )
    power_of_arrest: StrictBool | None = None
    authorised_by: PoliceRank | None = None
    applicant: Applicant | None = Field(
        default=None, description="who applied for it, or gave the notice or bail; none: not known"
    )
    section: OccupationSection | None = Field(
        default=None, description="of an occupation order: the section of the Family Law Act 1996"
    )
    arrested: Moment | None = Field(
        default=None, description="of police bail: when they were arrested, from when its months are counted"
    )
    ended_because: BailEnd | None = Field(
        default=None, description="of police bail that was ended, its stage discharged: why"
    )
    notified: Moment | None = Field(
        default=None, description="when the respondent had told the police their names and home address"
    )
    details_changed: Moment | None = Field(
        default=None,
        description="when the respondent last took another name or home address, or came to have none fixed,"
        " whoever told of it: they notify it anew. Neither the name nor where that is",
    )
    prohibitions: list[Prohibition] = Field(default_factory=list, max_length=40)
    requirements: list[Requirement] = Field(default_factory=list, max_length=40)
    nothing_required: NothingRequired | None = Field(
        default=None, description="why it requires nothing, where its type can"
    )

    @field_validator("ends")
    @classmethod
    def _after_it_starts(cls, ends: datetime | None, info: ValidationInfo) -> datetime | None:
        begins = info.data.get("starts") or info.data.get("made")
        if ends is not None and begins is not None and ends <= begins:
            raise PydanticCustomError("ends_before_it_starts", "an order ends after it starts")
        return ends

    @model_validator(mode="after")
    def _binding(self) -> "OrderMade":
        if not self.in_role(Role.RESPONDENT, Role.PERPETRATOR, Role.SUSPECT):
            raise PydanticCustomError("respondent_missing", "an order binds somebody")
        ended = self.order is OrderType.POLICE_BAIL and self.stage is OrderStage.DISCHARGED
        if self.ended_because is not None and not ended:
            raise PydanticCustomError("no_bail_that_ended", "only police bail that was discharged says why")
        return self


class OrderServed(Said):
    """That an order was served, or that the respondent came to know of it."""

    type: ClassVar[str] = "uk.goldthread.order.served.v1"
    topic: ClassVar[str] = "orders"
    past = ("served", "respondent_aware")
    order: ThingId | None = None
    reference: Line | None = None
    method: ServiceMethod
    served: Moment | None = None
    respondent_aware: Moment | None = None

    @model_validator(mode="after")
    def _of_an_order(self) -> "OrderServed":
        if self.order is None and self.reference is None:
            raise PydanticCustomError("order_missing", "service is of an order: its id or its reference")
        return self


class Team(Part):
    """A team to whom an order is circulated."""

    kind: TeamKind
    agency: AgencyId | None = Field(default=None, description="the receiving agency, where it is another")


class OrderCirculated(Said):
    """That the police sent an order to teams, or entered it into a national system: when is when it happened.
    ``version`` is the version of the order that was sent. Why it is lawful to tell a school stands in
    ``narrative``."""

    type: ClassVar[str] = "uk.goldthread.order.circulated.v1"
    topic: ClassVar[str] = "orders"
    clicked = True
    order: ThingId
    version: StrictInt = Field(ge=1, le=MOST_VERSIONS)
    teams: list[Team] = Field(default_factory=list, max_length=40)
    systems: list[NationalSystem] = Field(default_factory=list, max_length=10)


class OrderQuestionAnswered(Said):
    """What an order's force answers to a question that the order raises, in words (``narrative``), having
    seen this version of it. It stands until the order is varied."""

    type: ClassVar[str] = "uk.goldthread.order.question-answered.v1"
    topic: ClassVar[str] = "orders"
    clicked = True
    order: ThingId
    version: StrictInt = Field(ge=1, le=MOST_VERSIONS)
    question: OrderQuestion


class OrderAcknowledged(Content):
    """A named person of a team has read an order, in this version."""

    type: ClassVar[str] = "uk.goldthread.order.acknowledged.v1"
    topic: ClassVar[str] = "orders"
    order: ThingId
    version: StrictInt = Field(ge=1, le=MOST_VERSIONS)
    team: TeamKind
    person: Id
    about: list[MentionId] = Field(default_factory=list, description="the order's people")


class BreachReported(Conduct):
    """A report, from any agency, that a respondent did what an order, notice or bail forbids. Staff name whom
    it was against by ``victim``, as a page gives it, and by no record; or nobody, by the order alone."""

    type: ClassVar[str] = "uk.goldthread.breach.reported.v1"
    topic: ClassVar[str] = "breaches"
    begins = ("o",)
    urgent = True
    kind: BreachKind
    order: ThingId | None = None
    reference: Line | None = None
    weapon: StrictBool | None = None
    suspect_present: StrictBool | None = None
    children_present: StrictBool | None = None
    said_by: BreachSaidBy | None = Field(
        default=None, description="whose word it is: who saw it, or to whom it was done; none: not known"
    )
    victim: MentionId | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> "BreachReported":
        if not (self.order or self.reference or self.people):
            raise PydanticCustomError("nobody_named", "a breach names an order or a person")
        victims = self.in_role(Role.VICTIM)
        if self.victim and (len(victims) != 1 or victims[0].identity is not None):
            raise PydanticCustomError("named_twice", "the victim is named by a page, or by a record")
        return self

    def seen_on_a_page(self, mention: Mention) -> str | None:
        """The victim, where staff name her as a page gives it."""
        return self.victim if mention.role is Role.VICTIM else None


class BreachProgressed(Said):
    """A step of the police's answer to a breach: when it was taken is when it happened. Why a breach is
    left without charge, or is to be answered sooner or later than by the rule, stands in ``narrative``."""

    type: ClassVar[str] = "uk.goldthread.breach.progressed.v1"
    topic: ClassVar[str] = "breaches"
    clicked = True
    urgent = True
    breach: ThingId
    step: BreachStep
    outcome: OutcomeType | None = None
    rank: PoliceRank | None = Field(default=None, description="of whoever decided it")
    urgency: Urgency | None = Field(
        default=None, description="of a triage by a person: how soon it must be answered"
    )
    lowers: Urgency | None = Field(
        default=None, description="the priority that a triage makes less urgent: two persons sign that"
    )
    by: Line | None = Field(
        default=None, description="who lowers it, or decided it at that rank, by their agency's own number"
    )
    second: Line | None = Field(default=None, description="who agrees, by their agency's own number")


class PatternDecided(Said):
    """What an officer decided of an offence that the facts about a breach's people together may be: why
    stands in ``narrative``. ``considered`` are the facts that they had before them, as the breach's page and
    its REST answer give them: a fact of another occurrence asks anew, of an offence that takes one act one
    that speaks for it."""

    type: ClassVar[str] = "uk.goldthread.breach.pattern-decided.v1"
    topic: ClassVar[str] = "breaches"
    clicked = True
    breach: ThingId
    offence: Offence
    decision: PatternDecision
    rank: PoliceRank = Field(description="of whoever decided it")
    by: Line | None = Field(
        default=None,
        description="who decided it, by their agency's own number, never a name; none: not known",
    )
    considered: list[Id] = Field(min_length=1, max_length=5000)
