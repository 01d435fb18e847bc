"""Every route of every service, asked with every role and with none: who may comes in; for everybody
else there is nothing there, told from what does not exist by nothing at all. On both deployments."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from joserfc import jwt
from joserfc.jwk import RSAKey

from chassis.clock import Clock
from chassis.http.app import Undeclared, create_app
from chassis.http.auth import HOW_FAR, OWN_FACTS, OWN_RIGHTS, SAY_SEVERAL, SIGNED_IN, rights_of
from chassis.http.bulk import NDJSON
from chassis.service import Service
from chassis.settings import Settings
from contracts.content import Content
from contracts.events.conference import MeetingCalled
from contracts.events.configuration import RotaSet
from contracts.events.orders import OrderMade
from contracts.events.people import ReferralMade
from contracts.vocabulary import StaffRole
from deploy import wiring
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import PATIENCE, until

AREAS = ["northmere-north", "northmere-east", "northmere"]
NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that is nobody's."""

OPEN = {
    "/health": "GET",
    "/ready": "GET",
    "/openapi.json": "GET",
    "/sign-in": "GET",
    "/sign-in/back": "GET",
    "/sign-out": "POST",
    "/signed-out": "GET",
}
"""All that is open to everybody, in each service. Whoever opens another route comes past here."""

OWN: Mapping[str, tuple[type[Content], str]] = {
    "referrals": (ReferralMade, "harbour-idva"),
    "orders": (OrderMade, "northmere-police"),
    "marac": (MeetingCalled, "northmere-council"),
    "notify": (RotaSet, "northmere-council"),
}
"""In each service a fact of one agency's own: its type, and whose."""


@dataclass
class Scene:
    """A deployment with a case in it, and tokens of every role."""

    deployment: Deployed
    goldthread: Goldthread
    ids: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    """Of each service, the root of the fact of one agency's own."""

    def agency(self, template: str, service: str) -> str:
        """Whose callers a route is asked by: an order is its force's, and so is a cohort."""
        forces = "{order}" in template or "/cohort" in template
        return "northmere-police" if forces else OWN[service][1]

    def path(self, template: str) -> str:
        """A route's path, with the ids of what is there."""
        service = template.split("/")[1]
        own = "/facts/" in template or "/shifts/" in template
        ids = self.ids | ({"root": self.own[service]} if own else {})
        return template.format(**ids)


