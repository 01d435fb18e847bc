"""The conformance suite of the store: PostgreSQL and SQLite keep the same promises."""

import asyncio
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, event, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger, reading
from chassis.archive import MOST_UNSURE, Archive
from chassis.assigning import LEASE, assign
from chassis.batch import Batch
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.fold import Folder
from chassis.ids import Ids
from chassis.lease import give_up, holds, take_lease
from chassis.ledger import Entry, entry_of
from chassis.load import Behind, Loader, positions_of
from chassis.log import Record
from chassis.marks import Due, Mark, Rank
from chassis.pace import Turn
from chassis.parking import UNDECIDED, Park, park
from chassis.reading import Reader
from chassis.rows import new_row, write_rows
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.store.driver import File
from chassis.store.tables import micros
from chassis.taking import take
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned, Move
from contracts.events.operations import AuditShown, ParkedDecided
from contracts.events.orders import BreachProgressed, BreachReported, OrderCirculated
from contracts.events.path import PathTried
from contracts.events.people import ImmigrationNoted, IncidentReported
from contracts.sections import Immigration
from contracts.vocabulary import BreachKind, IncidentKind, ParkedReason, Role, Threshold
from tests.chassis.race.world import CAUSE, VIEWS, CauseRow
from tests.support.facts import IDS, NOON, fact, mention_of, root_of, someone
from tests.support.waiting import PATIENCE

AGENCY = "northmere-police"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    if request.param == "sqlite":
        opened: Store = Sqlite(tmp_path / "store.sqlite", Clock())
    else:
        opened = Postgres(request.getfixturevalue("postgres_url"), "orders", Clock())
    await opened.prepare([view.table for view in VIEWS])
    yield opened
    await opened.close()


def incident(number: str = "1", **more: Any) -> Fact[IncidentReported]:
    said = IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, number)])
    return fact(said, agency=AGENCY, **more)


def entry(of: Fact[Any]) -> Entry:
    return entry_of(of.envelope)


async def insert(store: Store, *entries: Entry, loading: bool = False) -> set[str]:
    async def work(connection: AsyncConnection) -> set[str]:
        rows = [each.row(None) for each in entries]
        new = await ledger.insert_facts(store, connection, rows, loading=loading)
        fresh = [each for each in entries if each.envelope.id in new]
        await ledger.file_facts(store, connection, IDS, fresh)
        return new

    return await store.write(work)


async def column(store: Store, sql: str) -> list[Any]:
    async with store.reading() as connection:
        return list((await connection.execute(text(sql))).scalars())


async def test_a_fact_that_is_there_already_is_inserted_once(store: Store) -> None:
    one = entry(incident())
    assert await insert(store, one) == {one.envelope.id}
    assert await insert(store, one) == set()
    assert await column(store, "select count(*) from fact") == [1]


async def test_of_two_copies_the_smaller_stays_whichever_came_first(store: Store) -> None:
    late = incident(accepted=NOON + timedelta(hours=1))
    early = incident(accepted=NOON)
    assert entry(late).hash == entry(early).hash
    for first, then in ((late, early), (early, late)):
        await insert(store, entry(first), loading=True)
        await insert(store, entry(then), loading=True)
        assert await column(store, "select accepted from fact") == [micros(NOON)]
        await store.write(_emptied)


async def test_of_tries_of_the_alert_path_the_newest_stays_whichever_came_first(store: Store) -> None:
    times = (NOON, NOON + timedelta(hours=1), Clock().now() + timedelta(hours=1))
    tried = PathTried(cause=root_of("path"))
    old, new, ahead = (fact(tried, root=f"try {at}", accepted=at) for at in times)
    for first, then in ((old, new), (new, old), (ahead, new), (new, ahead)):
        await insert(store, entry(incident()), entry(first), loading=True)
        await insert(store, entry(then), loading=True)
        kept = f"select id from fact where type = '{PathTried.type}'"
        assert await column(store, kept) == [new.id], "and none that a clock said which has gone back"
        assert await column(store, f"select fact from key where fact in ({kept})") == [new.id]
        assert await column(store, f"select count(*) from key where key = 'o:{root_of('path')}'") == [1]
        assert await column(store, f"select count(*) from fact where type = '{IncidentReported.type}'") == [1]
        await store.write(_emptied)


async def test_a_fold_reads_the_earlier_copy_though_it_knows_the_later_one(store: Store) -> None:
    late = incident(accepted=NOON + timedelta(hours=1))
    early = incident(accepted=NOON)
    reader = Reader(store, VIEWS)
    person = f"p:{IDS.person(mention_of(AGENCY, '1'))}"
    for copy in (late, early):
        await insert(store, entry(copy), loading=True)
        async with store.reading() as connection:
            read = await reader.read(connection, 0, [person], NOON)
        (found,) = read.subject(person).facts
        assert found.accepted == copy.accepted


