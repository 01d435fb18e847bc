"""The orders in force of an area, for officers of its force who go on shift: whom each binds, what it
forbids and requires, whether it can be enforced, who is outstanding, and how whom it protects may be
approached. Never where that is; but the words of a term may name a place (``circulating.may_tell_words``)."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import and_, or_, select
from sqlmodel import col

from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import OrderMade
from contracts.rules.areas import area_and_around, within_token
from contracts.rules.order_status import NOT_BINDING, status
from contracts.rules.order_types import ORDER_TYPES, Breach, may_arrest
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Identity, Name
from contracts.vocabulary import AgencyKind, OrderType, Role, TeamKind
from services.orders.actions import reach_of_order, viewer_of
from services.orders.circulation import held_of
from services.orders.rules import circulating
from services.orders.rules.briefing import LATELY, outstanding_since, urgency
from services.orders.rules.circulating import Part
from services.orders.rules.sharing import Viewer
from services.orders.views import (
    ORDERS_CLOCKS,
    ORDERS_ORDER,
    ORDERS_PERSON,
    OrdersClocks,
    OrdersOrder,
    OrdersPerson,
)
from services.orders.views.between import together
from services.orders.views.clocks import OrdersClocksTable
from services.orders.views.contact import way_to
from services.orders.views.order import OrdersOrderTable
from services.orders.views.order_line import StatusNow
from services.orders.views.order_shown import Term, shown_terms
from services.orders.views.person import RecordLine
from services.orders.views.shown import Shown

MOST = 100
"""Orders on one briefing, the most urgent first."""


class Protected(Shown):
    """Whom an order protects, and whether they may be approached: never by which number, nor where."""

    name: Name | None
    way: SafeWay


class BrokenLately(Shown):
    """That the order was broken in the last 28 days."""

    kind: str
    occurred: AwareDatetime
    precision: str


class OrderBriefed(Shown):
    """An order as officers are briefed of it. ``status`` is None where not the same holds for all whom it
    binds; ``unknown``: it cannot be told what holds. ``outstanding``: since when whoever broke it is.
    ``force`` told of it: another than the reader's may have sent it there. None: no force told of it."""

    order: str
    force: str | None
    type: OrderType
    made: AwareDatetime
    ends: AwareDatetime | None
    until_further_order: bool
    status: StatusNow | None
    unknown: bool
    breach: Breach
    arrest: bool | None
    respondents: tuple[Name | None, ...]
    protected: tuple[Protected, ...]
    prohibitions: tuple[Term, ...]
    requirements: tuple[Term, ...]
    lately: tuple[BrokenLately, ...]
    outstanding: AwareDatetime | None


