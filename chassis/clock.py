"""The one clock of a process, and the calendars of the field. Rules never read it: time is passed in."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
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
    return frozenset(_named_holidays())


def ends_within_a_year(last: date, today: date) -> bool:
    """Whether bank holidays are known for less than a year from today: after the ``last`` of them each is
    taken for a working day, until a release has a longer list."""
    return last - today < timedelta(days=365)


@cache
def _named_holidays() -> Mapping[date, str]:
    known = BankHolidays(use_cached_holidays=True)
    return {day["date"]: day["title"] for day in known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)}


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no bank holiday (Victims' Code; MARAC)."""
    return day.weekday() < 5 and day not in bank_holidays()


def add_working_days(start: date, days: int) -> date:
    """The working day that is this many working days after ``start``; of a negative number, before it."""
    day, step = start, 1 if days > 0 else -1
    while days:
        day += timedelta(days=step)
        days -= step * is_working_day(day)
    return day


def working_days_before(day: date, days: int) -> date:
    """The working day that is this many working days before ``day``."""
    while days > 0:
        day -= timedelta(days=1)
        days -= is_working_day(day)
    return day


def court_deadline(start: datetime, hours: int) -> datetime:
    """When so many of a court's hours after ``start`` have passed, in UTC: none on a Sunday, Good Friday,
    Christmas Day or a bank holiday; a Saturday counts (Crime and Security Act 2010 s27; Domestic Abuse Act
    2021 s29)."""
    return _after(start, hours, _is_court_day)


def custody_deadline(start: datetime, hours: int) -> datetime:
    """When so many hours of custody after ``start`` have passed, in UTC: none on a Sunday, Good Friday or
    Christmas Day; a bank holiday counts, and a Saturday (Family Law Act 1996 s47(7); Bail Act 1976 s7(7))."""
    return _after(start, hours, lambda day: day.weekday() < 6 and not _is_good_friday_or_christmas(day))


def _after(start: datetime, hours: int, counts: Callable[[date], bool]) -> datetime:
    at, left = start.astimezone(UTC), timedelta(hours=hours)
    while True:
        day = at.astimezone(LONDON).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)
        if counts(day):
            if midnight - at >= left:
                return at + left
            left -= midnight - at
        at = midnight


def _is_court_day(day: date) -> bool:
    """Christmas Day is none even where its bank holiday is another day."""
    return day.weekday() < 6 and not _is_good_friday_or_christmas(day) and day not in bank_holidays()


def _is_good_friday_or_christmas(day: date) -> bool:
    return (day.month, day.day) == (12, 25) or _named_holidays().get(day) == "Good Friday"
