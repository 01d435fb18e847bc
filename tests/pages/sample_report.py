"""A breach that somebody reports: of an order, or of a victim of whom two orders are known; and a briefing of
the orders in force."""

from datetime import date, datetime
from typing import Any

import pytest

from chassis.http.auth import Caller
from contracts.events.orders import BreachReported
from contracts.mentions import Mention
from contracts.rules.order_status import status
from contracts.rules.safe_contact import Word, safe_way
from contracts.sections import Contact, Name
from contracts.vocabulary import ContactMethod, OrderType, ProhibitionKind, RequirementKind, Role
from services.orders import briefing, reporting
from services.orders.briefing import Briefing, BrokenLately, OrderBriefed, Protected
from services.orders.reporting import OrderToBreak, VictimOfBreach
from services.orders.views.order_line import StatusNow
from services.orders.views.order_shown import Term
from tests.pages.sample_rows import BREACH_OF_ORDER, FRESH, LONG, NOW, ORDER, ago, new, order

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


async def briefed(_: Any, caller: Caller, area: str | None) -> Briefing:
    """Three orders: one whose respondent is outstanding, one of which nobody can tell what holds, and one of
    another force, not served."""
    made = order(ORDER, OrderType.SPO, served=True)
    word = Contact(method=ContactMethod.TEXT, number="07700 900123", no_uniform=True, verified=ago(days=3))
    way = safe_way([Word("harbour-idva", NOW, word)], [], NOW).without_contact()
    line = OrderBriefed(
        order=ORDER,
        force="northmere-police",
        type=OrderType.SPO,
        made=made.made,
        ends=made.ends,
        until_further_order=False,
        status=StatusNow.of(status(made.terms, NOW)),
        unknown=False,
        breach=made.breach,
        arrest=made.arrest,
        respondents=(Name(family=LONG, given="Kyle"),),
        protected=(Protected(name=Name(family="Doe", given="Jane"), way=way),),
        prohibitions=(
            Term(kind=ProhibitionKind.NO_CONTACT, text="By no means at all"),
            Term(kind=ProhibitionKind.NOT_TO_ATTEND, until=ago(days=3), over=True, withheld=True),
        ),
        requirements=(
            Term(kind=RequirementKind.PROGRAMME, supervisor="Probation", until=ago(days=-20)),
            Term(kind=RequirementKind.TAG, withheld=True),
        ),
        lately=(
            BrokenLately(kind="contact", occurred=ago(days=2), precision="day"),
            BrokenLately(kind="assault", occurred=ago(days=4), precision="instant"),
        ),
        outstanding=ago(days=2),
    )
    dim = {
        "order": new(),
        "status": None,
        "unknown": True,
        "outstanding": None,
        "lately": (),
        "protected": (),
    }
    unserved = StatusNow.of(status(order(new(), OrderType.SPO, served=False).terms, NOW))
    theirs = {"order": new(), "outstanding": None, "force": "southvale-police", "status": unserved}
    others = (line.model_copy(update=dim), line.model_copy(update=theirs))
    return Briefing(at=NOW, fresh_until=FRESH, area=area, total=120, orders=(line, *others))


def sampled(patch: pytest.MonkeyPatch) -> None:
    """Let the pages ask these."""
    patch.setattr(briefing, "briefing", briefed)
    for query in (open_victim, report, reported):
        patch.setattr(reporting, query.__name__, query)
