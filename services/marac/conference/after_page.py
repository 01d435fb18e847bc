"""What follows the meetings of one case, for whoever may see it; and a case as its transfer shows it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.rules.clocks import end_of
from contracts.rules.occurrence import LONDON
from contracts.rules.pattern import many_left
from contracts.vocabulary import AreaKind, ToldResult
from services.marac import casefile, shown_after
from services.marac.conference import following, rows, transferring
from services.marac.conference.after import AFTER
from services.marac.conference.after_rows import CaseAfter
from services.marac.conference.held import Held
from services.marac.conference.hers import contact_shown, way_then
from services.marac.conference.known import CaseKnown
from services.marac.rules import flags, sharing, told


def without_addresses(known: CaseKnown) -> CaseKnown:
    """A case for those who see it by its transfer alone: how its victim is reached, and no address of
    theirs, of a refuge or any other (``domain.md`` 1.9)."""
    victim = known.victim
    if victim is None:
        return known
    ways = [contact_shown(each, contacts=True, locations=False) for each in victim.contacts]
    bare = victim.model_copy(update={"contacts": ways, "locations": []})
    return replace(known, people={**known.people, victim.person: bare})


async def after_page(runtime: Runtime, caller: Caller, case: str) -> shown_after.AfterPage:
    """What follows the meetings of a case. Raises Problem (404)."""
    row, at = await following.seen(runtime, caller, case), runtime.clock.now()
    known = (await Held(runtime).known([row]))[0]
    after = await following.after_of(runtime, case) or CaseAfter(case=case, area=row.area, marac=row.marac)
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    around = area_and_around(areas, row.marac)
    page = shown_after.AfterPage(
        at=at,
        fresh_until=await runtime.fresh_until(),
        case=case,
        letters=row.letters,
        name=known.victim.identity.name if known.victim else None,
        without_answer=many_left(known.pattern.without_answer),
        way=known.way.without_contact(),
        mention=row.victim.mentions[0] if row.victim else None,
        met=list(after.met),
        until=after.until,
        flags=[(line, flags.stands(line.state, line.due, after.until, at)) for line in after.flags],
        told=after.told,
        told_asks=_asks(after, known),
        tell_due=after.tell_due,
        tell_tried=after.tell_tried,
        teller=after.teller,
        safe_to_tell=after.safe_to_tell,
        repeats=list(after.repeats),
        repeat_due=after.repeat_due,
        to_look_at=list(after.to_look_at),
        definition=after.definition,
        anchor=after.anchor,
        transfers=await transferring.shown(runtime, caller, await transferring.of_case(runtime, case)),
        maracs=_others(areas, row),
        may_follow_up=_acts(caller, {*row.areas, *row.transferred, *around}),
        may_send=_acts(caller, around),
        agencies=await following.names(runtime),
    )
    body = page.model_dump_json(exclude={"at", "fresh_until", "agencies", "maracs"}).encode()
    await runtime.shown(caller, AFTER.name, case, body, [row.fact, *_facts(known, page)])
    return page


def _asks(after: CaseAfter, known: CaseKnown) -> told.ToldAsks | None:
    """What is to be asked of the way by which the victim was told."""
    said = after.told
    if said is None or said.result is not ToldResult.TOLD:
        return None
    by_day = said.precision == "day"
    at = end_of(said.at.astimezone(LONDON).date()) if by_day else said.at
    return told.asks(said.method, way_then(known.victim, at), by_day=by_day)


def _facts(known: CaseKnown, page: shown_after.AfterPage) -> Iterator[str]:
    """What is shown of a case beside its referral: records, what was told, and the steps of its transfers."""
    roots = [each.root for each in (*page.repeats, *page.to_look_at)] + (
        [page.told.root] if page.told else []
    )
    yield from (known.newest.get(root, root) for root in roots)
    yield from (step.root for each in page.transfers for step in each.transfer.steps)


def _others(areas: Mapping[str, AreaDefined], row: rows.ConferenceCase) -> dict[str, str]:
    """The MARACs that a case can be sent to."""
    maracs = [each for each in areas.values() if each.kind is AreaKind.MARAC and each.area != row.marac]
    return {each.area: each.name for each in sorted(maracs, key=lambda each: each.name)}


def _acts(caller: Caller, around: Collection[str]) -> bool:
    coordinates = not sharing.RIGHTS[sharing.FOLLOW_UP].isdisjoint(caller.roles)
    return coordinates and sharing.may_act_in(caller.areas, around)
