"""A partner's feed as its system has it, by REST and by webhook: what others said, each correction after what
it corrects; and of a store that was dropped the same again. On both deployments."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

HOUSING = "castlegate-housing"


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    opened = Goldthread(deployment.url)
    await opened.set_clock(scene.FOLDED)
    yield opened
    await opened.close()


class Partner(Webhook):
    """Where housing is told, at the path ``housing``."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[dict[str, Any]] = []

    def _keep(self, to: str, headers: dict[str, str], body: bytes) -> None:
        if to == "housing":
            self.entries.append(orjson.loads(body))
        else:
            super()._keep(to, headers, body)


async def feed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All of it, a few entries at a time."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 3}
    while True:
        page = (await client.get("/referrals/v1/feed", params=asked)).json()
        found += page["entries"]
        if not page["more"]:
            return found
        asked["after"] = page["next"]


async def test_a_partner_has_what_the_others_said(deployment: Deployed, goldthread: Goldthread) -> None:
    async with Partner() as partner:
        await scene.configure(goldthread, scene.Place(), partner.url)
        operator, housing = await goldthread.person("aisha-bright"), await goldthread.system(HOUSING)
        content = {"agency": HOUSING, "areas": ["northmere-north"], "webhook": f"{partner.url}/housing"}
        wanted = caseload.submission(content, scene.BEGAN, scene.BEGAN)
        assert (await operator.post("/referrals/v1/feeds", json=wanted)).status_code == 201
        roots = await scene.tell(goldthread, scene.Place())
        await scene.linked(goldthread, "rowan-ellis", roots)
        told = {roots[name] for name in ("referral", "injury", "household", "police breach")}

        async def heard() -> list[dict[str, Any]] | None:
            entries = await feed(housing)
            return entries if {each["root"] for each in entries} >= told else None

        await until(heard, "what the others said of her")
        corrected = caseload.referral(scene.BEGAN) | {"purpose": "support"}
        idva = await goldthread.system("harbour-idva")
        fact = f"/referrals/v1/facts/{roots['referral']}"
        answer = await idva.put(fact, json=corrected, headers={"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text

        async def both() -> list[dict[str, Any]] | None:
            entries = await feed(housing)
            versions = [each["version"] for each in entries if each["root"] == roots["referral"]]
            return entries if versions == [1, 2] else None

        entries = await until(both, "the correction follows")
        own = {roots[name] for name in ("housing", "breach")}
        kept = {roots[name] for name in ("order", "service", "bail", "immigration", "contact")}
        assert not {each["root"] for each in entries} & (own | kept), "nor where she was treated"
        assert "ZZ1 4QQ" not in orjson.dumps(entries).decode(), "her postcode"
        assert [int(each["cursor"].split("-")[1]) for each in entries] == list(range(1, len(entries) + 1))

        async def pushed() -> bool:
            return len(partner.entries) >= len(entries)

        await until(pushed, "its webhook has them all")
        assert partner.entries == entries
    await goldthread.settled()

    async def sent() -> bool:
        marks = await asyncio.to_thread(deployment.operator, "referrals", "marks", "referrals")
        return "unsent 0" in " ".join(marks.split())

    await until(sent, "all that was said is on the log")
    await asyncio.to_thread(deployment.restored, NOW)
    again = Goldthread(deployment.url)
    assert await feed(await again.system(HOUSING)) == entries
    await again.close()
