"""What agencies find for a MARAC before it meets, which of them are asked, and who has a tie to a case."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from contracts.content import CaseId, Choice, Content, ThingId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, NarrativeSection, Part
from contracts.times import Day
from contracts.vocabulary import ResearchHeld


class ResearchersSet(Choice):
    """Which agencies a MARAC asks what they hold of its cases, and until when. The newest holds that was said
    before a meeting began."""

    type: ClassVar[str] = "uk.goldthread.configuration.researchers-set.v1"
    topic: ClassVar[str] = "configuration"
    agencies: list[AgencyId] = Field(max_length=60)
    days_before: Annotated[StrictInt, Field(ge=1, le=10)] = Field(
        default=2, description="so many working days before the meeting"
    )
    declares: StrictBool = Field(
        default=True,
        description="whether a case of a meeting is shown only to whoever declared here that they have no tie"
        " to its parties; false: it is done on paper",
    )

    @model_validator(mode="after")
    def _each_once(self) -> "ResearchersSet":
        if len(set(self.agencies)) < len(self.agencies):
            raise PydanticCustomError("agency_twice", "each agency is named once")
        return self


class Researched(Part):
    """What an agency found of one person of a case."""

    person: Id = Field(description="by a mention of the referral, as the request for research gives it")
    held: ResearchHeld
    records: Line | None = Field(default=None, description="which records were looked through")
    checked: Day | None = None
    complete: StrictBool = Field(
        default=False, description="what Goldthread has from this agency of this person is all that it holds"
    )
    flagged: StrictBool | None = Field(default=None, description="whether the agency's record is flagged")
    facts: NarrativeSection | None = Field(default=None, description="what its records say happened")
    opinions: NarrativeSection | None = Field(default=None, description="what its practitioners think")
    told_by_others: NarrativeSection | None = Field(default=None, description="what somebody else told it")

    @model_validator(mode="after")
    def _nothing_is_nothing(self) -> "Researched":
        if self.held is not ResearchHeld.KNOWN and (self.facts or self.opinions or self.told_by_others):
            raise PydanticCustomError("said_of_nothing_held", "what is told is told of a person who is known")
        return self


class ResearchAnswered(Content):
    """What an agency holds of the people of a case that a meeting hears."""

    type: ClassVar[str] = "uk.goldthread.marac.research-answered.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    meeting: ThingId
    people: list[Researched] = Field(min_length=1, max_length=40)
    under_way: NarrativeSection | None = Field(default=None, description="what already protects her")
    suggested: NarrativeSection | None = Field(default=None, description="actions for the meeting")

    @model_validator(mode="after")
    def _each_once(self) -> "ResearchAnswered":
        if len({each.person for each in self.people}) < len(self.people):
            raise PydanticCustomError("person_twice", "each person is answered for once")
        return self


class Tie(Part):
    """Whether somebody has a tie to a party of a case: family, friend, neighbour, colleague. No words."""

    case: CaseId
    tie: StrictBool


class InterestDeclared(Content):
    """What a member of staff declares of their ties to the parties of cases, before these are shown to them.
    A tie stands until a colleague of theirs withdraws it."""

    type: ClassVar[str] = "uk.goldthread.marac.interest-declared.v1"
    topic: ClassVar[str] = "marac"
    person: Id = Field(description="the member of staff, as `GET /notify/v1/me` names them")
    coordinates: StrictBool = Field(default=False, description="whether they coordinate the MARAC")
    cases: list[Tie] = Field(min_length=1, max_length=100)
