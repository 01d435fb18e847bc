"""What is set as a whole is said upon what stands: of two who write one thing the second is told, by REST
and, with both texts, by page."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from chassis.upon import ever_about
from contracts.events.research import ResearchersSet
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_listing import form, once, send
from tests.support.facts import fact

NORTH = {"area": "north"}
DASH = NORTH | {"threshold": "dash-visible-high-risk", "value": 12}


def parties(made: Prepared) -> tuple[str, str]:
    """Where is read, and where is written, who is the primary victim."""
    return f"cases/{made.case}/decisions", f"cases/{made.case}/parties"


async def tag(marac: Marac, who: str, path: str) -> str:
    answer = await marac.get(who, path)
    assert answer.status_code == 200, answer.text
    found: str = answer.headers["etag"]
    return found


def told(answer: httpx.Response) -> bool:
    """Whether a writer is told that somebody was first."""
    return (answer.status_code, answer.json()["code"]) == (412, "changed-since")


def upon(page: str) -> str:
    found: str = re.findall(r'name="upon" value="([^"]+)"', page)[0]
    return found


async def test_of_two_who_set_what_a_marac_chooses_the_second_is_told(marac: Marac) -> None:
    await prepared(marac)
    assert await tag(marac, "coordinator", "choices/north") == '"0"', "nothing was set"
    first = NORTH | {"slots": 12}
    taken = await marac.post_upon("chair", "choices", first)
    assert taken.status_code == 201
    assert (await marac.post_upon("chair", "choices", first)).status_code == 200, "an answer that was lost"
    assert told(await marac.post_upon("admin", "choices", first)), "another agency's word is its own"
    assert told(await marac.post_upon("admin", "choices", NORTH | {"slots": 9}))
    assert told(await marac.post_upon("admin", "choices", NORTH | {"slots": 9}, 5)), "of no version there is"
    found = (await marac.get("admin", "choices/north")).json()
    assert (found["version"], found["chosen"]["slots"], len(found["history"])) == (1, 12, 1)
    assert (await marac.post_upon("admin", "choices", NORTH | {"slots": 9}, 1)).status_code == 201
    assert told(await marac.post_upon("chair", "choices", first)), "what was replaced is not said to hold"
    assert (await marac.post_upon("chair", "thresholds", DASH, 2)).status_code == 201
    assert told(await marac.post_upon("admin", "thresholds", DASH | {"value": 13}, 2)), "so is its number"
    assert await tag(marac, "chair", "choices/north") == '"3"', "its Dash score is of what was read"
    assert told(await marac.post_upon("admin", "choices", first, 2))
    assert await tag(marac, "admin", "choices/south") == '"0"', "each area is set by itself"


async def test_who_set_it_is_told_with_it(marac: Marac, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the token of whoever set it; of what was set before that was kept, that it is not recorded."""
    await prepared(marac)
    with monkeypatch.context() as before:
        before.setattr(marac.runtime, "service", replace(marac.runtime.service, admit=None))
        assert (await marac.post_upon("admin", "choices", NORTH)).status_code == 201
    assert (await marac.post_upon("chair", "choices", NORTH | {"slots": 9}, 1)).status_code == 201
    assert (await marac.post_upon("admin", "thresholds", DASH, 2)).status_code == 201
    history = (await marac.get("coordinator", "choices/north")).json()["history"]
    by = [(CALLERS["admin"].id, "admin"), (CALLERS["chair"].id, "chair"), (None, None)]
    assert [(each["person"], each["name"]) for each in history] == by
    shown = await form(marac, "coordinator", "/marac/choices/north")
    found = re.findall(r"Set by (?:([\w-]+), )?The (\w+)", shown)
    assert found == [("admin", "council"), ("chair", "police"), ("", "council")]
    assert shown.count("Who set it there is not recorded.") == 1
    as_another = DASH | {"value": 11, "person": CALLERS["chair"].id}
    now, footing = marac.runtime.clock.now().isoformat(), {"basis": "public-task", "purpose": "safeguarding"}
    headers = {"Authorization": "Bearer admin", "If-Match": '"1"'}
    path, said = f"/marac/v1/facts/{history[0]['root']}", {"occurred": now, "recorded": now} | footing
    refused = await marac.http.put(path, headers=headers, json=said | {"content": as_another})
    assert (refused.status_code, refused.json()["code"]) == (422, "given-by-goldthread")
    for path, body in (
        ("choices", NORTH | {"name": "Rowan Ellis"}),
        ("thresholds", as_another),
        ("researchers", NORTH | {"agencies": [], "person": CALLERS["admin"].id}),
    ):
        answer = await marac.post_upon("chair", path, body, 0 if path == "researchers" else 3)
        assert (answer.status_code, answer.json()["code"]) == (422, "given-by-goldthread"), path


