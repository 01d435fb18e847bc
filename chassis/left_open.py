"""Ends what a process that froze has left open in PostgreSQL: its locks hold up others no longer.

A transaction whose client says nothing more PostgreSQL ends by itself after five seconds. Not so one whose
client froze between the two halves of a statement, which asyncpg prepares by one message and binds by the
next: it counts as at work, and no time-out of PostgreSQL 15 ends it while it waits for that message. It would
hold a lease, a position and the watermark for as long as the process is frozen (found by ``make chaos``,
28 November 2026; ``transaction_timeout`` of PostgreSQL 17 would end it, from memory).
"""

import asyncio

import structlog

from chassis.store import Postgres, prepared

SECONDS = 1.0
"""How often it is looked for."""
LEFT_SECONDS = 5.0
"""How long a client may leave a statement by half: as long as PostgreSQL lets a transaction be idle."""

log = structlog.get_logger()

_END = prepared(
    """select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and usename = current_user and application_name = :name
         and state = 'active' and wait_event = 'ClientRead' and xact_start is not null
         and query_start < clock_timestamp() - make_interval(secs => :seconds)"""
)


async def end_left_open(store: Postgres) -> None:
    """Look every second, for ever. Any number of processes may."""
    while True:
        try:
            if ended := await end_once(store, LEFT_SECONDS):
                log.warning("transactions.ended", count=ended)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            log.warning("transactions.unwatched", reason=type(error).__name__)
        await asyncio.sleep(SECONDS)


async def end_once(store: Postgres, seconds: float) -> int:
    """End every transaction of this service that has waited for so long for the rest of a statement; give how
    many. Whoever lives after all, and was only slow, makes it again as a whole."""
    async with store.reading() as connection:
        values = {"name": f"goldthread-{store.schema}", "seconds": seconds}
        return sum((await connection.execute(_END, values)).scalars())
