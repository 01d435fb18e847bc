"""A MARAC while it sits, and its minutes. What a conference says is corrected by whoever acts for it: the
chair and the coordinator are often of two agencies.

None of it has a location: what is said in words is asked for without one.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt

from contracts.content import CaseId, Content, MentionId, ThingId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, NarrativeSection, Part
from contracts.vocabulary import Attendance, CoreService, Forum, Paper

MOST_RECORDS = 1000
"""Of a case that has more it is not said which it had."""


class OfMeeting(Content):
    """Base of what is said of one meeting."""

    topic: ClassVar[str] = "marac"
    meeting: ThingId


class MeetingOpened(OfMeeting):
    """The meeting began. ``statement``: whether the confidentiality statement was read out, and nobody
    objected (null: not said)."""

    type: ClassVar[str] = "uk.goldthread.marac.meeting-opened.v1"
    statement: StrictBool | None = None


class MeetingClosed(OfMeeting):
    """The meeting ended. What is recorded later is a correction. Once it is withdrawn, it goes on."""

    type: ClassVar[str] = "uk.goldthread.marac.meeting-closed.v1"
    joint: ClassVar[bool] = True


class AttendanceRecorded(OfMeeting):
    """Who of an agency was at the meeting, or was not. The newest of an agency and name holds. ``agency``
    is the one that came, ``stands_for`` the service where its kind does not tell; ``signed``, of an observer:
    whether they signed the confidentiality statement (null: not said)."""

    type: ClassVar[str] = "uk.goldthread.marac.attendance-recorded.v1"
    agency: AgencyId
    attended: Attendance
    who: Line | None = Field(default=None, description="the member of staff, never a victim")
    chairs: StrictBool = False
    stands_for: CoreService | None = None
    signed: StrictBool | None = None


class LeftTheRoom(OfMeeting):
    """Somebody left the room while a case was heard. ``person``: who they are when they sign in, where
    known. ``stayed``: that they left was said by mistake. The newest of a case, agency and name holds."""

    type: ClassVar[str] = "uk.goldthread.marac.left-the-room.v1"
    case: CaseId
    agency: AgencyId
    who: Line
    person: Id | None = None
    stayed: StrictBool = False


class CaseBegun(OfMeeting):
    """The meeting came to a case: whoever holds it opened its page, for the first time while it sat."""

    type: ClassVar[str] = "uk.goldthread.marac.case-begun.v1"
    case: CaseId


class CaseHeard(OfMeeting):
    """What a meeting recorded of one case: the risks as the chair summed them up, the needs and strengths of
    the victim, the children and the perpetrator, what was decided, where it is taken on to, who tells the
    victim. ``safe_to_tell`` null: not said, which is not safe. ``victim``: whom it was about, by the case's
    own mention of them when it was recorded. ``had``: which records of what happened the case had then, so
    that what reaches Goldthread later is known to be news (null: not said)."""

    type: ClassVar[str] = "uk.goldthread.marac.case-heard.v1"
    joint: ClassVar[bool] = True
    case: CaseId
    victim: MentionId | None = None
    risks: NarrativeSection | None = None
    needs: NarrativeSection | None = None
    strengths: NarrativeSection | None = None
    decided: NarrativeSection | None = None
    forums: list[Forum] = Field(default_factory=list, max_length=len(Forum))
    told_by: AgencyId | None = Field(default=None, description="the agency that tells the victim")
    safe_to_tell: StrictBool | None = None
    had: list[Id] | None = Field(default=None, max_length=MOST_RECORDS)


class IssuedCase(Part):
    """The version of a case's record that minutes were made of."""

    case: CaseId
    fact: Id


class MinutesIssued(OfMeeting):
    """Minutes were issued: the numbered version, and of which records of cases it is made."""

    type: ClassVar[str] = "uk.goldthread.marac.minutes-issued.v1"
    number: Annotated[StrictInt, Field(ge=1, le=1000)]
    cases: list[IssuedCase] = Field(default_factory=list, max_length=500)
    to: list[AgencyId] | None = Field(
        default=None, max_length=100, description="the agencies that they were sent to; Goldthread says which"
    )


class PaperOpened(OfMeeting):
    """Somebody to whom an agenda or minutes were sent opened this version of it, for the first time. ``of``
    is the fact that it was published or issued by; who they are is their agency's, as the fact is."""

    type: ClassVar[str] = "uk.goldthread.marac.paper-opened.v1"
    paper: Paper
    of: Id
    person: Id
    name: Line = Field(description="as staff are called when they sign in")
