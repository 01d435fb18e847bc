"""A case that becomes restricted after its agenda went out: for those inside as it was, for anybody else not
there, and on record who had been shown it."""

from datetime import datetime, timedelta
from typing import Any

from contracts.events.identity import IdentityAssigned
from contracts.events.listing import CaseRestricted
from contracts.events.support import RoleTaken, Worker
from contracts.vocabulary import CaseRole, Role
from services.marac.rules.agenda import letters
from tests.services.marac import caseload
from tests.services.marac.caseload import ann, ben, cat, mention, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, prepared
from tests.services.marac.test_agenda_live import opened
from tests.services.marac.test_listing import form, send
from tests.support.facts import IDS, mention_of
from tests.support.waiting import until

WHY = "A cousin of the alleged perpetrator works for the council."
INSIDE, OUTSIDE = ("coordinator", "idva"), ("chair", "coordinator-too")


def to(*who: str) -> dict[str, Any]:
    staff = [{"person": CALLERS[each].id, "name": CALLERS[each].name} for each in who]
    return {"to": staff or None, "reason": WHY}


async def seen(marac: Marac, who: str, made: Prepared, then: datetime | None = None) -> dict[str, bool]:
    """Wherever one may meet a case at a meeting, whether it is there."""
    meeting = f"meetings/{made.meeting}"
    paths = [
        f"cases/{made.case}",
        f"{meeting}/agenda",
        f"{meeting}/minutes",
        f"{meeting}/sitting",
        "actions",
        "children",
    ]
    found = {path: made.case in (await marac.get(who, path)).text for path in paths}
    page = await marac.http.get(
        f"/marac/meetings/{made.meeting}/print", headers={"Authorization": f"Bearer {who}"}
    )
    found["print"] = "Doe" in page.text
    then = then or await marac.runtime.fresh_until()
    found["as it was"] = made.case in (await marac.get(who, f"{meeting}/agenda", then)).text
    listed = (await marac.get(who, "meetings")).json()
    found["counted"] = any(each["cases"] for each in (*listed["to_come"], *listed["past"]))
    asked = {"name": "Doe", "reason": "own-case"}
    found["searched"] = made.case in (await marac.post(who, "search", asked)).text
    return found


async def held(marac: Marac) -> Prepared:
    """A meeting whose agenda was published, that has heard the case and has minutes."""
    made = await prepared(marac)
    worker = Worker(name="Carys Bevan", person=IDS.staff("issuer", "idva"))
    await marac.say("haven", RoleTaken(people=[ann()], part=CaseRole.IDVA, worker=worker), 1)
    meeting = f"meetings/{made.meeting}"
    assert (await marac.post("coordinator", f"{meeting}/publications", {"after": 0})).status_code == 201
    for path, said in (
        ("sitting", {"step": "opened"}),
        ("attendance", {"agency": "police", "attended": "present", "who": "Chair", "chairs": True}),
        (f"cases/{made.case}/hearing", {"risks": "Bail ends.", "decided": "Locks.", "safe_to_tell": False}),
        ("sitting", {"step": "closed"}),
        ("minutes", {"number": 1}),
    ):
        answer = await marac.post("chair", f"{meeting}/{path}", said)
        assert answer.status_code == 201, (path, answer.text)
    due = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    action = {"owner": "council", "due": due, "text": "Change both locks.", "target": "victim"}
    assert (await marac.post("chair", f"cases/{made.case}/actions", action)).status_code == 201
    return made


