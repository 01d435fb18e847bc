"""Which parts of an order are over while the order goes on.

Source: ``domain.md`` 4.1 (2026-10): a court gives a prohibition or a requirement an end of its own, which may
come before the order's (a tag, a programme, an exclusion zone).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from contracts.events.orders import Prohibition, Requirement

T = TypeVar("T", bound=Prohibition | Requirement)


def standing_first(terms: Iterable[T], at: datetime) -> list[tuple[T, bool]]:
    """Each prohibition or requirement, and whether it is over: from its own end on. Those that are, last."""
    told = [(each, each.until is not None and each.until <= at) for each in terms]
    return sorted(told, key=lambda each: each[1])


def all_over(parts: Iterable[Prohibition | Requirement], at: datetime) -> bool:
    """Whether each part of an order is over: somebody must ask what of it binds. Of one of which no part is
    known nobody can tell."""
    told = standing_first(parts, at)
    return bool(told) and all(over for _, over in told)
