"""An agency's own system answers what its agency is asked before a meeting, and nothing else."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from chassis.accept import own_header
from chassis.batch import Batch
from chassis.http.bulk import NDJSON
from contracts.events.meeting import PaperOpened
from contracts.events.research import ResearchAnswered
from contracts.events.support import RoleTaken, Worker
from contracts.vocabulary import CaseRole, Role
from tests.services.marac.caseload import ann, ben, mention, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, alike, bare, caller
from tests.services.marac.test_own_facts import read
from tests.services.marac.test_research import FOUND, answer, asked, cells, form, met, people, say
from tests.support.waiting import until

ON_BOTH = pytest.mark.parametrize(
    "marac", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
SYSTEM = "system-of-all"


async def waits(marac: Marac, who: str = SYSTEM) -> list[str]:
    """The cases that wait for somebody's answer."""
    found = await marac.get(who, "research")
    assert found.status_code == 200, found.text
    return [each["case"] for each in found.json()["waits"]]


async def is_not_there(marac: Marac, who: str, made: Prepared) -> None:
    """Neither listed nor shown, and no answer is taken."""
    assert await waits(marac, who) == [], who
    path = f"meetings/{made.meeting}/research/{made.case}"
    assert (await marac.get(who, path)).status_code == 404, who
    nothing = {"people": [{"person": made.case, "held": "nothing-held"}]}
    assert (await say(marac, who, made, nothing)).status_code == 404, who


@ON_BOTH
async def test_a_system_answers_what_its_agency_is_asked(marac: Marac) -> None:
    made = await asked(marac, declares=True)
    for who in (SYSTEM, "system"):
        assert await waits(marac, who) == [made.case], who
    found = await people(marac, made, SYSTEM)
    assert {line["agency"] for each in found for line in each["ours"]} == {"council"}, "its own lines alone"
    path = f"meetings/{made.meeting}/research/{made.case}"
    assert await alike(marac, SYSTEM, path, answer(found, FOUND))
    assert (await cells(marac, made))["council"] == "answered"
    for who in (SYSTEM, "system", "housing"):
        refused = await say(marac, who, made, answer(found))
        assert (refused.status_code, refused.json()["code"]) == (409, "answered-meanwhile"), who
    assert await alike(marac, "system-haven", path, answer(found))
    assert (await cells(marac, made))["haven"] == "nothing-held"
    root = (await marac.get("housing", path)).json()["answer"]["root"]
    said = submission(marac, made, found)

    async def corrected(who: str, version: int) -> int:
        headers = {"Authorization": f"Bearer {who}", "If-Match": f'"{version}"'}
        put = await marac.http.put(f"/marac/v1/facts/{root}", json=said, headers=headers)
        return put.status_code

    assert [await corrected("system-else", 1), await corrected(SYSTEM, 2)] == [404, 412]
    assert await corrected(SYSTEM, 1) == 200
    await until(lambda: state(marac, made, "nothing-held"), what="the correction stands")


def submission(marac: Marac, made: Prepared, found: list[dict[str, Any]]) -> dict[str, Any]:
    """An answer as a fact by itself."""
    now = marac.runtime.clock.now().isoformat()
    header = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
    return header | {"content": answer(found) | {"case": made.case, "meeting": made.meeting}}


async def sent(marac: Marac, who: str, said: dict[str, Any], key: str) -> tuple[int, str | None]:
    """What became of an answer that was sent as the line of an upload."""
    headers = {"Authorization": f"Bearer {who}", "Content-Type": NDJSON}
    line = orjson.dumps(said | {"type": ResearchAnswered.type, "idempotency_key": key})
    lines = await marac.http.post("/marac/v1/bulk", content=line, headers=headers)
    (result,) = [orjson.loads(each) for each in lines.text.splitlines()]
    return result["status"], result.get("code")


async def state(marac: Marac, made: Prepared, of: str) -> bool:
    return (await cells(marac, made))["council"] == of


