"""Actions of a MARAC: agreed with an owner and a time, answered by the agency whose they are, late and
carried until somebody says what came of them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from contracts.events.actions import ActionAnswered
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.vocabulary import ActionAnswer
from services.marac.rules import actions as rules
from services.marac.rules import sharing
from tests.services.marac.conftest import Marac, Prepared, prepared
from tests.support.facts import IDS
from tests.support.tables import lines
from tests.support.waiting import until

AGREED, DUE = datetime(2026, 3, 3, 10, tzinfo=UTC), "2026-03-10T12:00"
OWN = "2026-03-03T09:00"
MEETINGS = ("2026-03-17T09:00", "2026-04-14T09:00")
LOCKS = "Change both locks at the back door."


def _at(said: Any) -> datetime:
    found = said if isinstance(said, datetime) else datetime.fromisoformat(str(said))
    return found.replace(tzinfo=UTC)


def _answer(what: str) -> ActionAnswer:
    return ActionAnswer.ACCEPTED if what == "reopens" else ActionAnswer(what)


@lines(__file__, "actions")
def test_what_stands_of_an_action(line: dict[str, Any]) -> None:
    at, due = _at(line["at"]), _at(line.get("due", DUE))
    said = [
        rules.Answered(_answer(what), _at(when), str(n), reopens=what == "reopens")
        for n, (when, what) in enumerate(line.get("answers", ()))
    ]
    stands = rules.standing(said)
    answer = stands.answer if stands else None
    over = stands.at if stands and not rules.is_open(answer) else None
    starts = [_at(each) for each in MEETINGS]
    assert answer == line.get("is")
    assert rules.is_open(answer) == line.get("open", False)
    assert rules.in_time(said, due) == line.get("in_time", False)
    assert rules.is_late(answer, due, at) == line.get("late", False)
    assert rules.told_to_chair(answer, due, at) == line.get("told", False)
    assert rules.carried(AGREED, over, starts, at) == line.get("carried", 0)
    found = rules.not_specific(line.get("text", LOCKS), AGREED, due, starts[0], named=line.get("named", True))
    assert list(found) == line.get("not_specific", [])


@lines(__file__, "none_agreed")
def test_a_case_that_was_heard_with_nothing_agreed(line: dict[str, Any]) -> None:
    heard = {meeting: _at(starts) for meeting, starts in line.get("heard", {}).items()}
    agreed = [(meeting, _at(when)) for meeting, when in line.get("agreed", ())]
    since = line.get("since")
    assert rules.none_agreed(heard, agreed, _at(line["at"])) == (_at(since) if since else None)


def test_what_a_plan_leaves_missing_is_told_once() -> None:
    late, none = rules.gaps(["one", "two"], AGREED)
    assert (late.code, late.roots, late.count) == ("action-late", ("one", "two"), 2)
    assert (none.code, none.owner, none.since) == ("no-action", "marac-chair", AGREED)
    assert list(rules.gaps([], None)) == []


def test_who_answers_for_an_action() -> None:
    assert not sharing.may_answer_action(["reporter"], "council", "council", sees_case=False, here=False)
    assert sharing.may_answer_action(["marac-chair"], "police", "council", sees_case=True, here=False)
    for role, agency, sees, may in (
        ("marac-representative", "council", False, True),
        ("marac-representative", "police", False, False),
        ("marac-representative", "police", True, False),
        ("reporter", "council", False, True),
        ("idva", "haven", True, False),
        ("idva", "council", True, True),
        ("marac-chair", "police", True, True),
        ("marac-chair", "police", False, False),
        ("marac-coordinator", "police", True, True),
        ("matac-coordinator", "council", False, False),
        ("on-call", "council", False, False),
    ):
        assert sharing.may_answer_action([role], agency, "council", sees_case=sees) == may, (role, agency)


async def agreed(marac: Marac, made: Prepared, days: float = 5, who: str = "coordinator", **more: Any) -> str:
    """An action for the council, due in so many days; gives its id."""
    due = (marac.runtime.clock.now() + timedelta(days=days)).isoformat()
    body = {"owner": "council", "due": due, "text": LOCKS, "target": "victim", **more}
    taken = await marac.post(who, f"cases/{made.case}/actions", body)
    assert taken.status_code == 201, taken.text
    root: str = taken.json()["root"]

    async def there() -> bool:
        return (await marac.get(who, f"actions/{root}")).status_code == 200

    await until(there, what="the action is folded")
    return root


async def test_the_late_ones_come_first_on_every_list(marac: Marac) -> None:
    made = await prepared(marac)
    last, first = await agreed(marac, made, 9), await agreed(marac, made, 2)
    late = await agreed(marac, made, -1)
    order = [(late, True), (first, False), (last, False)]
    theirs = (await marac.get("housing", "actions")).json()["yours"]
    everybodys = (await marac.get("chair", "actions")).json()["areas"]
    of_case = (await marac.page("chair", made.case))["actions"]
    for found in (theirs, everybodys, of_case):
        assert [(each["action"], each["late"]) for each in found] == order


async def test_one_that_is_late_for_a_week_is_told_to_the_chair_until_it_is_answered(marac: Marac) -> None:
    """By itself on the list of chair and coordinator, as a number over all MARACs, and its owner reads it."""
    made = await prepared(marac)
    long, short = await agreed(marac, made, -8), await agreed(marac, made, -1)

    async def told(who: str, whose: str) -> list[tuple[str, bool]]:
        found = (await marac.get(who, "actions")).json()[whose]
        return [(each["action"], each["told_to_chair"]) for each in found]

    async def numbers() -> tuple[int, int]:
        (north,) = (await marac.get("chair", "overview")).json()["maracs"]
        return north["actions_late"], north["actions_told"]

    for who, whose in (("chair", "areas"), ("coordinator", "areas"), ("housing", "yours")):
        assert await told(who, whose) == [(long, True), (short, False)], who
    assert await numbers() == (2, 1)
    headers = {"Authorization": "Bearer chair"}
    page = (await marac.http.get("/marac/actions", headers=headers)).text
    assert "Late, and told to the chair: 1" in page
    page = (await marac.http.get("/marac/overview", headers=headers)).text
    assert "of which 1 is for the chair" in page
    assert page.count("No case was heard in these quarters.") == 1, "once, and not of each part"
    theirs = (await marac.http.get("/marac/actions", headers={"Authorization": "Bearer housing"})).text
    assert ("Told to the chair" in theirs, "Late, and told to the chair" in theirs) == (True, False)
    assert (await answer(marac, "housing", long, "done", "Both are changed.")).status_code == 201

    async def over() -> bool:
        return await numbers() == (1, 0)

    await until(over, what="what was answered climbs no more")
    page = (await marac.http.get("/marac/actions", headers=headers)).text
    assert "No action has been late for a week." in page


async def answer(
    marac: Marac, who: str, action: str, what: str, text: str | None = None, tag: str | None = None
) -> httpx.Response:
    """Somebody answers, upon what they see now or the tag that is given."""
    if tag is None:
        tag = (await marac.get(who, f"actions/{action}")).headers.get("etag", '"1"')
    headers = {"Authorization": f"Bearer {who}", "If-Match": tag}
    body = {"answer": what} | ({"text": text} if text else {})
    return await marac.http.post(f"/marac/v1/actions/{action}/answers", json=body, headers=headers)


async def clocks(marac: Marac, action: str) -> tuple[int, int]:
    """How many clocks of an action were started, and how many stopped."""
    facts = await marac.runtime.facts([f"o:{action}"])
    return len(facts.current(ClockStarted)), len(facts.current(ClockStopped))


async def test_an_action_has_a_clock_until_it_is_done(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)

    async def runs() -> bool:
        return await clocks(marac, action) == (1, 0)

    await until(runs, what="its clock runs")
    (line,) = (await marac.get("housing", "actions")).json()["yours"]
    assert (line["text"], line["owner_name"], line["open"], line["late"]) == (
        LOCKS,
        "The council",
        True,
        False,
    )
    assert (line["safe_to_tell"], line["case"], line["may_answer"]) == (None, None, True)
    assert (await answer(marac, "housing", action, "accepted")).status_code == 201
    assert await clocks(marac, action) == (1, 0), "to accept it is not to have done it"
    done = await answer(marac, "housing", action, "done", "Both locks were changed this morning.")
    assert done.status_code == 201, done.text

    async def stopped() -> bool:
        return await clocks(marac, action) == (1, 1)

    await until(stopped, what="its clock is stopped")
    assert (await marac.get("housing", "actions")).json()["yours"] == []
    (shown,) = (await marac.page("chair", made.case))["actions"]
    said = [(each["answer"], each["agency_name"], each["text"]) for each in shown["answers"]]
    assert said == [
        ("done", "The council", "Both locks were changed this morning."),
        ("accepted", "The council", None),
    ]
    assert (shown["answer"], shown["open"], shown["letters"]) == ("done", False, line["letters"])


async def test_its_owner_sees_it_and_nothing_else_of_the_case(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)
    for who in ("housing", "system"):
        answer_ = await marac.get(who, f"actions/{action}")
        assert answer_.status_code == 200
        for hidden in (made.case, "Ann", "Doe", "Ben", "Smith", made.meeting):
            assert hidden not in answer_.text
        assert (await marac.get(who, f"cases/{made.case}")).status_code == 404
    assert (await marac.get("housing-elsewhere", "actions")).json()["yours"] == [], "of another area's staff"
    others = ("idva", "matac", "on-call", "coordinator-elsewhere", "chair-elsewhere", "housing-elsewhere")
    for who in (*others, "officer"):
        assert (await marac.get(who, f"actions/{action}")).status_code == 404, who
        assert (await answer(marac, who, action, "done", "x", '"1"')).status_code == 404, who
    for who in ("idva", "housing", "matac", "coordinator-elsewhere"):
        body = {"owner": "council", "due": DUE + "Z", "text": LOCKS, "target": "victim"}
        assert (await marac.post(who, f"cases/{made.case}/actions", body)).status_code == 404, who
    for who in ("chair", "coordinator"):
        (line,) = (await marac.get(who, "actions")).json()["areas"]
        assert (line["action"], line["case"]) == (action, made.case)
    assert (await marac.get("coordinator-elsewhere", "actions")).json()["areas"] == []
    assert (await marac.get("housing", "actions")).json()["areas"] is None


async def test_no_owner_and_no_time_are_refused_and_what_is_vague_is_asked_about(marac: Marac) -> None:
    made = await prepared(marac)
    whole = {"owner": "council", "due": "2026-12-01T12:00:00Z", "text": LOCKS, "target": "victim"}
    for field in ("owner", "due", "text", "target"):
        without = {name: value for name, value in whole.items() if name != field}
        refused = await marac.post("chair", f"cases/{made.case}/actions", without)
        places = [fault["where"] for fault in refused.json()["faults"]]
        assert (refused.status_code, places) == (422, [f"body.{field}"])
    nobody = await marac.post("chair", f"cases/{made.case}/actions", whole | {"owner": "nobody-at-all"})
    (fault,) = nobody.json()["faults"]
    assert (nobody.status_code, fault["where"], fault["kind"]) == (422, "body.owner", "agency-not-known")
    assert "nobody-at-all" not in nobody.text
    action = await agreed(marac, made, -1, text="Monitor")
    (line,) = (await marac.page("chair", made.case))["actions"]
    assert line["action"] == action
    assert (line["late"], line["not_specific"]) == (True, ["words", "too-short", "due-past", "no-person"])
    codes = [gap["code"] for gap in (await marac.page("chair", made.case))["missing"]]
    assert "action-late" in codes
    (on_agenda,) = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["cases"]
    assert on_agenda["actions"] == {"open": 1, "late": 1}


async def test_an_answer_says_what_was_done_and_another_action_is_the_chairs_to_name(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)
    for what in ("done", "changed", "not-done"):
        refused = await answer(marac, "housing", action, what)
        assert (refused.status_code, refused.json()["code"]) == (422, "words-missing"), what
    refused = await answer(marac, "housing", action, "superseded", "By another.")
    assert (refused.status_code, refused.json()["code"]) == (422, "not-the-owners")
    assert (await answer(marac, "chair", action, "superseded", "By another.")).status_code == 201
    (line,) = (await marac.page("chair", made.case))["actions"]
    assert (line["answer"], line["answers"][0]["agency_name"]) == ("superseded", "The police")


async def test_what_was_said_to_be_done_by_mistake_is_found_and_opened_again(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made, -1)
    assert (await answer(marac, "housing", action, "done", "The locks of another flat.")).status_code == 201
    listed = (await marac.get("housing", "actions")).json()
    assert ([each["action"] for each in listed["over"]], listed["yours"]) == ([action], [])
    assert (await marac.get("hospital", "actions")).json()["over"] == [], "of its own agency alone"
    headers = {"Authorization": "Bearer housing"}
    assert "Not over after all?" in (await marac.http.get("/marac/actions", headers=headers)).text
    path = f"/marac/actions/{action}"
    assert "It is not over: that was said by mistake" in (await marac.http.get(path, headers=headers)).text
    version = (await marac.get("housing", f"actions/{action}")).json()["action"]["version"]
    typed = {"answer": "reopens", "text": "", "version": str(version)}
    refused = await marac.http.post(path, data=typed, headers=headers)
    assert (refused.status_code, "Say what it is" in refused.text) == (422, True), "without a word why"
    opened = await marac.http.post(path, data=typed | {"text": "It was the next door."}, headers=headers)
    assert opened.status_code == 303
    listed = (await marac.get("housing", "actions")).json()
    assert ([each["late"] for each in listed["yours"]], listed["over"]) == ([True], [])
    said = [(each["answer"], each["reopens"]) for each in listed["yours"][0]["answers"]]
    assert said == [("accepted", True), ("done", False)], "what was said by mistake still stands there"
    assert "Opened again" in (await marac.http.get("/marac/actions", headers=headers)).text
    assert (await answer(marac, "housing", action, "done", "Now they are changed.")).status_code == 201
    tag = (await marac.get("chair", f"actions/{action}")).headers["etag"]
    body = {"answer": "accepted", "reopens": True, "text": "They are not."}
    by_rest = await marac.http.post(
        f"/marac/v1/actions/{action}/answers",
        json=body,
        headers={"Authorization": "Bearer chair", "If-Match": tag},
    )
    assert by_rest.status_code == 201, by_rest.text
    assert [each["open"] for each in (await marac.get("housing", "actions")).json()["yours"]] == [True]


async def test_nothing_else_opens_what_is_over_nor_anybody_what_was_superseded(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)

    async def opened(who: str, said: str) -> tuple[int, str | None]:
        tag = (await marac.get("chair", f"actions/{action}")).headers["etag"]
        headers = {"Authorization": f"Bearer {who}", "If-Match": tag}
        body = {"answer": said, "reopens": True, "text": "It is not."}
        found = await marac.http.post(f"/marac/v1/actions/{action}/answers", json=body, headers=headers)
        return found.status_code, found.json().get("code")

    assert (await answer(marac, "chair", action, "superseded", "By another.")).status_code == 201
    assert await opened("chair", "done") == (422, "opens-nothing")
    assert await opened("housing", "accepted") == (422, "not-the-owners")
    assert await opened("chair", "accepted") == (201, None)


async def test_of_two_who_answer_at_once_the_second_is_told(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)
    tag = (await marac.get("housing", f"actions/{action}")).headers["etag"]
    assert (await answer(marac, "housing", action, "done", "Done.", tag)).status_code == 201
    second = await answer(marac, "chair", action, "not-done", "Nobody heard of it.", tag)
    assert (second.status_code, second.json()["code"]) == (412, "changed-since")
    again = await answer(marac, "housing", action, "done", "Done.", tag)
    assert again.status_code == 200, "the same once more is the first answer"
    headers = {"Authorization": "Bearer housing"}
    bare = await marac.http.post(
        f"/marac/v1/actions/{action}/answers", json={"answer": "accepted"}, headers=headers
    )
    assert bare.status_code == 428
    said = (await marac.runtime.facts([f"o:{action}"])).current(ActionAnswered)
    assert [fact.said.answer for fact in said] == ["done"]


async def test_it_stays_when_its_case_is_taken_off_the_agenda_and_is_carried_on(marac: Marac) -> None:
    made = await prepared(marac)
    listing = (await marac.runtime.facts([f"o:{made.meeting}"])).latest()
    root = next(fact.root for fact in listing if fact.envelope.type.endswith("case-listed.v1"))
    action = await agreed(marac, made, 3)
    carried = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["carried"]
    assert [(line["action"], line["carried"]) for line in carried] == [(action, 1)]
    headers = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{root}", headers=headers)
    assert gone.status_code == 200, gone.text

    async def off() -> bool:
        return (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["cases"] == []

    await until(off, what="the case is on no agenda")
    carried = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["carried"]
    assert [line["action"] for line in carried] == [action]
    assert [line["action"] for line in (await marac.get("housing", "actions")).json()["yours"]] == [action]


async def test_it_is_corrected_and_taken_back_by_who_said_it(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)
    own = (await marac.get("coordinator", f"facts/{action}")).json()["versions"][-1]["content"]
    content = {name: value for name, value in own.items() if name != "routing"} | {"owner": "police"}
    now = marac.runtime.clock.now().isoformat()
    body = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
    headers = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    put = await marac.http.put(f"/marac/v1/facts/{action}", json=body | {"content": content}, headers=headers)
    assert put.status_code == 200, put.text

    async def moved() -> bool:
        return (await marac.get("housing", "actions")).json()["yours"] == []

    await until(moved, what="it is another agency's")
    assert (await marac.get("housing", f"actions/{action}")).status_code == 404
    elsewhere = headers | {"Authorization": "Bearer coordinator-elsewhere", "If-Match": '"2"'}
    assert (await marac.http.delete(f"/marac/v1/facts/{action}", headers=elsewhere)).status_code == 404
    gone = await marac.http.delete(f"/marac/v1/facts/{action}", headers=headers | {"If-Match": '"2"'})
    assert gone.status_code == 200, gone.text

    async def taken_back() -> bool:
        return (await marac.page("chair", made.case))["actions"] == [] and (await clocks(marac, action))[
            1
        ] > 0

    await until(taken_back, what="it is taken back, and its clock stopped")
    assert (await answer(marac, "chair", action, "done", "x")).status_code == 409


async def test_the_pages_work_without_script_and_keep_what_was_typed(marac: Marac) -> None:
    made = await prepared(marac)
    coordinator, path = {"Authorization": "Bearer coordinator"}, f"/marac/cases/{made.case}/actions"
    case = (await marac.http.get(f"/marac/cases/{made.case}", headers=coordinator)).text
    assert f'href="{path}#add-action"' in case
    page = (await marac.http.get(path, headers=coordinator)).text
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    typed = {"once": once, "text": LOCKS, "owner": "", "target": "victim", "due_day": "31 Feb"}
    refused = await marac.http.post(path, data=typed, headers=coordinator)
    assert refused.status_code == 422
    assert LOCKS in refused.text
    for field in ("owner", "due"):
        assert f'href="#action-{field}"' in refused.text
    day = (marac.runtime.clock.now() + timedelta(days=2)).date().isoformat()
    for _ in range(2):
        whole = typed | {"owner": "council", "due_day": day, "worker": "Ivo Marsh", "safe": "no"}
        taken = await marac.http.post(path, data=whole, headers=coordinator)
        assert (taken.status_code, taken.headers["location"]) == (303, f"/marac/cases/{made.case}#actions")

    async def there() -> bool:
        return len((await marac.get("housing", "actions")).json()["yours"]) == 1

    await until(there, what="pressed twice, agreed once")
    heard = {"once": IDS.staff("x", "y"), "owner": "police", "meeting": made.meeting}
    taken = await marac.http.post(path, data=whole | heard, headers=coordinator)
    assert taken.headers["location"] == f"/marac/meetings/{made.meeting}/hear/{made.case}#actions"
    housing = {"Authorization": "Bearer housing"}
    shown = (await marac.http.get("/marac/actions", headers=housing)).text
    assert "Ivo Marsh" in shown
    assert made.case not in shown
    action = re.findall(r'href="/marac/actions/([^"]+)"', shown)[0]
    empty = await marac.http.post(f"/marac/actions/{action}", data={"text": "Began."}, headers=housing)
    assert empty.status_code == 422
    assert "Began." in empty.text
    form = {"answer": "accepted", "version": "1"}
    assert (await marac.http.post(f"/marac/actions/{action}", data=form, headers=housing)).status_code == 303
    stale = {"answer": "done", "text": "Locks are changed.", "version": "1"}
    clash = await marac.http.post(f"/marac/actions/{action}", data=stale, headers=housing)
    assert clash.status_code == 412
    assert "Locks are changed." in clash.text, "what the second typed is not lost"


async def test_as_it_was_known_it_had_not_been_agreed_or_answered_yet(marac: Marac) -> None:
    made = await prepared(marac)
    before = marac.runtime.clock.now()
    action = await agreed(marac, made)
    between = marac.runtime.clock.now()
    assert (await answer(marac, "housing", action, "done", "Both are changed.")).status_code == 201

    async def passed() -> bool:
        fresh = await marac.runtime.fresh_until()
        return fresh is not None and fresh > between

    await until(passed, what="all that was accepted by then is here")
    then = (await marac.get("chair", f"cases/{made.case}", before)).json()
    assert then["actions"] == []
    (line,) = (await marac.get("chair", f"cases/{made.case}", between)).json()["actions"]
    assert (line["open"], line["answer"], line["may_answer"]) == (True, None, False)
    (line,) = (await marac.page("chair", made.case))["actions"]
    assert line["answer"] == "done"
