"""Whether what is held here can be relied on to be all that there is.

Source: ``domain.md`` section 14 (2026-10): unknown is never safe, and *no active order* is said by what is up
to date alone. An order may stand in a record that nobody could read, of whomever it speaks, or in one that is
here and in no row yet. How far behind is not up to date is Goldthread's own, and what every page says
(2026-11); so is how long whoever asks waits for the rows.
"""

from datetime import datetime, timedelta

BEHIND = timedelta(minutes=1)
WAITS = timedelta(seconds=1)


def unknown(
    fresh_until: datetime | None, at: datetime, *, unread: int, whose_unknown: int, out_of_date: int
) -> bool:
    """Whether it cannot be told what is in force: how far this service has come is not known, or is not up to
    now; a record about these people or about nobody knows whom could not be read; or the rows of so many of
    them do not say all that is held here."""
    behind = fresh_until is None or at - fresh_until > BEHIND
    return behind or unread > 0 or whose_unknown > 0 or out_of_date > 0
