"""What is odd about a case that is heard: a victim who dies, one who becomes 16 or 18, two who record it at
one instant, and minutes that could not be issued just now."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.clock import LONDON
from contracts.events.contact import DeathRecorded
from contracts.events.meeting import CaseHeard, MinutesIssued
from contracts.mentions import Mention
from contracts.sections import Identity
from contracts.vocabulary import Role
from tests.services.marac.caseload import ann, ben, mention, referral
from tests.services.marac.conftest import Marac, Prepared, caller, prepared
from tests.services.marac.test_after_http import met
from tests.services.marac.test_listing import form
from tests.services.marac.test_sitting import SAID, minutes, path, put, sitting
from tests.support.waiting import until


async def stands(marac: Marac, made: Prepared) -> tuple[bool, list[str]]:
    """Whether the agenda says that the victim has died; and the cases that are on it."""
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    ways = {line["way"]["state"] for line in agenda["cases"]}
    return ways == {"died"}, [line["case"] for line in agenda["cases"]]


async def test_a_victim_who_dies_is_reached_by_nobody_and_the_case_stays_where_it_is(marac: Marac) -> None:
    """What its pages say: ``test_ends.py``."""
    made = await met(marac)
    due = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    action = {"owner": "council", "due": due, "text": "Change both locks.", "target": "victim"}
    assert (await marac.post("chair", f"cases/{made.case}/actions", action)).status_code == 201
    before = await marac.page("chair", made.case)
    root = await marac.say("police", DeathRecorded(people=[ann()]))

    async def owed() -> list[str]:
        return [each["case"] for each in (await marac.get("coordinator", "repeats")).json()["not_told"]]

    async def told() -> bool:
        return await stands(marac, made) == (True, [made.case]) and await owed() == []

    await until(told, what="the agenda says it, and has the case still; nobody is to be told")
    page = await marac.page("chair", made.case)
    assert (page["hers"]["died"]["root"], page["hers"]["died"]["agency"]) == (root, "police")
    way = (await marac.page("coordinator", made.case))["hers"]["way"]
    assert (way["state"], way["contact"]) == ("died", None), "nor for whoever may see a number"
    assert (page["grade"], page["withdrawn"]) == (before["grade"], False), "nothing is closed by it"
    assert page["occurrences"] == before["occurrences"]
    assert [line["open"] for line in page["actions"]] == [True], "what was agreed is somebody's to answer"
    assert (await marac.get("coordinator", f"cases/{made.case}/after")).json()["flags"], "files stay flagged"
    heard = await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID | {"safe_to_tell": None})
    assert heard.status_code == 201, "the meeting records it as any other"
    await marac.runtime.revise(
        root, 1, None, None, caller=caller("police", "police", "reporter"), right="test"
    )

    async def lives() -> bool:
        return await owed() == [made.case] and not (await stands(marac, made))[0]

    await until(lives, what="it was said of somebody else, and the victim is to be told")


def aged(name: str, born: date) -> Mention:
    """Somebody as a victim, born then."""
    found = mention(name, Role.VICTIM)
    assert isinstance(found.identity, Identity)
    return found.model_copy(update={"identity": found.identity.model_copy(update={"born": [born]})})


@pytest.mark.parametrize(
    ("years", "forum", "after"),
    [(18, "marac-and-children", None), (16, "children", ("marac-and-children", "own"))],
)
async def test_a_victim_who_becomes_18_or_16_is_told_of_before_and_nothing_ends_with_that_day(
    marac: Marac, years: int, forum: str, after: tuple[str, str] | None
) -> None:
    made, clock = await prepared(marac), marac.runtime.clock
    on = clock.now().astimezone(LONDON).date() + timedelta(days=30)
    on = on.replace(day=min(on.day, 28))
    young = aged("cat", on.replace(year=on.year - years))
    case = await marac.say("haven", referral(people=[young, ben()]).said)

    async def there() -> bool:
        return bool(await marac.page("chair", case))

    await until(there, what="the case is folded")
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert listed.status_code == 201

    async def ages() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await marac.page("chair", case))["household"]["ages"]
        return [each for each in found if each["role"] == "victim"]

    (victim,) = await ages()
    assert (victim["age"], victim["forum"], victim["turns"], victim["on"]) == (
        years - 1,
        forum,
        years,
        on.isoformat(),
    )
    for where in (f"/marac/cases/{case}", f"/marac/cases/{case}/print"):
        shown = await form(marac, "chair", where)
        assert re.search(rf"Turns {years} on \D*{on.day}\b", shown), re.findall(r"Turns.{60}", shown)
        assert "Nothing that is planned or owed ends with that day." in shown
    before = await marac.page("chair", case)
    clock.offset += timedelta(days=40)
    assert [(each["forum"], each["consent"], each["turns"]) for each in await ages()] == (
        [(*after, None)] if after else []
    )
    page = await marac.page("chair", case)
    assert (page["grade"], page["meetings"]) == (before["grade"], before["meetings"]), "it is heard as before"
    agenda = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
    assert case in [line["case"] for line in agenda["cases"]]


async def test_of_two_who_record_a_case_at_one_instant_one_wins_and_the_other_is_told(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked, and seen that nothing changed, before either is saved: of the first version and of
    the next. Whoever is told saves both texts upon what stands by then."""
    made = await sitting(marac)
    hearing, taken, revised = path(made, f"cases/{made.case}/hearing"), *_acts(marac)
    both = asyncio.Barrier(2)

    def together(act: Any) -> Any:
        async def meets(*given: Any, **more: Any) -> Any:
            await both.wait()
            return await act(*given, **more)

        return meets

    for upon, name, act in ((0, "take", taken), (1, "revise", revised)):
        with monkeypatch.context() as patched:
            patched.setattr(marac.runtime, name, together(act))
            said = {who: SAID | {"risks": f"{who} {upon}"} for who in ("chair", "coordinator-too")}
            answers = await asyncio.gather(
                *(
                    put(marac, who, made, each, upon) if upon else marac.post(who, hearing, each)
                    for who, each in said.items()
                )
            )
        won, told = sorted(answers, key=lambda answer: answer.status_code)
        assert won.is_success, won.text
        assert (told.status_code, told.json()["code"]) == (412, "changed-since")
        shown = await marac.get("chair", hearing)
        assert shown.headers["etag"] == f'"{upon + 1}"', "one version for both"
        winner = list(said)[answers.index(won)]
        assert shown.json()["record"]["risks"] == f"{winner} {upon}"
    merged = SAID | {"risks": "chair 1 coordinator-too 1"}
    assert (await put(marac, "chair", made, merged, 2)).status_code == 200
    (fact,) = (await marac.runtime.facts([f"o:{made.meeting}"])).of(CaseHeard)
    versions = (await marac.runtime.fact(fact.root)).versions(fact.root)
    assert [each.version for each in versions] == [1, 2, 3], "every version is kept"


