"""The orders in force of an area, for officers who go on shift: who is outstanding first; how whom an order
protects may be approached, and never where or by which number."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.sections import Contact
from contracts.vocabulary import AgencyKind, AreaKind, ContactMethod, Role
from services.orders.rules import certainty
from services.orders.views import OrdersOrder
from tests.services.orders.test_http import (
    BETWEEN,
    CALLERS,
    STREET,
    Orders,
    asked,
    caller,
    corrected,
    people,
    prepared,
    told,
)
from tests.services.orders.test_http import orders as orders
from tests.support.facts import area, someone
from tests.support.waiting import until

CALLERS |= {
    each.subject: each
    for each in (
        caller("neighbourhood", "police", "neighbourhood", "north"),
        caller("council-neighbourhood", "council", "neighbourhood", "north"),
        caller("on-call-south", "police", "on-call", "south"),
        caller("on-call-next", "southvale-police", "on-call", "west"),
        caller("supervisor-third", "eastmoor-police", "supervisor", "east"),
    )
}
NUMBER = "07700 900123"


async def briefed(orders: Orders, who: str, path: str = "briefing") -> list[dict[str, Any]]:
    answer = await orders.get(who, path)
    return list(answer.json()["orders"]) if answer.status_code == 200 else []


async def test_officers_who_go_on_shift_read_what_is_in_force_and_whom_to_look_for(orders: Orders) -> None:
    root = await prepared(orders)
    old = {"order": "dvpo", "ends": (orders.runtime.clock.now() - timedelta(days=2)).isoformat()}
    await told(orders, "orders", 20, old | BETWEEN)
    cy, cat = someone(Role.RESPONDENT, "cy"), someone(Role.VICTIM, "cat")
    south = {"order": "restraining", "until_further_order": True, "people": people(cy, cat)}
    other = await told(orders, "orders", 3, south | {"routing": area("south").model_dump(mode="json")})
    cause = await told(orders, "breaches", 1, {"kind": "assault", **BETWEEN})
    await told(orders, "breach-steps", 0.5, {"breach": cause, "step": "suspect-outstanding"})

    async def outstanding() -> list[dict[str, Any]]:
        found = await briefed(orders, "on-call")
        as_said = [(each["order"], bool(each["outstanding"])) for each in found]
        return found if as_said == [(root, True)] else []

    (line,) = await until(outstanding, what="in force, in the north, and outstanding")
    assert [each["kind"] for each in line["lately"]] == ["assault"]
    assert [(each["kind"], each["text"], each["withheld"]) for each in line["prohibitions"]] == [
        ("not-to-attend", None, True)
    ]
    (whom,) = line["protected"]
    assert (whom["way"]["uniform"], whom["way"]["contact"]) == ("no", None)

    async def everywhere() -> bool:
        return [each["order"] for each in await briefed(orders, "control-room")] == [root, other]

    await until(everywhere, what="of all areas, and whoever is outstanding comes first")
    assert [each["order"] for each in await briefed(orders, "on-call-south")] == [other]

    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    for path in ("/orders/briefing?area=north", "/orders/briefing/print?area=north"):
        page = (await orders.http.get(path, headers=headers)).text
        assert "outstanding since" in page, path
        assert "No uniform." in page
        for secret in (STREET, NUMBER, "cat"):
            assert secret not in page.replace("category", ""), (path, secret)
    for who, path in (
        ("idva", "briefing"),
        ("council-neighbourhood", "briefing"),
        ("on-call-south", "briefing?area=north"),
        ("on-call", "briefing?area=nowhere"),
    ):
        assert (await orders.get(who, path)).status_code == 404, (who, path)
    assert await briefed(orders, "neighbourhood") == [], "it was not sent to them"
    sent = {"order": root, "version": 1, "teams": [{"kind": "neighbourhood"}]}
    assert (await orders.post("police-system", "circulations", sent)).status_code == 201
    await until(lambda: briefed(orders, "neighbourhood"), what="now it was")


async def test_what_an_order_requires_is_said_and_a_part_that_is_over_is_in_force_no_more(
    orders: Orders,
) -> None:
    """On the briefing, by what is in force for whom it binds, and on its own page."""
    await prepared(orders)
    now = orders.runtime.clock.now()
    gone, later = now - timedelta(days=2), now + timedelta(days=30)
    parts = {
        "prohibitions": [
            {"kind": "not-to-attend", "text": f"Within 200 m of {STREET}", "until": gone.isoformat()},
            {"kind": "no-contact"},
        ],
        "requirements": [
            {"kind": "tag", "text": "Never near Rosewood House", "until": gone.isoformat()},
            {"kind": "programme", "text": "Weekly", "supervisor": "Probation", "until": later.isoformat()},
        ],
    }
    content = {"order": "spo", "until_further_order": True, "reference": "SPO 77"} | parts | BETWEEN
    root = await told(orders, "orders", 20, content)

    async def lines() -> list[dict[str, Any]]:
        return [each for each in await briefed(orders, "on-call") if each["order"] == root]

    (line,) = await until(lines, what="on the briefing")
    assert [(each["kind"], each["text"], each["over"]) for each in line["prohibitions"]] == [
        ("no-contact", None, False),
        ("not-to-attend", None, True),
    ]
    assert {each["supervisor"] for each in line["requirements"]} == {None}
    assert [
        (each["kind"], each["text"], each["over"], each["withheld"]) for each in line["requirements"]
    ] == [
        ("programme", "Weekly", False, False),
        ("tag", None, True, True),
    ]
    status = await orders.http.post(
        "/orders/v1/status/by-reference",
        json={"reference": "SPO 77"},
        headers={"Authorization": "Bearer on-call"},
    )
    (order,) = (each for each in status.json()["orders"] if each["order"] == root)
    assert [(e["kind"], e["over"]) for e in order["prohibitions"]] == [
        ("no-contact", False),
        ("not-to-attend", True),
    ]
    assert [(e["kind"], e["over"]) for e in order["requirements"]] == [("programme", False), ("tag", True)]

    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    asked_by = {"by": "reference", "reference": "SPO 77"}
    pages = [
        await orders.http.get("/orders/briefing", headers=headers),
        await orders.http.get("/orders/briefing/print", headers=headers),
        await orders.http.post("/orders/status", data=asked_by, headers=headers),
        await orders.http.get(f"/orders/orders/{root}", headers=headers),
    ]
    for page in pages:
        assert page.status_code == 200, page.text
        assert (page.text.count(": not in force."), "Programme" in page.text) == (2, True), page.url
        assert STREET not in page.text
        assert "Every part of it" not in page.text
    assert not any("Rosewood" in page.text for page in pages[:3])
    assert ["Rosewood" in page.text for page in pages[3:]] == [True], "its force reads it where it opens it"


async def test_of_an_order_of_which_every_part_is_over_it_is_said_before_them(orders: Orders) -> None:
    """It is in force, and breaking it would be a crime: of what, nobody here knows."""
    await prepared(orders)
    gone = (orders.runtime.clock.now() - timedelta(days=2)).isoformat()
    parts = {
        "prohibitions": [{"kind": "not-to-attend", "until": gone}],
        "requirements": [{"kind": "tag", "until": gone}],
    }
    content = {"order": "spo", "until_further_order": True, "reference": "SPO 78"} | parts | BETWEEN
    root = await told(orders, "orders", 20, content)
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    asked_by = {"by": "reference", "reference": "SPO 78"}

    async def said() -> bool:
        pages = [
            await orders.http.get("/orders/briefing", headers=headers),
            await orders.http.get("/orders/briefing/print", headers=headers),
            await orders.http.post("/orders/status", data=asked_by, headers=headers),
            await orders.http.get(f"/orders/orders/{root}", headers=headers),
        ]
        return [page.text.count("Every part of it that is known here is over") for page in pages] == [1] * 4

    await until(said, what="on each page that tells what it forbids and asks")
    ended = await told(
        orders, "orders", 20, content | {"reference": "SPO 79", "ends": gone, "until_further_order": False}
    )

    async def is_over() -> bool:
        page = await orders.http.get(f"/orders/orders/{ended}", headers=headers)
        return page.text.count(": not in force.") == 2 and "Every part of it" not in page.text

    await until(is_over, what="of an order that is over itself it is not said that it goes on")


async def test_what_another_force_sent_is_on_the_briefing_of_whoever_reads_it_for_theirs(
    orders: Orders,
) -> None:
    """For a neighbouring force its control room and its supervisors read it, who brief the shift."""
    root = await prepared(orders)
    for defined in (
        AgencyDefined(agency="southvale-police", name="Southvale Police", kind=AgencyKind.POLICE),
        AgencyDefined(agency="eastmoor-police", name="Eastmoor Police", kind=AgencyKind.POLICE),
        AreaDefined(area="west", name="West", kind=AreaKind.MARAC),
    ):
        header = own_header(orders.runtime.clock.now())
        await orders.runtime.take(header, defined, caller=CALLERS["police-system"], right="test")

    async def read_by(who: str, path: str = "briefing") -> list[tuple[str, str]]:
        return [(each["order"], each["force"]) for each in await briefed(orders, who, path)]

    await until(lambda: read_by("on-call"), what="on the briefing of its own force")
    assert await read_by("supervisor-elsewhere") == [], "before it was sent to them"
    teams = [{"kind": "neighbouring-force", "agency": "southvale-police"}]
    sent = {"order": root, "version": 1, "teams": teams}
    assert (await orders.post("police-system", "circulations", sent)).status_code == 201
    await until(lambda: read_by("supervisor-elsewhere"), what="it was sent")
    assert await read_by("supervisor-elsewhere", "briefing?area=west") == [(root, "police")]
    assert await read_by("on-call") == [(root, "police")]
    for who in ("on-call-next", "supervisor-third"):
        assert await read_by(who) == [], who
    headers = {"Authorization": "Bearer supervisor-elsewhere", "Accept": "text/html"}
    for path in ("/orders/briefing", "/orders/briefing/print"):
        page = (await orders.http.get(path, headers=headers)).text
        assert "As Castleshire Police told of it." in page, path
        for secret in (STREET, NUMBER):
            assert secret not in page, (path, secret)


async def test_no_order_is_read_that_is_not_on_the_briefing(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a force's orders of ten years one list is read before each shift."""
    root = await prepared(orders)
    ended = (orders.runtime.clock.now() - timedelta(days=2)).isoformat()
    await told(orders, "orders", 20, {"order": "dvpo", "ends": ended} | BETWEEN)
    await told(orders, "orders", 3, {"order": "restraining", "stage": "applied"} | BETWEEN)
    south = {"routing": area("south").model_dump(mode="json"), "until_further_order": True}
    theirs = {"people": people(someone(Role.RESPONDENT, "cy"), someone(Role.VICTIM, "cat"))}
    other = await told(orders, "orders", 2, {"order": "restraining"} | south | theirs)
    of_nobody = {"people": people(someone(Role.RESPONDENT, "dan"))}
    nowhere = await told(
        orders, "orders", 1, {"order": "restraining", "until_further_order": True} | of_nobody
    )
    defined = AreaDefined(area="south", name="South", kind=AreaKind.MARAC)
    header = own_header(orders.runtime.clock.now())
    await orders.runtime.take(header, defined, caller=CALLERS["police-system"], right="test")
    read, rows = list[str](), orders.runtime.rows

    async def counted(view: Any, statement: Any) -> list[Any]:
        found = await rows(view, statement)
        read.extend(row.order for row in found if isinstance(row, OrdersOrder))
        return found

    monkeypatch.setattr(orders.runtime, "rows", counted)

    async def both() -> bool:
        read.clear()
        shown = {each["order"] for each in await briefed(orders, "on-call")}
        return shown == {root, nowhere} == {*read}

    await until(both, what="those of the north, and the one of no known area, are read and shown")

    async def southern() -> bool:
        read.clear()
        shown = {each["order"] for each in await briefed(orders, "on-call-south")}
        return shown == {other, nowhere} == {*read}

    await until(southern, what="and those of the south")
    assert {each["order"] for each in await briefed(orders, "control-room")} == {root, other, nowhere}


