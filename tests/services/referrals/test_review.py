"""Two records side by side: who may look, what is decided, taken back, stopped; over HTTP and as a page."""

import re
from typing import Any

import httpx
import pytest

from chassis.facts import Fact
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.identity import MixtureAnswered
from contracts.events.listing import CaseRestricted
from contracts.events.research import InterestDeclared
from services.referrals import review
from tests.services.referrals.scene import ANN, CALLERS, Referrals, mention, named
from tests.services.referrals.test_alike import ANNS, HA, PA, asked, until_asked
from tests.support.waiting import until

PAIR = sorted(mention(*record) for record in (HA, PA))
REVIEW = "/referrals/reviews/" + "/".join(PAIR)


async def say(
    referrals: Referrals, who: str, number: str, area: str = "north", **identity: Any
) -> httpx.Response:
    content = {
        "service": "Clinic",
        "people": [named("victim", number, **identity)],
        "routing": {"area": area},
    }
    taken = await referrals.post(who, "health-contacts", content)
    assert taken.status_code == 201, taken.text
    return taken


async def in_doubt(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"]})
    await until_asked(referrals, HA, PA)


async def get(referrals: Referrals, who: str, path: str) -> httpx.Response:
    return await referrals.http.get(path, headers={"Authorization": f"Bearer {who}"})


async def send(referrals: Referrals, who: str, path: str, **form: str) -> httpx.Response:
    page = (await get(referrals, who, path)).text
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]*)"', page))
    headers = {"Authorization": f"Bearer {who}", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(path, data=hidden | form, headers=headers)


async def test_who_may_decide_sees_the_two_and_nobody_else_does(referrals: Referrals) -> None:
    await in_doubt(referrals)
    questions = "/referrals/v1/identity-questions"
    for who in ("coordinator", "operator"):
        listed = (await get(referrals, who, questions)).json()
        assert [(each["one"], each["other"]) for each in listed["asked"]] == [tuple(PAIR)]
        shown = await get(referrals, who, f"{questions}/{PAIR[0]}/{PAIR[1]}")
        assert shown.status_code == 200, shown.text
        assert shown.json()["compared"] == {
            "name": "agrees",
            "born": "swapped",
            "sex": "neither",
            "nhs": "neither",
            "pnc": "neither",
            "cro": "neither",
        }
        sides = {side["agency"]: side for side in (shown.json()["one"], shown.json()["other"])}
        assert sides.keys() == {"hospital", "practice"}
        for agency, side in sides.items():
            assert (side["lines"], side["agencies"], side["more"]) == (1, [agency], 0)
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "police", "3", **ANNS)
    await referrals.until_one(HA, ("police", "3"))
    shown = await get(referrals, "coordinator", f"{questions}/{PAIR[0]}/{PAIR[1]}")
    sides = {side["agency"]: side for side in (shown.json()["one"], shown.json()["other"])}
    brings = {agency: (side["lines"], side["agencies"], side["more"]) for agency, side in sides.items()}
    assert brings == {"hospital": (3, ["hospital", "police"], 1), "practice": (1, ["practice"], 0)}
    assert "3 lines" in (await get(referrals, "coordinator", REVIEW)).text
    assert (await get(referrals, "coordinator-elsewhere", questions)).json()["asked"] == []
    for who in ("coordinator-elsewhere", "chair", "hospital"):
        assert (await get(referrals, who, f"{questions}/{PAIR[0]}/{PAIR[1]}")).status_code == 404


async def test_a_coordinator_of_the_police_sees_two_of_whom_the_force_has_told_of_one(
    referrals: Referrals,
) -> None:
    """Whoever chose not to tell the police is told to nobody of theirs for a doubt of others' records."""
    await in_doubt(referrals)
    questions = "/referrals/v1/identity-questions"
    said = {"mentions": PAIR, "answer": "cannot-tell", "reason": "Nobody answers."}
    assert (await get(referrals, "police-coordinator", questions)).json()["asked"] == []
    assert (await get(referrals, "police-coordinator", REVIEW)).status_code == 404
    assert (await referrals.post("police-coordinator", "identity-decisions", said)).status_code == 404
    await say(referrals, "police", "3", **ANNS)
    await referrals.until_one(HA, ("police", "3"))
    assert len((await get(referrals, "police-coordinator", questions)).json()["asked"]) == 1
    assert (await get(referrals, "police-coordinator", REVIEW)).status_code == 200
    assert (await referrals.post("police-coordinator", "identity-decisions", said)).status_code == 201


