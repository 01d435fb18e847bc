"""What a process knows of the way that alerts go: when the newest try of it began that came through.

How long ago that is, is told by the machine's own count of time and by no clock that can be set: whoever
moves a clock breaks no path. Only of a try that has just been seen the clock tells how old it is.
"""

import asyncio
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog

from chassis import telemetry
from chassis.facts import Fact, FactSet
from chassis.ids import Ids
from contracts.events.path import PathCalled, PathCameThrough, PathTried
from contracts.rules.alert_path import PathState, state_of

if TYPE_CHECKING:
    from chassis.recording import Recorder

SECONDS = 1.0
"""How often it is looked at."""
OfPath = TypeVar("OfPath", PathTried, PathCalled, PathCameThrough)
log = structlog.get_logger()


class AlertPath:
    """The way that alerts go, as one service's store has it. A try begins ``every`` so often."""

    def __init__(self, recorder: "Recorder", every: timedelta) -> None:
        self.every = every
        self.last: Fact[PathCameThrough] | None = None
        """The newest try that came through."""
        self._recorder = recorder
        self._began = self._sound = time.monotonic()
        telemetry.gauge("goldthread.alert_path.seconds", recorder.service.name, self._seconds)

    async def run(self) -> None:
        """Look every second, for ever."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.warning("path.failed", reason=type(error).__name__)
            await asyncio.sleep(SECONDS)

    async def once(self) -> None:
        """See whether another try has come through."""
        last = newest(await self._recorder.facts([f"o:{cause_of(self._recorder.ids)}"]), PathCameThrough)
        if last is not None and (self.last is None or last.id != self.last.id):
            age = self._recorder.clock.now() - last.said.began
            self._began = time.monotonic() - max(0.0, age.total_seconds())
            self.last = last
        if self.state is PathState.SOUND:
            self._sound = time.monotonic()

    @property
    def age(self) -> timedelta | None:
        """How long ago the newest try that came through began; None: none is known."""
        return None if self.last is None else timedelta(seconds=time.monotonic() - self._began)

    @property
    def state(self) -> PathState:
        """Whether alerts get out."""
        return state_of(self.age, self.every)

    @property
    def missed(self) -> timedelta:
        """For how long this process has seen it not sound."""
        return timedelta(seconds=time.monotonic() - self._sound)

    @property
    def since(self) -> datetime:
        """Since when alerts do not get out, if they do not: since the newest try began that came through; or
        since this process looks, if it knows of none."""
        return self._recorder.clock.now() - (self.age or self.missed)

    @property
    def took(self) -> timedelta | None:
        """How long the newest try took that came through."""
        return None if self.last is None else max(timedelta(), self.last.occurred - self.last.said.began)

    def _seconds(self) -> float | None:
        """How long an alert takes to get out, in seconds; while none comes through: so far."""
        if self.last is None or self.took is None:
            return None
        late = self.age if self.state is PathState.BROKEN else self.took
        return (late or self.took).total_seconds()


def cause_of(ids: Ids) -> str:
    """Under which cause all that is said of tries is filed: the same for ever, and no alert's."""
    return ids.blind("alert-path", "try")


def newest(facts: FactSet, kind: type[OfPath]) -> Fact[OfPath] | None:
    """The newest fact of a kind. There may be an older one for the moment until that is forgotten."""
    return max(facts.current(kind), key=lambda fact: (fact.accepted, fact.id), default=None)
