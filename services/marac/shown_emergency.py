"""What is shown of an emergency meeting to whoever is called for it, and to those who must come: no case."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.marac.shown import Page, Shown


class CallMade(Shown):
    """One call. ``nobody``: nobody was on the rota for it."""

    at: datetime
    nobody: bool


class Told(Shown):
    """Whether somebody was told of the meeting as it was called last, and who took it. ``calling``: it is
    about to be told; ``not-told``: it was over, or called off, when that became known."""

    state: Literal["calling", "waiting", "taken", "not-taken", "not-told"]
    calls: tuple[CallMade, ...] = ()
    taken_by: str | None = Field(default=None, description="the agency of whoever took it, by name")
    taken_at: datetime | None = None
    taken_call: int | None = Field(
        default=None, description="which of the calls had gone to them, from 1; null: they were not called"
    )


class EmergencyMeeting(Page):
    """An emergency meeting: when, where, who is asked to come."""

    meeting: str
    area_name: str
    starts: datetime
    venue: str | None
    chair_name: str | None
    called_off: bool
    closed: bool
    agencies: list[str] | None = Field(
        description="by name, those that the MARAC asks; null: nobody has said whom it asks"
    )
    told: Told
