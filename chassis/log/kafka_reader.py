"""Reading Kafka: a loop of our own over aiokafka, with raw bytes and explicit positions.

Where to read comes from the service's store alone. The client is never trusted to be where it
should: a batch that does not follow the one before is not given out.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    InvalidSessionTimeoutError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.structs import ConsumerRecord

from chassis.log import BATCH, LogError, Partition, Position, Record
from chassis.log.positions import where_to_start

logger = logging.getLogger(__name__)

READER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "session_timeout_ms": 4_000,
    "heartbeat_interval_ms": 1_000,
    "rebalance_timeout_ms": 6_000,
    "max_poll_interval_ms": 60_000,
    # A fetch sent while a partition's last batch still lay here does not ask for that partition,
    # and until it ends no other is sent: the client's 500 ms are half of the second of a page.
    "fetch_max_wait_ms": 100,
}

STOP_LIMIT = 5.0
"""Seconds for closing a client; with its brokers away it would wait for ever."""

STUCK_AFTER = 15.0
"""Seconds of silence, with records there to be read, after which a reader starts over."""


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of a consumer group that reads from where its own store says.

    A rebalance happens in the background, whenever it likes, and what its callback raises is
    swallowed by the client. So the callback only counts; the next poll asks the store, sets the
    positions, and raises what fails.
    """

    def __init__(
        self,
        connect: dict[str, Any],
        group: str,
        topics: Sequence[str],
        position: Position,
        compacted: frozenset[str] = frozenset(),
    ) -> None:
        self._connect, self._group, self._topics, self._position = connect, group, list(topics), position
        self._compacted = compacted
        self.stopped: dict[Partition, str] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._next: dict[Partition, int] = {}
        self._went_back: dict[Partition, int] = {}
        self._assignments = 0
        self._settled = 0
        self._last_heard = 0.0

    async def start(self) -> None:
        """Join the group, and wait for a share of the partitions."""
        self._consumer = AIOKafkaConsumer(group_id=self._group, **READER, **self._connect)
        self._consumer.subscribe(self._topics, listener=self)
        self._last_heard = _now()
        try:
            await self._consumer.start()
        except BaseException as error:
            await self.stop()
            if isinstance(error, InvalidSessionTimeoutError):
                logger.error(why := "the brokers need group.min.session.timeout.ms of 4000 or less")
                raise LogError(why) from error
            raise

    async def stop(self) -> None:
        """Leave the group, within seconds."""
        consumer, self._consumer = self._consumer, None
        self._next, self.stopped = {}, {}
        if consumer is not None:
            await within(STOP_LIMIT, consumer.stop())
            await within(STOP_LIMIT, consumer._client.close())  # which a stop that fails leaves open

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to give up: whoever else reads these records now only repeats."""

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Fetch nothing until the next poll has set the positions."""
        self._assignments += 1
        if self._consumer is not None:
            self._consumer.pause(*assigned)

    def again(self) -> None:
        """As after an assignment."""
        self._settled = -1

    @property
    def settled(self) -> bool:
        """See Subscription."""
        return self._settled == self._assignments

    def assigned(self) -> set[Partition]:
        """As the group has it, stopped partitions among them."""
        return set() if self._consumer is None else {_pair(tp) for tp in self._consumer.assignment()}

    async def poll(self, timeout: float) -> list[Record]:
        """See Subscription. After an error of the client the next poll joins the group anew."""
        try:
            if self._consumer is None:
                await self.start()
            return await self._poll(timeout)
        except KafkaError as error:
            await self.stop()
            raise LogError(f"the reader of {self._group} starts over: {error!r}") from error

    async def report(self, positions: dict[Partition, int]) -> None:
        """Commit, of the partitions assigned, these positions and no other."""
        mine = self.assigned()
        offsets = {TopicPartition(*p): offset for p, offset in positions.items() if p in mine}
        if self._consumer is None or not offsets:
            return
        try:
            async with asyncio.timeout(STOP_LIMIT):
                await self._consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            logger.warning("the positions of %s are not reported: %r", self._group, error)

    async def _poll(self, timeout: float) -> list[Record]:
        consumer = self._consumer
        assert consumer is not None
        if not self.settled:
            await self._settle(consumer)
        before = self._assignments
        fetched: dict[TopicPartition, list[ConsumerRecord]] = {}
        try:
            async with asyncio.timeout(timeout + 1):  # getmany() waits for a rebalance without limit
                fetched = await consumer.getmany(timeout_ms=int(timeout * 1000), max_records=BATCH)
        except TimeoutError:
            pass
        except NoOffsetForPartitionError:
            pass  # the client looked for a committed position by itself; ours is set, or will be
        except OffsetOutOfRangeError as error:
            await self._out_of_range(consumer, error.args[0])
        if self._assignments != before:
            return []  # not from our positions; the next poll sets them and reads again
        records = [
            _record(message)
            for tp, messages in fetched.items()
            if self._follows(consumer, tp, messages)
            for message in messages
        ]
        await self._watch(consumer, bool(records))
        return records

    async def _settle(self, consumer: AIOKafkaConsumer) -> None:
        """Set every assigned partition to its position in the store, or stop it."""
        while True:
            count, assigned = self._assignments, consumer.assignment()
            pairs = {_pair(tp) for tp in assigned}
            positions = await self._position(pairs)
            beginnings = plain(await consumer.beginning_offsets(assigned))
            ends = plain(await consumer.end_offsets(assigned))
            if count == self._assignments and assigned == consumer.assignment():
                break
        self._next, self.stopped = where_to_start(pairs, positions, beginnings, ends)
        self._went_back = {}
        for partition, offset in self._next.items():
            consumer.seek(TopicPartition(*partition), offset)
            consumer.resume(TopicPartition(*partition))
        for partition in self.stopped:
            # It stays paused, yet needs a place that exists: while the client looks for one by
            # itself it fetches nothing from that broker, of any partition.
            consumer.seek(TopicPartition(*partition), ends[partition])
            self._say_stopped(partition)
        self._settled = count
        self._last_heard = _now()

    async def _out_of_range(self, consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
        """Stop what the log no longer has at the position where we are; never jump."""
        ours = {_pair(tp): offset for tp, offset in offsets.items() if self._next.get(_pair(tp)) == offset}
        if not ours:
            return  # asked for by the client from a committed position, before ours was set
        tps = [TopicPartition(*partition) for partition in ours]
        beginnings = plain(await consumer.beginning_offsets(tps))
        ends = plain(await consumer.end_offsets(tps))
        _, stopped = where_to_start(ours, ours, beginnings, ends)
        for partition, reason in stopped.items():
            self._stop_reading(consumer, partition, reason)

    def _follows(self, consumer: AIOKafkaConsumer, tp: TopicPartition, batch: list[ConsumerRecord]) -> bool:
        """Whether a batch goes on where the one before ended, without a hole but those of a compacted
        topic. Otherwise read again from there, and stop the partition if the hole is still in it."""
        partition = _pair(tp)
        expected = self._next.get(partition)
        if expected is None:
            return False
        whole = batch[0].offset == expected and batch[-1].offset - expected + 1 == len(batch)
        if whole or (tp.topic in self._compacted and batch[0].offset >= expected):
            self._next[partition] = batch[-1].offset + 1
            return True
        if self._went_back.get(partition) == expected:
            self._stop_reading(consumer, partition, f"records are missing from {expected} on")
        else:
            self._went_back[partition] = expected
            consumer.seek(tp, expected)
        return False

    def _stop_reading(self, consumer: AIOKafkaConsumer, partition: Partition, reason: str) -> None:
        consumer.pause(TopicPartition(*partition))
        del self._next[partition]
        self.stopped[partition] = reason
        self._say_stopped(partition)

    def _say_stopped(self, partition: Partition) -> None:
        logger.error("partition %d of topic %s is stopped: %s", *partition[::-1], self.stopped[partition])

    async def _watch(self, consumer: AIOKafkaConsumer, heard: bool) -> None:
        """A client can look alive and read nothing for ever (aiokafka #703, #1154): silence with
        records there to be read ends it. Raises KafkaError, upon which the next poll starts over."""
        if heard:
            self._last_heard = _now()
        if _now() - self._last_heard < STUCK_AFTER:
            return
        ends = plain(await consumer.end_offsets([TopicPartition(*partition) for partition in self._next]))
        if any(ends[partition] > offset for partition, offset in self._next.items()):
            raise KafkaError("nothing came, and there is something to read")
        self._last_heard = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _pair(tp: TopicPartition) -> Partition:
    return (tp.topic, tp.partition)


def plain(offsets: dict[TopicPartition, int]) -> dict[Partition, int]:
    """Offsets by partitions that are not the client's."""
    return {_pair(tp): offset for tp, offset in offsets.items()}


def _record(message: ConsumerRecord) -> Record:
    """The record as it came: a foreign one may lack key or value, and is left to be parked."""
    key = (message.key or b"").decode(errors="replace")
    return Record(message.topic, key, message.value or b"", message.partition, message.offset)


async def within(seconds: float, closing: Coroutine[Any, Any, None]) -> None:
    """Wait for a client to close, but no longer; what still hangs ends with the process.

    In a task of its own: with its broker away aiokafka's consumer lets the cancellation of a task
    of its own out of ``stop()``, and whoever awaited that would count as cancelled.
    """
    task = asyncio.ensure_future(closing)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        logger.warning("a Kafka client did not close in %.0f s", seconds)
    elif not task.cancelled() and (error := task.exception()):
        logger.warning("a Kafka client did not close well: %r", error)
