"""What a decision about a pattern did not have before it: all that rows keep of what it considered.

A decision considers all that was known of two people. Kept whole with each decision, a long case's row would
grow by the case with each. What came since is little; and of a decision that a newer one has overtaken nobody
asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.vocabulary import Offence


class Told(Protocol):
    """A record or an assessment: who did it to whom, as persons."""

    @property
    def root(self) -> str:
        """Its fact."""

    @property
    def accused(self) -> Sequence[str]:
        """Who is said to have done it."""

    @property
    def victims(self) -> Sequence[str]:
        """To whom."""


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, on the page of which breach it was made, and what it considered."""

    root: str
    breach: str
    offence: Offence
    at: datetime
    considered: frozenset[str]


def unseen(decisions: Sequence[Made], groups: Sequence[Sequence[Told]]) -> dict[str, list[str]]:
    """Of each decision, by its root, the facts about the two sides of its breach that it did not consider.
    ``groups`` are the occurrences, each with all its records, and the assessments, each by itself. None of
    one that is overtaken, or whose breach is not here."""
    breaches = {each.root: each for group in groups for each in group}
    found: dict[str, list[str]] = {}
    for one in decisions:
        of = breaches.get(one.breach)
        asked = of is not None and not any(_overtakes(other, one, of, breaches) for other in decisions)
        about = (group for group in groups if of and asked and any(_alike(of, each) for each in group))
        found[one.root] = sorted({each.root for group in about for each in group} - one.considered)
    return found


def _overtakes(other: Made, one: Made, of: Told, breaches: dict[str, Told]) -> bool:
    """Whether wherever the one counts the other, newer one of the same offence does too."""
    theirs = breaches.get(other.breach)
    return (
        theirs is not None
        and other.offence is one.offence
        and (other.at, other.root) > (one.at, one.root)
        and {*theirs.accused} >= {*of.accused}
        and {*theirs.victims} >= {*of.victims}
    )


def _alike(one: Told, other: Told) -> bool:
    """Whether they may be about the same two sides: an assessment may not say who did it."""
    return _meet(one.victims, other.victims) and (not other.accused or _meet(one.accused, other.accused))


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return not {*some}.isdisjoint(others)
