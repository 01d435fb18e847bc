"""Messages between the IDVA and the officer in a case: the two alone read them, and an answer is due."""

import re
from typing import Any

import pytest

from chassis.accept import own_header
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.contact import SafeContactSaid
from contracts.events.support import RoleTaken, SupportProgressed, Worker
from contracts.sections import Contact
from contracts.vocabulary import CaseRole, Role, SupportKind, SupportStep
from services.marac.rules.team import told_of
from tests.services.marac.caseload import ann, breach, mention, referral
from tests.services.marac.conftest import Marac, Prepared, bare, caller, prepared
from tests.support.facts import IDS
from tests.support.waiting import until

ASKED = "When does the bail end?"


async def with_both(marac: Marac) -> Prepared:
    """The case, with an IDVA and an officer in it."""
    made = await prepared(marac)
    carys = Worker(name="Carys Bevan", telephone="01632 960201")
    tess = Worker(name="Tess Okoro", email="tess@police.example", person=IDS.staff("issuer", "officer"))
    await marac.say("haven", RoleTaken(people=[ann()], part=CaseRole.IDVA, worker=carys), 1)
    await marac.say("police", RoleTaken(people=[ann()], part=CaseRole.OFFICER_IN_CASE, worker=tess), 1)

    async def named() -> bool:
        team = (await marac.page("chair", made.case))["support"]["team"]
        return [each["worker"]["name"] for each in team] == ["Carys Bevan", "Tess Okoro"]

    await until(named, what="both are in the case")
    return made


async def clocks(marac: Marac, cause: str) -> tuple[int, int]:
    """How many clocks of a message were started, and how many stopped."""
    facts = await marac.runtime.facts([f"o:{cause}"])
    return len(facts.current(ClockStarted)), len(facts.current(ClockStopped))


async def read(marac: Marac, who: str, case: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await marac.get(who, f"cases/{case}/messages")).json()["messages"]
    return found


async def test_a_message_has_a_clock_until_it_is_answered(marac: Marac) -> None:
    made = await with_both(marac)
    sent = await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})
    assert sent.status_code == 201, sent.text
    asked = sent.json()["root"]

    async def runs() -> bool:
        return await clocks(marac, asked) == (1, 0)

    await until(runs, what="the clock of the answer runs")
    waits = (await marac.get("officer", "messages")).json()["messages"]
    assert [(line["case"], line["to_you"], line["late"]) for line in waits] == [(made.case, True, False)]
    (message,) = await read(marac, "officer", made.case)
    assert (message["text"], message["to"], message["to_you"]) == (ASKED, "officer-in-case", True)
    answer = {"text": "On Friday at noon.", "answers": asked}
    assert (await marac.post("officer", f"cases/{made.case}/messages", answer)).status_code == 201

    async def answered() -> bool:
        return await clocks(marac, asked) == (1, 1)

    await until(answered, what="the answer stops it")
    newest, first = await read(marac, "idva", made.case)
    assert (newest["answers"], newest["due"], first["due"]) == (asked, None, None)
    assert (await marac.get("officer", "messages")).json()["messages"] == []


@pytest.mark.parametrize(
    ("part", "officer"),
    [
        (CaseRole.SOCIAL_WORKER, True),
        (CaseRole.PROBATION_OFFICER, True),
        (CaseRole.ISVA, False),
        (CaseRole.STALKING_ADVOCATE, False),
        (CaseRole.YOUNG_PEOPLES_ADVISER, False),
        (CaseRole.HEALTH_WORKER, False),
        (CaseRole.HOUSING_OFFICER, False),
        (CaseRole.OTHER, False),
    ],
)
def test_the_idva_is_told_of_the_whole_team_and_the_officer_of_who_answers_for_the_risk(
    part: CaseRole, officer: bool
) -> None:
    assert told_of(part, CaseRole.IDVA)
    assert told_of(part, CaseRole.OFFICER_IN_CASE) is officer


