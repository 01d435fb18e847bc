"""To whom agendas and minutes are sent, by link; who opened it; whether it is there for somebody now."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Refused, own_header
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.meeting import PaperOpened
from contracts.vocabulary import Paper
from services.marac import casefile
from services.marac.conference import compose, researching, rows
from services.marac.conference.hearing import meeting_of
from services.marac.conference.held import Held
from services.marac.conference.reach import areas_of_theirs
from services.marac.conference.research import RESEARCH
from services.marac.conference.research_rows import ResearchRow
from services.marac.conference.sent import SENT
from services.marac.conference.sent_rows import SentPaper, SentRow, SentTable
from services.marac.conference.sent_there import are_there
from services.marac.conference.sitting_rows import Sitting
from services.marac.conference.views import MEETING
from services.marac.rules import sharing
from services.marac.rules.research import LISTED_FOR
from services.marac.rules.sending import Opening, agencies_for_minutes, opening, opens
from services.marac.rules.sitting import IN_THE_ROOM, speaking_order
from services.marac.shown_sent import (
    OpenedLine,
    SentAgency,
    SentLine,
    SentOfMeeting,
    SentToMe,
    SentVersion,
)


async def agenda_to(archive: Archive, meeting: str) -> list[str]:
    """The agencies that an agenda is sent to: those that are asked of a case on it."""
    row = await Held(archive).one(RESEARCH, ResearchRow, meeting)
    asked = (row.agencies if row else None) or ()
    return sorted({each for each in asked if row and any(ask.is_for(each) for ask in row.asks)})


def minutes_to(sitting: Sitting, issued: set[str]) -> list[str]:
    """The agencies that minutes of these cases are sent to."""
    left: dict[str, set[str]] = {}
    for line in sitting.left:
        if line.person is None:
            left.setdefault(line.agency, set()).add(line.case)
    there = {line.agency for line in sitting.attendance if line.attended in IN_THE_ROOM}
    return agencies_for_minutes(there, issued, left)


async def opened(runtime: Runtime, caller: Caller, meeting: str, paper: Paper) -> None:
    """Record that the caller opened the newest version, the first time that they do, where that is an
    opening. While the service has not caught up the next look says it."""
    if not opens(caller.roles):
        return
    row = await Held(runtime).one(SENT, SentRow, meeting)
    sent = row.newest(paper) if row else None
    if sent is None or _own(sent, caller):
        return
    said = PaperOpened(meeting=meeting, paper=paper, of=sent.fact, person=caller.id, name=caller.name)
    header, only = own_header(runtime.clock.now()), f"opened {sent.fact} {caller.id}"
    try:
        await runtime.take(header, said, caller=caller, right=sharing.READ_MINUTES, only=only)
    except Refused as refused:
        if refused.status not in (409, 503):
            raise


async def follow(runtime: Runtime, caller: Caller, meeting: str, paper: Paper) -> str:
    """Where a link leads to that was sent: by the rights of this moment. Raises Problem (404)."""
    held = Held(runtime)
    row = await held.one(MEETING, rows.ConferenceMeeting, meeting)
    sent = await held.one(SENT, SentRow, meeting)
    there = row is not None and sent is not None and sent.newest(paper) is not None
    if row is None or not there or not await are_there(runtime, caller, [(row, paper)]):
        raise not_found()
    await opened(runtime, caller, meeting, paper)
    if paper is Paper.MINUTES:
        return f"/marac/meetings/{meeting}/minutes"
    sees = sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
    return f"/marac/meetings/{meeting}" if sees else "/marac/research"


async def to_me(runtime: Runtime, caller: Caller) -> SentToMe:
    """What was sent to the caller, of the meetings to come and of the last 60 days: what they have not opened
    first. The look is on record."""
    return await _list(runtime, caller, await _there(runtime, caller, new=False))


async def unopened(runtime: Runtime, caller: Caller) -> list[SentLine]:
    """What of it the caller has not opened, for their first page; nothing for whoever opens none. The look
    is on record."""
    if not opens(caller.roles):
        return []
    found = await _there(runtime, caller, new=True)
    return (await _list(runtime, caller, found)).papers if found else []


There = tuple[rows.ConferenceMeeting, SentPaper]
"""A meeting, and the newest version of a paper of it that is there for somebody."""


async def _there(runtime: Runtime, caller: Caller, *, new: bool) -> list[There]:
    table, sent = rows.ConferenceMeetingTable, SentTable
    meetings = select(col(table.subject)).where(
        col(table.area).in_(await areas_of_theirs(runtime, caller)),
        ~col(table.withdrawn),
        col(table.starts) > runtime.clock.now() - LISTED_FOR,
    )
    found = await runtime.rows(SENT, select(sent).where(col(sent.subject).in_(meetings)))
    papers = [
        (row.meeting, each)
        for row in cast("list[SentRow]", found)
        for each in map(row.newest, Paper)
        if each is not None and not (new and _own(each, caller))
    ]
    of = await Held(runtime).many(
        MEETING, rows.ConferenceMeeting, {meeting for meeting, _ in papers}, "meeting"
    )
    there = await are_there(runtime, caller, [(of[meeting], each.paper) for meeting, each in papers])
    return [(of[meeting], each) for meeting, each in papers if (meeting, each.paper) in there]


async def _list(runtime: Runtime, caller: Caller, found: list[There]) -> SentToMe:
    at, areas = runtime.clock.now(), casefile.areas_of(await runtime.configuration(AreaDefined))
    papers = [
        _line(sent, row, compose.area_name(areas, row.area) or row.area, caller, at) for row, sent in found
    ]
    papers.sort(key=lambda line: (line.opened is not None, line.due, line.meeting, line.paper))
    page = SentToMe(at=at, papers=papers)
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, SENT.name, caller.id, body, [sent.fact for _, sent in found])
    return page


async def of_meeting(runtime: Runtime, caller: Caller, meeting: str) -> SentOfMeeting:
    """All that was sent of a meeting, and who opened it, for its chair and coordinator. Raises Problem (404).
    The look is on record."""
    row, at = await meeting_of(runtime, caller, meeting), runtime.clock.now()
    sent = await Held(runtime).one(SENT, SentRow, meeting)
    known = await runtime.configuration(AgencyDefined, AreaDefined)
    defined, papers = casefile.agencies_of(known), sent.papers if sent else ()
    page = SentOfMeeting(
        at=at,
        meeting=meeting,
        area_name=compose.area_name(casefile.areas_of(known), row.area) or row.area,
        starts=row.starts,
        versions=[
            _version(each, defined, at) for each in sorted(papers, key=lambda each: each.at, reverse=True)
        ],
    )
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, SENT.name, meeting, body, [each.fact for each in papers])
    return page


def _own(sent: SentPaper, caller: Caller) -> datetime | None:
    return next((each.at for each in sent.opened if each.person == caller.id), None)


def _line(
    sent: SentPaper, row: rows.ConferenceMeeting, area_name: str, caller: Caller, at: datetime
) -> SentLine:
    ours = [each for each in sent.opened if each.agency == caller.agency]
    late = opening(ours[0].at if ours else None, sent.due, at) is Opening.LATE
    return SentLine(
        meeting=row.meeting,
        area_name=area_name,
        starts=row.starts,
        emergency=row.emergency,
        paper=sent.paper,
        number=sent.number,
        sent=sent.at,
        due=sent.due,
        late=late and caller.agency in sent.to,
        opened=_own(sent, caller),
        colleagues=[OpenedLine(name=each.name, at=each.at) for each in ours if each.person != caller.id],
    )


def _version(sent: SentPaper, defined: Mapping[str, AgencyDefined], at: datetime) -> SentVersion:
    kinds = {agency: said.kind for agency, said in defined.items()}
    others = {each.agency for each in sent.opened} - {*sent.to}
    names = researching.agency_names(defined, {*sent.to, *others})
    agencies = []
    for agency in [*speaking_order(sent.to, kinds), *speaking_order(others, kinds)]:
        looks = [each for each in sent.opened if each.agency == agency]
        state = opening(looks[0].at if looks else None, sent.due, at) if agency in sent.to else None
        agencies.append(
            SentAgency(
                agency=agency,
                agency_name=names[agency],
                state=state,
                opened=[OpenedLine(name=each.name, at=each.at) for each in looks],
            )
        )
    return SentVersion(paper=sent.paper, number=sent.number, sent=sent.at, due=sent.due, agencies=agencies)
