"""What she is owed. A hospital's IDVA assesses a victim whom the police do not know as high risk: the IDVA
service of the area is asked by itself, accepts, tries three times, somebody is told, and she is reached; the
police name an officer, and the two write to each other. Another victim refuses, and is offered support again
when the risk rises. On both."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
MONDAY = START + timedelta(days=30 - (START + timedelta(days=30)).weekday())
SEEN = MONDAY.replace(hour=9, minute=0, second=0)
HOUR = timedelta(hours=1)
ROUTING = {"routing": {"area": "northmere-north"}}
OTHER = {"family": "Tamsin-Vale", "given": "Orla"}
CONTACT = {"method": "text", "number": "07700 900142", "code_word": "blue kettle", "no_uniform": True}


async def world(goldthread: Goldthread, webhook: str) -> None:
    """The place; its IDVA service serves the area, and is full."""
    await goldthread.set_clock(SEEN)
    await scene.configure(goldthread, scene.Place(), webhook, SEEN)
    operator = await goldthread.person("aisha-bright")
    harbour = {"agency": "harbour-idva", "name": "Harbour Idva", "kind": "idva-service"}
    said = caseload.submission({**harbour, "serves": ["northmere-north"]}, SEEN - HOUR, SEEN - HOUR)
    assert (await operator.post("/notify/v1/agencies", json=said)).status_code == 201
    full = caseload.submission({"support": "idva", "places": 0, "waiting": 4}, SEEN - HOUR, SEEN - HOUR)
    await goldthread.post("harbour-idva", "/referrals/v1/capacities", full)


def her(system: str, number: str, **more: Any) -> dict[str, Any]:
    return caseload.her(system, number, nhs_number=caseload.NHS_HER, **more)


def assessment(people: list[dict[str, Any]], at: datetime, grade: str) -> dict[str, Any]:
    said = {"instrument": "dara", "instrument_version": "2022", "grade": grade}
    judgement = {"grade": grade, "reason": "As it was told.", "by": "A-1"}
    return caseload.submission({"people": people, **said, "judgement": judgement, **ROUTING}, at, at)


async def step(
    goldthread: Goldthread, agency: str, said: str, at: datetime, who: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A step of support to an IDVA, at its own time."""
    await goldthread.set_clock(at + timedelta(minutes=5))
    content = {"people": [who], "support": "idva", "step": said, **more, **ROUTING}
    answer: dict[str, Any] = await goldthread.post(
        agency, "/referrals/v1/support-steps", caseload.submission(content, at, at)
    )
    return answer


async def owed(goldthread: Goldthread, family: str, *rules: str) -> dict[str, Any]:
    """Wait until the IDVA finds that this victim is owed just these."""
    reader = await goldthread.person("carys-bevan")

    async def there() -> dict[str, Any] | None:
        listed = (await reader.get("/referrals/v1/support")).json()["victims"]
        found = next((line for line in listed if (line["name"] or {}).get("family") == family), {"owed": []})
        line: dict[str, Any] = found
        return line if sorted(each["rule"] for each in line["owed"]) == sorted(rules) else None

    return await until(there, f"{rules} are owed")


async def runs(goldthread: Goldthread, rule: str, many: int) -> None:
    """Wait until so many clocks of a line run, as somebody on call sees them."""
    reader = await goldthread.person("dev-malik")

    async def there() -> bool:
        clocks = (await reader.get("/notify/v1/clocks")).json()["clocks"]
        return sum(clock["rule"] == rule for clock in clocks) == many

    await until(there, f"{many} of {rule}")


async def alerts(goldthread: Goldthread) -> list[dict[str, Any]]:
    found = (await (await goldthread.person("helen-sato")).get("/notify/v1/alerts")).json()["waiting"]
    return [alert for alert in found if alert["rule"] == "no-contact"]


async def case_page(goldthread: Goldthread, case: str, who: str = "rowan-ellis") -> dict[str, Any]:
    answer = await (await goldthread.person(who)).get(f"/marac/v1/cases/{case}")
    page: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return page


async def asked_accepted_and_reached(goldthread: Goldthread) -> None:
    """B4, B5: from the assessment to first contact."""
    in_hospital, at_idva = her("pas", "H-77123", contact=CONTACT), her("harbour-cms", "C-104")
    await goldthread.set_clock(SEEN + HOUR)
    await goldthread.post(
        "northmere-hospital", "/referrals/v1/risk-assessments", assessment([in_hospital], SEEN, "high")
    )
    line = await owed(goldthread, caseload.HER["family"], "idva-asked", "support-referral")
    await runs(goldthread, "idva-asked", 1)
    page = await (await goldthread.person("carys-bevan")).get(f"/referrals/support/{line['mention']}")
    for said in ("07700 900142", "blue kettle", "No uniform.", "Full. Ask all the same."):
        assert said in page.text
    hidden = await (await goldthread.person("helen-sato")).get(f"/referrals/support/{line['mention']}")
    assert caseload.HER["family"].lower() not in hidden.text.lower(), "she chose not to tell the police"
    await step(goldthread, "harbour-idva", "accepted", SEEN + 2 * HOUR, at_idva)
    await owed(goldthread, caseload.HER["family"], "first-contact")
    await runs(goldthread, "idva-asked", 0)
    for hours in (4, 8, 25):
        await step(goldthread, "harbour-idva", "tried", SEEN + hours * HOUR, at_idva)
    await owed(goldthread, caseload.HER["family"], "no-contact")

    async def told() -> list[dict[str, Any]]:
        return await alerts(goldthread)

    (alert,) = await until(told, "somebody is told that nobody reached her")
    assert alert["about"] == "person"
    await step(goldthread, "harbour-idva", "engaged", SEEN + 26 * HOUR, at_idva)
    await owed(goldthread, caseload.HER["family"])

    async def stood_down() -> bool:
        return await alerts(goldthread) == []

    await until(stood_down, "the alert is stood down")