async def test_what_a_reader_knows_is_bounded_and_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_KNOWN", 1)
    reader = Reader(store, VIEWS)
    for number in ("1", "2", "1"):
        await insert(store, entry(incident(number)), loading=True)
        person = f"p:{IDS.person(mention_of(AGENCY, number))}"
        async with store.reading() as connection:
            read = await reader.read(connection, 0, [person], NOON)
        (found,) = read.subject(person).facts
        assert found.mentions == {mention_of(AGENCY, number)}
        assert len(reader._known) == 1


async def _emptied(connection: AsyncConnection) -> None:
    for table in ("fact", "key", "mark", "place"):
        await connection.execute(text(f"delete from {table}"))


async def test_every_key_leaves_a_mark_and_every_mention_is_at_home(store: Store) -> None:
    one = entry(incident())
    await insert(store, one)
    assert sorted(await column(store, "select key from mark")) == one.keys
    mention = mention_of(AGENCY, "1")
    assert await column(store, "select person from place") == [f"p:{IDS.person(mention)}"]


async def _cut(store: Postgres, url: str) -> None:
    """End every connection of a store from beside it, and wait until each knows."""
    other = Postgres(url, "other", Clock())
    cut = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = :name"
    async with other.reading() as connection:
        ended = (await connection.execute(text(cut), {"name": f"goldthread-{store.schema}"})).scalars().all()
    await other.close()
    assert ended
    assert all(ended)


@pytest.mark.postgres
async def test_a_write_by_connections_that_were_cut_is_done_again(postgres_url: str) -> None:
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([])
    await _cut(store, postgres_url)
    await insert(store, entry(incident()))
    assert await column(store, "select count(*) from fact") == [1]
    await store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("heard", [True, False])
async def test_whoever_reads_after_the_database_was_started_again_does_not_hear_that_it_was(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, heard: bool
) -> None:
    """A connection that ended is not used; one of which nobody heard so is asked, when it lay idle."""
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([])
    await _cut(store, postgres_url)
    if not heard:
        monkeypatch.setattr("chassis.store.IDLE_SECONDS", 0.0)
        monkeypatch.setattr("asyncpg.Connection.is_closed", lambda _: False)
    assert await column(store, "select count(*) from fact") == [0]
    await store.close()


async def test_configuration_marks_all_that_read_it(store: Store) -> None:
    said = ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=2)
    await insert(store, entry(fact(said, agency=AGENCY)))
    assert ledger.all_that_read(said.type) in await column(store, "select key from mark")


async def test_the_highest_seq_holds_in_whatever_order_decisions_come(store: Store) -> None:
    mention, other = mention_of(AGENCY, "1"), mention_of(AGENCY, "2")
    home, there = IDS.person(mention), IDS.person(other)
    decided = [
        entry(
            fact(
                IdentityAssigned(
                    seq=seq,
                    moves=[Move.model_validate({"mention": mention, "from": left, "to": to})],
                ),
                agency="goldthread",
            )
        )
        for seq, left, to in ((1, home, there), (2, there, home))
    ]
    for order in (decided, decided[::-1]):
        await insert(store, entry(incident()))
        for each in order:
            await insert(store, each)
        assert await column(store, "select person from place") == [f"p:{home}"]
        assert await column(store, "select seq from place") == [2]
        await store.write(_emptied)


