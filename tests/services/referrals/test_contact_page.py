"""How a victim may be reached, said on a page by whoever reaches them: anew, corrected, taken back."""

import re
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from services.referrals.support import SUPPORT, SupportRow
from tests.services.referrals.scene import AGENCIES, Referrals, mention, named
from tests.services.referrals.test_owed import PLAN

PAGE = f"/referrals/victims/{mention('police', '1')}/contact"
NUMBER = "07700 900142"
FORM = {"method": "text", "number": NUMBER, "code_word": "kettle", "uniform": "no"}


@pytest.fixture
async def referrals(referrals: Referrals) -> Referrals:
    """A victim of whom the police have told; the IDVA has no record of her."""
    await referrals.configure(*AGENCIES)
    assert (await referrals.post("police", "safety-plans", PLAN)).status_code == 201
    return referrals


async def get(referrals: Referrals, who: str = "idva") -> httpx.Response:
    return await referrals.http.get(PAGE, headers={"Authorization": f"Bearer {who}"})


async def send(referrals: Referrals, path: str = "", who: str = "idva", **form: str) -> httpx.Response:
    page = (await get(referrals)).text
    hidden = dict(re.findall(r'name="(once|root|version)" value="([^"]*)"', page))
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(PAGE + path, data=hidden | form, headers=headers)


async def way(referrals: Referrals) -> Any:
    row = await referrals.runtime.row(SUPPORT, await referrals.person("police", "1"))
    assert isinstance(row, SupportRow)
    return row.way(referrals.runtime.clock.now())


async def test_who_reaches_a_victim_says_how_corrects_it_and_takes_it_back(referrals: Referrals) -> None:
    page = (await get(referrals)).text
    assert "No safe contact is known" in page
    assert "Never a child, a relative who interprets, or anybody who may tell the alleged" in page
    assert (await send(referrals, **FORM)).status_code == 303
    page = (await get(referrals)).text
    assert ("nobody has verified this way" in page, NUMBER in page) == (True, True)
    assert "Until when is it safe?" in page, "what is left to ask is asked for"
    found = await way(referrals)
    assert (found.state, found.agency, found.uniform) == ("verify-first", "haven", "no")
    verified = {"day": "2020-01-01", "at": "10:00", "times": "mornings", "expires": "2189-01-01"}
    wrong = FORM | verified | {"number": "07700 900143", "correct": "yes"}
    assert (await send(referrals, **wrong)).status_code == 303
    own = re.findall(r'name="(root|version)" value="([^"]*)"', (await get(referrals)).text)
    assert dict(own)["version"] == "2", "it was corrected, and not said again"
    assert (await way(referrals)).contact.number == "07700 900143"
    today = f"{referrals.runtime.clock.now():%Y-%m-%d}"
    assert (await send(referrals, **FORM, **verified | {"day": today, "at": "00:00"})).status_code == 303
    assert ((await way(referrals)).state, (await way(referrals)).contact.number) == ("at-times", NUMBER)
    for _ in range(2):
        assert (await send(referrals, "/withdrawn")).status_code == 303
    assert (await way(referrals)).because == "never-said", "both words were taken back"


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(referrals: Referrals) -> None:
    for typed, fault in (
        ({"method": ""}, "Select how the victim may be reached"),
        ({"day": "2189-01-01"}, "Enter a day and time that have come"),
        ({"expires": "soon"}, "Enter the last day"),
        ({"number": "0" * 201}, "must be 200 characters or fewer"),
    ):
        answer = await send(referrals, **FORM | typed)
        assert (answer.status_code, fault in answer.text, "kettle" in answer.text) == (422, True, True), fault
    assert (await send(referrals, **FORM)).status_code == 303
    stale = await send(referrals, **FORM | {"correct": "yes", "version": "7", "number": "07700 900144"})
    assert (stale.status_code, "07700 900144" in stale.text) == (412, True)
    assert (await send(referrals, "/withdrawn", version="7")).status_code == 412
    assert (await way(referrals)).contact.number == NUMBER


async def test_it_is_for_whoever_reaches_the_victim_alone(referrals: Referrals) -> None:
    for who, status in (
        ("idva", 200),
        ("coordinator", 200),
        ("coordinator-elsewhere", 404),
        ("supervisor", 404),
    ):
        assert (await get(referrals, who)).status_code == status, who
    assert (await send(referrals, who="coordinator-elsewhere", **FORM)).status_code == 404
    people = [{"role": "victim", "contact": {"method": "text"}}]
    said: dict[str, Any] = {"victim": mention("police", "1"), "people": people}
    assert (await referrals.post("haven-south", "safe-contacts", said)).status_code == 404
    said["people"] = [named("victim", "1") | {"contact": {"method": "text"}}]
    refused = await referrals.post("haven", "safe-contacts", said)
    assert [each["kind"] for each in refused.json()["faults"]] == ["named_twice"]
    nobody = f"/referrals/victims/{new_id()}/contact"
    answer = await referrals.http.get(nobody, headers={"Authorization": "Bearer idva"})
    assert answer.status_code == 404
