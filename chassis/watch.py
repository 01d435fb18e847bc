"""Whether anything could not be read or folded: measured, and told to somebody for as long as it is so.

A service raises one alert about itself, however much it is about, and stands it down when nothing is
parked or broken, and no partition stopped any more. What could not be read may be an alert itself, or
lead to one: then somebody is to answer at once.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from chassis import parking, telemetry
from chassis.facts import Fact, FactSet
from chassis.ids import Ids
from chassis.log import Partition, Subscription
from chassis.parking import Counts
from chassis.store.tables import micros
from chassis.views import Saying
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.registry import EVENTS, NEWEST_ALONE
from contracts.vocabulary import AlertRule, Urgency

if TYPE_CHECKING:
    from chassis.recording import Recorder

SECONDS = 1.0
"""How often it is looked at."""
URGENT_TOPICS = frozenset(
    model.topic for type_, model in EVENTS.items() if model.urgent and type_ not in NEWEST_ALONE
)
log = structlog.get_logger()


class Watch:
    """Watches one service's store, and whether it is read into. Any number of processes may: they say the
    same, once. ``reading`` gives this process's subscription, once there is one."""

    def __init__(self, recorder: "Recorder", reading: Callable[[], Subscription | None]) -> None:
        self._recorder = recorder
        self._reading = reading
        self._noted: dict[Partition, str | None] = {}
        self._cause = cause_of(recorder.ids, recorder.source)
        self.seen = Counts({}, 0, 0)
        self.fresh: datetime | None = None
        """Before when all was in the rows, as it was told at the look before the newest: so that whoever has
        read a row a moment ago says no more of it than is true."""
        self._newest: datetime | None = None
        name = recorder.service.name
        telemetry.gauge("goldthread.parked", name, lambda: self.seen.parked)
        telemetry.gauge("goldthread.broken", name, lambda: self.seen.broken)
        telemetry.gauge("goldthread.stopped", name, lambda: len(self.seen.stopped))

    async def run(self) -> None:
        """Look every second, for ever."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.warning("watch.failed", reason=type(error).__name__)
            await asyncio.sleep(SECONDS)

    async def once(self) -> None:
        """Count, note how far the rows are, and say what is to be said."""
        recorder = self._recorder
        await recorder.folding.note()
        self.fresh, self._newest = self._newest, await recorder.fresh_until()
        await self._note_stopped()
        async with recorder.store.reading() as connection:
            self.seen = await parking.counts(connection)
        facts = await recorder.facts([f"o:{self._cause}"])
        urgency = urgency_of(self.seen)
        await recorder.say(to_say(AlertRule.UNREAD, self._cause, facts, urgency, recorder.clock.now()))

    async def _note_stopped(self) -> None:
        """Keep which of the partitions that this process has are stopped: whoever has none says nothing."""
        store, reading = self._recorder.store, self._reading()
        if reading is None or not reading.settled:
            return
        found = {partition: reading.stopped.get(partition) for partition in reading.assigned()}
        if found != self._noted:
            now = micros(self._recorder.clock.now())
            await store.write(lambda connection: parking.note_stopped(connection, found, now))
            self._noted = found


def cause_of(ids: Ids, source: str) -> str:
    """What a service's alert about itself is about: the same for ever."""
    return ids.blind("unread", source)


def urgency_of(counts: Counts) -> Urgency | None:
    """How soon somebody must look; None: there is nothing to look at."""
    if not URGENT_TOPICS.isdisjoint({*counts.topics, *counts.stopped}):
        return Urgency.NOW
    return Urgency.HOUR if counts.parked or counts.broken or counts.stopped else None


def standing(facts: FactSet) -> Fact[AlertRaised] | None:
    """The alert that was raised and not stood down."""
    down = {fact.said.generation for fact in facts.current(AlertStoodDown)}
    return next((each for each in facts.current(AlertRaised) if each.said.generation not in down), None)


def to_say(
    rule: AlertRule, cause: str, facts: FactSet, urgency: Urgency | None, at: datetime
) -> Iterable[Saying]:
    """Raise while there is something and nobody is told, or not urgently enough; else stand down."""
    alert = standing(facts)
    generation = 1 + len(facts.current(AlertStoodDown))
    said: dict[str, Any] = {"rule": rule, "cause": cause, "generation": generation}
    order = list(Urgency)
    if alert is None and urgency is not None:
        yield Saying(rule, cause, generation, AlertRaised(**said, urgency=urgency), at)
    if alert is not None and (urgency is None or order.index(urgency) < order.index(alert.said.urgency)):
        yield Saying(rule, cause, generation, AlertStoodDown(**said), at)
