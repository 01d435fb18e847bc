"""The deadlines that questions of who is who run: a mixture that was shown, and a person who is asked.

Sources: each line's own, as read on 26 November 2026.
"""

from collections.abc import Mapping

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner, Urgency

IDENTITY: Mapping[AlertRule, Clock] = {
    AlertRule.MIXTURE: Clock(
        about="link",
        started="two records that were held for one person are two again, and somebody had been shown them as"
        " one",
        stopped="somebody says what was done about it, and whether it was reported",
        limit=Limit(72, Calendar.HOURS),
        owner=ClockOwner.DATA_PROTECTION,
        urgency=Urgency.DAY,
        late="what is a risk to somebody was to be reported to the Information Commissioner by now",
        source="UK GDPR Art 33; DPA 2018 s67",
    ),
    AlertRule.WHO_IS_WHO: Clock(
        about="question",
        started="a person is asked whether two records are one person's: of an area's questions the first to"
        " be late",
        stopped="somebody decides: the same, or not; a later comparison leaves no doubt, or what an agency"
        " corrected. That it cannot be told stops nothing: a second person is asked",
        limit=Limit(1, Calendar.WORKING_DAYS),
        owner=ClockOwner.MARAC_COORDINATOR,
        urgency=Urgency.DAY,
        late="what is known of one person may lie in two records, and no page shows both. Where a MARAC"
        " has neither, and both are known to be at medium or standard risk, the limit is 5 working days",
        source="domain.md 1.5: a high risk is referred on the same or the next working day; the times are"
        " Goldthread's own",
    ),
}
"""In the order of the table."""
