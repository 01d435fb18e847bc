"""Support over HTTP: who says what, what is asked, who finds whom, and what a supervisor is not shown."""

from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.events.configuration import AreaDefined
from contracts.vocabulary import AreaKind
from tests.services.referrals.scene import AGENCIES, Referrals, mention, named
from tests.support.waiting import until

NAME = {"family": "Marsh", "given": "Ann"}
ROUTING = {"routing": {"area": "north"}}


def ann(number: str = "C-1", **more: Any) -> dict[str, Any]:
    return named("victim", number, name=NAME, nhs_number="9990000018") | more


async def prepared(referrals: Referrals) -> None:
    """The area, and the agencies: an IDVA service serves it."""
    await referrals.configure(AreaDefined(area="north", name="North", kind=AreaKind.MARAC), *AGENCIES)


async def assessed(referrals: Referrals, who: str = "hospital", **more: Any) -> httpx.Response:
    """A grade of high, by a hospital's IDVA."""
    graded = {"instrument": "safelives-dash-24", "instrument_version": "2015", "grade": "high"}
    judged = {"judgement": {"grade": "high", "reason": "Strangled twice.", "by": "H-1"}}
    content = {"people": [ann("H-1", **more)], **graded, **judged, **ROUTING}
    return await referrals.post(who, "risk-assessments", content)


async def get(referrals: Referrals, who: str, path: str) -> httpx.Response:
    return await referrals.http.get(f"/referrals{path}", headers={"Authorization": f"Bearer {who}"})


async def owed(referrals: Referrals, who: str, *rules: str) -> dict[str, Any]:
    """Wait until the one victim whom the caller finds is owed just this."""

    async def there() -> dict[str, Any] | None:
        listed = (await get(referrals, who, "/v1/support")).json()["victims"]
        line: dict[str, Any] = next(iter(listed), {"owed": []})
        return line if {each["rule"] for each in line["owed"]} == set(rules) else None

    return await until(there, what=f"{rules} are owed")


def step(said: str, **more: Any) -> dict[str, Any]:
    return {"people": [ann()], "support": "idva", "step": said, **more, **ROUTING}


async def test_an_idva_service_finds_that_it_is_asked_and_says_what_it_does(referrals: Referrals) -> None:
    await prepared(referrals)
    contact = {"method": "text", "number": "07700 900142", "no_uniform": True}
    assert (await assessed(referrals, contact=contact)).status_code == 201
    line = await owed(referrals, "haven", "idva-asked", "support-referral")
    assert line["name"] == NAME
    page = (await get(referrals, "idva", f"/v1/support/{line['mention']}")).json()
    assert (page["way"]["because"], page["way"]["contact"]["number"]) == ("not-verified", "07700 900142")
    assert page["services"] == [
        {"agency": "haven", "name": "Haven", "places": None, "waiting": None, "told": None, "full": False}
    ]
    taken = await referrals.post("haven", "support-steps", step("accepted"))
    assert (taken.status_code, taken.json()["asks"]) == (201, [])
    await owed(referrals, "haven", "first-contact")
    await referrals.post("haven", "support-steps", step("engaged"))
    await owed(referrals, "haven")


async def test_a_way_that_failed_is_shown_no_more_and_its_number_to_nobody_but_who_reaches_her(
    referrals: Referrals,
) -> None:
    await prepared(referrals)
    contact = {"method": "text", "number": "07700 900142", "code_word": "kettle"}
    await assessed(referrals)
    line = await owed(referrals, "haven", "idva-asked", "support-referral")

    async def way(who: str) -> dict[str, Any]:
        page = (await get(referrals, who, f"/v1/support/{line['mention']}")).json()
        return dict(page["way"] or {})

    await referrals.post("police", "safe-contacts", {"people": [ann("N-1", contact=contact)]})

    async def is_(because: str) -> bool:
        return (await way("supervisor")).get("because") == because

    await until(lambda: is_("not-verified"), what="the way is known")
    assert (await way("supervisor"))["contact"] is None, "whom the police told of, and may not reach alone"
    assert (await way("idva"))["contact"]["code_word"] == "kettle"
    page = await get(referrals, "supervisor", f"/support/{line['mention']}")
    assert "900142" not in page.text
    assert "kettle" not in page.text
    failed = {"people": [ann("N-1")], "method": "letter", "failure": "returned"}
    assert (await referrals.post("police", "failed-contacts", failed)).status_code == 201
    await until(lambda: is_("failed"), what="that a way failed is known")
    assert (await way("idva"))["contact"] is None


async def test_that_a_service_is_full_is_said_where_a_referral_is_made(referrals: Referrals) -> None:
    await prepared(referrals)
    full = {"support": "idva", "places": 0, "waiting": 3}
    assert (await referrals.post("haven", "capacities", full)).status_code == 201
    made = await referrals.post("police", "support-steps", step("made"))
    assert made.status_code == 201, "it is no reason not to ask"
    (service,) = made.json()["services"]
    assert (service["full"], service["waiting"]) == (True, 3)
    assert made.json()["asks"] == ["service-missing"]
    refused = await referrals.post("police", "support-steps", step("refused"))
    assert refused.json()["asks"] == ["reason-missing"]


