"""By when an officer is to decide what the facts about two people may be: one clock for all that is named.

Source: the times of each offence, ``contracts.rules.offences`` and ``contracts.rules.pattern_decisions``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.rules.pattern import Reading
from contracts.rules.pattern_decisions import NOT_YET, Decided, question
from contracts.vocabulary import PatternDecision


@dataclass(frozen=True, slots=True)
class Deciding:
    """By when the first of what is named must be decided: None, all of it is. ``again`` is when *not yet* is
    over, and it is asked anew."""

    by: datetime | None = None
    again: datetime | None = None


def deciding(named: Iterable[Reading], decisions: Sequence[Decided], at: datetime) -> Deciding:
    """Of all offences that are named, what is still to be decided at this time."""
    asked = [question(reading, decisions, at) for reading in named]
    due = [each.due for each in asked if each.due is not None]
    last = [each.last for each in asked if each.due is None and each.last is not None]
    waits = [each.at + NOT_YET for each in last if each.decision is PatternDecision.NOT_YET]
    return Deciding(min(due, default=None), min(waits, default=None))
