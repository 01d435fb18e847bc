"""News for an open page, as server-sent events. A page never needs them: they only tell it to look again.

What they carry is a sentence of ours (*3 new lines. Show them*), never what the news says.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse

from chassis.runtime import Runtime
from chassis.signals import Changed

HEARTBEAT_SECONDS = 15
"""How often an idle stream shows that it lives, so that nothing in between ends it."""

STREAM_SECONDS = 300
"""How long one stream lasts. The browser asks again by itself, and whoever has left since then is
turned away."""

RETRY_MILLISECONDS = 1000


def digest(content: bytes) -> str:
    """A short mark of what a page shows, for its stream to see whether that is still so."""
    return hashlib.sha256(content).hexdigest()[:32]


def stream(
    runtime: Runtime,
    concerns: Callable[[Changed], Awaitable[bool]],
    news: Callable[[], Awaitable[str | None]],
) -> StreamingResponse:
    """A stream that asks ``news`` now and whenever rows change that it ``concerns``, and sends what it
    says. ``news`` gives None where there is none; a page that may no longer be seen ends the stream.
    """
    return StreamingResponse(
        _events(runtime, concerns, news),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    runtime: Runtime,
    concerns: Callable[[Changed], Awaitable[bool]],
    news: Callable[[], Awaitable[str | None]],
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    until = clock() + STREAM_SECONDS
    changes = runtime.changed()
    coming = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.sleep(0)  # so that we hear of what changes from here on, before we look
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        number, look = 0, True
        while clock() < until:
            said = await news() if look else None
            if said is not None:
                number += 1
                yield f"id: {number}\nevent: news\ndata: {said}\n\n"
            heard, _ = await asyncio.wait([coming], timeout=HEARTBEAT_SECONDS)
            look = bool(heard) and await concerns(coming.result())
            if heard:
                coming = asyncio.ensure_future(anext(changes))
            else:
                yield ": still here\n\n"
    finally:
        coming.cancel()