@ON_BOTH
async def test_what_a_system_sends_among_many_is_asked_of_it_too(marac: Marac) -> None:
    made = await asked(marac)
    said = submission(marac, made, await people(marac, made))
    assert await sent(marac, "system-else", said, "a") == (404, "not-found")
    assert await sent(marac, SYSTEM, said, "a") == (201, None)
    await until(lambda: state(marac, made, "nothing-held"), what="it is an answer")
    assert await sent(marac, SYSTEM, said, "a") == (200, None)
    assert await sent(marac, SYSTEM, said, "b") == (409, "answered-meanwhile")


@ON_BOTH
async def test_an_answer_is_about_everybody_whom_the_case_names(marac: Marac) -> None:
    """Nothing held about one of them is no answer about her."""
    made = await asked(marac)
    found = await people(marac, made)
    for part in (found[:1], found[1:]):
        refused = await say(marac, SYSTEM, made, answer(part))
        assert (refused.status_code, refused.json()["code"]) == (422, "people-left-out")
        assert [each["where"] for each in refused.json()["faults"]] == ["body.people"]
        line = submission(marac, made, part)
        assert await sent(marac, SYSTEM, line, "a") == (422, "people-left-out")
    assert (await cells(marac, made))["council"] == "asked", "it is chased still"
    root = (await say(marac, SYSTEM, made, answer(found))).json()["root"]
    headers = {"Authorization": f"Bearer {SYSTEM}", "If-Match": '"1"'}
    less = submission(marac, made, found[1:])
    put = await marac.http.put(f"/marac/v1/facts/{root}", json=less, headers=headers)
    assert (put.status_code, put.json()["code"]) == (422, "people-left-out"), "nor does a correction end it"


@ON_BOTH
async def test_who_is_named_since_is_in_what_is_put_back_too(marac: Marac) -> None:
    """What was said again under its key was taken when it was said first, whoever is named since."""
    made = await asked(marac)
    found = await people(marac, made)
    headers = {"Authorization": f"Bearer {SYSTEM}", "Idempotency-Key": "one"}
    path = f"/marac/v1/meetings/{made.meeting}/research/{made.case}"
    first = await marac.http.post(path, json=answer(found), headers=headers)
    assert first.status_code == 201

    async def put(said: dict[str, Any], version: int) -> tuple[int, str | None]:
        upon = {"Authorization": f"Bearer {SYSTEM}", "If-Match": f'"{version}"'}
        to = f"/marac/v1/facts/{first.json()['root']}"
        put = await marac.http.put(to, json=submission(marac, made, found) | {"content": said}, headers=upon)
        return put.status_code, put.json().get("code")

    of_it = {"case": made.case, "meeting": made.meeting}
    assert await put(answer(found, FOUND) | of_it, 1) == (200, None)
    with_another = bare(referral(people=[ann(), ben(), mention("cat", Role.PERPETRATOR)]).said)
    header, by = own_header(marac.runtime.clock.now()), caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, header, with_another, caller=by, right="test")

    async def named() -> bool:
        return len(await people(marac, made)) == len(found) + 1

    await until(named, what="another is in the case")
    assert await put(answer(found) | of_it, 2) == (422, "people-left-out")
    assert await put(answer(await people(marac, made)) | of_it, 2) == (200, None)
    again = await marac.http.post(path, json=answer(found), headers=headers)
    assert (again.status_code, again.json()["root"]) == (200, first.json()["root"])


@ON_BOTH
async def test_when_it_answered_a_system_does_not_say_by_itself(marac: Marac) -> None:
    late = await met(marac, made := await asked(marac))
    then = (marac.runtime.clock.now() - timedelta(days=5)).isoformat()
    said = submission(marac, late, await people(marac, late)) | {"occurred": then, "recorded": then}
    assert await sent(marac, SYSTEM, said, "a") == (201, None)

    async def answered() -> dict[str, Any]:
        (line,) = (await marac.get("coordinator", f"meetings/{late.meeting}/research")).json()["lines"]
        (cell,) = [cell for cell in line["cells"] if cell["agency"] == "council"]
        return cell if cell["state"] == "nothing-held" else {}

    await until(answered, what="it is an answer")
    said_so = {"agency": "council", "state": "nothing-held", "late": True, "after": True}
    assert await answered() == said_so | {"again": False, "due": None}
    (shown,) = (await marac.get("chair", f"cases/{made.case}/research")).json()["answers"]
    assert (shown["late"], shown["after"]) == (True, True)


