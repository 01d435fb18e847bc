"""What is hers, on both deployments: a safe way said by one agency is before whoever goes to the next breach;
it fails, and nobody is told another; her words stand first; a refusal is a question until somebody says why;
what was not asked is counted. What tells how she is reached stays with whoever may reach her."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
DAY = NOW - timedelta(days=9)
ROUTING = {"routing": {"area": "northmere-north"}}
NUMBER, WORD = "07700 900321", "blue kettle"


def her(**more: Any) -> dict[str, Any]:
    return caseload.her("harbour-cms", "C-781", **more)


async def say(
    goldthread: Goldthread, agency: str, path: str, days_ago: float, **content: Any
) -> dict[str, Any]:
    """What an agency posts of her; its answer."""
    body = caseload.submission({"people": [her()], **content}, NOW - timedelta(days=days_ago))
    return await goldthread.post(agency, path, body)


async def case_page(goldthread: Goldthread, who: str, case: str) -> dict[str, Any]:
    answer = await (await goldthread.person(who)).get(f"/marac/v1/cases/{case}")
    body: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return body


async def until_way(goldthread: Goldthread, case: str, because: str) -> Mapping[str, Any]:
    """Her case, once the safe way is so for that reason."""

    async def told() -> Mapping[str, Any]:
        page = await case_page(goldthread, "carys-bevan", case)
        return page if page and page["hers"]["way"]["because"] == because else {}

    return await until(told, because)


async def test_what_is_hers(goldthread: Goldthread) -> None:
    await goldthread.set_clock(NOW)
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        him = caseload.him("perpetrator", "harbour-cms", "C-781-P")
        referral = {"people": [her(), him], "dash": caseload.dash(), **ROUTING}
        path = "/referrals/v1/marac-referrals"
        case = (await say(goldthread, "harbour-idva", path, 9, **referral))["root"]
        hers = {"support": "idva", "step": "accepted", **ROUTING}  # how she is reached is for her IDVA
        await say(goldthread, "harbour-idva", "/referrals/v1/support-steps", 8, **hers)
        await a_safe_way_is_said_and_fails(goldthread, case)
        await her_words_and_a_refusal(goldthread, case)
        await what_was_not_asked(goldthread)
        await she_says_so_on_the_telephone(goldthread, case)


async def a_safe_way_is_said_and_fails(goldthread: Goldthread, case: str) -> None:
    nothing = await until_way(goldthread, case, "never-said")
    assert "contact-unknown" in [gap["code"] for gap in nothing["missing"]]
    verified = (NOW - timedelta(days=2)).isoformat()
    way = {"method": "mobile", "number": NUMBER, "code_word": WORD, "no_uniform": True, "verified": verified}
    way["hours"] = [{"starts": "00:00", "ends": "23:59"}]
    told = await say(goldthread, "harbour-idva", "/referrals/v1/safe-contacts", 2, people=[her(contact=way)])
    assert told["asks"] == ["expires", "if-another-answers"]
    safe = await until_way(goldthread, case, "verified")
    assert safe["hers"]["way"]["contact"]["number"] == NUMBER
    chair = await case_page(goldthread, "rowan-ellis", case)
    assert (chair["hers"]["way"]["state"], chair["hers"]["way"]["method"]) == ("safe", "mobile")
    assert NUMBER not in str(chair)
    assert WORD not in str(chair)
    both = [her(), caseload.him("perpetrator", "harbour-cms", "C-781-P")]
    breach = caseload.submission({"kind": "contact", "people": both, **ROUTING}, NOW - timedelta(hours=5))
    cause = (await goldthread.post("harbour-idva", "/orders/v1/breaches", breach))["root"]
    officer = await goldthread.person("dev-malik")

    async def before_they_go(because: str) -> str:
        answer = await officer.get(f"/orders/v1/breaches/{cause}")
        ways = [each["way"] for each in answer.json().get("people", []) if each["role"] == "victim"]
        if [way["because"] for way in ways] != [because]:
            return ""
        return (await officer.get(f"/orders/breaches/{cause}", headers={"Accept": "text/html"})).text

    page = await until(lambda: before_they_go("verified"), "the safe way, with the breach")
    assert "No uniform." in page
    assert NUMBER in page
    failed = {"method": "mobile", "failure": "somebody-else-answered"}
    await say(goldthread, "harbour-idva", "/referrals/v1/failed-contacts", 0.1, **failed)
    page = await until(lambda: before_they_go("failed"), "that it failed, with the breach")
    assert "No safe contact is known. Do not make contact." in page
    await until_way(goldthread, case, "failed")


async def her_words_and_a_refusal(goldthread: Goldthread, case: str) -> None:
    words = {"said_by": "victim", "heard_by": "H-12", "narrative": {"text": "I want it to stop."}}
    await say(goldthread, "harbour-idva", "/referrals/v1/wishes", 2, **words)
    refused: dict[str, Any] = {"recipients": ["housing"], "answer": "refused"}
    await say(goldthread, "harbour-idva", "/referrals/v1/consents", 2, **refused)

    async def asked(state: str) -> str:
        page = await case_page(goldthread, "rowan-ellis", case)
        found = {each["kind"]: each["state"] for each in page["hers"]["standing"]}
        gaps = [gap["code"] for gap in page["missing"]]
        if found.get("housing") != state or ("consent-refused" in gaps) != (state == "refused"):
            return ""
        chair = await goldthread.person("rowan-ellis")
        return (await chair.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})).text

    page = await until(lambda: asked("refused"), "that she refuses is a question")
    assert page.index("I want it to stop.") < page.index('id="said"'), "her words come first"
    why = {"basis": "public-task", "ground": "high-risk", "reason": "Her landlord is his brother."}
    overridden = {"recipients": ["housing"], "answer": "overridden", "override": why}
    await say(goldthread, "harbour-idva", "/referrals/v1/consents", 1, **overridden)
    page = await until(lambda: asked("overridden"), "that it was decided, and why")
    assert "Her landlord is his brother." in page


async def what_was_not_asked(goldthread: Goldthread) -> None:
    answers = [{"characteristic": "ethnicity", "answer": "asked-not-given"}]
    for n in range(6):
        victim = [caseload.her("harbour-cms", f"C-8{n}")]
        said = {"people": victim, "equality": {"answers": answers}, **ROUTING}
        told = await say(goldthread, "harbour-idva", "/referrals/v1/characteristics", 1, **said)
        assert "religion" in told["missing"]
    admin = await goldthread.person("colin-wray")

    async def counted() -> dict[str, Any]:
        agencies = (await admin.get("/marac/v1/characteristics")).json()["agencies"]
        found = {each["agency"]: each for each in agencies}
        return found if (found.get("harbour-idva", {}).get("victims") or 0) >= 6 else {}

    await until(counted, "six victims of whom religion was never asked")
    page = await admin.get("/marac/characteristics", headers={"Accept": "text/html"})
    assert "Harbour Idva" in page.text


async def she_says_so_on_the_telephone(goldthread: Goldthread, case: str) -> None:
    """Her IDVA reports it by the page, pressed twice; whoever is on call is called, and reads whose word it
    is; so does the case."""
    idva, officer = await goldthread.person("carys-bevan"), await goldthread.person("dev-malik")
    mention = (await case_page(goldthread, "carys-bevan", case))["owed"]["mention"]
    path = f"/orders/victims/{mention}/breach"
    assert path in (await idva.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})).text
    form = re.search(r'name="once" value="([^"]+)"', (await idva.get(path)).text)
    assert form
    typed = {"once": form[1], "kind": "threat", "words": "He rang from a new number.", "said_by": "victim"}
    pressed = [await idva.post(path, data=typed | {"suspect_present": "no"}) for _ in range(2)]
    assert [each.status_code for each in pressed] == [303, 303]
    (where,) = {each.headers["location"] for each in pressed}
    assert "The breach is reported" in (await idva.get(where)).text
    cause = where.partition("reported=")[2]

    async def called() -> bool:
        answer = await officer.get(f"/notify/v1/alerts/{cause}")
        return answer.status_code == 200 and bool(answer.json()["called_you"])

    await until(called, "a call at once, as of a system's report")
    shown = (await officer.get(f"/orders/breaches/{cause}", headers={"Accept": "text/html"})).text
    assert "The victim said so, through Harbour Idva." in shown

    async def on_the_case() -> bool:
        chair = await goldthread.person("rowan-ellis")
        page = (await chair.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})).text
        return "He rang from a new number." in page and "Who says so" in page

    await until(on_the_case, "whose word it is, on the case's page")
    abroad = await goldthread.person("nell-archer")
    assert (await abroad.get(path)).status_code == 404
    assert (await abroad.post(path, data=typed)).status_code == 404
