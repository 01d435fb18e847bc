"""An agency's own word, by its id: not for whoever has a tie to the parties, nor from another area."""

from datetime import timedelta

import httpx

from tests.services.marac.conftest import Marac
from tests.services.marac.test_research import answer, asked, people, say
from tests.support.waiting import until


async def read(marac: Marac, who: str, root: str) -> int:
    return (await marac.get(who, f"facts/{root}")).status_code


def root_of(taken: httpx.Response) -> str:
    assert taken.status_code == 201, taken.text
    return str(taken.json()["root"])


async def test_with_a_tie_nothing_that_ones_agency_said_of_the_case_is_read_or_undone(marac: Marac) -> None:
    made = await asked(marac)
    found = root_of(await say(marac, "housing", made, answer(await people(marac, made))))
    due = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    agreed = {"owner": "council", "due": due, "text": "Mend the door by Friday.", "target": "victim"}
    action = root_of(await marac.post("coordinator-too", f"cases/{made.case}/actions", agreed))
    done = {"answer": "done", "text": "Mended."}
    answered = root_of(await marac.post_upon("housing", f"actions/{action}/answers", done, 1))
    other = root_of(await marac.post("coordinator-too", "meetings", {"area": "north", "starts": due}))
    listed = root_of(await marac.post("coordinator-too", f"meetings/{other}/cases", {"case": made.case}))
    tie = {"cases": [{"case": made.case, "tie": True}]}
    for root, who in (
        (found, "housing"),
        (action, "coordinator-too"),
        (answered, "housing"),
        (listed, "coordinator-too"),
    ):
        assert await read(marac, who, root) == 200, who
    for who in ("housing", "coordinator-too"):
        root_of(await marac.post(who, f"meetings/{made.meeting}/interests", tie))

    async def hidden() -> bool:
        return await read(marac, "housing", found) == 404

    await until(hidden, what="the tie is known")
    for root, who in (
        (found, "housing"),
        (action, "coordinator-too"),
        (answered, "housing"),
        (listed, "coordinator-too"),
    ):
        assert await read(marac, who, root) == 404, who
        headers = {"Authorization": f"Bearer {who}", "If-Match": '"1"'}
        assert (await marac.http.delete(f"/marac/v1/facts/{root}", headers=headers)).status_code == 404, who
    assert await read(marac, "housing-too", found) == 200, "a colleague without one"


async def test_who_declared_a_tie_undoes_nobodys_tie_to_that_case(marac: Marac) -> None:
    made = await asked(marac)
    tie = {"cases": [{"case": made.case, "tie": True}]}
    mine = root_of(await marac.post("housing", f"meetings/{made.meeting}/interests", tie))
    root_of(await marac.post("housing-too", f"meetings/{made.meeting}/interests", tie))

    async def hidden() -> bool:
        return await read(marac, "housing-too", mine) == 404

    await until(hidden, what="both ties are known")
    headers = {"Authorization": "Bearer housing-too", "If-Match": '"1"'}
    assert (await marac.http.delete(f"/marac/v1/facts/{mine}", headers=headers)).status_code == 404
    assert await read(marac, "coordinator-too", mine) == 200
    assert (
        await marac.http.delete(
            f"/marac/v1/facts/{mine}", headers=headers | {"Authorization": "Bearer coordinator-too"}
        )
    ).status_code == 200


async def test_what_a_colleague_said_of_another_area_is_not_there(marac: Marac) -> None:
    made = await asked(marac)
    decided = {"decision": "as-referred", "reason": "Hurt while holding a door shut."}
    found = root_of(await say(marac, "housing", made, answer(await people(marac, made))))
    no_tie = {"cases": [{"case": made.case, "tie": False}]}
    said = root_of(await marac.post("housing", f"meetings/{made.meeting}/interests", no_tie))
    for root in (found, said):
        assert await read(marac, "housing-too", root) == 200
        assert await read(marac, "housing-elsewhere", root) == 404
    starts = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    other = root_of(await marac.post("coordinator", "meetings", {"area": "north", "starts": starts}))
    roots = {
        "meeting": made.meeting,
        "listing": root_of(await marac.post("coordinator", f"meetings/{other}/cases", {"case": made.case})),
        "parties": root_of(await marac.post_upon("chair", f"cases/{made.case}/parties", decided)),
        "choices": root_of(await marac.post_upon("chair", "choices", {"area": "north"})),
        "threshold": root_of(
            await marac.post_upon(
                "chair",
                "thresholds",
                {"area": "north", "threshold": "dash-visible-high-risk", "value": 12},
                1,
            )
        ),
    }
    for what, root in roots.items():
        near = "coordinator" if what in ("meeting", "listing", "parties") else "chair"
        assert await read(marac, near, root) == 200, what
        assert await read(marac, f"{near}-elsewhere", root) == 404, what
