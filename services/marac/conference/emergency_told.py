"""An emergency meeting as whoever is called for it sees it: when, where, whom to ring, and who took it."""

from datetime import datetime

from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from services.marac import casefile
from services.marac.conference import alert_rows, rows
from services.marac.conference.compose import area_name
from services.marac.conference.emergency import RULE
from services.marac.conference.held import Held
from services.marac.conference.research import RESEARCH
from services.marac.conference.research_rows import ResearchRow
from services.marac.conference.researching import agency_names
from services.marac.conference.views import ALERT, MEETING
from services.marac.rules import sharing
from services.marac.rules.sitting import speaking_order
from services.marac.shown_emergency import CallMade, EmergencyMeeting, Told


async def emergency(runtime: Runtime, caller: Caller, meeting: str) -> EmergencyMeeting:
    """An emergency meeting, also one that was called off. Raises Problem (404) for one that is not there, or
    not the caller's."""
    held, at, fresh = Held(runtime), runtime.clock.now(), await runtime.fresh_until()
    row = await held.one(MEETING, rows.ConferenceMeeting, meeting)
    if row is None or not row.emergency:
        raise not_found()
    told = await held.one(ALERT, alert_rows.ConferenceAlert, meeting)
    alerts = [each for each in told.alerts if each.rule is RULE] if told else []
    called = {call.person for each in alerts for call in each.calls}
    if not sharing.may_see_emergency(caller.id, caller.roles, caller.areas, row.areas, called):
        raise not_found()
    known = await runtime.configuration(AgencyDefined, AreaDefined)
    defined = casefile.agencies_of(known)
    research = await held.one(RESEARCH, ResearchRow, meeting)
    asked = speaking_order(
        (research.agencies if research else None) or (), {each: said.kind for each, said in defined.items()}
    )
    names = agency_names(
        defined, {*asked, *(each.answered_agency for each in alerts if each.answered_agency)}
    )
    page = EmergencyMeeting(
        at=at,
        fresh_until=fresh,
        meeting=meeting,
        area_name=area_name(casefile.areas_of(known), row.area) or row.area,
        starts=row.starts,
        venue=row.venue,
        chair_name=row.chair_name,
        called_off=row.withdrawn,
        closed=row.closed,
        agencies=[names[agency] for agency in asked] if research and research.agencies is not None else None,
        told=told_of(row, alerts, names),
    )
    await runtime.shown(caller, MEETING.name, meeting, page.seen, {row.root, *(told.facts if told else ())})
    return page


def told_of(row: rows.ConferenceMeeting, alerts: list[alert_rows.Alert], names: dict[str, str]) -> Told:
    """Who was told of the meeting as it was called last: what was taken before it was moved is no answer."""
    generation = max((clock.generation for clock in row.clocks), default=0)
    alert = next((each for each in alerts if each.generation == generation), None)
    if alert is None or (row.tells and not _is_of(row, row.tells)):
        return Told(state="calling" if row.tells else "not-told")
    calls = tuple(CallMade(at=call.due, nobody=call.person is None) for call in alert.calls)
    if alert.answered_by is None:
        return Told(state="waiting" if alert.state == "unanswered" else "not-taken", calls=calls)
    people = [call.person for call in alert.calls]
    return Told(
        state="taken",
        calls=calls,
        taken_by=names.get(alert.answered_agency) if alert.answered_agency else None,
        taken_at=alert.answered_at,
        taken_call=people.index(alert.answered_by) + 1 if alert.answered_by in people else None,
    )


def _is_of(row: rows.ConferenceMeeting, tells: datetime) -> bool:
    """Whether the clock of the newest calling was said already."""
    return any(clock.due == tells and not clock.stopped for clock in row.clocks)
