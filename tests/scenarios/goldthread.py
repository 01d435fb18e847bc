"""Goldthread as its partners and its people reach it: one address, tokens, pages. Nothing else."""

import asyncio
import base64
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Protocol, cast

import httpx

from deploy import sandbox
from deploy.local.deployment import Deployment
from deploy.local.processes import end, free_port, run_apart, wait_until
from deploy.ready import is_ready
from tests.support.emptied import without_clock, without_databases, without_topics
from tests.support.warm import Warm

SERVICES = ("referrals", "orders", "marac", "notify")
DIRECTORY = json.loads((Path(__file__).parents[2] / "chassis/identity/directory.json").read_text())
SHARED = "PYTEST_XDIST_WORKER" in os.environ
"""Whether several deployments run beside one another, each of one process of the tests: then none hurries.
What promises something within a second runs by itself."""
TRUST = httpx.create_ssl_context()
"""Read once, and not by the client of each person and system."""
SECRETS = {system["id"]: system["secret"] for system in DIRECTORY["systems"]}


class Deployed(Protocol):
    """A running deployment, embedded or distributed."""

    folder: Path

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def restored(self, clock: datetime) -> None: ...
    def take_away(self, service: str) -> list[str]: ...
    def bring_back(self, service: str, clock: datetime) -> None: ...
    def logged(self) -> str: ...
    def operator(self, service: str, *command: str) -> str: ...


