"""The operator's page of what could not be read, over HTTP: many records, decided together."""

import re
from html import unescape
from typing import Any

import pytest

from chassis.http.parked import Unread
from chassis.log import Record
from tests.services.referrals.scene import Referrals
from tests.support.waiting import until

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OPERATOR = {"Authorization": "Bearer operator", "Accept": "text/html"}
PARKED = "/referrals/parked"
MANY = 53


async def look(referrals: Referrals, address: str = PARKED) -> str:
    answer = await referrals.http.get(address, headers=OPERATOR)
    assert answer.status_code == 200
    return unescape(answer.text)


def form(page: str) -> tuple[str, dict[str, Any]]:
    """Where the first form leads, and what it says of those alike."""
    action = re.search(r'action="(/referrals/parked/incidents/[^"]+)"', page)
    assert action
    fields = {}
    for name in ("alike", "alike_reason"):
        tag = next(each for each in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in each)
        fields[name] = re.findall(r'value="([^"]*)"', tag)[0]
    return action[1], fields


@pytest.mark.parametrize("referrals", STORES, indirect=True)
async def test_records_that_are_alike_are_decided_together_from_the_page(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is alike is worked out once, and not for each form; how many have none is said."""
    looked, undecided = [], Unread.undecided.fget
    assert undecided

    def counted(unread: Unread) -> Any:
        looked.append(unread)
        return undecided(unread)

    broken = Record("incidents", "k", b"{no json")
    await referrals.runtime.log.append([broken] * MANY)

    async def there() -> bool:
        return f"{MANY} records could not be read." in await look(referrals)

    await until(there)
    monkeypatch.setattr(Unread, "undecided", property(counted))
    page = await look(referrals)
    assert len(looked) == 1
    assert f"Decide the same for all {MANY} records" in page
    assert "3 of them are not on this page." in page
    action, alike = form(page)
    assert alike["alike_reason"] == "not JSON"
    for decision, reason, banner in (
        ("replay", "mended", f"{MANY} of them still cannot be read and stay here."),
        ("discard", "of-no-use", f"{MANY} records were decided. Each decision is on record."),
    ):
        said = {"decision": decision, "reason": reason, **alike}
        answer = await referrals.http.post(action, data=said, headers=OPERATOR)
        assert answer.status_code == 303, answer.text
        done = await look(referrals, answer.headers["location"])
        assert f"{MANY} records were decided." in done
        assert banner in done
    assert f"{MANY} records were discarded." in done
    again = await referrals.http.post(action, data=said, headers=OPERATOR)
    assert again.status_code == 404


async def test_nothing_is_decided_where_the_reason_is_not_the_one_that_was_shown(
    referrals: Referrals,
) -> None:
    broken = Record("incidents", "k", b"{no json")
    await referrals.runtime.log.append([broken] * 2)

    async def there() -> bool:
        return "2 records could not be read." in await look(referrals)

    await until(there)
    action, alike = form(await look(referrals))
    said = {"decision": "discard", "reason": "of-no-use", **alike, "alike_reason": "kind: enum"}
    refused = await referrals.http.post(action, data=said, headers=OPERATOR)
    assert (refused.status_code, "Nothing was decided" in refused.text) == (409, True)
    assert "2 records could not be read." in await look(referrals)
