"""A case that is restricted takes the victim's breaches along: they are there for who is inside, and for who
must answer them, who is not told where she is. What is in force is told as before."""

from typing import Any

from chassis.accept import own_header
from contracts.events.listing import CaseRestricted
from contracts.events.people import ReferralMade
from contracts.events.research import InterestDeclared
from contracts.vocabulary import Role
from tests.services.orders.test_http import (
    ANN,
    CALLERS,
    IDS,
    Orders,
    asked,
    call_of,
    people,
    prepared,
    say,
    seen_by_all,
)
from tests.services.orders.test_http import BEN as BOUND
from tests.services.orders.test_http import orders as orders
from tests.support.facts import area, someone
from tests.support.waiting import until

HERS = IDS.mention("police", "records", "person", "ann")
REASON = {"text": "A cousin works here."}


def restricted(case: str, *to: str) -> CaseRestricted:
    inside = [{"person": CALLERS[each].id, "name": each} for each in to]
    said = {"case": case, "to": inside, "lifted": not to, "reason": REASON}
    return CaseRestricted.model_validate(said)


async def there(orders: Orders, who: str, cause: str) -> dict[str, bool]:
    """What of hers is there for somebody."""
    token = {"Authorization": f"Bearer {who}", "Accept": "text/html"}
    paths = {
        "breach": f"/orders/v1/breaches/{cause}",
        "page": f"/orders/breaches/{cause}",
        "form": f"/orders/victims/{HERS}/breach",
    }
    found = {name: (await orders.http.get(path, headers=token)).status_code for name, path in paths.items()}
    assert set(found.values()) <= {200, 404}
    return {name: status == 200 for name, status in found.items()}


ALL, NONE = {"breach": True, "page": True, "form": True}, {"breach": False, "page": False, "form": False}


async def test_a_restriction_and_a_tie_take_her_breaches_along(orders: Orders) -> None:
    order = await prepared(orders)
    both = [ANN, someone(Role.PERPETRATOR, "ben")]
    header, police = own_header(orders.runtime.clock.now()), CALLERS["police-system"]
    referral = ReferralMade(people=both, routing=area("north"))
    case = (await orders.runtime.take(header, referral, caller=police, right="test")).root
    reported: dict[str, Any] = {"kind": "assault", "people": people(ANN, BOUND)}
    cause = (await orders.post("police-system", "breaches", reported)).json()["root"]
    await until(lambda: seen_by_all(orders, cause))

    async def known() -> bool:
        return await there(orders, "idva", cause) == ALL == await there(orders, "supervisor", cause)

    await until(known, "her breach, and the form")
    await say(orders, restricted(case, "idva", "matac"))
    assert await there(orders, "idva", cause) == ALL, "inside"
    assert await there(orders, "supervisor", cause) == NONE
    said = {"kind": "contact", "victim": HERS, "people": [{"role": "victim"}]}
    assert (await orders.post("supervisor", "breaches", said)).status_code == 404
    for who in ("ann", "ben"):
        (held,) = (await asked(orders, "control-room", who)).json()["orders"]
        assert (held["order"], held["status"]["in_force"]) == (order, True), "officers act by it"
    assert (await orders.get("supervisor", f"orders/{order}")).status_code == 200

    await say(orders, call_of(orders, cause))

    async def opens() -> bool:
        return await there(orders, "supervisor", cause) == ALL | {"form": False}

    await until(opens, "whoever was called for it")
    body = (await orders.get("supervisor", f"breaches/{cause}")).json()
    assert body["places_withheld"], "what other agencies say of where she is"

    await say(orders, restricted(case))
    assert await there(orders, "supervisor", cause) == ALL, "it is restricted no more"
    tie = {"person": CALLERS["idva"].id, "cases": [{"case": case, "tie": True}]}
    await say(orders, InterestDeclared.model_validate(tie))
    assert await there(orders, "idva", cause) == NONE, "a tie keeps out alike"
