"""What agencies can do here: report an order, its service, a breach; and open a breach."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.clock import LONDON
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.pages.times import moment
from chassis.runtime import Runtime
from chassis.then import as_of
from contracts.content import Content, Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.orders import (
    BreachProgressed,
    BreachReported,
    OrderCirculated,
    OrderMade,
    OrderQuestionAnswered,
    OrderServed,
    PatternDecided,
)
from contracts.rules import breach_answer, circulation, order_answers, pattern_decisions
from contracts.rules.areas import area_and_around, within_token
from contracts.rules.flagged import flagged
from contracts.rules.order_status import held_at
from contracts.sections import Routing, Sensitivity
from contracts.submission import Submission
from contracts.vocabulary import AgencyKind, BreachStep, StaffRole, TeamKind
from services.orders import closing, restricted
from services.orders.patterns import pattern_of
from services.orders.rules import certainty, circulating, service_of_order, sharing
from services.orders.views import (
    ORDERS_BREACH,
    ORDERS_CLOCKS,
    ORDERS_ORDER,
    ORDERS_PERSON,
    OrdersBreach,
    OrdersClocks,
    OrdersOrder,
    OrdersPerson,
)
from services.orders.views.contact import way_to
from services.orders.views.order_line import StatusNow
from services.orders.views.sections import newest_sections
from services.orders.views.shown import BreachShown, OrderShown, PersonShown, StepShown

C = TypeVar("C", bound=Content)


async def admit(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """Refuse the service of an order that names no respondent or gives no time; a step of a breach's answer
    that lacks its reason or its rank, lowers its priority by one person's word, or closes it while nobody
    knows how great the risk is; what was decided of a pattern without a reason; either of these that is not
    told by the police, or by staff who may not see the breach; the circulation of an order that is not of the
    caller's force, or to a team without its agency; and an answer to what such an order leaves to ask, or one
    without words. Raises Refused (422), and Problem (404)."""
    missing = service_of_order.fault(content) if isinstance(content, OrderServed) else None
    if isinstance(content, BreachProgressed | PatternDecided):
        await revisable(archive, caller, content)
        rule = breach_answer if isinstance(content, BreachProgressed) else pattern_decisions
        missing = rule.fault(content)
    if isinstance(content, BreachProgressed):
        if content.lowers and not sharing.may_vouch(caller.roles):
            missing = missing or ("content.second", "second-person-missing")
        missing = missing or await closing.fault_of(archive, caller, content, root)
    if isinstance(content, OrderCirculated | OrderQuestionAnswered):
        missing = await _fault_of(archive, caller, content)
    if missing:
        where, kind = missing
        raise Refused(kind, f"body.{where}")
    return content


async def revisable(archive: Archive, caller: Caller, content: Content) -> None:
    """Refuse to correct or withdraw a step of the answer to a breach, or what was decided of its pattern,
    where the breach is not the caller's to answer. Raises Problem (404)."""
    if isinstance(content, BreachProgressed | PatternDecided):
        configuration = await archive.configuration(AgencyDefined, AreaDefined)
        row = await archive.row(ORDERS_BREACH, content.breach)
        reach = reach_of(row, configuration) if isinstance(row, OrdersBreach) else None
        if not sharing.may_progress_breach(viewer_of(caller, configuration), reach):
            raise not_found()


async def readable(archive: Archive, caller: Caller, fact: Fact[Content]) -> None:
    """Refuse what others of the caller's agency said of a breach that is not theirs to answer, or of an area
    that their token does not name; and to staff every breach that another reported. Raises Problem (404).
    What they have said themselves is theirs."""
    content = fact.content
    if content is None or await archive.said_by(fact.id) == caller.id:
        return
    if isinstance(content, BreachReported) and StaffRole.REPORTER not in caller.roles:
        raise not_found()
    await revisable(archive, caller, content)
    if isinstance(content, Said) and isinstance(content.routing, Routing):
        defined = (await archive.configuration(AreaDefined)).current(AreaDefined)
        areas = {each.said.area: each.said for each in defined}
        if not within_token(caller.areas, area_and_around(areas, content.routing.area)):
            raise not_found()


async def report(
    runtime: Runtime, caller: Caller, submission: Submission[C], right: str, key: str | None
) -> Taken:
    """Record an order, its service or a breach, of an order known here or not. Raises Refused as
    ``admit`` and ``Runtime.take`` do."""
    return await runtime.take(submission, submission.content, caller=caller, right=right, idempotency_key=key)


