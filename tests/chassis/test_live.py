"""A stream of news for an open page: what it costs, when it shows that it lives, and when it ends."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.requests import Request

from chassis.http.issuer import Foreign
from chassis.pages import live
from chassis.runtime import Runtime
from chassis.signals import Changed, Signals
from tests.support.waiting import PATIENCE, until

ROW = ("view", "row")


class Door:
    """Lets everybody in until it is closed."""

    open = True

    async def caller(self, token: str) -> str:
        """Raises Foreign once it is closed."""
        if not self.open:
            raise Foreign("run out")
        return token


async def concerned(changed: Changed) -> bool:
    return ROW in changed


def stream(
    signals: Signals, news: Callable[[], Awaitable[str | None]], door: Door | None = None
) -> AsyncGenerator[str]:
    app = SimpleNamespace(state=SimpleNamespace(doorkeeper=door or Door()))
    headers = [(b"authorization", b"Bearer somebody")]
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "app": app})
    answer = live.stream(request, cast("Runtime", signals), concerned, news)
    return cast("AsyncGenerator[str]", answer.body_iterator)


async def test_a_burst_is_one_piece_of_news() -> None:
    signals, looked = Signals(), list[int]()

    async def news() -> str | None:
        looked.append(len(looked))
        await asyncio.sleep(0.05)
        return f"news {len(looked)}"

    events = stream(signals, news)
    assert "retry" in await anext(events)
    assert "news 1" in await anext(events)
    for n in range(100):
        signals.tell([ROW, ("view", str(n))])
    assert "news 2" in await anext(events)
    signals.tell([ROW])
    assert "news 3" in await anext(events), "what comes after is told too"
    await events.aclose()


async def test_it_shows_that_it_lives_also_while_other_news_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.2)
    signals = Signals()

    async def nothing() -> str | None:
        return None

    async def elsewhere() -> None:
        while True:
            signals.tell([("view", "elsewhere")])
            await asyncio.sleep(0.01)

    other = asyncio.create_task(elsewhere())
    events = stream(signals, nothing)
    assert "retry" in await anext(events)
    async with asyncio.timeout(PATIENCE):
        assert "event: still" in await anext(events)
    other.cancel()
    await events.aclose()


async def test_a_page_that_is_left_is_listened_for_no_more() -> None:
    signals = Signals()

    async def news() -> str | None:
        return "news"

    events = stream(signals, news)
    assert "retry" in await anext(events)
    assert len(signals._listeners) == 1
    await events.aclose()

    async def gone() -> bool:
        return not signals._listeners

    await until(gone, what="nobody listens")


async def test_nothing_is_told_once_the_token_has_run_out() -> None:
    signals, door = Signals(), Door()

    async def news() -> str | None:
        return "news"

    events = stream(signals, news, door)
    assert "retry" in await anext(events)
    assert "event: news" in await anext(events)
    door.open = False
    signals.tell([ROW])
    assert [event async for event in events] == []


async def test_the_last_news_is_told_and_the_stream_ends() -> None:
    async def over() -> str | None:
        raise live.Over("It is over.")

    events = stream(Signals(), over)
    assert "retry" in await anext(events)
    assert [event async for event in events] == ["event: over\ndata: It is over.\n\n"]
