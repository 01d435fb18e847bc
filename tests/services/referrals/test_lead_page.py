"""Who leads a victim's support, named on a page and by REST: who it is, how to reach them, and that they lead
no more. Which word holds: ``contracts/rules/leading.py``."""

import re
from typing import Any

import httpx
import pytest

from tests.services.referrals.scene import AGENCIES, Referrals, mention
from tests.services.referrals.test_owed import PLAN

HERS = mention("police", "1")
PAGE = f"/referrals/victims/{HERS}/lead"
FORM = {"service": "Haven IDVA service", "name": "Lin Osei", "telephone": "01632 960123"}


@pytest.fixture
async def referrals(referrals: Referrals) -> Referrals:
    """A victim of whom the police have told; the IDVA has no record of her."""
    await referrals.configure(*AGENCIES)
    assert (await referrals.post("police", "safety-plans", PLAN)).status_code == 201
    return referrals


async def get(referrals: Referrals, who: str = "idva", path: str = PAGE) -> httpx.Response:
    return await referrals.http.get(path, headers={"Authorization": f"Bearer {who}"})


async def send(referrals: Referrals, path: str = "", who: str = "idva", **form: str) -> httpx.Response:
    hidden = dict(re.findall(r'name="(once|upon)" value="([^"]*)"', (await get(referrals)).text))
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(PAGE + path, data=hidden | form, headers=headers)


async def leads(referrals: Referrals) -> list[dict[str, Any]]:
    answer = await get(referrals, "idva", f"/referrals/v1/victims/{HERS}")
    found: list[dict[str, Any]] = answer.json()["leads"]
    return found


async def test_who_leads_is_a_person_who_can_be_reached_until_they_lead_no_more(referrals: Referrals) -> None:
    assert "Nobody is named." in (await get(referrals)).text
    assert await leads(referrals) == []
    assert (await send(referrals, **FORM)).status_code == 303
    for path in (PAGE, f"/referrals/victims/{HERS}"):
        page = (await get(referrals, path=path)).text
        assert [each for each in FORM.values() if each not in page] == [], path
    (found,) = await leads(referrals)
    assert (found["agency"], found["worker"]["telephone"]) == ("haven", "01632 960123")
    assert (await send(referrals, **FORM | {"name": "Ada Moss", "telephone": ""})).status_code == 303
    page = (await get(referrals)).text
    assert ("Ada Moss" in page, "Lin Osei" in page) == (True, False), "the newest word holds"
    assert "No way to reach them was given" in page
    before = dict(re.findall(r'name="(upon)" value="([^"]*)"', page))["upon"]
    assert (await send(referrals, "/over", upon=f"{before[:-1]}9")).status_code == 412
    assert (await send(referrals, "/over")).status_code == 303
    assert await leads(referrals) == []
    assert "Nobody is named." in (await get(referrals)).text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"service": ""}, "Enter which service leads"),
        ({"name": ""}, "Enter who it is there"),
        ({"telephone": "12"}, "Enter a telephone number"),
        ({"email": "lin"}, "Enter an e-mail address"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    referrals: Referrals, wrong: dict[str, str], says: str
) -> None:
    page = await send(referrals, **FORM | wrong)
    assert (page.status_code, says in page.text) == (422, True)
    kept = {name: each for name, each in FORM.items() if name not in wrong}
    assert [each for each in kept.values() if each not in page.text] == []


async def test_it_is_for_whoever_reaches_the_victim_and_no_agency_ends_anothers_word(
    referrals: Referrals,
) -> None:
    theirs = {"people": PLAN["people"], "service": "Witness care", "since": "2026-01-01T09:00:00Z"}
    assert (await referrals.post("police", "leads", theirs)).status_code == 201
    assert (await send(referrals, **FORM)).status_code == 303
    page = (await get(referrals)).text
    assert ("More than one is named" in page, "Who it is there has not been said" in page) == (True, True)
    assert (await send(referrals, "/over")).status_code == 303
    assert [each["service"] for each in await leads(referrals)] == ["Witness care"]
    for who in ("idva-south", "supervisor", "police"):
        assert (await get(referrals, who)).status_code == 404, who
    said = {"victim": HERS, "people": [{"role": "victim"}]} | {"service": "Haven", "since": theirs["since"]}
    assert (await referrals.post("idva", "leads", said)).status_code == 201
    assert (await referrals.post("housing", "leads", said)).status_code == 404
