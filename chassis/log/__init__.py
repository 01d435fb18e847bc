"""The log: one interface, two logs behind it that pass the same conformance suite.

``open_log("sqlite:<path>")`` is the embedded log of one process; ``open_log("kafka://<brokers>")``
is Apache Kafka. Neither looks into a value: bytes go in, the same bytes come out.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contracts.topics import Topic

Partition = tuple[str, int]
"""A topic, and the number of one of its partitions."""

Position = Callable[[set[Partition]], Awaitable[dict[Partition, int]]]
"""The next offset to read of each partition, from the service's own store. Absent: none read yet."""

BATCH = 1000
"""The most records that one poll gives."""

LARGEST = 2 * 1024 * 1024
"""The largest record in bytes: twice the largest body that is accepted by HTTP."""


class LogError(Exception):
    """The log cannot do what it was asked to, and says why in a sentence for an operator."""


class LogAway(LogError):
    """The log does not answer. What is asked of it later may succeed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``partition`` and ``offset`` are the log's to give; what is appended has none."""

    topic: str
    key: str
    value: bytes
    partition: int = -1
    offset: int = -1


class Log(Protocol):
    """A log of topics in partitions. A partition keeps its records for ever, numbered from 0."""

    async def start(self) -> None:
        """Open it. Raises LogError; LogAway where it does not answer: whatever first finds it there opens it
        then."""

    async def stop(self) -> None:
        """Close it, within seconds, whatever the other side does."""

    async def ensure(self, topics: Iterable[Topic]) -> None:
        """Create the topics that are missing, and check those that are there.

        Raises LogError for a topic with another number of partitions, or one that forgets; LogAway.
        """

    async def append(self, records: Sequence[Record]) -> None:
        """Return when every record is durable. Raises if any is not known to be; then append them
        all again: a record that stands twice does no harm. The key alone picks the partition."""

    async def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """The offset that each partition's next record will have."""

    async def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """The offset of each partition's first record: 0, or facts are lost."""

    def subscribe(self, group: str, topics: Sequence[str], position: Position) -> "Subscription":
        """A reader of these topics, which shares their partitions with others of its group."""


class Subscription(Protocol):
    """One reader. It never moves by itself to where it was not told to be."""

    stopped: dict[Partition, str]
    """The assigned partitions that it does not read, each with the reason for an operator."""

    @property
    def settled(self) -> bool:
        """Whether of each assigned partition it is known if it is read or stopped."""

    async def start(self) -> None:
        """Join the group."""

    async def stop(self) -> None:
        """Leave the group, within seconds."""

    async def poll(self, timeout: float) -> list[Record]:
        """The next records, in order in each partition, at once if there are any; none after
        ``timeout`` seconds.

        What was newly assigned is read from ``position()`` on (absent: from 0), asked before
        anything of it is given out. A position that the log does not have, on either side, stops
        that partition alone. Raises what ``position()`` raises, and LogError; the next poll tries
        again from the position.
        """

    def again(self) -> None:
        """The next poll asks ``position()`` anew, and reads from there."""

    def assigned(self) -> set[Partition]:
        """The partitions that are this reader's at the moment."""

    async def report(self, positions: dict[Partition, int]) -> None:
        """Tell the log how far this group has come, for operators' tools alone. Never raises."""


def open_log(
    url: str,
    *,
    replication: int = 1,
    username: str | None = None,
    password: str | None = None,
    tls: bool = False,
) -> Log:
    """The log at this address, not yet started. One process opens a log once and shares it.

    ``sqlite:<path>`` is an embedded log in that file; ``kafka://<host:port>[,<host:port>…]`` a
    Kafka cluster, there with SCRAM-SHA-512 if a user name is given. ``replication`` is the
    replication factor of topics that are missing. Raises ValueError for another scheme.
    """
    scheme, _, place = url.partition(":")
    place = place.removeprefix("//")
    if scheme == "sqlite" and place:
        from chassis.log.embedded import EmbeddedLog

        return EmbeddedLog(Path(place))
    if scheme == "kafka" and place:
        from chassis.log.kafka import KafkaLog  # not loaded where nobody needs it

        return KafkaLog(place, replication=replication, username=username, password=password, tls=tls)
    raise ValueError("a log's address begins with sqlite: or kafka:")
