"""Marks what changes by the passing of time: each subject when its time has come.

A fold says when its row will be another one by itself, and only then is it folded again. So when the
clock has gone back, each such subject is: what it waits for was told by the clock that went ahead. Those that
would soon have changed by that clock are first, and urgent: the next step of an alert is among them.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.marks import Rank
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from chassis.store.tables import micros

BACK = timedelta(seconds=1) // timedelta(microseconds=1)
"""How far the clock must have gone back, in microseconds; what is less makes nobody wait longer."""
SOON = timedelta(hours=1) // timedelta(microseconds=1)
"""What was to change so soon by the clock that went ahead, in microseconds, is urgent. (Ours, 2026-11.)"""
_PASSED = prepared("select max(passed) from watermark where service = :service")
_DUE = prepared("select 1 from subject where changes_at <= :now limit 1")


class Ticker:
    """The ticker of one service. Any number may work on one store."""

    def __init__(self, store: Store, service: str, signals: Signals) -> None:
        self._store = store
        self._service = service
        self._signals = signals
        self._latest: int | None = None
        """The latest time that it has been here: to begin with, as the service said on the log."""

    async def tick(self) -> int:
        """Mark the subjects whose time to change has come, or, once the clock has gone back, all that
        change by themselves; give how many."""
        async with self._store.reading() as connection:
            now = micros(await self._store.now(connection))
            if self._latest is None:
                self._latest = (await connection.execute(_PASSED, {"service": self._service})).scalar() or now
            went_back = now < self._latest - BACK
            if not went_back and (await connection.execute(_DUE, {"now": now})).first() is None:
                self._latest = max(now, self._latest)
                return 0
        latest = self._latest
        ticked = await self._store.write(
            lambda c: self._mark_all(c, now, latest) if went_back else self._mark_due(c, now)
        )
        self._latest = now if went_back else max(now, latest)
        if ticked:
            self._signals.marked([Rank.URGENT])
        return ticked

    async def _mark_due(self, connection: AsyncConnection, now: int) -> int:
        due = f"""update subject set changes_at = null where id in (
            select id from subject where changes_at <= :now order by changes_at limit 500
            {self._store.skip_locked}) returning id"""
        ids = (await connection.execute(prepared(due), {"now": now})).scalars().all()
        await ledger.add_marks(self._store, connection, [(id_, None, Rank.URGENT) for id_ in ids])
        reached(Step.TICK_MARKED)
        return len(ids)

    async def _mark_all(self, connection: AsyncConnection, now: int, latest: int) -> int:
        later = """insert into mark (key, urgent)
            select id, case when changes_at between :latest and :soon then 1 else 0 end from subject
            where changes_at > :now order by changes_at"""
        times = {"now": now, "latest": latest, "soon": latest + SOON}
        await self._store.take_long(connection)
        return (await connection.execute(prepared(later), times)).rowcount
