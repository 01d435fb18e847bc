"""Wake-up calls inside a process, and news of changed rows across the instances of a service.

A signal is only a hint: every waiter looks again after a while by itself.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import suppress

from chassis.marks import Rank

HEAP = 200
"""So many facts that came since the folder last took all that was marked are a heap: it does not rest. So
many of long ago, one soon after the other, are one that it lets gather."""
LUMP = 10
"""So many facts of today that come at one time, soon after a heap of long ago, are the end of its upload."""
LULL_SECONDS = 1.0
"""When nothing of an upload has come for so long, no more is waited for."""
Changed = frozenset[tuple[str, str]]
"""(view, subject) of rows whose bytes changed."""


class Signals:
    """The signals of one service in one process."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)
        """Which process this is, so that it does not hear its own news twice."""
        self._folded: asyncio.Queue[Changed] = asyncio.Queue(maxsize=1000)
        self._events = {name: asyncio.Event() for name in ("relay", "relay.urgent", "fold", "fold.urgent")}
        self._woken: dict[str, float] = {}
        self._unfolded = self._history = 0
        self.urgent_waits = False
        """Whether something urgent was marked since the folder last took that."""
        self._listeners: set[asyncio.Queue[Changed]] = set()

    def wake(self, *names: str) -> None:
        """Whoever waits for one of these looks now."""
        for name in names:
            self._events[name].set()
            self._woken[name] = time.monotonic()

    def unsent(self, *, urgent: bool) -> None:
        """Facts wait to be sent: the relay looks now; from its rest too, if one of them is urgent."""
        self.wake("relay", *(("relay.urgent",) if urgent else ()))

    def marked(self, ranks: Collection[Rank]) -> None:
        """Marks were left, by facts of these ranks: the folder looks now; from its rest too, if one of them
        is urgent or they are a heap. Of history that comes in heaps it hears nothing: it looks by itself."""
        urgent, today = Rank.URGENT in ranks, len(ranks) - self.heard(ranks)
        self._unfolded += today
        self.urgent_waits = self.urgent_waits or urgent
        if today or not self.history_comes:
            self.wake("fold", *(("fold.urgent",) if urgent or self.heaped else ()))

    def heard(self, ranks: Collection[Rank]) -> int:
        """Facts of these ranks came in, whichever instance has marked them; give how many are history. While
        a lump of today follows a heap of history, that is not over: its folds do not hold up the rest of an
        upload."""
        old = sum(rank is Rank.HISTORY for rank in ranks)
        if old or (self.history_comes and sum(rank is Rank.REST for rank in ranks) >= LUMP):
            self._history = old + (self._history if self.recently("history", LULL_SECONDS) else 0)
            self._woken["history"] = time.monotonic()
        return old

    @property
    def heaped(self) -> bool:
        """Whether so much of today waits for the folder that it is not to rest."""
        return self._unfolded >= HEAP

    @property
    def history_comes(self) -> bool:
        """Whether a heap of what happened long ago is coming in, or the end of its upload."""
        return self._history >= HEAP and self.recently("history", LULL_SECONDS)

    def taken(self, *, urgent: bool, rest: bool) -> None:
        """The folder takes what is marked now: what is ``urgent`` of it first, or the rest of it too."""
        self.urgent_waits = self.urgent_waits and not urgent
        self._unfolded = 0 if rest else self._unfolded

    def recently(self, name: str, seconds: float) -> bool:
        """Whether somebody was woken by this signal so many seconds ago or less."""
        return time.monotonic() - self._woken.get(name, -seconds) < seconds

    async def wait(self, name: str, at_most: float) -> None:
        """Until woken, or for this many seconds."""
        event = self._events[name]
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):  # wait_for would swallow a cancel on Python 3.11
                await event.wait()
        event.clear()

    def tell(self, changed: Iterable[tuple[str, str]]) -> None:
        """Rows changed: tell every live page of this process."""
        news = frozenset(changed)
        for queue in list(self._listeners):
            if queue.qsize() < 1000:
                queue.put_nowait(news)

    def rows_folded(self, changed: Iterable[tuple[str, str]]) -> None:
        """This process's folder changed rows: tell its own pages, and the other instances."""
        news = frozenset(changed)
        self.tell(news)
        with suppress(asyncio.QueueFull):
            self._folded.put_nowait(news)

    async def folded(self) -> AsyncIterator[Changed]:
        """What this process's folder changed, for whoever carries the news."""
        while True:
            yield await self._folded.get()

    async def changed(self) -> AsyncIterator[Changed]:
        """News of changed rows from now on. A reader that falls far behind misses some."""
        queue: asyncio.Queue[Changed] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)
