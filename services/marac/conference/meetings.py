"""The list of meetings: what somebody of a MARAC opens first."""

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlmodel import col

from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.runtime import Runtime
from chassis.store.tables import Instant, instant, micros
from contracts.events.configuration import AreaDefined
from services.marac import casefile, shown
from services.marac.conference import compose, rows
from services.marac.conference.held import Held, visible
from services.marac.conference.listed import note_of
from services.marac.conference.queries import agenda_lines, may_see_meeting, meeting_line, waiting_in
from services.marac.conference.reach import areas_of_theirs
from services.marac.conference.small import small
from services.marac.conference.views import MEETING
from services.marac.rules import sharing

_starts, _subject = col(rows.ConferenceMeetingTable.starts), col(rows.ConferenceMeetingTable.subject)


async def meetings(runtime: Runtime, caller: Caller, page: Paging) -> shown.Meetings:
    """The meetings of the caller's areas: those to come, soonest first; of those past one page, newest first.
    To whoever places cases, also those that are on no agenda because their area is not known."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    to_come = await _standing(runtime, caller, _starts >= at)
    past, further = page.cut(
        await _past(runtime, caller, at, page), lambda row: (micros(row.starts), row.meeting)
    )
    seen = [row for row in (*to_come, *past) if may_see_meeting(caller, row)]
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    cases = await _counted(runtime, caller, {listed.case for row in seen for listed in row.cases})
    lines = [meeting_line(row, areas, cases) for row in seen]
    places = sharing.may_place_cases(caller.roles)
    held = Held(runtime)
    lost = await held.known(await waiting_in(held, caller, None) if places else (), caller)
    lost = [each for each in lost if not each.away]
    found = shown.Meetings(
        at=at,
        fresh_until=fresh,
        to_come=[line for line in lines if line.starts >= at],
        past=[line for line in lines if line.starts < at],
        next=further,
        area_not_known=agenda_lines(lost) if places else None,
        note=await note_of(runtime, caller, seen),
    )
    facts = {*(row.root for row in seen), *compose.facts_of(lost)}
    await runtime.shown(caller, "meetings", caller.id, found.seen, facts)
    return found


async def _standing(
    runtime: Runtime, caller: Caller, *where: ColumnElement[bool]
) -> list[rows.ConferenceMeeting]:
    table, theirs = rows.ConferenceMeetingTable, await areas_of_theirs(runtime, caller)
    statement = select(table).where(col(table.area).in_(theirs), ~col(table.withdrawn), *where)
    found = await runtime.rows(MEETING, statement.order_by(_starts, _subject))
    return cast("list[rows.ConferenceMeeting]", found)


async def _past(runtime: Runtime, caller: Caller, at: datetime, page: Paging) -> list[rows.ConferenceMeeting]:
    """The meetings of a page, and one more where there are any."""
    table, theirs = rows.ConferenceMeetingTable, await areas_of_theirs(runtime, caller)
    statement = select(table).where(col(table.area).in_(theirs), ~col(table.withdrawn), _starts < at)
    if page.after:
        statement = statement.where(
            tuple_(_starts, _subject) < tuple_(literal(instant(page.after[0]), Instant), str(page.after[1]))
        )
    newest = statement.order_by(_starts.desc(), _subject.desc()).limit(page.limit + 1)
    return cast("list[rows.ConferenceMeeting]", await runtime.rows(MEETING, newest))


async def _counted(runtime: Runtime, caller: Caller, cases: set[str]) -> set[str]:
    """Those of these cases that the caller may see, by their small rows: they are only counted."""
    return set(await visible(runtime, caller, (await small(runtime, cases)).values()))
