"""A meeting while it sits, and its minutes: who records, two who write one case, what is issued and
corrected."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.events.configuration import AgencyDefined
from contracts.events.identity import IdentityAssigned
from contracts.events.meeting import AttendanceRecorded, CaseHeard, LeftTheRoom
from contracts.events.people import RiskAssessed
from contracts.sections import Narrative
from contracts.vocabulary import AgencyKind, Attendance, CoreService, Instrument, Role
from services.marac.conference.sitting import version_of
from services.marac.rules import sharing
from services.marac.rules.sitting import Seat, core_attendance, speaking_order, why_not_closed
from tests.services.marac.caseload import STREET, ben, breach, incident, mention, person, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, alike, bare, caller, complete, prepared
from tests.services.marac.test_http import shown
from tests.support.facts import IDS, fact, mention_of, root_of
from tests.support.tables import lines
from tests.support.waiting import until

SAID = {"risks": "Bail ends on Friday.", "decided": "Locks.", "told_by": "haven", "safe_to_tell": True}
SAID |= {"needs": "An interpreter.", "strengths": "Keeps each appointment."}


@lines(__file__, "sitting")
def test_when_a_meeting_may_be_closed_and_which_core_services_were_there(line: dict[str, Any]) -> None:
    seats = [
        Seat(
            AgencyKind(each["kind"]) if each["kind"] else None,
            Attendance(each["attended"]),
            each.get("chairs", False),
            CoreService(each["stands for"]) if "stands for" in each else None,
        )
        for each in line["seats"]
    ]
    assert why_not_closed(seats, opened=line.get("opened", True)) == line["why"]
    core = core_attendance(seats)
    there = [service for service, attended in core.items() if attended in ("present", "deputy")]
    assert sorted(there) == sorted(line.get("there", []))
    sent = [service for service, attended in core.items() if attended == "apologies-with-information"]
    assert sent == line.get("sent", [])
    if "unrecorded" in line:
        assert list(core.values()).count(None) == line["unrecorded"]


@lines(__file__, "left_the_room")
def test_whoever_left_the_room_has_nothing_of_what_was_said(line: dict[str, Any]) -> None:
    left = [sharing.Out(each["agency"], each.get("person")) for each in line["left"]]
    to_do = line.get("to do", False)
    found = sharing.was_out([line["role"]], line["agency"], line["person"], left, to_do=to_do)
    assert found == line["out"]


def test_the_referrer_speaks_first_then_the_idva_then_by_the_template() -> None:
    kinds = {
        "castlegate": AgencyKind.HOUSING,
        "families": AgencyKind.CHILDRENS_SERVICES,
        "haven": AgencyKind.IDVA_SERVICE,
        "police": AgencyKind.POLICE,
        "school": AgencyKind.EDUCATION,
    }
    agencies = ["nobody-knows", *kinds, "police"]
    order = ["haven", "police", "castlegate", "families", "school", "nobody-knows"]
    assert speaking_order(agencies, kinds) == order
    assert speaking_order(agencies, kinds, "school") == ["school", *order[:4], "nobody-knows"]


@pytest.mark.parametrize("part", ["risks", "needs", "strengths", "decided"])
def test_a_part_of_a_record_that_cannot_be_opened_is_said_and_nothing_of_it(part: str) -> None:
    sealed = {"alg": "A256GCM", "kid": "another's", "sealed": "bm90aGluZw"}
    said: dict[str, Any] = {"meeting": root_of("meeting"), "case": root_of("case"), part: sealed}
    record = version_of(fact(CaseHeard.model_validate(said), root="heard"))
    assert (record.sealed, getattr(record, part)) == (True, None)


def path(made: Prepared, end: str = "") -> str:
    return f"meetings/{made.meeting}/{end}"


async def put(marac: Marac, who: str, made: Prepared, said: dict[str, Any], upon: int) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who}", "If-Match": f'"{upon}"'}
    address = f"/marac/v1/{path(made)}cases/{made.case}/hearing"
    return await marac.http.put(address, json=said, headers=headers)


async def sitting(marac: Marac) -> Prepared:
    """The meeting, opened, with a chair."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    await marac.say("council", AgencyDefined(agency="haven", name="Haven", kind=AgencyKind.IDVA_SERVICE))
    assert (await marac.post("chair", path(made, "sitting"), {"step": "opened"})).status_code == 201
    seat = {"agency": "police", "attended": "present", "who": "Rowan Ellis", "chairs": True}
    assert (await marac.post("coordinator", path(made, "attendance"), seat)).status_code == 201
    return made


async def minutes(marac: Marac, who: str, made: Prepared) -> dict[str, Any]:
    answer = await marac.get(who, path(made, "minutes"))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def issued(marac: Marac) -> Prepared:
    """The meeting held, its one case heard, and the first minutes out."""
    made = await sitting(marac)
    heard = await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    assert heard.status_code == 201, heard.text
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    assert (await marac.post("coordinator", path(made, "minutes"), {"number": 1})).status_code == 201
    return made


async def test_a_meeting_with_no_chair_cannot_be_closed_and_says_why(marac: Marac) -> None:
    made = await prepared(marac)
    closed = {"step": "closed"}
    for why, act, body in (
        ("not-opened", "sitting", {"step": "opened"}),
        ("no-chair", "attendance", {"agency": "police", "attended": "deputy", "chairs": True}),
    ):
        refused = await marac.post("chair", path(made, "sitting"), closed)
        assert (refused.status_code, refused.json()["code"]) == (409, why)
        assert (await marac.get("chair", path(made, "sitting"))).json()["why_not_closed"] == why
        assert (await marac.post("chair", path(made, act), body)).status_code == 201
    assert (await marac.post("chair", path(made, "sitting"), closed)).status_code == 201
    odd = {"agency": "police", "attended": "absent", "chairs": True}
    assert (await marac.post("chair", path(made, "attendance"), odd)).status_code == 422


