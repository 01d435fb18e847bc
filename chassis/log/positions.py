"""What both logs must answer alike: where a key goes, and where reading may start."""

from collections.abc import Iterable, Mapping

from aiokafka.partitioner import murmur2

from chassis.log import LogError, Partition
from contracts.topics import Topic


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: murmur2, as every Kafka client does it by default."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def check_partitions(topic: Topic, found: int) -> None:
    """Raises LogError for a topic that has another number of partitions than was declared."""
    if found != topic.partitions:
        raise LogError(
            f"topic {topic.name} has {found} partitions, not {topic.partitions}: "
            "their number never changes, or keys would move"
        )


def where_to_start(
    assigned: Iterable[Partition],
    positions: Mapping[Partition, int],
    beginnings: Mapping[Partition, int],
    ends: Mapping[Partition, int],
) -> tuple[dict[Partition, int], dict[Partition, str]]:
    """Where to start in each partition that can be read, and why not in each that cannot.

    A position is never mended by a guess: what lies between it and what the log still has would
    be lost in silence.
    """
    starts: dict[Partition, int] = {}
    stopped: dict[Partition, str] = {}
    for partition in sorted(assigned):
        position, first, end = positions.get(partition), beginnings[partition], ends[partition]
        if position is None and first > 0:
            stopped[partition] = f"topic does not begin at 0: its first record is {first}"
        elif position is not None and position < first:
            stopped[partition] = f"position {position} is gone: the first record left is {first}"
        elif position is not None and position > end:
            stopped[partition] = f"fewer facts than the database has: position {position}, end {end}"
        else:
            starts[partition] = position or 0
    return starts, stopped