async def test_bail_whose_case_is_over_is_in_doubt_and_not_without_force(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certainty, "unknown", lambda *_, **__: False)  # here nobody says how far all has come
    await prepared(orders)
    cause = await told(orders, "breaches", 3, {"kind": "contact", **BETWEEN})
    bail = {"order": "police-bail", "authorised_by": "sergeant", "routing": {"area": "north"}}
    root = await told(orders, "orders", 2, bail | BETWEEN)
    over = {"step": "no-further-action", "outcome": "15", "rank": "inspector", "by": "Insp 1234"}
    await told(orders, "breach-steps", 1, {"breach": cause, "narrative": {"text": "CCTV."}, **over})

    async def in_doubt() -> bool:
        found = {each["order"]: each for each in await briefed(orders, "on-call") if not each["unknown"]}
        return root in found and found[root]["status"]["reason"] == "order.case-over"

    await until(in_doubt, what="the bail is in doubt")
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    for path in ("/orders/briefing?area=north", "/orders/briefing/print?area=north"):
        page = (await orders.http.get(path, headers=headers)).text
        line = page.split(f'id="order-{root}"')[1].split("</article>")[0]
        assert "NOT CERTAIN: CHECK PNC" in line, path
        assert "Not enforceable" not in line, path


async def test_an_order_under_appeal_stands_and_says_so_wherever_it_is_shown(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certainty, "unknown", lambda *_, **__: False)  # here nobody says how far all has come
    await prepared(orders)
    lodged = (orders.runtime.clock.now() - timedelta(days=1)).isoformat()
    bail = {"order": "court-bail", "routing": {"area": "north"}, "prohibitions": [{"kind": "no-contact"}]}
    root = await told(orders, "orders", 2, bail | BETWEEN)

    async def held(appealed: bool) -> bool:
        found = {each["order"]: each["status"] for each in await briefed(orders, "on-call")}
        asked_for = (await asked(orders, "control-room", "ann")).json()["orders"]
        shown = {each["order"]: each["status"] for each in asked_for}.get(root)
        now = found.get(root)
        return bool(now and now["enforceable"] and now == shown and bool(now["appealed"]) is appealed)

    await until(lambda: held(False), what="nobody has appealed")
    made = {"made": (orders.runtime.clock.now() - timedelta(days=2)).isoformat()}
    await corrected(orders, root, bail | made | {"appealed": lodged} | BETWEEN)
    await until(lambda: held(True), what="it is under appeal, and can be enforced")
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    body = {"system": "records", "type": "person", "number": "ann"}
    control_room = headers | {"Authorization": "Bearer control-room"}
    pages = [
        (await orders.http.get(path, headers=headers)).text
        for path in ("/orders/briefing?area=north", "/orders/briefing/print?area=north")
    ]
    pages.append((await orders.http.get(f"/orders/orders/{root}", headers=control_room)).text)
    pages.append((await orders.http.post("/orders/status", data=body, headers=control_room)).text)
    assert [page.count("By itself that suspends nothing") for page in pages] == [1, 1, 1, 1]
    await corrected(orders, root, bail | made | BETWEEN, version=2)
    await until(lambda: held(False), what="the appeal was dismissed, and the order stands")


async def test_what_was_said_since_of_how_she_may_be_approached_is_on_the_briefing(orders: Orders) -> None:
    await prepared(orders)
    hers = someone(Role.VICTIM, "ann", contact=Contact(method=ContactMethod.NONE_KNOWN))
    await told(orders, "breaches", 0, {"kind": "contact", "people": people(hers)})

    async def none_known() -> bool:
        found = await briefed(orders, "on-call")
        return [whom["way"]["because"] for each in found for whom in each["protected"]] == ["none-known"]

    await until(none_known)
