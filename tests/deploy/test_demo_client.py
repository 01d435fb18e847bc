"""The partners' way in goes on where a connection ended without an answer, and gives up where none comes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from chassis.settings import Settings
from contracts.events.people import IncidentReported
from deploy.demo import client as ways
from deploy.demo.client import Client, Unexpected
from deploy.demo.outside import keep, note_of
from deploy.demo.posts import Post


def answering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: int) -> tuple[Client, list[str]]:
    """A client whose first requests find a connection that the server has just closed."""
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Idempotency-Key"])
        if len(asked) <= fails:
            raise httpx.ReadError("")
        return httpx.Response(201, json={"root": "r", "version": 1})

    monkeypatch.setattr(ways, "PAUSE_SECONDS", 0)
    client = Client(Settings(data=tmp_path))
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://t.test")
    client._tokens["police"] = "token"
    return client, asked


async def test_it_says_it_again_under_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client, asked = answering(monkeypatch, tmp_path, fails=2)
    receipt = await client.say("police", "/referrals/v1/incidents", "once", {})
    assert (receipt.root, asked) == ("r", ["once"] * 3)


async def test_it_gives_up_where_no_answer_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client, asked = answering(monkeypatch, tmp_path, fails=ways.TRIES)
    with pytest.raises(httpx.ReadError):
        await client.say("police", "/referrals/v1/incidents", "once", {})
    assert len(asked) == ways.TRIES


@pytest.mark.parametrize(("good_for", "held"), [(3600, "token 1"), (60, "token 2")])
async def test_a_system_asks_for_another_token_before_its_own_is_over(
    tmp_path: Path, good_for: int, held: str
) -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/identity/token":
            asked.append(f"token {len(asked) + 1}")
            return httpx.Response(200, json={"access_token": asked[-1], "expires_in": good_for})
        return httpx.Response(200, json={"token": request.headers["Authorization"]})

    client = Client(Settings(data=tmp_path))
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://t.test")
    await client._sign_in("northmere-police", "secret")
    said = await client.call("northmere-police", "GET", "/referrals/health")
    assert said.json()["token"] == f"Bearer {held}"


async def test_what_is_uploaded_is_lines_with_their_type_and_each_has_a_receipt(tmp_path: Path) -> None:
    at = "/referrals/v1/incidents"
    schema = {"schema": {"$ref": "#/components/schemas/Submission_IncidentReported_"}}
    document = {"paths": {at: {"post": {"requestBody": {"content": {"application/json": schema}}}}}}
    said: list[dict[str, Any]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openapi.json"):
            return httpx.Response(200, json=document)
        said.extend(json.loads(line) for line in request.content.splitlines())
        results = [{"line": 1, "status": 201, "receipt": {"root": "r", "version": 1}}]
        results.append({"line": 2, "status": 422, "code": "invalid"})
        return httpx.Response(200, content="\n".join(map(json.dumps, results)))

    client = Client(Settings(data=tmp_path))
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://t.test")
    client._tokens["police"] = "token"
    posts = [Post(datetime.now(UTC), "police", "incident", key, {"content": {}}) for key in ("one", "two")]
    with pytest.raises(Unexpected, match="422 invalid"):
        await client.upload(posts)
    assert client.receipts["one"].root == "r"
    assert [line["idempotency_key"] for line in said] == ["one", "two"]
    assert {line["type"] for line in said} == {IncidentReported.type}


async def test_it_waits_until_the_pages_are_up_to_date(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    fresh = {path: [None, now - timedelta(hours=4), now - timedelta(seconds=9)] for path in ways.PAGES}

    async def answer(request: httpx.Request) -> httpx.Response:
        until = fresh[request.url.path].pop(0)
        said = {"at": now.isoformat(), "fresh_until": until and until.isoformat()}
        return httpx.Response(200, json=said)

    monkeypatch.setattr(ways, "PAUSE_SECONDS", 0)
    client = Client(Settings(data=tmp_path))
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://t.test")
    client._tokens.update(dict.fromkeys(ways.PAGES.values(), "token"))
    await client.caught_up()
    assert not any(fresh.values())


def test_a_year_that_was_begun_elsewhere_is_not_gone_on_with(tmp_path: Path) -> None:
    here = Settings(data=tmp_path, public_url="http://127.0.0.1:8000")
    note = note_of(here)
    elsewhere = here.model_copy(update={"public_url": "http://127.0.0.1:8001"})
    with pytest.raises(SystemExit, match="was begun at"):
        note_of(elsewhere)
    assert note_of(here) == note
    keep(here, note.model_copy(update={"done": True}))
    assert note_of(elsewhere).done


def test_a_note_is_whole_whenever_it_is_read(tmp_path: Path) -> None:
    here = Settings(data=tmp_path)
    note, written = note_of(here), Event()

    def write() -> None:
        for _ in range(200):
            keep(here, note)
        written.set()

    writer = Thread(target=write)
    writer.start()
    while not written.is_set():
        assert note_of(here) == note
    writer.join()