class Briefing(Shown):
    """The orders in force of an area, or of all of the reader's (None): at the most 100 of ``total``. One of
    which nobody knows the area is in each, and so is one that another force sent to the reader's."""

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    area: str | None
    total: int
    orders: tuple[OrderBriefed, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """An order, every mention of each of its people by any mention of theirs in it, and the occurrences in
    which it was broken."""

    made: Fact[OrderMade]
    allowed: frozenset[Part]
    mentions: Mapping[str, frozenset[str]]
    breaches: tuple[list[RecordLine], ...]

    @property
    def outstanding(self) -> datetime | None:
        """Since when the suspect of any of them is outstanding."""
        since = (
            outstanding_since(step.taken for record in group for step in record.steps)
            for group in self.breaches
        )
        return min((each for each in since if each is not None), default=None)

    @property
    def last(self) -> datetime | None:
        """When it was broken last."""
        return max((group[0].occurred for group in self.breaches), default=None)


async def briefing(runtime: Runtime, caller: Caller, area: str | None) -> Briefing:
    """The briefing of an area; the look is on record before it is given. Raises Problem (404) for who is not
    of a police force, and for an area that is not theirs."""
    fresh, at = await runtime.fresh_until(), runtime.clock.now()
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    areas = {each.said.area: each.said for each in configuration.current(AreaDefined)}
    viewer = viewer_of(caller, configuration)
    theirs = area is None or (area in areas and within_token(caller.areas, area_and_around(areas, area)))
    if viewer.agency_kind is not AgencyKind.POLICE or not theirs:
        raise not_found()
    wanted = {area} if area else {*caller.areas}
    found = await _known(runtime, await _binding(runtime, viewer, configuration, wanted, at), at)
    first = sorted(found, key=_urgency)[:MOST]
    held = await held_of(runtime, [each.made.root for each in first], fresh, at)
    lines, facts = [], set[str]()
    known = configuration.current(AgencyDefined)
    forces = {each.said.agency for each in known if each.said.kind is AgencyKind.POLICE}
    for each in first:
        shown, told = await _briefed(runtime, each, held[each.made.root].told, forces, at)
        lines.append(shown)
        facts |= told | held[each.made.root].facts
        facts |= {record.root for group in each.breaches for record in group}
    page = Briefing(at=at, fresh_until=fresh, area=area, total=len(found), orders=tuple(lines))
    content = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    await runtime.shown(caller, "orders_briefing", area or caller.agency, content, facts)
    return page


async def _binding(
    runtime: Runtime, viewer: Viewer, configuration: FactSet, wanted: Collection[str], at: datetime
) -> dict[str, frozenset[Part]]:
    """The orders that bind somebody now, of the viewer's force or of none, in these areas (none: in all) or
    in one that nobody knows, or sent to the viewer's force by another; with the parts of each that the viewer
    is shown."""
    table, clocks = OrdersOrderTable, OrdersClocksTable
    defined = configuration.current(AgencyDefined)
    others = [each.said.agency for each in defined if each.said.kind is AgencyKind.POLICE]
    own = or_(col(table.agency) == viewer.agency, col(table.agency).not_in(others))
    areas = {each.said.area: each.said for each in configuration.current(AreaDefined)}
    elsewhere = [each for each in areas if not within_token(wanted, area_and_around(areas, each))]
    there = or_(col(clocks.area).is_(None), col(clocks.area).not_in(elsewhere))
    sent = col(table.sent).contains(f" {TeamKind.NEIGHBOURING_FORCE}@{viewer.agency} ")
    select_ = select(table).outerjoin(clocks, col(clocks.subject) == col(table.subject))
    rows = await runtime.rows(ORDERS_ORDER, select_.where(col(table.binds), or_(and_(own, there), sent)))
    binding = [
        row
        for row in rows
        if isinstance(row, OrdersOrder) and status(row.terms, at).reason not in NOT_BINDING
    ]
    told = await runtime.rows_by(ORDERS_CLOCKS, "subject", [row.order for row in binding])
    area = {row.cause: row.area for row in told if isinstance(row, OrdersClocks)}
    found = {}
    for row in binding:
        reach = await reach_of_order(runtime, row, configuration)
        by_another = (TeamKind.NEIGHBOURING_FORCE, viewer.agency) in reach.sent
        there_too = by_another or within_token(wanted, area_and_around(areas, area.get(row.order)))
        if there_too and (allowed := circulating.parts(viewer, reach)) is not None:
            found[row.order] = allowed
    return found


async def _known(runtime: Runtime, orders: Mapping[str, frozenset[Part]], at: datetime) -> list[_Known]:
    """Of these orders those that bind somebody still, by all that is told of them."""
    made = [fact for root in orders for fact in (await runtime.fact(root)).current(OrderMade)]
    places = await runtime.places({mention for fact in made for mention in fact.mentions})
    people = await runtime.rows_by(ORDERS_PERSON, "subject", sorted({*places.values()}))
    rows = [row for row in people if isinstance(row, OrdersPerson)]
    mentions = {each: frozenset(row.mentions) for row in rows for each in row.mentions}
    lines = [line for row in rows for line in row.orders if line.status is not None]
    over = {line.root for line in lines if status(line.terms, at).reason in NOT_BINDING}
    stand = [fact for fact in made if fact.root not in over]
    return [_Known(fact, orders[fact.root], mentions, _broken(fact.root, rows)) for fact in stand]


def _urgency(known: _Known) -> tuple[bool, float, float, str]:
    return urgency(known.outstanding, known.last, known.made.said.made, known.made.root)


def _broken(order: str, rows: Collection[OrdersPerson]) -> tuple[list[RecordLine], ...]:
    """The occurrences of breaches by whom an order binds against whom it protects, the newest first."""
    of_it = [row for row in rows if any(line.root == order for line in row.orders)]
    lines = [line for row in of_it for line in row.orders if line.root == order]
    theirs = {person for line in lines for person in line.respondents}
    hers = {person for line in lines for person in line.protected}
    broken = [
        [
            each
            for each in group
            if each.type == "breach"
            and not theirs.isdisjoint(each.accused)
            and not hers.isdisjoint(each.victims)
        ]
        for group in together(group for row in of_it for group in row.occurrences)
    ]
    told = [group for group in broken if group]
    return tuple(sorted(told, key=lambda group: (group[0].occurred, group[0].root), reverse=True))


async def _briefed(
    runtime: Runtime, known: _Known, held: Mapping[str, object], forces: Container[str], at: datetime
) -> tuple[OrderBriefed, set[str]]:
    said, facts, protected = known.made.said, set[str](), list[Protected]()
    for mention in said.in_role(Role.VICTIM) if Part.PROTECTED in known.allowed else ():
        mentions = {mention.mention or "", *known.mentions.get(mention.mention or "", ())} - {""}
        told = (await runtime.facts([f"m:{each}" for each in sorted(mentions)])).current(Said)
        way, of = way_to(told, mentions, at)
        facts |= of
        name = mention.identity.name if isinstance(mention.identity, Identity) else None
        protected.append(Protected(name=name, way=way.without_contact()))
    lately = [group[0] for group in known.breaches if group[0].occurred >= at - LATELY]
    forbids = said.prohibitions if Part.PROHIBITIONS in known.allowed else []
    asks = said.requirements if Part.REQUIREMENTS in known.allowed else []
    requires = [each.model_copy(update={"supervisor": None}) for each in asks]  # a free line may say where
    kept = said.model_dump(include={"made", "ends", "until_further_order"})
    return OrderBriefed.model_validate(
        {
            **kept,
            **held,
            "order": known.made.root,
            "force": known.made.agency if known.made.agency in forces else None,
            "type": said.order,
            "breach": ORDER_TYPES[said.order].breach,
            "arrest": may_arrest(said.order, said.power_of_arrest),
            "protected": protected,
            "prohibitions": shown_terms(forbids, known.allowed, at),
            "requirements": shown_terms(requires, known.allowed - {Part.WORDS}, at),
            "lately": [
                BrokenLately(kind=each.kind, occurred=each.occurred, precision=each.precision)
                for each in lately
            ],
            "outstanding": known.outstanding,
        }
    ), facts
