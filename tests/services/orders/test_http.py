"""Orders at work: what partners post, who is told, and who may open it. On the embedded deployment;
the journey runs on both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.accept import own_header
from chassis.clock import LONDON, custody_deadline
from chassis.http.auth import Caller
from chassis.ids import Ids, new_id
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from contracts.content import Content
from contracts.events.alerts import AlertCalled, AlertRaised, AlertStoodDown
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.operations import AuditShown
from contracts.events.people import Graded, RiskAssessed
from contracts.sections import Contact, Identity, Location
from contracts.vocabulary import AgencyKind, AlertRule, AreaKind, ContactMethod, Grade, Instrument, Role
from services.orders.service import SERVICE
from services.orders.views import ORDERS_BREACH, ORDERS_PERSON, OrdersBreach, OrdersPerson
from tests.support.clock import clock_of_tests
from tests.support.facts import area, root_of, someone
from tests.support.routes import routes_of
from tests.support.waiting import until

IDS = Ids("a secret that only these tests have")
STREET = "14 Marker Street"
NOTHING_BINDS = "Every part of it that is known here is over, and the order goes on."


def caller(name: str, agency: str, role: str, *areas: str) -> Caller:
    id_ = IDS.staff("issuer", name)
    return Caller(id_, "issuer", name, agency, frozenset({role}), frozenset(areas), name)


CALLERS = {
    each.subject: each
    for each in (
        caller("police-system", "police", "reporter"),
        caller("council-system", "council", "reporter"),
        caller("on-call", "police", "on-call", "north"),
        caller("on-call-elsewhere", "police", "on-call", "south"),
        caller("idva", "haven", "idva", "north"),
        caller("matac", "police", "matac-coordinator", "north"),
        caller("control-room", "police", "control-room"),
        caller("control-room-of-nobody", "southvale", "control-room"),
        caller("supervisor", "police", "supervisor", "north"),
        caller("supervisor-elsewhere", "southvale-police", "supervisor", "west"),
    )
}


class Door:
    """Lets in whoever says a name of ours: tokens are the chassis' own matter."""

    async def caller(self, token: str) -> Caller:
        return CALLERS[token]


@dataclass
class Orders:
    """The service, and a client for each who calls."""

    runtime: Runtime
    http: httpx.AsyncClient

    async def post(
        self, who: str, path: str, content: dict[str, Any], occurred: str | None = None, **headers: str
    ) -> httpx.Response:
        now = self.runtime.clock.now().isoformat()
        body = {
            "occurred": occurred or now,
            "recorded": now,
            "basis": "public-task",
            "purpose": "safeguarding",
            "content": content,
        }
        return await self.http.post(
            f"/orders/v1/{path}", json=body, headers={"Authorization": f"Bearer {who}", **headers}
        )

    async def get(self, who: str, path: str) -> httpx.Response:
        return await self.http.get(f"/orders/v1/{path}", headers={"Authorization": f"Bearer {who}"})

    async def alerts(self, cause: str) -> list[AlertRaised]:
        facts = await self.runtime.facts([f"o:{cause}"])
        return [fact.said for fact in facts.current(AlertRaised)]


