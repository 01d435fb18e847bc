"""An emergency meeting is told to somebody: the rule as a table, its clock, and what its page says of who was
called and who took it."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.accept import own_header
from chassis.facts import Fact
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.conference import MeetingCalled
from contracts.events.meeting import MeetingClosed
from contracts.vocabulary import AlertRule, Channel, StaffRole, Urgency
from services.marac.rules import sharing
from services.marac.rules.emergency import JOIN_LATE, Calling, called_at, over_at
from tests.services.marac import caseload
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.support.facts import NOON, fact, root_of
from tests.support.tables import lines
from tests.support.waiting import until
from tests.support.world import World

RULE = AlertRule.EMERGENCY_MARAC
HOUR = timedelta(hours=1)


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-25T{said}Z")


@lines(__file__, "emergency")
def test_when_people_are_told_anew(line: dict[str, Any]) -> None:
    versions = [
        Calling(at(each["at"]), at(each["starts"]), each.get("area", "north"), each.get("emergency", True))
        for each in line["versions"]
    ]
    assert called_at(versions) == (at(line["told"]) if line["told"] else None)


@pytest.mark.parametrize(
    ("who", "role", "areas", "called", "sees"),
    [
        ("a", StaffRole.MARAC_COORDINATOR, ["north"], [], True),
        ("a", StaffRole.MARAC_REPRESENTATIVE, ["castleshire"], [], True),
        ("a", StaffRole.SUPERVISOR, ["north"], [], True),
        ("a", StaffRole.ON_CALL, ["south"], [], False),
        ("a", StaffRole.ON_CALL, ["south"], ["a"], True),
        ("a", StaffRole.ON_CALL, ["south"], ["b"], False),
        ("a", StaffRole.SUPERVISOR, ["south"], [None], True),
        ("a", StaffRole.MARAC_CHAIR, ["south"], ["a", None], False),
        ("a", StaffRole.OPERATOR, ["north"], ["a", None], False),
        ("a", StaffRole.MATAC_COORDINATOR, ["north"], [], False),
        ("a", StaffRole.REPORTER, ["north"], [], False),
    ],
)
def test_who_may_see_one(who: str, role: StaffRole, areas: list[str], called: list[Any], sees: bool) -> None:
    assert sharing.may_see_emergency(who, [role], areas, ("north", "castleshire"), called) == sees


def emergency(starts: datetime, said_at: datetime, version: int = 1, **more: Any) -> Fact[MeetingCalled]:
    """A version of the meeting, written down then."""
    said = MeetingCalled(**({"area": "north", "starts": starts, "emergency": True} | more))
    return fact(said, agency="police", occurred=said_at, root="meeting", version=version)


def clocks(world: World) -> list[tuple[int, datetime, str | None]]:
    """Of the clock of the meeting each generation that runs: until when, in which area."""
    of = [each.content for each in world.facts]
    over = {each.generation for each in of if isinstance(each, ClockStopped) and each.rule is RULE}
    return [
        (each.generation, each.due, each.routing.area if each.routing else None)  # type: ignore[union-attr]
        for each in of
        if isinstance(each, ClockStarted) and each.rule is RULE and each.generation not in over
    ]


def later(world: World, when: datetime, *facts: Fact[Any]) -> list[tuple[int, datetime, str | None]]:
    """What runs once these facts have come, at a time."""
    world.add(*facts)
    world.at = when
    world.settle()
    return clocks(world)


def test_it_runs_out_as_it_is_called_and_stops_an_hour_after_the_meeting_began() -> None:
    told = caseload.world(emergency(NOON, NOON))
    assert later(told, NOON) == [(1, NOON, "north")], "one that is called for now is told too"
    folded = told.fold()["conference_meeting", root_of("meeting")]
    assert folded.changes_at == over_at(NOON) == NOON + JOIN_LATE
    assert later(told, NOON + JOIN_LATE - timedelta(minutes=1)) == [(1, NOON, "north")]
    assert later(told, NOON + JOIN_LATE) == []


def test_it_is_said_anew_only_where_the_meeting_begins_earlier_or_elsewhere() -> None:
    told = caseload.world(emergency(NOON + 4 * HOUR, NOON))
    assert later(told, NOON) == [(1, NOON, "north")]
    soon = NOON + HOUR / 4
    assert later(told, soon, emergency(NOON + 5 * HOUR, soon, 2)) == [(1, NOON, "north")]
    sooner = NOON + HOUR / 2
    assert later(told, sooner, emergency(NOON + 2 * HOUR, sooner, 3)) == [(2, sooner, "north")]
    elsewhere = NOON + HOUR
    moved = emergency(NOON + 2 * HOUR, elsewhere, 4, area="south")
    assert later(told, elsewhere, moved) == [(3, elsewhere, "south")]


def test_it_stops_when_the_meeting_is_withdrawn_closed_or_an_emergency_no_more() -> None:
    ends = {
        "withdrawn": fact(
            MeetingCalled(area="north", starts=NOON),
            agency="police",
            root="meeting",
            version=2,
            withdrawn=True,
        ),
        "closed": fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed"),
        "none": emergency(NOON + HOUR, NOON, 2, emergency=False),
    }
    for what, end in ends.items():
        told = caseload.world(emergency(NOON + HOUR, NOON))
        assert len(later(told, NOON)) == 1
        assert later(told, NOON + HOUR / 10, end) == [], what


def test_one_that_was_called_off_and_is_on_again_is_told_anew() -> None:
    told = caseload.world(emergency(NOON + 4 * HOUR, NOON))
    assert later(told, NOON) == [(1, NOON, "north")]
    about: dict[str, Any] = {"rule": RULE, "cause": root_of("meeting"), "generation": 1}
    told.add(fact(AlertRaised(**about, urgency=Urgency.NOW), agency="goldthread", root="alert"))
    taken = AlertAcknowledged(**about, person=CALLERS["on-call"].id)
    told.add(fact(taken, agency="police", root="taken"))
    off = MeetingCalled(area="north", starts=NOON)
    gone = fact(off, agency="police", occurred=NOON, root="meeting", version=2, withdrawn=True)
    assert later(told, NOON + HOUR / 4, gone) == []
    again = NOON + HOUR / 2
    assert later(told, again, emergency(NOON + 4 * HOUR, again, 3)) == [(2, again, "north")]


@pytest.mark.parametrize(("answered", "anew"), [(True, []), (False, [(2, NOON, "north")])])
def test_one_that_was_closed_by_mistake_and_goes_on_is_told_anew_only_where_nobody_had_taken_it(
    answered: bool, anew: list[tuple[int, datetime, str | None]]
) -> None:
    told = caseload.world(emergency(NOON + 4 * HOUR, NOON))
    assert later(told, NOON) == [(1, NOON, "north")]
    about: dict[str, Any] = {"rule": RULE, "cause": root_of("meeting"), "generation": 1}
    told.add(fact(AlertRaised(**about, urgency=Urgency.NOW), agency="goldthread", root="alert"))
    if answered:
        taken = AlertAcknowledged(**about, person=CALLERS["on-call"].id)
        told.add(fact(taken, agency="police", root="taken"))
    assert later(told, NOON + HOUR / 4) == [(1, NOON, "north")], "taken, it runs until the meeting is closed"
    closed = MeetingClosed(meeting=root_of("meeting"))
    assert later(told, NOON + HOUR / 2, fact(closed, agency="police", root="closed")) == []
    goes_on = fact(closed, agency="police", root="closed", version=2, withdrawn=True)
    assert later(told, NOON + HOUR, goes_on) == anew
    sooner = emergency(NOON + 2 * HOUR, NOON + HOUR, 2)
    assert later(told, NOON + HOUR, sooner)[-1][1:] == (NOON + HOUR, "north"), "another time is told anew"


def test_an_ordinary_meeting_and_one_that_was_over_when_it_became_known_call_nobody() -> None:
    assert later(caseload.world(emergency(NOON, NOON - HOUR, emergency=False)), NOON) == []
    assert later(caseload.world(emergency(NOON - 2 * HOUR, NOON - 3 * HOUR)), NOON) == []


def test_one_that_its_system_wrote_down_long_ago_is_told_when_it_becomes_an_emergency() -> None:
    written = NOON - timedelta(days=26)
    told = caseload.world(emergency(NOON + 4 * HOUR, written, emergency=False))
    assert later(told, NOON) == []
    assert later(told, NOON, emergency(NOON + 4 * HOUR, written, 2)) == [(1, written, "north")]


async def called(marac: Marac, **more: Any) -> tuple[Prepared, str]:
    """An emergency meeting of the case, in two hours, whose clock runs."""
    made = await prepared(marac)
    starts = (marac.runtime.clock.now() + 2 * HOUR).isoformat()
    body = {"area": "north", "starts": starts, "venue": "01632 960100", "case": made.case} | more
    answer = await marac.post("coordinator", "emergency-meetings", body)
    assert answer.status_code == 201, answer.text
    meeting = answer.json()["root"]
    await until(lambda: running(marac, meeting), what="its clock runs")
    return made, meeting


@pytest.mark.parametrize("role", StaffRole)
def test_who_may_call_one_and_who_any_other_meeting(role: StaffRole) -> None:
    on_duty = {StaffRole.ON_CALL, StaffRole.SUPERVISOR}
    calls = role in {StaffRole.MARAC_CHAIR, StaffRole.MARAC_COORDINATOR, *on_duty}
    assert sharing.may_call([role], emergency=True) == calls
    assert sharing.may_call([role], emergency=False) == (role is StaffRole.MARAC_COORDINATOR)


async def test_its_chair_and_whoever_is_on_duty_call_one_there_and_no_other_meeting(marac: Marac) -> None:
    made = await prepared(marac)
    body = {"area": "north", "venue": "01632 960100"}
    for who, more, status in (
        ("chair", {"case": made.case}, 201),
        ("on-call", {}, 201),
        ("on-call", {"area": "south"}, 404),
        ("on-call", {"case": made.case}, 404),
        ("chair-elsewhere", {}, 404),
        ("idva", {}, 404),
        ("housing", {}, 404),
        ("officer", {}, 404),
    ):
        answer = await marac.post(who, "emergency-meetings", body | more)
        assert answer.status_code == status, (who, more)
    starts = (marac.runtime.clock.now() + HOUR).isoformat()
    for who in ("chair", "on-call"):
        asked = {"area": "north", "starts": starts}
        assert (await marac.post(who, "meetings", asked)).status_code == 404, who
    headers = {"Authorization": "Bearer on-call"}
    form = await page(marac, "on-call", "emergency")
    assert (form.status_code, "Say on the telephone whom it is about" in form.text) == (200, True)
    once = form.text.split('name="once" value="')[1].split('"')[0]
    typed = {"area": "north", "when": "now", "venue": "01632 960101", "once": once}
    pressed = await marac.http.post("/marac/emergency", data=typed, headers=headers)
    own = pressed.headers["location"]
    assert (pressed.status_code, own.rsplit("/", 1)[0]) == (303, "/marac/emergency-meetings")
    meeting = own.rsplit("/", 1)[1]
    await until(lambda: running(marac, meeting), what="somebody is told")
    assert (await page(marac, "on-call", f"emergency-meetings/{meeting}")).status_code == 200
    assert (await page(marac, "on-call", f"meetings/{meeting}")).status_code == 404, "no case is theirs"
    off = headers | {"If-Match": '"1"'}
    other = {"area": "north", "starts": starts, "emergency": False}
    plain = await marac.http.get(f"/marac/v1/facts/{made.meeting}", headers=headers)
    assert plain.status_code == 404, "a meeting that is none is not theirs"
    now = marac.runtime.clock.now().isoformat()
    header = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
    sent = header | {"content": other}
    changed = await marac.http.put(f"/marac/v1/facts/{meeting}", json=sent, headers=off)
    assert changed.status_code == 404, changed.text
    gone = await marac.http.delete(f"/marac/v1/facts/{meeting}", headers=off)
    assert gone.status_code == 200, gone.text


async def running(marac: Marac, meeting: str) -> list[ClockStarted]:
    """The clocks that run about the meeting's being told."""
    facts = await marac.runtime.facts([f"o:{meeting}"])
    over = {(each.said.rule, each.said.generation) for each in facts.current(ClockStopped)}
    found = [each.said for each in facts.current(ClockStarted) if each.said.rule is RULE]
    return [each for each in found if (each.rule, each.generation) not in over]


