"""What follows a meeting, over HTTP: an agency confirms its flag, a coordinator answers a repeat, and a case
goes to another MARAC, which takes it."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.accept import own_header
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.configuration import AgencyDefined
from contracts.events.owed import VictimTold
from contracts.events.people import HouseholdDescribed
from contracts.events.research import InterestDeclared, Tie
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Contact, Location
from contracts.vocabulary import AgencyKind, ContactMethod, Role, WayState
from services.marac.conference.tally import around, tallied
from services.marac.rules.told import asks as told_asks
from tests.services.marac import caseload
from tests.services.marac.caseload import ann, ben, mention, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, alike, caller, prepared
from tests.support.facts import area, mention_of
from tests.support.tables import lines
from tests.support.waiting import until

REFUGE, WHY = "9 Refuge Row", "To her sister."


async def met(marac: Marac) -> Prepared:
    """The case, once the time of an emergency meeting that it is listed at has come."""
    made = await prepared(marac)
    starts = (marac.runtime.clock.now() - timedelta(minutes=5)).isoformat()
    called = await marac.post(
        "coordinator", "meetings", {"area": "north", "starts": starts, "emergency": True}
    )
    await marac.post("coordinator", f"meetings/{called.json()['root']}/cases", {"case": made.case})

    async def owed() -> bool:
        return bool((await marac.get("coordinator", f"cases/{made.case}/after")).json()["flags"])

    await until(owed, what="what follows the meeting is owed")
    return made


async def read(marac: Marac, who: str, path: str) -> dict[str, Any]:
    answer = await marac.get(who, path)
    assert answer.status_code == 200, (who, path, answer.text)
    body: dict[str, Any] = answer.json()
    return body


async def was_shown(marac: Marac, case: str, root: str) -> set[tuple[str, str]]:
    """By which view, and in which role, anybody was shown a line of a case; the question itself left out."""
    looks = (await read(marac, "idva", f"cases/{case}/shown-to/{root}"))["looks"]
    return {(each["view"], each["roles"][0]) for each in looks if each["view"] != "shown-to"}


async def page(marac: Marac, who: str, path: str) -> httpx.Response:
    return await marac.http.get(f"/marac/{path}", headers={"Authorization": f"Bearer {who}"})


async def press(marac: Marac, who: str, path: str, **typed: Any) -> httpx.Response:
    """A form, sent as a browser without script sends it."""
    return await marac.http.post(f"/marac/{path}", data=typed, headers={"Authorization": f"Bearer {who}"})


def once(text: str) -> str:
    return re.findall(r'name="once" value="([^"]+)"', text)[0]


@lines(__file__, "told")
def test_whether_it_was_told_by_the_agreed_safe_way(line: dict[str, Any]) -> None:
    by, way = (ContactMethod(line[each]) if line[each] else None for each in ("by", "way"))
    then = SafeWay(WayState(line["stood"]), "so", way)
    assert told_asks(by, then, by_day=line.get("day", False)) == line["asked"]


async def test_an_agency_sees_whom_to_flag_and_until_when_and_nothing_else_of_the_case(marac: Marac) -> None:
    made = await met(marac)
    (mine,) = (await read(marac, "system", "flags"))["flags"]
    names = [(each["role"], each["name"]["family"]) for each in mine["parties"]]
    assert names == [("victim", "Doe"), ("perpetrator", "Smith")]
    assert (mine["case"], mine["stands"]) == (made.case, "owed")
    for secret in ("Marker", "07700", made.breach, made.incident):
        assert secret not in (await marac.get("system", "flags")).text
    assert (await read(marac, "idva-else", "flags"))["flags"] == [], "that agency is not of the case"
    assert (await marac.get("system", f"cases/{made.case}")).status_code == 404
    assert (await read(marac, "housing-elsewhere", "flags"))["flags"] == [], "nor are its staff elsewhere"
    for who in ("idva-else", "housing-elsewhere"):
        refused = await marac.post(who, f"cases/{made.case}/flags", {"state": "flagged"})
        assert refused.status_code == 404, who
    said = await marac.post("system", f"cases/{made.case}/flags", {"state": "flagged"})
    assert said.status_code == 201, said.text

    async def done() -> bool:
        return (await read(marac, "system", "flags"))["flags"] == []

    await until(done, what="the council has flagged its file")
    shown = await read(marac, "coordinator", f"cases/{made.case}/after")
    stands = {line["agency"]: how for line, how in shown["flags"]}
    assert stands == {"council": "flagged", "haven": "owed", "police": "owed"}


async def test_a_meeting_that_is_called_off_after_its_time_leaves_nothing_owed(marac: Marac) -> None:
    made = await met(marac)
    (past,) = (await read(marac, "coordinator", "meetings"))["past"]
    off = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{past['meeting']}", headers=off)
    assert gone.status_code == 200, gone.text

    async def nothing() -> bool:
        shown = await read(marac, "coordinator", f"cases/{made.case}/after")
        waits = (await read(marac, "coordinator", "repeats"))["not_told"]
        return (shown["met"], shown["flags"], waits) == ([], [], [])

    await until(nothing, what="what was called off was not held")
    assert (await read(marac, "system", "flags"))["flags"] == []

    async def stopped() -> bool:
        facts = await marac.runtime.facts([f"k:{made.case}"])
        over = {(each.said.rule, each.said.generation) for each in facts.current(ClockStopped)}
        return {("flags-owed", 1), ("tell-marac", 1)} <= over

    await until(stopped, what="every clock that it began is stopped")


async def test_a_flag_for_a_meeting_that_is_called_off_is_listed_and_may_be_taken_off(marac: Marac) -> None:
    made = await met(marac)
    flagged = await marac.post("idva", f"cases/{made.case}/flags", {"state": "flagged"})
    assert flagged.status_code == 201, flagged.text
    (past,) = (await read(marac, "coordinator", "meetings"))["past"]
    off = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{past['meeting']}", headers=off)
    assert gone.status_code == 200, gone.text

    async def listed() -> list[tuple[str, str, Any, Any]]:
        mine = (await read(marac, "idva", "flags"))["flags"]
        return [(each["case"], each["stands"], each["until"], each["due"]) for each in mine]

    async def not_heard() -> bool:
        return await listed() == [(made.case, "not-heard", None, None)]

    await until(not_heard, what="its agency is told that it may be taken off")
    assert (await read(marac, "system", "flags"))["flags"] == [], "whoever has flagged nothing owes nothing"
    refused = await marac.post("system", f"cases/{made.case}/flags", {"state": "removed"})
    assert refused.status_code == 404
    whole = await page(marac, "coordinator", f"cases/{made.case}/after")
    assert "Does not count any more: may be taken off" in whole.text
    shown = await page(marac, "idva", "flags")
    assert "Does not count any more: may be taken off" in shown.text
    assert re.findall(r'name="state" value="([^"]+)"', shown.text) == ["removed"]
    typed = {"once": once(shown.text), "state": "removed"}
    for _ in range(2):
        assert (await press(marac, "idva", f"cases/{made.case}/flags", **typed)).status_code == 303
        assert await listed() == []


async def test_the_page_of_flags_confirms_without_script(marac: Marac) -> None:
    made = await met(marac)
    shown = await page(marac, "idva", "flags")
    assert "DOE" in shown.text
    assert "Marker" not in shown.text
    for _ in range(2):
        typed = {"once": once(shown.text), "state": "flagged"}
        assert (await press(marac, "idva", f"cases/{made.case}/flags", **typed)).status_code == 303
    facts = await marac.runtime.facts([f"k:{made.case}"])
    assert len([each for each in facts if each.envelope.type.endswith("flag-confirmed.v1")]) == 1


async def test_a_wrong_press_is_put_right_on_the_page(marac: Marac) -> None:
    made = await met(marac)
    shown = await page(marac, "idva", "flags")
    typed = {"once": once(shown.text), "state": "no-file"}
    assert (await press(marac, "idva", f"cases/{made.case}/flags", **typed)).status_code == 303
    found = await read(marac, "idva", "flags")
    assert ([each["stands"] for each in found["answered"]], found["flags"]) == (["no-file"], [])
    again = await page(marac, "idva", "flags")
    assert "DOE" in again.text
    assert f"/marac/cases/{made.case}/flags" in again.text
    typed["state"] = "flagged"  # from the page that somebody went back to
    assert (await press(marac, "idva", f"cases/{made.case}/flags", **typed)).status_code == 303
    assert [each["stands"] for each in (await read(marac, "idva", "flags"))["answered"]] == ["flagged"]


async def test_what_is_recorded_after_the_meeting_waits_for_the_coordinator_and_its_agency(
    marac: Marac,
) -> None:
    made = await met(marac)
    assert (await read(marac, "coordinator", "repeats"))["repeats"] == []
    late = caseload.incident("late", people=[ann(), ben(Role.SUSPECT)], kind="verbal-abuse").said
    told = await marac.say("council", late)

    async def waits() -> bool:
        found = (await read(marac, "coordinator", "repeats"))["repeats"]
        return [[record["root"] for record in each["records"]] for each in found] == [[told]]

    await until(waits, what="the repeat is found by itself")
    (found,) = (await read(marac, "coordinator", "repeats"))["repeats"]
    assert (found["definition"], found["anchor"], found["records"][0]["agency"]) == (
        "current",
        "referral",
        "council",
    )
    (theirs,) = (await read(marac, "system", "flags"))["repeats"]
    assert [each["root"] for each in theirs["records"]] == [told]
    assert (await read(marac, "idva", "flags"))["repeats"] == []
    assert await was_shown(marac, made.case, told) == {
        ("conference_after", "marac-coordinator"),
        ("conference_after", "reporter"),
    }
    await read(marac, "chair", f"cases/{made.case}/after")
    assert ("conference_after", "marac-chair") in await was_shown(marac, made.case, told)
    assert (await marac.get("chair", "repeats")).status_code == 404
    wrong = {"records": [made.incident], "text": "x"}
    refused = await marac.post("coordinator", f"cases/{made.case}/repeat-answers", wrong)
    assert (refused.status_code, refused.json()["faults"][0]["where"]) == (422, "body.records")
    shown = await page(marac, "coordinator", "repeats")
    empty = await press(
        marac,
        "coordinator",
        f"cases/{made.case}/repeat-answers",
        once=once(shown.text),
        records=[told],
        text=" ",
    )
    assert (empty.status_code, "Error:" in empty.text) == (422, True)
    typed = {"once": once(shown.text), "records": [told], "text": "Told twice: the room had it."}
    answered = await press(marac, "coordinator", f"cases/{made.case}/repeat-answers", **typed)
    assert answered.status_code == 303

    async def decided() -> bool:
        return (await read(marac, "coordinator", "repeats"))["repeats"] == []

    await until(decided, what="a person decided that it is none")
    (none,) = (await read(marac, "coordinator", "repeats"))["decided"]
    assert (none["answer"]["agency"], none["answer"]["words"]) == ("police", "Told twice: the room had it.")
    answer = f"cases/{made.case}/repeat-answers/{none['answer']['root']}"
    council = {"Authorization": "Bearer coordinator-too"}
    for who, root, status in (("chair", answer, 404), ("coordinator-elsewhere", answer, 404)):
        headers = {"Authorization": f"Bearer {who}"}
        assert (await marac.http.delete(f"/marac/v1/{root}", headers=headers)).status_code == status, who
    other = await marac.http.delete(f"/marac/v1/cases/{made.case}/repeat-answers/{told}", headers=council)
    assert (other.status_code, other.json()["faults"][0]["where"]) == (422, "body.content.root")
    shown = await page(marac, "coordinator-too", "repeats")
    assert "Told twice: the room had it." in shown.text
    for _ in range(2):
        back = await press(marac, "coordinator-too", answer, once=once(shown.text))
        assert back.status_code == 303
    await until(waits, what="it is a repeat after all")
    path, said = f"cases/{made.case}/repeat-answers", {"records": [told], "text": "Told twice."}
    assert await alike(marac, "coordinator", path, said)
    await until(decided, what="a person decided again that it is none")
    (none,) = (await read(marac, "coordinator", "repeats"))["decided"]
    assert await alike(marac, "coordinator-too", f"{path}/{none['answer']['root']}", None)
    await until(waits, what="it is a repeat after all")
    assert (await read(marac, "coordinator", "repeats"))["decided"] == []


async def test_a_dash_after_the_meeting_waits_to_be_looked_at_until_the_coordinator_answers(
    marac: Marac,
) -> None:
    made = await met(marac)
    answers = [{"item": "D10", "answer": "yes"}, {"item": "D15", "answer": "yes"}]
    dash = await marac.say("haven", caseload.risk(answers=answers).said)

    async def waits() -> bool:
        found = (await read(marac, "coordinator", "repeats"))["to_look_at"]
        return [[record["root"] for record in each["records"]] for each in found] == [[dash]]

    await until(waits, what="it is to be looked at")
    listed = await read(marac, "coordinator", "repeats")
    assert listed["repeats"] == [], "by itself it makes no repeat"
    assert listed["to_look_at"][0]["records"][0]["says"] == ["more-often", "strangled"]
    shown = await page(marac, "coordinator", "repeats")
    for words in ("1 case is to be looked at", "SafeLives Dash", "strangle", "haven"):
        assert words in shown.text, words
    await read(marac, "chair", f"cases/{made.case}/after")
    assert "To be looked at since" in (await page(marac, "chair", f"cases/{made.case}/after")).text
    assert await was_shown(marac, made.case, dash) == {
        ("conference_after", "marac-coordinator"),
        ("conference_after", "marac-chair"),
    }
    path = f"cases/{made.case}/repeat-answers"
    typed = {"once": once(shown.text), "records": [dash], "text": " "}
    empty = await press(marac, "coordinator", path, **typed)
    assert (empty.status_code, f'href="#text-{dash}"' in empty.text) == (422, True)
    typed["text"] = "It is of what the room had heard."
    assert (await press(marac, "coordinator", path, **typed)).status_code == 303

    async def decided() -> bool:
        return (await read(marac, "coordinator", "repeats"))["to_look_at"] == []

    await until(decided, what="a person decided that it is none")
    (none,) = (await read(marac, "coordinator", "repeats"))["decided"]
    assert [each["root"] for each in none["answer"]["records"]] == [dash]
    back = await press(marac, "coordinator", f"{path}/{none['answer']['root']}", once=once(shown.text))
    assert back.status_code == 303
    await until(waits, what="it waits again")


async def test_the_victim_is_to_be_told_and_nobody_is_shown_a_number_on_the_list(marac: Marac) -> None:
    made = await met(marac)
    (line,) = (await read(marac, "coordinator", "repeats"))["not_told"]
    assert (line["case"], line["tried"], line["way"]["contact"]) == (made.case, 0, None)
    said = {"victim": line["mention"], "of": ["marac"], "result": "told", "by": "idva"}
    await marac.say("haven", VictimTold.model_validate(said))

    async def told() -> bool:
        return (await read(marac, "coordinator", "repeats"))["not_told"] == []

    await until(told, what="the outcome was told")
    shown = await read(marac, "idva", f"cases/{made.case}/after")
    assert (shown["told"]["result"], shown["told"]["agency"]) == ("told", "haven")
    assert shown["told_asks"] == "way-not-said"
    assert "Ask a supervisor of" in (await page(marac, "idva", f"cases/{made.case}/after")).text


@pytest.mark.parametrize(("method", "asks"), [("text", None), ("letter", "other-way")])
async def test_a_supervisor_is_asked_of_a_way_that_was_not_the_safe_one_as_it_then_stood(
    marac: Marac, method: str, asks: str | None
) -> None:
    """Texts were agreed; that the service alone is to be used is said later."""
    made = await met(marac)
    (line,) = (await read(marac, "coordinator", "repeats"))["not_told"]
    said = {"victim": line["mention"], "of": ["marac"], "result": "told", "by": "idva", "method": method}
    await marac.say("haven", VictimTold.model_validate(said))

    async def found() -> tuple[bool, Any, str | None]:
        shown = await read(marac, "idva", f"cases/{made.case}/after")
        return shown["told"] is not None, shown["told_asks"], shown["way"]["method"]

    async def told() -> bool:
        return await found() == (True, asks, "text")

    await until(told, what="the outcome was told")
    service = Contact(method=ContactMethod.THROUGH_SERVICE, verified=marac.runtime.clock.now())
    await marac.say("haven", HouseholdDescribed(people=[ann(contact=service)]))

    async def later() -> bool:
        return await found() == (True, asks, "through-service")

    await until(later, what="what is agreed since changes nothing of it")


async def warning(marac: Marac, who: str, made: Prepared) -> dict[str, Any]:
    """What is known of a move to the south."""
    answer = await marac.post(who, f"cases/{made.case}/move-warnings", {"to_area": "south"})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def sent(marac: Marac, made: Prepared) -> str:
    """The case on its way to the south; gives the transfer."""
    warned = await warning(marac, "coordinator", made)
    body = {"to_area": "south", "move": "temporary", "goes_with": ["minutes", "actions"], "text": WHY}
    unread = await marac.post("coordinator", f"cases/{made.case}/transfers", body)
    assert (unread.status_code, unread.json()["faults"][0]["where"]) == (422, "body.warning_read")
    read_ = body | {"warning_read": warned["warning"]}
    done = await marac.post("coordinator", f"cases/{made.case}/transfers", read_)
    assert done.status_code == 201, done.text
    root: str = done.json()["root"]
    return root


@pytest.mark.parametrize(("area", "kind"), [("no-such-place", "no-such-marac"), ("north", "same-area")])
async def test_a_case_goes_to_no_area_that_has_no_marac_and_not_to_its_own(
    marac: Marac, area: str, kind: str
) -> None:
    made = await met(marac)
    body = {"to_area": area, "move": "permanent", "warning_read": "not-known", "text": WHY}
    refused = await marac.post("coordinator", f"cases/{made.case}/transfers", body)
    (fault,) = refused.json()["faults"]
    assert (refused.status_code, fault["where"], fault["kind"]) == (422, "body.to_area", kind)
    assert area not in refused.text
    path = f"cases/{made.case}/transfer"
    typed = {"once": once((await page(marac, "coordinator", path)).text), "to_area": area, "text": WHY}
    for warned in ({}, {"warning_read": "not-known"}):
        told = await press(marac, "coordinator", path, **typed, **warned)
        assert (told.status_code, WHY in told.text) == (422, True), "nothing that was typed is lost"
        expected = "Choose the MARAC that it is sent to", "The case is with this MARAC already"
        assert [each in told.text for each in expected] == [kind == "no-such-marac", kind == "same-area"]
    assert (await read(marac, "coordinator", "transfers"))["transfers"] == []


async def every_page_says(marac: Marac, made: Prepared, what: str | None) -> None:
    """Whoever lists or hears a case that was sent on reads it, on whichever page they are."""
    pages = (f"cases/{made.case}", f"cases/{made.case}/print", f"cases/{made.case}/decisions")
    pages += (f"meetings/{made.meeting}/hear/{made.case}", f"meetings/{made.meeting}")

    async def said() -> bool:
        texts = [(await page(marac, "coordinator", each)).text for each in pages]
        told = [("Sent to" in each or "which is not on Goldthread" in each) for each in texts]
        return all(what in each for each in texts) if what else not any(told)

    await until(said, what=f"every page says {what!r}")


async def test_what_goes_to_a_marac_that_is_not_on_goldthread_is_its_senders_until_it_is_confirmed(
    marac: Marac,
) -> None:
    """By words of a person, who says who there has it. Nothing of the case is shown elsewhere meanwhile."""
    made = await met(marac)
    path, coast = f"cases/{made.case}/transfers", "Farshire Coast MARAC"
    for nowhere in ({}, {"to_area": "south", "outside": coast}):
        for asked in (f"cases/{made.case}/move-warnings", path):
            assert (await marac.post("coordinator", asked, nowhere)).status_code == 422
    warned = await marac.post("coordinator", f"cases/{made.case}/move-warnings", {"outside": coast})
    assert (warned.json()["to_area"], warned.json()["to_name"]) == ("", coast)
    assert warned.json()["warning"] in ("to-check", "not-known"), "never that nobody lives there"
    body = {"outside": coast, "move": "permanent", "text": WHY}
    unread = await marac.post("coordinator", path, body)
    assert (unread.status_code, unread.json()["faults"][0]["where"]) == (422, "body.warning_read")
    sent_ = await marac.post("coordinator", path, body | {"warning_read": warned.json()["warning"]})
    assert sent_.status_code == 201, sent_.text
    root = sent_.json()["root"]
    answers = f"transfers/{root}/answers"

    async def stands() -> tuple[str, bool, set[str]]:
        (shown,) = (await read(marac, "coordinator", "transfers"))["transfers"]
        facts = await marac.runtime.facts([f"o:{root}"])
        over = {(each.said.rule, each.said.generation) for each in facts.current(ClockStopped)}
        started = [each.said for each in facts.current(ClockStarted)]
        runs = {each.rule.value for each in started if (each.rule, each.generation) not in over}
        return shown["transfer"]["state"], shown["transfer"]["open"], runs

    async def is_so(state: str, *clocks: str) -> None:
        async def so() -> bool:
            return await stands() == (state, bool(clocks), set(clocks))

        await until(so, what=state)

    await is_so("waits", "transfer-to-chase")
    await every_page_says(marac, made, f"Sent to {coast} ")
    assert (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"] == []
    assert (await marac.page("chair", made.case))["marac"] == "north"
    listed = (await page(marac, "coordinator", "transfers")).text
    assert (coast in listed, "This MARAC is not on Goldthread" in listed, "Take this case" in listed) == (
        *(True, True),
        False,
    )
    again = await marac.post("coordinator", path, body | {"warning_read": warned.json()["warning"]})
    assert again.status_code == 409, "it is on its way"
    for who, said, status in (
        ("coordinator-elsewhere", {"answer": "acknowledge"}, 404),
        ("coordinator-elsewhere", {"answer": "confirm", "text": "It came."}, 404),
        ("coordinator", {"answer": "supply", "text": "Sent."}, 409),
        ("coordinator", {"answer": "confirm"}, 422),
        ("coordinator", {"answer": "confirm", "text": "Its coordinator rang."}, 201),
    ):
        assert (await marac.post(who, answers, said)).status_code == status, (who, said)
    await is_so("confirmed")
    await every_page_says(marac, made, f"With {coast}, which is not on Goldthread, since ")
    for over in ({"answer": "confirm", "text": "Again."}, {"answer": "withdraw"}):
        assert (await marac.post("coordinator", answers, over)).status_code == 409
    assert "Its coordinator rang." in (await page(marac, "chair", f"cases/{made.case}/after")).text
    assert (await marac.post("coordinator", answers, {"answer": "not-confirmed"})).status_code == 201
    await is_so("waits", "transfer-to-chase")
    assert (await marac.post("coordinator", answers, {"answer": "withdraw"})).status_code == 201
    await is_so("withdrawn")
    await every_page_says(marac, made, None)


async def test_a_case_is_sent_outside_by_page_once_the_warning_is_read(marac: Marac) -> None:
    made = await met(marac)
    path = f"cases/{made.case}/transfer"
    typed = {"once": once((await page(marac, "coordinator", path)).text), "outside": " Farshire Coast MARAC "}
    first = await press(marac, "coordinator", path, **typed)
    assert (first.status_code, 'value="Farshire Coast MARAC"' in first.text) == (200, True)
    (warning_,) = re.findall(r'name="warning_read"[^>]*value="([^"]+)"', first.text)
    read_ = {"warning_read": warning_, "seen": "Farshire Coast MARAC"}
    both = await press(marac, "coordinator", path, **typed, **read_, to_area="south")
    assert (both.status_code, "enter its name: one of the two" in both.text) == (422, True)
    assert (await press(marac, "coordinator", path, **typed, **read_)).status_code == 303
    (waits,) = (await read(marac, "coordinator", "transfers"))["transfers"]
    assert (waits["to_name"], waits["may_answer"], waits["may_supply"]) == (
        "Farshire Coast MARAC",
        False,
        True,
    )
    form = await page(marac, "coordinator", "transfers")
    said = {"once": once(form.text), "answer": "confirm", "text": "Its coordinator rang."}
    answers = f"transfers/{waits['transfer']['cause']}/answers"
    assert (await press(marac, "coordinator", answers, **said)).status_code == 303


async def test_words_that_are_too_long_are_told_as_that_and_kept(marac: Marac) -> None:
    made = await met(marac)
    path, long = f"cases/{made.case}/transfer", "x" * 4001
    typed = {"once": once((await page(marac, "coordinator", path)).text), "to_area": "south", "text": long}
    told = await press(marac, "coordinator", path, **typed)
    assert (told.status_code, long in told.text) == (422, True)
    assert ("at most 4,000 letters" in told.text, "Choose the MARAC that" in told.text) == (True, False)
    answers = f"transfers/{await sent(marac, made)}/answers"
    typed = {"once": typed["once"], "answer": "ask-for-more", "text": long}
    told = await press(marac, "coordinator-elsewhere", answers, **typed)
    assert (told.status_code, long in told.text, "at most 4,000 letters" in told.text) == (422, True, True)


async def test_a_case_goes_to_another_marac_which_sees_it_once_it_has_taken_it(marac: Marac) -> None:
    made = await met(marac)
    her_place = ann(
        location=Location(address=[REFUGE]),
        contact=Contact.model_validate({"method": "visit", "number": REFUGE}),
    )
    await marac.say("council", HouseholdDescribed(people=[her_place]))
    root = await sent(marac, made)
    await every_page_says(marac, made, "Sent to South ")
    again = {"to_area": "south", "warning_read": "not-known"}
    assert (await marac.post("coordinator", f"cases/{made.case}/transfers", again)).status_code == 409
    for who in ("coordinator-elsewhere", "chair-elsewhere"):
        assert (await marac.get(who, f"cases/{made.case}")).status_code == 404, who
    (waits,) = (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"]
    assert (waits["transfer"]["state"], waits["may_answer"], waits["may_see_case"]) == ("waits", True, False)
    untold = waits["transfer"]
    assert (untold["move"], untold["goes_with"], untold["warned"]) == ("not-known", [], "not-known")
    assert [step["words"] for step in untold["steps"]] == [None]
    shown = (await page(marac, "coordinator-elsewhere", "transfers")).text
    assert (WHY in shown, "once it is taken" in shown, "do not read this as safe" in shown) == (
        False,
        True,
        False,
    )
    assert WHY in (await page(marac, "coordinator", "transfers")).text
    assert (await read(marac, "chair-elsewhere", "transfers"))["transfers"] == []
    assert (await read(marac, "coordinator", "transfers"))["transfers"][0]["may_supply"] is True
    path = f"transfers/{root}/answers"
    not_theirs = await marac.post("coordinator", path, {"answer": "acknowledge"})
    assert not_theirs.status_code == 404, "who sent it cannot take it"
    wordless = await marac.post("coordinator-elsewhere", path, {"answer": "ask-for-more"})
    assert (wordless.status_code, wordless.json()["faults"][0]["where"]) == (422, "body.text")
    taken = await marac.post("coordinator-elsewhere", path, {"answer": "acknowledge"})
    assert taken.status_code == 201, taken.text

    async def theirs() -> bool:
        return (await marac.get("chair-elsewhere", f"cases/{made.case}")).status_code == 200

    await until(theirs, what="the receiving MARAC sees the case")
    assert (await marac.get("chair", f"cases/{made.case}")).status_code == 200, "and so does the sender"
    await every_page_says(marac, made, None)
    for who in ("coordinator-elsewhere", "chair-elsewhere"):
        shown = await page(marac, who, f"cases/{made.case}")
        assert (shown.status_code, REFUGE in shown.text) == (200, False), "no address goes with it"
    there = await marac.get("coordinator-elsewhere", f"cases/{made.case}")
    assert REFUGE not in there.text
    assert there.json()["marac"] == "south"
    assert REFUGE in (await marac.get("coordinator", f"cases/{made.case}")).text
    (now,) = (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"]
    assert (now["transfer"]["move"], now["transfer"]["steps"][0]["words"]) == ("temporary", WHY)
    late = await marac.post("coordinator", path, {"answer": "withdraw"})
    assert late.status_code == 409, "what was taken is not taken back"
    after = await read(marac, "coordinator", f"cases/{made.case}/after")
    assert after["transfers"][0]["transfer"]["state"] == "taken"
    assert after["flags"], "the earlier flag stays"
    assert (after["may_follow_up"], after["may_send"]) == (True, False)
    for who in ("coordinator", "coordinator-elsewhere"):
        owed = (await read(marac, who, "repeats"))["not_told"]
        assert [each["case"] for each in owed] == [made.case], (who, "what the sender owes stays on its list")


async def test_a_case_that_was_taken_over_is_returned_to_nobody(marac: Marac) -> None:
    """Neither from where it is nor from where it came; and what was returned before waits there too."""
    made = await prepared(marac)
    back = {"advice": "Ask the school.", "reason": "It is not for a MARAC."}
    returns = f"cases/{made.case}/returns"
    assert (await marac.post("coordinator", returns, back)).status_code == 201
    root = await sent(marac, made)
    taken = await marac.post("coordinator-elsewhere", f"transfers/{root}/answers", {"answer": "acknowledge"})
    assert taken.status_code == 201, taken.text

    async def waits() -> bool:
        return made.case in (await marac.get("coordinator-elsewhere", "waiting")).text

    await until(waits, what="the case waits in the south")
    starts = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    called = await marac.post("coordinator-elsewhere", "meetings", {"area": "south", "starts": starts})
    agenda = f"meetings/{called.json()['root']}/agenda"
    lines = (await read(marac, "coordinator-elsewhere", agenda))["waiting"]
    assert [(each["taken_from"], each["taken_by"]) for each in lines] == [("North", "South")]
    for path in (agenda.removesuffix("/agenda"), f"cases/{made.case}"):
        shown = (await page(marac, "coordinator-elsewhere", path)).text
        assert "Transferred from North to South." in shown, path
    for who in ("coordinator-elsewhere", "coordinator"):
        refused = await marac.post(who, returns, back)
        assert (refused.status_code, refused.json()["code"]) == (409, "taken-over"), who
    assert await waits()
    shown = (await page(marac, "coordinator-elsewhere", f"cases/{made.case}/decisions")).text
    assert ("Return the referral" in shown, "It is listed there, and not returned." in shown) == (False, True)
    given = await marac.post("coordinator-elsewhere", f"transfers/{root}/answers", {"answer": "not-taken"})
    assert given.status_code == 201, given.text

    async def north_alone() -> bool:
        return (await marac.post("coordinator", returns, back)).status_code == 201

    await until(north_alone, what="what nobody took over is returned as before")


async def test_a_case_that_is_on_its_way_is_not_restricted_until_it_is_taken_or_withdrawn(
    marac: Marac,
) -> None:
    """Nor is another case of the same victim: a restriction holds for all of them."""
    made = await prepared(marac)
    root = await sent(marac, made)
    second = await marac.say("police", referral(people=[ann(), mention("cat", Role.PERPETRATOR)]).said, 2)

    async def there() -> bool:
        return (await marac.get("coordinator", f"cases/{second}")).status_code == 200

    await until(there, what="the second case is there")
    named = [{"person": CALLERS[who].id, "name": who} for who in ("coordinator", "coordinator-too")]
    restrict = {"to": named, "reason": "A cousin works there."}
    for case in (made.case, second):
        refused = await marac.post_upon("coordinator", f"cases/{case}/restriction", restrict)
        assert (refused.status_code, refused.json()["code"]) == (409, "transfer-on-its-way"), case
    typed = {"upon": "0", "to": CALLERS["coordinator"].id, "person": CALLERS["coordinator-too"].id}
    typed |= {"name": "too", "reason": "Kept words."}
    by_page = await press(marac, "coordinator", f"cases/{made.case}/restriction", **typed)
    assert (by_page.status_code, "on its way to another MARAC" in by_page.text) == (422, True)
    assert "Kept words." in by_page.text
    path = f"transfers/{root}/answers"
    assert (await marac.post("coordinator-elsewhere", path, {"answer": "acknowledge"})).status_code == 201
    done = await marac.post_upon("coordinator", f"cases/{second}/restriction", restrict)
    assert done.status_code == 201, "once it is taken it may be restricted"


async def test_what_was_sent_to_the_wrong_marac_and_withdrawn_is_not_there_any_more(marac: Marac) -> None:
    made = await met(marac)
    root = await sent(marac, made)
    done = await marac.post("coordinator", f"transfers/{root}/answers", {"answer": "withdraw"})
    assert done.status_code == 201, done.text

    async def gone() -> bool:
        return (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"] == []

    await until(gone, what="neither letters nor names stay with the wrong MARAC")
    (mine,) = (await read(marac, "coordinator", "transfers"))["transfers"]
    assert mine["transfer"]["state"] == "withdrawn"


async def test_what_the_receiving_marac_agrees_comes_before_its_own_next_meeting(marac: Marac) -> None:
    made = await met(marac)
    answers = f"transfers/{await sent(marac, made)}/answers"
    taken = await marac.post("coordinator-elsewhere", answers, {"answer": "acknowledge"})
    assert taken.status_code == 201, taken.text

    async def theirs() -> bool:
        return (await marac.get("coordinator-elsewhere", f"cases/{made.case}")).status_code == 200

    await until(theirs, what="the receiving MARAC sees the case")
    south = []
    for days in (3, 31):
        starts = (marac.runtime.clock.now() + timedelta(days=days)).isoformat()
        called = await marac.post("coordinator-elsewhere", "meetings", {"area": "south", "starts": starts})
        south.append(called.json()["root"])
    due = (marac.runtime.clock.now() + timedelta(days=9)).isoformat()
    body = {"owner": "council", "due": due, "text": "Fit new locks to both doors.", "target": "victim"}
    agreed = {}
    for who, meeting in (
        ("coordinator-elsewhere", None),
        ("coordinator-elsewhere", south[0]),
        ("coordinator", made.meeting),
    ):
        said = await marac.post(who, f"cases/{made.case}/actions", body | {"meeting": meeting})
        assert said.status_code == 201, said.text
        agreed[meeting] = said.json()["root"]

    async def before_it() -> bool:
        page = (await marac.get("coordinator-elsewhere", f"meetings/{south[1]}/agenda")).json()
        return {line["action"] for line in page["carried"]} == {agreed[None], agreed[south[0]]}

    await until(before_it, what="what was agreed there or between is before its next meeting")
    (fact,) = await marac.runtime.fact(agreed[made.meeting])
    assert fact.said.routing.area == "north", "what the sender's meeting agrees is the sender's"


async def test_a_colleague_of_another_agency_withdraws_what_its_marac_sent(marac: Marac) -> None:
    made = await met(marac)
    path = f"transfers/{await sent(marac, made)}/answers"
    assert (await marac.post("coordinator-elsewhere", path, {"answer": "withdraw"})).status_code == 404
    done = await marac.post("coordinator-too", path, {"answer": "withdraw"})
    assert done.status_code == 201, done.text
    (over,) = (await read(marac, "coordinator", "transfers"))["transfers"]
    sent_, taken_back = over["transfer"]["steps"]
    assert (over["transfer"]["state"], sent_["agency"], taken_back["agency"]) == (
        "withdrawn",
        "police",
        "council",
    )
    assert taken_back["at"] > sent_["at"], "by when it was taken back"


async def test_a_case_taken_by_mistake_is_given_back_and_seen_no_more(marac: Marac) -> None:
    made = await met(marac)
    root = await sent(marac, made)
    path, not_taken = f"transfers/{root}/answers", {"answer": "not-taken"}
    early = await marac.post("coordinator-elsewhere", path, not_taken)
    assert (early.status_code, early.json()["code"]) == (409, "transfer-over")
    taken = await marac.post("coordinator-elsewhere", path, {"answer": "acknowledge"})
    assert taken.status_code == 201, taken.text

    async def seen() -> bool:
        return (await marac.get("chair-elsewhere", f"cases/{made.case}")).status_code == 200

    async def unseen() -> bool:
        return (await marac.get("chair-elsewhere", f"cases/{made.case}")).status_code == 404

    await until(seen, what="the receiving MARAC sees it")
    assert (await marac.post("coordinator", path, not_taken)).status_code == 404, "it is the receiver's word"
    starts = (marac.runtime.clock.now() + timedelta(days=7)).isoformat()
    called = await marac.post("coordinator-elsewhere", "meetings", {"area": "south", "starts": starts})
    meeting = called.json()["root"]
    listed = await marac.post("coordinator-elsewhere", f"meetings/{meeting}/cases", {"case": made.case})
    refused = await marac.post("coordinator-elsewhere", path, not_taken)
    assert (refused.status_code, refused.json()["code"]) == (409, "case-listed")
    shown = await page(marac, "coordinator-elsewhere", "transfers")
    typed = {"once": once(shown.text), "answer": "not-taken"}
    told = await press(marac, "coordinator-elsewhere", path, **typed)
    assert (told.status_code, "Take it off first" in told.text) == (422, True)
    off = {"Authorization": "Bearer coordinator-elsewhere", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{listed.json()['root']}", headers=off)
    assert gone.status_code == 200, gone.text

    async def given_back() -> bool:
        done = await press(marac, "coordinator-elsewhere", path, **typed | {"once": once(shown.text)})
        return done.status_code == 303

    await until(given_back)
    await until(unseen, what="what was taken by mistake is not there any more")
    (waits,) = (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"]
    assert (waits["transfer"]["state"], waits["may_see_case"]) == ("waits", False)
    for answer in ("acknowledge", "not-taken"):
        assert await alike(marac, "coordinator-elsewhere", path, {"answer": answer}), answer
    assert await alike(marac, "coordinator", path, {"answer": "withdraw"}), "and its sender may withdraw it"


async def test_a_case_taken_back_by_mistake_is_given_back_though_it_was_heard_and_sent_from_there_before(
    marac: Marac,
) -> None:
    made = await met(marac)
    there = f"transfers/{await sent(marac, made)}/answers"
    taken = await marac.post("coordinator-elsewhere", there, {"answer": "acknowledge"})
    assert taken.status_code == 201, taken.text

    async def stands_at(marac_: str) -> bool:
        answer = await marac.get("coordinator", f"cases/{made.case}")
        return answer.status_code == 200 and answer.json()["marac"] == marac_

    await until(lambda: stands_at("south"), what="the south has it")
    read_ = await marac.post(
        "coordinator-elsewhere", f"cases/{made.case}/move-warnings", {"to_area": "north"}
    )
    body = {"to_area": "north", "warning_read": read_.json()["warning"]}
    back = await marac.post("coordinator-elsewhere", f"cases/{made.case}/transfers", body)
    assert back.status_code == 201, back.text
    here = f"transfers/{back.json()['root']}/answers"
    assert (await marac.post("coordinator", here, {"answer": "acknowledge"})).status_code == 201
    await until(lambda: stands_at("north"), what="the north has it again")
    done = await marac.post("coordinator", here, {"answer": "not-taken"})
    assert done.status_code == 201, done.text
    await until(lambda: stands_at("south"), what="it is the south's again")


async def test_what_happened_since_another_marac_heard_it_is_a_repeat_in_the_numbers_of_the_one_that_took_it(
    marac: Marac,
) -> None:
    """As on its agenda, which counts from the last meeting that heard it, whosever that was."""
    made = await met(marac)
    minute = 1 / 1440
    await marac.say("police", caseload.incident().said, 3 * minute)
    there = f"transfers/{await sent(marac, made)}/answers"
    assert (await marac.post("coordinator-elsewhere", there, {"answer": "acknowledge"})).status_code == 201
    now = marac.runtime.clock.now()
    south = {"area": "south", "starts": (now - timedelta(minutes=1)).isoformat(), "emergency": True}
    called = await marac.post("coordinator-elsewhere", "meetings", south)

    async def listed() -> bool:
        path = f"meetings/{called.json()['root']}/cases"
        return (await marac.post("coordinator-elsewhere", path, {"case": made.case})).status_code == 201

    await until(listed, what="the south has taken it, and lists it")

    async def repeats() -> list[int]:
        held = await around(marac.runtime, CALLERS["chair-elsewhere"])
        later = now + timedelta(hours=1)
        numbers = await tallied(marac.runtime, held, now - timedelta(hours=1), later, by_meeting=True)
        return [each["repeat_cases"] for each in numbers["south"].values()]

    assert await until(repeats) == [1]


async def test_whoever_has_a_tie_finds_neither_flag_nor_transfer(marac: Marac) -> None:
    made = await met(marac)
    root = await sent(marac, made)
    for who in ("coordinator-elsewhere", "system"):
        said = InterestDeclared(person=CALLERS[who].id, cases=[Tie(case=made.case, tie=True)])
        now = own_header(marac.runtime.clock.now())
        await marac.runtime.take(now, said, caller=CALLERS[who], right="test")

    async def gone() -> bool:
        waits = (await read(marac, "coordinator-elsewhere", "transfers"))["transfers"]
        return (waits, (await read(marac, "system", "flags"))["flags"]) == ([], [])

    await until(gone, what="neither is there for them")
    path = f"transfers/{root}/answers"
    refused = await marac.post("coordinator-elsewhere", path, {"answer": "acknowledge"})
    assert refused.status_code == 404
    flagged = await marac.post("system", f"cases/{made.case}/flags", {"state": "flagged"})
    assert flagged.status_code == 404


async def test_a_transfer_to_no_marac_is_refused_by_its_field(marac: Marac) -> None:
    made = await met(marac)
    for to in ("nowhere", "castleshire", "north"):
        refused = await marac.post("coordinator", f"cases/{made.case}/transfers", {"to_area": to})
        assert refused.status_code == 422, to
        assert refused.json()["faults"][0]["where"] == "body.to_area"
        assert to not in refused.text
    for who in ("chair", "idva"):
        refused = await marac.post(who, f"cases/{made.case}/transfers", {"to_area": "south"})
        assert refused.status_code == 404, who


async def test_a_move_to_where_the_other_side_lives_is_warned_of_before_it_is_sent(marac: Marac) -> None:
    made = await met(marac)
    his = ben(location=Location(address=["3 South Street"]))
    told = HouseholdDescribed(people=[his], routing=area("south"))
    root = await marac.say("police", told)

    async def warned() -> bool:
        found = await warning(marac, "coordinator", made)
        return bool(found["warning"] == "there")

    await until(warned, what="where Ben lives is known")
    assert await was_shown(marac, made.case, root) == {("conference_case", "marac-coordinator")}
    shown = await page(marac, "coordinator", f"cases/{made.case}/transfer")
    typed = {"once": once(shown.text), "to_area": "south", "move": "permanent", "text": "To her sister."}
    first = await press(marac, "coordinator", f"cases/{made.case}/transfer", **typed)
    assert first.status_code == 200
    assert "3 South Street" in first.text
    unread = await press(marac, "coordinator", f"cases/{made.case}/transfer", **typed, seen="south")
    assert (unread.status_code, "Error:" in unread.text) == (422, True)
    assert "To her sister." in first.text, "what was typed is kept"
    ask = await warning(marac, "chair", made)
    assert ask["places"] is None, "who may not see locations is told that there is a reason to ask"
    second = await press(marac, "coordinator", f"cases/{made.case}/transfer", **typed, warning_read="there")
    assert second.status_code == 303
    both = [await page(marac, who, "transfers") for who in ("coordinator", "chair", "coordinator-elsewhere")]
    assert all(each.status_code == 200 and "3 South Street" not in each.text for each in both)
    assert "reason to ask" in both[1].text


async def test_a_victim_who_moved_is_a_gap_of_the_case_until_it_is_sent_on(marac: Marac) -> None:
    """For whoever may see where she is, without who told of it; a chair is not told at all."""
    made = await met(marac)

    async def gaps(who: str, code: str = "moved") -> list[dict[str, Any]]:
        return [each for each in (await marac.page(who, made.case))["missing"] if each["code"] == code]

    assert await gaps("coordinator") == []
    hers = ann(location=Location(address=["9 South Row"]))
    await marac.say("council", HouseholdDescribed(people=[hers], routing=area("south")))
    (gap,) = await until(lambda: gaps("coordinator"), what="she lives in the south now")
    assert gap["roots"] == []
    assert "area of another MARAC" in (await page(marac, "coordinator", f"cases/{made.case}")).text
    assert await gaps("chair") == []
    assert "area of another MARAC" not in (await page(marac, "chair", f"cases/{made.case}")).text
    his = ben(location=Location(address=["3 South Street"]))
    root = await marac.say("police", HouseholdDescribed(people=[his], routing=area("south")))
    (warned,) = await until(lambda: gaps("coordinator", "moved-there"), what="Ben was told of there")
    assert (warned["roots"], await gaps("coordinator")) == ([], []), "one gap, and no place in it"
    assert "was told of there" in (await page(marac, "coordinator", f"cases/{made.case}")).text
    assert await gaps("chair", "moved-there") == []
    taken_back = caller("police", "police", "reporter")
    await marac.runtime.revise(root, 1, None, None, caller=taken_back, right="test")
    await until(lambda: gaps("coordinator"), what="that was a mistake")
    typed = {"to_area": "south", "move": "permanent", "text": "To her sister.", "warning_read": "not-known"}
    form = await page(marac, "coordinator", f"cases/{made.case}/transfer")
    sent = await press(
        marac, "coordinator", f"cases/{made.case}/transfer", once=once(form.text), **typed, seen="south"
    )
    assert sent.status_code == 303, sent.text

    async def none() -> bool:
        return not await gaps("coordinator")

    await until(none, what="it is on its way there")


async def test_a_place_that_an_agency_has_in_each_of_its_records_is_shown_once(marac: Marac) -> None:
    """Whoever sends a case reads each place before it goes, and fourteen lines of one nobody reads."""
    made = await met(marac)
    home, moved = Location(address=["3 South Street"]), Location(address=["9 North Lane"])
    for days, at in ((9, home), (7, home), (5, moved), (3, home)):
        await marac.say("police", HouseholdDescribed(people=[ben(location=at)]), days)
    last = await marac.say("council", HouseholdDescribed(people=[ben(location=home)]), 4)

    async def each_once() -> bool:
        found = (await warning(marac, "coordinator", made))["places"]
        told = [(each["agency"], each["words"]) for each in found]
        return told == [
            ("police", "3 South Street"),
            ("council", "3 South Street"),
            ("police", "9 North Lane"),
        ]

    await until(each_once, what="each agency's word on each place, the newest first")
    assert await was_shown(marac, made.case, last), "every line that says so is on record as shown"


async def test_both_sides_have_a_clock_in_their_own_area(marac: Marac) -> None:
    made = await met(marac)
    root = await sent(marac, made)

    async def both() -> dict[str, str]:
        facts = (await marac.runtime.facts([f"o:{root}"])).current(ClockStarted)
        return {each.said.rule: each.said.routing.area for each in facts if each.said.routing}  # type: ignore[union-attr]

    async def run() -> bool:
        return await both() == {"transfer-to-take": "south", "transfer-to-chase": "north"}

    await until(run, what="both have a clock")


async def test_an_agency_that_serves_the_area_is_asked_though_it_told_of_nobody(marac: Marac) -> None:
    defined = AgencyDefined(agency="harbour", name="Harbour", kind=AgencyKind.IDVA_SERVICE, serves=["north"])
    await marac.say("council", defined)
    await met(marac)
    (mine,) = (await read(marac, "idva-else", "flags"))["flags"]
    assert mine["stands"] == "owed"
    assert mention_of("haven", "ann") not in (await marac.get("idva-else", "flags")).text


async def test_who_takes_a_case_over_declares_at_their_own_meeting_alone(marac: Marac) -> None:
    made = await met(marac)
    path = f"transfers/{await sent(marac, made)}/answers"
    assert (await marac.post("coordinator-elsewhere", path, {"answer": "acknowledge"})).status_code == 201

    async def asks(who: str, *, meeting: str | None = None) -> bool:
        """Whether a chair must declare before they see the case; and is asked to, at their meeting."""
        if (await marac.get(who, f"cases/{made.case}")).status_code == 200:
            return False
        asked = (await marac.get(who, f"meetings/{meeting}/interests")).json()["cases"] if meeting else []
        return meeting is None or [each["case"] for each in asked] == [made.case]

    await marac.post_upon("coordinator", "researchers", {"area": "north", "agencies": ["council"]})
    await until(lambda: asks("chair", meeting=made.meeting), what="the sender's chair is asked")
    assert (await marac.get("chair-elsewhere", f"meetings/{made.meeting}/interests")).status_code == 404
    assert not await asks("chair-elsewhere"), "who cannot declare there is not asked there"
    starts = (marac.runtime.clock.now() + timedelta(days=7)).isoformat()
    called = await marac.post("coordinator-elsewhere", "meetings", {"area": "south", "starts": starts})
    own = called.json()["root"]
    await marac.post("coordinator-elsewhere", f"meetings/{own}/cases", {"case": made.case})
    assert not await asks("chair-elsewhere"), "a meeting that asks nobody"
    await marac.post_upon("coordinator-elsewhere", "researchers", {"area": "south", "agencies": ["council"]})
    await until(lambda: asks("chair-elsewhere", meeting=own), what="they are asked at their own")
