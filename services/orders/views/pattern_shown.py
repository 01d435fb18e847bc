"""A pattern as whoever opens a breach is shown it: each offence with its evidence, for a person to decide."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.rules.pattern import State
from contracts.vocabulary import (
    Act,
    Circumstance,
    Effect,
    Instrument,
    Offence,
    OffenceElement,
    PatternDecision,
    PoliceRank,
    RiskFactor,
)


class Shown(BaseModel):
    """Base of every part of it."""

    model_config = ConfigDict(frozen=True)


class EvidenceRecord(Shown):
    """What one agency said: a breach, an incident, or an assessment, with its ``instrument``, the ``items``
    that speak of a pattern, and what these ask about. ``kind`` is None for an assessment."""

    root: str
    type: Literal["breach", "incident", "assessment"]
    kind: str | None
    agency: str
    occurred: AwareDatetime
    precision: Literal["instant", "day"]
    acts: list[Act]
    effects: list[Effect]
    circumstance: Circumstance | None
    instrument: Instrument | None = None
    items: list[str]
    factors: list[RiskFactor] = []


class Evidence(Shown):
    """One occurrence with all its records, or one assessment, by its number on the page. ``apart``: it
    counts for nothing, being ordinary contact, or of what a court acquitted."""

    n: int
    apart: bool
    records: list[EvidenceRecord]


class ElementShown(Shown):
    """What an offence takes, whether facts say so, on how many occasions, and the numbers of those."""

    element: OffenceElement
    state: State
    occasions: int
    evidence: list[int]


class DecisionShown(Shown):
    """What an officer decided of it last. ``stands``: nothing has happened since that asks for another.
    ``why`` is None where the reader may not see it; ``by``, which officer, the police alone are shown."""

    decision: PatternDecision
    at: AwareDatetime
    agency: str
    rank: PoliceRank
    why: str | None = None
    by: str | None = None
    stands: bool


class CandidateShown(Shown):
    """An offence to be considered. ``against`` are the numbers of occurrences that would speak for it, were
    they not apart. ``due``: by when somebody must decide; None: it is decided."""

    offence: Offence
    elements: list[ElementShown]
    against: list[int]
    decision: DecisionShown | None
    due: AwareDatetime | None


class OffenceNamed(Shown):
    """An offence that is named of somebody whose orders are asked for: ``by`` them, or else against them; on
    how many occasions; what an officer decided of it last, and whether that still ``stands``. Never who the
    other is."""

    offence: Offence
    by: bool
    occasions: int
    decision: PatternDecision | None
    stands: bool


class KindCount(Shown):
    """So many occurrences of a kind."""

    type: Literal["breach", "incident"]
    kind: str
    n: int


class OthersShown(Shown):
    """What is said of the respondent towards others: how many and what. Never who, when or by whom told."""

    victims: int = 0
    kinds: list[KindCount] = []


class PatternShown(Shown):
    """What the facts of all agencies together may be. ``not_named`` are offences of which something was
    found and something needed is not. ``other_way``: so many occurrences in which each is said to have been
    harmed by the other. ``without_answer``: this is at least the third breach that nobody has answered.
    ``readable``: whether it is known who did it to whom. ``considered`` are the facts behind it, and ``seen``
    a mark of them: a decision names the first by REST, the second by the page."""

    candidates: list[CandidateShown] = []
    not_named: list[CandidateShown] = []
    evidence: list[Evidence] = []
    others: OthersShown = OthersShown()
    other_way: int = 0
    without_answer: bool = False
    readable: bool = False
    considered: list[str] = []
    seen: str = ""
