"""Which hours of an area's rota somebody is on who can be reached, which nobody, which two shifts at once.

Source: issue 11, *an uncovered hour is a gap before it comes* (2026). How far ahead somebody is told,
and for how long a post that a shift filled is the rota's own, are Goldthread's own figures, to be
agreed with each force.

An area that never had a shift has no gap: the area around it covers. From its first shift on, each
hour without one is a gap, and so is each shift that leaves a post empty which the rota had filled
within four weeks before, or that has somebody on a post who has no telephone, pager or e-mail: a page that
nobody has open tells nobody. Whom an alert goes to meanwhile is told by ``rota.on_call``.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from chassis.facts import Fact
from contracts.events.configuration import OnCall, RotaSet
from contracts.vocabulary import Post, Urgency
from services.notify.rules.channels import can_be_reached
from services.notify.rules.rota import Rota, next_change, on_call, precedence

AHEAD = timedelta(days=7)
"""How long before a gap begins somebody is told: time to find cover."""
SOON = timedelta(days=1)
"""A gap that is found so late is to be filled within the hour, any other within the day."""
REMEMBERED = timedelta(days=28)
"""How long a post that a shift filled stays the rota's own, so that a later shift without it is a gap. The
first on call always is."""

Shift = Fact[RotaSet]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one shift holds, or none, from edge to edge of an area's shifts."""

    starts: datetime
    ends: datetime | None
    """None: after the last shift, for as long as nobody sets another."""
    holds: Shift | None
    others: tuple[Shift, ...]
    """Shifts of the same time that do not hold: nobody on them is called."""
    empty: tuple[Post, ...]
    """The rota's own posts that nobody is on who can be reached."""
    because: Shift
    """The shift that holds, or else the one after whose end none does: of this the gap is known."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours for which nobody who can be reached is on the rota's own posts, or on any. ``id`` is the same for
    as long as it is of the same shift, however its hours are moved; it is another once nobody is first."""

    id: str
    shift: Shift | None
    """The shift of these posts; None: there is none at all."""
    posts: tuple[Post, ...]
    spans: tuple[tuple[datetime, datetime | None], ...]

    @property
    def starts(self) -> datetime:
        """When it begins."""
        return self.spans[0][0]

    @property
    def ends(self) -> datetime | None:
        """When it is over; None: when somebody sets a shift."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True)
class Instead:
    """Who is called for a post of a gap from a time on; None: nobody at all."""

    since: datetime
    person: OnCall | None


def stretches(rota: Rota, area: str) -> list[Stretch]:
    """An area's time from its first shift on, without a hole and without an overlap; the last has no
    end. Empty where it never had a shift."""
    own = sorted((fact for fact in rota.shifts if fact.said.area == area), key=precedence, reverse=True)
    edges = sorted({edge for fact in own for edge in (fact.said.starts, fact.said.ends)})
    found: list[Stretch] = []
    on: list[Shift] = []
    filled: dict[Post, datetime] = {}
    empty: dict[str, tuple[Post, ...]] = {}
    for starts, ends in pairwise([*edges, None]):
        assert starts is not None  # the last edge alone has no next
        over = [fact for fact in on if fact.said.ends == starts]
        new: list[Shift] = []
        while own and own[-1].said.starts == starts:
            new.append(own.pop())
        on = [fact for fact in on if fact.said.ends > starts] + new
        for fact in new:
            filled |= {post: max(fact.said.ends, filled.get(post, starts)) for post in _on(fact)}
        empty |= {fact.root: _empty(filled, starts, _reached(fact)) for fact in new}
        holds = max(on, key=precedence, default=None)
        found.append(
            Stretch(
                starts,
                ends,
                holds,
                others=tuple(fact for fact in on if fact is not holds),
                empty=empty[holds.root] if holds else _empty(filled, starts, ()),
                because=holds or max(over, key=precedence),
            )
        )
    return found


def gaps(of: Iterable[Stretch]) -> list[Gap]:
    """The gaps in an area's time, the soonest first: one for each shift that leaves posts empty, and one
    for each time without a shift."""
    spans: dict[str, list[Stretch]] = {}
    for stretch in of:
        if stretch.empty:
            spans.setdefault(_id(stretch), []).append(stretch)
    found = [
        Gap(id_, parts[0].holds, parts[0].empty, _joined((part.starts, part.ends) for part in parts))
        for id_, parts in spans.items()
    ]
    return sorted(found, key=lambda gap: (gap.starts, gap.id))


def to_fill(found: Iterable[Gap], at: datetime, ahead: timedelta = AHEAD) -> list[Gap]:
    """The gaps that are not over and begin before so long from now."""
    return [gap for gap in found if gap.starts <= at + ahead and (gap.ends is None or gap.ends > at)]


def changes_at(found: Iterable[Gap], at: datetime) -> datetime | None:
    """When ``to_fill`` next gives others by itself; None: never."""
    times = (time for gap in found for time in (gap.starts - AHEAD, gap.ends))
    return min((time for time in times if time is not None and time > at), default=None)


def urgency_of(starts: datetime, at: datetime) -> Urgency:
    """How soon somebody must look at a gap that is found now."""
    return Urgency.DAY if starts - at > SOON else Urgency.HOUR


def instead(rota: Rota, area: str, post: Post, starts: datetime, until: datetime) -> Iterator[Instead]:
    """Who is called for a post of a gap from a time until another, each time that it is somebody else."""
    called: list[str | None] = []
    at: datetime | None = starts
    while at is not None and at < until:
        entry = on_call(rota, area, post, at)
        person = entry.person if entry else None
        if called != [person]:
            yield Instead(at, entry)
        called, at = [person], next_change(rota, at)


def _on(fact: Shift) -> dict[Post, OnCall]:
    return {post: entry for post in Post if (entry := getattr(fact.said, post)) is not None}


def _reached(fact: Shift) -> list[Post]:
    return [post for post, entry in _on(fact).items() if can_be_reached(entry)]


def _empty(filled: dict[Post, datetime], at: datetime, on: Collection[Post]) -> tuple[Post, ...]:
    own = {Post.FIRST, *(post for post, until in filled.items() if until > at - REMEMBERED)}
    return tuple(post for post in Post if post in own and post not in on)


def _id(stretch: Stretch) -> str:
    """From the root of a shift, which nobody can guess, and whether it is within it or after it; and whether
    nobody is first: who took a gap of other posts was told of less."""
    within = "first" if Post.FIRST in stretch.empty else "posts"
    return str(uuid5(UUID(stretch.because.root), within if stretch.holds else "after"))


def _joined(
    spans: Iterable[tuple[datetime, datetime | None]],
) -> tuple[tuple[datetime, datetime | None], ...]:
    """The same spans, those that follow upon each other as one."""
    found: list[tuple[datetime, datetime | None]] = []
    for starts, ends in spans:
        if found and found[-1][1] == starts:
            found[-1] = (found[-1][0], ends)
        else:
            found.append((starts, ends))
    return tuple(found)
