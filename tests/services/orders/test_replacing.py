"""What replaces an order that ends soon: the rule for several whom it binds; the list, the page and REST."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.configuration import AgencyDefined
from contracts.rules.cover import How
from contracts.rules.order_match import KnownOrder
from contracts.rules.order_status import OrderTerms
from contracts.vocabulary import AgencyKind, Role
from services.orders.rules import certainty
from services.orders.rules.look_ahead import look_ahead
from tests.services.orders.test_http import (
    ANN,
    BEN,
    BETWEEN,
    CALLERS,
    Orders,
    corrected,
    people,
    prepared,
    told,
)
from tests.services.orders.test_http import orders as orders
from tests.support.facts import NOON, someone
from tests.support.waiting import until

ENDS = NOON + timedelta(days=3)


def known(root: str, respondents: list[str], **terms: Any) -> KnownOrder:
    """An order for her, made and served a month ago."""
    made = NOON - timedelta(days=30)
    usual: dict[str, Any] = {
        "order": "non-molestation",
        "stage": "made",
        "without_notice": False,
        "power_of_arrest": None,
        "starts": made,
        "ends": NOON + timedelta(days=300),
        "until_further_order": False,
        "served": made,
        "aware": made,
    }
    return KnownOrder(
        root=root,
        reference=None,
        made=made if root == "own" else made - timedelta(days=1),
        terms=OrderTerms.model_validate(usual | terms),
        respondents=respondents,
        protected=["her"],
        protected_mentions=[],
    )


OWN = known("own", ["he", "his-brother"], ends=ENDS)


@pytest.mark.parametrize(
    ("what", "his", "his_brothers", "by"),
    [
        ("nothing", [], [], []),
        ("both are served", [known("new", OWN.respondents)], [known("new", OWN.respondents)], [How.COVERS]),
        (
            "one of them is not served",
            [known("new", OWN.respondents)],
            [known("new", OWN.respondents, served=None, aware=None)],
            [How.NOT_SERVED],
        ),
        ("it binds one of them alone", [known("new", ["he"])], [], [How.NOT_ALL]),
        (
            "each is bound by another: neither is known to be enough",
            [known("his", ["he"])],
            [known("brother", ["his-brother"])],
            [How.NOT_ALL, How.NOT_ALL],
        ),
    ],
)
def test_of_several_whom_it_binds_it_is_replaced_as_far_as_for_each(
    what: str, his: list[KnownOrder], his_brothers: list[KnownOrder], by: list[How]
) -> None:
    ahead = look_ahead(OWN, {"he": [OWN, *his], "his-brother": [OWN, *his_brothers]}, NOON)
    assert ahead is not None
    assert ([each.how for each in ahead.by], ahead.days, ahead.ends) == (by, 7, ENDS), what
    assert ahead.nothing is (How.COVERS not in by)


@pytest.mark.parametrize(
    "terms",
    [{"ends": NOON + timedelta(days=15)}, {"ends": NOON}, {"ends": None}, {"ends": ENDS, "stage": "refused"}],
)
def test_what_does_not_end_soon_is_not_looked_ahead_to(terms: dict[str, Any]) -> None:
    assert look_ahead(known("own", ["he"], **terms), {}, NOON) is None


async def ending(orders: Orders, who: str = "supervisor") -> list[dict[str, Any]]:
    """The list of what ends soon."""
    answer = (await orders.get(who, "orders")).json()
    found: list[dict[str, Any]] = answer["ending"]["orders"]
    return found


async def replaced(orders: Orders, order: str) -> list[tuple[str, str]]:
    """What the order's own page and the list tell alike of what replaces it, in order."""
    page = (await orders.get("supervisor", f"orders/{order}")).json().get("ending")
    listed = next((each["ending"] for each in await ending(orders) if each["order"] == order), None)
    if page is None or page != listed:
        return []
    return [(each["order"], each["how"]) for each in page["by"]] or [("nothing", str(page["nothing"]))]


