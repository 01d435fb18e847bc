"""Marac at work on the embedded deployment, and a client for each who calls."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.ids import new_id
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from contracts.content import Said
from contracts.events.alerts import AlertRaised
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.identity import IdentityAssigned
from contracts.events.research import ResearchersSet
from contracts.events.support import SupportProgressed
from contracts.sections import Contact, Narrative
from contracts.vocabulary import (
    AgencyKind,
    AlertRule,
    AreaKind,
    ContactMethod,
    Role,
    SupportKind,
    SupportStep,
    Urgency,
)
from services.marac.service import SERVICE
from tests.services.marac import caseload
from tests.services.marac.caseload import ann, ben, cat
from tests.support.clock import clock_of_tests
from tests.support.facts import IDS, area, mention_of
from tests.support.routes import routes_of
from tests.support.waiting import until
from tests.support.watermarks import nothing_from_others


def caller(name: str, agency: str, role: str, *areas: str) -> Caller:
    """Somebody signed in."""
    id_ = IDS.staff("issuer", name)
    return Caller(id_, "issuer", name, agency, frozenset({role}), frozenset(areas), name)


CALLERS = {
    each.subject: each
    for each in (
        caller("chair", "police", "marac-chair", "north"),
        caller("chair-too", "police", "marac-chair", "north"),
        caller("coordinator", "police", "marac-coordinator", "north"),
        caller("coordinator-too", "council", "marac-coordinator", "north"),
        caller("coordinator-elsewhere", "police", "marac-coordinator", "south"),
        caller("chair-elsewhere", "police", "marac-chair", "south"),
        caller("chair-of-two", "police", "marac-chair", "north", "south"),
        caller("idva", "haven", "idva", "north"),
        caller("housing", "council", "marac-representative", "north"),
        caller("housing-too", "council", "marac-representative", "north"),
        caller("housing-elsewhere", "council", "marac-representative", "south"),
        caller("hospital", "hospital", "marac-representative", "north"),
        caller("officer", "police", "officer-in-case"),
        caller("officer-else", "police", "officer-in-case"),
        caller("idva-else", "harbour", "idva", "north"),
        caller("idva-elsewhere", "harbour", "idva", "south"),
        caller("matac", "police", "matac-coordinator", "tasking"),
        caller("matac-elsewhere", "southvale-police", "matac-coordinator", "southvale"),
        caller("admin", "council", "area-admin", "castleshire"),
        caller("on-call", "police", "on-call", "north"),
        caller("system", "council", "reporter", "north"),
        caller("system-of-all", "council", "reporter"),
        caller("system-elsewhere", "council", "reporter", "south"),
        caller("system-else", "harbour", "reporter"),
        caller("system-haven", "haven", "reporter"),
    )
}


class Door:
    """Lets in whoever says a name of ours: tokens are the chassis' own matter."""

    async def caller(self, token: str) -> Caller:
        return CALLERS[token]


def request_of(who: str) -> Request:
    """What somebody asks, for an answer that goes on."""
    app = SimpleNamespace(state=SimpleNamespace(doorkeeper=Door()))
    header = (b"authorization", f"Bearer {who}".encode())
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [header], "app": app})


