"""The lines about children in the table of clocks (``contracts.rules.clocks``): the school is told, and says
so; a child who was missing is asked about it.

Source: Victims and Prisoners Act 2024 (Operation Encompass); Department for Education, statutory guidance on
children who go missing (2014); ``domain.md`` 8, read 2026-11. By when a school is to say that it has read it
is Goldthread's own, to be agreed with each area.
"""

from collections.abc import Mapping
from datetime import timedelta

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.rules.support_clocks import ON_THE_PAGE
from contracts.vocabulary import AlertRule, ClockOwner

ENCOMPASS = "Victims and Prisoners Act 2024, Operation Encompass (domain.md 8)"


def _of_child(started: str, stopped: str, limit: Limit, owner: ClockOwner, source: str) -> Clock:
    return Clock("person", started, stopped, limit, owner, None, ON_THE_PAGE, source, timedelta(0))


CHILDREN: Mapping[AlertRule, Clock] = {
    AlertRule.SCHOOL_TOLD: _of_child(
        "the police record domestic abuse of whoever lives with a child, whether or not the child was there",
        "the school of each child is told, known or not; the local authority, of a child who is taught at"
        " home, and while the school is closed for longer than a week",
        Limit(1, Calendar.SCHOOL_DAYS),
        ClockOwner.POLICE_SAFEGUARDING,
        f"{ENCOMPASS}: before the next school day",
    ),
    AlertRule.SCHOOL_ACKNOWLEDGED: _of_child(
        "a school, or the local authority in its place, is told",
        "it acknowledges",
        Limit(1, Calendar.WORKING_DAYS),
        ClockOwner.POLICE_SAFEGUARDING,
        f"{ENCOMPASS}; the time is Goldthread's own",
    ),
    AlertRule.RETURN_INTERVIEW: _of_child(
        "a child who was missing is found",
        "an independent interview is held, or the child refuses it; an offer stops nothing",
        Limit(72, Calendar.HOURS),
        ClockOwner.CHILDRENS_SERVICES,
        "Department for Education, statutory guidance (2014): within 72 hours (domain.md 8)",
    ),
}
"""The lines about children."""
