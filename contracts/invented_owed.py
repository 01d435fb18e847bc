"""What invented agencies say of what an invented victim is owed."""

from datetime import date

from contracts import vocabulary as code
from contracts.events.owed import (
    ContractAgreed,
    PlanAction,
    PlanMade,
    PlannedOrder,
    PlanReasons,
    PlanReviewed,
    VictimTold,
)
from contracts.invented import WHERE, at, example_id, her
from contracts.invented_facts import ORDER, Told
from contracts.sections import Narrative

PLAN = example_id("the safety plan")

OWED: list[Told] = [
    (
        "northshire-police",
        at(6),
        PlanMade(
            people=[her("northshire-police")],
            routing=WHERE,
            grade=code.Grade.HIGH,
            headings=PlanReasons(
                proportionality="The alarm answers threats to come to the door at night.",
                legality="Article 2; the non-molestation order.",
                accountability="The domestic abuse sergeant, each Monday.",
                necessity="Two breaches in a month; nothing less has stopped them.",
                information="Her own account, the Dash, the housing officer.",
            ),
            actions=[
                PlanAction(
                    what="Fit a panic alarm, and tell the control room what it means",
                    grade=code.Grade.HIGH,
                    owner="NS-4821",
                    due=date(2026, 3, 8),
                )
            ],
            owner="NS-4821",
            review_on=date(2026, 3, 20),
            children=code.PlanChildren.PLANNED_FOR,
            for_children="The school's safeguarding lead knows who may collect them.",
            contact="Her adviser, twice a week.",
            release="Her adviser is told before he leaves custody; patrols for three nights.",
            court="The restraining order is asked for; the alarm stays until it is served.",
            orders=[PlannedOrder(order=ORDER)],
        ),
    ),
    (
        "haven-idva",
        at(20),
        PlanReviewed(
            people=[her()],
            plan=PLAN,
            result=code.PlanReviewResult.STANDS,
            review_on=date(2026, 4, 17),
            narrative=Narrative(text="Gone through with her: the alarm works, and the order is served."),
        ),
    ),
    (
        "northshire-police",
        at(5),
        ContractAgreed(people=[her("northshire-police")], every_days=7, by=code.Teller.IDVA, enhanced=True),
    ),
    (
        "haven-idva",
        at(20),
        VictimTold(
            people=[her()],
            of=[code.UpdateKind.ARREST, code.UpdateKind.BAIL],
            result=code.ToldResult.TOLD,
            by=code.Teller.IDVA,
        ),
    ),
]
"""What agencies say of it: who said it, when it happened, and what."""
