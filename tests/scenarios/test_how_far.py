"""How far each agency's feed has come, by REST and as a page, in each of the four services. On both
deployments."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.wiring import SERVICES
from tests.scenarios import scene
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

WHO = {"referrals": "carys-bevan", "orders": "dev-malik", "marac": "rowan-ellis", "notify": "dev-malik"}
"""Staff who come to a service's pages."""


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    opened = Goldthread(deployment.url)
    await opened.set_clock(scene.FOLDED)
    yield opened
    await opened.close()


async def test_each_service_says_how_far_each_agency_has_come(goldthread: Goldthread) -> None:
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        await scene.tell(goldthread, scene.Place())
        await goldthread.settled()
    for service in SERVICES:
        staff = await goldthread.person(WHO[service])

        async def known(service: str = service, staff: Any = staff) -> dict[str, Any] | None:
            answer = await staff.get(f"/{service}/v1/how-far")
            assert answer.status_code == 200, f"{service}: {answer.text}"
            page: dict[str, Any] = answer.json()
            return page if page["fresh_until"] else None

        page = await until(known, f"{service} can tell how far it is")
        assert None not in page["services"].values(), service
        lines = {each["agency"]: each for each in page["agencies"]}
        assert page["hears"] is bool(lines) is (service != "notify"), service
        shown = await staff.get(f"/{service}/how-far", headers={"Accept": "text/html"})
        assert shown.status_code == 200, service
        assert "How up to date each agency is" in shown.text
        if lines:
            police, idle = lines["northmere-police"], lines["northmere-council"]
            assert police["rhythm"] == "not-known", service
            assert "orders" in police["by"], service
            assert police["state"] == "unknown", "too few facts to tell how long it may be silent"
            assert police["heard"]
            assert police["come_to"]
            assert "northmere-operations" not in lines, "it is Goldthread's own"
            assert idle["name"] in shown.text

        async def not_known_yet(service: str = service, staff: Any = staff) -> bool:
            """Of a moment that has just been: on a slow machine it may be known before it is asked for."""
            just = (await staff.get(f"/{service}/v1/how-far")).json()["at"]
            asked = await staff.get(f"/{service}/v1/how-far", params={"at": just})
            assert asked.status_code in (200, 409), service
            return asked.status_code == 409

        await until(not_known_yet, f"{service} says that it does not know yet")
    matac, system = await goldthread.person("tom-achterberg"), await goldthread.system("northmere-police")
    for path in ("/marac/how-far", "/marac/v1/how-far", "/orders/how-far", "/orders/v1/how-far"):
        for nobody in (matac, system):
            assert (await nobody.get(path)).status_code == 404, path
