"""Step 3, load: one consumed batch is one transaction: facts, keys, marks for what is new, position.

A zombie inserts what is there already. What cannot be read is parked in the same transaction and
the position goes on: one bad event stops nobody else. What the service said itself is not read again
where its store holds the same bytes: they entered with their keys and marks.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger, parking, telemetry
from chassis.ids import Ids
from chassis.ledger import Entry, content_hash
from chassis.log import Record, Subscription
from chassis.marks import Rank
from chassis.parking import Park
from chassis.reading import parsed
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from chassis.store.tables import micros
from chassis.watermark import keep_watermarks
from contracts.envelope import ID_PATTERN, Envelope
from contracts.events.identity import IdentityAssigned
from contracts.events.operations import AuditShown
from contracts.registry import Unreadable
from contracts.topics import TOPICS, WATERMARKS
from contracts.watermark import Watermark, read_watermark

Partition = tuple[str, int]
AUDIT = AuditShown.topic
PAUSE_SECONDS = 0.5
LONG = 50
"""So many facts are a batch for which nobody else is to wait."""
LOOK_SECONDS = 1.0
"""How often the store is asked whether it still has what was loaded, and the log is told how far that
is: operators' tools need no more."""
_ID = re.compile(ID_PATTERN)
log = structlog.get_logger()


class Behind(Exception):
    """The store is not as far as where a batch begins: a crash took back what it had loaded."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What some records say, ready to be written."""

    records: Sequence[Record]
    positions: Mapping[Partition, int]
    own: Mapping[Record, str]
    """What this service seems to have said itself, with its id: it is read where the store has it not."""
    readable: Sequence[tuple[Record, Entry]]
    parks: Sequence[Park]
    passed: Sequence[tuple[int, Watermark]]


