"""Who has been shown a line: for the IDVA and the coordinator, over every service, and itself on record."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.accept import own_draft, own_header
from chassis.ids import new_id
from chassis.log import Record
from contracts.events.children import CircumstancesSaid
from contracts.events.operations import AuditShown
from contracts.events.research import InterestDeclared, Tie
from contracts.events.support import MessageSent, RoleTaken, Worker
from contracts.sections import Narrative
from contracts.vocabulary import CaseRole, ChildPlan
from tests.services.marac.caseload import ann, kit
from tests.services.marac.conftest import CALLERS, Marac, prepared
from tests.services.marac.test_actions import agreed
from tests.support.facts import IDS, mention_of
from tests.support.waiting import until


async def looks(marac: Marac, who: str, case: str, root: str) -> list[dict[str, Any]]:
    answer = await marac.get(who, f"cases/{case}/shown-to/{root}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["looks"]
    return found


async def test_who_was_shown_a_line_by_which_view_and_the_question_too(marac: Marac) -> None:
    made = await prepared(marac)
    idva = Worker(name="Carys Bevan", person=IDS.staff("issuer", "idva"))
    await marac.say("haven", RoleTaken(people=[ann()], part=CaseRole.IDVA, worker=idva), 1)

    async def named() -> bool:
        page = await marac.page("chair", made.case)
        return bool(page["support"]["team"])

    await until(named, what="the IDVA is in the case")
    await marac.page("idva", made.case)
    found = await looks(marac, "coordinator", made.case, made.incident)
    seen = {(each["view"], tuple(each["roles"]), each["name"]) for each in found}
    assert ("conference_case", ("marac-chair",), None) in seen
    assert ("conference_case", ("idva",), "Carys Bevan") in seen
    assert all(each["service"] == "marac" and each["versions"] == [1] for each in found)
    again = await looks(marac, "idva", made.case, made.incident)
    assert ("shown-to", "marac-coordinator") in {(each["view"], each["roles"][0]) for each in again}


async def test_what_another_service_showed_is_there(marac: Marac) -> None:
    made = await prepared(marac)
    officer = CALLERS["on-call"]
    shown = AuditShown(
        person=officer.id,
        viewer_agency="police",
        roles=["on-call"],
        view="breach",
        subject=made.breach,
        content="0",
        facts=[made.breach],
    )
    draft = own_draft(new_id(), shown, marac.runtime.clock.now())
    body = draft.entry("/orders", marac.runtime.clock.now()).body
    await marac.runtime.log.append([Record("audit", made.breach, body.encode())])

    async def there() -> bool:
        found = await looks(marac, "idva", made.case, made.breach)
        return ("orders", "breach") in {(each["service"], each["view"]) for each in found}

    await until(there, what="what orders showed is known here")


async def test_of_what_was_agreed_and_what_a_list_says_of_a_child(marac: Marac) -> None:
    made = await prepared(marac)
    action = await agreed(marac, made)
    await marac.get("housing", f"actions/{action}")
    found = await looks(marac, "idva", made.case, action)
    assert ("conference_action", ["marac-representative"]) in [
        (each["view"], each["roles"]) for each in found
    ]
    said = CircumstancesSaid(people=[ann(), kit()], plan=ChildPlan.CHILD_PROTECTION)
    plan = await marac.say("council", said, 4)

    async def listed() -> bool:
        at_risk = (await marac.get("chair", "children")).json()["at_risk"]
        return [line["child"]["plan"] for line in at_risk] == ["child-protection"]

    await until(listed, what="the child is on the list, with the plan")
    seen = {(each["view"], *each["roles"]) for each in await looks(marac, "idva", made.case, plan)}
    assert ("conference_child", "marac-chair") in seen


async def test_of_no_message_and_no_tie(marac: Marac) -> None:
    made = await prepared(marac)
    said = MessageSent(
        case=made.case,
        victim=mention_of("haven", "ann"),
        to=CaseRole.OFFICER_IN_CASE,
        words=Narrative(text="When is the hearing?"),
    )
    tie = InterestDeclared(person=CALLERS["chair"].id, cases=[Tie(case=made.case, tie=True)])
    now = own_header(marac.runtime.clock.now())
    declared = await marac.runtime.take(now, tie, caller=CALLERS["chair"], right="test")
    for root in (await marac.say("haven", said), declared.root):
        assert (await marac.get("idva", f"cases/{made.case}/shown-to/{root}")).status_code == 404


async def test_for_nobody_else_and_of_no_line_that_is_not_the_cases(marac: Marac) -> None:
    made = await prepared(marac)
    for who in ("chair", "coordinator-elsewhere", "officer", "matac", "system"):
        for path in ("/marac/v1", "/marac"):
            answer = await marac.http.get(
                f"{path}/cases/{made.case}/shown-to/{made.incident}",
                headers={"Authorization": f"Bearer {who}"},
            )
            assert answer.status_code == 404, who
    assert (await marac.get("idva", f"cases/{made.case}/shown-to/{made.meeting}")).status_code == 404
    page = await marac.http.get(
        f"/marac/cases/{made.case}/shown-to/{made.incident}", headers={"Authorization": "Bearer idva"}
    )
    assert "What cannot be known here" in page.text


async def test_what_is_fetched_ahead_is_no_look_until_it_is_opened(marac: Marac) -> None:
    """The page of the meeting fetches the next case for when the line is down, opened or not."""
    made = await prepared(marac)
    hear, who = f"/marac/meetings/{made.meeting}/hear/{made.case}", {"Authorization": "Bearer chair-too"}
    said = "Fetched ahead, for the next case"

    async def seen() -> list[bool]:
        found = await looks(marac, "idva", made.case, made.incident)
        return [
            each["ahead"]
            for each in found
            if each["view"] == "conference_case" and each["person"] == CALLERS["chair-too"].id
        ]

    async def page() -> str:
        shown = f"/marac/cases/{made.case}/shown-to/{made.incident}"
        return (await marac.http.get(shown, headers={"Authorization": "Bearer idva"})).text

    assert (await marac.http.get(f"{hear}?ahead=true", headers=who)).status_code == 200
    await until(lambda: _comes_to(seen, [True]), what="it is on record that it was fetched")
    assert said in await page()
    assert (await marac.http.get(hear, headers=who)).status_code == 200
    await until(lambda: _comes_to(seen, [False]), what="it is a look, once it is opened")
    assert said not in await page()


async def _comes_to(seen: Callable[[], Awaitable[list[bool]]], what: list[bool]) -> bool:
    return await seen() == what


async def test_a_look_at_its_case_that_did_not_have_the_line_is_none(marac: Marac) -> None:
    made = await prepared(marac)
    who = CALLERS["on-call"]
    said = {"person": who.id, "viewer_agency": "police", "roles": ["on-call"], "content": "0"}
    at_case = AuditShown.model_validate(said | {"view": "q", "subject": made.case, "facts": [made.breach]})
    await marac.runtime.acceptor.take(own_draft(new_id(), at_case, marac.runtime.clock.now()))
    assert "q" not in {each["view"] for each in await looks(marac, "coordinator", made.case, made.case)}
    path = f"/marac/cases/{made.case}/shown-to/{made.case}"
    page = await marac.http.get(path, headers={"Authorization": "Bearer coordinator"})
    assert page.status_code == 200
