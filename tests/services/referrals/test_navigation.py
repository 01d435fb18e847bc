"""Whoever may decide who is who finds what waits for them from the pages that they work on."""

import re
from datetime import UTC, datetime

import pytest

from chassis.http.auth import Caller
from chassis.pages.frame import Look, Pages
from contracts.vocabulary import StaffRole
from services.marac.pages import PAGES as MARAC
from services.notify.pages import PAGES as NOTIFY
from services.orders.pages import PAGES as ORDERS
from services.referrals.pages import DECIDERS
from services.referrals.pages import PAGES as REFERRALS

WORKS_ON = {StaffRole.MARAC_COORDINATOR: MARAC, StaffRole.OPERATOR: NOTIFY}


def navigation(pages: Pages, role: StaffRole) -> list[str]:
    """Where the links lead that stand on every page: above, then at its foot."""
    caller = Caller("", "", "", "council", frozenset({role}), frozenset(), "Rowan Ellis")
    look = Look(datetime(2026, 11, 26, tzinfo=UTC), "/", "101", caller)
    page = pages.render("goldthread/problem.html", look, code="other")
    return re.findall(r'(?:service-navigation|footer)__link" href="([^"]*)"', page)


@pytest.mark.parametrize("role", sorted(DECIDERS))
def test_who_may_decide_finds_the_questions(role: StaffRole) -> None:
    assert "/referrals/" in navigation(WORKS_ON[role], role)
    assert "/referrals/" in navigation(REFERRALS, role)


def test_a_coordinator_finds_back_to_the_meetings() -> None:
    role = StaffRole.MARAC_COORDINATOR
    assert navigation(REFERRALS, role)[0] == navigation(MARAC, role)[0] == "/marac/meetings"


@pytest.mark.parametrize("role", sorted({*StaffRole} - DECIDERS))
def test_nobody_else_is_led_there(role: StaffRole) -> None:
    for pages in (MARAC, NOTIFY, ORDERS, REFERRALS):
        assert "/referrals/" not in navigation(pages, role)
