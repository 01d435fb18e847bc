"""That an emergency meeting is told to somebody: a clock of the meeting's own, which runs out as it is
called. ``notify`` then calls whoever is on call in its area, until one of them takes it."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact, FactSet
from chassis.views import Row, Saying
from contracts.content import Content
from contracts.events.conference import MeetingCalled
from contracts.vocabulary import AlertRule
from services.marac.conference.own_clocks import sayings
from services.marac.conference.rows import ConferenceMeeting
from services.marac.rules.emergency import Calling, called_at

RULE = AlertRule.EMERGENCY_MARAC


def called_of(facts: FactSet, meeting: str) -> datetime | None:
    """When an emergency meeting was called, by every version of it: called off it is none, and whoever was
    told so is told anew when it is on again. None: it is no emergency."""
    return called_at(map(_calling, facts.versions(meeting)))


def _calling(version: Fact[Content]) -> Calling:
    said = version.content
    if not isinstance(said, MeetingCalled):
        return Calling(version.recorded, version.recorded, "", emergency=False)
    return Calling(version.recorded, said.starts, said.area, said.emergency)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clock to start or to stop: one of each calling."""
    if not isinstance(row, ConferenceMeeting):
        return
    wanted = {RULE: (row.tells, row.area)} if row.tells else {}
    yield from sayings(row.meeting, None, row.clocks, wanted, at)