@ON_BOTH
async def test_the_second_is_told_also_where_no_row_has_the_first(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await asked(marac)
    said = submission(marac, made, await people(marac, made))

    async def nothing(*_: object) -> Batch:
        return Batch()

    monkeypatch.setattr(marac.runtime.folder, "once", nothing)
    assert await sent(marac, SYSTEM, said, "a") == (201, None)
    assert await sent(marac, SYSTEM, said, "b") == (409, "answered-meanwhile")
    refused = await say(marac, "housing", made, answer(await people(marac, made)))
    assert (refused.status_code, refused.json()["code"]) == (409, "answered-meanwhile")


@ON_BOTH
async def test_what_was_answered_before_a_tie_has_its_first_receipt(marac: Marac) -> None:
    """An answer to it that was lost: whoever says it again is told that it was taken."""
    made = await asked(marac)
    found = await people(marac, made)
    headers = {"Authorization": f"Bearer {SYSTEM}", "Idempotency-Key": "one"}
    path = f"/marac/v1/meetings/{made.meeting}/research/{made.case}"

    async def posted(said: dict[str, Any]) -> tuple[int, str | None]:
        taken = await marac.http.post(path, json=said, headers=headers)
        return taken.status_code, taken.json().get("root")

    _, root = first = await posted(answer(found))
    assert first[0] == 201
    tie = {"cases": [{"case": made.case, "tie": True}]}
    assert (await marac.post("housing", f"meetings/{made.meeting}/interests", tie)).status_code == 201
    await is_not_there(marac, SYSTEM, made)
    assert await posted(answer(found)) == (200, root)
    assert await posted(answer(found, FOUND)) == (404, None), "what was not said is not taken"
    line = submission(marac, made, found)
    assert await sent(marac, "system-haven", line, "b") == (201, None)
    nobody = {"area": "north", "agencies": []}
    assert (await marac.post_upon("coordinator", "researchers", nobody, 1)).status_code == 201

    async def no_more() -> bool:
        return await waits(marac, "hospital") == []

    await until(no_more, what="nobody is asked any more")
    assert await sent(marac, "system-haven", line, "b") == (200, None)
    assert await sent(marac, "system-haven", line, "c") == (404, "not-found")


@ON_BOTH
async def test_what_a_system_was_not_asked_is_not_there_for_it(marac: Marac) -> None:
    made = await asked(marac)
    for who in ("system-else", "system-elsewhere"):
        await is_not_there(marac, who, made)
    starts = (marac.runtime.clock.now() + timedelta(days=9)).isoformat()
    other = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()["root"]
    unlisted = Prepared(made.case, made.incident, made.breach, other)
    assert (await say(marac, SYSTEM, unlisted, answer(await people(marac, made)))).status_code == 404
    for wrong, code in (
        ({"people": []}, "request.invalid"),
        ({"people": [{"person": made.case, "held": "perhaps"}]}, "request.invalid"),
        ({"people": [{"person": made.breach, "held": "nothing-held"}]}, "not-of-case"),
        (answer(await people(marac, made)) | {"agency": "hospital"}, "request.invalid"),
    ):
        refused = await say(marac, SYSTEM, made, wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, code), wrong
    for path in (f"cases/{made.case}/research", f"meetings/{made.meeting}/research"):
        assert (await marac.get(SYSTEM, path)).status_code == 404, "what others answered"
    for path in (f"cases/{made.case}", f"meetings/{made.meeting}/interests", "sent"):
        assert (await marac.get(SYSTEM, path)).status_code == 404, path


@ON_BOTH
async def test_a_case_of_which_its_agency_has_a_tie_is_not_there_for_a_system(marac: Marac) -> None:
    """Whoever declared it may read there what the system fetched. A colleague without one answers."""
    made = await asked(marac)
    found = await people(marac, made)
    root = (await say(marac, SYSTEM, made, answer(found))).json()["root"]
    assert await read(marac, SYSTEM, root) == 200
    tie = {"cases": [{"case": made.case, "tie": True}]}
    declared = await marac.post("housing", f"meetings/{made.meeting}/interests", tie)
    assert declared.status_code == 201
    await is_not_there(marac, SYSTEM, made)
    assert await read(marac, SYSTEM, root) == 404, "nor its own answer"
    headers = {"Authorization": f"Bearer {SYSTEM}", "If-Match": '"1"'}
    assert (await marac.http.delete(f"/marac/v1/facts/{root}", headers=headers)).status_code == 404
    assert await read(marac, "housing-too", root) == 200
    assert await waits(marac, "system-haven") == [made.case], "another agency's tie is its own"
    undone = f"/marac/v1/facts/{declared.json()['root']}"
    headers = {"Authorization": "Bearer housing-too", "If-Match": '"1"'}
    assert (await marac.http.delete(undone, headers=headers)).status_code == 200

    async def back() -> bool:
        return await read(marac, SYSTEM, root) == 200

    await until(back, what="it is there again")


@ON_BOTH
async def test_a_restricted_case_is_there_for_no_system(marac: Marac) -> None:
    """Nor for that of an agency which has somebody inside, nor for one that somebody named among them."""
    made = await asked(marac)
    assert await waits(marac) == [made.case]
    staff = [
        ("coordinator", None),
        ("coordinator-too", "council"),
        ("housing", "council"),
        (SYSTEM, "council"),
    ]
    named = [{"person": CALLERS[who].id, "name": who, "agency": agency} for who, agency in staff]
    to = {"to": named, "reason": "A cousin works for the council."}
    assert (await marac.post_upon("coordinator", f"cases/{made.case}/restriction", to)).status_code == 201

    async def inside() -> bool:
        return await waits(marac, "housing") == [made.case] and await waits(marac) == []

    await until(inside, what="it is asked of whoever is inside")
    for who in (SYSTEM, "system", "system-haven"):
        await is_not_there(marac, who, made)


async def test_the_system_of_a_service_that_supports_the_other_party_is_not_asked(marac: Marac) -> None:
    made = await asked(marac)
    assert await waits(marac, "system-haven") == [made.case]
    worker = Worker(name="Carys Bevan")
    await marac.say("haven", RoleTaken(people=[ben(Role.VICTIM)], part=CaseRole.IDVA, worker=worker), 1)

    async def gone() -> bool:
        return await waits(marac, "system-haven") == []

    await until(gone, what="the service supports the alleged perpetrator")
    await is_not_there(marac, "system-haven", made)


@ON_BOTH
async def test_after_the_meeting_an_answer_of_a_system_is_taken_and_shown_so(marac: Marac) -> None:
    made = await asked(marac)
    late = await met(marac, made)
    found = await people(marac, late, SYSTEM)
    assert (await say(marac, SYSTEM, late, answer(found))).status_code == 201
    shown = (await marac.get("chair", f"cases/{made.case}/research")).json()
    assert [(each["agency"], each["after"]) for each in shown["answers"]] == [("council", True)]


async def test_no_menu_leads_a_system_to_research(marac: Marac) -> None:
    await asked(marac)
    link = 'href="/marac/research"'
    assert [link in (await form(marac, who, "research")).text for who in ("housing", SYSTEM)] == [True, False]


async def test_a_system_opens_no_agenda_and_each_look_of_it_is_on_record(marac: Marac) -> None:
    made = await asked(marac)
    published = await marac.post("coordinator", f"meetings/{made.meeting}/publications", {"after": 0})
    assert published.status_code == 201

    async def sent() -> bool:
        found = (await marac.get("coordinator", f"meetings/{made.meeting}/sent")).json()["versions"]
        return len(found) == 1

    await until(sent, what="the agenda was sent")

    async def opened() -> int:
        return len((await marac.runtime.facts([f"o:{made.meeting}"])).current(PaperOpened))

    path = f"meetings/{made.meeting}/research/{made.case}"
    await marac.get(SYSTEM, path)
    assert await opened() == 0, "nobody of the agency has read it"
    await marac.get("housing", path)
    assert await opened() == 1
    looks = (await marac.get("coordinator", f"cases/{made.case}/shown-to/{made.case}")).json()["looks"]
    by = [(each["view"], each["agency"], each["roles"]) for each in looks]
    assert ("conference_research", "council", ["reporter"]) in by, by
