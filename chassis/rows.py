"""Rows as they are written: canonical bytes, their hash, the columns that queries need; a view's rows
of a whole batch by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.store import Store, prepared
from chassis.store.tables import micros
from chassis.views import Row, View


@dataclass(frozen=True, slots=True)
class NewRow:
    """What a view says of a subject. ``columns`` is None where it says nothing."""

    view: View
    subject: str
    hash: str | None
    columns: Mapping[str, Any] | None


def new_row(view: View, subject: str, row: Row | None) -> NewRow:
    """A fold's row as its table has it."""
    if row is None:
        return NewRow(view, subject, None, None)
    body = canonical(row)
    digest = ledger.digest(body)
    columns: dict[str, Any] = {"subject": subject, "hash": digest, "body": body.decode()}
    for column in view.table.__table__.columns:  # type: ignore[attr-defined]
        if column.name not in columns:
            value = getattr(row, column.name)
            columns[column.name] = micros(value) if isinstance(value, datetime) else value
    return NewRow(view, subject, digest, columns)


def canonical(row: Row) -> bytes:
    """A row's canonical bytes: what *the same bytes* compares."""
    return orjson.dumps(row.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


async def write_rows(
    store: Store,
    connection: AsyncConnection,
    rows: Sequence[NewRow],
    hashes: Mapping[tuple[str, str], str],
) -> list[NewRow]:
    """Write the rows whose bytes are not those that the table has, by ``hashes`` of (view, subject);
    give those."""
    changed = [row for row in rows if row.hash != hashes.get((row.view.name, row.subject))]
    for view in {row.view.name: row.view for row in changed}.values():
        own = [row for row in changed if row.view.name == view.name]
        await _replace(store, connection, view, [row.columns for row in own if row.columns is not None])
        await _remove(store, connection, view, [row.subject for row in own if row.columns is None])
    return changed


async def _replace(
    store: Store, connection: AsyncConnection, view: View, rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    table = view.table.__table__  # type: ignore[attr-defined]
    dialect = connection.dialect
    columns = [(column.name, column.type.compile(dialect)) for column in table.columns]
    names = ", ".join(name for name, _ in columns)
    news = ", ".join(f"{name} = excluded.{name}" for name, _ in columns if name != "subject")
    statement = f"""insert into {table.name} ({names})
        select {names} from {store.rows_of("rows", columns)} where true
        on conflict (subject) do update set {news}"""
    await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})


async def _remove(store: Store, connection: AsyncConnection, view: View, subjects: Sequence[str]) -> None:
    if not subjects:
        return
    statement = f"""delete from {view.table.__tablename__}
        where subject in (select subject from {store.rows_of("rows", (("subject", "text"),))})"""
    rows = orjson.dumps([{"subject": subject} for subject in subjects]).decode()
    await connection.execute(prepared(statement), {"rows": rows})
