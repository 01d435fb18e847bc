"""Times as people say them, always London's: *today at 10:14pm*, *Sat 21 Nov at 9pm*.

Pure functions of a time and of now. A date whose time of day nobody gave is the date alone. Midnight
is never named, for it is read two ways; where a clock change makes an hour come twice, the zone says
which of the two it was.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date
from markupsafe import Markup

from chassis.clock import LONDON
from chassis.pages.texts import Texts

Precision = Literal["instant", "day"]


BEHIND = timedelta(minutes=1)
"""How far a page may be behind: six watermarks. After that it says so loudly."""


def moment(day: str, at: str, now: datetime) -> datetime:
    """The time that somebody typed into a form; now where none was. Raises ValueError for what is no time, or
    to come."""
    if not (day or at):
        return now
    said = datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(at), LONDON)
    if said > now:
        raise ValueError("to come")
    return said


def in_address(at: datetime) -> str:
    """A time as an address of ours has it, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Times:
    """How one page tells times: in its language, seen from its own now; ``in_full`` on a page as it was
    known, of which *yesterday* is another day."""

    def __init__(self, texts: Texts, now: datetime, *, in_full: bool = False) -> None:
        self._texts = texts
        self.now = now
        self._in_full = in_full
        self._told: dict[tuple[float, Precision], Markup] = {}
        """A long page says the same few times again and again."""

    def when(self, at: datetime, precision: Precision = "instant") -> Markup:
        """*today at 10:14pm*, *yesterday*, *Sat 21 Nov at 9pm*; with the year if it is another one."""
        if self._in_full:
            return self.absolute(at, precision)
        told = at.timestamp(), precision  # of one zone the two hours that are alike are equal
        if told not in self._told:
            local, today = at.astimezone(LONDON), self.now.astimezone(LONDON).date()
            self._told[told] = self._said(self._day(local.date(), today), local, precision)
        return self._told[told]

    def absolute(self, at: datetime, precision: Precision = "instant") -> Markup:
        """The same in full, for paper and for what was known then: *Sat 21 Nov 2026 at 9pm*."""
        local = at.astimezone(LONDON)
        return self._said(self.day(local.date()), local, precision)

    def seconds(self, at: datetime) -> str:
        """The time of day to the second, for how new a page is: *10:14:09pm*."""
        local = at.astimezone(LONDON)
        return f"{local.hour % 12 or 12}:{local:%M:%S}{_half(local)}"

    def exact(self, at: datetime) -> Markup:
        """To the second, with its zone: *Sat 21 Nov 2026 at 9:04:09pm GMT*."""
        local = at.astimezone(LONDON)
        clock = f"{self.seconds(at)} {local.tzname()}"
        return self._texts("time.at", day=self.day(local.date()), time=clock)

    def clock(self, at: datetime) -> str:
        """The time of day alone: *9pm*, *10:14pm*; *12:00am* at the very start of a day."""
        local = at.astimezone(LONDON)
        midnight = (local.hour, local.minute) == (0, 0)
        minutes = f":{local:%M}" if local.minute or midnight else ""
        zone = f" {local.tzname()}" if _comes_twice(local) else ""
        return f"{local.hour % 12 or 12}{minutes}{_half(local)}{zone}"

    def day(self, day: date) -> Markup:
        """*Sat 21 Nov 2026*."""
        return _formatted(day, "EEE d MMM y", self._texts.language)

    def born(self, day: date) -> Markup:
        """*2 March 1991*."""
        return _formatted(day, "d MMMM y", self._texts.language)

    def month(self, month: str) -> Markup:
        """*November 2026*, of *2026-11*."""
        return _formatted(date.fromisoformat(f"{month}-01"), "MMMM y", self._texts.language)

    def age(self, born: date) -> int:
        """Whole years today."""
        today = self.now.astimezone(LONDON).date()
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def in_address(self, at: datetime) -> str:
        """As ``in_address``."""
        return in_address(at)

    def is_behind(self, fresh: datetime) -> bool:
        """Whether a page that holds all up to this time is not up to date: more than a minute behind."""
        return self.now - fresh > BEHIND

    def ago(self, at: datetime) -> Markup:
        """*4 minutes ago*, to stand beside a clock time."""
        minutes = max(0, int((self.now - at).total_seconds() // 60))
        if minutes < 120:
            return self._texts("time.minutes-ago", n=minutes)
        if minutes < 48 * 60:
            return self._texts("time.hours-ago", n=minutes // 60)
        return self._texts("time.days-ago", n=minutes // 1440)

    def delay(self, occurred: datetime, recorded: datetime) -> Markup | None:
        """How much later than the day on which it happened it was recorded, None for the same or the next; of
        what was recorded before it happened, the question which of the two is right."""
        if recorded < occurred:
            return self._texts("time.recorded-before")
        days = (recorded.astimezone(LONDON).date() - occurred.astimezone(LONDON).date()).days
        return self._texts("time.recorded-later", n=days) if days > 1 else None

    def _said(self, day: Markup, local: datetime, precision: Precision) -> Markup:
        if precision == "day":
            return day
        return self._texts("time.at", day=day, time=self.clock(local))

    def _day(self, day: date, today: date) -> Markup:
        if day == today:
            return self._texts("time.today")
        if day == today - timedelta(days=1):
            return self._texts("time.yesterday")
        shape = "EEE d MMM" if day.year == today.year else "EEE d MMM y"
        return _formatted(day, shape, self._texts.language)


@lru_cache(maxsize=2048)
def _formatted(day: date, shape: str, language: str) -> Markup:
    """A day in words. A long page says the same few days again and again."""
    return Markup(format_date(day, shape, locale=language))  # noqa: S704  no input


def _half(local: datetime) -> str:
    return "am" if local.hour < 12 else "pm"


def _comes_twice(local: datetime) -> bool:
    """Whether the clocks go back over this hour, so that its name stands for two."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
