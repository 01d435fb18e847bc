"""What is shown of a victim's risk."""

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Grade, Instrument
from services.marac.conference.risk_rows import ReviewLine
from services.marac.conference.risk_rows import TakenBack as TakenBackLine


class RiskChange(BaseModel):
    """What the newest assessment says otherwise than the one before it (``since``): by item, where both are
    of one instrument and version (``compared``), else by the grade alone."""

    model_config = ConfigDict(frozen=True)

    since: str
    grade: Grade
    grade_before: Grade
    compared: bool
    raised: list[str] = []
    lowered: list[str] = []
    newly_yes: list[str] = []
    newly_no: list[str] = []
    no_longer_known: list[str] = []


class ReviewOwed(ReviewLine):
    """A review of the risk that is owed: since when and why, by which agency, by when, and whether it is
    late."""

    owner: str
    late: bool


class TakenBack(TakenBackLine):
    """What was withdrawn, and whether the grade is what it gave until it is assessed again."""

    holds: bool


class Assessed(BaseModel):
    """The newest assessment by an instrument: how many of its items hold (null: nobody counted), and how many
    are open, not known or left out."""

    model_config = ConfigDict(frozen=True)

    instrument: Instrument
    yes: int | None
    open: int


class Risk(BaseModel):
    """The victim's risk: the newest assessment and the highest, by root; which items the newest leaves out,
    and of which the answer is not known; the reviews that are owed, the first to be late first; and what was
    withdrawn, the newest first."""

    model_config = ConfigDict(frozen=True)

    newest: str | None = None
    assessed: Assessed | None = None
    highest: str | None = None
    change: RiskChange | None = None
    missing: list[str] = []
    unknown: list[str] = []
    reviews: list[ReviewOwed] = []
    taken_back: list[TakenBack] = []
