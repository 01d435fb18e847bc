"""The real Kafka and PostgreSQL of a test run: started at first use, stopped at its end.

An address in ``GOLDTHREAD_TEST_KAFKA`` (``host:port``) or ``GOLDTHREAD_TEST_POSTGRES`` (an SQLAlchemy
address with asyncpg, of a role that may create databases) is used instead.
"""

import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy.engine import make_url

from deploy.local import kafka, postgres
from deploy.local.processes import run_apart

KAFKA_ADDRESS = "GOLDTHREAD_TEST_KAFKA"
POSTGRES_ADDRESS = "GOLDTHREAD_TEST_POSTGRES"


class RealParts:
    """What this run has of real parts. Every method raises Unavailable if the part cannot be had."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._kafka: str | None = None
        self._postgres: str | None = None
        self.found: list[str] = []
        """A line for each part: what it is and where it comes from."""

    def fetched(self) -> None:
        """Have what a part is run from, before several processes want it at one time."""
        if KAFKA_ADDRESS not in os.environ:
            kafka.java()
            kafka.jars()
        if POSTGRES_ADDRESS not in os.environ:
            postgres.version()

    def folder(self) -> Path:
        """A new folder that the server of another user can reach, removed at the end."""
        folder = Path(tempfile.mkdtemp(prefix="goldthread-"))
        folder.chmod(0o755)
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def broker(self, users: Mapping[str, str] | None = None) -> kafka.Kafka:
        """A broker of its own for a test that stops, kills or fills it, or where users sign in; running."""
        broker = kafka.Kafka(self.folder() / "kafka", users=users, options=kafka.BRIEF)
        broker.start()
        self._stack.callback(broker.stop)
        return broker

    def kafka(self) -> str:
        """The address of the broker that tests share. Topics of other tests may be on it."""
        if self._kafka is None:
            self._kafka = os.environ.get(KAFKA_ADDRESS)
            if self._kafka:
                self.found.append(f"Kafka: {self._kafka}, given by {KAFKA_ADDRESS}")
            else:
                self._kafka = self.broker().address
                self.found.append(f"Kafka {kafka.VERSION}: started at {self._kafka}, run by {kafka.java()}")
        return self._kafka

    def postgres(self) -> str:
        """The address of the cluster that tests share; see ``fresh_database``."""
        if self._postgres is None:
            self._postgres = os.environ.get(POSTGRES_ADDRESS)
            if self._postgres:
                # Its host alone: an address holds a password.
                self.found.append(f"PostgreSQL: {make_url(self._postgres).host}, given by {POSTGRES_ADDRESS}")
            else:
                server = postgres.Postgres(self.folder() / "postgres", durable=False)
                server.start()
                self._stack.callback(server.stop)
                self._postgres = server.url()
                self.found.append(f"PostgreSQL {postgres.version()}: started at 127.0.0.1:{server.port}")
        return self._postgres

    def fresh_database(self) -> str:
        """The SQLAlchemy address (asyncpg) of a new, empty database, dropped at the end."""
        cluster, name = make_url(self.postgres()), f"test_{uuid4().hex}"
        plain = cluster.set(drivername="postgresql").render_as_string(hide_password=False)
        run_apart(_say(plain, f"CREATE DATABASE {name} TEMPLATE template0"))
        if os.environ.get(POSTGRES_ADDRESS):
            self._stack.callback(lambda: run_apart(_say(plain, f"DROP DATABASE {name} WITH (FORCE)")))
        return cluster.set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """Stop what was started, remove what was made."""
        self._stack.close()


async def _say(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def forget_topics(address: str) -> None:
    """Delete every topic of a broker but its own, and return when none is left."""

    async def forget(admin: AIOKafkaAdminClient) -> None:
        while topics := [topic for topic in await admin.list_topics() if not topic.startswith("__")]:
            await admin.delete_topics(topics)

    run_apart(_with_admin(address, forget))


async def _with_admin(address: str, work: Callable[[AIOKafkaAdminClient], Awaitable[None]]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await work(admin)
    finally:
        await admin.close()
