"""A meeting as whoever coordinates its MARAC has called it."""

from typing import NamedTuple, cast

from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.views import Subject
from contracts.events.configuration import AreaDefined
from services.marac import casefile
from services.marac.conference.compose import area_name
from services.marac.conference.meeting import fold_meeting
from services.marac.conference.queries import visible_cases
from services.marac.conference.rows import ConferenceMeeting
from services.marac.conference.views import MEETING
from services.marac.rules import sharing
from services.marac.rules.agenda import told_apart
from services.marac.shown_calling import CaseOn, MeetingSet


class AsCalled(NamedTuple):
    """A meeting, also one that was called off, and the version of what was said of it last."""

    row: ConferenceMeeting
    version: int


async def as_called(archive: Archive, meeting: str) -> AsCalled | None:
    """A meeting, of the facts that are saved by now: whoever has just called it may fill it."""
    facts = await archive.facts([f"o:{meeting}"])
    known = Subject(meeting, facts, await archive.configuration(AreaDefined), archive.clock.now())
    row = cast("ConferenceMeeting | None", fold_meeting(known).row)
    return AsCalled(row, facts.versions(meeting)[-1].version) if row else None


async def meeting_set(runtime: Runtime, caller: Caller, meeting: str) -> MeetingSet:
    """A meeting that the caller may change, with the cases on it. Raises Problem (404) for any other, and for
    one that was called off."""
    called = await as_called(runtime, meeting)
    if called is None or called.row.withdrawn or not sharing.may_act_in(caller.areas, called.row.areas):
        raise not_found()
    held = called.row
    cases = await visible_cases(runtime, caller, [each.case for each in held.cases])
    letters = told_apart(cases)
    on = [CaseOn(case=case, letters=letters[case], recorded=case in held.recorded) for case in cases]
    page = MeetingSet(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        version=called.version,
        area_name=area_name(casefile.areas_of(await runtime.configuration(AreaDefined)), held.area) or "",
        cases=sorted(on, key=lambda each: each.letters),
        **{name: getattr(held, name) for name in _AS_CALLED},
    )
    facts = {held.root, *cases}
    await runtime.shown(caller, MEETING.name, meeting, page.seen, facts)
    return page


_AS_CALLED = ("meeting", "area", "starts", "venue", "emergency", "chair", "chair_name", "slots", "closed")