class Loader:
    """Reads a service's topics into its store."""

    def __init__(
        self,
        store: Store,
        ids: Ids,
        source: str,
        signals: Signals,
        reads_audit: bool,
        caught_up: asyncio.Event,
    ) -> None:
        self._store = store
        self._ids = ids
        self._source = source
        self._signals = signals
        self._reads_audit = reads_audit
        self._caught_up = caught_up

    async def run(self, subscription: Subscription) -> None:
        """Load what the subscription brings, for ever."""
        while True:
            try:
                await self._follow(subscription)
            except Exception as error:  # noqa: BLE001 - log or store are away
                # What is not in the store is read again: to read on would skip it.
                log.warning("load.failed", reason=type(error).__name__)
                subscription.again()
                await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self, subscription: Subscription) -> None:
        """Load batch after batch; and until the service has caught up, read the next meanwhile."""
        reached: dict[Partition, int] = {}
        looked = time.monotonic()
        ahead: Batch | None = None
        while True:
            records = () if ahead else await subscription.poll(0.5)
            batch, ahead = ahead or self.read(records), None
            if batch.positions:
                writing = asyncio.ensure_future(self.write(batch))
                try:
                    if not self._caught_up.is_set():
                        ahead = await asyncio.to_thread(self.read, await subscription.poll(0))
                finally:
                    await writing
                reached |= batch.positions
            if reached and time.monotonic() - looked > LOOK_SECONDS:
                there = await positions_of(self._store, set(reached))
                if any(there.get(partition, 0) < next_ for partition, next_ in reached.items()):
                    raise Behind
                await subscription.report(reached)
                looked = time.monotonic()

    async def load(self, records: Sequence[Record]) -> Mapping[Partition, int]:
        """Load one batch; give each partition's next position.

        Raises Behind, with nothing loaded, when the store has not what comes before the batch.
        """
        batch = self.read(records)
        await self.write(batch)
        return batch.positions

    def read(self, records: Sequence[Record]) -> "Batch":
        """What these records say. It touches no store."""
        facts = [record for record in records if record.topic != WATERMARKS]
        own = self._own(facts) if self._caught_up.is_set() else {}
        readable, parks = self._read([record for record in facts if record not in own])
        passed, illegible = _watermarks([record for record in records if record.topic == WATERMARKS])
        return Batch(records, _positions(records), own, readable, [*parks, *illegible], passed)

    async def write(self, batch: "Batch") -> None:
        """Write one batch. Raises Behind as ``load`` does."""
        here: dict[bytes, Rank] = {}
        if batch.own:
            async with self._store.reading() as connection:
                here = await ledger.ranks_here(connection, [*batch.own.values()])
        lost, illegible = self._read([own for own in batch.own if own.value not in here])
        own = {record: id_ for record, id_ in batch.own.items() if record.value in here}
        readable = [*lost, *batch.readable]
        entries = [entry for _, entry in readable]

        async def work(connection: AsyncConnection) -> tuple[bool, list[Rank]]:
            await _check_follows(connection, batch.records)
            still = await ledger.ranks_here(connection, [*own.values()])
            if any(record.value not in still for record in own):
                raise Behind  # a crash took them back since
            fresh, moved, unlike = await self._enter(connection, readable)
            if parks := [*batch.parks, *illegible, *unlike]:
                now = micros(await self._store.now(connection))
                await parking.park(self._store, connection, self._ids, parks, now)
            await advance(self._store, connection, batch.positions)
            if batch.passed:
                await keep_watermarks(connection, self._source[1:], batch.passed)
            reached(Step.LOAD_WRITTEN)
            return fresh, moved

        if not self._caught_up.is_set() or len(entries) > LONG:
            # Of a restore, or after the log was away, the instances of a service read long batches at one
            # time, of the same people: who puts a mention at home would hold up the others until its whole
            # batch is written.
            mentions = sorted({key for entry in entries for key in entry.keys if key.startswith("m:")})
            await self._store.write(lambda c: ledger.home(self._store, c, self._ids, mentions))
        trace, others = telemetry.traces(entry.envelope.traceparent for entry in entries)
        with telemetry.span("load", trace, others=others):
            fresh, moved = await self._store.write(work)
            told = [entry.rank for entry in entries if entry.envelope.type != IdentityAssigned.type]
            self._signals.heard([here[record.value] for record in own])
            (self._signals.marked if fresh else self._signals.heard)(told + moved)
        reached(Step.LOAD_COMMITTED)

    async def replay(self, topic: str, partition: int, offset: int) -> str | None:
        """Try a parked record again, as if it had just come: why it cannot be read, or None when it
        is in (or is no longer parked)."""

        async def work(connection: AsyncConnection) -> str | None:
            record = await parking.record_at(connection, topic, partition, offset)
            if record is None:
                return None
            readable, parks = self._read([record])
            _, _, unlike = await self._enter(connection, readable)
            parks += unlike
            if not parks:
                await parking.unpark(connection, record)
                reached(Step.REPLAY_WRITTEN)
                return None
            now = micros(await self._store.now(connection))
            await parking.park(self._store, connection, self._ids, parks, now)
            return parks[0].reason

        reason = await self._store.write(work, durable=True)
        reached(Step.REPLAY_COMMITTED)
        self._signals.marked([Rank.URGENT])
        return reason

    async def _enter(
        self, connection: AsyncConnection, readable: Sequence[tuple[Record, Entry]]
    ) -> tuple[bool, list[Rank], list[Park]]:
        """Write the facts that are new, with keys and marks: whether there are any, the ranks of the marks
        of who was moved, and those to be parked because their id stands for other content."""
        if not readable:
            return False, [], []
        now = micros(await self._store.now(connection))
        unlike = await self._unlike(connection, readable)
        entries = _smallest(entry for record, entry in readable if record not in unlike)
        rows = [entry.row(now) for entry in entries]
        new = await ledger.insert_facts(self._store, connection, rows, loading=True)
        fresh = [entry for entry in entries if entry.envelope.id in new]
        restoring = not self._caught_up.is_set() and await ledger.everything_is_marked(connection)
        moved = await ledger.file_facts(self._store, connection, self._ids, fresh, restoring=restoring)
        parks = [
            Park(record, "same id, other content", entry.keys, whose_known=True)
            for record, entry in readable
            if record in unlike
        ]
        return bool(fresh), moved, parks

    def _own(self, records: Sequence[Record]) -> dict[Record, str]:
        """What seems to be of this service's own saying, with its id: whether it is, its store tells."""
        said = f'"source":"{self._source}"'.encode()
        found: dict[Record, str] = {}
        for record in (each for each in records if said in each.value):
            with suppress(orjson.JSONDecodeError):
                fact = orjson.loads(record.value)
                if isinstance(fact, dict) and isinstance(id_ := fact.get("id"), str) and _ID.fullmatch(id_):
                    found[record] = id_
        return found

    def _read(self, records: Sequence[Record]) -> tuple[list[tuple[Record, Entry]], list[Park]]:
        readable: list[tuple[Record, Entry]] = []
        parks: list[Park] = []
        for record in records:
            try:
                body = record.value.decode()
                envelope = parsed(body).envelope  # the fold will ask for it again
                if record.topic == AUDIT and envelope.source != self._source and not self._is_read(envelope):
                    continue
                readable.append((record, Entry(envelope, body, content_hash(envelope))))
            except (Unreadable, UnicodeDecodeError, RecursionError) as error:
                log.error("load.parked", topic=record.topic, partition=record.partition, offset=record.offset)
                reason = str(error) if isinstance(error, Unreadable) else type(error).__name__
                keys, all_known = parking.keys_in(record.value)
                # What is said there of who did what is on nobody's page.
                whose_known = all_known or record.topic == AUDIT
                parks.append(Park(record, reason, keys, whose_known))
        return readable, parks

    def _is_read(self, envelope: Envelope) -> bool:
        """Whether this service reads this line of another's audit: who was shown what, and never what an
        operator decided there of what could not be read there."""
        return self._reads_audit and envelope.type == AuditShown.type

    async def _unlike(
        self, connection: AsyncConnection, readable: Sequence[tuple[Record, Entry]]
    ) -> set[Record]:
        known = await ledger.hashes_of(connection, [entry.envelope.id for _, entry in readable])
        unlike: set[Record] = set()
        for record, entry in readable:
            if known.setdefault(entry.envelope.id, entry.hash) != entry.hash:
                unlike.add(record)
        return unlike


