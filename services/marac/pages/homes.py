"""At which page whoever signs in begins: where their own work waits (pages.md section 2; read 2026-11)."""

from collections.abc import Collection

from contracts.vocabulary import StaffRole
from services.marac.rules import sharing

HOMES: tuple[tuple[frozenset[str], str], ...] = (
    (sharing.RIGHTS[sharing.READ_MEETING], "/marac/meetings"),
    (sharing.RIGHTS[sharing.READ_COHORT], "/marac/cohort"),
    (sharing.RIGHTS[sharing.MESSAGE], "/marac/messages"),
    (sharing.RIGHTS[sharing.ANSWER_RESEARCH] - {StaffRole.REPORTER}, "/marac/research"),
    (sharing.RIGHTS[sharing.ANSWER_ACTION], "/marac/actions"),
    (frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR, StaffRole.OPERATOR}), "/notify/alerts"),
    (frozenset({StaffRole.CONTROL_ROOM}), "/orders/status"),
    (frozenset({StaffRole.NEIGHBOURHOOD, StaffRole.ORDER_CONTACT}), "/orders/"),
    (frozenset({StaffRole.KEY_ADULT}), "/referrals/school-tellings"),
    (frozenset({StaffRole.REFERRER}), "/referrals/refer"),
    (frozenset({StaffRole.AREA_ADMIN}), "/marac/choices"),
)
"""By whose it is, the page; the first that is somebody's."""


def home_of(roles: Collection[str]) -> str | None:
    """Where somebody of these roles begins; None for one who has no role here."""
    return next((page for wanted, page in HOMES if not wanted.isdisjoint(roles)), None)
