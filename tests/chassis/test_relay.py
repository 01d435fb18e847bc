"""The relay: what it has sent it stamps, whoever is in its way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.ledger import entry_of
from chassis.log import Record
from chassis.log.embedded import EmbeddedLog
from chassis.relay import Relay
from chassis.signals import Signals
from chassis.store import Postgres
from contracts.events.people import IncidentReported
from contracts.topics import TOPICS
from contracts.vocabulary import IncidentKind, Role
from tests.support.facts import NOON, fact, someone

LOCK = "select 1 from fact where id = :id for update"
WAITS = "select count(*) from pg_locks where not granted"
UNSENT = "select count(*) from fact where sent_at is null"


class Slow(EmbeddedLog):
    """A log that has what is appended, and does not say so until it may."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.has, self.may_say = asyncio.Event(), asyncio.Event()

    async def append(self, records: Sequence[Record]) -> None:
        """As every log does, and later."""
        await super().append(records)
        self.has.set()
        await self.may_say.wait()


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Postgres]:
    """PostgreSQL: of SQLite one transaction writes at a time."""
    opened = Postgres(postgres_url, "orders", Clock())
    await opened.prepare([])
    yield opened
    await opened.close()


async def _count(store: Postgres, question: str) -> int:
    async with store.reading() as connection:
        return int((await connection.execute(text(question))).scalar_one())


@pytest.mark.postgres
async def test_what_was_sent_is_stamped_though_it_meets_a_deadlock(store: Postgres, tmp_path: Path) -> None:
    """With a load of the same facts in another order. PostgreSQL ends whoever has waited longer."""
    log, facts = Slow(tmp_path / "log.sqlite"), [_incident(number) for number in range(2)]
    entries = [entry_of(each.envelope) for each in facts]

    async def accept(connection: AsyncConnection) -> None:
        await ledger.insert_facts(store, connection, [each.row(None) for each in entries], loading=False)

    await log.start()
    await log.ensure(TOPICS.values())
    await store.write(accept)
    relaying = asyncio.create_task(Relay(store, log, Signals()).once())
    await log.has.wait()
    async with store.writing() as connection:
        await connection.execute(text(LOCK), {"id": facts[1].id})
        log.may_say.set()
        while not await _count(store, WAITS):
            await asyncio.sleep(0.01)
        await connection.execute(text(LOCK), {"id": facts[0].id})
    assert await relaying == 2
    assert await _count(store, UNSENT) == 0
    await log.stop()


def _incident(number: int) -> Fact[IncidentReported]:
    said = IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, str(number))])
    return fact(said, agency="northmere-police", accepted=NOON + timedelta(seconds=number))