async def test_what_is_read_can_be_changed_and_sent_back(marac: Marac) -> None:
    """Who set it stands beside what was set: it is not theirs to say; and no smaller area reads it."""
    await prepared(marac, said_how=False)
    wide = {"area": "castleshire", "agencies": ["council"]}
    assert (await marac.post_upon("admin", "researchers", wide)).status_code == 201

    async def asks() -> dict[str, Any]:
        found: dict[str, Any] = (await marac.get("coordinator", "researchers/north")).json()
        return found

    first = await asks()
    assert (first["holds"]["area"], first["holds"]["person"], first["holds"]["name"]) == (
        "castleshire",
        None,
        None,
    )
    assert CALLERS["admin"].id not in str(first), "whoever it was, of a wider area"
    own = first["holds"] | {"area": "north", "days_before": 4}
    assert (await marac.post_upon("coordinator", "researchers", own)).status_code == 201
    second = await asks()
    (set_,) = second["history"]
    assert (set_["person"], set_["name"]) == (CALLERS["coordinator"].id, "coordinator")
    again = set_["set"] | {"days_before": 5}
    assert (await marac.post_upon("coordinator", "researchers", again, 1)).status_code == 201
    assert (await marac.post_upon("chair", "choices", NORTH | {"slots": 12})).status_code == 201
    (chosen,) = (await marac.get("chair", "choices/north")).json()["history"]
    changed = chosen["set"] | {"slots": 9}
    assert (await marac.post_upon("chair", "choices", changed, 1)).status_code == 201


async def test_what_was_taken_back_counts_and_is_not_there_again(marac: Marac) -> None:
    await prepared(marac, said_how=False)
    said = NORTH | {"agencies": ["council"]}
    root = (await marac.post_upon("coordinator", "researchers", said)).json()["root"]
    headers = {"Authorization": "Bearer chair", "If-Match": '"1"'}
    assert (await marac.http.delete(f"/marac/v1/facts/{root}", headers=headers)).status_code == 200
    found = (await marac.get("chair", "researchers/north")).json()
    assert (found["version"], found["holds"], found["history"]) == (2, None, [])
    assert told(await marac.post_upon("coordinator", "researchers", said))
    assert (await marac.post_upon("coordinator", "researchers", said, 2)).status_code == 201


async def test_of_two_who_say_whom_a_marac_asks_the_second_is_told(marac: Marac) -> None:
    await prepared(marac)
    assert await tag(marac, "chair", "researchers/north") == '"0"'
    said = NORTH | {"agencies": ["council", "haven"]}
    assert (await marac.post_upon("coordinator", "researchers", said)).status_code == 201
    assert told(await marac.post_upon("coordinator-too", "researchers", NORTH | {"agencies": ["police"]}))
    shown = await marac.get("coordinator-too", "researchers/north")
    assert (shown.headers["etag"], shown.json()["holds"]["agencies"]) == ('"1"', ["council", "haven"])
    (line,) = shown.json()["history"]
    assert (line["agency_name"], line["set"]["agencies"]) == ("The police", ["council", "haven"])
    both = NORTH | {"agencies": ["council", "haven", "police"]}
    assert (await marac.post_upon("coordinator-too", "researchers", both, 1)).status_code == 201
    assert len((await marac.get("admin", "researchers/north")).json()["history"]) == 2, "nothing is lost"


