"""The row of a meeting while it sits: who was there, what was recorded of each case, which minutes were
issued."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from contracts.vocabulary import Attendance, CoreService, Forum
from services.marac.conference.after_rows import barred
from services.marac.conference.parts import Part
from services.marac.rules.sitting import IN_THE_ROOM, says_anything


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

    @property
    def says_anything(self) -> bool:
        """Whether the case was heard by it: as of the fact, of which a part may be sealed."""
        return self.sealed or says_anything(self)


class HeardCase(Part):
    """A case of which something was recorded: when it was heard, and every version, the newest last."""

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


class WhoLeft(Row):
    """Who left the room of a meeting: a part of its row, parsed without the rest."""

    meeting: str
    left: tuple[LeftLine, ...] = ()


class Sitting(WhoLeft):
    """A meeting while it sits. ``opened`` and ``closed`` None: nobody has said so."""

    facts: tuple[str, ...] = ()
    """Of opening and closing."""
    opened: AwareDatetime | None = None
    closed: AwareDatetime | None = None
    statement: bool | None = None
    """Whether the confidentiality statement was read out when it was opened; None: nobody has said."""
    attendance: tuple[AttendanceLine, ...] = ()
    began: dict[str, AwareDatetime] = Field(default_factory=dict)
    """When it came to each case first."""
    heard: tuple[HeardCase, ...] = ()
    issued: tuple[Issue, ...] = ()

    def of(self, case: str) -> HeardCase | None:
        """What was recorded of a case; None: nothing ever was."""
        return next((each for each in self.heard if each.case == case), None)

    @property
    def heard_cases(self) -> set[str]:
        """The cases that were heard: an empty record is none."""
        return {each.case for each in self.heard if each.now.says_anything}

    @property
    def in_the_room(self) -> str:
        """The agencies of which somebody was in the room, each between bars."""
        return barred(each.agency for each in self.attendance if each.attended in IN_THE_ROOM)

    @property
    def minutes(self) -> int:
        """The number of the newest minutes; 0: none were issued."""
        return self.issued[-1].number if self.issued else 0

    @property
    def minutes_fact(self) -> str | None:
        """The fact by which they were issued."""
        return self.issued[-1].fact if self.issued else None

    @property
    def minutes_at(self) -> datetime | None:
        """When they were issued."""
        return self.issued[-1].issued if self.issued else None


class SittingTable(ViewTable, table=True):
    """Rows of ``conference_sitting``: which minutes there are is found without reading what they say."""

    __tablename__ = "marac_conference_sitting"
    in_the_room: str
    minutes: int
    minutes_fact: str | None
    minutes_at: datetime | None = Field(sa_type=Instant)
