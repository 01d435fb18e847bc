"""Who may see, answer and set what."""

import pytest

from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind, StaffRole
from services.notify.rules.sharing import (
    DEFINE_AREA,
    RIGHTS,
    Reach,
    areas_of,
    may_answer,
    may_configure,
    may_define_area,
    may_read_words,
    may_see,
)

NORTH = Reach(areas=("north", "force"), called=frozenset({"amira"}), nobody=False)
NOBODY = Reach(areas=("north", "force"), called=frozenset(), nobody=True)
UNREAD = Reach(areas=(), called=frozenset({"marcus"}), nobody=False, of_goldthread=True)
UNANSWERED = Reach(areas=("operators",), called=frozenset({"olu"}), nobody=False, of_goldthread=True)
THEIR_GAP = Reach(areas=("operators",), called=frozenset({"olu"}), nobody=False)
ROUND = Reach(areas=("north", "force"), called=frozenset({"amira", "dev"}), nobody=False, went_round=True)
NOWHERE = Reach(areas=(), called=frozenset({"amira"}), nobody=False)


@pytest.mark.parametrize(
    ("who", "roles", "areas", "alert", "sees", "answers"),
    [
        ("amira", {"on-call"}, (), NORTH, True, True),
        ("ben", {"on-call"}, ("north",), NORTH, True, True),
        ("fay", {"on-call"}, ("force",), NORTH, True, True),
        ("sol", {"on-call"}, ("south",), NORTH, False, False),
        ("sol", {"on-call"}, ("south",), NOBODY, True, True),
        ("sol", {"on-call"}, ("south",), NOWHERE, True, True),
        ("cath", {"supervisor"}, ("north",), NORTH, True, True),
        ("cath", {"supervisor"}, ("force",), NORTH, True, True),
        ("amira", {"supervisor"}, (), NORTH, True, True),
        ("hal", {"supervisor"}, ("elsewhere",), NORTH, False, False),
        ("hal", {"supervisor"}, (), NORTH, False, False),
        ("hal", {"supervisor"}, ("elsewhere",), NOBODY, True, True),
        ("hal", {"supervisor"}, ("elsewhere",), NOWHERE, True, True),
        ("olu", {"operator"}, ("north",), NORTH, False, False),
        ("olu", {"operator"}, (), NOBODY, True, False),
        ("olu", {"operator"}, (), UNREAD, True, True),
        ("olu", {"operator"}, (), UNANSWERED, True, True),
        ("olu", {"operator"}, (), THEIR_GAP, True, True),
        ("amira", {"on-call"}, ("north",), UNANSWERED, False, False),
        ("cath", {"supervisor"}, ("force",), THEIR_GAP, False, False),
        ("marcus", {"on-call"}, (), UNREAD, True, True),
        ("olu", {"operator"}, (), ROUND, True, False),
        ("dev", {"on-call"}, (), ROUND, True, True),
        ("hal", {"supervisor"}, ("elsewhere",), ROUND, False, False),
        ("ada", {"area-admin"}, ("north",), ROUND, False, False),
        ("amira", {"marac-chair"}, ("north",), NORTH, False, False),
        ("matt", {"matac-coordinator"}, ("north",), NOBODY, False, False),
        ("rep", {"reporter"}, ("north",), NOWHERE, False, False),
        ("ada", {"area-admin"}, ("north",), NOBODY, False, False),
        ("amira", set(), ("north",), NORTH, False, False),
    ],
)
def test_who_sees_and_who_answers(
    who: str, roles: set[str], areas: tuple[str, ...], alert: Reach, sees: bool, answers: bool
) -> None:
    assert may_see(who, roles, areas, alert) is sees
    assert may_answer(who, roles, areas, alert) is answers


@pytest.mark.parametrize(
    ("who", "areas", "alert", "part", "reads"),
    [
        ("ben", ("north",), NORTH, (), True),
        ("fay", ("force",), NORTH, (), True),
        ("amira", (), NORTH, (), True),
        ("sol", ("south",), NOBODY, (), False),
        ("sol", ("south",), NOBODY, ("sol",), True),
        ("hal", ("elsewhere",), NOWHERE, (None,), False),
        ("amira", ("elsewhere",), NOWHERE, (), True),
    ],
)
def test_what_was_done_is_read_in_words_by_whom_it_concerns_and_not_by_whoever_may_take_it(
    who: str, areas: tuple[str, ...], alert: Reach, part: tuple[str | None, ...], reads: bool
) -> None:
    assert may_read_words(who, areas, alert, part) is reads


def test_rights_go_to_roles_that_there_are() -> None:
    assert {role for roles in RIGHTS.values() for role in roles} <= set(StaffRole)


def area(kind: AreaKind = AreaKind.MARAC, within: str | None = "force", name: str = "North") -> AreaDefined:
    return AreaDefined(area="north", name=name, kind=kind, within=within)


@pytest.mark.parametrize(
    ("role", "areas", "stands", "says", "may"),
    [
        ("operator", (), None, area(), True),
        ("operator", (), area(), area(within=None), True),
        ("area-admin", ("north",), area(), area(name="North of the river"), True),
        ("area-admin", ("force",), area(), area(name="North of the river"), True),
        ("area-admin", ("south",), area(), area(name="North of the river"), False),
        ("area-admin", (), area(), area(name="North of the river"), False),
        ("area-admin", ("north", "force"), None, area(), False),
        ("area-admin", ("north", "south", "force"), area(), area(within="south"), False),
        ("area-admin", ("north", "force"), area(), area(within=None), False),
        ("area-admin", ("force",), area(within=None), area(), False),
        ("area-admin", ("north", "force"), area(), area(AreaKind.FORCE), False),
        ("area-admin", ("north", "force"), area(), area(AreaKind.DISTRICT), False),
        ("supervisor", ("north", "force"), area(), area(name="North of the river"), False),
    ],
    ids=[
        "an operator defines what is new",
        "and moves what there is",
        "an administrator gives a name to their own",
        "and to what lies within it",
        "but not to another's",
        "nor without areas",
        "claims nothing that is new",
        "draws it into no other of theirs",
        "takes it out of nobody's reach",
        "draws nothing into theirs",
        "makes it no force, whose duty officer all fall back upon",
        "moves its cases to no other MARAC",
        "a supervisor defines nothing",
    ],
)
def test_what_an_area_is_is_said_by_an_operator(
    role: str, areas: tuple[str, ...], stands: AreaDefined | None, says: AreaDefined, may: bool
) -> None:
    known = {"north": stands} if stands else {}
    around = area_and_around(known, "north")
    allowed = role in RIGHTS[DEFINE_AREA] and may_define_area({role}, areas, around, stands, says)
    assert allowed is may


def test_an_area_is_set_by_its_own_administrators_and_those_around_it() -> None:
    assert may_configure({"north"}, ("north", "force"))
    assert may_configure({"force"}, ("north", "force"))
    assert not may_configure({"south"}, ("north", "force"))
    assert not may_configure(set(), ("north", "force"))


@pytest.mark.parametrize(
    ("roles", "areas", "operators"),
    [({"operator"}, (), True), ({"area-admin"}, ("operators",), False), ({"supervisor"}, ("north",), False)],
    ids=["an operator has it", "nobody's token claims it", "nor is it a force's"],
)
def test_the_rota_of_operators_is_theirs_alone(
    roles: set[str], areas: tuple[str, ...], operators: bool
) -> None:
    assert may_configure(areas_of(roles, areas), ("operators",)) is operators
    assert areas_of(roles, ("north",)) >= {"north"}
