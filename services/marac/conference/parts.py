"""What the rows of the victim-centred side are made of."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.vocabulary import AlertRule

Precision = Literal["instant", "day"]


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class ClockLine(Part):
    """A clock of this cause that was started."""

    rule: AlertRule
    generation: int
    due: AwareDatetime
    area: str | None
    stopped: bool


class CameLine(Part):
    """What was said last of a case and a meeting: when its time came. ``at`` None: that it does not count."""

    case: str
    generation: int
    at: AwareDatetime | None


class Listing(Part):
    """That a case is listed at a meeting. ``recorded``: something was recorded of it there, and stands."""

    meeting: str
    root: str
    listed: AwareDatetime
    recorded: bool = False


class SentOn(Part):
    """That the newest transfer of a case is on its way, or that a MARAC ``outside`` Goldthread has it."""

    to_area: str | None
    outside: str | None
    there: bool
    since: AwareDatetime


class Source(Part):
    """Which line something comes from."""

    root: str
    agency: str
    occurred: AwareDatetime
    precision: Precision
    recorded: AwareDatetime
