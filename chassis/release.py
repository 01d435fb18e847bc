"""Two releases on one store: the newer one's folds and tables hold, and the older one's process takes no more
marks.

Whoever wrote a row last must have folded by the newest version. So a folder asks which that is when
it takes marks, and again when it has its locks: a version that is set later finds those locked, and
its mark *everything* comes back to them.
"""

from collections.abc import Iterable
from functools import cache

import structlog
from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement
from sqlmodel import SQLModel

from chassis import ledger
from chassis.store import Store, prepared

NEWEST = "coalesce((select version from fold_version), 0)"
"""The newest version, in a statement."""
_NONE_YET = prepared("insert into fold_version (id, version) values (1, 0) on conflict (id) do nothing")
_SET = prepared("update fold_version set version = :version")
_KEEP = prepared(
    """insert into shape (name, made) values (:name, :made)
       on conflict (name) do update set made = excluded.made"""
)
_DIALECTS: dict[str, Dialect] = {"postgresql": postgresql.dialect(), "sqlite": sqlite.dialect()}  # type: ignore[no-untyped-call]
log = structlog.get_logger()


class Outdated(RuntimeError):
    """A newer release folds on this store."""


async def adopt(store: Store, version: int, views: Iterable[type[SQLModel]]) -> None:
    """Let the folds of this version hold, if no newer ones do. A view's table holds nothing of its own: one
    that this release makes in another way than it was made is made anew. Where the folds or a table are
    others, everything is marked."""

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(_NONE_YET)
        lock = prepared(f"select version from fold_version {store.for_update}")
        here = int((await connection.execute(lock)).scalar_one())
        if here > version:
            return
        others = await _others(connection, [view.__table__ for view in views])  # type: ignore[attr-defined]
        if here:  # else no release has folded yet, and what is there was made by this one
            await _make_anew(connection, others)
        if others:
            made = [{"name": table.name, "made": made_by(table, connection.dialect.name)} for table in others]
            await connection.execute(_KEEP, made)
        if here < version or others:
            await connection.execute(_SET, {"version": version})
            await ledger.mark_everything(store, connection)

    await store.write(work)


async def _others(connection: AsyncConnection, tables: Iterable[Table]) -> list[Table]:
    """Those of these tables of which it is not known that they were made as they are made now."""
    kept = {row.name: row.made for row in await connection.execute(prepared("select name, made from shape"))}
    return [table for table in tables if kept.get(table.name) != made_by(table, connection.dialect.name)]


async def _make_anew(connection: AsyncConnection, tables: Iterable[Table]) -> None:
    for table in tables:
        log.warning("view.made-anew", view=table.name)
        await connection.run_sync(table.drop, checkfirst=True)
        await connection.run_sync(table.create)


@cache
def made_by(table: Table, dialect: str) -> str:
    """The statements that make a table."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    return "".join(str(each.compile(dialect=_DIALECTS[dialect])) for each in statements)


async def roll_back(store: Store, version: int) -> None:
    """Let the folds of an older release hold again: its processes fold everything anew.

    The newer release's processes are stopped: started again, they would take over again.
    """

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(_NONE_YET)
        await connection.execute(_SET, {"version": version})
        await ledger.mark_everything(store, connection)

    await store.write(work)


async def newest(connection: AsyncConnection) -> int:
    """The newest version that has worked on this store; 0 where none has."""
    return int((await connection.execute(prepared(f"select {NEWEST}"))).scalar_one())