async def take_step(
    runtime: Runtime, caller: Caller, said: BreachProgressed, day: str, at: str, key: str
) -> None:
    """Record what somebody did about a breach, on its page, at the time that they typed. Where they typed
    none it was done now; but an arrest needs it, for the hours to a court run from it. Raises Problem (404);
    Refused as ``admit`` does, and for a time before the breach or to come."""
    row, _ = await seen_breach(runtime, caller, said.breach)
    if said.step is BreachStep.ARRESTED and not (day and at):
        raise Refused("when-missing", "at")
    try:
        done = moment(day, at, runtime.clock.now())
    except ValueError:
        raise Refused("when", "at") from None
    if done.astimezone(LONDON).date() < row.occurred.astimezone(LONDON).date():
        raise Refused("when-before", "at")
    await _say(runtime, caller, said, done, key)


async def _say(
    runtime: Runtime, caller: Caller, said: BreachProgressed | PatternDecided, done: datetime, key: str
) -> None:
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": done})
    right = sharing.BREACH_PROGRESS
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))


async def decide(
    runtime: Runtime, caller: Caller, cause: str, given: Mapping[str, Any], seen: str, key: str
) -> None:
    """Record what somebody decides now of an offence, on the page of a breach that they may see, having
    ``seen`` what is known of it. Raises ValidationError where it is not given whole; Refused (412) where more
    is known by now, and as ``admit`` does; Problem (404)."""
    row, viewer = await seen_breach(runtime, caller, cause)
    known = await pattern_of(runtime, row, sharing.sections(viewer), officers=True)
    said = PatternDecided.model_validate({"breach": cause, "considered": known.considered, **given})
    pressed_twice = len(await runtime.fact(runtime.id_of(caller, key))) > 0
    if known.seen != seen and not pressed_twice:
        raise Refused("changed-since", "seen", status=412)
    await _say(runtime, caller, said, runtime.clock.now(), key)


async def seen_breach(runtime: Runtime, caller: Caller, cause: str) -> tuple[OrdersBreach, sharing.Viewer]:
    """A breach that this caller may see. Raises Problem (404)."""
    row = await runtime.row(ORDERS_BREACH, cause)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    viewer = viewer_of(caller, configuration)
    if not isinstance(row, OrdersBreach) or not sharing.may_see_breach(viewer, reach_of(row, configuration)):
        raise not_found()
    must = sharing.must_answer(viewer, row.called, nobody=row.nobody)
    if not must and not await restricted.are_there_for(runtime, caller, row.victims):
        raise not_found()
    return row, viewer


async def open_breach(
    runtime: Runtime, caller: Caller, cause: str, at: datetime | None = None
) -> BreachShown:
    """A breach as this caller may see it, as it is now or as it was known at a time; the look is on record
    before it is given. Whoever may see it today may see how it was.

    Raises Problem (404) where there is none, and where it is not theirs to see; Refused (409) as
    ``Archive.as_of``.
    """
    archive = as_of(runtime, at)
    fresh = await archive.fresh_until()
    row, viewer = await seen_breach(runtime, caller, cause)
    kept = not await restricted.are_there_for(runtime, caller, row.victims)
    withheld = kept or await _withheld(runtime, row, viewer)
    if at is not None:
        then = await archive.row(ORDERS_BREACH, cause)
        if not isinstance(then, OrdersBreach):
            raise not_found()
        row = then
        victims = await restricted.today(runtime, archive, row.victims)
        if not kept and not await restricted.are_there_for(runtime, caller, victims):
            raise not_found()
        withheld |= await _withheld(archive, row, viewer)
    withheld &= Sensitivity.LOCATION in sharing.sections(viewer)
    shown = await _shown(archive, row, await archive.fact(cause), viewer, withheld=withheld)
    shown = shown if at is None else shown.of_then(at)
    content = shown.model_dump_json(exclude={"fresh_until"}).encode()
    await runtime.shown(caller, ORDERS_BREACH.name, cause, content, shown.facts, shown.left_out)
    return shown.model_copy(update={"fresh_until": fresh})


async def _withheld(archive: Archive, row: OrdersBreach, viewer: sharing.Viewer) -> bool:
    """Whether places that other agencies say are not for this viewer, for a record is flagged."""
    said = await _said_of(archive, [*row.victims, *row.respondents])
    flagged = any(each.flagged for each in said)
    return not sharing.may_see_place(viewer, row.called, flagged=flagged, nobody=row.nobody)


