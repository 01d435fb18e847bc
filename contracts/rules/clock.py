"""What a line of the table of clocks says (``contracts.rules.clocks``): its limit, calendar and owner."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from contracts.rules.breach_answer import GRACE
from contracts.vocabulary import ClockOwner, Urgency


class Calendar(StrEnum):
    """How a limit is counted. All of it in London; hours are those that pass, whatever clocks on walls do."""

    HOURS = "hours"
    COURT_HOURS = "court-hours"
    """None on a Sunday, Good Friday, Christmas Day or a bank holiday; a Saturday counts."""
    DAYS_INCLUSIVE = "days-inclusive"
    """Beginning with the day itself: of a Monday, three days end with Wednesday."""
    WORKING_DAYS = "working-days"
    """After the day itself: Monday to Friday, and no bank holiday."""
    SCHOOL_DAYS = "school-days"
    """To half past eight of a school's next day, by its own calendar (``contracts.rules.school_day``)."""
    WORKING_DAYS_BEFORE = "working-days-before"
    """To the end of the day that is so many working days before what starts it."""
    MONTHS = "months"
    """To the end of the same day of a later month, or of its last."""
    DAYS_BEFORE = "days-before"
    """So many days before what starts it, at the same hour."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long, by which calendar."""

    n: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Clock:
    """One line of the table. ``urgency`` is how soon somebody must answer when it has run out; None: another
    rule tells of it. ``grace`` is how long after it became known somebody is called at the earliest: what
    stops it may be on its way too."""

    about: Literal["order", "breach", "link", "person", "meeting", "question", "alert"]
    started: str
    stopped: str
    limit: Limit
    owner: ClockOwner
    urgency: Urgency | None
    late: str
    source: str
    grace: timedelta = GRACE
