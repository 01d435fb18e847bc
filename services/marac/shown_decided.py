"""What persons decided of a case before it is heard, as its own page and the meetings show it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from contracts.events.listing import Insider
from contracts.vocabulary import PartiesAnswer


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class SentOnShown(Shown):
    """That a case was sent to another MARAC, by name: on its way since then, or ``there``, outside
    Goldthread, as its sender was told."""

    to_name: str
    there: bool
    since: datetime


class ReturnedHere(Shown):
    """That the case was returned. ``away``: nothing has brought it back."""

    agency: str
    at: datetime
    advice: str | None
    reason: str | None
    away: bool


class CaseNote(Shown):
    """A case, by its letters."""

    case: str
    letters: str


class MeetingsNote(Shown):
    """Above the meetings: emergency meetings to come or just begun, and, for whoever lists, returned cases
    that are back."""

    emergency: list[str]
    back: list[CaseNote]
    lists: bool


class PartiesShown(Shown):
    """What was decided about who is the primary victim of a case, last."""

    decision: PartiesAnswer
    agency: str
    at: datetime
    reason: str | None


class RestrictedHere(Shown):
    """That the case is restricted, to whom, by which agency, since when and why."""

    to: list[Insider]
    agency: str
    at: datetime
    reason: str | None


class CaseDecided(Shown):
    """What persons decided of a case before it is heard. ``restricted_with``: another case of its victim is
    restricted, and this one with it."""

    restricted: RestrictedHere | None = None
    restricted_with: bool = False
    parties: PartiesShown | None = None
    returned: ReturnedHere | None = None