class Embedded:
    """All of it in one process."""

    process: subprocess.Popen[bytes]

    def __init__(self, folder: Path, extra: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "goldthread.log"
        self._extra = dict(extra)

    def start(self) -> None:
        self.launch()
        for service in SERVICES:
            ready = f"{self.url}/{service}/ready"
            wait_until(lambda: is_ready(ready), service, self.process, self.log, 60)  # noqa: B023

    def launch(self, more: Mapping[str, str] | None = None) -> None:
        """Start the process; it is ready some time later."""
        environment = {**os.environ, **self.environment(""), **(more or {})}
        self.process = started(["serve"], environment, self.log)

    def environment(self, service: str) -> dict[str, str]:
        """What the process is told: all services alike."""
        return {
            "GOLDTHREAD_PORT": str(self.port),
            "GOLDTHREAD_PUBLIC_URL": self.url,
            "GOLDTHREAD_DATA": str(self.folder / "data"),
            # As docker-compose.yml does for the other: messages go to the sandbox.
            **{f"GOLDTHREAD_{name.upper()}": value for name, value in sandbox.told(self.url).items()},
            **self._extra,
        }

    def stop(self) -> None:
        if hasattr(self, "process"):
            end(self.process, signal.SIGTERM)

    def restored(self, clock: datetime) -> None:
        """Every store dropped while nothing runs, then all of it started again."""
        self.stop()
        for service in SERVICES:
            self.operator(service, "restore", service, "--yes")
        self.bring_back("", clock)

    def take_away(self, service: str) -> list[str]:
        """A service goes away. Give those that are still there: of one process none."""
        self.stop()
        return []

    def bring_back(self, service: str, clock: datetime) -> None:
        """It is there again, with this clock, and with it all that went away."""
        self._extra["GOLDTHREAD_CLOCK_START"] = clock.isoformat()
        self.start()

    def logged(self) -> str:
        """What the process wrote to its log."""
        return self.log.read_text()

    def operator(self, service: str, *command: str) -> str:
        """What the operator's command prints."""
        return run(command, {**os.environ, **self.environment(service)})


class Distributed(Deployment):
    """Kafka, PostgreSQL, and every service a process of its own."""

    def logged(self) -> str:
        """What every process wrote to its log, the gateway and the stores among them."""
        written = [self.kafka.folder / "kafka.log", self.postgres.folder / "postgres.log"]
        return "".join(log.read_text(errors="replace") for log in (*self.folder.rglob("*.log"), *written))

    def launched(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """The process of a part."""
        return started(command[1:], environment, self.log(name))

    def restored(self, clock: datetime) -> None:
        """Every store dropped while no service runs, then each started again. They end well: each sends
        what is not on the log yet, and what the matcher said last is sent by referrals."""
        for part in ("matcher", *SERVICES):
            end(self.processes[part], signal.SIGTERM)
        for service in SERVICES:
            self.operator(service, "restore", service, "--yes")
        self.extra["GOLDTHREAD_CLOCK_START"] = clock.isoformat()
        for part in (*SERVICES, "matcher"):
            self.start_part(part)
        for service in SERVICES:
            self.await_part(service)

    def take_away(self, service: str) -> list[str]:
        """A service goes away. Give those that are still there."""
        self.kill(service)
        return [each for each in SERVICES if each != service]

    def bring_back(self, service: str, clock: datetime) -> None:
        """It is there again, with this clock."""
        self.extra["GOLDTHREAD_CLOCK_START"] = clock.isoformat()
        run_apart(without_clock(self.postgres.url("goldthread"), service))
        self.start_part(service)
        self.await_part(service)

    def operator(self, service: str, *command: str) -> str:
        """What the operator's command prints."""
        return run(command, {**os.environ, **self.environment(service)})


@cache
def stores() -> Deployment:
    """Kafka and PostgreSQL of every deployment of this run: to start them takes longer than all the rest."""
    folder = Path(mkdtemp(prefix="gt-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user, and must enter it
    found = Deployment(folder, durable=False)
    found.start_stores()
    return found


class OnSharedStores(Distributed):
    """A distributed deployment that finds nothing in the stores of this run."""

    def __init__(self, folder: Path, extra: Mapping[str, str]) -> None:
        super().__init__(folder, extra=extra)
        self.kafka, self.postgres = stores().kafka, stores().postgres
        self.ports |= {"kafka": self.kafka.port, "postgres": self.postgres.port}

    def start_stores(self) -> None:
        """Empty what is there. No process of it runs."""
        run_apart(without_topics(self.kafka.address))
        run_apart(without_databases(self.postgres.url("postgres")))
        self.run_init()


@cache
def forks() -> Warm:
    """What forks the processes of every deployment of this run, and ends with it."""
    return Warm(*(["tests.support.unhurried:unhurried"] if SHARED else []))


def started(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """``goldthread`` with these arguments, in this environment alone."""
    return cast("subprocess.Popen[bytes]", forks().start(command, environment, log))


def run(command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """The output of ``goldthread`` on a command line. Fails where it fails."""
    with TemporaryDirectory() as folder:
        out, faults = Path(folder, "out"), Path(folder, "faults")
        status = forks().start(command, environment, out, faults).wait(60)
        assert status == 0, faults.read_text()
        return out.read_text()


@contextmanager
def deployed(
    kind: str, folder: Path, clock_start: datetime, environment: Mapping[str, str] | None = None
) -> Iterator[Deployed]:
    """A deployment of its own, its clock started at a time, stopped at the end. ``environment`` is
    what its processes are told besides."""
    extra = {"GOLDTHREAD_CLOCK_START": clock_start.isoformat(), "GOLDTHREAD_TRACE_RATIO": "1"}
    extra["GOLDTHREAD_WATERMARK_SECONDS"] = "4" if SHARED else "1"
    extra |= environment or {}
    found: Deployed = Embedded(folder, extra) if kind == "embedded" else OnSharedStores(folder, extra)
    forks()  # it imports while the stores start
    found.start()
    try:
        yield found
    finally:
        found.stop()


class Goldthread:
    """What partners and people can do, by HTTP alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def system(self, name: str) -> httpx.AsyncClient:
        """A partner's system, with its token."""
        if name not in self._clients:
            client = httpx.AsyncClient(base_url=self.url, timeout=30, verify=TRUST)
            basic = base64.b64encode(f"{name}:{SECRETS.get(name, name + '-try-out')}".encode()).decode()
            answer = await client.post(
                "/identity/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": f"Basic {basic}"},
            )
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            self._clients[name] = client
        return self._clients[name]

    async def person(self, name: str) -> httpx.AsyncClient:
        """Somebody who signed in by the pages, as a browser does."""
        if name not in self._clients:
            client = httpx.AsyncClient(base_url=self.url, timeout=30, verify=TRUST)
            client.headers["Origin"] = self.url
            page = await client.get("/marac/sign-in", follow_redirects=True)
            page.raise_for_status()
            asked = re.search(r'name="asked"[^>]*value="([^"]+)"', page.text)
            assert asked, page.text
            answer = await client.post(
                "/identity/authorize",
                data={"asked": asked[1], "person": name},
                headers={"Origin": self.url},
            )
            assert answer.status_code == 303, answer.text
            back = await client.get(answer.headers["location"])
            assert back.status_code in (302, 303), back.text
            assert client.cookies.get("goldthread")
            self._clients[name] = client
        return self._clients[name]

    async def post(
        self, system: str, path: str, body: Mapping[str, Any], key: str | None = None
    ) -> dict[str, Any]:
        """What a partner posts is taken; give the receipt."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await (await self.system(system)).post(path, json=body, headers=headers)
        assert answer.status_code in (200, 201), f"{path}: {answer.status_code} {answer.text}"
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def mention(self, system: str, fact: str, place: int = 0) -> str:
        """How Goldthread names somebody whom a fact of this partner's names."""
        versions = (await (await self.system(system)).get(fact)).json()["versions"]
        mention: str = versions[-1]["content"]["people"][place]["mention"]
        return mention

    async def set_clock(self, at: datetime, services: Iterable[str] = SERVICES) -> None:
        """The clock of every service, or of these, from now on."""
        operations = await self.system("northmere-operations")
        for service in services:
            answer = await operations.put(f"/{service}/v1/clock", json={"now": at.isoformat()})
            assert answer.status_code == 200, answer.text

    async def settled(self) -> None:
        """Wait until every service has read to the log's end and nothing more happens for a moment."""
        client = await self.system("northmere-operations")
        quiet = 0
        while quiet < 3:
            states = [(await client.get(f"/{service}/ready")).json() for service in SERVICES]
            done = all(
                state["ready"] and not state["reasons"]["behind"] and not state["reasons"]["marks"]
                for state in states
            )
            quiet = quiet + 1 if done else 0
            await asyncio.sleep(0.05)


def at(text: str) -> str:
    """A time of a test as a partner writes it."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()