@pytest.fixture
async def orders(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Orders]:
    """On SQLite, or on PostgreSQL for a test that says so by its parameter."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    clock, log = clock_of_tests(), open_log(f"sqlite:{tmp_path}/log.sqlite")
    await log.start()
    store = open_store(url, "orders", clock)
    runtime = Runtime(SERVICE, Settings(data=tmp_path, watermark_seconds=0.1), store, log, IDS, clock)
    app = routes_of(runtime, Door())
    await runtime.start()
    await runtime.caught_up.wait()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://goldthread.test") as http:
        yield Orders(runtime, http)
    await runtime.stop()
    await log.stop()


def people(*mentions: Any) -> list[dict[str, Any]]:
    return [mention.model_dump(mode="json", exclude_none=True) for mention in mentions]


ANN = someone(
    Role.VICTIM,
    "ann",
    location=Location(address=[STREET]),
    contact=Contact(method=ContactMethod.TEXT, number="07700 900123", no_uniform=True),
)
BEN = someone(Role.RESPONDENT, "ben")


async def prepared(orders: Orders, grade: Grade = Grade.HIGH) -> str:
    """Areas, an agency, Ann's risk, an order that was served; gives the order's root."""
    said = [
        AreaDefined(area="north", name="North", kind=AreaKind.MARAC, within="castleshire"),
        AgencyDefined(agency="police", name="Castleshire Police", kind=AgencyKind.POLICE),
        RiskAssessed(
            instrument=Instrument.SAFELIVES_DASH_24,
            instrument_version="2015",
            graded=Graded(grade=grade, rule="test", because="test"),
            people=[ANN, someone(Role.PERPETRATOR, "ben")],
            routing=area("north"),
        ),
    ]
    for content in said:
        header = own_header(orders.runtime.clock.now())
        await orders.runtime.take(header, content, caller=CALLERS["police-system"], right="test")
    made = (orders.runtime.clock.now()).isoformat()
    order = {
        "order": "non-molestation",
        "reference": "ZC26P00412",
        "made": made,
        "until_further_order": True,
        "prohibitions": [{"kind": "not-to-attend", "text": f"Not to go to {STREET}"}],
        "people": people(BEN, ANN),
    }
    posted = await orders.post("police-system", "orders", order)
    assert posted.status_code == 201, posted.text
    root: str = posted.json()["root"]
    service = {"order": root, "method": "personal", "served": made, "people": people(BEN)}
    assert (await orders.post("police-system", "services", service)).status_code == 201
    return root


async def reported(orders: Orders, **values: Any) -> str:
    """A breach by Ben, of Ann, reported by the police; gives its root."""
    content = {"kind": "assault", "people": people(BEN, ANN), **values}
    posted = await orders.post("police-system", "breaches", content)
    assert posted.status_code == 201, posted.text
    root: str = posted.json()["root"]
    return root


async def say(orders: Orders, content: Content, who: str = "goldthread") -> None:
    """As another service says it, or somebody by one."""
    header = own_header(orders.runtime.clock.now())
    said_by = CALLERS.get(who) or caller("goldthread", "goldthread", "reporter")
    await orders.runtime.take(header, content, caller=said_by, right="test")


def call_of(orders: Orders, cause: str) -> AlertCalled:
    """The supervisor is called for a breach."""
    return AlertCalled(
        cause=cause,
        rule=AlertRule.BREACH,
        generation=1,
        rung=0,
        due=orders.runtime.clock.now(),
        person=CALLERS["supervisor"].id,
        channels=[],
    )


async def seen_by_all(orders: Orders, cause: str) -> bool:
    """Whether the alert about a breach has come into every row that shows it."""
    row = await orders.runtime.row(ORDERS_BREACH, cause)
    return isinstance(row, OrdersBreach) and bool(row.told) and any(record.standing for record in row.records)


async def test_a_breach_finds_its_order_and_the_area_is_told(orders: Orders) -> None:
    order = await prepared(orders)
    cause = await reported(orders)
    (alert,) = await until(lambda: orders.alerts(cause))
    assert (alert.urgency, alert.routing) == ("now", area("north"))

    async def shown() -> dict[str, Any]:
        answer = await orders.get("on-call", f"breaches/{cause}")
        body: dict[str, Any] = answer.json()
        return body if answer.status_code == 200 and body["told"] else {}

    body = await until(shown)
    assert (body["order"]["order"], body["order"]["reference"]) == (order, "ZC26P00412")
    assert body["order"]["status"]["enforceable"]
    victim = next(each for each in body["people"] if each["role"] == "victim")
    sections = {section["section"]: section["value"] for section in victim["sections"]}
    assert sections["location"]["address"] == [STREET]
    assert sections["contact"]["no_uniform"] is True


async def test_of_a_flagged_record_anothers_word_of_where_is_for_whoever_was_called(orders: Orders) -> None:
    """The council reports where she is, and that her record is flagged: a supervisor of the police who was
    not called reads that it is withheld; once the alert calls them, they go there."""
    await prepared(orders)
    flag = ANN.model_copy(update={"identity": Identity(sensitive=True)})
    content = {"kind": "assault", "people": people(flag, BEN)}
    cause = (await orders.post("council-system", "breaches", content)).json()["root"]
    await until(lambda: seen_by_all(orders, cause))
    body = (await orders.get("supervisor", f"breaches/{cause}")).json()
    assert (body["places_withheld"], "location" in body["left_out"]) == (True, True)
    victim = next(each for each in body["people"] if each["role"] == "victim")
    assert victim["flagged"] is True
    page = await orders.http.get(f"/orders/breaches/{cause}", headers={"Authorization": "Bearer supervisor"})
    assert "flagged as sensitive" in page.text
    assert STREET not in str(body) + page.text
    await say(orders, call_of(orders, cause))

    async def there() -> bool:
        return STREET in (await orders.get("supervisor", f"breaches/{cause}")).text

    await until(there)


async def test_whoever_supports_the_victim_reads_nothing_of_the_respondents_health(orders: Orders) -> None:
    await prepared(orders)
    hers, his = {"health": {"injuries": "Her wrist."}}, {"health": {"injuries": "His hand."}}
    cause = await reported(orders, people=[people(ANN)[0] | hers, people(BEN)[0] | his])
    await until(lambda: seen_by_all(orders, cause))
    idva = (await orders.get("idva", f"breaches/{cause}")).text
    assert ("Her wrist." in idva, "His hand." in idva) == (True, False)


async def test_each_sees_what_is_theirs_and_the_look_is_on_record(orders: Orders) -> None:
    await prepared(orders)
    cause = await reported(orders, narrative={"text": "Door kicked in."})
    await until(lambda: seen_by_all(orders, cause))
    for who in ("on-call-elsewhere", "matac", "police-system"):
        hidden = await orders.get(who, f"breaches/{cause}")
        assert hidden.status_code == 404, who
        assert hidden.json() == (await orders.get(who, f"breaches/{IDS.staff('no', 'breach')}")).json()
    idva = await orders.get("idva", f"breaches/{cause}")
    assert idva.status_code == 200
    assert "Door kicked in." in idva.text
    assert STREET not in idva.text, "where she is, in a section or in an order's words"
    assert idva.json()["left_out"] == ["location"]

    async def looks() -> list[AuditShown]:
        async with orders.runtime.store.reading() as connection:
            statement = text("select id from fact where type = 'uk.goldthread.audit.shown.v1'")
            roots = list((await connection.execute(statement)).scalars())
        return [fact.said for root in roots for fact in (await orders.runtime.fact(root)).current(AuditShown)]

    (look,) = await until(looks)
    assert (look.person, look.subject, look.left_out) == (CALLERS["idva"].id, cause, ["location"])
    assert cause in look.facts
    assert (await orders.get("idva", f"breaches/{cause}")).status_code == 200
    assert len(await looks()) == 1, "a second look at the same adds nothing"


async def test_a_breach_of_an_order_that_nobody_knows_is_a_fact_and_pages(orders: Orders) -> None:
    posted = await orders.post("council-system", "breaches", {"kind": "contact", "reference": "ZZ99"})
    assert posted.status_code == 201
    cause = posted.json()["root"]
    (alert,) = await until(lambda: orders.alerts(cause))
    assert (alert.urgency, alert.routing) == ("now", None)
    opened = await orders.get("on-call-elsewhere", f"breaches/{cause}")
    assert opened.status_code == 200, "an area that nobody knows is everybody's"
    assert opened.json()["order_because"] == "order.same-reference-unknown"


async def test_a_breach_that_gives_its_orders_id_and_nobody_pages_for_whom_the_order_protects(
    orders: Orders,
) -> None:
    order = await prepared(orders, Grade.MEDIUM)
    posted = await orders.post("council-system", "breaches", {"kind": "damage", "order": order})
    (alert,) = await until(lambda: orders.alerts(posted.json()["root"]))
    assert (alert.urgency, alert.routing) == ("hour", area("north"))
    opened = (await orders.get("on-call", f"breaches/{posted.json()['root']}")).json()
    assert (opened["order_because"], opened["grade"]) == ("order.given", "medium")
    assert {person["role"] for person in opened["people"]} == {"victim", "respondent"}


async def asked(orders: Orders, who: str, number: str) -> httpx.Response:
    """What somebody is told of the orders of the person of a record of theirs."""
    record = {"system": "records", "type": "person", "number": number}
    headers = {"Authorization": f"Bearer {who}"}
    return await orders.http.post("/orders/v1/status", json={"record": record}, headers=headers)


async def test_the_control_room_is_told_what_is_in_force_for_either(orders: Orders) -> None:
    root = await prepared(orders)

    async def served() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await asked(orders, "control-room", "ben")).json()["orders"]
        return [order for order in found if order["status"]["served"]]

    (his,) = await until(served)
    (hers,) = (await asked(orders, "control-room", "ann")).json()["orders"]
    assert (his["order"], his["binds"], hers["order"], hers["binds"]) == (root, True, root, False)
    assert his["status"] == hers["status"], "whom it protects knows no service, and is told of it"
    assert (hers["status"]["enforceable"], hers["arrest"], hers["breach"]) == (
        True,
        True,
        "crime-or-contempt",
    )
    assert STREET in str(hers["prohibitions"]), "the police go there"
    assert STREET not in str(his), "who looks at him is not told where she lives"
    assert (his["agency"], hers["agency"]) == (None, "police")
    assert (his["reference"], hers["reference"]) == (None, "ZC26P00412"), (
        "it names the court that is near her"
    )
    discharged = {"order": "non-molestation", "stage": "discharged", "people": people(BEN, ANN)}
    discharged |= {"made": orders.runtime.clock.now().isoformat()}
    await corrected(orders, root, discharged)

    async def over() -> bool:
        return [(await asked(orders, "control-room", who)).json()["orders"] for who in ("ann", "ben")] == [
            [],
            [],
        ]

    await until(over)
    for who, binds in (("ann", False), ("ben", True)):
        (gone,) = (await asked(orders, "control-room", who)).json()["over"]
        said = {"order": root, "binds": binds, "reason": "order.discharged", "nothing": True}
        assert gone.items() >= said.items(), "it is known here, is over, and nothing is in its place"
    body = {"system": "records", "type": "person", "number": "ben"}
    headers = {"Authorization": "Bearer control-room", "Accept": "text/html"}
    page = (await orders.http.post("/orders/status", data=body, headers=headers)).text
    assert "NOTHING THAT IS KNOWN HERE HAS TAKEN ITS PLACE. CHECK PNC." in page
    await told(orders, "orders", 0, {"order": "restraining", "stage": "applied", **BETWEEN})
    days_ago = (orders.runtime.clock.now() - timedelta(days=15)).isoformat()
    await told(orders, "orders", 40, {"order": "dvpo", "ends": days_ago, **BETWEEN})

    async def known() -> bool:
        all_over = (await asked(orders, "control-room", "ben")).json()["over"]
        return {(each["type"], each["nothing"]) for each in all_over} == {
            ("non-molestation", True),
            ("restraining", False),
        }

    await until(known, what="what was applied for, and what ended in the last 14 days")
    page = (await orders.http.post("/orders/status", data=body, headers=headers)).text
    assert "Applied for: there is no order yet." in page
    assert "No order in force or to come is known here" in page


async def test_what_took_its_place_is_said_to_have(orders: Orders) -> None:
    await prepared(orders)
    yesterday = (orders.runtime.clock.now() - timedelta(days=1)).isoformat()
    await told(orders, "orders", 20, {"order": "dvpo", "ends": yesterday, **BETWEEN})

    async def replaced() -> bool:
        all_over = (await asked(orders, "control-room", "ann")).json()["over"]
        return [(each["type"], each["nothing"]) for each in all_over] == [("dvpo", False)]

    await until(replaced, what="the non-molestation order between them was served")
    record = {"system": "records", "type": "person", "number": "ann"}
    headers = {"Authorization": "Bearer control-room", "Accept": "text/html"}
    page = (await orders.http.post("/orders/status", data=record, headers=headers)).text
    assert "it may forbid less, or carry no arrest." in page, "people and times are compared, terms are not"


async def test_the_control_room_reads_it_as_a_page(orders: Orders) -> None:
    await prepared(orders)
    headers = {"Authorization": "Bearer control-room", "Accept": "text/html"}
    form = await orders.http.get("/orders/status", headers=headers)
    assert form.status_code == 200
    record = {"system": "records", "type": "person", "number": "ben"}

    async def bound() -> bool:
        page = (await orders.http.post("/orders/status", data=record, headers=headers)).text
        return "Binds this person, to protect" in page and "Non-molestation order" in page

    await until(bound)
    page = (await orders.http.post("/orders/status", data=record, headers=headers)).text
    assert "ORDER STATUS UNKNOWN. CHECK PNC." in page, "nobody here knows how far the others have come"
    assert STREET not in page
    missing = await orders.http.post("/orders/status", data=record | {"number": " "}, headers=headers)
    assert missing.status_code == 422
    assert "Enter the record number" in missing.text
    for who in ("idva", "police-system", "control-room-of-nobody"):
        others = headers | {"Authorization": f"Bearer {who}"}
        refused = await orders.http.post("/orders/status", data=record, headers=others)
        assert refused.status_code == 404, who


async def test_whether_arrest_is_attached_is_not_known_where_nobody_told(orders: Orders) -> None:
    """To the control room, which reads it at the door, and on the order's own page; and No is No."""
    await prepared(orders)
    attached: dict[str, bool | None] = {"told": True, "not told": None, "none": False}
    says_of = dict[str, str]()
    for says, power in attached.items():
        said = {"order": "occupation", "until_further_order": True, "reference": says, **BETWEEN}
        root = await told(orders, "orders", 2, said | {"power_of_arrest": power})
        says_of[root] = says
        served = {"reference": says, "served": orders.runtime.clock.now().isoformat(), "order": root}
        await told(orders, "services", 1, SERVED | served)

    async def arrests() -> dict[str, tuple[str | None, bool | None]]:
        held = (await asked(orders, "control-room", "ben")).json()["orders"]
        return {
            says_of[each["order"]]: (each["status"]["reason"], each["arrest"])
            for each in held
            if each["type"] == "occupation"
        }

    async def each_its_own() -> bool:
        return await arrests() == {
            "told": ("order.in-force", True),
            "not told": ("order.arrest-unknown", None),
            "none": ("order.no-power-of-arrest", False),
        }

    await until(each_its_own, what="three states, not two")
    record = {"system": "records", "type": "person", "number": "ben"}
    headers = {"Authorization": "Bearer control-room"}
    page = (await orders.http.post("/orders/status", data=record, headers=headers)).text
    assert page.count("WHETHER A POWER OF ARREST IS ATTACHED IS NOT KNOWN. CHECK PNC.") == 1
    assert page.count("No arrest without a warrant.") == 1


