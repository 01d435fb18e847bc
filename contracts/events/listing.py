"""From a referral to a meeting: what a MARAC chooses for itself, and what persons decide of a case."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import CaseId, Choice, Content, MentionId, ThingId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, NarrativeSection, Part
from contracts.vocabulary import (
    EscalationUnit,
    IncidentKind,
    PartiesAnswer,
    RepeatAnchor,
    RepeatDefinition,
)


class Escalation(Part):
    """So many incidents, or crimes, between one pair within so many months are potential escalation."""

    unit: EscalationUnit = EscalationUnit.INCIDENTS
    least: Annotated[StrictInt, Field(ge=2, le=50)]
    months: Annotated[StrictInt, Field(ge=1, le=60)] = 12


class LocalCriterion(Part):
    """A criterion of one MARAC: its code, its words, and the kinds of incident that by themselves meet it.
    With no kind a person alone can say that it is met."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]
    words: Line
    kinds: list[IncidentKind] = Field(default_factory=list, max_length=len(IncidentKind))


class MaracSet(Choice):
    """What a MARAC chooses for itself, as a whole: the newest holds. Its Dash score is a
    ``threshold-set``."""

    type: ClassVar[str] = "uk.goldthread.configuration.marac-set.v1"
    topic: ClassVar[str] = "configuration"
    repeat_definition: RepeatDefinition = RepeatDefinition.CURRENT
    repeat_anchor: RepeatAnchor = RepeatAnchor.REFERRAL
    escalation: list[Escalation] = Field(
        default_factory=list,
        max_length=4,
        description="any one of these; none: the area's threshold of incidents, in twelve months",
    )
    local: list[LocalCriterion] = Field(default_factory=list, max_length=20)
    slots: Annotated[StrictInt, Field(ge=1, le=100)] | None = Field(
        default=None, description="cases that a meeting has room for; none: it is not set"
    )
    closes_days: Annotated[StrictInt, Field(ge=0, le=28)] = Field(
        default=8, description="working days before a meeting on which its agenda closes"
    )

    @field_validator("local")
    @classmethod
    def _each_code_once(cls, local: list[LocalCriterion]) -> list[LocalCriterion]:
        if len({each.code for each in local}) < len(local):
            raise PydanticCustomError("code_twice", "each local criterion has a code of its own")
        return local


class ReferralReturned(Content):
    """A person returns a referral to whoever made it, with advice. The case stays; what comes later and meets
    a criterion brings it back."""

    type: ClassVar[str] = "uk.goldthread.marac.referral-returned.v1"
    topic: ClassVar[str] = "marac"
    given = ("considered", "unread")
    case: CaseId
    advice: NarrativeSection
    reason: NarrativeSection
    considered: list[Id] = Field(
        default_factory=list,
        max_length=10_000,
        json_schema_extra={"readOnly": True},
        description="the facts by which criteria were found when it was returned",
    )
    unread: int = Field(
        default=0,
        ge=0,
        json_schema_extra={"readOnly": True},
        description="how many records of the case could not be read when it was returned",
    )


class PartiesDecided(Content):
    """A person decides who is the primary victim of a case whose parties accuse each other: of the same two,
    the newest decision of any case holds."""

    type: ClassVar[str] = "uk.goldthread.marac.parties-decided.v1"
    topic: ClassVar[str] = "marac"
    given = ("victim", "other_parties")
    case: CaseId
    decision: PartiesAnswer
    reason: NarrativeSection
    victim: MentionId | None = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="a mention of whom the case names as its victim",
    )
    other_parties: list[MentionId] = Field(
        default_factory=list,
        max_length=40,
        json_schema_extra={"readOnly": True},
        description="a mention of each whom the case names as having harmed them",
    )


class Insider(Part):
    """A member of staff who goes on seeing a case that is restricted."""

    person: Id = Field(description="as `GET /notify/v1/me` names them")
    name: Line
    agency: AgencyId | None = Field(default=None, description="of which agency, where that is known")


class CaseRestricted(Content):
    """A case is for these members of staff alone, as a party of it works for an agency, or is near to whoever
    does; or it is so no more. The newest holds."""

    type: ClassVar[str] = "uk.goldthread.marac.case-restricted.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    to: list[Insider] = Field(default_factory=list, max_length=40)
    lifted: StrictBool = Field(default=False, description="it is restricted no more, and to nobody")
    reason: NarrativeSection
    others: list[Id] = Field(
        default_factory=list,
        max_length=200,
        description="the other cases of its victim, for which it holds too",
    )
    meetings: list[ThingId] = Field(
        default_factory=list,
        max_length=200,
        description="where any of these is listed: no agency is asked of it there that has nobody inside",
    )

    @model_validator(mode="after")
    def _to_somebody_once(self) -> "CaseRestricted":
        if len({each.person for each in self.to}) < len(self.to):
            raise PydanticCustomError("person_twice", "each member of staff is named once")
        if self.lifted == bool(self.to):
            raise PydanticCustomError("to_misplaced", "it is restricted to somebody, or lifted")
        return self