async def page(marac: Marac, who: str, path: str) -> httpx.Response:
    return await marac.http.get(f"/marac/{path}", headers={"Authorization": f"Bearer {who}"})


async def told(marac: Marac, meeting: str, who: str = "on-call") -> dict[str, Any]:
    found: dict[str, Any] = (await marac.get(who, f"emergency-meetings/{meeting}")).json()["told"]
    return found


async def test_its_pages_say_loudly_that_nobody_has_taken_it_until_somebody_has(marac: Marac) -> None:
    made, meeting = await called(marac)
    assert (await told(marac, meeting))["state"] == "calling"
    who, now = CALLERS["on-call"], marac.runtime.clock.now()
    about: dict[str, Any] = {"rule": RULE, "cause": meeting, "generation": 1}
    await marac.say("goldthread", AlertRaised(**about, urgency=Urgency.NOW))
    call = {"rung": 0, "due": now, "person": who.id, "area": "north", "channels": [Channel.WEBHOOK]}
    await marac.say("goldthread", AlertCalled(**about, **call))

    async def waits() -> bool:
        found = await told(marac, meeting)
        return (found["state"], len(found["calls"])) == ("waiting", 1)

    await until(waits, what="somebody was told")
    for reader, path in (
        ("chair", f"meetings/{meeting}"),
        ("on-call", f"emergency-meetings/{meeting}"),
        ("housing", f"emergency-meetings/{meeting}"),
    ):
        shown = (await page(marac, reader, path)).text
        assert '<p class="gt-stop">Nobody has taken it yet.' in shown, reader
    assert f"/notify/alerts/{meeting}" in (await page(marac, "on-call", f"emergency-meetings/{meeting}")).text
    for reader in ("on-call", "housing"):
        answer = await page(marac, reader, f"emergency-meetings/{meeting}")
        assert "01632 960100" in answer.text
        for name in ("Doe", "Ann", made.case, "Ben"):
            assert name not in answer.text.split("<main")[1], "no case, and nobody of it"
    await marac.runtime.take(
        own_header(now), AlertAcknowledged(**about, person=who.id), caller=who, right="test"
    )

    async def taken() -> bool:
        found = await told(marac, meeting)
        return (found["state"], found["taken_by"], found["taken_call"]) == ("taken", "The police", 1)

    await until(taken, what="somebody took it")
    assert "Taken by The police" in (await page(marac, "chair", f"meetings/{meeting}")).text
    assert (await told(marac, meeting, "idva"))["taken_at"]


