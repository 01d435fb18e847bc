"""What both logs promise, asked of both in the same words."""

import asyncio
import sys
from collections import defaultdict
from uuid import uuid4

import pytest

from chassis.log import LARGEST, LogError, Record, open_log
from chassis.log.positions import partition_of
from contracts.topics import Topic
from tests.chassis.log.conftest import Bench, Store, a_topic, key_for
from tests.support.waiting import PATIENCE


def numbered(topic: Topic, count: int, start: int = 0) -> list[Record]:
    """Records over seven keys, each with its number as its value."""
    return [Record(topic.name, str(n % 7), b"%d" % n) for n in range(start, start + count)]


async def test_a_partition_keeps_its_order_and_numbers_from_0(bench: Bench) -> None:
    topic = a_topic()
    await bench.log.ensure([topic])
    store, reader = Store(), bench.reader(Store(), topic)
    reader = bench.reader(store, topic)
    await bench.log.append(numbered(topic, 100))
    await bench.log.append(numbered(topic, 2_500, start=100))
    await reader.start()
    seen: dict[int, list[Record]] = defaultdict(list)
    while len(store.values) < 2_600:
        batch = await reader.poll(5)
        assert batch, "nothing more came"
        assert len(batch) <= 1_000
        store.keep(batch)
        for record in batch:
            seen[record.partition].append(record)
    for records in seen.values():
        assert [record.offset for record in records] == list(range(len(records)))
        by_key: dict[str, list[int]] = defaultdict(list)
        for record in records:
            by_key[record.key].append(int(record.value))
        assert all(numbers == sorted(numbers) for numbers in by_key.values())
    assert sorted(map(int, store.values)) == list(range(2_600))
    await reader.stop()


async def test_what_was_acknowledged_survives_a_kill(bench: Bench) -> None:
    topic = a_topic()
    await bench.log.ensure([topic])
    await bench.log.stop()  # the embedded log is for one process at a time
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.chassis.log.appender",
        bench.url,
        topic.name,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    said = [int(await process.stdout.readline()) for _ in range(200)]
    process.kill()
    rest = (await process.stdout.read()).splitlines()
    await process.wait()
    said += [int(line) for line in rest if line.isdigit()]

    bench.log = open_log(bench.url)
    await bench.log.start()
    await bench.log.ensure([topic])
    store = Store()
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: {b"%d" % n for n in said} <= set(store.values))
    assert len(store.values) == len(set(store.values))
    await reader.stop()


async def test_reading_goes_on_from_the_stores_position(bench: Bench) -> None:
    topic = a_topic(partitions=1)
    await bench.log.ensure([topic])
    await bench.log.append(numbered(topic, 10))
    store = Store(positions={(topic.name, 0): 4})
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 6)
    assert store.values == [b"%d" % n for n in range(4, 10)]
    await reader.stop()


async def test_what_was_reported_to_the_log_moves_nobody(bench: Bench) -> None:
    """The store rolled back, or was restored: the log's own idea of the group is ahead of it."""
    topic, group = a_topic(partitions=1), uuid4().hex
    await bench.log.ensure([topic])
    await bench.log.append(numbered(topic, 10))
    first = bench.reader(Store(), topic, group=group)
    await first.start()
    assert await first.poll(5)
    await first.report({(topic.name, 0): 8})
    await first.stop()
    store = Store(positions={(topic.name, 0): 2})
    second = bench.reader(store, topic, group=group)
    await second.start()
    await store.read(second, until=lambda: b"9" in store.values)
    assert store.values == [b"%d" % n for n in range(2, 10)]
    await second.stop()


async def test_a_report_never_raises(bench: Bench) -> None:
    topic = a_topic(partitions=1)
    await bench.log.ensure([topic])
    reader = bench.reader(Store(), topic)
    await reader.report({(topic.name, 0): 1})
    await reader.start()
    await reader.report({(topic.name, 0): 1})
    await reader.stop()
    await reader.report({(topic.name, 0): 1})


async def test_a_position_past_the_end_stops_its_partition_alone(bench: Bench) -> None:
    topic = a_topic(partitions=2)
    await bench.log.ensure([topic])
    keys = [key_for(topic, 0), key_for(topic, 1)]
    await bench.log.append([Record(topic.name, keys[n % 2], b"%d" % n) for n in range(10)])
    store = Store(positions={(topic.name, 0): 99})
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 5)
    await bench.log.append([Record(topic.name, key, b"more") for key in keys])
    await store.read(reader, until=lambda: b"more" in store.values)
    assert store.values == [b"1", b"3", b"5", b"7", b"9", b"more"]
    assert reader.stopped == {(topic.name, 0): "fewer facts than the database has: position 99, end 5"}
    assert reader.assigned() == {(topic.name, 0), (topic.name, 1)}
    await reader.stop()


