"""Every fault is a problem that names place and kind, and never says what was sent."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from chassis.http.problem import faults_of
from contracts.events.orders import BreachReported
from contracts.submission import Submission
from tests.chassis.http.conftest import StandIn

MARKER = "Quillfeather"
Logged = Callable[[], list[dict[str, Any]]]


def as_json(value: object) -> dict[str, Any]:
    return {"content": json.dumps(value), "headers": {"Content-Type": "application/json"}}


WRONG_PLACES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/orders/v1/reports", as_json({"reference": {"name": MARKER}})),
    ("POST", "/orders/v1/reports", as_json({"reference": "r", MARKER: 1})),
    ("POST", "/orders/v1/reports", as_json({"reference": "r", "parts": [{"kind": "k", "count": MARKER}]})),
    ("POST", "/orders/v1/reports", as_json({"reference": "r", "parts": [{MARKER: MARKER}]})),
    ("POST", "/orders/v1/reports", as_json({"reference": "r", "answers": {MARKER: MARKER}})),
    ("POST", "/orders/v1/reports", as_json(MARKER)),
    ("POST", "/orders/v1/reports", as_json([MARKER])),
    ("POST", "/orders/v1/reports", {"content": MARKER, "headers": {"Content-Type": "text/plain"}}),
    (
        "POST",
        "/orders/v1/reports",
        {"content": '{"' + MARKER, "headers": {"Content-Type": "application/json"}},
    ),
    ("POST", "/orders/v1/reports", as_json({"reference": "r"}) | {"params": {MARKER: MARKER}}),
    (
        "POST",
        "/orders/v1/reports",
        {"json": {"reference": "r"}, "headers": {"Idempotency-Key": f"{MARKER} with spaces"}},
    ),
    ("PUT", f"/orders/v1/reports/{MARKER}", {"headers": {"If-Match": '"1"'}}),
    ("PUT", "/orders/v1/reports/1", {"headers": {"If-Match": MARKER}}),
    ("GET", f"/orders/v1/numbers?limit={MARKER}", {}),
    ("GET", f"/orders/v1/numbers?after={MARKER}", {}),
    ("GET", f"/orders/v1/broken?said={MARKER}", {}),
    ("GET", f"/orders/{MARKER}", {}),
    ("GET", f"/{MARKER}", {}),
    ("DELETE", f"/orders/v1/numbers?{MARKER}", {}),
    (MARKER.upper(), "/orders/v1/numbers", {}),
    ("GET", "/orders/v1/numbers", {"headers": {"Authorization": f"Bearer {MARKER}"}}),
    ("GET", "/orders/v1/numbers", {"headers": {"Authorization": f"Basic {MARKER}"}}),
    ("GET", f"/orders/sign-in/back?state={MARKER}&code={MARKER}", {}),
    ("GET", f"/identity/authorize?client_id={MARKER}", {}),
    ("POST", "/identity/token", {"data": {"grant_type": MARKER}}),
    ("POST", "/identity/token", {"data": {"grant_type": "authorization_code", "code": MARKER}}),
]


@pytest.mark.parametrize(("method", "path", "how"), WRONG_PLACES)
async def test_what_was_sent_is_nowhere_in_the_answer_or_the_log(
    client: httpx.AsyncClient,
    bearer: dict[str, str],
    logged: Logged,
    method: str,
    path: str,
    how: dict[str, Any],
) -> None:
    answer = await client.request(method, path, **{**how, "headers": bearer | how.get("headers", {})})
    wrong = MARKER in json.dumps(how) and "params" in how
    assert answer.status_code >= 400 or wrong
    told = answer.text + str(answer.headers) + json.dumps(logged())
    assert MARKER.lower() not in told.lower()
    assert len(logged()) >= 1 or path == f"/{MARKER}"


async def test_a_problem_names_place_and_kind(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    body = {"parts": [{"kind": 1, "unheard": 2}], "reference": "r"}
    answer = await client.post("/orders/v1/reports", json=body, headers=bearer)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "request.invalid"
    assert problem["status"] == 422
    assert {"where": "body.parts.0.kind", "kind": "string_type"} in problem["faults"]
    assert {"where": "body.parts.0.*", "kind": "extra_forbidden"} in problem["faults"]


async def test_a_known_name_in_a_wrong_place_is_said_back(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    answer = await client.post("/orders/v1/reports", json={"reference": "r", "kind": "k"}, headers=bearer)
    assert answer.json()["faults"] == [{"where": "body.kind", "kind": "extra_forbidden"}]


async def test_the_unforeseen_is_a_problem_without_detail(
    client: httpx.AsyncClient, bearer: dict[str, str], logged: Logged
) -> None:
    answer = await client.get("/orders/v1/broken?said=something", headers=bearer)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal"
    (failed,) = [line for line in logged() if line["event"] == "request.failed"]
    assert failed["error"] == "builtins.RuntimeError"
    assert failed["at"].startswith("chassis/http/conftest.py:")
    assert failed["route"] == "/orders/v1/broken"


async def test_while_the_store_is_away_one_is_told_to_try_again(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    answer = await client.get("/orders/v1/away", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (503, "store.away")
    assert answer.headers["retry-after"] == "5"


async def test_a_wrong_method_and_an_unknown_path(client: httpx.AsyncClient) -> None:
    wrong_method = await client.delete("/orders/v1/numbers")
    assert wrong_method.status_code == 405
    assert wrong_method.headers["allow"] == "GET"
    assert wrong_method.headers["content-type"] == "application/problem+json"
    unknown = await client.get("/orders/v1/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
    elsewhere = await client.get("/nowhere")
    assert elsewhere.json() == unknown.json()


@pytest.mark.parametrize(("status", "code"), [(409, "same-key-other-content"), (404, "not-found")])
async def test_what_the_runtime_refuses_is_a_problem(
    client: httpx.AsyncClient, bearer: dict[str, str], status: int, code: str
) -> None:
    answer = await client.get(f"/orders/v1/refused?status={status}", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    where = [fault["where"] for fault in answer.json()["faults"]]
    assert where == (["header.idempotency-key"] if status == 409 else [])


async def test_not_ready_says_when_to_try_again(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await client.get("/orders/v1/refused?status=503", headers=bearer)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_browser_gets_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/orders/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing here that you can see." in answer.text


async def test_health_and_readiness_mean_it(client: httpx.AsyncClient, runtime: StandIn) -> None:
    assert (await client.get("/orders/health")).json() == {"alive": True}
    assert (await client.get("/orders/ready")).status_code == 200
    runtime.is_alive = runtime.is_ready = False
    assert (await client.get("/orders/health")).status_code == 503
    answer = await client.get("/orders/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reasons": {"caught_up": False}}


@pytest.mark.parametrize(
    ("what", "changed", "faults"),
    [
        (
            "an open section with a fault",
            {"content": {"routing": {"area": "X Y"}}},
            [("content.routing.area", "string_pattern_mismatch")],
        ),
        (
            "a sealed section without its key",
            {"content": {"routing": {"alg": "A256GCM", "sealed": "eA"}}},
            [("content.routing.kid", "missing")],
        ),
        (
            "a time without a zone",
            {"occurred": "2026-03-03T12:00:00"},
            [("occurred", "timezone_aware")],
        ),
        (
            "a section within a person",
            {"content": {"people": [{"role": "victim", "identity": {"name": {"family": 5}}}]}},
            [("content.people.0.identity.name.family", "string_type")],
        ),
    ],
)
def test_of_what_may_be_one_of_several_things_the_nearest_is_meant(
    what: str, changed: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    said: dict[str, Any] = {
        "occurred": "2026-03-03T12:00:00Z",
        "recorded": "2026-03-03T12:00:00Z",
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": {"kind": "attended", "people": [{"role": "victim"}]},
    }
    content = said["content"] | changed.pop("content", {})
    with pytest.raises(ValidationError) as refused:
        Submission[BreachReported].model_validate(said | changed | {"content": content})
    names = frozenset(part for where, _ in faults for part in where.split("."))
    found = faults_of(refused.value.errors(), names)
    assert [(fault.where, fault.kind) for fault in found] == faults, what
