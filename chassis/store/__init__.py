"""A service's store: PostgreSQL or SQLite behind one set of promises.

Every writing transaction is short, holds no network call, and is tried again as a whole after a
serialisation fault, a deadlock or a time-out. On SQLite it begins with BEGIN IMMEDIATE: a read
that turns into a write would be refused at once, whatever the busy time-out.
"""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import stamina
from sqlalchemy import JSON, SQLColumnExpression, TableValuedAlias, event, func, text
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel

from chassis.clock import Clock
from chassis.store import driver
from chassis.store.tables import ENGINE_TABLES

T = TypeVar("T")

prepared = lru_cache(maxsize=512)(text)
"""A statement by its text. What SQLAlchemy has to work out of it, it works out once."""

_DURABLE = text("set local synchronous_commit to on")
_LONG = text("set local statement_timeout to 0")

IDLE_SECONDS = 1.0
"""After how long a connection that nobody used is asked whether it lives, before it is used again."""

TIME_OUTS = {
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "4000",
    "statement_timeout": "20000",
}
"""After how many milliseconds PostgreSQL ends what a process of ours has begun there."""

TRANSIENT = ("40001", "40P01", "53300", "55P03", "57014", "25P03", "57P01", "57P02", "57P03", "08")
"""SQLSTATEs (or their class) after which the whole transaction is simply tried again."""


class Store(ABC):
    """The store of one service. ``clock`` gives the offset that demo and tests may set."""

    busy_seconds: ClassVar[float]
    """How long one fold should hold the store: a longer one halves what is taken next."""
    skip_locked: ClassVar[str]
    for_update: ClassVar[str]

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock

    @staticmethod
    @abstractmethod
    def rows_of(parameter: str, columns: Sequence[tuple[str, str]]) -> str:
        """A FROM item ``r`` with these (name, type) columns, from a JSON list given as a parameter."""

    @staticmethod
    @abstractmethod
    def begins(column: str, prefix: str) -> str:
        """A condition: the text in a column begins so. A range would go by the order of texts, which is each
        database's own: to most, ``m;`` comes before ``m:``."""

    @staticmethod
    @abstractmethod
    def values_in(column: SQLColumnExpression[str]) -> TableValuedAlias:
        """A FROM item with one column, ``value``: of each row, the values of the JSON list in its column."""

    @staticmethod
    @abstractmethod
    def insert(table: Any) -> Any:
        """An insert that can also ``on_conflict_do_update``."""

    async def prepare(self, views: Iterable[type[SQLModel]]) -> None:
        """Make the tables that are not there yet: the mechanism's own, and one for each view."""
        tables: list[type[SQLModel]] = [*ENGINE_TABLES, *views]
        await self._make([model.__table__ for model in tables])  # type: ignore[attr-defined]

    async def _make(self, tables: list[Any]) -> None:
        async with self.engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all, tables=tables)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]], *, durable: bool = False) -> T:
        """Run a writing transaction, again as a whole when the store asks for it.

        ``durable``: on the disk when this returns, for what somebody is told is saved. All else the
        log gives back after a loss of power: facts, positions, rows and what was said of them go
        together, and are made again.
        """
        async for attempt in stamina.retry_context(
            on=self.transient, attempts=8, timeout=20, wait_initial=0.01
        ):
            with attempt:
                async with self.writing(durable=durable) as connection:
                    return await work(connection)
        raise AssertionError("unreachable")

    @abstractmethod
    def writing(self, *, durable: bool = False) -> AbstractAsyncContextManager[AsyncConnection]:
        """A writing transaction, as an async context manager giving the connection."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to read by, as an async context manager."""

    async def take_long(self, connection: AsyncConnection) -> None:  # noqa: B027 - one file ends nobody
        """A statement of this transaction may take as long as it takes: it is about all that there is."""

    @abstractmethod
    async def now(self, connection: AsyncConnection) -> datetime:
        """The store's own clock, moved as demo and tests may move it. Never goes back in a process."""

    @abstractmethod
    async def settled(self, connection: AsyncConnection) -> datetime:
        """A time before which nothing more will be accepted: whatever read an earlier one from the
        store's clock is committed, and seen by the next statement, or never will be.

        Ask by the first statement of a writing transaction.
        """

    async def set_clock(self, at: datetime) -> None:
        """Move the clock, for demo and tests alone."""
        self.clock.set(at)

    async def read_clock(self) -> None:  # noqa: B027 - one process has nothing to read
        """Take the clock as another process of a try-out may have set it."""

    @staticmethod
    def transient(error: Exception) -> bool:
        """Whether the store is busy or away, so that the whole transaction may simply be tried again."""
        said = error.orig if isinstance(error, DBAPIError) else error  # who cannot connect is told as it is
        if state := str(getattr(said, "sqlstate", None) or ""):
            return state in TRANSIENT or state[:2] in TRANSIENT
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        locked = isinstance(error, OperationalError) and "locked" in str(error.orig)
        return locked or isinstance(error, ConnectionError)

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


