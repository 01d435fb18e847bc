"""Who has been shown a line: for the IDVA and the coordinator, over every service, and itself on record."""

from typing import Any

from chassis.accept import own_draft
from chassis.ids import new_id
from chassis.log import Record
from contracts.events.operations import AuditShown
from contracts.events.support import RoleTaken, Worker
from contracts.vocabulary import CaseRole
from tests.services.marac.caseload import ann
from tests.services.marac.conftest import CALLERS, Marac, prepared
from tests.support.facts import IDS
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
