"""Research before a meeting, and who has a tie to a case: what is asked, answered, shown and hidden."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast

import httpx
import pytest

from chassis.accept import own_header
from chassis.http.problem import Problem
from chassis.rows import new_row, write_rows
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.people import HouseholdDescribed
from contracts.events.research import InterestDeclared, ResearchersSet, Tie
from contracts.events.support import SupportProgressed
from contracts.sections import Narrative
from contracts.vocabulary import Role, SupportKind, SupportStep
from services.marac.conference import researched
from services.marac.conference.research import RESEARCH
from services.marac.conference.research_rows import Reply, ResearchRow
from services.marac.conference.researching import people_of
from services.marac.conference.rows import CasePerson, ConferenceCase
from services.marac.conference.views import CASE
from services.marac.rules import agenda
from tests.services.marac.caseload import STREET, ann, ben, cat, mention, referral, world
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_http import shown
from tests.support.facts import NOON, corrected, fact, root_of, someone
from tests.support.waiting import until

FOUND = "The door was mended on 2 March."
ASKED = ["council", "haven", "hospital"]


async def asked(marac: Marac, *, declares: bool = False) -> Prepared:
    """The case at a meeting whose MARAC asks three agencies."""
    made = await prepared(marac)
    said = {"area": "north", "agencies": ASKED, "declares": declares}
    taken = await marac.post_upon("coordinator", "researchers", said)
    assert taken.status_code == 201, taken.text

    async def waits() -> bool:
        return len((await marac.get("housing", "research")).json()["waits"]) == 1

    await until(waits, what="the agency is asked")
    return made


async def test_cases_of_one_meeting_are_told_apart_wherever_it_is_shown(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the agenda, on who has answered of each, and where somebody says to which they have a tie."""
    whole = agenda.letters

    def alike(case: str, length: int = agenda.SHORTEST) -> str:
        return ("K7Q" + whole(case, 12))[:length]

    monkeypatch.setattr(agenda, "letters", alike)
    made = await asked(marac, declares=True)
    other = await marac.say("haven", referral(people=[cat(), ben()]).said, 3)

    async def listed() -> bool:
        taken = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": other})
        return taken.status_code == 201

    await until(listed, what="the other case is listed")

    async def of(path: str, field: str) -> dict[str, str]:
        said = (await marac.get("coordinator", f"meetings/{made.meeting}/{path}")).json()
        return {each["case"]: each["letters"] for each in said[field]}

    async def two() -> dict[str, str]:
        found = await of("interests", "cases")
        return found if len(found) == 2 else {}

    told = await until(two, what="both wait for a word")
    assert len(set(told.values())) == 2
    assert {each[:3] for each in told.values()} == {"K7Q"}
    no = [{"case": case, "tie": False} for case in (made.case, other)]
    await marac.post("coordinator", f"meetings/{made.meeting}/interests", {"cases": no})

    async def same(path: str, field: str) -> bool:
        return await of(path, field) == told

    for path, field in (("interests", "declared"), ("research", "lines"), ("agenda", "cases")):
        assert await until(partial(same, path, field), what=path)


async def people(marac: Marac, made: Prepared, who: str = "housing") -> list[dict[str, Any]]:
    path = f"meetings/{made.meeting}/research/{made.case}"
    found: list[dict[str, Any]] = (await marac.get(who, path)).json()["people"]
    return found


def answer(people: list[dict[str, Any]], facts: str | None = None) -> dict[str, Any]:
    """Nothing held of anybody; of the victim these facts."""
    found = [{"person": each["person"], "held": "nothing-held"} for each in people]
    if facts:
        found[0] |= {"held": "known", "facts": {"text": facts}}
    return {"people": found}


async def say(marac: Marac, who: str, made: Prepared, said: dict[str, Any]) -> httpx.Response:
    return await marac.post(who, f"meetings/{made.meeting}/research/{made.case}", said)


async def cells(marac: Marac, made: Prepared) -> dict[str, str]:
    (line,) = (await marac.get("coordinator", f"meetings/{made.meeting}/research")).json()["lines"]
    return {cell["agency"]: cell["state"] for cell in line["cells"]}


async def form(marac: Marac, who: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who}"}
    if data is None:
        return await marac.http.get(f"/marac/{path}", headers=headers)
    return await marac.http.post(f"/marac/{path}", data=data, headers=headers)


