"""What the victim-centred routes and pages ask. Sharing rules first; what is shown is recorded."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, select, true
from sqlmodel import col

from chassis import feeds
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.vocabulary import Paper
from services.marac import casefile, shown
from services.marac.conference import action_plan, compose, declaring, rows
from services.marac.conference.heard import waits
from services.marac.conference.held import Held, visible
from services.marac.conference.known import CaseKnown
from services.marac.conference.published import as_published
from services.marac.conference.reach import may_wait
from services.marac.conference.sending import opened
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules import agenda as order
from services.marac.rules import areas as placing
from services.marac.rules import sharing


async def agenda(
    runtime: Runtime, caller: Caller, meeting: str, at: datetime | None = None, *, paper: bool = False
) -> shown.Agenda:
    """The agenda of a meeting, as it is now or as it was known at a time; now, also whoever waits in
    its MARAC, but not on paper. Raises Problem (404); Refused (409) as ``Archive.as_of``."""
    page, facts, _ = await read_agenda(runtime, caller, meeting, at, paper=paper)
    await _record(runtime, caller, "agenda", meeting, page, facts)
    if at is None and (page.cases or page.undeclared):
        await opened(runtime, caller, meeting, Paper.AGENDA)
    return page


async def read_agenda(
    runtime: Runtime, caller: Caller, meeting: str, at: datetime | None = None, *, paper: bool = False
) -> tuple[shown.Agenda, set[str], list[rows.ConferenceCase]]:
    """An agenda that is not shown to anybody, the facts in it, and the cases that it was made of, also those
    that are not on it because they were returned: raises as ``agenda`` does."""
    fresh, held = at or await runtime.fresh_until(), Held(runtime, at)
    row, listed = await listed_at(held, runtime, caller, meeting)
    configuration = await held.configuration()
    areas, agencies = casefile.areas_of(configuration), casefile.agencies_of(configuration)
    marac, waits = placing.marac_of(areas, row.area), at is None and not paper
    waiting = await waiting_in(held, caller, marac) if waits and marac is not None else []
    cases = [*listed.values(), *(each for each in waiting if each.case not in listed)]
    # Before the cases: read after them it would push their rows out of those that are kept read.
    carried = [] if at else await action_plan.open_before(held, caller, row)
    known = [each for each in await held.known(cases, caller) if each.case.case in listed or not each.away]
    lines = agenda_lines(known, meeting, listed)
    page = shown.Agenda(
        at=runtime.clock.now(),
        known_at=at,
        fresh_until=fresh,
        meeting=meeting_line(row, areas, listed),
        carried=carried,
        silent=compose.silent_feeds(await feeds.silent(runtime, agencies, at), agencies),
        undeclared=[] if at else await declaring.undeclared(runtime, caller, meeting),
        uncoordinated=await declaring.uncoordinated(runtime, caller, {each.case for each in row.cases}),
        cases=[line for line in lines if line.case in listed],
        waiting=[line for line in lines if line.case not in listed] if waits else None,
    )
    named = await held.many(CASE, rows.ConferenceCase, {each.case for each in page.undeclared}, "case")
    page, published = await as_published(held, caller, page, known)
    facts = {row.root, *published, *compose.facts_of(known), *(each.fact for each in named.values())}
    return page, facts, cases


async def listed_at(
    held: Held, runtime: Runtime, caller: Caller, meeting: str
) -> tuple[rows.ConferenceMeeting, dict[str, rows.ConferenceCase]]:
    """A meeting, and those of its cases that the caller may see, by id."""
    row = await meeting_of(runtime, caller, meeting)
    if held.at is not None:
        then = await held.one(MEETING, rows.ConferenceMeeting, meeting)
        if then is None or then.withdrawn:
            raise not_found()
        row = then
    listed = await visible_cases(runtime, caller, {each.case for each in row.cases})
    if held.at is not None:
        listed = await held.many(CASE, rows.ConferenceCase, listed, "case")
    return row, listed


async def meeting_of(runtime: Runtime, caller: Caller, meeting: str) -> rows.ConferenceMeeting:
    """A standing meeting of the caller's areas. Raises Problem (404)."""
    row = await Held(runtime).one(MEETING, rows.ConferenceMeeting, meeting)
    if row is None or not may_see_meeting(caller, row):
        raise not_found()
    return row


def agenda_lines(
    known: Collection[CaseKnown], meeting: str | None = None, listed: Collection[str] = ()
) -> list[shown.AgendaLine]:
    """Cases in the order in which they are heard, with what is new since ``meeting`` got them. Those that it
    has are told apart among each other: on paper and in the room they have the same letters."""
    letters = order.told_apart(each.case.case for each in known) | order.told_apart(listed)
    ordered = sorted(known, key=lambda each: place(each.case, each.at))
    return [compose.agenda_line(each, letters[each.case.case], meeting) for each in ordered]


