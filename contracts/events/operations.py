"""What an operator would miss: who did and saw what, and what became of the unreadable."""

from typing import ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt

from contracts.content import Content
from contracts.envelope import Id
from contracts.sections import Line, NarrativeSection
from contracts.vocabulary import ParkedReason, SearchReason


class AuditTaken(Content):
    """That a fact was accepted: from whom, by which right. One line for each accepted fact."""

    type: ClassVar[str] = "uk.goldthread.audit.taken.v1"
    topic: ClassVar[str] = "audit"
    fact: Id
    person: Id | None = None
    right: Line


class AuditShown(Content):
    """That somebody was shown a page or an answer: once for each viewer and content. A page made of
    very many facts is told in several parts, each with some of them."""

    type: ClassVar[str] = "uk.goldthread.audit.shown.v1"
    topic: ClassVar[str] = "audit"
    person: Id
    viewer_agency: Line
    roles: list[Line]
    view: Line
    subject: Line
    content: Line = Field(description="hash of what was shown, after redaction")
    facts: list[Id] = Field(max_length=10_000, description="the facts that it was made of")
    part: StrictInt = Field(default=1, ge=1)
    left_out: list[Line] = Field(default_factory=list)
    ahead: StrictBool = Field(
        default=False, description="held ready for when the line is down: it may never have been opened"
    )
    asked: Id | None = Field(
        default=None, description="of a page about somebody, by which of their records it was opened"
    )


class Searched(Content):
    """That somebody looked for a person, and why. What was shown of it is a look of its own."""

    type: ClassVar[str] = "uk.goldthread.audit.searched.v1"
    topic: ClassVar[str] = "audit"
    person: Id
    viewer_agency: Line
    roles: list[Line]
    sought: Id = Field(
        description="a keyed hash of what was typed: the same again is found, and not what it was"
    )
    reason: SearchReason
    words: NarrativeSection | None = None
    found: StrictInt = Field(ge=0)


class PlacesOpened(Content):
    """That somebody opened where the people of a case are, though a record of one of them is flagged as
    sensitive, and why. What was shown is a look of its own."""

    type: ClassVar[str] = "uk.goldthread.audit.places-opened.v1"
    topic: ClassVar[str] = "audit"
    person: Id
    viewer_agency: Line
    roles: list[Line]
    case: Id
    reason: SearchReason
    words: NarrativeSection | None = None


class ParkedDecided(Content):
    """An authorised person replayed or discarded what could not be read, and why.

    Discarded, it counts no more as parked. Replayed, it was tried again: its fact is there if it
    could be read by then, and says so itself. ``digest`` says which record it was: in a log that was
    put back another one stands at that place.
    """

    type: ClassVar[str] = "uk.goldthread.audit.parked-decided.v1"
    topic: ClassVar[str] = "audit"
    parked_topic: Line
    partition: StrictInt
    offset: StrictInt
    decision: Literal["replay", "discard"]
    digest: Line | None = None
    person: Id
    reason: ParkedReason
    narrative: NarrativeSection | None = None
