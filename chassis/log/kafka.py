"""Kafka through aiokafka: what is written, and what the cluster has. No transactions (aiokafka #844)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from chassis.log import LARGEST, LogAway, LogError, Partition, Position, Record
from chassis.log.kafka_reader import STOP_LIMIT, KafkaSubscription, plain, within
from chassis.log.positions import check_partitions, partition_of
from contracts.topics import Topic

CONTENT_TYPE = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
"""CloudEvents' Kafka binding, structured mode, marks its records so."""

APPEND_LIMIT = 30.0
"""Seconds for one append, a broker's restart (7 s, measured) among them."""

START_LIMIT = 30.0
"""Seconds in which a broker that answers is also found."""

Question = Callable[[AIOKafkaConsumer, list[TopicPartition]], Awaitable[dict[TopicPartition, int]]]

CLIENT: dict[str, Any] = {"request_timeout_ms": 10_000, "retry_backoff_ms": 100}

SETTINGS = {
    "all": {"retention.ms": "-1", "cleanup.policy": "delete"},
    "newest": {"retention.ms": "-1", "cleanup.policy": "compact"},
    "month": {"retention.ms": "2592000000", "cleanup.policy": "delete"},
}
"""What a topic must have to keep what it is declared to keep."""
_ELSE = {"all": "forget facts", "newest": "grow for ever", "month": "keep for another time than it says"}
"""What it would do otherwise."""

SEGMENT = {"newest": {"segment.ms": "3600000"}}
"""What is superseded goes when its segment is closed: after an hour, not after a week."""


