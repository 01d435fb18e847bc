"""Orders and who has them: an order's own page, what waits for whom, and what teams confirm."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import or_, select
from sqlmodel import col

from chassis.accept import Refused, own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.then import as_of
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import OrderAcknowledged, OrderCirculated, OrderMade, OrderServed
from contracts.mentions import Mention
from contracts.rules.circulation import Circulation, fits
from contracts.rules.cover import within
from contracts.rules.order_status import NOT_BINDING, status
from contracts.rules.order_types import ORDER_TYPES, may_arrest
from contracts.sections import Identity, Name
from contracts.vocabulary import PERPETRATOR_ROLES, AgencyKind, Role, TeamKind
from services.orders import asking, replacing
from services.orders.actions import order_row, out_of_date, reach_of_order, viewer_of
from services.orders.patterns import without_answer
from services.orders.rules import certainty, circulating, sharing
from services.orders.rules.circulating import Part, Reach
from services.orders.rules.sharing import Viewer
from services.orders.views import ORDERS_ORDER, ORDERS_PERSON, OrdersEnding, OrdersOrder, OrdersPerson
from services.orders.views.order import OrdersOrderTable
from services.orders.views.order_line import OrderLine, StatusNow
from services.orders.views.order_shown import (
    Endings,
    EndingShown,
    OrderEnding,
    OrderPage,
    OrdersWaiting,
    OrderWaiting,
    ServiceShown,
    Waiting,
    shown_terms,
)

MOST = 100
"""Orders in one list: the others come as these are seen to."""


async def open_order(runtime: Runtime, caller: Caller, order: str, then: datetime | None = None) -> OrderPage:
    """An order as this caller may see it, as it is now or as it was known at a time; the look is on record
    before it is given. Whoever may see it today may see how it was.

    Raises Problem (404) where there is none, and where it is not theirs to see; Refused (409) as
    ``Archive.as_of``.
    """
    archive = as_of(runtime, then)
    row, viewer, reach = await _theirs(runtime, caller, order)
    row_then = row if then is None else await order_row(archive, order)
    if row_then is None:
        raise not_found()
    allowed = circulating.parts(viewer, reach) or frozenset()
    known, facts = await _page(archive, caller, row_then, viewer, reach)
    if then is not None:
        known |= {"known_at": then, "at": runtime.clock.now(), "teams": []}
        known |= {"may_circulate": False, "may_answer": False}
    page = OrderPage(**known, left_out=sorted(circulating.ALL - allowed))
    content = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    await runtime.shown(caller, ORDERS_ORDER.name, order, content, facts, map(str, page.left_out))
    return page


async def _page(
    archive: Archive, caller: Caller, row: OrdersOrder, viewer: Viewer, reach: Reach
) -> tuple[dict[str, Any], set[str]]:
    """What a viewer is shown of an order, but for what is left out; and the facts in it."""
    fresh, at, order = await archive.held_until(), archive.clock.now(), row.order
    allowed = circulating.parts(viewer, reach) or frozenset()
    versions = await archive.fact(order)
    people = sorted({*(await archive.places(set().union(*(each.mentions for each in versions)))).values()})
    subjects = [f"o:{order}", *(f"p:{person}" for person in people)]
    incomplete, behind = await archive.incomplete(subjects), await out_of_date(archive, subjects)
    unread = {"unread": incomplete.records, "whose_unknown": incomplete.whose_unknown}
    known: dict[str, Any] = {
        "at": at,
        "fresh_until": fresh,
        "unknown": certainty.unknown(fresh, at, **unread, out_of_date=len(behind)),
        "incomplete": incomplete.records,
        "operator_told": incomplete.told,
        "order": order,
        "version": row.version,
        "withdrawn": row.withdrawn,
        "teams": circulating.teams_of(viewer, reach) if caller.signed_in else [],
        "may_circulate": not row.withdrawn and circulating.may_see_whole(viewer, reach),
        "may_answer": not row.withdrawn and circulating.may_answer(viewer, reach),
    }
    facts = {each.id for each in versions}
    for made in versions.current(OrderMade):
        bound = await _bound(archive, order, people)
        lines = [line for row in bound.values() for line in row.orders if line.root == order]
        services = [await archive.fact(root) for root in sorted({r for line in lines for r in line.services})]
        facts |= {each.id for served in services for each in served}
        known |= _told(made, allowed, at) | _now(lines, services, at)
        if allowed == circulating.ALL:
            of_whole, beside = await _whole(archive, viewer, order, bound, at, unknown=known["unknown"])
            known, facts = known | of_whole, facts | beside
        over = any(status(line.terms, at).reason in NOT_BINDING for line in lines)
        known["asked"] = _circulation(None if over else row.asked(at), viewer, allowed)
        if Part.CIRCULATION in allowed:
            known["doubtful"] = await _doubtful(archive, known["asked"])
            asked, answers = await asking.asked_of(archive, made, versions)
            known, facts = known | asked, facts | answers
    return known, facts


async def acknowledge(
    runtime: Runtime, caller: Caller, order: str, team: TeamKind, version: int, key: str | None
) -> OrderPage:
    """A signed-in person confirms an order, in this version, for a team of theirs that was sent it.

    Raises Problem (404) for a system, and where the order or the team is not theirs; Refused (422) for a
    version that there is not.
    """
    row, viewer, reach = await _theirs(runtime, caller, order)
    if not caller.signed_in or team not in circulating.teams_of(viewer, reach):
        raise not_found()
    if version > row.version:
        raise Refused("no-such-version", "body.version")
    lines = (line for line in row.circulation.teams if (line.team, line.agency) == (team, caller.agency))
    if all(line.read is None or line.read < version for line in lines):
        about = sorted(set().union(*(fact.mentions for fact in await runtime.fact(order))))
        said = OrderAcknowledged(order=order, version=version, team=team, person=caller.id, about=about)
        header, right = own_header(runtime.clock.now()), sharing.ORDER_ACKNOWLEDGE
        taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
        await runtime.folded(said.keys(taken.root))
    return await open_order(runtime, caller, order)


async def circulate(runtime: Runtime, caller: Caller, said: OrderCirculated, key: str) -> None:
    """Record that somebody sends an order to teams now, on its page. Raises Problem (404) where they may not
    see it, and Refused as ``actions.admit`` does."""
    _, viewer, reach = await _theirs(runtime, caller, said.order)
    if not circulating.may_see_whole(viewer, reach):
        raise not_found()
    header, right = own_header(runtime.clock.now()), sharing.ORDER_CIRCULATE
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))


async def waiting(runtime: Runtime, caller: Caller) -> OrdersWaiting:
    """Which orders of the caller's force end soon, and what replaces them; what waits for the caller's teams
    to confirm, and for their force to circulate. The look is on record before it is given."""
    fresh, at = await runtime.fresh_until(), runtime.clock.now()
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    viewer = viewer_of(caller, configuration)
    whole = circulating.may_see_whole(viewer, Reach(viewer.agency, frozenset()))
    lists: dict[str, list[OrderWaiting]] = {"to_confirm": [], "not_circulated": [], "not_confirmed": []}
    for row in await _outstanding(runtime, viewer, configuration):
        for name, line in _asks(row, viewer, await reach_of_order(runtime, row, configuration), at):
            lists[name].append(line)
    soon = await replacing.ending_soon(runtime, viewer, configuration, at) if whole else []
    listed = {line.order for lines in lists.values() for line in lines[:MOST]}
    held = await held_of(runtime, listed | {each.order for each in soon[:MOST]}, fresh, at)
    ending, told = await _endings(runtime, viewer, configuration, soon, held, at)
    found = {
        name: Waiting(
            total=len(lines), orders=[line.model_copy(update=held[line.order].told) for line in lines[:MOST]]
        )
        for name, lines in lists.items()
    }
    page = OrdersWaiting(
        at=at,
        fresh_until=fresh,
        ending=ending if whole else None,
        to_confirm=found["to_confirm"],
        not_circulated=found["not_circulated"] if whole else None,
        not_confirmed=found["not_confirmed"] if whole else None,
    )
    content = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    facts = told.union(*(each.facts for each in held.values()))
    await runtime.shown(caller, "orders_waiting", caller.id, content, facts)
    return page


async def _whole(
    archive: Archive,
    viewer: Viewer,
    order: str,
    bound: Mapping[str, OrdersPerson],
    at: datetime,
    *,
    unknown: bool,
) -> tuple[dict[str, Any], set[str]]:
    """What is told to whoever is shown the whole order alone, and the facts that it comes from: how often
    whom it binds was left without an answer, and what replaces it where it ends soon."""
    facts = {each.root for row in bound.values() for group in row.occurrences for each in group}
    configuration = await archive.configuration(AgencyDefined, AreaDefined)
    found = await replacing.replaced(archive, viewer, configuration, {order: unknown}, at)
    ending, told = found.get(order, (None, set()))
    lines = [line for row in bound.values() for line in row.orders]
    beside = {person for line in lines for person in (*line.respondents, *line.protected)}
    rows = cast("list[OrdersPerson]", await archive.rows_by(ORDERS_PERSON, "subject", beside))
    left, breaches = without_answer(bound, rows, at)
    return {"without_answer": left, "ending": ending}, facts | told | breaches


async def _endings(
    runtime: Runtime,
    viewer: Viewer,
    configuration: FactSet,
    soon: Sequence[OrdersEnding],
    held: Mapping[str, "_Held"],
    at: datetime,
) -> tuple[Endings, set[str]]:
    """The orders that end soon as a list has them, and the facts that what replaces them comes from."""
    unknown = {each.order: bool(held[each.order].told["unknown"]) for each in soon[:MOST]}
    found = await replacing.replaced(runtime, viewer, configuration, unknown, at)
    lines = []
    for each in soon[:MOST]:
        if each.order in found:  # else it has been prolonged at this moment
            blind = EndingShown(
                ends=each.ends, days=within(each.ends, at) or 0, by=(), nothing=False, unknown=True
            )
            ending = found[each.order][0] or blind
            told = {"order": each.order, "type": each.type, "ending": ending, **held[each.order].told}
            lines.append(OrderEnding.model_validate(told))
    facts = set[str]().union(*(told for _, told in found.values()))
    return Endings(total=len(soon) - len(unknown) + len(lines), orders=lines), facts


async def _theirs(runtime: Runtime, caller: Caller, order: str) -> tuple[OrdersOrder, Viewer, Reach]:
    """An order that the caller may see any of. Raises Problem (404)."""
    row = await order_row(runtime, order)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    if row is None:
        raise not_found()
    viewer, reach = viewer_of(caller, configuration), await reach_of_order(runtime, row, configuration)
    if circulating.parts(viewer, reach) is None:
        raise not_found()
    return row, viewer, reach


async def _bound(archive: Archive, order: str, people: Iterable[str]) -> dict[str, OrdersPerson]:
    """The rows of those whom an order binds: their facts alone tell of its service."""
    rows = {person: await archive.row(ORDERS_PERSON, person) for person in people}
    known = {person: row for person, row in rows.items() if isinstance(row, OrdersPerson)}
    return {
        p: row for p, row in known.items() if any(line.root == order and line.status for line in row.orders)
    }


def _told(made: Fact[OrderMade], allowed: frozenset[Part], at: datetime) -> dict[str, Any]:
    """What an order says, as far as this reader may see it, at a time."""
    said = made.said
    known: dict[str, Any] = {
        "type": said.order,
        "made": said.made,
        "ends": said.ends,
        "until_further_order": said.until_further_order,
        "ended_because": said.ended_because,
        "breach": ORDER_TYPES[said.order].breach,
        "arrest": may_arrest(said.order, said.power_of_arrest),
        "respondents": names_of(said.in_role(*PERPETRATOR_ROLES)),
    }
    if Part.COURT in allowed:
        known |= {"agency": made.agency, "court": said.court, "reference": said.reference}
        known["applicant"] = said.applicant
    if Part.PROTECTED in allowed:
        known["protected"] = names_of(said.in_role(Role.VICTIM))
    if Part.PROHIBITIONS in allowed:
        known["prohibitions"] = shown_terms(said.prohibitions, allowed, at)
    if Part.REQUIREMENTS in allowed:
        known["requirements"] = shown_terms(said.requirements, allowed, at)
        known["nothing_required"] = said.nothing_required
    return known


def names_of(mentions: Iterable[Mention]) -> list[Name | None]:
    """The names by which an order knows people."""
    return [each.identity.name if isinstance(each.identity, Identity) else None for each in mentions]


def _now(lines: Iterable[OrderLine], services: Iterable[FactSet], at: datetime) -> dict[str, Any]:
    """What holds of the order for all whom it binds, and by which services; of several for whom not the same
    holds, none."""
    return {
        "status": _one(lines, at),
        "services": [
            ServiceShown.model_validate(each.said.model_dump(include=set(ServiceShown.model_fields)))
            for served in services
            for each in served.current(OrderServed)
        ],
    }


def _one(lines: Iterable[OrderLine], at: datetime) -> StatusNow | None:
    held = {status(line.terms, at) for line in lines}
    return StatusNow.of(held.pop()) if len(held) == 1 else None


async def _doubtful(archive: Archive, asked: Circulation | None) -> list[tuple[TeamKind, str]]:
    """The teams that an agency of its kind cannot have, or an agency of which nobody has said the kind."""
    known = (fact.said for fact in (await archive.configuration(AgencyDefined)).current(AgencyDefined))
    kinds = {said.agency: said.kind for said in known}
    named = [(line.team, line.agency) for line in (asked.teams if asked else ()) if line.agency is not None]
    return [
        (team, agency) for team, agency in named if agency not in kinds or fits(team, kinds[agency]) is False
    ]


def _circulation(asked: Circulation | None, viewer: Viewer, allowed: frozenset[Part]) -> Circulation | None:
    """Who has it; for whoever may not see that, their own agency's teams alone."""
    if asked is None or Part.CIRCULATION in allowed:
        return asked
    own = tuple(line for line in asked.teams if line.agency == viewer.agency)
    return asked.model_copy(update={"teams": own, "systems": ()})