async def test_a_decision_on_the_page_is_a_fact_and_can_be_taken_back_there(referrals: Referrals) -> None:
    await in_doubt(referrals)
    for form, fault in (({}, "Select what you decide"), ({"answer": "same"}, "Enter why you decided this")):
        refused = await send(referrals, "coordinator", REVIEW, **form)
        assert refused.status_code == 422
        assert fault in refused.text
    done = await send(referrals, "coordinator", REVIEW, answer="same", reason="Rang both.")
    assert done.status_code == 303, done.text
    await referrals.until_one(HA, PA)

    async def ended() -> bool:
        return await asked(referrals) == set()

    await until(ended, what="nobody is asked any more")
    page = (await get(referrals, "coordinator", REVIEW)).text
    assert "Rang both." in page
    assert "one person now" in page
    undone = await take_back(referrals, page)
    assert undone.status_code == 303, undone.text
    await referrals.until_apart(HA, PA)
    await until_asked(referrals, HA, PA)


async def take_back(referrals: Referrals, page: str) -> httpx.Response:
    """With what the form of this page holds."""
    form = dict(re.findall(r'name="(once|root|version)" value="([^"]*)"', page))
    headers = {"Authorization": "Bearer coordinator", "Origin": "http://127.0.0.1:8400"}
    return await referrals.http.post(f"{REVIEW}/undo", data=form, headers=headers)


async def test_what_a_colleague_decided_since_is_not_taken_back(referrals: Referrals) -> None:
    await in_doubt(referrals)
    for answer in ("same", "not-same"):
        page = (await get(referrals, "coordinator", REVIEW)).text
        done = await send(referrals, "coordinator", REVIEW, answer=answer, reason="Rang both.")
        assert done.status_code == 303, done.text
        if answer == "same":
            await referrals.until_one(HA, PA)  # the page that is decided on next shows it
    assert "holds again" not in page
    stale = await take_back(referrals, page)
    assert stale.status_code == 422
    assert "Something has changed" in stale.text
    assert "what was decided before it holds again: Same person." in stale.text
    assert (await take_back(referrals, stale.text)).status_code == 303
    await referrals.until_one(HA, PA)


async def test_what_has_changed_meanwhile_is_looked_at_again(referrals: Referrals) -> None:
    await in_doubt(referrals)
    page = (await get(referrals, "coordinator", REVIEW)).text
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]*)"', page))
    await say(referrals, "practice", "P1", **ANNS | {"born": ["1991-02-03"], "pnc_id": "2003/0011985X"})

    async def changed() -> bool:
        return "2003/0011985X" in (await get(referrals, "coordinator", REVIEW)).text

    await until(changed, what="the page shows the number")
    headers = {"Authorization": "Bearer coordinator", "Origin": "http://127.0.0.1:8400"}
    form = hidden | {"answer": "same", "reason": "Rang both."}
    refused = await referrals.http.post(REVIEW, data=form, headers=headers)
    assert refused.status_code == 422
    assert "Something has changed" in refused.text
    assert "Rang both." in refused.text, "nothing typed is lost"


async def test_the_two_sides_of_a_case_cannot_be_called_the_same(referrals: Referrals) -> None:
    both = [named("victim", "1", **ANNS), named("perpetrator", "2", **ANNS)]
    await referrals.post("haven", "marac-referrals", {"people": both, "routing": {"area": "north"}})
    pair = sorted(mention("haven", number) for number in "12")
    path = "/referrals/reviews/" + "/".join(pair)

    async def there() -> bool:
        return (await get(referrals, "coordinator", path)).status_code == 200

    await until(there, what="both are known")
    page = (await get(referrals, "coordinator", path)).text
    assert "They can never be one person." in page
    assert 'value="same"' not in page
    refused = await send(referrals, "coordinator", path, answer="same", reason="They look alike.")
    assert refused.status_code == 422


