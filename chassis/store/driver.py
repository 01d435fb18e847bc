"""SQLite for SQLAlchemy's asyncio, by the standard library's own driver: a statement runs at once.

A statement of ours looks a few rows up in some ten microseconds; the way to a thread and back costs
many times that. Only a commit that waits for the disk goes to a thread. One process at a time works
on a store: none waits for another's writing.
"""

import asyncio
import sqlite3
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, CursorResult
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only


class File(sqlite3.Connection):
    """An open file that knows whether its next commit is to be on the disk when it returns."""

    durable = False


class SqliteHere(SQLiteDialect_pysqlite):
    """The dialect ``sqlite+here``."""

    driver = "here"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[AsyncAdaptedQueuePool]:
        """The pool whose waiters wait in the event loop."""
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """What opens the file: a thread that commits takes turns with the loop's."""
        arguments = {"factory": File, "check_same_thread": False, "isolation_level": None}
        return [url.database], arguments

    def do_commit(self, dbapi_connection: File) -> None:  # type: ignore[override]
        """Commit; elsewhere, while others go on, if the disk is waited for."""
        if dbapi_connection.durable:
            await_only(_committed(dbapi_connection))
        else:
            dbapi_connection.commit()


async def _committed(connection: File) -> None:
    """Until it returns the connection is the thread's: whoever is told to stop meanwhile, and would roll it
    back or close it, stops after that. Used by two at one time, SQLite waits for itself for ever."""
    committing = asyncio.get_running_loop().run_in_executor(None, connection.commit)
    stopped: asyncio.CancelledError | None = None
    while not committing.done():
        try:
            await asyncio.wait([committing])
        except asyncio.CancelledError as again:
            stopped = again
    if stopped is not None:
        committing.exception()  # looked at: what became of it is asked of the store
        raise stopped
    committing.result()


class Connection(AsyncConnection):
    """A connection to such a file. There is nothing in a statement to wait for."""

    async def execute(self, statement: Any, parameters: Any = None, **options: Any) -> CursorResult[Any]:
        """Run a statement, and give what it found."""
        return self.sync_connection.execute(statement, parameters, **options)  # type: ignore[union-attr]


registry.register("sqlite.here", __name__, SqliteHere.__name__)
