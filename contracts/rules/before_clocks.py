"""The lines about what comes before a meeting in the table of clocks (``contracts.rules.clocks``).

Source: ``domain.md`` 1.5 and 1.6 (SafeLives research form): agencies research before the meeting; there is no
statutory clock. Times are Goldthread's own, that of research each MARAC's to set; read on 27 November 2026.
"""

from collections.abc import Mapping
from datetime import timedelta

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner, Urgency


def _to_open(started: str, opened: str, source: str) -> Clock:
    return Clock(
        about="person",
        started=started,
        stopped=f"somebody of every agency that it was sent to{opened}",
        limit=Limit(2, Calendar.WORKING_DAYS),
        owner=ClockOwner.SENT_TO,
        urgency=None,
        late="the meeting's page of what was sent says so to the coordinator, and the list of what was sent"
        " to them to everybody of the agency. Nobody is called",
        source=f"{source}; the time is Goldthread's own",
        grace=timedelta(0),
    )


BEFORE: Mapping[AlertRule, Clock] = {
    AlertRule.RESEARCH: Clock(
        about="person",
        started="a case is listed at a meeting, and an agency of the MARAC's list has not answered what it"
        " holds: of several the first to be late",
        stopped="every agency that is asked has answered of every case, be it *nothing held*; 60 days"
        " after the meeting, when no agency's list has it any more",
        limit=Limit(2, Calendar.WORKING_DAYS_BEFORE),
        owner=ClockOwner.RESEARCHER,
        urgency=None,
        late="the meeting's page of research says so to the coordinator, and the agency's list. Nobody is"
        " called. Each MARAC sets its own limit, from 1 to 10 working days; of a case that is listed later it"
        " is the working day after it was",
        source="domain.md 1.5 and 1.6; the time is Goldthread's own",
        grace=timedelta(0),
    ),
    AlertRule.AGENDA_TO_OPEN: _to_open(
        "an agenda is published, or a new version of it, and is sent to an agency",
        " has opened it; the meeting begins, or is withdrawn",
        "domain.md 1.5: agencies act on the agenda before they meet",
    ),
    AlertRule.MINUTES_TO_OPEN: _to_open(
        "minutes are issued, or a new version of them, and are sent to an agency",
        " has opened them; the meeting is withdrawn; 60 days later",
        "domain.md 1.5: actions are due within 24 to 48 hours, or before the next meeting",
    ),
    AlertRule.EMERGENCY_MARAC: Clock(
        about="meeting",
        started="an emergency meeting is called, begins earlier than was said, or is of another area",
        stopped="the meeting is withdrawn, is an emergency no more, or is closed; an hour after it begins."
        " That somebody takes it stops the calls, and not the clock",
        limit=Limit(0, Calendar.HOURS),
        owner=ClockOwner.MARAC_COORDINATOR,
        urgency=Urgency.NOW,
        late="those who must come do not know: whoever takes it opens the meeting, and rings them",
        source="features.md C6: every MARAC's protocol has one, called in minutes. Whom it calls, and when,"
        " is Goldthread's own",
        grace=timedelta(0),
    ),
}
"""The lines about what comes before a meeting: what agencies are asked to find, and that one cannot wait."""
