"""The real broker of the test run, and one that is killed."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.local import kafka
from deploy.local.kafka import Kafka
from deploy.local.processes import Unavailable


async def make_topic(address: str) -> str:
    topic = f"test-{uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
    return topic


async def produce(address: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def read_all(address: str, topic: str) -> list[bytes]:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False) as consumer:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        return [(await consumer.getone()).value for _ in range(end)]


async def test_what_is_produced_is_read_back_in_order(kafka_address: str) -> None:
    topic = await make_topic(kafka_address)
    values = [b"%d" % number for number in range(100)]
    await produce(kafka_address, topic, values)
    assert await read_all(kafka_address, topic) == values


async def test_an_undeclared_topic_is_refused(kafka_address: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka_address, request_timeout_ms=2_000) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait(f"nobody-declared-{uuid4()}", b"x")


async def test_a_clean_broker_has_no_topic_and_takes_the_same_name_again(clean_kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=clean_kafka)
    await admin.start()
    try:
        assert [topic for topic in await admin.list_topics() if not topic.startswith("__")] == []
    finally:
        await admin.close()


@pytest.mark.slow
async def test_a_killed_broker_comes_back_with_what_it_acknowledged(own_broker: Kafka) -> None:
    topic = await make_topic(own_broker.address)
    await produce(own_broker.address, topic, [b"before"])
    own_broker.kill()
    await asyncio.to_thread(own_broker.start)
    await produce(own_broker.address, topic, [b"after"])
    assert await read_all(own_broker.address, topic) == [b"before", b"after"]


def test_a_download_that_is_not_the_known_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The list's digests are what is trusted, not the server."""
    served = tmp_path / "served/org/example.jar"
    served.parent.mkdir(parents=True)
    served.write_bytes(b"not the file")
    listing = tmp_path / "kafka.sha256"
    listing.write_text(f"{'0' * 64}  org/example.jar\n")
    monkeypatch.setattr(kafka, "JARS", listing)
    monkeypatch.setattr(kafka, "MAVEN_CENTRAL", f"{(tmp_path / 'served').as_uri()}/")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(Unavailable, match="not the file"):
        kafka.jars()
    assert not list(tmp_path.glob("goldthread/**/*.jar"))
