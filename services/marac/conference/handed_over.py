"""Issued minutes of a MARAC that sent a case, for the one that took it: of that case alone."""

from collections.abc import Collection, Mapping
from typing import cast

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from services.marac import casefile
from services.marac.conference import compose, rows
from services.marac.conference.after_rows import ConferenceTransfer
from services.marac.conference.hearing import out_of
from services.marac.conference.held import Held, visible
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import Sitting
from services.marac.conference.transfer import TRANSFER
from services.marac.conference.views import CASE
from services.marac.rules import areas as placing
from services.marac.rules import sharing
from services.marac.rules.transfer import TAKEN, Took, minutes_go_with
from services.marac.shown_sitting import MinutesLine

Cases = Mapping[str, rows.ConferenceCase]


async def handed_over(
    archive: Archive, caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting
) -> dict[str, rows.ConferenceCase]:
    """Of the cases in the newest minutes of a meeting that is not the caller's those that they see, and that
    their MARAC took after it."""
    listed = {each.case for each in row.cases}
    found = await Held(archive).many(CASE, rows.ConferenceCase, listed, "case")
    seen = await visible(archive, caller, [case for case in found.values() if case.transferred])
    opens = await _open(archive, caller, seen, {row.meeting: row}, {row.meeting: sitting})
    return {case: seen[case] for case, _ in opens}


async def minutes_of(archive: Archive, caller: Caller, cases: Cases) -> dict[str, list[MinutesLine]]:
    """Of each of these cases, which the caller sees, the minutes of it that went with it, the newest
    first."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    meetings = await Held(archive).meetings_of(cases.values())
    sittings = await Held(archive).many(SITTING, Sitting, meetings, "meeting")
    opens = await _open(archive, caller, cases, meetings, sittings)
    found: dict[str, list[MinutesLine]] = {case: [] for case in cases}
    for case, meeting in sorted(opens, key=lambda each: meetings[each[1]].starts, reverse=True):
        row, newest = meetings[meeting], sittings[meeting].issued[-1]
        line = MinutesLine(
            **row.model_dump(include={"meeting", "starts", "emergency"}),
            area_name=compose.area_name(areas, row.area) or row.area,
            number=newest.number,
            issued=newest.issued,
        )
        found[case].append(line)
    return found


async def _open(
    archive: Archive,
    caller: Caller,
    cases: Cases,
    meetings: Mapping[str, rows.ConferenceMeeting],
    sittings: Mapping[str, Sitting],
) -> set[tuple[str, str]]:
    """Of these cases and meetings, which minutes of which case went to the caller's MARAC: listed there
    still, with a referral that stands, and not one for which they were out of the room."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    took = await _took(archive, cases)

    def opens(case: rows.ConferenceCase, row: rows.ConferenceMeeting, sitting: Sitting) -> bool:
        there = bool(sitting.issued) and case.case in sitting.issued[-1].cases
        if not there or case.withdrawn or row.withdrawn or case.case in out_of(caller, sitting):
            return False
        if sharing.may_see_meeting(caller.roles, caller.areas, row.areas):
            return False
        marac, began = placing.marac_of(areas, row.area), min(row.starts, sitting.opened or row.starts)
        return minutes_go_with(took.get(case.case, ()), caller.areas, marac, began)

    return {
        (case.case, each.meeting)
        for case in cases.values()
        for each in case.meetings
        if each.meeting in meetings
        and each.meeting in sittings
        and opens(case, meetings[each.meeting], sittings[each.meeting])
    }


async def _took(archive: Archive, cases: Collection[str]) -> dict[str, list[Took]]:
    """Of each of these cases the transfers that were taken."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    read = await archive.rows_by(TRANSFER, "of_case", cases) if cases else []
    found: dict[str, list[Took]] = {}
    for row in cast("list[ConferenceTransfer]", read):
        taken = [step.at for step in row.steps if step.step == "taken"]
        if row.state in TAKEN and taken:
            to = area_and_around(areas, row.to_area)
            found.setdefault(row.of_case, []).append(Took(row.from_area, to, row.steps[0].at, taken[-1]))
    return found
