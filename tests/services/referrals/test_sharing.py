"""Who may decide who is who, as a table: ``north`` and ``south`` lie in one county."""

from typing import Any

import pytest

from contracts.vocabulary import AgencyKind, IdentityAnswer, StaffRole
from services.referrals.rules.sharing import may_close_school, may_decide, school_of
from tests.support.tables import lines

SAME, APART = IdentityAnswer.SAME, IdentityAnswer.NOT_SAME
NORTH, SOUTH, UNKNOWN = {"north", "county"}, {"south", "county"}, set[str]()


@pytest.mark.parametrize(
    ("areas", "one", "other", "may_join", "may_take_apart"),
    [
        ({"north"}, NORTH, NORTH, True, True),
        ({"north"}, NORTH, SOUTH, False, False),
        ({"north"}, SOUTH, SOUTH, False, False),
        ({"county"}, NORTH, SOUTH, True, True),
        ({"north"}, NORTH, UNKNOWN, True, False),
        ({"north"}, SOUTH, UNKNOWN, False, False),
        ({"north"}, UNKNOWN, UNKNOWN, False, False),
        (set(), NORTH, NORTH, False, False),
    ],
    ids=[
        "both in her area",
        "one in another area",
        "both in another area",
        "of the county around both",
        "one of no known area",
        "one of no known area, and one in another",
        "both of no known area",
        "a coordinator of no area",
    ],
)
def test_a_coordinator_decides_of_whom_their_areas_know(
    areas: set[str], one: set[str], other: set[str], may_join: bool, may_take_apart: bool
) -> None:
    roles = {StaffRole.MARAC_COORDINATOR}
    for first, second in ((one, other), (other, one)):
        assert may_decide(roles, areas, SAME, first, second) is may_join
        assert may_decide(roles, areas, APART, first, second) is may_take_apart


def test_an_operator_decides_of_anybody() -> None:
    assert may_decide({StaffRole.OPERATOR}, set(), APART, UNKNOWN, SOUTH)


@lines(__file__, "schools")
def test_who_may_say_that_a_school_is_closed(line: dict[str, Any]) -> None:
    kind = AgencyKind(line["kind"]) if line["kind"] else None
    assert may_close_school(kind) is line["may"]


@pytest.mark.parametrize("kind", [None, *AgencyKind])
def test_an_agency_of_education_alone_sees_children_and_of_its_own_number(kind: AgencyKind | None) -> None:
    assert school_of(kind, "100200") == ("100200" if kind is AgencyKind.EDUCATION else None)
    assert school_of(kind, None) is None