async def seeded(deployment: Deployed, goldthread: Goldthread) -> Scene:
    """The journey's case, on an agenda; and an alert that found nobody on the rota, which is the
    operator's to see too."""
    await goldthread.set_clock(scene.FOLDED)
    async with Webhook() as webhook:
        await scene.configure(goldthread, scene.Place(), webhook.url)
        roots = await scene.tell(goldthread, scene.Place())
        await scene.linked(goldthread, "rowan-ellis", roots)
    found = Scene(deployment, goldthread)
    for part in ("idva", "officer-in-case"):
        said = {"people": [caseload.her("liquidlogic", "L-8")], "part": part, "worker": {"name": "Lin Osei"}}
        taken = caseload.submission(said, scene.BEGAN)
        await goldthread.post("northmere-council", "/referrals/v1/case-roles", taken)
    teams = [{"kind": "neighbourhood"}, {"kind": "prison", "agency": "northmere-police"}]
    sent = caseload.submission({"order": roots["order"], "version": 1, "teams": teams}, scene.BEGAN)
    await goldthread.post("northmere-police", "/orders/v1/circulations", sent)
    area = caseload.submission({"area": "northmere-east", "name": "East", "kind": "marac"}, scene.BEGAN)
    area["content"]["within"] = "northmere"
    operations = await goldthread.person("aisha-bright")
    assert (await operations.post("/notify/v1/areas", json=area)).status_code == 201
    breach = caseload.housing_breach(NOW - timedelta(hours=4))
    breach["content"] |= {"routing": {"area": "northmere-east"}, "people": [], "reference": "E/1"}
    lonely = await goldthread.post("castlegate-housing", "/orders/v1/breaches", breach)
    coordinator = await goldthread.person("priya-nair")
    asked = {"area": "northmere-north", "starts": (NOW + timedelta(days=2)).isoformat()}
    meeting = (await coordinator.post("/marac/v1/meetings", json=asked)).json()["root"]
    case = {"case": roots["referral"]}
    assert (await coordinator.post(f"/marac/v1/meetings/{meeting}/cases", json=case)).status_code == 201
    published = await coordinator.post(f"/marac/v1/meetings/{meeting}/publications", json={"after": 0})
    assert published.status_code == 201, published.text
    seat = {"agency": "northmere-council", "attended": "present"}
    came = await coordinator.post(f"/marac/v1/meetings/{meeting}/attendance", json=seat)
    assert came.status_code == 201
    asked = {"area": "northmere-east", "venue": "01632 960100"}
    emergency = (await coordinator.post("/marac/v1/emergency-meetings", json=asked)).json()["root"]
    asks = {"area": "northmere-north", "agencies": ["northmere-council"], "declares": False}
    nobody_yet = {"If-Match": '"0"'}
    assert (await coordinator.post("/marac/v1/researchers", json=asks, headers=nobody_yet)).status_code == 201
    due = (NOW + timedelta(days=3)).isoformat()
    agreed = {"owner": "northmere-council", "due": due, "text": "Ring the school.", "target": "child"}
    action = await coordinator.post(f"/marac/v1/cases/{roots['referral']}/actions", json=agreed)
    over = {"starts": "2020-01-01T00:00:00Z", "ends": "2020-01-02T00:00:00Z"}
    shift = caseload.submission({"area": "northmere-east", "first": {"person": NOBODY}, **over}, scene.BEGAN)
    admin = await goldthread.person("colin-wray")
    rota = (await admin.post("/notify/v1/rota", json=shift)).json()["root"]
    await goldthread.settled()
    matac = await goldthread.person("tom-achterberg")
    people = (await matac.get("/marac/v1/cohort")).json()["people"]
    him = next(each["person"] for each in people if each["name"]["family"] == "Harcastle")
    found.own = {
        "referrals": roots["referral"],
        "orders": roots["order"],
        "marac": emergency,
        "notify": rota,
    }
    hers = await goldthread.mention("harbour-idva", f"/referrals/v1/facts/{roots['referral']}")
    plan = {"people": [caseload.her("harbour-cms", "C-104")], "routing": {"area": "northmere-north"}}
    await goldthread.post(
        "harbour-idva", "/referrals/v1/safety-plans", caseload.submission(plan, scene.BEGAN)
    )
    found.ids = {
        "mention": hers,
        "case": roots["referral"],
        "action": action.json()["root"],
        "root": roots["injury"],
        "cause": lonely["root"],
        "breach": roots["breach"],
        "order": roots["order"],
        "meeting": meeting,
        "emergency": emergency,
        "paper": "agenda",
        "area": "northmere-north",
        "person": him,
        "perpetrator": him,
        "topic": "incidents",
        "partition": "0",
        "offset": "0",
        "subject": "nobodys",
        "upload": NOBODY,
        "draft": NOBODY,
        "page": "victim",
        **await undone(goldthread),
    }
    operator = await goldthread.system("northmere-operations")

    async def paged() -> bool:
        return (await operator.get(f"/notify/v1/alerts/{lonely['root']}")).status_code == 200

    await until(paged, "the alert that found nobody is the operator's too")
    return found


async def undone(goldthread: Goldthread) -> dict[str, str]:
    """Two records that had been held for one person, and the link of theirs that was undone."""
    name = {"family": "Access", "given": "Nan"}
    operator = await goldthread.person("aisha-bright")
    mentions: list[str] = []
    for agency in ("northmere-hospital", "eastvale-gp"):
        record = {"system": "access", "type": "patient", "number": "A-1"}
        identity = {"record": record, "name": name, "born": ["1979-05-06"], "nhs_number": "9990009996"}
        people = [{"role": "victim", "identity": identity}]
        routing = {"area": "northmere-north"}
        said = caseload.submission({"service": "Clinic", "people": people, "routing": routing}, scene.BEGAN)
        taken = await goldthread.post(agency, "/referrals/v1/health-contacts", said)
        mentions.append(await goldthread.mention(agency, f"/referrals/v1/facts/{taken['root']}"))
    one, other = sorted(mentions)

    async def together() -> bool:
        answer = await operator.get(f"/referrals/v1/identity-questions/{one}/{other}")
        return answer.status_code == 200 and bool(answer.json()["together"])

    await until(together, "the two are one")
    decided = {"mentions": [one, other], "answer": "not-same", "reason": "Met both."}
    said = caseload.submission(decided, scene.BEGAN)
    assert (await operator.post("/referrals/v1/identity-decisions", json=said)).status_code == 201

    async def link() -> str | None:
        waits = (await operator.get("/referrals/v1/identity-questions")).json()["undone"]
        return next((each["cause"] for each in waits if [one, other] in each["parted"]), None)

    return {"one": one, "other": other, "link": str(await until(link, "the link is undone"))}


