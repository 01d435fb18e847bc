"""A service that is alive and stuck says so: progress against the log's end counts, no heartbeat."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis import runtime as runtime_module
from chassis.clock import Clock
from chassis.log import Record, open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from deploy.local.kafka import Kafka
from tests.chassis.conftest import IDS, SERVICE, System
from tests.support.waiting import until


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


async def is_ready(runtime: Runtime) -> bool:
    return (await runtime.ready())[0]


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
        ok, why = await runtime.ready()
        assert not ok
        assert why["dead"] == ["log: TimeoutError"]
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
