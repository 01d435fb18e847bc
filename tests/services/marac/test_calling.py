"""A meeting is called, changed and called off, and a case taken off its agenda: by REST and by page, by
whoever coordinates its MARAC, of whichever agency."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.accept import own_header
from chassis.clock import LONDON
from chassis.ids import new_id
from contracts.events.research import InterestDeclared, Tie
from services.marac.rules.sitting import is_moved_back, why_not_called_off
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_listing import form, on, once, send, waits
from tests.support.facts import NOON
from tests.support.waiting import until

CHAIR = CALLERS["chair"].id


def typed(starts: datetime, **more: str) -> dict[str, str]:
    """The form, filled in."""
    local = starts.astimezone(LONDON)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}", "venue": "Room 4"} | more


def upon(page: str) -> str:
    """The version that a form is upon, as the form says it."""
    found = set(re.findall(r'name="upon" value="([^"]+)"', page))
    assert len(found) == 1, found
    return str(found.pop())


async def asks(
    marac: Marac, who: str, method: str, path: str, said: Any = None, **headers: str
) -> httpx.Response:
    given = {"Authorization": f"Bearer {who}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await marac.http.request(method, f"/marac/v1/{path}", json=said, headers=given)


async def read(marac: Marac, meeting: str, who: str = "coordinator") -> dict[str, Any]:
    found: dict[str, Any] = (await marac.get(who, f"meetings/{meeting}")).json()
    return found


async def called(marac: Marac, days: float = 7, **more: Any) -> str:
    """A meeting of the north that the police's coordinator calls."""
    starts = (marac.runtime.clock.now() + timedelta(days=days)).replace(second=0, microsecond=0)
    said = {"area": "north", "starts": starts.isoformat()} | more
    return str((await marac.post("coordinator", "meetings", said)).json()["root"])


@pytest.mark.parametrize(
    ("closed", "recorded", "why"),
    [
        (False, False, None),
        (False, True, "meeting-recorded"),
        (True, False, "meeting-closed"),
        (True, True, "meeting-closed"),
    ],
)
def test_why_a_meeting_cannot_be_called_off(closed: bool, recorded: bool, why: str | None) -> None:
    assert why_not_called_off(closed=closed, recorded=recorded) == why


@pytest.mark.parametrize(
    ("starts", "before", "back"),
    [(1, None, False), (0, None, True), (-1, None, True), (-1, -1, False), (-1, 1, True), (1, -1, False)],
)
def test_a_meeting_is_not_moved_to_a_time_that_has_passed(
    starts: int, before: int | None, back: bool
) -> None:
    """In hours from now."""
    when = None if before is None else NOON + timedelta(hours=before)
    assert is_moved_back(NOON + timedelta(hours=starts), when, NOON) is back


async def test_a_meeting_is_called_by_page_once_however_often_the_button_is_pressed(marac: Marac) -> None:
    await prepared(marac)
    page = await form(marac, "coordinator", "/marac/call")
    starts = marac.runtime.clock.now() + timedelta(days=9)
    given = {"once": once(page), "area": "north"} | typed(starts, me="yes", slots="12")
    before = len((await marac.get("coordinator", "meetings")).json()["to_come"])
    for wrong, says in (
        (given | {"day": ""}, "Enter a day and a time"),
        (given | {"slots": "many"}, "Enter a number from 1 to 100, or nothing"),
        (given | {"area": ""}, "Choose the MARAC"),
        (given | typed(starts - timedelta(days=400)), "that have not passed"),
    ):
        refused = await send(marac, "coordinator", "/marac/call", **wrong)
        assert (refused.status_code, says in refused.text) == (422, True)
        assert "Room 4" in refused.text, "what was typed is kept"
    for _ in range(2):
        sent = await send(marac, "coordinator", "/marac/call", **given)
        assert sent.status_code == 303, sent.text
    meetings = (await marac.get("coordinator", "meetings")).json()["to_come"]
    assert len(meetings) == before + 1
    found = await read(marac, sent.headers["location"].rsplit("/", 1)[1])
    assert (found["venue"], found["slots"], found["chair"]) == ("Room 4", 12, CALLERS["coordinator"].id)
    assert "Chair: coordinator." in await form(marac, "chair", sent.headers["location"])
    elsewhere = await send(marac, "coordinator-elsewhere", "/marac/call", **given | {"once": new_id()})
    assert elsewhere.status_code == 404
    for who in ("chair", "idva", "housing"):
        assert (await send(marac, who, "/marac/call", **given)).status_code == 404


