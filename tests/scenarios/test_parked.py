"""While a hospital's fact about her cannot be read, and while a fold about her raises, a breach against
her still pages in time; her page says that it is incomplete; an operator replays the fact, and it is
there. In one process, whose folds and readers can be broken; on both logs and both stores."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis import load
from chassis.facts import Fact
from chassis.log import Log, Record
from chassis.reading import parsed
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.views import Folded, Subject
from contracts.content import Content
from contracts.envelope import Envelope
from contracts.registry import Unreadable
from deploy import wiring
from deploy.local.processes import free_port
from deploy.serve import opened, server_of
from services.marac.conference.views import PERSON
from services.notify.rules.ladder import UNTRIED
from services.orders.views import ORDERS_PERSON
from tests.scenarios import caseload, scene
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.facts import root_of
from tests.support.waiting import until

IN_TIME_SECONDS = UNTRIED.total_seconds()
"""After so long without a try the ladder itself goes on to the next post."""
DAY = scene.BEGAN + timedelta(days=1)
CONTACTS, BREACHES = "/referrals/v1/health-contacts", "/orders/v1/breaches"
INCIDENTS = "/referrals/v1/incidents"
UNREADABLE = root_of("the second of northmere-hospital")


class House:
    """Goldthread in this process, and the log that it stands on."""

    def __init__(self, goldthread: Goldthread, runtimes: dict[str, Runtime], log: Log) -> None:
        self.goldthread = goldthread
        self.runtimes = runtimes
        self.log = log


@pytest.fixture(
    params=["embedded", pytest.param("distributed", marks=(pytest.mark.kafka, pytest.mark.postgres))]
)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """SQLite for log and stores; Kafka and PostgreSQL."""
    port = free_port()
    places: dict[str, Any] = {}
    if request.param == "distributed":
        places["log"] = f"kafka://{request.getfixturevalue('clean_kafka')}"
        places["store"] = request.getfixturevalue("postgres_url")
    return Settings(data=tmp_path, port=port, public_url=f"http://127.0.0.1:{port}", **places)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[House]:
    async with opened(settings) as (log, clock):
        app, runtimes = wiring.embedded(settings, log, clock)
        server = server_of(app, settings)
        serving = asyncio.create_task(server.serve())
        goldthread = Goldthread(settings.public_url)

        async def ready() -> bool:
            return server.started and all(runtime.caught_up.is_set() for runtime in runtimes.values())

        await until(ready)
        yield House(goldthread, runtimes, log)
        await goldthread.close()
        server.should_exit = True
        await serving


async def case_of(house: House) -> str:
    """Her referral and a contact at the hospital, and an agenda's chair who sees both."""
    await house.goldthread.set_clock(scene.FOLDED)
    referral = caseload.referral(DAY)
    case = (await house.goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", referral))["root"]
    contact = caseload.hospital_contact(DAY, "Came alone.")
    await house.goldthread.post("northmere-hospital", CONTACTS, contact)
    await house.goldthread.post("northmere-police", INCIDENTS, caseload.police_incident(DAY))
    for agency in ("northmere-hospital", "northmere-police"):
        await until(
            lambda agency=agency: said_by(house, case, agency, 1), f"what {agency} said is on her page"
        )
    return str(case)


async def page_of(house: House, case: str) -> dict[str, Any]:
    chair = await house.goldthread.person("rowan-ellis")
    answer = await chair.get(f"/marac/v1/cases/{case}")
    return answer.json() if answer.status_code == 200 else {}


async def said_by(house: House, case: str, agency: str, lines: int) -> bool:
    page = await page_of(house, case)
    said = page["victim"]["lines"] if page else []
    return sum(each["agency"] == agency for each in said) == lines


async def again(house: House, case: str, agency: str, **said: Any) -> Envelope:
    """What an agency says next about her, as referrals would put it on the log."""
    page = await page_of(house, case)
    root = next(each["root"] for each in page["victim"]["lines"] if each["agency"] == agency)
    first = next(iter(await house.runtimes["referrals"].fact(root))).envelope
    id_ = root_of(f"the second of {agency}")
    keys = first.keys.replace(root, id_).split()
    own = {"id": id_, "root": id_, "subject": id_, "keys": " ".join(sorted(keys))}
    return first.model_copy(update=own | {"data": first.data | said})


def on_the_log(topic: str, event: Envelope) -> Record:
    return Record(topic, "k", event.model_dump_json(exclude_none=True).encode())


async def breached(house: House, webhook: Webhook, days: int) -> float:
    """The seconds from the post of a breach against her until the person on call is called."""
    body = caseload.housing_breach(scene.FOLDED - timedelta(days=days))
    began = time.monotonic()
    cause = (await house.goldthread.post("castlegate-housing", BREACHES, body))["root"]
    await until(lambda: webhook.first("dev-malik", cause), "the person on call is called")
    return time.monotonic() - began


async def test_what_cannot_be_read_is_seen_decided_and_holds_up_no_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = [False]

    def reads(body: str) -> Fact[Content]:
        found = parsed(body)
        if found.id == UNREADABLE and not mended[0]:
            raise Unreadable("service: missing")
        return found

    monkeypatch.setattr(load, "parsed", reads)
    async with Webhook() as webhook, served(settings) as house:
        await scene.configure(house.goldthread, scene.Place(), webhook.url)
        case = await case_of(house)
        contact = on_the_log("care", await again(house, case, "northmere-hospital"))
        incident = on_the_log("incidents", await again(house, case, "northmere-police", kind=7))
        await house.log.append([contact, incident, Record("care", "k", b"{no json")])

        async def incomplete() -> bool:
            page = await page_of(house, case)
            gap = {"code": "unread", "owner": "operator", "person": None, "roots": [], "count": 2}
            seen = (page["incomplete"], page["whose_unknown"], page["operator_told"] is not None)
            return seen == (2, 1, True) and any(gap.items() <= each.items() for each in page["missing"])

        await until(incomplete, "her page says so, and that somebody was told")
        assert await breached(house, webhook, 1) < IN_TIME_SECONDS
        await until(lambda: duty_officer_called(house, webhook), "somebody is called about it")
        chair = await house.goldthread.person("rowan-ellis")
        shown = (await chair.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})).text
        assert "2 RECORDS ABOUT THIS COULD NOT BE READ" in shown
        assert "1 record could not be read, and it is not known whom it is about." in shown
        await until(lambda: orders_says_so(house, webhook), "so does the page of the breach")
        him = await until(lambda: person_in_question(house), "so does his, in the cohort")
        await his_page_says_no_more_than_how_many(house, him)
        mended[0] = True
        await decide_all(house)
        await until(lambda: said_by(house, case, "northmere-hospital", 2), "the fact is on her page")
        page = await page_of(house, case)
        assert (page["incomplete"], page["whose_unknown"]) == (0, 0)


