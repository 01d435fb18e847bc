"""From when on an agenda can be taken along for the meeting, and until when the copy opens.

Source: features.md G4 (the last agenda as a pack that expires, while Goldthread cannot be reached; read
2026-11-27). The times are Goldthread's own (2026-11): what is not there yet cannot be lost, and a meeting
that sits past midnight goes on.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.rules.occurrence import LONDON

SITS = timedelta(hours=12)
"""So long a meeting goes on at most, as it counts elsewhere (decision 0042)."""


class Window(NamedTuple):
    """A copy is given from ``opens`` on and before ``until``, and opens before ``until``."""

    opens: datetime
    until: datetime


def window(starts: datetime) -> Window:
    """Of a meeting that begins then: the day before it and its own day, in London; for one that begins late,
    twelve hours from its beginning."""
    day = starts.astimezone(LONDON).date()
    before, after = (
        datetime(each.year, each.month, each.day, tzinfo=LONDON)
        for each in (day - timedelta(days=1), day + timedelta(days=1))
    )
    return Window(before, max(after, starts + SITS))
