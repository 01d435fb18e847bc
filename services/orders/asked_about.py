"""Whom the status of orders is asked about: the person of a record, of an order's reference, of a PNC ID."""

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Table, select

from chassis.accept import Refused
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.envelope import AgencyId
from contracts.rules.identifiers import pnc_id
from contracts.rules.occurrence import normal
from contracts.sections import Line, Record
from services.orders.rules.whose import Bearer, Unclear, whose
from services.orders.views.known_by import (
    ORDERS_KNOWN_BY,
    NumberKind,
    OrdersKnownBy,
    OrdersKnownByTable,
    word,
)

_TABLE: Table = OrdersKnownByTable.__table__  # type: ignore[attr-defined]


class ByReference(BaseModel):
    """Whose orders are asked for: whom the order binds that an agency told of by this reference, its own or
    the court's."""

    model_config = ConfigDict(extra="forbid")

    reference: Line
    agency: AgencyId | None = Field(
        default=None,
        description="who told of it, where agencies use one reference for orders of several people; where one"
        " person alone is bound by orders of that reference it is not looked at",
    )


class ByPncId(BaseModel):
    """Whose orders are asked for: the respondent of this PNC ID."""

    model_config = ConfigDict(extra="forbid")

    pnc_id: Line


About = Record | ByReference | ByPncId


async def mention_of(runtime: Runtime, caller: Caller, asked: About) -> str:
    """The record of the person who is asked about; by a number that leads to nobody, one that no agency has.

    Raises Refused: 422 where a PNC ID can be nobody's, or the agency is needed, 409 where more than one
    person is meant. That they asked is on record then too, and nobody is shown.
    """
    if isinstance(asked, Record):
        return runtime.ids.mention(caller.agency, asked.system, asked.type, asked.number)
    kind: NumberKind = "reference"
    number, agency = None, None
    if isinstance(asked, ByReference):
        number, agency = normal(asked.reference), asked.agency
    else:
        kind, number = "pnc_id", pnc_id(asked.pnc_id, runtime.clock.now().year)
    if number is None:
        raise Refused("not-a-pnc-id", "body.pnc_id")
    sought = runtime.ids.blind(f"order status by {kind}", number)
    found = whose(await _bearers(runtime, kind, number), agency)
    if not isinstance(found, Unclear):
        return found.mention if found else sought
    await runtime.shown(caller, "order_status", sought, found.encode(), (), asked=sought)
    if found is Unclear.AGENCY_MISSING:
        raise Refused("agency-missing", "body.agency")
    raise Refused("more-than-one", f"body.{kind}", status=409)


async def _bearers(runtime: Runtime, kind: NumberKind, number: str) -> list[Bearer]:
    """Everybody who is known here by exactly this number, by each record with which it stands."""
    held = _TABLE.c.words.contains(word(kind, number), autoescape=True)
    rows = await runtime.rows(ORDERS_KNOWN_BY, select(_TABLE).where(held))
    return [
        Bearer(row.person, each.mention, each.agency, row.accused)
        for row in rows
        if isinstance(row, OrdersKnownBy)
        for each in row.numbers
        if (each.kind, each.number) == (kind, number)
    ]
