"""Which order a breach is of, among those known of the people whom it names.

Source: design.md section 6 (2026): same reference, or same pair. Where orders of several pairs
would fit, nothing is guessed, for a wrong order names a wrong victim. Not found is an answer: it is a gap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.rules.occurrence import normal
from contracts.rules.order_status import OrderTerms, status


@dataclass(frozen=True, slots=True)
class Known:
    """An order: its terms, and the persons that it binds and protects."""

    root: str
    reference: str | None
    made: datetime
    terms: OrderTerms
    respondents: frozenset[str]
    protected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a breach says of its order, and whom it names, when it happened."""

    order: str | None
    reference: str | None
    respondents: frozenset[str]
    victims: frozenset[str]
    at: datetime


def order_of(sought: Sought, known: Iterable[Known]) -> tuple[Known | None, str]:
    """The order, or None, and why: by its id, by its reference, else by the people.

    A breach that gives an id or a reference which nobody knows is of *that* order, of no other.
    """
    orders = sorted(known, key=lambda order: (order.made, order.root))
    if sought.order:
        return _best([o for o in orders if o.root == sought.order], sought.at, "order.given")
    if sought.reference:
        wanted = normal(sought.reference)
        same = [o for o in orders if o.reference and normal(o.reference) == wanted]
        return _best(same, sought.at, "order.same-reference")
    between = [order for order in orders if _between(order, sought) and order.made <= sought.at]
    in_force = [order for order in between if status(order.terms, sought.at).in_force]
    fits = in_force or between
    pairs = {(order.respondents, order.protected) for order in fits}
    if len(pairs) > 1 and not (sought.victims and sought.respondents):
        return None, "order.several-fit"
    return _best(fits, sought.at, "order.same-people")


def _best(found: Sequence[Known], at: datetime, why: str) -> tuple[Known | None, str]:
    if not found:
        return None, f"{why}-unknown"
    in_force = [order for order in found if status(order.terms, at).in_force]
    return (in_force or found)[-1], why


def _between(order: Known, sought: Sought) -> bool:
    sides = ((sought.respondents, order.respondents), (sought.victims, order.protected))
    named = [(theirs, own) for theirs, own in sides if theirs]
    return bool(named) and all(not theirs.isdisjoint(own) for theirs, own in named)
