"""The mechanism raced: after every round each row equals a rebuild, and each alert is true.

The race is by chance. Beside it each rule of the mechanism is taken out in the one interleaving
that needs it: with the rule nothing is wrong, without it the same check fails.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import fold, folded, ledger
from chassis.batch import Batch
from chassis.clock import Clock
from chassis.fold import Folder
from chassis.folded import Folded
from chassis.marks import Due, Mark, Rank
from chassis.pace import MARKS, Turn
from chassis.reading import Read
from chassis.store import Postgres, Sqlite, Store
from chassis.views import Saying
from contracts.content import Content
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned, Move
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.mentions import Mention
from contracts.registry import read_envelope
from contracts.sections import Identity
from contracts.sections import Record as Number
from contracts.vocabulary import AlertRule, BreachKind, IncidentKind, Role, Threshold
from tests.chassis.race.harness import IDS, Race, Side, differing, false_alerts, pauses
from tests.chassis.race.world import CASE, CAUSE, EPOCH, PERSON, SEESAW, VIEWS, CauseRow

ROUNDS = 8
SEEDS = (1, 2)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores: of the service that accepts, and of the one that loads."""
    pair: list[Store] = []
    for name in ("accepting", "loading"):
        if request.param == "sqlite":
            pair.append(Sqlite(tmp_path / f"{name}.sqlite", Clock()))
        else:
            pair.append(Postgres(request.getfixturevalue("postgres_url"), name, Clock(), pool=20))
        await pair[-1].prepare([view.table for view in VIEWS])
    yield pair[0], pair[1]
    for store in pair:
        await store.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_every_round_each_row_equals_a_rebuild_and_each_alert_is_true(
    stores: tuple[Store, Store], seed: int
) -> None:
    """Facts, corrections, withdrawals, moves, thresholds; both levels; several folders and loaders."""
    race = Race(seed, Side(stores[0], "/accepting"), Side(stores[1], "/loading"))
    async with pauses(random.Random(seed)):
        for _ in range(ROUNDS):
            await race.round()
            assert await differing(race.accepting) == []
            assert await differing(race.loading) == []
            assert await false_alerts(race.accepting) == []
    assert await race.accepting.bodies() != []


class GivesWay(Folder):
    """Gives way after every subject, and takes the rest first or last by chance."""

    async def once(self, marks: int = MARKS, *_: object) -> Batch:
        """Fold one subject of each level at most, unless what it takes is urgent."""
        self._signals.urgent_waits = True
        turn = random.choice([Turn.URGENT_FIRST, Turn.REST_FIRST])
        return await super().once(marks, turn, -1.0)


