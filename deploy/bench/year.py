"""P6: a national year from NDJSON by the bulk endpoint of the distributed deployment; the agenda, and
the page of a breach (P3), meanwhile.

By default a small share of the year goes up, and the figure says what the whole would take at that
rate. Its proportions: ``domain.md`` section 11's sources (ONS, SafeLives; breaches by our estimate).
The raw limit copies the same lines, parsed, into one table without an index.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import orjson

from chassis.clock import Clock
from chassis.http.bulk import LINES
from contracts.content import Content
from contracts.events.orders import BreachReported, OrderMade
from contracts.events.people import IncidentReported, ReferralMade
from deploy.bench import paging
from deploy.bench.invented import line
from deploy.bench.paging import Pager, busy, milliseconds, pages, pages_during
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.bench.stores import plain
from deploy.demo.client import Client
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart

YEAR: dict[type[Content], int] = {
    IncidentReported: 1_350_000,
    ReferralMade: 120_000,
    BreachReported: 100_000,
    OrderMade: 45_000,
}
OF_ONE = 8
"""In how many of the facts each person stands, in the mean."""
GOAL_MINUTES = 15
GOAL_MS = 100
PAUSE = 0.25
"""Seconds between two looks at the agenda."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The seconds of each look at the agenda, and of each breach until its page."""

    agenda: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def lines_of(share: float) -> dict[str, list[bytes]]:
    """The lines of a share of the year, for each service that takes them."""
    now, made = Clock().now(), {kind: round(count * share) for kind, count in YEAR.items()}
    people = max(1, sum(made.values()) // OF_ONE)
    found: dict[str, list[bytes]] = {"referrals": [], "orders": []}
    for kind, count in made.items():
        service = "referrals" if kind in (IncidentReported, ReferralMade) else "orders"
        for n in range(count):
            at = now - timedelta(days=365) * (count - n) / count
            more = _content(kind, at)
            found[service].append(line(kind.type, f"{n}", f"{n % people}", f"{(n * 7) % people}", at, **more))
    return found


def _content(kind: type[Content], at: datetime) -> dict[str, str]:
    if kind is OrderMade:
        return {"order": "non-molestation", "made": at.isoformat()}
    return {} if kind is ReferralMade else {"kind": "harassment" if kind is IncidentReported else "contact"}


def measure(deployment: Deployment, pager: Pager, share: float) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. The caseload was posted."""
    lines = lines_of(share)
    count = sum(map(len, lines.values()))
    yield f"P6: {count:,} lines, {share:.2%} of a national year"
    spent, looks, before = run_apart(_uploaded(deployment, pager, lines))
    limit = run_apart(copied(deployment, [each for some in lines.values() for each in some]))
    value, raw = spent / share / 60, limit / share / 60
    whole = "" if share == 1 else f" (told from {count:,} lines)"
    what = f"a national year by upload, until folded{whole}"
    yield Figure(*("P6", what, value, "min", raw, value / raw), f"< {GOAL_MINUTES} min", value < GOAL_MINUTES)
    value, raw = milliseconds(looks.agenda, 99), milliseconds(before.agenda, 99)
    what = "agenda, JSON, p99, meanwhile (raw: before)"
    yield Figure(*("P6", what, value, "ms", raw, value / raw), f"< {GOAL_MS} ms", value < GOAL_MS)
    yield busy("a year is uploaded", looks.pages, before.pages)


async def _uploaded(
    deployment: Deployment, pager: Pager, lines: dict[str, list[bytes]]
) -> tuple[float, Looks, Looks]:
    """The seconds until all is folded; what was looked at meanwhile, and before."""
    async with client_of(deployment) as client, pager.open():
        meetings = (await client.call(COORDINATOR, "GET", "/marac/v1/meetings")).json()["to_come"]
        path = f"/marac/v1/meetings/{meetings[0]['meeting']}/agenda"
        before = Looks([await _look(client, path) for _ in range(paging.BEFORE)])
        before.pages.extend(await pages(client, pager, "before-the-year", paging.BEFORE))
        meanwhile = Looks()
        looking = asyncio.create_task(_look_on(client, path, meanwhile.agenda))
        uploading = asyncio.create_task(_upload_all(client, lines))
        meanwhile.pages.extend(await pages_during(uploading, client, pager, "in-the-year"))
        looking.cancel()
        await asyncio.wait([looking])
        return uploading.result(), meanwhile, before


async def _upload_all(client: Client, lines: dict[str, list[bytes]]) -> float:
    """The seconds until all of it is folded."""
    began = time.perf_counter()
    await asyncio.gather(*(upload(client, service, some) for service, some in lines.items()))
    await settled(client)
    return time.perf_counter() - began


async def _look(client: Client, path: str) -> float:
    began = time.perf_counter()
    await client.call(COORDINATOR, "GET", path)
    return time.perf_counter() - began


async def _look_on(client: Client, path: str, took: list[float]) -> None:
    while True:
        took.append(await _look(client, path))
        await asyncio.sleep(PAUSE)


async def copied(deployment: Deployment, lines: list[bytes]) -> float:
    """The seconds until these lines are in one table: the raw limit."""
    connection = await asyncpg.connect(plain(deployment.postgres.url()))
    try:
        await connection.execute("create table year (key text, type text, body text)")
        began = time.perf_counter()
        for start in range(0, len(lines), LINES):
            some = [(orjson.loads(each), each.decode()) for each in lines[start : start + LINES]]
            rows = [(said["idempotency_key"], said["type"], body) for said, body in some]
            await connection.copy_records_to_table("year", records=rows)
        return time.perf_counter() - began
    finally:
        await connection.execute("drop table year")
        await connection.close()
