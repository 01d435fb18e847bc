"""A service at work: its store, its part of the log, the tasks of the mechanism, and its answers.

Until the service has read its own topics to the end that they had when it started, POSTs get 503
and folds and deciders wait: at most a minute if the log is away. Then it goes on with what it has, and until
it has read the rest after all, pages and messages say that what it says may be a repeat.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import text

from chassis import ledger, parking, release
from chassis.accept import Refused, own_header
from chassis.alert_path import AlertPath
from chassis.clock import LONDON, Clock, bank_holidays, ends_within_a_year
from chassis.feeds import Silent
from chassis.fold import Folder
from chassis.ids import Ids
from chassis.left_open import end_left_open
from chassis.load import Loader, positions_of
from chassis.log import Log, LogAway, Partition, Subscription
from chassis.marks import Rank
from chassis.news import News
from chassis.parking import Counts
from chassis.recording import Recorder
from chassis.relay import Relay
from chassis.service import Service
from chassis.settings import CannotStart, Settings
from chassis.steps import Step, reached
from chassis.store import Postgres, Store
from chassis.store.tables import micros
from chassis.ticker import Ticker
from chassis.watch import Watch
from chassis.watermark import write_watermarks
from contracts.events.operations import ParkedDecided
from contracts.topics import TOPICS, WATERMARKS, read_by

if TYPE_CHECKING:
    from chassis.http.auth import Caller

log = structlog.get_logger()

CATCH_UP_SECONDS = 60
_OUT_OF_DATE = """select (select count(*) from mark)
    + (select count(*) from subject where changes_at <= :now)"""
PAUSE_SECONDS = 0.5
STUCK_SECONDS = 10
"""How long a service may be behind the log's end without progress before it is not ready."""
TICK_SECONDS = 0.25
CANCEL_SECONDS = 1
"""How long a task may take to tidy up before it is told to stop again."""
SEND_SECONDS = 3
"""How long a process that is told to stop may take to send what is not on the log yet."""


