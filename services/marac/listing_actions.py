"""What persons decide of a referral before it is heard, an emergency meeting, what a MARAC chooses; and
what the referrer's agency is told. Rules decide; each look is on record."""

from collections.abc import Sequence
from typing import cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Taken
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import ever_about
from contracts.content import AreaId, Content
from contracts.envelope import Id
from contracts.events.conference import MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from contracts.events.listing import MaracSet, PartiesDecided, ReferralReturned
from contracts.rules.areas import area_and_around
from contracts.sections import Line, Narrative, Text
from contracts.times import Moment
from contracts.vocabulary import PartiesAnswer
from services.marac import actions, casefile, shown_listing
from services.marac.conference import rows
from services.marac.conference.following import say
from services.marac.conference.held import Held
from services.marac.conference.listing import LISTING
from services.marac.conference.listing_rows import CaseListing
from services.marac.conference.queries import visible_cases
from services.marac.conference.ties import tied
from services.marac.conference.views import CASE
from services.marac.conference.waiting import VIEW, ever_of_parties, maracs_of, others_of
from services.marac.rules import agenda, sharing
from services.marac.rules.chosen import Chosen, chosen, history, is_of


class Asked(BaseModel):
    """Base of what is asked for."""

    model_config = ConfigDict(extra="forbid")


class ToReturn(Asked):
    """A referral goes back to whoever made it."""

    advice: Text = Field(description="what the referrer's agency can do now")
    reason: Text = Field(description="why it is not listed")


class ToDecide(Asked):
    """Who is the primary victim of a case."""

    decision: PartiesAnswer
    reason: Text


class Emergency(Asked):
    """A meeting that cannot wait, with the case that it is for."""

    area: AreaId
    starts: Moment | None = Field(default=None, description="none given: now")
    venue: Line | None = Field(default=None, description="or the telephone number to join by")
    case: Id | None = None
    chair: Id | None = None
    chair_name: Line | None = None


async def return_referral(
    runtime: Runtime, caller: Caller, case: str, asked: ToReturn, key: str | None
) -> Taken:
    """Return a referral with advice. Raises Problem (404) unless the caller sees the case; Refused (409)
    where a MARAC took it over."""
    said = ReferralReturned(
        case=case, advice=Narrative(text=asked.advice), reason=Narrative(text=asked.reason)
    )
    return await say(runtime, caller, said, sharing.RETURN_REFERRAL, key)


async def decide_parties(runtime: Runtime, caller: Caller, case: str, asked: ToDecide, upon: int) -> Taken:
    """Say who is the primary victim, upon what was decided by now. Raises Problem (404) unless the caller
    sees the case; Refused (412) where somebody has decided since."""
    said = PartiesDecided(case=case, decision=asked.decision, reason=Narrative(text=asked.reason))
    name, right = f"parties {case}", sharing.DECIDE_PARTIES

    async def known() -> Sequence[Fact[Content]]:
        return ever_of_parties(await runtime.facts([f"k:{case}"]), case)

    return await actions.record_upon(runtime, caller, said, right, name=name, known=known, upon=upon)


async def call_emergency(runtime: Runtime, caller: Caller, asked: Emergency, key: str | None) -> Taken:
    """Call an emergency meeting, and list its case. Asked again under one key it is the first meeting. Raises
    Problem (404) for an area or a case that is not the caller's: then nothing is called."""
    if asked.case is not None and asked.case not in await visible_cases(runtime, caller, [asked.case]):
        raise not_found()
    first = await runtime.said_under(caller, key)
    before = first.content if first and isinstance(first.content, MeetingCalled) else None
    said = MeetingCalled(
        area=asked.area,
        starts=asked.starts or (before.starts if before else runtime.clock.now()),
        venue=asked.venue,
        emergency=True,
        chair=asked.chair,
        chair_name=asked.chair_name,
    )
    taken = await actions.call_meeting(runtime, caller, said, key)
    if asked.case is not None:
        await actions.list_case(runtime, caller, taken.root, asked.case)
    return taken


async def choose(
    runtime: Runtime, caller: Caller, said: MaracSet, upon: int, dash: ThresholdSet | None = None
) -> Taken:
    """Set what a MARAC chooses for itself, upon what was set by now; then, if it is given, its Dash score.
    Raises as ``set_upon``."""
    taken = await set_upon(runtime, caller, said, upon)
    if dash is not None:
        await set_upon(runtime, caller, dash, upon + 1)
    return taken


async def set_upon(runtime: Runtime, caller: Caller, said: MaracSet | ThresholdSet, upon: int) -> Taken:
    """Set one thing of an area, upon all that was set of it by now. Raises Problem (404) for another's area;
    Refused (412) where somebody has set anything since."""
    name, right = f"choices {said.area}", sharing.SET_THRESHOLD

    async def known() -> Sequence[Fact[Content]]:
        return _ever_set(await runtime.configuration(MaracSet, ThresholdSet), said.area)

    return await actions.record_upon(runtime, caller, said, right, name=name, known=known, upon=upon)