async def test_an_agency_is_shown_whom_to_look_for_and_its_own_lines_alone(marac: Marac) -> None:
    made = await asked(marac)
    answered = await marac.get("housing", f"meetings/{made.meeting}/research/{made.case}")
    victim, perpetrator, *_ = answered.json()["people"]
    assert victim["names"] == [{"family": "Doe", "given": "Ann"}]
    assert (victim["born"], perpetrator["role"]) == (["1991-03-02"], "perpetrator")
    assert {line["agency"] for each in answered.json()["people"] for line in each["ours"]} == {"council"}
    for others in (STREET, "07700 900123", "high"):
        assert others not in answered.text, "not where she is, nor what others said"
    assert (await marac.get("housing", f"cases/{made.case}")).status_code == 404, "the case is not theirs"


async def test_an_answer_stops_its_clock_and_stands_on_the_case(marac: Marac) -> None:
    made = await asked(marac)

    async def clocks() -> tuple[int, int]:
        facts = await marac.runtime.facts([f"o:{made.meeting}"])
        return len(facts.current(ClockStarted)), len(facts.current(ClockStopped))

    async def runs() -> bool:
        return await clocks() == (1, 0)

    await until(runs, what="the clock runs")
    assert await cells(marac, made) == dict.fromkeys(ASKED, "asked")
    assert (await say(marac, "housing", made, answer(await people(marac, made), FOUND))).status_code == 201
    assert (await say(marac, "hospital", made, answer(await people(marac, made)))).status_code == 201
    assert await cells(marac, made) == {"haven": "asked", "council": "answered", "hospital": "nothing-held"}
    shown = (await marac.get("chair", f"cases/{made.case}/research")).json()
    assert [each["agency"] for each in shown["unanswered"]] == ["haven"]
    by = {each["agency"]: each["people"][0] for each in shown["answers"]}
    assert (by["council"]["facts"], by["council"]["name"]["given"]) == (FOUND, "Ann")
    assert (by["hospital"]["held"], by["hospital"]["facts"]) == ("nothing-held", None)
    page = (await form(marac, "chair", f"cases/{made.case}")).text
    assert FOUND in page
    assert "haven has not answered" in page
    assert (await say(marac, "idva", made, answer(await people(marac, made)))).status_code == 201

    async def stopped() -> bool:
        return await clocks() == (1, 1)

    await until(stopped, what="everybody has answered")
    assert FOUND not in (await marac.get("matac", "cohort")).text
    waits = (await marac.get("housing", "research")).json()
    assert ([each["state"] for each in waits["answered"]], waits["waits"]) == (["answered"], [])


async def test_of_several_cases_it_is_read_together_what_it_is_of_each(marac: Marac) -> None:
    made, chair = await asked(marac), CALLERS["chair"]
    theirs = [someone(Role.VICTIM, "eve"), someone(Role.PERPETRATOR, "dan")]
    other = replace(made, case=await marac.say("haven", referral(grade=None, people=theirs).said, 3))
    await until(lambda: marac.page("coordinator", other.case))
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": other.case})
    assert listed.status_code == 201, listed.text
    before = marac.runtime.clock.now()
    for each, found in ((made, FOUND), (other, "Nothing since May.")):
        assert (
            await say(marac, "housing", each, answer(await people(marac, each), found))
        ).status_code == 201
    assert (await say(marac, "hospital", other, answer(await people(marac, other)))).status_code == 201
    after, cases = marac.runtime.clock.now(), [other.case, made.case]
    await until(lambda: marac.passed(after))
    for at, answered in ((None, [2, 1]), (after, [2, 1]), (before, [0, 0])):
        together = await researched.read_of_cases(marac.runtime, chair, cases, at)
        assert [len(together[case][0].answers) for case in cases] == answered
        for case in cases:
            assert await researched.read_of_cases(marac.runtime, chair, [case], at) == {case: together[case]}
    with pytest.raises(Problem) as refused:
        await researched.read_of_cases(marac.runtime, chair, [made.case, made.meeting])
    assert refused.value.status == 404


async def met(marac: Marac, made: Prepared) -> Prepared:
    """The same case at a meeting that has begun, and before which nobody answered."""
    starts = (marac.runtime.clock.now() - timedelta(hours=1)).isoformat()
    over = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()["root"]
    listed = await marac.post("coordinator", f"meetings/{over}/cases", {"case": made.case})
    assert listed.status_code == 201
    sooner = ResearchersSet(area="north", agencies=ASKED, declares=False)
    header = own_header(marac.runtime.clock.now() - timedelta(days=3))
    await marac.runtime.take(header, sooner, caller=CALLERS["coordinator"], right="test")

    async def is_late() -> bool:
        found = await marac.get("coordinator", f"meetings/{over}/research")
        return found.json().get("late") == len(ASKED)

    await until(is_late, what="nobody answered before the meeting")
    return Prepared(made.case, made.incident, made.breach, over)


