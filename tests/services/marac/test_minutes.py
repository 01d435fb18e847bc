"""Minutes for the agencies that were in the room: of which meetings each has them, of which cases, and until
when."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.support import SupportProgressed
from contracts.vocabulary import Role, SupportKind, SupportStep
from services.marac.conference.hearing import was_there
from services.marac.rules import sharing
from services.marac.rules.transfer import Took, minutes_go_with
from tests.services.marac.caseload import STREET, ben, incident, referral
from tests.services.marac.caseload import mention as named
from tests.services.marac.conftest import CALLERS, Marac, Prepared, bare, caller, prepared
from tests.services.marac.test_sitting import SAID, issued, path, put, sitting
from tests.support.tables import lines
from tests.support.waiting import until

TAG = r"purple[^>]*>\s*Repeat"


async def until_async(asked: Callable[[], Awaitable[object]], wanted: object) -> None:
    async def so() -> bool:
        return await asked() == wanted

    await until(so)


@lines(__file__, "transferred_minutes")
def test_which_minutes_go_with_a_case_to_another_marac(line: dict[str, Any]) -> None:
    def day(n: int) -> datetime:
        return datetime(2026, 11, n, 9, tzinfo=UTC)

    took = [
        Took(each["from"], {each["to"], "castleshire"}, day(each["sent"]), day(each["taken"]))
        for each in line["took"]
    ]
    assert minutes_go_with(took, line["areas"], "north", day(10)) == line["opens"]


@lines(__file__, "represents")
def test_whose_agency_was_in_the_room(line: dict[str, Any]) -> None:
    role = line.get("role", "marac-representative")
    around, there = ["north", "castleshire"], ["council", "hospital"]
    assert sharing.represents([role], line["areas"], line["agency"], around, there) == line["there"]


@pytest.mark.parametrize(
    ("agency", "in_the_room", "there"),
    [
        ("council", "|council|", True),
        ("council", "|council|hospital|", True),
        ("hospital", "|council|hospital|", True),
        ("police", "|council|hospital|", False),
        ("council", "|council-north|", False),
        ("council", "", False),
        ("", "", False),
        ("", "|council|", False),
    ],
)
def test_who_was_in_the_room_is_told_by_whole_codes_and_nobody_is_no_agency(
    agency: str, in_the_room: str, there: bool
) -> None:
    who = caller("housing", agency, "marac-representative", "north")
    assert was_there(who, ["north", "castleshire"], in_the_room) is there


async def attends(marac: Marac, made: Prepared, agency: str, attended: str) -> None:
    seat = {"agency": agency, "attended": attended, "who": "Femi"}
    assert (await marac.post("chair", path(made, "attendance"), seat)).status_code == 201


async def letters(marac: Marac, who: str, made: Prepared) -> list[str] | int:
    """The cases that somebody has in the minutes; else the status."""
    answer = await marac.get(who, path(made, "minutes"))
    if answer.status_code != 200:
        return answer.status_code
    return [each["record"]["risks"] for each in answer.json()["cases"]]


async def there(marac: Marac) -> Prepared:
    """Minutes that are out, of a meeting in whose room the council was."""
    made = await issued(marac)
    await attends(marac, made, "council", "present")
    return made


async def test_an_agency_that_was_in_the_room_has_what_was_issued_and_nothing_later(marac: Marac) -> None:
    made = await there(marac)
    due = (marac.runtime.clock.now()).isoformat()
    agreed = {"owner": "haven", "due": due, "text": "Change both locks.", "target": "victim"}
    agreed |= {"meeting": made.meeting}
    actions = f"cases/{made.case}/actions"
    action = (await marac.post("chair", actions, agreed)).json()["root"]
    assert (await marac.post("chair", path(made, "minutes"), {"number": 2})).status_code == 201
    later = agreed | {"text": "Agreed after they were issued."}
    assert (await marac.post("chair", actions, later)).status_code == 201
    done = {"answer": "done", "text": "Found at the cousin's."}
    tag = (await marac.get("idva", f"actions/{action}")).headers["etag"]
    headers = {"Authorization": "Bearer idva", "If-Match": tag}
    answered = await marac.http.post(f"/marac/v1/actions/{action}/answers", json=done, headers=headers)
    assert answered.status_code == 201, answered.text
    assert (await put(marac, "chair", made, SAID | {"risks": "Not issued."}, 1)).status_code == 200
    for who in ("housing", "housing-too"):
        page = (await marac.get(who, path(made, "minutes"))).json()
        (case,) = page["cases"]
        assert (page["number"], page["draft"], page["of_agency"], page["undeclared"]) == (2, False, True, 0)
        assert (case["record"]["risks"], case["before"]) == (SAID["risks"], None)
        assert case["name"]["given"] == "Ann"
        assert [each["text"] for each in case["actions"]] == ["Change both locks."]
        assert case["actions"][0]["answers"] == []
        assert case["actions"][0]["may_answer"] is False, "it is another agency's"
        assert (await marac.get(who, f"cases/{made.case}")).status_code == 404, "the case is not theirs"
        assert (await marac.get(who, path(made, "agenda"))).status_code == 404
        assert (await marac.post(who, path(made, "minutes"), {"number": 3})).status_code == 404
    listed = (await marac.get("housing", "minutes")).json()["minutes"]
    assert [(each["meeting"], each["number"]) for each in listed] == [(made.meeting, 2)]
    for end in ("minutes", "minutes/print"):
        page = await marac.http.get(
            f"/marac/meetings/{made.meeting}/{end}", headers={"Authorization": "Bearer housing"}
        )
        assert page.status_code == 200
        assert SAID["risks"] in page.text
        for kept in (
            "Not issued.",
            later["text"],
            done["text"],
            STREET,
            "07700 900123",
            "Actions of earlier meetings",
        ):
            assert kept not in page.text, kept


async def test_an_agency_has_them_by_how_it_attended(marac: Marac) -> None:
    made = await issued(marac)
    assert await letters(marac, "hospital", made) == 404, "nobody has recorded that it came"
    for attended, found in (
        ("absent", 404),
        ("apologies-with-information", 404),
        ("observer", 404),
        ("deputy", [SAID["risks"]]),
        ("present", [SAID["risks"]]),
        ("absent", 404),
    ):
        await attends(marac, made, "hospital", attended)
        assert await letters(marac, "hospital", made) == found, attended
        listed = (await marac.get("hospital", "minutes")).json()["minutes"]
        assert len(listed) == (0 if found == 404 else 1)
    for who in ("officer", "system", "matac", "on-call"):
        assert await letters(marac, who, made) == 404, who
        assert (await marac.get(who, "minutes")).status_code == 404, who


async def meets(marac: Marac, case: str, hours: float) -> str:
    """A meeting that was so many hours ago, and has the case."""
    starts = marac.runtime.clock.now() - timedelta(hours=hours)
    at = {"area": "north", "starts": starts.isoformat()}
    meeting: str = (await marac.post("coordinator", "meetings", at)).json()["root"]
    listed = await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": case})
    assert listed.status_code == 201, listed.text
    return meeting


async def repeats(marac: Marac, case: str, meeting: str) -> list[bool]:
    """Whether a case is a repeat at a meeting: by agenda, minutes, the case's page and its chair's."""
    agenda = (await marac.get("chair", f"meetings/{meeting}/agenda")).json()["cases"]
    minutes = (await marac.get("chair", f"meetings/{meeting}/minutes")).json()["cases"]
    at = next(e for e in (await marac.page("chair", case))["meetings"] if e["meeting"] == meeting)
    path = f"/marac/meetings/{meeting}/hear/{case}"
    page = (await marac.http.get(path, headers={"Authorization": "Bearer chair"})).text
    return [agenda[0]["repeat"], minutes[0]["repeat"], at["repeat"], bool(re.search(TAG, page))]


async def counted(marac: Marac) -> tuple[int, int]:
    """The cases at meetings, and the repeats among them, by the data return."""
    found = (await marac.get("coordinator", "data-return?by=meeting")).json()["returns"]
    numbers = [each["numbers"] for each in found]
    return sum(each["cases"] for each in numbers), sum(each["repeat_cases"] for each in numbers)


async def test_a_meetings_pages_its_minutes_and_its_return_agree_on_what_is_a_repeat(marac: Marac) -> None:
    made = await prepared(marac)
    first = await meets(marac, made.case, 5)
    said = await repeats(marac, made.case, first)
    assert said == [False] * 4, "the breach between referral and meeting is for that to hear"
    assert await counted(marac) == (1, 0)
    page = await marac.page("chair", made.case)
    assert (page["repeat"], page["meetings"][0]["repeat"]) == (None, False)
    since = marac.runtime.clock.now() - timedelta(hours=4)
    await marac.say("police", incident(occurred=since).said, 4 / 24)
    second = await meets(marac, made.case, 3)
    await until_async(lambda: repeats(marac, made.case, second), [True] * 4)
    assert await repeats(marac, made.case, first) == [False] * 4, "and what came after it changes nothing"
    assert await counted(marac) == (2, 1)
    assert len((await marac.page("chair", made.case))["repeat"]["roots"]) == 1, (
        "not what was before the first"
    )


@pytest.mark.parametrize("anchor", ["referral", "meeting"])
async def test_a_second_referral_is_a_repeat_by_what_happened_since_the_pair_was_heard(
    marac: Marac, anchor: str
) -> None:
    made = await prepared(marac)
    await marac.post_upon("chair", "choices", {"area": "north", "repeat_anchor": anchor})
    first = await meets(marac, made.case, 6)
    again = await marac.say("haven", referral().said, 4 / 24)
    await until_async(lambda: _known(marac, again), True)
    second = await meets(marac, again, 2)

    async def looked_at() -> list[str]:
        found = (await marac.get("coordinator", "repeats")).json()["to_look_at"]
        return [record["root"] for each in found for record in each["records"]]

    assert await repeats(marac, again, second) == [False] * 4, "it is by itself none"
    assert await counted(marac) == (2, 0)
    await until_async(looked_at, [again])
    told = await marac.say("police", incident().said, 5 / 24)
    await until_async(lambda: repeats(marac, again, second), [True] * 4)
    assert await repeats(marac, made.case, first) == [False] * 4
    assert await counted(marac) == (2, 1)
    assert await looked_at() == [], "what happened is known"
    assert (await marac.page("chair", again))["repeat"]["roots"] == [told, made.case]


async def _known(marac: Marac, case: str) -> bool:
    return bool(await marac.page("coordinator", case))


async def test_a_page_says_of_earlier_referrals_what_is_so(marac: Marac) -> None:
    made = await prepared(marac)

    async def says(case: str, words: str) -> bool:
        page = await marac.http.get(f"/marac/cases/{case}", headers={"Authorization": "Bearer chair"})
        return words in page.text

    assert await says(made.case, "No earlier referral of this pair is known")
    await marac.say("haven", referral().said, 500)
    over = "The same two were referred before; nothing is recorded that makes it a repeat"
    await until_async(lambda: says(made.case, over), True)
    again = await marac.say("haven", referral().said)
    await until_async(lambda: says(again, "Not known. The same two were referred before"), True)
    found = (await marac.get("coordinator", f"cases/{again}/decisions")).json()["criteria"]
    asked = next(each for each in found if each["criterion"] == "repeat")
    assert asked["state"] == "not-known", "unknown is never not met"
    assert (asked["roots"][0], asked["roots"][-1]) == (made.case, again), "and what is recorded between"
    assert not await says(again, "Yes: abuse between the same two"), "no meeting has heard them"


async def test_nothing_is_there_before_it_is_issued(marac: Marac) -> None:
    made = await sitting(marac)
    await attends(marac, made, "council", "present")
    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)).status_code == 201
    page = (await marac.get("housing", path(made, "minutes"))).json()
    assert (page["number"], page["cases"], page["attendance"]) == (0, [], [])
    assert (await marac.get("housing", "minutes")).json()["minutes"] == []


async def test_whose_agency_left_for_a_case_has_nothing_of_it(marac: Marac) -> None:
    made = await there(marac)
    await attends(marac, made, "hospital", "present")
    left = {"case": made.case, "agency": "council", "who": "Femi"}
    assert (await marac.post("chair", path(made, "left"), left)).status_code == 201
    assert await letters(marac, "housing", made) == []
    assert await letters(marac, "hospital", made) == [SAID["risks"]], "another agency stayed"
    assert (await marac.post("coordinator", path(made, "left"), left | {"stayed": True})).status_code == 201
    assert await letters(marac, "housing", made) == [SAID["risks"]]
    by_name = left | {"person": CALLERS["housing"].id}
    assert (await marac.post("chair", path(made, "left"), by_name)).status_code == 201
    assert await letters(marac, "housing", made) == []
    assert await letters(marac, "housing-too", made) == [SAID["risks"]], "it is known which of them it was"


async def test_a_tie_ends_it_and_undeclared_is_not_released(marac: Marac) -> None:
    made = await there(marac)

    async def declares(who: str, tie: bool) -> None:
        said = {"cases": [{"case": made.case, "tie": tie}]}
        answer = await marac.post(who, path(made, "interests"), said)
        assert answer.status_code == 201, answer.text

    assert await letters(marac, "housing", made) == [SAID["risks"]], "its MARAC has declaring on paper"
    asks = {"area": "north", "agencies": ["hospital"]}
    assert (await marac.post_upon("chair", "researchers", asks)).status_code == 201

    async def asked() -> bool:
        return (await marac.get("housing", path(made, "minutes"))).json()["undeclared"] == 1

    await until(asked)
    for who in ("housing", "housing-too"):
        assert await letters(marac, who, made) == []
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}/minutes", headers={"Authorization": "Bearer housing"}
    )
    assert f"/marac/meetings/{made.meeting}/interests" in page.text
    assert "Doe" not in page.text
    await declares("housing", tie=False)
    assert await letters(marac, "housing", made) == [SAID["risks"]]
    await declares("housing-too", tie=True)
    assert await letters(marac, "housing-too", made) == []
    assert (await marac.get("housing-too", path(made, "minutes"))).json()["undeclared"] == 0
    await declares("housing", tie=True)
    assert await letters(marac, "housing", made) == [], "a tie that was found since"
    assert (await marac.get("hospital", path(made, "interests"))).status_code == 200
    assert (await marac.get("officer", path(made, "interests"))).status_code == 404


async def test_a_case_is_not_there_for_a_representative_and_a_system_that_support_the_other_party(
    marac: Marac,
) -> None:
    """Neither in research, nor in minutes, nor to flag; and no flag is owed that nobody could answer."""
    made = await there(marac)
    asks = {"area": "north", "agencies": ["council", "hospital"], "declares": False}
    assert (await marac.post_upon("chair", "researchers", asks)).status_code == 201
    request = path(made, f"research/{made.case}")

    async def flags(who: str) -> list[str]:
        return [each["case"] for each in (await marac.get(who, "flags")).json()["flags"]]

    async def owed() -> list[str]:
        shown = (await marac.get("coordinator", f"cases/{made.case}/after")).json()
        return [line["agency"] for line, _ in shown["flags"]]

    async def all_there() -> bool:
        lists = [await flags("housing"), await flags("system"), await letters(marac, "housing", made)]
        asked = (await marac.get("housing", request)).status_code == 200
        return asked and lists == [[made.case], [made.case], [SAID["risks"]]]

    await until(all_there, what="the council is asked, and was in the room")
    his = SupportProgressed(people=[ben(Role.VICTIM)], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("council", his)

    async def nothing() -> bool:
        lists = [await flags("housing"), await flags("system"), await letters(marac, "housing", made)]
        return lists == [[], [], []] and "council" not in await owed()

    await until(nothing, what="the council supports the other party alone")
    assert await owed() == ["haven", "police"]
    assert (await marac.get("housing", request)).status_code == 404
    assert made.case not in (await marac.get("housing", "research")).text
    for who in ("housing", "system"):
        flagged = await marac.post(who, f"cases/{made.case}/flags", {"state": "flagged"})
        assert flagged.status_code == 404, who


async def test_a_case_that_is_taken_back_or_is_of_another_is_there_no_more(marac: Marac) -> None:
    made = await there(marac)
    now, haven = marac.runtime.clock.now(), caller("haven", "haven", "reporter")
    people = [named("ben", Role.VICTIM), named("ann", Role.PERPETRATOR)]
    turned = bare(referral(people=people).said)
    await marac.runtime.revise(made.case, 1, own_header(now), turned, caller=haven, right="test")

    async def gone() -> bool:
        return await letters(marac, "housing", made) == []

    await until(gone, what="nothing is there of a case that is the other party's by now")
    back = bare(referral(people=[named("ann", Role.VICTIM), ben()]).said)
    await marac.runtime.revise(made.case, 2, own_header(now), back, caller=haven, right="test")

    async def is_back() -> bool:
        return await letters(marac, "housing", made) == [SAID["risks"]]

    await until(is_back)
    await marac.runtime.revise(made.case, 3, None, None, caller=haven, right="test")
    await until(gone, what="nothing is there of a referral that was withdrawn")
    assert (await marac.get("chair", path(made, "minutes"))).json()["cases"][0]["withdrawn"]


async def test_minutes_of_a_case_open_for_the_marac_that_took_it_and_of_no_other_case(marac: Marac) -> None:
    """Before it is taken, and once it was given back, they are not there; a line that is said later goes with
    the next version, as for any agency."""
    made = await sitting(marac)
    other = referral(people=[named("cat", Role.VICTIM), ben()])
    their = await marac.say("haven", other.said)
    await until(lambda: marac.page("chair", their))
    assert (await marac.post("coordinator", path(made, "cases"), {"case": their})).status_code == 201
    for case, risks in ((made.case, SAID["risks"]), (their, "Cat is afraid.")):
        heard = await marac.post("chair", path(made, f"cases/{case}/hearing"), SAID | {"risks": risks})
        assert heard.status_code == 201, heard.text
    await attends(marac, made, "council", "present")
    left = {"case": made.case, "agency": "council", "who": "Femi", "person": None}
    assert (await marac.post("chair", path(made, "left"), left)).status_code == 201
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    assert (await marac.post("coordinator", path(made, "minutes"), {"number": 1})).status_code == 201
    there = ("coordinator-elsewhere", "chair-elsewhere", "idva-elsewhere")
    warned = await marac.post("coordinator", f"cases/{made.case}/move-warnings", {"to_area": "south"})
    body = {"to_area": "south", "warning_read": warned.json()["warning"]}
    sent = await marac.post("coordinator", f"cases/{made.case}/transfers", body)
    answers = f"transfers/{sent.json()['root']}/answers"

    async def open_to(who: str) -> int:
        return (await marac.get(who, path(made, "minutes"))).status_code

    async def said(answer: str, status: int) -> None:
        told = await marac.post("coordinator-elsewhere", answers, {"answer": answer})
        assert told.status_code == 201, told.text
        for who in there:
            await until_async(lambda who=who: open_to(who), status)  # type: ignore[misc]

    assert [await open_to(who) for who in there] == [404, 404, 404], "nobody has taken it"
    await said("acknowledge", 200)
    for who in ("housing-elsewhere", "matac", "system"):
        assert await open_to(who) == 404, who
    for who in there:
        page = (await marac.get(who, path(made, "minutes"))).json()
        (case,) = page["cases"]
        assert (case["case"], case["record"]["risks"], case["left"]) == (made.case, SAID["risks"], [])
        assert (page["by_transfer"], page["of_agency"], page["draft"]) == (True, False, False)
        assert (page["attendance"], page["core"], page["carried"]) == ([], [], [])
        assert (page["number"], page["may_issue"]) == (1, False)
        for end in ("minutes", "minutes/print"):
            shown = await page_of(marac, who, f"meetings/{made.meeting}/{end}")
            assert (SAID["risks"] in shown, "Your MARAC took this case over" in shown) == (True, True)
            for kept in ("Cat is afraid.", "Rowan Ellis", "Femi", STREET, "Actions of earlier meetings"):
                assert kept not in shown, (end, kept)
        after = await page_of(marac, who, f"cases/{made.case}/after")
        assert f"/marac/meetings/{made.meeting}/minutes" in after
        assert (await marac.get(who, path(made, "sitting"))).status_code == 404
        assert (await marac.post(who, path(made, "minutes"), {"number": 2})).status_code == 404
    assert (await put(marac, "chair", made, SAID | {"risks": "Not issued."}, 1)).status_code == 200
    assert await letters(marac, "chair-elsewhere", made) == [SAID["risks"]], "not issued, not theirs"
    heard_ = marac.runtime.ids.fact("marac", f"heard {made.meeting} {made.case}")
    looks = (await marac.get("coordinator", f"cases/{made.case}/shown-to/{heard_}")).json()["looks"]
    assert {CALLERS[who].id for who in there} <= {each["person"] for each in looks}
    lines_ = (await marac.get("coordinator", "transfers")).json()["transfers"]
    assert [each["minutes"] for each in lines_] == [[]], "the sender has them among its meetings"
    await said("not-taken", 404)


async def page_of(marac: Marac, who: str, end: str) -> str:
    answer = await marac.http.get(f"/marac/{end}", headers={"Authorization": f"Bearer {who}"})
    assert answer.status_code == 200, (who, end)
    return answer.text
