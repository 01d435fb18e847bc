"""A breach that somebody reports by hand: the IDVA who has her on the telephone, and whoever is shown an
order. It pages as a system's does; what is not theirs is not there."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from chassis.ids import new_id
from contracts.events.identity import IdentityAssigned
from contracts.events.people import IncidentReported
from contracts.sections import Identity, Name
from contracts.vocabulary import IncidentKind, Role
from tests.services.orders.test_http import (
    ANN,
    BEN,
    CALLERS,
    IDS,
    STREET,
    Orders,
    caller,
    people,
    prepared,
    say,
)
from tests.services.orders.test_http import orders as orders
from tests.support.facts import area, someone
from tests.support.waiting import until

HERS = IDS.mention("police", "records", "person", "ann")
CALLERS |= {
    each.subject: each
    for each in (
        caller("idva-elsewhere", "haven", "idva", "south"),
        caller("chair", "council", "marac-chair", "north"),
        caller("chair-elsewhere", "council", "marac-chair", "south"),
        caller("coordinator", "council", "marac-coordinator", "north"),
        caller("representative", "council", "marac-representative", "north"),
        caller("housing", "housing", "marac-representative", "north"),
        caller("housing-elsewhere", "housing", "marac-representative", "south"),
        caller("officer", "police", "officer-in-case", "north"),
        caller("contact-of-nobody", "council", "order-contact", "north"),
    )
}


def page(who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {who}", "Accept": "text/html"}


async def opened(orders: Orders, who: str, path: str) -> httpx.Response:
    return await orders.http.get(path, headers=page(who))


async def told(orders: Orders, cause: str) -> dict[str, Any]:
    """The breach as whoever is on call is shown it, once they were told."""

    async def shown() -> dict[str, Any]:
        answer = await orders.get("on-call", f"breaches/{cause}")
        body: dict[str, Any] = answer.json()
        return body if answer.status_code == 200 and body["told"] else {}

    return await until(shown)


async def test_an_idva_reports_by_a_page_what_the_victim_says_on_the_telephone(orders: Orders) -> None:
    order = await prepared(orders)
    path = f"/orders/victims/{HERS}/breach"

    async def known() -> str:
        shown = (await opened(orders, "idva", path)).text
        return shown if "ZC26P00412" in shown else ""

    form = await until(known, what="the order that protects her, to choose")
    assert STREET not in form
    typed = {
        "once": new_id(),
        "kind": "attended",
        "order": order,
        "words": "He is at the door.",
        "said_by": "victim",
    }
    typed |= {"suspect_present": "yes", "weapon": ""}
    pressed = [await orders.http.post(path, data=typed, headers=page("idva")) for _ in range(2)]
    assert [each.status_code for each in pressed] == [303, 303]
    (where,) = {each.headers["location"] for each in pressed}
    cause = where.partition("reported=")[2]
    body = await told(orders, cause)
    assert (body["order"]["order"], body["said_by"], body["agency"]) == (order, "victim", "haven")
    assert (body["suspect_present"], body["weapon"], body["urgency"]) == (True, None, "now")
    assert len(await orders.alerts(cause)) == 1, "pressed twice, and one"
    assert len(body["records"]) == 1
    shown = (await opened(orders, "on-call", f"/orders/breaches/{cause}")).text
    assert "The victim said so, through haven." in shown
    done = (await opened(orders, "idva", where)).text
    assert "The breach is reported" in done
    assert f"/orders/breaches/{cause}" in done
    assert "The breach is reported" not in (await opened(orders, "officer", where)).text, "not theirs"


async def test_what_was_done_and_how_it_came_about_can_be_said_by_hand(orders: Orders) -> None:
    """A handover that solicitors arranged is no stalking, whoever reports it; to be followed twice may be."""
    order = await prepared(orders)
    path = f"/orders/victims/{HERS}/breach"
    await until(lambda: opened_with(orders, path, "ZC26P00412"), what="the order that protects her")

    async def reports(**more: Any) -> str:
        typed = {"once": new_id(), "order": order, **more}
        answer = await orders.http.post(path, data=typed, headers=page("idva"))
        assert answer.status_code == 303, answer.text
        cause: str = answer.headers["location"].partition("reported=")[2]
        return cause

    for _ in range(2):
        arranged = await reports(kind="contact", circumstance="arranged", effects=["no-effect"])
    assert (await told(orders, arranged))["pattern"]["candidates"] == []
    for _ in range(2):
        followed = await reports(kind="other", acts=["followed", "watched"], effects=["fear-of-violence"])

    async def named() -> set[str]:
        offences = (await told(orders, followed))["pattern"]["candidates"]
        return {each["offence"] for each in offences}

    await until(lambda: _has(named, "serious-stalking"), what="twice in fear of violence")
    wrong = await orders.http.post(
        path, data={"once": new_id(), "kind": "contact", "acts": ["glared"]}, headers=page("idva")
    )
    assert (wrong.status_code, "glared" in wrong.text) == (422, False)


async def _has(named: Callable[[], Awaitable[set[str]]], offence: str) -> bool:
    return offence in await named()


async def opened_with(orders: Orders, path: str, number: str) -> bool:
    return number in (await opened(orders, "idva", path)).text


async def test_who_sits_where_an_agency_tells_of_a_breach_reports_it_from_the_case(orders: Orders) -> None:
    order = await prepared(orders)
    path = f"/orders/victims/{HERS}/breach"

    async def known() -> bool:
        pages = [await opened(orders, who, path) for who in ("chair", "coordinator")]
        return all("ZC26P00412" in page.text for page in pages)

    await until(known, what="the order that protects her, to choose")
    typed = {"once": new_id(), "kind": "contact", "order": order, "words": "Housing told the meeting."}
    posted = await orders.http.post(path, data=typed, headers=page("coordinator"))
    body = await told(orders, posted.headers["location"].partition("reported=")[2])
    assert (body["order"]["order"], body["agency"]) == (order, "council")


async def test_a_representative_reports_it_of_whom_their_agency_has_a_record_and_learns_no_order(
    orders: Orders,
) -> None:
    order = await prepared(orders)
    path, once = f"/orders/victims/{HERS}/breach", new_id()
    typed = {"once": once, "kind": "damage", "words": "The new lock is broken.", "said_by": "other"}
    with_order = typed | {"once": new_id(), "order": order}
    assert (await opened(orders, "housing", path)).status_code == 404, "no record of theirs"
    for who, family in (("housing", "Doe"), ("police-system", "Newname")):
        her = someone(Role.VICTIM, "ann", identity=Identity(name=Name(family=family)))
        seen = IncidentReported(kind=IncidentKind.CRIMINAL_DAMAGE, people=[her], routing=area("north"))
        await say(orders, seen, who)
    theirs = IDS.mention("housing", "records", "person", "ann")
    move = {"mention": theirs, "from": IDS.person(theirs), "to": IDS.person(HERS)}
    await say(orders, IdentityAssigned.model_validate({"seq": 1, "moves": [move]}))

    async def known() -> str:
        theirs = await opened(orders, "housing", path)
        all_of_it = "NEWNAME" in (await opened(orders, "idva", path)).text
        return theirs.text if theirs.status_code == 200 and all_of_it else ""

    form = await until(known, what="their own record of her")
    assert "DOE" in form, "by the name that they have"
    assert "NEWNAME" not in form
    assert "is not shown here" in form
    assert "ZC26P00412" not in form
    assert "Non-molestation" not in form
    for who, given in (("representative", typed), ("housing-elsewhere", typed), ("housing", with_order)):
        refused = await orders.http.post(path, data=given, headers=page(who))
        assert refused.status_code == 404, (who, given)
    posted = await orders.http.post(path, data=typed, headers=page("housing"))
    body = await told(orders, posted.headers["location"].partition("reported=")[2])
    assert (body["order"]["order"], body["agency"], body["area"]) == (order, "housing", "north")


async def test_whoever_is_shown_an_order_reports_its_breach_and_names_nobody(orders: Orders) -> None:
    order = await prepared(orders)
    path = f"/orders/orders/{order}/breach"
    sent = {"order": order, "version": 1, "teams": [{"kind": "control-room"}]}
    assert (await orders.post("police-system", "circulations", sent)).status_code == 201

    async def opens() -> bool:
        return (await opened(orders, "control-room", path)).status_code == 200

    await until(opens)
    typed = {"once": new_id(), "kind": "contact", "said_by": "officer"}
    posted = await orders.http.post(path, data=typed, headers=page("control-room"))
    body = await told(orders, posted.headers["location"].partition("reported=")[2])
    assert {each["role"] for each in body["people"]} == {"victim", "respondent"}, "by the order"
    assert body["said_by"] == "officer"


async def test_who_may_not_see_whom_or_what_it_is_about_reports_nothing(orders: Orders) -> None:
    order = await prepared(orders)
    hers, its = f"/orders/victims/{HERS}/breach", f"/orders/orders/{order}/breach"

    async def there() -> bool:
        return (await opened(orders, "idva", hers)).status_code == 200

    await until(there)
    typed = {"kind": "contact", "once": new_id()}
    for who, path in (
        ("idva-elsewhere", hers),
        ("chair-elsewhere", hers),
        ("representative", hers),
        ("matac", hers),
        ("control-room", hers),
        ("police-system", hers),
        ("idva", its),
        ("contact-of-nobody", its),
        ("idva", f"/orders/victims/{IDS.mention('police', 'records', 'person', 'ben')}/breach"),
        ("idva", f"/orders/victims/{new_id()}/breach"),
    ):
        assert (await opened(orders, who, path)).status_code == 404, (who, path)
        refused = await orders.http.post(path, data=typed, headers=page(who))
        assert refused.status_code == 404, (who, path)


async def test_staff_report_by_rest_what_is_theirs_alone_and_correct_their_own(orders: Orders) -> None:
    order = await prepared(orders)
    named = {"kind": "contact", "victim": HERS, "people": [{"role": "victim"}], "said_by": "victim"}

    async def taken() -> httpx.Response | None:
        answer = await orders.post("idva", "breaches", named | {"order": order})
        return answer if answer.status_code == 201 else None

    mine = (await until(taken)).json()["root"]
    for who in ("idva-elsewhere", "matac"):
        assert (await orders.post(who, "breaches", named)).status_code == 404, who
    assert (await orders.post("police-system", "breaches", named)).status_code == 404, "no page is a system's"
    assert (await orders.post("idva", "breaches", {"kind": "contact", "order": order})).status_code == 404
    twice = named | {"people": people(ANN)}
    refused = await orders.post("idva", "breaches", twice)
    assert [each["kind"] for each in refused.json()["faults"]] == ["named_twice"]
    system = {"kind": "contact", "people": people(BEN, ANN), "routing": area("north").model_dump(mode="json")}
    police = (await orders.post("police-system", "breaches", system)).json()["root"]
    for who, root, status in (("idva", mine, 200), ("officer", police, 404), ("police-system", police, 200)):
        assert (await orders.get(who, f"facts/{root}")).status_code == status, who
