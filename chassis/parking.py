"""What could not be read, and what could not be folded: whose pages it touches, and what people do about it.

A record that cannot be read is parked, and the position goes on. It counts as parked until a later
try can read it, or an authorised person discards it; both decisions are facts. A subject whose fold
raised keeps its last good row until a fold of it succeeds. A partition of which the log does not have
what comes next is stopped, until whoever has it reads on.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.ids import Ids
from chassis.log import Partition, Record
from chassis.store import Store, prepared
from chassis.store.tables import instant
from contracts.envelope import KEY_PATTERN

DECIDE = "parked:decide"
"""The right to see what is parked or broken, to replay and to discard it."""

LONGEST = 500
"""So many characters of a reason are kept at most."""

UNDECIDED = """not exists (select 1 from discarded as d where d.topic = parked.topic
    and d.partition = parked.partition and d."offset" = parked."offset"
    and d.digest in (parked.digest, ''))"""
"""Of a parked record, in SQL: nobody has discarded it."""


@dataclass(frozen=True, slots=True)
class Park:
    """A record that cannot be read: why, the keys that can still be read in it, and whether those
    are all that it would be filed under."""

    record: Record
    reason: str
    keys: Sequence[str]
    whose_known: bool


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked record as an operator is told of it: never what it says. ``since`` is when it could not be
    read for this reason first, ``about`` are the subjects whose pages it touches (``p:…`` and so on)."""

    topic: str
    partition: int
    offset: int
    since: datetime
    reason: str
    size: int
    about: tuple[str, ...]
    whose_known: bool
    discarded: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A subject whose fold raises: its row is the last good one since then."""

    subject: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """A partition of which nothing is read since then, and why."""

    topic: str
    partition: int
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records are parked and not discarded, by topic; of how many it is not known whose pages
    they touch; how many subjects are broken; of which topics a partition is not read any more."""

    topics: Mapping[str, int]
    whose_unknown: int
    broken: int
    stopped: Collection[str] = ()

    @property
    def parked(self) -> int:
        """How many records, of all topics."""
        return sum(self.topics.values())


@dataclass(frozen=True, slots=True)
class Incomplete:
    """How many records that could not be read are about some subjects, and when somebody was told;
    of how many others it is not known about whom they are."""

    records: int = 0
    told: datetime | None = None
    whose_unknown: int = 0


def keys_in(value: bytes) -> tuple[list[str], bool]:
    """The keys that can still be read in bytes that are no event of ours, and whether those are all."""
    try:
        keys = orjson.loads(value)["keys"].split()
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        return [], False
    good = sorted({key for key in keys if re.match(KEY_PATTERN, key)})
    return good, len(good) == len(keys)


async def park(store: Store, connection: AsyncConnection, ids: Ids, parks: Sequence[Park], now: int) -> None:
    """Keep what could not be read. One that is kept already gets today's reason, and if that is another it
    is parked since today: whoever looked before saw it among others."""
    row = prepared(
        """insert into parked (topic, partition, "offset", reason, since, whose_known, value, digest)
           values (:topic, :partition, :offset, :reason, :since, :whose_known, :value, :digest)
           on conflict (topic, partition, "offset") do update set reason = excluded.reason,
           since = case when parked.reason = excluded.reason then parked.since else excluded.since end"""
    )
    filed = prepared(
        """insert into parked_key (key, topic, partition, "offset")
           values (:key, :topic, :partition, :offset) on conflict do nothing"""
    )
    for each in parks:
        record = each.record
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        said = {"reason": each.reason[:LONGEST], "since": now, "whose_known": int(each.whose_known)}
        held = {"value": record.value, "digest": ledger.digest(record.value)}
        await connection.execute(row, place | said | held)
        if each.keys:
            await connection.execute(filed, [place | {"key": key} for key in each.keys])
        await ledger.home(store, connection, ids, [key for key in each.keys if key.startswith("m:")])


async def record_at(connection: AsyncConnection, topic: str, partition: int, offset: int) -> Record | None:
    """The parked record at a place, locked against another replay; None where nobody need decide."""
    lock = "for update" if connection.dialect.name == "postgresql" else ""
    statement = prepared(
        f"""select value from parked where topic = :topic and partition = :partition
            and "offset" = :offset and {UNDECIDED} {lock}"""
    )
    place = {"topic": topic, "partition": partition, "offset": offset}
    value = (await connection.execute(statement, place)).scalar()
    return None if value is None else Record(topic, "", value, partition, offset)


async def unpark(connection: AsyncConnection, record: Record) -> None:
    """It could be read: it is parked no longer."""
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    for table in ("parked_key", "parked"):
        await connection.execute(
            prepared(
                f"""delete from {table} where topic = :topic and partition = :partition
                    and "offset" = :offset"""
            ),
            place,
        )


async def parked(connection: AsyncConnection) -> list[Parked]:
    """Everything that could not be read, the oldest first; what was discarded is among it."""
    statement = prepared(  # one statement: its record and whom it touches are of one moment
        f"""select parked.topic, parked.partition, parked."offset" as place, since, reason, whose_known,
            length(value) as size, {UNDECIDED} as undecided, coalesce(place.person, parked_key.key) as subject
            from parked left join parked_key on parked_key.topic = parked.topic
            and parked_key.partition = parked.partition and parked_key."offset" = parked."offset"
            left join place on place.mention = parked_key.key
            order by since, parked.topic, parked.partition, parked."offset" """
    )
    records = groupby(await connection.execute(statement), lambda row: (row.topic, row.partition, row.place))
    return [
        Parked(
            row.topic,
            row.partition,
            row.place,
            instant(row.since),
            row.reason,
            row.size,
            tuple(sorted({each.subject for each in (row, *others) if each.subject is not None})),
            bool(row.whose_known),
            not row.undecided,
        )
        for _, (row, *others) in records
    ]