async def test_another_agencys_coordinator_changes_it_and_who_comes_second_is_told(marac: Marac) -> None:
    await prepared(marac)
    meeting = await called(marac, chair=CHAIR, chair_name="Rowan Ellis")
    path = f"/marac/meetings/{meeting}/change"
    page, mine = [await form(marac, who, path) for who in ("coordinator-too", "coordinator")]
    later = marac.runtime.clock.now() + timedelta(days=10)
    seen = {"once": once(page), "upon": upon(page)}
    given = seen | typed(later, chair_name="Rowan Ellis")
    for _ in range(2):
        assert (await send(marac, "coordinator-too", path, **given)).status_code == 303
    found = await read(marac, meeting)
    assert (found["version"], found["venue"], found["chair"]) == (2, "Room 4", CHAIR), (
        "who chairs it still does"
    )
    second = {"once": once(mine), "upon": upon(mine)} | typed(later, venue="Town hall", chair_name="Ida Moss")
    wrong = await send(marac, "coordinator", path, **second | {"slots": "9" * 5000})
    assert (wrong.status_code, upon(wrong.text)) == (422, "1"), "what is wrong does not lift what was seen"
    clash = await send(marac, "coordinator", path, **second)
    assert clash.status_code == 412
    assert all(
        words in clash.text for words in ("Somebody has changed the meeting", "At Room 4.", "Town hall")
    )
    assert (await read(marac, meeting))["venue"] == "Room 4"
    again = second | {"once": once(clash.text), "upon": upon(clash.text)}
    assert (await send(marac, "coordinator", path, **again)).status_code == 303
    found = await read(marac, meeting)
    assert (found["venue"], found["chair"], found["chair_name"]) == ("Town hall", None, "Ida Moss")
    past = seen | typed(later - timedelta(days=30))
    refused = await send(marac, "coordinator", path, **past)
    assert (refused.status_code, "count as heard" in refused.text) == (422, True)


async def test_by_rest_it_is_changed_and_called_off_upon_its_version(marac: Marac) -> None:
    made = await prepared(marac)
    meeting, path = made.meeting, f"meetings/{made.meeting}"
    answer = await marac.get("coordinator-too", path)
    assert answer.headers["ETag"] == '"1"'
    said = {"area": "north", "starts": answer.json()["starts"], "venue": "Room 9"}
    for who in ("chair", "idva", "coordinator-elsewhere"):
        assert (await asks(marac, who, "GET", path)).status_code == 404
        assert (await asks(marac, who, "PUT", path, said, If_Match='"1"')).status_code == 404
        assert (await asks(marac, who, "DELETE", path, If_Match='"1"')).status_code == 404
        assert (
            await asks(marac, who, "DELETE", f"{path}/cases/{made.case}", If_Match='"1"')
        ).status_code == 404
    assert (await asks(marac, "coordinator", "PUT", path, said)).status_code == 428
    key = new_id()
    for status in ("accepted", "repeated"):
        changed = await asks(marac, "coordinator-too", "PUT", path, said, If_Match='"1"', Idempotency_Key=key)
        assert (changed.is_success, changed.json()["status"]) == (True, status)
    assert (await asks(marac, "coordinator", "PUT", path, said, If_Match='"1"')).status_code == 412
    assert (await asks(marac, "coordinator", "DELETE", path, If_Match='"1"')).status_code == 412
    abroad = said | {"area": "south"}
    assert (await asks(marac, "coordinator", "PUT", path, abroad, If_Match='"2"')).status_code == 404
    for status in ("accepted", "repeated"):
        off = await asks(marac, "coordinator", "DELETE", path, If_Match='"2"', Idempotency_Key=f"{key}-off")
        assert (off.is_success, off.json()["status"]) == (True, status)
    await until(lambda: is_waiting(marac, made.case), what="its case waits again")
    assert (await marac.get("coordinator", path)).status_code == 404
    assert meeting not in {
        each["meeting"] for each in (await marac.get("chair", "meetings")).json()["to_come"]
    }


