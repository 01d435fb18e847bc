"""Who may see, answer and set what."""

import pytest

from contracts.vocabulary import StaffRole
from services.notify.rules.sharing import RIGHTS, Reach, may_answer, may_configure, may_see

NORTH = Reach(areas=("north", "force"), called=frozenset({"amira"}), nobody=False)
NOBODY = Reach(areas=("north", "force"), called=frozenset(), nobody=True)
UNREAD = Reach(areas=(), called=frozenset({"marcus"}), nobody=False, unread=True)
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
        ("cath", {"supervisor"}, (), NORTH, True, True),
        ("olu", {"operator"}, ("north",), NORTH, False, False),
        ("olu", {"operator"}, (), NOBODY, True, False),
        ("olu", {"operator"}, (), UNREAD, True, False),
        ("marcus", {"on-call"}, (), UNREAD, True, True),
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


def test_rights_go_to_roles_that_there_are() -> None:
    assert {role for roles in RIGHTS.values() for role in roles} <= set(StaffRole)


def test_an_area_is_set_by_its_own_administrators_and_those_around_it() -> None:
    assert may_configure({"north"}, ("north", "force"))
    assert may_configure({"force"}, ("north", "force"))
    assert not may_configure({"south"}, ("north", "force"))
    assert not may_configure(set(), ("north", "force"))
