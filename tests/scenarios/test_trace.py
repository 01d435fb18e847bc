"""One trace leads from a partner's POST through relay, load and fold, from service to service, to the
webhook that calls the person on call; and no span says anything of anybody. On both deployments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.local.processes import free_port
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW, START
from tests.scenarios.goldthread import Deployed, Goldthread, deployed
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

SECRETS = (
    *("Marlowe", "Jennifer", "Harcastle", "Alder", "ZZ1", "northmere-north", "doorway", "T-2201"),
    *(caseload.NHS_HER, caseload.NHS_HIM, "Quillfeather", "select "),
)


@dataclass(frozen=True)
class Span:
    """A span as the collector has it. ``told`` is all of it that is words."""

    trace: str
    id: str
    parent: str
    process: str
    name: str
    told: str


@dataclass
class Collector:
    """What takes traces by OTLP over HTTP, and keeps them."""

    spans: list[Span] = field(default_factory=list)

    def keep(self, body: bytes) -> None:
        """Take one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [
                    Span(
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        process=named["service.name"],
                        name=span.name,
                        told=str(span),
                    )
                    for span in scope.spans
                ]

    async def trace_of(self, route: str) -> str | None:
        """The trace that began with a request of this route."""
        return next((span.trace for span in self.spans if span.name == f"POST {route}"), None)

    def named(self, trace: str) -> set[str]:
        """What the steps of a trace are called."""
        return {span.name for span in self.spans if span.trace == trace}


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[Collector, int]]:
    """A collector and its port."""
    kept, port = Collector(), free_port()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                kept.keep(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield kept, port
    server.shutdown()
    server.server_close()


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        pytest.param("distributed", marks=(pytest.mark.kafka, pytest.mark.postgres)),
    ],
)
def traced(request: pytest.FixtureRequest, collector: tuple[Collector, int]) -> Iterator[Deployed]:
    """A deployment that sends every trace to the collector, soon."""
    folder = Path(mkdtemp(prefix="gt-"))
    folder.chmod(0o755)
    environment = {
        "GOLDTHREAD_OTLP_ENDPOINT": f"http://127.0.0.1:{collector[1]}",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    collector[0].spans.clear()
    with deployed(request.param, folder, START, environment) as found:
        yield found


async def test_one_trace_leads_from_the_post_to_the_call(
    traced: Deployed, collector: tuple[Collector, int]
) -> None:
    kept = collector[0]
    goldthread = Goldthread(traced.url)
    await goldthread.set_clock(scene.FOLDED)
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        breach = caseload.housing_breach(NOW - timedelta(hours=5))
        root = (await goldthread.post("castlegate-housing", "/orders/v1/breaches", breach))["root"]
        await until(lambda: webhook.first("dev-malik", root), "the call")
    housing = await goldthread.system("castlegate-housing")
    await housing.get("/orders/v1/facts/Quillfeather?Quillfeather=Quillfeather")
    await housing.post("/orders/v1/breaches?Quillfeather", json={"basis": "Quillfeather"})
    trace = await until(lambda: kept.trace_of("/orders/v1/breaches"), "the POST's span")
    steps = {"POST /orders/v1/breaches", "relay", "load", "fold", "notify.tell"}

    async def whole() -> bool:
        return steps <= kept.named(trace)

    await until(whole, f"the steps of one trace: {steps}")
    await goldthread.close()
    mine = [span for span in kept.spans if span.trace == trace]
    known = {span.id for span in mine}
    assert [span.name for span in mine if span.parent not in known] == ["POST /orders/v1/breaches"]
    if traced.folder.joinpath("orders.log").exists():
        assert {"orders", "notify"} <= {span.process for span in mine}, "it crosses the log"
    for secret in SECRETS:
        assert [span.name for span in kept.spans if secret in span.told] == [], secret