async def test_pages_come_with_what_they_look_by(goldthread: Goldthread) -> None:
    for who, page in (("rowan-ellis", "/marac/"), ("dev-malik", "/notify/"), ("una-frost", "/orders/status")):
        browser = await goldthread.person(who)
        shown = await browser.get(page, headers={"Accept": "text/html"}, follow_redirects=True)
        named = re.findall(r'(?:href|src)="(/assets/[^"]+)"', shown.text)
        assert {name.split("?")[0].rsplit(".", 1)[1] for name in named} >= {"css", "js", "svg"}
        for name in named:
            file = await browser.get(name)
            assert (file.status_code, len(file.content) > 0) == (200, True), name


class Tokens:
    """Signs tokens as the try-out's provider does, for whoever a test wants to be."""

    def __init__(self, deployment: Deployed, like: str) -> None:
        (file,) = deployment.folder.glob("*/identity-key.json")
        self._key = RSAKey.import_key(json.loads(file.read_bytes()))
        self._like = jwt.decode(like, self._key)

    def of(self, agency: str, *roles: str) -> dict[str, str]:
        """The header of a caller of an agency with these roles, for all areas of the tests."""
        claims = self._like.claims | {"sub": f"one-{'-'.join(roles)}", "agency": agency}
        claims |= {"roles": list(roles), "areas": AREAS}
        return {"Authorization": f"Bearer {jwt.encode(self._like.header, claims, self._key)}"}


def routes() -> list[tuple[str, str, str | None]]:
    """Every route of every service: method, path, right."""
    settings = Settings(data=Path(mkdtemp(prefix="gt-")))
    found = []
    for service in wiring.SERVICES.values():
        app = create_app(wiring.runtime_of(service, settings, wiring.log_of(settings), Clock()))
        found += rights_of(app)
    return found


def roles_with(right: str, service: Service) -> frozenset[str]:
    """The roles that the declared tables give a right; of facts, the one to post what the fact is."""
    if right == SIGNED_IN:
        return frozenset(StaffRole)
    if right == OWN_FACTS:
        return service.rights[service.accepts[OWN[service.name][0]]]
    if right == SAY_SEVERAL:
        return frozenset().union(*(service.rights[needed] for needed in service.accepts.values()))
    if right == HOW_FAR:
        systems = {StaffRole.REPORTER, StaffRole.SUPPORT_REPORTER}
        of_perpetrators = {StaffRole.MATAC_COORDINATOR, StaffRole.ORDER_CONTACT}
        return frozenset().union(*service.rights.values(), {StaffRole.OPERATOR}) - systems - of_perpetrators
    return service.rights.get(right) or OWN_RIGHTS[right]


