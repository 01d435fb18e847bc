"""What of issued minutes an agency's representative has, and which minutes there are for somebody to read."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import select
from sqlmodel import col

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
from services.marac.conference.sitting_rows import Sitting
from services.marac.conference.ties import ties
from services.marac.conference.views import CASE, MEETING
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
    held, issued = Held(runtime), sitting.issued[-1].cases if sitting.issued else {}
    wanted = {each.case for each in row.cases} & issued.keys() - out_of(caller, sitting)
    found = await held.many(CASE, rows.ConferenceCase, wanted, "case")
    said = await ties(runtime, caller, wanted)
    research = await held.one(RESEARCH, ResearchRow, row.meeting)
    asked = research is not None and research.declares
    sights = {
        case: sight(tie=said[case], asked=asked, works=False)
        for case, each in found.items()
        if not each.withdrawn
    }
    cases = {case: found[case] for case, seen in sights.items() if seen is Sight.ALL}
    when = sitting.issued[-1].issued if sitting.issued else None
    return Theirs(cases, list(sights.values()).count(Sight.NAMES), when)


async def listed(runtime: Runtime, caller: Caller) -> MinutesList:
    """The meetings of the last twelve months whose issued minutes the caller may open, the newest first."""
    at, areas = runtime.clock.now(), casefile.areas_of(await runtime.configuration(AreaDefined))
    within = {area for area in areas if sharing.may_act_in(caller.areas, area_and_around(areas, area))}
    area, starts = col(rows.ConferenceMeetingTable.area), col(rows.ConferenceMeetingTable.starts)
    statement = select(rows.ConferenceMeetingTable).where(
        area.in_(sorted(within | set(caller.areas))), starts > at - LISTED_FOR
    )
    meetings = cast("list[rows.ConferenceMeeting]", await runtime.rows(MEETING, statement))
    standing = {row.meeting: row for row in meetings if not row.withdrawn}
    sittings = await Held(runtime).many(SITTING, Sitting, standing, "meeting")
    lines = [
        MinutesLine(
            meeting=meeting,
            area_name=compose.area_name(areas, standing[meeting].area) or standing[meeting].area,
            starts=standing[meeting].starts,
            emergency=standing[meeting].emergency,
            number=sitting.issued[-1].number,
            issued=sitting.issued[-1].issued,
        )
        for meeting, sitting in sittings.items()
        if sitting.issued and may_read(caller, standing[meeting], sitting)
    ]
    page = MinutesList(at=at, minutes=sorted(lines, key=lambda line: line.starts, reverse=True))
    body = page.model_dump_json(exclude={"at"}).encode()
    facts = [sittings[line.meeting].issued[-1].fact for line in page.minutes]
    await runtime.shown(caller, SITTING.name, caller.id, body, facts)
    return page


def may_read(caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting) -> bool:
    """Whether the minutes of a meeting are there for somebody; of which of its cases is another matter."""
    seen = sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
    return not row.withdrawn and (seen or was_there(caller, row.areas, sitting))