async def test_one_that_is_called_off_stops_and_says_so(marac: Marac) -> None:
    _, meeting = await called(marac)
    about: dict[str, Any] = {"rule": RULE, "cause": meeting, "generation": 1}
    await marac.say("goldthread", AlertRaised(**about, urgency=Urgency.NOW))
    await marac.runtime.revise(meeting, 1, None, None, caller=CALLERS["coordinator"], right="test")

    async def stopped() -> bool:
        return await running(marac, meeting) == []

    await until(stopped, what="its clock is stopped")
    await marac.say("goldthread", AlertStoodDown(**about))

    async def said() -> bool:
        found = (await marac.get("on-call", f"emergency-meetings/{meeting}")).json()
        return (found["called_off"], found["told"]["state"]) == (True, "not-taken")

    await until(said, what="whoever opens the alert's link reads that it was called off")
    shown = (await page(marac, "on-call", f"emergency-meetings/{meeting}")).text
    assert "This meeting was called off." in shown
    assert (await page(marac, "chair", f"meetings/{meeting}")).status_code == 404


async def test_one_that_begins_earlier_waits_for_somebody_again(marac: Marac) -> None:
    _, meeting = await called(marac)
    who, now = CALLERS["on-call"], marac.runtime.clock.now()
    about: dict[str, Any] = {"rule": RULE, "cause": meeting, "generation": 1}
    await marac.say("goldthread", AlertRaised(**about, urgency=Urgency.NOW))
    await marac.runtime.take(
        own_header(now), AlertAcknowledged(**about, person=who.id), caller=who, right="test"
    )

    async def taken() -> bool:
        return (await told(marac, meeting))["state"] == "taken"

    await until(taken, what="somebody took it")
    sooner = MeetingCalled(area="north", starts=now + HOUR, emergency=True)
    by, header = CALLERS["coordinator"], own_header(marac.runtime.clock.now())
    await marac.runtime.revise(meeting, 1, header, sooner, caller=by, right="test")

    async def again() -> bool:
        (clock,) = await running(marac, meeting) or [None]
        return clock is not None and clock.generation == 2

    await until(again, what="it is said anew")
    assert (await told(marac, meeting))["state"] == "calling", "what was taken was another time"


