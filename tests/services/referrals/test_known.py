"""The support of a victim as it was known: what was shown then, whatever has come since; and how to reach the
victim is of now alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.events.configuration import AreaDefined
from contracts.vocabulary import AreaKind
from tests.services.referrals.scene import Referrals
from tests.services.referrals.test_support_http import ann, assessed, get, owed, prepared, step
from tests.support.waiting import settled, until
from tests.support.watermarks import nothing_from_others

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OF_THE_MOMENT = ("at", "known_at", "fresh_until")
NUMBER = "07700 900142"


async def look(
    referrals: Referrals, page: str, shows: Callable[[dict[str, Any]], bool]
) -> tuple[datetime, dict[str, Any]]:
    """What is shown once it shows what was said last, as it is given later; then hours pass."""

    async def there() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await get(referrals, "idva", page)).json()
        return shown if shows(shown) and await settled(referrals.runtime) else None

    await until(there)
    then = referrals.runtime.clock.now()
    shown = (await get(referrals, "idva", page)).json()
    shown["way_then"] = shown.pop("way") | {"contact": None}
    await referrals.runtime.set_clock(then + timedelta(hours=2))

    async def passed() -> bool:
        held = await referrals.runtime.held_until()
        return held is not None and held > then

    await until(passed)
    return then, {name: value for name, value in shown.items() if name not in OF_THE_MOMENT}


def accepted_by_them(shown: dict[str, Any]) -> bool:
    """Whether the service has accepted."""
    return [each["state"] for each in shown["courses"]] == ["accepted"]


def address(page: str, at: datetime) -> str:
    return f"{page}?at={at:%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_support_as_it_was_known_is_what_was_shown_and_no_way_to_reach_anybody(
    referrals: Referrals,
) -> None:
    await nothing_from_others(referrals.runtime.log, "referrals")
    before = referrals.runtime.clock.now()
    await prepared(referrals)
    contact = {"method": "text", "number": NUMBER, "no_uniform": True}
    first = await assessed(referrals, contact=contact)
    line = await owed(referrals, "haven", "idva-asked", "support-referral")
    page = f"/v1/support/{line['mention']}"
    seen = [await look(referrals, page, lambda shown: shown["way"]["because"] == "not-verified")]
    accepted = await referrals.post("haven", "support-steps", step("accepted"))
    seen.append(await look(referrals, page, accepted_by_them))
    failed = {"people": [ann("N-1")], "method": "letter", "failure": "returned"}
    await referrals.post("police", "failed-contacts", failed)
    seen.append(await look(referrals, page, lambda shown: shown["way"]["because"] == "failed"))
    await referrals.configure(AreaDefined(area="north", name="North Bank", kind=AreaKind.MARAC))
    seen.append(await look(referrals, page, lambda shown: shown["area_name"] == "North Bank"))
    assert (await referrals.withdraw("haven", accepted)).is_success
    seen.append(await look(referrals, page, lambda shown: not shown["courses"]))
    assert len({str(shown) for _, shown in seen}) >= len(seen) - 1, "the story changes the page"
    for then, shown in seen:
        known = await get(referrals, "idva", address(page, then))
        body = known.json()
        assert (datetime.fromisoformat(body["known_at"]), body.pop("way")) == (then, None)
        assert {name: value for name, value in body.items() if name not in OF_THE_MOMENT} == shown
        assert NUMBER not in known.text
    assert first.status_code == 201
    assert (await get(referrals, "idva", address(page, before))).status_code == 404
    assert (await get(referrals, "coordinator-elsewhere", address(page, seen[0][0]))).status_code == 404
    to_come = referrals.runtime.clock.now() + timedelta(days=1)
    assert (await get(referrals, "idva", address(page, to_come))).json()["code"] == "not-yet-known"


async def test_the_page_of_then_says_that_nothing_on_it_is_a_way_to_reach_anybody(
    referrals: Referrals,
) -> None:
    await nothing_from_others(referrals.runtime.log, "referrals")
    await prepared(referrals)
    await assessed(referrals, contact={"method": "text", "number": NUMBER, "no_uniform": True})
    line = await owed(referrals, "haven", "idva-asked", "support-referral")
    page = f"/v1/support/{line['mention']}"
    then, _ = await look(referrals, page, lambda shown: bool(shown["way"]["contact"]))
    path = f"/support/{line['mention']}"
    headers = {"Authorization": "Bearer idva", "Accept": "text/html"}
    assert NUMBER in (await referrals.http.get(f"/referrals{path}", headers=headers)).text
    given = await referrals.http.get(f"/referrals{address(path, then)}", headers=headers)
    assert given.status_code == 200
    assert "DO NOT MAKE CONTACT BY ANYTHING ON THIS PAGE" in given.text
    assert "AS IT WAS KNOWN" in given.text
    assert NUMBER not in given.text
    assert '/steps"' not in given.text
    typed = {"day": "31", "month": "2", "year": "2026"}
    wrong = await referrals.http.get(f"/referrals{path}", params=typed, headers=headers)
    assert (wrong.status_code, "Enter a day that there is" in wrong.text) == (422, True)