async def test_why_an_order_requires_nothing_is_answered_by_a_correction(orders: Orders) -> None:
    await prepared(orders)
    said = {"order": "spo", "until_further_order": True, **BETWEEN}
    root = await told(orders, "orders", 2, said)

    async def page() -> tuple[bool, str | None]:
        shown = (await orders.get("supervisor", f"orders/{root}")).json()
        return "no-requirements" in shown.get("questions", ()), shown.get("nothing_required")

    async def asked_why() -> bool:
        return await page() == (True, None)

    async def answered() -> bool:
        return await page() == (False, "court-refused")

    await until(asked_why)
    made = (orders.runtime.clock.now() - timedelta(days=2)).isoformat()
    await corrected(orders, root, said | {"made": made, "nothing_required": "court-refused"})
    await until(answered)
    headers = {"Authorization": "Bearer supervisor", "Accept": "text/html"}
    text_ = (await orders.http.get(f"/orders/orders/{root}", headers=headers)).text
    assert "The court was asked, and refused." in text_
    assert "Why does it require nothing?" not in text_


async def test_who_applied_for_an_order_is_on_its_page_and_asked_about_where_they_cannot(
    orders: Orders,
) -> None:
    await prepared(orders)
    said = {"order": "spo", "until_further_order": True, "applicant": "victim", **BETWEEN}
    root = await told(orders, "orders", 2, said)

    async def asked_who() -> bool:
        shown = (await orders.get("supervisor", f"orders/{root}")).json()
        return shown.get("applicant") == "victim" and "applicant-not-known" in shown["questions"]

    await until(asked_who)
    headers = {"Authorization": "Bearer supervisor", "Accept": "text/html"}
    text_ = (await orders.http.get(f"/orders/orders/{root}", headers=headers)).text
    assert "Applied for, or given, by: the victim, or whom it protects." in text_
    assert "Who applied for it?" in text_


