"""S5: an IDVA in a hospital meets a victim of whom the police know nothing, and refers by the page. A case
stands on health's word alone; what the police post later is linked to it; and what was chosen not to be told
to them is on no view of theirs, until a lawful basis opens it, which is then said. On both deployments."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.vocabulary import DASH_ITEMS
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
SECRET = "zqs5-the-knife-in-the-van"
OPENED = "There is a knife, it is said."
WHY = "A threat to use it was made this morning."
DAY = NOW - timedelta(days=3)
TYPED: dict[str, dict[str, str]] = {
    "victim": {
        "given": "Jennifer",
        "family": "Marlowe-Okonjo",
        "nhs": caseload.NHS_HER,
        "record": "ED-5",
        "born-day": "2",
        "born-month": "3",
        "born-year": "1991",
    },
    "contact": {"method": "in-person", "unsafe": "Never ring."},
    "place": {"area": "northmere-north"},
    "views": {"aware": "yes", "consent": "yes", "view": "Wants no police, for now."},
    "perpetrator": {"given": "Dean", "family": "Harcastle", "relationship": "ex-partner"},
    **{
        f"dash-{n + 1}": dict.fromkeys(DASH_ITEMS[n * 8 : n * 8 + 8], answer)
        for n, answer in enumerate(("yes", "yes", "not-asked"))
    },
    "risk": {"happened": "Came to the emergency department alone, with a broken wrist."},
    "withheld": {"text": SECRET},
}


async def refer(idva: httpx.AsyncClient) -> str:
    """By the page, as a browser without script does: the case."""
    answer = await idva.post("/referrals/refer", data={"once": new_id()})
    while not answer.headers["location"].endswith("/check"):
        path = answer.headers["location"]
        answer = await idva.post(path, data={"seen": "0", **TYPED.get(path.rsplit("/", 1)[1], {})})
        assert answer.status_code == 303, answer.text
    draft = answer.headers["location"].removesuffix("/check")
    seen = re.findall(r'name="seen" value="(\d+)"', (await idva.get(f"{draft}/check")).text)
    for _ in range(2):
        sent = await idva.post(f"{draft}/send", data={"seen": seen[0]})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{draft}/sent")
    page = (await idva.get(f"{draft}/sent")).text
    return re.findall(r"/referrals/withheld/([0-9a-f-]{36})", page)[0]


async def police_post(goldthread: Goldthread) -> dict[str, str]:
    """What the police come to know of, later: the root of each."""
    posts: dict[str, tuple[str, dict[str, Any]]] = {
        "incident": ("/referrals/v1/incidents", caseload.police_incident(NOW - timedelta(hours=9))),
        "order": ("/orders/v1/orders", caseload.order(NOW - timedelta(hours=8))),
        "breach": ("/orders/v1/breaches", caseload.police_breach(NOW - timedelta(hours=5))),
    }
    return {
        name: (await goldthread.post("northmere-police", path, body))["root"]
        for name, (path, body) in posts.items()
    }


async def police_views(goldthread: Goldthread, case: str, roots: dict[str, str]) -> dict[str, str]:
    """All that anybody of the police can open of it, pages and data, headers and all."""
    breach, order = roots["breach"], roots["order"]
    asked = {
        "rowan-ellis": [
            *(f"{at}/cases/{case}" for at in ("/marac", "/marac/v1")),
            *(f"/marac/cases/{case}/{more}" for more in ("print", f"source/{case}")),
        ],
        "dev-malik": ["/notify/alerts", "/notify/v1/alerts", f"/orders/breaches/{breach}"],
        "marcus-dunne": [f"/orders/v1/breaches/{breach}", f"/notify/v1/alerts/{breach}", "/notify/v1/clocks"],
        "helen-sato": ["/notify/clocks", f"/orders/orders/{order}", f"/orders/v1/orders/{order}"],
        "tom-achterberg": ["/marac/cohort", "/marac/v1/cohort"],
    }
    shown = {}
    for who, paths in asked.items():
        client = await goldthread.person(who)
        for path in paths:
            answer = await client.get(path, headers={"Accept": "text/html, */*"})
            assert answer.status_code == 200, f"{who} {path}: {answer.status_code}"
            shown[f"{who} {path}"] = f"{answer.headers}{answer.text}"
        for path in (f"/referrals/withheld/{case}", f"/referrals/v1/withheld/{case}"):
            assert (await client.get(path)).status_code == 404, f"{who} {path}"
    system = await goldthread.system("northmere-police")
    for path in (f"/referrals/v1/withheld/{case}", f"/referrals/v1/facts/{case}"):
        assert (await system.get(path)).status_code == 404
    record = {"system": "niche", "type": "person", "number": "N-502"}
    status = await (await goldthread.system("northmere-control-room")).post(
        "/orders/v1/status", json={"record": record}
    )
    assert status.json()["orders"], "the control room finds the order"
    return shown | {"order status": status.text}


async def test_s5(goldthread: Goldthread) -> None:
    await goldthread.set_clock(DAY)
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        idva, chair = [await goldthread.person(name) for name in ("hana-weld", "rowan-ellis")]
        case = await refer(idva)

        async def shown() -> dict[str, Any]:
            answer = await chair.get(f"/marac/v1/cases/{case}")
            return answer.json() if answer.status_code == 200 else {}

        async def said_by() -> set[str]:
            return {line["agency"] for line in (await shown()).get("victim", {}).get("lines", ())}

        async def stands() -> bool:
            return await said_by() == {"northmere-hospital"}

        await until(stands, "the case stands on health's word alone")
        page = await shown()
        assert page["grade"] == "high"
        missing = {(gap["code"], gap["owner"]) for gap in page["missing"]}
        assert ("kind-silent", "police") in missing
        await goldthread.set_clock(NOW)
        roots = await police_post(goldthread)

        async def linked() -> bool:
            return await said_by() == {"northmere-hospital", "northmere-police"}

        await until(linked, "what the police posted is of the same case")
        await until(lambda: webhook.first("dev-malik", roots["breach"]), "the breach calls somebody")
        await goldthread.settled()
        views = await police_views(goldthread, case, roots)
        views["messages"] = "".join(message.text for message in webhook.kept)
    assert [where for where, text in views.items() if SECRET in text] == []
    await support_reads_it(goldthread, case)
    await a_lawful_basis_opens_it(goldthread, case, roots)


async def support_reads_it(goldthread: Goldthread, case: str) -> None:
    """In the hospital, and in the IDVA service of the area; the coordinator and the operator do not."""
    for who, reads in (("hana-weld", 200), ("carys-bevan", 200), ("priya-nair", 404), ("aisha-bright", 404)):
        answer = await (await goldthread.person(who)).get(f"/referrals/withheld/{case}")
        assert (answer.status_code, SECRET in answer.text) == (reads, reads == 200), who


async def a_lawful_basis_opens_it(goldthread: Goldthread, case: str, roots: dict[str, str]) -> None:
    """So much as is needed, by whoever keeps it; and it says by which right, and why."""
    idva, chair = [await goldthread.person(name) for name in ("hana-weld", "rowan-ellis")]
    path = f"/referrals/withheld/{case}"
    hidden = dict(re.findall(r'name="(once|opens)" value="([^"]*)"', (await idva.get(path)).text))
    said = hidden | {"reason": WHY, "told": OPENED}
    assert (await idva.post(path, data=said | {"basis": "law-enforcement"})).status_code == 422
    assert (await idva.post(path, data=said | {"basis": "vital-interests"})).status_code == 303

    async def told() -> bool:
        page = (await chair.get(f"/marac/cases/{case}")).text
        return all(words in page for words in (OPENED, WHY, "life is in danger"))

    await until(told, "the case says what was opened, by which right, and why")
    views = await police_views(goldthread, case, roots)
    assert [where for where, text in views.items() if SECRET in text] == []
