"""The views of orders: people (level 0), breaches, orders and their clocks (level 1)."""

from services.orders.views.breach import ORDERS_BREACH, OrdersBreach
from services.orders.views.clocks import ORDERS_CLOCKS, OrdersClocks
from services.orders.views.ending import ORDERS_ENDING, OrdersEnding
from services.orders.views.known_by import ORDERS_KNOWN_BY, OrdersKnownBy
from services.orders.views.order import ORDERS_ORDER, OrdersOrder
from services.orders.views.person import ORDERS_PERSON, OrdersPerson

__all__ = [
    "ORDERS_BREACH",
    "ORDERS_CLOCKS",
    "ORDERS_ENDING",
    "ORDERS_KNOWN_BY",
    "ORDERS_ORDER",
    "ORDERS_PERSON",
    "OrdersBreach",
    "OrdersClocks",
    "OrdersEnding",
    "OrdersKnownBy",
    "OrdersOrder",
    "OrdersPerson",
]
