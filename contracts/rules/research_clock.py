"""The line about research in the table of clocks (``contracts.rules.clocks``).

Source: ``domain.md`` 1.5 and 1.6 (SafeLives research form): agencies research before the meeting; there is no
statutory clock. The time is Goldthread's own, and each MARAC's to set; read on 27 November 2026.
"""

from collections.abc import Mapping
from datetime import timedelta

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner

RESEARCH: Mapping[AlertRule, Clock] = {
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
}
"""The line about what agencies are asked to find before a meeting."""
