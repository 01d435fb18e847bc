"""What must be done by one process at a time: a lease row with an expiry and an epoch.

Whoever holds it checks the epoch in each of its transactions, under the row's lock: a process that
froze and woke again finds a later epoch and does nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Store
from chassis.store.tables import micros

RENEWALS = 5
"""How often a lease is renewed in the time for which it is taken."""


async def take_lease(store: Store, name: str, holder: str, seconds: float) -> int | None:
    """Take a lease or renew it: its epoch while ``holder`` has it, None while another does.

    One that would last for more than twice as long as any is taken for tells that the clock went back
    since: nobody waits for it.
    """

    async def work(connection: AsyncConnection) -> int | None:
        now = await store.now(connection)
        statement = text(
            """insert into lease (name, holder, epoch, until) values (:name, :holder, 1, :until)
            on conflict (name) do update set
                epoch = case when lease.holder = excluded.holder then lease.epoch else lease.epoch + 1 end,
                holder = excluded.holder, until = excluded.until
            where lease.holder = excluded.holder or lease.until < :now or lease.until > :far
            returning epoch"""
        )
        until, far = (micros(now + timedelta(seconds=length)) for length in (seconds, 2 * seconds))
        values = {"name": name, "holder": holder, "until": until, "now": micros(now), "far": far}
        return (await connection.execute(statement, values)).scalar()

    return await store.write(work)


async def give_up(store: Store, name: str, holder: str) -> None:
    """Let another take a lease at once, whatever its clock says; nothing if ``holder`` has it no more."""
    statement = text("update lease set until = 0 where name = :name and holder = :holder")
    await store.write(lambda c: c.execute(statement, {"name": name, "holder": holder}))


async def holds(store: Store, connection: AsyncConnection, name: str, epoch: int) -> bool:
    """Whether a lease still has this epoch, its row locked until the transaction ends."""
    statement = f"select epoch from lease where name = :name {store.for_update}"
    return (await connection.execute(text(statement), {"name": name})).scalar() == epoch


async def keep(
    lease: Callable[[str, float], Awaitable[int | None]], name: str, seconds: float, epoch: int
) -> None:
    """Renew a lease by the clock, however long what is done under it takes, until another has it."""
    while await lease(name, seconds) == epoch:  # noqa: ASYNC110  by the clock
        await asyncio.sleep(seconds / RENEWALS)
