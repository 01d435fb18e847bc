"""P4 and P5: an agenda over the year of a force area, and what the processes take that hold it.

The caseload was posted to the distributed deployment (``partners``). The raw limit of an answer is the
smallest answer of the same service by the same way. That of a process is the bare application of P1, with
its libraries alone.
"""

import re
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from signal import SIGTERM

from deploy.bench.paging import milliseconds
from deploy.bench.partners import CASES, client_of
from deploy.bench.report import Figure
from deploy.bench.stores import ROOT
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import PROGRAMS, SERVICES, Deployment
from deploy.local.processes import end, free_port, launch, run_apart, wait_until
from deploy.ready import is_ready

GOAL_MS = 100
GOAL_MB = 150
GOAL_ALONE_MB = 300
GOAL_MATCHER_MB = 700
GOAL_READY_SECONDS = 2


def measure(deployment: Deployment, meeting: str, times: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures: of the agenda of this meeting, to which the caseload led."""
    yield f"P4: {times} looks at an agenda"
    looks = run_apart(_looks(deployment, meeting, times))
    for kind in ("JSON", "page"):
        value, limit = milliseconds(looks[kind], 99), milliseconds(looks["raw"], 99)
        what = f"agenda of {CASES} cases, {kind}, p99"
        ratio = value / limit
        yield Figure("P4", what, value, "ms", limit, ratio, f"< {GOAL_MS} ms", value < GOAL_MS)
    yield "P5: what the processes take"
    yield from _processes(deployment)


async def _looks(deployment: Deployment, meeting: str, times: int) -> dict[str, list[float]]:
    """The seconds of each look at the agenda, and of the smallest answer."""
    async with client_of(deployment) as client:
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
