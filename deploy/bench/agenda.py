"""P4 and P5: an agenda over the year of a force area, and what the processes take that hold it.

The demo's partners post their year to the distributed deployment, its coordinator lists the cases.
The raw limit of an answer is the smallest answer of the same service by the same way. That of a
process is the bare application of P1, with its libraries alone.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from signal import SIGTERM

import anyio
import orjson

from chassis.clock import Clock
from chassis.http.bulk import LINES, NDJSON
from contracts.events.people import IncidentReported, ReferralMade
from deploy.bench.invented import AGENCY, line
from deploy.bench.paging import milliseconds, settings_of
from deploy.bench.report import Figure
from deploy.bench.stores import ROOT
from deploy.demo.caseload import MARACS, Caseload
from deploy.demo.client import Client, Unexpected
from deploy.demo.listing import listed
from deploy.demo.partners import AT_ONCE
from deploy.demo.staff import COORDINATOR, Staff
from deploy.local.deployment import PROGRAMS, SERVICES, Deployment
from deploy.local.processes import end, free_port, launch, run_apart, wait_until
from deploy.ready import is_ready

CASES = 20
"""On the agenda: those of the demo, and some whose year is told by lines of an upload."""
FIRST = "agenda-0"
"""What ends the numbers of the first of the latter."""
OF_A_CASE = 8
"""How many incidents each of the latter has."""
GOAL_MS = 100
GOAL_MB = 150
GOAL_ALONE_MB = 300
GOAL_MATCHER_MB = 700
GOAL_READY_SECONDS = 2


def measure(deployment: Deployment, load: Caseload, times: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures."""
    yield f"P4: {len(load.posts):,} posts of a year"
    looks = run_apart(_looks(deployment, load, times))
    for kind in ("JSON", "page"):
        value, limit = milliseconds(looks[kind], 99), milliseconds(looks["raw"], 99)
        what = f"agenda of {CASES} cases, {kind}, p99"
        ratio = value / limit
        yield Figure("P4", what, value, "ms", limit, ratio, f"< {GOAL_MS} ms", value < GOAL_MS)
    yield "P5: what the processes take"
    yield from _processes(deployment)