async def is_waiting(marac: Marac, case: str) -> bool:
    return case in await waits(marac)


async def test_whose_time_passed_and_was_not_held_is_called_off_by_page(marac: Marac) -> None:
    """Its cases had counted as heard: they wait again, and nobody is asked about it any more."""
    made = await prepared(marac)
    await marac.runtime.set_clock(marac.runtime.clock.now() + timedelta(days=9))

    async def asked() -> bool:
        return "call it off" in await form(marac, "coordinator", "/marac/waiting")

    await until(asked, what="whether it was held is asked, and leads to calling it off")
    assert not await is_waiting(marac, made.case)
    path = f"/marac/meetings/{made.meeting}"
    page = await form(marac, "coordinator", f"{path}/change")
    assert "Its cases wait again" in page
    unmeant = await send(marac, "coordinator", f"{path}/call-off", once=once(page), upon=upon(page))
    assert (unmeant.status_code, "Tick that it is not to be held" in unmeant.text) == (422, True)
    sent = await send(marac, "coordinator", f"{path}/call-off", once=once(page), upon="1", sure="yes")
    assert sent.status_code == 303, sent.text
    assert "The meeting was called off." in await form(marac, "coordinator", sent.headers["location"])
    await until(lambda: is_waiting(marac, made.case), what="its case waits again")
    assert not await asked()
    again = await send(marac, "coordinator", f"{path}/call-off", once=once(page), upon="1", sure="yes")
    assert again.status_code == 303, "pressed twice"