async def test_what_gave_way_is_folded_all_the_same(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race, with folders that put back what they had not come to."""
    monkeypatch.setattr(fold, "WORK_SECONDS", -1.0)
    race = Race(3, Side(stores[0], "/accepting", GivesWay), Side(stores[1], "/loading", GivesWay))
    async with pauses(random.Random(3)):
        for _ in range(ROUNDS // 2):
            await race.round()
            assert await differing(race.accepting) == []
            assert await differing(race.loading) == []
            assert await false_alerts(race.accepting) == []


@pytest.mark.parametrize("anew", [False, True])
async def test_no_page_says_more_than_its_rows_have_in_them(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    """What was accepted before a time is not said to be in the rows while a mark of it is left, or one that
    was left in its place: put back, read by a case, moved, or folded anew. No decider says anything here."""
    monkeypatch.setattr(fold, "WORK_SECONDS", -1.0)
    seconds = itertools.count()

    async def held_until(*_: object) -> datetime:
        return EPOCH + timedelta(seconds=next(seconds))

    monkeypatch.setattr(folded, "held_until", held_until)
    views = (PERSON, CASE, replace(CAUSE, decide=None))
    side = Side(stores[0], "/accepting", GivesWay, views)
    race, pages, looks = Race(4, side, Side(stores[1], "/loading")), Folded(stores[0], "orders"), 0
    for _ in range(ROUNDS):
        await side.drain()
        empty = await pages.until()
        assert empty is not None
        for _ in range(8):
            await race._write()
        if anew:
            await side.store.write(lambda c: ledger.add_marks(side.store, c, [("*", None, Rank.REST)]))
        await pages.note()
        draining = asyncio.create_task(side.drain())
        while not draining.done():
            await pages.note()
            said = await pages.until()
            async with side.store.reading() as connection:
                left = (await connection.execute(text("select count(*) from mark"))).scalar_one()
            if left:
                looks += 1
                assert said == empty, f"{left} marks of before are left"
        await draining
    assert looks > ROUNDS


# ---- one interleaving for each rule ---------------------------------------------------------


def someone(number: str, role: Role = Role.VICTIM) -> Mention:
    return Mention(role=role, identity=Identity(record=Number(system="s", type="t", number=number)))


def incident(*numbers: str) -> IncidentReported:
    return IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(number) for number in numbers])


def limit(value: int) -> ThresholdSet:
    return ThresholdSet(area="area-0", threshold=Threshold.ESCALATION_INCIDENTS, value=value)


class Stage:
    """One side of the race, to put facts on one by one and to fold step by step."""

    def __init__(self, stores: tuple[Store, Store], views: Any = VIEWS) -> None:
        self.views = views
        self.side = Side(stores[0], "/accepting", Folder, views)
        self.race = Race(1, self.side, Side(stores[1], "/loading"))
        self.count = 0

    async def put(self, content: Content, root: str | None = None, version: int = 1) -> str:
        self.count += 1
        id_ = IDS.blind("staged", str(self.count))
        await self.race.put(id_, root or id_, version, content)
        return root or id_

    def folder(self, kind: type[Folder] = Folder) -> Folder:
        return kind(self.side.store, IDS, "/accepting", self.views, self.side.signals)

    async def drain(self, folder: Folder) -> None:
        while (await folder.once(50)).marks:
            pass

    async def said(self) -> int:
        bodies = await self.side.bodies()
        return sum(read_envelope(body.encode()).type == AlertRaised.type for body in bodies)


def held(folder: Folder, *, after: bool) -> tuple[asyncio.Event, asyncio.Event]:
    """Hold a folder at its reading of persons, just before it or just after, until released."""
    reached, release = asyncio.Event(), asyncio.Event()
    whole = folder.reader.read

    async def gated(c: AsyncConnection, level: int, ids: Sequence[str], at: datetime) -> Read:
        if not after:
            reached.set()
            await release.wait()
        read = await whole(c, level, ids, at)
        if after:
            reached.set()
            await release.wait()
        return read

    folder.reader.read = gated  # type: ignore[method-assign]
    return reached, release


async def no_lock(store: Store, connection: AsyncConnection, subjects: Sequence[str]) -> set[str]:
    """Two folders may hold one subject."""
    rows = [{"id": id_, "level": int(id_[0] in "ko")} for id_ in subjects]
    await ledger._insert(store, connection, "subject", (("id", "text"), ("level", "int")), rows)
    return set(subjects)


@pytest.mark.postgres
@pytest.mark.parametrize(("lock", "wrong"), [(ledger.lock, 0), (no_lock, 1)])
async def test_the_lock(
    postgres_stores: tuple[Store, Store], lock: Any, wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that read before a fact came must not write after one that read it."""
    monkeypatch.setattr(ledger, "lock", lock)
    stage = Stage(postgres_stores)
    await stage.put(incident("1"))
    await stage.drain(stage.folder())
    await stage.put(incident("1"))
    slow, quick = stage.folder(), stage.folder()
    reached, release = held(slow, after=True)
    slowly = asyncio.create_task(slow.once(50))
    await reached.wait()
    await stage.put(incident("1"))
    await quick.once(50)
    release.set()
    await slowly
    await stage.drain(quick)
    assert len(await differing(stage.side)) == wrong


class WithSeveralReads(Folder):
    """The configuration comes from a statement of its own."""

    between: Callable[[], Any]

    async def _level(
        self, connection: AsyncConnection, level: int, ids: Sequence[str], *rest: Any
    ) -> set[str]:
        whole = self.reader.read

        async def twice(c: AsyncConnection, of: int, some: Sequence[str], at: datetime) -> Read:
            first = await whole(c, of, some, at)
            await self.between()
            second = await whole(c, of, some, at)
            second.configuration = first.configuration
            return second

        self.reader.read = twice  # type: ignore[method-assign]
        try:
            return await super()._level(connection, level, ids, *rest)
        finally:
            self.reader.read = whole  # type: ignore[method-assign]


@pytest.mark.postgres
@pytest.mark.parametrize("several", [False, True])
async def test_the_one_statement(postgres_stores: tuple[Store, Store], several: bool) -> None:
    """The threshold goes up before the third incident comes: nobody is ever over it."""
    stage = Stage(postgres_stores, SEESAW)
    low = await stage.put(limit(3))
    await stage.put(incident("1"))
    await stage.put(incident("1"))

    async def meanwhile() -> None:
        await stage.put(limit(4), low, 2)
        await stage.put(incident("1"))

    if several:
        torn = stage.folder(WithSeveralReads)
        assert isinstance(torn, WithSeveralReads)
        torn.between = meanwhile
        await torn.once(50)
    else:
        for after in (False, True):
            folder = stage.folder()
            reached, release = held(folder, after=after)
            folding = asyncio.create_task(folder.once(50))
            await reached.wait()
            if not after:
                await meanwhile()
            release.set()
            await folding
    assert await stage.said() == int(several)


class WithoutMoved(Folder):
    """Nobody but the person where a moved mention now is hears of the move."""

    async def _expand(
        self, connection: AsyncConnection, marks: Sequence[Mark], moves: int, least: Rank
    ) -> dict[str, Due]:
        kept = [mark for mark in marks if not mark.key.startswith("p:")]
        for mark in kept:
            mark.left.clear()
        return await super()._expand(connection, kept, 0, least)


@pytest.mark.parametrize(("kind", "wrong"), [(Folder, False), (WithoutMoved, True)])
async def test_the_expansion_of_moved(stores: tuple[Store, Store], kind: type[Folder], wrong: bool) -> None:
    """A mention leaves a person: the one left, and whoever shares a fact, are folded again."""
    stage = Stage(stores)
    await stage.put(incident("1", "2"))
    await stage.put(ReferralMade(people=[someone("1"), someone("3", Role.PERPETRATOR)]))
    await stage.drain(stage.folder(kind))
    one, two = (IDS.mention("agency", "s", "t", number) for number in "12")
    move = Move.model_validate({"mention": one, "from": IDS.person(one), "to": IDS.person(two)})
    await stage.put(IdentityAssigned(seq=1, moves=[move]))
    await stage.drain(stage.folder(kind))
    assert bool(await differing(stage.side)) is wrong


async def test_the_expansion_of_a_move_that_comes_along(stores: tuple[Store, Store]) -> None:
    """Whoever is folded for another mention of theirs brings a move along: whoever it left is folded with
    them, and whoever shares a fact with it is marked; nobody of those who are folded is marked again."""
    stage = Stage(stores)
    await stage.put(incident("1"))
    await stage.put(incident("1", "2"))
    await stage.put(ReferralMade(people=[someone("2"), someone("3", Role.PERPETRATOR)]))
    await stage.drain(stage.folder())
    one, two, three = (IDS.mention("agency", "s", "t", number) for number in "123")
    await stage.put(incident("1"))
    move = Move.model_validate({"mention": two, "from": IDS.person(two), "to": IDS.person(one)})
    await stage.put(IdentityAssigned(seq=1, moves=[move]))
    batch = await stage.folder().once(1)
    assert (batch.marks, batch.subjects) == (1, 2), "whom it left is folded with whom it joins"
    async with stage.side.store.reading() as connection:
        marked = set((await connection.execute(text("select key from mark where key like 'm:%'"))).scalars())
    assert marked == {f"m:{three}"}
    await stage.drain(stage.folder())
    assert not await differing(stage.side)


async def test_what_a_decider_says_is_in_its_row_when_the_transaction_ends(
    stores: tuple[Store, Store],
) -> None:
    """Whoever waits for the row waits for one transaction: the cause is not marked again."""
    stage = Stage(stores)
    await stage.put(limit(1))
    await stage.put(incident("1"))
    await stage.drain(stage.folder())
    breach = await stage.put(BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))
    batch = await stage.folder().once(50)
    assert batch.said == await stage.said() == 1
    row = CauseRow.model_validate_json((await stage.side.rows())["cause", breach])
    assert row.standing
    assert (await stage.folder().once(50)).marks == 0


