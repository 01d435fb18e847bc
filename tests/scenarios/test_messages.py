"""A breach at night, told by telephone: a number that is not in use is passed over at once, whoever picks up
takes it by a key, or by the link of a text, and who had a text for it is told so; and a process that is
killed as it sends sends no second text. On both deployments; the providers are the deployment's own
sandbox."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Deployed, Distributed, Goldthread
from tests.support.waiting import until

pytestmark = pytest.mark.slow

GONE, REACHED, LATER, DUTY = "07700 900002", "07700 900142", "07700 900143", "07700 900144"
POSTS = dict(scene.POSTS)


async def messages(goldthread: Goldthread, kind: str, to: str) -> list[dict[str, Any]]:
    """What would have gone out to a number or an address."""
    async with httpx.AsyncClient(base_url=goldthread.url) as client:
        kept = (await client.get("/sandbox/messages")).json()
    return [each for each in kept if (each["kind"], each["to"]) == (kind, to)]


async def shift(goldthread: Goldthread, telephones: dict[str, str], since: timedelta) -> None:
    """A shift from now on: telephones, an address for e-mails for whoever can be reached, nobody's pager."""
    people = {}
    for post, telephone in telephones.items():
        me = (await (await goldthread.person(POSTS[post])).get("/notify/v1/me")).json()["id"]
        people[post] = {"person": me, "telephone": telephone}
        if telephone != GONE:
            people[post]["email"] = f"{POSTS[post]}@northmere.example"
    said = {"area": "northmere-north", "starts": (NOW - since).isoformat()}
    said |= {"ends": (NOW + timedelta(days=30)).isoformat(), **people}
    colin = await goldthread.person("colin-wray")
    answer = await colin.post("/notify/v1/rota", json=caseload.submission(said, NOW, NOW))
    assert answer.status_code == 201, answer.text


async def breach(goldthread: Goldthread, number: str) -> str:
    """Of an order that nobody knows: it is to be answered at once. Each is an occurrence of its own."""
    said = caseload.housing_breach(NOW - timedelta(hours=4))
    said["content"] |= {"people": [], "reference": number}
    receipt = await goldthread.post("castlegate-housing", "/orders/v1/breaches", said)
    return str(receipt["root"])


async def test_a_breach_rings_whoever_can_be_reached_and_a_key_takes_it(goldthread: Goldthread) -> None:
    await goldthread.set_clock(NOW)
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9")
    await shift(goldthread, dict(zip(POSTS, (GONE, REACHED, LATER, DUTY), strict=True)), timedelta(hours=2))
    cause = await breach(goldthread, "M/1")

    async def rings() -> list[dict[str, Any]]:
        found = await messages(goldthread, "voice", "+44" + REACHED[1:].replace(" ", ""))
        return [each for each in found if each["status"] == "completed"]

    (ring,) = await until(rings, "the second is rung, for the first's number is not in use")
    (text,) = await messages(goldthread, "sms", REACHED)
    (lost,) = await messages(goldthread, "sms", GONE)
    (mail,) = await messages(goldthread, "email", "joan-okafor@northmere.example")
    assert lost["text"] != text["text"]
    for each in (ring, text, lost, mail):
        assert all(secret not in each["text"] for secret in (cause, "Marlowe", "Harcastle", "north"))
    joan = await goldthread.person("joan-okafor")

    async def arrived() -> list[str]:
        shown = (await joan.get(f"/notify/v1/alerts/{cause}")).json()
        by = [(each["channel"], each["result"]) for call in shown["calls"] for each in call["messages"]]
        return ["all"] if set(by) == {(each, "delivered") for each in ("sms", "email", "voice")} else []

    await until(arrived, "the provider tells that all three have arrived")
    page = (await joan.get("/notify/alerts", headers={"Accept": "text/html"})).text
    assert "The telephone was picked up" in page
    assert "900142" not in page

    await goldthread.set_clock(NOW + timedelta(minutes=11))
    await until(lambda: messages(goldthread, "sms", LATER), "the third has a text")
    async with httpx.AsyncClient(base_url=goldthread.url) as telephone:
        await telephone.post("/sandbox/keys", data={"message": ring["id"], "key": "4"})
    shown = (await joan.get(f"/notify/v1/alerts/{cause}")).json()
    assert (shown["state"], shown["answered_by"]) == ("answered", "you")
    await goldthread.set_clock(NOW + timedelta(minutes=13))

    async def told() -> list[dict[str, Any]]:
        return (await messages(goldthread, "sms", LATER))[1:]

    (over,) = await until(told, "the third, who has not answered, is told that another has it")
    assert over["text"].endswith("Another person has taken it. You need not answer it.")
    assert cause not in over["text"]
    others = [len(await messages(goldthread, "sms", to)) for to in (GONE, REACHED, DUTY)]
    assert others == [1, 1, 0], "not whoever took it, nor whom nothing had reached"
    await taken_by_its_link(goldthread)