async def test_an_order_that_no_force_told_of_is_for_those_whom_it_concerns(orders: Orders) -> None:
    """The council told of it. Each of two forces is police; one works where she is."""
    await prepared(orders)
    elsewhere = AgencyDefined(agency="southvale-police", name="Southvale Police", kind=AgencyKind.POLICE)
    header = own_header(orders.runtime.clock.now())
    await orders.runtime.take(header, elsewhere, caller=CALLERS["police-system"], right="test")
    now = orders.runtime.clock.now().isoformat()
    where = area("north").model_dump(mode="json")
    told = {"order": "occupation", "made": now, "people": people(BEN, ANN), "routing": where}
    order = (await orders.post("council-system", "orders", told)).json()["root"]

    async def open_to(who: str) -> bool:
        return (await orders.get(who, f"orders/{order}")).status_code == 200

    async def theirs() -> bool:
        return await open_to("supervisor") and not await open_to("supervisor-elsewhere")

    await until(theirs)
    assert not await open_to("control-room"), "it works for no area, and its force has told of nobody"
    await orders.post("police-system", "breaches", {"kind": "contact", "order": order})
    await until(lambda: open_to("control-room"))
    sent = {"order": order, "version": 1, "teams": [{"kind": "response"}], "systems": ["pnc"]}
    assert (await orders.post("supervisor-elsewhere", "circulations", sent)).status_code == 404
    teams = [{"kind": "response"}, {"kind": "council", "agency": "southvale-police"}]
    assert (await orders.post("supervisor", "circulations", sent | {"teams": teams})).status_code == 201

    async def doubted() -> bool:
        page = (await orders.get("supervisor", f"orders/{order}")).json()
        return bool(page["doubtful"] == [["council", "southvale-police"]])

    await until(doubted, what="a fact still, and a question")


async def test_a_person_raises_the_priority_alone_and_lowers_it_with_a_second(orders: Orders) -> None:
    """By REST and on the page; a correction is held to the same."""
    await prepared(orders, Grade.MEDIUM)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    why = {"narrative": {"text": "A knife was seen there before."}}
    raises = {"breach": cause, "step": "triaged", "urgency": "now"}
    refused = await orders.post("police-system", "breach-steps", raises)
    assert refused.json()["faults"] == [{"where": "body.content.narrative", "kind": "reason-missing"}]
    assert (await orders.post("council-system", "breach-steps", raises | why)).status_code == 404
    assert (await orders.post("police-system", "breach-steps", raises | why)).status_code == 201

    async def stands(urgency: str, because: str) -> bool:
        shown = (await orders.get("supervisor", f"breaches/{cause}")).json()
        return (shown["urgency"], shown["urgency_because"]) == (urgency, because)

    await until(lambda: stands("now", "breach.raised-by-person"))
    await until(lambda: called(orders, cause, "now"))
    headers = {"Authorization": "Bearer supervisor"}
    lowers = raises | why | {"urgency": "day", "lowers": "now", "by": "S-7", "second": "S-8"}
    alone = await orders.post("supervisor", "breach-steps", lowers)
    assert alone.json()["faults"] == [{"where": "body.content.second", "kind": "second-person-missing"}]
    taken = await orders.post("police-system", "breach-steps", lowers)
    assert taken.status_code == 201, taken.text
    await until(lambda: stands("day", "breach.lowered-by-two"))
    page = (await orders.http.get(f"/orders/breaches/{cause}", headers=headers)).text
    assert "Two persons agreed that it may wait" in page
    assert await called(orders, cause, "now"), "what nobody answered stands"
    form = {"once": new_id(), "step": "triaged", "urgency": "now", "reason": "A knife was seen again."}
    path = f"/orders/breaches/{cause}/steps"
    assert (await orders.http.post(path, data=form, headers=headers)).status_code == 303
    await until(lambda: stands("now", "breach.raised-by-person"))
    page = (await orders.http.get(f"/orders/breaches/{cause}", headers=headers)).text
    assert "Must it be answered sooner?" not in page, "nothing is sooner than at once"


async def test_the_hours_to_a_court_run_from_the_time_that_is_typed_of_an_arrest(orders: Orders) -> None:
    """And not from the press of the button. None is recorded without its time, or before its breach."""
    await prepared(orders)
    day_ago = (orders.runtime.clock.now() - timedelta(days=1)).isoformat()
    content = {"kind": "contact", "people": people(BEN, ANN)}
    cause = (await orders.post("council-system", "breaches", content, day_ago)).json()["root"]
    await until(lambda: seen_by_all(orders, cause))
    arrested = (orders.runtime.clock.now() - timedelta(hours=4)).replace(second=0, microsecond=0)
    local = arrested.astimezone(LONDON)
    typed = {"day": f"{local:%Y-%m-%d}", "at": f"{local:%H:%M}"}
    path, headers = f"/orders/breaches/{cause}/steps", {"Authorization": "Bearer supervisor"}
    for wrong, says in (
        ({}, "Enter the day and the time of the arrest"),
        ({"day": typed["day"]}, "Enter the day and the time of the arrest"),
        (typed | {"day": "2031-01-01"}, "Enter a day and a time that have been"),
        (typed | {"at": "6 o'clock"}, "Enter a day and a time that have been"),
        (typed | {"day": "2021-01-01"}, "This is before the day of the breach"),
    ):
        form = {"once": new_id(), "step": "arrested", **wrong}
        page = await orders.http.post(path, data=form, headers=headers)
        assert (page.status_code, says in page.text) == (422, True), wrong
        assert all(f'value="{value}"' in page.text for value in wrong.values() if "'" not in value)
    form = {"once": new_id(), "step": "arrested", **typed}
    assert (await orders.http.post(path, data=form, headers=headers)).status_code == 303

    async def runs() -> list[datetime]:
        row = await orders.runtime.row(ORDERS_BREACH, cause)
        assert isinstance(row, OrdersBreach)
        return [line.due for line in row.clocks.running if line.rule is AlertRule.PRODUCTION]

    assert await until(runs) == [custody_deadline(arrested, 24)]
    answer = (await orders.get("supervisor", f"breaches/{cause}")).json()["answer"]
    assert datetime.fromisoformat(answer["answered"]) == arrested, "and it was answered then"