def _speaks_again(row: CauseRow | None, at: datetime) -> Iterable[Saying]:
    """A decider that has something new to say each time that its row has what it said, five times."""
    if row is not None and row.generation <= 5:
        said = AlertStoodDown(rule=AlertRule.BREACH, cause=row.root, generation=row.generation)
        yield Saying("breach", row.root, row.generation, said, EPOCH)


async def test_what_is_said_in_the_last_round_is_in_the_row_after_the_next(
    stores: tuple[Store, Store],
) -> None:
    stage = Stage(stores, (PERSON, CASE, replace(CAUSE, decide=_speaks_again)))
    breach = await stage.put(BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))
    await stage.drain(stage.folder())
    row = CauseRow.model_validate_json((await stage.side.rows())["cause", breach])
    assert row.generation == 6


class MarkedBetween(Folder):
    """Between the rounds another folder puts persons back, of whom something new is said."""

    between: Callable[[], Any] | None

    async def _marked_again(self, connection: AsyncConnection, locked: Iterable[str]) -> dict[str, Due]:
        if self.between:
            await self.between()
            self.between = None
            people = [(id_, None, Rank.URGENT) for id_ in locked if id_.startswith("p:")]
            new = "select seq from mark where key like 'm:%' for update skip locked"
            async with self._store.writing() as other:
                await other.execute(text(f"delete from mark where seq in ({new})"))
                await ledger.add_marks(self._store, other, people)
        return await super()._marked_again(connection, locked)