def _ever_set(configuration: FactSet, area: str) -> Sequence[Fact[Content]]:
    return ever_about(configuration, lambda said: is_of(said, area))


async def areas(runtime: Runtime, caller: Caller, case: str | None = None) -> shown_listing.Areas:
    """The MARACs of the caller's areas, and which of them hears a case that the caller may see."""
    defined = casefile.areas_of(await runtime.configuration(AreaDefined))
    seen = await visible_cases(runtime, caller, [case] if case else [])
    return shown_listing.Areas(
        at=runtime.clock.now(),
        areas={area: defined[area].name for area in maracs_of(caller, defined)},
        of_case=seen[case].marac if case in seen else None,
    )


async def same_people(runtime: Runtime, caller: Caller, case: str) -> shown_listing.SamePeople | None:
    """What whoever calls an emergency meeting about a case is to know of its people first, as whoever lists
    does. None: they may not see the case."""
    seen = await visible_cases(runtime, caller, [case])
    for known in await Held(runtime).known(seen.values(), caller):
        page = shown_listing.SamePeople(
            at=runtime.clock.now(),
            case=case,
            disputed=known.case.disputed,
            in_doubt=bool(known.in_doubt),
            others=(await others_of(runtime, caller, [known]))[case],
        )
        await runtime.shown(caller, VIEW, case, page.seen, [known.case.fact])
        return page
    return None


async def choices(runtime: Runtime, caller: Caller, area: str) -> shown_listing.Choices:
    """What holds in an area, and all that was set for it. Raises Problem (404) for another's."""
    configuration = await runtime.configuration(AgencyDefined, AreaDefined, MaracSet, ThresholdSet)
    defined, agencies = casefile.areas_of(configuration), casefile.agencies_of(configuration)
    if area not in defined or not sharing.may_act_in(caller.areas, area_and_around(defined, area)):
        raise not_found()
    names = {agency: each.name for agency, each in agencies.items()}
    return shown_listing.Choices(
        at=runtime.clock.now(),
        area=area,
        area_name=defined[area].name,
        version=len(_ever_set(configuration, area)),
        chosen=_chosen_shown(chosen(configuration, area)),
        history=[_set(fact, names) for fact in history(configuration, area)],
    )


def _chosen_shown(own: Chosen) -> shown_listing.ChosenShown:
    return shown_listing.ChosenShown(
        repeat_definition=own.definition,
        repeat_anchor=own.anchor,
        dash=own.dash,
        escalation=own.escalation,
        local=own.local,
        slots=own.slots,
        slots_set=own.slots_set,
        closes_days=own.closes_days,
    )


def _set(fact: Fact[MaracSet | ThresholdSet], names: dict[str, str]) -> shown_listing.ChoiceSet:
    said = fact.said
    number = said if isinstance(said, ThresholdSet) else None
    return shown_listing.ChoiceSet(
        root=fact.root,
        at=fact.occurred,
        agency=fact.agency,
        agency_name=names.get(fact.agency, fact.agency),
        person=said.person,
        name=said.name,
        threshold=number.threshold if number else None,
        value=number.value if number else None,
        set=said.unsigned() if isinstance(said, MaracSet) else None,
    )


async def returned(runtime: Runtime, caller: Caller) -> shown_listing.ReturnedReferrals:
    """The referrals of the caller's own agency that were returned and have not come back, the newest
    first; not those to which the caller declared a tie."""
    held, names = Held(runtime), casefile.agencies_of(await runtime.configuration(AgencyDefined))
    order = select(LISTING.table).where(col(LISTING.table.referred_by) == caller.agency)  # type: ignore[attr-defined]
    own = cast("list[CaseListing]", await runtime.rows(LISTING, order))
    ids = {row.case for row in own if sharing.may_see_returned(caller.agency, row.referred_by)}
    ids -= await tied(runtime, caller, ids)
    cases = await held.many(CASE, rows.ConferenceCase, ids, "case")
    known = [each for each in await held.known(cases.values()) if each.away and not each.case.withdrawn]
    found = [
        shown_listing.ReturnedReferral(
            case=each.case.case,
            letters=agenda.letters(each.case.case),
            referred=each.case.referred,
            returned=said.at,
            by=said.agency,
            by_name=names[said.agency].name if said.agency in names else said.agency,
            advice=said.advice,
            reason=said.reason,
        )
        for each in known
        if each.listing and (said := each.listing.returned)
    ]
    page = shown_listing.ReturnedReferrals(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        referrals=sorted(found, key=lambda each: each.returned, reverse=True),
    )
    facts = {each.listing.returned.fact for each in known if each.listing and each.listing.returned}
    await runtime.shown(caller, LISTING.name, caller.id, page.seen, facts)
    return page
