"""The two logs as the suite sees them: an address, fresh topics, and a way to lose records."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from chassis.log import Log, Partition, Record, Subscription, open_log
from chassis.log.embedded import OFFSET_BITS
from contracts.topics import Topic

Forget = Callable[[Topic, int, int], Awaitable[None]]


def a_topic(partitions: int = 6, keeps: Literal["all", "newest"] = "all") -> Topic:
    """A topic that no other test has."""
    return Topic(f"test-{uuid4().hex}", "a test", (), (), partitions, keeps)


def key_for(topic: Topic, partition: int) -> str:
    """A key that falls into this partition."""
    from chassis.log.positions import partition_of

    return next(str(n) for n in range(10_000) if partition_of(str(n), topic.partitions) == partition)


@dataclass
class Store:
    """What a service's store does with a batch: it keeps the records, and where to go on."""

    positions: dict[Partition, int] = field(default_factory=dict)
    values: list[bytes] = field(default_factory=list)
    asked: list[set[Partition]] = field(default_factory=list)

    async def position(self, assigned: set[Partition]) -> dict[Partition, int]:
        self.asked.append(assigned)
        return {partition: at for partition, at in self.positions.items() if partition in assigned}

    def keep(self, records: list[Record]) -> None:
        for record in records:
            at = (record.topic, record.partition)
            self.positions[at] = max(self.positions.get(at, 0), record.offset + 1)
            self.values.append(record.value)

    async def read(self, *readers: Subscription, until: Callable[[], bool], tries: int = 200) -> None:
        """Poll these readers in turn until the condition holds."""
        for _ in range(tries):
            for reader in readers:
                self.keep(await reader.poll(0.1))
            if until():
                return
        raise AssertionError(f"not after {tries} polls: {self}")


@dataclass
class Bench:
    """One of the two logs, running."""

    url: str
    log: Log
    forget: Forget
    """Lose the records of a partition that lie before an offset."""

    def reader(self, store: Store, *topics: Topic, group: str | None = None) -> Subscription:
        return self.log.subscribe(group or uuid4().hex, [topic.name for topic in topics], store.position)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    if request.param == "kafka":
        address = str(request.getfixturevalue("kafka_address"))
        url, forget = f"kafka://{address}", forgetting_kafka(address)
    else:
        url, forget = f"sqlite:{tmp_path}/log.db", forgetting_file(tmp_path / "log.db")
    log = open_log(url)
    await log.start()
    yield Bench(url, log, forget)
    await log.stop()


def forgetting_file(path: Path) -> Forget:
    """How the embedded log loses records."""

    async def forget(topic: Topic, partition: int, before: int) -> None:
        db = sqlite3.connect(path)
        with db:
            (id,) = db.execute(
                "select id from partition where topic = ? and number = ?", (topic.name, partition)
            ).fetchone()
            low = id << OFFSET_BITS
            db.execute("delete from record where place >= ? and place < ?", (low, low + before))
        db.close()

    return forget


def forgetting_kafka(address: str) -> Forget:
    """How Kafka does, as by retention."""

    async def forget(topic: Topic, partition: int, before: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        try:
            await admin.delete_records({TopicPartition(topic.name, partition): RecordsToDelete(before)})
        finally:
            await admin.close()

    return forget
