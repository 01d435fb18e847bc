"""What officers who go on shift are told first of an order: who is outstanding, then who broke it lately.

Source: HMICFRS 2021 (suspects left outstanding; orders that officers did not know of). How long *lately* is,
is Goldthread's own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from contracts.rules.breach_answer import Step
from contracts.vocabulary import BreachStep

LATELY = timedelta(days=28)
UNDECIDED = frozenset({BreachStep.TRIAGED, BreachStep.RELEASED})
"""Steps that say nothing of whether somebody is still looked for."""


def outstanding_since(steps: Iterable[Step]) -> datetime | None:
    """Since when the suspect of an occurrence is outstanding, by all that was done about it; None: they are
    not, or nobody says so."""
    told = sorted((each for each in steps if each.step not in UNDECIDED), key=lambda each: each.order)
    return told[-1].at if told and told[-1].step is BreachStep.SUSPECT_OUTSTANDING else None


def urgency(
    outstanding: datetime | None, lately: datetime | None, made: datetime, order: str
) -> tuple[bool, float, float, str]:
    """By which a briefing is sorted: whoever is outstanding, then what was broken last, then the newest."""
    broken = -lately.timestamp() if lately else 0.0
    return (outstanding is None, broken, -made.timestamp(), order)
