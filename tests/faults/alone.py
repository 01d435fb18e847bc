"""The embedded deployment under faults: one process, a log and four stores in one folder."""

import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chassis.log import Log
from tests.faults.killable import Killable, opened
from tests.scenarios.goldthread import SERVICES, Embedded

PART = "goldthread"


class Alone(Embedded, Killable):
    """One process, which is every part."""

    def __init__(self, folder: Path) -> None:
        Embedded.__init__(self, folder, {"GOLDTHREAD_TRACE_RATIO": "0"})
        Killable.__init__(self)

    @property
    def killable(self) -> list[str]:
        """The one process."""
        return [PART]

    def instances(self, part: str) -> list[str]:
        """The one process."""
        return [PART]

    def on_store(self, service: str) -> list[str]:
        """The one process."""
        return [PART]

    def launch(self, more: Mapping[str, str] | None = None) -> None:
        """Start the process; it is ready some time later."""
        environment = {**os.environ, **self.environment(""), **(more or {})}
        self.process = self.forked(["serve"], environment, self.log)

    def stop(self) -> None:
        """Stop it."""
        Embedded.stop(self)
        self.cool()

    def start_part(self, name: str) -> None:
        """Start the one process."""
        self.launch(self.deadly(name))
        self.processes = {PART: self.process}

    def start(self) -> None:
        """Ready."""
        Embedded.start(self)
        self.processes = {PART: self.process}

    def ready_at(self, part: str) -> list[str]:
        """Every service at the one address."""
        return [f"{self.url}/{service}/ready" for service in SERVICES]

    async def ask(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """From the file."""
        try:
            db = sqlite3.connect(f"file:{self.folder}/data/{service}.sqlite?mode=ro", uri=True, timeout=5)
            try:
                return db.execute(question).fetchall()
            finally:
                db.close()
        except sqlite3.Error as error:
            raise ConnectionError(str(error)) from error

    @asynccontextmanager
    async def on_the_log(self) -> AsyncIterator[Log]:
        """While the process is away: it alone may have the log."""
        async with self.without(PART):
            await self.end(PART, signal.SIGKILL)
            async with opened(self.settings("orders")) as log:
                yield log
