"""What is shown of whom a case is restricted to."""

from datetime import datetime

from pydantic import Field

from contracts.events.listing import Insider
from services.marac.conference.listing_rows import RestrictedLine
from services.marac.shown import Shown


class Restriction(Shown):
    """To whom a case is restricted (``to`` null: to nobody), and what was said of it among those whom its
    reader is one of, the newest first. ``offered``: who is known to have a part in it, to choose from; the
    caller first."""

    at: datetime
    case: str
    letters: str
    version: int = Field(description="of what was said of it: the `ETag`; 0 where nothing was yet")
    to: list[Insider] | None
    history: tuple[RestrictedLine, ...]
    offered: list[Insider]
    agencies: dict[str, str]
