"""Whether the way by which a victim was told what a meeting came to was the agreed safe one.

Source: ``domain.md`` 1.5 and 14, 2 (2026-11): told where it is safe, by the safe way alone, and never by
another where that fails; unknown is unsafe. That a supervisor is asked of it is Goldthread's own.
"""

from typing import Literal

from contracts.rules.safe_contact import SafeWay
from contracts.vocabulary import ContactMethod, WayState

ToldAsks = Literal["way-not-said", "no-way-then", "other-way", "not-safe-then"]
"""What a supervisor is asked of the way by which somebody was told."""


def asks(method: ContactMethod | None, then: SafeWay, *, by_day: bool = False) -> ToldAsks | None:
    """What is to be asked, given the way by which somebody was told, and what held of safe contact then. Of
    whoever was told on a day nobody knows the hour: none is asked about."""
    if method is None:
        return "way-not-said"
    if then.method is None:
        return "no-way-then"
    if method is not then.method:
        return "other-way"
    hours = (WayState.SAFE, WayState.AT_TIMES, *((WayState.NOT_NOW,) if by_day else ()))
    return None if then.state in hours else "not-safe-then"