async def test_whoever_takes_back_a_report_ends_nothing_that_the_police_began(orders: Orders) -> None:
    """The hours of an arrest run on, and the page of what was withdrawn takes what came of it."""
    await prepared(orders)
    day_ago = (orders.runtime.clock.now() - timedelta(days=1)).isoformat()
    content = {"kind": "contact", "people": people(BEN, ANN)}
    cause = (await orders.post("council-system", "breaches", content, day_ago)).json()["root"]
    await until(lambda: seen_by_all(orders, cause))
    hour_ago = (orders.runtime.clock.now() - timedelta(hours=1)).isoformat()
    step = {"breach": cause, "step": "arrested"}
    assert (await orders.post("police-system", "breach-steps", step, hour_ago)).status_code == 201

    async def known() -> OrdersBreach:
        row = await orders.runtime.row(ORDERS_BREACH, cause)
        assert isinstance(row, OrdersBreach)
        return row

    async def runs() -> list[datetime]:
        return [each.due for each in (await known()).clocks.running if each.rule is AlertRule.PRODUCTION]

    due = await until(runs)
    headers = {"Authorization": "Bearer council-system", "If-Match": '"1"'}
    assert (await orders.http.delete(f"/orders/v1/facts/{cause}", headers=headers)).status_code in (200, 204)

    async def supervisor_is_asked() -> bool:
        row = await known()
        return row.withdrawn and bool(row.withdrawal.standing)

    await until(supervisor_is_asked)
    assert await runs() == due
    path, headers = f"/orders/breaches/{cause}", {"Authorization": "Bearer supervisor"}
    page = (await orders.http.get(path, headers=headers)).text
    assert "What the police had begun is not ended by that" in page
    form = {"once": new_id(), "step": "charged"}
    assert (await orders.http.post(f"{path}/steps", data=form, headers=headers)).status_code == 303

    async def over() -> bool:
        return not await runs()

    await until(over)


async def test_an_outcome_that_an_inspector_signs_off_says_which_inspector(orders: Orders) -> None:
    """By REST and on the page; who it was is on the page of the breach, for the police alone."""
    await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    no_more = {"step": "no-further-action", "outcome": "16", "rank": "inspector"}
    content = {"breach": cause, **no_more, "narrative": {"text": "Ann does not support it."}}
    refused = await orders.post("police-system", "breach-steps", content)
    assert refused.json()["faults"] == [{"where": "body.content.by", "kind": "decider-missing"}]
    path, headers = f"/orders/breaches/{cause}/steps", {"Authorization": "Bearer supervisor"}
    form = {"once": new_id(), **no_more, "reason": "Ann does not support it."}
    page = await orders.http.post(path, data=form, headers=headers)
    assert (page.status_code, "Enter the number of whoever signed this off" in page.text) == (422, True)
    assert (await orders.http.post(path, data=form | {"by": "I-77"}, headers=headers)).status_code == 303

    async def on_the_page() -> bool:
        page = await orders.http.get(f"/orders/breaches/{cause}", headers=headers)
        return "Inspector, number I-77" in page.text

    await until(on_the_page)
    (step,) = (await orders.get("supervisor", f"breaches/{cause}")).json()["answer"]["steps"]
    assert (step["outcome"], step["rank"], step["by"]) == ("16", "inspector", "I-77")


async def called(orders: Orders, cause: str, urgency: str) -> bool:
    """Whether the newest alert about a breach is of this urgency, and was not stood down."""
    facts = await orders.runtime.facts([f"o:{cause}"])
    newest = max(fact.said.generation for fact in facts.current(AlertRaised))
    gone = {fact.said.generation for fact in facts.current(AlertStoodDown)}
    of = {fact.said.generation: fact.said.urgency for fact in facts.current(AlertRaised)}
    return newest not in gone and of[newest] == urgency


async def test_staff_tell_of_no_breach_that_they_may_not_see(orders: Orders) -> None:
    await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    step = {"breach": cause, "step": "arrested"}
    said = {"offence": "stalking", "decision": "recorded", "rank": "sergeant", "considered": [cause]}
    decided = {"breach": cause, "narrative": {"text": "Two in a week."}, **said}
    for who, status in (("on-call-elsewhere", 404), ("on-call", 201), ("police-system", 201)):
        assert (await orders.post(who, "breach-steps", step)).status_code == status, who
        assert (await orders.post(who, "pattern-decisions", decided)).status_code == status, who
    unknown = step | {"breach": root_of("told of later")}
    assert (await orders.post("police-system", "breach-steps", unknown)).status_code == 201
    assert (await orders.post("on-call", "breach-steps", unknown)).status_code == 404


async def test_which_officer_decided_a_pattern_the_police_alone_are_shown(orders: Orders) -> None:
    await prepared(orders)
    await told(orders, "breaches", 30, {"kind": "contact", **BETWEEN})
    cause = await told(orders, "breaches", 1, {"kind": "contact", **BETWEEN})

    async def pattern(who: str) -> dict[str, Any]:
        answer = await orders.get(who, f"breaches/{cause}")
        found = answer.json()["pattern"] if answer.status_code == 200 else {"candidates": []}
        return dict(found) if len(found["candidates"]) == 2 else {}

    seen = (await until(lambda: pattern("on-call"), what="two contacts may be stalking"))["seen"]
    form = {"once": new_id(), "seen": seen, "offence": "stalking", "decision": "recorded"}
    form |= {"rank": "sergeant", "by": " S 17 ", "why": "Twice in two days."}
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    path = f"/orders/breaches/{cause}"
    too_long = {"once": new_id(), "by": "S" * 201}
    again = await orders.http.post(f"{path}/pattern-decisions", data=form | too_long, headers=headers)
    assert "Enter the number in fewer characters" in again.text, again.text
    assert "Twice in two days." in again.text, "what was typed stays"
    done = await orders.http.post(f"{path}/pattern-decisions", data=form, headers=headers)
    assert done.status_code == 303, done.text
    for who, by in (("on-call", "S 17"), ("idva", None)):
        decision = (await pattern(who))["candidates"][0]["decision"]
        assert (decision["why"], decision["by"]) == ("Twice in two days.", by), who
    for who in ("on-call", "idva"):
        page = (await orders.http.get(path, headers=headers | {"Authorization": f"Bearer {who}"})).text
        assert ("Sergeant, number S 17" in page) is (who == "on-call"), who


async def test_a_part_that_was_over_when_it_happened_is_not_what_the_order_forbade(orders: Orders) -> None:
    await prepared(orders)
    now = orders.runtime.clock.now()
    gone, since = (now - timedelta(days=5)).isoformat(), (now - timedelta(hours=1)).isoformat()
    parts = [{"kind": "not-to-attend", "until": gone}, {"kind": "no-contact", "until": since}]
    root = await told(
        orders, "orders", 20, {"order": "spo", "until_further_order": True, "prohibitions": parts} | BETWEEN
    )
    cause = await told(orders, "breaches", 1, {"kind": "contact", "order": root, **BETWEEN})

    async def forbade() -> list[dict[str, Any]]:
        answer = await orders.get("on-call", f"breaches/{cause}")
        order = answer.json()["order"] if answer.status_code == 200 else None
        return list(order["prohibitions"]) if order and order["order"] == root and order["status"] else []

    told_of = await until(forbade, what="it is of that order")
    assert [(e["kind"], e["over"]) for e in told_of] == [("no-contact", False), ("not-to-attend", True)]
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    page = (await orders.http.get(f"/orders/breaches/{cause}", headers=headers)).text
    assert page.count(": not in force.") == 1
    assert NOTHING_BINDS not in page


