"""What follows a meeting: that its time came, the flags on agencies' own files, and what somebody decided of
a repeat."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.content import CaseId, Content, ThingId
from contracts.envelope import Id
from contracts.sections import NarrativeSection
from contracts.vocabulary import FlagState


class CaseMet(Content):
    """The time of a meeting came at which the case was listed: what follows a meeting is owed from then.
    Goldthread says it by itself; once a listing is withdrawn it counts no more."""

    type: ClassVar[str] = "uk.goldthread.marac.case-met.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    meeting: ThingId


class FlagConfirmed(Content):
    """An agency says how its own file about the people of a case is flagged. Its newest word holds."""

    type: ClassVar[str] = "uk.goldthread.marac.flag-confirmed.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    state: FlagState


class RepeatAnswered(Content):
    """A person decided that these records make the case no repeat, and why. What comes later is asked of
    anew."""

    type: ClassVar[str] = "uk.goldthread.marac.repeat-answered.v1"
    topic: ClassVar[str] = "marac"
    case: CaseId
    records: Annotated[list[Id], Field(min_length=1, max_length=200)]
    words: NarrativeSection
