"""A breach that somebody reports: of an order, or of a victim of whom two orders are known."""

from datetime import date, datetime
from typing import Any

import pytest

from chassis.http.auth import Caller
from contracts.events.orders import BreachReported
from contracts.mentions import Mention
from contracts.sections import Name
from contracts.vocabulary import OrderType, Role
from services.orders import reporting
from services.orders.reporting import OrderToBreak, VictimOfBreach
from tests.pages.sample_rows import BREACH_OF_ORDER, LONG, NOW, ORDER, ago, new

VICTIM = f"/orders/victims/{new()}/breach"
OF_ORDER = f"/orders/orders/{ORDER}/breach"
TAKEN: list[BreachReported] = []
"""What was reported since the pages began."""


async def open_victim(*_: Any) -> VictimOfBreach:
    """A victim, and the orders that protect them."""
    known = ((OrderType.SPO, "SPO/26/118"), (OrderType.NON_MOLESTATION, None))
    orders = [
        OrderToBreak(
            order=ORDER if number else new(),
            type=order,
            made=ago(days=9),
            reference=number,
            respondents=(Name(family=LONG, given="Kyle"),),
        )
        for order, number in known
    ]
    return VictimOfBreach(at=NOW, name=Name(family="Doe", given="Jane"), orders=orders, without_answer=4)


async def report(_: Any, caller: Caller, said: dict[str, Any], occurred: datetime | date, key: str) -> str:
    """Refuses what the contract refuses."""
    people = [Mention(role=Role.VICTIM)] if said.get("victim") else []
    TAKEN.append(BreachReported.model_validate(said | {"people": people}))
    return BREACH_OF_ORDER


async def reported(_: Any, caller: Caller, cause: str | None) -> tuple[bool, bool]:
    """Whoever reported it may open it."""
    return cause is not None, cause is not None


def sampled(patch: pytest.MonkeyPatch) -> None:
    """Let the pages ask these."""
    for query in (open_victim, report, reported):
        patch.setattr(reporting, query.__name__, query)