async def test_what_comes_after_the_meeting_is_taken_and_shown_so(marac: Marac) -> None:
    late = await met(marac, made := await asked(marac))
    over = late.meeting
    assert (await say(marac, "housing", late, answer(await people(marac, late)))).status_code == 201
    shown = (await marac.get("chair", f"cases/{made.case}/research")).json()
    assert [(each["agency"], each["after"]) for each in shown["answers"]] == [("council", True)]
    page = (await form(marac, "housing", f"meetings/{over}/research/{made.case}")).text
    assert "The meeting has begun. Your answer is taken all the same" in page
    places = ("chair", f"meetings/{over}/hear/{made.case}"), ("coordinator", f"meetings/{over}/research")
    for who, path in (("chair", f"cases/{made.case}"), *places):
        assert "Came after the meeting began." in (await form(marac, who, path)).text, path


async def test_who_is_named_since_an_agency_answered_is_asked_about_again(marac: Marac) -> None:
    made = await asked(marac)
    first = await say(marac, "housing", made, answer(await people(marac, made)))
    assert (await cells(marac, made))["council"] == "nothing-held"
    household = HouseholdDescribed(people=[ann(), someone(Role.CHILD, "lou")])
    await marac.say("police", household)

    async def again() -> bool:
        return (await cells(marac, made))["council"] == "asked"

    await until(again, what="nothing held is not said of the child")
    (waits,) = (await marac.get("housing", "research")).json()["waits"]
    assert waits["again"] is True
    assert "Answered, but not about somebody named since." in (await form(marac, "housing", "research")).text
    grid = (await form(marac, "coordinator", f"meetings/{made.meeting}/research")).text
    assert "Answered, but not about somebody named since: due" in grid
    shown = (await marac.get("chair", f"cases/{made.case}/research")).json()["unanswered"]
    assert {each["agency"]: each["again"] for each in shown}["council"] is True
    assert (
        "council has answered, but not about somebody named since."
        in (await form(marac, "chair", f"cases/{made.case}")).text
    )
    found = await people(marac, made)
    assert [each["since"] for each in found].count(True) == 1
    path = f"meetings/{made.meeting}/research/{made.case}"
    over = {"root": first.json()["root"], "version": "1"}
    assert "Somebody is named in this case since" in (await form(marac, "housing", path)).text
    assert (await form(marac, "housing", path, typed(found, over))).status_code == 303
    assert (await cells(marac, made))["council"] == "nothing-held"


async def test_of_a_referral_that_is_withdrawn_nothing_is_open(marac: Marac) -> None:
    made = await asked(marac)
    by = CALLERS["idva"]
    await marac.runtime.revise(made.case, 1, None, None, caller=by, right="test")

    async def gone() -> bool:
        grid = (await marac.get("coordinator", f"meetings/{made.meeting}/research")).json()
        return (grid["lines"], grid["open"]) == ([], 0)

    await until(gone, what="nobody is asked of it any more")
    assert (await marac.get("chair", f"cases/{made.case}/research")).json()["unanswered"] == []


async def test_two_of_one_agency_lose_nothing(marac: Marac) -> None:
    made = await asked(marac)
    found = await people(marac, made)
    first = await say(marac, "housing", made, answer(found, FOUND))
    refused = await say(marac, "housing-too", made, answer(found))
    assert (refused.status_code, refused.json()["code"]) == (409, "answered-meanwhile")
    path = f"meetings/{made.meeting}/research/{made.case}"
    page = await form(marac, "housing-too", path, typed(found, {"facts-0": "Theirs.", "held-0": "known"}))
    assert page.status_code == 409
    assert FOUND in page.text
    assert "Theirs." in page.text
    over = {"root": first.json()["root"], "version": "1"}
    again = await form(
        marac, "housing-too", path, typed(found, {"facts-0": "Theirs.", "held-0": "known"} | over)
    )
    assert again.status_code == 303
    stale = await form(marac, "housing", path, typed(found, {"facts-0": "Mine.", "held-0": "known"} | over))
    assert stale.status_code == 409
    shown = (await marac.get("chair", f"cases/{made.case}/research")).json()["answers"]
    assert [each["people"][0]["facts"] for each in shown] == ["Theirs."]


