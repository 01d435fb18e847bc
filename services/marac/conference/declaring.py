"""Who has a tie to which case of a meeting, as its attendees declare it before they are shown it."""

from collections.abc import Collection, Mapping

from chassis.accept import Taken, own_header
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.events.research import InterestDeclared, Tie
from contracts.sections import Name
from contracts.vocabulary import StaffRole
from services.marac import casefile, shown_research
from services.marac.conference import rows
from services.marac.conference.compose import area_name
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.hearing import sitting_of, was_there
from services.marac.conference.held import Held
from services.marac.conference.opposed import pairs_of
from services.marac.conference.research import INTERESTS, RESEARCH
from services.marac.conference.research_rows import InterestsRow, ResearchRow
from services.marac.conference.small import small
from services.marac.conference.ties import shut_out_of, ties, with_ties
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import agenda, sharing
from services.marac.rules.interests import has_tie
from services.marac.rules.research import is_asked


async def interests(runtime: Runtime, caller: Caller, meeting: str) -> shown_research.Interests:
    """The cases of a meeting that wait for the caller's word, those to which they declared no tie, and the
    ties of their colleagues. Raises Problem (404) unless they attend."""
    row = await _meeting(runtime, caller, meeting)
    said = await _ties(runtime, caller, row)
    waits, facts = await _by_names(runtime, {case for case, tie in said.items() if tie is None})
    declared, more = await _by_names(runtime, {case for case, tie in said.items() if tie is False})
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    page = shown_research.Interests(
        at=runtime.clock.now(),
        meeting=meeting,
        area_name=area_name(areas, row.area) or row.area,
        starts=row.starts,
        cases=waits,
        declared=declared,
        colleagues=await _of_colleagues(runtime, caller, {case for case, tie in said.items() if not tie}),
    )
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, INTERESTS.name, meeting, body, [*facts, *more])
    return page


async def undeclared(archive: Archive, caller: Caller, meeting: str) -> list[shown_research.Undeclared]:
    """The cases of a meeting that wait for the caller's word, where its MARAC has declaring here."""
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    if row is None or not row.declares:
        return []
    said = await _ties(archive, caller, row)
    return (await _by_names(archive, {case for case, tie in said.items() if tie is None}))[0]


async def waiting(archive: Archive, caller: Caller, meetings: Collection[str]) -> set[str]:
    """Those of these meetings of which a case waits for the caller's word."""
    found = await Held(archive).many(RESEARCH, ResearchRow, meetings, "meeting")
    asks = {row.meeting: {ask.case for ask in row.asks} for row in found.values() if row.declares}
    if not asks:
        return set()
    said = await ties(archive, caller, set().union(*asks.values()))
    cases = await small(archive, {case for case, tie in said.items() if tie is None})
    waits = {case for case, row in cases.items() if not row.withdrawn}
    return {meeting for meeting, of in asks.items() if not waits.isdisjoint(of)}


async def uncoordinated(archive: Archive, caller: Caller, cases: Collection[str]) -> list[str]:
    """To a chair the letters of those of these cases to which every coordinator who declared has a tie:
    nobody is left to see to them. Whatever the chair declared of them: of a case that is not there for them
    the letters alone are told, or nobody would be. Of one that is restricted to others nothing is."""
    if StaffRole.MARAC_CHAIR not in caller.roles:
        return []
    found = await Held(archive).many(INTERESTS, InterestsRow, cases, "case")
    tied = await _coordinators_tied(archive, caller, cases)
    pairs = await pairs_of(archive, set(cases).union(*tied.values()))
    shut = await shut_out_of(archive, caller, cases)

    def nobody_is_left(case: str) -> bool:
        gone = {person for person, theirs in tied.items() if has_tie(case, theirs, pairs)}
        declared = found[case].declared if case in found else ()
        return bool(gone) and gone.issuperset(each.person for each in declared if each.coordinates)

    return sorted(agenda.letters(case) for case in cases if case not in shut and nobody_is_left(case))


async def _coordinators_tied(archive: Archive, caller: Caller, cases: Collection[str]) -> dict[str, set[str]]:
    """Of each coordinator who declared a tie to any of these cases, or to others of the caller's areas, to
    which."""
    found: dict[str, set[str]] = {}
    for row in await with_ties(archive):
        for each in row.declared:
            if each.tie and each.coordinates:
                found.setdefault(each.person, set()).add(row.case)
    known = await Held(archive).many(COUNTED, CountedCase, set[str]().union(*found.values()), "case")
    theirs = {
        case
        for case, row in known.items()
        if case in cases or not {*row.slim.areas, *row.slim.transferred}.isdisjoint(caller.areas)
    }
    return {person: tied & theirs for person, tied in found.items() if tied & theirs}


