"""What is shown of a meeting to whoever sets when and where it is: which cases are on it, by letters."""

from datetime import datetime

from pydantic import Field

from services.marac.shown import Page, Shown


class CaseOn(Shown):
    """A case on the agenda. ``recorded``: the meeting has recorded something of it, and it stays there."""

    case: str
    letters: str
    recorded: bool


class MeetingSet(Page):
    """A meeting as it was called, or changed last."""

    meeting: str
    version: int = Field(description="that of its `ETag`")
    area: str
    area_name: str
    starts: datetime
    venue: str | None
    emergency: bool
    chair: str | None
    chair_name: str | None
    slots: int | None = Field(description="cases that it has room for; null: as its MARAC has set")
    closed: bool
    cases: list[CaseOn] = Field(description="those that the caller may see")
