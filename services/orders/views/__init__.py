"""The views of orders: people (level 0) and breaches (level 1)."""

from services.orders.views.breach import ORDERS_BREACH, OrdersBreach
from services.orders.views.person import ORDERS_PERSON, OrdersPerson

__all__ = ["ORDERS_BREACH", "ORDERS_PERSON", "OrdersBreach", "OrdersPerson"]