async def test_whose_it_is_not_is_told_nothing(marac: Marac) -> None:
    made = await prepared(marac)
    read, write = parties(made)
    decided = {"decision": "both", "reason": "Seen so."}
    for who in ("coordinator-elsewhere", "housing", "idva", "system", "matac"):
        assert (await marac.get(who, "researchers/north")).status_code == 404, who
        assert (await marac.get(who, read)).status_code == 404, who
        for path, body in (
            ("researchers", NORTH | {"agencies": []}),
            (write, decided),
            ("choices", NORTH),
            ("thresholds", DASH),
        ):
            for version in (0, 7):
                assert (await marac.post_upon(who, path, body, version)).status_code == 404, (who, path)
    assert (await marac.get("chair", "researchers/nowhere")).status_code == 404
    assert (await marac.get("admin", "researchers/north")).status_code == 200


async def test_of_two_who_decide_about_the_parties_the_second_is_told(marac: Marac) -> None:
    made = await prepared(marac)
    read, write = parties(made)
    assert await tag(marac, "chair", read) == '"0"'
    decided = {"decision": "as-referred", "reason": "Hurt while holding a door shut."}
    assert (await marac.post_upon("chair", write, decided)).status_code == 201
    other = {"decision": "both", "reason": "Seen so."}
    assert told(await marac.post_upon("coordinator-too", write, other))
    shown = await marac.get("coordinator-too", read)
    assert (shown.headers["etag"], [each["decision"] for each in shown.json()["parties"]]) == (
        '"1"',
        ["as-referred"],
    )
    assert (await marac.post_upon("coordinator-too", write, other, 1)).status_code == 201
    lines = (await marac.get("chair", read)).json()["parties"]
    assert [(each["decision"], each["agency"]) for each in lines] == [
        ("both", "council"),
        ("as-referred", "police"),
    ]


@pytest.mark.parametrize(("given", "status"), [(None, 428), ("*", 428), ('W/"0"', 412), ("0", 400)])
async def test_a_writer_names_what_was_seen(marac: Marac, given: str | None, status: int) -> None:
    made = await prepared(marac)
    headers = {"Authorization": "Bearer chair"} | ({"If-Match": given} if given else {})
    for path, body in (
        ("choices", NORTH),
        ("thresholds", DASH),
        ("researchers", NORTH | {"agencies": []}),
        (parties(made)[1], {"decision": "both", "reason": "Seen so."}),
    ):
        answer = await marac.http.post(f"/marac/v1/{path}", json=body, headers=headers)
        assert answer.status_code == status, path


