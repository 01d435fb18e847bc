"""The row of a meeting, with the cases listed at it."""

from datetime import datetime

import orjson
from pydantic import AwareDatetime
from sqlalchemy import Index
from sqlmodel import Field

from chassis.clock import LONDON
from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from services.marac.conference.parts import CameLine, ClockLine, Part
from services.marac.rules.returns import day_number
from services.marac.rules.sitting import passed_over


class ListedCase(Part):
    """A case on a meeting's agenda, by the fact that put it there."""

    case: str
    root: str


class ConferenceMeeting(Row):
    """A meeting, and the cases listed at it. ``closed``: somebody said that it is over; ``recorded``: the
    cases of which something is. ``tells``: since when somebody is told of it, an emergency that people can
    still join."""

    meeting: str
    root: str
    withdrawn: bool
    area: str
    areas: list[str]
    starts: AwareDatetime
    venue: str | None
    emergency: bool
    cases: list[ListedCase]
    chair: str | None = None
    chair_name: str | None = None
    slots: int | None = None
    closed: bool = False
    recorded: tuple[str, ...] = ()
    came: tuple[CameLine, ...] = ()
    tells: AwareDatetime | None = None
    clocks: tuple[ClockLine, ...] = ()

    @property
    def listed(self) -> str:
        """The cases on its list, as JSON: they are found without reading the meeting."""
        return orjson.dumps([each.case for each in self.cases]).decode()

    @property
    def had(self) -> str:
        """Those of them that it did not pass over, as JSON."""
        kept = [
            each.case
            for each in self.cases
            if not passed_over(closed=self.closed, recorded=each.case in self.recorded)
        ]
        return orjson.dumps(kept).decode()

    @property
    def day(self) -> int:
        """The day on which it begins, in London, as a number: 20261127."""
        return day_number(self.starts.astimezone(LONDON).date())


class ConferenceMeetingTable(ViewTable, table=True):
    """Rows of ``conference_meeting``, found by area, and by time."""

    __tablename__ = "marac_conference_meeting"
    __table_args__ = (
        Index("marac_meeting_of", "area", "withdrawn", "starts"),
        Index("marac_meeting_when", "starts", "subject", "area", "withdrawn", "emergency"),
    )
    area: str
    emergency: bool
    starts: datetime = Field(sa_type=Instant)
    withdrawn: bool
    closed: bool
    listed: str
    had: str
    day: int
