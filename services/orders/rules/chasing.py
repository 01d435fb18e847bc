"""When somebody is told that a breach has had no answer, and told again.

Source: ``domain.md`` section 5 (2026-10): the answer is due within 24 hours (HMICFRS 2021), an outstanding
suspect keeps paging, and nothing closes by itself. An alert that a person took ends the calls, and not
the breach: where no step has followed in the time that the answer had, it is told anew, and again for as long
as it takes; so is what nobody tells of a suspect who is outstanding, of officers who were sent or of an
interview. What came of a step that was told as history is a gap on the pages and calls nobody who was not
called before (Goldthread's own). An alert that nobody took climbs for as long as it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """One alert that asks for an answer and was not stood down; ``taken`` is when somebody took it."""

    generation: int
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to say now: the generations to stand down, the one to raise, if any, and when to look again."""

    stand_down: tuple[int, ...]
    raise_: int | None
    again: datetime | None


def decide(
    standing: Sequence[Asked],
    stood_down: int,
    wanted: datetime | None,
    allowed: timedelta,
    at: datetime,
    *,
    speaks: bool,
    history: bool,
    grace: timedelta,
    spread: timedelta,
) -> Decision:
    """What to say of a breach whose answer is to be asked for at ``wanted`` (None: never).

    ``speaks``: this record is the one of its occurrence that tells; another's alert is enough. ``history``:
    it calls nobody who was not called before. ``grace``: nobody is called anew so long after ``wanted``,
    while what came of a step that was told late may come; ``spread``: so long after it whoever was not called
    before is. In either an alert that stands goes on.
    """
    if wanted is None or wanted > at:
        return Decision(tuple(asked.generation for asked in standing), None, wanted)
    if at < wanted + grace:
        return Decision((), None, wanted + grace)
    if not standing:
        if stood_down == 0 and at < wanted + spread:
            return Decision((), None, wanted + spread)
        untold = history and stood_down == 0
        return Decision((), None if untold or not speaks else 1 + stood_down, None)
    taken = [asked.taken for asked in standing]
    if not all(taken):
        return Decision((), None, None)
    again = max(when for when in taken if when is not None) + allowed
    if again > at:
        return Decision((), None, again)
    fallen = tuple(asked.generation for asked in standing)
    return Decision(fallen, 1 + stood_down + len(fallen), None)
