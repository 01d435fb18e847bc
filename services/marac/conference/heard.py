"""Which meetings have a case, and which heard it. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from chassis.facts import FactSet
from contracts.events.actions import ActionAgreed
from contracts.events.meeting import CaseHeard
from contracts.rules.occurrence import LONDON
from services.marac.conference import rows
from services.marac.rules import sitting
from services.marac.rules.transfer import is_for

Meetings = Mapping[str, rows.ConferenceMeeting]


def recorded_in(facts: FactSet, began: Mapping[str, datetime]) -> set[tuple[str, str]]:
    """Each meeting and case of which that meeting recorded anything: what was said of it, or an action that
    was agreed there, which by itself says that the meeting came to it. ``began``: when those began whose time
    has come: what was written down for one before its day was not agreed there."""
    said = (fact.said for fact in facts.current(CaseHeard))
    found = {(each.meeting, each.case) for each in said if sitting.says_anything(each)}
    for fact in facts.current(ActionAgreed):
        meeting = fact.said.meeting
        if meeting in began and meeting is not None and _day(fact.occurred) >= _day(began[meeting]):
            found.add((meeting, fact.said.case))
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def waits(case: rows.ConferenceCase, meetings: Meetings) -> bool:
    """Whether a case is still to be heard, of all that these meetings of its MARAC have."""
    theirs = {
        each.meeting: meetings[each.meeting]
        for each in case.meetings
        if each.meeting in meetings and is_for(each.listed, meetings[each.meeting].starts, case.sent_here)
    }
    return not having(case, theirs)


def having(case: rows.ConferenceCase, meetings: Meetings) -> list[rows.ConferenceMeeting]:
    """Of these meetings those that have the case on their list, without those that passed it over."""
    listed = {each.meeting: each.recorded for each in case.meetings if each.meeting in meetings}
    return [
        meetings[meeting]
        for meeting, recorded in listed.items()
        if not sitting.passed_over(closed=meetings[meeting].closed, recorded=recorded)
    ]


def heard_at(case: rows.ConferenceCase, meetings: Meetings, at: datetime) -> dict[str, datetime]:
    """When each of these meetings began that had heard the case by then."""
    return {each.meeting: each.starts for each in having(case, meetings) if each.starts <= at}
