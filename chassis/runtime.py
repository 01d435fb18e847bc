"""A service at work: its store, its part of the log, the tasks of the mechanism, and its answers.

Until the service has read its own topics to the end that they had when it started, POSTs get 503
and folds and deciders wait: at most a minute if the log is away.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import text

from chassis import ledger, telemetry
from chassis.accept import Acceptor, Draft, Refused, Taken, check_times, own_header, with_mentions
from chassis.archive import Archive
from chassis.assigning import assign
from chassis.clock import Clock
from chassis.deciders import drafted
from chassis.facts import Fact, FactSet
from chassis.fold import Folder, canonical
from chassis.ids import Ids, new_id
from chassis.lease import take_lease
from chassis.load import Loader, positions_of
from chassis.log import Log, Subscription
from chassis.news import News
from chassis.relay import Relay
from chassis.service import Service
from chassis.settings import CannotStart, Settings
from chassis.signals import Changed, Signals
from chassis.store import Postgres, Store
from chassis.store.tables import micros
from chassis.views import Row, Saying
from contracts.content import Content, Said
from contracts.envelope import Change
from contracts.events.identity import Because, Move
from contracts.events.operations import AuditShown
from contracts.registry import EVENTS
from contracts.submission import Header
from contracts.topics import TOPICS, read_by

if TYPE_CHECKING:
    from chassis.http.auth import Caller

log = structlog.get_logger()

CATCH_UP_SECONDS = 60
_OUT_OF_DATE = """select (select count(*) from mark)
    + (select count(*) from subject where changes_at <= :now)"""
STUCK_SECONDS = 10
"""How long a service may be behind the log's end without progress before it is not ready."""
TICK_SECONDS = 0.25