async def test_what_a_page_sends_again_for_its_answer_was_lost_is_said_once(marac: Marac) -> None:
    """Also by whoever left the room themselves."""
    made = await sitting(marac)
    before = (await marac.get("coordinator", path(made, "sitting"))).json()
    came = {"form": "attend", "agency": "haven", "attended": "present", "who": "Ida"}
    gone = {"form": "left", "case": made.case, "me": "me"}
    for act, typed in (("attend", came), ("left", gone)):
        once = new_id()
        for _ in range(2):
            sent = await marac.http.post(
                f"/marac/{path(made, 'sitting')}",
                data={"act": act, "once": once, **typed},
                headers={"Authorization": "Bearer chair"},
            )
            assert sent.status_code == 303, sent.text
    facts = await marac.runtime.facts([f"o:{made.meeting}"])
    after = (await marac.get("coordinator", path(made, "sitting"))).json()
    assert len(facts.current(AttendanceRecorded)) == len(before["attendance"]) + 1
    assert len(after["left"]) == len(facts.current(LeftTheRoom)) == 1


async def test_the_newest_word_on_who_attended_holds(marac: Marac) -> None:
    made = await sitting(marac)
    for attended in ("absent", "present"):
        said = {"agency": "haven", "attended": attended, "who": "Ida"}
        assert (await marac.post("chair", path(made, "attendance"), said)).status_code == 201
    page = (await marac.get("chair", path(made, "sitting"))).json()
    assert [(line["agency"], line["attended"]) for line in page["attendance"]] == [
        ("haven", "present"),
        ("police", "present"),
    ]
    core = {line["service"]: line["attended"] for line in page["core"]}
    assert (core["idva"], core["police"], core["probation"]) == ("present", "present", None)


async def test_two_who_write_one_case_lose_nothing(marac: Marac) -> None:
    """The chair is of the police, and the coordinator could be of any agency."""
    made = await sitting(marac)
    hearing = path(made, f"cases/{made.case}/hearing")
    assert (await marac.get("chair", hearing)).json()["version"] == 0
    assert (await marac.post("chair", hearing, SAID)).status_code == 201
    assert (await marac.post("chair", hearing, SAID)).status_code == 200, "an answer that was lost"
    first = await marac.post("coordinator", hearing, {"risks": "Mine.", "safe_to_tell": None})
    assert (first.status_code, first.json()["code"]) == (412, "changed-since")
    assert (await put(marac, "coordinator", made, SAID | {"risks": "Both."}, 1)).status_code == 200
    late = await put(marac, "chair", made, SAID | {"risks": "Late."}, 1)
    assert (late.status_code, late.json()["code"]) == (412, "changed-since")
    shown = await marac.get("chair", hearing)
    assert (shown.headers["etag"], shown.json()["record"]["risks"]) == ('"2"', "Both.")
    facts = (await marac.runtime.facts([f"o:{made.meeting}"])).of(CaseHeard)
    assert len({fact.root for fact in facts}) == 1


async def test_another_agency_than_the_first_corrects_what_a_meeting_recorded(marac: Marac) -> None:
    made = await sitting(marac)
    await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    head = (await marac.get("chair", path(made, f"cases/{made.case}/hearing"))).json()
    root = next(iter((await marac.runtime.facts([f"o:{made.meeting}"])).current(CaseHeard))).root
    haven, said = caller("ida", "haven", "marac-coordinator", "north"), SAID | {"risks": "Anew."}
    from services.marac.conference import hearing

    to_record = hearing.ToRecord.model_validate(said)
    taken = await hearing.record(marac.runtime, haven, made.meeting, made.case, to_record, head["version"])
    assert (taken.root, taken.version) == (root, 2)
    shown = (await marac.get("chair", path(made, f"cases/{made.case}/hearing"))).json()
    assert (shown["record"]["agency"], shown["record"]["risks"]) == ("haven", "Anew.")


async def test_nobody_else_records_or_sees_what_was_not_issued(marac: Marac) -> None:
    made = await sitting(marac)
    hearing = path(made, f"cases/{made.case}/hearing")
    for who in ("idva", "chair-elsewhere", "coordinator-elsewhere", "matac", "on-call", "system", "admin"):
        for end, body in (
            ("sitting", {"step": "opened"}),
            ("attendance", {"agency": "police", "attended": "present"}),
            ("left", {"case": made.case, "agency": "police", "who": "Ola"}),
            ("minutes", {"number": 1}),
            (f"cases/{made.case}/hearing", SAID),
        ):
            assert (await marac.post(who, path(made, end), body)).status_code == 404, (who, end)
        assert (await marac.get(who, hearing)).status_code == 404, who
    before = await minutes(marac, "idva", made)
    assert (before["number"], before["cases"], before["attendance"]) == (0, [], [])
    assert (await marac.get("chair-elsewhere", path(made, "minutes"))).status_code == 404
    other = await marac.say(
        "haven", referral(people=[mention("cat", Role.VICTIM), mention("ben", Role.PERPETRATOR)]).said, 3
    )
    unlisted = await marac.post("chair", path(made, f"cases/{other}/hearing"), SAID)
    assert unlisted.status_code == 404, "it is not on the agenda"