@dataclass
class Marac:
    """The service, and a client for each who calls."""

    runtime: Runtime
    http: httpx.AsyncClient

    async def get(self, who: str, path: str, at: datetime | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"}
        params = {"at": at.isoformat()} if at else None
        return await self.http.get(f"/marac/v1/{path}", params=params, headers=headers)

    async def post(self, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"}
        return await self.http.post(f"/marac/v1/{path}", json=body, headers=headers)

    async def post_upon(self, who: str, path: str, body: dict[str, Any], version: int = 0) -> httpx.Response:
        """Post what is said upon what stands, with the version that was seen."""
        headers = {"Authorization": f"Bearer {who}", "If-Match": f'"{version}"'}
        return await self.http.post(f"/marac/v1/{path}", json=body, headers=headers)

    async def say(self, agency: str, content: Any, days_ago: float = 0) -> str:
        """A fact, as if it had come by the log; gives its root."""
        header = own_header(self.runtime.clock.now() - timedelta(days=days_ago))
        said_by = caller(agency, agency, "reporter")
        return (await self.runtime.take(header, bare(content), caller=said_by, right="test")).root

    async def page(self, who: str, case: str) -> dict[str, Any]:
        answer = await self.get(who, f"cases/{case}")
        body: dict[str, Any] = answer.json()
        return body if answer.status_code == 200 else {}

    async def passed(self, at: datetime) -> bool:
        """Whether a page can say what was known at a time."""
        fresh = await self.runtime.fresh_until()
        return fresh is not None and fresh > at


async def alike(marac: Marac, who: str, path: str, said: dict[str, Any] | None) -> bool:
    """Whether what is said twice under one key, or taken back by DELETE (None), has the same answer twice."""
    headers = {"Authorization": f"Bearer {who}", "Idempotency-Key": new_id()}
    method, url = ("DELETE" if said is None else "POST"), f"/marac/v1/{path}"
    first, again = [await marac.http.request(method, url, json=said, headers=headers) for _ in range(2)]
    assert first.is_success, first.text
    assert again.status_code == 200, again.text
    return again.json() == first.json() | {"status": "repeated"}


def bare(content: Any) -> Any:
    """A payload before Goldthread names its people."""
    if not isinstance(content, Said):
        return content
    people = [mention.model_copy(update={"mention": None}) for mention in content.people]
    return content.model_copy(update={"people": people})


@pytest.fixture
async def marac(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Marac]:
    """On SQLite, or on PostgreSQL for a test that says so by its parameter."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    clock, log = clock_of_tests(), open_log(f"sqlite:{tmp_path}/log.sqlite")
    await log.start()
    store = open_store(url, "marac", clock)
    runtime = Runtime(SERVICE, Settings(data=tmp_path, watermark_seconds=0.1), store, log, IDS, clock)
    app = routes_of(runtime, Door())
    await runtime.start()
    await runtime.caught_up.wait()
    await nothing_from_others(log, "marac")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://goldthread.test") as http:
        yield Marac(runtime, http)
    await runtime.stop()
    await log.stop()


@dataclass
class Prepared:
    """Ann's case, with a breach, its alert, and a meeting at which it is listed."""

    case: str
    incident: str
    breach: str
    meeting: str


async def prepared(marac: Marac, *, said_how: bool = True) -> Prepared:
    """What every agency said of Ann and Ben, everybody linked, the case listed in the north. ``said_how``:
    whether somebody has said how ties are declared there."""
    for code, kind, within in (
        ("castleshire", AreaKind.FORCE, None),
        ("north", AreaKind.MARAC, "castleshire"),
        ("south", AreaKind.MARAC, "castleshire"),
    ):
        await marac.say("council", AreaDefined(area=code, name=code.title(), kind=kind, within=within))
    for agency, of in (("police", AgencyKind.POLICE), ("council", AgencyKind.HOUSING)):
        await marac.say("council", AgencyDefined(agency=agency, name=f"The {agency}", kind=of))
    if said_how:
        await on_paper(marac)
    verified = marac.runtime.clock.now() - timedelta(days=2)
    safe = Contact(method=ContactMethod.TEXT, number="07700 900123", verified=verified, times="mornings")
    referral = caseload.referral(people=[ann(contact=safe), ben()]).said
    case = await marac.say("haven", referral, 20)
    await marac.say("council", caseload.household().said, 10)
    incident = await marac.say("police", caseload.incident().said, 9)
    other = caseload.incident(people=[cat(), ben(Role.SUSPECT)], narrative=Narrative(text="At Cat's door."))
    await marac.say("police", other.said, 8)
    await marac.say("police", caseload.order().said, 30)
    breach = await marac.say("council", caseload.breach().said, 1)
    await marac.say(
        "goldthread",
        AlertRaised(
            rule=AlertRule.BREACH, cause=breach, generation=1, urgency=Urgency.NOW, routing=area("north")
        ),
    )
    await link(marac)

    async def there() -> bool:
        return bool((await marac.page("chair", case)).get("occurrences"))

    await until(there)
    starts = (marac.runtime.clock.now() + timedelta(days=7)).isoformat()
    called = await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})
    assert called.status_code == 201, called.text
    meeting = called.json()["root"]

    listed = await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": case})
    assert listed.status_code == 201, listed.text
    return Prepared(case, incident, breach, meeting)


async def on_paper(marac: Marac) -> None:
    """Ties are declared on paper in this force: tests that are about declaring say otherwise in the north."""
    said = ResearchersSet(area="castleshire", agencies=[], declares=False)
    header = own_header(marac.runtime.clock.now() - timedelta(days=400))
    by = caller("admin", "council", "reporter", "castleshire")
    await marac.runtime.take(header, said, caller=by, right="test")


async def link(marac: Marac, agencies: Sequence[str] = caseload.AGENCIES, seq: int = 1) -> None:
    """What the matcher decides of everybody's records."""
    moves = [
        {"mention": mention, "from": IDS.person(mention), "to": IDS.person(mention_of("police", name))}
        for name in caseload.PEOPLE
        for mention in (mention_of(agency, name) for agency in agencies)
        if mention != mention_of("police", name)
    ]
    await marac.say("goldthread", IdentityAssigned.model_validate({"seq": seq, "moves": moves}))


async def supported(marac: Marac) -> None:
    """Haven takes Ann on: she is its IDVAs' client."""
    accepted = SupportProgressed(people=[ann()], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("haven", accepted)


async def complete(marac: Marac, made: Prepared) -> dict[str, Any]:
    """The chair's page of the case, once all of it is there; empty before."""
    page = await marac.page("chair", made.case)
    return page if page.get("alerts") and page["meetings"] and len(page["victim"]["lines"]) == 5 else {}
