"""What replaces the orders that end soon: of an order on its page, and of all that a force works with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select
from sqlmodel import col

from chassis.archive import Archive
from chassis.facts import FactSet
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from contracts.rules.cover import LOOK_AHEAD
from contracts.rules.order_match import each_once
from contracts.vocabulary import AgencyKind
from services.orders.actions import order_row, reach_of_order
from services.orders.rules import circulating
from services.orders.rules.look_ahead import LookAhead, look_ahead
from services.orders.rules.sharing import Viewer
from services.orders.views import ORDERS_ENDING, ORDERS_PERSON, OrdersEnding, OrdersPerson
from services.orders.views.ending import OrdersEndingTable
from services.orders.views.order_line import OrderLine
from services.orders.views.order_shown import EndingShown, ReplacedBy


async def ending_soon(
    runtime: Runtime, viewer: Viewer, configuration: FactSet, at: datetime
) -> list[OrdersEnding]:
    """The orders that end within the days that are looked ahead to, of those with which the viewer works as
    their force's, the soonest first."""
    table, defined = OrdersEndingTable, configuration.current(AgencyDefined)
    others = [each.said.agency for each in defined if each.said.kind is AgencyKind.POLICE]
    theirs = or_(col(table.agency) == viewer.agency, col(table.agency).not_in(others))
    soon = (col(table.ends) > at, col(table.ends) <= at + LOOK_AHEAD)
    found = []
    for row in await runtime.rows(ORDERS_ENDING, select(table).where(theirs, *soon)):
        ending = cast("OrdersEnding", row)
        order = await order_row(runtime, ending.order)
        if order is None:
            continue
        reach = await reach_of_order(runtime, order, configuration)
        if circulating.may_see_whole(viewer, reach):
            found.append(ending)
    return sorted(found, key=lambda each: (each.ends, each.order))


async def replaced(
    archive: Archive,
    viewer: Viewer,
    configuration: FactSet,
    orders: Mapping[str, bool],
    at: datetime,
) -> dict[str, tuple[EndingShown | None, set[str]]]:
    """Of these orders those that end so soon, each with what replaces it, and with the facts that this comes
    from; None of one that stands in nobody's row yet. ``orders`` says of each whether it cannot be told what
    holds of it."""
    mentions = {root: set[str]() for root in orders}
    for root in orders:
        mentions[root] = set().union(*(each.mentions for each in await archive.fact(root)))
    places = await archive.places(set().union(*mentions.values()))
    known = await _known(archive, places)
    found = dict[str, tuple[EndingShown | None, set[str]]]()
    for root, unknown in orders.items():
        people = {places[each] for each in mentions[root] if each in places}
        lines = [line for person in sorted(people) for line in known.get(person, ())]
        facts = {line.root for line in lines}.union(*(line.services for line in lines))
        own = next((each for each in each_once(lines) if each.root == root), None)
        if own is None:
            found[root] = (None, facts)
        elif ahead := look_ahead(own, known, at):
            blind = unknown or any(person not in known for person in own.respondents)
            by = await _by(archive, viewer, configuration, ahead, known)
            nothing = ahead.nothing and not blind
            shown = EndingShown(ends=ahead.ends, days=ahead.days, by=by, nothing=nothing, unknown=blind)
            found[root] = (shown, facts)
    return found


async def _known(archive: Archive, places: Mapping[str, str]) -> dict[str, list[OrderLine]]:
    """The orders that the rows of these people have, by person."""
    found = dict[str, list[OrderLine]]()
    for row in await archive.rows_by(ORDERS_PERSON, "subject", sorted({*places.values()})):
        if isinstance(row, OrdersPerson):
            person = next((places[each] for each in row.mentions if each in places), None)
            if person is not None:
                found[person] = row.orders
    return found


async def _by(
    archive: Archive,
    viewer: Viewer,
    configuration: FactSet,
    ahead: LookAhead,
    known: Mapping[str, Sequence[OrderLine]],
) -> tuple[ReplacedBy, ...]:
    """What replaces an order, as this viewer is shown it."""
    terms = {line.root: line.terms for lines in known.values() for line in lines}
    found = []
    for each in ahead.by:
        order, own = await order_row(archive, each.root), terms[each.root]
        reach = await reach_of_order(archive, order, configuration) if order else None
        found.append(
            ReplacedBy(
                order=each.root,
                type=own.order,
                how=each.how,
                since=each.since,
                until=each.until,
                until_further_order=own.until_further_order and each.until is None,
                may_open=reach is not None and circulating.parts(viewer, reach) is not None,
            )
        )
    return tuple(found)
