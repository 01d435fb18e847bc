"""Which meeting a waiting case can be heard at, and whether there is room for all who wait.

Sources: HMICFRS (2021): frequency was raised because volumes rose. SafeLives Scotland Marac toolkit (2019):
12 to 15 minutes a case. An agenda closes some working days before its meeting (SafeLives: eight; local, so
configuration); an urgent case goes on a closed one. More than there is room for is a person's to decide,
and is said. What is urgent is Goldthread's own (2026-11).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.rules.occurrence import LONDON
from contracts.vocabulary import Grade

MINUTES_A_CASE = 15
URGENT_DAYS = timedelta(days=7)
"""Something that happened in these days makes a grave case urgent."""

GRAVE = (Grade.HIGH, Grade.UNKNOWN)
GRAVEST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)


@dataclass(frozen=True, slots=True)
class Waits:
    """A case that waits."""

    case: str
    grade: Grade
    referred: datetime
    urgent: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting to come. ``closes``: the day on which its agenda closes."""

    meeting: str
    starts: datetime
    closes: date
    slots: int
    taken: int
    emergency: bool = False

    @property
    def free(self) -> int:
        """Slots that nobody has; below 0: more cases than there is room for."""
        return self.slots - self.taken


def urgent(grade: Grade, last: datetime | None, unanswered: bool, at: datetime) -> bool:
    """Whether a case cannot wait for its turn: it is high, or of unknown risk, and something happened in the
    last days or an alert about it has no answer."""
    recent = last is not None and at - URGENT_DAYS < last <= at
    return grade in GRAVE and (recent or unanswered)


def in_turn(waiting: Iterable[Waits]) -> list[Waits]:
    """Urgent ones first, then the gravest, then whoever has waited longest."""
    return sorted(waiting, key=lambda w: (not w.urgent, GRAVEST_FIRST.index(w.grade), w.referred, w.case))


def soonest(waiting: Iterable[Waits], meetings: Iterable[Room], at: datetime) -> dict[str, str | None]:
    """For each case the soonest meeting with room for it, if all are listed in their turn; None: there is
    none that is called. An emergency meeting is called for its own cases, and gives room to no other."""
    rooms = sorted((each for each in meetings if not each.emergency), key=lambda room: room.starts)
    free = {room.meeting: room.free for room in rooms}
    today, found = at.astimezone(LONDON).date(), dict[str, str | None]()
    for each in in_turn(waiting):
        open_ = [room for room in rooms if room.starts > at and (each.urgent or room.closes >= today)]
        found[each.case] = next((room.meeting for room in open_ if free[room.meeting] > 0), None)
        if found[each.case] is not None:
            free[found[each.case] or ""] -= 1
    return found


def at_one_time(meetings: Sequence[Room]) -> list[tuple[str, str]]:
    """Meetings of one area of which one begins before the other can be over: a question, and no fault."""
    rooms = sorted(meetings, key=lambda room: (room.starts, room.meeting))
    return [
        (one.meeting, other.meeting)
        for n, one in enumerate(rooms)
        for other in rooms[n + 1 :]
        if other.starts < _over(one)
    ]


def of_one_chair(
    meetings: Iterable[Room], elsewhere: Iterable[Room], chairs: Mapping[str, str]
) -> list[tuple[str, datetime]]:
    """Meetings whose chair holds another at that time, of another MARAC, with when that begins: whoever is
    asked may not see it, and is told the time alone. ``chairs``: of each meeting whoever is known to hold
    it."""
    others = sorted(elsewhere, key=lambda room: (room.starts, room.meeting))
    return [
        (one.meeting, other.starts)
        for one in sorted(meetings, key=lambda room: (room.starts, room.meeting))
        for other in others
        if one.meeting in chairs and chairs[one.meeting] == chairs.get(other.meeting)
        if one.starts < _over(other) and other.starts < _over(one)
    ]


def _over(room: Room) -> datetime:
    """When a meeting can be over."""
    return room.starts + timedelta(minutes=MINUTES_A_CASE * max(1, room.slots))
