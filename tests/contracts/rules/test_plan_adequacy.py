"""Whether a safety plan is adequate, and who has enhanced rights, as tables."""

from datetime import date
from typing import Any

import pytest

from contracts.events.owed import PlanMade
from contracts.rules import plan_adequacy
from contracts.rules.enhanced_rights import Known, enhanced
from contracts.rules.plan_adequacy import REASONS, Standing, refusals, says_nothing
from contracts.vocabulary import (
    EnhancedReason,
    Grade,
    IncidentKind,
    PlanFault,
    PlanHeading,
    Relationship,
    Role,
)
from tests.support.facts import root_of, someone
from tests.support.tables import lines, read

TODAY = date(2026, 3, 3)
ADEQUATE: dict[str, Any] = {
    "people": [someone(Role.VICTIM, "ann")],
    "grade": "high",
    "headings": dict.fromkeys(PlanHeading, "The threats were to come at night, and the alarm answers them"),
    "actions": [{"what": "Fit an alarm", "grade": "high", "owner": "PC 1", "due": "2026-03-05"}],
    "owner": "DS 7",
    "review_on": "2026-03-17",
    "children": "no-children",
    "contact": "The adviser, twice a week",
    "release": "The adviser is told before; patrols for three nights",
    "court": "The alarm stays until the restraining order is served",
}


@lines(__file__, "plan_adequacy")
def test_why_a_plan_is_refused(line: dict[str, Any]) -> None:
    said = ADEQUATE | line.get("plan", {})
    said["orders"] = [
        {**each, "order": root_of(each["order"])} if "order" in each else each
        for each in said.get("orders", [])
    ]
    orders = tuple((root_of(name), reference) for name, reference in line.get("orders", []))
    standing = Standing(
        grade=Grade(line.get("grade", "high")),
        orders=orders,
        children=line.get("children", False),
        suspect=line.get("suspect", False),
    )
    found = refusals(PlanMade.model_validate(said), TODAY, standing)
    named = {root: name for name, root in ((each[0], root_of(each[0])) for each in line.get("orders", []))}
    assert [(each.fault, named.get(each.where, each.where)) for each in found] == [
        (PlanFault(fault), where) for fault, where in line["refused"]
    ]


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        *(
            (text, True)
            for text in ("", "  ", "As above", "as above.", "AS ABOVE!", "See above", "see previous")
        ),
        *(
            (text, True)
            for text in ("See previous plan", "as per the last plan", "Please see log", "N/A", "n/a.")
        ),
        *(
            (text, True)
            for text in ("TBC", "tbc...", "to be confirmed", "Ditto", "No", "-", "Unknown", "No change")
        ),
        *(
            (text, True)
            for text in ("As above - see log 123", "as above, see OEL", "See crime report 45/1234/26")
        ),
        *((text, True) for text in ("As above. No change.", "Same as above", "see attached", "To follow")),
        ("As above, and the locks are changed", False),
        ("Call 999; the code word is blue kettle", False),
        ("Done by housing on 12/3", False),
        ("Nobody is at home before six", False),
        ("See her each Monday at the centre", False),
        ("Yes: the sister has a key", False),
    ],
)
def test_what_says_nothing(text: str, nothing: bool) -> None:
    assert says_nothing(text) is nothing


def test_every_reason_is_told_to_practitioners_and_tried() -> None:
    assert list(REASONS) == list(PlanFault)
    tried = {fault for line in read(__file__, "plan_adequacy") for fault, _ in line["refused"]}
    assert tried == set(PlanFault)
    assert set(plan_adequacy.RANK) == set(Grade) - {Grade.UNKNOWN}


@lines(__file__, "enhanced_rights")
def test_who_has_enhanced_rights(line: dict[str, Any]) -> None:
    known = Known(
        relationships=frozenset(map(Relationship, line.get("relationships", []))),
        incidents=frozenset(map(IncidentKind, line.get("incidents", []))),
        targeted=line.get("targeted", False),
        grade=Grade(line.get("grade", "unknown")),
        born=tuple(line.get("born", [])),
        assessed=line.get("assessed"),
    )
    has, because = line["enhanced"]
    assert enhanced(known, TODAY) == (has, EnhancedReason(because))
