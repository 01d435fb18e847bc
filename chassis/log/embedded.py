"""The embedded log: a SQLite file, for one process on one machine.

It keeps the promises of the other log and nothing more. Whoever outgrows it takes Kafka.
"""

import asyncio
import fcntl
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TypeVar

from chassis.log import BATCH, LARGEST, LogError, Partition, Position, Record
from chassis.log.positions import check_partitions, partition_of, where_to_start
from contracts.topics import Topic

T = TypeVar("T")

logger = logging.getLogger(__name__)

SCHEMA = """
create table if not exists partition (
    id integer primary key, topic text not null, number integer not null, unique (topic, number));
create table if not exists record (place integer primary key, key text not null, value blob not null);
create table if not exists reported (
    reader text not null, partition integer not null, next integer not null, primary key (reader, partition));
"""

OFFSET_BITS = 40
"""A record's place is its partition's id and its offset in one integer, SQLite's own row id: so a
partition is one range of one tree."""

BATCH_BYTES = 16 * 1024 * 1024
"""A poll stops gathering here, so that a thousand large records do not fill the memory."""


class _Thread:
    """A SQLite connection on a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="log")
        self._db = self._executor.submit(self._connect, path).result()

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None, timeout=10)
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")  # a commit has reached the disk, not only the kernel
        return db

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self._db)

    def close(self) -> None:
        self._executor.submit(self._db.close)
        self._executor.shutdown()


class EmbeddedLog:
    """A log in one file. Its readers and writers live in one process and on one event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = ExitStack()
        self._ids: dict[Partition, int] = {}
        self._counts: Counter[str] = Counter()
        self._compacted: set[str] = set()
        self._ends: dict[Partition, int] = {}
        self._groups: dict[str, list[EmbeddedSubscription]] = {}

    async def start(self) -> None:
        """Open the file. Raises LogError if somebody else has it open."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open.enter_context(_locked(self.path))
        self._loop = asyncio.get_running_loop()
        self._writer, self._reader = _Thread(self.path), _Thread(self.path)  # none waits for the other
        self._open.callback(self._reader.close)
        self._open.callback(self._writer.close)
        await self._writer.run(lambda db: self._load(db.executescript(SCHEMA).connection))

    async def stop(self) -> None:
        """Finish what is being written, and close the file."""
        for reader in self._readers():
            await reader.stop()
        self._open.close()

    async def ensure(self, topics: Iterable[Topic]) -> None:
        """Create what is missing. Raises LogError for another number of partitions."""
        for topic in (wanted := list(topics)):
            check_partitions(topic, self._counts[topic.name] or topic.partitions)
            if topic.keeps == "newest":
                self._compacted.add(topic.name)
        missing = [(topic.name, number) for topic in wanted for number in range(topic.partitions)]

        def create(db: sqlite3.Connection) -> None:
            with _transaction(db):
                db.executemany("insert or ignore into partition (topic, number) values (?, ?)", missing)
            self._load(db)

        await self._writer.run(create)

    async def append(self, records: Sequence[Record]) -> None:
        """All of them in one transaction, or none."""
        await self._writer.run(lambda db: self._write(db, records))

    async def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """From memory: nobody else writes."""
        return {partition: self._ends[partition] for partition in self._of(topics)}

    async def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """From the file, which somebody may have cut. A compacted topic begins at 0 for ever."""
        wanted = self._of(topics)
        cut = [partition for partition in wanted if partition[0] not in self._compacted]
        found = await self._reader.run(lambda db: {p: self._bound(db, p, "min") for p in cut})
        return dict.fromkeys(wanted, 0) | found

    def subscribe(self, group: str, topics: Sequence[str], position: Position) -> "EmbeddedSubscription":
        """A reader, which joins its group at its start."""
        return EmbeddedSubscription(self, group, topics, position)

    def _of(self, topics: Iterable[str]) -> list[Partition]:
        wanted = set(topics)
        if missing := wanted - self._counts.keys():
            raise LogError(f"no such topic: {', '.join(sorted(missing))}")
        return [partition for partition in self._ids if partition[0] in wanted]

    def _load(self, db: sqlite3.Connection) -> None:
        rows = db.execute("select topic, number, id from partition order by id").fetchall()
        self._ids = {(topic, number): id for topic, number, id in rows}
        self._counts = Counter(topic for topic, _ in self._ids)
        self._ends = {partition: self._bound(db, partition, "max") for partition in self._ids}

    def _bound(self, db: sqlite3.Connection, partition: Partition, which: str) -> int:
        """The first offset ("min"), or the one after the last ("max"); of nothing, 0."""
        low = self._ids[partition] << OFFSET_BITS
        high = low + (1 << OFFSET_BITS)
        query = f"select {which}(place) from record where place >= ? and place < ?"
        (place,) = db.execute(query, (low, high)).fetchone()
        return 0 if place is None else place - low + (which == "max")

    def _write(self, db: sqlite3.Connection, records: Sequence[Record]) -> None:
        ends: dict[Partition, int] = {}
        rows: list[tuple[int, str, bytes]] = []
        superseded: list[tuple[int, int, str]] = []
        for record in records:
            if record.topic not in self._counts:
                raise LogError(f"no such topic: {record.topic}")
            if len(record.value) > LARGEST:
                raise LogError(f"a record of {len(record.value)} bytes is larger than {LARGEST}")
            partition = (record.topic, partition_of(record.key, self._counts[record.topic]))
            offset = ends.get(partition, self._ends[partition])
            ends[partition] = offset + 1
            first = self._ids[partition] << OFFSET_BITS
            rows.append((first + offset, record.key, record.value))
            if record.topic in self._compacted:
                superseded.append((first, first + offset, record.key))
        with _transaction(db):
            db.executemany("insert into record values (?, ?, ?)", rows)
            db.executemany("delete from record where place >= ? and place < ? and key = ?", superseded)
        self._ends.update(ends)
        # From here and not from the coroutine, which may have been cancelled after the commit.
        self._loop.call_soon_threadsafe(self._wake, ends)

    def _wake(self, written: Iterable[Partition]) -> None:
        topics = {topic for topic, _ in written}
        for reader in self._readers():
            if topics & reader.topics:
                reader.woken.set()

    async def _read(self, wanted: dict[Partition, int]) -> list[Record]:
        """What follows these offsets: as many of each partition as leaves room for the others."""
        behind = {p: offset for p, offset in wanted.items() if self._ends[p] > offset}
        if not behind:
            return []

        def read(db: sqlite3.Connection) -> list[Record]:
            found: list[Record] = []
            size = 0
            for partition, offset in behind.items():
                low = self._ids[partition] << OFFSET_BITS
                rows = db.execute(
                    "select place, key, value from record where place >= ? and place < ? "
                    "order by place limit ?",
                    (low + offset, low + (1 << OFFSET_BITS), max(1, BATCH // len(behind))),
                )
                for place, key, value in rows:
                    found.append(Record(partition[0], key, value, partition[1], place - low))
                    size += len(value)
                    if size > BATCH_BYTES:
                        return found
            return found

        return await self._reader.run(read)

    def _readers(self) -> list["EmbeddedSubscription"]:
        return [reader for group in self._groups.values() for reader in group]

    def _share(self, reader: "EmbeddedSubscription") -> list[Partition]:
        """This reader's part of its topics: every n-th partition, of n readers in the group."""
        group = self._groups[reader.group]
        return self._of(reader.topics)[group.index(reader) :: len(group)]

    def _regroup(self, reader: "EmbeddedSubscription", *, joins: bool) -> None:
        others = [other for other in self._groups.get(reader.group, []) if other is not reader]
        self._groups[reader.group] = [*others, reader] if joins else others
        for member in self._groups[reader.group]:
            member.again()
            member.woken.set()


