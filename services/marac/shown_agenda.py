"""What an agenda shows of its published versions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import Grade
from services.marac.rules.publishing import Moved


class Part(BaseModel):
    """Base of what is shown of it."""

    model_config = ConfigDict(frozen=True)


class Since(Part):
    """What changed of a case since the version that was published last. ``new``: it was not on it."""

    new: bool
    moved: Moved | None
    grade_before: Grade | None = Field(description="where the grade is another now")
    lines: int = Field(description="new or corrected, orders and breaches among them")
    orders: int
    breaches: int

    @property
    def anything(self) -> bool:
        """Whether anything changed."""
        return self.new or bool(self.moved or self.grade_before or self.lines)


class GoneCase(Part):
    """A case that was published and is on the agenda no more: by its letters, without a name."""

    case: str
    letters: str


class Publication(Part):
    """The version of an agenda that was published last. ``version`` 0: none was."""

    version: int = 0
    at: datetime | None = None
    by: str | None = None
    agency_name: str | None = None
    gone: list[GoneCase] = []
    changed: int = Field(default=0, description="cases on the agenda of which something changed since")
    open: bool = Field(default=False, description="whether the day of the meeting is not over yet")


NONE = Publication()