async def test_a_case_is_taken_off_and_waits_again(marac: Marac) -> None:
    made: Prepared = await prepared(marac)
    path = f"/marac/meetings/{made.meeting}"
    page = await form(marac, "coordinator-too", f"{path}/change")
    pressed = {"once": once(page), "case": made.case, "upon": "1"}
    for _ in range(2):
        assert (await send(marac, "coordinator-too", f"{path}/take-off", **pressed)).status_code == 303
    await until(lambda: is_waiting(marac, made.case), what="it waits again")
    assert await on(marac, made.meeting) == []
    assert (await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": made.case})).is_success
    gone = f"meetings/{made.meeting}/cases"
    stale = await asks(marac, "coordinator", "DELETE", f"{gone}/{made.case}", If_Match='"2"')
    assert stale.status_code == 412
    assert (await asks(marac, "coordinator", "DELETE", f"{gone}/{made.case}", If_Match='"1"')).is_success
    assert (
        await asks(marac, "coordinator", "DELETE", f"{gone}/{made.case}", If_Match='"1"')
    ).status_code == 404


async def test_what_a_meeting_recorded_stays_and_a_closed_one_is_not_changed(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"meetings/{made.meeting}"
    assert (await marac.post("chair", f"{path}/sitting", {"step": "opened"})).is_success
    heard = {"risks": "He knows the school.", "told_by": "haven", "safe_to_tell": True}
    assert (await marac.post("chair", f"{path}/cases/{made.case}/hearing", heard)).is_success
    refused = await asks(marac, "coordinator", "DELETE", f"{path}/cases/{made.case}", If_Match='"1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "case-recorded")
    page = await form(marac, "coordinator", f"/marac/{path}/change")
    assert "has recorded something of it" in page
    assert "Take off the agenda" not in page
    off = await asks(marac, "coordinator", "DELETE", path, If_Match='"1"')
    assert (off.status_code, off.json()["code"]) == (409, "meeting-recorded")
    by_page = await send(
        marac, "coordinator", f"/marac/{path}/call-off", once=once(page), upon="1", sure="yes"
    )
    assert (by_page.status_code, "close it instead" in by_page.text) == (409, True)
    by_page = await send(
        marac, "coordinator", f"/marac/{path}/take-off", once=once(page), case=made.case, upon="1"
    )
    assert (by_page.status_code, "it stays on the agenda" in by_page.text) == (409, True)
    seat = {"agency": "police", "attended": "present", "who": "Rowan Ellis", "chairs": True}
    assert (await marac.post("chair", f"{path}/attendance", seat)).is_success
    assert (await marac.post("chair", f"{path}/sitting", {"step": "closed"})).is_success
    said = {"area": "north", "starts": (await read(marac, made.meeting))["starts"]}
    for method, content in (("PUT", said), ("DELETE", None)):
        closed = await asks(marac, "coordinator", method, path, content, If_Match='"1"')
        assert (closed.status_code, closed.json()["code"]) == (409, "meeting-closed")
    late = await send(marac, "coordinator", f"/marac/{path}/call-off", once=once(page), upon="1", sure="yes")
    assert (late.status_code, "has been closed since" in late.text) == (409, True)
    assert "call-off" not in (await form(marac, "coordinator", f"/marac/{path}/change")).split("<main")[1]


async def test_an_emergency_meeting_called_for_now_is_changed_and_nobody_is_called_anew(marac: Marac) -> None:
    """It begins to the second, and the form has minutes."""
    await prepared(marac)
    asked = {"area": "north", "venue": "01632 960100"}
    meeting = (await marac.post("chair", "emergency-meetings", asked)).json()["root"]
    before = await read(marac, meeting)
    path = f"/marac/meetings/{meeting}/change"
    page = await form(marac, "coordinator", path)
    starts = datetime.fromisoformat(before["starts"])
    given = {"once": once(page), "upon": upon(page)} | typed(starts, venue="01632 960101")
    sent = await send(marac, "coordinator", path, **given)
    assert sent.status_code == 303, sent.text
    after = await read(marac, meeting)
    assert (after["starts"], after["venue"], after["emergency"]) == (before["starts"], "01632 960101", True)


async def test_a_key_that_took_a_case_off_one_meeting_does_not_take_it_off_another(marac: Marac) -> None:
    made = await prepared(marac)
    other = await called(marac)
    assert (await marac.post("coordinator", f"meetings/{other}/cases", {"case": made.case})).is_success
    key = new_id()
    answers = [
        await asks(
            marac,
            "coordinator",
            "DELETE",
            f"meetings/{each}/cases/{made.case}",
            If_Match='"1"',
            Idempotency_Key=key,
        )
        for each in (made.meeting, made.meeting, other)
    ]
    assert [each.status_code for each in answers] == [200, 200, 409]
    assert answers[2].json()["code"] == "same-key-other-content"
    assert await on(marac, other) == [made.case]


async def test_whoever_has_a_tie_sees_no_case_of_it_to_take_off(marac: Marac) -> None:
    made = await prepared(marac)
    said = InterestDeclared(person=CALLERS["coordinator-too"].id, cases=[Tie(case=made.case, tie=True)])
    now = own_header(marac.runtime.clock.now())
    await marac.runtime.take(now, said, caller=CALLERS["coordinator-too"], right="test")

    async def hidden() -> bool:
        return (await read(marac, made.meeting, "coordinator-too"))["cases"] == []

    await until(hidden, what="the case is not there for them")
    path = f"meetings/{made.meeting}/cases/{made.case}"
    assert (await asks(marac, "coordinator-too", "DELETE", path, If_Match='"1"')).status_code == 404
    assert [each["case"] for each in (await read(marac, made.meeting))["cases"]] == [made.case]
