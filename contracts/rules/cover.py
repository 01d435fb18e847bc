"""What protects her when an order ends: said before it ends, and while nothing has taken its place.

Sources: ``domain.md`` 4.6 (bail that ends or becomes release under investigation is a high-risk event), 4.7
(ends are looked ahead to, 14 days at the most, so that what follows is planned) and section 14, trap 6 (that
an order ends raises risk) and its list (a DVPO that ends before what follows is served; what nobody served is
not enforceable); HMICFRS (2021) on the risk between bail and what follows. For how long after its end an
order is missed is Goldthread's own, as long as before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.rules.occurrence import LONDON, normal
from contracts.rules.order_status import OrderTerms, ends_at, status

LOOK_AHEAD = timedelta(days=14)
LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Cover:
    """An order that was ever made, whom it binds and whom it protects. People are person ids."""

    root: str
    reference: str | None
    made: datetime
    terms: OrderTerms
    respondents: frozenset[str]
    protected: frozenset[str]

    @property
    def ends(self) -> datetime | None:
        """When it really ends: a notice without an end with its hearing. None: nobody gave an end."""
        return ends_at(self.terms) or self.terms.hearing_due


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
        if not covered(order, order.ends, orders, at):
            yield Ending(order.root, order.ends, over=order.ends <= at)


def covered(order: Cover, when: datetime, orders: Iterable[Cover], at: datetime) -> bool:
    """Whether another of these orders, that can be enforced, goes on to protect the same people when this
    one ends, or has since then. One that ended later itself is missed as that one, not as this."""
    by = max(when, at)
    return any(_takes_over(other, order, when, by) for other in orders if other.root != order.root)


def ends_soon(ends: datetime | None, at: datetime) -> bool:
    """Whether an order that binds ends within the days that are looked ahead to."""
    return ends is not None and at < ends <= at + LOOK_AHEAD


def _takes_over(other: Cover, order: Cover, when: datetime, by: datetime) -> bool:
    """Whether another order protects all of these from all of those at some time between. One of which
    nobody knows the end may be over by then."""
    terms = other.terms
    times = (when, terms.starts, terms.served, terms.aware)
    return (
        (terms.until_further_order or other.ends is not None)
        and other.respondents >= order.respondents
        and other.protected >= order.protected
        and not _same(other, order, when)
        and any(status(terms, each).enforceable for each in times if each and when <= each <= by)
    )


def _same(other: Cover, order: Cover, when: datetime) -> bool:
    """Whether another record is of the same order, as when two agencies tell of one bail: made on the same
    day, or with the same reference and not when this one ends, as what a court makes in the same case."""
    day, theirs = order.made.astimezone(LONDON).date(), other.made.astimezone(LONDON).date()
    reference = normal(order.reference or "")
    alike = reference != "" and reference == normal(other.reference or "")
    return (
        other.terms.order is order.terms.order
        and other.respondents == order.respondents
        and other.protected == order.protected
        and (theirs == day or (alike and theirs < when.astimezone(LONDON).date()))
    )