def viewer_of(caller: Caller, configuration: FactSet) -> sharing.Viewer:
    """The caller, as the rules of sharing know one."""
    kinds = {fact.said.agency: fact.said.kind for fact in configuration.current(AgencyDefined)}
    kind = kinds.get(caller.agency)
    return sharing.Viewer(caller.id, caller.roles, caller.areas, kind, caller.agency)


def force_of(agency: str, configuration: FactSet) -> str | None:
    """The police force that told of an order; None where somebody else did."""
    return agency if agency in _police(configuration) else None


def _told_by(person: OrdersPerson) -> set[str]:
    records = (record.agency for group in person.occurrences for record in group)
    return {*records, *(order.agency for order in person.orders), *(each.agency for each in person.assessed)}


def _police(configuration: FactSet) -> set[str]:
    known = (fact.said for fact in configuration.current(AgencyDefined))
    return {said.agency for said in known if said.kind is AgencyKind.POLICE}


async def reach_of_order(archive: Archive, row: OrdersOrder, configuration: FactSet) -> circulating.Reach:
    """An order, as the rules of circulating know one."""
    lines = row.circulation.teams
    sent = frozenset((line.team, line.agency) for line in lines if line.agency is not None)
    return await _reach_of_order(archive, row.order, row.agency, sent, configuration)


async def _reach_of_order(
    archive: Archive,
    order: str,
    agency: str,
    sent: frozenset[tuple[TeamKind, str]],
    configuration: FactSet,
) -> circulating.Reach:
    force = force_of(agency, configuration)
    if force is not None:
        return circulating.Reach(force, sent)
    mentions = set().union(*(each.mentions for each in await archive.fact(order)))
    people = [await archive.row(ORDERS_PERSON, each) for each in (await archive.places(mentions)).values()]
    told = set().union(*(_told_by(each) for each in people if isinstance(each, OrdersPerson)))
    clocks = await archive.row(ORDERS_CLOCKS, order)
    areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
    around = area_and_around(areas, clocks.area if isinstance(clocks, OrdersClocks) else None)
    return circulating.Reach(None, sent, frozenset(around), frozenset(told & _police(configuration)))


def reach_of(row: OrdersBreach, configuration: FactSet) -> sharing.Reach:
    """The breach, as the rules of sharing know one."""
    areas = {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}
    return sharing.Reach(area_and_around(areas, row.area), row.called, row.nobody)


async def _shown(
    runtime: Archive, row: OrdersBreach, versions: FactSet, viewer: sharing.Viewer, *, withheld: bool
) -> BreachShown:
    """``withheld``: places that other agencies say, for the victim is in a case that is not there for the
    reader, who was called all the same, or a record is flagged."""
    allowed, said = sharing.sections(viewer), await _said_of(runtime, [*row.victims, *row.respondents])
    only = viewer.agency if withheld else None
    known_people = [_person(runtime, each, "victim", allowed, only) for each in said[: len(row.victims)]]
    of_them = sharing.of_respondent(allowed)
    known_people += [_person(runtime, each, "respondent", of_them, only) for each in said[len(row.victims) :]]
    allowed -= {Sensitivity.LOCATION} if withheld else set()
    people = [person for person, _ in known_people]
    statuses = {row.order: row.status} if row.order else {}
    statuses |= {each.order: each.status for each in row.beside}
    orders = [await _order(runtime, row, root, held, allowed) for root, held in statuses.items()]
    breach = next(iter(versions.current(BreachReported)), None)
    sources = {source.fact for person in people for source in person.sections}
    used = {fact.id for fact in versions} | sources | {order.fact for order in orders if order.fact}
    used |= {step.root for step in row.answer.steps}.union(*(told for _, told in known_people))
    subjects = [f"p:{person}" for person in (*row.victims, *row.respondents)]
    incomplete = await runtime.incomplete([f"o:{row.cause}", *subjects])
    progress = sharing.may_progress(viewer)
    known = await pattern_of(runtime, row, allowed, officers=progress)
    used |= set(known.considered)
    shown = BreachShown.of(row, breach, people, orders, allowed, sorted(used), incomplete, progress, known)
    shown = shown.model_copy(update={"places_withheld": withheld})
    if not progress:
        return shown
    return shown.model_copy(
        update={"answer": shown.answer.model_copy(update={"steps": await _decided(runtime, row)})}
    )


