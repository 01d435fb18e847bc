"""What an agency is asked to find before a meeting, answers, and what of it is shown to whom. An agency sees
its own lines alone; readers of the case see what every agency answered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.store.tables import micros
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.research import ResearchAnswered
from services.marac import casefile, shown_research
from services.marac.conference import rows
from services.marac.conference.compose import area_name
from services.marac.conference.following import say
from services.marac.conference.held import Held
from services.marac.conference.opposed import pairs_of
from services.marac.conference.own_clocks import CALENDARS
from services.marac.conference.research import ANSWERS, RESEARCH
from services.marac.conference.research_rows import (
    Answer,
    AnswersRow,
    Ask,
    Reply,
    ResearchRow,
    ResearchTable,
)
from services.marac.conference.small import small
from services.marac.conference.ties import restrictions, tied, with_ties
from services.marac.conference.views import PERSON
from services.marac.rules import research as rule
from services.marac.rules import sharing
from services.marac.rules.emergency import over_at
from services.marac.rules.interests import has_tie
from services.marac.rules.research import Research

OPEN = (Research.ASKED, Research.LATE)
ANSWERED: tuple[Any, ...] = (2,)
"""In an agency's list what is answered comes after this place."""


@dataclass(frozen=True, slots=True)
class Request:
    """A case of a meeting of which the caller's agency is asked."""

    meeting: ResearchRow
    ask: Ask
    case: rows.ConferenceCase


async def admit(archive: Archive, caller: Caller, said: ResearchAnswered, root: str) -> None:
    """Refuse an answer that nobody asked the caller's agency for (404), one about somebody whom the case does
    not name or without somebody whom it does (422), and a second one of the agency, which corrects its first
    (409). One that stands as it is said again is taken already; one that is put back is not."""
    before = (await archive.fact(root)).versions(root)
    if before and before[-1].content == said:
        return
    request = await asked_for(archive, caller, said.meeting, said.case)
    people = [frozenset(each.mentions) for each in people_of(request.case)]
    for at, each in enumerate(said.people):
        if not any(each.person in mentions for mentions in people):
            raise Refused("not-of-case", f"body.people.{at}.person")
    answered = {each.person for each in said.people}
    if any(answered.isdisjoint(mentions) for mentions in people):
        raise Refused("people-left-out", "body.people")
    own = await _answered(archive, caller, said)
    if own and root not in own:
        raise Refused("answered-meanwhile", status=409)


async def waiting(runtime: Runtime, caller: Caller, page: Paging) -> shown_research.ResearchWaiting:
    """All that the caller's agency is asked, emergencies and then the first to be late first, with the first
    page of what it has answered; then its further pages."""
    at, starts = runtime.clock.now(), col(ResearchTable.starts)
    open_ = select(ResearchTable).where(~col(ResearchTable.withdrawn), starts > at - rule.LISTED_FOR)
    meetings = [row for row in await _rows(runtime, open_) if _is_asked(caller, row)]
    cases = await _cases(runtime, caller, {ask.case for row in meetings for ask in row.asks})
    requests = [
        Request(row, ask, cases[ask.case]) for row in meetings for ask in row.asks if ask.case in cases
    ]
    asks = {
        (part, micros(each.ask.due), each.ask.case, each.meeting.meeting): each
        for each in requests
        if (part := _part(each, caller.agency, at)) is not None
    }
    places = sorted(asks)
    waits = [] if page.after else [place for place in places if place < ANSWERED]
    after = max(page.after or ANSWERED, ANSWERED)
    here, further = page.cut([place for place in places if place > after], lambda place: place)
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    listed = [_asked(asks[place], caller.agency, areas, at) for place in (*waits, *here)]
    shown = shown_research.ResearchWaiting(
        at=at,
        waits=[each for each in listed if each.state in OPEN],
        answered=[each for each in listed if each.state not in OPEN],
        next=further,
    )
    await _record(runtime, caller, caller.id, shown, [cases[each.case].fact for each in listed])
    return shown


