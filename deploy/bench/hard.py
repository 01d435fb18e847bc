"""P3 while it is hard: breaches are posted while other facts come as fast as they are taken, while every
service rebuilds, and through a kill of each part.

A part that is killed is started again at once, as a supervisor would, and what is measured is the
time from the kill, at which the breach is posted too, until its page. With one instance of each part
nobody takes over meanwhile: what it takes is a start.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from signal import SIGTERM

import httpx

from deploy.bench import paging
from deploy.bench.invented import AGENCY, breach
from deploy.bench.paging import Pager, busy, pages, pages_during
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.bench.steady import incident
from deploy.demo.client import Client, Unexpected
from deploy.local.deployment import SERVICES, Deployment
from deploy.local.processes import end, run_apart

GOAL_SECONDS = 10
PARTS = ("matcher", *SERVICES, "postgres", "kafka")
RATE, FLOOD_SECONDS, EVERY = 500, 20.0, 0.5
"""Facts a second that are offered, for how long, and how often some of them."""
TRIES = 240
"""How often a part that was killed is asked whether it is ready: a minute. A long start is a figure."""
AGAIN = 0.05
"""Seconds until a partner that was not answered tries again."""


def measure(deployment: Deployment, pager: Pager, parts: Sequence[str] = PARTS) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. Each of these parts is killed."""
    yield f"P3: {RATE} facts/s are offered"
    taken, meanwhile, before = run_apart(_flooded(deployment, pager))
    yield busy(f"{RATE} facts/s are offered ({taken:.0f} taken)", meanwhile, before)
    yield "P3: every service rebuilds"
    meanwhile, before = run_apart(_rebuilt(deployment, pager))
    yield busy("every service rebuilds", meanwhile, before)
    took = {}
    for part in parts:
        yield f"P3: {part} is killed"
        took[part] = run_apart(_through_a_kill(deployment, pager, part))
    worst = max(took, key=lambda part: took[part])
    value, raw = took[worst] * 1000, min(took.values()) * 1000
    what = f"from the POST of a breach to its page, through a kill of any one part: {worst} (raw: the best)"
    goal = f"< {GOAL_SECONDS} s"
    yield Figure("P3 kill", what, value, "ms", raw, value / raw, goal, took[worst] < GOAL_SECONDS)


async def _flooded(deployment: Deployment, pager: Pager) -> tuple[float, list[float], list[float]]:
    """How many facts a second were taken of those that were offered, and each breach until its page."""
    async with client_of(deployment) as client, pager.open():
        before = await pages(client, pager, "before-the-flood", paging.BEFORE)
        flood = asyncio.create_task(_offer(client))
        meanwhile = await pages_during(flood, client, pager, "in-the-flood")
        return flood.result(), meanwhile, before


async def _offer(client: Client) -> float:
    """Facts of people of whom nothing is known, at that rate or as fast as they are taken; then wait until
    they are folded. Give how many were taken a second."""
    began, sent = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < FLOOD_SECONDS:
        lines = [incident(f"flood-{n}") for n in range(sent, sent + int(RATE * EVERY))]
        await upload(client, "referrals", lines)
        sent += len(lines)
        await asyncio.sleep(max(0.0, began + sent / RATE - time.perf_counter()))
    await settled(client)
    return sent / spent


async def _rebuilt(deployment: Deployment, pager: Pager) -> tuple[list[float], list[float]]:
    async with client_of(deployment) as client, pager.open():
        before = await pages(client, pager, "before-the-rebuild", paging.BEFORE)
        rebuilding = _rebuild(deployment, client)
        return await pages_during(rebuilding, client, pager, "in-the-rebuild"), before


async def _rebuild(deployment: Deployment, client: Client) -> None:
    """Mark all that each service has, and wait until it is folded."""
    for name in SERVICES:
        command = ("goldthread", "rebuild", name)
        process = deployment.launched("rebuild", command, deployment.environment(name))
        try:
            if await asyncio.to_thread(process.wait):
                raise Unexpected(f"{name} was not marked")
        finally:
            end(process, SIGTERM)
    await settled(client)


async def _through_a_kill(deployment: Deployment, pager: Pager, part: str) -> float:
    async with client_of(deployment) as client, pager.open():
        await settled(client)
        deployment.kill(part)
        began = time.perf_counter()
        starting = asyncio.create_task(asyncio.to_thread(_start, deployment, part))
        came = await pager.about(await _posted(client, f"{part}-killed"))
        await starting
        await client.ready(TRIES)
        return came - began


def _start(deployment: Deployment, part: str) -> None:
    match part:
        case "kafka":
            deployment.kafka.start()
            deployment.processes[part] = deployment.kafka.running
        case "postgres":
            deployment.postgres.start()
            deployment.processes[part] = deployment.postgres.running
        case _:
            deployment.start_part(part)


async def _posted(client: Client, number: str) -> str:
    """The root of a breach, posted until it is taken."""
    body = breach(number)
    while True:
        with suppress(httpx.TransportError, Unexpected):
            return (await client.say(AGENCY, "/orders/v1/breaches", f"bench-{number}", body)).root
        await asyncio.sleep(AGAIN)
