"""What lies around the routes: headers, clock, cursors, tags, logs and traces."""

import logging as standard
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once
from pydantic import SecretStr

from chassis import telemetry
from chassis.http.app import Together, create_app
from chassis.http.etag import etag
from chassis.http.sealed import Broken, Seal
from chassis.logging import logger
from chassis.settings import Settings
from tests.chassis.http.conftest import StandIn

NUMBERS = "/orders/v1/numbers"
Logged = Callable[[], list[dict[str, Any]]]


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/orders/health", "/orders/nothing", NUMBERS, "/identity/jwks.json"):
        headers = (await client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


async def test_the_clock_is_set_by_an_operator_alone(
    client: httpx.AsyncClient, runtime: StandIn, token: Callable[[str], str], bearer: dict[str, str]
) -> None:
    body = {"now": "2025-11-23T09:00:00Z"}
    assert (await client.put("/orders/v1/clock", json=body, headers=bearer)).status_code == 404
    operator = {"Authorization": f"Bearer {token('northmere-operations')}"}
    assert (await client.put("/orders/v1/clock", json=body, headers=operator)).status_code == 200
    assert runtime.clock.now() - datetime(2025, 11, 23, 9, tzinfo=UTC) < timedelta(seconds=5)


async def test_production_has_no_clock_to_set() -> None:
    settings = Settings(
        production=True,
        heartbeat_url="https://heartbeat.example",
        fallback_number="101",
        secret=SecretStr("a secret of this deployment"),
        client_secret=SecretStr("a client secret of this deployment"),
        issuer="https://identity.example",
        public_url="https://goldthread.example",
    )
    transport = httpx.ASGITransport(app=create_app(StandIn(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="https://goldthread.example") as client:
        answer = await client.put("/orders/v1/clock", json={"now": "2025-11-23T09:00:00Z"})
        assert answer.status_code == 404
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_list_is_read_page_by_page(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    read: list[int] = []
    after: str | None = None
    for _ in range(4):
        params = {"limit": "3"} | ({"after": after} if after else {})
        page = (await client.get(NUMBERS, params=params, headers=bearer)).json()
        read += page["items"]
        after = page["next"]
        if after is None:
            break
    assert read == [1, 2, 3, 4, 5, 6, 7]


async def test_a_cursor_of_nobodys_making_is_refused(
    client: httpx.AsyncClient, bearer: dict[str, str], settings: Settings
) -> None:
    of_another_list = Seal(settings.secret.get_secret_value(), "cursor:letters").close([3])
    for cursor in (of_another_list, "made-up", "a.b.c.d.e"):
        answer = await client.get(NUMBERS, params={"after": cursor}, headers=bearer)
        assert answer.status_code == 400
        assert answer.json()["faults"] == [{"where": "query.after", "kind": "cursor"}]


def test_a_seal_hides_and_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = Seal("a secret of the tests", "test")
    closed = seal.close(["Quillfeather", 3], 60)
    assert seal.open(closed) == ["Quillfeather", 3]
    with pytest.raises(Broken):
        Seal("a secret of the tests", "another purpose").open(closed)
    now = Seal._now()
    monkeypatch.setattr(Seal, "_now", staticmethod(lambda: now + 61))
    with pytest.raises(Broken):
        seal.open(closed)


@pytest.mark.parametrize(
    ("given", "status"),
    [('"3"', 200), (None, 428), ("*", 428), ('W/"3"', 412), ("3", 400), ('"0"', 400), ('"1", "2"', 400)],
)
async def test_a_correction_names_the_version_it_is_made_upon(
    client: httpx.AsyncClient, bearer: dict[str, str], given: str | None, status: int
) -> None:
    headers = bearer | ({"If-Match": given} if given else {})
    answer = await client.put("/orders/v1/reports/7", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert etag(answer.json()["version"]) == given


@pytest.mark.parametrize(
    ("key", "status"), [("a-key-1", 201), ("~" * 255, 201), ("", 422), ("a key", 422), ("x" * 256, 422)]
)
async def test_an_idempotency_key_is_visible_ascii(
    client: httpx.AsyncClient, bearer: dict[str, str], key: str, status: int
) -> None:
    headers = bearer | {"Idempotency-Key": key}
    answer = await client.post("/orders/v1/reports", json={"reference": "r"}, headers=headers)
    assert answer.status_code == status


async def test_the_openapi_document_promises_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/orders/openapi.json")).json()
    answers = document["paths"]["/orders/v1/reports"]["post"]["responses"]
    assert set(answers) == {"200", "201", "4XX", "503"}
    assert answers["200"]["content"] == answers["201"]["content"], "a repeat is answered as the first was"
    assert list(answers["4XX"]["content"]) == ["application/problem+json"]
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "#/$defs" not in str(document)
    assert not [path for path in document["paths"] if not path.startswith("/orders/")]


async def test_the_runtime_lives_as_long_as_its_application(settings: Settings, identity: FastAPI) -> None:
    runtimes = [StandIn(settings), StandIn(settings)]
    house = Together({str(n): create_app(runtime) for n, runtime in enumerate(runtimes)})
    async with house._life(FastAPI()):
        assert all(runtime.running for runtime in runtimes)
    assert not any(runtime.running for runtime in runtimes)


async def test_a_request_has_its_line_without_its_query(
    client: httpx.AsyncClient, bearer: dict[str, str], logged: Logged
) -> None:
    await client.get(f"{NUMBERS}?limit=2", headers=bearer)
    line = logged()[-1]
    assert {"event": "request", "route": NUMBERS, "status": 200, "service": "orders"}.items() <= line.items()
    assert "limit" not in str(line)


def test_a_line_keeps_codes_and_drops_the_rest(logged: Logged) -> None:
    logger("orders").info(
        "relay.sent", topic="orders", offset=7, name="Quillfeather", reason="Quillfeather was here", view=None
    )
    logger().warning("Quillfeather was here", code="a-code")
    standard.getLogger("library").error("lost partition %d of Quillfeather", 3)
    standard.getLogger("library").error("lost Quillfeather")
    try:
        raise ValueError("Quillfeather")
    except ValueError as error:
        logger().error("fold.failed", exc_info=True)
        standard.getLogger("library").exception("failed")
        standard.getLogger("library").error(error)  # as uvicorn says that a port is taken
    lines = logged()
    assert {"topic": "orders", "offset": 7, "reason": "-", "service": "orders"}.items() <= lines[0].items()
    assert set(lines[0]) == {"event", "level", "time", "topic", "offset", "reason", "service"}
    assert (lines[1]["event"], lines[1]["code"]) == ("unnamed", "a-code")
    assert lines[2]["event"] == "lost partition of quillfeather", "the constant words of a library's message"
    assert lines[3]["event"] == "library"
    assert lines[4]["error"] == lines[5]["error"] == lines[6]["error"] == "builtins.ValueError"
    assert lines[4]["at"].startswith("chassis/http/test_around.py:")
    assert "Quillfeather" not in str(lines)


@pytest.fixture
def spans(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Everything traced during the test, and no trace afterwards."""
    exporter = InMemorySpanExporter()
    provider = telemetry.provider_for(settings.model_copy(update={"trace_ratio": 1.0}), "test")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
    trace.set_tracer_provider(provider)
    yield exporter
    provider.shutdown()


async def test_one_trace_from_the_request_to_a_later_step(
    client: httpx.AsyncClient, bearer: dict[str, str], spans: InMemorySpanExporter, logged: Logged
) -> None:
    await client.get(f"{NUMBERS}?after=Quillfeather", headers=bearer)
    (request,) = [span for span in spans.get_finished_spans() if span.name == f"GET {NUMBERS}"]
    parent = logged()[-1]["trace"]
    with telemetry.span("load", parent, {"topic": "orders"}):
        assert telemetry.current_traceparent() is not None
    with pytest.raises(ValueError, match="Quillfeather"), telemetry.span("fold", parent):
        raise ValueError("Quillfeather")
    later = [span for span in spans.get_finished_spans() if span.name in ("load", "fold")]
    assert {span.context.trace_id for span in later} == {request.context.trace_id}
    assert {span.parent.span_id for span in later if span.parent} == {request.context.span_id}
    assert later[1].attributes is not None
    assert later[1].attributes["error.type"] == "ValueError"
    assert "Quillfeather" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_without_a_collector_nothing_is_traced() -> None:
    telemetry.configure(Settings(), "test")
    assert telemetry.current_traceparent() is None
    with telemetry.span("load"):
        assert telemetry.current_traceparent() is None
