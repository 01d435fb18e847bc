"""The statements by which facts enter a store: the same for a POST, a consumed batch and a decider.

Each is one statement with one JSON parameter, so that a batch of a thousand costs one round trip
and no statement is compiled twice.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import Ids
from chassis.marks import HISTORY, Due, Rank, rank_of
from chassis.store import Store, prepared
from chassis.store.tables import micros
from contracts.envelope import Change, Envelope
from contracts.events.identity import IdentityAssigned
from contracts.events.operations import ParkedDecided
from contracts.registry import EVENTS, NEWEST_ALONE

EVERYTHING = "*"
"""The key of the mark that asks for a rebuild."""

CONFIGURATION = "uk.goldthread.configuration."
"""The types of what users configure: a new fact of one marks every subject whose fold reads that type."""


def all_that_read(type_: str) -> str:
    """The key of the mark that asks for the fold of all that reads a type of configuration."""
    return f"{EVERYTHING}{type_}"


MICROSECOND = timedelta(microseconds=1)
SOON = timedelta(minutes=1)
"""How far another service's clock may be ahead of ours."""

FACT_COLUMNS = (
    ("id", "text"),
    ("root", "text"),
    ("version", "int"),
    ("type", "text"),
    ("source", "text"),
    ("agency", "text"),
    ("occurred", "bigint"),
    ("recorded", "bigint"),
    ("accepted", "bigint"),
    ("hash", "text"),
    ("body", "text"),
    ("urgent", "int"),
    ("sent_at", "bigint"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact about to be written: its envelope, its bytes, and the hash by which a repeat is known."""

    envelope: Envelope
    body: str
    hash: str

    @property
    def keys(self) -> list[str]:
        """Where it is filed."""
        return self.envelope.keys.split()

    @property
    def rank(self) -> Rank:
        """That of its marks."""
        envelope = self.envelope
        age = envelope.acceptedat - envelope.time
        return rank_of(EVENTS.get(envelope.type), envelope.change, envelope.agency, age)

    def row(self, sent_at: int | None) -> dict[str, Any]:
        """As the fact table has it."""
        envelope = self.envelope
        return {
            "id": envelope.id,
            "root": envelope.root,
            "version": envelope.version,
            "type": envelope.type,
            "source": envelope.source,
            "agency": envelope.agency,
            "occurred": micros(envelope.time),
            "recorded": micros(envelope.recordedat),
            "accepted": micros(envelope.acceptedat),
            "hash": self.hash,
            "body": self.body,
            "urgent": int(self.rank is Rank.URGENT),
            "sent_at": sent_at,
        }


def content_hash(envelope: Envelope) -> str:
    """The hash of what the sender said, without what Goldthread adds: two posts of one id are a
    repeat if it is equal. What a service says by itself is known by its id alone."""
    if envelope.agency == "goldthread":
        return envelope.id
    model = EVENTS.get(envelope.type)
    given = set(model.given) if model else set()
    said = {
        "agency": envelope.agency,
        "type": envelope.type,
        "time": envelope.time,
        "precision": envelope.precision,
        "recorded": envelope.recordedat,
        "assertion": envelope.assertion,
        "regime": envelope.regime,
        "basis": envelope.basis,
        "purpose": envelope.purpose,
        "change": envelope.change,
        "data": {name: value for name, value in envelope.data.items() if name not in given},
    }
    return digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def digest(body: bytes) -> str:
    """The hash by which equal bytes are known."""
    return hashlib.sha256(body).hexdigest()


def entry_of(envelope: Envelope) -> Entry:
    """The entry of an envelope, with its canonical bytes."""
    body = orjson.dumps(envelope.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)
    return Entry(envelope, body.decode(), content_hash(envelope))


async def insert_facts(
    store: Store, connection: AsyncConnection, rows: Sequence[dict[str, Any]], *, loading: bool
) -> set[str]:
    """Write facts that are not there yet; give the ids that are new or changed.

    When loading, of two copies of one id with equal content the smaller (accepted, bytes) stays. What
    is there already and would stay is not touched: *on conflict* would lock it, and a loader's order
    of locks is the log's, a relay's another.
    """
    if not rows:
        return set()
    names = ", ".join(name for name, _ in FACT_COLUMNS)
    smaller = """do update set accepted = excluded.accepted, body = excluded.body
        where excluded.hash = fact.hash
          and (excluded.accepted, excluded.body) < (fact.accepted, fact.body)"""
    there = """not exists (select 1 from fact as known where known.id = r.id and known.hash = r.hash
        and (known.accepted, known.body) <= (r.accepted, r.body))"""
    statement = f"""
        insert into fact ({names}) select {names} from {store.rows_of("rows", FACT_COLUMNS)}
        where {there if loading else "true"} order by r.id
        on conflict (id) {smaller if loading else "do nothing"} returning id"""
    result = await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})
    return {row.id for row in result}


async def hashes_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """The content hashes of the facts that are there, by id."""
    return {row.id: row.hash for row in await _those(connection, "id, hash", ids)}


async def ranks_here(connection: AsyncConnection, ids: Sequence[str]) -> dict[bytes, Rank]:
    """The bytes of those of these facts that are there, each with the rank of its marks."""
    columns = "body, type, version, agency, occurred, accepted"
    return {
        row.body.encode(): rank_of(
            EVENTS.get(row.type),
            Change.ORIGINAL if row.version == 1 else Change.CORRECTION,
            row.agency,
            (row.accepted - row.occurred) * MICROSECOND,
        )
        for row in (await _those(connection, columns, ids) if ids else ())
    }


async def _those(connection: AsyncConnection, columns: str, ids: Sequence[str]) -> Sequence[Any]:
    found = await connection.execute(
        prepared(f"select {columns} from fact where id in (select value from json_each(:ids))")
        if connection.dialect.name == "sqlite"
        else prepared(f"select {columns} from fact where id = any(cast(:ids as text[]))"),
        {"ids": orjson.dumps(ids).decode() if connection.dialect.name == "sqlite" else list(ids)},
    )
    return found.all()


async def file_facts(
    store: Store,
    connection: AsyncConnection,
    ids: Ids,
    entries: Sequence[Entry],
    *,
    restoring: bool = False,
) -> list[Rank]:
    """File new facts under their keys, put mentions seen for the first time at home, take the moves
    that they decide, note what they discard, and leave a mark for each key. ``restoring``: the mark
    *everything* stands for all of these but those of what is urgent, and of who was moved. Gives the ranks of
    the marks of who was moved."""
    keys = [{"key": key, "fact": entry.envelope.id} for entry in entries for key in entry.keys]
    if keys:
        await _insert(store, connection, "key", (("key", "text"), ("fact", "text")), keys)
    await home(store, connection, ids, sorted({row["key"] for row in keys if row["key"].startswith("m:")}))
    marks: dict[str, Rank] = {}
    moved: set[tuple[str, str, Rank]] = set()
    for entry in entries:
        ranks = dict.fromkeys(entry.keys, entry.rank)
        if entry.envelope.type == IdentityAssigned.type:
            ranks |= await _ranks_of(store, connection, [key for key in ranks if key.startswith("m:")])
            left = await _move(store, connection, ids, entry.envelope)
            moved |= {(mention, person, ranks[mention]) for mention, person in left}
        for key, rank in ranks.items() if entry.rank is Rank.URGENT or not restoring else ():
            if not key.startswith("p:"):  # folds read a person's facts by the mentions placed there
                marks[key] = max(marks.get(key, rank), rank)
        if entry.envelope.type.startswith(CONFIGURATION):
            marks[all_that_read(entry.envelope.type)] = Rank.REST
        if entry.envelope.type == ParkedDecided.type:
            await _discard(connection, entry.envelope)
    for type_ in sorted({entry.envelope.type for entry in entries} & NEWEST_ALONE):
        await _forget_older(store, connection, type_)
    await add_marks(store, connection, [*((key, None, rank) for key, rank in marks.items()), *sorted(moved)])
    return [rank for _, _, rank in moved]


async def everything_is_marked(connection: AsyncConnection) -> bool:
    """Whether *everything* is marked, and nobody can take that mark before this transaction ends: then
    whoever takes it marks each key that is filed here."""
    share = "for share" if connection.dialect.name == "postgresql" else ""
    statement = f"select 1 from mark where key = :everything limit 1 {share}"
    return (await connection.execute(prepared(statement), {"everything": EVERYTHING})).first() is not None


async def mark_everything(store: Store, connection: AsyncConnection) -> None:
    """Ask for a rebuild: the mark is taken before all that is not urgent (``pace.Turn``)."""
    await add_marks(store, connection, [(EVERYTHING, None, Rank.REST)])


async def add_marks(
    store: Store, connection: AsyncConnection, marks: Iterable[tuple[str, str | None, Rank]]
) -> None:
    """Say what is out of date: (key, the person that a moved mention left, rank)."""
    rows = [{"key": key, "moved_from": left, "urgent": int(rank)} for key, left, rank in marks]
    if rows:
        columns = (("key", "text"), ("moved_from", "text"), ("urgent", "int"))
        await _insert(store, connection, "mark", columns, rows)


async def put_back(store: Store, connection: AsyncConnection, due: Mapping[str, Due]) -> None:
    """Mark anew what was taken and not folded: it is as old as it was."""
    rows = [{"key": key, "urgent": int(each.rank), "origin": each.origin} for key, each in due.items()]
    if rows:
        columns = (("key", "text"), ("urgent", "int"), ("origin", "bigint"))
        await _insert(store, connection, "mark", columns, rows)


async def home(store: Store, connection: AsyncConnection, ids: Ids, mentions: Sequence[str]) -> None:
    """Put mentions (``m:…``) that have no place yet at home. One that has is not touched: *on conflict* would
    wait for whoever moves it, to the end of their batch."""
    rows = [{"mention": key, "person": f"p:{ids.person(key[2:])}"} for key in mentions]
    if rows:
        columns = (("mention", "text"), ("person", "text"))
        statement = f"""insert into place (mention, person, seq)
            select mention, person, 0 from {store.rows_of("rows", columns)}
            where not exists (select 1 from place as known where known.mention = r.mention)
            on conflict do nothing"""
        await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})


async def lock(store: Store, connection: AsyncConnection, subjects: Sequence[str]) -> set[str]:
    """Lock these subjects to fold them; give those that nobody else folds now. One that is there is not
    touched before: *on conflict* would wait for whoever folds it, to the end of their batch."""
    asked = {"rows": orjson.dumps([{"id": id_} for id_ in subjects]).decode()}
    theirs = store.rows_of("rows", (("id", "text"),))
    unknown = f"""select r.id from {theirs}
        where not exists (select 1 from subject as known where known.id = r.id)"""
    if new := sorted((await connection.execute(prepared(unknown), asked)).scalars()):
        if store.skip_locked:  # by itself, for who folds one of them too would wait for this batch
            await store.write(lambda c: _make_known(store, c, new))
        else:
            await _make_known(store, connection, new)
    free = f"""select id from subject where id in (select id from {theirs})
        order by id {store.skip_locked}"""
    return set((await connection.execute(prepared(free), asked)).scalars())


async def _make_known(store: Store, connection: AsyncConnection, subjects: Sequence[str]) -> None:
    """Each has a row, by which it can be locked."""
    rows = [{"id": id_, "level": int(id_[0] in "ko")} for id_ in subjects]
    statement = f"""insert into subject (id, level)
        select id, level from {store.rows_of("rows", (("id", "text"), ("level", "int")))}
        where true on conflict do nothing"""
    await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})


async def _ranks_of(store: Store, connection: AsyncConnection, mentions: Sequence[str]) -> dict[str, Rank]:
    """The ranks of the marks of a decision about these mentions: that is history of whom history alone is
    told (``marks.rank_of``)."""
    rows = store.rows_of("mentions", (("key", "text"),))
    told = f"""select r.key from {rows} where exists (
        select 1 from key join fact on fact.id = key.fact
        where key.key = r.key and fact.agency <> 'goldthread'
            and (fact.version > 1 or fact.accepted - fact.occurred < {HISTORY // MICROSECOND}))"""
    asked = orjson.dumps([{"key": mention} for mention in mentions]).decode()
    of_today = set((await connection.execute(prepared(told), {"mentions": asked})).scalars())
    return {mention: Rank.REST if mention in of_today else Rank.HISTORY for mention in mentions}


async def _move(
    store: Store, connection: AsyncConnection, ids: Ids, envelope: Envelope
) -> list[tuple[str, str]]:
    """Take a decision's moves where no later one holds; give (mention, person left) pairs."""
    assigned = IdentityAssigned.model_validate(envelope.data, extra="ignore", by_alias=True)
    to = {f"m:{move.mention}": f"p:{move.to}" for move in reversed(assigned.moves)}
    await home(store, connection, ids, sorted(to))
    columns = (("mention", "text"), ("person", "text"))
    rows = store.rows_of("moves", columns)
    told = [{"mention": mention, "person": person} for mention, person in to.items()]
    asked = {"moves": orjson.dumps(told).decode()}
    held = f"""select mention, person from place where mention in (select mention from {rows})
        order by mention {store.for_update}"""
    were = (await connection.execute(prepared(held), asked)).all()
    there = f"""update place set person = r.person, seq = :seq from {rows}
        where place.mention = r.mention and place.seq < :seq"""
    await connection.execute(prepared(there), asked | {"seq": assigned.seq})
    left = [(f"m:{move.mention}", f"p:{move.origin}") for move in assigned.moves]
    return [*left, *((row.mention, row.person) for row in were)]


async def _forget_older(store: Store, connection: AsyncConnection, type_: str) -> None:
    """Of a type of which the newest alone is kept, forget the others: they were accepted before it, or in
    time to come, by a clock that has gone back since."""
    newest = prepared(
        """select id from fact where type = :type
           order by case when accepted <= :soon then 1 else 0 end desc, accepted desc, id desc limit 1"""
    )
    soon = micros(await store.now(connection) + SOON)
    kept = {"type": type_, "kept": (await connection.execute(newest, {"type": type_, "soon": soon})).scalar()}
    others = "select id from fact where type = :type and id <> :kept"
    await connection.execute(prepared(f"delete from key where fact in ({others})"), kept)
    await connection.execute(prepared(f"delete from fact where id in ({others})"), kept)


async def _discard(connection: AsyncConnection, envelope: Envelope) -> None:
    """Note that a person discarded a record, whether it is parked here by now or only will be."""
    decided = ParkedDecided.model_validate(envelope.data, extra="ignore")
    if decided.decision == "discard":
        statement = prepared(
            """insert into discarded (topic, partition, "offset", digest)
               values (:topic, :partition, :offset, :digest) on conflict do nothing"""
        )
        place = {"topic": decided.parked_topic, "partition": decided.partition, "offset": decided.offset}
        await connection.execute(statement, place | {"digest": decided.digest or ""})


async def _insert(
    store: Store,
    connection: AsyncConnection,
    table: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[dict[str, Any]],
) -> None:
    names = ", ".join(name for name, _ in columns)
    unique = "" if table == "mark" else "on conflict do nothing"
    statement = f"""
        insert into {table} ({names})
        select {names} from {store.rows_of("rows", columns)} where true {unique}"""
    await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})
