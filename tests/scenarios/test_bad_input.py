"""Whatever is sent, the answer is a problem that names the place and the kind of fault and never what
was sent; nothing changes; and no log holds it. On both deployments."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.scenarios import caseload, scene
from tests.scenarios.bad import AT, BODIES, BREACHES, COHORT, FIELDS, MARK, NUMBER, REFERRALS, Bad, breach
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

CONTACTS = "/referrals/v1/health-contacts"
MISTYPED, HER_OWN = "9990017409", "9990017417"


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    """Goldthread, with its clock where the tests' times have happened by."""
    opened = Goldthread(deployment.url)
    await opened.set_clock(scene.FOLDED)
    yield opened
    await opened.close()


async def held(deployment: Deployed, goldthread: Goldthread, *services: str) -> list[str]:
    """What the stores of services hold."""
    await goldthread.settled()
    prints = (asyncio.to_thread(deployment.operator, name, "fingerprint", name) for name in services)
    return await asyncio.gather(*prints)


def told(answer: httpx.Response) -> str:
    """All that an answer says."""
    return f"{answer.headers} {answer.text}"


def unlike(bad: Bad, answer: httpx.Response) -> str | None:
    """What is wrong with the answer to a bad request; None where it is as it should be."""
    if answer.status_code != bad.status:
        return f"{bad.name}: {answer.status_code} {answer.text[:300]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"{bad.name}: {answer.headers['content-type']}"
    problem = answer.json()
    faults = [(fault["where"], fault["kind"]) for fault in problem["faults"]]
    if problem["code"] != bad.code or (bad.fault and bad.fault not in faults):
        return f"{bad.name}: {problem['code']} {faults}"
    if MARK in told(answer) or str(NUMBER) in told(answer):
        return f"{bad.name}: the value came back"
    return None


async def sent(client: httpx.AsyncClient, bad: Bad) -> httpx.Response:
    """The answer to a bad request."""
    content = bad.content if bad.content is not None else json.dumps(bad.body).encode()
    headers = {"Content-Type": "application/json", **bad.headers}
    return await client.request(bad.method, bad.path, content=content, headers=headers)


