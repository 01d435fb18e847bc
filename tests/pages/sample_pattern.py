"""An invented pattern for pages: one offence decided, one late, one asked again, and one not named."""

from datetime import datetime
from typing import Any

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
from services.orders.views.pattern_shown import (
    CandidateShown,
    DecisionShown,
    ElementShown,
    Evidence,
    EvidenceRecord,
    KindCount,
    OthersShown,
    PatternShown,
)
from tests.pages.sample_rows import ago, new


def pattern() -> PatternShown:
    """What an officer is asked to consider."""
    first = DecisionShown(
        decision=PatternDecision.NOT_YET,
        at=ago(days=9),
        agency="northmere-police",
        rank=PoliceRank.SERGEANT,
        why="The neighbour is to be heard first.",
        by="2091",
        stands=False,
    )
    taken = first.model_copy(
        update={"decision": PatternDecision.RECORDED, "stands": True, "why": None, "at": ago(hours=2)}
    )
    return PatternShown(
        candidates=[
            _candidate(Offence.STRANGULATION, [("strangled", "met", [4])], taken, None),
            _candidate(
                Offence.SERIOUS_STALKING,
                [("acts-of-stalking", "met", [1, 2, 5]), ("serious-effect", "met", [2])],
                first,
                ago(days=-2),
            ),
            _candidate(
                Offence.CONTROLLING_OR_COERCIVE,
                [
                    ("repeated-control", "met", [2, 4]),
                    ("personally-connected", "unknown", []),
                    ("serious-effect", "met", [2]),
                ],
                None,
                ago(hours=3),
            ),
        ],
        not_named=[_candidate(Offence.FEAR_OF_VIOLENCE, [("fear-twice", "missing", [2])], None, None)],
        evidence=[
            _evidence(1, "breach", "attended", 40, acts=[Act.WATCHED]),
            _evidence(2, "incident", "harassment", 20, acts=[Act.FOLLOWED], effects=[Effect.DAILY_LIFE]),
            _evidence(3, "breach", "contact", 15, apart=True, circumstance=Circumstance.ARRANGED),
            _evidence(
                4,
                "assessment",
                None,
                12,
                instrument=Instrument.DARA,
                items=["A04", "A10"],
                factors=[RiskFactor.ISOLATED, RiskFactor.STRANGLED],
            ),
            _evidence(5, "breach", "assault", 0.3, effects=[Effect.FEAR_OF_VIOLENCE]),
        ],
        others=OthersShown(
            victims=2,
            kinds=[
                KindCount(type="breach", kind="contact", n=4),
                KindCount(type="incident", kind="rape", n=1),
            ],
        ),
        other_way=1,
        without_answer=False,
        readable=True,
        considered=[new()],
        seen="5e3f",
    )


def _candidate(
    offence: Offence,
    elements: list[tuple[str, Any, list[int]]],
    decision: DecisionShown | None,
    due: datetime | None,
) -> CandidateShown:
    found = [
        ElementShown(element=OffenceElement(name), state=state, occasions=len(lines), evidence=lines)
        for name, state, lines in elements
    ]
    stalking = offence is Offence.SERIOUS_STALKING
    return CandidateShown(
        offence=offence, elements=found, against=[3] if stalking else [], decision=decision, due=due
    )


def _evidence(
    n: int, type_: Any, kind: str | None, days: float, *, apart: bool = False, **more: Any
) -> Evidence:
    empty: dict[str, Any] = {"acts": [], "effects": [], "circumstance": None, "items": []}
    agencies = ("northmere-police", "northmere-hospital") if n == 1 else ("castlegate-housing",)
    return Evidence(
        n=n,
        apart=apart,
        records=[
            EvidenceRecord(
                root=new(),
                type=type_,
                kind=kind,
                agency=agency,
                occurred=ago(days=days),
                precision="instant",
                **(empty | more),
            )
            for agency in agencies
        ],
    )
