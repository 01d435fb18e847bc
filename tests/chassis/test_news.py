"""News of changed rows reach every instance of a service, also when PostgreSQL was away between."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from chassis import news
from chassis.clock import Clock
from chassis.news import News
from chassis.signals import Changed, Signals
from chassis.store import Postgres
from tests.support.waiting import PATIENCE, until


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Postgres]:
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([])
    yield store
    await store.close()


@pytest.mark.postgres
async def test_an_instance_whose_connection_was_cut_hears_of_what_others_fold(
    store: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "LOOK_SECONDS", 0.1)
    one, other = Signals(), Signals()
    heard: list[Changed] = []

    async def hear() -> None:
        async for changed in other.changed():
            heard.append(changed)

    async def comes(subject: str) -> bool:
        one.rows_folded([("view", subject)])
        return frozenset({("view", subject)}) in heard

    tasks = [asyncio.create_task(work) for work in (hear(), News(store, one).run(), News(store, other).run())]
    await until(lambda: comes("before"))
    async with store.engine.begin() as connection:
        cut = """select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'goldthread-orders' and pid <> pg_backend_pid()"""
        await connection.execute(text(cut))
    await until(lambda: comes("after"))
    assert [changed for changed in heard if ("view", "after") in changed], "heard by the other instance"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.postgres
async def test_told_to_stop_while_its_connection_dies_it_ends(
    store: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    listens = asyncio.Event()
    whole = asyncpg.Connection.add_listener

    async def add(connection: asyncpg.Connection, *told: object) -> None:
        await whole(connection, *told)
        listens.set()

    async def gone(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(asyncpg.Connection, "add_listener", add)
    monkeypatch.setattr(asyncpg.Connection, "remove_listener", gone)
    task = asyncio.create_task(News(store, Signals()).run())
    await listens.wait()
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=PATIENCE)
    assert done