async def test_each_of_the_two_sees_who_else_is_in_the_case(marac: Marac) -> None:
    made = await with_both(marac)
    for part, name in ((CaseRole.SOCIAL_WORKER, "Lin Osei"), (CaseRole.ISVA, "Mia Dunne")):
        worker = Worker(name=name, telephone="01632 960444")
        await marac.say("council", RoleTaken(people=[ann()], part=part, worker=worker), 2)

    async def named() -> bool:
        return len((await marac.page("chair", made.case))["support"]["team"]) == 4

    await until(named, what="four are in the case")
    for who, sees in (("idva", True), ("officer", False)):
        shown = (await marac.get(who, f"cases/{made.case}/messages")).json()
        assert ("Mia Dunne" in {each["worker"]["name"] for each in shown["team"]}) is sees, who
        headers = {"Authorization": f"Bearer {who}"}
        page = (await marac.http.get(f"/marac/cases/{made.case}/messages", headers=headers)).text
        assert ("Lin Osei" in page, "Mia Dunne" in page, "01632 960444" in page) == (True, sees, True), who
        assert ("is not shown here" in page) is not sees, "that it is not everybody is said whatever there is"


async def test_each_of_the_two_reads_who_the_other_is_and_how_they_are_reached(marac: Marac) -> None:
    made = await with_both(marac)
    for who, name, way in (
        ("officer", "Carys Bevan", "01632 960201"),
        ("idva", "Tess Okoro", "tess@police.example"),
    ):
        (other,) = (await marac.get(who, f"cases/{made.case}/messages")).json()["others"]
        assert (other["worker"]["name"], way in other["worker"].values()) == (name, True)
        headers = {"Authorization": f"Bearer {who}"}
        page = await marac.http.get(f"/marac/cases/{made.case}/messages", headers=headers)
        assert name in page.text
        assert way in page.text


async def test_nobody_else_reads_them(marac: Marac) -> None:
    made = await with_both(marac)
    await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})
    assert [each["text"] for each in await read(marac, "officer", made.case)] == [ASKED]
    for who in ("officer-else", "idva-else", "chair", "coordinator", "matac"):
        for path in (f"/marac/v1/cases/{made.case}/messages", f"/marac/cases/{made.case}/messages"):
            answer = await marac.http.get(path, headers={"Authorization": f"Bearer {who}"})
            assert answer.status_code == 404, (who, path)
    for who in ("officer-else", "idva-else"):
        assert (await marac.get(who, "messages")).json()["messages"] == []
        refused = await marac.post(who, f"cases/{made.case}/messages", {"text": "x"})
        assert refused.status_code == 404
    for who in ("chair", "coordinator", "idva"):
        assert ASKED not in (await marac.get(who, f"cases/{made.case}")).text
    assert (await marac.get("officer", f"cases/{made.case}")).status_code == 404, (
        "the case is not the officer's"
    )


async def test_the_two_are_told_which_way_is_safe_and_the_idva_alone_the_number(marac: Marac) -> None:
    made = await with_both(marac)
    text = Contact.model_validate({"method": "text", "number": "07700 900142"})
    her = ann().model_copy(update={"contact": text})
    await marac.say("haven", SafeContactSaid(people=[her]), 1)

    async def known() -> bool:
        way = (await marac.get("officer", f"cases/{made.case}/messages")).json()["way"]
        return (way["because"], way["contact"]) == ("not-verified", None)

    await until(known, what="the officer is told that there is one to verify")
    way = (await marac.get("idva", f"cases/{made.case}/messages")).json()["way"]
    assert way["contact"]["number"] == "07700 900142"
    for who, there in (("officer", False), ("idva", True)):
        headers = {"Authorization": f"Bearer {who}"}
        page = await marac.http.get(f"/marac/cases/{made.case}/messages", headers=headers)
        assert ("07700 900142" in page.text) == there


