"""What people do about meetings and thresholds: load, ask a rule, record a fact in their agency's name."""

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import Known, ever_about, say_upon
from contracts.content import Choice, Content
from contracts.events.actions import ActionAgreed, ActionAnswered
from contracts.events.conference import CaseListed, MeetingCalled, Restricting
from contracts.events.configuration import AreaDefined
from contracts.events.listing import CaseRestricted, PartiesDecided, ReferralReturned
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.events.research import InterestDeclared, ResearchAnswered
from contracts.rules.areas import area_and_around, within_token
from services.marac import casefile
from services.marac.conference import action_plan, researching
from services.marac.conference.calling import AsCalled, as_called
from services.marac.conference.following import say, take_back, taken_back
from services.marac.conference.held import Held, visible
from services.marac.conference.rows import ConferenceCase
from services.marac.conference.ties import agencies_inside
from services.marac.conference.transferring import on_its_way
from services.marac.conference.views import CASE
from services.marac.conference.waiting import weighed
from services.marac.rules import restricting, sharing
from services.marac.rules.sitting import why_not_called_off


async def admit(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """Refuse a meeting, or anything that is set, of an area that is not the caller's, a listing unless
    they may see both the meeting and the case, and a decision about a case that they may not see; say which
    facts a return was decided by, who the parties are of whom one is the primary victim, who set what an area
    chooses, and whether who declares a tie coordinates. Raises Problem (404); Refused
    (422) for facts that the caller gives; Refused (409) for an answer that the caller's agency has given, and
    where a case is restricted on its way to another MARAC: nobody there could take it."""
    await _of_their_area(archive, caller, content)
    if isinstance(content, ResearchAnswered):
        await researching.admit(archive, caller, content, root)
    if isinstance(content, Choice):
        _nothing_given(content)
        return content.model_copy(update={"person": caller.id, "name": caller.name[:200].strip() or None})
    _by_whom(caller, content)
    if isinstance(content, CaseRestricted) and not content.lifted and await on_its_way(archive, content.case):
        raise Refused("transfer-on-its-way", "case", status=409)
    if isinstance(content, InterestDeclared):
        return content.model_copy(update={"coordinates": sharing.may_place_cases(caller.roles)})
    if isinstance(content, ActionAgreed | ActionAnswered):
        return await action_plan.admit(archive, caller, content)
    if isinstance(content, CaseListed):
        held, heard = await as_called(archive, content.meeting), await archive.row(CASE, content.case)
        if not isinstance(heard, ConferenceCase) or not await visible(archive, caller, [heard]):
            raise not_found()
        if held is None or held.row.withdrawn:
            raise not_found()
        return content.model_copy(update=await _restricted(archive, content.case))
    if isinstance(content, ReferralReturned | PartiesDecided):
        return await _decided(archive, caller, content, root)
    return content


async def _restricted(archive: Archive, case: str) -> dict[str, object]:
    """What restricts a case that is put on an agenda, and whom it may be asked of."""
    by = await agencies_inside(archive, case)
    inside = restricting.still_inside(by, ())
    return {
        "inside": None if inside is None else [*inside],
        "restricting": [Restricting(case=each, inside=[*known]) for each, known in by.items()],
    }


async def _decided(
    archive: Archive, caller: Caller, content: ReferralReturned | PartiesDecided, root: str
) -> Content:
    """A decision with what is Goldthread's to give."""
    _nothing_given(content)
    if isinstance(content, ReferralReturned):
        return content.model_copy(update=await weighed(archive, caller, content.case))
    return content.model_copy(update=await _parties(archive, content.case, root))


def _nothing_given(content: Content) -> None:
    given = next((name for name in content.given if getattr(content, name)), None)
    if given:
        raise Refused("given-by-goldthread", f"body.content.{given}")


async def _parties(archive: Archive, case: str, root: str) -> dict[str, object]:
    """A mention of each party of a case: what is decided of them is filed under each. Other words about it
    later are of those of whom it was decided."""
    for before in (await archive.fact(root)).versions(root):
        if isinstance(before.content, PartiesDecided) and before.content.victim:
            return before.content.model_dump(include={"victim", "other_parties"})
    decided = await archive.row(CASE, case)
    if not isinstance(decided, ConferenceCase) or decided.victim is None:
        return {}
    others = [each.mentions[0] for each in decided.perpetrators]
    return {"victim": decided.victim.mentions[0], "other_parties": others}


def _by_whom(caller: Caller, content: Content) -> None:
    """A tie is one's own to declare; and to whom somebody may restrict a case is a rule."""
    if isinstance(content, InterestDeclared) and content.person != caller.id:
        raise Refused("not-yours-to-say", "person")
    if isinstance(content, CaseRestricted) and not content.lifted:
        refusal = restricting.no_restricting(caller.id, [each.person for each in content.to])
        if refusal is not None:
            raise Refused(refusal, "body.to")


async def revisable(archive: Archive, caller: Caller, content: Content) -> None:
    """Refuse to correct or withdraw what is of an area that is not the caller's, or of a case to whose
    parties they have a tie; what their agency is asked no more; and their own tie: a colleague undoes it.
    To whom a case is restricted is said anew, and never as somebody once said it: whoever was shut out would
    be inside again. Raises Problem (404); Refused (409)."""
    await _of_their_area(archive, caller, content)
    await _of_no_tie(archive, caller, content)
    if isinstance(content, ResearchAnswered):
        await researching.asked_for(archive, caller, content.meeting, content.case)
    if isinstance(content, InterestDeclared) and content.person == caller.id:
        raise not_found()
    if isinstance(content, CaseRestricted):
        raise Refused("said-anew", status=409)


async def readable(archive: Archive, caller: Caller, fact: Fact[Content]) -> None:
    """Refuse what their agency said of an area that is not the caller's, or of a case to whose parties they
    have a tie. Raises Problem (404)."""
    content = fact.content
    if content is None:
        return
    await _of_their_area(archive, caller, content)
    await _of_no_tie(archive, caller, content)
    if isinstance(content, ResearchAnswered | InterestDeclared):
        held = Held(archive)
        cases = await held.many(CASE, ConferenceCase, _cases_of(content), "case")
        meetings = (await held.meetings_of(cases.values())).values()
        reach = {area for row in cases.values() for area in (*row.areas, *row.transferred)}
        if not within_token(caller.areas, reach.union(*(row.areas for row in meetings))):
            raise not_found()


async def _of_no_tie(archive: Archive, caller: Caller, content: Content) -> None:
    if await researching.kept_from(archive, caller, _cases_of(content)):
        raise not_found()


def _cases_of(content: Content) -> set[str]:
    """The cases that a listing, a restriction, an answer to research or a declaration is about."""
    if isinstance(content, InterestDeclared):
        return {each.case for each in content.cases}
    return {content.case} if isinstance(content, CaseListed | CaseRestricted | ResearchAnswered) else set()


async def _of_their_area(archive: Archive, caller: Caller, content: Content) -> None:
    if isinstance(content, MeetingCalled | Choice):
        known = casefile.areas_of(await archive.configuration(AreaDefined))
        if not sharing.may_act_in(caller.areas, area_and_around(known, content.area)):
            raise not_found()
    if isinstance(content, MeetingCalled) and not sharing.may_call(caller.roles, emergency=content.emergency):
        raise not_found()
    if isinstance(content, CaseRestricted | ReferralReturned | PartiesDecided):
        decided = await archive.row(CASE, content.case)
        if not isinstance(decided, ConferenceCase) or not await visible(archive, caller, [decided]):
            raise not_found()
    if isinstance(content, ActionAgreed | ActionAnswered):
        await action_plan.theirs_to_say(archive, caller, content)
    if isinstance(content, CaseListed):
        held = await as_called(archive, content.meeting)
        if held is None or not sharing.may_see_meeting(caller.roles, caller.areas, held.row.areas):
            raise not_found()


async def record_upon(
    runtime: Runtime, caller: Caller, said: Content, right: str, *, name: str, known: Known, upon: int
) -> Taken:
    """As ``say_upon``; before it is looked at what changed, Problem (404) for what is not the caller's."""
    await _of_their_area(runtime, caller, said)
    return await say_upon(runtime, caller, said, right, name=name, known=known, upon=upon)


async def call_meeting(runtime: Runtime, caller: Caller, said: MeetingCalled, key: str | None) -> Taken:
    """Call a meeting of one of the caller's areas. Raises Problem (404) for another's."""
    needed = sharing.CALL_EMERGENCY if said.emergency else sharing.CALL_MEETING
    return await say(runtime, caller, said, needed, key)


async def change_meeting(
    runtime: Runtime, caller: Caller, meeting: str, said: MeetingCalled, upon: int, key: str | None = None
) -> Taken:
    """Say a meeting anew as a whole, upon the version of it that was seen, whichever agency called it. Said
    again under one key, it has the first answer. Raises Problem (404) for one that is not the caller's, or
    was called off; Refused (409) for one that is closed, (412) where somebody has changed it since."""
    first, right = await runtime.said_under(caller, key), sharing.CALL_MEETING
    if first is None or first.root != meeting:
        await _open_to(runtime, caller, meeting)
    header = own_header(first.occurred if first else runtime.clock.now())
    taken = await runtime.revise(meeting, upon, header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(meeting))
    return taken


async def call_off(
    runtime: Runtime, caller: Caller, meeting: str, upon: int, key: str | None = None
) -> Taken:
    """Call a meeting off, so that its cases wait again. Raises as ``change_meeting``; Refused (409) for one
    that has recorded something of a case, which nobody could read any more: it is closed instead, and the
    cases that it did not come to wait again."""
    again = await taken_back(runtime, caller, key, MeetingCalled, f"o:{meeting}")
    if again is not None:
        return again
    called = await _open_to(runtime, caller, meeting)
    why = why_not_called_off(closed=called.row.closed, recorded=bool(called.row.recorded))
    if why is not None:
        raise Refused(why, "meeting", status=409)
    right = sharing.CALL_MEETING
    taken = await runtime.revise(meeting, upon, None, None, caller=caller, right=right, idempotency_key=key)
    await runtime.folded([f"o:{meeting}"])
    return taken


async def _open_to(runtime: Runtime, caller: Caller, meeting: str) -> AsCalled:
    """A meeting that the caller may change. Raises Problem (404); Refused (409)."""
    called = await as_called(runtime, meeting)
    if called is None or called.row.withdrawn:
        raise not_found()
    row = called.row
    said = MeetingCalled(area=row.area, starts=row.starts, emergency=row.emergency)
    await _of_their_area(runtime, caller, said)
    if row.closed:
        raise Refused("meeting-closed", "meeting", status=409)
    return called


async def take_off(
    runtime: Runtime, caller: Caller, meeting: str, case: str, upon: int, key: str | None = None
) -> Taken:
    """Take a case off the agenda of a meeting, whoever listed it. Raises Problem (404) unless it stands there
    and the caller may see it; Refused (412) where somebody has changed the meeting since; Refused (409) where
    it is closed, or has recorded something of the case."""
    said = CaseListed(case=case, meeting=meeting)
    again = await taken_back(runtime, caller, key, CaseListed, f"k:{case}", f"o:{meeting}")
    if again is not None:
        return again
    called = await _open_to(runtime, caller, meeting)
    await admit(runtime, caller, said, "")
    _, stands = await _listings(runtime, said)
    if not stands:
        raise not_found()
    if called.version != upon:
        raise Refused("changed-since", "If-Match", status=412)
    if case in called.row.recorded:
        raise Refused("case-recorded", "case", status=409)
    return await take_back(runtime, caller, [each.root for each in stands], sharing.LIST_CASE, key)


async def list_case(runtime: Runtime, caller: Caller, meeting: str, case: str) -> Taken:
    """Put a case on the agenda of a meeting. Raises Problem (404) unless the caller may see both.

    A case stands there by one fact, so that taking that off takes it off: whoever lists it again, and whoever
    was second of two at once, has the receipt of the first. It is taken off, and can be listed anew.
    """
    said = CaseListed(case=case, meeting=meeting)
    await admit(runtime, caller, said, "")
    before, stands = await _listings(runtime, said)
    if not stands:
        header, only = own_header(runtime.clock.now()), f"listing {meeting} {case} {before}"
        try:
            taken = await runtime.take(header, said, caller=caller, right=sharing.LIST_CASE, only=only)
        except Refused as refused:
            _, stands = await _listings(runtime, said)
            if refused.fault != "same-key-other-content" or not stands:
                raise
        else:
            await runtime.folded(said.keys(taken.root))
            return taken
    first = stands[0]
    return Taken(first.id, first.root, first.version, first.accepted, repeated=True)


async def _listings(archive: Archive, said: CaseListed) -> tuple[int, list[Fact[CaseListed]]]:
    """How much was ever said of a case at a meeting, and the facts that stand by which it is listed there,
    the first first."""
    facts = await archive.facts([f"o:{said.meeting}"])
    stands = [each for each in facts.current(CaseListed) if _same(each.said, said)]
    return len(ever_about(facts, lambda content: _same(content, said))), stands


def _same(content: Content, said: CaseListed) -> bool:
    return isinstance(content, CaseListed) and (content.case, content.meeting) == (said.case, said.meeting)


async def set_number(
    runtime: Runtime, caller: Caller, said: PopulationSet | CapacitySet, key: str | None
) -> Taken:
    """Set how many women live in one of the caller's areas, or how many work for it. Raises Problem (404) for
    another's."""
    right = sharing.SET_POPULATION if isinstance(said, PopulationSet) else sharing.SET_CAPACITY
    return await say(runtime, caller, said, right, key)