async def test_the_statement_is_shown_and_confirmed_before_a_meeting_opens_and_is_in_the_minutes(
    marac: Marac,
) -> None:
    made = await prepared(marac)
    page, headers = f"/marac/{path(made)}sitting", {"Authorization": "Bearer chair"}
    before = await marac.http.get(page, headers=headers)
    statement = before.text.index("for the safety of the people in these cases")
    assert statement < before.text.index("Open the meeting")
    refused = await marac.http.post(page, data={"act": "opened"}, headers=headers)
    assert (refused.status_code, "Read the confidentiality statement out" in refused.text) == (422, True)
    assert (await marac.get("chair", path(made, "sitting"))).json()["opened"] is None
    read = {"act": "opened", "statement": "read"}
    assert (await marac.http.post(page, data=read, headers=headers)).status_code == 303

    async def said() -> bool:
        return (await minutes(marac, "chair", made))["statement"] is True

    await until(said, what="that it was read out is in the minutes")
    shown_ = await marac.http.get(f"/marac/{path(made)}minutes", headers=headers)
    assert "This was read out when the meeting was opened" in shown_.text


async def test_a_meeting_that_opened_without_a_word_of_the_statement_says_so(marac: Marac) -> None:
    made = await issued(marac)
    assert (await minutes(marac, "idva", made))["statement"] is None
    paper = await marac.http.get(
        f"/marac/{path(made)}minutes/print", headers={"Authorization": "Bearer idva"}
    )
    assert "Nobody has recorded whether this was read out." in paper.text


async def test_a_case_begins_when_whoever_holds_the_meeting_opens_it_first_for_all_of_them(
    marac: Marac,
) -> None:
    made = await prepared(marac)
    page = f"/marac/{path(made)}hear/{made.case}"

    async def began(who: str) -> list[str]:
        answer = await marac.http.get(page, headers={"Authorization": f"Bearer {who}"})
        assert answer.status_code == 200
        return re.findall(r'data-since="([^"]+)" data-now="[^"]+" data-long', answer.text)

    assert await began("chair") == [], "the meeting does not sit"
    assert (await marac.post("chair", path(made, "sitting"), {"step": "opened"})).status_code == 201
    (first,) = await began("chair")

    async def same() -> bool:
        return [await began("chair"), await began("coordinator")] == [[first], [first]]

    await until(same, what="it counts from the first look, for both")


async def test_minutes_are_a_version_and_say_what_was_corrected_since(marac: Marac) -> None:
    made = await issued(marac)
    assert (await marac.post("chair", path(made, "minutes"), {"number": 1})).json()["code"] == "not-the-next"
    page = await minutes(marac, "idva", made)
    (case,) = page["cases"]
    assert (page["number"], page["draft"], case["record"]["risks"]) == (1, False, SAID["risks"])
    assert (case["name"], case["referred_by"]) == ({"family": "Doe", "given": "Ann"}, "haven")
    now = SAID | {"risks": "Corrected.", "strengths": "A sister helps."}
    assert (await put(marac, "coordinator", made, now, 1)).status_code == 200
    (for_idva,) = (await minutes(marac, "idva", made))["cases"]
    assert (for_idva["record"]["risks"], for_idva["before"]) == (SAID["risks"], None)
    chair = await minutes(marac, "chair", made)
    (for_chair,) = chair["cases"]
    assert (chair["changed"], chair["may_issue"]) == (1, True)
    for part in ("risks", "needs", "strengths", "decided"):
        assert (for_chair["record"][part], for_chair["before"][part]) == (now[part], SAID[part])
    for who, end, there in (
        ("chair", "minutes", [SAID["strengths"], now["strengths"]]),
        ("chair", "minutes/print", [SAID["strengths"], now["strengths"]]),
        ("idva", "minutes/print", [SAID["strengths"]]),
    ):
        address = f"/marac/meetings/{made.meeting}/{end}"
        shown = (await marac.http.get(address, headers={"Authorization": f"Bearer {who}"})).text
        assert [each for each in (SAID["strengths"], now["strengths"]) if each in shown] == there
        assert SAID["needs"] in shown
    assert (await marac.post("chair", path(made, "minutes"), {"number": 2})).status_code == 201
    (again,) = (await minutes(marac, "idva", made))["cases"]
    assert again["record"]["risks"] == "Corrected."


async def agrees(marac: Marac, made: Prepared, **more: Any) -> str:
    due = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    said = {"owner": "council", "due": due, "text": "Change both locks.", "target": "victim"} | more
    agreed = await marac.post("chair", f"cases/{made.case}/actions", said)
    assert agreed.status_code == 201, agreed.text
    root: str = agreed.json()["root"]
    return root


