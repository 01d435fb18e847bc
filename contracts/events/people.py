"""What agencies say of people: referrals, risk, incidents, care, support."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import MentionId, Said
from contracts.events.conduct import Conduct
from contracts.events.support import Worker
from contracts.mentions import Mention
from contracts.sections import ImmigrationSection, Line, Part, Text
from contracts.times import Day, Moment
from contracts.vocabulary import (
    PERPETRATOR_ROLES,
    AnswerSource,
    ConsentSubject,
    DashAnswer,
    DashItem,
    Grade,
    HousingKind,
    IncidentKind,
    Instrument,
    LegalStatus,
    Mappa,
    ReferralCriterion,
    ReferringService,
    RiskAnswer,
    Role,
)

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}$")]
"""An item of an instrument, as ``contracts.rules.instruments`` numbers it."""


class Dash(Part):
    """A SafeLives Dash by its 24 items. DON'T KNOW, NOT ASKED and what is left out are never NO: what is left
    out is asked for.

    The grade follows from the answers and the practitioner's judgement by rule; it is not sent.
    """

    instrument: Instrument = Instrument.SAFELIVES_DASH_24
    instrument_version: Line = "2015"
    answers: dict[DashItem, DashAnswer]
    sources: dict[DashItem, AnswerSource] | None = Field(
        default=None, description="where each answer is from; one that is left out: not known"
    )
    comments: dict[DashItem, Text] | None = Field(
        default=None, description="in free words, of each item where there is something to say"
    )
    judgement: Grade | None = Field(default=None, description="the practitioner's own judgement")
    judgement_reason: Text | None = None


class Answered(Part):
    """One item of an instrument, answered. An item that is left out is not NO: it is asked for."""

    item: ItemId
    answer: RiskAnswer
    source: AnswerSource | None = Field(default=None, description="none given: not known")
    comment: Text | None = Field(default=None, description="in free words, where there is something to say")


class Judgement(Part):
    """The practitioner's own judgement of an assessment. It may raise the grade alone; it lowers one only
    with ``second``, another person who agrees."""

    grade: Grade
    reason: Text
    by: Line | None = Field(
        default=None, description="who judges, by their agency's own number, never a name"
    )
    second: Line | None = Field(default=None, description="who agrees, by their agency's own number")


class Graded(Part):
    """The grade that follows from an assessment by rule, as it was when Goldthread took it."""

    grade: Grade
    yes: StrictInt | None = Field(default=None, ge=0, description="how many items were answered YES")
    unanswered: StrictInt | None = Field(default=None, ge=0, description="DON'T KNOW and NOT ASKED")
    missing: StrictInt | None = Field(default=None, ge=0, description="items that were left out")
    before_judgement: Grade | None = Field(default=None, description="where the judgement changed it")
    signed: StrictBool | None = Field(default=None, description="two persons agreed that it may be lower")
    rule: Line = Field(description="the rule and its version")
    because: Line = Field(description="message id of the reason")


class ReferralMade(Said):
    """A MARAC referral by any agency. It mints the case, whose id is this fact's root. Of one that names no
    alleged perpetrator Goldthread adds one of whom nothing is known, and asks who it is. A SafeLives Dash
    comes in ``dash``; an assessment by any instrument in ``answers``, with ``instrument`` and its version."""

    type: ClassVar[str] = "uk.goldthread.referral.made.v1"
    topic: ClassVar[str] = "referrals"
    begins = ("k", "o")
    given = ("graded",)
    criteria: list[ReferralCriterion] = Field(default_factory=list, max_length=12)
    dash: Dash | None = None
    instrument: Instrument | None = Field(default=None, description="of the answers")
    instrument_version: Line | None = None
    answers: list[Answered] = Field(default_factory=list, max_length=60)
    grade: Grade = Field(default=Grade.UNKNOWN, description="of the answers, as the assessor gave it")
    graded: Annotated[Graded | None, Field(json_schema_extra={"readOnly": True})] = None
    victim_aware: StrictBool | None = None
    consent: StrictBool | None = None
    consent_given_of: list[ConsentSubject] = Field(
        default_factory=list,
        max_length=len(ConsentSubject),
        description="what may be told, whatever `consent` says of the rest",
    )
    consent_refused_of: list[ConsentSubject] = Field(
        default_factory=list,
        max_length=len(ConsentSubject),
        description="what may not be told, whatever `consent` says of the rest",
    )
    no_consent_reason: Text | None = None
    victim_view: Text | None = None
    afraid_of: Text | None = None
    service: ReferringService | None = Field(
        default=None,
        description="which service of the agency refers, where it has several; none: what it is itself",
    )
    other_marac: Line | None = Field(
        default=None, description="another MARAC that had this case, on Goldthread or not: its name, and when"
    )

    @model_validator(mode="after")
    def _one_victim(self) -> "ReferralMade":
        if len(self.in_role(Role.VICTIM)) != 1:
            raise PydanticCustomError("one_victim", "a referral is about one victim")
        if self.answers and None in (self.instrument, self.instrument_version):
            raise PydanticCustomError("instrument_missing", "items are of an instrument in some version")
        if not set(self.consent_given_of).isdisjoint(self.consent_refused_of):
            raise PydanticCustomError("answered_twice", "consent is given or refused of one thing, not both")
        return self


class RiskAssessed(Said):
    """A risk assessment made apart from a referral. It never overwrites an earlier one. Its items come in
    ``answers``, of any instrument; or, of a SafeLives Dash that is answered whole, in ``dash``."""

    type: ClassVar[str] = "uk.goldthread.risk.assessed.v1"
    topic: ClassVar[str] = "risk"
    urgent = True
    given = ("graded",)
    instrument: Instrument
    instrument_version: Line
    dash: Dash | None = None
    graded: Annotated[Graded | None, Field(json_schema_extra={"readOnly": True})] = None
    grade: Grade = Field(default=Grade.UNKNOWN, description="as the assessor gave it")
    rationale: Text | None = None
    answers: list[Answered] = Field(default_factory=list, max_length=60)
    judgement: Judgement | None = None
    mappa: Mappa | None = Field(
        default=None, description="at which level the one alleged perpetrator whom it names is managed"
    )

    @model_validator(mode="after")
    def _one_is_managed(self) -> "RiskAssessed":
        if self.mappa is not None and len(self.in_role(*PERPETRATOR_ROLES)) != 1:
            raise PydanticCustomError("one_perpetrator", "who is managed is the one perpetrator it names")
        return self


class IncidentReported(Conduct):
    """An incident of abuse, a crime or not, as any agency has it."""

    type: ClassVar[str] = "uk.goldthread.incident.reported.v1"
    topic: ClassVar[str] = "incidents"
    begins = ("o",)
    kind: IncidentKind
    crime: StrictBool | None = None
    status: LegalStatus = LegalStatus.ALLEGED
    children_present: StrictBool | None = None
    reference: Line | None = None


class HouseholdDescribed(Said):
    """Who lives in a household: the children among them."""

    type: ClassVar[str] = "uk.goldthread.care.household-described.v1"
    topic: ClassVar[str] = "care"
    as_at: Day | None = None


class HousingDescribed(Said):
    """What a housing service holds: tenancy, application, adaptations."""

    type: ClassVar[str] = "uk.goldthread.care.housing-described.v1"
    topic: ClassVar[str] = "care"
    kind: HousingKind


class HealthContacted(Said):
    """A contact with a health service."""

    type: ClassVar[str] = "uk.goldthread.care.health-contacted.v1"
    topic: ClassVar[str] = "care"
    service: Line


class ImmigrationNoted(Said):
    """Immigration status, for support alone: its own section on its own topic."""

    type: ClassVar[str] = "uk.goldthread.support.immigration-noted.v1"
    topic: ClassVar[str] = "support"
    immigration: ImmigrationSection


class LeadNamed(Said):
    """Who leads a victim's support, so that everybody knows whom to ask, and how to reach them. The newest of
    an agency holds. Staff name the victim by ``victim``, as a page gives it, and by no record."""

    type: ClassVar[str] = "uk.goldthread.care.lead-named.v1"
    topic: ClassVar[str] = "care"
    clicked = True
    past = ("since", "until")
    victim: MentionId | None = None
    service: Line
    since: Moment
    until: Moment | None = Field(default=None, description="they lead no more, since then")
    worker: Worker | None = Field(
        default=None,
        description="who it is, and how colleagues reach them at work; none given: not known",
    )

    @model_validator(mode="after")
    def _whole(self) -> "LeadNamed":
        if self.until is not None and self.until < self.since:
            raise PydanticCustomError("ends_before_it_starts", "nobody stops leading before they began")
        if self.victim and any(each.identity is not None for each in self.in_role(Role.VICTIM)):
            raise PydanticCustomError("named_twice", "the victim is named by a page, or by a record")
        return self

    def seen_on_a_page(self, mention: Mention) -> str | None:
        """The victim, where staff name them as a page gives it."""
        return self.victim if mention.role is Role.VICTIM else None


def victim_of(said: Said) -> Mention | None:
    """The victim whom a payload names, if it names just one."""
    victims = said.in_role(Role.VICTIM)
    return victims[0] if len(victims) == 1 else None
