"""The MARAC itself: meetings, and which case is heard at which."""

from typing import ClassVar

from pydantic import AwareDatetime, StrictBool

from contracts.content import AreaId, CaseId, Content, ThingId
from contracts.sections import Line


class MeetingCalled(Content):
    """A conference on a day, of one area."""

    type: ClassVar[str] = "uk.goldthread.marac.meeting-called.v1"
    topic: ClassVar[str] = "marac"
    begins = ("o",)
    area: AreaId
    starts: AwareDatetime
    venue: Line | None = None
    emergency: StrictBool = False


class CaseListed(Content):
    """A case is put on the agenda of a meeting."""

    type: ClassVar[str] = "uk.goldthread.marac.case-listed.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    meeting: ThingId
