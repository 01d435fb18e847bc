"""When those who operate Goldthread are told that a whole ladder went round and nobody answered.

Source: issue 11 (2026), *after the last rung start again and tell the duty officer and the operator*. That it
is one alert for all of an area that wait, and how soon it is said again, is Goldthread's own: whoever is told
of ten alerts by ten messages mutes them (domain.md section 14, trap 10).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.vocabulary import Urgency

AGAIN = timedelta(minutes=15)
"""How long after an operator took it they are told again at the earliest, of rounds that ended since."""


@dataclass(frozen=True, slots=True)
class Round:
    """An alert that waits, and when its newest round ended."""

    urgency: Urgency
    ended: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What an operator is told of an area, and since when one of them has it."""

    urgency: Urgency
    taken: datetime | None


class Move(StrEnum):
    """What is to be said to operators."""

    RAISE = "raise"
    STAND_DOWN = "stand-down"


def loudest(waits: Collection[Round]) -> Urgency | None:
    """How urgent it is: as the most urgent of those that wait. None: none does."""
    return min((each.urgency for each in waits), key=list(Urgency).index, default=None)


def move(waits: Collection[Round], stands: Standing | None, at: datetime) -> Move | None:
    """What is to be said now. It is stood down when none waits any more; and, to be raised anew, when one
    that waits is more urgent, or a round ended since an operator took it, not sooner than ``AGAIN``. One that
    no operator took climbs by itself: it is not said twice."""
    wanted, order = loudest(waits), list(Urgency)
    if stands is None:
        return Move.RAISE if wanted else None
    if wanted is None or order.index(wanted) < order.index(stands.urgency):
        return Move.STAND_DOWN
    again = again_at(waits, stands)
    return Move.STAND_DOWN if again is not None and again <= at else None


def again_at(waits: Collection[Round], stands: Standing | None) -> datetime | None:
    """When what an operator took is told again, if nobody answers before. None: no round ended since."""
    if stands is None or stands.taken is None or not any(each.ended > stands.taken for each in waits):
        return None
    return stands.taken + AGAIN