def _watermarks(records: Sequence[Record]) -> tuple[list[tuple[int, Watermark]], list[Park]]:
    said: list[tuple[int, Watermark]] = []
    parks: list[Park] = []
    for record in records:
        try:
            said.append((record.offset, read_watermark(record.value)))
        except Unreadable as error:
            parks.append(Park(record, str(error), [], whose_known=True))  # it is about nobody
    return said, parks


def _smallest(entries: Iterable[Entry]) -> list[Entry]:
    best: dict[str, Entry] = {}
    for entry in entries:
        kept = best.get(entry.envelope.id)
        if kept is None or _size(entry.envelope, entry.body) < _size(kept.envelope, kept.body):
            best[entry.envelope.id] = entry
    return list(best.values())


def _size(envelope: Envelope, body: str) -> tuple[int, str]:
    return micros(envelope.acceptedat), body


def _positions(records: Iterable[Record]) -> dict[Partition, int]:
    positions: dict[Partition, int] = {}
    for record in records:
        partition = (record.topic, record.partition)
        positions[partition] = max(positions.get(partition, 0), record.offset + 1)
    return positions


async def _check_follows(connection: AsyncConnection, records: Iterable[Record]) -> None:
    """Loads do not wait for the disk, so a crash of the store can take back what this process has
    loaded and read on from. To go on would skip it for ever."""
    rows = (await connection.execute(prepared("select topic, partition, next from position"))).all()
    there = {(row.topic, row.partition): row.next for row in rows}
    first: dict[Partition, int] = {}
    for record in (each for each in records if TOPICS[each.topic].keeps == "all"):  # others have holes
        partition = (record.topic, record.partition)
        first[partition] = min(first.get(partition, record.offset), record.offset)
    if any(there.get(partition, 0) < offset for partition, offset in first.items()):
        raise Behind


async def advance(store: Store, connection: AsyncConnection, positions: Mapping[Partition, int]) -> None:
    """Reading has come so far: never back."""
    greatest = "greatest" if connection.dialect.name == "postgresql" else "max"
    statement = prepared(
        f"""insert into position (topic, partition, next) values (:topic, :partition, :next)
            on conflict (topic, partition) do update set next = {greatest}(position.next, excluded.next)"""
    )
    rows: list[dict[str, Any]] = [
        {"topic": topic, "partition": partition, "next": next_}
        for (topic, partition), next_ in sorted(positions.items())
    ]
    await connection.execute(statement, rows)


async def positions_of(store: Store, wanted: set[Partition]) -> dict[Partition, int]:
    """Where reading goes on: each partition's next offset, as the store has it."""
    async with store.reading() as connection:
        rows = (await connection.execute(prepared("select topic, partition, next from position"))).all()
    found = {(row.topic, row.partition): row.next for row in rows}
    return {partition: found[partition] for partition in wanted if partition in found}
