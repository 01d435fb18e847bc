"""Whether papers that were sent are there for somebody now: asked of many at once, for a list has many."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.vocabulary import Paper
from services.marac.conference import declaring, researching, rows
from services.marac.conference.hearing import out_of
from services.marac.conference.held import Held, visible
from services.marac.conference.minutes_theirs import may_read, with_any_of_theirs
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import Sitting
from services.marac.conference.small import small
from services.marac.rules import sharing


class Sent(NamedTuple):
    """A paper of a meeting."""

    meeting: str
    paper: Paper


Meetings = Collection[rows.ConferenceMeeting]


async def are_there(
    archive: Archive, caller: Caller, sent: Iterable[tuple[rows.ConferenceMeeting, Paper]]
) -> set[Sent]:
    """Those of these papers of which a case is there for the caller, or its parties' names, to declare by.
    Nobody is told of one whose only cases they have a tie to, or that are restricted to others."""
    wanted = [(row, paper) for row, paper in sent if not row.withdrawn]
    agendas = [row for row, paper in wanted if paper is Paper.AGENDA]
    minutes = [row for row, paper in wanted if paper is Paper.MINUTES]
    return {
        *(Sent(meeting, Paper.AGENDA) for meeting in await _agendas(archive, caller, agendas)),
        *(Sent(meeting, Paper.MINUTES) for meeting in await _minutes(archive, caller, minutes)),
    }


async def _agendas(archive: Archive, caller: Caller, meetings: Meetings) -> set[str]:
    seen = [row for row in meetings if _sees(caller, row)]
    cases = await _visible(archive, caller, seen)
    shown = {row.meeting for row in seen if any(each.case in cases for each in row.cases)}
    waits = await declaring.waiting(archive, caller, {row.meeting for row in seen} - shown)
    others = {row.meeting for row in meetings} - {row.meeting for row in seen}
    return shown | waits | await researching.asked_at(archive, caller, others)


async def _minutes(archive: Archive, caller: Caller, meetings: Meetings) -> set[str]:
    sittings = await Held(archive).many(SITTING, Sitting, {row.meeting for row in meetings}, "meeting")
    read = [
        (row, sitting)
        for row in meetings
        if (sitting := sittings.get(row.meeting)) and sitting.issued and may_read(caller, row, sitting)
    ]
    seen = [(row, sitting) for row, sitting in read if _sees(caller, row)]
    cases = await _visible(archive, caller, [row for row, _ in seen])
    shown = {
        row.meeting
        for row, sitting in seen
        if {each.case for each in row.cases}
        & cases
        & sitting.issued[-1].cases.keys() - out_of(caller, sitting)
    }
    others = [(row, sitting) for row, sitting in read if not _sees(caller, row)]
    return shown | await with_any_of_theirs(archive, caller, others)


def _sees(caller: Caller, row: rows.ConferenceMeeting) -> bool:
    return sharing.may_see_meeting(caller.roles, caller.areas, row.areas)


async def _visible(archive: Archive, caller: Caller, meetings: Meetings) -> set[str]:
    """The cases of these meetings that the caller may see, by their small rows."""
    listed = {each.case for row in meetings for each in row.cases}
    return set(await visible(archive, caller, (await small(archive, listed)).values()))