def typed(people: list[dict[str, Any]], more: dict[str, str]) -> dict[str, str]:
    return {f"held-{at}": "nothing-held" for at in range(len(people))} | {"press": "answer"} | more


async def test_the_page_answers_by_one_press_and_keeps_what_was_typed(marac: Marac) -> None:
    made = await asked(marac)
    path = f"meetings/{made.meeting}/research/{made.case}"
    assert "DOE, Ann" in (await form(marac, "housing", path)).text
    empty = await form(marac, "housing", path, {"press": "answer", "facts-0": FOUND})
    assert empty.status_code == 422
    assert "Error:" in empty.text
    assert FOUND in empty.text
    both = await form(marac, "housing", path, {"press": "nothing", "facts-0": FOUND})
    assert both.status_code == 422, "what was typed is not thrown away by a press"
    for _ in range(2):
        pressed = await form(marac, "housing", path, {"press": "nothing", "once": "one-press"})
        assert pressed.status_code == 303
    assert (await cells(marac, made))["council"] == "nothing-held"
    waits = (await form(marac, "housing", "research")).text
    assert "Nothing waits for your agency." in waits
    grid = (await form(marac, "coordinator", f"meetings/{made.meeting}/research")).text
    assert "2 answers are open." in grid


async def test_an_agency_has_its_list_by_pages_each_case_once_and_what_waits_first(marac: Marac) -> None:
    """Of nine meetings, one an emergency; of two it has answered. Of two equal looks one is on record."""
    made, now = await asked(marac), marac.runtime.clock.now()
    row = cast("ResearchRow", await marac.runtime.row(RESEARCH, made.meeting))
    case = cast("ConferenceCase", await marac.runtime.row(CASE, made.case))
    about = tuple(mention for each in people_of(case) for mention in each.mentions)
    reply = Reply(case=made.case, agency="council", root=made.case, first=now, nothing=True, people=about)
    more = []
    for n in range(8):
        meeting = f"{n + 1}{made.meeting[1:]}"
        ask = row.asks[0].model_copy(update={"due": now + timedelta(hours=n)})
        replies = (reply,) if n < 2 else ()
        said = {"meeting": meeting, "starts": now + timedelta(days=9), "asks": (ask,), "replies": replies}
        more.append((meeting, row.model_copy(update=said | {"emergency": n == 5})))
    async with marac.runtime.store.writing() as connection:
        written = [new_row(RESEARCH, *each) for each in more]
        await write_rows(marac.runtime.store, connection, written, {})
    path, waits, answered, pages = "research?limit=1", list[Any](), list[Any](), 0
    while path:
        page = (await marac.get("housing", path)).json()
        assert len(page["answered"]) == 1
        assert len(page["waits"]) == (0 if answered else 7), "nothing that waits is cut"
        waits, answered, pages = [*waits, *page["waits"]], [*answered, *page["answered"]], pages + 1
        path = f"research?limit=1&after={page['next']}" if page["next"] else ""
    assert (len(waits), len(answered), pages) == (7, 2, 2)
    assert len({each["meeting"] for each in waits + answered}) == 9
    assert [each["emergency"] for each in waits] == [True] + [False] * 6
    for lines in (waits[1:], answered):
        assert [each["due"] for each in lines] == sorted(each["due"] for each in lines)
    before = await shown(marac, CALLERS["housing"].id)
    for _ in range(2):
        assert (await marac.get("housing", "research?limit=1")).json()["next"]
    assert len(await shown(marac, CALLERS["housing"].id)) == len(before)
    first = (await form(marac, "housing", "research?limit=1")).text
    assert ("Next page" in first, "has answered nothing" in first) == (True, False)
    later = re.search(r'href="/marac/(research\?after=[^"]+)"', first)
    assert later
    last = (await form(marac, "housing", f"{later[1]}&limit=50")).text
    assert "Nothing waits for your agency." not in last
    assert last.count('class="gt-line"') == 1


