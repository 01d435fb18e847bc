"""What invented agencies say of an invented victim's child, and of the days of a school."""

from datetime import date

from contracts import vocabulary as code
from contracts.events.children import (
    CircumstancesSaid,
    InterviewSaid,
    MissingReported,
    SchoolCalendarSet,
    SchoolTold,
    Term,
)
from contracts.events.support import Worker
from contracts.invented import WHERE, at, child, her
from contracts.invented_facts import Told
from contracts.sections import Narrative

CHILDREN: list[Told] = [
    (
        "castlegate-council",
        at(4),
        CircumstancesSaid(
            people=[her("castlegate-council"), child()],
            routing=WHERE,
            setting=code.Setting.SCHOOL,
            plan=code.ChildPlan.CHILD_IN_NEED,
            since=date(2026, 2, 11),
            social_worker=Worker(name="Ada Thistle", telephone="01632 960194"),
            to_accused=code.Relationship.STEP_CHILD,
            voice=Narrative(text="I hide under the bed when the shouting starts."),
        ),
    ),
    (
        "northshire-police",
        at(9, 7, 30),
        MissingReported(
            people=[child()], routing=WHERE, missing=at(8, 17), found=at(9, 7, 10), from_care=False
        ),
    ),
    (
        "castlegate-council",
        at(11, 15),
        InterviewSaid(
            people=[child()],
            routing=WHERE,
            step=code.InterviewStep.DONE,
            narrative=Narrative(text="He ran because he was afraid of going home."),
        ),
    ),
    (
        "northshire-police",
        at(2, 7, 50),
        SchoolTold(people=[her("northshire-police"), child()], routing=WHERE, step=code.SchoolStep.TOLD),
    ),
    (
        "castlegate-council",
        at(1),
        SchoolCalendarSet(
            school="999123",
            terms=[
                Term(starts=date(2026, 1, 5), ends=date(2026, 2, 13)),
                Term(starts=date(2026, 2, 23), ends=date(2026, 3, 27)),
            ],
            closed=[date(2026, 1, 5)],
        ),
    ),
]
"""What agencies say of it: who said it, when it happened, and what."""
