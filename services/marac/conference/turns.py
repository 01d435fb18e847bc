"""Which case a meeting hears next, without its agenda: pages of one case lead on to it."""

from datetime import datetime
from typing import NamedTuple

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from services.marac.conference.held import Held
from services.marac.conference.queries import listed_at, place
from services.marac.rules.agenda import told_apart


class Turn(NamedTuple):
    """A case of a meeting, when it is heard."""

    case: str
    letters: str
    withdrawn: bool


async def turns(runtime: Runtime, caller: Caller, meeting: str, at: datetime | None = None) -> list[Turn]:
    """The cases of a meeting that the caller may see, in the order in which they are heard: raises as
    ``queries.agenda`` does."""
    _, listed = await listed_at(Held(runtime, at), runtime, caller, meeting)
    letters, then = told_apart(listed), at or runtime.clock.now()
    ordered = sorted(listed.values(), key=lambda each: place(each, then))
    return [Turn(row.case, letters[row.case], row.withdrawn) for row in ordered]
