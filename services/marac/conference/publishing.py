"""A coordinator publishes an agenda."""

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.agenda import LINES, AgendaPublished, CasePublished
from services.marac.conference import queries, rows
from services.marac.conference.held import Held
from services.marac.conference.published import stood
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.rules.publishing import over


async def publish(runtime: Runtime, caller: Caller, meeting: str, after: int, key: str | None) -> Taken:
    """Publish the agenda of a meeting as it stands now: every case on it, also those that the caller may
    not see, for others may. ``after``: the version that they have seen. Raises Problem (404) for who may not
    see the meeting; Refused (409) once it is over."""
    row = await queries.meeting_of(runtime, caller, meeting)
    if over(row.starts, runtime.clock.now()):
        raise Refused("meeting-over", "path.meeting", status=409)
    held = Held(runtime)
    listed = await held.many(CASE, rows.ConferenceCase, {each.case for each in row.cases}, "case")
    known = sorted(await held.known(listed.values()), key=queries.place)
    most = LINES // max(len(known), 1)
    cases = [
        CasePublished(case=now.case, grade=now.grade, lines=sorted(now.lines)[:most])
        for now in (stood(each) for each in known)
    ]
    said = AgendaPublished(meeting=meeting, by=caller.name, cases=cases)
    header = own_header(runtime.clock.now())
    key = key or f"{meeting} after {after}"
    taken = await runtime.take(header, said, caller=caller, right=sharing.PUBLISH_AGENDA, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))
    return taken