async def test_lost_beginnings_stop_their_partitions_alone(bench: Bench) -> None:
    topic = a_topic(partitions=3)
    await bench.log.ensure([topic])
    await bench.log.append([Record(topic.name, key_for(topic, n % 3), b"%d" % n) for n in range(12)])
    await bench.forget(topic, 0, 2)
    await bench.forget(topic, 1, 3)
    store = Store(positions={(topic.name, 1): 1})
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 4)
    assert store.values == [b"2", b"5", b"8", b"11"]
    assert reader.stopped == {
        (topic.name, 0): "topic does not begin at 0: its first record is 2",
        (topic.name, 1): "position 1 is gone: the first record left is 3",
    }
    assert await bench.log.beginnings([topic.name]) == {
        (topic.name, 0): 2,
        (topic.name, 1): 3,
        (topic.name, 2): 0,
    }
    await reader.stop()


async def test_a_store_that_fails_is_heard_of_and_costs_nothing(bench: Bench) -> None:
    topic = a_topic(partitions=1)
    await bench.log.ensure([topic])
    await bench.log.append(numbered(topic, 3))
    store = Store()
    failures = [ConnectionError("the store is away"), ConnectionError("still")]

    async def position(assigned: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        if failures:
            raise failures.pop()
        return await store.position(assigned)

    reader = bench.log.subscribe(uuid4().hex, [topic.name], position)
    await reader.start()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await reader.poll(5)
    await store.read(reader, until=lambda: len(store.values) >= 3)
    assert store.values == [b"0", b"1", b"2"]
    await reader.stop()


async def test_two_of_a_group_share_and_one_takes_over(bench: Bench) -> None:
    topic, group, store = a_topic(), uuid4().hex, Store()
    await bench.log.ensure([topic])
    everything = {(topic.name, n) for n in range(6)}
    first, second = (bench.reader(store, topic, group=group) for _ in range(2))
    await first.start()
    await bench.log.append(numbered(topic, 50))
    await store.read(first, until=lambda: len(store.values) >= 50)
    await asyncio.gather(second.start(), first.poll(1))
    await store.read(
        first,
        second,
        until=lambda: bool(second.assigned()) and first.assigned() | second.assigned() == everything,
    )
    assert first.assigned().isdisjoint(second.assigned())
    await bench.log.append(numbered(topic, 50, start=50))
    await store.read(first, second, until=lambda: len(set(store.values)) == 100)
    await first.stop()
    await bench.log.append(numbered(topic, 50, start=100))
    await store.read(second, until=lambda: len(set(store.values)) == 150)
    assert second.assigned() == everything
    await second.stop()


async def test_groups_that_come_and_go_skip_nothing(bench: Bench) -> None:
    """Readers join and leave while records come; each goes on from the one store they share."""
    topic, group, store = a_topic(), uuid4().hex, Store()
    await bench.log.ensure([topic])
    steady = bench.reader(store, topic, group=group)
    await steady.start()
    for turn in range(4):
        await bench.log.append(numbered(topic, 200, start=turn * 200))
        guest = bench.reader(store, topic, group=group)
        await asyncio.gather(guest.start(), _kept(store, steady))
        await asyncio.gather(_kept(store, guest), _kept(store, steady))
        await guest.stop()
    await store.read(steady, until=lambda: len(set(store.values)) == 800)
    assert store.positions == await bench.log.ends([topic.name])
    await steady.stop()


async def _kept(store: Store, reader: object) -> None:
    store.keep(await reader.poll(0.3))  # type: ignore[attr-defined]


async def test_an_append_that_fails_adds_nothing(bench: Bench) -> None:
    topic = a_topic(partitions=1)
    await bench.log.ensure([topic])
    good = Record(topic.name, "a", b"good")
    with pytest.raises(LogError, match="no such topic"):
        await bench.log.append([good, Record("never-declared", "a", b"x")])
    with pytest.raises(LogError, match="larger than"):
        await bench.log.append([good, Record(topic.name, "a", b"x" * (LARGEST + 1))])
    assert await bench.log.ends([topic.name]) == {(topic.name, 0): 0}
    await bench.log.append([good])
    assert await bench.log.ends([topic.name]) == {(topic.name, 0): 1}


async def test_appends_at_once_are_all_there_each_in_its_order(bench: Bench) -> None:
    topic, store = a_topic(), Store()
    await bench.log.ensure([topic])

    async def append(writer: int) -> None:
        for n in range(10):
            await bench.log.append([Record(topic.name, f"writer {writer}", b"%d %d" % (writer, n))])

    await asyncio.gather(*(append(writer) for writer in range(10)))
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 100)
    for writer in range(10):
        mine = [value for value in store.values if value.split()[0] == b"%d" % writer]
        assert mine == [b"%d %d" % (writer, n) for n in range(10)]
    await reader.stop()