class Runtime(Recorder):
    """One service in one process."""

    def __init__(
        self, service: Service, settings: Settings, store: Store, on: Log, ids: Ids, clock: Clock
    ) -> None:
        super().__init__(service, store, ids, clock)
        self.settings = settings
        self.production = settings.production
        self.log = on
        self.topics = [topic.name for topic in read_by(service.name)]
        self.folder = Folder(store, ids, self.source, service.views, self.signals, service.fold_version)
        self.ticker = Ticker(store, service.name, self.signals)
        self.relay = Relay(store, on, self.signals)
        self.loader = Loader(store, ids, self.source, self.signals, service.reads_audit, self.caught_up)
        self.watch = Watch(self, lambda: self.subscription)
        self.silences: Sequence[Silent] = ()
        """Which agencies have been silent for longer than they are, as far as this service reads."""
        self.path = AlertPath(self, timedelta(seconds=settings.alert_path_seconds))
        self.subscription: Subscription | None = None
        self._progress: dict[Partition, tuple[int, float]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Prepare the store, start every task. Returns at once; ``ready`` says when it is."""
        views = [view.table for view in self.service.views]
        await self.store.prepare([*views, *self.service.tables])
        await release.adopt(self.store, self.service.fold_version, views)
        await self.store.read_clock()
        if self.settings.production and self.clock.offset:
            raise CannotStart("Production refuses a store whose clock a try-out moved.")
        if last := self._bank_holidays_end():
            log.warning("bank-holidays.end", last=last)
        try:
            await self.log.ensure(TOPICS.values())
        except LogAway:
            self._go("topics", self._ensure())
        self.subscription = self.log.subscribe(
            f"goldthread-{self.service.name}",
            self.topics,
            lambda wanted: positions_of(self.store, wanted),
        )
        self._go("accept", self.acceptor.run())
        self._go("relay", self.relay.run())
        self._go("load", self._load(self.subscription))
        if isinstance(self.store, Postgres):
            self._go("news", News(self.store, self.signals).run())
            self._go("left-open", end_left_open(self.store))
        self._go("fold", self._after_catching_up(self.folder.run))
        every = self.settings.watermark_seconds
        self._go("watermark", write_watermarks(self.store, self.log, self.name, every))
        self._go("tick", self._after_catching_up(self._tick))
        self._go("watch", self._after_catching_up(self.watch.run))
        self._go("path", self.path.run())
        for task in self.service.tasks:
            self._go(task.__name__, self._after_catching_up(lambda task=task: task(self)))
        self._go("catch-up", self._catch_up())

    async def stop(self) -> None:
        """Stop every task, send what is not on the log yet, and close the store. What was acknowledged
        is saved already."""
        left = set(self._tasks)
        while left:  # a cancel is lost when something else is raised while it is tidied up
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._send_the_rest()
        if self.subscription is not None:
            await self.subscription.stop()
        await self.store.close()

    async def _send_the_rest(self) -> None:
        """Nobody else may be there to do it; and while partners post, there is always something. A
        store with unsent facts cannot be restored."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                while await self.relay.once():
                    pass
        except Exception as error:  # noqa: BLE001 - log or store are away: the next start sends it
            log.warning("stop.unsent", reason=type(error).__name__)

    def _go(self, name: str, work: Awaitable[None]) -> None:
        self._tasks.append(asyncio.create_task(_named(work), name=f"{self.service.name}.{name}"))

    async def _ensure(self) -> None:
        """See to the topics once the log is there: where one is not as it should be, this task dies."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            with suppress(LogAway):
                await self.log.ensure(TOPICS.values())
                return

    async def _load(self, subscription: Subscription) -> None:
        """Join the group, which takes for as long as the log is away; then load."""
        try:
            await subscription.start()
        except Exception as error:  # noqa: BLE001 - the next poll joins anew
            log.warning("load.failed", reason=type(error).__name__)
        await self.loader.run(subscription)

    async def _after_catching_up(self, run: Any) -> None:
        await self.caught_up.wait()
        await run()

    async def _catch_up(self) -> None:
        """Wait until all that the log held at the start is here. If nothing comes for a minute, the
        log is away or a partition stopped: go on without, and until it is here say that what is said may be
        a repeat."""
        ends: dict[tuple[str, int], int] | None = None
        progress, since = -1, time.monotonic()
        while True:
            try:
                ends = await self.log.ends(self.topics) if ends is None else ends
                reached = await positions_of(self.store, set(ends))
                if all(reached.get(partition, 0) >= end for partition, end in ends.items() if end > 0):
                    break
                # What comes after those ends, as watermarks do for ever, is no progress towards them.
                towards = sum(min(reached.get(partition, 0), end) for partition, end in ends.items())
                if towards > progress:
                    progress, since = towards, time.monotonic()
            except Exception as error:  # noqa: BLE001 - log or store are away: it is asked again
                log.warning("catch-up.waits", reason=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            if time.monotonic() - since > CATCH_UP_SECONDS:
                self.may_repeat = True
                self.caught_up.set()
            await asyncio.sleep(PAUSE_SECONDS if self.may_repeat else 0.05)
        self.may_repeat = False
        self.caught_up.set()

    async def has_all_of(self, topic: str) -> bool:
        """Whether all that the log has of a topic is here. Who numbers what is said there asks first: on a
        store from a backup it would give a number twice. Raises LogAway."""
        ends = await self.log.ends([topic])
        here = await positions_of(self.store, set(ends))
        return all(here.get(partition, 0) >= end for partition, end in ends.items())

    async def _tick(self) -> None:
        while True:
            ticked = 0
            try:
                if not self.settings.production:
                    await self.store.read_clock()
                ticked = await self.ticker.tick()
            except Exception as error:  # noqa: BLE001 - a clock that stands still escalates nothing
                log.warning("tick.failed", reason=type(error).__name__)
            if not ticked:
                await asyncio.sleep(TICK_SECONDS)

    async def set_clock(self, at: datetime) -> datetime:
        """Make *now* this instant, for every process on this store; give it. Production refuses."""
        if self.settings.production:
            raise Refused("production-keeps-time", status=404)
        await self.store.set_clock(at)
        return self.clock.now()

    async def decide(self, caller: "Caller", said: ParkedDecided) -> str | None:
        """Record what a person decides of a parked record, and do it: why it still cannot be read, or
        None when it is in, or discarded.

        Raises Refused: 404 if nothing waits for a decision there, 503 until the service has caught up.
        """
        place = (said.parked_topic, said.partition, said.offset)
        async with self.store.reading() as connection:
            record = await parking.record_at(connection, *place)
        if record is None:
            raise Refused("not-found", status=404)
        said = said.model_copy(update={"digest": ledger.digest(record.value)})
        await self.take(own_header(self.clock.now()), said, caller=caller, right=parking.DECIDE)
        reached(Step.REPLAY_DECIDED)
        return await self.loader.replay(*place) if said.decision == "replay" else None

    async def fold_again(self, subject: str) -> None:
        """Mark a broken subject. Raises Refused (404) for one that is not broken."""
        async with self.store.reading() as connection:
            if subject not in {each.subject for each in await parking.broken(connection)}:
                raise Refused("not-found", status=404)
        await self.store.write(lambda c: ledger.add_marks(self.store, c, [(subject, None, Rank.URGENT)]))
        self.signals.marked([Rank.URGENT])

    def alive(self) -> bool:
        """Whether every task still runs, whatever the log and the store do."""
        return not self._dead()

    def _dead(self) -> list[str]:
        over = {f"{self.service.name}.{name}" for name in ("catch-up", "topics")}
        done = [task for task in self._tasks if task.done()]
        well = {each.get_name() for each in done if not each.cancelled() and each.exception() is None}
        return sorted({each.get_name() for each in done} - (well & over))

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether the service can be relied on: it has read to the log's end, and its tasks live."""
        dead = self._dead()
        stopped = dict(self.subscription.stopped) if self.subscription is not None else {}
        behind = marks = 0
        unread = Counts({}, 0, 0)
        try:
            async with asyncio.timeout(2):
                marks, version = await self._marks()
                if version > self.service.fold_version:
                    dead.append("fold: a newer release folds on this store")
                async with self.store.reading() as connection:
                    unread = await parking.counts(connection)
                ends = await self.log.ends(self.topics)
                reached = await positions_of(self.store, set(ends))
                behind = sum(
                    max(0, end - reached.get(partition, 0))
                    for partition, end in ends.items()
                    if partition[0] != WATERMARKS  # one is always on its way
                )
                if self._stuck(ends, reached):
                    dead.append("load: nothing comes though the log has more")
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            dead.append(f"log: {type(error).__name__}")
        ok = self.caught_up.is_set() and not dead and not stopped
        why = {"caught_up": self.caught_up.is_set(), "dead": dead, "behind": behind, "marks": marks}
        return ok, why | {
            "parked": unread.parked,
            "broken": unread.broken,
            "stopped": [f"{topic}-{partition}: {why}" for (topic, partition), why in stopped.items()],
            "bank_holidays_end": self._bank_holidays_end(),
        }

    def _bank_holidays_end(self) -> str | None:
        """The last bank holiday that is known, where that is within a year."""
        last, today = max(bank_holidays()), self.clock.now().astimezone(LONDON).date()
        return last.isoformat() if ends_within_a_year(last, today) else None

    def _stuck(self, ends: Mapping[Partition, int], reached: Mapping[Partition, int]) -> bool:
        """Whether the log has had more of some partition than is here for some time, and nothing of it
        has come, whatever came of the others."""
        now = time.monotonic()
        for partition, end in ends.items():
            here = reached.get(partition, 0)
            if here >= end or here != self._progress.get(partition, (-1, now))[0]:
                self._progress[partition] = (here, now)
        return any(now - since > STUCK_SECONDS for _, since in self._progress.values())

    async def _marks(self) -> tuple[int, int]:
        """How much is out of date, and the newest version of the folds here."""
        async with self.store.reading() as connection:
            now = micros(await self.store.now(connection))
            marks = (await connection.execute(text(_OUT_OF_DATE), {"now": now})).scalar_one()
            return int(marks), await release.newest(connection)


async def _named(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.critical("task.died", reason=type(error).__name__)
        raise
