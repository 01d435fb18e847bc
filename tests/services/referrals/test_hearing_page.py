"""That a court will hear something, told on a page by staff: anew, moved, taken back; and by REST of whoever
a page names."""

import re
from datetime import timedelta

import httpx
import pytest

from chassis.clock import LONDON
from services.referrals.owed import OWED, OwedRow
from tests.services.referrals.scene import AGENCIES, Referrals, mention
from tests.services.referrals.test_owed import PLAN
from tests.support.waiting import until

HERS = mention("police", "1")
PAGE = f"/referrals/victims/{HERS}/hearing"


@pytest.fixture
async def referrals(referrals: Referrals) -> Referrals:
    """A victim of whom the police have told; the IDVA has no record of her."""
    await referrals.configure(*AGENCIES)
    assert (await referrals.post("police", "safety-plans", PLAN)).status_code == 201
    return referrals


async def get(referrals: Referrals, who: str = "idva") -> httpx.Response:
    return await referrals.http.get(PAGE, headers={"Authorization": f"Bearer {who}"})


async def send(referrals: Referrals, path: str = "", who: str = "idva", **form: str) -> httpx.Response:
    once = re.findall(r'name="once" value="([^"]*)"', (await get(referrals)).text)[0]
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(PAGE + path, data={"once": once} | form, headers=headers)


def in_days(referrals: Referrals, days: int) -> str:
    day = referrals.runtime.clock.now().astimezone(LONDON).date() + timedelta(days=days)
    return day.isoformat()


async def upon(referrals: Referrals) -> list[str]:
    return re.findall(r'<input type="hidden" name="upon" value="([^"]+)"', (await get(referrals)).text)


async def owed(referrals: Referrals) -> list[str]:
    """What she is owed to be told."""
    row = await referrals.runtime.row(OWED, await referrals.person("police", "1"))
    assert isinstance(row, OwedRow)
    return [each.kind for each in row.owed.updates] if row.owed else []


async def test_staff_tell_of_a_hearing_move_it_and_take_it_back(referrals: Referrals) -> None:
    assert "No agency has told of a hearing" in (await get(referrals)).text
    trial = {"hearing": "criminal-trial", "day": in_days(referrals, 5), "told_by": "witness-care"}
    assert (await send(referrals, **trial)).status_code == 303
    page = (await get(referrals)).text
    assert ("Criminal trial" in page, "The witness care unit" in page) == (True, True)

    assert "court" in await owed(referrals), "whoever told of it, it is owed to her to be told"
    (own,) = await upon(referrals)
    moved = trial | {"day": in_days(referrals, 9), "last_day": in_days(referrals, 11), "upon": own}
    assert (await send(referrals, **moved)).status_code == 303
    (again,) = await upon(referrals)
    assert again == own.replace(":1", ":2"), "it was corrected, and not told again"
    assert (await send(referrals, "/withdrawn", upon=own)).status_code == 412
    assert (await send(referrals, "/withdrawn", upon=again)).status_code == 303
    assert "No agency has told of a hearing" in (await get(referrals)).text


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(referrals: Referrals) -> None:
    day = in_days(referrals, 5)
    for form, says in (
        ({"day": day}, "Select what will be heard"),
        ({"hearing": "sentence"}, "Enter the day on which it is listed"),
        ({"hearing": "sentence", "day": day, "last_day": in_days(referrals, 4)}, "not before the first"),
    ):
        wrong = await send(referrals, **form)
        assert (wrong.status_code, says in wrong.text) == (422, True), form
        assert day in wrong.text or "day" not in form


async def test_it_is_for_whoever_may_see_what_is_owed_and_another_agencys_stays(referrals: Referrals) -> None:
    both = {"people": [PLAN["people"][0]], "hearing": "other-family", "day": in_days(referrals, 3)}
    assert (await referrals.post("police", "hearings", both)).status_code == 201

    async def there() -> bool:
        return "Family court, about something else" in (await get(referrals)).text

    await until(there)
    assert await upon(referrals) == [], "it is theirs to correct"
    for who in ("idva-south", "coordinator", "police"):
        assert (await get(referrals, who)).status_code == 404, who
        form = {"hearing": "sentence", "day": in_days(referrals, 3)}
        assert (await send(referrals, who=who, **form)).status_code == 404, who


async def test_by_rest_staff_name_the_victim_as_a_page_does_and_by_no_record(referrals: Referrals) -> None:
    said = {"victim": HERS, "people": [{"role": "victim"}], "hearing": "sentence", "day": "2026-12-01"}
    assert (await referrals.post("idva", "hearings", said)).status_code == 201
    assert (await referrals.post("police", "hearings", said)).status_code == 404, "a system has its record"
    twice = said | {"people": [PLAN["people"][0]]}
    refused = await referrals.post("idva", "hearings", twice)
    assert (refused.status_code, "named_twice" in refused.text) == (422, True)
