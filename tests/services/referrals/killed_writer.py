"""A process that dies as the writer of feeds: before its commit, or after it and before the log has it.

``python -m tests.services.referrals.killed_writer FOLDER STORE FACT written|committed``
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from services.referrals.feeds import writer
from services.referrals.feeds.entries import Planned, append
from tests.services.referrals.partners import Partners

LASTS = 0.2
"""Seconds for which it would have held the lease."""


async def die(folder: str, store: str, fact: str, where: str) -> None:
    """Tell housing of a fact, and die."""

    async def then_die(*told: Any) -> None:
        await append(*told)
        if where == "written":
            os.kill(os.getpid(), signal.SIGKILL)

    writer.append = then_die  # type: ignore[attr-defined]
    async with AsyncExitStack() as stack:
        runtime = Partners(Path(folder), store, stack).runtime()
        lease = await runtime.lease(writer.LEASE, LASTS)
        assert lease is not None, "another has it"
        assert await writer.Writer(runtime, lease)._append("housing", [Planned(fact, fact, ())])
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(die(*sys.argv[1:]))