async def test_whoever_is_kept_from_a_case_decides_about_nobody_in_it(referrals: Referrals) -> None:
    await in_doubt(referrals)
    people = [named("victim", "H1", **ANNS), named("perpetrator", "H2")]
    content = {"people": people, "routing": {"area": "north"}}
    case = (await referrals.post("hospital", "marac-referrals", content)).json()["root"]
    about_her = [named("victim", "H1", **ANNS), named("suspect", "H3", name={"family": "Vale"})]
    incident = {"kind": "assault-with-injury", "people": about_her, "routing": {"area": "north"}}
    assert (await referrals.post("hospital", "incidents", incident)).status_code == 201
    both = [
        sorted(mention(*record) for record in (HA, PA)),
        sorted(mention("hospital", n) for n in ("H2", "H3")),
    ]
    paths = ["/referrals/v1/identity-questions/" + "/".join(pair) for pair in both]
    questions = "/referrals/v1/identity-questions"

    async def seen(who: str) -> tuple[list[int], int]:
        asked_about = (await get(referrals, who, questions)).json()["asked"]
        return [(await get(referrals, who, path)).status_code for path in paths], len(asked_about)

    async def known() -> bool:
        return await seen("coordinator") == ([200, 200], 1)

    await until(known, what="the two are known")
    insider = CALLERS["coordinator"]
    to = [{"person": insider.id, "name": "Somebody inside"}]
    reason = {"text": "A cousin works here."}
    restricted = {"case": case, "to": to, "reason": reason}
    await referrals.configure(CaseRestricted.model_validate(restricted))
    assert await seen("coordinator") == ([200, 200], 1), "whoever is inside decides as before"
    to[0]["person"] = CALLERS["chair"].id
    await referrals.configure(CaseRestricted.model_validate(restricted))
    assert await seen("coordinator") == ([404, 404], 0)
    said = {"mentions": both[0], "answer": "same", "reason": "They look alike."}
    assert (await referrals.post("coordinator", "identity-decisions", said)).status_code == 404
    assert await seen("operator") == ([200, 200], 1), "somebody decides"
    lifted = {"case": case, "lifted": True, "reason": reason}
    await referrals.configure(CaseRestricted.model_validate(lifted))
    assert await seen("coordinator") == ([200, 200], 1)
    tie = {"person": insider.id, "cases": [{"case": case, "tie": True}]}
    await referrals.configure(InterestDeclared.model_validate(tie))
    assert await seen("coordinator") == ([404, 404], 0)


