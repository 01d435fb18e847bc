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
from services.marac.conference.held import Held
from services.marac.conference.research import INTERESTS, RESEARCH
from services.marac.conference.research_rows import InterestsRow, ResearchRow
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import agenda, sharing


async def interests(runtime: Runtime, caller: Caller, meeting: str) -> shown_research.Interests:
    """The cases of a meeting that wait for the caller's word. Raises Problem (404) unless they attend."""
    row = await _meeting(runtime, caller, meeting)
    waits, cases, declared = await _waits(runtime, caller, row)
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    page = shown_research.Interests(
        at=runtime.clock.now(),
        meeting=meeting,
        area_name=area_name(areas, row.area) or row.area,
        starts=row.starts,
        cases=waits,
        declared=declared,
    )
    await runtime.shown(caller, INTERESTS.name, meeting, page.model_dump_json(exclude={"at"}).encode(), cases)
    return page


async def undeclared(archive: Archive, caller: Caller, meeting: str) -> list[shown_research.Undeclared]:
    """The cases of a meeting that wait for the caller's word, where its MARAC has declaring here."""
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    return (await _waits(archive, caller, row))[0] if row is not None and row.declares else []


async def uncoordinated(archive: Archive, caller: Caller, cases: Collection[str]) -> list[str]:
    """To a chair the letters of those of these cases to which every coordinator who declared has a tie:
    nobody is left to see to them. Whatever the chair declared of them: of a case that is not there for them
    the letters alone are told, or nobody would be."""
    if StaffRole.MARAC_CHAIR not in caller.roles:
        return []
    found = await Held(archive).many(INTERESTS, InterestsRow, cases, "case")
    words = {case: [each.tie for each in row.declared if each.coordinates] for case, row in found.items()}
    return sorted(agenda.letters(case) for case, ties in words.items() if ties and all(ties))


async def declare(runtime: Runtime, caller: Caller, meeting: str, cases: list[Tie], key: str | None) -> Taken:
    """Record whether the caller has a tie to cases of a meeting. Raises Problem (404) unless they attend it
    and each of these is listed at it."""
    row = await _meeting(runtime, caller, meeting)
    if not {each.case for each in cases} <= {ask.case for ask in row.asks}:
        raise not_found()
    said = InterestDeclared(person=caller.id, cases=cases)
    taken = await runtime.take(
        own_header(runtime.clock.now()),
        said,
        caller=caller,
        right=sharing.DECLARE_INTEREST,
        idempotency_key=key,
    )
    await runtime.folded(said.keys(taken.root))
    return taken


async def _meeting(archive: Archive, caller: Caller, meeting: str) -> ResearchRow:
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    if row is None or row.withdrawn:
        raise not_found()
    asked = sharing.is_asked(caller.roles, caller.areas, caller.agency, row.agencies or (), row.areas)
    if not asked and not sharing.may_see_meeting(caller.roles, caller.areas, row.areas):
        raise not_found()
    return row


async def _waits(
    archive: Archive, caller: Caller, row: ResearchRow
) -> tuple[list[shown_research.Undeclared], list[str], int]:
    """The cases that wait for the caller's word, the facts that they are shown from, and how many wait no
    more. One to which they declared a tie is in none of these."""
    held, listed = Held(archive), {ask.case for ask in row.asks}
    said = await held.many(INTERESTS, InterestsRow, listed, "case")
    ties = {case: found.tie_of(caller.id) for case, found in said.items()}
    open_ = {case for case in listed if ties.get(case) is None}
    found = await held.many(CASE, rows.ConferenceCase, open_, "case")
    cases = sorted((each for each in found.values() if not each.withdrawn), key=lambda each: each.letters)
    people = {part.person for case in cases for part in (case.victim, *case.perpetrators) if part}
    persons = await held.many(PERSON, rows.ConferencePerson, people, "person")
    waits = [
        shown_research.Undeclared(
            case=each.case,
            letters=each.letters,
            victim=_name(each.victim, persons),
            perpetrators=[_name(part, persons) for part in each.perpetrators],
        )
        for each in cases
    ]
    return waits, [each.fact for each in cases], list(ties.values()).count(False)


def _name(part: rows.CasePerson | None, persons: Mapping[str, rows.ConferencePerson]) -> Name | None:
    known = persons.get(part.person) if part else None
    return known.identity.name if known else None
