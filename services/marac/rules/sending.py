"""To which agencies an agenda and minutes are sent, by when somebody of each is to have opened them, and how
far each has come.

Source: SafeLives: an agenda goes to agencies some eight working days before a MARAC, minutes within three to
five after it, and actions are due within days (``domain.md`` 1.5); minutes are restricted and not copied on
(``domain.md`` 1.7); read 2026-11-28. That they go as a link, to the agency and not to a person, and the two
working days, are Goldthread's own.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from contracts.rules.clocks import Calendars, runs_out
from contracts.vocabulary import AlertRule, Paper
from services.marac.rules.sharing import READ_MINUTES, RIGHTS, may_place_cases

RULES: Mapping[Paper, AlertRule] = {
    Paper.AGENDA: AlertRule.AGENDA_TO_OPEN,
    Paper.MINUTES: AlertRule.MINUTES_TO_OPEN,
}
"""The line of the table of clocks by which each is chased."""


class Opening(StrEnum):
    """How far an agency has come with what was sent to it."""

    OPENED = "opened"
    SENT = "sent"
    LATE = "late"


def agencies_for_minutes(
    in_the_room: Iterable[str], issued: Collection[str], left: Mapping[str, Collection[str]]
) -> list[str]:
    """The agencies that minutes of the cases ``issued`` are sent to: those that were in the room for one of
    them at least. ``left``: of each agency the cases for which all of it was out."""
    return sorted({each for each in in_the_room if not set(issued) <= set(left.get(each, ()))})


def due(paper: Paper, sent: datetime, starts: datetime, calendars: Calendars) -> datetime:
    """By when somebody of each agency is to have opened it: in two working days, an agenda never later than
    its meeting begins at ``starts``."""
    usual = runs_out(RULES[paper], sent, calendars)
    return min(usual, max(sent, starts)) if paper is Paper.AGENDA else usual


def opening(opened: datetime | None, due: datetime, at: datetime) -> Opening:
    """How far an agency has come at a time."""
    if opened is not None:
        return Opening.OPENED
    return Opening.LATE if due <= at else Opening.SENT


def opens(roles: Collection[str]) -> bool:
    """Whether a look of a caller's opens what was sent: theirs who may have it; of a system nobody has read
    it yet, and whoever coordinates sends it."""
    return not RIGHTS[READ_MINUTES].isdisjoint(roles) and not may_place_cases(roles)
