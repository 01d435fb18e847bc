"""A MARAC's round, from a referral to actions done, as those do it whose step each is: who waits and why, who
is listed, who declares a tie, what agencies hold, the agenda, the meeting, its actions and minutes, what
follows, and the move to another MARAC. On both deployments."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow
MONDAY = START + timedelta(days=30 - (START + timedelta(days=30)).weekday())
BEGAN = MONDAY.replace(hour=9, minute=0, second=0)
MEETS = BEGAN + timedelta(days=21)
HOUR = timedelta(hours=1)
NORTH, EAST = "northmere-north", "northmere-east"
CHAIR, COORDINATOR, IDVA = "rowan-ellis", "priya-nair", "carys-bevan"
HOUSING, HOSPITAL = "femi-adair", "owen-leigh"
"""Representatives of two agencies that the MARAC asks."""
SYSTEMS = ("castlegate-housing",)
WITHOUT_TIE, TIE = False, True


@dataclass
class Round:
    """One case on its way, and who does what for it."""

    goldthread: Goldthread
    case: str = ""
    meeting: str = ""
    action: str = ""

    async def get(self, who: str, path: str, status: int = 200) -> Any:
        known = self.goldthread.system if who in SYSTEMS else self.goldthread.person
        answer = await (await known(who)).get(f"/marac/v1/{path}")
        assert answer.status_code == status, f"{who}, {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    async def does(
        self, who: str, path: str, said: dict[str, Any], status: int = 201, **headers: str
    ) -> httpx.Response:
        known = self.goldthread.system if who in SYSTEMS else self.goldthread.person
        answer = await (await known(who)).post(f"/marac/v1/{path}", json=said, headers=headers)
        assert answer.status_code == status, f"{who}, {path}: {answer.status_code} {answer.text[:300]}"
        return answer

    async def comes(self, what: str, seen: Callable[[], Awaitable[Any]]) -> Any:
        return await until(seen, what)


async def world(goldthread: Goldthread, webhook: str) -> None:
    """Two MARACs; the north asks two agencies and the IDVA service what they hold, and has room for two."""
    await goldthread.set_clock(BEGAN)
    await scene.configure(goldthread, scene.Place(), webhook, BEGAN)
    operator = await goldthread.person("aisha-bright")
    east = {"area": EAST, "name": "Northmere East", "kind": "marac", "within": "northmere"}
    said = caseload.submission(east, BEGAN - HOUR, BEGAN - HOUR)
    assert (await operator.post("/notify/v1/areas", json=said)).status_code == 201


async def a_referral_waits_with_its_reasons(round_: Round) -> None:
    """Steps 1 and 2."""
    asked = {"area": NORTH, "agencies": ["castlegate-housing", "northmere-hospital", "harbour-idva"]}
    nobody_yet = {"If-Match": '"0"'}
    await round_.does(COORDINATOR, "researchers", asked, **nobody_yet)
    await round_.does(CHAIR, "choices", {"area": NORTH, "slots": 2}, **nobody_yet)
    goldthread = round_.goldthread
    referred = caseload.referral(BEGAN - HOUR)
    round_.case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", referred))["root"]
    await goldthread.post("castlegate-housing", "/referrals/v1/housing", caseload.housing(BEGAN - HOUR))
    hospital = caseload.hospital_incident(BEGAN - HOUR)
    await goldthread.post("northmere-hospital", "/referrals/v1/incidents", hospital)

    async def waits() -> dict[str, Any] | None:
        north = _north(await round_.get(COORDINATOR, "waiting"))
        return next((each for each in north.get("waiting", ()) if each["case"] == round_.case), None)

    async def waits_with_its_reason() -> dict[str, Any] | None:
        case = await waits()
        met = {each["criterion"] for each in (case or {}).get("criteria", ()) if each["state"] == "met"}
        return case if "visible-high-risk" in met else None

    found = await round_.comes("the case waits, with its reason", waits_with_its_reason)
    assert found["soonest"] is None, "no meeting is called"
    called = {"area": NORTH, "starts": MEETS.isoformat(), "venue": "Town hall"}
    round_.meeting = (await round_.does(COORDINATOR, "meetings", called)).json()["root"]

    async def has_a_date() -> bool:
        case = await waits()
        return case is not None and case["soonest"] == round_.meeting

    await round_.comes("the soonest meeting with room", has_a_date)
    await round_.does(COORDINATOR, f"meetings/{round_.meeting}/cases", {"case": round_.case})

    async def listed() -> bool:
        return await waits() is None

    await round_.comes("it waits no more", listed)


def _north(shown: dict[str, Any]) -> dict[str, Any]:
    return next((each for each in shown["maracs"] if each["area"] == NORTH), {})


async def nobody_sees_it_who_has_a_tie(round_: Round) -> None:
    """Step 2: who comes declares first."""
    path = f"meetings/{round_.meeting}"
    agenda = await round_.get(CHAIR, f"{path}/agenda")
    assert [each["case"] for each in agenda["cases"]] == [], "nothing is released before it is declared"

    async def named() -> bool:
        """While records are found to be of one person there is a moment in which a case has no name."""
        (asked,) = (await round_.get(CHAIR, f"{path}/interests"))["cases"]
        return bool(asked["victim"] and asked["victim"]["family"] == caseload.HER["family"])

    await round_.comes("each case is asked of by its names", named)
    for who in (CHAIR, COORDINATOR, IDVA, HOUSING):
        await declare(round_, who, WITHOUT_TIE)
    await declare(round_, HOSPITAL, TIE)

    async def released() -> bool:
        return len((await round_.get(CHAIR, f"{path}/agenda"))["cases"]) == 1

    await round_.comes("it is on the chair's agenda", released)
    await round_.get(HOSPITAL, f"{path}/research/{round_.case}", 404)
    system = await round_.goldthread.system("northmere-hospital")
    asked_of = f"/marac/v1/{path}/research/{round_.case}"
    assert (await system.get(asked_of)).status_code == 404, "nor for the system that they read"


async def declare(round_: Round, who: str, tie: bool) -> None:
    said = {"cases": [{"case": round_.case, "tie": tie}]}
    await round_.does(who, f"meetings/{round_.meeting}/interests", said)


async def each_agency_says_what_it_holds(round_: Round) -> None:
    """Step 3."""
    path = f"meetings/{round_.meeting}/research"
    request = await round_.get(HOUSING, f"{path}/{round_.case}")
    people = {each["role"]: each for each in request["people"]}
    assert people["victim"]["ours"], "what it posted is filled in"
    assert all(line["agency"] == "castlegate-housing" for each in people.values() for line in each["ours"])
    held = {"held": "known", "complete": True, "facts": {"text": "Rent is paid."}}
    said = [
        {"person": each["person"], **(held if each["role"] == "victim" else {"held": "nothing-held"})}
        for each in request["people"]
    ]
    await round_.does(HOUSING, f"{path}/{round_.case}", {"people": said})
    await round_.does(HOUSING, f"{path}/{round_.case}", {"people": said}, 409)

    async def answered() -> bool:
        (line,) = (await round_.get(CHAIR, path))["lines"]
        states = {each["agency"]: each["state"] for each in line["cells"]}
        return states["castlegate-housing"] == "answered" and states["northmere-hospital"] == "asked"

    await round_.comes("the grid says who has answered", answered)
    await a_system_answers(round_, f"/marac/v1/{path}/{round_.case}")
    text = str(await round_.get(CHAIR, f"cases/{round_.case}/research"))
    assert "Rent is paid." in text


async def a_system_answers(round_: Round, path: str) -> None:
    """Of the IDVA service, which holds nothing of them in its own records: said twice, it is one answer."""
    system = await round_.goldthread.system("harbour-idva")
    found = (await system.get(path)).json()["people"]
    said = {"people": [{"person": each["person"], "held": "nothing-held"} for each in found]}
    key = {"Idempotency-Key": "nothing-held-by-harbour"}
    taken = [await system.post(path, json=said, headers=key) for _ in range(2)]
    assert [each.status_code for each in taken] == [201, 200]
    other = await round_.goldthread.system("northmere-council")
    assert (await other.get(path)).status_code == (await other.post(path, json=said)).status_code == 404


async def the_agenda_is_published_and_stays_live(round_: Round) -> None:
    """Step 4."""
    await round_.does(COORDINATOR, f"meetings/{round_.meeting}/publications", {"after": 0})
    at = BEGAN + 2 * HOUR
    await round_.goldthread.set_clock(at + HOUR)
    await round_.goldthread.post("northmere-police", "/referrals/v1/incidents", caseload.police_incident(at))

    async def marked() -> bool:
        agenda = await round_.get(CHAIR, f"meetings/{round_.meeting}/agenda")
        return bool(agenda["cases"][0]["new"])

    await round_.comes("what came since is marked", marked)
    assert await sent(round_, HOUSING) == [("agenda", False)]
    assert await sent(round_, HOSPITAL) == [], "whoever has a tie to all of it is not told of it"
    assert await follows(round_, HOUSING, "agenda") == 303
    assert await follows(round_, HOSPITAL, "agenda") == 404

    async def opened() -> bool:
        (version,) = (await round_.get(COORDINATOR, f"meetings/{round_.meeting}/sent"))["versions"]
        states = {each["agency"]: each["state"] for each in version["agencies"]}
        return (states["castlegate-housing"], states["northmere-hospital"]) == ("opened", "sent")

    await round_.comes("the coordinator sees who opened it", opened)


async def sent(round_: Round, who: str) -> list[tuple[str, bool]]:
    """What was sent to somebody, and whether they opened it."""
    found = (await round_.get(who, "sent"))["papers"]
    return [(each["paper"], bool(each["opened"])) for each in found]


async def follows(round_: Round, who: str, paper: str) -> int:
    """What somebody's browser is answered at the link."""
    link = f"/marac/meetings/{round_.meeting}/sent/{paper}"
    return (await (await round_.goldthread.person(who)).get(link)).status_code


