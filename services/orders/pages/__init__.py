"""The pages of orders: a breach, for whoever is called to it; what is in force for a person."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
from contracts.vocabulary import StaffRole
from services.orders.rules import sharing

FOLDER = Path(__file__).parent
RESPONDERS = frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR})
"""Who finds the same five items here and on the pages of notify."""

PAGES = Pages(
    "orders",
    FOLDER / "templates",
    FOLDER / "texts",
    [
        Item("nav.alerts", "/notify/alerts", RESPONDERS),
        Item("nav.orders", "/orders/status", sharing.RIGHTS[sharing.STATUS_READ]),
        Item("nav.circulation", "/orders/", sharing.RIGHTS[sharing.ORDER_READ]),
        Item("nav.clocks", "/notify/clocks", RESPONDERS),
        Item("nav.rota", "/notify/rota", RESPONDERS),
    ],
    tells_silence=True,
)
