"""A copy of an agenda that is taken along for the meeting, for when the line drops."""

from datetime import datetime
from typing import NamedTuple

from chassis.accept import Refused
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AreaDefined
from services.marac import casefile, queries
from services.marac.conference import compose, researched
from services.marac.rules.copying import window
from services.marac.shown import Agenda, CasePage
from services.marac.shown_research import CaseResearch

TAKEN = "agenda-copy"
"""As which a copy is on record."""


class Offer(NamedTuple):
    """Whether there is a copy to take of a meeting. ``code``: by which the caller's copies open; None before
    there are any, and when their time is over."""

    meeting: str
    area_name: str
    starts: datetime
    opens: datetime
    until: datetime
    over: bool
    code: str | None


class Copied(NamedTuple):
    """What is in a copy: what the same caller has on paper."""

    agenda: Agenda
    cases: list[tuple[CasePage, CaseResearch]]
    until: datetime
    code: str


async def offer(runtime: Runtime, caller: Caller, meeting: str) -> Offer:
    """Whether the caller can take a copy now. Raises Problem (404)."""
    row, at = await queries.meeting_of(runtime, caller, meeting), runtime.clock.now()
    areas, times = casefile.areas_of(await runtime.configuration(AreaDefined)), window(row.starts)
    return Offer(
        meeting=meeting,
        area_name=compose.area_name(areas, row.area) or row.area,
        starts=row.starts,
        opens=times.opens,
        until=times.until,
        over=at >= times.until,
        code=_code(runtime, caller, meeting) if times.opens <= at < times.until else None,
    )


async def take(runtime: Runtime, caller: Caller, meeting: str) -> Copied:
    """The agenda and each of its cases, to be taken along by the caller. That they took it is on record each
    time, with every fact in it. Raises Problem (404); Refused (409): ``not-yet``, ``meeting-over``."""
    row, at = await queries.meeting_of(runtime, caller, meeting), runtime.clock.now()
    times = window(row.starts)
    if not times.opens <= at < times.until:
        raise Refused("not-yet" if at < times.opens else "meeting-over", status=409)
    agenda, facts, _ = await queries.read_agenda(runtime, caller, meeting, paper=True)
    left_out: set[str] = set()
    cases: list[tuple[CasePage, CaseResearch]] = []
    answered = await researched.read_of_cases(runtime, caller, [line.case for line in agenda.cases])
    pages = await queries.read_cases(runtime, caller, [*answered], paper=True)
    for case, (research, of_research) in answered.items():
        page, of_page, without = pages[case]
        cases.append((page, research))
        facts, left_out = facts | of_page | {*of_research}, left_out | without
    await queries.all_visible(runtime, caller, answered)
    body = b"".join(
        [at.isoformat().encode(), agenda.seen, *(page.seen for page, _ in cases)]
        + [research.model_dump_json().encode() for _, research in cases]
    )
    await runtime.shown(caller, TAKEN, meeting, body, facts, left_out)
    return Copied(agenda, cases, times.until, _code(runtime, caller, meeting))


def _code(runtime: Runtime, caller: Caller, meeting: str) -> str:
    """By which every copy of a meeting opens that somebody takes, and nobody else's."""
    return runtime.ids.code("copy of an agenda", f"{meeting} {caller.id}")
