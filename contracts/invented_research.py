"""What invented agencies are asked by an invented MARAC, find, and declare."""

from datetime import date

from contracts import vocabulary as code
from contracts.events.research import (
    InterestDeclared,
    ResearchAnswered,
    Researched,
    ResearchersSet,
    Tie,
)
from contracts.invented import HER, HIM, at, example_id, mention_of
from contracts.invented_facts import MEETING, REFERRAL, Told
from contracts.sections import Narrative

CHECKED = date(2026, 3, 18)

RESEARCH: list[Told] = [
    (
        "castlegate-council",
        at(1),
        ResearchersSet(
            area="northshire-east",
            agencies=["northshire-police", "haven-idva", "castlegate-housing", "castlegate-council"],
            days_before=3,
        ),
    ),
    (
        "castlegate-housing",
        at(18, 15),
        ResearchAnswered(
            case=REFERRAL,
            meeting=MEETING,
            people=[
                Researched(
                    person=mention_of(HER, "haven-idva"),
                    held=code.ResearchHeld.KNOWN,
                    records="Tenancies, repairs",
                    checked=CHECKED,
                    complete=True,
                    flagged=True,
                    facts=Narrative(text="Front door repaired on 2 March after it was kicked in."),
                    opinions=Narrative(text="She did not come to the door while he stood beside it."),
                    told_by_others=Narrative(text="A neighbour hears shouting most nights."),
                ),
                Researched(
                    person=mention_of(HIM, "haven-idva"),
                    held=code.ResearchHeld.NOTHING_HELD,
                    records="Tenancies, repairs",
                    checked=CHECKED,
                ),
            ],
            under_way=Narrative(text="Locks changed; a priority for repairs."),
            suggested=Narrative(text="A stronger front door by Friday."),
        ),
    ),
    (
        "haven-idva",
        at(16),
        InterestDeclared(person=example_id("an IDVA"), cases=[Tie(case=REFERRAL, tie=False)]),
    ),
]
"""Whom the MARAC asks, what one of them answers, and that its adviser has no tie."""
