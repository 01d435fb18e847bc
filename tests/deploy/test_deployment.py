"""The local deployment: real Kafka, PostgreSQL and nginx; our own command replaced by a small stand-in.

The services themselves run on it in ``tests/scenarios``.
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from chassis.http.limits import MAX_BODY, Limits
from deploy.local import deployment, up
from deploy.local.deployment import SERVICES, Deployment
from deploy.local.processes import Unavailable, free_port, listens
from tests.support.real import RealParts

STAND_IN = """#!{python}
import http.server, json, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = json.dumps({{"command": sys.argv[1:], "path": self.path, "headers": dict(self.headers),
                           "environment": dict(os.environ)}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *said): pass
if sys.argv[1] == "matcher":
    time.sleep(600)
here = os.environ["GOLDTHREAD_HOST"], int(os.environ["GOLDTHREAD_PORT"])
http.server.ThreadingHTTPServer(here, Handler).serve_forever()
"""

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a command ``goldthread`` that answers everything with what it was given."""
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "goldthread"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deployment, "PROGRAMS", folder)
        yield folder


@pytest.fixture(scope="module")
def running(programs: Path) -> Iterator[Deployment]:
    parts = RealParts()
    deployed = Deployment(parts.folder(), extra={"GOLDTHREAD_TRACE_RATIO": "1"}, durable=False)
    deployed.start()
    yield deployed
    deployed.stop()
    parts.stop()