async def the_meeting_is_held(round_: Round) -> None:
    """Steps 5 and 6: who came, what was recorded, what was agreed."""
    await round_.goldthread.set_clock(MEETS + timedelta(minutes=1))
    path = f"meetings/{round_.meeting}"
    await round_.does(CHAIR, f"{path}/sitting", {"step": "opened"})
    await round_.does(CHAIR, f"{path}/sitting", {"step": "closed"}, 409)
    for agency, who, chairs in (
        ("northmere-police", "Rowan Ellis", True),
        ("harbour-idva", "Carys Bevan", False),
        ("castlegate-housing", "Femi Adair", False),
    ):
        said = {"agency": agency, "attended": "present", "who": who, "chairs": chairs}
        await round_.does(CHAIR, f"{path}/attendance", said)
    recorded = {"risks": "He knows where she works.", "decided": "Change the locks.", "safe_to_tell": True}
    hearing = f"{path}/cases/{round_.case}/hearing"
    await round_.does(CHAIR, hearing, recorded | {"told_by": "harbour-idva"})
    await round_.does(COORDINATOR, hearing, recorded, 412)
    agreed = {
        "owner": "castlegate-housing",
        "due": (MEETS + timedelta(days=2)).isoformat(),
        "text": "Fit new locks to both doors and show how they work.",
        "target": "victim",
        "meeting": round_.meeting,
        "safe_to_tell": True,
    }
    cases = f"cases/{round_.case}/actions"
    await round_.does(CHAIR, cases, {name: agreed[name] for name in agreed if name != "owner"}, 422)
    round_.action = (await round_.does(CHAIR, cases, agreed)).json()["root"]
    await round_.goldthread.set_clock(MEETS + 2 * HOUR)
    await round_.does(CHAIR, f"{path}/sitting", {"step": "closed"})