async def test_it_is_there_for_nobody_outside_and_on_record_is_who_had_been_shown_it(marac: Marac) -> None:
    made = await held(marac)
    path = f"cases/{made.case}/restriction"

    async def everywhere() -> bool:
        return all([*(await seen(marac, "chair", made)).values()])

    await until(everywhere, what="it is shown wherever a case is")
    then = await marac.runtime.fresh_until()
    before = {who: await seen(marac, who, made, then) for who in (*INSIDE, *OUTSIDE)}
    assert (await marac.get("coordinator", path)).headers["etag"] == '"0"'
    assert (await marac.post_upon("coordinator", path, to(*INSIDE))).status_code == 201

    async def gone() -> bool:
        return (await marac.get("chair", f"cases/{made.case}")).status_code == 404

    await until(gone, what="it is restricted")
    for who in INSIDE:
        assert await seen(marac, who, made, then) == before[who], "inside nothing is missing"
    for who in OUTSIDE:
        found = await seen(marac, who, made, then)
        assert not any(found.values()), (who, found)
        for asked in (path, f"cases/{made.case}/shown-to/{made.case}", f"cases/{made.case}/decisions"):
            assert (await marac.get(who, asked)).status_code == 404, "as if it were not there"
        assert (await marac.post_upon(who, path, to(who), 1)).status_code == 404
        declared = {"cases": [{"case": made.case, "tie": False}]}
        answer = await marac.post(who, f"meetings/{made.meeting}/interests", declared)
        assert answer.status_code == 404, "nobody learns that it is there by declaring"
    looks = (await marac.get("coordinator", f"cases/{made.case}/shown-to/{made.case}")).json()["looks"]
    assert CALLERS["chair"].id in {each["person"] for each in looks}
    page = await form(marac, "idva", f"/marac/cases/{made.case}")
    assert "This case is there for nobody but coordinator, idva." in page
    assert WHY in page
    assert (await marac.post_upon("coordinator", path, to(), 1)).status_code == 201
    await until(lambda: back(marac, made), what="it is restricted no more")
    assert await seen(marac, "chair", made, then) == before["chair"]


async def back(marac: Marac, made: Prepared) -> bool:
    return (await marac.get("chair", f"cases/{made.case}")).status_code == 200