async def test_issued_minutes_have_the_actions_as_of_the_issue_and_a_late_one_asks_for_the_next(
    marac: Marac,
) -> None:
    made = await issued(marac)

    async def reads(who: str) -> tuple[int, int, bool, list[Any]]:
        page = await minutes(marac, who, made)
        (case,) = page["cases"]
        told = [(each["owner_name"], each["text"], each["withdrawn"]) for each in case["actions"]]
        return page["number"], page["changed"], page["may_issue"], told

    async def shown_to(who: str) -> str:
        answer = await marac.http.get(
            f"/marac/meetings/{made.meeting}/minutes", headers={"Authorization": f"Bearer {who}"}
        )
        return answer.text

    agreed = await agrees(marac, made, meeting=made.meeting)
    await agrees(marac, made)
    line = ("The council", "Change both locks.", False)
    assert await reads("idva") == (1, 0, False, []), "as it was issued"
    assert await reads("chair") == (1, 1, True, [line]), "those of this meeting alone"
    page = await shown_to("chair")
    assert "Since issued" in page
    assert "Issue version 2" in page
    assert (await marac.post("chair", path(made, "minutes"), {"number": 2})).status_code == 201
    assert await reads("idva") == (2, 0, False, [line])
    headers = {"Authorization": "Bearer chair", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{agreed}", headers=headers)
    assert gone.status_code in (200, 201), gone.text

    async def taken_back() -> bool:
        return await reads("chair") == (2, 1, True, [(*line[:2], True)])

    await until(taken_back, what="taken back, and not gone")
    assert await reads("idva") == (2, 0, False, [line]), "as it was issued"
    assert (await marac.post("chair", path(made, "minutes"), {"number": 3})).status_code == 201
    assert await reads("chair") == await reads("idva") == (3, 0, False, [])


async def test_whoever_reads_version_one_has_attendance_and_earlier_actions_as_of_then(marac: Marac) -> None:
    made = await sitting(marac)
    starts = marac.runtime.clock.now() + timedelta(seconds=1)
    called = await marac.post("coordinator", "meetings", {"area": "north", "starts": starts.isoformat()})
    made = replace(made, meeting=called.json()["root"])
    listed = await marac.post("coordinator", path(made, "cases"), {"case": made.case})
    assert listed.status_code == 201, listed.text
    earlier = await agrees(marac, made)

    async def began() -> bool:
        return marac.runtime.clock.now() > starts

    await until(began)
    assert (await marac.post("chair", path(made, "sitting"), {"step": "opened"})).status_code == 201
    chair = {"agency": "police", "attended": "present", "who": "Rowan Ellis", "chairs": True}
    assert (await marac.post("chair", path(made, "attendance"), chair)).status_code == 201
    heard = await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    assert heard.status_code == 201, heard.text
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    assert (await marac.post("chair", path(made, "minutes"), {"number": 1})).status_code == 201
    answer = {"answer": "done", "text": "Both are changed."}
    upon = {"Authorization": "Bearer chair", "If-Match": '"1"'}
    done = await marac.http.post(f"/marac/v1/actions/{earlier}/answers", json=answer, headers=upon)
    assert done.status_code == 201, done.text
    for who in ("chair", "idva"):
        page = await minutes(marac, who, made)
        carried = [(each["action"], each["open"], each["answers"]) for each in page["carried"]]
        assert (page["changed"], carried) == (0, [(earlier, True, [])]), "as the meeting reviewed it"
    seat = {"agency": "council", "attended": "present", "who": "Femi"}
    assert (await marac.post("chair", path(made, "attendance"), seat)).status_code == 201
    left = {"case": made.case, "agency": "council", "who": "Femi"}
    assert (await marac.post("chair", path(made, "left"), left)).status_code == 201
    page = await minutes(marac, "idva", made)
    assert ([each["agency"] for each in page["attendance"]], page["cases"][0]["left"]) == (["police"], [])
    page = await minutes(marac, "chair", made)
    assert (page["changed"], page["may_issue"], len(page["attendance"])) == (2, True, 2)
    assert [each["who"] for each in page["cases"][0]["left"]] == ["Femi"]
    assert [(each["open"], len(each["answers"])) for each in page["carried"]] == [(False, 1)]
    assert (await marac.post("chair", path(made, "minutes"), {"number": 2})).status_code == 201
    assert (await marac.post("chair", path(made, "left"), left | {"stayed": True})).status_code == 201
    page = await minutes(marac, "chair", made)
    assert (page["changed"], page["may_issue"], page["cases"][0]["left"]) == (1, True, [])
    assert [each["who"] for each in (await minutes(marac, "idva", made))["cases"][0]["left"]] == ["Femi"]


async def test_a_case_that_a_closed_meeting_did_not_come_to_waits_again(marac: Marac) -> None:
    made = await sitting(marac)

    async def waits() -> list[str]:
        page = (await marac.get("coordinator", "waiting")).json()
        return [each["case"] for here in page["maracs"] for each in here["waiting"]]

    async def is_back() -> bool:
        return made.case in await waits()

    async def is_placed() -> bool:
        return made.case not in await waits()

    assert await is_placed()
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    await until(is_back)
    agenda = (await marac.get("chair", path(made, "agenda"))).json()
    assert [each["case"] for each in agenda["cases"]] == [made.case], "once, where it was listed"
    heard = await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    assert heard.status_code == 201, heard.text
    await until(is_placed)


async def test_minutes_are_issued_of_a_meeting_that_is_closed(marac: Marac) -> None:
    made = await sitting(marac)
    refused = await marac.post("chair", path(made, "minutes"), {"number": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-closed")


async def test_whoever_left_for_a_case_has_it_not_in_the_minutes(marac: Marac) -> None:
    made = await sitting(marac)
    out = {"case": made.case, "agency": "haven", "who": "Ida", "person": IDS.staff("issuer", "idva")}
    assert (await marac.post("chair", path(made, "left"), out)).status_code == 201
    await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    await marac.post("chair", path(made, "sitting"), {"step": "closed"})
    await marac.post("chair", path(made, "minutes"), {"number": 1})
    assert (await minutes(marac, "idva", made))["cases"] == []
    (case,) = (await minutes(marac, "idva-else", made))["cases"]
    assert case["left"][0]["who"] == "Ida"


async def test_a_chair_who_left_neither_reads_nor_rewrites_what_was_said(marac: Marac) -> None:
    made = await sitting(marac)
    room, hear = (f"/marac/meetings/{made.meeting}/{end}" for end in ("sitting", f"hear/{made.case}"))
    chair = {"Authorization": "Bearer chair"}
    assert "It is I who leaves" in (await marac.http.get(room, headers=chair)).text
    left = {"act": "left", "form": "left", "case": made.case, "me": "me"}
    assert (await marac.http.post(room, data=left, headers=chair)).status_code == 303
    heard = path(made, f"cases/{made.case}/hearing")
    assert (await marac.post("coordinator", heard, SAID)).status_code == 201, "whoever stayed records"
    due = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    said = {"owner": "council", "due": due, "text": "Change both locks.", "target": "victim"}
    said |= {"meeting": made.meeting}
    assert (await marac.post("chair", f"cases/{made.case}/actions", said)).status_code == 404
    agreed = await marac.post("coordinator", f"cases/{made.case}/actions", said)
    assert agreed.status_code == 201
    assert (await marac.get("chair", heard)).status_code == 404
    assert (await put(marac, "chair", made, SAID, 1)).status_code == 404
    again = {"case": made.case, "agency": "police", "who": "chair"}
    for answer in (
        await marac.http.get(hear, headers=chair),
        await marac.http.post(hear, data={"upon": "1", "risks": "Mine."}, headers=chair),
        await marac.get("chair", f"actions/{agreed.json()['root']}"),
        await marac.post("chair", path(made, "left"), again),
    ):
        assert answer.status_code == 404
    page = (await marac.get("chair", path(made, "sitting"))).json()
    assert (page["heard"], page["to_hear"], [each["who"] for each in page["left"]]) == ([], [], ["chair"])
    for who, texts in (("chair", []), ("coordinator", ["Change both locks."])):
        assert [line["text"] for line in (await marac.get(who, "actions")).json()["areas"]] == texts
        assert [line["text"] for line in (await marac.page(who, made.case))["actions"]] == texts
    assert (await marac.post("coordinator", path(made, "left"), again)).status_code == 201
    assert (await marac.get("chair", heard)).status_code == 404, "a second line lets nobody back"
    back = again | {"stayed": True}
    assert (await marac.post("coordinator", path(made, "left"), back)).status_code == 201
    assert (await marac.get("chair", heard)).status_code == 404, "that was the other line"
    back |= {"person": CALLERS["chair"].id}
    assert (await marac.post("coordinator", path(made, "left"), back)).status_code == 201
    assert (await marac.get("chair", heard)).status_code == 200, "a colleague calls the chair back"


async def test_that_somebody_left_is_taken_back_by_a_colleague_and_never_by_themselves(marac: Marac) -> None:
    made = await sitting(marac)
    heard = path(made, f"cases/{made.case}/hearing")
    left = {"case": made.case, "agency": "police", "who": "Rowan", "person": CALLERS["chair"].id}
    assert (await marac.post("coordinator", path(made, "left"), left)).status_code == 201
    assert (await marac.get("chair", heard)).status_code == 404
    stayed = left | {"stayed": True}
    assert (await marac.post("chair", path(made, "left"), stayed)).status_code == 404, "not by themselves"
    other = await marac.post("coordinator-too", path(made, "left"), stayed | {"who": "Robin"})
    assert (other.status_code, other.json()["code"]) == (409, "nobody-left")
    room, council = f"/marac/meetings/{made.meeting}/sitting", {"Authorization": "Bearer coordinator-too"}
    assert "Was not out" in (await marac.http.get(room, headers=council)).text
    assert (
        "Was not out" not in (await marac.http.get(room, headers={"Authorization": "Bearer chair"})).text
    ), "who is out is not offered it"
    form = {"act": "stayed", "case": made.case, "agency": "police", "who": "rowan", "person": left["person"]}
    assert (await marac.http.post(room, data=form, headers=council)).status_code == 303
    assert (await marac.get("chair", path(made, "sitting"))).json()["left"] == []
    assert (await marac.get("chair", heard)).status_code == 200
    again = await marac.http.post(room, data=form, headers=council)
    assert (again.status_code, "Nobody of that name" in again.text) == (422, True)
    assert (await marac.post("coordinator", path(made, "left"), left)).status_code == 201
    assert (await marac.get("chair", heard)).status_code == 404, "the newest word holds"


async def test_a_meeting_closed_by_mistake_goes_on_until_its_minutes_are_issued(marac: Marac) -> None:
    made = await sitting(marac)
    reopened = {"step": "reopened"}
    early = await marac.post("chair", path(made, "sitting"), reopened)
    assert (early.status_code, early.json()["code"]) == (409, "not-closed")
    for who in ("chair", "coordinator"):  # both press it
        assert (await marac.post(who, path(made, "sitting"), {"step": "closed"})).status_code == 201
    for who in ("idva", "chair-elsewhere"):
        assert (await marac.post(who, path(made, "sitting"), reopened)).status_code == 404
    room, council = f"/marac/meetings/{made.meeting}/sitting", {"Authorization": "Bearer coordinator-too"}
    assert "Go on with the meeting" in (await marac.http.get(room, headers=council)).text
    (once,) = set(
        re.findall(r'name="once" value="([^"]+)"', (await marac.http.get(room, headers=council)).text)
    )
    for _ in range(2):  # pressed twice
        pressed = await marac.http.post(room, data={"act": "reopened", "once": once}, headers=council)
        assert pressed.status_code == 303, pressed.text
    shown = (await marac.get("chair", path(made, "sitting"))).json()
    assert (shown["closed"], shown["why_not_closed"]) == (None, None), "by whichever agency it was closed"
    refused = await marac.post("chair", path(made, "minutes"), {"number": 1})
    assert refused.json()["code"] == "not-closed"
    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)).status_code == 201
    for said in ({"step": "closed"}, reopened, {"step": "closed"}):
        assert await alike(marac, "chair", path(made, "sitting"), said)
    assert (await marac.post("chair", path(made, "minutes"), {"number": 1})).status_code == 201
    late = await marac.post("chair", path(made, "sitting"), reopened)
    assert (late.status_code, late.json()["code"]) == (409, "minutes-issued")
    assert "Go on with the meeting" not in (await marac.http.get(room, headers=council)).text


async def test_what_is_recorded_of_a_case_names_the_records_that_it_had(marac: Marac) -> None:
    made = await sitting(marac)

    async def newest() -> CaseHeard:
        return (await marac.runtime.facts([f"o:{made.meeting}"])).current(CaseHeard)[0].said

    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)).status_code == 201
    had = (await newest()).had
    assert had is not None
    assert {made.breach, made.incident} <= set(had)
    late = await marac.say("council", incident("late", kind="verbal-abuse").said)

    async def known() -> bool:
        return late in (await marac.get("coordinator", f"cases/{made.case}")).text

    await until(known)
    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)).status_code == 200
    assert (await put(marac, "coordinator", made, SAID | {"risks": "Anew."}, 1)).status_code == 200
    assert ((await newest()).risks, (await newest()).had) == (Narrative(text="Anew."), had)


