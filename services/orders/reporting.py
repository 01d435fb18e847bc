"""A breach that somebody reports by hand: of an order or a victim that is theirs to see, as whoever saw it
tells it. It is the same fact as a system's, taken by the same way."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime

from chassis.accept import own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import Problem, not_found
from chassis.runtime import Runtime
from contracts.content import Content, Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import BreachReported, OrderMade
from contracts.mentions import Mention
from contracts.rules.areas import area_and_around
from contracts.sections import Identity, Name, Sensitivity
from contracts.vocabulary import PERPETRATOR_ROLES, OrderStage, OrderType, Role, StaffRole
from services.orders import actions
from services.orders.actions import order_row, reach_of_order, seen_breach, viewer_of
from services.orders.patterns import without_answer
from services.orders.restricted import are_there_for
from services.orders.rules import circulating, sharing
from services.orders.views import ORDERS_PERSON, OrdersPerson
from services.orders.views.person import area_of
from services.orders.views.sections import newest_sections
from services.orders.views.shown import Shown

NEVER_BOUND = frozenset({OrderStage.APPLIED, OrderStage.REFUSED})


class OrderToBreak(Shown):
    """An order that may have been broken, as far as it tells it from others."""

    order: str
    type: OrderType
    made: AwareDatetime
    reference: str | None
    respondents: tuple[Name | None, ...]


class VictimOfBreach(Shown):
    """Of whom somebody reports a breach, and the orders that protect them, the newest first; None: which do
    is not for whoever reports it."""

    at: AwareDatetime
    name: Name | None
    orders: list[OrderToBreak] | None
    without_answer: int = 0


async def open_victim(runtime: Runtime, caller: Caller, mention: str) -> VictimOfBreach:
    """Whoever a mention is today, to whoever is shown no order by the name that their own agency has; the
    look is on record. Raises Problem (404) for who is not the caller's."""
    mentions = await _mentions(runtime, mention)
    said = await _about(runtime, mentions)
    if not await _theirs(runtime, caller, said, mentions):
        raise not_found()
    person, at = await runtime.person_of(mention), runtime.clock.now()
    row = await runtime.row(ORDERS_PERSON, person)
    known = row if isinstance(row, OrdersPerson) else None
    chooses = sharing.may_choose_order(caller.roles)
    protecting = _protecting(known, person) if chooses else []
    made = [fact for each in protecting for fact in (await runtime.fact(each)).current(OrderMade)]
    told = [fact for fact in said.current(Said) if chooses or fact.agency == caller.agency]
    found = newest_sections(told, mentions, frozenset({Sensitivity.IDENTITY}))
    names = (each.value.name for each in found if isinstance(each.value, Identity))
    page = VictimOfBreach(
        at=at,
        name=next(names, None),
        orders=[
            _to_break(fact)
            for fact in sorted(made, key=lambda fact: fact.said.made, reverse=True)
            if fact.said.stage not in NEVER_BOUND
        ]
        if chooses
        else None,
        without_answer=without_answer({person}, [known], at)[0] if known else 0,
    )
    facts = {*(fact.id for fact in made), *(each.fact for each in found)}
    content = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, "breach-report", person, content, facts, asked=mention)
    return page


def _to_break(fact: Fact[OrderMade]) -> OrderToBreak:
    said, bound = fact.said, fact.said.in_role(*PERPETRATOR_ROLES)
    names = [each.identity.name if isinstance(each.identity, Identity) else None for each in bound]
    kept = said.model_dump(include={"made", "reference"})
    return OrderToBreak(order=fact.root, type=said.order, respondents=tuple(names), **kept)


async def report(
    runtime: Runtime, caller: Caller, said: dict[str, Any], occurred: datetime | date, key: str
) -> str:
    """Take what somebody reports; gives its cause. Raises ValidationError, Problem (404) as ``admit``, and
    Refused as ``Runtime.take``: 409 where the button was pressed twice."""
    if said.get("victim"):
        said = said | {"people": [Mention(role=Role.VICTIM)]}
    content = BreachReported.model_validate(said)
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": occurred})
    right = sharing.BREACH_REPORT
    taken = await runtime.take(header, content, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(content.keys(taken.root))
    return taken.root


async def reported(runtime: Runtime, caller: Caller, cause: str | None) -> tuple[bool, bool]:
    """Whether this caller reported it, and whether its page is there for them."""
    if cause is None or await runtime.said_by(cause) != caller.id:
        return False, False
    try:
        await seen_breach(runtime, caller, cause)
    except Problem:
        return True, False
    return True, True


async def admit(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """As ``actions.admit``, and a breach that somebody reports by hand of whom or what is theirs to see."""
    if isinstance(content, BreachReported):
        await _admitted(archive, caller, content)
    return await actions.admit(archive, caller, content, root)


async def _admitted(archive: Archive, caller: Caller, said: BreachReported) -> None:
    """Refuse a victim who is named by a page that is not the caller's to see, and of staff an order that is
    not. Raises Problem (404). An agency's system names its own records, and any order."""
    mine = True
    if said.victim:
        mentions = await _mentions(archive, said.victim)
        mine = await _theirs(archive, caller, await _about(archive, mentions), mentions)
    if mine and said.order and StaffRole.REPORTER not in caller.roles:
        mine = await _may_name(archive, caller, said.order, said.victim)
    if not mine:
        raise not_found()


async def _may_name(archive: Archive, caller: Caller, order: str, victim: str | None) -> bool:
    """One that protects the victim whom they see; else one that they are shown as a team."""
    if victim:
        person = await archive.person_of(victim)
        row = await archive.row(ORDERS_PERSON, person)
        protecting = _protecting(row if isinstance(row, OrdersPerson) else None, person)
        if sharing.may_choose_order(caller.roles) and order in protecting:
            return True
    known = await order_row(archive, order)
    if known is None:
        return False
    configuration = await archive.configuration(AgencyDefined, AreaDefined)
    reach = await reach_of_order(archive, known, configuration)
    return circulating.parts(viewer_of(caller, configuration), reach) is not None


def _protecting(row: OrdersPerson | None, person: str) -> list[str]:
    return [line.root for line in (row.orders if row else ()) if person in line.protected]


async def _mentions(archive: Archive, mention: str) -> set[str]:
    row = await archive.row(ORDERS_PERSON, await archive.person_of(mention))
    return {mention, *(row.mentions if isinstance(row, OrdersPerson) else ())}


async def _about(archive: Archive, mentions: set[str]) -> FactSet:
    return await archive.facts([f"m:{each}" for each in sorted(mentions)])


async def _theirs(archive: Archive, caller: Caller, about: FactSet, mentions: set[str]) -> bool:
    """Whether somebody is a victim whom this caller may report a breach of: by the areas that the facts about
    them route to, with those around them; and by whether their own agency said any of these."""
    facts = about.current(Said)
    hers = [
        fact.said
        for fact in facts
        if any(each.mention in mentions for each in fact.said.in_role(Role.VICTIM))
    ]
    recorded = any(fact.agency == caller.agency for fact in facts)
    defined = (await archive.configuration(AreaDefined)).current(AreaDefined)
    areas = {fact.said.area: fact.said for fact in defined}
    reach = {place for said in hers for place in area_and_around(areas, area_of(said))}
    if not hers or not sharing.may_report_of(caller.roles, caller.areas, reach, recorded=recorded):
        return False
    people = await archive.places(mentions)
    return await are_there_for(archive, caller, {*people.values()})