async def orders_says_so(house: House, webhook: Webhook) -> bool:
    on_call = await house.goldthread.person("dev-malik")
    cause = webhook.messages("dev-malik")[0].cause
    return bool((await on_call.get(f"/orders/v1/breaches/{cause}")).json()["incomplete"] == 1)


async def person_in_question(house: House) -> dict[str, Any] | None:
    """Of the cohort, the one about whom something could not be read; none while there is no such one.

    Whose record a breach is may still be on its way to being assigned: somebody who was in the list
    a moment ago is by then a part of another.
    """
    coordinator = await house.goldthread.person("tom-achterberg")
    cohort = (await coordinator.get("/marac/v1/cohort")).json()["people"]
    answers = [await coordinator.get(f"/marac/v1/cohort/{each['person']}") for each in cohort]
    people = [answer.json() for answer in answers if answer.status_code == 200]
    found = [shown for shown in people if shown["incomplete"]]
    return found[0] if len(found) == 1 else None


async def his_page_says_no_more_than_how_many(house: House, him: dict[str, Any]) -> None:
    coordinator = await house.goldthread.person("tom-achterberg")
    assert (him["incomplete"], him["whose_unknown"]) == (1, 1)
    assert "operator_told" not in him
    page = await coordinator.get(f"/marac/cohort/{him['person']}", headers={"Accept": "text/html"})
    assert "1 RECORD ABOUT THIS COULD NOT BE READ" in page.text
    assert "The operator was told" not in page.text


