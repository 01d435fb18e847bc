"""Marks: what is out of date in a store, and which of them go before others."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

from contracts.content import Content
from contracts.envelope import Change

HISTORY = timedelta(days=28)
"""What happened so long before it is said is history: whoever joins brings years along, and what is of this
minute is not to wait behind them. (Ours, 2026-11.)"""


class Rank(IntEnum):
    """Which marks are taken before others; of one rank, the older first (decision 0062)."""

    HISTORY = -1
    """What agencies told long after it happened, and what is folded anew though nothing new is known."""
    REST = 0
    URGENT = 1


def rank_of(model: type[Content] | None, change: Change, agency: str, age: timedelta) -> Rank:
    """That of the marks of a fact that was accepted so long after it happened. What is put right is of today,
    and so is what Goldthread says by itself."""
    if age < HISTORY:
        return Rank.URGENT if model is not None and model.urgent else Rank.REST
    return Rank.HISTORY if change is Change.ORIGINAL and agency != "goldthread" else Rank.REST


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be folded: its rank, and the number of the oldest mark that it comes from. Whatever is left
    in place of a mark keeps both: it waits for as long as that one did (``chassis.folded``)."""

    rank: Rank
    origin: int

    def __or__(self, other: "Due") -> "Due":
        """Of one subject, by two marks: whichever comes first, and whichever is older."""
        return Due(max(self.rank, other.rank), min(self.origin, other.origin))


@dataclass(slots=True)
class Mark:
    """One taken mark, or several of one key drawn together."""

    key: str
    due: Due
    moved: Due | None = None
    """Of its moves alone."""
    left: set[str] = field(default_factory=set)