async def its_minutes_are_what_was_recorded(round_: Round) -> None:
    """Step 7."""
    path = f"meetings/{round_.meeting}/minutes"
    before = await round_.get(IDVA, path)
    assert before["number"] == 0
    assert "He knows" not in str(before), "nothing is issued yet"
    await round_.does(COORDINATOR, path, {"number": 1})

    async def issued() -> bool:
        return bool((await round_.get(IDVA, path))["number"] == 1)

    await round_.comes("the IDVA reads them", issued)
    read = str(await round_.get(IDVA, path))
    assert "He knows where she works." in read
    assert "Change the locks." in read
    await round_.get(HOSPITAL, path, 404)

    async def opened() -> bool:
        return ("minutes", True) in await sent(round_, IDVA)

    await round_.comes("to read them is to have opened them", opened)
    assert ("minutes", False) in await sent(round_, HOUSING)
    assert await follows(round_, HOUSING, "minutes") == 303
    assert await follows(round_, HOSPITAL, "minutes") == 404


async def an_action_is_late_until_it_is_done(round_: Round) -> None:
    """Step 6."""
    path = f"actions/{round_.action}"
    await round_.goldthread.set_clock(MEETS + timedelta(days=2, hours=2))

    async def late() -> bool:
        shown = await round_.get(HOUSING, path)
        return bool(shown["action"]["late"])

    await round_.comes("its time has passed", late)
    reader = await round_.goldthread.person(HOUSING)
    version = (await reader.get(f"/marac/v1/{path}")).headers["etag"]
    done = {"answer": "done", "text": "New locks fitted on Tuesday."}
    await round_.does(HOUSING, f"{path}/answers", done, **{"If-Match": version})

    async def second_is_told() -> bool:
        again = {"answer": "not-done", "text": "Nobody was in."}
        answer = await reader.post(f"/marac/v1/{path}/answers", json=again, headers={"If-Match": version})
        return answer.status_code == 412

    assert await second_is_told()


