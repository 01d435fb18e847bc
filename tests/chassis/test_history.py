"""What agencies tell long after it happened is taken at once and folded last: nothing of today waits."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis import ledger, recording
from chassis.batch import Batch, Done
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.fold import Folder
from chassis.http.lines import GROUP
from chassis.ledger import entry_of
from chassis.marks import HISTORY, Rank
from chassis.pace import MARKS, Turn
from chassis.reading import Read
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.taking import take, take_of
from chassis.views import Folded, Subject, View
from contracts.content import Content
from contracts.envelope import Change
from contracts.events.alerts import AlertRaised
from contracts.events.identity import IdentityAssigned, Move
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.vocabulary import AlertRule, BreachKind, IncidentKind, Role, Urgency
from tests.chassis.conftest import System
from tests.chassis.race.world import CASE, CAUSE, PERSON, VIEWS
from tests.chassis.test_bulk import facts, line, packed, uploaded
from tests.support.facts import IDS, NOON, fact, mention_of, root_of, someone
from tests.support.waiting import settled, until

AGENCY = "northmere-police"
BREACH = BreachReported(kind=BreachKind.CONTACT, people=[someone(Role.VICTIM, "1")])
INCIDENT = IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, "1")])
ALERT = AlertRaised(rule=AlertRule.BREACH, cause=root_of("breach"), generation=1, urgency=Urgency.NOW)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "age", "change", "agency", "rank"),
    [
        (BREACH, HOUR, Change.ORIGINAL, AGENCY, Rank.URGENT),
        (BREACH, HISTORY - HOUR, Change.ORIGINAL, AGENCY, Rank.URGENT),
        (BREACH, HISTORY, Change.ORIGINAL, AGENCY, Rank.HISTORY),
        (INCIDENT, HOUR, Change.ORIGINAL, AGENCY, Rank.REST),
        (INCIDENT, HISTORY, Change.ORIGINAL, AGENCY, Rank.HISTORY),
        (INCIDENT, HISTORY, Change.CORRECTION, AGENCY, Rank.REST),
        (BREACH, HISTORY, Change.WITHDRAWAL, AGENCY, Rank.REST),
        (ALERT, HISTORY, Change.ORIGINAL, "goldthread", Rank.REST),
    ],
)
def test_what_a_fact_is_taken_before(
    said: Content, age: timedelta, change: Change, agency: str, rank: Rank
) -> None:
    """Put right is what is wrong today; and what Goldthread says is of today, whatever it is about."""
    told = fact(said, agency=agency, occurred=NOON - age, accepted=NOON)
    assert entry_of(told.envelope.model_copy(update={"change": change})).rank is rank


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    opened: Store = (
        Sqlite(tmp_path / "store.sqlite", Clock())
        if request.param == "sqlite"
        else Postgres(request.getfixturevalue("postgres_url"), "orders", Clock())
    )
    await opened.prepare([view.table for view in VIEWS])
    yield opened
    await opened.close()


async def _filed(store: Store, number: str, age: timedelta) -> str:
    """Somebody of whom an incident of this age was told: their key, which alone is marked."""
    told: Fact[Any] = fact(
        IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, number)]),
        agency=AGENCY,
        occurred=NOON - age,
        accepted=NOON,
    )
    entry = entry_of(told.envelope)
    async with store.writing() as connection:
        await ledger.insert_facts(store, connection, [entry.row(None)], loading=False)
        await ledger.file_facts(store, connection, IDS, [entry])
        await connection.execute(text("delete from mark where key not like 'm:%'"))
    return next(key for key in entry.keys if key.startswith("m:"))


async def _taken(store: Store, limit: int, turn: Turn = Turn.URGENT_FIRST) -> list[str]:
    async with store.writing() as connection:
        return [mark.key for mark in await take(store, connection, 1, turn, limit, Batch())]


async def test_history_is_taken_last_and_with_a_mark_of_today_at_once(store: Store) -> None:
    old = [await _filed(store, str(n), HISTORY * 2) for n in range(3)]
    today = await _filed(store, "9", HOUR)
    again = await _filed(store, "1", HOUR)
    assert again == old[1]
    assert await _taken(store, 2, Turn.URGENT) == []
    assert set(await _taken(store, 2)) == {today, again}, "with its mark of history"
    assert set(await _taken(store, 9)) == {old[0], old[2]}


async def _same(store: Store, *mentions: str) -> None:
    """These are one person: ``p:same``."""
    async with store.writing() as connection:
        for mention in mentions:
            person = text("update place set person = 'p:same' where mention = :mention")
            await connection.execute(person, {"mention": mention})


@pytest.mark.parametrize(
    ("moves", "least", "comes"),
    [(9, Rank.HISTORY, 2), (1, Rank.HISTORY, 1), (9, Rank.REST, 1), (0, Rank.HISTORY, 0)],
)
async def test_who_is_folded_for_one_mention_is_folded_for_all(
    store: Store, moves: int, least: Rank, comes: int
) -> None:
    """Of mentions that are one person no second is taken by itself; of those that moved so many come along,
    each with whom it left: what is of today first."""
    one, two, moved, old, other = [await _filed(store, str(n), HISTORY * 2) for n in range(5)]
    await _same(store, one, two, moved, old)
    left = [(old, "p:older", Rank.HISTORY), (two, None, Rank.REST), (moved, "p:left", Rank.REST)]
    async with store.writing() as connection:
        await connection.execute(
            text("delete from mark where key in (:moved, :old)"), {"moved": moved, "old": old}
        )
        await ledger.add_marks(store, connection, left)
        taken = await take_of(store, connection, ["p:same"], moves, least)
    ranks = {mark.key: mark.due.rank for mark in taken if mark.moved is None}
    assert ranks == {one: Rank.HISTORY, two: Rank.REST}
    along = [(moved, "p:left"), (old, "p:older")]
    assert {(mark.key, *mark.left) for mark in taken if mark.moved} == set(along[:comes])
    assert set(await _taken(store, 9)) == {other, *(mention for mention, _ in along[comes:])}


async def _moves(store: Store) -> list[str]:
    async with store.reading() as connection:
        left = text("select moved_from from mark where moved_from is not null order by seq")
        return list((await connection.execute(left)).scalars())


async def test_nobody_waits_for_whom_a_record_of_somebody_urgent_left(store: Store) -> None:
    """They may have ten thousand facts: their turn comes after it."""
    one, moved = [await _filed(store, str(n), HOUR) for n in range(2)]
    await _same(store, one, moved)
    marks = [(moved, "p:left", Rank.REST), (one, None, Rank.URGENT)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    folder = Folder(store, IDS, "/tests", VIEWS, Signals())
    batch = await folder.once()
    assert (batch.urgent, batch.subjects) == (True, 1)
    assert await _moves(store) == ["p:left"]
    batch = await folder.once()
    assert (batch.urgent, batch.subjects, await _moves(store)) == (False, 2, [])


async def test_a_transaction_brings_along_no_more_moves_than_it_takes_marks(store: Store) -> None:
    mentions = [await _filed(store, str(n), HOUR) for n in range(20)]
    await _same(store, *mentions)
    marks = [(mention, f"p:left-{n}", Rank.REST) for n, mention in enumerate(mentions)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    batch = await Folder(store, IDS, "/tests", VIEWS, Signals()).once(3)
    assert batch.subjects <= 1 + 3 + 3, "one person, whom these left, and whom those left that came along"
    assert len(await _moves(store)) == 20 - 3 - 3


async def test_a_rebuild_keeps_nothing_of_today_waiting(store: Store) -> None:
    old = {await _filed(store, str(n), HISTORY * 2) for n in range(3)}
    async with store.writing() as connection:
        await connection.execute(text("delete from mark"))
        await ledger.mark_everything(store, connection)
    await Folder(store, IDS, "/tests", VIEWS, Signals()).once()
    today = await _filed(store, "9", HOUR)
    assert await _taken(store, 1) == [today]
    assert {key for key in await _taken(store, 9) if key[0] == "m"} == old


@pytest.mark.parametrize("turn", [Turn.URGENT_FIRST, Turn.REST_FIRST])
async def test_a_rebuild_does_not_wait_for_what_waits_already(store: Store, turn: Turn) -> None:
    """A store that is behind says at once what is to be folded anew, however much was marked before."""
    behind = {await _filed(store, str(n), HOUR) for n in range(4)}
    async with store.writing() as connection:
        await ledger.mark_everything(store, connection)
    batch = await Folder(store, IDS, "/tests", VIEWS, Signals()).once(2, turn)
    assert (batch.marks, batch.subjects) == (1, 0), "by itself"
    async with store.writing() as connection:
        left = await connection.execute(text("select key, urgent from mark"))
        ranks = {(row.key, row.urgent) for row in left if row.key in behind}
    assert ranks == {(key, rank) for key in behind for rank in (Rank.REST, Rank.HISTORY)}


async def test_what_is_urgent_waits_for_no_rebuild(store: Store) -> None:
    """Nor for one that fails."""
    async with store.writing() as connection:
        await ledger.mark_everything(store, connection)
        await ledger.add_marks(store, connection, [("o:breach", None, Rank.URGENT)])
    assert await _taken(store, 9, Turn.URGENT_FIRST) == ["o:breach"]
    assert await _taken(store, 9, Turn.URGENT_FIRST) == [ledger.EVERYTHING]


async def _decided(store: Store, *people: str) -> list[Rank]:
    """The matcher holds all of these for one, by one decision: the ranks of what their moves left."""
    to = IDS.person(people[0][2:])
    moves = [
        Move.model_validate({"mention": key[2:], "from": IDS.person(key[2:]), "to": to}) for key in people[1:]
    ]
    told = fact(IdentityAssigned(seq=1, moves=moves), agency="goldthread", accepted=NOON)
    entry = entry_of(told.envelope)
    async with store.writing() as connection:
        await ledger.insert_facts(store, connection, [entry.row(None)], loading=False)
        return await ledger.file_facts(store, connection, IDS, [entry])


async def test_who_is_history_is_history_as_somebody_else(store: Store) -> None:
    stays, old = [await _filed(store, str(n), HISTORY * 2) for n in range(2)]
    today = await _filed(store, "2", HOUR)
    put_right = await _filed(store, "3", HISTORY * 2)
    async with store.writing() as connection:
        corrected = "update fact set version = 2 where id = (select fact from key where key = :key)"
        await connection.execute(text(corrected), {"key": put_right})
    await _taken(store, 9)
    ranks = await _decided(store, stays, old, today, put_right)
    assert sorted(ranks) == [Rank.HISTORY, Rank.REST, Rank.REST]
    assert set(await _taken(store, 2)) == {today, put_right}
    assert {key for key in await _taken(store, 9) if key[0] == "m"} == {old}


async def test_who_shares_a_fact_with_one_who_moved_is_of_their_rank_and_a_decision_is_not_shared(
    store: Store,
) -> None:
    both = IncidentReported(
        kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, "1"), someone(Role.PERPETRATOR, "4")]
    )
    told = fact(both, agency=AGENCY, occurred=NOON - HISTORY * 2, accepted=NOON)
    async with store.writing() as connection:
        await ledger.insert_facts(store, connection, [entry_of(told.envelope).row(None)], loading=False)
        await ledger.file_facts(store, connection, IDS, [entry_of(told.envelope)])
    victim, perpetrator = (f"m:{mention_of(AGENCY, number)}" for number in "14")
    other, today = await _filed(store, "2", HISTORY * 2), await _filed(store, "3", HOUR)
    folder = Folder(store, IDS, "/tests", VIEWS, Signals())
    while (await folder.once()).marks:
        pass
    await _decided(store, other, victim, today)
    await folder.once()
    async with store.reading() as connection:
        people = text("select key, urgent from mark where key like 'm:%'")
        left = [tuple(row) for row in await connection.execute(people)]
    assert left == [(perpetrator, Rank.HISTORY)]


class Waiting(Signals):
    """Signals that note how much was marked when the folder began to wait."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self.left: list[int] = []

    async def wait(self, name: str, at_most: float) -> None:
        async with self._store.reading() as connection:
            left = await connection.execute(text("select count(*) from mark"))
            self.left.append(left.scalar_one())
        await super().wait(name, at_most)


