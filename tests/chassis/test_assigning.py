"""A decision of the matcher may not be taken back by a crash: its number would be given twice."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from chassis.assigning import LEASE, assign
from chassis.clock import Clock
from chassis.ids import Ids
from chassis.lease import take_lease
from chassis.store import open_store
from contracts.events.identity import Move
from deploy.local.postgres import Postgres
from tests.support.real import RealParts

IDS = Ids("a secret that only these tests have")


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, to be killed."""
    parts = RealParts()
    server = Postgres(Path(parts.folder()) / "postgres", durable=False)
    server.start()
    yield server
    server.stop()
    parts.stop()


@pytest.mark.postgres
async def test_a_decision_outlives_its_server(server: Postgres) -> None:
    store = open_store(server.url(), "referrals", Clock())
    await store.prepare([])
    async with store.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        # What nobody waits for stays in memory for so long.
        await alone.execute(text("alter system set wal_writer_delay = '10s'"))
        await alone.execute(text("select pg_reload_conf()"))
    epoch = await take_lease(store, LEASE, "this process", 60)
    assert epoch is not None
    mention = "00000000-0000-8000-8000-000000000001"
    here, there = IDS.person(mention), IDS.person("another")
    move = Move.model_validate({"mention": mention, "from": here, "to": there})
    assert await assign(store, IDS, "/referrals", [move], [], [], epoch, [])
    server.running.kill()
    await asyncio.to_thread(server.running.wait)
    await asyncio.to_thread(server.start)
    async with store.reading() as connection:
        facts = (await connection.execute(text("select count(*) from fact"))).scalar()
    await store.close()
    assert facts == 1