async def _decided(runtime: Archive, row: OrdersBreach) -> list[StepShown]:
    """The steps of the answer, with what an officer of some rank decided and which."""
    found = []
    for line in row.answer.steps:
        shown = line.model_dump(include=set(StepShown.model_fields))
        facts = await runtime.fact(line.root) if line.step in breach_answer.NEEDS else FactSet()
        for fact in facts.current(BreachProgressed):
            shown |= fact.said.model_dump(include={"outcome", "rank", "by"})
        found.append(StepShown.model_validate(shown))
    return found


@dataclass(frozen=True, slots=True)
class _SaidOf:
    """What stands of somebody, by their mentions."""

    person: str
    mentions: set[str]
    facts: list[Fact[Said]]

    @property
    def flagged(self) -> bool | None:
        """Whether a record of theirs is flagged as sensitive, of those that orders hears of."""
        named = (each for fact in self.facts for each in fact.said.named if each.mention in self.mentions)
        return flagged(each.identity for each in named)


async def _said_of(runtime: Archive, people: Collection[str]) -> list[_SaidOf]:
    found = []
    for person in people:
        row = await runtime.row(ORDERS_PERSON, person)
        mentions = row.mentions if isinstance(row, OrdersPerson) else []
        facts = (await runtime.facts([f"m:{mention}" for mention in mentions])).current(Said)
        found.append(_SaidOf(person, set(mentions), facts))
    return found


def _person(
    runtime: Archive,
    of: _SaidOf,
    role: Literal["victim", "respondent"],
    allowed: frozenset[Sensitivity],
    only: str | None,
) -> tuple[PersonShown, set[str]]:
    """Somebody of the breach; of places those alone that the agency ``only`` says, where one is given."""
    shown = newest_sections(of.facts, of.mentions, allowed, only)
    if role == "respondent":
        return PersonShown(person=of.person, role=role, sections=shown), set()
    way, told = way_to(of.facts, of.mentions, runtime.clock.now())
    if way.contact and (only or Sensitivity.LOCATION not in allowed):
        way = way.without_address()
    return PersonShown(person=of.person, role=role, sections=shown, way=way, flagged=of.flagged), told


async def _order(
    runtime: Archive, row: OrdersBreach, root: str, held: StatusNow | None, allowed: frozenset[Sensitivity]
) -> OrderShown:
    facts = await runtime.fact(root)
    versions = facts.versions(root) if facts.current(OrderMade) else []
    place = held_at([(each.envelope, each.content) for each in versions], row.occurred)
    made = None if place is None else cast("Fact[OrderMade]", versions[place])
    varied = made is not None and made.version < versions[-1].version
    known = await order_row(runtime, root)
    asked = known.asked(runtime.clock.now()) if known else None
    because = row.order_because if root == row.order else None
    return OrderShown.of(root, held, made, row.occurred, allowed, asked, because, varied=varied)


async def out_of_date(archive: Archive, subjects: Collection[str]) -> set[str]:
    """Of these (``p:…``, ``o:…``) those whose row does not say all that is held here, after a moment too."""
    found = await archive.out_of_date(subjects)
    with suppress(TimeoutError):
        async with asyncio.timeout(certainty.WAITS.total_seconds()):
            while found:
                await asyncio.sleep(0.02)
                found = await archive.out_of_date(subjects)
    return found


async def order_row(archive: Archive, order: str) -> OrdersOrder | None:
    """An order, as far as its own facts tell; None where there is none here."""
    row = await archive.row(ORDERS_ORDER, order)
    return row if isinstance(row, OrdersOrder) else None


async def _fault_of(
    archive: Archive, caller: Caller, said: OrderCirculated | OrderQuestionAnswered
) -> tuple[str, str] | None:
    """What is wrong with a circulation, or with an answer to what an order leaves to ask. Raises Problem
    (404) unless the order is the caller's force's."""
    made = (await archive.fact(said.order)).current(OrderMade)
    configuration = await archive.configuration(AgencyDefined, AreaDefined)
    if not made:
        raise not_found()
    reach = await _reach_of_order(archive, said.order, made[0].agency, frozenset(), configuration)
    if not circulating.is_its_force(viewer_of(caller, configuration), reach):
        raise not_found()
    if said.version > made[0].version:
        return ("content.version", "no-such-version")
    if isinstance(said, OrderQuestionAnswered):
        return order_answers.fault(said)
    return circulation.fault(said, caller.agency)
