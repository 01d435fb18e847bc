"""Mixed versions, roll-back, and a log that came back from a backup, on both deployments."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

import chassis.fold
from chassis import operating, release
from chassis.batch import Batch
from chassis.clock import Clock
from chassis.fold import Folder
from chassis.log import Record
from chassis.runtime import Runtime
from chassis.signals import Signals
from chassis.store import Postgres
from chassis.views import Folded, Subject
from contracts.topics import TOPICS, WATERMARKS
from tests.chassis.conftest import IDS, SERVICE, System
from tests.chassis.race.harness import Side
from tests.chassis.race.test_race import Stage, incident
from tests.chassis.race.world import PERSON, VIEWS, PersonRow, fold_person
from tests.chassis.test_runtime import everything, person, row, say
from tests.support.waiting import settled, until


def fold_louder(subject: Subject) -> Folded:
    """The folds of the next release: they count every incident ten times."""
    row = fold_person(subject).row
    return (
        Folded(row.model_copy(update={"incidents": row.incidents * 10}))
        if isinstance(row, PersonRow)
        else Folded(None)
    )


LOUDER = (replace(PERSON, fold=fold_louder), *VIEWS[1:])
NEXT = replace(SERVICE, fold_version=2, views=LOUDER)
TABLES = [view.table for view in VIEWS]


async def incidents(runtime: Runtime, wanted: int) -> bool:
    found = await row(runtime)
    return found is not None and found.incidents == wanted


async def test_the_newest_release_folds_and_an_older_one_takes_no_marks(system: System) -> None:
    old = await system.start()
    await say(old, incident("1"))
    await until(lambda: incidents(old, 1))
    await system.stop(old)

    new = await system.start(NEXT)
    await until(lambda: incidents(new, 10))  # nothing was said: the release itself marked everything
    await until(lambda: settled(new))
    await system.stop(new)

    late = await system.start()
    ready, why = await late.ready()
    assert not ready
    assert why["dead"] == ["fold: a newer release folds on this store"]
    await say(late, incident("1"))
    batch = await late.folder.once()
    assert batch.marks == 0
    assert (await operating.counts(late))["marks"] > 0
    assert await incidents(late, 10)

    await release.roll_back(late.store, 1)
    await until(lambda: incidents(late, 2))
    assert (await late.ready())[0]


AS_IT_WAS = ("drop table race_person", "create table race_person (subject text primary key, body text)")


@pytest.mark.parametrize("told", ["delete from shape", "update shape set made = 'in another way'"])
async def test_a_table_that_was_made_in_another_way_is_made_anew_and_folded_again(
    system: System, told: str
) -> None:
    old = await system.start()
    await say(old, incident("1"))
    await until(lambda: incidents(old, 1))
    await _done(old, *AS_IT_WAS, told)
    await system.stop(old)

    same = await system.start()  # of the same version: what counts is how the table was made
    await until(lambda: incidents(same, 1))
    await until(lambda: settled(same))
    await _done(same, "delete from race_person")
    await system.stop(same)

    again = await system.start()
    await until(lambda: settled(again))
    assert await row(again) is None, "nothing is folded again where nothing changed"


async def test_until_a_table_is_folded_again_nobody_in_it_is_told_for_known(system: System) -> None:
    """An empty table is not to be read as if there were no order, and no case."""
    runtime = await system.start()
    await say(runtime, incident("1"))
    await until(lambda: incidents(runtime, 1))
    (folding,) = [task for task in runtime._tasks if task.get_name().endswith(".fold")]
    folding.cancel()
    await asyncio.wait([folding])
    await _done(runtime, "update shape set made = 'in another way'")
    await release.adopt(runtime.store, SERVICE.fold_version, TABLES)
    assert await row(runtime) is None
    whose = f"p:{person('1')}"
    assert await runtime.out_of_date([whose]) == {whose}
    assert await runtime.unsure() is None


async def test_an_older_release_makes_no_table_of_a_newer_one_anew(system: System) -> None:
    new = await system.start(NEXT)
    await say(new, incident("1"))
    await until(lambda: incidents(new, 10))
    await _done(new, "update shape set made = 'in another way'")
    await system.stop(new)

    old = await system.start()
    assert await incidents(old, 10)
    await release.roll_back(old.store, 1)
    await system.stop(old)
    back = await system.start()
    await until(lambda: incidents(back, 1))


async def _done(runtime: Runtime, *statements: str) -> None:
    async with runtime.store.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.fixture
async def stage(postgres_url: str) -> AsyncIterator[Stage]:
    pair = [Postgres(postgres_url, name, Clock(), pool=20) for name in ("accepting", "loading")]
    for store in pair:
        await store.prepare([view.table for view in VIEWS])
    yield Stage((pair[0], pair[1]))
    for store in pair:
        await store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("asks", [True, False])
async def test_a_folder_asks_again_when_it_has_its_locks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    """It took its marks before the newer release came, and would write after that has folded all."""
    store = stage.side.store
    await release.adopt(store, 1, TABLES)
    await stage.drain(stage.folder())  # else the old folder leaves a mark for every key, and hides it
    await stage.put(incident("1"))
    old = stage.folder()
    new = Folder(store, IDS, "/accepting", LOUDER, Signals(), version=2)
    reached, go_on = asyncio.Event(), asyncio.Event()
    whole = old._lock

    async def late(connection: AsyncConnection, subjects: Any) -> set[str]:
        reached.set()
        await go_on.wait()
        return await whole(connection, subjects)

    monkeypatch.setattr(old, "_lock", late)
    slowly = asyncio.create_task(old.once())
    await reached.wait()
    await release.adopt(store, 2, TABLES)
    await stage.drain(new)
    if not asks:

        async def nothing_newer(_: AsyncConnection) -> int:
            return 0

        monkeypatch.setattr(chassis.fold, "newest", nothing_newer)
    go_on.set()
    (outcome,) = await asyncio.gather(slowly, return_exceptions=True)
    assert isinstance(outcome, release.Outdated if asks else Batch), outcome
    monkeypatch.undo()
    await stage.drain(new)
    assert await _stale(stage.side) is not asks


async def _stale(side: Side) -> bool:
    """Whether a row is of the older release."""
    async with side.store.reading() as connection:
        found = (await connection.execute(text("select incidents from race_person"))).scalars().all()
    return any(count < 10 for count in found)


async def _put_back(system: System, request: pytest.FixtureRequest, files: list[Path]) -> None:
    """The log as it was before the first fact: the oldest backup that there can be."""
    if system.store.startswith("sqlite"):
        for path in files:
            path.unlink()
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=request.getfixturevalue("clean_kafka"))
    await admin.start()
    try:
        await admin.delete_topics(list(TOPICS))
    finally:
        await admin.close()


async def one_parked(runtime: Runtime) -> bool:
    return (await operating.counts(runtime))["parked"] == 1


async def places_on_the_log(runtime: Runtime) -> int:
    """How much the store keeps by where it stood on the log."""
    tables = ("position", "watermark", "parked", "parked_key", "stopped")
    counts = [f"(select count(*) from {table})" for table in tables]
    async with runtime.store.reading() as connection:
        return int((await connection.execute(text(f"select {' + '.join(counts)}"))).scalar_one())


async def test_a_log_from_a_backup_gets_every_fact_again(
    system: System, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    runtime = await system.start()
    for number in ("1", "2", "1"):
        await say(runtime, incident(number))
    await until(lambda: settled(runtime))
    before = await everything(runtime)
    topics = [topic for topic in runtime.topics if topic != WATERMARKS]
    ends = sum((await runtime.log.ends(topics)).values())
    await runtime.log.append([Record("breaches", "k", b"nothing that can be read")])
    await until(lambda: one_parked(runtime))
    await system.stop(runtime)
    await _put_back(system, request, list(tmp_path.glob("log.sqlite*")))  # noqa: ASYNC240

    beside = system._runtime(SERVICE)
    sent_again = await operating.republish(beside)
    assert await places_on_the_log(beside) == 0, "something else will stand there"
    await beside.store.close()
    assert sent_again == len(before["fact"])

    runtime = await system.start()
    await until(lambda: settled(runtime))
    assert sum((await runtime.log.ends(topics)).values()) == ends
    assert await everything(runtime) == before
    await system.stop(runtime)

    await system.drop()  # the log alone is enough again
    runtime = await system.start()
    await until(lambda: settled(runtime))
    assert await everything(runtime) == before
