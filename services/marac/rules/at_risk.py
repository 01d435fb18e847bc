"""Who is at most risk by what was done to them, who of them is a repeat victim, and which offenders of theirs
go forward to MATAC.

Sources: HMICFRS 2021 (*Identifying vulnerable victims*): forces could name the victims of the most offences,
and some not those of the most *different offenders*; the repeat victims' offenders were on no list. SafeLives
referral form (2015): three or more incidents in twelve months is potential escalation. That two different
offenders make a repeat victim, and that what was done need not be a crime, is Goldthread's own (2026-11).
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.marac.rules.repeat import months_after

MONTHS = 12
"""How far back is counted."""

MANY_OFFENCES = 3
SEVERAL_OFFENDERS = 2


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to a victim once, and by which persons; by nobody who is named: unknown."""

    at: datetime
    offenders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was done in the twelve months before a time. ``unknown``: so many times by nobody who is named,
    which may be anybody: apart from the different offenders, and never none. ``changes``: when time alone
    will next change it."""

    offences: int
    offenders: int
    unknown: int
    changes: datetime | None

    @property
    def repeat(self) -> bool:
        """Whether that makes a repeat victim."""
        return is_repeat(self.offences, self.offenders)


def is_repeat(offences: int, offenders: int) -> bool:
    """Whether so many offences, by so many different offenders, make a repeat victim."""
    return offences >= MANY_OFFENCES or offenders >= SEVERAL_OFFENDERS


def counts(done: Done, at: datetime) -> bool:
    """Whether something is counted at a time: it has happened, and not more than twelve months before."""
    return done.at <= at < months_after(done.at, MONTHS)


def numbers(done: Iterable[Done], at: datetime) -> Numbers:
    """What was done, in numbers."""
    known = list(done)
    counted = [each for each in known if counts(each, at)]
    moments = [*(months_after(each.at, MONTHS) for each in counted), *(each.at for each in known)]
    return Numbers(
        offences=len(counted),
        offenders=len(frozenset().union(*(each.offenders for each in counted))),
        unknown=sum(not each.offenders for each in counted),
        changes=min((each for each in moments if each > at), default=None),
    )


def put_forward(done: Sequence[Done]) -> frozenset[str]:
    """Whoever did anything to a victim within twelve months that made a repeat victim, whenever that was:
    that time passes takes nobody off the list, but a person's decision does."""
    found: set[str] = set()
    window: deque[Done] = deque()
    by: Counter[str] = Counter()
    for each in sorted(done, key=lambda each: each.at):
        window.append(each)
        by.update(each.offenders)
        while not counts(window[0], each.at):
            by.subtract(window.popleft().offenders)
        here = {offender for offender, times in by.items() if times}
        if is_repeat(len(window), len(here)):
            found |= here
    return frozenset(found)
