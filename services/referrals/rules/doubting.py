"""By when a person decides whether two records are one, and which of the questions that wait has the clock.

Goldthread's own (2026-11), to be agreed with each area: a referral of high risk is made on the same or the
next working day (domain.md 1.5), and is no use where what is known of the victim lies in two records. It is
so long for whoever may be at high risk: unknown is not safe (domain.md 14, trap 4), and whoever is referred
to a MARAC is held to be at high risk, by judgement alone too (domain.md 1.2). Only where both are known to be
at less it is five working days, as of a review of the risk that is of no change of today.

An area has one clock, of the question that is the first to be late: whoever decides has one list, and a load
of a year's records that asks a thousand things calls one person once (domain.md 14, trap 10).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.rules.clocks import CLOCKS, Calendars, Limit, deadline
from contracts.rules.review_triggers import WEEK
from contracts.vocabulary import AlertRule, Grade

RULE = AlertRule.WHO_IS_WHO
LESSER = frozenset({Grade.MEDIUM, Grade.STANDARD})


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of the risk around one of the two: whether a standing referral to a MARAC names them,
    and the grades of all standing assessments that do."""

    referred: bool
    grades: frozenset[Grade]

    @property
    def is_lesser(self) -> bool:
        """Whether it is known to be medium or standard."""
        return not self.referred and bool(self.grades) and self.grades <= LESSER


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """A question that waits: by when it is to be decided, its own opaque id, in which area; and whether
    somebody has answered that it cannot be told."""

    due: datetime
    cause: str
    area: str | None
    cannot_tell: bool = False


@dataclass(frozen=True, slots=True)
class Runs:
    """A clock that was started for a question and not stopped."""

    cause: str
    generation: int
    due: datetime
    area: str | None


def limit(risks: Iterable[Risk]) -> Limit:
    """How long there is to decide about two."""
    return WEEK if all(each.is_lesser for each in risks) else CLOCKS[RULE].limit


def due(risks: Iterable[Risk], since: datetime, calendars: Calendars) -> datetime:
    """By when a question that is asked since then is to be decided."""
    return deadline(limit(risks), since, calendars)


def soonest(since: datetime, calendars: Calendars) -> datetime:
    """By when a question that is asked since then is to be decided, at the soonest; the later it is asked,
    the later that is."""
    return deadline(CLOCKS[RULE].limit, since, calendars)


def moves(
    asked: Collection[Asked], running: Collection[Runs], at: datetime
) -> tuple[list[Runs], list[Asked]]:
    """The clocks to stop, and the questions of which to start one, so that each area has the clock of its
    first question to be late. One that has run out stays until its own question is decided, wherever the two
    are now: whoever was called for it still is. It is its area's until somebody has looked: one that was
    answered *cannot tell* may wait for good, and its area's others would never be late."""
    causes = {each.cause for each in asked}
    over = [clock for clock in running if clock.due <= at and clock.cause in causes]
    looked_at = {each.cause for each in asked if each.cannot_tell}
    kept, had = {clock.cause for clock in over}, {each.area for each in over if each.cause not in looked_at}
    first: dict[str | None, Asked] = {}
    for each in sorted(asked):
        if each.cause not in kept and each.area not in had:
            first.setdefault(each.area, each)
    wanted = {(each.cause, each.due, each.area) for each in first.values()}
    right = [clock for clock in running if (clock.cause, clock.due, clock.area) in wanted]
    stop = [clock for clock in running if clock not in over and clock not in right]
    has = had | {clock.area for clock in right}
    return stop, [each for area, each in first.items() if area not in has]
