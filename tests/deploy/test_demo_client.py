"""The partners' way in goes on where a connection ended without an answer, and gives up where none comes."""

from pathlib import Path

import httpx
import pytest

from chassis.settings import Settings
from deploy.demo import client as ways
from deploy.demo.client import Client


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