async def test_marks_that_concern_nobody_are_taken_one_turn_after_another(store: Store) -> None:
    marks = [(f"o:{n}", None, Rank.HISTORY) for n in range(3 * MARKS + 1)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    signals = Waiting(store)
    folding = asyncio.create_task(Folder(store, IDS, "/tests", VIEWS, signals).run())

    async def waits() -> bool:
        return bool(signals.left)

    await until(waits)
    folding.cancel()
    await asyncio.gather(folding, return_exceptions=True)
    assert signals.left[0] == 0, "it waits when nothing is left"


async def test_an_upload_waits_for_folds_of_today_alone(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Folder) -> None:
        await asyncio.Event().wait()

    folding = Folder.run
    monkeypatch.setattr(Folder, "run", never)
    monkeypatch.setattr(recording, "BACKLOG", GROUP)
    monkeypatch.setattr(recording, "LOOKS", 100_000)
    runtime = await system.start()
    lines = [line(f"old-{n}", str(n % 7)) for n in range(3 * GROUP)]
    assert {each["status"] for each in await uploaded(runtime, packed(*lines))} == {201}
    before, at = await facts(runtime), (datetime.now(UTC) - HOUR).isoformat()
    lines = [line(f"new-{n}", str(n), occurred=at, recorded=at) for n in range(3 * GROUP)]
    upload = asyncio.create_task(uploaded(runtime, packed(*lines)))

    async def waits() -> bool:
        return await facts(runtime) == before + 2 * GROUP  # a line of audit each

    await until(waits)
    for _ in range(20):
        await asyncio.sleep(recording.LOOK_SECONDS)
        assert await waits()
    beside = asyncio.create_task(folding(runtime.folder))
    assert {each["status"] for each in await upload} == {201}
    await until(lambda: settled(runtime))
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)