class Runtime(Archive):
    """One service in one process."""

    def __init__(
        self, service: Service, settings: Settings, store: Store, on: Log, ids: Ids, clock: Clock
    ) -> None:
        super().__init__(store, ids, clock, service.views)
        self.service = service
        self.settings = settings
        self.log = on
        self.signals = Signals()
        self.source = f"/{service.name}"
        self.topics = [topic.name for topic in read_by(service.name)]
        self.acceptor = Acceptor(store, ids, self.source, self.signals)
        self.folder = Folder(store, ids, self.source, service.views, self.signals)
        self.relay = Relay(store, on, self.signals)
        self.loader = Loader(store, ids, self.source, self.signals, frozenset({"audit"}))
        self.subscription: Subscription | None = None
        self._progress = (-1, 0.0)
        self._tasks: list[asyncio.Task[None]] = []

    # ---- life -------------------------------------------------------------------------------

    async def start(self) -> None:
        """Prepare the store, start every task. Returns at once; ``ready`` says when it is."""
        views = [view.table for view in self.service.views]
        await self.store.prepare([*views, *self.service.tables])
        await self.store.read_clock()
        if self.settings.production and self.clock.offset:
            raise CannotStart("Production refuses a store whose clock a try-out moved.")
        await self.log.ensure(TOPICS.values())
        self.subscription = self.log.subscribe(
            f"goldthread-{self.service.name}",
            self.topics,
            lambda wanted: positions_of(self.store, wanted),
        )
        await self.subscription.start()
        self._go("accept", self.acceptor.run())
        self._go("relay", self.relay.run())
        self._go("load", self.loader.run(self.subscription))
        if isinstance(self.store, Postgres):
            self._go("news", News(self.store, self.signals).run())
        self._go("fold", self._after_catching_up(self.folder.run))
        self._go("tick", self._after_catching_up(self._tick))
        for task in self.service.tasks:
            self._go(task.__name__, self._after_catching_up(lambda task=task: task(self)))
        self._go("catch-up", self._catch_up())

    async def stop(self) -> None:
        """Stop every task, then close log and store. What was acknowledged is saved already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.subscription is not None:
            await self.subscription.stop()
        await self.store.close()

    def _go(self, name: str, work: Awaitable[None]) -> None:
        self._tasks.append(asyncio.create_task(_named(work), name=f"{self.service.name}.{name}"))

    async def _after_catching_up(self, run: Any) -> None:
        await self.caught_up.wait()
        await run()

    async def _catch_up(self) -> None:
        """Wait until all that the log held at the start is here. If nothing comes for a minute, the
        log is away or a partition stopped: go on without."""
        ends: dict[tuple[str, int], int] | None = None
        progress, since = -1, time.monotonic()
        while time.monotonic() - since < CATCH_UP_SECONDS:
            try:
                ends = await self.log.ends(self.topics) if ends is None else ends
                reached = await positions_of(self.store, set(ends))
                if all(reached.get(partition, 0) >= end for partition, end in ends.items() if end > 0):
                    break
                if sum(reached.values()) > progress:
                    progress, since = sum(reached.values()), time.monotonic()
            except Exception as error:  # noqa: BLE001 - log or store are away: it is asked again
                log.warning("catch-up.waits", reason=type(error).__name__)
            await asyncio.sleep(0.05)
        self.caught_up.set()

    async def _tick(self) -> None:
        while True:
            if not self.settings.production:
                await self.store.read_clock()
            if not await self.folder.tick():
                await asyncio.sleep(TICK_SECONDS)

    async def set_clock(self, at: datetime) -> datetime:
        """Make *now* this instant, for every process on this store; give it. Production refuses."""
        if self.settings.production:
            raise Refused("production-keeps-time", status=404)
        await self.store.set_clock(at)
        return self.clock.now()

    def alive(self) -> bool:
        """Whether every task still runs, whatever the log and the store do."""
        return not self._dead()

    def _dead(self) -> list[str]:
        done = [task.get_name() for task in self._tasks if task.done()]
        return sorted(name for name in done if not name.endswith(".catch-up"))

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether the service can be relied on: it has read to the log's end, and its tasks live."""
        dead = self._dead()
        stopped = dict(self.subscription.stopped) if self.subscription is not None else {}
        behind = marks = 0
        try:
            async with asyncio.timeout(2):
                marks = await self._marks()
                ends = await self.log.ends(self.topics)
                reached = await positions_of(self.store, set(ends))
                behind = sum(max(0, end - reached.get(partition, 0)) for partition, end in ends.items())
                if self._stuck(behind, sum(reached.values())):
                    dead.append("load: nothing comes though the log has more")
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            dead.append(f"log: {type(error).__name__}")
        ok = self.caught_up.is_set() and not dead and not stopped
        why = {"caught_up": self.caught_up.is_set(), "dead": dead, "behind": behind, "marks": marks}
        return ok, why | {
            "stopped": [f"{topic}-{partition}: {why}" for (topic, partition), why in stopped.items()]
        }

    def _stuck(self, behind: int, reached: int) -> bool:
        """Whether the log has had more than is here for some time, and nothing has come."""
        now = time.monotonic()
        if behind == 0 or reached != self._progress[0]:
            self._progress = (reached, now)
        return now - self._progress[1] > STUCK_SECONDS

    async def _marks(self) -> int:
        async with self.store.reading() as connection:
            now = micros(await self.store.now(connection))
            return int((await connection.execute(text(_OUT_OF_DATE), {"now": now})).scalar_one())

    # ---- what agencies say ------------------------------------------------------------------

    async def take(
        self,
        header: Header,
        content: Content,
        *,
        caller: "Caller",
        right: str,
        idempotency_key: str | None = None,
    ) -> Taken:
        """Save what a caller says, durably, before this returns.

        The same idempotency key with the same content gives the first answer again.
        Raises Refused: 503 until the service has caught up, 409 for the key with other content,
        422 for a time that has not come, or a value that is Goldthread's to give.
        """
        if not self.caught_up.is_set():
            raise Refused("catching-up", status=503)
        check_times(header, self.clock.now())
        id_ = self.ids.fact(caller.id, idempotency_key) if idempotency_key else new_id()
        content = await self._admitted(caller, content)
        content = with_mentions(content, self.ids, caller.agency, id_)
        return await self.acceptor.take(
            Draft(
                id=id_,
                root=id_,
                version=1,
                change=Change.ORIGINAL,
                kind=type(content),
                content=content,
                header=header,
                agency=caller.agency,
                person=caller.id,
                right=right,
                keys=frozenset(content.keys(id_)) | await self._keys_of_things(content, id_),
                traceparent=telemetry.current_traceparent(),
            )
        )

    async def _admitted(self, caller: "Caller", content: Content) -> Content:
        admit = self.service.admit
        return content if admit is None else await admit(self, caller, content)

    async def _keys_of_things(self, content: Content, id_: str) -> frozenset[str]:
        """The people of what a fact is about, where that is held here: the service of an order is
        filed under everybody whom the order names, though the fact names the respondent alone."""
        things = [key[2:] for key in content.keys(id_) if key.startswith("o:") and key != f"o:{id_}"]
        if not things or not isinstance(content, Said):
            return frozenset()
        statement = text(
            """select distinct key.key from fact join key on key.fact = fact.id
               where fact.root = :root and key.key like 'm:%'"""
        )
        async with self.store.reading() as connection:
            found = [(await connection.execute(statement, {"root": root})).scalars() for root in things]
        return frozenset(key for keys in found for key in keys)

    async def revise(
        self,
        root: str,
        expected: int,
        header: Header | None,
        content: Content | None,
        *,
        caller: "Caller",
        right: str,
        idempotency_key: str | None = None,
    ) -> Taken:
        """Save the next version of a fact of the caller's own agency: a correction with the whole
        content, or a withdrawal with none.

        Raises Refused: 404 for another agency's fact, for one of another type, and for one that is
        not held here; 412 if ``expected`` is not its highest version; and as ``take`` does.
        """
        if not self.caught_up.is_set():
            raise Refused("catching-up", status=503)
        if header is not None:
            check_times(header, self.clock.now())
        id_ = self.ids.fact(caller.id, idempotency_key) if idempotency_key else new_id()
        said, things = None, frozenset[str]()
        if content is not None:
            said = with_mentions(await self._admitted(caller, content), self.ids, caller.agency, root)
            things = await self._keys_of_things(said, root)

        def make(versions: FactSet) -> Draft:
            last = versions.versions(root)[-1]
            first = versions.versions(root)[0]
            if last.agency != caller.agency or (said is not None and said.type != first.envelope.type):
                raise Refused("not-found", status=404)
            return Draft(
                id=id_,
                root=root,
                version=expected + 1,
                change=Change.CORRECTION if said is not None else Change.WITHDRAWAL,
                kind=EVENTS[first.envelope.type],
                content=said,
                header=header or _header_of(last),
                agency=caller.agency,
                person=caller.id,
                right=right,
                keys=frozenset(
                    {key for fact in versions for key in fact.envelope.keys.split()}
                    | (said.keys(root) if said is not None else set())
                    | things
                ),
                traceparent=telemetry.current_traceparent(),
            )

        return await self.acceptor.revise(root, expected, make)

    async def folded(self, keys: Collection[str], seconds: float = 2.0) -> None:
        """Wait until what is filed under these keys is in the rows, at most so long: whoever has just
        said something by a page finds it there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self._marked(keys):  # noqa: ASYNC110 - the store says when
                    await asyncio.sleep(0.01)

    async def _marked(self, keys: Collection[str]) -> bool:
        marked = text("select 1 from mark where key = :key limit 1")
        async with self.store.reading() as connection:
            for key in keys:
                if (await connection.execute(marked, {"key": key})).first() is not None:
                    return True
        return False

    async def say(self, sayings: Iterable[Saying]) -> int:
        """Record what the service says by itself outside a fold, such as tries of a message.

        Said already: nothing happens. Gives how many are new.
        """
        drafts = [drafted(self.ids, saying) for saying in sayings]
        taken = await asyncio.gather(*(self.acceptor.take(draft) for draft in drafts))
        return sum(not each.repeated for each in taken)

    async def lease(self, name: str, seconds: float) -> int | None:
        """Take or renew a lease: its epoch while this process holds it, None while another does."""
        return await take_lease(self.store, name, self.signals.name, seconds)

    async def assign(
        self,
        moves: Sequence[Move],
        because: Sequence[Because],
        decisions_seen: Sequence[str],
        epoch: int,
    ) -> bool:
        """Record the matcher's decision as one fact (``chassis.assigning``); False if it is refused."""
        done = await assign(self.store, self.ids, self.source, moves, because, decisions_seen, epoch)
        self.signals.wake("relay", "fold")
        return done

    async def changed(self) -> AsyncIterator[Changed]:
        """(view, subject) of rows that change from now on, whichever instance folded them."""
        async for news in self.signals.changed():
            yield news

    async def shown(
        self,
        caller: "Caller",
        view: str,
        subject: str,
        content: Row | bytes,
        facts: Iterable[str],
        left_out: Iterable[str] = (),
    ) -> None:
        """Record, before the answer goes out, that this content was shown to this caller.

        Once for each viewer and content: a second look at the same adds nothing.
        """
        body = content if isinstance(content, bytes) else canonical(content)
        digest = ledger.digest(body)
        line = self.ids.shown(caller.id, view, subject, digest)
        said = AuditShown(
            person=caller.id,
            viewer_agency=caller.agency,
            roles=sorted(caller.roles),
            view=view,
            subject=subject,
            content=digest,
            facts=sorted(set(facts)),
            left_out=sorted(set(left_out)),
        )
        await self.acceptor.take(
            Draft(
                id=line,
                root=line,
                version=1,
                change=Change.ORIGINAL,
                kind=AuditShown,
                content=said,
                header=own_header(self.clock.now()),
                agency="goldthread",
                person=None,
                right="",
                keys=frozenset(),
            )
        )


def _header_of(fact: Fact[Content]) -> Header:
    envelope = fact.envelope
    return Header(
        occurred=envelope.time,
        recorded=envelope.recordedat,
        assertion=envelope.assertion,
        regime=envelope.regime,
        basis=envelope.basis,
        purpose=envelope.purpose,
    )


async def _named(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.critical("task.died", reason=type(error).__name__)
        raise
