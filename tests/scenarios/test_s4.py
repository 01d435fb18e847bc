"""S4: breaches without an answer. Nobody knows at what risk she is: whoever takes the alert of one has two
hours to act, then the supervisor is called; the police's step stands it down, by REST and on the page; the
next one is due in twelve hours. On both deployments."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.clock import LONDON
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
STEPS = "/orders/v1/breach-steps"
FIRST = START + timedelta(days=30)
SECOND = FIRST + timedelta(days=9)
THIRD = SECOND + timedelta(days=9)
HIS_RECORD = {"system": "records", "type": "person", "number": "nort-9002"}


def step(breach: str, taken: str, at: datetime, **content: Any) -> dict[str, Any]:
    said = {"breach": breach, "step": taken, **content}
    return caseload.submission(said, at, at + timedelta(minutes=5), regime="DPA_PART3")


async def alert(goldthread: Goldthread, who: str, cause: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await (await goldthread.person(who)).get(f"/notify/v1/alerts/{cause}")).json()
    return shown


async def asked(goldthread: Goldthread, cause: str, at: datetime) -> None:
    """Move the clock, and wait until the supervisor is called for an answer."""
    await goldthread.set_clock(at)

    async def called() -> bool:
        shown = await alert(goldthread, "helen-sato", cause)
        return (shown.get("rule"), shown.get("state")) == ("no-answer", "unanswered") and shown["called_you"]

    await until(called)


async def reported(goldthread: Goldthread, at: datetime) -> str:
    """A breach that housing saw, whose alert the first on call took; nothing has been done."""
    await goldthread.set_clock(at + timedelta(minutes=20))
    root = str(
        (await goldthread.post("castlegate-housing", "/orders/v1/breaches", caseload.housing_breach(at)))[
            "root"
        ]
    )

    async def called() -> bool:
        return bool((await alert(goldthread, "dev-malik", root)).get("called_you"))

    await until(called)
    taken = await (await goldthread.person("dev-malik")).post(f"/notify/v1/alerts/{root}/acknowledge")
    assert taken.json()["state"] == "answered"
    return root


async def test_nobody_can_leave_a_breach_without_an_answer(goldthread: Goldthread, pager: Webhook) -> None:
    await goldthread.set_clock(FIRST)
    await scene.configure(goldthread, scene.Place(), pager.url, FIRST)
    root = await reported(goldthread, FIRST)
    await goldthread.set_clock(FIRST + timedelta(hours=2))
    await goldthread.settled()
    assert (await alert(goldthread, "helen-sato", root))["rule"] == "breach", "not before its time"
    await asked(goldthread, root, FIRST + timedelta(hours=2, minutes=25))

    officer = await goldthread.person("dev-malik")
    await goldthread.set_clock(FIRST + timedelta(hours=24, minutes=11))
    page = (await officer.get(f"/orders/breaches/{root}")).text
    assert "No answer. It was due by" in page

    late = FIRST + timedelta(hours=25)
    await goldthread.set_clock(late + timedelta(minutes=10))
    await goldthread.post("northmere-police", STEPS, step(root, "suspect-outstanding", late))
    await goldthread.settled()
    shown = await alert(goldthread, "helen-sato", root)
    assert (shown["rule"], shown["state"]) == ("breach", "answered"), "nobody is asked any more"
    # He is still outstanding a day later.
    await asked(goldthread, root, late + timedelta(hours=24))

    form = re.search(r'name="once" value="([^"]+)"', (await officer.get(f"/orders/breaches/{root}")).text)
    assert form
    path = f"/orders/breaches/{root}/steps"
    refused = await officer.post(path, data={"once": form[1], "step": "closed", "reason": ""})
    assert (refused.status_code, "Say why: this step closes something, or" in refused.text) == (422, True)
    caught = (late + timedelta(hours=23)).astimezone(LONDON).replace(second=0, microsecond=0)
    typed = {"day": f"{caught:%Y-%m-%d}", "at": f"{caught:%H:%M}"}
    for _ in range(2):  # pressed twice
        done = await officer.post(path, data={"once": form[1], "step": "arrested", **typed})
        assert done.status_code == 303
    shown = (await officer.get(f"/orders/v1/breaches/{root}")).json()["answer"]
    assert [each["step"] for each in shown["steps"]] == ["suspect-outstanding", "arrested"]
    assert datetime.fromisoformat(shown["steps"][1]["at"]) == caught, "when it was, not when it was typed"
    assert datetime.fromisoformat(shown["asked_for"]) == caught + timedelta(hours=72), "what came of it"

    again = await reported(goldthread, SECOND)
    shown = (await officer.get(f"/orders/v1/breaches/{again}")).json()["answer"]
    assert (shown["earlier"], shown["left"]) == (1, 1)
    assert datetime.fromisoformat(shown["due"]) < SECOND + timedelta(hours=12, minutes=11)
    await asked(goldthread, again, SECOND + timedelta(hours=2, minutes=25))


async def test_from_the_third_breach_without_an_answer_every_page_of_either_says_so(
    goldthread: Goldthread,
    pager: Webhook,
) -> None:
    """As in the inspection's report: eighteen breaches of one order, and the police do nothing. Two are no
    pattern yet; by the third it is named on each page, and counted to the last. Every third report names her
    alone: whoever saw it knows no order, and not who it was."""
    made = THIRD - timedelta(days=3)
    await goldthread.set_clock(THIRD)
    await scene.configure(goldthread, scene.Place(), pager.url, THIRD)
    police = "northmere-police"
    body = caseload.of_two(caseload.order(made), police, "900", "victim", "respondent")
    order = (await goldthread.post(police, "/orders/v1/orders", body))["root"]
    served = caseload.of_two(caseload.service(order, made + timedelta(days=1)), police, "900", "respondent")
    await goldthread.post(police, "/orders/v1/services", served)
    referral = caseload.of_two(caseload.referral(made), "harbour-idva", "900", "victim", "perpetrator")
    case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", referral))["root"]

    counted = []
    for n in range(18):
        at = THIRD + timedelta(days=2 * n)
        await goldthread.set_clock(at + timedelta(hours=1))
        named = ("victim",) if n % 3 == 0 else ("victim", "suspect")
        breach = caseload.of_two(caseload.police_breach(at), police, "900", *named)
        root = (await goldthread.post(police, "/orders/v1/breaches", breach))["root"]
        if n + 1 in (2, 3, 18):
            await goldthread.set_clock(at + timedelta(hours=26))
            await goldthread.settled()
            counted.append(await pattern_on_every_page(goldthread, root, order, case))
    assert counted == [None, 3, 18]
    shown = (await (await goldthread.person("dev-malik")).get(f"/orders/v1/breaches/{root}")).json()
    assert shown["pattern"]["candidates"], "an offence is named"


async def pattern_on_every_page(goldthread: Goldthread, breach: str, order: str, case: str) -> int | None:
    """How many breaches without an answer each page of either says that there were; None: none says any."""
    officer, chair = await goldthread.person("dev-malik"), await goldthread.person("rowan-ellis")
    matac, idva = await goldthread.person("tom-achterberg"), await goldthread.person("carys-bevan")
    people = (await officer.get(f"/orders/v1/breaches/{breach}")).json()["people"]
    (him,) = (each["person"] for each in people if each["role"] == "respondent")
    victim = (await idva.get(f"/marac/v1/cases/{case}")).json()["owed"]["mention"]
    page = (await officer.get(f"/orders/breaches/{breach}")).text
    earlier = re.search(r"PATTERN: (\d+) earlier breaches by the same people had no answer", page)
    said = {"the breach": int(earlier[1]) + 1 if earlier else None}
    control = await goldthread.person("una-frost")
    said["status"] = counted_on(await control.post("/orders/status", data=HIS_RECORD))
    for path, reader in {
        f"/orders/orders/{order}": officer,
        f"/marac/cases/{case}": chair,
        f"/marac/cohort/{him}": matac,
        f"/referrals/victims/{victim}": idva,
        f"/referrals/support/{victim}": idva,
        f"/referrals/withheld/{case}": idva,
    }.items():
        shown = await reader.get(path)
        said[path] = counted_on(shown)
    assert len({*said.values()}) == 1, said
    return said["the breach"]


def counted_on(page: httpx.Response) -> int | None:
    assert page.status_code == 200, page.url
    found = re.search(r"PATTERN: (\d+) breaches had no answer in 24 hours", page.text)
    return int(found[1]) if found else None


@pytest.mark.parametrize(
    ("who", "content", "status", "fault"),
    [
        ("castlegate-housing", {}, 404, None),
        ("northmere-police", {"step": "closed"}, 422, ("body.content.narrative", "reason-missing")),
        (
            "northmere-police",
            {
                "step": "no-further-action",
                "narrative": {"text": "Quillfeather"},
                "outcome": "16",
                "rank": "sergeant",
            },
            422,
            ("body.content.rank", "rank-too-low"),
        ),
        ("northmere-police", {"step": "forgiven"}, 422, ("body.content.step", "enum")),
    ],
    ids=["not by the police", "no reason", "a sergeant for outcome 16", "no such step"],
)
async def test_a_step_that_is_not_theirs_or_lacks_what_it_needs_is_refused(
    goldthread: Goldthread,
    pager: Webhook,
    who: str,
    content: dict[str, Any],
    status: int,
    fault: tuple[str, str] | None,
) -> None:
    await goldthread.set_clock(THIRD)
    await scene.configure(goldthread, scene.Place(), pager.url, THIRD)
    await goldthread.settled()
    body = step("00000000-0000-4000-8000-000000000000", "arrested", START)
    client: httpx.AsyncClient = await goldthread.system(who)
    answer = await client.post(STEPS, json=body | {"content": body["content"] | content})
    assert answer.status_code == status, answer.text
    assert "Quillfeather" not in answer.text
    if fault:
        assert {"where": fault[0], "kind": fault[1]} in answer.json()["faults"]
