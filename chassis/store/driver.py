"""SQLite for SQLAlchemy, without a hand-over between threads for each statement.

aiosqlite sends every call to a thread of the connection's own and waits for its answer. A statement
of ours looks a few rows up in some ten microseconds, and the way to the thread and back costs many
times that. So a statement runs where it is asked for, and only a commit, which may wait for the
disk, goes to the thread. One process at a time works on a store: none waits for another's writing.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite


class Cursor(aiosqlite.Cursor):
    """A cursor whose statements run at once."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)


class Connection(aiosqlite.Connection):
    """A connection that gives such cursors, and rolls back at once."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A new cursor."""
        return Cursor(self, self._conn.cursor())

    async def rollback(self) -> None:
        """End the transaction under way, without its writes."""
        self._conn.rollback()


def connect(path: Path) -> Connection:
    """A connection to the file, to be awaited. Its thread does not keep the process from ending."""
    connection = Connection(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
