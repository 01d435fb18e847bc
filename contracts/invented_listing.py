"""Invented facts before a case is heard: what a MARAC chose, a referral that was returned, who is the
victim."""

from contracts import vocabulary as code
from contracts.events.configuration import LadderSet, LadderStep, ThresholdSet
from contracts.events.listing import (
    CaseRestricted,
    Escalation,
    Insider,
    LocalCriterion,
    MaracSet,
    PartiesDecided,
    ReferralReturned,
)
from contracts.invented import WHERE, at, example_id
from contracts.invented_facts import REFERRAL, Told
from contracts.sections import Narrative

STRANGLED = LocalCriterion(
    code="strangled", words="Strangled", kinds=[code.IncidentKind.NON_FATAL_STRANGULATION]
)

LISTING: list[Told] = [
    (
        "goldthread",
        at(1),
        ThresholdSet(area=WHERE.area, threshold=code.Threshold.DASH_VISIBLE_HIGH_RISK, value=14),
    ),
    (
        "northshire-police",
        at(1),
        LadderSet(
            area=WHERE.area,
            kind=code.AlertKind.BREACH,
            urgency=code.Urgency.NOW,
            steps=[
                LadderStep(post=post, wait_minutes=wait)
                for post, wait in zip(code.Post, (3, 7, 10, 15), strict=True)
            ],
        ),
    ),
    (
        "northshire-police",
        at(1),
        MaracSet(area=WHERE.area, escalation=[Escalation(least=3)], local=[STRANGLED], slots=16),
    ),
    (
        "northshire-police",
        at(4),
        ReferralReturned(
            case=REFERRAL,
            advice=Narrative(text="Ask the IDVA service to offer support now."),
            reason=Narrative(text="No criterion is met so far."),
        ),
    ),
    (
        "northshire-police",
        at(9),
        PartiesDecided(
            case=REFERRAL,
            decision=code.PartiesAnswer.AS_REFERRED,
            reason=Narrative(text="Hurt while holding a door shut; the pattern is one way."),
        ),
    ),
    (
        "northshire-police",
        at(11),
        CaseRestricted(
            case=REFERRAL,
            to=[
                Insider(person=example_id("a coordinator"), name="Noor Ahmed"),
                Insider(person=example_id("an IDVA"), name="Jo Barrow"),
            ],
            reason=Narrative(text="A brother of the alleged perpetrator works for the housing service."),
        ),
    ),
]
"""What a MARAC chose, and what persons decided of a referral."""
