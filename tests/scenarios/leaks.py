"""What a MARAC says of a case of which every word is a marker: where it meets, what agencies hold, what is
recorded, agreed, answered, returned, written to and fro, and sent to another MARAC. To search for leaks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.scenarios import caseload, scene
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.test_marac_round import CHAIR, COORDINATOR, EAST, HOUSING, IDVA, NORTH
from tests.support.waiting import until

OFFICER = "tess-okoro"
MESSAGES = ("message", "reply")
"""Between the IDVA and the officer in the case, and nobody else's."""
WORDS = (
    *("venue", "advice", "returned", "factsheld", "opinionsheld", "othersheld", "underway", "suggested"),
    *("attendee", "leaver", "risks", "needs", "strengths", "decided", "todo", "doer", "done", "sought"),
    *("parties", "moves", "misses", "supplied", *MESSAGES),
)
"""The fields in which somebody of a MARAC writes."""
SEEN = {"If-Match": '"0"'}


@dataclass
class Marac:
    """One case before its MARAC."""

    goldthread: Goldthread
    mark: Callable[[str], str]
    case: str
    ids: dict[str, str] = field(default_factory=dict)

    async def does(self, who: str, path: str, said: Mapping[str, Any], **headers: str) -> str:
        """What somebody says, once it is taken; gives its root."""
        client = await self.goldthread.person(who)

        async def taken() -> dict[str, Any] | None:
            answer = await client.post(f"/marac/v1/{path}", json=said, headers=headers)
            assert answer.status_code in (200, 201, 404, 409, 412, 503), f"{who}: {path}: {answer.text}"
            return answer.json() if answer.is_success else None

        found: dict[str, Any] = await until(taken, f"{who}: {path}")
        return str(found.get("root", ""))


async def placed(goldthread: Goldthread, webhook: str, area: str, name: str) -> None:
    """Two MARACs, and where the victim lives: a district of the north. The north asks two agencies."""
    await scene.configure(goldthread, scene.Place(), webhook)
    operator = await goldthread.person("aisha-bright")
    for place in (
        {"area": EAST, "name": "Northmere East", "kind": "marac", "within": "northmere"},
        {"area": area, "name": name, "kind": "district", "within": NORTH},
    ):
        said = caseload.submission(place, scene.BEGAN, scene.BEGAN)
        assert (await operator.post("/notify/v1/areas", json=said)).status_code == 201
    asks = {"area": NORTH, "agencies": ["castlegate-housing", "harbour-idva"]}
    coordinator = await goldthread.person(COORDINATOR)

    async def asked() -> bool:
        answer = await coordinator.post("/marac/v1/researchers", json=asks, headers=SEEN)
        return answer.status_code in (200, 201, 412)

    await until(asked, "whom the north asks is set, now or for another case of this search")


async def conferred(goldthread: Goldthread, mark: Callable[[str], str], case: str) -> Marac:
    """A round of the MARAC about a case."""
    marac = Marac(goldthread, mark, case)
    starts = (scene.FOLDED + timedelta(days=7)).isoformat()
    called = {"area": NORTH, "starts": starts, "venue": mark("venue")}
    marac.ids["meeting"] = meeting = await marac.does(COORDINATOR, "meetings", called)
    back = {"advice": mark("advice"), "reason": mark("returned")}
    await marac.does(COORDINATOR, f"cases/{case}/returns", back)
    await marac.does(COORDINATOR, f"meetings/{meeting}/cases", {"case": case})
    for who in (CHAIR, COORDINATOR, IDVA, HOUSING):
        said = {"cases": [{"case": case, "tie": False}]}
        await marac.does(who, f"meetings/{meeting}/interests", said)
    await researched(marac, meeting)
    await marac.does(COORDINATOR, f"meetings/{meeting}/publications", {"after": 0})
    await held(marac, meeting)
    await written(marac)
    await moved(marac)
    return marac