async def test_urgent_marks_are_taken_first_and_then_the_oldest(store: Store) -> None:
    marks = [(f"m:{n}", None, Rank(n == 2)) for n in range(3)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    async with store.writing() as connection:
        taken = [await take(store, connection, 1, Turn.URGENT_FIRST, 2, Batch()) for _ in range(2)]
    assert [[mark.key for mark in marks] for marks in taken] == [["m:2"], ["m:0", "m:1"]], "and alone"


async def test_the_rest_is_taken_first_when_it_is_owed_a_turn(store: Store) -> None:
    marks = [("m:0", None, Rank.URGENT), ("m:1", None, Rank.REST)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    async with store.writing() as connection:
        taken = [await take(store, connection, 1, Turn.REST_FIRST, 2, Batch()) for _ in range(2)]
    assert [[mark.key for mark in marks] for marks in taken] == [["m:1"], ["m:0"]]


async def test_while_the_folder_rests_only_what_is_urgent_is_taken(store: Store) -> None:
    marks = [("m:0", None, Rank.REST), ("m:1", None, Rank.URGENT), ("m:2", None, Rank.REST)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    async with store.writing() as connection:
        taken = await take(store, connection, 1, Turn.URGENT, 10, Batch())
    assert [mark.key for mark in taken] == ["m:1"]
    assert await column(store, "select key from mark order by key") == ["m:0", "m:2"]


async def test_who_is_told_to_stop_while_a_commit_is_under_way_stops_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit is a thread's, on a connection that whoever stops rolls back and closes: at one time with it
    SQLite waits for itself for ever."""
    begun, told, done = threading.Event(), threading.Event(), threading.Event()

    def slowly(connection: File) -> None:
        begun.set()
        told.wait(PATIENCE)
        sqlite3.Connection.commit(connection)
        done.set()

    store = Sqlite(tmp_path / "store.sqlite", Clock())
    await store.prepare([])
    monkeypatch.setattr(File, "commit", slowly, raising=False)
    marks = [("m:1", None, Rank.REST)]
    writing = asyncio.create_task(store.write(lambda c: ledger.add_marks(store, c, marks), durable=True))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    for _ in range(3):
        writing.cancel()
        await asyncio.sleep(0)
    assert not writing.done()
    told.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert done.is_set()
    monkeypatch.undo()
    assert await column(store, "select key from mark") == ["m:1"], "and it is saved"
    await store.close()


async def test_no_number_of_a_mark_is_given_twice(store: Store) -> None:
    """By its number it is known which of two marks was there before."""
    for _ in range(3):
        await store.write(lambda c: ledger.add_marks(store, c, [("m:1", None, Rank.REST)]))
        async with store.writing() as connection:
            (mark,) = await take(store, connection, 1, Turn.URGENT_FIRST, 1, Batch())
    assert mark.due.origin == 3


async def test_marks_of_one_key_are_taken_together(store: Store) -> None:
    marks = [("m:1", None, Rank.REST), ("m:2", None, Rank.REST), ("m:1", "p:9", Rank.URGENT)]
    await store.write(lambda c: ledger.add_marks(store, c, marks))
    async with store.writing() as connection:
        (mark,) = await take(store, connection, 1, Turn.URGENT_FIRST, 1, Batch())
    assert (mark.key, mark.left, mark.due) == ("m:1", {"p:9"}, Due(Rank.URGENT, 1)), "as old as the first"
    assert await column(store, "select key from mark") == ["m:2"]


async def test_a_mention_that_moves_folds_both_its_persons_at_once_and_neither_again(store: Store) -> None:
    mention, home = mention_of(AGENCY, "1"), IDS.person(mention_of(AGENCY, "1"))
    there = IDS.person(mention_of(AGENCY, "2"))
    moves = [Move.model_validate({"mention": mention, "from": home, "to": there})]
    decided = fact(IdentityAssigned(seq=1, moves=moves), agency="goldthread")
    assert {f"p:{home}", f"p:{there}"} < set(entry(decided).keys)
    await insert(store, entry(incident("1")), entry(incident("2")), entry(decided))
    batch = await Folder(store, IDS, "/tests", VIEWS, Signals()).once()
    assert {f"p:{home}", f"p:{there}"} <= set(await column(store, "select id from subject"))
    assert batch.put_back == 0
    assert await column(store, "select key from mark where key like 'p:%'") == []


async def test_positions_only_move_forward(store: Store) -> None:
    loader = Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    good = entry(incident()).body.encode()
    for offsets in (range(8), (3,)):
        await loader.load([Record("incidents", "k", good, 0, offset) for offset in offsets])
    assert await positions_of(store, {("incidents", 0), ("incidents", 1)}) == {("incidents", 0): 8}


async def test_until_it_has_caught_up_the_mark_everything_stands_for_all_but_what_is_urgent(
    store: Store,
) -> None:
    caught_up = asyncio.Event()
    loader = Loader(store, IDS, "/tests", Signals(), False, caught_up)
    breach = fact(BreachReported(kind=BreachKind.CONTACT, people=[someone(Role.VICTIM, "2")]), agency=AGENCY)

    async def marked_by(offset: int, *facts: Fact[Any]) -> set[str]:
        await store.write(lambda c: c.execute(text(f"delete from mark where key <> '{ledger.EVERYTHING}'")))
        records = [
            Record("incidents", "k", entry(each).body.encode(), 0, offset + n) for n, each in enumerate(facts)
        ]
        await loader.load(records)
        return set(await column(store, "select key from mark"))

    one = incident("1")
    assert await marked_by(0, one) == set(one.envelope.keys.split())
    await store.write(lambda c: ledger.mark_everything(store, c))
    found = await marked_by(1, incident("3"), breach)
    assert found == {ledger.EVERYTHING, *breach.envelope.keys.split()}
    caught_up.set()
    other = incident("4")
    assert await marked_by(3, other) == {ledger.EVERYTHING, *other.envelope.keys.split()}


async def test_nobody_takes_the_mark_everything_before_what_relies_on_it_is_there(store: Store) -> None:
    folder, made = Folder(store, IDS, "/tests", VIEWS, Signals()), entry(incident())
    await store.write(lambda c: ledger.mark_everything(store, c))
    async with store.writing() as connection:
        assert await ledger.everything_is_marked(connection)
        taking = asyncio.create_task(folder.once())
        if isinstance(store, Postgres):  # SQLite writes one transaction at a time
            assert (await taking).marks == 0
        await ledger.insert_facts(store, connection, [made.row(None)], loading=True)
        await ledger.file_facts(store, connection, IDS, [made], restoring=True)
    await taking
    while (await folder.once()).marks:
        pass
    assert await column(store, "select incidents from race_person") == [1]


class Held(Loader):
    """A loader that has written its batch, and does not commit until it is told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, IDS, "/tests", Signals(), False, asyncio.Event())
        self.written, self.go_on = asyncio.Event(), asyncio.Event()

    async def _enter(
        self, connection: AsyncConnection, readable: Sequence[tuple[Record, Entry]]
    ) -> tuple[bool, list[Rank], list[Park]]:
        done = await super()._enter(connection, readable)
        self.written.set()
        await self.go_on.wait()
        return done


@pytest.mark.postgres
async def test_of_a_restore_no_instance_waits_for_the_batch_of_another(postgres_url: str) -> None:
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([view.table for view in VIEWS])
    held, other = Held(store), Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    same = [Record("incidents", "k", entry(incident("1", root=root)).body.encode(), 0, 0) for root in "ab"]
    loading = asyncio.create_task(held.load(same[:1]))
    await held.written.wait()
    beside = asyncio.create_task(other.load([replace(same[1], partition=1)]))
    while not beside.done():
        assert await column(store, "select count(*) from pg_locks where not granted") == [0]
    assert not loading.done(), "they are of one person, and one is not committed"
    held.go_on.set()
    await loading
    assert await column(store, "select count(*) from place") == [1]
    await store.close()


@pytest.mark.postgres
async def test_nobody_who_tells_of_somebody_waits_for_the_batch_in_which_they_are_moved(
    postgres_url: str,
) -> None:
    """Whose place is there already is not put at home again: what a decision is moving would be waited for,
    to the end of its batch."""
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([view.table for view in VIEWS])
    caught_up = asyncio.Event()
    caught_up.set()
    held, other = Held(store), Loader(store, IDS, "/tests", Signals(), False, caught_up)
    await other.load([Record("incidents", "k", entry(incident("1")).body.encode(), 0, 0)])
    mention = mention_of(AGENCY, "1")
    move = {"mention": mention, "from": IDS.person(mention), "to": IDS.person(mention_of(AGENCY, "2"))}
    decided = fact(IdentityAssigned.model_validate({"seq": 1, "moves": [move]}), agency="goldthread")
    loading = asyncio.create_task(held.load([Record("identity", "k", entry(decided).body.encode(), 0, 0)]))
    await held.written.wait()
    told = entry(incident("1", root="again")).body.encode()
    beside = asyncio.create_task(other.load([Record("incidents", "k", told, 0, 1)]))
    while not beside.done():
        assert await column(store, "select count(*) from pg_locks where not granted") == [0]
    held.go_on.set()
    await loading
    assert await column(store, "select person from place") == [f"p:{move['to']}"]
    await store.close()


async def test_what_a_crash_took_back_is_not_skipped(store: Store) -> None:
    loader = Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    records = [Record("incidents", "k", entry(incident()).body.encode(), 0, offset) for offset in range(4)]
    await loader.load(records[:2])
    async with store.writing() as connection:
        await connection.execute(text("update position set next = 1"))
    with pytest.raises(Behind):
        await loader.load(records[2:])
    assert await positions_of(store, {("incidents", 0)}) == {("incidents", 0): 1}
    await loader.load(records[1:])
    assert await positions_of(store, {("incidents", 0)}) == {("incidents", 0): 4}


async def test_the_same_id_with_other_content_is_parked_loudly(store: Store) -> None:
    one = incident()
    same_id = one.envelope.model_copy(update={"data": one.envelope.data | {"kind": IncidentKind.STALKING}})
    loader = Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    records = [
        Record("incidents", "k", body.encode(), 0, offset)
        for offset, body in enumerate((entry(one).body, entry_of(same_id).body))
    ]
    await loader.load(records)
    assert await column(store, "select reason from parked") == ["same id, other content"]
    assert await column(store, "select count(*) from fact") == [1]


def decision(offset: int, digest: str | None = None) -> Record:
    """An operator discards a record of incidents."""
    said = ParkedDecided(
        parked_topic="incidents",
        partition=0,
        offset=offset,
        decision="discard",
        digest=digest,
        person=IDS.staff("issuer", "operator"),
        reason=ParkedReason.OF_NO_USE,
    )
    return Record("audit", "k", entry(fact(said, root=f"decision {offset}")).body.encode(), 0, offset)


@pytest.mark.parametrize(("reads_audit", "shown"), [(True, 1), (False, 0)])
async def test_what_was_discarded_at_another_service_is_not_discarded_here(
    store: Store, reads_audit: bool, shown: int
) -> None:
    """Though this one may keep whom others showed what."""
    loader = Loader(store, IDS, "/elsewhere", Signals(), reads_audit, asyncio.Event())
    said = AuditShown(
        person=IDS.staff("issuer", "chair"),
        viewer_agency=AGENCY,
        roles=["marac-chair"],
        view="case",
        subject="a case",
        content="0" * 64,
        facts=[],
    )
    look = Record("audit", "k", entry(fact(said, root="look")).body.encode(), 0, 1)
    await loader.load([Record("incidents", "k", b"{no json", 0, 0), decision(0), look])
    assert await column(store, f'select "offset" from parked where {UNDECIDED}') == [0]
    assert await column(store, "select count(*) from fact") == [shown]


async def test_a_discard_and_its_record_may_come_in_either_order(store: Store) -> None:
    loader = Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    for offset, decided_first in ((0, False), (1, True)):
        parts = [Record("incidents", "k", b"{no json", 0, offset), decision(offset)]
        for part in reversed(parts) if decided_first else parts:
            await loader.load([part])
    await loader.load([Record("incidents", "k", b"{no json", 0, 2)])
    undecided = f'select "offset" from parked where {UNDECIDED}'
    assert await column(store, 'select "offset" from parked order by 1') == [0, 1, 2]
    assert await column(store, undecided) == [2]


async def test_at_the_place_of_what_was_discarded_another_record_waits_for_a_decision(store: Store) -> None:
    """As in a log that was put back, and written to since."""
    loader = Loader(store, IDS, "/tests", Signals(), False, asyncio.Event())
    discarded, other = b"{no json", b"{nor is this"
    undecided = f'select "offset" from parked where {UNDECIDED}'
    await loader.load([decision(n, ledger.digest(discarded)) for n in (0, 1)])
    await loader.load([Record("incidents", "k", each, 0, n) for n, each in enumerate((discarded, other))])
    assert await column(store, undecided) == [1]


async def test_a_fact_that_is_forgotten_between_two_statements_fails_no_fold(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the tries of the alert path are: another process has just read a newer one."""
    await insert(store, entry(incident()))
    whole = Reader._facts

    async def forgotten(reader: Reader, connection: AsyncConnection, versions: set[Any]) -> Any:
        await connection.execute(text("delete from fact"))
        return await whole(reader, connection, versions)

    monkeypatch.setattr(Reader, "_facts", forgotten)
    folder = Folder(store, IDS, "/orders", VIEWS, Signals())
    assert (await folder.once()).subjects > 0


async def test_which_facts_had_been_taken_by_a_time(store: Store) -> None:
    early, late = incident("early", accepted=NOON), incident("late", accepted=NOON + timedelta(minutes=1))
    for each in (early, late):
        await insert(store, entry(each))
    archive, roots = (
        Archive("orders", store, IDS, Clock(), VIEWS),
        [early.root, late.root, IDS.blind("no", "1")],
    )
    assert await archive.taken_by(roots, NOON) == {early.root}
    assert await archive.taken_by(roots, NOON + timedelta(minutes=1)) == {early.root, late.root}
    assert await archive.taken_by([late.root], NOON) == set()
    assert await archive.taken_by([], NOON) == set()


async def test_whose_row_is_not_all_that_is_known_of_them(store: Store) -> None:
    """Of a marked mention whoever it is at home with, and whom it left; all, when all is folded anew."""
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    asked = ["p:ann", "p:ben", "p:left", "o:order", "p:broken"]
    statements = (
        "insert into place (mention, person, seq) values ('m:1', 'p:ann', 0), ('m:2', 'p:ben', 0)",
        "insert into subject (id, level, broken_since) values ('p:broken', 0, 1), ('p:ben', 0, null)",
    )
    async with store.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    assert await archive.out_of_date(asked) == {"p:broken"}
    marks = [("m:1", "p:left", Rank.REST), ("o:order", None, Rank.URGENT), ("m:3", None, Rank.REST)]
    async with store.writing() as connection:
        await ledger.add_marks(store, connection, marks)
    assert await archive.out_of_date(asked) == {"p:ann", "p:left", "o:order", "p:broken"}
    for everything in (ledger.EVERYTHING, ledger.all_that_read(ThresholdSet.type)):
        async with store.writing() as connection:
            await connection.execute(text("delete from mark"))
            await ledger.add_marks(store, connection, [(everything, None, Rank.REST)])
        assert await archive.out_of_date(asked) == set(asked)
    assert await archive.out_of_date([]) == set()


@pytest.mark.parametrize(
    ("broken", "parked", "marked", "unsure"),
    [
        ([], [], [], set()),
        (["p:ann"], [], [], {"hers"}),
        (["k:hers"], [], [], {"hers"}),
        ([], ["m:2"], [], {"his"}),
        ([], ["o:order"], [], {"his"}),
        ([], ["k:hers", "m:unheard"], [], {"hers"}),
        ([], [], ["k:his"], {"his"}),
        ([], [], ["m:1", "o:order"], set()),
        ([], [], ["k:his", ledger.EVERYTHING], None),
        ([], [], [ledger.all_that_read(ThresholdSet.type)], None),
        ([], [], [f"k:{number}" for number in range(MOST_UNSURE)], {str(n) for n in range(MOST_UNSURE)}),
        ([], [], [f"k:{number}" for number in range(MOST_UNSURE + 1)], None),
    ],
)
async def test_of_which_cases_the_row_need_not_be_all_that_is_known(
    store: Store, broken: list[str], parked: list[str], marked: list[str], unsure: set[str] | None
) -> None:
    """Ann is in a case of hers. Ben is in one of his, and an order names him. Cat's nothing is said of."""
    statements = (
        "insert into place (mention, person, seq) values ('m:1', 'p:ann', 0), ('m:2', 'p:ben', 0), "
        "('m:3', 'p:cat', 0)",
        "insert into key (key, fact) values ('k:hers', '1'), ('m:1', '1'), ('o:order', '2'), ('m:2', '2'), "
        "('k:his', '3'), ('m:2', '3'), ('k:another', '4'), ('m:3', '4')",
        *(f"insert into subject (id, level, broken_since) values ('{id_}', 0, 1)" for id_ in broken),
    )
    records = [Park(Record("incidents", "k", b"{no json", 0, 1), "no JSON", parked, True)] if parked else []
    async with store.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))
        await park(store, connection, IDS, records, 0)
        await ledger.add_marks(store, connection, [(key, None, Rank.REST) for key in marked])
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    assert await archive.unsure() == unsure
    async with store.writing() as connection:
        await connection.execute(text("insert into discarded values ('incidents', 0, 1, '')"))
    assert not parked or await archive.unsure() == set(), "it is discarded"


async def test_any_number_of_rows_is_asked_for_at_once(store: Store) -> None:
    """PostgreSQL takes 32,767 parameters in a statement."""
    rows = [CauseRow(root=f"{n:06}", persons=[], true=True, standing=True, generation=1) for n in range(3)]
    async with store.writing() as connection:
        await write_rows(store, connection, [new_row(CAUSE, row.root, row) for row in rows], {})
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    assert await archive.rows_by(CAUSE, "subject", [f"{n:06}" for n in reversed(range(40_000))]) == rows
    assert await archive.rows_by(CAUSE, "subject", ["000001", "never"]) == rows[1:2]
    assert await archive.rows_by(CAUSE, "subject", []) == []


async def test_what_stands_in_a_list_of_a_column_is_found_in_the_store(store: Store) -> None:
    listed = literal(r'["one", "t\"wo"]', Text)
    each = store.values_in(listed)
    async with store.reading() as connection:
        assert list((await connection.execute(select(each.c.value))).scalars()) == ["one", 't"wo']
        none = store.values_in(literal("[]", Text))
        assert list((await connection.execute(select(none.c.value))).scalars()) == []


async def test_when_an_agency_was_heard(store: Store) -> None:
    """Its newest statement about people until a time, and the hours of a span; what a service says by
    itself is nobody's, and what an agency's staff set here is no feed of theirs."""
    at = [NOON + timedelta(minutes=n) for n in (0, 5, 59, 60, 300)]
    for n, accepted in enumerate(at):
        await insert(store, entry(incident(str(n), accepted=accepted)))
    said = ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=2)
    await insert(store, entry(fact(said, agency="goldthread", accepted=at[4])))
    await insert(store, entry(fact(said, agency=AGENCY, accepted=at[4] + timedelta(days=1))))
    for clicked in (
        OrderCirculated(order=IDS.blind("order", "1"), version=1, systems=["pnc"]),
        BreachProgressed(breach=IDS.blind("breach", "1"), step="deployed"),
    ):
        await insert(store, entry(fact(clicked, agency=AGENCY, accepted=at[4] + timedelta(days=1))))
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    agencies = [AGENCY, "goldthread", "never-heard"]
    assert await archive.newest_of(agencies, at[4] + timedelta(days=2)) == {AGENCY: at[4]}
    assert await archive.newest_of(agencies, at[4]) == {AGENCY: at[4]}
    assert await archive.newest_of(agencies, at[4] - timedelta(microseconds=1)) == {AGENCY: at[3]}
    assert await archive.newest_of(agencies, NOON - timedelta(microseconds=1)) == {}
    spans = {AGENCY: (at[4], at[4] + timedelta(days=2))}
    assert await archive.hours_of(spans) == {AGENCY: [(at[4], at[4], 1)]}
    hours = await archive.hours_of({AGENCY: (at[1], at[3]), "never-heard": (at[0], at[4])})
    assert hours.keys() == {AGENCY}
    assert sorted(hours[AGENCY]) == [(at[1], at[2], 2), (at[3], at[3], 1)]
    spans = {AGENCY: (at[0], at[4] + timedelta(days=2)), "never-heard": (at[0], at[4])}
    assert await archive.types_of(spans) == {AGENCY: {IncidentReported.type}}
    assert await archive.types_of({AGENCY: (at[4] + timedelta(hours=1), at[4] + timedelta(days=2))}) == {}