@pytest.mark.parametrize("thing", ["choices", "thresholds", "researchers", "parties"])
async def test_of_two_at_one_instant_one_wins(
    marac: Marac, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    """Both have looked, and seen that nothing changed, before either is saved."""
    made = await prepared(marac)
    read, write = {
        "parties": parties(made),
        "researchers": ("researchers/north", "researchers"),
    }.get(thing, ("choices/north", thing))
    bodies: dict[str, list[dict[str, Any]]] = {
        "choices": [NORTH | {"slots": 12}, NORTH | {"slots": 9}],
        "thresholds": [DASH, DASH | {"value": 11}],
        "researchers": [NORTH | {"agencies": ["council"]}, NORTH | {"agencies": ["police"]}],
        "parties": [{"decision": each, "reason": "Seen so."} for each in ("both", "as-referred")],
    }
    writers = ("chair", "admin" if thing in ("choices", "thresholds") else "coordinator-too")
    both, take, waited = asyncio.Barrier(2), marac.runtime.take, []

    async def together(*given: Any, **more: Any) -> Any:
        waited.append(await both.wait())
        return await take(*given, **more)

    monkeypatch.setattr(marac.runtime, "take", together)
    answers = await asyncio.gather(
        *(marac.post_upon(who, write, body) for who, body in zip(writers, bodies[thing], strict=True))
    )
    assert len(waited) == 2, "both came as far as the store"
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert told(max(answers, key=lambda answer: answer.status_code))
    shown = (await marac.get("chair", read)).json()
    lines = shown["parties" if thing == "parties" else "history"]
    winner = min(answers, key=lambda answer: answer.status_code).json()["root"]
    assert (shown["version"], [each["root"] for each in lines]) == (1, [winner])


async def test_by_page_the_second_to_choose_has_both_texts(marac: Marac) -> None:
    await prepared(marac)
    path = "/marac/choices/north"
    page = await form(marac, "chair", path)
    given = {"repeat_definition": "old", "repeat_anchor": "referral", "closes_days": "5", "dash_was": "14"}
    given |= {"incidents": "3", "incidents_months": "12"}
    given |= {"upon": upon(page), "local": "noose: Words of the first\r\nbelt: More of them"}
    for _ in range(2):
        sent = await send(marac, "admin", path, **given, dash="12", slots="18")
        assert sent.status_code == 303, "pressed twice it is set once"
    mine = given | {"dash": "14", "slots": "20", "local": "belt: Mine"}
    wrong = await send(marac, "chair", path, **mine | {"slots": "none"})
    assert (wrong.status_code, upon(wrong.text)) == (422, upon(page)), "a fault is no look at what was set"
    clash = await send(marac, "chair", path, **mine)
    assert clash.status_code == 412
    assert "somebody else set this while you typed" in clash.text
    assert clash.text.count("What holds now:") == 3, "beside each part that differs"
    for text in ('value="20"', "belt: Mine", "noose: Words of the first", '<p class="govuk-body">18</p>'):
        assert text in clash.text
    held = (await marac.get("chair", "choices/north")).json()
    assert (held["version"], held["chosen"]["slots"], held["chosen"]["dash"]) == (2, 18, 12)
    again = mine | {"upon": upon(clash.text), "dash": "12", "dash_was": "12"}
    assert (await send(marac, "chair", path, **again)).status_code == 303
    held = (await marac.get("chair", "choices/north")).json()
    assert (held["version"], held["chosen"]["slots"], held["chosen"]["dash"]) == (3, 20, 12)
    assert [each["agency"] for each in held["history"]] == ["police", "council", "council"], "nothing is lost"


async def test_by_page_a_dash_score_that_somebody_set_since_is_not_replaced(marac: Marac) -> None:
    await prepared(marac)
    path = "/marac/choices/north"
    given = {"upon": "0", "dash": "14", "dash_was": "14", "closes_days": "5"}
    given |= {"repeat_definition": "old", "repeat_anchor": "referral"}
    assert (await send(marac, "chair", path, **given)).status_code == 303
    assert (await marac.post_upon("admin", "thresholds", DASH | {"value": 11}, 1)).status_code == 201
    assert (await send(marac, "chair", path, **given)).status_code == 303, "the same press once more"
    assert (await marac.get("chair", "choices/north")).json()["chosen"]["dash"] == 11
    assert (await send(marac, "chair", path, **given | {"dash": "13"})).status_code == 412
    assert (await marac.get("chair", "choices/north")).json()["chosen"]["dash"] == 11


async def test_by_page_the_second_to_say_whom_a_marac_asks_has_both_texts(marac: Marac) -> None:
    await prepared(marac, said_how=False)
    path = "/marac/researchers/north"
    page = await form(marac, "coordinator-too", path)
    assert "Nobody has said which agencies this MARAC asks." in page
    given: dict[str, Any] = {"upon": upon(page), "days_before": "3", "declares": "here"}
    theirs, mine = given | {"agencies": ["police"]}, given | {"agencies": ["council"], "days_before": "5"}
    for wrong, says in (
        ({"days_before": "11"}, "Enter a number of working days"),
        ({"declares": ""}, "Choose where ties are declared"),
        ({"agencies": ["council", "council"]}, "Choose at most 60 agencies"),
    ):
        refused = await send(marac, "coordinator-too", path, **mine | wrong)
        assert (refused.status_code, says in refused.text, upon(refused.text)) == (422, True, "0")
    for _ in range(2):
        sent = await send(marac, "chair", path, **theirs)
        assert sent.status_code == 303, "pressed twice it is set once"
    clash = await send(marac, "coordinator-too", path, **mine)
    assert (clash.status_code, upon(clash.text)) == (412, "1")
    assert "somebody else set this while you typed" in clash.text
    assert re.findall(r'gt-theirs.*?<p class="govuk-body">([^<]+)', clash.text) == ["The police", "3"]
    assert re.findall(r'value="(\w+)" checked', clash.text) == ["council", "here"], "what was typed stands"
    again = mine | {"upon": upon(clash.text)}
    assert (await send(marac, "coordinator-too", path, **again)).status_code == 303
    shown = await form(marac, "admin", path)
    assert "Asked: The council. They answer by 5 working days before the meeting." in shown
    by = [("coordinator-too", "council"), ("chair", "police")]
    assert re.findall(r"Set by ([\w-]+), The (\w+)", shown) == by, "who set it, the newest first"
    for who in ("housing", "idva", "coordinator-elsewhere"):
        assert (await send(marac, who, path, **again)).status_code == 404
    listed = await form(marac, "coordinator", "/marac/choices")
    assert f'href="{path}"' in listed


async def test_by_page_the_second_to_decide_has_both_texts(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"/marac/cases/{made.case}"
    page = await form(marac, "coordinator-too", f"{path}/decisions")
    seen = {"once": once(page), "upon": upon(page)}
    theirs = {"decision": "as-referred", "reason": "Hurt while holding a door shut."}
    for _ in range(2):
        assert (await send(marac, "chair", f"{path}/parties", **seen, **theirs)).status_code == 303
    mine = seen | {"decision": "both", "reason": "Mine to keep."}
    clash = await send(marac, "coordinator-too", f"{path}/parties", **mine)
    assert clash.status_code == 412
    assert "somebody else decided this" in clash.text
    for text in ("Mine to keep.", "Decided by The police"):
        assert text in clash.text
    beside = clash.text.split("gt-theirs")[1]
    assert "Hurt while holding a door shut." in beside, "what they wrote stands at the form"
    again = mine | {"upon": upon(clash.text)}
    assert (await send(marac, "coordinator-too", f"{path}/parties", **again)).status_code == 303
    lines = (await marac.get("chair", f"cases/{made.case}/decisions")).json()["parties"]
    assert [each["decision"] for each in lines] == ["both", "as-referred"]


async def test_by_page_what_cannot_be_saved_just_now_is_given_back_as_it_was_typed(marac: Marac) -> None:
    made = await prepared(marac)
    choices = {"upon": "0", "dash": "14", "dash_was": "14", "closes_days": "5"}
    choices |= {"repeat_definition": "old", "repeat_anchor": "referral", "local": "belt: Mine to keep"}
    press, case = new_id(), f"/marac/cases/{made.case}"
    forms = {
        "/marac/choices/north": ("chair", choices),
        f"{case}/parties": (
            "chair",
            {"once": press, "upon": "0", "decision": "both", "reason": "Mine to keep"},
        ),
        f"{case}/returns": ("chair", {"once": press, "advice": "Mine to keep", "reason": "Not met."}),
        "/marac/emergency": ("coordinator", {"once": press, "area": "north", "venue": "Mine to keep"}),
    }
    marac.runtime.caught_up.clear()
    for path, (who, typed) in forms.items():
        sent = await send(marac, who, path, **typed)
        assert (sent.status_code, "Mine to keep" in sent.text) == (503, True), path
        assert "could not be saved just now" in sent.text, path
    marac.runtime.caught_up.set()
    for path, (who, typed) in forms.items():
        assert (await send(marac, who, path, **typed)).status_code == 303, path


def test_a_version_counts_all_that_was_ever_said_of_a_thing() -> None:
    north = fact(ResearchersSet(area="north", agencies=[]), root="one")
    moved = fact(ResearchersSet(area="south", agencies=[]), root="one", version=2)
    other = fact(ResearchersSet(area="south", agencies=[]), root="two")

    def of(area: str) -> list[str]:
        found = ever_about(
            [north, moved, other], lambda said: isinstance(said, ResearchersSet) and said.area == area
        )
        return [each.id for each in found]

    assert of("north") == [north.id, moved.id], "what was moved away was said here"
    assert of("south") == [north.id, moved.id, other.id]
