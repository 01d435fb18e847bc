"""What a process that froze between the two halves of a statement has left open is ended by others."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from chassis.clock import Clock
from chassis.lease import take_lease
from chassis.left_open import end_once
from chassis.store import Postgres
from tests.support.waiting import until

pytestmark = pytest.mark.postgres
LOCKED = "select 1 from lease where name = 'matcher' for update"
FROZEN = "select 1 from pg_stat_activity where pid = $1 and state = 'active' and wait_event = 'ClientRead'"

SLEEPS = "select 1 from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'"
SINCE = "query_start < now() - interval '0.3 s'"


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Postgres]:
    opened = Postgres(postgres_url, "orders", Clock())
    await opened.prepare([])
    await take_lease(opened, "matcher", "one", 10)
    yield opened
    await opened.close()


async def connected(url: str, name: str = "goldthread-orders") -> asyncpg.Connection:
    """A process's connection, whose statements end after a tenth of a second, if PostgreSQL ends them."""
    told = {"search_path": "orders", "application_name": name, "statement_timeout": "100"}
    return await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=told)


async def begun(url: str, **more: Any) -> asyncpg.Connection:
    """One that has the lease's row locked, and stands idle in its transaction."""
    holder = await connected(url, **more)
    await holder.execute("begin")
    await holder.execute(LOCKED)
    return holder


async def froze(url: str, **more: Any) -> asyncpg.Connection:
    """One that has prepared a statement, and never says what is to be done with it."""
    holder = await begun(url, **more)
    await holder.prepare("select 2")
    return holder


async def test_postgresql_does_not_end_it_and_we_do(store: Postgres, postgres_url: str) -> None:
    holder, other = await froze(postgres_url), await connected(postgres_url, "another")
    pid = holder.get_server_pid()
    await until(lambda: other.fetchval(f"{FROZEN} and {SINCE}", pid))
    with pytest.raises(asyncpg.LockNotAvailableError):  # long after its statement's time-out
        await other.execute(f"{LOCKED} nowait")
    assert await end_once(store, 60) == 0, "it may be slow"
    assert await end_once(store, 0.2) == 1
    await until(lambda: _free(other))
    holder.terminate()
    await other.close()


async def test_nobody_who_is_at_work_is_ended_nor_anybody_elses(store: Postgres, postgres_url: str) -> None:
    idle, looks = await begun(postgres_url), await connected(postgres_url, "another")
    others, at_work = await connected(postgres_url, "goldthread-marac"), await connected(postgres_url)
    await others.execute("begin")
    await others.prepare("select 2")
    await at_work.execute("set statement_timeout = 0")
    sleeping = asyncio.create_task(at_work.fetchval("select 3 from pg_sleep(1)"))
    for each, question in ((others, FROZEN), (at_work, SLEEPS)):
        await until(lambda: looks.fetchval(f"{question} and {SINCE}", each.get_server_pid()))  # noqa: B023
    assert await end_once(store, 0.2) == 0
    assert await sleeping == 3
    assert await idle.fetchval("select 4") == 4
    others.terminate()
    for each in (idle, looks, at_work):
        await each.close()


async def _free(other: asyncpg.Connection) -> bool:
    try:
        await other.execute(f"{LOCKED} nowait")
    except asyncpg.LockNotAvailableError:
        return False
    return True
