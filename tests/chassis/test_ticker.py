"""The ticker: what changes by the passing of time is marked, whatever the clock does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import Clock
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.store.tables import micros
from chassis.ticker import Ticker

NOW = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store in which one subject changes in five minutes, and one in an hour."""
    opened: Store = (
        Sqlite(tmp_path / "store.sqlite", Clock())
        if request.param == "sqlite"
        else Postgres(request.getfixturevalue("postgres_url"), "orders", Clock())
    )
    await opened.prepare([])
    await opened.set_clock(NOW)
    changes = {"o:soon": timedelta(minutes=5), "o:later": 2 * HOUR, "o:never": None}
    for id_, after in changes.items():
        at = "null" if after is None else micros(NOW + after)
        await _do(opened, f"insert into subject (id, level, changes_at) values ('{id_}', 1, {at})")
    yield opened
    await opened.close()


async def _do(store: Store, statement: str) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text(statement))

    await store.write(work)


async def marked(store: Store) -> list[tuple[str, int]]:
    """What is marked since it was asked last, and whether it is urgent."""
    async with store.reading() as connection:
        rows = (await connection.execute(text("select key, urgent from mark order by key"))).all()
    await _do(store, "delete from mark")
    return [(row.key, row.urgent) for row in rows]


async def test_each_is_marked_when_its_time_has_come_and_once(store: Store) -> None:
    ticker = Ticker(store, "orders", Signals())
    assert await ticker.tick() == 0
    await store.set_clock(NOW + timedelta(minutes=6))
    assert await ticker.tick() == 1
    assert await marked(store) == [("o:soon", 1)]
    assert await ticker.tick() == 0


async def test_all_that_change_are_marked_once_when_the_clock_has_gone_back(store: Store) -> None:
    ticker = Ticker(store, "orders", Signals())
    await ticker.tick()
    await store.set_clock(NOW - HOUR)
    assert await ticker.tick() == 2
    assert await marked(store) == [("o:later", 0), ("o:soon", 1)], "an alert's next step waits for no other"
    assert await ticker.tick() == 0


async def test_a_process_that_starts_knows_from_the_log_that_the_clock_has_gone_back(store: Store) -> None:
    for service, passed in (("orders", NOW), ("marac", NOW + 9 * HOUR)):
        await _do(
            store,
            f"""insert into watermark (service, "offset", passed, ends)
                values ('{service}', 1, {micros(passed)}, '{{}}')""",
        )
    assert await Ticker(store, "orders", Signals()).tick() == 0
    await store.set_clock(NOW - HOUR)
    assert await Ticker(store, "orders", Signals()).tick() == 2
