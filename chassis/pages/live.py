"""News for an open page, as server-sent events. A page never needs them: they only tell it to look again.

What they carry is a sentence of ours (*3 new lines. Show them*), never what the news says.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import StreamingResponse

from chassis.http.auth import ToSignIn, still_let_in
from chassis.http.problem import Problem
from chassis.ids import Ids
from chassis.runtime import Runtime
from chassis.signals import Changed

HEARTBEAT_SECONDS = 15
"""How often a stream without news shows that it lives: so nothing in between ends it, and a page finds out
that its line died in silence (``goldthread.js``)."""

STREAM_SECONDS = 300
"""How long one stream lasts. The browser asks again by itself, and whoever has left since then is
turned away."""

RETRY_MILLISECONDS = 1000

REST = 4
"""How many times as long as it has looked a stream rests before it looks again: what comes meanwhile is one
piece of news, and however much comes, an open page costs a part of a processor alone."""

LONGEST_REST_SECONDS = 0.5
"""What comes in a rest is told in under a second all the same."""


class Over(Exception):
    """There will be no more news: the page hears so, once, and asks no more."""

    def __init__(self, says: str) -> None:
        super().__init__("over")
        self.says = says


def digest(ids: Ids, content: bytes, length: int = 32) -> str:
    """A short mark of what a page shows, for its stream to see whether that is still so. It stands in an
    address, and so it is keyed: by a plain hash what is guessed of somebody could be tried."""
    return ids.blind("seen", content.decode()).replace("-", "")[:length]


def stream(
    request: Request,
    runtime: Runtime,
    concerns: Callable[[Changed], Awaitable[bool]],
    news: Callable[[], Awaitable[str | None]],
) -> StreamingResponse:
    """A stream that asks ``news`` now and whenever rows change that it ``concerns``, and sends what it
    says. ``news`` gives None where there is none, and raises Over after the last. A page that may no longer
    be seen, and a caller whose token has run out, end the stream.
    """
    return StreamingResponse(
        _events(request, runtime, concerns, news),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Ear:
    """Hears of changed rows from when it is made until it is ``closed``, and puts them together."""

    def __init__(self, runtime: Runtime) -> None:
        self._heard: set[tuple[str, str]] = set()
        self._came = asyncio.Event()
        self._listens = asyncio.ensure_future(self._listen(runtime))

    async def _listen(self, runtime: Runtime) -> None:
        async for changed in runtime.changed():
            self._heard |= changed
            self._came.set()

    async def hears(self, seconds: float) -> Changed:
        """All that has changed since it was asked last; waits for it, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came.wait()
        changed = frozenset(self._heard)
        self._heard.clear()
        self._came.clear()
        return changed

    def close(self) -> None:
        """It hears no more."""
        self._listens.cancel()


async def _events(
    request: Request,
    runtime: Runtime,
    concerns: Callable[[Changed], Awaitable[bool]],
    news: Callable[[], Awaitable[str | None]],
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    until, sent = clock() + STREAM_SECONDS, clock()
    number, look = 0, True
    ear = _Ear(runtime)
    try:
        await asyncio.sleep(0)  # so that we hear of what changes from here on, before we look
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while clock() < until:
            if look:
                await still_let_in(request)
                began = clock()
                said = await news()
                rest = min((clock() - began) * REST, LONGEST_REST_SECONDS)
                if said is not None:
                    number, sent = number + 1, clock()
                    yield f"id: {number}\nevent: news\ndata: {said}\n\n"
                await asyncio.sleep(rest)
            changed = await ear.hears(sent + HEARTBEAT_SECONDS - clock())
            look = bool(changed) and await concerns(changed)
            if not look and clock() >= sent + HEARTBEAT_SECONDS:
                sent = clock()
                yield "event: still\ndata: still here\n\n"
    except Over as over:
        yield f"event: over\ndata: {over.says}\n\n"
    except (Problem, ToSignIn):
        return  # the browser asks again, and is told
    finally:
        ear.close()