@pytest.mark.postgres
async def test_whoever_reads_a_person_that_changes_in_a_later_round_hears_of_it(
    postgres_stores: tuple[Store, Store],
) -> None:
    """One cause speaks; a person changes before the second round; the cause that is silent reads them too."""
    stage = Stage(postgres_stores)
    await stage.put(limit(1))
    await stage.drain(stage.folder())
    await stage.put(incident("1"))
    await stage.put(BreachReported(kind=BreachKind.CONTACT, people=[someone("1"), someone("2")]))
    await stage.put(BreachReported(kind=BreachKind.CONTACT, people=[someone("2")]))
    folder = stage.folder(MarkedBetween)
    assert isinstance(folder, MarkedBetween)
    folder.between = lambda: stage.put(incident("2"))
    await stage.drain(folder)
    assert await differing(stage.side) == []
    assert await stage.said() == 2


class WithoutReaders(Folder):
    """Cases and causes that read a person's row do not hear that it changed."""

    async def _markreaders(self, connection: AsyncConnection, *changed: Any) -> int:
        return 0


@pytest.mark.parametrize(("kind", "wrong"), [(Folder, 0), (WithoutReaders, 1)])
async def test_the_marks_to_cases_and_causes(
    stores: tuple[Store, Store], kind: type[Folder], wrong: int
) -> None:
    """Something new is said of a person: the case that shows their row is folded again."""
    stage = Stage(stores)
    await stage.put(ReferralMade(people=[someone("1"), someone("2", Role.PERPETRATOR)]))
    await stage.drain(stage.folder(kind))
    await stage.put(incident("1"))
    await stage.drain(stage.folder(kind))
    assert len(await differing(stage.side)) == wrong


class WithoutConfigured(Folder):
    """Nobody hears that what their fold reads of the configuration has changed."""

    async def _mark_all(self, connection: AsyncConnection, asked: str) -> None:
        if asked == ledger.EVERYTHING:
            await super()._mark_all(connection, asked)


@pytest.mark.parametrize(("kind", "wrong"), [(Folder, 0), (WithoutConfigured, 1)])
async def test_the_marks_to_all_that_read_a_configuration(
    stores: tuple[Store, Store], kind: type[Folder], wrong: int
) -> None:
    """A threshold is set: persons, whose fold reads it, are folded again; then the case that reads them."""
    stage = Stage(stores)
    await stage.put(ReferralMade(people=[someone("1"), someone("2", Role.PERPETRATOR)]))
    await stage.drain(stage.folder(kind))
    await stage.put(limit(1))
    folder = stage.folder(kind)
    assert (await folder.once(50)).subjects == 0
    assert (await folder.once(50)).subjects == (0 if wrong else 2)
    await stage.drain(folder)
    assert len(await differing(stage.side)) == 3 * wrong


async def _from_the_rows(
    store: Store, connection: AsyncConnection, marks: Iterable[tuple[str, str | None, Rank]]
) -> None:
    """*Everything*, expanded by its writer from the rows that are there."""
    kept = list(marks)
    if any(key.startswith(ledger.EVERYTHING) for key, _, _ in kept):
        await connection.execute(
            text("insert into mark (key, urgent) select 'p:' || subject, 0 from race_person")
        )
    await WHOLE(store, connection, [mark for mark in kept if not mark[0].startswith(ledger.EVERYTHING)])


WHOLE = ledger.add_marks


@pytest.mark.postgres
@pytest.mark.parametrize(("writer_expands", "wrong"), [(False, 0), (True, 1)])
async def test_the_expansion_of_everything(
    postgres_stores: tuple[Store, Store],
    monkeypatch: pytest.MonkeyPatch,
    writer_expands: bool,
    wrong: int,
) -> None:
    """A threshold is set while a person's first row is under way: it must reach that row too."""
    if writer_expands:
        monkeypatch.setattr(ledger, "add_marks", _from_the_rows)
    stage = Stage(postgres_stores)
    await stage.put(incident("1"))
    folder = stage.folder()
    reached, release = held(folder, after=True)
    folding = asyncio.create_task(folder.once(50))
    await reached.wait()
    await stage.put(limit(1))
    release.set()
    await folding
    await stage.drain(stage.folder())
    monkeypatch.undo()
    assert len(await differing(stage.side)) == wrong


@pytest.fixture
async def postgres_stores(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two schemas of one PostgreSQL database."""
    pair = [Postgres(postgres_url, name, Clock(), pool=20) for name in ("accepting", "loading")]
    for store in pair:
        await store.prepare([view.table for view in VIEWS])
    yield pair[0], pair[1]
    for store in pair:
        await store.close()
