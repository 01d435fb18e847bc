"""The views of orders: people (level 0), breaches and orders (level 1)."""

from services.orders.views.breach import ORDERS_BREACH, OrdersBreach
from services.orders.views.order import ORDERS_ORDER, OrdersOrder
from services.orders.views.person import ORDERS_PERSON, OrdersPerson

__all__ = ["ORDERS_BREACH", "ORDERS_ORDER", "ORDERS_PERSON", "OrdersBreach", "OrdersOrder", "OrdersPerson"]
