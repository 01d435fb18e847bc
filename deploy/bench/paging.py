"""P3: from the POST of a breach until the signed message is in the pager's hand.

The whole distributed deployment runs: the breach goes through the gateway to orders, its alert
over Kafka to notify. The raw limit does what no such way can spare, once each: a durable insert,
a record through Kafka, and a message. What comes later in the run (``year``, ``subject``, ``hard``)
sends breaches the same way while the deployment has other work, or a part of it dies.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import quantiles
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis.clock import Clock
from chassis.ids import Ids
from deploy.bench.invented import AGENCY, AREA, breach
from deploy.bench.partners import client_of, settings_of
from deploy.bench.report import Figure
from deploy.bench.stores import plain
from deploy.demo.client import Client
from deploy.local.deployment import Deployment
from deploy.local.processes import free_port, run_apart

GOAL_MS = 100
GOAL_BUSY_MS = 500
PAUSE = 0.05
"""Seconds between a page that was answered and the next breach."""
PATIENCE = 120
WARM = 10
"""Breaches that are not counted: each process does some things once."""
BEFORE = 30
"""How many are posted for a figure of before, beside which stands one of meanwhile."""
RAW_TOPIC = "bench-raw"


class Pager:
    """A small HTTP server that takes messages, and knows when the last byte of each came."""

    def __init__(self) -> None:
        self.port = free_port()
        self._came: dict[str, asyncio.Future[float]] = {}

    @property
    def url(self) -> str:
        """Where messages go."""
        return f"http://127.0.0.1:{self.port}/page"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Pager"]:
        """Take messages meanwhile."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()

    async def about(self, cause: str) -> float:
        """When the first message about a cause was whole. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            return await self._future(cause)

    def _future(self, cause: str) -> "asyncio.Future[float]":
        return self._came.setdefault(cause, asyncio.get_running_loop().create_future())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                came = self._future(orjson.loads(body)["cause"])
                if not came.done():
                    came.set_result(time.perf_counter())
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()


def on_call(deployment: Deployment) -> Pager:
    """The pager of somebody who is on call from here on, and was paged a few times."""
    pager = Pager()
    run_apart(_set_up(deployment, pager))
    return pager


def measure(deployment: Deployment, pager: Pager, count: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. The deployment knows next to nothing yet."""
    yield f"P3: {count} breaches, one after another"
    ours, raw = run_apart(_measured(deployment, pager, count))
    for name, at in (("p50", 50), ("p99", 99)):
        value, limit = milliseconds(ours, at), milliseconds(raw, at)
        judged = name == "p99"
        yield Figure(
            *(f"P3 {name}", "from the POST of a breach to its page", value, "ms", limit, value / limit),
            goal=f"< {GOAL_MS} ms" if judged else "",
            met=value < GOAL_MS if judged else None,
        )


def milliseconds(seconds: list[float], percent: int) -> float:
    """What so many percent of these took at most."""
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def busy(meanwhile: str, took: list[float], before: list[float]) -> Figure:
    """What breaches took while something else went on, beside what they took before."""
    value, raw = milliseconds(took, 99), milliseconds(before, 99)
    what = f"from the POST of a breach to its page, p99, while {meanwhile} (raw: before)"
    ratio = value / raw
    return Figure("P3 busy", what, value, "ms", raw, ratio, f"< {GOAL_BUSY_MS} ms", value < GOAL_BUSY_MS)


async def _measured(deployment: Deployment, pager: Pager, count: int) -> tuple[list[float], list[float]]:
    async with client_of(deployment) as client, pager.open():
        ours = await pages(client, pager, "idle", WARM + count)
        raw = await _raw(deployment, pager, WARM + count)
    return ours[WARM:], raw[WARM:]


async def _set_up(deployment: Deployment, pager: Pager) -> None:
    """One area, and somebody on call there, who is paged."""
    settings = settings_of(deployment)
    staff = Ids(settings.secret.get_secret_value()).staff(settings.trusted_issuer, "dev-malik")
    person = {"person": staff, "webhook": pager.url}
    now = Clock().now()
    rota = {
        "area": AREA,
        "starts": (now - timedelta(hours=1)).isoformat(),
        "ends": (now + timedelta(days=30)).isoformat(),
        **dict.fromkeys(("first", "second", "supervisor", "duty_officer"), person),
    }
    header = {"occurred": now.isoformat(), "recorded": now.isoformat()}
    header |= {"basis": "public-task", "purpose": "safeguarding"}
    area = {"area": AREA, "name": "North", "kind": "marac"}
    async with client_of(deployment) as client, pager.open():
        for who, what, content in (("aisha-bright", "areas", area), ("colin-wray", "rota", rota)):
            await client.say(who, f"/notify/v1/{what}", f"bench-{what}", header | {"content": content})
        await pages(client, pager, "first", WARM)


async def pages(client: Client, pager: Pager, prefix: str, count: int) -> list[float]:
    """The seconds of each of so many breaches, one after another. ``prefix`` tells them from others."""
    return [await page(client, pager, f"{prefix}-{number}") for number in range(count)]


async def pages_during(work: Awaitable[object], client: Client, pager: Pager, prefix: str) -> list[float]:
    """The seconds of each breach that is posted, one after another, until this work is done: two at least,
    for there is no share of one."""
    took: list[float] = []
    working = asyncio.ensure_future(work)
    while len(took) < 2 or not working.done():
        took.append(await page(client, pager, f"{prefix}-{len(took)}"))
    await working
    return took


async def page(client: Client, pager: Pager, number: str) -> float:
    """The seconds of one breach, whose alert is then answered."""
    body = breach(number)
    began = time.perf_counter()
    receipt = await client.say(AGENCY, "/orders/v1/breaches", f"bench-{number}", body)
    came = await pager.about(receipt.root)
    await client.call("dev-malik", "POST", f"/notify/v1/alerts/{receipt.root}/acknowledge")
    await asyncio.sleep(PAUSE)
    return came - began


async def _raw(deployment: Deployment, pager: Pager, count: int) -> list[float]:
    kafka = {"bootstrap_servers": deployment.kafka.address}
    producer, consumer = (
        AIOKafkaProducer(**kafka, acks="all", linger_ms=0),
        AIOKafkaConsumer(RAW_TOPIC, **kafka),
    )
    connection = await asyncpg.connect(plain(deployment.postgres.url()))
    await connection.execute("create table bench (id uuid primary key, body text)")
    await _make_topic(deployment.kafka.address)
    await producer.start()
    await consumer.start()
    try:
        async with httpx.AsyncClient() as http:
            return [await _raw_page(connection, producer, consumer, http, pager) for _ in range(count)]
    finally:
        await producer.stop()
        await consumer.stop()
        await connection.close()


async def _make_topic(address: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(RAW_TOPIC, 1, 1)])
    finally:
        await admin.close()


async def _raw_page(
    connection: asyncpg.Connection,
    producer: AIOKafkaProducer,
    consumer: AIOKafkaConsumer,
    http: httpx.AsyncClient,
    pager: Pager,
) -> float:
    cause = str(uuid4())
    body: dict[str, Any] = breach("00000") | {"cause": cause}
    said = orjson.dumps(body)
    began = time.perf_counter()
    await connection.execute("insert into bench (id, body) values ($1, $2)", cause, said.decode())
    await producer.send_and_wait(RAW_TOPIC, said)
    message = await consumer.getone()
    await http.post(pager.url, content=message.value)
    return await pager.about(cause) - began
