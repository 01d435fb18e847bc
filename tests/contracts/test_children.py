"""What a fact about a child must say, and may not name."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.events.children import (
    AboutChild,
    CircumstancesSaid,
    InterviewSaid,
    MissingReported,
    SchoolCalendarSet,
    SchoolTold,
)

CHILD, VICTIM, ACCUSED = {"role": "child"}, {"role": "victim"}, {"role": "suspect"}


def faults(model: type[Any], **said: Any) -> list[str]:
    try:
        model.model_validate(said)
    except ValidationError as error:
        return [fault["type"] for fault in error.errors()]
    return []


@pytest.mark.parametrize("model", [CircumstancesSaid, InterviewSaid])
def test_what_is_said_of_a_child_names_one_and_nobody_who_is_accused(model: type[AboutChild]) -> None:
    step = {"step": "offered"} if model is InterviewSaid else {}
    assert faults(model, people=[CHILD], **step) == [], "what is merely incomplete is taken"
    assert faults(model, people=[CHILD, VICTIM], **step) == []
    assert faults(model, people=[CHILD, CHILD], **step) == ["one_child"]
    assert faults(model, people=[VICTIM], **step) == ["one_child"]
    assert faults(model, people=[CHILD, ACCUSED], **step) == ["others_named"]


def test_a_child_is_found_after_going_missing_or_not_yet() -> None:
    since = {"people": [CHILD], "missing": "2026-11-10T18:00:00Z"}
    assert faults(MissingReported, **since) == []
    assert faults(MissingReported, **since, found="2026-11-10T17:59:00Z") == ["found_before_missing"]


def test_a_school_is_told_of_somebody() -> None:
    assert faults(SchoolTold, people=[VICTIM, CHILD, CHILD], step="told") == []
    assert faults(SchoolTold, people=[VICTIM], step="told") == ["child_missing"]
    assert faults(SchoolTold, people=[CHILD], step="told") == ["one_victim"]
    assert faults(SchoolTold, people=[VICTIM, CHILD, ACCUSED], step="told") == ["others_named"]


def test_a_school_names_victim_and_child_as_a_page_gives_them() -> None:
    hers, theirs = (str(UUID(int=n, version=4)) for n in (1, 2))
    said = {"step": "acknowledged", "victim": hers, "of_children": [theirs]}
    assert faults(SchoolTold, **said) == []
    assert faults(SchoolTold, **said, people=[VICTIM]) == ["one_victim"]
    assert faults(SchoolTold, **{**said, "of_children": []}) == ["child_missing"]
    assert faults(SchoolTold, step="acknowledged", of_children=[theirs]) == ["one_victim"]
    told = SchoolTold.model_validate(said)
    assert told.keys("root") == {f"m:{hers}", f"m:{theirs}"}
    assert [each.mention for each in told.in_role("child")] == [theirs]
    assert [each.mention for each in told.in_role("victim")] == [hers]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"area": "north"}, []),
        ({"school": "123456"}, []),
        ({}, ["whose_calendar"]),
        ({"area": "north", "school": "123456"}, ["whose_calendar"]),
        (
            {"area": "north", "terms": [{"starts": "2026-11-02", "ends": "2026-11-01"}]},
            ["terms_out_of_order"],
        ),
        (
            {
                "area": "north",
                "terms": [
                    {"starts": "2026-11-02", "ends": "2026-12-18"},
                    {"starts": "2026-12-18", "ends": "2027-02-12"},
                ],
            },
            ["terms_out_of_order"],
        ),
        ({"area": "north", "terms": []}, ["too_short"]),
    ],
)
def test_the_days_of_a_school_are_somebodys_and_in_order(said: dict[str, Any], fault: list[str]) -> None:
    terms = {"terms": [{"starts": "2026-09-02", "ends": "2026-10-23"}]}
    assert faults(SchoolCalendarSet, **(terms | said)) == fault
