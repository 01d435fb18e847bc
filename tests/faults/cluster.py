"""The distributed deployment under faults: several instances of each service, each a process of its
own, and a proxy before Kafka and before PostgreSQL. What ended is started again, as Compose does."""

import asyncio
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from chassis.settings import Settings
from deploy.local.processes import end, free_port
from deploy.ready import is_ready
from tests.faults.way import Way
from tests.scenarios.goldthread import SERVICES, Distributed

LOOK_SECONDS = 0.1
BACK_SECONDS = 60.0
"""In which a process that was started must be ready, whatever goes on around it."""


class NotBack(AssertionError):
    """A process, or what comes through it, did not come back in time."""


def service_of(part: str) -> str:
    """Whose store a process works on."""
    base = part.partition("@")[0]
    return "referrals" if base == "matcher" else base


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings of a process that has this environment."""
    prefix = "GOLDTHREAD_"
    given: dict[str, Any] = {
        name.removeprefix(prefix).lower(): value
        for name, value in environment.items()
        if name.startswith(prefix) and value
    }
    return Settings(**given)


class Cluster(Distributed):
    """``instances`` of every part: ``orders``, ``orders@2`` and so on."""

    def __init__(self, folder: Path, instances: int) -> None:
        super().__init__(folder, extra={"GOLDTHREAD_TRACE_RATIO": "0"}, durable=False)
        self.kafka_way, self.postgres_way = Way(self.kafka.port), Way(self.postgres.port)
        self.kafka.advertised = self.ports["kafka"] = self.kafka_way.port
        self.ports["postgres"] = self.postgres_way.port
        self._more = [f"{part}@{n}" for part in (*SERVICES, "matcher") for n in range(2, instances + 1)]
        self.ports |= {name: free_port() for name in self._more}
        self.kept_down: set[str] = set()
        """What is not started again when it ends: somebody else sees to it."""
        self.deaths = 0
        """How many processes ended that nobody had ended."""
        self._deadly: dict[str, str] = {}

    @property
    def killable(self) -> list[str]:
        """Every process of ours."""
        return [*SERVICES, "matcher", *self._more]

    def instances(self, service: str) -> list[str]:
        """Every process on the store of a service."""
        return [part for part in self.killable if service_of(part) == service]

    def start(self) -> None:
        """All of it, ready."""
        self.kafka_way.start()
        self.postgres_way.start()
        super().start()
        for part in self._more:
            self.parts[part] = self.parts[part.partition("@")[0]]
            self.start_part(part)
        for part in self._more:
            self.await_part(part)

    def stop(self) -> None:
        """Stop it, and the proxies with it."""
        super().stop()
        for way in (self.kafka_way, self.postgres_way):
            way.stop()

    def environment(self, name: str) -> dict[str, str]:
        """As Compose gives it; and the step to die at, if the process is told one."""
        deadly = self._deadly.get(name)
        return super().environment(name) | ({"GOLDTHREAD_DIE_AT": deadly} if deadly else {})

    def start_to_die(self, part: str, where: str) -> None:
        """Start a process that kills itself at a step (``chassis.steps``)."""
        self._deadly[part] = where
        try:
            self.start_part(part)
        finally:
            del self._deadly[part]

    def settings(self, service: str) -> Settings:
        """What a process of a service is told."""
        return settings_of(self.environment(service))

    def ended(self, part: str) -> bool:
        """Whether its process is gone."""
        return self.processes[part].poll() is not None

    def is_back(self, part: str) -> bool:
        """Whether an instance says that it is ready; of the matcher, whether it runs."""
        if part.startswith("matcher"):
            return not self.ended(part)
        service = part.partition("@")[0]
        return is_ready(f"http://127.0.0.1:{self.ports[part]}/{service}/ready")

    def behind(self, part: str) -> str:
        """Why an instance is not at the log's end, if it is not."""
        if part.startswith("matcher"):
            return "ended" if self.ended(part) else ""
        service = part.partition("@")[0]
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports[part]}/{service}/ready", timeout=5).json()
        except httpx.TransportError as error:
            return type(error).__name__
        reasons = answer["reasons"]
        return "" if answer["ready"] and not reasons["behind"] and not reasons["marks"] else str(reasons)

    def await_part(self, name: str) -> None:
        """Return when a part is ready: the gateway's word of one instance is no word of another."""
        if name in self._more:
            deadline = time.monotonic() + BACK_SECONDS
            while not self.is_back(name):
                if time.monotonic() > deadline:
                    raise NotBack(f"{name} is not ready after {BACK_SECONDS:.0f} s")
                time.sleep(LOOK_SECONDS)
        else:
            super().await_part(name)

    async def back(self, *parts: str) -> float:
        """Wait until these are ready; give the seconds that it took. Raises NotBack."""
        began = time.monotonic()
        for part in parts:
            while self.ended(part) or not await asyncio.to_thread(self.is_back, part):
                if time.monotonic() > began + BACK_SECONDS:
                    raise NotBack(f"{part} is not ready after {BACK_SECONDS:.0f} s")
                await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    async def back_or_ended(self, part: str) -> None:
        """Wait until an instance is ready, or is gone. Raises NotBack."""
        deadline = time.monotonic() + BACK_SECONDS
        while not self.ended(part) and not await asyncio.to_thread(self.is_back, part):
            if time.monotonic() > deadline:
                raise NotBack(f"{part} is not ready after {BACK_SECONDS:.0f} s")
            await asyncio.sleep(LOOK_SECONDS)

    async def end(self, part: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one process, and wait until it is gone."""
        await asyncio.to_thread(end, self.processes[part], how)

    async def watch(self) -> None:
        """Start again, for ever, what has ended and is not kept down."""
        while True:
            for part in self.killable:
                if part not in self.kept_down and self.ended(part):
                    self.deaths += 1
                    self.start_part(part)
            await asyncio.sleep(LOOK_SECONDS)

    async def ask(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """What a service's store answers, asked beside its processes and beside the proxy."""
        url = self.postgres.url("goldthread").replace("+asyncpg", "")
        connection = await asyncpg.connect(url, server_settings={"search_path": service})
        try:
            return [tuple(row) for row in await connection.fetch(question)]
        finally:
            await connection.close()

    def _here(self, text: str) -> str:
        for service in SERVICES:
            ports = [self.ports[part] for part in self.killable if part.partition("@")[0] == service]
            servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
            text = text.replace(f"server {service}:8000;", servers)
        return super()._here(text)
