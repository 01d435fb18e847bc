"""What replaces an order that ends within the days that are looked ahead to.

Source: ``domain.md`` 4.7 (expiry look-ahead at 14, 7 and 2 days, so that what follows is planned) and section
14 (what nobody served is not enforceable; order expiry raises risk). Which of several respondents was served
is a matter of each: another order replaces one that binds several only as far as it does so for every one of
them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.rules.cover import Cover, How, Replacement, covered, replacements, within
from contracts.rules.occurrence import normal
from contracts.rules.order_match import KnownOrder
from contracts.rules.order_status import NEVER_MADE


@dataclass(frozen=True, slots=True)
class LookAhead:
    """When an order ends, within how many days, and what stands between the same people from then."""

    ends: datetime
    days: int
    by: tuple[Replacement, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing that is known here protects them from that moment on."""
        return all(each.how is not How.COVERS for each in self.by)


def cover(order: KnownOrder) -> Cover:
    """An order, as the rule of what takes its place knows one."""
    return Cover(
        root=order.root,
        reference=order.reference,
        made=order.made,
        terms=order.terms,
        respondents=frozenset(order.respondents),
        protected=frozenset(order.protected),
    )


def look_ahead(own: KnownOrder, known: Mapping[str, Sequence[KnownOrder]], at: datetime) -> LookAhead | None:
    """What replaces an order. None: it does not end so soon, or was never made. ``known`` are, of each whom
    it binds, the orders that name them, each with its service upon them."""
    of = cover(own)
    days = within(of.ends, at)
    if of.ends is None or days is None or own.terms.stage in NEVER_MADE:
        return None
    ends = of.ends
    found = [
        {each.root: each for each in replacements(of, ends, map(cover, known.get(person, ())))}
        for person in own.respondents
    ]
    roots = {root for each in found for root in each}
    by = [_of_all([each[root] for each in found if root in each], len(found)) for root in roots]
    return LookAhead(
        ends, days, tuple(sorted(by, key=lambda each: (_rank(each), each.since or ends, each.root)))
    )


def in_its_place(own: KnownOrder, others: Iterable[KnownOrder], when: datetime, at: datetime) -> bool:
    """Whether another order protects the same people after this one. Of one that does not say whom it
    protects, as bail seldom does, only another of the same case is known to: one that says nothing either,
    under the same reference."""
    same = [
        cover(other)
        for other in others
        if (other.protected if own.protected else not other.protected and same_case(own, other))
    ]
    return covered(cover(own), when, same, at)


def same_case(one: KnownOrder, other: KnownOrder) -> bool:
    """Whether two orders bear the same reference."""
    reference = normal(one.reference or "")
    return reference != "" and reference == normal(other.reference or "")


def _of_all(each: Sequence[Replacement], bound: int) -> Replacement:
    """What another order is for all whom the one binds: as for whoever it is least for."""
    worst = max(each, key=_rank)
    partly = len(each) < bound and worst.how in (How.COVERS, How.LATER)
    return replace(worst, how=How.NOT_ALL) if partly else worst


def _rank(each: Replacement) -> int:
    return list(How).index(each.how)
