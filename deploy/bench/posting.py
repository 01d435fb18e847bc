"""P1: how many breaches a second one process takes, each durable before its answer."""

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signal import SIGTERM
from statistics import median
from threading import Thread

import httpx

from chassis.settings import Settings
from deploy.bench.report import Figure
from deploy.bench.stores import ROOT, Stores, told
from deploy.local.processes import Unavailable, end, free_port, launch, wait_until
from deploy.ready import is_ready

CONNECTIONS = 32
GOAL = 0.7
TRACED = (0.01, 1.0)
"""Shares of the posts that begin a trace: as it is set, and all."""
SYSTEM = "northmere-police"


@dataclass(frozen=True, slots=True)
class Side:
    """A running server to load."""

    kind: str
    url: str
    path: str
    token: str

    def rate(self, stores: Stores, seconds: float) -> float:
        """Breaches a second. Raises Unavailable where any was refused."""
        answer = told(
            "deploy.bench.load",
            *(self.url, self.path, str(seconds), str(CONNECTIONS), self.token),
            log=stores.folder / "load.log",
            environment={},
        )
        if answer["refused"]:
            raise Unavailable(f"{self.kind} refused {answer['refused']} posts")
        return float(answer["rate"])


def measure(stores: Stores, seconds: float, rounds: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures."""
    ours: list[float] = []
    raw: list[float] = []
    with ExitStack() as stack:
        yield "P1: starting both servers"
        accept = stack.enter_context(_server(stores, "accept"))
        bare = stack.enter_context(_server(stores, "bare"))
        for side in (accept, bare):
            side.rate(stores, min(1, seconds))  # what is done once is not counted
        for turn in range(rounds):
            for side, rates in ((bare, raw), (accept, ours)):
                yield f"P1: {side.kind}, round {turn + 1} of {rounds}"
                rates.append(side.rate(stores, seconds))
    with _server(stores, "whole") as whole:
        yield "P1: the whole service in one process"
        whole.rate(stores, min(1, seconds))
        all_in_one = whole.rate(stores, seconds)
    limit = median(raw)
    traced: dict[str, list[float]] = {}
    with _collector() as address:
        for ratio in TRACED:
            told = {"GOLDTHREAD_OTLP_ENDPOINT": address, "GOLDTHREAD_TRACE_RATIO": str(ratio)}
            what = f"the same, {ratio:.0%} of the posts traced on both sides"
            traced[what] = []
            for kind in ("accept", "bare"):
                with _server(stores, kind, told) as side:
                    yield f"P1: {kind}, {ratio:.0%} of the posts traced"
                    side.rate(stores, min(1, seconds))
                    traced[what].append(side.rate(stores, seconds))
    yield _figure("P1", "full POST of a breach, durable", median(ours), limit, GOAL)
    for what, (value, raw_traced) in traced.items():
        yield _figure("P1 traced", what, value, raw_traced)
    yield _figure("P1 whole", "the same while this process relays, loads and folds it", all_in_one, limit)


def _figure(id_: str, what: str, value: float, limit: float, goal: float | None = None) -> Figure:
    ratio = value / limit
    said = f"ratio ≥ {goal}" if goal else ""
    return Figure(id_, what, value, "requests/s", limit, ratio, said, ratio >= goal if goal else None)


class _Taken(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _collector() -> Iterator[str]:
    """The address of something that takes traces, and keeps none."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taken)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def _server(stores: Stores, kind: str, more: Mapping[str, str] | None = None) -> Iterator[Side]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = stores.folder / f"{kind}.log"
    environment = stores.environment(stores.database(f"posting_{kind}_{port}"), port) | dict(more or {})
    process = launch(
        [sys.executable, "-m", "deploy.bench.server", kind], log, environment=environment, folder=ROOT
    )
    ready = (
        f"{url}/openapi.json"
        if kind == "bare"
        else f"{url}/orders/{'health' if kind == 'accept' else 'ready'}"
    )
    try:
        wait_until(lambda: is_ready(ready), kind, process, log, 60)
        token = "" if kind == "bare" else token_of(url)
        yield Side(kind, url, "/breaches" if kind == "bare" else "/orders/v1/breaches", token)
    finally:
        end(process, SIGTERM)


def token_of(url: str, system: str = SYSTEM) -> str:
    """The token of a partner's system, from the built-in identity provider."""
    directory = json.loads(Settings().identity_directory.read_text())
    secret = next(each["secret"] for each in directory["systems"] if each["id"] == system)
    basic = base64.b64encode(f"{system}:{secret}".encode()).decode()
    answer = httpx.post(
        f"{url}/identity/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
        timeout=30,
    )
    return str(answer.raise_for_status().json()["access_token"])