async def what_follows(round_: Round) -> None:
    """Step 8: flags, and a new fact that makes it a repeat."""

    async def asked() -> bool:
        flags = (await round_.get("castlegate-housing", "flags"))["flags"]
        return [each["case"] for each in flags] == [round_.case]

    await round_.comes("housing is asked to flag its file", asked)
    await round_.does("castlegate-housing", f"cases/{round_.case}/flags", {"state": "flagged"})
    again = MEETS + timedelta(days=3)
    await round_.goldthread.set_clock(again + HOUR)
    incident = caseload.hospital_incident(again)
    await round_.goldthread.post("northmere-hospital", "/referrals/v1/incidents", incident)

    async def repeats() -> dict[str, Any] | None:
        found = (await round_.get(COORDINATOR, "repeats"))["repeats"]
        return next((each for each in found if each["case"] == round_.case), None)

    found = await round_.comes("the coordinator is told of a repeat", repeats)
    assert (found["definition"], found["anchor"]) == ("current", "referral")


async def it_goes_to_another_marac(round_: Round) -> None:
    """Step 9."""
    path = f"cases/{round_.case}/transfers"
    fault = await round_.does(COORDINATOR, path, {"to_area": "nowhere-at-all"}, 422)
    assert fault.json()["faults"][0]["kind"] == "no-such-marac"
    warned = await round_.does(COORDINATOR, f"cases/{round_.case}/move-warnings", {"to_area": EAST}, 200)
    move = {"to_area": EAST, "move": "permanent", "warning_read": warned.json()["warning"]}
    sent = (await round_.does(COORDINATOR, path, move)).json()["root"]

    async def there() -> bool:
        found = (await round_.get(COORDINATOR, "transfers"))["transfers"]
        return [each["transfer"]["cause"] for each in found] == [sent]

    await round_.comes("it is on its way", there)
    await round_.does(COORDINATOR, f"transfers/{sent}/answers", {"answer": "acknowledge"})

    async def waits_in_the_east() -> bool:
        maracs = (await round_.get(COORDINATOR, "waiting"))["maracs"]
        east: dict[str, Any] = next((each for each in maracs if each["area"] == EAST), {})
        return round_.case in [each["case"] for each in east.get("waiting", ())]

    await round_.comes("the east is to list it", waits_in_the_east)


async def test_a_marac_from_a_referral_to_actions_done(goldthread: Goldthread) -> None:
    async with Webhook() as webhook:
        await world(goldthread, webhook.url)
        round_ = Round(goldthread)
        await a_referral_waits_with_its_reasons(round_)
        await nobody_sees_it_who_has_a_tie(round_)
        await each_agency_says_what_it_holds(round_)
        await the_agenda_is_published_and_stays_live(round_)
        await the_meeting_is_held(round_)
        await its_minutes_are_what_was_recorded(round_)
        await an_action_is_late_until_it_is_done(round_)
        await what_follows(round_)
        await it_goes_to_another_marac(round_)