async def request(
    runtime: Runtime, caller: Caller, meeting: str, case: str
) -> shown_research.ResearchRequest:
    """Whom to look for, what the caller's agency has said of them, and what it answered. Raises Problem
    (404) unless it is asked."""
    found = await asked_for(runtime, caller, meeting, case)
    at, held = runtime.clock.now(), Held(runtime)
    known = await runtime.configuration(AgencyDefined, AreaDefined)
    people = people_of(found.case)
    persons = await held.many(PERSON, rows.ConferencePerson, {each.person for each in people}, "person")
    answer = await _own(runtime, caller, meeting, case)
    about = {each.person for each in answer.people} if answer else None
    sought = [_sought(each, persons.get(each.person), caller.agency, about) for each in people]
    page = shown_research.ResearchRequest(
        at=at,
        asked=_asked(found, caller.agency, casefile.areas_of(known), at),
        agency_name=agency_names(casefile.agencies_of(known), [caller.agency])[caller.agency],
        people=sought,
        answer=answer,
    )
    ours = [line.fact for each in sought for line in each.ours]
    answered = [page.answer.fact] if page.answer else []
    await _record(runtime, caller, case, page, [found.case.fact, *ours, *answered])
    return page


async def answer(
    runtime: Runtime, caller: Caller, said: ResearchAnswered, over: tuple[str, int] | None, key: str | None
) -> Taken:
    """Record what the caller's agency holds; ``over``: the answer of theirs that this corrects, and the
    version at hand. Said again under one key, it has the first answer. Raises Refused: 409 where somebody of
    the agency has answered meanwhile, 412 where they have corrected it; Problem (404) unless it is asked."""
    if over is None:
        first = await runtime.said_under(caller, key)
        if first and first.content == said:
            return Taken(first.id, first.root, first.version, first.accepted, repeated=True, content=said)
        return await say(runtime, caller, said, sharing.ANSWER_RESEARCH, key)
    header, right = own_header(runtime.clock.now()), sharing.ANSWER_RESEARCH
    taken = await runtime.revise(*over, header, said, caller=caller, right=right)
    await runtime.folded(said.keys(taken.root))
    return taken


def _part(request: Request, agency: str, at: datetime) -> int | None:
    """In which part of an agency's list a case stands: what waits of an emergency, what else waits, what is
    answered; None: it is not asked."""
    meeting, people = request.meeting, people_of(request.case)
    state = cell_of(meeting, request.ask, agency, at, people).state
    if state in OPEN:
        return 0 if _is_emergency(meeting, at) else 1
    return None if state is Research.NOBODY_INSIDE else 2


def _is_emergency(meeting: ResearchRow, at: datetime) -> bool:
    return meeting.emergency and at < over_at(meeting.starts)


def _asked(
    request: Request, agency: str, areas: Mapping[str, AreaDefined], at: datetime
) -> shown_research.Asked:
    meeting, ask = request.meeting, request.ask
    cell = cell_of(meeting, ask, agency, at, people_of(request.case))
    return shown_research.Asked(
        meeting=meeting.meeting,
        case=ask.case,
        letters=request.case.letters,
        area_name=area_name(areas, meeting.area) or meeting.area,
        starts=meeting.starts,
        due=cell.due or ask.due,
        state=cell.state,
        again=cell.again,
        emergency=_is_emergency(meeting, at),
    )


def cell_of(
    meeting: ResearchRow, ask: Ask, agency: str, at: datetime, people: Iterable[rows.CasePerson]
) -> shown_research.Cell:
    """How far an agency has come at a time with a case of a meeting, of these people."""
    replies = [each for each in meeting.replies if each.case == ask.case and each.agency == agency]
    first = min((each.first for each in replies), default=None)
    nothing = all(each.nothing for each in replies)
    asked = ask.is_for(agency)
    again = due_again(meeting, ask, replies, people) if replies and asked else None
    state = rule.state(
        answered=bool(replies) and again is None, nothing=nothing, due=again or ask.due, at=at, asked=asked
    )
    if again:
        return shown_research.Cell(
            agency=agency, state=state, late=again < at, after=False, again=True, due=again
        )
    late, after = ask.due < (first or at) and asked, first is not None and first > meeting.starts
    return shown_research.Cell(agency=agency, state=state, late=late, after=after)


def due_again(
    meeting: ResearchRow, ask: Ask, replies: Iterable[Reply], people: Iterable[rows.CasePerson]
) -> datetime | None:
    """Until when an agency that answered is to answer of those whom its answer is not about; None: it is
    about all of these people, or the rest is asked of nobody."""
    about = {person for each in replies for person in each.people}
    named = [each.named for each in people if about.isdisjoint(each.mentions)]
    return rule.due_again(named, meeting.starts, ask.due, CALENDARS)