async def held_at(marac: Marac, made: Prepared, starts: datetime) -> Prepared:
    """The case at another meeting, which began then."""
    body = {"area": "north", "starts": starts.isoformat(), "emergency": True}
    meeting = (await marac.post("coordinator", "meetings", body)).json()["root"]
    await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": made.case})
    there = Prepared(made.case, made.incident, made.breach, meeting)

    async def listed() -> bool:
        return (await marac.get("chair", path(there, f"cases/{made.case}/hearing"))).status_code == 200

    await until(listed)
    return there


async def had_at(marac: Marac, made: Prepared) -> set[str]:
    """The records that a meeting is said to have had."""
    facts = await marac.runtime.facts([f"o:{made.meeting}"])
    return set(facts.current(CaseHeard)[0].said.had or ())


async def test_what_came_after_the_hour_was_not_there_however_late_the_case_is_typed(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    then = marac.runtime.clock.now()
    late = await marac.say("council", incident("late", kind="verbal-abuse").said, 3)

    async def known() -> bool:
        return late in (await marac.get("coordinator", f"cases/{made.case}")).text

    await until(known)
    paper = await held_at(marac, made, then)
    said = SAID | {"at": then.isoformat()}
    assert (await marac.post("chair", path(paper, f"cases/{made.case}/hearing"), said)).status_code == 201
    had = await had_at(marac, paper)
    assert ({made.breach, made.incident} <= had, late in had) == (True, False)
    assert (await put(marac, "coordinator", paper, SAID | {"risks": "Anew."}, 1)).status_code == 200
    assert await had_at(marac, paper) == had
    earlier = await held_at(marac, made, then - timedelta(days=2))
    hear = f"/marac/meetings/{earlier.meeting}/hear/{made.case}"
    typed = {"upon": "0", "risks": "Bail ends."}
    done = await marac.http.post(hear, data=typed, headers={"Authorization": "Bearer chair"})
    assert done.status_code == 303
    assert await had_at(marac, earlier) == set(), "typed two days later, on a page that asks for no hour"


async def test_a_case_that_is_saved_empty_is_still_to_hear(marac: Marac) -> None:
    made = await sitting(marac)
    hear, chair = f"/marac/meetings/{made.meeting}/hear/{made.case}", {"Authorization": "Bearer chair"}

    async def heard() -> tuple[list[str], list[str], bool]:
        page = (await marac.get("chair", path(made, "sitting"))).json()
        (case,) = (await minutes(marac, "chair", made))["cases"]
        return page["heard"], page["to_hear"], case["heard"] is not None

    skipped = {"upon": "0", "then": "sitting"}
    assert (await marac.http.post(hear, data=skipped, headers=chair)).status_code == 303
    assert await heard() == ([], [made.case], False)
    assert (await put(marac, "chair", made, SAID, 1)).status_code == 200
    assert await heard() == ([made.case], [], True)
    assert (await put(marac, "chair", made, {"safe_to_tell": None}, 2)).status_code == 200
    assert await heard() == ([], [made.case], False), "the words were another case's"
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    assert (await marac.post("chair", path(made, "minutes"), {"number": 1})).status_code == 201
    page = await marac.http.get(f"/marac/meetings/{made.meeting}/minutes", headers=chair)
    assert "Not heard, or nothing was recorded." in page.text


async def test_a_link_undone_since_is_said_and_what_was_recorded_is_kept(marac: Marac) -> None:
    made = await issued(marac)
    assert not (await minutes(marac, "idva", made))["cases"][0]["unlinked"]
    hers, theirs = mention_of("police", "ann"), mention_of("council", "ann")

    def held_by(page: dict[str, Any]) -> set[str]:
        return {line["agency"] for line in page["victim"]["lines"]}

    assert "council" in held_by(await marac.page("chair", made.case))
    then = marac.runtime.clock.now()
    undone = {
        "seq": 2,
        "moves": [{"mention": theirs, "from": IDS.person(hers), "to": IDS.person(theirs)}],
        "parted": [{"mentions": sorted((hers, theirs))}],
    }
    await marac.say("goldthread", IdentityAssigned.model_validate(undone))

    async def said() -> bool:
        (case,) = (await minutes(marac, "idva", made))["cases"]
        return bool(case["unlinked"]) and case["record"]["risks"] == SAID["risks"]

    await until(said, what="the minutes say that people of the case were parted")
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}/minutes", headers={"Authorization": "Bearer idva"}
    )
    assert "Since the meeting, records of the people of this case" in page.text

    async def apart() -> bool:
        return "council" not in held_by(await marac.page("chair", made.case))

    await until(apart, what="they are somebody else's lines")

    async def as_it_was() -> bool:
        known = await marac.get("chair", f"cases/{made.case}", then)
        return known.status_code == 200 and "council" in held_by(known.json())

    await until(as_it_was, what="what the room had is there as it was known")


