"""A safety plan that is written on a page: saved though it is not adequate, with why; and corrected."""

import re
from typing import Any

import httpx
import pytest

from contracts.events.owed import PlanMade
from services.referrals import owed
from tests.services.referrals.scene import AGENCIES, Referrals, mention, named
from tests.services.referrals.test_owed import PLAN

PAGE = f"/referrals/victims/{mention('police', '1')}/plan"
SOUND = {
    "grade": "high",
    **dict.fromkeys(
        ("proportionality", "legality", "accountability", "necessity", "information"),
        "The threats were to come at night, and the alarm answers them",
    ),
    "what": ["Fit an alarm", "Change the locks", ""],
    "action_grade": ["high", "high", "unknown"],
    "action_owner": ["DS 7", "Housing", ""],
    "due": ["2189-01-01", "2189-01-02", ""],
    "state": ["planned", "done", "planned"],
    "owner": "IDVA 7",
    "review_on": "2189-02-01",
    "children": "no-children",
    "contact": "The adviser, twice a week",
    "release": "The adviser is told before",
    "court": "The alarm stays until the restraining order is served",
}


@pytest.fixture
async def referrals(referrals: Referrals) -> Referrals:
    """A victim of whom the police have told, with a plan of theirs."""
    await referrals.configure(*AGENCIES)
    assert (await referrals.post("police", "safety-plans", PLAN)).status_code == 201
    return referrals


async def send(referrals: Referrals, who: str = "idva", **form: Any) -> httpx.Response:
    page = await referrals.http.get(PAGE, headers={"Authorization": "Bearer idva"})
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'name="(once|root|version)" value="([^"]*)"', page.text))
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(PAGE, data=hidden | form, headers=headers)


async def own(referrals: Referrals) -> tuple[int, PlanMade, list[str]]:
    """How many plans there are, that of the IDVA service, and why it is not adequate."""
    row = await referrals.runtime.row(owed.OWED, await referrals.person("police", "1"))
    assert isinstance(row, owed.OwedRow)
    assert row.owed is not None
    [mine] = [each for each in row.owed.plans if each.agency == "haven"]
    said = (await referrals.runtime.fact(mine.root)).current(PlanMade)
    return len(row.owed.plans), said[0].said, [each.fault for each in mine.refused]


async def test_a_thin_plan_is_saved_with_its_reasons_and_corrected_until_it_is_adequate(
    referrals: Referrals,
) -> None:
    assert (await send(referrals, what=["As above"], grade="high", owner="IDVA 7")).status_code == 303
    plans, said, refused = await own(referrals)
    assert (plans, said.actions[0].what, said.victim) == (2, "As above", mention("police", "1"))
    assert {"says-nothing", "action-no-owner", "action-no-due", "heading-missing"} <= set(refused)
    page = (await referrals.http.get(PAGE, headers={"Authorization": "Bearer idva"})).text
    assert 'value="As above"' in page
    assert "not adequate" in page.lower()
    assert (await send(referrals, **SOUND)).status_code == 303
    plans, said, refused = await own(referrals)
    assert (plans, refused) == (2, []), "it was corrected, and is no plan beside it"
    assert [each.owner for each in said.actions] == ["DS 7", "Housing"]
    stale = SOUND | {"version": "1"}
    assert (await send(referrals, **stale)).status_code == 303, "the button was pressed twice"


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(referrals: Referrals) -> None:
    for typed, fault in (
        ({"due": ["soon"]}, "by when as a day"),
        ({"review_on": "soon"}, "Enter the day of the next review"),
        ({"owner": "x" * 201}, "must be 200 characters or fewer"),
    ):
        answer = await send(referrals, **SOUND | typed)
        assert answer.status_code == 422
        assert (fault in answer.text, "Change the locks" in answer.text) == (True, True), fault
    assert (await send(referrals, **SOUND)).status_code == 303
    stale = await send(referrals, **SOUND | {"version": "7", "contact": "The adviser, each day"})
    assert (stale.status_code, "The adviser, each day" in stale.text) == (412, True)


async def test_it_is_for_whoever_works_for_the_victim(referrals: Referrals) -> None:
    for who in ("coordinator", "coordinator-elsewhere"):
        answer = await referrals.http.get(PAGE, headers={"Authorization": f"Bearer {who}"})
        assert answer.status_code == 404, who
    said = {"victim": mention("police", "1"), "people": [], "grade": "high"}
    assert (await referrals.post("haven-south", "safety-plans", said)).status_code == 404
    both = said | {"people": [named("victim", "1")]}
    refused = await referrals.post("haven", "safety-plans", both)
    assert [each["kind"] for each in refused.json()["faults"]] == ["one_victim"]