async def test_nobody_says_for_another_that_it_accepted(referrals: Referrals) -> None:
    refused = await referrals.post("police", "support-steps", step("accepted", service="haven"))
    assert refused.status_code == 422
    assert refused.json()["faults"] == [{"where": "body.content.service", "kind": "not-yours-to-say"}]
    two = {**step("offered"), "people": [ann(), named("perpetrator", "P-1")]}
    assert (await referrals.post("police", "support-steps", two)).status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [("haven", 201), ("hospital", 201), ("council", 422), ("police", 422), ("practice", 422)],
)
async def test_a_victim_has_an_idva_by_the_word_of_an_agency_that_has_idvas(
    referrals: Referrals, who: str, status: int
) -> None:
    """Of the practice nobody has said of which kind it is."""
    await prepared(referrals)
    for said in ("accepted", "engaged"):
        taken = await referrals.post(who, "support-steps", step(said))
        assert taken.status_code == status, taken.text
    assert (await referrals.post(who, "support-steps", step("made", service="haven"))).status_code == 201


async def test_a_supervisor_is_not_told_who_did_not_tell_the_police(referrals: Referrals) -> None:
    await prepared(referrals)
    await assessed(referrals)
    line = await owed(referrals, "idva", "idva-asked", "support-referral")
    assert (await get(referrals, "supervisor", "/v1/support")).json()["victims"] == []
    shown = (await get(referrals, "supervisor", f"/v1/support/{line['mention']}")).json()
    assert (shown["who_known"], shown["name"], shown["courses"]) == (False, None, [])
    assert (await get(referrals, "police-idva", "/v1/support")).json()["victims"] == []
    theirs = (await get(referrals, "police-idva", f"/v1/support/{line['mention']}")).json()
    assert (theirs["who_known"], theirs["way"]) == (False, None), "the role alone is not enough"
    page = await get(referrals, "supervisor", f"/support/{line['mention']}")
    assert page.status_code == 200
    assert "MARSH" not in page.text.upper()
    assert "Ask the MARAC coordinator" in page.text
    assert "MARSH" in (await get(referrals, "idva", "/support")).text
    await referrals.post("police", "support-steps", {**step("offered"), "people": [ann("N-1")]})

    async def told() -> bool:
        shown = (await get(referrals, "supervisor", f"/v1/support/{line['mention']}")).json()
        return bool(shown["who_known"])

    await until(told, what="the police have told of her")


async def test_support_of_another_area_is_not_there(referrals: Referrals) -> None:
    await prepared(referrals)
    await assessed(referrals)
    await owed(referrals, "coordinator", "idva-asked", "support-referral")
    for who in ("coordinator-elsewhere", "chair"):
        answer = await get(referrals, who, f"/v1/support/{mention('hospital', 'H-1')}")
        assert answer.status_code == 404
    assert (await get(referrals, "coordinator-elsewhere", "/v1/support")).json()["victims"] == []


async def test_an_idva_says_by_the_page_what_was_done(referrals: Referrals) -> None:
    await prepared(referrals)
    await assessed(referrals)
    line = await owed(referrals, "idva", "idva-asked", "support-referral")
    page = f"/support/{line['mention']}"

    async def press(who: str, **typed: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"}
        return await referrals.http.post(f"/referrals{page}/steps", data=typed, headers=headers)

    once = new_id()
    for _ in range(2):
        assert (await press("idva", once=once, support="idva", step="accepted")).status_code == 303
    await owed(referrals, "haven", "first-contact")
    assert (await press("idva", once=new_id(), support="idva", step="tried")).status_code == 303

    async def tries() -> int:
        (course,) = (await get(referrals, "idva", f"/v1{page}")).json()["courses"]
        return int(course["tries"]) if course["state"] == "tried" else 0

    assert await until(tries, what="the try is counted") == 1
    typed = {"once": new_id(), "support": "idva", "reason": "lost-contact"}
    empty = await press("idva", **typed)
    assert (empty.status_code, "Choose what happened" in empty.text) == (422, True)
    assert 'value="lost-contact" selected' in empty.text, "what was chosen is still there"
    to_come = await press("idva", **typed, step="engaged", day="2999-01-01", at="09:00")
    assert (to_come.status_code, "that have come" in to_come.text) == (422, True)
    another = await press("idva", **typed, step="offered", service="no such", day="2026-11-01", at="09:00")
    assert (another.status_code, "that have come" in another.text) == (422, False), "the time was right"
    caught_up = referrals.runtime.caught_up
    caught_up.clear()
    busy = await press("idva", **typed, step="engaged", day="2026-11-01", at="09:15")
    caught_up.set()
    assert (busy.status_code, "could not be saved" in busy.text, "09:15" in busy.text) == (503, True, True)
    for who in ("supervisor", "police-idva"):
        assert (await press(who, once=new_id(), support="idva", step="ended")).status_code == 404, who
    assert "Record it" not in (await get(referrals, "supervisor", page)).text


async def test_who_is_named_by_a_mention_is_theirs_to_see(referrals: Referrals) -> None:
    await prepared(referrals)
    await assessed(referrals)
    line = await owed(referrals, "idva", "idva-asked", "support-referral")
    content = {"victim": line["mention"], "support": "idva", "step": "engaged"}
    assert (await referrals.post("police-idva", "support-steps", content)).status_code == 404
    unheard = await referrals.post("idva", "support-steps", content | {"victim": new_id()})
    assert unheard.status_code == 404
    both = await referrals.post("idva", "support-steps", content | {"people": [ann()]})
    assert both.status_code == 422
    assert (await referrals.post("idva", "support-steps", content)).status_code == 201
    await owed(referrals, "haven")