async def test_a_case_that_comes_to_be_of_the_other_party_keeps_what_was_recorded_from_their_side(
    marac: Marac,
) -> None:
    made = await issued(marac)
    from chassis.accept import own_header

    turned = bare(referral(people=[mention("ben", Role.VICTIM), mention("ann", Role.PERPETRATOR)]).said)
    now, haven = own_header(marac.runtime.clock.now()), caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, now, turned, caller=haven, right="test")

    async def kept_apart() -> bool:
        (case,) = (await minutes(marac, "idva", made))["cases"]
        return case["of_another"] and case["record"] is None

    await until(kept_apart, what="the other party's IDVA reads nothing of it")
    (case,) = (await minutes(marac, "chair", made))["cases"]
    assert (case["of_another"], case["record"]["risks"]) == (True, SAID["risks"])


async def test_a_case_that_is_withdrawn_meanwhile_keeps_what_was_said(marac: Marac) -> None:
    made = await sitting(marac)
    await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)
    haven = caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, None, None, caller=haven, right="test")

    async def withdrawn() -> bool:
        return bool((await minutes(marac, "chair", made))["cases"][0]["withdrawn"])

    await until(withdrawn, what="the minutes say that it was withdrawn")
    assert (await put(marac, "chair", made, SAID | {"decided": "Nothing more."}, 1)).status_code == 200
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}/hear/{made.case}", headers={"Authorization": "Bearer chair"}
    )
    assert page.status_code == 200
    assert "Nothing more." in page.text


