"""Which looks showed two people as one.

Source: UK GDPR Art 33 (read 2026-11): a breach's clock runs from when there is one. A look that showed
the two as two, or after they were, is none; who saw one must be told, and nobody is named for what they
did not see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

AS_MANY = frozenset({"agenda", "cohort", "feed", "identity-review", "meetings", "orders_waiting"})
"""Views that show many people, of each little; and the one in which two are compared, as two. Of a feed its
entries are asked instead."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of two whom a link had made one: their records, and the facts about them."""

    records: frozenset[str]
    facts: frozenset[str]


Parts = tuple[Part, Part]


def mixes(
    view: str,
    facts: Collection[str],
    at: datetime,
    parts: Collection[Parts],
    undone: datetime,
    asked: str | None = None,
) -> bool:
    """Whether a look at a view made of these facts, at a time, showed any two as one: until the link was
    undone, and with a fact about each that is none about the other; or with one about the other alone, of
    whoever ``asked`` for it by a record of the one."""
    if view in AS_MANY or at > undone:
        return False
    shown = set(facts)

    def has_of(part: Part, other: Part) -> bool:
        return not shown.isdisjoint(part.facts - other.facts)

    return any(
        (asked in one.records or has_of(one, other)) and (asked in other.records or has_of(other, one))
        for one, other in parts
    )
