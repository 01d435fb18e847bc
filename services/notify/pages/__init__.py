"""The pages of notify: the alerts of somebody on call, phone first; and the rota."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
from contracts.vocabulary import StaffRole
from services.notify.rules import sharing

FOLDER = Path(__file__).parent

PAGES = Pages(
    "notify",
    FOLDER / "templates",
    FOLDER / "texts",
    [
        Item("nav.alerts", "/notify/alerts", sharing.RIGHTS[sharing.READ]),
        Item("nav.orders", "/orders/status", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})),
        Item("nav.circulation", "/orders/", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})),
        Item("nav.clocks", "/notify/clocks", sharing.RIGHTS[sharing.CLOCKS_READ]),
        Item("nav.rota", "/notify/rota", sharing.RIGHTS[sharing.READ_ROTA]),
        Item("nav.emergency", "/marac/emergency", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})),
        Item("nav.path", "/notify/path", frozenset({StaffRole.OPERATOR})),
        Item("nav.unread", "/notify/parked", frozenset({StaffRole.OPERATOR})),
        Item("nav.reviews", "/referrals/", frozenset({StaffRole.OPERATOR})),
    ],
)