async def test_nothing_of_it_tells_where_anybody_is(marac: Marac) -> None:
    made = await issued(marac)
    for who in ("chair", "coordinator", "idva"):
        for end in ("minutes", "minutes/print", "sitting", f"hear/{made.case}"):
            if who == "idva" and not end.startswith("minutes"):
                continue
            page = await marac.http.get(
                f"/marac/meetings/{made.meeting}/{end}", headers={"Authorization": f"Bearer {who}"}
            )
            assert page.status_code == 200, (who, end)
            assert STREET not in page.text, (who, end)
            assert "07700 900123" not in page.text, (who, end)


async def test_the_pages_work_without_script_and_the_second_is_given_both_texts(marac: Marac) -> None:
    made = await sitting(marac)
    address, chair = f"/marac/meetings/{made.meeting}/hear/{made.case}", {"Authorization": "Bearer chair"}
    page = (await marac.http.get(address, headers=chair)).text
    assert re.findall(r'name="upon" value="(\d+)"', page) == ["0"]
    form = {"upon": "0", "risks": "First.", "forums": ["mappa", "mash"], "told_by": "haven", "safe": "no"}
    form |= {"needs": "Somebody at school.", "strengths": " "}
    saved = await marac.http.post(address, data=form, headers=chair)
    assert saved.status_code == 303
    clash = await marac.http.post(address, data=form | {"risks": "Second."}, headers=chair)
    assert clash.status_code == 412
    assert "First." in clash.text
    assert "Second." in clash.text
    assert re.findall(r'name="upon" value="(\d+)"', clash.text) == ["1"]
    assert clash.text.count("gt-theirs") == 1, "only what differs"
    merged = form | {"risks": "First. Second.", "upon": "1", "then": "sitting"}
    done = await marac.http.post(address, data=merged, headers=chair)
    assert done.headers["location"].endswith("/sitting")
    long = await marac.http.post(address, data=merged | {"risks": "x" * 4001, "upon": "2"}, headers=chair)
    assert long.status_code == 422
    assert "x" * 4001 in long.text, "what was typed is not lost"
    assert "Somebody at school." in long.text
    for name in ("needs", "strengths"):
        long = await marac.http.post(address, data=merged | {name: "y" * 4001, "upon": "2"}, headers=chair)
        assert (long.status_code, f"Write the {name} in at most" in long.text) == (422, True)
        assert "y" * 4001 in long.text
    record = (await marac.get("chair", path(made, f"cases/{made.case}/hearing"))).json()["record"]
    assert (record["version"], record["needs"], record["strengths"]) == (2, "Somebody at school.", None)
    odd = await marac.http.post(address, data=merged | {"forums": ["nowhere"], "upon": "2"}, headers=chair)
    assert odd.status_code == 422
    room = f"/marac/meetings/{made.meeting}/sitting"
    bad = await marac.http.post(room, data={"act": "attend", "form": "attend", "who": "Ola"}, headers=chair)
    assert bad.status_code == 422
    assert "Choose an agency" in bad.text
    good = {"act": "attend", "form": "attend", "who": "Ola", "agency": "haven", "attended": "observer"}
    assert (await marac.http.post(room, data=good | {"signed": "yes"}, headers=chair)).status_code == 303
    assert "Confidentiality statement signed: Yes" in (await marac.http.get(room, headers=chair)).text


