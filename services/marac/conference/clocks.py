"""The clocks of a case: the deadlines that run about its orders and breaches, as its page and the agenda
show them."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule
from services.marac import shown
from services.marac.conference import alert_rows
from services.marac.rules.agenda import SOON

SAID_ELSEWHERE = frozenset(
    {
        AlertRule.NO_ANSWER,
        AlertRule.ENDS_14,
        AlertRule.ENDS_7,
        AlertRule.ENDS_2,
        AlertRule.BAIL_ENDED,
        AlertRule.UNRESOLVED,
        AlertRule.CIRCULATION,
        AlertRule.CONFIRMATION,
        AlertRule.PATTERN,
    }
)
"""Late, these are gaps of their own: a breach without an answer, an order that ends or has ended, one that
was not circulated or not confirmed, an offence that nobody decided, an alert that was taken, and nobody says
what was done."""


def clocks_of(
    alerts: Mapping[str, alert_rows.ConferenceAlert], causes: Iterable[str], at: datetime
) -> list[shown.ClockShown]:
    """The clocks about these causes: those that ran out and nobody took first, then those that run, then
    those that somebody took; of each the earliest first."""
    found = [
        shown.ClockShown(
            cause=cause,
            rule=clock.rule,
            owner=CLOCKS[clock.rule].owner,
            due=clock.due,
            state="runs" if clock.due > at else "taken" if clock.taken else "late",
        )
        for cause in causes
        if cause in alerts
        for clock in alerts[cause].clocks
    ]
    return sorted(found, key=lambda each: (shown.CLOCK_STATES.index(each.state), each.due, each.cause))


def soon(clocks: Iterable[shown.ClockShown], at: datetime) -> datetime | None:
    """When the next of these runs out, if that is soon."""
    return min((each.due for each in clocks if at < each.due <= at + SOON), default=None)


def late(clocks: Iterable[shown.ClockShown], doubted: Container[str] = ()) -> list[str]:
    """The causes of those that ran out, nobody took, and no other gap tells of: none tells of bail that is
    ``doubted``."""
    return [
        each.cause
        for each in clocks
        if each.state == "late"
        and (each.rule not in SAID_ELSEWHERE or (each.rule is AlertRule.BAIL_ENDED and each.cause in doubted))
    ]


def unresolved(clocks: Iterable[shown.ClockShown]) -> list[str]:
    """The causes of alerts of which nobody says what was done, though its time is over: whoever took the
    alert about that has not said it either."""
    return [each.cause for each in clocks if each.state != "runs" and each.rule is AlertRule.UNRESOLVED]