async def cases_of(runtime: Runtime, caller: Caller, cause: str) -> list[str]:
    """The cases that a breach belongs to, of those that the caller may see: by its victim, or by its
    respondent where it is not known whom it was against."""
    keys = {
        key[2:]
        for fact in await runtime.facts([f"o:{cause}"])
        for key in fact.envelope.keys.split()
        if key.startswith("m:")
    }
    persons = {await runtime.person_of(mention) for mention in sorted(keys)}
    people = await Held(runtime).many(PERSON, rows.ConferencePerson, persons, "person")
    victims = {
        victim
        for row in people.values()
        for record in row.records
        if record.root == cause
        for victim in record.victims
    }
    found = {
        link.case for row in people.values() for link in row.cases if not victims or link.victim in victims
    }
    return sorted(await visible_cases(runtime, caller, found))


async def visible_case(runtime: Runtime, caller: Caller, case: str) -> rows.ConferenceCase:
    """A case that the caller may see. Raises Problem (404)."""
    return (await all_visible(runtime, caller, [case]))[case]


async def all_visible(
    archive: Archive, caller: Caller, cases: Collection[str]
) -> dict[str, rows.ConferenceCase]:
    """These cases, by id. Raises Problem (404) unless the caller may see each of them."""
    found = await visible_cases(archive, caller, cases)
    if not found.keys() >= set(cases):
        raise not_found()
    return found


async def visible_cases(
    archive: Archive, caller: Caller, cases: Collection[str]
) -> dict[str, rows.ConferenceCase]:
    """Those of these cases that the caller may see, by id."""
    found = await Held(archive).many(CASE, rows.ConferenceCase, cases, "case")
    return await visible(archive, caller, found.values())


async def waiting_in(held: Held, caller: Caller, marac: str | None) -> list[rows.ConferenceCase]:
    """Cases of a MARAC that no standing meeting of it has, or of none that is known and that no meeting
    has; those that the caller may see. One that a meeting passed over waits again; one that was returned
    waits where it may be back."""
    return await _unheard(held, caller, marac, may_wait(await held.unsure()))


async def waiting_and_away(
    held: Held, caller: Caller, marac: str | None
) -> tuple[list[rows.ConferenceCase], list[rows.ConferenceCase]]:
    """The same, and those that were returned and surely are not back: of one moment, each in one of both."""
    unsure, found = await held.unsure(), await _unheard(held, caller, marac, true())
    away = {row.case for row in found if row.stays_away and unsure is not None and row.case not in unsure}
    return [row for row in found if row.case not in away], [row for row in found if row.case in away]


async def _unheard(
    held: Held, caller: Caller, marac: str | None, wanted: ColumnElement[bool]
) -> list[rows.ConferenceCase]:
    case, had_by = rows.ConferenceCaseTable, col(rows.ConferenceCaseTable.had_by)
    unheard: ColumnElement[bool] = had_by.is_(None)
    if marac is not None:
        areas = casefile.areas_of(await held.configuration())
        meeting, here = rows.ConferenceMeetingTable, placing.areas_in(areas, marac)
        unheard |= had_by.not_in(select(col(meeting.subject)).where(col(meeting.area).in_(here)))
    statement = select(case).where(col(case.marac) == marac, ~col(case.withdrawn), wanted, unheard)
    found = cast("list[rows.ConferenceCase]", await held.archive.rows(CASE, statement))
    meetings = await held.meetings_of(found)
    hear_it = {each: row for each, row in meetings.items() if marac is None or marac in row.areas}
    waiting = [row for row in found if waits(row, hear_it)]
    return list((await visible(held.archive, caller, waiting)).values())


def place(case: rows.ConferenceCase, at: datetime) -> tuple[bool, tuple[int, bool, datetime, str]]:
    """The sort key of a case on an agenda: those whose referral was withdrawn come last."""
    return (case.withdrawn, order.place(case.grade, case.not_grown(at), case.referred, case.case))


def may_see_meeting(caller: Caller, row: rows.ConferenceMeeting) -> bool:
    """Whether a meeting stands and is of an area of the caller's."""
    return not row.withdrawn and sharing.may_see_meeting(caller.roles, caller.areas, row.areas)


def meeting_line(
    row: rows.ConferenceMeeting, areas: Mapping[str, AreaDefined], visible: Collection[str]
) -> shown.MeetingLine:
    """A meeting as lists have it: of its cases those that are visible are counted."""
    return shown.MeetingLine(
        meeting=row.meeting,
        area=row.area,
        area_name=compose.area_name(areas, row.area) or row.area,
        starts=row.starts,
        venue=row.venue,
        emergency=row.emergency,
        cases=sum(listed.case in visible for listed in row.cases),
        chair_name=row.chair_name,
        closed=row.closed,
    )


async def _record(
    runtime: Runtime,
    caller: Caller,
    view: str,
    subject: str,
    page: shown.Page,
    facts: Iterable[str],
    left_out: Iterable[str] = (),
) -> None:
    """Record the look."""
    await runtime.shown(caller, view, subject, page.seen, facts, left_out)