class Postgres(Store):
    """A schema of PostgreSQL. A frozen process holds up only its own rows, for five seconds."""

    busy_seconds = 0.05
    skip_locked = "for update skip locked"
    for_update = "for update"

    @staticmethod
    def rows_of(parameter: str, columns: Sequence[tuple[str, str]]) -> str:
        """By ``json_to_recordset``."""
        shape = ", ".join(f"{name} {kind}" for name, kind in columns)
        return f"json_to_recordset(cast(:{parameter} as json)) as r({shape})"

    @staticmethod
    def begins(column: str, prefix: str) -> str:
        """By ``like``, which the index of keys serves."""
        return f"{column} like '{prefix}%'"

    @staticmethod
    def values_in(column: SQLColumnExpression[str]) -> TableValuedAlias:
        """By ``json_array_elements_text``."""
        return func.json_array_elements_text(cast_to(column, JSON)).table_valued("value")

    @staticmethod
    def insert(table: Any) -> Any:
        """PostgreSQL's insert."""
        return postgresql.insert(table)

    def __init__(self, url: str, schema: str, clock: Clock, pool: int = 10) -> None:
        self.schema = schema
        self._turning = asyncio.Lock()
        engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=pool,
            connect_args={
                "server_settings": {
                    "search_path": schema,
                    "application_name": f"goldthread-{schema}",
                    **TIME_OUTS,
                    "synchronous_commit": "off",
                    # Every statement of ours looks a few rows up by an index: without statistics the
                    # planner would read and hash whole tables for each batch.
                    "enable_hashjoin": "off",
                    "enable_mergejoin": "off",
                    "enable_seqscan": "off",
                    "jit": "off",
                }
            },
        )
        super().__init__(engine, clock)
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "checkin", _note_when)
        event.listen(engine.sync_engine, "checkout", _alive)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read by. Each statement sees what was committed before it, as it would in a
        transaction at READ COMMITTED, without the two round trips of one."""
        async with self._reads.connect() as connection:
            yield connection

    async def _make(self, tables: list[Any]) -> None:
        schema = {"schema": self.schema}

        async def work(connection: AsyncConnection) -> None:
            # Two instances may start at once: the second waits, then finds all there.
            await connection.execute(text("select pg_advisory_xact_lock(7165, hashtext(:schema))"), schema)
            there = text("select 1 from pg_namespace where nspname = :schema")
            if (await connection.execute(there, schema)).first() is None:
                await connection.execute(text(f'create schema "{self.schema}"'))
            await connection.run_sync(SQLModel.metadata.create_all, tables=tables)

        await self.write(work)

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction at READ COMMITTED: each statement sees what was committed before it."""
        async with self.engine.begin() as connection:
            if durable:
                await connection.execute(_DURABLE)
            yield connection

    async def take_long(self, connection: AsyncConnection) -> None:
        """Without ``statement_timeout``."""
        await connection.execute(_LONG)

    async def now(self, connection: AsyncConnection) -> datetime:
        """The database's wall clock at this statement."""
        clock = prepared("select clock_timestamp() as now, (select moved from clock) as moved")
        row = (await connection.execute(clock)).one()
        offset = self.clock.offset if row.moved is None else timedelta(microseconds=row.moved)
        return cast(datetime, row.now).astimezone(UTC) + offset

    async def settled(self, connection: AsyncConnection) -> datetime:
        """When the oldest transaction under way began, of all processes of the service, this one among
        them: a transaction reads the clock after its beginning has been told."""
        oldest = prepared(
            """select min(xact_start) as began, (select moved from clock) as moved from pg_stat_activity
               where datname = current_database() and application_name = :name"""
        )
        row = (await connection.execute(oldest, {"name": f"goldthread-{self.schema}"})).one()
        if row.began is None:
            raise RuntimeError("PostgreSQL does not tell what is under way: it needs track_activities")
        offset = self.clock.offset if row.moved is None else timedelta(microseconds=row.moved)
        return cast(datetime, row.began).astimezone(UTC) + offset

    async def set_clock(self, at: datetime) -> None:
        """In the store, so that every process on it tells the same time."""
        async with self._turning:
            await super().set_clock(at)
            await self._keep_clock(self.clock.offset // timedelta(microseconds=1))

    async def _keep_clock(self, moved: int) -> None:
        statement = text(
            "insert into clock (id, moved) values (1, :moved) on conflict (id) do update set moved = :moved"
        )
        async with self.engine.begin() as connection:
            await connection.execute(statement, {"moved": moved})

    async def read_clock(self) -> None:
        """As another process may have set it."""
        async with self._turning:  # what is read here is not older than what is set here
            async with self.reading() as connection:
                moved = (await connection.execute(text("select moved from clock"))).scalar()
            if moved is not None:
                self.clock.offset = timedelta(microseconds=moved)


def _note_when(_connection: Any, record: Any) -> None:
    record.info["given back"] = time.monotonic()


def _alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Use no connection of which this process has heard that it ended, and ask one that has lain idle
    whether it lives. SQLAlchemy's own ``pool_pre_ping`` asks each time, by a transaction of its own, which
    is three round trips."""
    if record.driver_connection.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - record.info.get("given back", math.inf) > IDLE_SECONDS:
        try:
            connection.ping()
        except Exception:  # noqa: BLE001 - whatever it was, a new one is had
            raise InvalidatePoolError from None


class Sqlite(Store):
    """A SQLite file in WAL mode, written by one transaction at a time."""

    busy_seconds = 0.02
    skip_locked = ""
    for_update = ""

    @staticmethod
    def rows_of(parameter: str, columns: Sequence[tuple[str, str]]) -> str:
        """By ``json_each``."""
        picks = ", ".join(f"json_extract(value, '$.{name}') as {name}" for name, _ in columns)
        return f"(select {picks} from json_each(:{parameter})) as r"

    @staticmethod
    def begins(column: str, prefix: str) -> str:
        """By ``glob``: for ``like``, which takes no notice of case, SQLite uses no index."""
        return f"{column} glob '{prefix}*'"

    @staticmethod
    def values_in(column: SQLColumnExpression[str]) -> TableValuedAlias:
        """By ``json_each``."""
        return func.json_each(column).table_valued("value")

    @staticmethod
    def insert(table: Any) -> Any:
        """SQLite's insert."""
        return sqlite.insert(table)

    def __init__(self, path: Path, clock: Clock) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = create_async_engine(f"sqlite+here:///{path}", pool_size=6, max_overflow=6)
        event.listen(engine.sync_engine, "connect", _open_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        super().__init__(engine, clock)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read by, in one transaction."""
        async with driver.Connection(self.engine) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write from its first statement."""
        async with self._turn, driver.Connection(self.engine) as connection:
            immediate = await connection.execution_options(immediate="full" if durable else "normal")
            async with immediate.begin():
                yield immediate

    async def now(self, connection: AsyncConnection) -> datetime:
        """The machine's clock: the store is in this process."""
        return self.clock.now()

    async def settled(self, connection: AsyncConnection) -> datetime:
        """Now: while this transaction writes, no other does."""
        return self.clock.now()


def _open_sqlite(connection: driver.File, _: Any) -> None:
    for pragma in ("journal_mode=wal", "busy_timeout=5000", "foreign_keys=off", "synchronous=normal"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Any) -> None:
    immediate = connection.get_execution_options().get("immediate")
    file: driver.File = connection.connection.driver_connection
    durable = immediate == "full"
    if immediate and durable != file.durable:
        file.execute(f"pragma synchronous={immediate}")
        file.durable = durable
    file.execute("begin immediate" if immediate else "begin")


def open_store(url: str, service: str, clock: Clock) -> Store:
    """The store of a service at this address: a PostgreSQL URL, or a folder for SQLite files."""
    if url.startswith("postgresql"):
        return Postgres(url, service, clock)
    return Sqlite(Path(url.removeprefix("sqlite:///")) / f"{service}.sqlite", clock)
