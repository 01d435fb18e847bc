"""The try of the alert path begins here: once a minute, whoever looks."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.alert_path import cause_of
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from contracts.events.operations import AuditTaken
from contracts.events.path import PathTried
from services.orders import alert_path
from services.orders.service import SERVICE
from tests.support.facts import IDS


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    """Orders at work, without its own look at the time."""
    async with AsyncExitStack() as stack:
        clock, log = Clock(), open_log(f"sqlite:{tmp_path}/log.sqlite")
        await log.start()
        stack.push_async_callback(log.stop)
        store = open_store(f"sqlite:///{tmp_path}", "orders", clock)
        started = Runtime(replace(SERVICE, tasks=()), Settings(), store, log, IDS, clock)
        await started.start()
        stack.push_async_callback(started.stop)
        await started.caught_up.wait()
        yield started


async def tries(runtime: Runtime) -> list[Fact[PathTried]]:
    return list((await runtime.facts([f"o:{cause_of(IDS)}"])).current(PathTried))


async def test_one_begins_a_minute_and_the_one_before_is_forgotten(runtime: Runtime) -> None:
    for _ in range(3):  # as three processes do, or one that looks often
        await alert_path.once(runtime)
    (first,) = await tries(runtime)
    runtime.clock.offset += timedelta(seconds=61)
    await alert_path.once(runtime)
    (second,) = await tries(runtime)
    assert second.id != first.id
    assert second.occurred - first.occurred > timedelta(minutes=1)
    runtime.clock.offset -= timedelta(hours=5)  # and a clock that goes back keeps nobody waiting
    await alert_path.once(runtime)
    (third,) = await tries(runtime)
    assert third.occurred < first.occurred
    assert (await runtime.fact(IDS.taken(first.id))).current(AuditTaken) == [], "nobody said it"
