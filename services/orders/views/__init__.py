"""The views of orders: people (level 0), breaches and the clocks of orders (level 1)."""

from services.orders.views.breach import ORDERS_BREACH, OrdersBreach
from services.orders.views.clocks import ORDERS_CLOCKS
from services.orders.views.person import ORDERS_PERSON, OrdersPerson

__all__ = ["ORDERS_BREACH", "ORDERS_CLOCKS", "ORDERS_PERSON", "OrdersBreach", "OrdersPerson"]
