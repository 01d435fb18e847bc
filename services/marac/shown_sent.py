"""The models of what was sent round of a meeting, as those to whom it was sent and who sent it see it."""

from datetime import datetime

from pydantic import Field

from contracts.vocabulary import Paper
from services.marac.rules.sending import Opening
from services.marac.shown import Shown


class OpenedLine(Shown):
    """A member of staff who opened it, and when first."""

    name: str
    at: datetime


class SentLine(Shown):
    """The newest version of an agenda or of minutes that was sent to the reader. It counts no case."""

    meeting: str
    area_name: str
    starts: datetime
    emergency: bool
    paper: Paper
    number: int
    sent: datetime
    due: datetime
    late: bool = Field(description="its time has passed, and nobody of the reader's agency has opened it")
    opened: datetime | None = Field(description="when the reader did first; null: not yet")
    colleagues: list[OpenedLine] = Field(description="others of the reader's agency who opened it")


class SentToMe(Shown):
    """What was sent to the reader and they may open now: what they have not opened first."""

    at: datetime
    papers: list[SentLine]


class SentAgency(Shown):
    """An agency to which it was sent, or of which somebody else opened it (``state`` null)."""

    agency: str
    agency_name: str
    state: Opening | None
    opened: list[OpenedLine]


class SentVersion(Shown):
    """A version that was sent."""

    paper: Paper
    number: int
    sent: datetime
    due: datetime
    agencies: list[SentAgency]


class SentOfMeeting(Shown):
    """All that was sent of a meeting, the newest first."""

    at: datetime
    meeting: str
    area_name: str
    starts: datetime
    versions: list[SentVersion]