async def led(goldthread: Goldthread, case: str, at: datetime) -> None:
    """B15: one named lead, whom everybody knows how to reach, until they lead no more."""
    worker = {"name": "Carys Bevan", "telephone": "01632 960203"}
    said = {"people": [her("harbour-cms", "C-104")], "service": "Harbour IDVA", "since": at.isoformat()}
    named = caseload.submission(said | {"worker": worker}, at, at)
    await goldthread.post("harbour-idva", "/referrals/v1/leads", named)

    async def there() -> bool:
        page = await case_page(goldthread, case)
        return "no-lead" not in {gap["code"] for gap in page["missing"]}

    await until(there, "somebody leads")
    chair = await goldthread.person("rowan-ellis")
    assert worker["telephone"] in (await chair.get(f"/marac/cases/{case}")).text
    later = at + HOUR / 2
    ended = caseload.submission(said | {"until": later.isoformat()}, later, later)
    await goldthread.post("harbour-idva", "/referrals/v1/leads", ended)

    async def gone() -> bool:
        return not await there()

    await until(gone, "nobody leads any more")
    assert worker["telephone"] not in (await chair.get(f"/marac/cases/{case}")).text


async def on_one_page_and_in_words(goldthread: Goldthread) -> None:
    """B15, B5: every role on the case's page; messages that only two read."""
    at = SEEN + 27 * HOUR
    await goldthread.set_clock(at + HOUR)
    referral = caseload.referral(at)
    case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", referral))["root"]
    names = {
        "harbour-idva": ("idva", "Carys Bevan", "01632 960201"),
        "northmere-police": ("officer-in-case", "Tess Okoro", "01632 960202"),
    }
    for agency, (part, name, number) in names.items():
        records = {"harbour-idva": ("harbour-cms", "C-104"), "northmere-police": ("niche", "N-501")}
        worker = {"name": name, "telephone": number}
        said = {"people": [her(*records[agency])], "part": part, "worker": worker}
        await goldthread.post(agency, "/referrals/v1/case-roles", caseload.submission(said, at, at))

    async def both() -> dict[str, Any] | None:
        page = await case_page(goldthread, case)
        return page if len(page.get("support", {}).get("team", ())) == 2 else None

    page = await until(both, "both are in the case, and the police's record is hers")
    assert [(c["support"], c["state"]) for c in page["support"]["courses"]] == [("idva", "engaged")]
    codes = {gap["code"] for gap in page["missing"]}
    assert codes.isdisjoint({"no-idva", "support-late", "victim-not-reached"})
    assert "no-lead" in codes
    await led(goldthread, case, at)
    carys, tess = [await goldthread.person(name) for name in ("carys-bevan", "tess-okoro")]
    for reader, (_, name, number) in ((tess, names["harbour-idva"]), (carys, names["northmere-police"])):
        shown = (await reader.get(f"/marac/cases/{case}/messages")).text
        assert name in shown
        assert number in shown, "each of the two reads how the other is reached"
    chairs = (await (await goldthread.person("rowan-ellis")).get(f"/marac/cases/{case}")).text
    for _, name, number in names.values():
        assert name in chairs
        assert number in chairs
    path = f"/marac/v1/cases/{case}/messages"
    sent = await carys.post(path, json={"text": "When does the bail end?"})
    assert sent.status_code == 201, sent.text
    await runs(goldthread, "message-to-officer", 1)
    answer = {"text": "On Friday at noon.", "answers": sent.json()["root"]}
    assert (await tess.post(path, json=answer)).status_code == 201
    await runs(goldthread, "message-to-officer", 0)
    for who in ("rowan-ellis", "priya-nair", "tom-achterberg", "dev-malik"):
        assert (await (await goldthread.person(who)).get(path)).status_code == 404, who
    assert "bail end" not in str(await case_page(goldthread, case, "carys-bevan"))


async def refused_and_offered_again(goldthread: Goldthread) -> None:
    """B4: a refusal is heard; a breach raises the risk, and it is offered again."""
    orla = caseload.person("victim", "niche", "N-771", OTHER, born=["1985-09-01"])
    him = caseload.him("suspect", "niche", "N-502")
    day = SEEN + timedelta(days=3)
    await goldthread.set_clock(day + HOUR)
    await goldthread.post(
        "northmere-police", "/referrals/v1/risk-assessments", assessment([orla, him], day, "high")
    )
    await owed(goldthread, OTHER["family"], "idva-asked", "support-referral")
    taken = await step(goldthread, "northmere-police", "refused", day + 2 * HOUR, orla, reason="not-now")
    assert taken["asks"] == []
    await owed(goldthread, OTHER["family"])
    broken = day + 5 * HOUR
    await goldthread.set_clock(broken + HOUR)
    content = {"people": [orla, him], "kind": "contact", **ROUTING}
    body = caseload.submission(content, broken, broken + timedelta(minutes=5), regime="DPA_PART3")
    await goldthread.post("northmere-police", "/orders/v1/breaches", body)
    await owed(goldthread, OTHER["family"], "re-offer")
    await runs(goldthread, "re-offer", 1)
    await step(goldthread, "harbour-idva", "engaged", broken + 2 * HOUR, orla)
    await owed(goldthread, OTHER["family"])
    await runs(goldthread, "re-offer", 0)


async def test_what_she_is_owed(goldthread: Goldthread) -> None:
    async with Webhook() as webhook:
        await world(goldthread, webhook.url)
        await asked_accepted_and_reached(goldthread)
        await on_one_page_and_in_words(goldthread)
        await refused_and_offered_again(goldthread)
