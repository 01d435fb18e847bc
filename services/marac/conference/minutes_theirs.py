"""What of issued minutes an agency's representative has, and which minutes there are for somebody to read."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from services.marac import casefile
from services.marac.conference import compose, rows
from services.marac.conference.hearing import out_of, was_there
from services.marac.conference.held import Held
from services.marac.conference.research import RESEARCH
from services.marac.conference.research_rows import ResearchRow
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import Sitting, SittingTable
from services.marac.conference.small import small
from services.marac.conference.ties import ties
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.rules.interests import Sight, sight
from services.marac.shown_sitting import MinutesCase, MinutesLine, MinutesList

LISTED_FOR = timedelta(days=365)
"""As long as a file is flagged after a meeting, whoever acts on its minutes finds them in the list."""


class Theirs(NamedTuple):
    """The cases of issued minutes that a representative may read, how many wait for their word on whether
    they have a tie to them, and when the minutes were issued. ``handed``: the cases alone that were
    transferred to the caller's MARAC, and of the room nothing: who was there, and who left it."""

    cases: dict[str, rows.ConferenceCase]
    undeclared: int
    issued: datetime | None
    handed: bool = False

    def only(self, cases: Iterable[MinutesCase]) -> list[MinutesCase]:
        """What of these cases is theirs to read: those that were heard."""
        heard = [each for each in cases if each.record and each.heard]
        return [each.model_copy(update={"left": []}) for each in heard] if self.handed else heard


async def theirs(runtime: Runtime, caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting) -> Theirs:
    """Of the cases in the newest minutes those that are listed at the meeting still, whose referral stands,
    for which nobody of the agency was out of the room, and which are released to the caller by what they
    declared of them (``rules/interests.py``)."""
    held = Held(runtime)
    found = await held.many(CASE, rows.ConferenceCase, _wanted(caller, row, sitting), "case")
    said = await ties(runtime, caller, found)
    sights = _sights(found, found, said, await held.one(RESEARCH, ResearchRow, row.meeting))
    cases = {case: found[case] for case, seen in sights.items() if seen is Sight.ALL}
    when = sitting.issued[-1].issued if sitting.issued else None
    return Theirs(cases, list(sights.values()).count(Sight.NAMES), when)


async def with_any_of_theirs(
    archive: Archive, caller: Caller, meetings: Collection[tuple[rows.ConferenceMeeting, Sitting]]
) -> set[str]:
    """Those of these meetings of whose minutes a representative has a case to read, or to declare by."""
    wanted = {row.meeting: _wanted(caller, row, sitting) for row, sitting in meetings}
    found = await small(archive, set[str]().union(*wanted.values()))
    said = await ties(archive, caller, found)
    research = await Held(archive).many(RESEARCH, ResearchRow, wanted, "meeting")
    return {
        meeting
        for meeting, cases in wanted.items()
        if set(_sights(cases, found, said, research.get(meeting)).values()) - {Sight.NOTHING}
    }


def _wanted(caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting) -> set[str]:
    """The cases of the newest minutes that are listed still, and for which the agency was in the room."""
    issued = sitting.issued[-1].cases if sitting.issued else {}
    return {each.case for each in row.cases} & issued.keys() - out_of(caller, sitting)


def _sights(
    cases: Iterable[str],
    found: Mapping[str, rows.ConferenceCase],
    said: Mapping[str, bool | None],
    research: ResearchRow | None,
) -> dict[str, Sight]:
    """What is shown of each of these cases whose referral stands."""
    asked = research is not None and research.declares
    stand = (case for case in cases if case in found and not found[case].withdrawn)
    return {case: sight(tie=said[case], asked=asked, works=False) for case in stand}


async def listed(runtime: Runtime, caller: Caller) -> MinutesList:
    """The meetings of the last twelve months whose issued minutes the caller may open, the newest first."""
    at, areas = runtime.clock.now(), casefile.areas_of(await runtime.configuration(AreaDefined))
    within = {area for area in areas if sharing.may_act_in(caller.areas, area_and_around(areas, area))}
    found = await _issued(runtime, within | set(caller.areas), at - LISTED_FOR)
    theirs = [each for each in found if _reads(caller, area_and_around(areas, each.area), each.in_the_room)]
    lines = [
        MinutesLine(
            meeting=each.meeting,
            area_name=compose.area_name(areas, each.area) or each.area,
            starts=each.starts,
            emergency=each.emergency,
            number=each.minutes,
            issued=each.minutes_at,
        )
        for each in theirs
    ]
    page = MinutesList(at=at, minutes=lines)
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, SITTING.name, caller.id, body, [each.minutes_fact for each in theirs])
    return page


async def _issued(archive: Archive, areas: Collection[str], since: datetime) -> list[Row[Any]]:
    """The newest minutes of the meetings of these areas that began since then and stand, the newest meeting
    first: by columns, for a year of minutes is long."""
    meeting, sitting = rows.ConferenceMeetingTable, SittingTable
    area, starts, minutes = col(meeting.area), col(meeting.starts), col(sitting.minutes)
    of_meeting: tuple[Any, ...] = col(meeting.subject).label("meeting"), area, starts, col(meeting.emergency)
    issued: tuple[Any, ...] = minutes, col(sitting.minutes_fact), col(sitting.minutes_at)
    wanted: Select[Any] = select(*of_meeting, *issued, col(sitting.in_the_room))
    wanted = wanted.join(sitting, col(sitting.subject) == col(meeting.subject))
    wanted = wanted.where(area.in_(sorted(areas)), ~col(meeting.withdrawn), starts > since, minutes > 0)
    async with archive.store.reading() as connection:
        return list(await connection.execute(wanted.order_by(starts.desc(), col(meeting.subject))))


def may_read(caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting) -> bool:
    """Whether the minutes of a meeting are there for somebody; of which of its cases is another matter."""
    return not row.withdrawn and _reads(caller, row.areas, sitting.in_the_room)


def _reads(caller: Caller, areas: Collection[str], in_the_room: str) -> bool:
    seen = sharing.may_see_meeting(caller.roles, caller.areas, areas)
    return seen or was_there(caller, areas, in_the_room)
