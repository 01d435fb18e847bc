"""What a part stands on: Kafka and PostgreSQL, or a deployment; and processes that work on them."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg

from deploy.local.deployment import Deployment
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import Unavailable, launch, run_apart

ROOT = Path(__file__).parents[2]

PATIENCE = 180.0
"""Seconds after which a process that measures is given up."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Both, running, and the folder where their files and all logs lie."""

    folder: Path
    kafka: Kafka
    postgres: Postgres

    def database(self, name: str) -> str:
        """The SQLAlchemy address of a new, empty database."""
        run_apart(_create(plain(self.postgres.url()), name))
        return self.postgres.url(name)

    def environment(self, database: str, port: int = 0) -> dict[str, str]:
        """The settings of a process of ours on these stores."""
        return {
            "GOLDTHREAD_LOG": f"kafka://{self.kafka.address}",
            "GOLDTHREAD_STORE": database,
            "GOLDTHREAD_DATA": str(self.folder / "data"),
            "GOLDTHREAD_PORT": str(port),
            "GOLDTHREAD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the server of another user can reach, removed at the end."""
    made = Path(tempfile.mkdtemp(prefix="goldthread-bench-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def stores() -> Iterator[Stores]:
    """A broker and a durable cluster of their own. Raises Unavailable."""
    with folder() as made:
        (made / "data").mkdir()
        kafka, postgres = Kafka(made / "kafka"), Postgres(made / "postgres", durable=True)
        try:
            kafka.start()
            postgres.start()
            yield Stores(made, kafka, postgres)
        finally:
            postgres.stop()
            kafka.stop()


@contextmanager
def deployed() -> Iterator[Deployment]:
    """A distributed deployment of its own, on a durable cluster. Raises Unavailable."""
    with folder() as made:
        deployment = Deployment(made, durable=True)
        deployment.start()
        try:
            yield deployment
        finally:
            deployment.stop()


def plain(url: str) -> str:
    """An SQLAlchemy address as asyncpg takes it."""
    return url.replace("postgresql+asyncpg:", "postgresql:")


async def _create(address: str, name: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()


def told(
    module: str, *arguments: str, log: Path, environment: Mapping[str, str], seconds: float = PATIENCE
) -> dict[str, Any]:
    """What a module of this package prints as JSON in its last line, run in a process of its own for so long
    at most."""
    process = launch(
        [sys.executable, "-m", module, *arguments], log, environment=dict(environment), folder=ROOT
    )
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Unavailable(f"{module} did not end in {seconds:.0f} s") from None
    last = (log.read_text().strip().splitlines() or [""])[-1]
    if status:
        raise Unavailable(f"{module} ended with status {status}: {last[:200]}")
    return cast("dict[str, Any]", json.loads(last))
