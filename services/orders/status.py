"""What is in force for a person now: their orders, with what the rows of those beside them know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import OrderMade, Prohibition, Requirement
from contracts.rules import terms
from contracts.rules.cover import LOOK_BACK
from contracts.rules.order_status import NOT_BINDING, OrderStatus, ends_at, status
from contracts.rules.order_types import ORDER_TYPES, may_arrest
from contracts.rules.safe_contact import NO_WAY, SafeWay
from contracts.sections import Identity, Record, Sensitivity
from contracts.vocabulary import OrderStage
from services.orders.actions import order_row, out_of_date, reach_of_order, viewer_of
from services.orders.asked_about import About, mention_of
from services.orders.patterns import named_of, without_answer
from services.orders.rules import certainty, circulating, sharing
from services.orders.rules.look_ahead import in_its_place
from services.orders.views import ORDERS_PERSON, OrdersOrder, OrdersPerson
from services.orders.views.contact import way_to
from services.orders.views.order_line import OrderLine, StatusNow
from services.orders.views.sections import newest_sections
from services.orders.views.shown import OrderOf, OverShown, Party, StatusOf, StatusShown


@dataclass(frozen=True, slots=True)
class Known:
    """A person's orders, and everybody whom they name."""

    orders: Mapping[str, Fact[OrderMade]]
    """Those that stand, by root."""
    rows: Mapping[str, OrdersPerson]
    parties: Mapping[str, Party]
    facts: frozenset[str]
    """What all of it is made of."""
    way: SafeWay
    """Whether whoever was asked about may be contacted."""


async def order_status(runtime: Runtime, caller: Caller, about: About) -> StatusShown:
    """What binds or protects the person of a record of the caller's agency now, or what binds whom an order's
    reference or a PNC ID leads to, and what they did: whoever has the paper in hand may be the one against
    whom somebody else is protected. The look is on record before it is given. Of somebody who is not known
    here there is no order here, which proves nothing.

    Raises Problem (404) for whoever may not ask; Refused as ``mention_of``.
    """
    fresh = await runtime.held_until()
    viewer = viewer_of(caller, await runtime.configuration(AgencyDefined))
    if not sharing.may_ask_status(viewer):
        raise not_found()
    mention = await mention_of(runtime, caller, about)
    asked, now = await runtime.person_of(mention), runtime.clock.now()
    behind = await out_of_date(runtime, [f"p:{each}" for each in _people(asked, await _row(runtime, asked))])
    known = await _known(runtime, asked, both_sides=isinstance(about, Record))
    over = [each for order in known.orders.values() if (each := _over(order, asked, known, now))]
    incomplete = await runtime.incomplete([f"p:{person}" for person in known.parties])
    unread = {"unread": incomplete.records, "whose_unknown": incomplete.whose_unknown}
    own = known.rows.get(asked)
    left, told = without_answer({asked}, known.rows.values(), now)
    found_now = (_order(order, asked, known, now) for order in known.orders.values())
    orders = sorted((each for each in found_now if each), key=_not_known_then_in_force)
    circulated = {order.order: await order_row(runtime, order.order) for order in orders}
    found = bool(await runtime.facts([f"m:{mention}"]))
    shown = StatusShown(
        at=now,
        fresh_until=fresh,
        unknown=not found or certainty.unknown(fresh, now, **unread, out_of_date=len(behind)),
        incomplete=incomplete.records,
        known=found,
        person=known.parties[asked],
        orders=[
            await _with_circulation(runtime, order, circulated[order.order], viewer, now) for order in orders
        ],
        over=over,
        without_answer=left,
        pattern=named_of(asked, own, now) if own else [],
        way=known.way.without_contact() if any(not order.binds for order in orders) else None,
    )
    content = shown.model_dump_json(exclude={"at", "fresh_until"}).encode()
    left_out = {Sensitivity.LOCATION.value} if any(order.binds for order in shown.orders) else set[str]()
    told |= {record.root for group in (own.occurrences if own else ()) for record in group}
    await runtime.shown(caller, "order_status", asked, content, known.facts | told, left_out, mention)
    return shown


def _not_known_then_in_force(order: OrderOf) -> int:
    """Which orders an answer begins with: a control room acts on the first that it reads."""
    return 0 if order.status is None else 1 if order.status.in_force else 2


async def _known(runtime: Runtime, asked: str, *, both_sides: bool) -> Known:
    row = await _row(runtime, asked)
    if row is not None and not both_sides:
        row = row.model_copy(update={"orders": [each for each in row.orders if asked in each.respondents]})
    lines, people = row.orders if row else [], _people(asked, row)
    rows = {asked: row} if row else {}  # read once: the lines of it are those that are told of
    rows |= {each: beside for each in sorted(people - {asked}) if (beside := await _row(runtime, each))}
    if not both_sides:
        rows = {person: _not_against(asked, each) for person, each in rows.items()}
    made = [fact for line in lines for fact in (await runtime.fact(line.root)).current(OrderMade)]
    parties, facts, way = {}, {fact.id for fact in made}, NO_WAY
    for person in sorted(people):
        mentions = rows[person].mentions if person in rows else []
        said = (await runtime.facts([f"m:{mention}" for mention in mentions])).current(Said)
        found = newest_sections(said, set(mentions), frozenset({Sensitivity.IDENTITY}))
        facts |= {section.fact for section in found}
        if person == asked:
            way, told = way_to(said, set(mentions), runtime.clock.now())
            facts |= told
        names = (section.value.name for section in found if isinstance(section.value, Identity))
        parties[person] = Party(person=person, name=next(names, None))
    return Known({fact.root: fact for fact in made}, rows, parties, frozenset(facts), way)