async def test_the_key_picks_the_partition(bench: Bench) -> None:
    topic, store = a_topic(), Store()
    await bench.log.ensure([topic])
    keys = ["21", "foobar", "", "Zoë", *(str(uuid4()) for _ in range(50))]
    await bench.log.append([Record(topic.name, key, key.encode()) for key in keys])
    reader = bench.reader(store, topic)
    await reader.start()
    found: dict[str, int] = {}
    while len(found) < len(keys):
        batch = await reader.poll(5)
        assert batch, "nothing more came"
        found |= {record.key: record.partition for record in batch}
    assert found == {key: partition_of(key, 6) for key in keys}
    await reader.stop()


@pytest.mark.parametrize(
    "value",
    [b"x" * 1_048_576, b"y" * LARGEST, b"\xff\xfe no JSON", b"{", b"", bytes(range(256))],
    ids=["1 MiB", "the largest", "not UTF-8", "half JSON", "empty", "every byte"],
)
async def test_bytes_come_back_as_they_went(bench: Bench, value: bytes) -> None:
    topic, store = a_topic(partitions=1), Store()
    await bench.log.ensure([topic])
    await bench.log.append([Record(topic.name, "k", value), Record(topic.name, "k", b"after")])
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 2)
    assert store.values == [value, b"after"]
    await reader.stop()


async def test_a_waiting_reader_is_woken(bench: Bench) -> None:
    """Not by its time-out, which is longer than this test may take."""
    topic = a_topic()
    await bench.log.ensure([topic])
    reader = bench.reader(Store(), topic)
    await reader.start()
    assert await reader.poll(0.2) == []
    waiting = asyncio.create_task(reader.poll(600))
    async with asyncio.timeout(PATIENCE):
        await bench.log.append([Record(topic.name, "k", b"wake up")])
        assert [record.value for record in await waiting] == [b"wake up"]
    await reader.stop()


async def test_a_poll_of_nothing_ends_in_time(bench: Bench) -> None:
    topic = a_topic()
    await bench.log.ensure([topic])
    reader = bench.reader(Store(), topic)
    await reader.start()
    async with asyncio.timeout(PATIENCE):
        assert await reader.poll(0) == []
        assert await reader.poll(0.3) == []
    await reader.stop()


async def test_ensure_checks_what_is_there(bench: Bench) -> None:
    topic = a_topic(partitions=2)
    await bench.log.ensure([topic])
    await bench.log.ensure([topic])
    assert await bench.log.ends([topic.name]) == {(topic.name, 0): 0, (topic.name, 1): 0}
    with pytest.raises(LogError, match=f"topic {topic.name} has 2 partitions, not 3"):
        await bench.log.ensure([Topic(topic.name, "a test", (), (), 3)])
    with pytest.raises(LogError, match="no such topic: nowhere"):
        await bench.log.ends(["nowhere"])


async def test_a_log_opened_again_goes_on(bench: Bench) -> None:
    topic, store = a_topic(partitions=1), Store()
    await bench.log.ensure([topic])
    await bench.log.append(numbered(topic, 3))
    await bench.log.stop()
    bench.log = open_log(bench.url)
    await bench.log.start()
    await bench.log.append(numbered(topic, 3, start=3))
    assert await bench.log.ends([topic.name]) == {(topic.name, 0): 6}
    reader = bench.reader(store, topic)
    await reader.start()
    await store.read(reader, until=lambda: len(store.values) >= 6)
    assert store.values == [b"%d" % n for n in range(6)]
    await reader.stop()


async def test_a_compacted_topic_begins_at_0_and_keeps_the_newest_of_each_key(bench: Bench) -> None:
    """What is superseded may be gone; whoever reads from 0, or stands where something was, goes on."""
    topic = a_topic(partitions=1, keeps="newest")
    await bench.log.ensure([topic])
    await bench.log.append([Record(topic.name, "ab"[n % 2], b"%d" % n) for n in range(6)])
    assert await bench.log.beginnings([topic.name]) == {(topic.name, 0): 0}
    assert await bench.log.ends([topic.name]) == {(topic.name, 0): 6}
    for start in (0, 3):
        store = Store(positions={(topic.name, 0): start} if start else {})
        reader = bench.reader(store, topic)
        await reader.start()
        await store.read(reader, until=lambda store=store: store.values[-2:] == [b"4", b"5"])
        assert reader.stopped == {}
        assert store.positions == {(topic.name, 0): 6}
        await reader.stop()
