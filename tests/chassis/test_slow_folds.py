"""Folds that take long: whoever has much, or many who have, holds up nobody and is folded all the same."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.batch import Batch
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.fold import Folder
from chassis.ledger import entry_of
from chassis.marks import Rank
from chassis.pace import MARKS, TURN_SECONDS, Turn
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.views import Folded, Subject, View
from contracts.events.people import IncidentReported
from contracts.vocabulary import IncidentKind, Role
from tests.chassis.race.world import PERSON
from tests.support.facts import IDS, fact, someone
from tests.support.waiting import PATIENCE, until

AGENCY = "northmere-police"
PATIENCE_SECONDS = 0.3
FOLD_SECONDS = 0.1
PEOPLE = 8


class Impatient(Postgres):
    """A store that ends a transaction from which it hears nothing for a third of a second."""

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """As every store does, and sooner."""
        async with super().writing(durable=durable) as connection:
            patience = f"set local idle_in_transaction_session_timeout = {PATIENCE_SECONDS * 1000:.0f}"
            await connection.execute(text(patience))
            yield connection


def slow(subject: Subject) -> Folded:
    """A fold that works for a tenth of a second."""
    until = time.monotonic() + FOLD_SECONDS
    while time.monotonic() < until:
        pass
    return PERSON.fold(subject)


SLOW: View = replace(PERSON, fold=slow)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that knows some people."""
    opened: Store = (
        Sqlite(tmp_path / "store.sqlite", Clock())
        if request.param == "sqlite"
        else Impatient(request.getfixturevalue("postgres_url"), "orders", Clock())
    )
    await opened.prepare([SLOW.table])
    entries = [entry_of(_incident(str(number)).envelope) for number in range(PEOPLE)]

    async def work(connection: AsyncConnection) -> None:
        await ledger.insert_facts(opened, connection, [each.row(None) for each in entries], loading=False)
        await ledger.file_facts(opened, connection, IDS, entries)

    await opened.write(work)
    yield opened
    await opened.close()


def _incident(number: str) -> Fact[IncidentReported]:
    said = IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, number)])
    return fact(said, agency=AGENCY)


async def test_a_batch_that_takes_longer_than_the_store_waits_is_folded(store: Store) -> None:
    batch = await Folder(store, IDS, "/tests", [SLOW], Signals()).once()
    assert batch.seconds > PATIENCE_SECONDS * 2
    assert len(batch.changed) == PEOPLE


async def test_others_work_while_a_long_batch_is_folded(store: Store) -> None:
    turns: list[float] = []

    async def other() -> None:
        while True:
            await asyncio.sleep(0.001)
            turns.append(time.monotonic())

    working = asyncio.create_task(other())
    batch = await Folder(store, IDS, "/tests", [SLOW], Signals()).once()
    working.cancel()
    longest = max(later - sooner for sooner, later in pairwise([time.monotonic() - batch.seconds, *turns]))
    assert longest < batch.seconds / 2, "they had turns between the folds"


async def test_what_is_urgent_waits_for_no_long_batch(store: Store) -> None:
    """The long batch gives way, and nothing of it is forgotten."""
    signals = Signals()
    folder = Folder(store, IDS, "/tests", [SLOW], signals)
    signals.marked([Rank.URGENT])
    cut = await folder.once(turn=Turn.REST_FIRST)
    assert cut.cut
    assert 1 <= len(cut.changed) < PEOPLE, "it goes on for a while, so that it comes to its end some time"
    assert cut.put_back == PEOPLE - len(cut.changed)
    whole = await folder.once(turn=Turn.REST_FIRST, seconds=PATIENCE)
    assert not whole.cut
    assert len(cut.changed | whole.changed) == PEOPLE
    assert not cut.changed & whole.changed, "each is folded once"


async def test_what_is_urgent_gives_way_to_nothing(store: Store) -> None:
    async with store.reading() as connection:
        keys = (await connection.execute(text("select distinct key from mark"))).scalars().all()
    await store.write(lambda c: ledger.add_marks(store, c, [(key, None, Rank.URGENT) for key in keys]))
    signals = Signals()
    signals.marked([Rank.URGENT])
    batch = await Folder(store, IDS, "/tests", [SLOW], signals).once()
    assert batch.urgent
    assert len(batch.changed) == PEOPLE


class Failing(Folder):
    """A folder whose every transaction fails."""

    def __init__(self, store: Store, signals: Signals) -> None:
        super().__init__(store, IDS, "/tests", [SLOW], signals)
        self.asked: list[int] = []
        self.signals = signals

    async def once(
        self,
        marks: int = MARKS,
        turn: Turn = Turn.URGENT_FIRST,
        seconds: float = TURN_SECONDS,
        least: Rank = Rank.HISTORY,
    ) -> Batch:
        """Fails."""
        self.asked.append(marks)
        self.signals.marked([Rank.URGENT])
        await asyncio.sleep(0)
        raise RuntimeError


async def test_after_a_failure_fewer_are_taken_down_to_one(store: Store) -> None:
    folder = Failing(store, Signals())
    folding = asyncio.create_task(folder.run())
    async with asyncio.timeout(PATIENCE):
        while len(folder.asked) < 6:
            await asyncio.sleep(0.01)
    folding.cancel()
    with suppress(asyncio.CancelledError):
        await folding
    assert folder.asked[:6] == [200, 50, 12, 3, 1, 1]


class Flooded(Folder):
    """A folder to which more that is urgent comes than it folds."""

    async def once(
        self,
        marks: int = MARKS,
        turn: Turn = Turn.URGENT_FIRST,
        seconds: float = TURN_SECONDS,
        least: Rank = Rank.HISTORY,
    ) -> Batch:
        """One mark, and then one more that is urgent."""
        batch = await super().once(1, turn, seconds)
        await self._store.write(lambda c: ledger.add_marks(self._store, c, [("p:urgent", None, Rank.URGENT)]))
        self._signals.marked([Rank.URGENT])
        batch.full = True
        return batch


async def test_what_is_not_urgent_has_its_turn_while_more_that_is_urgent_comes(store: Store) -> None:
    marks = [("p:urgent", None, Rank.URGENT), ("p:1", None, Rank.REST), ("p:2", None, Rank.REST)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    folding = asyncio.create_task(Flooded(store, IDS, "/tests", [SLOW], Signals()).run())

    async def folded() -> bool:
        async with store.reading() as connection:
            left = await connection.execute(text("select count(*) from mark where urgent = 0"))
            return left.scalar_one() == 0

    await until(folded)
    folding.cancel()
    with suppress(asyncio.CancelledError):
        await folding