@pytest.mark.parametrize("goes_on", [False, True], ids=["nothing", "a requirement goes on"])
async def test_that_every_part_was_over_when_it_happened_is_said_of_a_breach(
    orders: Orders, goes_on: bool
) -> None:
    await prepared(orders)
    gone = (orders.runtime.clock.now() - timedelta(days=5)).isoformat()
    parts = {
        "prohibitions": [{"kind": "no-contact", "until": gone}],
        "requirements": [{"kind": "programme", "until": None if goes_on else gone}],
    }
    content = {"order": "spo", "until_further_order": True} | parts | BETWEEN
    root = await told(orders, "orders", 20, content)
    cause = await told(orders, "breaches", 1, {"kind": "contact", "order": root, **BETWEEN})
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}

    async def in_force() -> str | None:
        page = (await orders.http.get(f"/orders/breaches/{cause}", headers=headers)).text
        return page if ": not in force." in page and "Of the order that the report names." else None

    page = await until(in_force, what="it is of that order, which was in force")
    assert page.count(NOTHING_BINDS) == (not goes_on)


async def test_a_breach_is_not_closed_while_nobody_knows_how_great_the_risk_is(orders: Orders) -> None:
    """Before it is assessed by anybody; by a system and on the page."""
    await prepared(orders, Grade.UNKNOWN)
    cause = await told(orders, "breaches", 1, {"kind": "contact", **BETWEEN})
    await breach_of(orders, cause)
    closes = {"breach": cause, "step": "closed", "rank": "sergeant", "by": "S 9"}
    why = {"narrative": {"text": "The court has dealt with it."}}
    refused = await orders.post("police-system", "breach-steps", closes | why)
    assert (refused.status_code, refused.json()["faults"][0]) == (
        422,
        {"where": "body.content.step", "kind": "grade-unknown"},
    )
    form = {"once": new_id(), "step": "closed", "rank": "sergeant", "by": "S 9", "reason": "Dealt with."}
    headers = {"Authorization": "Bearer supervisor", "Accept": "text/html"}
    page = await orders.http.post(f"/orders/breaches/{cause}/steps", data=form, headers=headers)
    assert (page.status_code, "Have it assessed, then record this step." in page.text) == (422, True)
    old = await told(orders, "breaches", 40, {"kind": "contact", **BETWEEN})
    await until(lambda: seen_by_all(orders, old))
    gone = await orders.post("police-system", "breach-steps", closes | why | {"breach": old})
    assert gone.status_code == 201, "it was closed long before it was told"
    nobodys = await told(
        orders, "breaches", 2, {"kind": "contact", "people": people(BEN), "reference": "1/1"}
    )
    await until(lambda: seen_by_all(orders, nobodys))
    unknown = await orders.post("police-system", "breach-steps", closes | why | {"breach": nobodys})
    assert unknown.status_code == 201, "of nobody nobody can find out"
    looked = closes | why | {"step": "no-breach-found"}
    ends = await orders.post("police-system", "breach-steps", looked)
    assert (ends.status_code, ends.json()["faults"]) == (422, refused.json()["faults"]), (
        "it ends it as closing does"
    )
    went = await orders.post("police-system", "breach-steps", {"breach": cause, "step": "deployed"})
    assert went.status_code == 201, "no other step waits"
    for ends in (looked, closes | why):
        await corrected(orders, went.json()["root"], ends, status=422)
    await corrected(orders, gone.json()["root"], closes | why, status=422)  # that was of another breach
    assessed = RiskAssessed(
        instrument=Instrument.DARA,
        instrument_version="2022",
        graded=Graded(grade=Grade.MEDIUM, rule="test", because="test"),
        people=[ANN, someone(Role.PERPETRATOR, "ben")],
        routing=area("north"),
    )
    header, caller = own_header(orders.runtime.clock.now()), CALLERS["police-system"]
    await orders.runtime.take(header, assessed, caller=caller, right="test")

    async def known() -> bool:
        row = await orders.runtime.row(ORDERS_BREACH, cause)
        return isinstance(row, OrdersBreach) and row.grade is Grade.MEDIUM

    await until(known, what="the risk is known")
    assert (await orders.post("police-system", "breach-steps", closes | why)).status_code == 201


async def told(orders: Orders, path: str, days: float, content: dict[str, Any]) -> str:
    """The police tell of something so many days ago, which is taken, however odd; gives its root."""
    at = (orders.runtime.clock.now() - timedelta(days=days)).isoformat()
    posted = await orders.post(
        "police-system", path, content | ({"made": at} if path == "orders" else {}), at
    )
    assert posted.status_code == 201, posted.text
    return str(posted.json()["root"])


async def breach_of(orders: Orders, cause: str) -> OrdersBreach:
    async def folded() -> OrdersBreach | None:
        row = await orders.runtime.row(ORDERS_BREACH, cause)
        return row if isinstance(row, OrdersBreach) and row.told else None

    return await until(folded)


BETWEEN = {"people": people(BEN, ANN)}
SERVED = {"method": "personal", "people": people(BEN)}


async def test_an_answer_begins_with_what_is_in_force(orders: Orders) -> None:
    now = await prepared(orders)
    later = (orders.runtime.clock.now() + timedelta(days=30)).isoformat()
    for _ in range(3):  # those of a row stand in an order that says nothing
        to_come = {"order": "restraining", "until_further_order": True, "starts": later, **BETWEEN}
        await told(orders, "orders", 2, to_come)

    async def all_of_them() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await asked(orders, "control-room", "ben")).json()["orders"]
        return found if len(found) == 4 and all(each["status"] for each in found) else []

    shown = await until(all_of_them)
    assert [each["status"]["in_force"] for each in shown] == [True, False, False, False]
    assert shown[0]["order"] == now


async def test_of_orders_that_overlap_both_stand_and_a_breach_is_of_the_newest(orders: Orders) -> None:
    until_told = {"order": "non-molestation", "until_further_order": True, **BETWEEN}
    first = await told(orders, "orders", 30, until_told)
    second = await told(orders, "orders", 20, until_told | {"order": "restraining"})
    cause = await told(orders, "breaches", 1, {"kind": "contact", **BETWEEN})
    row = await breach_of(orders, cause)
    assert (row.order, row.order_because) == (second, "order.same-people-in-force")
    assert [each.order for each in row.beside] == [first], "its page shows the other beside it"
    her = await orders.runtime.row(ORDERS_PERSON, row.victims[0])
    assert isinstance(her, OrdersPerson)
    assert {line.root for line in her.orders} == {first, second}


async def test_an_order_that_is_varied_after_its_discharge_binds_again_as_it_says(orders: Orders) -> None:
    await prepared(orders)
    binds = {"order": "non-molestation", "until_further_order": True, **BETWEEN}
    order = await told(orders, "orders", 30, binds)
    made = {"made": (orders.runtime.clock.now() - timedelta(days=30)).isoformat()}
    await corrected(orders, order, binds | made | {"stage": "discharged"})
    await corrected(orders, order, binds | made, version=2)
    cause = await told(orders, "breaches", 0, {"kind": "contact", "order": order})
    row = await breach_of(orders, cause)
    assert row.status is not None
    assert (row.status.in_force, row.status.reason) == (True, "order.unserved-family")
    page = (await orders.get("supervisor", f"orders/{order}")).json()
    assert "varied-after-discharge" in page["questions"]