class KafkaLog:
    """The topics of one cluster."""

    def __init__(
        self,
        address: str,
        *,
        replication: int = 1,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
    ) -> None:
        self._replication = replication
        self._connect: dict[str, Any] = {
            **CLIENT,
            "bootstrap_servers": address,
            "security_protocol": ("SASL_" if username else "") + ("SSL" if tls else "PLAINTEXT"),
        }
        if tls:
            import ssl

            self._connect["ssl_context"] = ssl.create_default_context()
        if username:
            self._connect |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": username,
                "sasl_plain_password": password,
            }
        self._admin: AIOKafkaAdminClient | None = None
        self._producer: AIOKafkaProducer | None = None
        self._asker: AIOKafkaConsumer | None = None
        self._starting, self._asking, self._connecting = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._counts: dict[str, int] = {}
        self._compacted: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect. Raises LogAway if no broker answers, or if after 30 s none is found: a producer for which
        there is none would look for ever (see ``_ask``)."""
        try:
            async with asyncio.timeout(START_LIMIT):
                await self.admin()
                await self._new_asker()
                await self._new_producer()  # now, and not in the first append: it may take 0.1 s
        except (KafkaError, TimeoutError) as error:
            self._abandon_admin()
            raise LogAway(f"no broker answers: {error!r}") from error

    async def admin(self) -> AIOKafkaAdminClient:
        """The client that asks what the cluster has, connected. Raises KafkaError and TimeoutError."""
        async with self._connecting, asyncio.timeout(START_LIMIT):
            if self._admin is None:
                admin = AIOKafkaAdminClient(**self._connect)
                try:
                    await admin.start()
                except BaseException:
                    await within(STOP_LIMIT, admin.close())
                    raise
                self._admin = admin
            return self._admin

    async def stop(self) -> None:
        """Send what is waiting, and close, within seconds: each of the clients at the same time, for with
        the brokers away none of them ends by itself."""
        for client in filter(None, (self._producer, self._asker)):
            self._close(client)
        self._abandon_admin()
        if self._closing:
            await asyncio.wait(self._closing, timeout=STOP_LIMIT)

    async def ensure(self, topics: Iterable[Topic]) -> None:
        """Create what is missing. Raises LogError for a topic that is not as it is declared; LogAway."""
        wanted = {topic.name: topic for topic in topics}
        self._compacted |= {topic.name for topic in wanted.values() if topic.keeps == "newest"}
        try:
            await self._create([topic for topic in wanted.values() if await self._count(topic.name) is None])
            for topic in wanted.values():
                check_partitions(topic, await self._known(topic.name))
            await self._check_settings(wanted)
        except (KafkaError, TimeoutError) as error:
            self._abandon_admin()
            raise LogAway(f"it is not known which topics there are: {error!r}") from error

    async def append(self, records: Sequence[Record]) -> None:
        """Acknowledged by every replica in sync; the client repeats what fails, without doubles.

        Raises LogError after 30 s, or at once for what can never succeed.
        """
        if too_large := [len(record.value) for record in records if len(record.value) > LARGEST]:
            raise LogError(f"a record of {max(too_large)} bytes is larger than {LARGEST}")
        counts = {topic: await self._known(topic) for topic in {record.topic for record in records}}
        producer = None
        try:
            async with asyncio.timeout(APPEND_LIMIT):
                async with self._starting:
                    producer = self._producer or await self._new_producer()
                sent = [
                    await producer.send(
                        record.topic,
                        value=record.value,
                        key=record.key.encode(),
                        partition=partition_of(record.key, counts[record.topic]),
                        headers=CONTENT_TYPE,
                    )
                    for record in records
                ]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError) as error:
            self._abandon(producer)
            raise LogError(f"it is not known that all records are durable: {error!r}") from error

    async def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """As the leaders of the partitions say now."""
        return await self._ask(AIOKafkaConsumer.end_offsets, topics)

    async def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """As the leaders of the partitions say now."""
        return await self._ask(AIOKafkaConsumer.beginning_offsets, topics)

    def subscribe(self, group: str, topics: Sequence[str], position: Position) -> KafkaSubscription:
        """A member of a consumer group, which joins at its start."""
        return KafkaSubscription(self._connect, group, topics, position, frozenset(self._compacted))

    async def _ask(self, question: Question, topics: Iterable[str]) -> dict[Partition, int]:
        """Raises KafkaError, upon which the next question begins with a fresh client: one that met a
        broker which knew of no broker yet, and lost it, finds none for ever (aiokafka #551)."""
        partitions = await self._of(topics)
        async with self._asking, asyncio.timeout(START_LIMIT):
            asker = self._asker or await self._new_asker()
        try:
            return plain(await question(asker, partitions))
        except KafkaError:
            if self._asker is asker:
                self._asker = None
                self._close(asker)
            raise

    async def _of(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [TopicPartition(name, n) for name in topics for n in range(await self._known(name))]

    async def _known(self, topic: str) -> int:
        count = await self._count(topic)
        if count is None:
            raise LogError(f"no such topic: {topic}")
        return count

    async def _count(self, topic: str) -> int | None:
        """How many partitions a topic has; None if there is no such topic."""
        if topic not in self._counts:
            try:
                (found,) = await (await self.admin()).describe_topics([topic])
            except KafkaError:
                self._abandon_admin()
                raise
            if found["error_code"] == 0:
                self._counts[topic] = len(found["partitions"])
        return self._counts.get(topic)

    async def _create(self, missing: list[Topic]) -> None:
        if not missing:
            return
        settings = {
            "max.message.bytes": str(LARGEST + 65_536),  # key, headers and the batch's own head
            # Acknowledged by one replica alone would be lost with it.
            "min.insync.replicas": str(max(1, self._replication - 1)),
        }
        answer = await (await self.admin()).create_topics(
            [
                NewTopic(
                    t.name,
                    t.partitions,
                    self._replication,
                    topic_configs=settings | SETTINGS[t.keeps] | SEGMENT.get(t.keeps, {}),
                )
                for t in missing
            ]
        )
        for name, code, *_ in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):  # another process may be starting too
                raise LogError(f"topic {name} cannot be created: {for_code(code).__name__}")
        for _ in range(200):  # the answer comes before every broker knows of them
            if all([await self._count(topic.name) for topic in missing]):
                return
            await asyncio.sleep(0.05)
        raise LogError("the topics were created, and after 10 s cannot be seen")

    async def _check_settings(self, topics: Mapping[str, Topic]) -> None:
        answers = await (await self.admin()).describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
        )
        for _, _, _, name, entries in [row for answer in answers for row in answer.resources]:
            found = {key: value for key, value, *_ in entries}
            why = _ELSE[topics[name].keeps]
            for key, value in SETTINGS[topics[name].keeps].items():
                if found[key] != value:
                    raise LogError(f"topic {name} has {key}={found[key]}, not {value}: it would {why}")
            if int(found["max.message.bytes"]) < LARGEST:
                raise LogError(f"topic {name} takes records of {found['max.message.bytes']} bytes only")

    async def _new_asker(self) -> AIOKafkaConsumer:
        asker = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **self._connect)
        try:
            await asker.start()
        except BaseException:
            await asker.stop()
            raise
        self._asker = asker
        return asker

    async def _new_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._connect,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=262_144,
            max_request_size=LARGEST + 65_536,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer
        return producer

    def _abandon(self, producer: AIOKafkaProducer | None) -> None:
        """Begin the next append with a fresh one. After a failure nobody knows which sequence
        numbers the broker has seen, and this one would fail for ever (aiokafka #907)."""
        if producer is None or self._producer != producer:
            return
        self._producer = None
        # Its stop() would first wait until everything is sent; there is no public way to give up.
        producer._sender.sender_task.cancel()
        self._close(producer)

    def _abandon_admin(self) -> None:
        """Begin with a fresh one: as with whoever asks, one that knows of no broker finds none for ever."""
        admin, self._admin = self._admin, None
        if admin is not None:
            self._close(admin)

    def _close(self, client: AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient) -> None:
        """While others go on."""
        ends = client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop()
        task = asyncio.create_task(within(STOP_LIMIT, ends))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
