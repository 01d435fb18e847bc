"""Which meetings have a case, and which heard it. Pure."""

from collections.abc import Mapping
from datetime import datetime

from services.marac.conference import rows
from services.marac.rules import sitting
from services.marac.rules.transfer import is_for

Meetings = Mapping[str, rows.ConferenceMeeting]


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