async def test_what_is_for_support_alone_does_not_tell_when_an_agency_was_heard(store: Store) -> None:
    """Of two services that tell it one reads that topic: the difference would tell the police of it."""
    await insert(store, entry(incident("1", accepted=NOON)))
    noted = ImmigrationNoted(people=[someone(Role.VICTIM, "1")], immigration=Immigration(status="a visa"))
    await insert(store, entry(fact(noted, agency=AGENCY, accepted=NOON + timedelta(hours=1))))
    archive = Archive("referrals", store, IDS, Clock(), VIEWS)
    assert await archive.newest_of([AGENCY], NOON + timedelta(days=1)) == {AGENCY: NOON}
    assert await archive.types_of({AGENCY: (NOON, NOON + timedelta(days=1))}) == {
        AGENCY: {IncidentReported.type}
    }


async def test_a_lease_is_one_holders_until_it_runs_out_and_its_epoch_outlives_it(store: Store) -> None:
    assert await take_lease(store, "matcher", "one", 10) == 1
    assert await take_lease(store, "matcher", "one", 10) == 1
    assert await take_lease(store, "matcher", "two", 10) is None
    await store.set_clock(store.clock.now() + timedelta(seconds=11))
    assert await take_lease(store, "matcher", "two", 10) == 2
    async with store.writing() as connection:
        assert not await holds(store, connection, "matcher", 1)
        assert await holds(store, connection, "matcher", 2)