def get(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(address, timeout=5) as answer:
        said: dict[str, Any] = json.loads(answer.read())
        return said


def test_each_prefix_leads_to_the_process_that_the_compose_file_names(running: Deployment) -> None:
    for name in SERVICES:
        said = get(f"{running.url}/{name}/v1/anything")
        assert said["command"] == ["serve", name]
        assert said["path"] == f"/{name}/v1/anything"
    assert get(f"{running.url}/identity/keys")["command"] == ["identity"]
    assert get(f"{running.url}/assets/a.css")["command"] == ["serve", "marac"]


def test_a_process_is_told_this_machines_addresses_and_no_more(running: Deployment) -> None:
    told = get(f"{running.url}/orders/")["environment"]
    assert told["GOLDTHREAD_LOG"] == f"kafka://{running.kafka.address}"
    assert told["GOLDTHREAD_PUBLIC_URL"] == running.url
    assert told["GOLDTHREAD_ISSUER"] == ""
    assert told["GOLDTHREAD_TRACE_RATIO"] == "1"
    assert "POSTGRES_PASSWORD" not in told
    assert set(told) - {"HOME", "PATH", "LANG", "LC_CTYPE"} == {
        *running.parts["orders"].environment,
        "GOLDTHREAD_TRACE_RATIO",
    }


def test_what_a_caller_says_of_its_own_address_is_replaced(running: Deployment) -> None:
    request = urllib.request.Request(f"{running.url}/marac/", headers={"X-Forwarded-For": "203.0.113.9"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        headers = json.loads(answer.read())["headers"]
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["Host"] == f"127.0.0.1:{running.port}"


async def test_a_service_reads_and_writes_its_own_schema_alone(running: Deployment) -> None:
    told = get(f"{running.url}/orders/")["environment"]
    connection = await asyncpg.connect(told["GOLDTHREAD_STORE"].replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE orders.fact (id int)")
        for forbidden in (
            "CREATE TABLE marac.fact (id int)",
            "CREATE TABLE public.fact (id int)",
            "CREATE SCHEMA another",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()


def test_a_part_that_is_away_is_a_problem_that_a_caller_can_read(running: Deployment) -> None:
    running.kill("notify")
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(f"{running.url}/notify/")
    with caught.value as answer:
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.read())["code"] == "service.away"
    running.start_part("notify")
    running.await_part("notify")
    assert get(f"{running.url}/notify/")["command"] == ["serve", "notify"]


def test_a_second_one_on_its_port_is_refused(running: Deployment) -> None:
    with pytest.raises(Unavailable, match="listens on"):
        Deployment(running.folder, running.port).start()


def test_up_and_down_keep_the_data_and_leave_nothing_running(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts, port = RealParts(), free_port()
    folder = parts.folder()
    monkeypatch.setattr(up, "data_folder", lambda: folder)
    monkeypatch.setattr(up, "NOTED", tmp_path / "build/up/running.json")
    monkeypatch.setenv("GOLDTHREAD_PUBLIC_URL", f"http://127.0.0.1:{port}")
    try:
        up.up()
        assert f"http://127.0.0.1:{port}/marac/" in capsys.readouterr().out
        secret = get(f"http://127.0.0.1:{port}/marac/")["environment"]["GOLDTHREAD_SECRET"]
        with pytest.raises(Unavailable, match="up already"):
            up.up()
        noted = json.loads(up.NOTED.read_text())["processes"]
        up.down()
        assert not listens(port)
        assert not any(
            Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes()
            for pid, _ in noted.values()
        )
        up.up()
        assert get(f"http://127.0.0.1:{port}/marac/")["environment"]["GOLDTHREAD_SECRET"] == secret
    finally:
        up.down()
        parts.stop()


def test_one_part_is_stopped_and_started_and_operated_with_its_own_settings(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    parts, port = RealParts(), free_port()
    folder = parts.folder()
    asks = programs / "asks" / "goldthread"
    asks.parent.mkdir(exist_ok=True)
    asks.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(sys.argv[1:], os.environ['GOLDTHREAD_STORE'])\n"
    )
    asks.chmod(0o755)
    monkeypatch.setattr(up, "PROGRAMS", asks.parent)
    monkeypatch.setattr(up, "data_folder", lambda: folder)
    monkeypatch.setattr(up, "NOTED", tmp_path / "build/up/running.json")
    monkeypatch.setenv("GOLDTHREAD_PUBLIC_URL", f"http://127.0.0.1:{port}")
    orders, marac = f"http://127.0.0.1:{port}/orders/", f"http://127.0.0.1:{port}/marac/"
    try:
        with pytest.raises(Unavailable, match="not up"):
            up.operate(["marks", "orders"])
        up.up()
        store = get(orders)["environment"]["GOLDTHREAD_STORE"]
        up.down("orders")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            get(orders)
        assert get(marac)["command"] == ["serve", "marac"]
        assert up.operate(["restore", "orders", "--yes"]) == 0
        assert f"['restore', 'orders', '--yes'] {store}" in capfd.readouterr().out
        up.up_again("orders")
        assert get(orders)["environment"]["GOLDTHREAD_STORE"] == store
        with pytest.raises(Unavailable, match="orders is up already"):
            up.up_again("orders")
        with pytest.raises(Unavailable, match="no part of ours"):
            up.down("kafka")
        up.down()
        assert not listens(port)
    finally:
        up.down()
        parts.stop()


def test_when_a_part_does_not_start_all_the_rest_is_stopped(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = RealParts()
    deployed = Deployment(parts.folder(), extra={"GOLDTHREAD_HOST": "203.0.113.9"}, durable=False)
    try:
        with pytest.raises(Unavailable, match="identity ended with status 1"):
            deployed.start()
        assert not listens(deployed.port)
        assert not listens(deployed.postgres.port)
        assert not listens(deployed.kafka.port)
    finally:
        parts.stop()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing/of/ours", 404, "not-found"),
        ("/answers/away.html", 404, "not-found"),
        ("/orders/" + "a" * 40_000, 431, "request.header-too-large"),
    ],
)
async def test_what_the_gateway_answers_by_itself_is_a_problem_too(
    running: Deployment, path: str, status: int, code: str
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{running.url}{path}")
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_person_is_shown_a_page_that_tells_what_to_do(running: Deployment) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    running.kill("notify")
    async with httpx.AsyncClient(headers=browser) as client:
        away, nothing = [await client.get(f"{running.url}/{path}") for path in ("notify/", "nothing")]
    running.start_part("notify")
    running.await_part("notify")
    assert (away.status_code, nothing.status_code) == (503, 404)
    assert "Do not take a missing alert for no alert" in away.text
    assert away.headers["Retry-After"] == "5"
    for page in (away, nothing):
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_the_gateway_refuses_a_large_body_in_the_services_own_words(running: Deployment) -> None:
    body = b"x" * (MAX_BODY + 1)
    async with httpx.AsyncClient() as client:
        refused = await client.post(f"{running.url}/orders/v1/breaches", content=body)
    assert refused.status_code == 413
    service = httpx.ASGITransport(Limits(Starlette()))
    async with httpx.AsyncClient(transport=service, base_url="http://service") as client:
        assert refused.json() == (await client.post("/orders/v1/breaches", content=body)).json()
