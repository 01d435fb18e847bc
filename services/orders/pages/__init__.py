"""The page of orders: a breach, for whoever is called to it."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
from contracts.vocabulary import StaffRole

FOLDER = Path(__file__).parent

PAGES = Pages(
    "orders",
    FOLDER / "templates",
    FOLDER / "texts",
    [Item("nav.alerts", "/notify/alerts", frozenset({StaffRole.ON_CALL, StaffRole.SUPERVISOR}))],
)