class EmbeddedSubscription:
    """A reader of the embedded log."""

    def __init__(self, log: EmbeddedLog, group: str, topics: Sequence[str], position: Position) -> None:
        self._log, self._position = log, position
        self.group, self.topics = group, set(topics)
        self.stopped: dict[Partition, str] = {}
        self.settled, self._changed, self.woken = False, False, asyncio.Event()
        self._next: dict[Partition, int] = {}

    async def start(self) -> None:
        """Join the group: its partitions are shared out anew."""
        self._log._regroup(self, joins=True)

    async def stop(self) -> None:
        """Leave the group; a poll under way gives nothing."""
        self._log._regroup(self, joins=False)
        self.settled, self._next, self.stopped = True, {}, {}
        self.woken.set()

    def again(self) -> None:
        """As after a change of the group."""
        self.settled, self._changed = False, True

    def assigned(self) -> set[Partition]:
        """What is read and what is stopped."""
        return self._next.keys() | self.stopped.keys()

    async def poll(self, timeout: float) -> list[Record]:
        """See Subscription."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            self.woken.clear()
            if not self.settled:
                await self._settle()
            positions = self._next
            records = await self._log._read(positions)
            if positions is self._next and self.settled and records:
                for record in records:
                    positions[record.topic, record.partition] = record.offset + 1
                return records
            try:
                async with asyncio.timeout_at(deadline):
                    await self.woken.wait()
            except TimeoutError:
                return []

    async def report(self, positions: dict[Partition, int]) -> None:
        """Into a table of its own, which nothing reads but people."""
        mine = self.assigned() & positions.keys()
        rows = [(self.group, self._log._ids[partition], positions[partition]) for partition in mine]
        try:
            await self._log._writer.run(lambda db: _reported(db, rows))
        except (sqlite3.Error, RuntimeError) as error:
            logger.warning("the positions of %s are not reported: %r", self.group, error)

    async def _settle(self) -> None:
        """Take this reader's share, from where its own store says."""
        while not self.settled:
            self._changed = False  # unless the group changes again while the store is asked
            share = self._log._share(self)
            positions = await self._position(set(share))
            beginnings, ends = await self._log.beginnings(self.topics), await self._log.ends(self.topics)
            if self in self._log._groups[self.group]:  # and did not leave meanwhile
                self._next, self.stopped = where_to_start(share, positions, beginnings, ends)
            self.settled = not self._changed
        for (topic, number), reason in self.stopped.items():
            logger.error("partition %d of topic %s is stopped: %s", number, topic, reason)


def _reported(db: sqlite3.Connection, rows: list[tuple[str, int, int]]) -> None:
    with _transaction(db):
        db.executemany("insert or replace into reported values (?, ?, ?)", rows)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction that takes the write lock at its start."""
    db.execute("begin immediate")
    try:
        yield
        db.execute("commit")
    except BaseException:
        if db.in_transaction:
            db.execute("rollback")
        raise


def _locked(path: Path) -> IO[str]:
    """The lock file beside the log, held until it is closed or the process ends."""
    lock = path.with_name(path.name + ".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise LogError(
            f"{path} is in use: an embedded log belongs to one process at a time. "
            "Stop the other one, or use Kafka"
        ) from error
    return lock