async def broken(connection: AsyncConnection) -> list[Broken]:
    """Every subject whose fold raises, the longest first."""
    statement = prepared("select id, broken_since from subject where broken_since is not null order by 2, 1")
    return [Broken(row.id, instant(row.broken_since)) for row in await connection.execute(statement)]


async def stopped(connection: AsyncConnection) -> list[Stopped]:
    """Every partition of which nothing is read, whichever process has it."""
    statement = prepared("select topic, partition, since, reason from stopped order by 1, 2")
    return [
        Stopped(row.topic, row.partition, instant(row.since), row.reason)
        for row in await connection.execute(statement)
    ]


async def note_stopped(
    connection: AsyncConnection, reading: Mapping[Partition, str | None], now: int
) -> None:
    """Keep which of these partitions, all that a process has, are not read, each with its reason."""
    kept = prepared(
        """insert into stopped (topic, partition, since, reason) values (:topic, :partition, :since, :reason)
           on conflict (topic, partition) do update set reason = excluded.reason"""
    )
    forgotten = prepared("delete from stopped where topic = :topic and partition = :partition")
    known = {(each.topic, each.partition) for each in await stopped(connection)}
    for place, reason in reading.items():
        named = {"topic": place[0], "partition": place[1]}
        if reason is not None:
            await connection.execute(kept, named | {"since": now, "reason": reason})
        elif place in known:
            await connection.execute(forgotten, named)


async def counts(connection: AsyncConnection) -> Counts:
    """How much is parked, how much is broken, and what is not read any more."""
    statement = prepared(
        f"""select topic, count(*), sum(1 - whose_known) from parked where {UNDECIDED} group by topic
            union all select '', count(*), 0 from subject where broken_since is not null"""
    )
    found = {row[0]: (row[1], int(row[2])) for row in await connection.execute(statement)}
    broken, _ = found.pop("")
    topics = {topic: records for topic, (records, _) in found.items()}
    unread = frozenset(each.topic for each in await stopped(connection))
    return Counts(topics, sum(unknown for _, unknown in found.values()), broken, unread)


async def about(connection: AsyncConnection, subjects: Collection[str]) -> int:
    """How many records that are parked and not discarded are about any of these subjects."""
    keys = set(subjects)
    mentions = prepared("select mention from place where person = :person")
    for subject in subjects:
        keys.update((await connection.execute(mentions, {"person": subject})).scalars())
    touched = prepared(
        f"""select parked.topic, parked.partition, parked."offset" from parked_key join parked
            on parked.topic = parked_key.topic and parked.partition = parked_key.partition
            and parked."offset" = parked_key."offset"
            where parked_key.key = :key and {UNDECIDED}"""
    )
    records: set[tuple[str, int, int]] = set()
    for key in sorted(keys):
        records.update(tuple(row) for row in await connection.execute(touched, {"key": key}))
    return len(records)


async def unsure(store: Store, connection: AsyncConnection, most: int) -> set[str]:
    """The keys of cases (``k:…``), ``most`` of them, whose row need not be all that is known: they wait to be
    folded, or the fold of something that they are made of fails, or something about it could not be read. A
    case is made of whoever a fact names beside somebody of its own: a child of the household may stand in no
    referral. The key of whatever mark asks for the fold of more (``*…``) is among them. What nobody in a case
    has been folded with yet is in no row, and a case that waits for that alone in none of these."""
    begins = store.begins
    # A cross join is what keeps SQLite from beginning with every key of a case, where mostly none is doubted.
    statement = prepared(
        f"""with doubted (id) as (
                select id from subject where broken_since is not null
                union select parked_key.key from parked_key join parked
                    on parked.topic = parked_key.topic and parked.partition = parked_key.partition
                    and parked."offset" = parked_key."offset" where {UNDECIDED}
            ), people (id) as (
                select id from doubted
                union select person from place join doubted on doubted.id = place.mention
                union select place.person
                    from doubted cross join key as mine cross join key as theirs cross join place
                    where {begins("doubted.id", "o:")} and mine.key = doubted.id
                    and theirs.fact = mine.fact and place.mention = theirs.key
            ), beside (id) as (
                select id from people
                union select other.person from people cross join place cross join key as mine
                    cross join key as theirs cross join place as other
                    where place.person = people.id and mine.key = place.mention
                    and theirs.fact = mine.fact and other.mention = theirs.key
            )
            select key from mark where {begins("key", "k:")} or substr(key, 1, 1) = '{ledger.EVERYTHING}'
            union select id from doubted where {begins("id", "k:")}
            union select theirs.key
                from beside cross join place cross join key as mine cross join key as theirs
                where place.person = beside.id and mine.key = place.mention
                and theirs.fact = mine.fact and {begins("theirs.key", "k:")}
            limit {most:d}"""
    )
    return set((await connection.execute(statement)).scalars())
