"""What follows a meeting: that its time came, the flags on agencies' own files, and what somebody decided of
a repeat."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt

from contracts.content import CaseId, Content, ThingId
from contracts.envelope import Id
from contracts.sections import NarrativeSection
from contracts.vocabulary import FlagState


class CaseMet(Content):
    """The time of a meeting came at which the case was listed: what follows a meeting is owed from then.
    Goldthread says it by itself, and takes it back by a next one that does not count: where the meeting was
    called off or moved, was closed without coming to the case, or lists it no more. The highest
    ``generation`` of a case and a meeting holds."""

    type: ClassVar[str] = "uk.goldthread.marac.case-met.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    meeting: ThingId
    generation: StrictInt = Field(default=1, ge=1)
    counts: StrictBool = True


class FlagConfirmed(Content):
    """An agency says how its own file about the people of a case is flagged. Its newest word holds."""

    type: ClassVar[str] = "uk.goldthread.marac.flag-confirmed.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    state: FlagState


class RepeatAnswered(Content):
    """A coordinator decided for a MARAC that these records make the case no repeat, and why. What comes later
    is asked of anew; once it is withdrawn they are asked of again."""

    type: ClassVar[str] = "uk.goldthread.marac.repeat-answered.v1"
    topic: ClassVar[str] = "marac"
    joint: ClassVar[bool] = True
    case: CaseId
    records: Annotated[list[Id], Field(min_length=1, max_length=200)]
    words: NarrativeSection