async def researched(marac: Marac, meeting: str) -> None:
    mark, path = marac.mark, f"meetings/{meeting}/research/{marac.case}"
    housing = await marac.goldthread.person(HOUSING)

    async def asked() -> list[dict[str, Any]] | None:
        answer = await housing.get(f"/marac/v1/{path}")
        return answer.json()["people"] if answer.status_code == 200 else None

    of = {"facts": "factsheld", "opinions": "opinionsheld", "told_by_others": "othersheld"}
    known = {"held": "known", **{name: {"text": mark(word)} for name, word in of.items()}}
    people = [{"person": each["person"], **known} for each in await until(asked, "housing is asked")]
    more = {"under_way": {"text": mark("underway")}, "suggested": {"text": mark("suggested")}}
    await marac.does(HOUSING, path, {"people": people, **more})


async def held(marac: Marac, meeting: str) -> None:
    """What is recorded and agreed, with its minutes, and what came of it."""
    mark, path, case = marac.mark, f"meetings/{meeting}", marac.case
    await marac.does(CHAIR, f"{path}/sitting", {"step": "opened", "statement": True})
    for agency, chairs in (("northmere-police", True), ("castlegate-housing", False)):
        seat = {"agency": agency, "attended": "present", "who": mark("attendee"), "chairs": chairs}
        await marac.does(CHAIR, f"{path}/attendance", seat)
    gone = {"case": case, "agency": "northmere-hospital", "who": mark("leaver")}
    await marac.does(CHAIR, f"{path}/left", gone)
    words = {name: mark(name) for name in ("risks", "needs", "strengths", "decided")}
    heard = words | {"told_by": "harbour-idva", "safe_to_tell": True}
    marac.ids["heard"] = await marac.does(CHAIR, f"{path}/cases/{case}/hearing", heard)
    due = (scene.FOLDED + timedelta(days=9)).isoformat()
    agreed = {"owner": "castlegate-housing", "due": due, "text": mark("todo"), "target": "victim"}
    agreed |= {"meeting": meeting, "worker": {"name": mark("doer")}}
    marac.ids["action"] = action = await marac.does(CHAIR, f"cases/{case}/actions", agreed)
    await marac.does(CHAIR, f"{path}/sitting", {"step": "closed"})
    await marac.does(COORDINATOR, f"{path}/minutes", {"number": 1})
    done = {"answer": "changed", "text": mark("done")}
    await marac.does(HOUSING, f"actions/{action}/answers", done, **{"If-Match": '"1"'})


async def written(marac: Marac) -> None:
    """To and fro between the two who may, why somebody was looked for, and who is the victim."""
    mark, case = marac.mark, marac.case
    first = await marac.does(IDVA, f"cases/{case}/messages", {"text": mark("message")})
    answer = {"text": mark("reply"), "answers": first}
    await marac.does(OFFICER, f"cases/{case}/messages", answer)
    sought = {"name": mark("family"), "reason": "other", "text": mark("sought")}
    await marac.does(CHAIR, "search", sought)
    decided = {"decision": "as-referred", "reason": mark("parties")}
    await marac.does(CHAIR, f"cases/{case}/parties", decided, **SEEN)


async def moved(marac: Marac) -> None:
    """Sent to another MARAC, asked more of, supplied and taken."""
    mark, case = marac.mark, marac.case
    coordinator = await marac.goldthread.person(COORDINATOR)
    warned = await coordinator.post(f"/marac/v1/cases/{case}/move-warnings", json={"to_area": EAST})
    read = {"warning_read": warned.json()["warning"]}
    move = {"to_area": EAST, "move": "permanent", "goes_with": ["minutes"], "text": mark("moves")} | read
    transfer = await marac.does(COORDINATOR, f"cases/{case}/transfers", move)
    for answer, word in (("ask-for-more", "misses"), ("supply", "supplied"), ("acknowledge", None)):
        said = {"answer": answer} | ({"text": mark(word)} if word else {})
        await marac.does(COORDINATOR, f"transfers/{transfer}/answers", said)