async def _looks(deployment: Deployment, load: Caseload, times: int) -> dict[str, list[float]]:
    """The seconds of each look at the agenda, and of the smallest answer."""
    async with client_of(deployment) as client:
        meeting = await _year(client, deployment, load)
        await _fill(client, meeting, CASES - len(listed(load, MARACS[0])[0]))
        await settled(client)
        paths = {
            "raw": "/marac/health",
            "JSON": f"/marac/v1/meetings/{meeting}/agenda",
            "page": f"/marac/meetings/{meeting}",
        }
        took: dict[str, list[float]] = {kind: [] for kind in paths}
        for _ in range(times):
            for kind, path in paths.items():
                began = time.perf_counter()
                await client.call(COORDINATOR, "GET", path)
                took[kind].append(time.perf_counter() - began)
    return {kind: seconds[times // 10 :] for kind, seconds in took.items()}


@asynccontextmanager
async def client_of(deployment: Deployment) -> AsyncIterator[Client]:
    """A client of everybody of the try-out, signed in at a deployment that is ready."""
    client = Client(settings_of(deployment))
    try:
        await client.ready()
        await client.sign_in()
        yield client
    finally:
        await client.close()


async def settled(client: Client) -> None:
    """Wait until every service has read and folded all that there is."""
    for service in SERVICES:
        while True:
            reasons = (await client.call(AGENCY, "GET", f"/{service}/ready")).json()["reasons"]
            if not reasons["behind"] and not reasons["marks"]:
                break
            await asyncio.sleep(0.02)


async def _year(client: Client, deployment: Deployment, load: Caseload) -> str:
    """All of it, accepted now; give the first MARAC's next meeting."""
    staff = Staff(client, settings_of(deployment), load)
    await staff.set_up()
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def post(number: int) -> None:
        async with limit:
            await client.post(load.posts[number])

    async with anyio.create_task_group() as together:
        for number, each in enumerate(load.posts):
            if each.of is None:
                together.start_soon(post, number)
    for number, each in enumerate(load.posts):
        if each.of is not None:
            await post(number)
    await staff.call_meetings()
    return client.receipts[f"demo-meeting-{MARACS[0]}"].root


async def _fill(client: Client, meeting: str, missing: int) -> None:
    """Refer so many more, each after their incidents, and list them."""
    now = Clock().now()
    for number in (f"agenda-{n}" for n in range(missing)):
        lines = [
            line(IncidentReported.type, f"{number}-{n}", number, number, at, kind="harassment")
            for n in range(OF_A_CASE)
            for at in (now - timedelta(days=30 * (n + 1)),)
        ]
        lines.append(line(ReferralMade.type, number, number, number, now - timedelta(days=1)))
        case = (await upload(client, "referrals", lines))[-1]
        while True:
            try:
                path = f"/marac/v1/meetings/{meeting}/cases"
                await client.say(COORDINATOR, path, f"bench-listed-{number}", {"case": case})
                break
            except Unexpected:
                await asyncio.sleep(0.05)  # it is not folded yet


async def upload(client: Client, service: str, lines: list[bytes]) -> list[str]:
    """Send lines in parts, one after the other; give the id of each fact. Raises Unexpected where one is not
    taken."""
    roots: list[str] = []
    for start in range(0, len(lines), LINES):
        answer = await client.call(
            AGENCY,
            "POST",
            f"/{service}/v1/bulk",
            content=b"\n".join(lines[start : start + LINES]),
            headers={"Content-Type": NDJSON},
            timeout=120,
        )
        results = [orjson.loads(each) for each in answer.text.splitlines()]
        if wrong := [each for each in results if each["status"] not in (200, 201)]:
            raise Unexpected(f"{len(wrong)} lines of {service} were not taken: {wrong[0]}")
        roots += [each["receipt"]["root"] for each in results]
    return roots


def _processes(deployment: Deployment) -> Iterator[Figure]:
    bare, bare_ready = _bare(deployment)
    held = {name: _megabytes(deployment.processes[name].pid) for name in (*SERVICES, "matcher")}
    largest = max(held[name] for name in SERVICES)
    for what, value, goal in (
        ("memory of the largest service, after the year", largest, GOAL_MB),
        ("memory of the matcher, after the year", held["matcher"], GOAL_MATCHER_MB),
    ):
        yield Figure("P5", what, value, "MB", bare, value / bare, f"≤ {goal} MB", value <= goal)
    deployment.kill("orders")
    began = time.perf_counter()
    deployment.start_part("orders")
    deployment.await_part("orders")
    value = time.perf_counter() - began
    met = value <= GOAL_READY_SECONDS
    what = "from a start until a service is ready, after the year"
    goal_ = f"≤ {GOAL_READY_SECONDS} s"
    yield Figure("P5", what, value * 1000, "ms", bare_ready * 1000, value / bare_ready, goal_, met)
    value, ready = _alone(deployment.folder)
    what, goal_ = "memory of all in one process, with nothing in it", f"≤ {GOAL_ALONE_MB} MB"
    yield Figure("P5", what, value, "MB", bare, value / bare, goal_, value <= GOAL_ALONE_MB)
    what, goal_ = "from a start until all in one process is ready", f"≤ {GOAL_READY_SECONDS} s"
    met = ready <= GOAL_READY_SECONDS
    yield Figure("P5", what, ready * 1000, "ms", bare_ready * 1000, ready / bare_ready, goal_, met)


def _alone(folder: Path) -> tuple[float, float]:
    """What the embedded deployment takes: megabytes, and seconds until each of its services is ready."""
    port, log = free_port(), folder / "alone.log"
    url = f"http://127.0.0.1:{port}"
    environment = {"GOLDTHREAD_PORT": str(port), "GOLDTHREAD_PUBLIC_URL": url}
    environment |= {"GOLDTHREAD_DATA": str(folder / "alone")}
    began = time.perf_counter()
    process = launch([PROGRAMS / "goldthread", "serve"], log, environment=environment, folder=ROOT)
    try:
        for service in SERVICES:
            ready = f"{url}/{service}/ready"
            wait_until(partial(is_ready, ready), service, process, log, 60)
        return _megabytes(process.pid), time.perf_counter() - began
    finally:
        end(process, SIGTERM)


def _bare(deployment: Deployment) -> tuple[float, float]:
    """What the bare application takes: megabytes, and seconds until it answers."""
    port = free_port()
    environment = {"GOLDTHREAD_STORE": deployment.postgres.url(), "GOLDTHREAD_PORT": str(port)}
    command = [sys.executable, "-m", "deploy.bench.server", "bare"]
    began = time.perf_counter()
    log = deployment.folder / "bare.log"
    process = launch(command, log, environment=environment, folder=ROOT)
    try:
        address = f"http://127.0.0.1:{port}/openapi.json"
        wait_until(lambda: is_ready(address), "bare", process, log, 60)
        return _megabytes(process.pid), time.perf_counter() - began
    finally:
        end(process, SIGTERM)


def _megabytes(pid: int) -> float:
    """What a process holds of the machine's memory."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
