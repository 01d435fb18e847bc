"""How far a service's rows are. A fact is held when it is loaded; pages are made of rows, which are folded
after it, and in a rebuild long after it. So a page says what its rows have in them, not what is held.

Marks carry no time. So once a second it is noted until when all was held then (``chassis.watermark``), and
the highest mark that was there. Where each mark that is there now is newer than all that were there at such
a time, what had been held then has been folded. A mark that was left in place of another is as old as that
one.
"""

from collections import deque
from datetime import datetime

from chassis.store import Store, prepared
from chassis.watermark import held_of_each, held_until

KEPT = 3600
"""How many notes, of a second each, are kept: of an older mark it is only known that it is old."""
_OLDEST = prepared(
    """select (select min(seq) from mark) as seq,
        (select min(origin) from mark where origin is not null) as origin"""
)
_LAST = prepared("select max(seq) from mark")


class Folded:
    """Of one service, in one process."""

    def __init__(self, store: Store, reader: str) -> None:
        self._store = store
        self._reader = reader
        self._notes: deque[tuple[int, datetime]] = deque(maxlen=KEPT)

    async def note(self) -> None:
        """Note how far it is now. Asked for in this order: what is held later may be marked by then."""
        held = await held_until(self._store, self._reader)
        async with self._store.reading() as connection:
            last = (await connection.execute(_LAST)).scalar() or 0
        self._keep(last, held)

    async def until(self) -> datetime | None:
        """Before when all that anybody had accepted is in the rows; None: that cannot be told, as just after
        a start that found marks of before."""
        held = await held_until(self._store, self._reader)
        oldest = await self._oldest()
        if not oldest:
            self._keep(0, held)
            return held
        return next((then for last, then in reversed(self._notes) if last < min(oldest)), None)

    async def of_each(self) -> dict[str, datetime]:
        """Of each service before when all that it had accepted is in the rows; one of which that cannot be
        told is left out. Asked for in this order: what is held later may wait."""
        held = await held_of_each(self._store, self._reader)
        if not await self._oldest():
            return held
        then = await self.until()
        return {} if then is None else {service: min(passed, then) for service, passed in held.items()}

    async def _oldest(self) -> list[int]:
        async with self._store.reading() as connection:
            return [each for each in (await connection.execute(_OLDEST)).one() if each is not None]

    def _keep(self, last: int, held: datetime | None) -> None:
        if held is None:
            return
        if self._notes and held <= self._notes[-1][1]:
            last, held = min(last, self._notes[-1][0]), self._notes.pop()[1]
        self._notes.append((last, held))