async def test_the_first_to_be_late_is_on_a_list_that_has_no_room_for_all(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was asked last: those before it have a week, since both of each are known to be at less risk."""
    graded = {"instrument": "dara", "instrument_version": "2022", "routing": {"area": "north"}}
    for who, number in (HA, PA):
        people = [named("victim", number)]
        taken = await referrals.post(who, "risk-assessments", graded | {"grade": "medium", "people": people})
        assert taken.status_code == 201, taken.text
    await in_doubt(referrals)
    other = {"name": {"family": "Quill", "given": "Io"}, "born": ["1970-05-06"]}
    await say(referrals, "hospital", "H9", **other)
    await say(referrals, "practice", "P9", **other | {"born": ["1970-06-05"]})
    await until_asked(referrals, ("hospital", "H9"), ("practice", "P9"))
    questions = "/referrals/v1/identity-questions"
    listed = (await get(referrals, "coordinator", questions)).json()
    assert ([each["one"] in PAIR for each in listed["asked"]], listed["more"]) == ([False, True], False)
    for most in (1, 2):
        monkeypatch.setattr(review, "MOST", most)
        less = (await get(referrals, "coordinator", questions)).json()
        assert (less["asked"], less["more"]) == (listed["asked"][:most], most < 2)
        page = (await get(referrals, "coordinator", "/referrals/")).text
        assert ("There are more questions than these" in page) is (most < 2)


async def test_after_an_undone_link_it_is_said_who_saw_the_mixture(referrals: Referrals) -> None:
    facts = [(await say(referrals, who, number, **ANNS)).json()["id"] for who, number in (HA, PA)]
    await referrals.until_one(HA, PA)
    await referrals.runtime.shown(CALLERS["chair"], "marac_case", "a case", b"both", facts)
    await referrals.runtime.shown(CALLERS["police"], "marac_case", "a case", b"one", facts[:1])
    done = await send(referrals, "coordinator", REVIEW, answer="not-same", reason="Met both.")
    assert done.status_code == 303, done.text
    await referrals.until_apart(HA, PA)

    async def links() -> list[str]:
        page = (await get(referrals, "coordinator", "/referrals/")).text
        return re.findall(r'href="(/referrals/links/[^"]*)"', page)

    (path,) = await until(links, what="the undone link is listed")
    cause = path.rsplit("/", 1)[1]
    shown = (await get(referrals, "coordinator", f"/referrals/v1/undone-links/{cause}")).json()
    assert [(each["agency"], each["times"]) for each in shown["shown"]] == [("police", 1)]
    assert shown["shown"][0]["roles"] == ["marac-chair"]

    async def running() -> list[Fact[ClockStarted]]:
        return list((await referrals.runtime.facts([f"o:{cause}"])).current(ClockStarted))

    started = await until(running, what="the clock runs")
    assert [(each.said.due - each.occurred).total_seconds() for each in started] == [72 * 3600]
    assert [getattr(each.said.routing, "area", None) for each in started] == ["north"]
    assert (await get(referrals, "coordinator-elsewhere", path)).status_code == 404
    assert (await send(referrals, "coordinator", path, reason="Told.")).status_code == 422
    assert (await send(referrals, "coordinator", path, reported="no", reason="Told.")).status_code == 303

    async def stopped() -> bool:
        return bool(list((await referrals.runtime.facts([f"o:{cause}"])).current(ClockStopped)))

    await until(stopped, what="the clock is stopped")
    assert "Not reported" in (await get(referrals, "coordinator", path)).text
    await taken_back_it_runs_again(referrals, cause)


async def taken_back_it_runs_again(referrals: Referrals, cause: str) -> None:
    """By those alone who may see the link, of the agency that had said it."""
    (answer,) = (await referrals.runtime.facts([f"o:{cause}"])).current(MixtureAnswered)
    path, match = f"/referrals/v1/facts/{answer.root}", {"If-Match": f'"{answer.version}"'}
    for who, status in (("coordinator-south", 404), ("coordinator", 200)):
        headers = {"Authorization": f"Bearer {who}"} | match
        assert (await referrals.http.delete(path, headers=headers)).status_code == status

    async def again() -> bool:
        clocks = (await referrals.runtime.facts([f"o:{cause}"])).current(ClockStarted)
        return {each.said.generation for each in clocks} == {1, 2}

    await until(again, what="the clock runs again")


async def test_who_saw_another_record_of_the_same_saw_the_mixture_too(referrals: Referrals) -> None:
    """What was shown was about a record that went with one of the two that are told."""
    await say(referrals, "hospital", "H1", nhs_number=ANN, **ANNS)
    facts = [
        (await say(referrals, "hospital", "H2", nhs_number=ANN, **ANNS)).json()["id"],
        (await say(referrals, "practice", "P1", **ANNS)).json()["id"],
    ]
    await referrals.until_one(HA, ("hospital", "H2"), PA)
    await referrals.runtime.shown(CALLERS["chair"], "marac_case", "a case", b"both", facts)
    said = {"mentions": PAIR, "answer": "not-same", "reason": "Met both."}
    assert (await referrals.post("operator", "identity-decisions", said)).status_code == 201

    async def undone() -> list[str]:
        waits = (await get(referrals, "operator", "/referrals/v1/identity-questions")).json()
        return [each["cause"] for each in waits["undone"] if each["due"]]

    (cause,) = await until(undone, what="the clock of the undone link runs")
    shown = (await get(referrals, "operator", f"/referrals/v1/undone-links/{cause}")).json()["shown"]
    assert [each["roles"] for each in shown] == [["marac-chair"]]


async def test_a_link_that_nobody_saw_calls_nobody(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    taken = await say(referrals, "practice", "P1", **ANNS)
    await referrals.until_one(HA, PA)
    await referrals.withdraw("practice", taken)
    await referrals.until_apart(HA, PA)

    async def undone() -> list[str | None]:
        waits = (await get(referrals, "operator", "/referrals/v1/identity-questions")).json()
        return [each["due"] for each in waits["undone"]]

    assert await until(undone, what="the undone link is listed") == [None]


async def test_either_side_of_an_undone_link_sees_and_answers_it(referrals: Referrals) -> None:
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", area="south", **ANNS)
    await referrals.until_one(HA, PA)
    said = {"mentions": PAIR, "answer": "not-same", "reason": "Met both."}
    assert (await referrals.post("operator", "identity-decisions", said)).status_code == 201
    await referrals.until_apart(HA, PA)

    async def links() -> list[str]:
        page = (await get(referrals, "coordinator-elsewhere", "/referrals/")).text
        return re.findall(r'href="(/referrals/links/[^"]*)"', page)

    (path,) = await until(links, what="the undone link is listed")
    page = (await get(referrals, "coordinator", path)).text
    assert "/referrals/reviews/" not in page, "the two side by side are not theirs"
    assert (await get(referrals, "coordinator", REVIEW)).status_code == 404
    told = await send(referrals, "coordinator-elsewhere", path, reported="no", reason="Told.")
    assert told.status_code == 303, told.text