async def test_what_ends_soon_stands_first_with_what_replaces_it(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certainty, "unknown", lambda *_, **__: False)
    forever = await prepared(orders)
    now = orders.runtime.clock.now()
    ends = (now + timedelta(days=6)).isoformat()
    dvpo = await told(orders, "orders", 20, {"order": "dvpo", "ends": ends, **BETWEEN})
    served = {"order": dvpo, "method": "personal", "served": now.isoformat(), "people": people(BEN)}
    await told(orders, "services", 1, served)

    async def tells(what: list[tuple[str, str]]) -> None:
        async def so() -> bool:
            return await replaced(orders, dvpo) == what

        await until(so, str(what))

    await tells([(forever, "covers")])
    (line,) = await ending(orders)
    assert (line["order"], line["type"], line["ending"]["days"]) == (dvpo, "dvpo", 7)
    assert (line["status"]["in_force"], line["ending"]["nothing"]) == (True, False)
    own = {"Authorization": "Bearer supervisor", "Accept": "text/html"}
    page = await orders.http.get("/orders/", headers=own)
    first = page.text.index("Ending within 14 days (1)")
    assert first < page.text.index("For you to confirm")
    assert "it can be enforced from that moment on" in page.text
    assert "Non-molestation" in page.text

    made = {"order": "non-molestation", "reference": "ZC26P00412", "made": now.isoformat(), **BETWEEN}
    await corrected(orders, forever, made | {"until_further_order": True, "stage": "discharged"})
    await tells([("nothing", "True")])
    for path in ("/orders/", f"/orders/orders/{dvpo}"):
        text = (await orders.http.get(path, headers=own)).text
        assert "NOTHING REPLACES IT." in text, path
        assert "Within 7 days" in text, path

    spo = await told(orders, "orders", 0, {"order": "spo", "until_further_order": True, **BETWEEN})
    await tells([(spo, "not-served")])
    assert (await ending(orders))[0]["ending"]["nothing"], "what nobody has served is no cover"
    await told(orders, "services", 0, served | {"order": spo})
    await tells([(spo, "covers")])
    monkeypatch.setattr(certainty, "unknown", lambda *_, **__: True)
    (line,) = await ending(orders)
    assert (line["unknown"], line["ending"]["unknown"], line["ending"]["nothing"]) == (True, True, False)
    text = (await orders.http.get("/orders/", headers=own)).text
    assert "WHAT REPLACES IT CANNOT BE TOLD. CHECK PNC." in text
    assert "NOTHING REPLACES IT" not in text


async def test_what_ends_later_or_is_of_another_force_is_not_in_the_list(orders: Orders) -> None:
    await prepared(orders)
    now = orders.runtime.clock.now()
    for days, reference in ((1, "A"), (13, "B"), (15, "C"), (-1, "D")):
        ends = (now + timedelta(days=days)).isoformat()
        terms = {"order": "occupation", "reference": reference, "ends": ends}
        await told(orders, "orders", 30, terms | {"people": people(someone(Role.RESPONDENT, reference), ANN)})

    async def two() -> list[dict[str, Any]]:
        found = await ending(orders)
        return found if len(found) == 2 else []

    south = AgencyDefined(agency="southvale-police", name="Southvale Police", kind=AgencyKind.POLICE)
    header = own_header(now)
    await orders.runtime.take(header, south, caller=CALLERS["police-system"], right="test")
    soon, later = await until(two)
    assert (soon["ending"]["days"], later["ending"]["days"]) == (2, 14)

    async def none_elsewhere() -> bool:
        found = (await orders.get("supervisor-elsewhere", "orders")).json()["ending"]
        return found is not None and found["orders"] == []

    await until(none_elsewhere)
    assert (await orders.get("idva", "orders")).status_code == 404
    page = (await orders.get("supervisor", f"orders/{soon['order']}")).json()
    assert page["ending"]["unknown"] is True, "nobody can tell here how far the others have come"
