"""The one clock of a process, and the calendars of the field. Rules never read it: time is passed in."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")


class Clock:
    """The time of this process: the machine's, moved by an offset.

    Demo and tests run their services from a year ago; production refuses an offset
    (``chassis.settings``).
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC) + self.offset

    def set(self, at: datetime) -> None:
        """Make *now* this instant; time goes on from there."""
        self.offset = at - datetime.now(UTC)


@cache
def bank_holidays() -> frozenset[date]:
    """The bank holidays of England and Wales, from the data that govuk-bank-holidays ships."""
    known = BankHolidays(use_cached_holidays=True)
    return frozenset(day["date"] for day in known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES))


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no bank holiday (Victims' Code; MARAC)."""
    return day.weekday() < 5 and day not in bank_holidays()


def add_working_days(start: date, days: int) -> date:
    """The working day that is this many working days after ``start``."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