async def _outstanding(runtime: Runtime, viewer: Viewer, configuration: FactSet) -> list[OrdersOrder]:
    """The orders that wait for somebody, of the viewer's force or for a team of the viewer's agency."""
    table, defined = OrdersOrderTable, configuration.current(AgencyDefined)
    others = [each.said.agency for each in defined if each.said.kind is AgencyKind.POLICE]
    theirs = [
        col(table.waits).contains(f" {kind}@{viewer.agency} ")
        for kind in TeamKind
        if not sharing.SPEAKS_FOR[kind].isdisjoint(viewer.roles)
    ]
    if circulating.may_see_whole(viewer, Reach(viewer.agency, frozenset())):
        theirs += [col(table.agency) == viewer.agency, col(table.agency).not_in(others)]
    found = await runtime.rows(ORDERS_ORDER, select(table).where(col(table.outstanding), or_(*theirs)))
    rows = [row for row in found if isinstance(row, OrdersOrder)]
    return sorted(rows, key=lambda row: (row.circulation.since, row.order))


def _asks(row: OrdersOrder, viewer: Viewer, reach: Reach, at: datetime) -> Iterator[tuple[str, OrderWaiting]]:
    """What an order asks of the viewer's teams and of their force: in which list, and the line there."""
    asked = row.asked(at)
    if asked is None:
        return
    line: dict[str, Any] = {"order": row.order, "type": row.terms.order, "since": asked.since}
    teams = circulating.teams_of(viewer, reach)
    own = [each for each in asked.unconfirmed if each.agency == viewer.agency and each.team in teams]
    late = asked.late(at)
    if own:
        yield "to_confirm", OrderWaiting(**line, teams=tuple(own), late=any(each in late for each in own))
    if not circulating.may_see_whole(viewer, reach):
        return
    if asked.missing:
        gone = asked.uncirculated_since(at) is not None
        yield "not_circulated", OrderWaiting(**line, missing=tuple(asked.missing), late=gone)
    if asked.unconfirmed:
        yield "not_confirmed", OrderWaiting(**line, teams=tuple(asked.unconfirmed), late=bool(late))


