"""When the way that alerts go is sound, broken or not known, and when somebody is told.

Source: pages.md section 2 (2026): an alert path that is broken is the loudest thing on a page; domain.md
section 14, trap 10: heartbeat, and what is not known fails loud. A breach at high risk is to be called at
once (domain.md section 5), so that a try which takes a minute is no alert path either. The figures are
Goldthread's own, for a try every minute; what is told is told in tries, so that they move together.
"""

from datetime import timedelta
from enum import StrEnum

EVERY = timedelta(minutes=1)
TRIES_MISSED = 2
"""How many tries old the newest that came through may be, counted from its beginning: the one before has not
come within the time of a whole try."""
TRIES_UNTOLD = 3
"""For how many tries more nobody is called about it: a service may just be starting. After that somebody
is told, by whatever way still works."""


class PathState(StrEnum):
    """Whether alerts get out, as far as is known. What is not known is as bad as broken."""

    SOUND = "sound"
    BROKEN = "broken"
    UNKNOWN = "unknown"


def state_of(age: timedelta | None, every: timedelta) -> PathState:
    """Of the newest try that came through, how long ago it began; None: none is known."""
    if age is None:
        return PathState.UNKNOWN
    return PathState.SOUND if age <= TRIES_MISSED * every else PathState.BROKEN


def is_to_be_told(missed: timedelta, every: timedelta) -> bool:
    """Whether somebody is to be told that it has been seen not sound for so long."""
    return missed > TRIES_UNTOLD * every


def is_to_begin(since_last: timedelta | None, every: timedelta) -> bool:
    """Whether the next try is to begin, given how long ago the last began; None: there was none. One that
    begins in time to come was told by a clock that has gone back since."""
    return since_last is None or not timedelta() <= since_last < every


def is_to_be_sent(age: timedelta, every: timedelta = EVERY) -> bool:
    """Whether the message of a try that began so long ago is still worth sending: after that the next try
    says more, and after an outage there is no volley of them."""
    return abs(age) <= TRIES_MISSED * every
