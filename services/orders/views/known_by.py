"""Level 0: by which numbers somebody is found whose orders are asked for: references and PNC IDs."""

from typing import Literal

from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.orders import OrderMade
from contracts.rules.identifiers import pnc_id
from contracts.rules.occurrence import normal
from contracts.sections import Identity
from contracts.vocabulary import PERPETRATOR_ROLES
from services.orders.views.order_line import Part

NumberKind = Literal["reference", "pnc_id"]


class KnownNumber(Part):
    """A PNC ID of somebody, or the reference of an order that binds them as ``agency`` told it; each in its
    one way of writing. ``mention`` is the record of them that it stands with."""

    kind: NumberKind
    number: str
    agency: str = ""
    mention: str


class OrdersKnownBy(Row):
    """How somebody is found. ``accused``: anybody says that they harmed somebody. ``words``: each number
    after its kind, between bars."""

    person: str
    accused: bool
    numbers: list[KnownNumber]
    words: str


class OrdersKnownByTable(ViewTable, table=True):
    """Rows of ``orders_known_by``: short, and read through when somebody asks."""

    __tablename__ = "orders_known_by"
    words: str


def word(kind: NumberKind, number: str) -> str:
    """A number as ``words`` has it."""
    return f"|{kind}:{number}|"


def fold_known_by(subject: Subject) -> Folded:
    """The row of a person; None for one whom no PNC ID and no order's reference leads to."""
    found, accused = set[tuple[NumberKind, str, str, str]](), False
    for fact in subject.facts.current(Said):
        said = fact.said
        own = [each for each in said.named if each.mention and subject.homes.get(each.mention) == subject.id]
        for each in own:
            mention, harmed = str(each.mention), each.role in PERPETRATOR_ROLES
            accused = accused or harmed
            pnc = each.identity.pnc_id if isinstance(each.identity, Identity) else None
            if pnc and (number := pnc_id(pnc, fact.recorded.year)):
                found.add(("pnc_id", number, "", mention))
            if harmed and isinstance(said, OrderMade) and (number := normal(said.reference or "")):
                found.add(("reference", number, fact.agency, mention))
    if not found:
        return Folded(None)
    numbers = [KnownNumber(kind=k, number=n, agency=a, mention=m) for k, n, a, m in sorted(found)]
    words = "".join(sorted({word(each.kind, each.number) for each in numbers}))
    return Folded(OrdersKnownBy(person=subject.id, accused=accused, numbers=numbers, words=words))


ORDERS_KNOWN_BY = View(
    name="orders_known_by",
    of="person",
    row=OrdersKnownBy,
    table=OrdersKnownByTable,
    fold=fold_known_by,
)
