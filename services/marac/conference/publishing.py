"""A coordinator publishes an agenda."""

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.agenda import LINES, AgendaPublished, CasePublished
from services.marac.conference import queries, rows
from services.marac.conference.held import Held
from services.marac.conference.published import PUBLISHED, stood
from services.marac.conference.published_rows import PublishedAgenda
from services.marac.conference.sending import agenda_to
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.rules.publishing import may_publish


async def publish(runtime: Runtime, caller: Caller, meeting: str, after: int) -> Taken:
    """Publish the agenda of a meeting as it stands now: every case on it, also those that the caller may
    not see, for others may. ``after``: the version that they have seen, 0 for none. Raises Problem (404) for
    who may not see the meeting; Refused: 409 once it is over, and where somebody else has published after
    that version; 422 for one that there is not."""
    row = await queries.meeting_of(runtime, caller, meeting)
    if not may_publish(row.starts, runtime.clock.now(), emergency=row.emergency, closed=row.closed):
        raise Refused("meeting-over", "path.meeting", status=409)
    held = Held(runtime)
    last = await held.one(PUBLISHED, PublishedAgenda, meeting)
    if after > (last.version if last else 0):
        raise Refused("no-such-version", "body.after")
    listed = await held.many(CASE, rows.ConferenceCase, {each.case for each in row.cases}, "case")
    known = sorted(await held.known(listed.values()), key=lambda each: queries.place(each.case, each.at))
    most = LINES // max(len(known), 1)
    cases = [
        CasePublished(case=now.case, grade=now.grade, lines=sorted(now.lines)[:most])
        for now in (stood(each) for each in known)
    ]
    to = await agenda_to(runtime, meeting)
    said = AgendaPublished(meeting=meeting, by=caller.name, cases=cases, to=to)
    header = own_header(runtime.clock.now())
    name = f"agenda {meeting} after {after}"
    taken = await runtime.take(header, said, caller=caller, right=sharing.PUBLISH_AGENDA, only=name)
    await runtime.folded(said.keys(taken.root))
    return taken
