"""Status by what an order says on its face, or by a PNC ID: exact, of one person or of nobody."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from contracts.events.operations import AuditShown
from contracts.sections import Identity
from contracts.vocabulary import Role
from services.orders.rules.whose import Bearer, whose
from services.orders.views.known_by import ORDERS_KNOWN_BY, OrdersKnownBy, word
from tests.services.orders.test_http import (
    CALLERS,
    IDS,
    STREET,
    Orders,
    asked,
    people,
    prepared,
)
from tests.services.orders.test_http import orders as orders
from tests.support.facts import someone
from tests.support.tables import lines
from tests.support.waiting import until

PNC, SHORT = "2003/0011985X", "03/11985x"
OTHERS, MISTYPED = "2008/0056560Z", "2003/0011985A"
REFERENCE = "ZC26P00412"
CHECK_PNC = "ORDER STATUS UNKNOWN. CHECK PNC."


@lines(__file__, "whose")
def test_whose_it_is(line: dict[str, Any]) -> None:
    found = whose([Bearer(**each) for each in line["bearers"]], line.get("asked"))
    assert (found.mention if isinstance(found, Bearer) else found) == line["whose"]


async def by(orders: Orders, way: str, who: str = "control-room", **given: str) -> httpx.Response:
    """What somebody is told who asks by a number."""
    headers = {"Authorization": f"Bearer {who}"}
    return await orders.http.post(f"/orders/v1/status/{way}", json=given, headers=headers)


async def page(orders: Orders, **typed: str) -> httpx.Response:
    headers = {"Authorization": "Bearer control-room", "Accept": "text/html"}
    return await orders.http.post("/orders/status", data=typed, headers=headers)


async def ordered(
    orders: Orders,
    number: str,
    reference: str,
    who: str = "police-system",
    *,
    victim: str = "eve",
    words: str = "Not to contact her.",
) -> str:
    """Another order, by which somebody else is bound, once it is there."""
    named = people(someone(Role.RESPONDENT, number), someone(Role.VICTIM, victim))
    said = {"order": "restraining", "reference": reference, "until_further_order": True, "people": named}
    said |= {"made": orders.runtime.clock.now().isoformat()}
    said |= {"prohibitions": [{"kind": "not-to-attend", "text": words}]}
    answer = await orders.post(who, "orders", said)
    assert answer.status_code == 201, answer.text
    root: str = answer.json()["root"]

    async def there() -> bool:
        return bool((await by(orders, "by-reference", reference=reference)).json().get("known", True))

    await until(there, what="it is known here")
    return root


async def bears(orders: Orders, role: Role, number: str, pnc: str) -> None:
    """A breach names somebody by a PNC ID."""
    named = people(someone(role, number, identity=Identity(pnc_id=pnc)))
    content = {"kind": "contact", "people": named}
    assert (await orders.post("police-system", "breaches", content)).status_code == 201


async def looks(orders: Orders) -> list[AuditShown]:
    async with orders.runtime.store.reading() as connection:
        statement = text("select id from fact where type = 'uk.goldthread.audit.shown.v1'")
        roots = list((await connection.execute(statement)).scalars())
    return [fact.said for root in roots for fact in (await orders.runtime.fact(root)).current(AuditShown)]


async def answers(orders: Orders, code: int, way: str, **given: str) -> dict[str, Any]:
    async def so() -> httpx.Response | None:
        answer = await by(orders, way, **given)
        return answer if answer.status_code == code and answer.json().get("known", True) else None

    found: dict[str, Any] = (await until(so, what=f"{code} of {way}")).json()
    return found


@pytest.mark.parametrize("written", [REFERENCE, "zc 26/p00412"])
async def test_an_order_in_her_hand_is_enough(orders: Orders, written: str) -> None:
    """By the reference that stands on it: what is in force for whom it binds, as by a record of theirs."""
    root = await prepared(orders)
    told = await answers(orders, 200, "by-reference", reference=written)
    assert [(each["order"], each["binds"]) for each in told["orders"]] == [(root, True)]
    same = (await asked(orders, "control-room", "ben")).json()
    aside = {"at", "fresh_until"}
    assert {**told, **dict.fromkeys(aside)} == {**same, **dict.fromkeys(aside)}
    assert STREET not in str(told)
    found = [
        look
        for look in await looks(orders)
        if look.asked == IDS.mention("police", "records", "person", "ben")
    ]
    assert {look.person for look in found} == {CALLERS["control-room"].id}


async def test_who_has_his_paper_is_not_shown_what_protects_him(orders: Orders) -> None:
    """Each has an order against the other: by the number of the one nobody sees where the other lives."""
    root = await prepared(orders)
    told = await ordered(orders, "ann", "ZC26P00999", victim="ben", words="Not to go to 12 Reed Lane.")
    her = [someone(Role.SUSPECT, "ann"), someone(Role.VICTIM, "ben")]
    for kind in ("contact", "attended"):
        breach = {"kind": kind, "people": people(*her), "effects": ["alarm-or-distress"]}
        assert (await orders.post("police-system", "breaches", breach)).status_code == 201

    async def of_both_sides() -> dict[str, Any] | None:
        found: dict[str, Any] = (await asked(orders, "control-room", "ben")).json()
        return found if "12 Reed Lane" in str(found) and found["pattern"] else None

    both = await until(of_both_sides, what="by a record of his it is all there")
    assert [each["by"] for each in both["pattern"]] == [False] * len(both["pattern"])
    by_number = await answers(orders, 200, "by-reference", reference=REFERENCE)
    assert [each["order"] for each in by_number["orders"]] == [root]
    assert (by_number["way"], by_number["pattern"], by_number["without_answer"]) == (None, [], 0)
    for hidden in (told, "12 Reed Lane", "ZC26P00999"):
        assert hidden not in str(by_number)


@pytest.mark.parametrize("written", [PNC, SHORT])
async def test_a_pnc_id_on_the_screen_is_enough(orders: Orders, written: str) -> None:
    root = await prepared(orders)
    await bears(orders, Role.RESPONDENT, "ben", PNC)
    told = await answers(orders, 200, "by-pnc-id", pnc_id=written)
    assert [each["order"] for each in told["orders"]] == [root]


async def test_who_is_not_found_is_unknown_and_never_without_an_order(orders: Orders) -> None:
    await prepared(orders)
    await bears(orders, Role.VICTIM, "ann", PNC)
    await answers(orders, 200, "by-reference", reference=REFERENCE)

    async def hers_is_known() -> bool:
        person = await orders.runtime.person_of(IDS.mention("police", "records", "person", "ann"))
        row = await orders.runtime.row(ORDERS_KNOWN_BY, person)
        return isinstance(row, OrdersKnownBy) and word("pnc_id", PNC) in row.words

    await until(hers_is_known, what="her PNC ID is known, and leads to nobody")
    ways: list[tuple[str, dict[str, str]]] = [
        ("by-reference", {"reference": "ZC26P0041"}),
        ("by-reference", {"reference": "--"}),
        ("by-pnc-id", {"pnc_id": OTHERS}),
        ("by-pnc-id", {"pnc_id": PNC}),
    ]
    for way, given in ways:
        told = (await by(orders, way, **given)).json()
        assert (told["known"], told["unknown"], told["orders"]) == (False, True, []), given
        shown = (await page(orders, by=way.removeprefix("by-"), **given)).text
        assert CHECK_PNC in shown
        assert "No order in force or to come" not in shown
    mistyped = await by(orders, "by-pnc-id", pnc_id=MISTYPED)
    assert (mistyped.status_code, mistyped.json()["code"]) == (422, "not-a-pnc-id")
    assert MISTYPED not in mistyped.text


async def test_of_two_people_none_is_shown(orders: Orders) -> None:
    await prepared(orders)
    await bears(orders, Role.RESPONDENT, "ben", PNC)
    await bears(orders, Role.SUSPECT, "carl", PNC)
    refused = await answers(orders, 409, "by-pnc-id", pnc_id=PNC)
    assert refused["code"] == "more-than-one"
    shown = await page(orders, by="pnc-id", pnc_id=PNC)
    assert shown.status_code == 422
    assert "More than one person" in shown.text
    assert CHECK_PNC in shown.text
    found = [look for look in await looks(orders) if look.asked == look.subject]
    assert (found[-1].facts, found[-1].person) == ([], CALLERS["control-room"].id)
    assert PNC not in str(found)


async def test_where_two_agencies_use_one_reference_it_is_asked_whose(orders: Orders) -> None:
    root = await prepared(orders)
    await ordered(orders, "dan", REFERENCE, "council-system")
    refused = await answers(orders, 422, "by-reference", reference=REFERENCE)
    assert (refused["code"], refused["faults"][0]["where"]) == ("agency-missing", "body.agency")
    told = (await by(orders, "by-reference", reference=REFERENCE, agency="police")).json()
    assert [each["order"] for each in told["orders"]] == [root]
    shown = (await page(orders, by="reference", reference=REFERENCE)).text
    assert "Castleshire Police" in shown
    assert "Choose the agency" in shown


async def test_whoever_may_not_ask_finds_nothing_by_a_number(orders: Orders) -> None:
    await prepared(orders)
    for who in ("idva", "matac", "police-system", "council-system", "control-room-of-nobody"):
        for way, given in (("by-reference", {"reference": REFERENCE}), ("by-pnc-id", {"pnc_id": PNC})):
            assert (await by(orders, way, who, **given)).status_code == 404, (who, way)
