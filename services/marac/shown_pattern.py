"""What is shown of a pattern on a case's page: which offences it may be, and what was decided of them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Offence, PatternDecision, PoliceRank


class OffenceDecided(BaseModel):
    """What an officer decided: not which facts they considered, for these may be of another victim too."""

    model_config = ConfigDict(frozen=True)

    decision: PatternDecision
    at: datetime
    agency: str
    rank: PoliceRank


class OffenceNamed(BaseModel):
    """An offence that all that one perpetrator (``by``) did may be: by which facts, and what was decided of
    it last. ``due``: by when an officer must decide; None: it is decided."""

    model_config = ConfigDict(frozen=True)

    offence: Offence
    by: str
    evidence: list[str]
    decision: OffenceDecided | None
    due: datetime | None


class CasePattern(BaseModel):
    """What all that was done together may be; and how many breaches had no answer in 24 hours."""

    model_config = ConfigDict(frozen=True)

    offences: list[OffenceNamed] = []
    without_answer: int = 0
