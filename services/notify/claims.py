"""Which process is sending which try: claimed and committed before the network is called.

A claim runs out by itself, so a process that was killed or frozen holds up its message for seconds
and no longer. Nothing here is needed by a restore: what was tried is a fact.
"""

from datetime import timedelta

from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from chassis.store import Store
from chassis.store.tables import micros

CLAIM = timedelta(seconds=10)
"""How long a try is one process's: longer than a try can last."""


class ClaimTable(SQLModel, table=True):
    """The latest try of each call's message on a channel. ``claimed_until`` is empty once it is noted."""

    __tablename__ = "notify_claim"

    call: str = Field(primary_key=True)
    attempt: int
    claimed_by: str
    claimed_until: int | None = Field(sa_type=BigInteger)


async def claim(store: Store, call: str, attempt: int, by: str) -> bool:
    """Take a try for this process, on the disk when this returns. False: another process has it, or
    it has been noted already and the row only does not say so yet."""

    async def work(connection: AsyncConnection) -> bool:
        now = await store.now(connection)
        result = await connection.execute(
            text(
                """insert into notify_claim (call, attempt, claimed_by, claimed_until)
                values (:call, :attempt, :by, :until)
                on conflict (call) do update set attempt = excluded.attempt,
                    claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
                where notify_claim.attempt < excluded.attempt
                   or (notify_claim.attempt = excluded.attempt
                       and (notify_claim.claimed_until <= :now or notify_claim.claimed_until > :far))
                returning call"""
            ),
            {
                "call": call,
                "attempt": attempt,
                "by": by,
                "until": micros(now + CLAIM),
                "now": micros(now),
                "far": micros(now + 2 * CLAIM),  # the clock went back since it was claimed
            },
        )
        return result.first() is not None

    # With it what it tells of is on the disk, which was loaded and called before: a crash of the store would
    # take that back, and whoever answers at once would be told that there is no such alert.
    return await store.write(work, durable=True)


async def noted(store: Store, call: str, attempt: int) -> None:
    """The try is a fact now: nobody need make it again."""

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(
            text("update notify_claim set claimed_until = null where call = :call and attempt = :attempt"),
            {"call": call, "attempt": attempt},
        )

    await store.write(work)


async def forget(store: Store, call: str) -> None:
    """Nobody has this claim any more, nor ever had."""

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("delete from notify_claim where call = :call"), {"call": call})

    await store.write(work)
