"""The parts of rows that are about risk: assessments, and the reviews that are owed."""

from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.events.people import Answered, Dash, Judgement
from contracts.vocabulary import Grade, Instrument, ReviewTrigger
from services.marac.conference.parts import Part, Source


class Assessment(Source):
    """A risk assessment of this person as victim. ``grade`` is UNKNOWN where nobody graded it; ``rule``
    and ``because`` say why it is as it is."""

    type: Literal["referral", "assessment"]
    instrument: Instrument | None
    screens: bool = False
    grade: Grade
    yes: int | None
    unanswered: int | None
    rule: str | None
    because: str | None
    dash: Dash | None
    rationale: str | None
    accused: list[str] = Field(default_factory=list)
    first_recorded: AwareDatetime | None = None
    """When its first version was recorded, from which on its times run. None: an older release wrote it."""
    lowered_from: Grade | None = None
    """The grade that an earlier version gave, where a correction lowered it and no second person signed."""
    instrument_version: str | None = None
    answers: list[Answered] = Field(default_factory=list)
    """Its items, where they came by themselves and not as a whole Dash."""
    missing: int = 0
    """Items that were left out."""
    judgement: Judgement | None = None
    before_judgement: Grade | None = None
    """The grade before the judgement changed it."""
    signed: bool = False
    """Two persons signed it: it stands for what their agency said before it of the same accused."""
    unnamed: bool = False
    """Whether it says nothing by which any accused could be known, nor has somebody linked them since."""


class TakenBack(Source):
    """A risk assessment of this person as victim that its agency withdrew, or corrected so that it is of
    another, and the grade that it gave; or a ``referral`` of high risk."""

    grade: Grade
    screens: bool = False
    referral: bool = False
    accused: list[str]
    unnamed: bool = False
    """Whether it says nothing by which any accused could be known."""
    withdrawn: AwareDatetime | None = None
    """When Goldthread took the withdrawal, which has no other time of its own, or the correction. None: an
    older release wrote it."""


class ReviewLine(Part):
    """Something that opened a review of this victim's risk, not assessed since; ``due``: from when on it is
    late."""

    root: str
    trigger: ReviewTrigger
    agency: str
    at: AwareDatetime
    due: AwareDatetime
