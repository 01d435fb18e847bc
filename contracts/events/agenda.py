"""What was published of an agenda: which cases stood on it, and how far each was known."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.content import Content, ThingId
from contracts.envelope import AgencyId, Id
from contracts.sections import Line, Part
from contracts.vocabulary import Grade

LINES = 60_000
"""How many lines a publication tells of at most: it stays below what the log takes as one record."""

Tail = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
"""The last eight digits of a fact's id: enough to know it again among the lines of one case."""


class CasePublished(Part):
    """A case as it stood on an agenda: its grade, and which lines were known."""

    case: Id
    grade: Grade
    lines: list[Tail] = Field(default_factory=list, max_length=LINES)


class AgendaPublished(Content):
    """A coordinator publishes the agenda of a meeting, as it then stood. Its versions are numbered by when
    they were published: nobody gives a number. It holds no name and no word of a case: what changed since is
    told by comparing with it, for whoever may see each case."""

    type: ClassVar[str] = "uk.goldthread.marac.agenda-published.v1"
    topic: ClassVar[str] = "marac"
    meeting: ThingId
    by: Line = Field(description="who published it, as staff are called when they sign in")
    cases: list[CasePublished] = Field(
        default_factory=list, max_length=200, description="in the order in which they are heard"
    )
    to: list[AgencyId] | None = Field(
        default=None, max_length=100, description="the agencies that it was sent to; Goldthread says which"
    )