def _not_against(asked: str, row: OrdersPerson) -> OrdersPerson:
    """A row without what was done to whoever was asked about."""
    kept = ([each for each in group if asked not in each.victims] for group in row.occurrences)
    return row.model_copy(update={"occurrences": [group for group in kept if group]})


def _people(asked: str, row: OrdersPerson | None) -> set[str]:
    lines = row.orders if row else []
    return {asked, *(each for line in lines for each in (*line.respondents, *line.protected))}


async def _row(runtime: Runtime, person: str) -> OrdersPerson | None:
    row = await runtime.row(ORDERS_PERSON, person)
    return row if isinstance(row, OrdersPerson) else None


def _order(fact: Fact[OrderMade], asked: str, known: Known, now: datetime) -> OrderOf | None:
    """An order for the answer; None for one that is over, or was never made. Who looks at the respondent
    is not told the words of its terms, its court, the number that the court gave it, nor who told of it: they
    say where whom it protects lives."""
    said = fact.said
    line = next(line for line in known.rows[asked].orders if line.root == fact.root)
    each = _each(line, known, now)
    holds = _status(each, asked)
    if holds is not None and holds.reason in NOT_BINDING:
        return None
    binds = asked in line.respondents
    words = {"text", "supervisor"} if binds else set()
    return OrderOf(
        order=fact.root,
        binds=binds,
        type=said.order,
        agency=None if binds else fact.agency,
        reference=None if binds else said.reference,
        court=None if binds else said.court,
        made=said.made,
        ends=said.ends,
        until_further_order=said.until_further_order,
        status=StatusNow.of(holds) if holds else None,
        of_each=[
            StatusOf(person=known.parties[person], status=StatusNow.of(held) if held else None)
            for person, held in (each.items() if len(each) > 1 else ())
        ],
        breach=ORDER_TYPES[said.order].breach,
        arrest=may_arrest(said.order, said.power_of_arrest),
        respondents=[known.parties[person] for person in line.respondents],
        protected=[known.parties[person] for person in line.protected],
        prohibitions=_terms(said.prohibitions, words, now),
        requirements=_terms(said.requirements, words, now),
    )


def _over(fact: Fact[OrderMade], asked: str, known: Known, now: datetime) -> OverShown | None:
    """An order that is over since so short a while that it is missed, or was applied for: not to be read as
    if none were known."""
    line = next(line for line in known.rows[asked].orders if line.root == fact.root)
    holds = _status(_each(line, known, now), asked)
    if holds is None or holds.reason not in NOT_BINDING or holds.reason == "order.refused":
        return None
    ends = ends_at(line.terms) if line.terms.stage is not OrderStage.APPLIED else None
    if ends is not None and ends <= now - LOOK_BACK:
        return None
    each = [known.rows[person].orders for person in line.respondents if person in known.rows]
    known_all = len(each) == len(line.respondents) > 0
    replaced = ends and known_all and all(in_its_place(line, others, ends, now) for others in each)
    return OverShown(
        order=fact.root,
        binds=asked in line.respondents,
        type=fact.said.order,
        reason=holds.reason,
        ends=ends,
        nothing=line.terms.stage is not OrderStage.APPLIED and not replaced,
    )


async def _with_circulation(
    runtime: Runtime, order: OrderOf, row: OrdersOrder | None, viewer: sharing.Viewer, now: datetime
) -> OrderOf:
    """An order for the answer, with who has it: never which agencies."""
    if row is None:
        return order
    asked = row.asked(now)
    reach = await reach_of_order(runtime, row, await runtime.configuration(AgencyDefined, AreaDefined))
    opens = circulating.parts(viewer, reach) is not None
    return order.model_copy(update={"circulation": asked.unnamed() if asked else None, "may_open": opens})


def _each(line: OrderLine, known: Known, now: datetime) -> dict[str, OrderStatus | None]:
    """As each respondent's own row has it: service names them alone, and whom an order protects cannot
    tell."""
    found = dict[str, OrderStatus | None]()
    for person in line.respondents:
        lines = known.rows[person].orders if person in known.rows else []
        found[person] = next((status(own.terms, now) for own in lines if own.root == line.root), None)
    return found


def _status(each: Mapping[str, OrderStatus | None], asked: str) -> OrderStatus | None:
    """What holds for whoever was asked about; None where nobody can say one thing of all whom it binds."""
    if asked in each:
        return each[asked]
    held = {*each.values()}
    return held.pop() if len(held) == 1 else None


def _terms(
    said: Iterable[Prohibition | Requirement], without: set[str], at: datetime
) -> list[dict[str, Any]]:
    told = terms.standing_first(said, at)
    return [term.model_dump(exclude=without) | {"over": over} for term, over in told]
