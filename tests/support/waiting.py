"""Waiting for a condition, never for luck."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis import operating
from chassis.runtime import Runtime

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds. Only what never comes is a failure: how fast it comes, the bench measures. A busy machine took
five seconds over one page."""


async def until(question: Callable[[], Awaitable[T | None]], what: str = "", seconds: float = PATIENCE) -> T:
    """The first answer that is true. Fails with the last one after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = await question()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {what or question}: {answer!r}"
        await asyncio.sleep(0.01)


async def settled(runtime: Runtime) -> bool:
    """Nothing is out of date, and everything said is on the log and was read back."""
    counts = await operating.counts(runtime)
    ok, why = await runtime.ready()
    return counts["marks"] == 0 and counts["unsent"] == 0 and ok and why["behind"] == 0
