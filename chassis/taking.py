"""Takes marks: what is out of date, in the transaction that folds it, and for nobody else meanwhile."""

from collections.abc import Collection, Iterable

import orjson
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.batch import Batch
from chassis.marks import Due, Mark, Rank
from chassis.pace import Turn
from chassis.release import NEWEST
from chassis.store import Store, prepared
from chassis.views import PREFIX
from contracts.events.identity import IdentityAssigned

_TAKEN = "key, moved_from, urgent, coalesce(origin, seq) as origin"


async def take(
    store: Store,
    connection: AsyncConnection,
    version: int,
    turn: Turn,
    limit: int,
    batch: Batch,
    least: Rank = Rank.HISTORY,
) -> list[Mark]:
    """So many of the marks whose turn it is, and all others of the same keys; ``batch`` is told of them.
    None are lower than ``least``; none are given to a ``version`` that is not the newest on this store."""
    rows: list[Row[tuple[str, str | None, int, int]]] = []
    for kind in turn.value:
        first = f"""delete from mark where seq in (
            select seq from mark where {NEWEST} <= :version and {kind} and urgent >= {least:d}
            order by urgent desc, seq limit :limit {store.skip_locked})
            returning {_TAKEN}"""
        values = {"limit": limit, "version": version}
        rows = list((await connection.execute(prepared(first), values)).all())
        if rows:
            break
    batch.full, batch.urgent = len(rows) == limit, any(row.urgent == Rank.URGENT for row in rows)
    keys = sorted({row.key for row in rows})
    if not keys:
        return []
    same = store.rows_of("keys", (("key", "text"),))
    more = f"""delete from mark where seq in (
        select seq from mark where key in (select key from {same})
        {store.skip_locked}) returning {_TAKEN}"""
    asked = {"keys": orjson.dumps([{"key": key} for key in keys]).decode()}
    rows += (await connection.execute(prepared(more), asked)).all()
    return _by_key(rows)


async def take_of(
    store: Store, connection: AsyncConnection, people: Iterable[str], moves: int, least: Rank
) -> list[Mark]:
    """The marks of all mentions of these people: who is folded for one is folded for all. Of those that
    moved, which bring along whom they left, it is at most so many ``moves``, none of them lower than
    ``least``; the others have a turn of their own."""
    theirs = store.rows_of("rows", (("id", "text"),))
    of_them = f"key in (select mention from place where person in (select id from {theirs}))"
    asked = {"rows": orjson.dumps([{"id": person} for person in sorted(people)]).decode()}
    stayed = f"""delete from mark where seq in (
        select seq from mark where moved_from is null and {of_them} {store.skip_locked}) returning {_TAKEN}"""
    rows = list(await connection.execute(prepared(stayed), asked))
    if moves:  # by themselves: PostgreSQL would read all marks for two such lists in one statement
        moved = f"""delete from mark where seq in (
            select seq from mark where moved_from is not null and urgent >= {least:d} and {of_them}
            order by urgent desc, seq limit :moves {store.skip_locked}) returning {_TAKEN}"""
        rows += await connection.execute(prepared(moved), asked | {"moves": moves})
    return _by_key(rows)


async def mark_sharing(
    store: Store, connection: AsyncConnection, taken: Collection[Mark], people: Iterable[str]
) -> None:
    """Mark every key that shares a fact with a moved mention, but those whose mark is taken with it, and
    those of ``people``: what they concern is read after this, or put back. Persons are found by their
    mentions. Of a decision they have marks already, and it shows nobody to those whom it names beside
    them."""
    moved = [(mark.key, mark.moved) for mark in taken if mark.moved is not None]
    if not moved:
        return
    columns = (("key", "text"), ("urgent", "int"), ("origin", "bigint"))
    own, theirs = store.rows_of("taken", (("key", "text"),)), store.rows_of("people", (("id", "text"),))
    statement = f"""insert into mark (key, urgent, origin)
        select theirs.key, max(r.urgent), min(r.origin) from {store.rows_of("moved", columns)}
        join key as mine on mine.key = r.key
        join fact on fact.id = mine.fact and fact.type <> '{IdentityAssigned.type}'
        join key as theirs on theirs.fact = mine.fact
        where not {store.begins("theirs.key", f"{PREFIX['person']}:")}
            and theirs.key not in (select key from {own})
            and theirs.key not in (select mention from place where person in (select id from {theirs}))
        group by theirs.key"""
    rows = [{"key": key, "urgent": int(due.rank), "origin": due.origin} for key, due in moved]
    values = {
        "moved": orjson.dumps(rows).decode(),
        "taken": orjson.dumps([{"key": mark.key} for mark in taken]).decode(),
        "people": orjson.dumps([{"id": person} for person in sorted(people)]).decode(),
    }
    await connection.execute(prepared(statement), values)


def _by_key(rows: Iterable[Row[tuple[str, str | None, int, int]]]) -> list[Mark]:
    """The marks in these rows, those of one key as one."""
    marks: dict[str, Mark] = {}
    for row in rows:
        due = Due(Rank(row.urgent), row.origin)
        mark = marks.setdefault(row.key, Mark(row.key, due))
        mark.due |= due
        if row.moved_from is not None:
            mark.left.add(row.moved_from)
            mark.moved = due if mark.moved is None else mark.moved | due
    return list(marks.values())
