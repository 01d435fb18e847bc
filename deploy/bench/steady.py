"""P8: the steady rate that the deployment sustains: what is posted is folded everywhere within a second.

A rate is held for a while, in a part of an upload every half second. It is not sustained as soon as a part
is taken a second late, or no moment of a second finds everything folded. The first time does not count: it
warms the services, on the caseload that was posted. The highest is looked for: each is held
for 20 s, or as long as is asked for if that is less, and the next is half as much again. Then the highest
that was found is held for as long as is asked for; if it is not sustained for so long, the one below it is
held, and so on. The figure is the rate that was sustained for all of that time. More instances of each
service share its partitions, marks and claims; the gateway leads to the first.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from signal import SIGTERM

from chassis.clock import Clock
from contracts.events.people import IncidentReported
from deploy.bench.invented import line
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.demo.client import Client
from deploy.local.deployment import SERVICES, Deployment
from deploy.local.processes import end, free_port, run_apart, wait_until
from deploy.ready import is_ready

LOWEST, STEP = 20.0, 1.5
SEARCH_SECONDS = 20.0
"""How long each rate is held while the highest is looked for."""
EVERY = 0.5
LAG_SECONDS = 1.0
INSTANCES = (1, 2, 3)


def measure(deployment: Deployment, seconds: float) -> Iterator[str | Figure]:
    """Say what is under way; then a figure for each number of instances, beside that of one."""
    one = 0.0
    for instances in INSTANCES:
        yield f"P8: {instances} of each service, {seconds:g} s at the highest rate"
        with _instances(deployment, instances):
            value = run_apart(_sustained(deployment, seconds, instances))
        one = one or value or 1.0
        what = f"steady rate with {instances} of each service, lag < 1 s, held for {seconds:g} s"
        yield Figure("P8", what, value, "facts/s", one, value / one)


@contextmanager
def _instances(deployment: Deployment, count: int) -> Iterator[None]:
    """So many of each service, until the end."""
    more = []
    for name in SERVICES * (count - 1):
        environment = deployment.environment(name) | {"GOLDTHREAD_PORT": str(free_port())}
        more.append(deployment.launched(name, deployment.parts[name].command, environment))
        ready = f"http://127.0.0.1:{environment['GOLDTHREAD_PORT']}/{name}/ready"
        wait_until(partial(is_ready, ready), name, more[-1], deployment.log(name), 60)
    try:
        yield
    finally:
        for process in more:
            end(process, SIGTERM)


async def _sustained(deployment: Deployment, seconds: float, run: int) -> float:
    """The highest rate that was sustained for so long; 0: none."""
    found, rate = list[float](), LOWEST
    async with client_of(deployment) as client:
        await _holds(client, LOWEST, min(seconds, SEARCH_SECONDS), f"{run}-first")
        while await _holds(client, rate, min(seconds, SEARCH_SECONDS), f"{run}-{rate:.0f}"):
            found.append(rate)
            rate *= STEP
        for rate in reversed(found):
            if await _holds(client, rate, seconds, f"{run}-{rate:.0f}-found"):
                return rate
    return 0.0


async def _holds(client: Client, rate: float, seconds: float, run: str) -> bool:
    await settled(client)
    began, sent = time.perf_counter(), 0
    behind = asyncio.create_task(_falls_behind(client))
    try:
        for part in range(1, int(seconds / EVERY) + 1):
            due = int(rate * EVERY * part)
            await upload(client, "referrals", [incident(f"{run}-{n}") for n in range(sent, due)])
            sent, late = due, time.perf_counter() - began - EVERY * part
            if late >= LAG_SECONDS or (behind.done() and behind.result()):
                return False
            await asyncio.sleep(max(0.0, -late))
    finally:
        behind.cancel()
    over = time.perf_counter()
    await settled(client)
    return time.perf_counter() - over < LAG_SECONDS


async def _falls_behind(client: Client) -> bool:
    """Wait until there is a second in which not all was folded at any moment."""
    while True:
        began = time.perf_counter()
        await settled(client)
        if time.perf_counter() - began >= LAG_SECONDS:
            return True
        await asyncio.sleep(EVERY / 5)


def incident(number: str) -> bytes:
    """A line about people of whom nothing is known."""
    kind = IncidentReported.type
    return line(kind, f"steady-{number}", number, number, Clock().now(), kind="harassment")
