"""Step 3, load: one consumed batch is one transaction: facts, keys, marks for what is new, position.

A zombie inserts what is there already. What cannot be read is parked in the same transaction and
the position goes on: one bad event stops nobody else.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger, telemetry
from chassis.ids import Ids
from chassis.ledger import Entry, content_hash
from chassis.log import Record, Subscription
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store
from chassis.store.tables import micros
from contracts.envelope import KEY_PATTERN, Envelope
from contracts.registry import Unreadable, read_content, read_envelope

Partition = tuple[str, int]
PAUSE_SECONDS = 0.5
LOOK_SECONDS = 1.0
"""How often the store is asked whether it still has what was loaded, and the log is told how far that
is: operators' tools need no more."""
log = structlog.get_logger()


class Behind(Exception):
    """The store is not as far as where a batch begins: a crash took back what it had loaded."""


class Loader:
    """Reads a service's topics into its store."""

    def __init__(
        self, store: Store, ids: Ids, source: str, signals: Signals, own_only: frozenset[str]
    ) -> None:
        self._store = store
        self._ids = ids
        self._source = source
        self._signals = signals
        self._own_only = own_only

    async def run(self, subscription: Subscription) -> None:
        """Load what the subscription brings, for ever."""
        records: Sequence[Record] = ()
        reached: dict[Partition, int] = {}
        looked = time.monotonic()
        while True:
            try:
                if not records:
                    records = await subscription.poll(0.5)
                if records:
                    reached |= await self.load(records)
                    records = ()
                if reached and time.monotonic() - looked > LOOK_SECONDS:
                    there = await positions_of(self._store, set(reached))
                    if any(there.get(partition, 0) < next_ for partition, next_ in reached.items()):
                        raise Behind
                    await subscription.report(reached)
                    looked = time.monotonic()
            except Behind:
                log.warning("load.again", reason="Behind")
                records, reached = (), {}
                subscription.again()
            except Exception as error:  # noqa: BLE001 - log or store are away
                # The same batch again, until it is in: to read on would skip it.
                log.warning("load.failed", reason=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def load(self, records: Sequence[Record]) -> dict[Partition, int]:
        """Load one batch; give each partition's next position.

        Raises Behind, with nothing loaded, when the store has not what comes before the batch.
        """
        positions = _positions(records)
        readable, parked = self._read(records)

        async def work(connection: AsyncConnection) -> int:
            await _check_follows(connection, records)
            now = micros(await self._store.now(connection))
            unlike = await self._unlike(connection, readable)
            good = [(record, entry) for record, entry in readable if record not in unlike]
            entries = _smallest(entry for _, entry in good)
            rows = [entry.row(now) for entry in entries]
            new = await ledger.insert_facts(self._store, connection, rows, loading=True)
            fresh = [entry for entry in entries if entry.envelope.id in new]
            await ledger.file_facts(self._store, connection, self._ids, fresh)
            parks = parked + [
                (record, "same id, other content", entry.keys)
                for record, entry in readable
                if record in unlike
            ]
            await park(self._store, connection, parks, now)
            await _advance(self._store, connection, positions)
            reached(Step.LOAD_WRITTEN)
            return len(fresh)

        trace, others = telemetry.traces(entry.envelope.traceparent for _, entry in readable)
        with telemetry.span("load", trace, others=others):
            if await self._store.write(work):
                self._signals.wake("fold")
        reached(Step.LOAD_COMMITTED)
        return positions

    def _read(
        self, records: Sequence[Record]
    ) -> tuple[list[tuple[Record, Entry]], list[tuple[Record, str, list[str]]]]:
        readable: list[tuple[Record, Entry]] = []
        parked: list[tuple[Record, str, list[str]]] = []
        for record in records:
            try:
                envelope = read_envelope(record.value)
                if record.topic in self._own_only and envelope.source != self._source:
                    continue
                read_content(envelope)
                readable.append((record, Entry(envelope, record.value.decode(), content_hash(envelope))))
            except (Unreadable, UnicodeDecodeError, RecursionError) as error:
                log.error("load.parked", topic=record.topic, partition=record.partition, offset=record.offset)
                reason = str(error) if isinstance(error, Unreadable) else type(error).__name__
                parked.append((record, reason, keys_in(record.value)))
        return readable, parked

    async def _unlike(
        self, connection: AsyncConnection, readable: Sequence[tuple[Record, Entry]]
    ) -> set[Record]:
        known = await ledger.hashes_of(connection, [entry.envelope.id for _, entry in readable])
        unlike: set[Record] = set()
        for record, entry in readable:
            if known.setdefault(entry.envelope.id, entry.hash) != entry.hash:
                unlike.add(record)
        return unlike


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


def keys_in(value: bytes) -> list[str]:
    """The keys that can still be read in bytes that are no event of ours: whose pages it touches."""
    try:
        keys = orjson.loads(value)["keys"].split()
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        return []
    return [key for key in keys if re.match(KEY_PATTERN, key)]


async def park(
    store: Store, connection: AsyncConnection, parks: Sequence[tuple[Record, str, list[str]]], now: int
) -> None:
    """Keep what could not be read, with the reason, and mark the subjects that it touches."""
    statement = text(
        """insert into parked (topic, partition, "offset", reason, since, keys, value)
           values (:topic, :partition, :offset, :reason, :since, :keys, :value) on conflict do nothing"""
    )
    for record, reason, keys in parks:
        await connection.execute(
            statement,
            {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "reason": reason[:500],
                "since": now,
                "keys": " ".join(keys),
                "value": record.value,
            },
        )
        await ledger.add_marks(store, connection, [(key, None, False) for key in keys])


async def _check_follows(connection: AsyncConnection, records: Iterable[Record]) -> None:
    """Loads do not wait for the disk, so a crash of the store can take back what this process has
    loaded and read on from. To go on would skip it for ever."""
    rows = (await connection.execute(text("select topic, partition, next from position"))).all()
    there = {(row.topic, row.partition): row.next for row in rows}
    first: dict[Partition, int] = {}
    for record in records:
        partition = (record.topic, record.partition)
        first[partition] = min(first.get(partition, record.offset), record.offset)
    if any(there.get(partition, 0) < offset for partition, offset in first.items()):
        raise Behind


async def _advance(store: Store, connection: AsyncConnection, positions: dict[Partition, int]) -> None:
    greatest = "greatest" if connection.dialect.name == "postgresql" else "max"
    statement = text(
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
        rows = (await connection.execute(text("select topic, partition, next from position"))).all()
    found = {(row.topic, row.partition): row.next for row in rows}
    return {partition: found[partition] for partition in wanted if partition in found}
