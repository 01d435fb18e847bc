"""An emergency MARAC is told to somebody: it is called by REST, rings whoever the area's rota has, is on the
list of an agency that must come, and its page says loudly that nobody has taken it until somebody has. On
both deployments."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
NIGHT = (START + timedelta(days=30)).replace(hour=2, minute=0, second=0)
HOUR = timedelta(hours=1)
NORTH = "northmere-north"
COORDINATOR, SUPERVISOR, DUTY_OFFICER, HOUSING = "priya-nair", "helen-sato", "marcus-dunne", "femi-adair"
NOBODY_YET = '<p class="gt-stop">Nobody has taken it yet.'


async def get(goldthread: Goldthread, who: str, path: str) -> Any:
    answer = await (await goldthread.person(who)).get(path)
    assert answer.status_code == 200, f"{who}, {path}: {answer.status_code}"
    return answer.json() if "/v1/" in path else answer.text


async def referred(goldthread: Goldthread) -> str:
    """A case that the coordinator sees, in an area whose MARAC asks the housing service."""
    asked = {"area": NORTH, "agencies": ["castlegate-housing"], "declares": False}
    coordinator = await goldthread.person(COORDINATOR)
    nobody_yet = {"If-Match": '"0"'}
    answer = await coordinator.post("/marac/v1/researchers", json=asked, headers=nobody_yet)
    assert answer.status_code == 201, answer.text
    said = caseload.referral(NIGHT - HOUR)
    case: str = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", said))["root"]

    async def there() -> bool:
        return (await coordinator.get(f"/marac/v1/cases/{case}")).status_code == 200

    await until(there, "the case is there")
    return case


async def called(goldthread: Goldthread, case: str) -> str:
    """An emergency meeting in two hours."""
    body = {"area": NORTH, "starts": (NIGHT + 2 * HOUR).isoformat(), "case": case, "venue": "01632 960144"}
    headers = {"Idempotency-Key": "tonight"}
    coordinator = await goldthread.person(COORDINATOR)
    roots = set()
    for _ in range(2):
        answer = await coordinator.post("/marac/v1/emergency-meetings", json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        roots.add(answer.json()["root"])
    (meeting,) = roots
    return str(meeting)


async def test_an_emergency_meeting_rings_whoever_is_on_call_until_somebody_takes_it(
    goldthread: Goldthread,
) -> None:
    async with Webhook() as webhook:
        await goldthread.set_clock(NIGHT)
        await scene.configure(goldthread, scene.Place(), webhook.url, NIGHT)
        case = await referred(goldthread)
        meeting = await called(goldthread, case)
        message = await until(lambda: webhook.first(SUPERVISOR, meeting), "the supervisor is rung")
        for word in ("Marlowe", "Harcastle", case, NORTH, "Northmere North", "960144"):
            assert word not in message.text, "no name, and no place"
        await nobody_has_taken_it(goldthread, meeting)

        await goldthread.set_clock(NIGHT + timedelta(minutes=6))
        await until(lambda: webhook.first(DUTY_OFFICER, meeting), "then the duty officer")
        taken = await (await goldthread.person(DUTY_OFFICER)).post(f"/notify/v1/alerts/{meeting}/acknowledge")
        assert taken.json()["state"] == "answered"
        await somebody_has(goldthread, meeting)

        await goldthread.set_clock(NIGHT + HOUR)
        await goldthread.settled()
        assert len(webhook.kept) == 2, "once it is taken nobody else is rung"
        await over(goldthread, meeting)


async def nobody_has_taken_it(goldthread: Goldthread, meeting: str) -> None:
    """Each who looks sees it, and none of them the case who may not."""

    async def told() -> bool:
        found = await get(goldthread, SUPERVISOR, f"/marac/v1/emergency-meetings/{meeting}")
        return (found["told"]["state"], len(found["told"]["calls"])) == ("waiting", 1)

    await until(told, "the meeting's page says that somebody was told")
    alert = await get(goldthread, SUPERVISOR, f"/notify/v1/alerts/{meeting}")
    assert (alert["rule"], alert["about"], alert["urgency"]) == ("emergency-marac", "meeting", "now")
    page = await get(goldthread, SUPERVISOR, f"/notify/alerts/{meeting}")
    assert f'href="/marac/emergency-meetings/{meeting}"' in page, "the alert leads to the meeting"
    for who in (SUPERVISOR, HOUSING, COORDINATOR):
        page = await get(goldthread, who, f"/marac/emergency-meetings/{meeting}")
        assert NOBODY_YET in page, who
        assert "01632 960144" in page
        assert "Castlegate Housing" in page, "whom to ring"
        assert "Marlowe" not in page
    assert NOBODY_YET in await get(goldthread, COORDINATOR, f"/marac/meetings/{meeting}")

    async def asked() -> dict[str, Any] | None:
        waits = (await get(goldthread, HOUSING, "/marac/v1/research"))["waits"]
        return next((each for each in waits if each["meeting"] == meeting), None)

    ask = await until(asked, "the agency is asked")
    assert (ask["emergency"], ask["due"], ask["state"]) == (True, ask["starts"], "asked")


async def somebody_has(goldthread: Goldthread, meeting: str) -> None:
    """Who took it is on both pages."""

    async def taken() -> bool:
        told = (await get(goldthread, COORDINATOR, f"/marac/v1/emergency-meetings/{meeting}"))["told"]
        return (told["state"], told["taken_by"], told["taken_call"]) == ("taken", "Northmere Police", 2)

    await until(taken, "somebody took it")
    page = await get(goldthread, COORDINATOR, f"/marac/meetings/{meeting}")
    assert "Taken by Northmere Police" in page
    assert NOBODY_YET not in page


async def over(goldthread: Goldthread, meeting: str) -> None:
    """An hour after it began its clock has stopped, and its alert is stood down."""
    await goldthread.set_clock(NIGHT + 3 * HOUR + timedelta(minutes=1))

    async def stood_down() -> bool:
        return bool(
            (await get(goldthread, SUPERVISOR, f"/notify/v1/alerts/{meeting}"))["state"] == "stood-down"
        )

    await until(stood_down, "nobody is told any more")
    told = (await get(goldthread, COORDINATOR, f"/marac/v1/emergency-meetings/{meeting}"))["told"]
    assert told["state"] == "taken", "who took it stays on its page"
