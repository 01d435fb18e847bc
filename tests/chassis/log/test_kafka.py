"""What is Kafka's alone: the client's known faults, each met on purpose (chassis/log/README.md)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from chassis.log import LogAway, LogError, Record, kafka, kafka_reader
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_reader import READER, KafkaSubscription
from contracts.topics import Topic
from deploy.local.kafka import Kafka
from tests.chassis.log.conftest import Store, a_topic
from tests.support.waiting import PATIENCE


@pytest.fixture
async def log(kafka_address: str) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(kafka_address)
    await log.start()
    yield log
    await log.stop()


@pytest.fixture
async def topic(log: KafkaLog) -> Topic:
    topic = a_topic(partitions=1)
    await log.ensure([topic])
    return topic


async def reading(log: KafkaLog, topic: Topic, store: Store) -> KafkaSubscription:
    """A reader that has its positions."""
    reader = log.subscribe(uuid4().hex, [topic.name], store.position)
    await reader.start()
    await store.read(reader, until=lambda: reader._settled > 0)
    return reader


async def append(log: KafkaLog, topic: Topic, *numbers: int) -> None:
    await log.append([Record(topic.name, "k", b"%d" % n) for n in numbers])


async def test_records_say_that_they_are_cloudevents(log: KafkaLog, topic: Topic, kafka_address: str) -> None:
    await append(log, topic, 1)
    plain = AIOKafkaConsumer(topic.name, bootstrap_servers=kafka_address, auto_offset_reset="earliest")
    await plain.start()
    message = await asyncio.wait_for(plain.getone(), PATIENCE)
    await plain.stop()
    assert message.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    assert (message.key, message.value) == (b"k", b"1")


async def test_missing_topics_are_made_to_keep_everything(log: KafkaLog, topic: Topic) -> None:
    await log._check_settings({topic.name: topic})


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("retention.ms", "604800000", "retention.ms=604800000, not -1: it would forget facts"),
        ("cleanup.policy", "compact", "cleanup.policy=compact, not delete: it would forget facts"),
        ("max.message.bytes", "1000", "takes records of 1000 bytes only"),
    ],
)
async def test_a_topic_that_would_lose_facts_is_refused(
    log: KafkaLog, kafka_address: str, key: str, value: str, complaint: str
) -> None:
    topic = a_topic()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    settings = {"retention.ms": "-1", "max.message.bytes": "3000000", key: value}
    await admin.create_topics([NewTopic(topic.name, topic.partitions, 1, topic_configs=settings)])
    await admin.close()
    with pytest.raises(LogError, match=complaint):
        await log.ensure([topic])


async def test_the_configuration_that_counts(log: KafkaLog, topic: Topic) -> None:
    """Fault 15: what the client took, not what we think that we gave it."""
    reader = await reading(log, topic, Store())
    consumer = reader._consumer
    assert consumer is not None
    assert consumer._enable_auto_commit is False
    assert consumer._auto_offset_reset == "none"
    assert consumer._session_timeout_ms <= 4_000
    assert consumer._rebalance_timeout_ms == READER["rebalance_timeout_ms"] != consumer._session_timeout_ms
    assert consumer._heartbeat_interval_ms * 3 < consumer._session_timeout_ms
    assert consumer._max_poll_interval_ms == READER["max_poll_interval_ms"] > consumer._rebalance_timeout_ms
    assert consumer._group_instance_id is None, "a dead member's partitions are free at once"
    await append(log, topic, 1)
    assert log._producer is not None
    assert log._producer._sender._acks == -1
    assert log._producer._txn_manager is not None, "idempotent"
    assert log._producer._txn_manager.transactional_id is None, "no Kafka transactions"
    await reader.stop()


async def test_a_client_that_jumps_ahead_is_brought_back(log: KafkaLog, topic: Topic) -> None:
    store = Store()
    await append(log, topic, *range(5))
    reader = log.subscribe(uuid4().hex, [topic.name], store.position)
    await reader.start()
    await reader._settle(reader._consumer)
    reader._consumer.seek(TopicPartition(topic.name, 0), 3)  # type: ignore[union-attr]
    await store.read(reader, until=lambda: len(store.values) >= 5)
    assert store.values == [b"0", b"1", b"2", b"3", b"4"]
    await reader.stop()


async def test_a_hole_that_stays_stops_the_partition(log: KafkaLog, topic: Topic) -> None:
    """A log with a hole, as a compacted or a transactional one would have."""
    store = Store()
    await append(log, topic, *range(5))
    reader = await reading(log, topic, store)
    await store.read(reader, until=lambda: len(store.values) >= 5)
    partition = (topic.name, 0)
    consumer = reader._consumer
    assert consumer is not None
    message = (await _again(consumer, topic, 3))[0]
    reader._next[partition] = 2
    assert not reader._follows(consumer, TopicPartition(*partition), [message])
    assert reader.stopped == {}
    assert not reader._follows(consumer, TopicPartition(*partition), [message])
    assert reader.stopped == {partition: "records are missing from 2 on"}
    await reader.stop()


async def test_holes_of_a_compacted_topic_are_no_loss(log: KafkaLog) -> None:
    topic, store = a_topic(partitions=1, keeps="newest"), Store()
    await log.ensure([topic])
    await append(log, topic, *range(5))
    reader = await reading(log, topic, store)
    await store.read(reader, until=lambda: len(store.values) >= 5)
    consumer = reader._consumer
    assert consumer is not None
    message = (await _again(consumer, topic, 3))[0]
    reader._next[topic.name, 0] = 2
    assert reader._follows(consumer, TopicPartition(topic.name, 0), [message])
    assert reader._next[topic.name, 0] == 4
    assert not reader._follows(consumer, TopicPartition(topic.name, 0), [message]), "it is behind"
    await reader.stop()


async def test_a_compacted_topic_that_forgets_nothing_is_refused(log: KafkaLog) -> None:
    topic = a_topic()
    await log.ensure([topic])
    with pytest.raises(LogError, match=r"policy=delete, not compact: it would grow for ever"):
        await log.ensure([replace(topic, keeps="newest")])


async def _again(consumer: AIOKafkaConsumer, topic: Topic, offset: int) -> list[object]:
    tp = TopicPartition(topic.name, 0)
    consumer.seek(tp, offset)
    while True:
        if found := await consumer.getmany(timeout_ms=1000):
            return list(found[tp])


async def test_records_lost_under_a_reader_stop_its_partition(log: KafkaLog, topic: Topic) -> None:
    """The log was cut while we read, by a leader that had less: no jump to either end."""
    store = Store()
    await append(log, topic, 0, 1)
    reader = await reading(log, topic, store)
    await store.read(reader, until=lambda: len(store.values) >= 2)
    reader._next[topic.name, 0] = 50
    reader._consumer.seek(TopicPartition(topic.name, 0), 50)  # type: ignore[union-attr]
    await store.read(reader, until=lambda: bool(reader.stopped))
    assert reader.stopped == {(topic.name, 0): "fewer facts than the database has: position 50, end 2"}
    await append(log, topic, 2)
    assert await reader.poll(0.5) == []
    await reader.stop()


async def test_a_reader_that_hears_nothing_starts_over(
    log: KafkaLog, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 8: alive, and stuck."""
    store = Store()
    reader = await reading(log, topic, store)
    reader._consumer.pause(TopicPartition(topic.name, 0))  # type: ignore[union-attr]
    await append(log, topic, 1)
    monkeypatch.setattr(kafka_reader, "STUCK_AFTER", 0.2)
    with pytest.raises(LogError, match="nothing came, and there is something to read"):
        await store.read(reader, until=lambda: False)
    monkeypatch.undo()
    await store.read(reader, until=lambda: store.values == [b"1"])
    await reader.stop()