def _acts(marac: Marac) -> tuple[Any, Any]:
    return marac.runtime.take, marac.runtime.revise


async def test_minutes_that_could_not_be_issued_just_now_are_issued_once_by_the_same_press(
    marac: Marac,
) -> None:
    """And so are those whose answer was lost on the way."""
    made = await sitting(marac)
    assert (await marac.post("chair", path(made, f"cases/{made.case}/hearing"), SAID)).status_code == 201
    assert (await marac.post("chair", path(made, "sitting"), {"step": "closed"})).status_code == 201
    page, headers = f"/marac/meetings/{made.meeting}/minutes", {"Authorization": "Bearer chair"}
    marac.runtime.caught_up.clear()
    refused = await marac.http.post(page, data={"number": "1"}, headers=headers)
    assert refused.status_code == 503
    marac.runtime.caught_up.set()
    assert (await minutes(marac, "idva", made))["number"] == 0, "nothing half issued"
    for _ in range(2):
        pressed = await marac.http.post(page, data={"number": "1"}, headers=headers)
        assert (pressed.status_code, pressed.headers["location"]) == (303, page)
    shown = await minutes(marac, "idva", made)
    assert (shown["number"], shown["cases"][0]["record"]["risks"]) == (1, SAID["risks"])
    issued = (await marac.runtime.facts([f"o:{made.meeting}"])).of(MinutesIssued)
    assert [each.said.number for each in issued] == [1]
