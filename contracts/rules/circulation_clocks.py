"""The lines about who has an order in the table of clocks (``contracts.rules.clocks``).

Source: ``domain.md`` 4.7 (a design note, read on 26 November 2026): 24 hours, to be agreed with each force.
Whom an order must reach, and who has it, is told by ``contracts.rules.circulation``.
"""

from collections.abc import Mapping

from contracts.rules.clock import Calendar, Clock, Limit
from contracts.vocabulary import AlertRule, ClockOwner


def _told(started: str, stopped: str, owner: ClockOwner, late: str, more: str = "") -> Clock:
    return Clock(
        about="order",
        started=started,
        stopped=f"{stopped}; the order is over, or withdrawn",
        limit=Limit(24, Calendar.HOURS),
        owner=owner,
        urgency=None,
        late=f"{late}. Nobody is called: 16 of 25 orders were late, and a volley is answered by nobody"
        " (decision 0027)",
        source="domain.md 4.7 (a design note); HMICFRS 2021: 16 of 25 stalking protection orders were not"
        f" circulated{more}",
    )


CIRCULATING: Mapping[AlertRule, Clock] = {
    AlertRule.CIRCULATION: _told(
        "an order is recorded, or a variation of its terms",
        "it is sent to response and neighbourhood as it now stands, to each team that had it before, and"
        " entered into PNC",
        ClockOwner.ORDERS_TEAM,
        "each page that shows the order says NOT YET CIRCULATED; its force has it on the list of orders, the"
        " oldest first, and it is a gap on the case's page",
    ),
    AlertRule.CONFIRMATION: _told(
        "an order is sent to a team: of several the first to be late",
        "a person of each team that was sent it confirms that they have read it",
        ClockOwner.SENT_TO,
        "the team has it on its own list of orders, and so has whoever sent it; it is a gap on the case's"
        " page",
        "; the time is Goldthread's own",
    ),
}
