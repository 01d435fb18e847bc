"""P6 upload: 100,000 incidents as CSV, by one upload that could go on where it was cut, through the gateway:
until all are taken, which is the goal, and until all are folded. All of them go up, however small a share of
the year does: a part would tell nothing of what waits behind them.

The raw limit is that of the year: the same facts, parsed, into one table.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson

from chassis.clock import Clock
from chassis.http.bulk import CSV, LINES
from contracts.events.people import IncidentReported
from contracts.posts import row_of, written
from deploy.bench.invented import AGENCY, line
from deploy.bench.partners import client_of, settled
from deploy.bench.report import Figure
from deploy.bench.year import OF_ONE, copied
from deploy.demo.client import Client, Unexpected
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart

ROWS = 100_000
GOAL_MINUTES = 3
UPLOADS = "/referrals/v1/uploads"


def measure(deployment: Deployment) -> Iterator[str | Figure]:
    """Say what is under way; then the figures."""
    yield f"P6: an upload of {ROWS:,} rows"
    lines = _lines(ROWS)
    file = _table([orjson.loads(each) for each in lines])
    taken, folded = (seconds / 60 for seconds in run_apart(_uploaded(deployment, file)))
    raw = run_apart(copied(deployment, lines)) / 60
    what, goal = f"{ROWS:,} rows of CSV by one upload, until", f"< {GOAL_MINUTES} min"
    yield Figure("P6 upload", f"{what} taken", taken, "min", raw, taken / raw, goal, taken < GOAL_MINUTES)
    yield Figure("P6 upload", f"{what} folded", folded, "min", raw, folded / raw)


def _lines(count: int) -> list[bytes]:
    now, people = Clock().now(), max(1, count // OF_ONE)
    return [
        line(
            IncidentReported.type,
            f"upload-{n}",
            f"U{n % people}",
            f"U{n * 7 % people}",
            now - timedelta(days=365) * (count - n) / count,
            kind="harassment",
        )
        for n in range(count)
    ]


def _table(lines: list[dict[str, Any]]) -> bytes:
    rows = [row_of(each) for each in lines]
    return written([list(rows[0]), *(row.values() for row in rows)]).encode()


async def _uploaded(deployment: Deployment, file: bytes) -> tuple[float, float]:
    """The seconds until all of it is taken, and until it is folded. Raises Unexpected where a row is not
    taken."""
    part = len(file) * LINES // ROWS
    async with client_of(deployment) as client:
        began = time.perf_counter()
        upload = await _call(client, "POST", UPLOADS, json={"format": CSV, "size": len(file)})
        while not upload["done"]:
            start = upload["offset"]
            path = f"{UPLOADS}/{upload['id']}/parts/{start}"
            upload = await _call(client, "PUT", path, content=file[start : start + part], timeout=120)
        taken = time.perf_counter() - began
        if upload["taken"] != ROWS:
            raise Unexpected(f"{upload['refused']} rows were not taken")
        await settled(client)
        return taken, time.perf_counter() - began


async def _call(client: Client, method: str, path: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.call(AGENCY, method, path, **more)).json()
    return found