async def test_nobody_waits_for_a_lease_that_was_given_up_or_taken_by_a_clock_that_went_back(
    store: Store,
) -> None:
    now = store.clock.now()
    await store.set_clock(now + timedelta(hours=1))
    assert await take_lease(store, "matcher", "one", 10) == 1
    await give_up(store, "matcher", "another")
    assert await take_lease(store, "matcher", "two", 10) is None
    await give_up(store, "matcher", "one")
    assert await take_lease(store, "matcher", "two", 10) == 2
    await store.set_clock(now)
    assert await take_lease(store, "matcher", "one", 10) == 3
    assert await take_lease(store, "matcher", "two", 10) is None


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def work(connection: AsyncConnection) -> None:
        await ledger.insert_facts(store, connection, [entry(incident()).row(None)], loading=False)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(work)
    assert await column(store, "select count(*) from fact") == [0]


async def test_a_transient_fault_runs_the_whole_transaction_again(store: Store) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    tries = 0

    async def work(connection: AsyncConnection) -> int:
        nonlocal tries
        tries += 1
        await connection.execute(text("insert into mark (key, urgent) values ('m:1', 0)"))
        if tries < 3:
            raise DBAPIError("", {}, Deadlock())
        return tries

    assert await store.write(work) == 3
    assert await column(store, "select count(*) from mark") == [1]