async def test_a_dapo_is_asked_about_where_its_area_is_not_in_the_pilot(orders: Orders) -> None:
    await prepared(orders)
    where = {"order": "dapo", "until_further_order": True, "routing": {"area": "north"}, **BETWEEN}
    order = await told(orders, "orders", 3, where)

    async def regime() -> tuple[str | None, str | None, bool]:
        page = (await orders.get("supervisor", f"orders/{order}")).json()
        return page.get("regime"), page.get("dapo_from"), "not-in-pilot" in page.get("questions", ())

    async def outside() -> bool:
        return await regime() == ("dvpn-alone", None, True)

    await until(outside)
    since = (orders.runtime.clock.now() - timedelta(days=5)).date()
    shire = AreaDefined(area="castleshire", name="Castleshire", kind=AreaKind.FORCE, dapo_from=since)
    header = own_header(orders.runtime.clock.now())
    await orders.runtime.take(header, shire, caller=CALLERS["police-system"], right="test")

    async def inside() -> bool:
        return await regime() == ("pilot", since.isoformat(), False)

    await until(inside)


async def test_service_before_the_making_is_a_fact_and_makes_it_no_earlier(orders: Orders) -> None:
    order = await told(
        orders, "orders", 3, {"order": "non-molestation", "until_further_order": True, **BETWEEN}
    )
    served = (orders.runtime.clock.now() - timedelta(days=9)).isoformat()
    await told(orders, "services", 9, {"order": order, "served": served, **SERVED})
    for days, holds in ((5, False), (1, True)):
        row = await breach_of(
            orders, await told(orders, "breaches", days, {"kind": "contact", "order": order})
        )
        assert row.status is not None
        assert row.status.in_force is holds


async def test_a_breach_with_no_order_in_force_pages_and_says_why(orders: Orders) -> None:
    """Before any was made, and after the last had ended."""
    before = await breach_of(orders, await told(orders, "breaches", 60, {"kind": "contact", **BETWEEN}))
    assert (before.order, before.order_because) == (None, "order.not-found")
    ended = (orders.runtime.clock.now() - timedelta(days=10)).isoformat()
    order = await told(orders, "orders", 38, {"order": "dvpo", "ends": ended, **BETWEEN})
    after = await breach_of(orders, await told(orders, "breaches", 1, {"kind": "contact", **BETWEEN}))
    assert (after.order, after.order_because) == (order, "order.most-recent")
    assert after.status is not None
    assert (after.status.in_force, after.status.reason) == (False, "order.ended")
    assert after.urgency == "now", "nobody graded her risk"
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    page = (await orders.http.get(f"/orders/breaches/{after.cause}", headers=headers)).text
    assert "None was in force: the most recent between the same people." in page
    assert "Ended. Risk can rise when an order ends." in page
    assert "Was another order, or bail? Check PNC." in page


async def test_a_breach_before_its_order_stays_one_and_the_order_does_not_reach_back(orders: Orders) -> None:
    """Of people, and of the order by its id, which was made a month later and is told of only afterwards: a
    fact still, for which somebody was called; and its page says what did not hold then."""
    named = await told(orders, "breaches", 60, {"kind": "contact", **BETWEEN})
    assert (await breach_of(orders, named)).order_because == "order.not-found"
    binds = {"order": "non-molestation", "until_further_order": True, **BETWEEN}
    order = await told(orders, "orders", 30, binds)
    by_id = await told(orders, "breaches", 60, {"kind": "contact", "order": order})
    row = await breach_of(orders, by_id)
    assert row.status is not None
    assert (row.order, row.status.in_force, row.status.reason) == (order, False, "order.not-started")
    late = await told(orders, "breaches", 1, {"kind": "contact", **BETWEEN})
    assert (await breach_of(orders, late)).order == order
    before = await breach_of(orders, named)
    assert (before.order, before.order_because) == (None, "order.not-found"), "it is of no order made later"
    for cause, says in (
        (named, "No order is known here for this breach."),
        (by_id, "It has not started yet."),
    ):
        assert [alert.generation for alert in await orders.alerts(cause)] == [1], "called once, and standing"
        assert not (await orders.runtime.facts([f"o:{cause}"])).current(AlertStoodDown)
        headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
        page = await orders.http.get(f"/orders/breaches/{cause}", headers=headers)
        assert says in page.text, cause
        assert ("Was another order, or bail? Check PNC." in page.text) is (cause == by_id)


async def corrected(
    orders: Orders, root: str, content: dict[str, Any], version: int = 1, status: int = 200
) -> None:
    """The police correct a version of a fact, which is taken or not."""
    now = orders.runtime.clock.now().isoformat()
    body = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
    headers = {"Authorization": "Bearer police-system", "If-Match": f'"{version}"'}
    answer = await orders.http.put(
        f"/orders/v1/facts/{root}", json=body | {"content": content}, headers=headers
    )
    assert answer.status_code == status, answer.text


async def test_of_several_whom_an_order_binds_each_is_bound_by_their_own_service(orders: Orders) -> None:
    await prepared(orders)
    cy = someone(Role.RESPONDENT, "cy")
    made = orders.runtime.clock.now().isoformat()
    said = {"order": "fmpo", "made": made, "until_further_order": True, "people": people(BEN, cy, ANN)}
    root = (await orders.post("police-system", "orders", said)).json()["root"]
    service = {"order": root, "method": "personal", "served": made, "people": people(BEN)}
    await orders.post("police-system", "services", service)

    async def holds(who: str) -> dict[str, Any]:
        shown = (await asked(orders, "control-room", who)).json()["orders"]
        return next((each for each in shown if each["order"] == root), {})

    async def served() -> bool:
        return bool((await holds("ben")).get("status", {}).get("served"))

    await until(served, what="Ben was served")
    cys, hers = await holds("cy"), await holds("ann")
    assert (cys["status"]["served"], cys["status"]["enforceable"]) == (False, False)
    assert hers["status"] is None, "nobody can say one thing of both"
    assert sorted(each["status"]["enforceable"] for each in hers["of_each"]) == [False, True]
    for accused, may_be_broken in ((BEN, True), (cy, False)):
        cause = await reported(orders, kind="contact", people=people(accused, ANN), order=root)
        row = await breach_of(orders, cause)
        assert row.status is not None
        assert row.status.enforceable is may_be_broken


async def test_no_order_is_known_only_as_far_as_anything_is(orders: Orders) -> None:
    """It cannot be told here how far the other services have come: what is not there may be there."""
    await prepared(orders)
    nobody = (await asked(orders, "control-room", "nobody")).json()
    assert (nobody["orders"], nobody["person"]["name"]) == ([], None)
    assert (nobody["unknown"], nobody["fresh_until"]) == (True, None)


