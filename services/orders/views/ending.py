"""Level 1: when an order ends, so that those that end soon are found without reading all of a force's."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.clock import court_deadline
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.events.orders import OrderMade
from contracts.rules.order_status import NEVER_MADE, ends_at, order_terms
from contracts.vocabulary import OrderType


class OrdersEnding(Row):
    """An order that was made, and when it ends."""

    order: str
    agency: str
    type: OrderType
    ends: AwareDatetime


class OrdersEndingTable(ViewTable, table=True):
    """Rows of ``orders_ending``, found by force and by when."""

    __tablename__ = "orders_ending"
    agency: str
    ends: datetime = Field(sa_type=Instant, index=True)


def fold_ending(subject: Subject) -> Folded:
    """The row of an order; None for one of which nobody gave an end, that was never made or is withdrawn. A
    notice's hearing is no end of it here: the clock of the hearing tells of that."""
    versions = subject.facts.spoken(subject.id)
    if not versions or not isinstance(versions[-1][1], OrderMade):
        return Folded(None)
    terms, _ = order_terms(versions, [], court_deadline)
    ends = ends_at(terms)
    if ends is None or terms.stage in NEVER_MADE:
        return Folded(None)
    agency = versions[-1][0].agency
    return Folded(OrdersEnding(order=subject.id, agency=agency, type=terms.order, ends=ends))


ORDERS_ENDING = View(
    name="orders_ending",
    of="cause",
    row=OrdersEnding,
    table=OrdersEndingTable,
    fold=fold_ending,
    begun_by=(OrderMade,),
)