async def status_of(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> Any:
    """Status and body of an answer; of a stream that stays open, its status alone."""
    body: dict[str, Any] | None = {} if path.split("/")[2] == "v1" and method in ("POST", "PUT") else None
    if path.endswith("/acknowledge"):
        body = None  # by REST nothing need be said of which alert it is
    if method == "PUT" and "/facts/" in path:
        body = caseload.submission({}, scene.BEGAN)
    if path.endswith("/bulk") or "/parts/" in path:
        headers = headers | {"Content-Type": NDJSON}
    headers = headers | {"If-Match": '"9"'}
    async with client.stream(method, path, headers=headers, json=body) as answer:
        live = answer.headers.get("content-type", "").startswith("text/event-stream")
        return answer.status_code, b"" if live else await answer.aread()


async def own_upload(client: httpx.AsyncClient, template: str, headers: dict[str, str]) -> str | None:
    """The path of a route about an upload, with one of the caller's own; None for any other route."""
    if "{upload}" not in template:
        return None
    asked = {"format": NDJSON, "size": 1}
    begun = await client.post(template.partition("/{upload}")[0], json=asked, headers=headers)
    return template.format(upload=begun.json().get("id", NOBODY), offset=0)


def allowed(method: str, path: str, status: int) -> bool:
    """Whether somebody with the right was let in: shown the page, or told what is wrong with their
    empty post, or with the version that they correct."""
    if method == "GET" or path.endswith("/bulk"):  # whose answer says of each line what is wrong
        return status in (200, 303)
    answers = path.startswith("/notify/v1/") and path.endswith("/acknowledge")
    return status in ((200, 303, 409) if answers else (412, 422))


@dataclass(frozen=True)
class Route:
    """What is asked for, and who is welcome."""

    method: str
    template: str
    path: str
    right: str
    welcome: frozenset[StaffRole]
    nothing: bytes
    """What is said of what is not there."""

    async def fault(self, client: httpx.AsyncClient, role: StaffRole | None, headers: dict[str, str]) -> str:
        """What is wrong with the answer to somebody of this role; empty if nothing is."""
        path = await own_upload(client, self.template, headers) or self.path
        status, body = await status_of(client, self.method, path, headers)
        welcome = role in self.welcome or self.right == SIGNED_IN
        if self.template == "/notify/v1/alerts/{cause}/acknowledge" and role is StaffRole.OPERATOR:
            welcome = False  # theirs is what ails Goldthread itself, and this alert is a breach's
        fits = allowed(self.method, path, status) if welcome else (status, body) == (404, self.nothing)
        told = f"{self.method} {self.template} as {role}: {status}, and it has {self.right}: {welcome}"
        return "" if fits else told


async def test_every_route_lets_in_whom_the_tables_name_and_is_not_there_for_anybody_else(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    found = await seeded(deployment, goldthread)
    system = await goldthread.system("castlegate-housing")
    tokens = Tokens(deployment, system.headers["authorization"].removeprefix("Bearer "))
    guarded = [(method, path, right) for method, path, right in routes() if right is not None]
    assert len(guarded) > 50
    headers_of = cache(tokens.of)  # each caller asks for some two hundred routes
    wrong: list[str] = []
    few = httpx.Limits(max_connections=4)
    async with httpx.AsyncClient(base_url=deployment.url, timeout=PATIENCE, limits=few) as client:
        nothing = await client.get(f"/orders/v1/facts/{NOBODY}", headers=tokens.of("nobodys", "reporter"))
        assert nothing.status_code == 404
        for method, template, right in guarded:
            service = wiring.SERVICES[template.split("/")[1]]
            path, agency = found.path(template), found.agency(template, service.name)
            route = Route(method, template, path, right, roles_with(right, service), nothing.content)
            status, _ = await status_of(client, method, path, {})
            if status != 401:
                wrong.append(f"{method} {template} without a token: {status}")
            callers = [(role, headers_of(agency, *([role] if role else []))) for role in (*StaffRole, None)]
            wrong += await asyncio.gather(*(route.fault(client, *caller) for caller in callers))
    assert "\n".join(filter(None, wrong)) == ""
    await record_by_record(found, client_of=goldthread, tokens=tokens)


async def record_by_record(found: Scene, client_of: Goldthread, tokens: Tokens) -> None:
    """Whoever has the right has it of their own: of another area, agency or side, nothing is there."""
    case, him, breach = found.ids["case"], found.ids["person"], found.ids["breach"]
    pages = [f"/marac/v1/cases/{case}", f"/marac/cases/{case}", f"/marac/v1/cases/{case}/sources/{case}"]
    pages += [f"/marac/v1/cases/{case}/after", f"/marac/cases/{case}/after"]
    meeting = [f"/marac/meetings/{found.own['marac']}", f"/marac/v1/meetings/{found.own['marac']}/agenda"]
    cohort = ["/marac/v1/cohort", f"/marac/v1/cohort/{him}", "/marac/cohort", f"/marac/cohort/{him}"]
    alerts = [f"/notify/v1/alerts/{breach}", f"/orders/v1/breaches/{breach}", f"/orders/breaches/{breach}"]
    order = [f"/orders{part}/orders/{found.ids['order']}" for part in ("", "/v1")]
    order += [f"/orders/orders/{found.ids['order']}/breach"]
    owed = [f"/referrals{part}/victims/{found.ids['mention']}" for part in ("", "/v1")]
    owed += [f"/orders/victims/{found.ids['mention']}/breach"]
    meeting += [f"/marac{part}/emergency-meetings/{found.ids['emergency']}" for part in ("", "/v1")]
    hidden = {
        "nell-archer": [*owed, *order, *pages, *meeting, *cohort, *alerts],
        "ivo-marsh": [
            *owed,
            *order,
            *pages,
            *meeting,
            *cohort,
            *alerts,
            "/notify/v1/alerts",
            "/marac/",
            "/notify/",
        ],
        "tom-achterberg": [*owed, *order, *pages, *meeting, *alerts],
        "rowan-ellis": [*owed[:-1], *order, *cohort, *alerts],
        "carys-bevan": [*order, *cohort, alerts[0]],
        "sam-lindqvist": [*owed, *pages, *cohort, *alerts],
        "aisha-bright": [*order, *pages, *meeting, *cohort, *alerts],
        "ines-calder": order,
        "northmere-police": [*owed, *order, *pages, *meeting, *cohort, *alerts],
        "harbour-idva": [*order, *pages, *meeting, *cohort, *alerts],
        "northmere-idle": [*order, *pages, *meeting, *cohort, *alerts, "/notify/v1/alerts"],
    }
    systems = {"northmere-police", "harbour-idva", "northmere-idle"}
    wrong = []
    for name, paths in hidden.items():
        client = await (client_of.system(name) if name in systems else client_of.person(name))
        for path in paths:
            answer = await client.get(path)
            if answer.status_code != 404 or "Marlowe" in answer.text:
                wrong.append(f"{name} GET {path}: {answer.status_code}")
    assert wrong == []
    chair = await client_of.person("rowan-ellis")
    assert (await chair.get(pages[0])).status_code == 200, "these are the pages that others see"
    assert (await (await client_of.person("dev-malik")).get(alerts[0])).status_code == 200
    nell = await client_of.person("nell-archer")
    assert (await nell.get("/marac/v1/meetings")).json()["to_come"] == []
    await writes(found, client_of)


async def writes(found: Scene, goldthread: Goldthread) -> None:
    """Nobody acts in an area, on a case or on an alert that is not theirs; a page of another site's
    can make nobody act."""
    case, breach = found.ids["case"], found.ids["breach"]
    starts = (NOW + timedelta(days=2)).isoformat()
    priya, sam = await goldthread.person("priya-nair"), await goldthread.person("sam-lindqvist")
    colin, dev = await goldthread.person("colin-wray"), await goldthread.person("dev-malik")
    abroad = {"area": "southvale-west", "starts": starts}
    assert (await priya.post("/marac/v1/meetings", json=abroad)).status_code == 404
    listing = f"/marac/v1/meetings/{found.own['marac']}/cases"
    assert (await priya.post(listing, json={"case": NOBODY})).status_code == 404
    assert (await priya.post(f"/marac/v1/meetings/{NOBODY}/cases", json={"case": case})).status_code == 404
    assert (await sam.post(f"/notify/v1/alerts/{breach}/acknowledge")).status_code == 404
    ends = (NOW + timedelta(days=3)).isoformat()
    rota = {"area": "southvale-west", "starts": starts, "ends": ends, "first": {"person": NOBODY}}
    theirs = caseload.submission(rota, scene.BEGAN)
    assert (await colin.post("/notify/v1/rota", json=theirs)).status_code == 404
    forged = {"Origin": "https://elsewhere.example"}
    answer = await dev.post(f"/notify/v1/alerts/{breach}/acknowledge", headers=forged)
    assert answer.status_code == 403
    assert (await dev.get(f"/notify/v1/alerts/{breach}")).json()["state"] == "unanswered"


def test_nothing_else_is_open_to_everybody() -> None:
    found = {(method, path) for method, path, right in routes() if right is None}
    wanted = {(method, f"/{name}{path}") for name in wiring.SERVICES for path, method in OPEN.items()}
    by_link = {(method, "/notify/take/{call}/{signature}") for method in ("GET", "POST")}
    voice = "/notify/voice/{call}/{signature}"
    of_providers = {("POST", path) for path in ("/notify/receipts", voice, f"{voice}/status")}
    ours = {("GET", "/marac/"), ("POST", "/notify/v1/self-test")}
    assert found == wanted | by_link | of_providers | ours


@pytest.mark.parametrize("name", wiring.SERVICES)
def test_a_service_with_a_route_that_declares_no_right_does_not_start(name: str) -> None:
    from dataclasses import replace

    bare = APIRouter(prefix=f"/{name}/v1")
    bare.add_api_route("/everything", lambda: "everything", methods=["GET"])
    settings = Settings(data=Path(mkdtemp(prefix="gt-")))
    service = wiring.SERVICES[name]
    service = replace(service, routers=(*service.routers, bare))
    runtime = wiring.runtime_of(service, settings, wiring.log_of(settings), Clock())
    with pytest.raises(Undeclared, match="/v1/everything"):
        create_app(runtime)
