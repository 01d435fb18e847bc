"""What is new on an agenda since somebody opened it, for a line that says so on the page.

Goldthread's own (2026-11): a page does not change under a chair's hands, and they are told what a look would
show them. Both sides are what one reader was and would be shown, so nothing that is hidden from them counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.marac.rules.actions import HEARD_AFTER
from services.marac.rules.publishing import Moved, moves, over
from services.marac.rules.sitting import HELD_ASKED

SEEN = r"[0-9]{1,4}c?\.[0-9a-f]{8}\.[0-9a-f]{8}(\.[A-Z0-9]{8}-[0-9a-f]{8}-[0-9]{1,4})*"
"""How what was seen is written in an address: by marks, of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case as it was shown: by a name that stays, a mark of its line, and how many lines were new."""

    case: str
    mark: str
    new: int


@dataclass(frozen=True, slots=True)
class AgendaSeen:
    """An agenda as it was shown: which version was published last, its cases in their order, a mark each of
    who waits with what is known of them and of all the rest, and whether the meeting was closed."""

    version: int
    rest: str
    waiting: str
    cases: Sequence[CaseSeen] = ()
    closed: bool = False

    def __str__(self) -> str:
        """As it is written in an address."""
        cases = (f"{each.case}-{each.mark}-{each.new}" for each in self.cases)
        return ".".join([f"{self.version}{'c' if self.closed else ''}", self.rest, self.waiting, *cases])


def read_seen(text: str) -> AgendaSeen | None:
    """What was seen, as it is written in an address. None: it is not written so."""
    if not re.fullmatch(SEEN, text):
        return None
    version, rest, waiting, *cases = text.split(".")
    seen = (each.split("-") for each in cases)
    return AgendaSeen(
        int(version.removesuffix("c")),
        rest,
        waiting,
        [CaseSeen(case, mark, int(new)) for case, mark, new in seen],
        closed=version.endswith("c"),
    )


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What is new of a case that is on the agenda now. ``added``: it was not on it, and nothing else is said.
    ``lines``: so many more are new; ``changed``: its line says something else, and no more lines."""

    added: bool = False
    lines: int = 0
    changed: bool = False
    moved: Moved | None = None


@dataclass(frozen=True, slots=True)
class AgendaNews:
    """What is new on an agenda: its cases in their order; that another version was published; of who waits;
    of something else, as when a case is gone, which is not named: its reader may be to see nothing of it.
    ``closed``: whether the meeting is, where it was not or no more is; None: that is as it was."""

    cases: dict[str, CaseNews]
    published: bool
    waiting: bool
    rest: bool
    closed: bool | None = None

    def __bool__(self) -> bool:
        found = self.cases or self.published or self.waiting or self.rest
        return bool(found) or self.closed is not None


def news(before: AgendaSeen, now: AgendaSeen) -> AgendaNews:
    """What a look would show that was not there before."""
    was = {each.case: each for each in before.cases}
    was_at = {each.case: place for place, each in enumerate(before.cases)}
    stayed = [each.case for each in now.cases if each.case in was]
    moved = moves(stayed, was_at)
    published = now.version != before.version
    found = {
        each.case: _of_case(was[each.case], each, moved.get(each.case), counted=not published)
        if each.case in was
        else CaseNews(added=True)
        for each in now.cases
    }
    return AgendaNews(
        cases={case: each for case, each in found.items() if each != CaseNews()},
        published=published,
        waiting=now.waiting != before.waiting,
        rest=now.rest != before.rest or len(stayed) < len(was),
        closed=now.closed if now.closed != before.closed else None,
    )


def ended(starts: datetime, at: datetime, *, emergency: bool, closed: bool) -> bool:
    """Whether nothing new is told any more of an agenda that is open: its meeting was closed, and may go on
    until the day on which it began is over, in London, and an emergency meeting also for the time that one
    may last. Of one that nobody closed there is news for as long as it is asked whether it was held."""
    if not closed:
        return at > starts + HELD_ASKED
    return over(starts, at) and not (emergency and at < starts + HEARD_AFTER)


def _of_case(was: CaseSeen, now: CaseSeen, moved: Moved | None, *, counted: bool) -> CaseNews:
    """``counted``: whether lines are counted from where they were: from each version they begin anew."""
    lines = max(now.new - was.new, 0) if counted else 0
    differs = now.mark != was.mark or (counted and now.new != was.new)
    return CaseNews(lines=lines, changed=differs and not lines, moved=moved)
