"""Whether what is held here can be relied on to be all that there is.

Source: ``domain.md`` section 14 (2026-10): unknown is never safe. An order may stand in a record that
nobody could read, of whomever it speaks.
"""

from datetime import datetime


def unknown(fresh_until: datetime | None, *, unread: int, whose_unknown: int, broken: int) -> bool:
    """Whether it cannot be told what is in force: how far this service has come is not known, a record
    about these people or about nobody knows whom could not be read, or the row of one is an old one."""
    return fresh_until is None or unread > 0 or whose_unknown > 0 or broken > 0