class Counting(Folder):
    """A folder that notes whom it folded."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, IDS, "/tests", VIEWS, Signals())
        self.folded: list[str] = []

    def _fold_one(self, read: Read, id_: str) -> Done:
        self.folded.append(id_)
        return super()._fold_one(read, id_)

    async def drain(self) -> list[str]:
        self.folded.clear()
        while (await self.once(1)).marks:  # of each batch one mark: none is drawn together by chance
            pass
        return sorted(self.folded)


def _people(*mentions: str) -> list[str]:
    return sorted(f"p:{IDS.person(mention[2:])}" for mention in mentions)


async def _with_a_row(store: Store) -> list[str]:
    async with store.reading() as connection:
        found = await connection.execute(text("select 'p:' || subject from race_person order by 1"))
        return list(found.scalars())


@pytest.mark.parametrize("unfiled", [False, True])
async def test_in_a_rebuild_everybody_is_folded_once_and_so_is_whoever_has_no_mention_left(
    store: Store, unfiled: bool
) -> None:
    """Whoever has one is found by it, though decisions are filed under them too. ``unfiled``: one of whom
    nothing was told here finds nobody."""
    stays, left, other = [await _filed(store, str(n), HISTORY * 2) for n in range(3)]
    folder = Counting(store)
    await folder.drain()
    await _decided(store, stays, left)
    async with store.writing() as connection:
        await connection.execute(text("delete from mark"))
        if unfiled:
            elsewhere = "insert into place (mention, person, seq) values ('m:elsewhere', :person, 0)"
            await connection.execute(text(elsewhere), {"person": f"p:{IDS.person(left[2:])}"})
        await ledger.mark_everything(store, connection)
    assert await folder.drain() == _people(stays, left, other)
    assert await _with_a_row(store) == _people(stays, other)


async def test_who_is_moved_while_a_rebuild_is_under_way_is_folded_where_they_were_too(store: Store) -> None:
    """Their last mention, by which the rebuild was to find them, is taken from them before its mark is."""
    stays, left = [await _filed(store, str(n), HISTORY * 2) for n in range(2)]
    folder = Counting(store)
    await folder.drain()
    await store.write(lambda c: ledger.mark_everything(store, c))
    await folder.once()
    await _decided(store, stays, left)
    assert set(await folder.drain()) == set(_people(stays, left))
    assert await _with_a_row(store) == _people(stays)


async def _shown(store: Store) -> dict[tuple[str, str], str]:
    """Every row of every view."""
    shown: dict[tuple[str, str], str] = {}
    async with store.reading() as connection:
        for view in VIEWS:
            rows = await connection.execute(text(f"select subject, body from {view.table.__tablename__}"))
            shown |= {(view.name, row.subject): row.body for row in rows}
    return shown


def _anew(view: View, **news: Any) -> View:
    """A view as the next release folds it: no row is as it was."""

    def fold(subject: Subject) -> Folded:
        row = view.fold(subject).row
        return Folded(row and row.model_copy(update=news))

    return replace(view, fold=fold)


async def test_no_page_is_empty_during_a_rebuild(store: Store) -> None:
    """After each turn each row is there, as it was or as it will be."""
    for number in "123":
        people = [someone(Role.VICTIM, number)]
        said = (INCIDENT, BREACH, ReferralMade(people=people))
        for each in (one.model_copy(update={"people": people}) for one in said):
            entry = entry_of(fact(each, root=f"{number} {each.type}", accepted=NOON).envelope)
            async with store.writing() as connection:
                await ledger.insert_facts(store, connection, [entry.row(None)], loading=False)
                await ledger.file_facts(store, connection, IDS, [entry])
    await Counting(store).drain()
    before, turns = await _shown(store), []
    await store.write(lambda c: ledger.mark_everything(store, c))
    views = [_anew(PERSON, threshold=9), CASE, _anew(CAUSE, generation=9)]
    folder = Folder(store, IDS, "/tests", views, Signals())
    while (await folder.once(1)).marks:
        turns.append(await _shown(store))
    after = turns[-1]
    assert len(before) == 9, "of each of three people a row of each view"
    assert all(after[row] != body for row, body in before.items())
    assert len({frozenset(shown.values()) for shown in turns}) > 6, "one after another"
    for shown in turns:
        assert shown.keys() == before.keys(), "none is missing"
        assert all(body in (before[row], after[row]) for row, body in shown.items())
