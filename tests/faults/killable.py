"""What every deployment under faults has in common: processes that are killed, frozen, and watched."""

import asyncio
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

from chassis.log import Log
from chassis.settings import Settings
from contracts.topics import TOPICS
from deploy import wiring
from deploy.local.processes import end
from deploy.ready import is_ready
from tests.support.warm import Warm

LOOK_SECONDS = 0.1
ASK_SECONDS = 0.3
"""How often a process is asked whether it is ready: it asks its store and the log to say so."""
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.2, 4.0
STOP_SECONDS = 20.0
BACK_SECONDS = 150.0
"""In which a process that was started must be ready, whatever goes on around it. Alone on its machine
it takes four to eight."""
CHANGES = ("tests.faults.brittle:make_brittle", "tests.support.unhurried:unhurried")
"""Of what forks our processes: each dies where it is told to, and some twelve at one time ask less often."""


def part_of(instance: str) -> str:
    """``orders`` of ``orders@2``."""
    return instance.partition("@")[0]


class NotBack(AssertionError):
    """A process, or what comes through it, did not come back in time."""


class Killable(ABC):
    """A deployment whose processes end and are started again, as Compose does with what ended."""

    processes: dict[str, subprocess.Popen[bytes]]
    folder: Path

    def __init__(self) -> None:
        self.kept_down: set[str] = set()
        """What is not started again when it ends: somebody else sees to it."""
        self.hung: list[str] = []
        """What did not end when it was told to, and was killed."""
        self._deadly: dict[str, str] = {}
        self._rests: dict[str, tuple[int, float, float]] = {}
        """Of what ended by itself: which process it was, how long it rests, and until when."""
        self._warm: Warm | None = None

    @property
    @abstractmethod
    def killable(self) -> list[str]:
        """Every process of ours."""

    @abstractmethod
    def instances(self, part: str) -> list[str]:
        """Every process that does the work of a part: a service, or the matcher."""

    @abstractmethod
    def on_store(self, service: str) -> list[str]:
        """Every process on the store of a service."""

    @abstractmethod
    def start_part(self, name: str) -> None:
        """Start one process. It is ready some time later."""

    @abstractmethod
    def environment(self, name: str) -> dict[str, str]:
        """What a process is told."""

    @abstractmethod
    async def ask(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """What a service's store answers, asked beside its processes. Raises OSError if it is away."""

    @abstractmethod
    def ready_at(self, part: str) -> list[str]:
        """The addresses at which a process says whether it is ready."""

    @abstractmethod
    def on_the_log(self) -> AbstractAsyncContextManager[Log]:
        """The log, to read and write what no service did."""

    def deadly(self, part: str) -> dict[str, str]:
        """The setting of a process that is to die at a step."""
        where = self._deadly.get(part)
        return {"GOLDTHREAD_DIE_AT": where} if where else {}

    def start_to_die(self, part: str, where: str) -> None:
        """Start a process that kills itself at a step (``chassis.steps``)."""
        self._deadly[part] = where
        try:
            self.start_part(part)
        finally:
            del self._deadly[part]

    def forked(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """A process of ours that runs this command."""
        return cast("subprocess.Popen[bytes]", self.warm().start(command, environment, log))

    def warm(self) -> Warm:
        """What forks our processes, begun at the first call."""
        self._warm = self._warm or Warm(*CHANGES)
        return self._warm

    async def operate(self, service: str, *command: str, die_at: str = "") -> int:
        """The status with which an operator's command ends, told the settings of a service."""
        told = {**os.environ, **self.environment(service), "GOLDTHREAD_DIE_AT": die_at}
        process = self.forked(command, told, self.folder / "operator.log")
        return await asyncio.to_thread(process.wait)

    async def operated(self, service: str, *command: str) -> None:
        """An operator's command is done. Raises NotBack."""
        if status := await self.operate(service, *command):
            raise NotBack(f"goldthread {' '.join(command)} ended with {status}")

    def cool(self) -> None:
        """Nothing more is started."""
        if self._warm is not None:
            self._warm.stop()

    def settings(self, service: str) -> Settings:
        """The settings of a service's process."""
        return settings_of(self.environment(service))

    def ended(self, part: str) -> bool:
        """Whether its process is gone."""
        return self.processes[part].poll() is not None

    def is_back(self, part: str) -> bool:
        """Whether a process says that it is ready; of the matcher, whether it runs."""
        return not self.ended(part) and all(map(is_ready, self.ready_at(part)))

    def behind(self, part: str) -> str:
        """Why a process is not at the log's end, if it is not."""
        if self.ended(part):
            return "ended"
        for address in self.ready_at(part):
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    reasons = json.load(answer)["reasons"]
            except urllib.error.HTTPError as not_ready:
                return not_ready.read().decode()
            except OSError as error:
                return str(error)
            if reasons["behind"] or reasons["marks"]:
                return str(reasons)
        return ""

    async def back(self, *parts: str) -> float:
        """Wait until these are ready; give the seconds that it took. Raises NotBack."""
        began = time.monotonic()
        for part in parts:
            while not await asyncio.to_thread(self.is_back, part):
                if time.monotonic() > began + BACK_SECONDS:
                    raise NotBack(f"{part} is not ready after {BACK_SECONDS:.0f} s")
                await asyncio.sleep(ASK_SECONDS)
        return time.monotonic() - began

    async def end(self, part: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one process, and wait until it is gone."""
        process = self.processes[part]
        running = process.poll() is None
        await asyncio.to_thread(end, process, how, STOP_SECONDS)
        if running and how != signal.SIGKILL and process.returncode == -signal.SIGKILL:
            self.hung.append(f"{part} was told to stop, and had not ended after {STOP_SECONDS:.0f} s")

    @asynccontextmanager
    async def without(self, *parts: str) -> AsyncIterator[None]:
        """These processes are not started again for as long as this lasts, and are at its end."""
        self.kept_down |= set(parts)
        try:
            yield
        finally:
            self.kept_down -= set(parts)

    async def watch(self) -> None:
        """Start again, for ever, what has ended and is not kept down."""
        while True:
            for part in self.killable:
                if part not in self.kept_down and self.may_start(part):
                    self.start_part(part)
            await asyncio.sleep(LOOK_SECONDS)

    def may_start(self, part: str) -> bool:
        """Whether a process that has ended is to be started now: at once if it was ended, and if it
        ended by itself after a rest that grows from time to time, as Compose does."""
        if not self.ended(part):
            return False
        process = self.processes[part]
        if process.returncode in (0, -signal.SIGTERM, -signal.SIGKILL):
            self._rests.pop(part, None)
            return True
        pid, rest, due = self._rests.get(part, (0, FIRST_REST_SECONDS / 2, 0.0))
        if pid != process.pid:
            rest = min(2 * rest, LONGEST_REST_SECONDS)
            pid, due = process.pid, time.monotonic() + rest
            self._rests[part] = (pid, rest, due)
        return time.monotonic() >= due


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Log]:
    """The log of a deployment, from beside it."""
    log = wiring.log_of(settings)
    await log.start()
    await log.ensure(TOPICS.values())
    try:
        yield log
    finally:
        await log.stop()


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings of a process that has this environment."""
    prefix = "GOLDTHREAD_"
    given: dict[str, Any] = {
        name.removeprefix(prefix).lower(): value
        for name, value in environment.items()
        if name.startswith(prefix) and value
    }
    return Settings(**given)
