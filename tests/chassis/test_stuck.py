"""A service that is alive and stuck says so: progress against the log's end counts, no heartbeat."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis import operating
from chassis import runtime as runtime_module
from chassis.clock import Clock
from chassis.log import Record, open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from chassis.watch import cause_of
from contracts.events.alerts import AlertRaised
from contracts.events.orders import BreachReported
from contracts.topics import TOPICS
from contracts.vocabulary import BreachKind, Urgency
from deploy.local.kafka import Kafka
from tests.chassis.conftest import IDS, SERVICE, System
from tests.chassis.log.conftest import forgetting_file, forgetting_kafka
from tests.chassis.race.world import CAUSE
from tests.chassis.test_parking import WITHOUT_ALERTS
from tests.chassis.test_runtime import incident, row_when, say, someone
from tests.support.waiting import settled, until


async def test_one_partition_of_which_nothing_comes_is_told_whatever_comes_of_others(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subscription lives and brings watermarks; breaches lie on the log, and do not come."""
    monkeypatch.setattr(runtime_module, "STUCK_SECONDS", 0.5)
    runtime = await system.start()
    await until(lambda: is_ready(runtime))
    whole = runtime.loader.read

    def without_breaches(records: Any) -> Any:
        return whole([record for record in records if record.topic != "breaches"])

    monkeypatch.setattr(runtime.loader, "read", without_breaches)
    await runtime.log.append([Record("breaches", "k", b"{}")])

    async def told() -> bool:
        ok, why = await runtime.ready()
        return not ok and why["dead"] == ["load: nothing comes though the log has more"]

    await until(told)
    assert runtime.alive(), "no task has ended"
    monkeypatch.undo()
    await runtime.log.append([Record("breaches", "k", b"{}")])
    await until(lambda: is_ready(runtime))


async def test_where_retention_overtook_a_position_that_partition_stops_and_all_else_goes_on(
    system: System, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log forgot what this service has yet to read. Nothing is reset; whoever asks is told, and whoever
    is on call is called, until it is read again."""
    runtime = await system.start(WITHOUT_ALERTS)
    about = BreachReported(kind=BreachKind.CONTACT, people=[someone("1")])
    roots = [(await say(runtime, about)).root for _ in range(3)]
    await until(lambda: settled(runtime))
    ends = await runtime.log.ends(["breaches"])
    ((_, partition),) = [each for each, end in ends.items() if end == 3]
    await system.stop(runtime)
    await put_position(system, 3, 1)
    if system.store.startswith("sqlite"):
        forget = forgetting_file(tmp_path / "log.sqlite")
    else:
        forget = forgetting_kafka(request.getfixturevalue("clean_kafka"))
    await forget(TOPICS["breaches"], partition, 2)

    monkeypatch.setattr(runtime_module, "CATCH_UP_SECONDS", 1)
    runtime = await system.start(WITHOUT_ALERTS)

    async def told() -> bool:
        ok, why = await runtime.ready()
        place = f"breaches-{partition}: position 1 is gone: the first record left is 2"
        return not ok and why["stopped"] == [place]

    await until(told)
    assert runtime.alive()
    await say(runtime, incident("1"))
    await row_when(runtime, 1)
    assert all([await runtime.row(CAUSE, root) for root in roots]), "what it had it has"
    assert await told(), "nothing was reset"

    async def called() -> bool:
        return await runtime.told_of_unread() is not None

    await until(called)
    _, _, stopped = await operating.unread(runtime)
    assert [(each.topic, each.partition) for each in stopped] == [("breaches", partition)]
    (alert,) = (await runtime.facts([f"o:{cause_of(IDS, runtime.source)}"])).current(AlertRaised)
    assert alert.said.urgency is Urgency.NOW, "a breach may be among what is not read"
    await system.stop(runtime)
    await put_position(system, 1, 2)
    runtime = await system.start(WITHOUT_ALERTS)

    async def over() -> bool:
        return await runtime.told_of_unread() is None and await is_ready(runtime)

    await until(over)
    assert await operating.unread(runtime) == ([], [], [])


async def test_a_task_that_misses_its_cancel_is_told_again(system: System) -> None:
    """As one whose connection raises while it is tidied up: what it raises takes the cancel's place."""
    missed = asyncio.Event()

    async def misses(_: Runtime) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            missed.set()
        await asyncio.Event().wait()

    runtime = await system.start(replace(SERVICE, tasks=(misses,)))
    await until(lambda: is_ready(runtime))
    async with asyncio.timeout(20):
        await runtime.stop()
    assert missed.is_set()


async def put_position(system: System, was: int, now: int) -> None:
    """Move a stopped service's position of the breaches: a backup put back does, or an operator."""
    beside = system._runtime(SERVICE)
    move = text("update position set next = :now where topic = 'breaches' and next = :was")
    async with beside.store.writing() as connection:
        await connection.execute(move, {"was": was, "now": now})
    await beside.store.close()


async def is_ready(runtime: Runtime) -> bool:
    return (await runtime.ready())[0]


async def dead_of(runtime: Runtime) -> list[str]:
    """What is dead of it: a broker may answer what it was asked just before it froze."""
    dead: list[str] = (await runtime.ready())[1]["dead"]
    return dead


async def test_a_broker_that_is_frozen_is_told_and_forgiven(own_broker: Kafka, tmp_path: Path) -> None:
    """It keeps its connections, and answers nothing. Facts are taken meanwhile."""
    clock = Clock()
    log = open_log(f"kafka://{own_broker.address}")
    await log.start()
    store = open_store(f"sqlite:///{tmp_path}", SERVICE.name, clock)
    runtime = Runtime(SERVICE, Settings(watermark_seconds=0.5), store, log, IDS, clock)
    await runtime.start()
    await until(lambda: is_ready(runtime))
    os.kill(own_broker.running.pid, signal.SIGSTOP)
    try:
        assert await until(lambda: dead_of(runtime)) == ["log: TimeoutError"]
        assert runtime.alive()
        before = await runtime.fresh_until()
    finally:
        os.kill(own_broker.running.pid, signal.SIGCONT)
    await until(lambda: is_ready(runtime))

    async def fresher() -> bool:
        return await runtime.fresh_until() != before or before is None

    await until(fresher)
    await runtime.stop()
    await log.stop()