async def test_pages_of_what_an_agency_answered_go_on_past_what_is_hidden(marac: Marac) -> None:
    made = await asked(marac)
    cases = [made.case]
    for n in range(4):
        parties = [someone(Role.VICTIM, f"v{n}"), someone(Role.PERPETRATOR, f"p{n}")]
        cases.append(await marac.say("haven", referral(grade=None, people=parties).said, 3))
    for case in cases[1:]:
        await until(lambda case=case: marac.page("coordinator", case))
        listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
        assert listed.status_code == 201, listed.text
    for case in cases:
        at = replace(made, case=case)
        assert (await say(marac, "housing", at, answer(await people(marac, at)))).status_code == 201

    async def walk(who: str) -> list[str]:
        found, path = list[str](), "research?limit=1"
        while path:
            page = (await marac.get(who, path)).json()
            assert len(page["answered"]) == 1, "a page that is empty is taken for the end"
            found.append(page["answered"][0]["case"])
            path = f"research?limit=1&after={page['next']}" if page["next"] else ""
        return found

    order = await walk("housing")
    assert (sorted(order), await walk("system")) == (sorted(cases), order)
    to = [
        {"person": CALLERS[who].id, "name": who, "agency": "council"}
        for who in ("coordinator-too", "housing")
    ]
    shut = {"to": to, "reason": "A cousin works for the hospital."}
    for who, case in (("housing", order[1]), ("housing-too", order[3])):
        tie = {"cases": [{"case": case, "tie": True}]}
        assert (await marac.post(who, f"meetings/{made.meeting}/interests", tie)).status_code == 201
    assert (
        await marac.post_upon("coordinator-too", f"cases/{order[2]}/restriction", shut)
    ).status_code == 201
    assert await walk("housing") == [order[0], *order[2:]]
    assert await walk("system") == [order[0], order[4]]
    before = (await marac.get("housing", "research?limit=3")).json()["next"]
    tie = {"cases": [{"case": order[4], "tie": True}]}
    assert (await marac.post("housing", f"meetings/{made.meeting}/interests", tie)).status_code == 201
    last = (await form(marac, "housing", f"research?after={before}")).text
    assert ("There are no more." in last, "has answered nothing" in last) == (True, False)


async def test_nobody_answers_what_was_not_asked_of_them(marac: Marac) -> None:
    made = await asked(marac)
    found = await people(marac, made)
    for who in ("idva-else", "chair", "matac", "system-else", "system-elsewhere"):
        assert (await say(marac, who, made, answer(found))).status_code == 404, who
    other = answer(found)
    other["people"][0]["person"] = made.breach
    refused = await say(marac, "housing", made, other)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-of-case")
    assert refused.json()["faults"][0]["where"] == "body.people.0.person"
    assert (
        await marac.post_upon("coordinator", "researchers", {"area": "south", "agencies": []})
    ).status_code == 404