async def test_who_restricts_stays_inside_and_of_two_the_second_is_told(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"cases/{made.case}/restriction"
    refused = await marac.post_upon("coordinator", path, to("idva"))
    assert (refused.status_code, refused.json()["code"]) == (422, "shuts-you-out")
    assert (await marac.post_upon("idva", path, to("idva"))).status_code == 404, "an IDVA restricts nothing"
    both = to("coordinator", "coordinator-too")
    assert (await marac.post_upon("coordinator", path, both)).status_code == 201
    second = await marac.post_upon("coordinator-too", path, to("coordinator-too"))
    assert (second.status_code, second.json()["code"]) == (412, "changed-since")
    page = f"/marac/{path}"
    typed = {"upon": "0", "to": [CALLERS["coordinator-too"].id], "reason": "Typed in vain."}
    clash = await send(marac, "coordinator-too", page, **typed)
    assert clash.status_code == 412
    assert ("Typed in vain." in clash.text, WHY in clash.text) == (True, True), "both texts"
    empty = await send(marac, "coordinator-too", page, upon="1", reason="Kept words.")
    assert (empty.status_code, "Kept words." in empty.text) == (422, True)


async def test_it_holds_for_every_case_of_its_victim(marac: Marac) -> None:
    made = await prepared(marac)
    others = [ann(), mention("cat", Role.PERPETRATOR)]
    second = await marac.say("police", referral(people=others).said, 2)

    async def sees(who: str, case: str) -> bool:
        return (await marac.get(who, f"cases/{case}")).status_code == 200

    await until(lambda: sees("chair", second), what="the second case is there")
    path = f"cases/{made.case}/restriction"
    both = to("coordinator", "coordinator-too")
    assert (await marac.post_upon("coordinator", path, both)).status_code == 201

    async def shut() -> bool:
        return not await sees("chair", second)

    await until(shut, what="what is said of the victim stands in the second case too")
    source = await marac.get("chair", f"cases/{second}/sources/{made.case}")
    assert source.status_code == 404
    assert second not in (await marac.get("chair", "waiting")).text
    inside = await marac.get("coordinator-too", f"cases/{second}")
    assert inside.json()["decided"]["restricted_with"] is True
    page = await form(marac, "coordinator-too", f"/marac/cases/{second}")
    assert "Another case of this victim is restricted" in page
    send_on = {"to_area": "south", "warning_read": "not-known"}
    refused = await marac.post("coordinator", f"cases/{second}/transfers", send_on)
    assert (refused.status_code, refused.json()["code"]) == (409, "restricted")
    assert (await marac.post_upon("coordinator", path, to(), 1)).status_code == 201
    await until(lambda: sees("chair", second), what="both are there again")


async def test_a_word_names_the_cases_of_its_victim_now_and_one_that_lifts_it_those_too_that_were(
    marac: Marac,
) -> None:
    """Of two victims who were held for one and are parted since: what stood for both is lifted for both."""
    made = await prepared(marac)
    second = await marac.say("police", referral(people=[cat(), ben()]).said, 2)
    path = f"cases/{made.case}/restriction"
    cats, anns = mention_of("police", "cat"), IDS.person(mention_of("police", "ann"))

    async def are_one(one: bool, seq: int) -> None:
        before, after = (IDS.person(cats), anns) if one else (anns, IDS.person(cats))
        move = {"mention": cats, "from": before, "to": after}
        await marac.say("goldthread", IdentityAssigned.model_validate({"seq": seq, "moves": [move]}))

        async def folded() -> bool:
            victim = (await marac.page("coordinator", second)).get("victim") or {}
            return bool(victim) and (victim["person"] == anns) is one

        await until(folded, what="whose the second case is")

    async def others() -> list[str]:
        said = (await marac.runtime.facts([f"k:{made.case}"])).current(CaseRestricted)
        return sorted(said, key=lambda each: each.envelope.time)[-1].said.others

    both = to("coordinator", "coordinator-too")
    await are_one(True, 2)
    assert (await marac.post_upon("coordinator", path, both)).status_code == 201
    assert await others() == [second]
    await are_one(False, 3)
    assert (await marac.post_upon("coordinator", path, both, 1)).status_code == 201
    assert await others() == [], "it is somebody else's now"
    assert (await marac.post_upon("coordinator", path, to(), 2)).status_code == 201
    assert await others() == [second], "for it stood there too"


async def test_nobody_restricts_it_to_themselves_alone_or_rewrites_what_was_said(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"cases/{made.case}/restriction"
    alone = await marac.post_upon("coordinator", path, to("coordinator"))
    assert (alone.status_code, alone.json()["code"]) == (422, "nobody-else")
    typed = {"upon": "0", "to": [CALLERS["coordinator"].id], "reason": WHY}
    page = await send(marac, "coordinator", f"/marac/{path}", **typed)
    assert (page.status_code, "somebody else who can lift it" in page.text) == (422, True)
    said = await marac.post_upon("coordinator", path, to("coordinator", "coordinator-too"))
    assert said.status_code == 201
    fact, headers = f"/marac/v1/facts/{said.json()['root']}", {"Authorization": "Bearer coordinator"}
    again = await marac.http.delete(fact, headers=headers | {"If-Match": '"1"'})
    assert (again.status_code, again.json()["code"]) == (409, "said-anew")


async def test_what_was_said_before_somebody_was_added_is_not_for_them(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"cases/{made.case}/restriction"
    both = to("coordinator", "coordinator-too")
    assert (await marac.post_upon("coordinator", path, both)).status_code == 201
    wider = to("coordinator", "coordinator-too", "chair") | {"reason": "The chair has no part in it."}
    assert (await marac.post_upon("coordinator", path, wider, 1)).status_code == 201

    async def said_to(who: str) -> list[dict[str, Any]]:
        answer = await marac.get(who, path)
        return list(answer.json()["history"]) if answer.status_code == 200 else []

    await until(lambda: said_to("chair"), what="the chair is inside")
    assert [each["reason"] for each in await said_to("chair")] == [wider["reason"]]
    newest, first = await said_to("coordinator-too")
    assert (newest["reason"], first["reason"]) == (wider["reason"], WHY)
    looks = await marac.get("coordinator", f"cases/{made.case}/shown-to/{newest['root']}")
    assert CALLERS["chair"].id in {each["person"] for each in looks.json()["looks"]}


async def test_who_is_not_offered_is_not_known_and_who_is_ticked_is_not_left_out_in_silence(
    marac: Marac,
) -> None:
    made = await prepared(marac)
    path = f"cases/{made.case}/restriction"
    stranger, me = IDS.staff("issuer", "nobody"), CALLERS["coordinator"].id
    both = to("coordinator", "coordinator-too")
    assert (await marac.post_upon("coordinator", path, both)).status_code == 201
    three = [me, CALLERS["coordinator-too"].id, stranger]
    ticked = await send(marac, "coordinator", f"/marac/{path}", upon="1", to=three, reason="Typed.")
    assert (ticked.status_code, "Typed." in ticked.text, stranger in ticked.text) == (422, True, False)
    assert (await marac.get("coordinator", path)).headers["etag"] == '"1"', "nothing was said"
    no_id = await marac.post_upon("coordinator", path, both | {"to": [{"person": "Sam"}]}, 1)
    assert (no_id.status_code, "Sam" in no_id.text) == (422, False)
    assert no_id.json()["faults"][0]["where"].startswith("body.to.0.person")
    named = to("coordinator")
    named["to"] += [{"person": stranger, "name": "Sam Nobody"}]
    assert (await marac.post_upon("coordinator", path, named, 1)).status_code == 201
    page = await form(marac, "coordinator", f"/marac/{path}")
    assert "cannot tell whether this is anybody" in page


async def test_of_a_published_version_and_of_an_open_agenda_whoever_is_not_named_learns_nothing(
    marac: Marac,
) -> None:
    made = await prepared(marac)
    agenda = f"meetings/{made.meeting}/agenda"
    published = await marac.post("coordinator", f"meetings/{made.meeting}/publications", {"after": 0})
    assert published.status_code == 201
    before = (await marac.get("chair", agenda)).json()
    assert [line["case"] for line in before["cases"]] == [made.case]
    async with opened(marac, "chair", made) as page, opened(marac, "coordinator", made) as theirs:
        path = f"cases/{made.case}/restriction"
        assert (await marac.post_upon("coordinator", path, to(*INSIDE))).status_code == 201
        await page.until_it_says("something else on this page")
        await marac.say("police", caseload.incident().said)
        await theirs.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert letters(made.case) not in page.says
    outside, inside = [(await marac.get(who, agenda)).json() for who in ("chair", "coordinator")]
    version = outside["publication"]
    assert (outside["cases"], version["gone"], version["changed"]) == ([], [], 0)
    assert made.case not in str(outside)
    version = inside["publication"]
    assert (version["gone"], version["changed"]) == ([], 1)
    async with opened(marac, "chair", made) as page, opened(marac, "coordinator", made) as theirs:
        await marac.say("police", caseload.incident(kind="stalking").said)
        await theirs.until_it_says(f"case {letters(made.case)} (1 new line)")
        assert page.says == "", "nothing of it is news to whoever is outside"


async def test_whom_the_page_does_not_offer_is_named_by_their_id(marac: Marac) -> None:
    made = await prepared(marac)
    page = f"/marac/cases/{made.case}/restriction"
    typed = {"upon": "0", "to": [CALLERS["coordinator"].id], "reason": WHY}
    for half in ({"person": CALLERS["chair"].id}, {"name": "Rowan"}, {"person": "rowan", "name": "Rowan"}):
        refused = await send(marac, "coordinator", page, **typed, **half)
        assert (refused.status_code, "Enter both" in refused.text) == (422, True), half
        assert all(f'value="{each}"' in refused.text for each in half.values()), "what was typed is kept"
    both = {"person": CALLERS["chair"].id, "name": "Rowan Ellis"}
    assert (await send(marac, "coordinator", page, **typed, **both)).status_code == 303
    assert "nobody but coordinator, Rowan Ellis" in await form(marac, "chair", page)


async def test_who_is_named_twice_is_inside_once(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"cases/{made.case}/restriction"
    alone = await marac.post_upon("coordinator", path, to("coordinator", "coordinator"))
    assert (alone.status_code, alone.json()["code"]) == (422, "nobody-else")
    twice = to("coordinator", "chair", "chair")
    assert (await marac.post_upon("coordinator", path, twice)).status_code == 201
    assert len((await marac.get("coordinator", path)).json()["to"]) == 2