@dataclass(frozen=True, slots=True)
class _Held:
    """What a line of a list tells of its order, and the facts that it comes from."""

    told: Mapping[str, object]
    facts: set[str]


async def held_of(
    runtime: Runtime, orders: Collection[str], fresh: datetime | None, at: datetime
) -> dict[str, _Held]:
    """The names of those whom each order binds, and what holds of it: of all together in few statements."""
    made = {root: await runtime.fact(root) for root in sorted(orders)}
    places = await runtime.places(set().union(*(each.mentions for facts in made.values() for each in facts)))
    subjects = [*(f"o:{root}" for root in made), *(f"p:{person}" for person in {*places.values()})]
    behind, incomplete = await out_of_date(runtime, subjects), await runtime.incomplete(subjects)
    found = await runtime.rows_by(ORDERS_PERSON, "subject", sorted({*places.values()}))
    bound: dict[str, list[OrderLine]] = {}
    for row in found:
        for line in row.orders if isinstance(row, OrdersPerson) else ():
            if line.status is not None:
                bound.setdefault(line.root, []).append(line)
    held = {}
    for root, facts in made.items():
        theirs = {f"o:{root}", *(f"p:{places[m]}" for each in facts for m in each.mentions if m in places)}
        unread = (await runtime.incomplete(theirs)).records if incomplete.records else 0
        known = {"unread": unread, "whose_unknown": incomplete.whose_unknown}
        unknown = certainty.unknown(fresh, at, **known, out_of_date=len(behind & theirs))
        told = {"status": _one(bound.get(root, ()), at), "unknown": unknown}
        names = [
            name
            for each in facts.current(OrderMade)
            for name in names_of(each.said.in_role(*PERPETRATOR_ROLES))
        ]
        services = {service for line in bound.get(root, ()) for service in line.services}
        held[root] = _Held(told | {"respondents": tuple(names)}, {each.id for each in facts} | services)
    return held
