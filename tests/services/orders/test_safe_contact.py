"""Whoever goes to a breach is told by which way she may be reached, or that there is none, before they go."""

from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.contact import ContactFailed, DeathRecorded, SafeContactSaid
from contracts.mentions import Mention
from contracts.sections import Contact
from contracts.vocabulary import ContactFailure, ContactMethod, Role
from tests.services.orders.test_http import CALLERS, IDS, Orders, prepared, reported, seen_by_all
from tests.services.orders.test_http import orders as orders
from tests.support.facts import someone
from tests.support.waiting import until

ADDRESS = "7 Marker Lane"


async def say(orders: Orders, content: Any, who: str = "police-system") -> None:
    header = own_header(orders.runtime.clock.now())
    await orders.runtime.take(header, content, caller=CALLERS[who], right="test")


def contact(orders: Orders, method: ContactMethod, number: str) -> SafeContactSaid:
    now = orders.runtime.clock.now()
    hours = [{"starts": "00:00", "ends": "23:59"}]
    known = {"method": method, "number": number, "verified": now, "hours": hours, "no_uniform": True}
    return SafeContactSaid(people=[someone(Role.VICTIM, "ann", contact=Contact.model_validate(known))])


async def ways(orders: Orders, who: str, cause: str) -> dict[str, Any]:
    body = (await orders.get(who, f"breaches/{cause}")).json()
    [way] = [each["way"] for each in body["people"] if each["role"] == "victim"]
    assert all(each["way"] is None for each in body["people"] if each["role"] == "respondent")
    return dict(way)


async def test_a_breach_says_the_safe_way_and_that_it_failed(orders: Orders) -> None:
    await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    before = await ways(orders, "on-call", cause)
    assert (before["state"], before["because"]) == ("verify-first", "not-verified")
    assert before["uniform"] == "no"
    failed = ContactFailed(
        people=[someone(Role.VICTIM, "ann")],
        method=ContactMethod.TEXT,
        failure=ContactFailure.SOMEBODY_ELSE_ANSWERED,
    )
    await say(orders, failed)
    after = await ways(orders, "on-call", cause)
    assert (after["state"], after["because"], after["contact"]) == ("unknown", "failed", None)
    await say(orders, contact(orders, ContactMethod.VISIT, ADDRESS))
    again = await ways(orders, "on-call", cause)
    assert (again["because"], again["contact"]["number"]) == ("verified", ADDRESS)
    idva = await orders.get("idva", f"breaches/{cause}")
    assert ADDRESS not in idva.text, "where she is, for whoever may not see it"
    page = await orders.http.get(
        f"/orders/breaches/{cause}", headers={"Authorization": "Bearer on-call", "Accept": "text/html"}
    )
    text = page.text
    assert text.index('id="contact"') < text.index('id="answer"'), "before what is to be done"
    assert "No uniform." in text
    her_child = [someone(Role.VICTIM, "eva"), someone(Role.CHILD, "ann")]
    await say(orders, DeathRecorded(people=her_child))
    assert (await ways(orders, "on-call", cause))["state"] == again["state"], "whose mother died lives"
    await say(orders, DeathRecorded(people=[someone(Role.VICTIM, "ann")]))
    died = await ways(orders, "on-call", cause)
    assert (died["state"], died["contact"]) == ("died", None), "a way that was safe is there no more"


async def test_what_another_agency_was_told_to_be_unsafe_goes_with_the_way(orders: Orders) -> None:
    await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    letter = Contact(method=ContactMethod.LETTER, unsafe="Not by her sister")
    ann = IDS.mention("police", "records", "person", "ann")
    theirs = SafeContactSaid(victim=ann, people=[Mention(role=Role.VICTIM, contact=letter)])
    await say(orders, theirs, "idva")
    await say(orders, contact(orders, ContactMethod.THROUGH_PERSON, "her sister"))
    way = await ways(orders, "on-call", cause)
    assert way["contact"]["number"] == "her sister", "the more careful of the two"
    page = await orders.http.get(
        f"/orders/breaches/{cause}", headers={"Authorization": "Bearer on-call", "Accept": "text/html"}
    )
    assert "Told to be unsafe: “Not by her sister”" in page.text


@pytest.mark.parametrize("who", ["ann", "ben"])
async def test_the_status_says_whether_and_never_by_what_and_only_of_her(orders: Orders, who: str) -> None:
    record = {"system": "niche", "type": "nominal", "number": who}
    identity = {"record": record, "name": {"family": who.title()}}
    people = [
        {"role": role, "identity": identity | {"record": record | {"number": name}}}
        for role, name in (("victim", "ann"), ("respondent", "ben"))
    ]
    people[0]["contact"] = {"method": "mobile", "number": "07700 900999", "code_word": "marker"}
    await prepared(orders)
    made = orders.runtime.clock.now().isoformat()
    order = {"order": "non-molestation", "made": made, "until_further_order": True, "people": people}
    assert (await orders.post("police-system", "orders", order)).status_code == 201

    async def told() -> dict[str, Any]:
        headers = {"Authorization": "Bearer control-room"}
        answer = await orders.http.post("/orders/v1/status", json={"record": record}, headers=headers)
        body: dict[str, Any] = answer.json()
        return body if body.get("orders") else {}

    body = await until(told)
    assert "07700 900999" not in str(body)
    assert "marker" not in str(body)
    assert (body["way"] or {}).get("state") == ("verify-first" if who == "ann" else None)
