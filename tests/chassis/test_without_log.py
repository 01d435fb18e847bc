"""A service that starts while the log is away: after a minute it goes on with what it has, and says so."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chassis import runtime as runtime_module
from chassis.accept import Refused
from chassis.log import LogAway, open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from deploy import serve
from deploy.local.kafka import Kafka
from tests.chassis.conftest import SERVICE, System
from tests.chassis.test_runtime import incident, row_when, say
from tests.support.waiting import settled, until


async def test_it_waits_a_minute_then_takes_facts_and_has_the_rest_when_the_log_is_back(
    own_broker: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"kafka://{own_broker.address}"
    async with AsyncExitStack() as stack:
        system = System(lambda: open_log(address), f"sqlite:///{tmp_path}", stack)
        runtime = await system.start()
        await say(runtime, incident("1"))
        await until(lambda: settled(runtime))
        assert not runtime.may_repeat
        await system.stop(runtime)
        own_broker.stop()

        monkeypatch.setattr(runtime_module, "CATCH_UP_SECONDS", 2)
        runtime = system._runtime(SERVICE)
        stack.push_async_callback(system.stop, runtime)
        with pytest.raises(LogAway):
            await runtime.log.start()
        await runtime.start()
        with pytest.raises(Refused) as refused:
            await say(runtime, incident("1"))
        assert (refused.value.fault, refused.value.status) == ("catching-up", 503)
        await until(lambda: caught_up(runtime))
        assert runtime.may_repeat
        assert runtime.alive()
        assert not (await runtime.ready())[0]
        assert not runtime.knows_all, "nobody is told that what is not here was never said"
        await say(runtime, incident("1"))
        await row_when(runtime, 2)

        await asyncio.to_thread(own_broker.start)
        await until(lambda: settled(runtime))
        await until(lambda: knows_all(runtime))
        assert sum((await runtime.log.ends(["incidents"])).values()) == 2, "what was taken meanwhile too"
        assert runtime.alive(), "the tasks that were to end have ended well"


async def test_a_log_that_is_not_there_at_the_very_first_start_is_seen_to_later(
    own_broker: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are no topics yet: they are made when it is there."""
    own_broker.stop()
    monkeypatch.setattr(runtime_module, "CATCH_UP_SECONDS", 1)
    settings = Settings(log=f"kafka://{own_broker.address}", data=tmp_path)
    async with AsyncExitStack() as stack:
        log, _ = await stack.enter_async_context(serve.opened(settings))
        runtime = System(lambda: log, f"sqlite:///{tmp_path}", stack)._runtime(SERVICE)
        await runtime.start()
        stack.push_async_callback(runtime.stop)
        await until(lambda: caught_up(runtime))
        await say(runtime, incident("1"))
        await asyncio.to_thread(own_broker.start)
        await until(lambda: settled(runtime))
        await until(lambda: knows_all(runtime))


async def caught_up(runtime: Runtime) -> bool:
    return runtime.caught_up.is_set()


async def knows_all(runtime: Runtime) -> bool:
    return not runtime.may_repeat