async def test_before_they_declare_attendees_are_shown_names_and_nothing_else(marac: Marac) -> None:
    made = await asked(marac, declares=True)
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert agenda["cases"] == []
    assert agenda["meeting"]["cases"] == 0
    (case,) = agenda["undeclared"]
    assert case.keys() == {"case", "letters", "victim", "perpetrators"}
    assert (case["victim"]["given"], case["perpetrators"][0]["given"]) == ("Ann", "Ben")
    looks = (await marac.get("coordinator", f"cases/{made.case}/shown-to/{made.case}")).json()["looks"]
    assert ("agenda", ["marac-chair"]) in [(each["view"], each["roles"]) for each in looks]
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 404
    page = await form(marac, "chair", f"meetings/{made.meeting}")
    assert "DOE, Ann" in page.text
    assert "/interests" in page.text
    assert len((await marac.get("coordinator", f"meetings/{made.meeting}/agenda")).json()["cases"]) == 1, (
        "a coordinator works on it"
    )
    assert (await marac.get("idva", f"cases/{made.case}")).status_code == 404, (
        "she is not this one's client yet"
    )
    accepted = SupportProgressed(people=[ann()], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("haven", accepted)

    async def client() -> bool:
        return (await marac.get("idva", f"cases/{made.case}")).status_code == 200

    await until(client, what="an IDVA goes on with her client")
    path = f"meetings/{made.meeting}/interests"
    assert (await form(marac, "chair", path, {})).status_code == 422
    done = await form(marac, "chair", path, {f"case-{made.case}": "none", "once": "once"})
    assert done.status_code == 303
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert ([line["case"] for line in agenda["cases"]], agenda["undeclared"]) == ([made.case], [])
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 200


async def test_a_case_is_not_there_for_whoever_has_a_tie(marac: Marac) -> None:
    made = await asked(marac)
    before = marac.runtime.clock.now()
    due = (before + timedelta(days=3)).isoformat()
    agreed = {"owner": "council", "due": due, "text": "Mend the door by Friday.", "target": "victim"}
    assert (await marac.post("coordinator", f"cases/{made.case}/actions", agreed)).status_code == 201
    tie = {"cases": [{"case": made.case, "tie": True}]}
    for who in ("chair", "idva", "housing"):
        said = await marac.post(who, f"meetings/{made.meeting}/interests", tie)
        assert said.status_code == 201, said.text

    async def known_then() -> bool:
        return (await marac.get("coordinator", f"cases/{made.case}", before)).status_code == 200

    await until(known_then, what="the case as it was known")
    for who in ("chair", "idva"):
        agenda = (await marac.get(who, f"meetings/{made.meeting}/agenda")).json()
        assert (agenda["cases"], agenda["undeclared"], agenda["meeting"]["cases"]) == ([], [], 0)
        for path in (f"cases/{made.case}", f"cases/{made.case}/research", f"cases/{made.case}/sources/x"):
            assert (await marac.get(who, path)).status_code in (404, 422), (who, path)
        assert (await marac.get(who, f"cases/{made.case}", before)).status_code == 404
        live = await form(marac, who, f"cases/{made.case}/live")
        assert live.status_code == 404
        assert (await marac.get(who, f"meetings/{made.meeting}/research")).json()["lines"] == []
        assert (await marac.get(who, f"causes/{made.breach}/cases")).json() == {"cases": []}
        counted = (await marac.get(who, "meetings")).json()["to_come"]
        assert [line["cases"] for line in counted] == [0]
    assert (await marac.get("housing", "research")).json()["waits"] == []
    assert (await marac.get("housing", "actions")).json()["yours"] == []
    assert (await marac.get("housing-too", "actions")).json()["yours"]
    assert (await marac.get("housing-too", "research")).json()["waits"], "the agency is asked all the same"
    later = {"cases": [{"case": made.case, "tie": False}]}
    await marac.post("chair", f"meetings/{made.meeting}/interests", later)
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 404, "nobody lifts their own tie"
    assert FOUND not in (await marac.get("coordinator", f"cases/{made.case}")).text


async def test_a_tie_holds_for_every_case_that_shares_a_party(marac: Marac) -> None:
    """Declared of one, it holds for a new referral of the pair, the other direction, and one of her alone."""
    made = await asked(marac)
    tie = {"cases": [{"case": made.case, "tie": True}]}
    for who in ("coordinator", "housing"):
        assert (await marac.post(who, f"meetings/{made.meeting}/interests", tie)).status_code == 201
    turned = [mention("ben", Role.VICTIM), mention("ann", Role.PERPETRATOR)]
    parties = ([ann(), ben()], turned, [ann(), mention("cat", Role.PERPETRATOR)])
    said = [await marac.say("police", referral(people=each).said, 1) for each in parties]
    listed = {"starts": (marac.runtime.clock.now() + timedelta(days=9)).isoformat(), "area": "north"}
    meeting = (await marac.post("coordinator-too", "meetings", listed)).json()["root"]

    async def there() -> bool:
        found = [await marac.get("coordinator-too", f"cases/{case}") for case in said]
        return all(each.status_code == 200 and each.json()["perpetrators"] for each in found)

    await until(there, what="the new cases, for whoever has no tie")
    for case in said:
        answer = await marac.post("coordinator-too", f"meetings/{meeting}/cases", {"case": case})
        assert answer.status_code == 201, answer.text

    async def asks() -> bool:
        waits = (await marac.get("housing-too", "research")).json()["waits"]
        return {each["case"] for each in waits} >= set(said)

    await until(asks, what="their agency is asked of them")
    assert [each["case"] for each in (await marac.get("housing", "research")).json()["waits"]] == []
    for case in said:
        for path in (f"cases/{case}", f"cases/{case}/sources/{case}", f"cases/{case}/decisions"):
            assert (await marac.get("coordinator", path)).status_code == 404, path
    found = (await marac.post("coordinator", "search", {"name": "Doe", "reason": "own-case"})).json()
    assert found["found"] == []
    assert (await marac.get("coordinator", "victims")).json()["victims"] == []
    agenda = (await marac.get("coordinator", f"meetings/{meeting}/agenda")).json()
    assert (agenda["cases"], agenda["meeting"]["cases"]) == ([], 0)
    left = (await marac.get("chair", f"meetings/{meeting}/agenda")).json()["uncoordinated"]
    assert len(left) == len(said), "nobody who declared is left to see to them"
    none = {"cases": [{"case": case, "tie": False} for case in said]}
    assert (await marac.post("coordinator-too", f"meetings/{meeting}/interests", none)).status_code == 201
    assert (await marac.get("chair", f"meetings/{meeting}/agenda")).json()["uncoordinated"] == []


async def test_of_a_restricted_case_no_agency_is_asked_that_has_nobody_inside(marac: Marac) -> None:
    """The agencies of those who are named are asked: the coordinators', and whoever is in the case's."""
    made = await asked(marac)
    staff = [("coordinator", None), ("coordinator-too", "council"), ("housing", "council")]
    named = [{"person": CALLERS[who].id, "name": who, "agency": agency} for who, agency in staff]
    to = {"to": named, "reason": "A cousin works for the hospital."}
    assert (await marac.post_upon("coordinator", f"cases/{made.case}/restriction", to)).status_code == 201

    async def nobody_inside() -> bool:
        return (await cells(marac, made)).get("hospital") == "nobody-inside"

    await until(nobody_inside, what="nobody of the hospital is asked")
    assert await cells(marac, made) == {
        "council": "asked",
        "haven": "nobody-inside",
        "hospital": "nobody-inside",
    }
    page = (await form(marac, "coordinator", f"meetings/{made.meeting}/research")).text
    assert page.count("Not asked: nobody of it sees the case") == 2
    open_ = (await marac.get("coordinator", f"cases/{made.case}/research")).json()["unanswered"]
    assert [each["agency"] for each in open_] == ["council"]
    assert len((await marac.get("housing", "research")).json()["waits"]) == 1
    for who in ("housing-too", "hospital", "idva"):
        assert (await marac.get(who, "research")).json()["waits"] == [], who
    starts = (marac.runtime.clock.now() + timedelta(days=12)).isoformat()
    later = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()["root"]
    listed = await marac.post("coordinator", f"meetings/{later}/cases", {"case": made.case})
    assert listed.status_code == 201
    again = Prepared(made.case, made.incident, made.breach, later)
    assert (await cells(marac, again))["haven"] == "nobody-inside", (
        "nor at a meeting where it is listed later"
    )
    lifted = {"to": None, "reason": "The cousin left."}
    assert (
        await marac.post_upon("coordinator", f"cases/{made.case}/restriction", lifted, 1)
    ).status_code == 201

    async def all_asked() -> bool:
        return set((await cells(marac, again)).values()) == {"asked"}

    await until(all_asked, what="everybody is asked again")


async def test_a_colleague_alone_withdraws_a_tie(marac: Marac) -> None:
    made = await asked(marac)
    tie = {"cases": [{"case": made.case, "tie": True}]}
    root = (await marac.post("housing", f"meetings/{made.meeting}/interests", tie)).json()["root"]
    path, upon = f"/marac/v1/facts/{root}", {"If-Match": '"1"'}
    for who, status in (("housing", 404), ("hospital", 404), ("housing-too", 201)):
        headers = {"Authorization": f"Bearer {who}"} | upon
        done = await marac.http.delete(path, headers=headers)
        assert done.status_code in (status, 200 if status == 201 else status), (who, done.text)

    async def back() -> bool:
        return bool((await marac.get("housing", "research")).json()["waits"])

    await until(back, what="the case is on the list again")


async def test_where_nobody_has_said_how_it_is_done_whoever_comes_declares_here(marac: Marac) -> None:
    made = await prepared(marac, said_how=False)
    path = f"meetings/{made.meeting}"

    async def waits() -> bool:
        agenda = (await marac.get("chair", f"{path}/agenda")).json()
        return [each["case"] for each in agenda["undeclared"]] == [made.case] and agenda["cases"] == []

    await until(waits, what="the chair has names to declare by, and nothing else")
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 404
    assert (await marac.get("coordinator", f"cases/{made.case}")).status_code == 200, "who prepares it"
    assert (await marac.get("coordinator", f"{path}/research")).json()["asks"] is False, "no agency is asked"
    assert (await form(marac, "chair", f"{path}/interests", {f"case-{made.case}": "none"})).status_code == 303
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 200


async def test_a_tie_that_is_found_later_is_declared_and_a_mistake_is_undone_by_page(marac: Marac) -> None:
    made = await asked(marac, declares=True)
    path = f"meetings/{made.meeting}/interests"
    assert (await form(marac, "housing", path, {f"case-{made.case}": "none"})).status_code == 303
    assert "I have a tie after all" in (await form(marac, "housing", path)).text
    assert (await form(marac, "chair", path, {f"case-{made.case}": "none"})).status_code == 303
    agenda = (await form(marac, "chair", f"meetings/{made.meeting}")).text
    assert "Declare a tie that you have found since" in agenda
    assert (await form(marac, "housing", path, {f"case-{made.case}": "tie"})).status_code == 303
    assert (await marac.get("housing", "research")).json()["waits"] == []
    for who, seen in (("housing", 0), ("hospital", 0), ("chair", 0), ("housing-too", 1)):
        assert len((await marac.get(who, path)).json()["colleagues"]) == seen, who
    (tie,) = (await marac.get("housing-too", path)).json()["colleagues"]
    assert tie.keys() == {"root", "letters", "declared"}, "whose it is is not shown"
    assert f"Undo the tie to {tie['letters'][0]}" in (await form(marac, "housing-too", path)).text
    for who, status in (("housing", 404), ("hospital", 404), ("housing-too", 303)):
        undone = await form(marac, who, f"{path}/undo", {"root": tie["root"]})
        assert undone.status_code == status, who

    async def back() -> bool:
        return bool((await marac.get("housing", "research")).json()["waits"])

    await until(back, what="the case is on the list again")


async def test_a_chair_is_told_that_no_coordinator_is_left(marac: Marac) -> None:
    made = await asked(marac)
    agenda = f"meetings/{made.meeting}/agenda"
    assert (await marac.get("chair", agenda)).json()["uncoordinated"] == []
    tie = {"cases": [{"case": made.case, "tie": True}]}
    await marac.post("coordinator", f"meetings/{made.meeting}/interests", tie)
    assert len((await marac.get("chair", agenda)).json()["uncoordinated"]) == 1
    assert "No coordinator is left" in (await form(marac, "chair", f"meetings/{made.meeting}")).text
    assert (await marac.get("coordinator", f"cases/{made.case}")).status_code == 404
    boast = InterestDeclared(
        person=CALLERS["idva"].id, coordinates=True, cases=[Tie(case=made.case, tie=False)]
    )
    now = own_header(marac.runtime.clock.now())
    taken = await marac.runtime.take(now, boast, caller=CALLERS["idva"], right="test")
    await marac.runtime.folded(boast.keys(taken.root))
    assert len((await marac.get("chair", agenda)).json()["uncoordinated"]) == 1, "an IDVA coordinates nothing"
    await marac.post("chair", f"meetings/{made.meeting}/interests", tie)
    shown = (await marac.get("chair", agenda)).json()
    assert (shown["cases"], len(shown["uncoordinated"])) == ([], 1), "to a chair with a tie by letters alone"


async def test_a_chair_who_has_not_declared_is_told_that_no_coordinator_is_left(marac: Marac) -> None:
    made = await asked(marac, declares=True)
    tie = {"cases": [{"case": made.case, "tie": True}]}
    await marac.post("coordinator", f"meetings/{made.meeting}/interests", tie)
    shown = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert ([each["case"] for each in shown["undeclared"]], len(shown["uncoordinated"])) == ([made.case], 1)


async def test_the_messages_of_a_case_are_not_there_for_a_party_with_a_tie(marac: Marac) -> None:
    made = await asked(marac)
    accepted = SupportProgressed(people=[ann()], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("haven", accepted)

    async def hers() -> bool:
        return (await marac.get("idva", f"cases/{made.case}/messages")).status_code == 200

    await until(hers, what="she is the IDVA's client")
    tie = {"cases": [{"case": made.case, "tie": True}]}
    await marac.post("idva", f"meetings/{made.meeting}/interests", tie)
    assert (await marac.get("idva", f"cases/{made.case}/messages")).status_code == 404


def test_a_correction_of_something_else_names_nobody_anew() -> None:
    """Who was asked about stays asked about, and until when."""
    said = HouseholdDescribed(people=[ann(), someone(Role.CHILD, "lou")])
    told = fact(said, agency="council", occurred=NOON - timedelta(days=5))
    words = said.model_copy(update={"narrative": Narrative(text="At home.")})
    put_right = corrected(told, words, recorded=NOON)
    (before,), (after,) = (_children(told), _children(told, put_right))
    assert (before.named, after.named) == (told.recorded, told.recorded)
    more = said.model_copy(update={"people": [*said.people, someone(Role.CHILD, "sam")]})
    named = {each.mentions[0]: each.named for each in _children(told, corrected(told, more, recorded=NOON))}
    assert sorted(named.values()) == [told.recorded, NOON]


def _children(*facts: Any) -> list[CasePerson]:
    done = world(referral(people=[ann(), ben()]), *facts).fold()
    row = done["conference_case", root_of("case")].row
    assert isinstance(row, ConferenceCase)
    return list(row.children)
