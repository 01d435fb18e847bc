"""The row of a meeting while it sits: who was there, what was recorded of each case, which minutes were
issued."""

from pydantic import AwareDatetime

from chassis.views import Row, ViewTable
from contracts.vocabulary import Attendance, CoreService, Forum
from services.marac.conference.parts import Part


class AttendanceLine(Part):
    """How somebody of an agency attended."""

    fact: str
    agency: str
    who: str | None
    attended: Attendance
    chairs: bool
    stands_for: CoreService | None
    signed: bool | None
    recorded: AwareDatetime


class LeftLine(Part):
    """Somebody who left the room while a case was heard."""

    fact: str
    case: str
    agency: str
    who: str
    person: str | None
    recorded: AwareDatetime


class HeardVersion(Part):
    """What one version of a case's record says. ``agency``: of whoever wrote it. ``sealed``: part of it could
    not be opened."""

    fact: str
    version: int
    agency: str
    recorded: AwareDatetime
    victim: str | None
    risks: str | None
    needs: str | None
    strengths: str | None
    decided: str | None
    forums: tuple[Forum, ...]
    told_by: str | None
    safe_to_tell: bool | None
    sealed: bool


class HeardCase(Part):
    """A case that was heard: when, and every version of what was recorded, the newest last."""

    case: str
    heard: AwareDatetime
    versions: tuple[HeardVersion, ...]

    @property
    def now(self) -> HeardVersion:
        """The version that holds."""
        return self.versions[-1]


class Issue(Part):
    """Minutes that were issued, and of which record of each case."""

    number: int
    fact: str
    issued: AwareDatetime
    cases: dict[str, str]


class Sitting(Row):
    """A meeting while it sits. ``opened`` and ``closed`` None: nobody has said so."""

    meeting: str
    facts: tuple[str, ...] = ()
    """Of opening and closing."""
    opened: AwareDatetime | None = None
    closed: AwareDatetime | None = None
    attendance: tuple[AttendanceLine, ...] = ()
    left: tuple[LeftLine, ...] = ()
    heard: tuple[HeardCase, ...] = ()
    issued: tuple[Issue, ...] = ()

    def of(self, case: str) -> HeardCase | None:
        """What was recorded of a case; None: it was not heard."""
        return next((each for each in self.heard if each.case == case), None)


class SittingTable(ViewTable, table=True):
    """Rows of ``conference_sitting``."""

    __tablename__ = "marac_conference_sitting"