async def test_the_clock_moves_for_the_whole_store(store: Store) -> None:
    there = store.clock.now() - timedelta(days=300)
    await store.set_clock(there)
    async with store.reading() as connection:
        now = await store.now(connection)
    assert there <= now < there + timedelta(minutes=1)


@pytest.mark.postgres
async def test_a_subject_that_another_folder_holds_is_put_back(postgres_url: str) -> None:
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([view.table for view in VIEWS])
    await insert(store, entry(incident()))
    person = f"p:{IDS.person(mention_of(AGENCY, '1'))}"
    folder = Folder(store, IDS, "/tests", VIEWS, Signals())
    async with store.writing() as connection:
        await ledger.lock(store, connection, [person])
        await connection.commit()
    async with store.writing() as connection:
        assert await ledger.lock(store, connection, [person]) == {person}
        other = asyncio.create_task(folder.once())
        batch = await asyncio.wait_for(other, PATIENCE)
        assert batch.put_back == 1
    assert (await folder.once()).put_back == 0
    await store.close()


class HeldFolder(Folder):
    """A folder that has noted what it folded, and does not commit until it is told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, IDS, "/tests", VIEWS, Signals())
        self.noted, self.go_on = asyncio.Event(), asyncio.Event()

    async def _note(self, *given: Any) -> None:
        await super()._note(*given)
        self.noted.set()
        await self.go_on.wait()


@pytest.mark.postgres
@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
async def test_no_folder_waits_for_the_batch_of_another(postgres_url: str, known: bool) -> None:
    """Of somebody whom both are to fold; of a restore nobody has been folded before."""
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([view.table for view in VIEWS])
    held, other = HeldFolder(store), Folder(store, IDS, "/tests", VIEWS, Signals())
    await insert(store, entry(incident()))
    if known:
        assert (await other.once()).marks
        await insert(store, entry(incident(root="again")))
    folding = asyncio.create_task(held.once())
    await held.noted.wait()
    await insert(store, entry(incident(root="later")))
    beside = asyncio.create_task(other.once())
    while not beside.done():
        assert await column(store, "select count(*) from pg_locks where not granted") == [0]
    assert beside.result().put_back == 1
    held.go_on.set()
    await folding
    while (await other.once()).marks:
        pass
    assert await column(store, "select incidents from race_person") == [3 if known else 2]
    await store.close()


@pytest.mark.postgres
async def test_to_mark_all_that_there_is_may_take_long(postgres_url: str) -> None:
    """Of a nation's store it takes longer than any statement about somebody may."""
    store = Postgres(postgres_url, "orders", Clock())
    await store.prepare([view.table for view in VIEWS])
    folder, time_out = Folder(store, IDS, "/tests", VIEWS, Signals()), text("show statement_timeout")
    for key in (ledger.EVERYTHING, ledger.all_that_read(ThresholdSet.type)):
        async with store.writing() as connection:
            await folder._expand(connection, [Mark(key, Due(Rank.REST, 1))], 0, Rank.HISTORY)
            assert (await connection.execute(time_out)).scalar_one() == "0"
        async with store.writing() as connection:
            assert (await connection.execute(time_out)).scalar_one() == "20s"
    await store.close()


