"""S2: two victims of one older stalker. His bail is breached, and somebody is called; a stalking protection
order with three positive requirements is made, shown within a second wherever it may be seen, circulated, and
confirmed by people. On both deployments."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import SERVICES, Deployed, Distributed, Goldthread
from tests.scenarios.promptly import a_second
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.prompt]
SEEN = START + timedelta(days=20)
MADE = SEEN + timedelta(days=2)
OWN = [{"kind": team} for team in ("response", "neighbourhood", "control-room")]
COUNCIL = {"kind": "council", "agency": "northmere-council"}
NOBODY = "00000000-0000-4000-8000-000000000000"
HOME = "14 Marker Street"
BRIEFED = (
    *("No contact: By any means.", "Programme: For stalkers.", "Treatment"),
    "Sign on at a police station: Mondays at Castle Street.",
)
"""What the officers of a shift read that it forbids and requires."""


def stalker(role: str) -> dict[str, Any]:
    """A man of 71, as the police have him."""
    name = {"family": "Penhallow", "given": "Gordon"}
    return caseload.person(role, "niche", "N-900", name, born=["1954-06-01"], pnc_id="1979/0033211L")


def victim(number: str, given: str) -> dict[str, Any]:
    name = {"family": "Wray-Adeyemi", "given": given}
    return caseload.person("victim", "niche", number, name, born=["1979-02-03"])


BOTH = (victim("N-901", "Rosalind"), victim("N-902", "Beatrice"))


def bail(made: datetime) -> dict[str, Any]:
    content = {
        "people": [stalker("respondent"), *BOTH],
        "order": "police-bail",
        "made": made.isoformat(),
        "ends": (made + timedelta(days=60)).isoformat(),
        "authorised_by": "sergeant",
        "prohibitions": [{"kind": "no-contact"}, {"kind": "not-to-attend", "text": f"Not to go to {HOME}."}],
    }
    return caseload.submission(content, made, regime="DPA_PART3")


def spo(made: datetime, **more: Any) -> dict[str, Any]:
    """With prohibitions and three positive requirements, each with its supervisor."""
    content = {
        "people": [stalker("respondent"), *BOTH],
        "order": "spo",
        "court": "Northmere Magistrates' Court",
        "reference": "SPO/26/0031",
        "made": made.isoformat(),
        "ends": (made + timedelta(days=730)).isoformat(),
        "authorised_by": "superintendent",
        "prohibitions": [
            {"kind": "no-contact", "text": "By any means."},
            {"kind": "not-to-attend", "text": f"Not to go to {HOME}.", "address_known_to_respondent": False},
        ],
        "requirements": [
            {"kind": "programme", "text": "For stalkers.", "supervisor": "Eastvale Probation"},
            {"kind": "treatment", "supervisor": "Northmere Hospital"},
            {"kind": "sign-on", "text": "Mondays at Castle Street.", "supervisor": "Northmere Police"},
        ],
    }
    return caseload.submission(content | more, made, made + timedelta(minutes=5), regime="DPA_PART3")


def circulation(order: str, at: datetime, version: int = 1, **more: Any) -> dict[str, Any]:
    content = {"order": order, "version": version, "teams": [*OWN, COUNCIL], "systems": ["pnc"]}
    return caseload.submission(content | more, at, at + timedelta(minutes=5), regime="DPA_PART3")


async def status_of(client: httpx.AsyncClient, number: str) -> dict[str, dict[str, Any]]:
    record = {"system": "niche", "type": "person", "number": number}
    shown = (await client.post("/orders/v1/status", json={"record": record})).json()
    return {order["type"]: order for order in shown["orders"]}


async def missing(chair: httpx.AsyncClient, case: str, order: str) -> dict[str, dict[str, Any]]:
    """What is missing of one order, by code."""
    page = (await chair.get(f"/marac/v1/cases/{case}")).json()
    return {gap["code"]: gap for gap in page["missing"] if order in gap["roots"]}


async def in_the_cohort(matac: httpx.AsyncClient) -> str:
    """Who he is on the pages of the MATAC."""

    async def found() -> str | None:
        people = (await matac.get("/marac/v1/cohort")).json()["people"]
        return next((each["person"] for each in people if each["name"]["family"] == "Penhallow"), None)

    return str(await until(found, "he is in the cohort"))


async def told(goldthread: Goldthread) -> str:
    """Her referral, which names him as the police do, and that an IDVA has accepted her; give the case."""
    known = {"nhs_number": caseload.NHS_HER}
    her = BOTH[0] | {"identity": BOTH[0]["identity"] | known}
    body = caseload.referral(SEEN)
    body["content"] |= {"people": [her, stalker("perpetrator")]}
    case = (await goldthread.post("northmere-police", "/referrals/v1/marac-referrals", body))["root"]
    hers = caseload.person("victim", "harbour-cms", "C-300", her["identity"]["name"], **known)
    accepted = {"people": [hers], "support": "idva", "step": "accepted"}
    accepted |= {"routing": {"area": "northmere-north"}}
    said = caseload.submission(accepted, SEEN + timedelta(hours=1))
    await goldthread.post("harbour-idva", "/referrals/v1/support-steps", said)
    return str(case)


async def breached(goldthread: Goldthread, case: str) -> None:
    """The conditions of his bail are broken: who is on call is called, and her IDVA has it in the case."""
    content = {
        "people": [stalker("suspect"), *BOTH],
        "kind": "attended",
        "routing": {"area": "northmere-north"},
    }
    at = SEEN + timedelta(hours=20)
    await goldthread.set_clock(at + timedelta(minutes=30))
    breach = await goldthread.post(
        "northmere-police", "/orders/v1/breaches", caseload.submission(content, at, at + timedelta(minutes=5))
    )
    officer = await goldthread.person("dev-malik")

    async def called() -> bool:
        alert = (await officer.get(f"/notify/v1/alerts/{breach['root']}")).json()
        return bool(alert.get("called_you"))

    await until(called)
    shown = (await officer.get(f"/orders/v1/breaches/{breach['root']}")).json()
    assert shown["order"]["type"] == "police-bail"
    assert shown["order"]["circulation"]["systems"] == [{"system": "pnc", "version": None, "entered": None}]
    await in_her_idvas_case(await goldthread.person("carys-bevan"), case, breach["root"])


async def in_her_idvas_case(idva: httpx.AsyncClient, case: str, breach: str) -> None:
    """Her IDVA reads in the case what was done, which order it broke, and that nobody has answered; and opens
    the breach, without where it was."""

    async def told_there() -> dict[str, Any] | None:
        shown = (await idva.get(f"/marac/v1/cases/{case}")).json()
        breaches = (each for each in shown.get("occurrences", ()) if each["breach"])
        return next((each for each in breaches if breach == each["records"][0]["root"]), None)

    async def unanswered() -> str | None:
        page = (await idva.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})).text
        return page if "1 alert unanswered" in page else None

    found = await until(told_there, "her IDVA's case has the breach")
    opened = (await idva.get(f"/orders/v1/breaches/{breach}")).json()
    assert (found["kinds"], found["orders"]) == (["attended"], [opened["order"]["order"]])
    assert (opened["order"]["type"], "location" in opened["left_out"]) == ("police-bail", True)
    page = await until(unanswered, "her IDVA's page says that nobody has answered")
    assert "Came where an order forbids" in page[page.index(f'id="breach-{breach}"') :]


async def test_an_order_reaches_everybody_who_must_act_by_it(goldthread: Goldthread) -> None:
    await goldthread.set_clock(SEEN + timedelta(hours=2))
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9", SEEN)
    case = await told(goldthread)
    await goldthread.post("northmere-police", "/orders/v1/orders", bail(SEEN))
    await breached(goldthread, case)

    await goldthread.set_clock(MADE + timedelta(hours=1))
    chair, control = await goldthread.person("rowan-ellis"), await goldthread.system("northmere-control-room")
    sergeant, neighbour = await goldthread.person("helen-sato"), await goldthread.person("kit-sorrell")
    council, idva = await goldthread.person("ines-calder"), await goldthread.person("carys-bevan")
    matac = await goldthread.person("tom-achterberg")
    his = f"/marac/v1/cohort/{await in_the_cohort(matac)}"
    second = await a_second(goldthread, SEEN)
    root = str((await goldthread.post("northmere-police", "/orders/v1/orders", spo(MADE)))["root"])
    page = f"/orders/v1/orders/{root}"

    async def at_the_control_room() -> bool:
        return all(["spo" in await status_of(control, number) for number in ("N-900", "N-901", "N-902")])

    async def on_its_page() -> bool:
        answer = await sergeant.get(page)
        return answer.status_code == 200 and answer.json()["status"] is not None

    async def on_the_list() -> bool:
        found = (await sergeant.get("/orders/v1/orders")).json()["not_circulated"]["orders"]
        return root in {each["order"] for each in found}

    async def in_her_case() -> bool:
        both = [(await who.get(f"/marac/v1/cases/{case}")).json()["orders"] for who in (chair, idva)]
        return all(root in {order["root"] for order in orders} for orders in both)

    async def on_his_page() -> bool:
        return "spo" in {each["order"] for each in (await matac.get(his)).json()["orders"]}

    views = (on_his_page, at_the_control_room, on_its_page, on_the_list, in_her_case)
    await asyncio.gather(*(until(view, view.__name__, second) for view in views))
    for client in (neighbour, council, idva):
        assert (await client.get(page)).status_code == 404, "nobody has sent it to them"
    await both_victims_are_protected(goldthread, his)
    assert "IN FORCE, NOT YET CIRCULATED." in (await sergeant.get(f"/orders/orders/{root}")).text
    assert "order-uncirculated" not in await missing(chair, case, root), "its time is not over"
    await goldthread.set_clock(MADE + timedelta(hours=25))
    await goldthread.settled()
    gap = (await missing(chair, case, root))["order-uncirculated"]
    assert (gap["owner"], gap["count"]) == ("northmere-police", 3)
    assert "IN FORCE, NOT YET CIRCULATED." in (await chair.get(f"/marac/cases/{case}")).text

    sent = circulation(root, MADE + timedelta(hours=25))
    await goldthread.set_clock(MADE + timedelta(hours=26))
    await goldthread.post("northmere-police", "/orders/v1/circulations", sent)
    await goldthread.settled()
    await each_sees_its_part(goldthread, root)
    assert (await missing(chair, case, root)).keys().isdisjoint({"order-uncirculated", "order-unconfirmed"})
    await goldthread.set_clock(MADE + timedelta(hours=50))
    await goldthread.settled()
    assert (await missing(chair, case, root))["order-unconfirmed"]["count"] == 4
    await confirmed_by_people(goldthread, root)
    await goldthread.settled()
    assert "order-unconfirmed" not in await missing(chair, case, root)
    await varied(goldthread, root)
    await goldthread.settled()
    assert "order-uncirculated" not in await missing(chair, case, root), "its time runs anew"
    assert "Council" in (await sergeant.get(f"/orders/orders/{root}")).text


async def both_victims_are_protected(goldthread: Goldthread, his: str) -> None:
    """By his page for the MATAC, which tells them by letters; by what is in force for the second of them, who
    was referred nowhere, as the control room asks it on the page."""
    matac, control = await goldthread.person("tom-achterberg"), await goldthread.person("una-frost")
    shown = (await matac.get(his)).json()
    (letters,) = [each["victims"] for each in shown["orders"] if each["order"] == "spo"]
    assert letters == ["A", "B"] == [each["letter"] for each in shown["victims"]]
    page = (await matac.get(his.replace("/v1/", "/"), headers={"Accept": "text/html"})).text
    assert "Protects A, B" in page
    record = {"system": "niche", "type": "person", "number": "N-902"}
    page = (await control.post("/orders/status", data=record)).text
    hers = page[page.index('id="whose"') :].split("<form")[0]
    assert "WRAY-ADEYEMI, Beatrice" in hers
    assert hers.count("Protects this person") == 2, "the bail and the order"
    assert "PENHALLOW, Gordon" in hers
    assert "Rosalind" not in hers


async def each_sees_its_part(goldthread: Goldthread, root: str) -> None:
    """The force sees all of it, the council what it needs: never where she lives."""
    page = f"/orders/v1/orders/{root}"
    whole = (await (await goldthread.person("helen-sato")).get(page)).json()
    assert [each["kind"] for each in whole["requirements"]] == ["programme", "treatment", "sign-on"]
    assert (whole["asked"]["systems"][0]["version"], whole["questions"]) == (1, [])
    assert HOME not in str(whole), "the respondent may not know it"
    answer = await (await goldthread.person("ines-calder")).get(page)
    council = answer.json()
    assert council["left_out"] == ["circulation", "court", "requirements", "words"]
    assert (council["court"], council["agency"], council["requirements"]) == (None, None, [])
    assert [line["team"] for line in council["asked"]["teams"]] == ["council"]
    assert len(council["protected"]) == 2
    assert "Northmere Magistrates" not in answer.text
    assert (await (await goldthread.person("ines-calder")).get("/orders/v1/briefing")).status_code == 404
    await before_a_shift(goldthread, root)


async def before_a_shift(goldthread: Goldthread, root: str) -> None:
    """Officers of the neighbourhood, who were sent it, are briefed of it and of how she may be approached."""
    neighbour = await goldthread.person("kit-sorrell")
    briefed = (await neighbour.get("/orders/v1/briefing?area=northmere-north")).json()
    (line,) = (each for each in briefed["orders"] if each["order"] == root)
    assert (line["status"]["in_force"], len(line["protected"])) == (True, 2)
    assert all(each["way"]["contact"] is None for each in line["protected"])
    for path in ("/orders/briefing", "/orders/briefing/print"):
        page = (await neighbour.get(f"{path}?area=northmere-north", headers={"Accept": "text/html"})).text
        assert "Stalking protection order" in page
        terms = page[page.index(f'id="order-{root}"') :].split("</article>")[0]
        for said in BRIEFED:
            assert said in terms, (path, said)
        assert HOME not in page + str(briefed)


async def confirmed_by_people(goldthread: Goldthread, root: str) -> None:
    """By REST, by page, and by nobody else."""
    path = f"/orders/v1/orders/{root}/acknowledgements"
    said = {"team": "control-room", "version": 1}
    system = await goldthread.system("northmere-control-room")
    assert (await system.post(path, json=said)).status_code == 404, "a system confirms for nobody"
    assert (await (await goldthread.person("kit-sorrell")).post(path, json=said)).status_code == 404
    assert (await (await goldthread.person("nell-archer")).post(path, json=said)).status_code == 404
    for who, team in (("una-frost", "control-room"), ("helen-sato", "response"), ("ines-calder", "council")):
        client = await goldthread.person(who)
        waits = (await client.get("/orders/v1/orders")).json()["to_confirm"]["orders"]
        assert [each["order"] for each in waits] == [root], who
        held = (await client.get(f"/orders/v1/orders/{root}")).json()["status"]
        assert waits[0]["status"] == held, "the list tells what the order's page does"
        too_new = await client.post(path, json={"team": team, "version": 9})
        assert (too_new.status_code, too_new.json()["faults"]) == (
            422,
            [{"where": "body.version", "kind": "no-such-version"}],
        )
        for _ in range(2):
            answer = await client.post(path, json={"team": team, "version": 1})
            assert answer.status_code == 200, answer.text
        assert (await client.get("/orders/v1/orders")).json()["to_confirm"]["orders"] == []
    neighbour = await goldthread.person("kit-sorrell")
    form = (await neighbour.get(f"/orders/orders/{root}")).text
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once
    assert "Nobody of your team has confirmed it." in form
    posted = {"once": once[1], "team": "neighbourhood", "version": "1"}
    for _ in range(2):  # pressed twice
        done = await neighbour.post(f"/orders/orders/{root}/acknowledgements", data=posted)
        assert done.status_code == 303
    assert "Your team confirmed it" in (await neighbour.get(f"/orders/orders/{root}")).text


async def varied(goldthread: Goldthread, root: str) -> None:
    """Other terms: whoever had it must have it anew; a supervisor tells the force's own on the page."""
    at = MADE + timedelta(hours=50)
    body = spo(MADE, ends=(MADE + timedelta(days=1000)).isoformat()) | {"recorded": at.isoformat()}
    police = await goldthread.system("northmere-police")
    answer = await police.put(f"/orders/v1/facts/{root}", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    await goldthread.settled()
    sergeant = await goldthread.person("helen-sato")
    page = await sergeant.get(f"/orders/orders/{root}")
    for team in ("Response", "Neighbourhood", "Control room", "Council", "PNC"):
        assert team in page.text.partition("Still without it:")[2][:100]
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once
    form = {"once": once[1], "version": "2", "teams": ["response", "neighbourhood", "control-room"]}
    path = f"/orders/orders/{root}/circulations"
    refused = await sergeant.post(path, data=form | {"other": "prison", "systems": ["pnc"]})
    assert (refused.status_code, "Choose which agency." in refused.text) == (422, True)
    done = await sergeant.post(path, data=form | {"systems": ["pnc"]})
    assert done.status_code == 303, done.text
    shown = (await sergeant.get(f"/orders/v1/orders/{root}")).json()["asked"]
    held = {line["team"]: line["version"] for line in shown["teams"]}
    assert held == {"response": 2, "neighbourhood": 2, "control-room": 2, "council": 1}


@pytest.mark.parametrize(
    ("who", "content", "status", "fault"),
    [
        ("harbour-idva", {}, 404, None),
        ("northmere-police", {"order": NOBODY}, 404, None),
        ("northmere-police", {"version": 7}, 422, ("body.content.version", "no-such-version")),
        ("northmere-police", {"teams": [], "systems": []}, 422, ("body.content.teams", "missing")),
        ("northmere-police", {"teams": [{"kind": "army"}]}, 422, ("body.content.teams.0.kind", "enum")),
        (
            "northmere-police",
            {"teams": [{"kind": "prison"}]},
            422,
            ("body.content.teams.0.agency", "agency-missing"),
        ),
        (
            "northmere-police",
            {"teams": [{"kind": "school", "agency": "quillfeather-school"}]},
            422,
            ("body.content.narrative", "reason-missing"),
        ),
        (
            "northmere-police",
            {"teams": [{"kind": "response", "agency": "southvale-police"}]},
            422,
            ("body.content.teams.0.agency", "own-team"),
        ),
    ],
    ids=["an IDVA", "no such order", "no such version", "nobody", "no such team", "whose", "why", "not own"],
)
async def test_a_circulation_that_is_not_theirs_or_lacks_what_it_needs_is_refused(
    goldthread: Goldthread, who: str, content: dict[str, Any], status: int, fault: tuple[str, str] | None
) -> None:
    await goldthread.set_clock(MADE + timedelta(hours=60))
    order = (await goldthread.post("northmere-police", "/orders/v1/orders", spo(MADE), "bad-input"))["root"]
    body = circulation(order, MADE + timedelta(hours=59))
    client = await goldthread.system(who)
    answer = await client.post("/orders/v1/circulations", json=body | {"content": body["content"] | content})
    assert answer.status_code == status, answer.text
    assert "quillfeather" not in answer.text
    if fault:
        assert {"where": fault[0], "kind": fault[1]} in answer.json()["faults"]


async def test_while_a_service_is_away_nobody_is_told_what_is_in_force(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    """What referrals took before it died may not have reached orders: no answer is up to date until it is
    back. As long before, with all of them there, the same clock told of an order."""
    if not isinstance(deployment, Distributed):
        pytest.skip("one process: what stops, stops whole. The same, by the rule: orders/test_http.py")
    at = MADE + timedelta(hours=80)
    await goldthread.set_clock(at)
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9", at)
    await goldthread.post("northmere-police", "/orders/v1/orders", spo(MADE), "while-one-is-away")
    control, una = await goldthread.system("northmere-control-room"), await goldthread.person("una-frost")
    record = {"system": "niche", "type": "person", "number": "N-900"}

    async def shown(unknown: bool, stage: str) -> tuple[dict[str, Any], str]:
        async def is_so() -> tuple[dict[str, Any], str] | None:
            answer = (await control.post("/orders/v1/status", json={"record": record})).json()
            page = await una.post("/orders/status", data=record)
            assert page.status_code == 200, page.text
            assert answer["unknown"] or answer["orders"]
            told = "ORDER STATUS UNKNOWN. CHECK PNC." in page.text
            return (answer, page.text) if answer["unknown"] is told is unknown else None

        found = await until(is_so, stage)
        assert found
        return found

    await shown(False, "with all services there it is known")
    deployment.kill("referrals")
    later = at + timedelta(minutes=2)
    operations = await goldthread.system("northmere-operations")
    for service in set(SERVICES) - {"referrals"}:
        moved = await operations.put(f"/{service}/v1/clock", json={"now": later.isoformat()})
        assert moved.status_code == 200, moved.text
    for _ in range(2):
        answer, page = await shown(True, "with one away it is unknown")
        assert datetime.fromisoformat(answer["fresh_until"]) < later - timedelta(minutes=1)
        assert "NOT UP TO DATE" in page
        await goldthread.post("northmere-police", "/orders/v1/orders", spo(MADE), "while-one-is-away")

    deployment.extra["GOLDTHREAD_CLOCK_START"] = later.isoformat()
    deployment.start_part("referrals")
    deployment.await_part("referrals")
    await goldthread.set_clock(later + timedelta(minutes=5))  # it began at an earlier time than the others
    await shown(False, "back, and what it took is read: it is known again")
