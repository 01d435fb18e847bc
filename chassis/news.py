"""Changed rows, told to every instance of a service: LISTEN/NOTIFY on PostgreSQL, bundled by the
folder and never sent by a POST. On SQLite there is one process, and nothing to do."""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
import structlog

from chassis.signals import Changed, Signals
from chassis.store import Postgres, prepared

log = structlog.get_logger()
PAUSE_SECONDS = 0.5
MOST = 60
"""Rows named in one notice: PostgreSQL takes 8,000 bytes."""
LOOK_SECONDS = 2.0
"""How often it is asked whether the connection that listens still lives, and how long that may take:
nothing else goes by it, and one that is gone hears nothing for ever."""


class News:
    """Carries news of changed rows between the instances of one service."""

    def __init__(self, store: Postgres, signals: Signals) -> None:
        self._store = store
        self._signals = signals

    async def run(self) -> None:
        """Pass on what this process's folder changed, and hear what others' did, for ever."""
        channel = f"goldthread_{self._store.schema}"
        while True:
            try:
                async with self._store.engine.connect() as connection:
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    await raw.add_listener(channel, self._heard)
                    try:
                        async with asyncio.TaskGroup() as together:
                            together.create_task(self._pass_on(channel))
                            together.create_task(_lives(raw))
                    finally:
                        # What a dead connection raises would take the place of a cancel.
                        with suppress(Exception):
                            await raw.remove_listener(channel, self._heard)
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.warning("news.lost", reason=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _pass_on(self, channel: str) -> None:
        async for news in self._signals.folded():
            await self._send(channel, news)

    async def _send(self, channel: str, news: Changed) -> None:
        rows = sorted(news)
        async with self._store.engine.begin() as connection:
            for start in range(0, len(rows), MOST):
                payload = orjson.dumps([self._signals.name, rows[start : start + MOST]]).decode()
                await connection.execute(
                    prepared("select pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
                )

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        name, rows = orjson.loads(payload)
        if name != self._signals.name:
            self._signals.tell((view, subject) for view, subject in rows)


async def _lives(raw: Any) -> None:
    """Ask a connection again and again whether it lives. Raises when it does not."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        async with asyncio.timeout(LOOK_SECONDS):
            await raw.execute("select 1")
