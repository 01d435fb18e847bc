"""What an operator does with one service's store, beside its processes."""

import asyncio
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from chassis import ledger, parking
from chassis.reading import parsed
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from chassis.store import Postgres
from chassis.store.tables import ENGINE_TABLES, ClockTable
from chassis.views import View
from contracts.events.operations import AuditShown
from contracts.registry import NEWEST_ALONE

GOING_SECONDS = 5
"""How long the sessions of a process that was killed may take to end."""

_OF_A_MOMENT = ", ".join(f"'{type_}'" for type_ in sorted(NEWEST_ALONE))
LASTING = f"type not in ({_OF_A_MOMENT})"
"""Which facts are kept for ever, as SQL says it."""


def lasting(views: Iterable[View]) -> list[View]:
    """The views that are made of what is kept for ever."""
    return [view for view in views if {each.type for each in view.begun_by}.isdisjoint(NEWEST_ALONE)]


async def mark_everything(runtime: Runtime) -> None:
    """Leave the mark *everything*: every row is folded again, one by one."""

    async def work(connection: AsyncConnection) -> None:
        await ledger.mark_everything(runtime.store, connection)

    await runtime.store.write(work)


async def drop(runtime: Runtime) -> None:
    """Drop a service's tables, whose processes are stopped: its next start makes them anew, as its
    release has them.

    Nothing is lost but what was acknowledged and not yet relayed: with any of that it raises Unsent,
    and InUse while a process of the service runs on PostgreSQL.
    """
    service = runtime.service
    tables: list[type[SQLModel]] = [table for table in ENGINE_TABLES if table is not ClockTable]
    tables += [table for table in service.tables if issubclass(table, SQLModel)]

    await _alone(runtime)

    async def work(connection: AsyncConnection) -> None:
        unsent = "select count(*) from fact where sent_at is null"
        if (await connection.execute(text(unsent))).scalar():
            raise Unsent("Some facts are not on the log yet: start the service, and let it relay them.")
        for table in (*tables, *(view.table for view in service.views)):
            await connection.execute(text(f"drop table if exists {table.__tablename__}"))
        reached(Step.RESTORE_DROPPED)

    await runtime.store.write(work)


async def _others(runtime: Runtime) -> int:
    if not isinstance(runtime.store, Postgres):
        return 0  # the lock on the embedded log's folder says it (deploy/cli.py)
    statement = text(
        """select count(*) from pg_stat_activity
           where application_name = :name and datname = current_database() and pid <> pg_backend_pid()"""
    )
    name = {"name": f"goldthread-{runtime.store.schema}"}
    async with runtime.store.reading() as connection:
        return int((await connection.execute(statement, name)).scalar_one())


async def republish(runtime: Runtime) -> int:
    """Send a service's own facts to the log again, and read the log from its beginning: for a log
    that came back from a backup. Give how many facts.

    Nothing counts twice, for facts are a set. Every service must do it: what the backup lacked is
    nowhere but in the stores of those who said it. Raises InUse while a process of it runs.
    """
    await _alone(runtime)

    async def work(connection: AsyncConnection) -> int:
        # Where the log ends now says nothing of where it ended in the backup: another service may
        # have sent its facts again already. So all is read again; and what is kept by where it stood
        # on the log is forgotten, for something else will stand there.
        for table in ("position", "watermark", "parked", "parked_key", "stopped"):
            await connection.execute(text(f"delete from {table}"))
        again = text("update fact set sent_at = null where source = :source")
        done = await connection.execute(again, {"source": runtime.source})
        reached(Step.REPUBLISH_WRITTEN)
        return int(done.rowcount)

    return await runtime.store.write(work, durable=True)


async def _alone(runtime: Runtime) -> None:
    """Wait until the sessions of a killed process are gone. Raises InUse."""
    await runtime.store.close()  # those of this one, of which it may have kept several
    try:
        async with asyncio.timeout(GOING_SECONDS):
            while await _others(runtime):  # noqa: ASYNC110 - PostgreSQL says when
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise InUse("A process of the service still runs: stop it first.") from None


class InUse(RuntimeError):
    """A store may not be dropped: a process works on it."""


class Unsent(RuntimeError):
    """A store may not be dropped: it holds facts that are nowhere else."""


async def counts(runtime: Runtime) -> dict[str, int]:
    """How much is out of date, unsent, parked and broken."""
    questions = {
        "facts": "select count(*) from fact",
        "marks": "select count(*) from mark",
        "unsent": "select count(*) from fact where sent_at is null",
        "parked": f"select count(*) from parked where {parking.UNDECIDED}",
        "broken": "select count(*) from subject where broken_since is not null",
    }
    async with runtime.store.reading() as connection:
        return {name: (await connection.execute(text(sql))).scalar_one() for name, sql in questions.items()}


async def fingerprint(runtime: Runtime) -> dict[str, tuple[int, str]]:
    """How many rows each part of a store has, and the hash of their bytes: two stores that hold the
    same are the same here. Audit, deliveries and configuration are facts; what is kept for a moment is left
    out."""
    parts = {
        "facts": f"select id || ' ' || body as line from fact where {LASTING}",
        "keys": f"""select key || ' ' || fact as line from key
            where fact in (select id from fact where {LASTING})""",
        "places": "select mention || ' ' || person || ' ' || seq as line from place",
    }
    for view in lasting(runtime.service.views):
        parts[view.name] = f"select subject || ' ' || body as line from {view.table.__tablename__}"
    found: dict[str, tuple[int, str]] = {}
    async with runtime.store.reading() as connection:
        for name, sql in parts.items():
            lines = sorted((await connection.execute(text(sql))).scalars())
            found[name] = (len(lines), ledger.digest("\n".join(lines).encode()))
    return found


async def unread(
    runtime: Runtime,
) -> tuple[list[parking.Parked], list[parking.Broken], list[parking.Stopped]]:
    """What could not be read, whose fold raises, and which partitions are not read any more."""
    async with runtime.store.reading() as connection:
        records, subjects = await parking.parked(connection), await parking.broken(connection)
        return records, subjects, await parking.stopped(connection)


async def shown_to(runtime: Runtime, fact: str) -> list[dict[str, Any]]:
    """Every look by which somebody was shown a fact: who, in which roles, which view, when."""
    statement = text("select body from fact where type = :type order by accepted")
    async with runtime.store.reading() as connection:
        bodies = (await connection.execute(statement, {"type": AuditShown.type})).scalars().all()
    looks = [(each, each.content) for each in map(parsed, bodies)]
    return [
        {
            "at": line.accepted.isoformat(),
            "person": said.person,
            "agency": said.viewer_agency,
            "roles": said.roles,
            "view": said.view,
            "subject": said.subject,
            "ahead": said.ahead,
        }
        for line, said in looks
        if isinstance(said, AuditShown) and fact in said.facts
    ]
