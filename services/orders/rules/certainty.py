"""Whether what is held here can be relied on to be all that there is.

Source: ``domain.md`` section 14 (2026-10): unknown is never safe, and *no active order* is said by what is up
to date alone. An order may stand in a record that nobody could read, of whomever it speaks. How far behind is
not up to date is Goldthread's own, and what every page says (2026-11).
"""

from datetime import datetime, timedelta

BEHIND = timedelta(minutes=1)


def unknown(
    fresh_until: datetime | None, at: datetime, *, unread: int, whose_unknown: int, broken: int
) -> bool:
    """Whether it cannot be told what is in force: how far this service has come is not known, or is not up to
    now; a record about these people or about nobody knows whom could not be read; or the row of one is an old
    one."""
    behind = fresh_until is None or at - fresh_until > BEHIND
    return behind or unread > 0 or whose_unknown > 0 or broken > 0