async def duty_officer_called(house: House, webhook: Webhook) -> bool:
    operator = await house.goldthread.person("aisha-bright")
    alerts = (await operator.get("/notify/v1/alerts")).json()["waiting"]
    causes = {each["cause"] for each in alerts if each["rule"] == "unread"}
    return bool(causes & {message.cause for message in webhook.messages("marcus-dunne")})


async def decide_all(house: House) -> None:
    """The operator replays what can be read by now, and discards the rest; nobody else may."""
    operator = await house.goldthread.person("aisha-bright")
    chair = await house.goldthread.person("rowan-ellis")
    for service in ("marac", "referrals", "orders"):
        for record in (await operator.get(f"/{service}/v1/parked")).json()["parked"]:
            place = f"{record['topic']}/{record['partition']}/{record['offset']}"
            path = f"/{service}/v1/parked/{place}/decision"
            readable = record["topic"] == "care" and record["whose_known"]
            decision, reason = ("replay", "mended") if readable else ("discard", "of-no-use")
            said = {"decision": decision, "reason": reason}
            assert (await chair.post(path, json=said)).status_code == 404
            answer: httpx.Response = await operator.post(path, json=said)
            assert answer.json()["outcome"] == ("read" if readable else "discarded"), answer.text
            assert (await operator.post(path, json=said)).status_code == 404
        left = (await operator.get(f"/{service}/v1/parked")).json()["parked"]
        assert left
        assert all(each["discarded"] for each in left)


async def test_while_a_fold_about_her_raises_a_breach_against_her_still_pages(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising: list[bool] = []

    def broken(subject: Subject, fold: Any) -> Folded:
        named = [m for fact in subject.facts for m in getattr(fact.content, "people", ())]
        mine = [m for m in named if subject.homes.get(m.mention) == subject.id]
        if raising and any(m.role == "victim" for m in mine):
            raise ZeroDivisionError
        return fold(subject)  # type: ignore[no-any-return]

    for name, view in (("orders", ORDERS_PERSON), ("marac", PERSON)):
        service = wiring.SERVICES[name]
        raises = replace(view, fold=lambda subject, fold=view.fold: broken(subject, fold))
        views = tuple(raises if each is view else each for each in service.views)
        monkeypatch.setitem(wiring.SERVICES, name, replace(service, views=views))
    async with Webhook() as webhook, served(settings) as house:
        await scene.configure(house.goldthread, scene.Place(), webhook.url)
        case = await case_of(house)
        raising.append(True)
        assert await breached(house, webhook, 1) < IN_TIME_SECONDS
        await until(lambda: since(house, case), "her page says that it is the last good one")
        assert await breached(house, webhook, 4) < IN_TIME_SECONDS
        await house.goldthread.settled()  # nothing on its way may mend her before the operator does
        raising.clear()
        operator = await house.goldthread.person("aisha-bright")
        for name in ("orders", "marac"):
            for each in (await operator.get(f"/{name}/v1/parked")).json()["broken"]:
                answer = await operator.post(f"/{name}/v1/broken/{each['subject']}/fold")
                assert answer.status_code == 202

        async def sound() -> bool:
            return await since(house, case) is None

        await until(sound, "her page is made anew")


async def since(house: House, case: str) -> Any:
    return (await page_of(house, case))["broken_since"]
