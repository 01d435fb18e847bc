"""P7: a subject with thousands of facts gets one more.

One pair of people, an incident every six hours. Then one more is posted, again and again, and each
time every service must have read and folded it. The raw limit is the same for people of whom nothing
was known. While the thousands come in, breaches against others are posted, one after another (P3).
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from chassis.clock import Clock
from contracts.events.people import IncidentReported
from deploy.bench import paging
from deploy.bench.invented import line
from deploy.bench.paging import Pager, busy, pages, pages_during
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.demo.client import Client
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart

GOAL_MS = 250
TIMES = 10


def measure(deployment: Deployment, pager: Pager, facts: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figure."""
    yield f"P7: {facts:,} facts of one subject"
    hot, cold, meanwhile, before = run_apart(_measured(deployment, pager, facts))
    value, raw = median(hot) * 1000, median(cold) * 1000
    what = f"a subject with {facts:,} facts gets one more: folded everywhere, p50"
    yield Figure(*("P7", what, value, "ms", raw, value / raw), f"< {GOAL_MS} ms", value < GOAL_MS)
    yield busy(f"{facts:,} facts of one subject come", meanwhile, before)


async def _measured(deployment: Deployment, pager: Pager, facts: int) -> tuple[list[float], ...]:
    async with client_of(deployment) as client, pager.open():
        before = await pages(client, pager, "before-the-subject", paging.BEFORE)
        thousands = _upload(client, [_incident(n, facts, "hot") for n in range(facts)])
        meanwhile = await pages_during(thousands, client, pager, "with-the-subject")
        hot = [await _one(client, _incident(facts + n, facts, "hot")) for n in range(TIMES)]
        cold = [await _one(client, _incident(n, facts, f"cold{n}")) for n in range(TIMES)]
        return hot, cold, meanwhile, before


async def _upload(client: Client, lines: list[bytes]) -> None:
    await upload(client, "referrals", lines)
    await settled(client)


def _incident(number: int, facts: int, people: str) -> bytes:
    at = Clock().now() - timedelta(hours=6) * (facts + TIMES + 1 - number)
    kind = IncidentReported.type
    return line(kind, f"{people}-{number}", people, people, at, kind="harassment")


async def _one(client: Client, said: bytes) -> float:
    began = time.perf_counter()
    await _upload(client, [said])
    return time.perf_counter() - began
