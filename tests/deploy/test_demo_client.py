"""The partners' way in goes on where a connection ended without an answer, and gives up where none comes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from chassis.settings import Settings
from deploy.demo import client as ways
from deploy.demo.client import Client
from deploy.demo.outside import keep, note_of


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
