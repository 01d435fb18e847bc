"""The distributed deployment under faults: several instances of each service, each a process of its
own, and a proxy before Kafka and before PostgreSQL."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg

from chassis.log import Log
from deploy.local.processes import free_port
from tests.faults.killable import BACK_SECONDS, LOOK_SECONDS, Killable, NotBack, opened, part_of
from tests.faults.way import Way
from tests.scenarios.goldthread import SERVICES, Distributed

AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg raises when its server goes away."""


class Cluster(Distributed, Killable):
    """``instances`` of every part: ``orders``, ``orders@2`` and so on."""

    def __init__(self, folder: Path, instances: int) -> None:
        Distributed.__init__(self, folder, extra={"GOLDTHREAD_TRACE_RATIO": "0"}, durable=False)
        Killable.__init__(self)
        self.kafka_way, self.postgres_way = Way(self.kafka.port), Way(self.postgres.port)
        self.kafka.advertised = self.ports["kafka"] = self.kafka_way.port
        self.ports["postgres"] = self.postgres_way.port
        self._more = [f"{part}@{n}" for part in (*SERVICES, "matcher") for n in range(2, instances + 1)]
        self.ports |= {name: free_port() for name in self._more}
        self._asking: dict[str, list[asyncpg.Connection]] = {}

    @property
    def killable(self) -> list[str]:
        """Every process of ours."""
        return [*SERVICES, "matcher", *self._more]

    def instances(self, part: str) -> list[str]:
        """By name."""
        return [instance for instance in self.killable if part_of(instance) == part]

    def on_store(self, service: str) -> list[str]:
        """The matcher works on the store of referrals."""
        return self.instances(service) + (self.instances("matcher") if service == "referrals" else [])

    def start(self) -> None:
        """All of it, ready."""
        self.warm()  # it imports while Kafka starts
        self.kafka_way.start()
        self.postgres_way.start()
        super().start()
        deadline = time.monotonic() + BACK_SECONDS
        while not all(map(self.is_back, self._more)):
            if time.monotonic() > deadline:
                raise NotBack(f"not all of {self._more} are ready after {BACK_SECONDS:.0f} s")
            time.sleep(LOOK_SECONDS)

    def start_stores(self) -> None:
        """Start them; and the parts are more than the Compose file's."""
        super().start_stores()
        self.parts |= {name: replace(self.parts[part_of(name)], name=name) for name in self._more}

    def stop(self) -> None:
        """Stop it, and the proxies with it."""
        super().stop()
        self.cool()
        for way in (self.kafka_way, self.postgres_way):
            way.stop()

    def launched(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """They start again and again."""
        return self.forked(command[1:], environment, self.log(name))

    def environment(self, name: str) -> dict[str, str]:
        """As Compose gives it; and the step to die at, if the process is told one."""
        return super().environment(name) | self.deadly(name)

    def ready_at(self, part: str) -> list[str]:
        """Each instance at its own port; the matcher has none."""
        service = part_of(part)
        return [f"http://127.0.0.1:{self.ports[part]}/{service}/ready"] if service in SERVICES else []

    def on_the_log(self) -> AbstractAsyncContextManager[Log]:
        """As another client of Kafka."""
        return opened(self.settings("orders"))

    async def ask(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """Beside the proxy."""
        free = self._asking.setdefault(service, [])  # to connect costs more than to ask
        while True:
            kept = bool(free)
            try:
                connection = free.pop() if kept else await self.superuser(search_path=service)
                rows = await connection.fetch(question)
            except (*AWAY, OSError) as error:
                if not kept:
                    raise ConnectionError(str(error)) from error
            else:
                free.append(connection)
                return [tuple(row) for row in rows]

    async def superuser(self, **settings: str) -> asyncpg.Connection:
        """A connection to PostgreSQL. Raises OSError if it is away."""
        url = self.postgres.url("goldthread").replace("+asyncpg", "")
        try:
            # Nothing prepared is kept: tables are dropped and made anew.
            return await asyncpg.connect(url, server_settings=settings, statement_cache_size=0)
        except asyncpg.TooManyConnectionsError:
            raise
        except AWAY as error:
            raise ConnectionError(str(error)) from error

    def _here(self, text: str) -> str:
        for service in SERVICES:
            ports = [self.ports[instance] for instance in self.instances(service)]
            servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
            text = text.replace(f"server {service}:8000;", servers)
        return super()._here(text)
