"""The matcher outlives a store that was away, whenever it asks for its lease, and leaves none behind."""

import asyncio
from typing import Any, cast

import pytest

from chassis.runtime import Runtime
from services.referrals import matcher


class Away:
    """A runtime whose store is away at the first try, and whose lease another holds after that."""

    asked = 0

    async def lease(self, name: str, seconds: float) -> int | None:
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError("the store is away")
        return None


async def test_it_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(matcher, "RENEW_SECONDS", 0.0)
    runtime: Any = Away()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(5):
        while runtime.asked < 3 and not matching.done():
            await asyncio.sleep(0)
    assert not matching.done()
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)


class Held:
    """A runtime that has a lease until it gives it up. Nobody has said anything."""

    holds = False

    async def lease(self, name: str, seconds: float) -> int | None:
        self.holds = True
        return 1

    async def give_up(self, name: str) -> None:
        self.holds = False


async def test_told_to_stop_it_gives_up_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(_: matcher.Matcher) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(matcher.Matcher, "work", work)
    runtime: Any = Held()
    matching = asyncio.create_task(matcher.match(cast(Runtime, runtime)))
    async with asyncio.timeout(5):
        while not runtime.holds:
            await asyncio.sleep(0)
    matching.cancel()
    await asyncio.gather(matching, return_exceptions=True)
    assert matching.cancelled()
    assert not runtime.holds
