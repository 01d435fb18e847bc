"""When a school's next day begins, and who is told until then.

Source: Operation Encompass, a duty of the police since the Victims and Prisoners Act 2024: the school is told
before the next school day, of what happens at weekends and in holidays too; of a child who is taught at home
the local authority is (``domain.md`` 8 and 9.13, HCR Law, 2025, read 2026-11). Schools are told by half past
eight. A school's days are its own: terms differ by council and by academy, and inset days by school; where
nobody gave them, every weekday that is no bank holiday is one, for to be early harms nobody. That in a
holiday the local authority is told meanwhile is Goldthread's own, to be agreed with each force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contracts.envelope import utc
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import SchoolRecipient, Setting

BEGINS = time(8, 30)
HOLIDAY = timedelta(days=7)
"""A school that opens no sooner than that is closed: whoever tells it tells nobody yet."""
WorkingDays = Callable[[date, int], date]
"""Which day is so many working days after a day."""


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The days of a school: terms, each from its first day to its last, and days without pupils in them."""

    terms: tuple[tuple[date, date], ...]
    closed: frozenset[date] = frozenset()

    def covers(self, day: date) -> bool:
        """Whether anything is known of a day."""
        return self.terms[0][0] <= day <= self.terms[-1][1]

    def opens(self, day: date) -> bool:
        """Whether the school has pupils on a weekday."""
        return day not in self.closed and any(starts <= day <= ends for starts, ends in self.terms)


@dataclass(frozen=True, slots=True, order=True)
class ToTell:
    """Somebody to be told, and by when."""

    due: datetime
    to: SchoolRecipient


def next_day(after: datetime, days: SchoolDays | None, working_days: WorkingDays) -> datetime:
    """The start of the first school day that begins after a time, in UTC. ``days`` None: nobody knows."""
    day = after.astimezone(LONDON).date()
    while True:
        is_weekday = working_days(day - timedelta(days=1), 1) == day
        known = days is not None and days.covers(day)
        begins = utc(datetime.combine(day, BEGINS, LONDON))
        if is_weekday and begins > after and (not known or (days is not None and days.opens(day))):
            return begins
        day += timedelta(days=1)


def to_tell(
    after: datetime, setting: Setting, days: SchoolDays | None, working_days: WorkingDays
) -> tuple[ToTell, ...]:
    """Who is told of what the police recorded then, the first to be told first: the school; the local
    authority of a child who goes to none, and before the school of one whose school is closed."""
    soon = ToTell(next_day(after, None, working_days), SchoolRecipient.LOCAL_AUTHORITY)
    if setting in (Setting.HOME_EDUCATED, Setting.NONE):
        return (soon,)
    school = ToTell(next_day(after, days, working_days), SchoolRecipient.SCHOOL)
    return (soon, school) if school.due - utc(after) > HOLIDAY else (school,)
