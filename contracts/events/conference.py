"""The MARAC itself: meetings, and which case is heard at which."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt

from contracts.content import AreaId, CaseId, Content, ThingId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, Part
from contracts.times import Moment


class MeetingCalled(Content):
    """A conference on a day, of one area."""

    type: ClassVar[str] = "uk.goldthread.marac.meeting-called.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    joint: ClassVar[bool] = True
    area: AreaId
    starts: Moment
    venue: Line | None = None
    emergency: StrictBool = False
    chair: Id | None = Field(
        default=None, description="who chairs it, when they sign in; none given: asked for"
    )
    chair_name: Line | None = Field(default=None, description="staff alone read it")
    slots: Annotated[StrictInt, Field(ge=1, le=100)] | None = Field(
        default=None, description="cases that it has room for; none given: as its MARAC has set"
    )


class Restricting(Part):
    """A case of the same victim, or the case itself, that is restricted when a case is listed."""

    case: Id
    inside: list[AgencyId] = Field(
        max_length=60, description="the agencies that are known to have somebody inside"
    )


class CaseListed(Content):
    """A case is put on the agenda of a meeting."""

    type: ClassVar[str] = "uk.goldthread.marac.case-listed.v1"
    topic: ClassVar[str] = "marac"
    joint: ClassVar[bool] = True
    case: CaseId
    meeting: ThingId
    inside: list[AgencyId] | None = Field(
        default=None,
        max_length=60,
        description="of a case that is restricted: the agencies that are known to have somebody inside, and"
        " no other is asked of it",
    )
    restricting: list[Restricting] = Field(
        default_factory=list,
        max_length=200,
        json_schema_extra={"readOnly": True},
        description="what restricts it: each case by itself, for one may be lifted where another is not",
    )
