"""The distributed deployment of ``docker-compose.yml`` as processes of this machine.

Commands and environment are the Compose file's own; names of hosts become ports of 127.0.0.1. Kafka,
PostgreSQL and nginx are real. Keycloak's place is taken by the built-in identity provider.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from deploy.local.compose import Part, read
from deploy.local.kafka import BRIEF, Kafka
from deploy.local.postgres import Postgres, binaries_folder
from deploy.local.processes import Unavailable, end, free_port, launch, listens, wait_until
from deploy.ready import is_ready

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
"""Where our own command is installed: the virtual environment that runs this."""

INSIDE = {
    "kafka": 9092,
    "postgres": 5432,
    "referrals": 8000,
    "orders": 8000,
    "marac": 8000,
    "notify": 8000,
    "identity": 8080,
    "sandbox": 8000,
}
"""The port of each part under its own name, as the Compose file and the gateway write it."""

SERVICES = ("referrals", "orders", "marac", "notify")
STORES = {"kafka": signal.SIGTERM, "postgres": signal.SIGINT}
"""What the others stand on, and how each is told to stop."""

START = 60.0
"""Seconds in which a part must be ready."""


class Deployment:
    """All parts together. Its data lies in ``folder``, which another user must be able to enter.

    ``extra`` goes into the environment of every process of ours (a clock, for instance). Used by
    tests with ``durable=False`` and in parts: any of ours can be killed and started again. ``ports`` are
    those of a deployment of this folder that runs already.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        extra: Mapping[str, str] | None = None,
        outlives: bool = False,
        durable: bool = True,
        ports: Mapping[str, int] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.extra = dict(extra or {})
        self.outlives = outlives
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        """What was started, by its name in the Compose file, in that order."""
        self.ports = dict(ports or {name: free_port() for name in INSIDE})
        options = () if durable else BRIEF
        self.kafka = Kafka(folder / "kafka", self.ports["kafka"], outlives=outlives, options=options)
        self.postgres = Postgres(
            folder / "postgres", self.ports["postgres"], durable=durable, outlives=outlives
        )

    @cached_property
    def parts(self) -> dict[str, Part]:
        """What the Compose file says of each part, with the secrets of this folder."""
        variables = {**os.environ, "GOLDTHREAD_PUBLIC_URL": self.url}
        return read(variables, Secrets(self.folder / "secrets.json").draw)

    @property
    def url(self) -> str:
        """The one address of it all."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when every part is ready. Raises Unavailable, with what was started stopped again."""
        if listens(self.port):
            raise Unavailable(f"Somebody listens on 127.0.0.1:{self.port} already")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.start_stores()
            for name in ("identity", *(part.name for part in self.parts.values() if part.ours)):
                self.start_part(name)
            self._start_gateway()
            for name in ("identity", "sandbox", *SERVICES, "matcher"):
                self.await_part(name)
        except BaseException:
            self.stop()
            raise

    def start_stores(self) -> None:
        """Start Kafka and PostgreSQL. Raises Unavailable."""
        self.kafka.start()
        self.processes["kafka"] = self.kafka.running
        empty = not (self.postgres.folder / "data").exists()
        self.postgres.start()
        self.processes["postgres"] = self.postgres.running
        if empty:
            self.run_init()

    def run_init(self) -> None:
        """What the image of PostgreSQL does at its first start. Raises Unavailable."""
        given = self.parts["postgres"].environment
        database = given["POSTGRES_DB"]
        psql: list[str | Path] = [
            binaries_folder() / "psql",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.postgres.port),
        ]
        psql += ["-U", given["POSTGRES_USER"], "-v", "ON_ERROR_STOP=1"]
        environment = {**os.environ, **given, "PGPASSWORD": self.postgres.password}
        for rest in (
            ["-d", "postgres", "-c", f"CREATE DATABASE {database}"],
            ["-d", database, "-f", str(ROOT / "deploy/postgres/init.sql")],
        ):
            done = subprocess.run(
                [*psql, *rest], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                self.postgres.stop()
                shutil.rmtree(self.postgres.folder)
                raise Unavailable(f"deploy/postgres/init.sql failed: {done.stderr.strip()}")

    def stop(self) -> None:
        """Stop what runs: ours all at once, and then, when nobody needs them, the stores."""
        for name, process in self.processes.items():
            if name not in STORES:
                process.terminate()
        for name, process in reversed(self.processes.items()):
            end(process, STORES.get(name, signal.SIGTERM))
        self.processes.clear()

    def kill(self, name: str) -> None:
        """End one part at once."""
        end(self.processes[name], signal.SIGKILL)

    def start_part(self, name: str) -> None:
        """Start one process of ours, or the identity provider. It is ready some time later."""
        command = ("goldthread", "identity") if name == "identity" else self.parts[name].command
        self.processes[name] = self.launched(name, command, self.environment(name))

    def launched(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """The process of a part that runs this command of ours."""
        return launch(
            [PROGRAMS / command[0], *command[1:]],
            self.log(name),
            environment=environment,
            folder=ROOT,
            outlives=self.outlives,
        )

    def environment(self, name: str) -> dict[str, str]:
        """What the Compose file gives a part of ours, with this machine's addresses and folders."""
        machine = {key: os.environ[key] for key in ("HOME", "PATH", "LANG") if key in os.environ}
        given = self.parts["referrals" if name == "identity" else name].environment
        ours = {
            # The built-in provider is the issuer under the public address, and makes its own key.
            "GOLDTHREAD_ISSUER": "",
            "GOLDTHREAD_DATA": str(self.folder / "identity"),
            "GOLDTHREAD_HOST": "127.0.0.1",
            "GOLDTHREAD_PORT": str(self.ports.get(name) or free_port()),
            # No collector runs here, unless one is named.
            "GOLDTHREAD_OTLP_ENDPOINT": os.environ.get("GOLDTHREAD_OTLP_ENDPOINT", ""),
        }
        return machine | {key: self._here(value) for key, value in given.items()} | ours | self.extra

    def await_part(self, name: str) -> None:
        """Return when a part answers that it is ready, through the gateway. The matcher has no address:
        it must not have ended. Raises Unavailable."""
        if name == "matcher":
            if self.processes[name].poll() is not None:
                raise Unavailable(f"matcher ended; see {self.log(name)}")
            return
        paths = {"identity": "identity/.well-known/openid-configuration", "sandbox": "sandbox/"}
        ready = f"{self.url}/{paths.get(name, f'{name}/ready')}"
        wait_until(lambda: is_ready(ready), name, self.processes[name], self.log(name), START)

    def log(self, name: str) -> Path:
        """Where a part writes what it has to say."""
        return self.folder / f"{name}.log"

    def _here(self, text: str) -> str:
        for name, port in INSIDE.items():
            text = text.replace(f"{name}:{port}", f"127.0.0.1:{self.ports[name]}")
        return text

    def _start_gateway(self) -> None:
        nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not nginx:
            raise Unavailable("nginx is not installed: apt-get install nginx")
        folder = self.folder / "nginx"
        shutil.copytree(ROOT / "deploy/gateway", folder, dirs_exist_ok=True)
        configuration = folder / "nginx.conf"
        told = self._here(configuration.read_text())
        told = told.replace("listen 8400;", f"listen 127.0.0.1:{self.port};")
        configuration.write_text(
            told.replace(" /tmp/", f" {folder}/").replace("/etc/nginx/goldthread", str(folder))
        )
        command: list[str | Path] = [nginx, "-p", folder, "-c", configuration, "-g", "daemon off;"]
        self.processes["gateway"] = launch(command, self.log("gateway"), outlives=self.outlives)
        gateway = self.processes["gateway"]
        wait_until(lambda: listens(self.port), "nginx", gateway, self.log("gateway"), 10)


class Secrets:
    """The secrets that the Compose file asks for, drawn once and kept in a file of this user's."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def draw(self, name: str) -> str:
        """The secret of this name: what is kept, else a new one."""
        kept: dict[str, str] = json.loads(self.file.read_text()) if self.file.exists() else {}
        if name not in kept:
            kept[name] = secrets.token_urlsafe(24)
            self.file.touch(mode=0o600)
            self.file.write_text(json.dumps(kept, indent=2))
        return kept[name]
