"""Level 1: an order as far as its own facts tell: who has it, who has confirmed it, who must still."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Field

from chassis.clock import court_deadline
from chassis.facts import Fact
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.events.orders import OrderAcknowledged, OrderCirculated, OrderMade
from contracts.rules.circulation import Circulation, TeamLine, Versioned, circulation
from contracts.rules.order_status import NOT_BINDING, OrderTerms, order_terms, status


class OrdersOrder(Row):
    """An order and its circulation. ``version`` is its newest; ``terms`` are without its service, which
    stands in the respondent's row. ``outstanding``: it binds, and somebody has not got or not confirmed it.
    ``waits`` names the teams of whom a confirmation is asked, each as `` team@agency `` between blanks, and
    ``sent`` those that were ever sent it.
    ``binds``: it binds somebody, or will, when it was folded; what ended since may still."""

    order: str
    agency: str
    version: int
    withdrawn: bool
    terms: OrderTerms
    circulation: Circulation
    outstanding: bool
    waits: str
    sent: str
    binds: bool

    def asked(self, at: datetime) -> Circulation | None:
        """Its circulation; None for an order of which none is asked: it was never made, is over or was
        withdrawn."""
        over = self.withdrawn or status(self.terms, at).reason in NOT_BINDING
        return None if over else self.circulation


class OrdersOrderTable(ViewTable, table=True):
    """Rows of ``orders_order``, found by force, by who was sent them or must still confirm, and by whether
    they bind."""

    __tablename__ = "orders_order"
    agency: str
    outstanding: bool
    waits: str
    sent: str
    binds: bool = Field(index=True)


def fold_order(subject: Subject) -> Folded:
    """The row of an order, and when it will next change by itself; None for a cause that is another thing."""
    versions = [(each.envelope, each.content) for each in subject.facts.versions(subject.id)]
    if not any(isinstance(content, OrderMade) for _, content in versions):
        return Folded(None)
    newest, content = versions[-1]
    row = OrdersOrder(
        order=subject.id,
        agency=newest.agency,
        version=newest.version,
        withdrawn=content is None,
        terms=order_terms(versions, [], court_deadline)[0],
        circulation=(told := circulation_of(subject, versions)),
        outstanding=False,
        waits="",
        sent=_between_blanks(line for line in told.teams if line.sent is not None),
        binds=False,
    )
    asked = row.asked(subject.at)
    if asked is not None:
        open_ = {
            "outstanding": bool(asked.missing or asked.unconfirmed),
            "waits": _between_blanks(asked.unconfirmed),
            "binds": True,
        }
        row = row.model_copy(update=open_)
    return Folded(row, status(row.terms, subject.at).changes_at)


def _between_blanks(teams: Iterable[TeamLine]) -> str:
    return "".join(f" {line.team}@{line.agency} " for line in teams)


def circulation_of(subject: Subject, versions: Iterable[Versioned]) -> Circulation:
    """What is told of the circulation of an order, of which these are the versions."""
    told: list[Fact[OrderCirculated | OrderAcknowledged]] = [
        *subject.facts.current(OrderCirculated),
        *subject.facts.current(OrderAcknowledged),
    ]
    told = [fact for fact in told if fact.said.order == subject.id]  # a correction keeps its old keys
    return circulation(versions, ((fact.envelope, fact.content) for fact in told))


ORDERS_ORDER = View(
    name="orders_order",
    of="cause",
    row=OrdersOrder,
    table=OrdersOrderTable,
    fold=fold_order,
    begun_by=(OrderMade,),
)