async def test_silence_with_nothing_to_read_is_no_fault(
    log: KafkaLog, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await reading(log, topic, Store())
    consumer = reader._consumer
    monkeypatch.setattr(kafka_reader, "STUCK_AFTER", 0.0)
    assert [await reader.poll(0.1) for _ in range(3)] == [[], [], []]
    assert reader._consumer is consumer
    await reader.stop()


async def test_a_producer_that_failed_is_replaced(log: KafkaLog, topic: Topic) -> None:
    """Fault 13: after one unexpected error aiokafka's producer fails for ever (#907)."""
    await append(log, topic, 1)
    broken = log._producer
    assert broken is not None
    broken._message_accumulator.fail_all(KafkaError("unexpected error during batch delivery"))
    with pytest.raises(LogError, match="not known that all records are durable"):
        await append(log, topic, 2)
    await append(log, topic, 3)
    assert log._producer is not broken
    assert (await log.ends([topic.name]))[topic.name, 0] in {2, 3}


async def test_a_client_that_knows_of_no_broker_is_replaced(log: KafkaLog, topic: Topic) -> None:
    """aiokafka #551: it met a broker that knew of none yet, as one does that starts, and lost it."""
    await append(log, topic, 1)
    assert log._asker is not None
    log._asker._request_timeout_ms = 500
    client = log._asker._client
    client.cluster._brokers = {}
    for connection in client._conns.values():
        connection.close()
    with pytest.raises(KafkaError):
        await log.ends([topic.name])
    assert await log.ends([topic.name]) == {(topic.name, 0): 1}
    assert await log.beginnings([topic.name]) == {(topic.name, 0): 0}


async def test_a_start_that_finds_no_broker_ends(
    topic: Topic, kafka_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as it starts: a producer looks for a broker among none for ever."""
    bootstrap = AIOKafkaClient.bootstrap

    async def lost(client: AIOKafkaClient) -> None:
        await bootstrap(client)
        client.cluster._brokers = {}

    monkeypatch.setattr(AIOKafkaClient, "bootstrap", lost)
    monkeypatch.setattr(kafka, "START_LIMIT", 1.0)
    log = KafkaLog(kafka_address)
    async with asyncio.timeout(15):
        with pytest.raises(LogAway, match="no broker answers"):
            await log.start()
        monkeypatch.undo()
        await log.start()
        await append(log, topic, 1)
        await log.stop()


async def test_clients_that_do_not_close_are_waited_for_at_one_time(
    kafka_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the brokers away (fault 10): whoever is told to stop ends in seconds all the same."""
    log = KafkaLog(kafka_address)
    await log.start()

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(kafka, "STOP_LIMIT", 1.0)
        for client, close in (
            (AIOKafkaProducer, "stop"),
            (AIOKafkaConsumer, "stop"),
            (AIOKafkaAdminClient, "close"),
        ):
            patch.setattr(client, close, never)
        async with asyncio.timeout(1.9):
            await log.stop()
    await log.stop()


async def test_the_group_is_seen_by_operators(log: KafkaLog, topic: Topic, kafka_address: str) -> None:
    """And only what was reported of it: no commit of every assigned position (fault 6)."""
    wide = a_topic(partitions=2)
    await log.ensure([wide])
    store, group = Store(), uuid4().hex
    reader = log.subscribe(group, [wide.name], store.position)
    await reader.start()
    await log.append([Record(wide.name, str(n), b"x") for n in range(20)])
    await store.read(reader, until=lambda: len(store.values) >= 20)
    await reader.report({(wide.name, 0): 1, ("not-ours", 0): 5})
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    committed = await admin.list_consumer_group_offsets(group)
    await admin.close()
    assert {tp: at.offset for tp, at in committed.items()} == {TopicPartition(wide.name, 0): 1}
    await reader.stop()


@pytest.mark.slow
async def test_a_broker_that_is_killed_costs_nothing(own_broker: Kafka) -> None:
    """Appends and readers go on by themselves when it is back; all is there, in order."""
    log = KafkaLog(own_broker.address)
    await log.start()
    topic, store = a_topic(partitions=1), Store()
    await log.ensure([topic])
    reader = await reading(log, topic, store)
    sent = 0

    async def send_on() -> None:
        nonlocal sent
        while True:
            with contextlib.suppress(LogError):
                await append(log, topic, sent)
                sent += 1

    sending = asyncio.create_task(send_on())
    await store.read(reader, until=lambda: len(store.values) > 20)
    own_broker.kill()
    await asyncio.to_thread(own_broker.start)
    at_restart = sent
    await store.read(reader, until=lambda: sent > at_restart + 20, tries=600)
    sending.cancel()
    await asyncio.wait([sending])
    await store.read(reader, until=lambda: len(set(store.values)) >= sent)
    numbers = [int(value) for value in store.values]
    assert sorted(set(numbers)) == list(range(max(numbers) + 1))
    assert sorted(numbers) == numbers
    await reader.stop()
    await log.stop()


@pytest.mark.slow
async def test_nothing_waits_for_a_broker_that_stays_away(
    own_broker: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping, polling, reporting and appending end in time, each as it promises (fault 10)."""
    log = KafkaLog(own_broker.address)
    await log.start()
    topic = a_topic(partitions=1)
    await log.ensure([topic])
    await append(log, topic, 1)
    store = Store()
    reader = await reading(log, topic, store)
    own_broker.kill()
    async with asyncio.timeout(10):
        await reader.poll(0.5)
        await reader.report({(topic.name, 0): 1})
    monkeypatch.setattr(kafka, "APPEND_LIMIT", 2.0)
    with pytest.raises(LogError, match="not known that all records are durable"):
        await asyncio.wait_for(append(log, topic, 2), 10)
    async with asyncio.timeout(25):
        await reader.stop()
        await log.stop()


def test_a_user_name_brings_scram_and_tls_if_asked() -> None:
    bare = KafkaLog("b:9092")._connect
    assert bare["security_protocol"] == "PLAINTEXT"
    assert "sasl_mechanism" not in bare
    named = KafkaLog("b:9092", username="marac", password="secret")._connect
    assert (named["security_protocol"], named["sasl_mechanism"]) == ("SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert (named["sasl_plain_username"], named["sasl_plain_password"]) == ("marac", "secret")
    assert (
        KafkaLog("b:9092", username="m", password="s", tls=True)._connect["security_protocol"] == "SASL_SSL"
    )
