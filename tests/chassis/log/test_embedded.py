"""What is the embedded log's alone."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from chassis.log import LogError, Record, open_log
from chassis.log.embedded import EmbeddedLog
from tests.chassis.log.conftest import Store, a_topic
from tests.support.waiting import PATIENCE

HOLDER = """
import asyncio, sys
from chassis.log import open_log
async def main():
    log = open_log(sys.argv[1])
    await log.start()
    print("open", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path}/log.db"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    log = open_log(url)
    with pytest.raises(LogError, match="is in use: an embedded log belongs to one process at a time"):
        await log.start()
    await log.stop()
    holder.kill()
    await holder.wait()
    await log.start()
    await log.stop()


async def test_a_commit_reaches_the_disk(tmp_path: Path) -> None:
    """``synchronous`` of 2 is FULL: in WAL mode each commit is synced, not only each checkpoint."""
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    found = await log._writer.run(
        lambda db: [db.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    assert found == ["wal", 2]
    await log.stop()


async def test_a_batch_is_one_transaction(tmp_path: Path) -> None:
    """A disk that fails in the middle leaves nothing of a batch, and the next one takes its place."""
    topic = a_topic(partitions=1)
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    await log.ensure([topic])
    batch = [Record(topic.name, "k", b"%d" % n) for n in range(3)]
    fail = (
        "create trigger full before insert on record when new.value = x'32' "
        "begin select raise(abort, 'full'); end"
    )
    await log._writer.run(lambda db: db.execute(fail))
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        await log.append(batch)
    assert await log.ends([topic.name]) == {(topic.name, 0): 0}
    await log._writer.run(lambda db: db.execute("drop trigger full"))
    await log.append(batch)
    assert await log.ends([topic.name]) == {(topic.name, 0): 3}
    await log.stop()


async def test_a_cancelled_append_that_was_written_still_wakes_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, store = a_topic(partitions=1), Store()
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    await log.ensure([topic])
    reader = log.subscribe("g", [topic.name], store.position)
    await reader.start()
    waiting = asyncio.create_task(reader.poll(600))
    begun, go_on, write = threading.Event(), threading.Event(), log._write

    def held(db: sqlite3.Connection, records: Sequence[Record]) -> None:
        begun.set()
        go_on.wait()
        write(db, records)

    monkeypatch.setattr(log, "_write", held)
    append = asyncio.create_task(log.append([Record(topic.name, "k", b"written")]))
    await asyncio.to_thread(begun.wait)
    append.cancel()  # it is in its thread, where no cancellation reaches it
    await asyncio.wait([append])
    go_on.set()
    async with asyncio.timeout(PATIENCE):
        assert [record.value for record in await waiting] == [b"written"]
    await reader.stop()
    await log.stop()


async def test_a_poll_ends_when_its_reader_stops(tmp_path: Path) -> None:
    topic = a_topic()
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    await log.ensure([topic])
    reader = log.subscribe("g", [topic.name], Store().position)
    await reader.start()
    waiting = asyncio.create_task(reader.poll(1))
    await asyncio.sleep(0)
    await log.stop()
    assert await waiting == []


async def test_what_is_superseded_on_a_compacted_topic_is_gone(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    kept, topic = a_topic(partitions=1), a_topic(partitions=1, keeps="newest")
    await log.ensure([kept, topic])
    for name in (kept.name, topic.name):
        await log.append([Record(name, "ab"[n % 2], b"%d" % n) for n in range(4)])
        await log.append([Record(name, "a", b"4")])
    await log.stop()
    with sqlite3.connect(tmp_path / "log.db") as db:
        values = [bytes(value) for (value,) in db.execute("select value from record order by place")]
    assert values == [b"0", b"1", b"2", b"3", b"4", b"3", b"4"]


async def test_one_large_poll_stays_small(tmp_path: Path) -> None:
    """40 records of 1 MiB do not come at once, and all come."""
    topic, store = a_topic(partitions=1), Store()
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    await log.ensure([topic])
    await log.append([Record(topic.name, "k", b"x" * 1_048_576) for _ in range(40)])
    reader = log.subscribe("g", [topic.name], store.position)
    await reader.start()
    assert len(await reader.poll(5)) == 17
    await store.read(reader, until=lambda: len(store.values) == 23)
    await reader.stop()
    await log.stop()


async def test_what_operators_read(tmp_path: Path) -> None:
    topic = a_topic(partitions=1)
    log = EmbeddedLog(tmp_path / "log.db")
    await log.start()
    await log.ensure([topic])
    reader = log.subscribe("orders", [topic.name], Store().position)
    await reader.start()
    assert await reader.poll(0) == []
    await reader.report({(topic.name, 0): 7, ("not-ours", 0): 1})
    await reader.report({(topic.name, 0): 8})
    await log.stop()
    db = sqlite3.connect(tmp_path / "log.db")
    assert db.execute(
        "select reader, topic, number, next from reported join partition on id = partition"
    ).fetchall() == [("orders", topic.name, 0, 8)]
    db.close()


@pytest.mark.parametrize("url", ["", "sqlite", "sqlite:", "kafka://", "postgres://x", "/log.db"])
def test_an_address_of_nothing_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a log's address begins with sqlite: or kafka:"):
        open_log(url)


def test_addresses_of_files(tmp_path: Path) -> None:
    assert open_log("sqlite:data/log.db").path == Path("data/log.db")  # type: ignore[attr-defined]
    assert open_log("sqlite:///data/log.db").path == Path("/data/log.db")  # type: ignore[attr-defined]
