"""What changed on an agenda since it was published, and until when it can be published.

Sources: SafeLives, agenda circulated some eight working days before a MARAC (domain.md 1.5, read 2026-11);
the rest is Goldthread's own (2026-11): a version on paper is of one moment, and whoever has it must see at a
glance what is new since. Only what a reader may see is compared, so nothing that is hidden from them shows
as a gap.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from contracts.rules.occurrence import LONDON
from contracts.vocabulary import Grade

Moved = Literal["earlier", "later"]
ORDER, BREACH = "order.made", "breach.reported"


@dataclass(frozen=True, slots=True)
class Stood:
    """A case as it stood on an agenda: its grade, and its lines that say something, each with its type."""

    case: str
    grade: Grade
    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a case. ``new``: it was not on the version before, and then nothing else is said.
    ``lines`` counts new and corrected ones, orders and breaches among them."""

    new: bool = False
    moved: Moved | None = None
    grade_before: Grade | None = None
    lines: int = 0
    orders: int = 0
    breaches: int = 0


def changes(before: Sequence[Stood], now: Sequence[Stood]) -> dict[str, Change]:
    """What changed of each case that is on the agenda now, both in the order in which they are heard."""
    then = {each.case: each for each in before}
    was_at = {each.case: place for place, each in enumerate(before)}
    stayed = [each.case for each in now if each.case in then]
    moved = moves(stayed, was_at)
    return {each.case: _change(then.get(each.case), each, moved.get(each.case)) for each in now}


def moves(cases: Sequence[str], was_at: Mapping[str, int]) -> dict[str, Moved]:
    """The fewest cases that must have been moved to come from the one order to the other: all but a longest
    run of those that still follow each other as they did."""
    stand = _longest_rising([was_at[case] for case in cases])
    order = sorted(cases, key=was_at.__getitem__)
    return {
        case: "earlier" if place < order.index(case) else "later"
        for place, case in enumerate(cases)
        if was_at[case] not in stand
    }


def over(starts: datetime, at: datetime) -> bool:
    """Whether a meeting is over: the day on which it began is, in London."""
    local = starts.astimezone(LONDON)
    return at >= datetime(local.year, local.month, local.day, tzinfo=LONDON) + timedelta(days=1)


def may_publish(starts: datetime, at: datetime, *, emergency: bool, closed: bool) -> bool:
    """Whether an agenda can still be published: until the day of its meeting is over, and of an emergency
    meeting, which may sit past midnight, until somebody has closed it."""
    return not over(starts, at) or (emergency and not closed)


def _change(then: Stood | None, now: Stood, moved: Moved | None) -> Change:
    if then is None:
        return Change(new=True)
    new = [type_ for line, type_ in now.lines.items() if line not in then.lines]
    return Change(
        moved=moved,
        grade_before=then.grade if then.grade is not now.grade else None,
        lines=len(new),
        orders=new.count(ORDER),
        breaches=new.count(BREACH),
    )


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    ends: list[int] = []
    runs: list[list[int]] = []
    for number in numbers:
        at = bisect_left(ends, number)
        run = [*(runs[at - 1] if at else ()), number]
        ends[at : at + 1], runs[at : at + 1] = [number], [run]
    return set(runs[-1]) if runs else set()
