"""A breach and an order as they were known: what was shown then, whatever has come since; and how to reach
a victim is of now alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.identity import IdentityAssigned
from contracts.sections import Identity
from contracts.vocabulary import AgencyKind, AreaKind
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
    reported,
    seen_by_all,
)
from tests.services.orders.test_http import orders as orders  # the fixture
from tests.support.facts import mention_of
from tests.support.waiting import settled, until
from tests.support.watermarks import nothing_from_others

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OF_THE_MOMENT = (
    "at",
    "known_at",
    "fresh_until",
    "unknown",
    "may_progress",
    "may_circulate",
    "may_answer",
    "teams",
)
"""What is of the moment, and what can be done: of then nothing can."""
NUMBER = "07700 900123"


def of_then(page: dict[str, Any]) -> dict[str, Any]:
    """What a page of now says, as it is given later: without how to reach anybody."""
    kept = {name: value for name, value in page.items() if name not in OF_THE_MOMENT}
    for person in kept.get("people", ()):
        person["sections"] = [each for each in person["sections"] if each["section"] != "contact"]
        way = person.pop("way")
        person["way_then"] = None if person["role"] != "victim" else way | {"contact": None}
    return kept


def given(page: dict[str, Any]) -> dict[str, Any]:
    """What a page of then says."""
    kept = {name: value for name, value in page.items() if name not in OF_THE_MOMENT}
    for person in kept.get("people", ()):
        assert person.pop("way") is None, "a way that was safe then is no way now"
    return kept


async def look(orders: Orders, *pages: str) -> tuple[datetime, list[dict[str, Any]]]:
    """What is shown now; then hours pass."""
    await until(lambda: settled(orders.runtime))
    then = orders.runtime.clock.now()
    shown = [of_then((await orders.get("supervisor", page)).json()) for page in pages]
    await orders.runtime.set_clock(then + timedelta(hours=2))

    async def passed() -> bool:
        held = await orders.runtime.held_until()
        return held is not None and held > then

    await until(passed)
    return then, shown


async def revise(orders: Orders, root: str, who: str = "police-system", **changes: Any) -> None:
    """The next version of a fact; without changes it is withdrawn."""
    runtime = orders.runtime
    last = (await runtime.fact(root)).versions(root)[-1]
    named = changes.get("people", last.said.people)
    changes |= {"people": [each.model_copy(update={"mention": None}) for each in named]} if changes else {}
    said = last.said.model_copy(update=changes) if changes else None
    header = own_header(runtime.clock.now()) if changes else None
    await runtime.revise(root, last.version, header, said, caller=CALLERS[who], right="test")


async def take(orders: Orders, content: Any) -> None:
    header, who = own_header(orders.runtime.clock.now()), caller("goldthread", "goldthread", "reporter")
    await orders.runtime.take(header, content, caller=who, right="test")


@pytest.mark.parametrize("orders", STORES, indirect=True)
async def test_a_breach_and_an_order_as_they_were_known_are_what_was_shown(orders: Orders) -> None:
    await nothing_from_others(orders.runtime.log, "orders")
    order = await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    pages = (f"breaches/{cause}", f"orders/{order}")
    seen = [await look(orders, *pages)]
    move = {"mention": mention_of("police", "ann"), "from": IDS.person(mention_of("police", "ann"))}
    north = AreaDefined(area="north", name="North Bank", kind=AreaKind.MARAC, within="castleshire")
    shire = AgencyDefined(agency="police", name="Shire Police", kind=AgencyKind.POLICE)
    for step in (
        lambda: revise(orders, cause, weapon=True),
        lambda: revise(orders, order, reference="ZC26P00999"),
        lambda: take(orders, north),
        lambda: take(orders, shire),
        lambda: take(
            orders, IdentityAssigned.model_validate({"seq": 1, "moves": [move | {"to": IDS.person("x")}]})
        ),
        lambda: reported(orders),
        lambda: revise(orders, cause),
    ):
        await step()
        seen.append(await look(orders, *pages))
    assert len({str(shown[0]) for _, shown in seen}) > 3, "the story changes the page of the breach"
    assert len({str(shown[1]) for _, shown in seen}) > 1, "and that of the order"
    for then, shown in seen:
        for page, before in zip(pages, shown, strict=True):
            known = await orders.get("supervisor", f"{page}?at={then:%Y-%m-%dT%H:%M:%S.%fZ}")
            assert datetime.fromisoformat(known.json()["known_at"]) == then
            assert given(known.json()) == before, page
            assert NUMBER not in known.text


async def test_a_page_of_then_offers_no_way_to_anybody_and_nothing_to_do(orders: Orders) -> None:
    await nothing_from_others(orders.runtime.log, "orders")
    order = await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    then, _ = await look(orders)
    headers = {"Authorization": "Bearer on-call", "Accept": "text/html"}
    now = await orders.http.get(f"/orders/breaches/{cause}", headers=headers)
    assert NUMBER in now.text
    at = f"{then:%Y-%m-%dT%H:%M:%S.%fZ}"
    page = await orders.http.get(f"/orders/breaches/{cause}?at={at}", headers=headers)
    assert page.status_code == 200
    assert "DO NOT MAKE CONTACT BY ANYTHING ON THIS PAGE" in page.text
    assert "AS IT WAS KNOWN" in page.text
    assert NUMBER not in page.text
    assert '/steps"' not in page.text
    headers["Authorization"] = "Bearer supervisor"
    page = await orders.http.get(f"/orders/orders/{order}?at={at}", headers=headers)
    assert (page.status_code, '/circulations"' in page.text) == (200, False)
    asked = {"day": str(then.day), "month": str(then.month), "year": str(then.year)}
    off = await orders.http.get(f"/orders/orders/{order}", params=asked, headers=headers)
    assert (off.status_code, "?at=" in off.headers["location"]) == (303, True)


async def test_what_is_not_the_callers_or_not_known_is_not_given_of_then_either(orders: Orders) -> None:
    await nothing_from_others(orders.runtime.log, "orders")
    before = orders.runtime.clock.now() - timedelta(days=1)
    order = await prepared(orders)
    cause = await reported(orders)
    await until(lambda: seen_by_all(orders, cause))
    then, _ = await look(orders)

    async def answer(who: str, page: str, at: datetime) -> int:
        return (await orders.get(who, f"{page}?at={at:%Y-%m-%dT%H:%M:%SZ}")).status_code

    assert await answer("on-call-elsewhere", f"breaches/{cause}", then) == 404
    assert await answer("supervisor-elsewhere", f"orders/{order}", then) == 404
    for page in (f"breaches/{cause}", f"orders/{order}"):
        assert await answer("supervisor", page, before) == 404
        assert await answer("supervisor", page, then + timedelta(days=9)) == 409


async def test_a_place_is_withheld_of_then_if_it_is_now(orders: Orders) -> None:
    """A record that has been flagged as sensitive since keeps where it is from whoever was not called."""
    await nothing_from_others(orders.runtime.log, "orders")
    await prepared(orders)
    content = {"kind": "assault", "people": people(ANN, BEN), "routing": {"area": "north"}}
    cause = (await orders.post("council-system", "breaches", content)).json()["root"]
    await until(lambda: seen_by_all(orders, cause))
    then, _ = await look(orders)
    at = f"?at={then:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert STREET in (await orders.get("supervisor", f"breaches/{cause}{at}")).text
    said = (await orders.runtime.fact(cause)).versions(cause)[-1].said
    of_ann = said.people[0].model_copy(update={"identity": Identity(sensitive=True)})
    await revise(orders, cause, "council-system", people=[of_ann, said.people[1]])
    await until(lambda: settled(orders.runtime))
    for page in (f"breaches/{cause}", f"breaches/{cause}{at}"):
        answer = await orders.get("supervisor", page)
        assert answer.json()["places_withheld"], page
        assert STREET not in answer.text