async def test_each_agency_that_is_asked_has_it_on_top_due_before_it_begins(marac: Marac) -> None:
    made, meeting = await called(marac)
    asked = {"area": "north", "agencies": ["council"], "declares": False}
    assert (await marac.post_upon("coordinator", "researchers", asked)).status_code == 201

    async def on_top() -> list[dict[str, Any]]:
        waits: list[dict[str, Any]] = (await marac.get("housing", "research")).json()["waits"]
        return waits if {each["meeting"] for each in waits} == {made.meeting, meeting} else []

    first, other = await until(on_top, what="both meetings are on the agency's list")
    assert (first["meeting"], first["emergency"], first["state"]) == (meeting, True, "asked")
    assert (other["emergency"], first["due"]) == (False, first["starts"])
    shown = (await page(marac, "housing", "research")).text
    assert f'href="/marac/emergency-meetings/{meeting}"' in shown


async def test_an_ordinary_meeting_has_no_such_page_nor_has_anybody_else_one(marac: Marac) -> None:
    made, meeting = await called(marac)
    assert (await marac.get("chair", f"emergency-meetings/{made.meeting}")).status_code == 404
    for who in ("chair-elsewhere", "coordinator-elsewhere", "matac", "officer", "system"):
        for answer in (
            await marac.get(who, f"emergency-meetings/{meeting}"),
            await page(marac, who, f"emergency-meetings/{meeting}"),
        ):
            assert answer.status_code == 404, who