async def test_what_is_bad_is_refused_by_place_and_kind_and_changes_nothing(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    housing = await goldthread.system("castlegate-housing")
    before = await held(deployment, goldthread, "referrals", "orders")
    chair, matac = await goldthread.person("rowan-ellis"), await goldthread.person("tom-achterberg")
    found = []
    for bad in (*BODIES, *FIELDS):
        client = matac if bad.path.startswith(COHORT) else chair if "/marac/" in bad.path else housing
        found.append(unlike(bad, await sent(client, bad)))
    assert "\n".join(fault for fault in found if fault) == ""
    assert await held(deployment, goldthread, "referrals", "orders") == before
    assert MARK not in deployment.logged()
    assert str(NUMBER) not in deployment.logged()


async def test_only_its_own_agency_corrects_a_fact_and_only_the_version_that_it_saw(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    hospital = await goldthread.system("northmere-hospital")
    body = caseload.hospital_contact(AT, "Came alone.")
    root = (await goldthread.post("northmere-hospital", "/referrals/v1/health-contacts", body))["root"]
    path = f"/referrals/v1/facts/{root}"
    better = caseload.hospital_contact(AT, "Came with her sister.")
    assert (await hospital.put(path, json=better, headers={"If-Match": '"1"'})).json()["version"] == 2
    before = await held(deployment, goldthread, "referrals")
    others = await goldthread.system("castlegate-housing")
    bad = caseload.hospital_contact(AT, MARK)
    nothing = Bad("another agency's", 404, "not-found")
    stale = Bad("stale", 412, "changed-since", ("header.if-match", "changed-since"))
    unnamed = Bad("no version", 428, "if-match.needed", ("header.if-match", "missing"))
    for version in ('"1"', '"2"'):
        match = {"If-Match": version}
        assert unlike(nothing, await others.put(path, json=bad, headers=match)) is None
        assert unlike(nothing, await others.delete(path, headers=match)) is None
    assert unlike(nothing, await others.get(path)) is None
    assert unlike(stale, await hospital.put(path, json=bad, headers={"If-Match": '"1"'})) is None
    assert unlike(stale, await hospital.delete(path, headers={"If-Match": '"1"'})) is None
    assert unlike(unnamed, await hospital.put(path, json=bad)) is None
    assert unlike(unnamed, await hospital.delete(path)) is None
    other = await hospital.put(path, json=caseload.housing(AT), headers={"If-Match": '"2"'})
    assert other.status_code == 422, "a correction is of the type that the fact has"
    assert await held(deployment, goldthread, "referrals") == before
    assert MARK not in deployment.logged()


async def test_a_token_that_is_expired_foreign_or_none_at_all_opens_nothing(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    good = (await goldthread.system("castlegate-housing")).headers["authorization"].removeprefix("Bearer ")
    (file,) = deployment.folder.glob("*/identity-key.json")
    key = RSAKey.import_key(json.loads(file.read_bytes()))
    stranger = RSAKey.generate_key(2048)
    signed = jwt.decode(good, key)
    expiry, past = signed.claims["exp"], int(NOW.timestamp()) - 3600

    def token(by: RSAKey = key, **changed: Any) -> str:
        return jwt.encode(signed.header, signed.claims | changed, by)

    tokens = {
        "expired": token(exp=past, iat=past - 3600),
        "of another issuer": token(iss="https://elsewhere.example/identity"),
        "for another audience": token(aud="another-service"),
        "by another key": token(stranger),
        "without an agency": token(agency=None),
        "not begun": token(nbf=expiry),
        "unsigned": f"{_part({'alg': 'none'})}.{_part(signed.claims)}.",
        "of no kind": MARK,
        "cut short": good[:-8],
    }
    before = await held(deployment, goldthread, "orders")
    async with httpx.AsyncClient(base_url=deployment.url) as client:
        nobody = await client.post(BREACHES, json=breach())
        assert unlike(Bad("none", 401, "token.missing"), nobody) is None
        for name, sealed in tokens.items():
            answer = await client.post(BREACHES, json=breach(), headers={"Authorization": f"Bearer {sealed}"})
            assert unlike(Bad(name, 401, "token.invalid"), answer) is None, name
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert sealed not in deployment.logged()
        again = await client.post(
            BREACHES, json=breach(kind="-"), headers={"Authorization": f"Bearer {good}"}
        )
        assert again.status_code == 422, "the token that these were made from is a good one"
    assert await held(deployment, goldthread, "orders") == before


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_the_same_post_twice_is_one_fact_and_another_body_is_refused(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    hospital = await goldthread.system("northmere-hospital")
    path, key = "/referrals/v1/health-contacts", {"Idempotency-Key": "contact-1"}
    body = caseload.hospital_contact(AT, "Came alone.")
    first = await hospital.post(path, json=body, headers=key)

    async def one_person() -> bool:
        (held_now,) = await held(deployment, goldthread, "referrals")
        return "\nplaces 0 " not in held_now

    await until(one_person, "she and whom the hospital told of before are one, which the matcher says")
    before = await held(deployment, goldthread, "referrals")
    again = await hospital.post(path, json=body, headers=key)
    other = await hospital.post(path, json=caseload.hospital_contact(AT, MARK), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"status": "repeated"}
    assert again.headers["etag"] == first.headers["etag"]
    fault = ("header.idempotency-key", "same-key-other-content")
    assert unlike(Bad("another body", 409, "same-key-other-content", fault), other) is None
    assert await held(deployment, goldthread, "referrals") == before
    theirs = await (await goldthread.system("eastvale-gp")).post(path, json=body, headers=key)
    assert theirs.status_code == 201, "another agency's key is another key"
    breach = await hospital.post("/orders/v1/breaches", json=caseload.housing_breach(AT), headers=key)
    assert breach.status_code == 201, "at another service it is another key too: neither is lost"
    assert len({each.json()["root"] for each in (first, theirs, breach)}) == 3


async def lines_of(reader: httpx.AsyncClient, case: str) -> set[str]:
    """Which agencies' lines a case shows of its victim, once it can be read."""

    async def shown() -> dict[str, Any] | None:
        answer = await reader.get(f"/marac/v1/cases/{case}")
        return answer.json() if answer.status_code == 200 else None

    page: Any = await until(shown, "the case can be read")
    return {line["agency"] for line in page["victim"]["lines"]}


async def test_a_mistyped_number_that_two_posts_of_one_instant_share_makes_one_and_its_correction_two(
    goldthread: Goldthread,
) -> None:
    """A hospital types the victim's number into the record of another of that name. The case shows what was
    said of her, until it is put right; and whoever had seen the mixture is told of."""
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9")
    names = ("rowan-ellis", "priya-nair")
    chair, coordinator = [await goldthread.person(name) for name in names]
    idva, hospital = [await goldthread.system(name) for name in ("harbour-idva", "northmere-hospital")]
    name = {"family": "Brack", "given": "Ottoline"}

    def seen(number: str) -> dict[str, Any]:
        who = caseload.person("victim", "pas", "H-940", name, nhs_number=number)
        return caseload.submission({"people": [who], "service": "Clinic"}, AT)

    victim = caseload.person("victim", "harbour-cms", "C-940", name, born=["1985-02-11"], nhs_number=MISTYPED)
    people = [victim, caseload.him("perpetrator", "harbour-cms", "C-941")]
    referral = caseload.submission({"people": people, "routing": {"area": "northmere-north"}}, AT)
    posts = [idva.post(REFERRALS, json=referral), hospital.post(CONTACTS, json=seen(MISTYPED))]
    refers, contact = await asyncio.gather(*posts)
    assert (refers.status_code, contact.status_code) == (201, 201)
    case = refers.json()["root"]

    async def one() -> bool:
        return "northmere-hospital" in await lines_of(chair, case)

    async def two() -> bool:
        return not await one()

    await until(one, "they share a number and a name: they are one, and the chair has seen it")
    path, version = f"/referrals/v1/facts/{contact.json()['root']}", {"If-Match": '"1"'}
    assert (await hospital.put(path, json=seen(HER_OWN), headers=version)).status_code == 200
    await until(two, "the link stood on the number, and falls with it")

    async def undone() -> list[str]:
        waits = (await coordinator.get("/referrals/v1/identity-questions")).json()["undone"]
        return [each["cause"] for each in waits if each["due"]]

    (link,) = await until(undone, "its clock runs, for somebody had seen the mixture")
    shown = (await coordinator.get(f"/referrals/v1/undone-links/{link}")).json()["shown"]
    assert [(each["agency"], each["roles"]) for each in shown] == [("northmere-police", ["marac-chair"])]


async def test_a_victim_with_no_name_is_in_a_case_that_says_so(goldthread: Goldthread) -> None:
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9")
    people = [{"role": "victim"}, caseload.him("perpetrator", "harbour-cms", "C-951")]
    referral = caseload.submission({"people": people, "routing": {"area": "northmere-north"}}, AT)
    case = (await goldthread.post("harbour-idva", REFERRALS, referral))["root"]
    chair = await goldthread.person("rowan-ellis")
    assert await lines_of(chair, case) == {"harbour-idva"}
    page = await chair.get(f"/marac/cases/{case}", headers={"Accept": "text/html"})
    assert (page.status_code, "Name unknown" in page.text) == (200, True)


async def test_a_breach_of_an_order_that_nobody_knows_is_taken_and_pages_and_is_a_gap(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        case = await goldthread.post("harbour-idva", REFERRALS, caseload.referral(AT - timedelta(days=2)))
        body = breach(reference="NM/26/9999", order="00000000-0000-4000-8000-000000000001")
        root = (await goldthread.post("castlegate-housing", BREACHES, body))["root"]
        await until(lambda: webhook.first("dev-malik", root), "the person on call hears of it")
        chair = await goldthread.person("rowan-ellis")

        async def gap() -> bool:
            page = (await chair.get(f"/marac/v1/cases/{case['root']}")).json()
            gaps = {(gap["code"], each) for gap in page.get("missing", ()) for each in gap["roots"]}
            return ("breach-order-not-found", root) in gaps

        await until(gap, "the case says that its order was not found")
        shown = await chair.get(f"/marac/cases/{case['root']}", headers={"Accept": "text/html"})
        assert shown.status_code == 200
