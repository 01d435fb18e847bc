"""A page says until when all is in its rows: what waits to be folded is held, and is not shown yet."""

import asyncio
from datetime import datetime

import pytest

from chassis.batch import Batch
from chassis.fold import Folder
from tests.chassis.conftest import System
from tests.chassis.test_runtime import incident, row_when, say
from tests.support.waiting import until
from tests.support.watermarks import nothing_from_others


async def folds_nothing(*_: object) -> Batch:
    """As a folder that has a rebuild before it."""
    await asyncio.sleep(0.05)
    return Batch()


async def test_what_waits_to_be_folded_is_not_said_to_be_on_the_page(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await system.start()
    await nothing_from_others(runtime.log, runtime.name)
    await say(runtime, incident("1"))
    await row_when(runtime, 1)
    first = runtime.clock.now()

    async def fresh_after(at: datetime) -> bool:
        fresh = await runtime.fresh_until()
        return fresh is not None and fresh > at

    async def held_after(at: datetime) -> bool:
        held = await runtime.held_until()
        return held is not None and held > at

    async def watched_after(at: datetime) -> bool:
        return runtime.watch.fresh is not None and runtime.watch.fresh > at

    await until(lambda: fresh_after(first))
    monkeypatch.setattr(Folder, "once", folds_nothing)
    before = runtime.clock.now()
    await say(runtime, incident("1"))
    said = runtime.clock.now()
    await until(lambda: held_after(said))
    fresh = await runtime.fresh_until()
    assert fresh is not None
    assert fresh <= said, "it is not in the rows"
    each = await runtime.folding.of_each()
    assert each[runtime.name] <= said, "nor is it by the service that took it"
    assert max(each.values()) == min(each.values()), "what of the others is in the rows nobody can tell"
    assert fresh > first or before - fresh < said - first, "what was folded before it is still said to be"
    await system.stop(runtime)
    runtime = await system.start()
    await until(lambda: held_after(said))
    assert await runtime.fresh_until() is None, "nobody knows how old the marks are that it found"
    assert await runtime.folding.of_each() == {}
    assert runtime.watch.fresh is None, "so no page of this process says it"
    monkeypatch.undo()
    await row_when(runtime, 2)
    await until(lambda: fresh_after(said))
    await until(lambda: watched_after(said))
    each = await runtime.folding.of_each()
    assert each["referrals"] > each[runtime.name] > said, "each as far as it has come"