async def declare(runtime: Runtime, caller: Caller, meeting: str, cases: list[Tie], key: str | None) -> Taken:
    """Record whether the caller has a tie to cases of a meeting. Raises Problem (404) unless they attend it
    and each of these is listed at it."""
    row = await _meeting(runtime, caller, meeting)
    shut = await shut_out_of(runtime, caller, [each.case for each in cases])
    if not {each.case for each in cases} <= {ask.case for ask in row.asks} - shut:
        raise not_found()
    content = InterestDeclared(person=caller.id, cases=cases)
    taken = await runtime.take(
        own_header(runtime.clock.now()),
        content,
        caller=caller,
        right=sharing.DECLARE_INTEREST,
        idempotency_key=key,
    )
    await runtime.folded(content.keys(taken.root))
    return taken


async def undo(runtime: Runtime, caller: Caller, meeting: str, root: str) -> None:
    """Withdraw a tie that a colleague declared by mistake, with all that they declared with it. Raises
    Problem (404) for anything that is not among the ties of the caller's colleagues at this meeting."""
    said = await _ties(runtime, caller, await _meeting(runtime, caller, meeting))
    theirs = await _of_colleagues(runtime, caller, {case for case, tie in said.items() if not tie})
    if root not in {each.root for each in theirs}:
        raise not_found()
    newest = (await runtime.fact(root)).versions(root)[-1]
    await runtime.revise(root, newest.version, None, None, caller=caller, right=sharing.DECLARE_INTEREST)
    await runtime.folded(newest.envelope.keys.split())


async def _meeting(archive: Archive, caller: Caller, meeting: str) -> ResearchRow:
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    if row is None or row.withdrawn:
        raise not_found()
    asked = is_asked(caller.roles, caller.areas, caller.agency, row.agencies or (), row.areas)
    sees = asked or sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
    if not sees and not was_there(caller, row.areas, (await sitting_of(archive, meeting)).in_the_room):
        raise not_found()
    return row


async def _ties(archive: Archive, caller: Caller, row: ResearchRow) -> dict[str, bool | None]:
    """What the caller declared of each case of a meeting; None: nothing yet."""
    return await ties(archive, caller, {ask.case for ask in row.asks})


async def _by_names(
    archive: Archive, wanted: Collection[str]
) -> tuple[list[shown_research.Undeclared], list[str]]:
    """Cases by letters and names, and the facts that they are shown from."""
    held = Held(archive)
    found = await held.many(CASE, rows.ConferenceCase, wanted, "case")
    cases = sorted((each for each in found.values() if not each.withdrawn), key=lambda each: each.letters)
    letters = agenda.told_apart(each.case for each in cases)
    people = {part.person for case in cases for part in (case.victim, *case.perpetrators) if part}
    persons = await held.many(PERSON, rows.ConferencePerson, people, "person")
    shown = [
        shown_research.Undeclared(
            case=each.case,
            letters=letters[each.case],
            victim=_name(each.victim, persons),
            perpetrators=[_name(part, persons) for part in each.perpetrators],
        )
        for each in cases
    ]
    return shown, [each.fact for each in cases]


async def _of_colleagues(
    archive: Archive, caller: Caller, cases: Collection[str]
) -> list[shown_research.ColleaguesTie]:
    """The ties to these cases that others of the caller's agency declared, the newest first."""
    said = await Held(archive).many(INTERESTS, InterestsRow, cases, "case")
    of: dict[str, list[str]] = {}
    for case, found in sorted(said.items()):
        for each in found.declared:
            if each.tie and each.person != caller.id:
                of.setdefault(each.root, []).append(agenda.letters(case))
    first = {root: (await archive.fact(root)).versions(root)[0] for root in of}
    ties = [
        shown_research.ColleaguesTie(root=root, letters=letters, declared=first[root].occurred)
        for root, letters in of.items()
        if first[root].agency == caller.agency
    ]
    return sorted(ties, key=lambda each: each.declared, reverse=True)


def _name(part: rows.CasePerson | None, persons: Mapping[str, rows.ConferencePerson]) -> Name | None:
    known = persons.get(part.person) if part else None
    return known.identity.name if known else None