async def asked_at(archive: Archive, caller: Caller, meetings: Collection[str]) -> set[str]:
    """Those of these meetings at which the caller's agency is asked of a case that is there for them."""
    found = await Held(archive).many(RESEARCH, ResearchRow, meetings, "meeting")
    asks = {
        row.meeting: {ask.case for ask in row.asks if ask.is_for(caller.agency)}
        for row in found.values()
        if _is_asked(caller, row)
    }
    there = await _cases(archive, caller, set[str]().union(*asks.values()))
    return {meeting for meeting, cases in asks.items() if not there.keys().isdisjoint(cases)}


def _is_asked(caller: Caller, row: ResearchRow) -> bool:
    return not row.withdrawn and rule.is_asked(
        caller.roles, caller.areas, caller.agency, row.agencies or (), row.areas
    )


async def asked_for(archive: Archive, caller: Caller, meeting: str, case: str) -> Request:
    """A case of a meeting that is asked of the caller's agency. Raises Problem (404)."""
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    ask = next((each for each in row.asks if each.case == case), None) if row else None
    if row is None or ask is None or not _is_asked(caller, row):
        raise not_found()
    found = (await _cases(archive, caller, [case])).get(case)
    if found is None:
        raise not_found()
    return Request(row, ask, found)


async def _cases(archive: Archive, caller: Caller, cases: Iterable[str]) -> dict[str, rows.ConferenceCase]:
    """Those of these cases that stand, and that are there for the caller: by their small rows."""
    wanted = set(cases)
    wanted -= await kept_from(archive, caller, wanted)
    found = await small(archive, wanted)
    return {case: row for case, row in found.items() if not row.withdrawn}


async def kept_from(archive: Archive, caller: Caller, cases: Collection[str]) -> set[str]:
    """Those of these cases that are not there for the caller, as ``tied`` says it; nor for an agency's
    system, where it is restricted, whoever is named, or anybody of the agency declared a tie."""
    if not cases:
        return set()
    kept = await tied(archive, caller, cases)
    if not rule.is_system(caller.roles):
        return kept
    kept |= (await restrictions(archive, cases)).keys()
    theirs = {row.case for row in await with_ties(archive) if row.has_tie_of(caller.agency)}
    pairs = await pairs_of(archive, {*cases, *theirs})
    return kept | {case for case in cases if has_tie(case, theirs, pairs)}


async def _own(archive: Archive, caller: Caller, meeting: str, case: str) -> Answer | None:
    """The newest answer of the caller's agency for a meeting."""
    row = await Held(archive).one(ANSWERS, AnswersRow, case)
    answers = row.answers if row else ()
    return next((each for each in answers if (each.agency, each.meeting) == (caller.agency, meeting)), None)


async def _answered(archive: Archive, caller: Caller, said: ResearchAnswered) -> set[str]:
    """The answers of the caller's agency of a case for a meeting, by root: from the facts, which are there
    before the row has them."""
    facts = (await archive.facts([f"k:{said.case}"])).current(ResearchAnswered)
    return {each.root for each in facts if (each.agency, each.said.meeting) == (caller.agency, said.meeting)}


def people_of(case: rows.ConferenceCase) -> list[rows.CasePerson]:
    """Everybody whom the referral of a case names: the victim first."""
    return [*([case.victim] if case.victim else []), *case.perpetrators, *case.children]


def _sought(
    part: rows.CasePerson, known: rows.ConferencePerson | None, agency: str, about: set[str] | None
) -> shown_research.Sought:
    who = known.identity if known else rows.Identity()
    lines = known.lines if known else []
    return shown_research.Sought(
        person=part.mentions[0],
        role=part.role,
        relationship=part.relationship,
        names=list(who.names) or ([who.name] if who.name else []),
        aliases=list(who.aliases),
        born=list(who.born),
        sex=who.sex,
        ours=[line for line in lines if line.agency == agency and line.said is not None],
        since=about is not None and not about & set(part.mentions),
    )


async def _rows(runtime: Runtime, statement: object) -> list[ResearchRow]:
    return cast("list[ResearchRow]", await runtime.rows(RESEARCH, statement))  # type: ignore[arg-type]


def agency_names(defined: Mapping[str, AgencyDefined], agencies: Iterable[str]) -> dict[str, str]:
    """The names of these agencies; of one that nobody has defined, its id."""
    return {each: defined[each].name if each in defined else each for each in agencies}


async def _record(
    runtime: Runtime, caller: Caller, subject: str, page: shown_research.Shown, facts: Iterable[str]
) -> None:
    body = page.model_dump_json(exclude={"at", "next"}).encode()
    await runtime.shown(caller, RESEARCH.name, subject, body, list(facts))