async def test_a_decision_of_many_moves_asks_no_more_than_one_of_few(store: Store) -> None:
    """While it is made the lease is held, and whoever is to take over waits."""
    epoch = await take_lease(store, LEASE, "this process", 60)
    assert epoch is not None
    asked: list[str] = []
    event.listen(store.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for names in (range(2), range(2, 40)):
        mentions = [mention_of(AGENCY, str(n)) for n in names]
        to = IDS.person(mentions[0])
        moves = [Move.model_validate({"mention": m, "from": IDS.person(m), "to": to}) for m in mentions[1:]]
        asked.clear()
        assert await assign(store, IDS, "/tests", moves, [], [], epoch, [])
        counts.append(len(asked))
    assert counts[0] == counts[1], counts
    moved = await column(store, f"select count(*) from place where person = 'p:{to}'")
    assert moved == [37]


def test_ids_need_their_secret() -> None:
    assert Ids("another secret of the tests").mention("a", "b", "c", "1") != IDS.mention("a", "b", "c", "1")
    with pytest.raises(ValueError, match="16"):
        Ids("short")


async def test_sqlite_looks_up_who_is_in_doubt_and_not_all_that_was_said(tmp_path: Path) -> None:
    """On the store of a demo it went through every key there was, at each look at a list: 430 ms."""
    store, said = Sqlite(tmp_path / "store.sqlite", Clock()), list[str]()
    await store.prepare([view.table for view in VIEWS])

    @event.listens_for(store.engine.sync_engine, "before_cursor_execute")
    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    await Archive("orders", store, IDS, Clock(), VIEWS).unsure()
    (statement,) = said
    async with store.reading() as connection:
        plan = [row[3] for row in await connection.execute(text(f"explain query plan {statement}"))]
    await store.close()
    stored = [step for step in plan if step.split()[1] in ("place", "other", "mine", "theirs")]
    assert len(stored) > 8
    assert [step for step in stored if not re.search(r"\((\w+)=\?", step)] == []
