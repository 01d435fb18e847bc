"""``goldthread partner``: it misses nothing that is promised, and posts nothing where people are called."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from contracts.events.orders import BreachReported, OrderServed
from deploy import cli, partner
from deploy.partner import NOT_MINE, NoSandbox, check

ROOT = "00000000-0000-4000-8000-00000000000a"
PATHS = {"BreachReported": "/orders/v1/breaches", "OrderServed": "/orders/v1/services"}


def described(service: str, sandbox: bool = True) -> dict[str, Any]:
    """A service's own document, as far as it is read."""
    paths: dict[str, Any] = {f"/{service}/v1/clock": {"put": {}}} if sandbox else {}
    for model, path in PATHS.items() if service == "orders" else ():
        schema = {"schema": {"$ref": f"#/components/schemas/Submission_{model}_"}}
        paths[path] = {"post": {"requestBody": {"content": {"application/json": schema}}}}
    return {"paths": paths}


def promised(request: httpx.Request) -> httpx.Response:
    """What a Goldthread answers."""
    path = request.url.path
    if path.endswith("/openapi.json"):
        return httpx.Response(200, json=described(path.split("/")[1]))
    if request.method == "DELETE":
        return httpx.Response(200, json={"version": 2})
    body = json.loads(request.content)
    if body["basis"] == partner.WRONG:
        problem = {"code": "request.invalid", "faults": [{"where": "body.basis", "kind": "enum"}]}
        return httpx.Response(422, json=problem, headers={"Content-Type": "application/problem+json"})
    key = request.headers["idempotency-key"]
    repeated = key in posted
    posted.append(key)
    receipt = {"id": ROOT, "root": ROOT, "version": 1, "status": "repeated" if repeated else "accepted"}
    return httpx.Response(200 if repeated else 201, json=receipt)


posted: list[str] = []
Answer = Callable[[httpx.Request], httpx.Response]


def checked(answer: Answer) -> dict[str, partner.Checked]:
    posted.clear()
    with httpx.Client(base_url="http://t.test", transport=httpx.MockTransport(answer)) as client:
        return {each.kind: each for each in check(client)}


def but(of: Callable[[httpx.Request], bool], given: httpx.Response) -> Answer:
    return lambda request: given if of(request) else promised(request)


def test_all_as_promised() -> None:
    found = checked(promised)
    assert set(found) == {BreachReported.type, OrderServed.type}
    for each in found.values():
        assert each.found == dict.fromkeys(partner.CHECKS)
        assert (each.mine, each.missed) == (True, False)


def is_wrong(request: httpx.Request) -> bool:
    return partner.WRONG.encode() in request.content


def is_again(request: httpx.Request) -> bool:
    return request.method == "POST" and request.headers.get("idempotency-key") in posted


PROBLEM = {"Content-Type": "application/problem+json"}
UNNAMED: dict[str, Any] = {"code": "request.invalid", "faults": []}
OTHER = {"id": "another", "root": ROOT, "version": 1, "status": "repeated"}


@pytest.mark.parametrize(
    ("answer", "missed", "told"),
    [
        (but(is_wrong, httpx.Response(201)), "a wrong one", "201"),
        (but(is_wrong, httpx.Response(422)), "a wrong one", "no problem+json"),
        (
            but(is_wrong, httpx.Response(422, json={"faults": []}, headers=PROBLEM)),
            "a wrong one",
            "not named",
        ),
        (but(is_again, httpx.Response(200, json=OTHER)), "the same again", "another answer"),
        (but(is_again, httpx.Response(201)), "the same again", "201"),
        (but(lambda request: request.method == "DELETE", httpx.Response(500)), "withdrawn", "500"),
        (
            but(
                lambda request: request.method == "POST" and not is_wrong(request),
                httpx.Response(409, json={"code": "same-key-other-content"}, headers=PROBLEM),
            ),
            "taken",
            "409 same-key-other-content",
        ),
    ],
)
def test_what_is_not_as_promised_is_a_miss(answer: Answer, missed: str, told: str) -> None:
    found = checked(answer)[BreachReported.type]
    assert told in str(found.found[missed])
    assert found.missed


def test_what_the_token_may_not_post_is_no_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partner, "PATIENCE", 0)
    found = checked(but(lambda request: request.url.path == PATHS["OrderServed"], httpx.Response(404)))
    assert found[OrderServed.type].found == {"taken": NOT_MINE}
    assert not found[OrderServed.type].missed
    assert not found[BreachReported.type].missed


def test_where_people_would_be_called_nothing_is_posted() -> None:
    real = but(
        lambda request: request.url.path.endswith("/openapi.json"),
        httpx.Response(200, json=described("orders", sandbox=False)),
    )
    with pytest.raises(NoSandbox, match="no sandbox"):
        checked(real)
    assert posted == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "not an address"])
def test_where_nobody_answers_is_told_in_a_sentence(address: str) -> None:
    told = CliRunner().invoke(cli.app, ["partner", address, "--token", "t"])
    assert told.exit_code == 2
    assert "Nothing was checked." in told.output
    assert "Traceback" not in told.output
