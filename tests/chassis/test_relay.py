"""The relay: what it has sent it stamps, and it waits for nobody."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

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
UNSENT = "select count(*) from fact where sent_at is null"


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
async def test_a_relay_waits_for_no_lock_and_what_it_leaves_is_sent_again(
    store: Postgres, tmp_path: Path
) -> None:
    """Two instances stamp, and load, the same facts, each in its own order: whoever waited for the other's
    locks could be waited for."""
    log, facts = EmbeddedLog(tmp_path / "log.sqlite"), [_incident(number) for number in range(2)]
    await _accepted(store, facts)
    await log.start()
    await log.ensure(TOPICS.values())
    relay = Relay(store, log, Signals())
    async with store.writing() as connection:
        await connection.execute(text(LOCK), {"id": facts[0].id})
        assert await relay.once() == 2
        assert await _count(store, UNSENT) == 1
    assert await relay.once() == 1
    assert await _count(store, UNSENT) == 0
    await log.stop()


@pytest.mark.postgres
async def test_a_loader_waits_for_no_lock_on_what_is_there_already(store: Postgres) -> None:
    facts = [_incident(number) for number in range(2)]
    await _accepted(store, facts)
    again = [entry_of(each.envelope).row(None) for each in facts]
    async with store.writing() as connection:
        await connection.execute(text(LOCK), {"id": facts[0].id})
        async with asyncio.timeout(3):
            new = await store.write(lambda other: ledger.insert_facts(store, other, again, loading=True))
    assert new == set()


@pytest.mark.postgres
async def test_what_has_no_keys_is_sent_by_its_id(
    store: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a body may have none that another release wrote."""
    row, sent = entry_of(_incident(1).envelope).row(None), list[Record]()
    body = orjson.loads(row["body"])
    del body["keys"]
    bare = row | {"body": orjson.dumps(body).decode()}
    await store.write(lambda connection: ledger.insert_facts(store, connection, [bare], loading=False))
    log = EmbeddedLog(tmp_path / "log.sqlite")

    async def append(records: Sequence[Record]) -> None:
        sent.extend(records)

    monkeypatch.setattr(log, "append", append)
    assert await Relay(store, log, Signals()).once() == 1
    assert [(each.key, each.value.decode()) for each in sent] == [(bare["id"], bare["body"])]


async def _accepted(store: Postgres, facts: list[Fact[IncidentReported]]) -> None:
    rows = [entry_of(each.envelope).row(None) for each in facts]
    await store.write(lambda connection: ledger.insert_facts(store, connection, rows, loading=False))


def _incident(number: int) -> Fact[IncidentReported]:
    said = IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, str(number))])
    return fact(said, agency="northmere-police", accepted=NOON + timedelta(seconds=number))