async def test_a_case_that_comes_to_be_of_the_other_party_keeps_what_was_written_from_their_side(
    marac: Marac,
) -> None:
    made = await with_both(marac)
    await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})
    theirs = mention("ben", Role.VICTIM)
    lee = Worker(name="Lee Hart", person=IDS.staff("issuer", "officer-else"))
    await marac.say("police", RoleTaken(people=[theirs], part=CaseRole.OFFICER_IN_CASE, worker=lee), 1)
    turned = bare(referral(people=[theirs, mention("ann", Role.PERPETRATOR)]).said)
    now, haven = own_header(marac.runtime.clock.now()), caller("haven", "haven", "reporter")
    await marac.runtime.revise(made.case, 1, now, turned, caller=haven, right="test")

    async def theirs_now() -> bool:
        return (await marac.get("officer-else", f"cases/{made.case}/messages")).status_code == 200

    await until(theirs_now, what="their officer is a party of the case")
    assert await read(marac, "officer-else", made.case) == []
    assert (await marac.get("officer-else", "messages")).json()["messages"] == []
    assert (await marac.get("idva", f"cases/{made.case}/messages")).status_code == 404


async def test_a_service_that_handed_over_reads_no_more(marac: Marac) -> None:
    made = await with_both(marac)
    await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})
    taken = SupportProgressed(people=[ann()], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("council", taken)

    async def handed_over() -> bool:
        return (await marac.get("idva", f"cases/{made.case}/messages")).status_code == 404

    await until(handed_over, what="another service has her")
    shown = (await marac.get("officer", f"cases/{made.case}/messages")).json()
    assert ([each["text"] for each in shown["messages"]], shown["others"]) == ([ASKED], [])


async def test_only_what_was_written_to_them_can_be_answered(marac: Marac) -> None:
    made = await with_both(marac)
    own = (await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})).json()["root"]
    refused = await marac.post("idva", f"cases/{made.case}/messages", {"text": "x", "answers": own})
    assert (refused.status_code, refused.json()["faults"][0]["where"]) == (422, "body.answers")
    assert (await marac.post("idva", f"cases/{made.case}/messages", {"text": " "})).status_code == 422


async def test_the_page_sends_without_script_and_keeps_what_was_typed(marac: Marac) -> None:
    made = await with_both(marac)
    path, idva = f"/marac/cases/{made.case}/messages", {"Authorization": "Bearer idva"}
    page = (await marac.http.get(path, headers=idva)).text
    assert "Tess Okoro" in page
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    for _ in range(2):
        sent = await marac.http.post(path, data={"once": once, "text": ASKED}, headers=idva)
        assert sent.status_code == 303
    assert [each["text"] for each in await read(marac, "idva", made.case)] == [ASKED], (
        "pressed twice, sent once"
    )
    empty = await marac.http.post(path, data={"once": once, "text": ""}, headers=idva)
    assert empty.status_code == 422
    assert "Error:" in empty.text
    officer = (await marac.http.get(path, headers={"Authorization": "Bearer officer"})).text
    assert "An answer to the message of" in officer
    case = await marac.http.get(f"/marac/cases/{made.case}", headers=idva)
    assert "01632 960201" in case.text
    assert path in case.text


async def test_beside_the_words_it_is_said_from_the_third_breach_on_that_they_had_no_answer(
    marac: Marac,
) -> None:
    made = await with_both(marac)

    async def left(many: int) -> list[int]:
        """What the page of the words says, and the page before the case is listed, once so many are known."""

        async def known() -> bool:
            pattern = (await marac.page("chair", made.case))["pattern"]
            return bool(pattern["without_answer"] == many)

        await until(known, what=f"{many} are known")
        pages = (("idva", "messages"), ("coordinator", "decisions"))
        return [
            (await marac.get(who, f"cases/{made.case}/{page}")).json()["without_answer"]
            for who, page in pages
        ]

    await marac.say("council", breach(kind="contact").said, 4)
    assert await left(2) == [0, 0]
    await marac.say("council", breach(kind="contact").said, 7)
    assert await left(3) == [3, 3]
