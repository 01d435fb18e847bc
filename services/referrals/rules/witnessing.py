"""Which looks showed two people as one.

Source: UK GDPR Art 33 (read 2026-11): a breach's clock runs from when there is one. A look that showed
the two as two, or after they were, is none; who saw one must be told, and nobody is named for what they
did not see.
"""

from collections.abc import Collection
from datetime import datetime

AS_MANY = frozenset({"agenda", "cohort", "feed", "identity-review", "meetings", "orders_waiting"})
"""Views that show many people, of each little; and the one in which two are compared, as two. Of a feed its
entries are asked instead."""

Parts = tuple[frozenset[str], frozenset[str]]
"""The facts about either of two whom a link had made one."""


def mixes(
    view: str, facts: Collection[str], at: datetime, parts: Collection[Parts], undone: datetime
) -> bool:
    """Whether a look at a view made of these facts, at a time, showed any two as one: until the link was
    undone, and with a fact about each that is none about the other."""
    if view in AS_MANY or at > undone:
        return False
    shown = set(facts)
    return any(shown & (one - other) and shown & (other - one) for one, other in parts)
