"""The MARAC itself: meetings, and which case is heard at which."""

from typing import ClassVar

from pydantic import StrictBool

from contracts.content import AreaId, CaseId, Content, ThingId
from contracts.sections import Line
from contracts.times import Moment


class MeetingCalled(Content):
    """A conference on a day, of one area."""

    type: ClassVar[str] = "uk.goldthread.marac.meeting-called.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    area: AreaId
    starts: Moment
    venue: Line | None = None
    emergency: StrictBool = False


class CaseListed(Content):
    """A case is put on the agenda of a meeting."""

    type: ClassVar[str] = "uk.goldthread.marac.case-listed.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    meeting: ThingId