def glance(html: str) -> dict[str, str]:
    """What stands beside each heading of a page's lists, without its marks."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", said).split()) for name, said in pairs}


async def test_what_is_read_out_in_the_room_says_each_thing_at_a_glance(marac: Marac) -> None:
    """Repeat, orders, breaches, children, MATAC and MAPPA, beside their headings; and what changes."""
    made = await sitting(marac)
    hear, chair = f"/marac/meetings/{made.meeting}/hear/{made.case}", {"Authorization": "Bearer chair"}

    async def told() -> dict[str, str]:
        return glance((await marac.http.get(hear, headers=chair)).text)

    first = await told()
    assert first["Repeat"] == "No earlier referral of this pair is known"
    assert first["Orders"].startswith("Non-molestation order Not known to be served Not known to be aware")
    assert "Made. Nobody has told here that it was served" in first["Orders"]
    assert first["Breaches"] == "1 occurrence from 1 record"
    assert first["Children"].startswith("DOE, Kit")
    assert first["MATAC"].startswith("Yes: scored in the cohort")
    assert first["MAPPA"] == "SMITH, Ben : Not known: neither police nor probation has said. Ask."
    await held_at(marac, made, marac.runtime.clock.now() - timedelta(days=5))
    await marac.say("police", breach("again").said, 3)

    async def anew() -> bool:
        return (await told())["Breaches"] == "2 occurrences from 2 records"

    await until(anew, what="the second breach is read out")
    assert (await told())["Repeat"].startswith("Yes")


async def test_a_mappa_level_is_said_with_who_said_it_and_what_nobody_said_is_not_no(marac: Marac) -> None:
    made = await sitting(marac)
    hear, cohort = f"/marac/meetings/{made.meeting}/hear/{made.case}", f"/marac/cohort/{person('ben')}"

    async def page(who: str, address: str) -> str:
        answer = await marac.http.get(address, headers={"Authorization": f"Bearer {who}"})
        assert answer.status_code == 200
        return answer.text

    for who, address in (("chair", hear), ("matac", cohort)):
        assert "Not known: neither police nor probation has said." in await page(who, address)
    said = RiskAssessed(people=[ben()], instrument=Instrument.OTHER, instrument_version="1", mappa="level-2")
    root = await marac.say("police", said, 40)

    async def there() -> bool:
        return "Level 2, managed by several agencies" in await page("chair", hear)

    await until(there)
    for who, address in (("chair", hear), ("matac", cohort)):
        text = await page(who, address)
        assert "Level 2, managed by several agencies" in text
        assert "Said by Police in" in text
        assert "neither police nor probation" not in text
    looks = [each for each in await shown(marac, person("ben")) if "marac-chair" in each.roles]
    assert {fact for each in looks for fact in each.facts} == {root}, "and no other fact about them"


async def test_nobody_known_is_not_said_of_somebody_whom_police_or_probation_manage(marac: Marac) -> None:
    await sitting(marac)
    cohort = "/marac/cohort", f"/marac/cohort/{person('ben')}"

    async def page(address: str) -> str:
        answer = await marac.http.get(address, headers={"Authorization": "Bearer matac"})
        assert answer.status_code == 200
        return answer.text

    async def says(level: str, days_ago: float) -> str:
        said = RiskAssessed(people=[ben()], instrument=Instrument.OTHER, instrument_version="1", mappa=level)
        root = await marac.say("police", said, days_ago)

        async def there() -> bool:
            (him,) = (await marac.get("matac", "cohort")).json()["people"]
            return [each["level"] for each in him["mappa"]] == [level]

        await until(there)
        return root

    assert ["Nobody known" in await page(each) for each in cohort] == [True, True]
    await says("not-managed", 60)
    assert ["Nobody known" in await page(each) for each in cohort] == [True, True]
    root = await says("level-3", 40)
    assert ["Nobody known" in await page(each) for each in cohort] == [False, False]
    for each in cohort:
        assert "Level 3, managed by senior staff of several agencies" in await page(each)
        assert "Said by Police in" in await page(each)
    assert (await marac.get("matac-elsewhere", "cohort")).json()["people"] == [], "and another force nothing"
    assert root in {fact for look in await shown(marac, "cohort") for fact in look.facts}, "it is on record"


async def test_a_meeting_on_paper_is_recorded_afterwards(marac: Marac) -> None:
    made = await prepared(marac)
    then = (marac.runtime.clock.now() - timedelta(days=2)).isoformat()
    opened = await marac.post("chair", path(made, "sitting"), {"step": "opened", "at": then})
    assert opened.status_code == 201
    said = SAID | {"at": then}
    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), said)).status_code == 201
    assert (await put(marac, "chair", made, SAID, 1)).status_code == 200
    shown = (await marac.get("chair", path(made, f"cases/{made.case}/hearing"))).json()
    assert shown["heard"][:10] == then[:10], "a correction does not move it"
