"""What protects her when an order ends: said before it ends, and while nothing has taken its place.

Sources: ``domain.md`` 4.6 (bail that ends or becomes release under investigation is a high-risk event), 4.7
(ends are looked ahead to, 14 days at the most, so that what follows is planned) and section 14, trap 6 (that
an order ends raises risk) and its list (a DVPO that ends before what follows is served; what nobody served is
not enforceable); HMICFRS (2021) on the risk between bail and what follows. For how long after its end an
order is missed is Goldthread's own, as long as before. Cover is of people and of time: what two orders
forbid, and whether their breach is ground for arrest, is not compared, and every page that names one says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.rules.occurrence import LONDON, normal
from contracts.rules.order_life import LIVES
from contracts.rules.order_status import UNSERVED, OrderTerms, ends_at, status

LOOK_AHEAD = timedelta(days=14)
LOOK_BACK = timedelta(days=14)
WITHIN_DAYS = (2, 7, 14)
"""The days that are looked ahead to (``domain.md`` 4.7), the fewest first."""


class How(StrEnum):
    """What another order is, from the moment at which one ends: the first alone protects the same people from
    then. What nobody served, or may be over by then, is no cover; nor is what is not known to be for her."""

    COVERS = "covers"
    """It can be enforced from that moment on."""
    LATER = "later"
    """It begins after that moment: until then nothing is in its place."""
    NOT_ALL = "not-all"
    """It does not protect all of the same people from all of the same."""
    WHOM_UNKNOWN = "whom-unknown"
    """It does not say whom it protects, as bail seldom does."""
    NOT_SERVED = "not-served"
    NOT_AWARE = "not-aware"
    END_UNKNOWN = "end-unknown"
    """Nobody gave its end, and so it may be over by then."""
    DOUBTFUL = "doubtful"
    """Its hearing is over by then and nobody has told what came of it, it has come to the most that the law
    allows, or it is bail whose case is over."""
    APPLIED_FOR = "applied-for"


HINDERED = {
    **dict.fromkeys(UNSERVED.values(), How.NOT_SERVED),
    "order.aware-unserved": How.NOT_SERVED,
    "order.unaware": How.NOT_AWARE,
    "order.unaware-no-crime": How.NOT_AWARE,
    "order.hearing-overdue": How.DOUBTFUL,
    "order.beyond-longest": How.DOUBTFUL,
    "order.case-over": How.DOUBTFUL,
    "order.applied-for": How.APPLIED_FOR,
}
"""Why an order cannot be enforced that is not over, by the reason of its status."""


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


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another order between the same people, as it will be when one ends. ``since`` is from when it can be
    enforced then, where it can be; ``until`` is its own end: None, until further order, or nobody knows."""

    root: str
    how: How
    since: datetime | None
    until: datetime | None


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


def within(ends: datetime | None, at: datetime) -> int | None:
    """The fewest of the days that are looked ahead to within which an order ends. None: it ends later, is
    over, or nobody gave an end."""
    if ends is None or ends <= at:
        return None
    return next((days for days in WITHIN_DAYS if ends <= at + timedelta(days=days)), None)


def replacements(order: Cover, when: datetime, orders: Iterable[Cover]) -> list[Replacement]:
    """What stands between the same people when this order ends, to come: what covers them first. Of an order
    for others, one that is over by then, or one that became this order, nothing is said."""
    found = []
    for other in orders:
        whole = _whom(order, other)
        if other.root == order.root or whole is None or _same(other, order, when) or _became(other, order):
            continue
        at = max(when, other.terms.starts)
        now = status(other.terms, at)
        if not now.enforceable:
            if now.reason in HINDERED:
                goes_on = other.ends if other.ends is not None and other.ends > at else None
                found.append(Replacement(other.root, HINDERED[now.reason], None, goes_on))
        elif not other.terms.until_further_order and other.ends is None:
            found.append(Replacement(other.root, How.END_UNKNOWN, at, None))
        else:
            how = whole if whole is not How.COVERS else How.LATER if at > when else How.COVERS
            found.append(Replacement(other.root, how, at, other.ends))
    return sorted(found, key=lambda each: (list(How).index(each.how), each.since or when, each.root))


def _became(other: Cover, order: Cover) -> bool:
    """Whether another is the notice, or the interim order, that this order came of: that binds until what was
    applied for is decided (``domain.md`` 4.1 and 4.2)."""
    return LIVES[other.terms.order].becomes is order.terms.order and other.made <= order.made


def _whom(order: Cover, other: Cover) -> How | None:
    """Whether another order is for the same people. None: it is for others. Of one that does not say whom it
    protects, only another of the same case, that does not say either, is known to be."""
    if other.respondents.isdisjoint(order.respondents):
        return None
    if not order.protected or not other.protected:
        reference = normal(order.reference or "")
        same_case = reference != "" and reference == normal(other.reference or "")
        alike = not order.protected and not other.protected and same_case
        return How.COVERS if alike and other.respondents >= order.respondents else How.WHOM_UNKNOWN
    if other.protected.isdisjoint(order.protected):
        return None
    whole = other.respondents >= order.respondents and other.protected >= order.protected
    return How.COVERS if whole else How.NOT_ALL


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
        and not _became(other, order)
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
