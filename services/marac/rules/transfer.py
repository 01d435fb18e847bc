"""A case that goes to another MARAC: what its sender is warned of, and whose turn it is.

Source: SafeLives, Marac-to-Marac process, and ``domain.md`` 1.9 and 14 (2026-11): a transfer to the area that
the alleged perpetrator lives in, without warning, is a trap; moving can raise risk. Unknown is never safe,
and that somebody lives elsewhere is for a person to say. Whose turn it is, is Goldthread's own.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.vocabulary import MoveWarning

Step = Literal["sent", "asked", "supplied", "taken", "confirmed", "withdrawn"]
State = Literal["waits", "asked", "taken", "asked-after", "confirmed", "withdrawn"]
TAKEN: tuple[State, ...] = ("taken", "asked-after")
"""How a transfer stands whose receiver has the case."""
WAITS: tuple[State, ...] = ("waits", "asked")
"""How a transfer stands that is on its way."""
CONFIRMED: State = "confirmed"
"""How one stands to a MARAC that is not on Goldthread, and has the case as somebody said."""


@dataclass(frozen=True, slots=True)
class Took:
    """A transfer that was taken: from and to which MARAC, when it was sent and when it was taken."""

    from_area: str
    to_areas: Collection[str]
    sent: datetime
    taken: datetime


def minutes_go_with(took: Iterable[Took], areas: Collection[str], marac: str | None, began: datetime) -> bool:
    """Whether issued minutes of a case open for somebody of these ``areas``, though the meeting of ``marac``
    that ``began`` then is not theirs: their MARAC took the case after it, from that one or from another that
    had taken it before (``domain.md`` 1.9: all relevant material goes with it, including earlier minutes).
    ``to_areas`` of each: the MARAC that took it and those around it. What a sender hears of it later does not
    go with it."""
    took = list(took)
    theirs = [each for each in took if not set(areas).isdisjoint(each.to_areas) and began < each.taken]
    return any(
        earlier.from_area == marac and earlier.sent <= each.sent and began < earlier.taken
        for each in theirs
        for earlier in took
    )


def moved_to(lives: Iterable[tuple[datetime, str, str | None]], marac: str | None) -> str | None:
    """In the area of which other MARAC than the one that has the case the newest word of where a victim lives
    is, of those whose area is known; None: of none. ``lives``: when, by which fact, and in the area of which
    MARAC."""
    told = sorted((at, root, there) for at, root, there in lives if there)
    return told[-1][2] if told and marac not in (None, told[-1][2]) else None


@dataclass(frozen=True, slots=True)
class Known:
    """A place where an alleged perpetrator is said to be; ``areas``: the area that it is told in, with those
    around it. Empty: its words alone are known."""

    areas: Collection[str] = ()


def warning(places: Iterable[Sequence[Known]], to: str) -> MoveWarning:
    """The worst that is known of a move to an area, over all alleged perpetrators: of each the places."""
    each = [_of_one(known, to) for known in places] or [MoveWarning.NOT_KNOWN]
    return min(each, key=list(MoveWarning).index)


def _of_one(known: Sequence[Known], to: str) -> MoveWarning:
    if any(to in place.areas for place in known):
        return MoveWarning.THERE
    return MoveWarning.TO_CHECK if known else MoveWarning.NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Standing:
    """How a transfer stands. ``takes``: since when the receiver is to act; ``chases``: since when the sender
    is. None: it is not their turn."""

    state: State
    since: datetime
    takes: datetime | None
    chases: datetime | None


def standing(steps: Iterable[tuple[datetime, Step]]) -> Standing:
    """How a transfer stands after these steps, in the order of time; the first is *sent*. It is open for the
    sender until it is taken and nothing is asked for; what it was withdrawn from nobody takes. To supply what
    nobody asked for counts for nothing, nor does to withdraw what is taken; to ask again starts nothing anew.
    To a MARAC that is not on Goldthread it is open until somebody said that it is there: no clock can run for
    whoever is not here.
    """
    state: State = "waits"
    since: datetime | None = None
    takes: datetime | None = None
    chases: datetime | None = None
    for at, step in steps:
        taken, asks = state in TAKEN, state in ("asked", "asked-after")
        if (step == "supplied" and not asks) or (step == "withdrawn" and (taken or state == CONFIRMED)):
            continue
        if step == "withdrawn":
            return Standing("withdrawn", at, None, None)
        if step == "asked":
            state, takes, chases = "asked-after" if taken else "asked", None, chases if asks else at
        elif step == "confirmed":
            state, takes, chases = CONFIRMED, None, None
        elif step == "taken":
            state, takes, chases = "asked-after" if asks else "taken", None, chases if asks else None
        else:
            state = "taken" if taken else "waits"
            takes = chases = None if taken else at
        since = at
    if since is None:
        raise ValueError("a transfer was sent")
    return Standing(state, since, takes, chases)


def is_for(listed: datetime, starts: datetime, sent_here: datetime | None) -> bool:
    """Whether the MARAC that has a case may have heard it by a listing: of one that came from another, not if
    both the listing and its meeting were before it was sent. What was heard then, it was not sent for."""
    return sent_here is None or max(listed, starts) >= sent_here
