"""The golden thread, end to end: from a partner's POST to the agenda, the cohort and the page.

One invented case, posted by five partner systems as each would post it, read by three kinds of
people; on both deployments. The steps are those of the product's first promise, in their order.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.scenarios import caseload
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import SERVICES, Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

NORTH = "northmere-north"
AGENCIES = {
    "harbour-idva": "idva-service",
    "northmere-hospital": "health",
    "castlegate-housing": "housing",
    "northmere-council": "council",
    "northmere-police": "police",
}
BEGAN = NOW - timedelta(days=12)


@dataclass
class Story:
    """What was posted, by a name for each fact: its receipt."""

    deployment: Deployed
    goldthread: Goldthread
    webhook: Webhook
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def post(self, name: str, system: str, path: str, body: dict[str, Any]) -> str:
        """Post a fact under a name; give its root."""
        self.receipts[name] = await self.goldthread.post(system, path, body, key=name.replace(" ", "-"))
        return str(self.receipts[name]["root"])

    def root(self, name: str) -> str:
        return str(self.receipts[name]["root"])


async def get(client: Any, path: str) -> Any:
    answer = await client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


async def configure(story: Story) -> None:
    """Areas, agencies, and who is on call in the north: each with a webhook of their own."""
    goldthread = story.goldthread
    header = {"occurred": BEGAN, "recorded": BEGAN}
    for area, kind, within in (
        ("northmere", "force", None),
        (NORTH, "marac", "northmere"),
        ("northmere-east", "marac", "northmere"),
    ):
        content = {"area": area, "name": area.title(), "kind": kind} | ({"within": within} if within else {})
        body = caseload.submission(content, header["occurred"], header["recorded"])
        answer = await (await goldthread.person("aisha-bright")).post("/notify/v1/areas", json=body)
        assert answer.status_code == 201, answer.text
    for agency, kind in AGENCIES.items():
        body = caseload.submission({"agency": agency, "name": agency.title(), "kind": kind}, BEGAN, BEGAN)
        answer = await (await goldthread.person("aisha-bright")).post("/notify/v1/agencies", json=body)
        assert answer.status_code == 201, answer.text
    posts = {
        "first": "dev-malik",
        "second": "joan-okafor",
        "supervisor": "helen-sato",
        "duty_officer": "marcus-dunne",
    }
    rota: dict[str, Any] = {
        "area": NORTH,
        "starts": BEGAN.isoformat(),
        "ends": (NOW + timedelta(days=30)).isoformat(),
    }
    for post, name in posts.items():
        me = await get(await goldthread.person(name), "/notify/v1/me")
        rota[post] = {"person": me["id"], "webhook": f"{story.webhook.url}/{name}"}
    body = caseload.submission(rota, BEGAN, BEGAN)
    answer = await (await goldthread.person("colin-wray")).post("/notify/v1/rota", json=body)
    assert answer.status_code == 201, answer.text


async def step_1_and_2(story: Story) -> None:
    """The IDVA refers; hospital, council, housing and police post what each knows."""
    day = BEGAN + timedelta(days=1)
    await story.post("referral", "harbour-idva", "/referrals/v1/marac-referrals", caseload.referral(day))
    await story.post(
        "injury", "northmere-hospital", "/referrals/v1/incidents", caseload.hospital_incident(day)
    )
    text = "Came alone; asked about support."
    await story.post(
        "contact", "northmere-hospital", "/referrals/v1/health-contacts", caseload.hospital_contact(day, text)
    )
    await story.post("household", "northmere-council", "/referrals/v1/households", caseload.household(day))
    await story.post("housing", "castlegate-housing", "/referrals/v1/housing", caseload.housing(day))
    await story.post("stalking", "northmere-police", "/referrals/v1/incidents", caseload.police_incident(day))
    order = await story.post("order", "northmere-police", "/orders/v1/orders", caseload.order(day))
    await story.post(
        "service",
        "northmere-police",
        "/orders/v1/services",
        caseload.service(order, day + timedelta(hours=6)),
    )
    await story.post(
        "bail", "northmere-police", "/orders/v1/orders", caseload.bail(day - timedelta(hours=20))
    )


async def one_person_from_five_agencies(story: Story) -> None:
    """The matcher has put the five records of her into one person; he is known by two."""
    chair = await story.goldthread.person("rowan-ellis")

    async def page() -> Any:
        answer = await chair.get(f"/marac/v1/cases/{story.root('referral')}")
        if answer.status_code != 200:
            return None
        victim = answer.json()["victim"]
        said_by = {line["agency"] for line in victim["lines"]}
        return said_by >= set(AGENCIES)

    await until(page, "her page speaks of all five agencies")


async def step_3_and_4(story: Story) -> None:
    """Housing reports a breach without the order's number; the police the same assault an hour later.
    The first on call has it in under a second, with no name or place; they acknowledge."""
    at = NOW - timedelta(hours=5)
    await story.goldthread.set_clock(at + timedelta(minutes=12))
    began = time.monotonic()
    root = await story.post(
        "breach", "castlegate-housing", "/orders/v1/breaches", caseload.housing_breach(at)
    )
    message = await until(lambda: story.webhook.first("dev-malik", root))
    story.receipts["page"] = {"seconds": message.at - began}
    assert message.signed
    for secret in ("Marlowe", "Jennifer", "Harcastle", "Alder", "ZZ1", "north", "NM/26", "castlegate"):
        assert secret.lower() not in message.text.lower()
    first = await story.goldthread.person("dev-malik")
    waiting = (await get(first, "/notify/v1/alerts"))["waiting"]
    assert [alert["cause"] for alert in waiting] == [root]

    async def order_found() -> Any:
        opened = await get(first, f"/orders/v1/breaches/{root}")
        return opened if opened["order"] and opened["grade"] == "high" else None

    opened = await until(order_found, "the breach finds its order when the matcher has linked him")
    assert opened["order"]["order"] == story.root("order")
    answer = await first.post(f"/notify/v1/alerts/{root}/acknowledge")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "answered"
    await story.goldthread.set_clock(at + timedelta(minutes=70))
    await story.post("police breach", "northmere-police", "/orders/v1/breaches", caseload.police_breach(at))
    await story.goldthread.settled()
    assert story.webhook.messages("joan-okafor") == []
    assert len({message.id for message in story.webhook.messages("dev-malik")}) == 1


async def step_4_again_unanswered(story: Story) -> None:
    """A second breach, which nobody answers: the next person, the supervisor, the duty officer, and
    again from the first; it never stops by itself."""
    at = NOW - timedelta(hours=3)
    clock = at + timedelta(minutes=12)
    await story.goldthread.set_clock(clock)
    body = caseload.housing_breach(at)
    body["content"]["kind"] = "threat"
    root = await story.post("second breach", "castlegate-housing", "/orders/v1/breaches", body)
    supervisor = await story.goldthread.person("helen-sato")

    async def noted() -> bool:
        """Whether the try of the last call is on record, at the time that the clock has now."""
        shown = (await supervisor.get(f"/notify/v1/alerts/{root}")).json()
        return all(call["tries"] for call in shown["calls"])

    await until(lambda: story.webhook.first("dev-malik", root))
    await until(noted, "the first call is noted")
    for minutes, who in ((8, "joan-okafor"), (20, "helen-sato"), (36, "marcus-dunne")):
        await story.goldthread.set_clock(clock + timedelta(minutes=minutes))
        await until(lambda: story.webhook.first(who, root), f"{who} is called")  # noqa: B023
        await until(noted, f"the call of {who} is noted")
    await story.goldthread.set_clock(clock + timedelta(minutes=56))

    async def again() -> bool:
        calls = {message.id for message in story.webhook.messages("dev-malik") if message.cause == root}
        return len(calls) >= 2

    await until(again, "the ladder begins again")


async def step_5(story: Story) -> None:
    """The coordinator lists the case; the chair opens the agenda and the one page of the case."""
    coordinator = await story.goldthread.person("priya-nair")
    chair = await story.goldthread.person("rowan-ellis")
    now = NOW - timedelta(hours=1)
    await story.goldthread.set_clock(now)
    answer = await coordinator.post(
        "/marac/v1/meetings", json={"area": NORTH, "starts": (NOW + timedelta(days=2)).isoformat()}
    )
    assert answer.status_code == 201, answer.text
    meeting = answer.json()["root"]
    listed = await coordinator.post(
        f"/marac/v1/meetings/{meeting}/cases", json={"case": story.root("referral")}
    )
    assert listed.status_code == 201, listed.text
    story.receipts["meeting"] = {"root": meeting}

    async def declared() -> bool:
        said = {"cases": [{"case": story.root("referral"), "tie": False}]}
        answer = await chair.post(f"/marac/v1/meetings/{meeting}/interests", json=said)
        return answer.is_success

    await until(declared, "the chair has no tie to the case")

    async def on_the_agenda() -> Any:
        answer = await chair.get(f"/marac/v1/meetings/{meeting}/agenda")
        return answer.status_code == 200 and answer.json()["cases"]

    (line,) = await until(on_the_agenda)
    assert (line["case"], line["grade"], line["children"]) == (story.root("referral"), "high", 1)
    page = await get(chair, f"/marac/v1/cases/{story.root('referral')}")
    check_case_page(story, page)


def check_case_page(story: Story, page: dict[str, Any]) -> None:
    """Who said what, when it happened, when it was recorded, under which number; Dash, orders,
    breaches, the alert and who answered, and what is missing."""
    lines = {line["root"]: line for line in page["victim"]["lines"]}
    injury = lines[story.root("injury")]
    assert injury["agency"] == "northmere-hospital"
    assert injury["record"]["number"] == "H-77123"
    assert injury["said"]["recorded"] > injury["said"]["occurred"]
    assert injury["said"]["assertion"] == "opinion"
    assert (page["assessment"]["yes"], page["assessment"]["unanswered"]) == (16, 4)
    assert {order["root"] for order in page["orders"]} >= {story.root("order"), story.root("bail")}
    made = next(order for order in page["orders"] if order["root"] == story.root("order"))
    assert made["status"]["enforceable"] is True
    breaches = [occurrence for occurrence in page["occurrences"] if occurrence["breach"]]
    together = next(o for o in breaches if story.root("breach") in {r["root"] for r in o["records"]})
    assert {record["root"] for record in together["records"]} == {
        story.root("breach"),
        story.root("police breach"),
    }
    answered = {alert["cause"]: alert["alerts"] for alert in page["alerts"]}
    alert = next(alert for alert in answered[story.root("breach")] if alert["rule"] == "breach")
    assert (alert["state"], alert["answered_agency"]) == ("answered", "northmere-police")
    assert alert["answered_at"] > alert["raised"]
    assert {gap["code"] for gap in page["missing"]} >= {"alert-unanswered"}
    assert [child["identity"]["name"]["given"] for child in page["children"]] == ["Toby"]


async def step_6(story: Story) -> None:
    """The MATAC coordinator: every perpetrator ranked, explained, and nothing of where she lives."""
    coordinator = await story.goldthread.person("tom-achterberg")
    cohort = await get(coordinator, "/marac/v1/cohort")
    assert cohort["official"] is False
    assert cohort["model_version"]
    him = next(line for line in cohort["people"] if line["name"]["family"] == "Harcastle" and line["score"])
    page = await coordinator.get(f"/marac/v1/cohort/{him['person']}")
    assert page.status_code == 200
    told = page.text.lower()
    for secret in (
        "marlowe",
        "jennifer",
        "alder",
        "zz1",
        "north",
        "castlegate",
        "t-2201",
        "school",
        "northmere",
    ):
        assert secret not in told, secret
    shown = page.json()
    assert {part["part"] for part in shown["parts"]} == {"R", "F", "G", "V"}
    assert shown["occurrences"] <= shown["records"]
    assert (await coordinator.get(f"/marac/v1/cases/{story.root('referral')}")).status_code == 404


async def step_7(story: Story) -> None:
    """The same case as it was known three days ago: before the breaches."""
    chair = await story.goldthread.person("rowan-ellis")
    then = (NOW - timedelta(days=3)).isoformat()

    async def known() -> httpx.Response | None:
        answer = await chair.get(f"/marac/v1/cases/{story.root('referral')}", params={"at": then})
        return answer if answer.status_code != 409 else None

    answer = await until(known, "every service's watermark has passed that day")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["known_at"]
    assert not [occurrence for occurrence in page["occurrences"] if occurrence["breach"]]
    roots = {line["root"] for line in page["victim"]["lines"]}
    assert story.root("injury") in roots
    assert story.root("breach") not in roots


async def step_8(story: Story) -> None:
    """The hospital corrects one fact and withdraws another: every view follows within a second."""
    hospital = await story.goldthread.system("northmere-hospital")
    chair = await story.goldthread.person("rowan-ellis")
    text = "Came with her sister; asked about support."
    day = BEGAN + timedelta(days=1)
    corrected = await hospital.put(
        f"/referrals/v1/facts/{story.root('contact')}",
        json=caseload.hospital_contact(day, text),
        headers={"If-Match": '"1"'},
    )
    assert corrected.status_code in (200, 201), corrected.text
    withdrawn = await hospital.delete(
        f"/referrals/v1/facts/{story.root('injury')}", headers={"If-Match": '"1"'}
    )
    assert withdrawn.status_code in (200, 201), withdrawn.text
    began = time.monotonic()

    async def follows() -> bool:
        page = await get(chair, f"/marac/v1/cases/{story.root('referral')}")
        lines = {line["root"]: line for line in page["victim"]["lines"]}
        contact, injury = lines[story.root("contact")], lines[story.root("injury")]
        return bool(
            contact["state"] == "corrected"
            and contact["said"]["text"] == text
            and contact["earlier"]
            and injury["state"] == "withdrawn"
            and injury["said"] is None
        )

    await until(follows)
    story.receipts["correction"] = {"seconds": time.monotonic() - began}


async def step_9(story: Story) -> None:
    """Everything is folded again, then every store is dropped and restored from the log: the same
    facts, views, audit, deliveries and configuration, byte for byte; and nobody is paged again, though
    one alert still waits for an answer."""
    supervisor = await story.goldthread.person("helen-sato")
    alert = f"/notify/v1/alerts/{story.root('second breach')}"
    await story.goldthread.set_clock(NOW)

    async def called_by_now() -> bool:
        shown = await get(supervisor, alert)
        called = all(call["tries"] for call in shown["calls"])
        return called and datetime.fromisoformat(shown["next_due"]) > NOW + timedelta(minutes=4)

    await until(called_by_now, "the ladder has come to now")
    await story.goldthread.settled()
    calls = len(story.webhook.kept)
    before = await fingerprints(story)
    for service in SERVICES:
        await asyncio.to_thread(story.deployment.operator, service, "rebuild", service)
    await story.goldthread.settled()
    assert await fingerprints(story) == before
    await asyncio.to_thread(story.deployment.restored, NOW)
    await story.goldthread.set_clock(NOW + timedelta(minutes=1))
    await story.goldthread.settled()
    assert await fingerprints(story) == before
    assert len(story.webhook.kept) == calls
    supervisor = await story.goldthread.person("helen-sato")
    assert (await get(supervisor, alert))["state"] == "unanswered"
    assert (await supervisor.post(f"{alert}/acknowledge")).json()["state"] == "answered"


async def fingerprints(story: Story) -> dict[str, str]:
    """Every store's, by service."""
    found = {}
    for service in SERVICES:
        found[service] = await asyncio.to_thread(story.deployment.operator, service, "fingerprint", service)
    return found


STEPS = (
    configure,
    step_1_and_2,
    one_person_from_five_agencies,
    step_3_and_4,
    step_4_again_unanswered,
    step_5,
    step_6,
    step_7,
    step_8,
    step_9,
)


@pytest.mark.slow
async def test_journey(deployment: Deployed) -> None:
    """Every step, in order."""
    async with Webhook() as webhook:
        goldthread = Goldthread(deployment.url)
        story = Story(deployment, goldthread, webhook)
        await goldthread.set_clock(BEGAN + timedelta(days=1, hours=8))
        try:
            for step in STEPS:
                await step(story)
        finally:
            await goldthread.close()
