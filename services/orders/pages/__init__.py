"""The pages of orders: a breach, for whoever is called to it; what is in force for a person."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
from contracts.vocabulary import StaffRole
from services.orders.rules import sharing

FOLDER = Path(__file__).parent

PAGES = Pages(
    "orders",
    FOLDER / "templates",
    FOLDER / "texts",
    [
        Item("nav.alerts", "/notify/alerts", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})),
        Item("nav.circulation", "/orders/", sharing.RIGHTS[sharing.ORDER_READ]),
        Item("nav.clocks", "/notify/clocks", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})),
        Item("nav.orders", "/orders/status", sharing.RIGHTS[sharing.STATUS_READ]),
    ],
)
