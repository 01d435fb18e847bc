"""Invented children for pages: a household with every state of it, and the list of children at risk."""

from datetime import date
from typing import Any

from contracts.events.support import Worker
from contracts.sections import Name
from contracts.vocabulary import (
    AlertRule,
    ChildPlan,
    ClockOwner,
    Grade,
    InterviewStep,
    Relationship,
    Role,
    Setting,
)
from services.marac import shown
from services.marac.shown_children import (
    AtRisk,
    Children,
    ChildShown,
    EpisodeShown,
    Grows,
    Household,
    PosesRisk,
    Pregnant,
    SchoolClock,
    Voice,
)
from tests.pages.sample_cases import full_case
from tests.pages.sample_rows import BREACH, FRESH, JANE, KYLE, LONG, NIA, NOW, ORDER, ago, new

CHILDREN_CASE = new()
WORDS = "I hide under the bed when the shouting starts."


def _episode(days: float, step: InterviewStep | None, **more: Any) -> EpisodeShown:
    given: dict[str, Any] = {
        "root": BREACH,
        "records": 2,
        "missing": ago(days=days),
        "found": ago(days=days - 0.5),
        "due": ago(days=days - 3.5),
        "settled": None,
        "step": step,
        "late": days > 3.5,
    }
    return EpisodeShown(**(given | more))


def _child(**more: Any) -> ChildShown:
    given: dict[str, Any] = {
        "person": new(),
        "name": None,
        "age": None,
        "relationship": None,
        "to_accused": None,
        "setting": Setting.NOT_KNOWN,
        "school_known": False,
        "schools": None,
        "plan": ChildPlan.NOT_KNOWN,
        "plan_since": None,
        "plan_agency": None,
        "social_worker": None,
        "worker_agency": None,
        "voices": [],
        "missing": 0,
        "repeated": False,
        "episodes": [],
        "school_told": None,
        "school_read": None,
    }
    return ChildShown(**(given | more))


def nia() -> ChildShown:
    """A child of whom everything is known."""
    return _child(
        person=NIA,
        name=Name(family="Doe", given="Nia"),
        age=13,
        relationship=Relationship.CHILD,
        to_accused=Relationship.STEP_CHILD,
        setting=Setting.SCHOOL,
        school_known=True,
        plan=ChildPlan.CHILD_PROTECTION,
        plan_since=date(2026, 10, 2),
        plan_agency="northmere-council",
        social_worker=Worker(name=LONG, telephone="01632 960221", email="ada@northmere.example"),
        worker_agency="northmere-council",
        voices=[Voice(root=ORDER, text=WORDS, agency="northmere-council", at=ago(days=9))],
        missing=4,
        repeated=True,
        episodes=[
            _episode(1, None, found=None, due=None, late=False),
            _episode(2, None),
            _episode(20, InterviewStep.OFFERED),
            _episode(60, InterviewStep.DONE, settled=ago(days=57), late=False),
        ],
        school_told=ago(days=2),
    )


def household() -> Household:
    """Everything, nothing, and a school that was told and says so; a victim of 17 and a suspect of 15."""
    read = _child(
        name=Name(family=LONG, given="Sol"),
        age=1,
        setting=Setting.EARLY_YEARS,
        schools=["Harrowfleet Nursery"],
        school_known=True,
        plan=ChildPlan.NONE,
        plan_agency="northmere-council",
        school_told=ago(days=4),
        school_read=ago(days=3),
    )
    told = {"owner": ClockOwner.POLICE_SAFEGUARDING}
    grown: dict[str, Any] = {"form": "young-person", "consent": "own", "forum": "marac-and-children"}
    young: dict[str, Any] = {"form": "young-person", "consent": "competence", "forum": "children"}
    return Household(
        children=[nia(), _child(), read],
        pregnant=Pregnant(root=BREACH, agency="northmere-hospital", at=ago(days=30)),
        schools=[
            SchoolClock(rule=AlertRule.SCHOOL_ACKNOWLEDGED, due=ago(hours=5), late=True, **told),
            SchoolClock(rule=AlertRule.SCHOOL_TOLD, due=ago(hours=-14), late=False, **told),
        ],
        ages=[
            Grows(person=JANE, role=Role.VICTIM, age=17, turns=18, on=date(2026, 12, 20), **grown),
            Grows(person=KYLE, role=Role.PERPETRATOR, age=15, **young),
        ],
    )


def children_case() -> shown.CasePage:
    """A case with that household."""
    missing = [
        shown.Missing(code="child-not-found", owner="police", person=NIA, since=ago(days=1)),
        shown.Missing(code="interview-late", owner="childrens-services", person=NIA, since=ago(days=16)),
        shown.Missing(code="school-unknown-untold", owner="police", since=ago(hours=5)),
        shown.Missing(code="school-untold", owner="police", since=ago(hours=5)),
        shown.Missing(code="school-silent", owner="police", since=ago(hours=5)),
    ]
    update = {"case": CHILDREN_CASE, "household": household(), "missing": missing}
    return full_case().model_copy(update=update)


def children(*_: Any) -> Children:
    """One child with every reason, one with one; and a boy of 15 who is accused."""
    line = {"case": CHILDREN_CASE, "letters": "K7Q", "grade": Grade.HIGH}
    every = [
        "child-missing-now",
        "child-interview-late",
        "child-repeatedly-missing",
        "child-protection",
        "child-high-risk-case",
    ]
    plan = _child(plan=ChildPlan.CHILD_IN_NEED)
    return Children(
        at=NOW,
        fresh_until=FRESH,
        at_risk=[
            AtRisk(**line, child=nia(), why=every),
            AtRisk(case=CHILDREN_CASE, letters="M2D", grade=Grade.MEDIUM, child=plan, why=["child-in-need"]),
        ],
        pose_risk=[
            PosesRisk(
                **line,
                person=KYLE,
                name=Name(family="Smith", given="Kyle"),
                age=15,
                turns=16,
                on=date(2026, 12, 1),
            )
        ],
        cases=18,
        next="more",
        more=True,
    )
