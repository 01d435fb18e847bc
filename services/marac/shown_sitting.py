"""What is shown of a meeting while it sits, of what was recorded of a case, and of its minutes."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.sections import Name
from contracts.vocabulary import Attendance, CoreService, Grade
from services.marac.conference.sitting_rows import AttendanceLine, HeardVersion, LeftLine
from services.marac.shown_actions import ActionLine


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class Hearing(Shown):
    """What was recorded of a case at a meeting. ``version`` 0: nothing yet. ``of_another``: it was recorded
    of somebody who is no longer the victim of the case, and is given to whoever holds the meeting alone."""

    meeting: str
    case: str
    version: int
    heard: datetime | None = None
    record: HeardVersion | None = None
    of_another: bool = False


class CoreLine(Shown):
    """How a core service attended; null: nobody has recorded it."""

    service: CoreService
    attended: Attendance | None


class SittingShown(Shown):
    """A meeting while it sits. ``why_not_closed``: a code, while it cannot be closed. ``heard`` and
    ``to_hear``: of the cases that the caller may see, in the order of the agenda."""

    at: datetime
    meeting: str
    area_name: str
    starts: datetime
    venue: str | None
    opened: datetime | None
    closed: datetime | None
    why_not_closed: str | None
    attendance: list[AttendanceLine]
    core: list[CoreLine]
    left: list[LeftLine]
    heard: list[str]
    to_hear: list[str]
    letters: dict[str, str]
    issued: int = Field(description="the number of the newest minutes; 0: none")
    agencies: dict[str, str]


class MinutesCase(Shown):
    """One case in the minutes: who, who referred it, what was recorded. ``before``: what the minutes that
    were issued last say of it, where that is something else; ``added``: they do not have it. ``unlinked``:
    records of its people were found since to be of somebody else, so that what was said may be too."""

    case: str
    letters: str
    name: Name | None
    born: date | None
    grade: Grade
    repeat: bool
    referred_by: str
    withdrawn: bool
    heard: datetime | None
    record: HeardVersion | None
    before: HeardVersion | None = None
    added: bool = False
    of_another: bool = False
    unlinked: bool = False
    left: list[LeftLine] = []
    actions: list[ActionLine] = Field(default=[], description="agreed at this meeting")


class Minutes(Shown):
    """The minutes of a meeting. ``number`` 0: none were issued, and whoever holds the meeting sees what would
    be. ``changed``: so many cases, and so much of attendance, were recorded anew since they were issued."""

    at: datetime
    meeting: str
    area_name: str
    starts: datetime
    venue: str | None
    emergency: bool
    opened: datetime | None
    closed: datetime | None
    statement: bool | None = Field(
        default=None, description="whether the confidentiality statement was read out; null: not said"
    )
    number: int
    issued: datetime | None
    draft: bool = Field(description="whether this is what the next minutes would be")
    changed: int
    may_issue: bool
    attendance: list[AttendanceLine]
    core: list[CoreLine]
    carried: list[ActionLine] = Field(default=[], description="of earlier meetings, and open still")
    cases: list[MinutesCase]
    of_agency: bool = Field(
        default=False,
        description="for an agency's representative: of what was issued, the cases that they heard and to"
        " which they have no tie; `carried` is not given",
    )
    by_transfer: bool = Field(
        default=False,
        description="for whoever sees a case that was transferred from there: of what was issued that case"
        " alone; `attendance`, `core`, `carried` and `left` are not given",
    )
    undeclared: int = Field(default=0, description="so many cases wait for the representative to declare")
    agencies: dict[str, str]


class MinutesLine(Shown):
    """The newest minutes of a meeting."""

    meeting: str
    area_name: str
    starts: datetime
    emergency: bool
    number: int
    issued: datetime


class MinutesList(Shown):
    """The minutes that somebody may open, of the last twelve months, the newest meeting first."""

    at: datetime
    minutes: list[MinutesLine]
