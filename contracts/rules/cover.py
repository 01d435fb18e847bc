"""What protects her when an order ends: said before it ends, and while nothing has taken its place.

Sources: ``domain.md`` 4.6 (bail that ends or becomes release under investigation is a high-risk event), 4.7
(ends are looked ahead to, 14 days at the most, so that what follows is planned) and section 14, trap 6 (that
an order ends raises risk); HMICFRS (2021) on the risk between bail and what follows. For how long after its
end an order is missed is Goldthread's own, as long as before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_AHEAD = timedelta(days=14)
LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Cover:
    """An order that was made and stands, for as long as it binds. ``ends`` is None where nobody gave an
    end; ``until_further_order`` where it has none. People are person ids."""

    root: str
    starts: datetime
    ends: datetime | None
    until_further_order: bool
    respondents: frozenset[str]
    protected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """An order that ends soon, or has ended, with nothing in its place."""

    root: str
    ends: datetime
    over: bool


def endings(orders: Sequence[Cover], at: datetime) -> Iterator[Ending]:
    """The orders that end without another in their place, around this time."""
    for order in orders:
        if order.ends is None or not at - LOOK_BACK <= order.ends <= at + LOOK_AHEAD:
            continue
        if not covered(order, order.ends, orders):
            yield Ending(order.root, order.ends, over=order.ends <= at)


def covered(order: Cover, when: datetime, orders: Iterable[Cover]) -> bool:
    """Whether another of these orders goes on to protect the same people when this one ends."""
    return any(_takes_over(other, order, when) for other in orders if other.root != order.root)


def ends_soon(ends: datetime | None, at: datetime) -> bool:
    """Whether an order that binds ends within the days that are looked ahead to."""
    return ends is not None and at < ends <= at + LOOK_AHEAD


def _takes_over(other: Cover, order: Cover, when: datetime) -> bool:
    """Whether another order goes on to protect all of these from all of those. One of which nobody knows
    the end may be over by then."""
    goes_on = other.until_further_order or (other.ends is not None and other.ends > when)
    return (
        goes_on
        and other.starts <= when
        and other.respondents >= order.respondents
        and other.protected >= order.protected
    )