async def test_whoever_may_not_ask_is_told_that_there_is_nothing(orders: Orders) -> None:
    await prepared(orders)
    for who in ("idva", "matac", "police-system", "council-system", "control-room-of-nobody"):
        assert (await asked(orders, who, "ben")).status_code == 404, who
    refused = await orders.http.post(
        "/orders/v1/status", json={"pnc": "SENTINEL"}, headers={"Authorization": "Bearer control-room"}
    )
    assert refused.status_code == 422
    assert "SENTINEL" not in refused.text


async def test_the_same_post_twice_is_the_first_answer(orders: Orders) -> None:
    content = {"kind": "contact", "people": people(BEN)}
    now = orders.runtime.clock.now().isoformat()
    body = {
        "occurred": now,
        "recorded": now,
        "basis": "public-task",
        "purpose": "safeguarding",
        "content": content,
    }
    headers = {"Authorization": "Bearer council-system", "Idempotency-Key": "once"}
    first = await orders.http.post("/orders/v1/breaches", json=body, headers=headers)
    again = await orders.http.post("/orders/v1/breaches", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "repeated")
    assert first.headers["location"] == f"/orders/v1/facts/{first.json()['root']}"
    body["content"] = {**content, "kind": "assault"}
    other = await orders.http.post("/orders/v1/breaches", json=body, headers=headers)
    assert other.status_code == 409


async def test_a_fact_that_is_not_read_back_yet_is_to_be_asked_for_again(orders: Orders) -> None:
    path = f"facts/{root_of('restored later')}"
    assert (await orders.get("council-system", path)).status_code == 404
    orders.runtime.caught_up.clear()
    assert (await orders.get("council-system", path)).status_code == 503


async def test_what_a_colleague_said_of_a_breach_elsewhere_is_neither_read_nor_taken_back(
    orders: Orders,
) -> None:
    await prepared(orders)
    breach = await told(orders, "breaches", 1, {"kind": "contact", "routing": {"area": "north"}, **BETWEEN})
    await breach_of(orders, breach)
    said = {"breach": breach, "step": "triaged"}
    taken = await orders.post("on-call", "breach-steps", said)
    assert taken.status_code == 201, taken.text
    path = f"facts/{taken.json()['root']}"
    assert (await orders.get("on-call", path)).status_code == 200
    assert (await orders.get("supervisor", path)).status_code == 200
    assert (await orders.get("on-call-elsewhere", path)).status_code == 404
    headers = {"Authorization": "Bearer on-call-elsewhere", "If-Match": '"1"'}
    assert (await orders.http.delete(f"/orders/v1/{path}", headers=headers)).status_code == 404
    assert (await orders.get("police-system", f"facts/{breach}")).status_code == 200
    assert (await orders.get("council-system", f"facts/{breach}")).status_code == 404


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "an unknown code": ("breaches", {"kind": "SENTINEL", "people": []}, "body.content.kind"),
    "nobody and nothing": ("breaches", {"kind": "contact"}, "body.content"),
    "a date without a time zone": (
        "orders",
        {"order": "dvpo", "made": "2026-01-01T10:00:00", "people": people(BEN)},
        "body.content.made",
    ),
    "an end before its start": (
        "orders",
        {
            "order": "dvpo",
            "made": "2026-01-02T10:00:00Z",
            "ends": "2026-01-01T10:00:00Z",
            "people": people(BEN),
        },
        "body.content.ends",
    ),
    "an order that binds nobody": (
        "orders",
        {"order": "dvpo", "made": "2026-01-02T10:00:00Z", "people": people(ANN)},
        "body.content",
    ),
    "service that names no respondent": (
        "services",
        {"reference": "FL1", "method": "personal", "served": "2026-01-02T10:00:00Z"},
        "body.content.people",
    ),
    "service without a time": (
        "services",
        {"reference": "FL1", "method": "personal", "people": people(BEN)},
        "body.content.served",
    ),
    "a field that is not ours": (
        "breaches",
        {"kind": "contact", "people": [], "SENTINEL": 1},
        "body.content.*",
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_cannot_be_taken(orders: Orders, case: str) -> None:
    path, content, where = BAD[case]
    refused = await orders.post("police-system", path, content)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert where in [fault["where"] for fault in refused.json()["faults"]]
    assert "SENTINEL" not in refused.text, "never the value"


@pytest.mark.parametrize("path", ["orders", "services"])
@pytest.mark.parametrize("who", ["on-call", "idva", "matac"])
async def test_only_reporting_systems_post(orders: Orders, who: str, path: str) -> None:
    assert (await orders.post(who, path, {"kind": "contact", "people": people(BEN)})).status_code == 404


async def test_whoever_moves_takes_the_clocks_of_orders_and_of_breaches_along(orders: Orders) -> None:
    """Her row alone changes: both read it, and both follow."""
    await prepared(orders)
    now = orders.runtime.clock.now().isoformat()
    notice = {"order": "dvpn", "made": now, "people": people(BEN, ANN)}
    order = (await orders.post("police-system", "orders", notice)).json()["root"]
    service = {"order": order, "method": "personal", "served": now, "people": people(BEN)}
    await orders.post("police-system", "services", service)
    cause = await reported(orders)

    async def run_in(where: str) -> bool:
        found = []
        for about in (order, cause):
            facts = await orders.runtime.facts([f"o:{about}"])
            over = {(fact.said.rule, fact.said.generation) for fact in facts.current(ClockStopped)}
            running = [fact.said for fact in facts.current(ClockStarted)]
            found += [each for each in running if (each.rule, each.generation) not in over]
        return [(e.rule.value, e.routing) for e in sorted(found, key=lambda e: e.rule.value)] == [
            ("circulation", area(where)),
            ("hearing", area(where)),
            ("no-answer", area(where)),
        ]

    await until(lambda: run_in("north"))
    moved = RiskAssessed(
        instrument=Instrument.SAFELIVES_DASH_24,
        instrument_version="2015",
        graded=Graded(grade=Grade.HIGH, rule="test", because="test"),
        people=[ANN],
        routing=area("south"),
    )
    header = own_header(orders.runtime.clock.now())
    await orders.runtime.take(header, moved, caller=CALLERS["police-system"], right="test")
    await until(lambda: run_in("south"))


async def test_nothing_is_read_by_a_connection_that_was_given_back(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store closes those beyond the ones that it keeps: many at once, and one is closed."""
    root = await prepared(orders)
    now, reading = orders.runtime.clock.now().isoformat(), orders.runtime.store.reading

    @asynccontextmanager
    async def closing() -> AsyncIterator[AsyncConnection]:
        async with reading() as connection:
            yield connection
            await connection.invalidate()

    monkeypatch.setattr(orders.runtime.store, "reading", closing)
    service = {"order": root, "method": "personal", "served": now, "people": people(BEN)}
    assert (await orders.post("police-system", "services", service)).status_code == 201