async def taken_by_its_link(goldthread: Goldthread) -> None:
    """The link of a text, opened by nobody who is signed in: to look takes nothing, one press takes it, and
    it is on record as whose telephone it was."""
    before = len(await messages(goldthread, "sms", REACHED))
    cause = await breach(goldthread, "M/3")
    joan = await goldthread.person("joan-okafor")

    async def texted() -> list[dict[str, Any]]:
        return (await messages(goldthread, "sms", REACHED))[before:]

    (text,) = await until(texted, "the second has a text")
    (link,) = re.findall(r"/notify/take/[0-9a-f-]+/[0-9A-Za-z_=-]+", text["text"])

    async def state() -> tuple[str, str | None]:
        shown = (await joan.get(f"/notify/v1/alerts/{cause}")).json()
        return shown["state"], shown["answered_by"]

    async with httpx.AsyncClient(base_url=goldthread.url) as telephone:
        looked = await telephone.get(link)
        assert looked.status_code == 200
        assert all(secret not in looked.text for secret in (cause, "Marlowe", "northmere-north"))
        assert await state() == ("unanswered", None)
        assert (await telephone.post(link)).status_code in (200, 303)
        forged = link[:-1] + ("1" if link.endswith("0") else "0")
        assert (await telephone.post(forged)).status_code == 404, "we did not sign that"
    assert await state() == ("answered", "you")


async def test_a_forged_receipt_is_turned_away(goldthread: Goldthread) -> None:
    async with httpx.AsyncClient(base_url=goldthread.url) as client:
        said = {"reference": "x", "status": "delivered", "notification_type": "sms"}
        forged = await client.post("/notify/receipts", json=said, headers={"Authorization": "Bearer guess"})
        assert forged.status_code == 401


async def test_a_process_that_is_killed_as_it_sends_sends_no_second_text(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    if not isinstance(deployment, Distributed):
        pytest.skip("its sandbox goes with the process: tests/services/notify/test_messages.py")
    await goldthread.set_clock(NOW)
    number = "07700 900177"
    await shift(goldthread, dict(zip(POSTS, (number, REACHED, LATER, DUTY), strict=True)), timedelta(hours=1))
    await goldthread.settled()
    deployment.kill("notify")
    deployment.extra["GOLDTHREAD_DIE_AT"] = "tell.sent"
    deployment.extra["GOLDTHREAD_CLOCK_START"] = NOW.isoformat()
    deployment.start_part("notify")
    deployment.await_part("notify")
    dies = deployment.processes["notify"]
    cause = await breach(goldthread, "M/2")

    async def dead() -> bool:
        return dies.poll() is not None

    await until(dead, "notify dies with a message out and nothing noted")
    del deployment.extra["GOLDTHREAD_DIE_AT"]
    deployment.start_part("notify")
    deployment.await_part("notify")
    dev = await goldthread.person("dev-malik")

    async def noted() -> bool:
        shown = (await dev.get(f"/notify/v1/alerts/{cause}")).json()
        by = [each["channel"] for call in shown["calls"] for each in call["messages"] if each["result"]]
        return set(by) >= {"sms", "email", "voice"}

    await until(noted, "what was sent is noted, and what was not is sent")
    for kind, to in (("sms", number), ("email", "dev-malik@northmere.example")):
        calls = [each["reference"] for each in await messages(goldthread, kind, to)]
        assert len(calls) == len(set(calls)) >= 1
