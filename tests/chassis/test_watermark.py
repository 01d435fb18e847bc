"""A watermark never claims what is not below its offsets, whatever happens at once; and what it is
read for: how fresh a store is."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.load import Loader
from chassis.log import Partition, Record
from chassis.log.embedded import EmbeddedLog
from chassis.relay import Relay
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.store.tables import micros
from chassis.watermark import held_until, write_watermark, write_watermarks
from contracts.envelope import Change
from contracts.registry import read_envelope
from contracts.topics import SERVICES, TOPICS, WATERMARKS, facts_of
from contracts.watermark import Ends, Watermark, read_watermark
from tests.chassis.race.harness import IDS, Race, Side, pauses
from tests.chassis.race.world import VIEWS

SERVICE = "referrals"
SEEDS = (1, 2, 3)


class Noting(EmbeddedLog):
    """A log with pauses before what it does, which remembers the watermarks that it forgets."""

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__(path)
        self.chance = random.Random(seed)
        self.watermarks: list[Watermark] = []

    async def append(self, records: Sequence[Record]) -> None:
        await asyncio.sleep(self.chance.random() ** 2 * 0.02)
        await super().append(records)
        self.watermarks += [read_watermark(record.value) for record in records if record.topic == WATERMARKS]

    async def ends(self, topics: object) -> dict[Partition, int]:
        await asyncio.sleep(self.chance.random() ** 2 * 0.02)
        return await super().ends(topics)  # type: ignore[arg-type]

    async def facts(self) -> dict[str, tuple[Partition, int]]:
        """Where each fact stands for the first time."""
        reader = self.subscribe("all", [name for name in TOPICS if name != WATERMARKS], _from_0)
        await reader.start()
        found: dict[str, tuple[Partition, int]] = {}
        while records := await reader.poll(0.1):
            for record in records:
                at = ((record.topic, record.partition), record.offset)
                found.setdefault(read_envelope(record.value).id, at)
        await reader.stop()
        return found


async def _from_0(_: set[Partition]) -> dict[Partition, int]:
    return {}


async def opened(request: pytest.FixtureRequest, folder: Path, name: str) -> Store:
    """An empty store of the kind that the test is for."""
    if request.param == "sqlite":
        store: Store = Sqlite(folder / f"{name}.sqlite", Clock())
    else:
        store = Postgres(request.getfixturevalue("postgres_url"), name, Clock(), pool=20)
    await store.prepare([view.table for view in VIEWS])
    return store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store = await opened(request, tmp_path, SERVICE)
    yield store
    await store.close()


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Noting]:
    log = Noting(tmp_path / "log.sqlite", 1)
    await log.start()
    await log.ensure(TOPICS.values())
    yield log
    await log.stop()


async def accepted(store: Store) -> dict[str, int]:
    """When each fact of a store was accepted."""
    async with store.reading() as connection:
        rows = (await connection.execute(text("select id, accepted from fact"))).all()
    return {row.id: row.accepted for row in rows}


async def false_claims(store: Store, log: Noting) -> int:
    """How many facts a watermark claims that are not below its offsets."""
    facts, placed = await accepted(store), await log.facts()
    wrong = 0
    for each in log.watermarks:
        for id_, at in facts.items():
            if at < micros(each.time):
                (topic, partition), offset = placed.get(id_, (("nowhere", 0), 0))
                wrong += offset >= each.data.ends.get(topic, [0])[partition]
    return wrong


async def relayed(store: Store, log: Noting) -> None:
    """Everything that is accepted is on the log."""
    while await Relay(store, log, Signals()).once():
        pass


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_watermark_claims_only_what_is_below_its_offsets(
    store: Store, log: Noting, seed: int
) -> None:
    """Facts and corrections accepted, two relays, two that write watermarks, all at once."""
    log.chance = random.Random(seed)
    side = Side(store, f"/{SERVICE}")
    race = Race(seed, side, side)

    async def write() -> None:
        await asyncio.sleep(race.chance.random())
        await race._new(race._content("incident"))
        if race.chance.random() < 0.3:
            await race._revise(withdraw=race.chance.random() < 0.5)

    async def meanwhile(step: str) -> None:
        relay = Relay(store, log, Signals())
        while not writing.done():
            await (relay.once() if step == "relay" else write_watermark(store, log, SERVICE))
            await asyncio.sleep(race.chance.random() * 0.02)

    async with pauses(random.Random(seed)):
        writing = asyncio.gather(*(write() for _ in range(40)))
        await asyncio.gather(writing, *(meanwhile(step) for step in ("relay", "relay", "say", "say")))
    await relayed(store, log)
    claimed = max(each.time for each in log.watermarks)
    assert sum(at < micros(claimed) for at in (await accepted(store)).values()) > 5, "it claims something"
    assert await false_claims(store, log) == 0


# ---- one interleaving for each rule ---------------------------------------------------------


class Stage:
    """A service that accepts one fact after another."""

    def __init__(self, store: Store, log: Noting) -> None:
        self.store, self.log = store, log
        side = Side(store, f"/{SERVICE}")
        self.race = Race(1, side, side)
        self.acceptor = side.acceptor
        self.reached = asyncio.Event()
        """Set when a fact is written and not yet committed."""

    async def accept(self, held: asyncio.Event | None = None) -> None:
        """Accept a fact, in a transaction that has read its clock and waits for ``held``."""
        id_ = new_id()
        content = self.race._content("incident")
        change = self.race._draft(id_, id_, 1, Change.ORIGINAL, type(content), content, frozenset())

        async def work(connection: AsyncConnection) -> None:
            await self.acceptor.write(connection, [change])
            self.reached.set()
            if held is not None:
                await held.wait()

        await self.store.write(work)

    async def say(self) -> datetime:
        """Write a watermark; give its time."""
        await write_watermark(self.store, self.log, SERVICE)
        return self.log.watermarks[-1].time


async def test_what_is_not_yet_on_the_log_holds_it_back(store: Store, log: Noting) -> None:
    stage = Stage(store, log)
    await stage.accept()
    (at,) = (await accepted(store)).values()
    assert micros(await stage.say()) == at
    await relayed(store, log)
    assert micros(await stage.say()) > at
    assert await false_claims(store, log) == 0


class NowIsSettled(Postgres):
    """Without the rule: whatever time it is, nothing earlier can come."""

    async def settled(self, connection: AsyncConnection) -> datetime:
        return await self.now(connection)


@pytest.mark.postgres
@pytest.mark.parametrize(("kind", "wrong"), [(Postgres, 0), (NowIsSettled, 1)])
async def test_what_is_being_accepted_holds_it_back(
    postgres_url: str, log: Noting, kind: type[Postgres], wrong: int
) -> None:
    """A transaction has read its clock, and commits after the watermark."""
    async with AsyncExitStack() as stack:
        store = kind(postgres_url, SERVICE, Clock())
        stack.push_async_callback(store.close)
        await store.prepare([view.table for view in VIEWS])
        stage, held = Stage(store, log), asyncio.Event()
        accepting = asyncio.create_task(stage.accept(held))
        await stage.reached.wait()
        await stage.say()
        held.set()
        await accepting
        await relayed(store, log)
        assert await false_claims(store, log) == wrong


@pytest.mark.parametrize(("first", "wrong"), [(False, 0), (True, 1)])
async def test_the_ends_are_read_last(
    store: Store, log: Noting, monkeypatch: pytest.MonkeyPatch, first: bool, wrong: int
) -> None:
    """A fact is accepted and put on the log between the two questions."""
    stage = Stage(store, log)
    before = await log.ends([topic.name for topic in facts_of(SERVICE)])
    await stage.accept()
    await relayed(store, log)
    if first:

        async def ends(_: object) -> dict[Partition, int]:
            return before

        monkeypatch.setattr(log, "ends", ends)
    await stage.say()
    monkeypatch.undo()
    assert await false_claims(store, log) == wrong


async def test_where_the_clock_is_moved_it_is_said_at_once_how_far_it_is(store: Store, log: Noting) -> None:
    saying = asyncio.create_task(write_watermarks(store, log, SERVICE, 3600))
    try:
        async with asyncio.timeout(30):
            while not log.watermarks:
                await asyncio.sleep(0.01)
            moved = store.clock.now() + timedelta(days=2)
            await store.set_clock(moved)
            while log.watermarks[-1].time < moved:
                await asyncio.sleep(0.01)
    finally:
        saying.cancel()


# ---- read -------------------------------------------------------------------------------------


def heard(service: str, offset: int, time: datetime, **ends: list[int]) -> Record:
    """A watermark as it comes by the log."""
    said = Watermark(id=new_id(), source=f"/{service}", time=time, data=Ends(ends=ends))
    return Record(WATERMARKS, service, said.model_dump_json().encode(), 0, offset)


async def test_a_store_is_as_fresh_as_the_watermarks_that_it_has_read_as_far_as(store: Store) -> None:
    loader = Loader(store, IDS, f"/{SERVICE}", Signals(), False, asyncio.Event())
    then = store.clock.now()
    times = [then + timedelta(seconds=10 * n) for n in range(5)]
    five = [Record("identity", "k", b"not read", 0, offset) for offset in range(5)]
    assert await held_until(store, SERVICE) is None
    others = [each for each in SERVICES if each != "referrals"]
    for n, other in enumerate(others):
        await loader.load([heard(other, n, times[4])])
    assert await held_until(store, SERVICE) is None, "referrals has not said anything"
    await loader.load([heard("referrals", 10, times[1], identity=[4])])
    assert await held_until(store, SERVICE) is None, "its facts are not read"
    await loader.load([heard("referrals", 11, times[2], identity=[5])])
    await loader.load([heard("referrals", 12, times[3], identity=[6])])
    await loader.load(five)
    assert await held_until(store, SERVICE) == times[2]
    await loader.load([heard("referrals", 13, times[4], identity=[5], deliveries=[7])])
    assert await held_until(store, SERVICE) == times[4], "deliveries are not among what it reads"
    async with store.reading() as connection:
        kept = (await connection.execute(text("select count(*) from watermark"))).scalar()
    assert kept == len(SERVICES), "what was overtaken is forgotten"


async def test_a_watermark_that_cannot_be_read_is_parked(store: Store) -> None:
    loader = Loader(store, IDS, f"/{SERVICE}", Signals(), False, asyncio.Event())
    await loader.load([Record(WATERMARKS, "orders", b'{"time": "Hidden Street"}', 0, 0)])
    async with store.reading() as connection:
        (reason,) = (await connection.execute(text("select reason from parked"))).scalars()
    assert "time" in reason
    assert "Hidden" not in reason
