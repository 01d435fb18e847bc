"""Marac at work: what chairs, coordinators and IDVAs are shown, and who is shown nothing. On the
embedded deployment; the journey runs on both."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.accept import own_header
from chassis.clock import LONDON
from contracts.events.clocks import ClockStarted
from contracts.events.configuration import AgencyDefined
from contracts.events.operations import AuditShown
from contracts.events.people import HealthContacted
from contracts.events.support import SupportProgressed
from contracts.sections import Health, Narrative
from contracts.vocabulary import AgencyKind, AlertRule, Role, SupportKind, SupportStep
from tests.services.marac import caseload
from tests.services.marac.caseload import STREET, ann, ben, cat, mention
from tests.services.marac.conftest import Marac, bare, caller, complete, link, prepared, supported
from tests.support.facts import IDS
from tests.support.waiting import until


async def test_the_chair_has_the_whole_case_on_one_page(marac: Marac) -> None:
    made = await prepared(marac)
    page = await until(lambda: complete(marac, made))
    assert page["victim"]["identity"]["name"] == {"family": "Doe", "given": "Ann"}
    assert {line["agency"] for line in page["victim"]["lines"]} == {"haven", "council", "police"}
    assert all(line["said"]["recorded"] and line["record"]["number"] for line in page["victim"]["lines"])
    assert [child["identity"]["name"]["given"] for child in page["children"]] == ["Kit"]
    assert (page["grade"], page["assessment"]["because"]) == ("high", "grade.visible-high-risk")
    assert [order["status"]["reason"] for order in page["orders"]] == ["order.unserved-family"]
    breaches = [each for each in page["occurrences"] if each["breach"]]
    assert [record["root"] for each in breaches for record in each["records"]] == [made.breach]
    assert [alert["cause"] for alert in page["alerts"]] == [made.breach]
    codes = [gap["code"] for gap in page["missing"]]
    assert codes[:3] == ["alert-unanswered", "breach-no-answer", "pattern-undecided"]
    assert codes[3:6] == ["no-idva", "review-owed", "support-late"]
    assert codes[6:9] == ["order-uncirculated", "order-not-served", "respondent-not-aware"]
    assert page["agencies"]["police"] == "The police"
    assert page["marac_name"] == "North"


async def test_the_agenda_and_who_waits(marac: Marac) -> None:
    made = await prepared(marac)
    waiting = await marac.say("haven", caseload.referral(grade=None, people=[cat(), ben()]).said, 3)

    async def both() -> dict[str, Any]:
        body: dict[str, Any] = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()
        return body if body["waiting"] and body["cases"] else {}

    agenda = await until(both)
    assert [(line["case"], line["grade"], line["children"]) for line in agenda["cases"]] == [
        (made.case, "high", 1)
    ]
    assert agenda["cases"][0]["name"]["given"] == "Ann"
    assert agenda["cases"][0]["missing"] >= 3
    assert [(line["case"], line["grade"]) for line in agenda["waiting"]] == [(waiting, "unknown")]
    meetings = (await marac.get("chair", "meetings")).json()
    assert [(line["meeting"], line["cases"]) for line in meetings["to_come"]] == [(made.meeting, 1)]
    assert STREET not in str(agenda)


async def test_where_she_is_goes_to_her_idva_and_not_to_the_room(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    assert STREET not in (await marac.get("chair", f"cases/{made.case}")).text
    assert STREET not in (await marac.get("idva", f"cases/{made.case}")).text, "not their client yet"
    await supported(marac)
    await until(lambda: in_page(marac, "idva", made.case, STREET))
    idva = await marac.page("idva", made.case)
    assert [each["location"]["address"] for each in idva["victim"]["locations"]] == [[STREET]]
    assert idva["orders"][0]["prohibitions"][0]["text"] == f"Not to go to {STREET}"
    for path in (f"cases/{made.case}/print", f"meetings/{made.meeting}/print"):
        paper = await marac.http.get(f"/marac/{path}", headers={"Authorization": "Bearer idva"})
        assert paper.status_code == 200
        assert "Ann" in paper.text
        assert STREET not in paper.text
    looks = await shown(marac, made.case)
    assert {
        look.viewer_agency: look.left_out for look in looks if look.person == IDS.staff("issuer", "chair")
    }["police"] == ["contact", "locations", "words-about-another-victim"]


async def in_page(marac: Marac, who: str, case: str, words: str) -> bool:
    return words in (await marac.get(who, f"cases/{case}")).text


async def test_another_services_idva_sees_no_place_and_no_number_and_the_other_partys_sees_nothing(
    marac: Marac,
) -> None:
    """Ann and Ben accuse each other: haven supports Ann, harbour supports Ben."""
    made, number = await prepared(marac), "07700 900123"
    accused = mention("ann", Role.PERPETRATOR)
    his = await marac.say("harbour", caseload.referral(people=[ben(Role.VICTIM), accused]).said, 5)
    await link(marac, ["harbour"], seq=2)
    await supported(marac)
    await until(lambda: in_page(marac, "idva", made.case, STREET))
    page = (await marac.get("idva-else", f"cases/{made.case}")).text
    assert "Ann" in page
    assert [each for each in (STREET, number) if each in page] == []
    source = (await marac.get("idva-else", f"cases/{made.case}/sources/{made.case}")).text
    assert STREET not in source
    assert number in (await marac.get("idva", f"cases/{made.case}")).text
    assert await until(lambda: gone(marac, "idva", his)), "whoever supports Ann sees nothing of Ben's case"
    theirs = SupportProgressed(people=[ben(Role.VICTIM)], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    await marac.say("harbour", theirs)
    assert await until(lambda: gone(marac, "idva-else", made.case))
    for path in (f"cases/{made.case}/sources/{made.case}", f"cases/{made.case}/shown-to/{made.case}"):
        assert (await marac.get("idva-else", path)).status_code == 404, path
    agenda = (await marac.get("idva-else", f"meetings/{made.meeting}/agenda")).json()
    assert (agenda["cases"], agenda["meeting"]["cases"]) == ([], 0)
    found = await marac.post("idva-else", "search", {"name": "Doe", "reason": "own-case"})
    assert made.case not in found.text
    assert (await marac.get("idva", f"cases/{made.case}")).status_code == 200
    assert (await marac.get("idva-else", f"cases/{his}")).status_code == 200


async def test_a_case_on_no_agenda_opens_to_the_idvas_who_have_to_do_with_it(marac: Marac) -> None:
    """The police refer Cat; haven is asked to take her on, harbour is not."""
    made, idvas = await prepared(marac), ("idva", "idva-else")
    case = await marac.say("police", caseload.referral(people=[cat(), ben()]).said, 3)

    async def opens_to(*who: str) -> bool:
        found = [each for each in idvas if await in_page(marac, each, case, "Rai")]
        return found == list(who)

    await until(lambda: in_page(marac, "chair", case, "Rai"))
    assert await opens_to(), "none of them supports her, referred her or was asked"
    asked = SupportProgressed(people=[cat()], support=SupportKind.IDVA, step=SupportStep.MADE)
    await marac.say("police", asked, 2)
    await until(lambda: in_page(marac, "coordinator", case, '"state":"made"'))
    assert await opens_to(), "which service was asked is not known"
    await marac.say("police", asked.model_copy(update={"service": "haven"}), 1)
    await until(lambda: opens_to("idva"))
    look = {"name": "Rai", "reason": "own-case"}
    for who, there in (("idva", True), ("idva-else", False)):
        found = await marac.post(who, "search", look)
        assert (case in found.text) is there, (who, found.text)
        for path in (f"cases/{case}/sources/{case}", f"cases/{case}/shown-to/{case}"):
            assert ((await marac.get(who, path)).status_code == 200) is there, (who, path)
    put_on = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert put_on.status_code == 201, put_on.text
    assert await until(lambda: opens_to(*idvas)), "a meeting of theirs is to hear it"
    taken_off = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{put_on.json()['root']}", headers=taken_off)
    assert gone.is_success, gone.text
    assert await until(lambda: opens_to("idva")), "none is any more"


async def gone(marac: Marac, who: str, case: str) -> bool:
    return (await marac.get(who, f"cases/{case}")).status_code == 404


async def test_her_practice_is_near_where_she_is(marac: Marac) -> None:
    made = await prepared(marac)
    await supported(marac)
    seen = ann(health=Health(injuries="Bruises to both arms", general_practice="Hillview Practice"))
    await marac.say("hospital", HealthContacted(people=[seen], service="emergency"))

    async def told() -> bool:
        return "Bruises to both arms" in (await marac.get("chair", f"cases/{made.case}")).text

    await until(told)
    await until(lambda: in_page(marac, "idva", made.case, "Hillview"))
    assert "Hillview" not in (await marac.get("chair", f"cases/{made.case}")).text
    assert "Hillview" in (await marac.get("idva", f"cases/{made.case}")).text
    for who in ("chair", "idva"):
        paper = await marac.http.get(
            f"/marac/cases/{made.case}/print", headers={"Authorization": f"Bearer {who}"}
        )
        assert "Bruises to both arms" in paper.text
        assert "Hillview" not in paper.text


@pytest.mark.parametrize(
    ("because", "says"),
    [
        ("released-under-investigation", "Released under investigation: without any conditions."),
        ("no-further-action", "No further action: without any conditions."),
        ("charged", "Bail ended with a charge."),
        (None, "Nobody has told why bail was ended. Ask the officer in the case."),
    ],
)
async def test_the_idva_reads_on_the_case_that_bail_ended_and_why(
    marac: Marac, because: str | None, says: str
) -> None:
    """No IDVA is on a rota: the case is what tells them. That nobody told why is said."""
    made = await prepared(marac)
    bail = {"order": "police-bail", "stage": "discharged", "ended_because": because}
    root = await marac.say("police", caseload.order(**bail, until_further_order=False).said)

    async def told() -> bool:
        case = await marac.page("idva", made.case)
        return root in {each["root"] for each in case["orders"]}

    await until(told)
    page = await marac.http.get(f"/marac/cases/{made.case}", headers={"Authorization": "Bearer idva"})
    assert (page.status_code, says in page.text) == (200, True)


async def test_that_every_part_of_an_order_in_force_is_over_is_said_on_the_case(marac: Marac) -> None:
    """Of one that goes on; of one that is over itself it is not."""
    made = await prepared(marac)
    gone = marac.runtime.clock.now() - timedelta(days=2)
    parts = {"order": "spo", "prohibitions": [{"kind": "no-contact", "until": gone}]}
    await marac.say("police", caseload.order("on", **parts).said)
    over = caseload.order("over", **parts, until_further_order=False, ends=gone)
    await marac.say("police", over.said)

    async def both() -> bool:
        return len((await marac.page("chair", made.case))["orders"]) == 3

    await until(both)
    for path in (f"/marac/cases/{made.case}", f"/marac/cases/{made.case}/print"):
        page = (await marac.http.get(path, headers={"Authorization": "Bearer chair"})).text
        assert page.count(": not in force.") == 2
        assert page.count("Every part of it that is known here is over, and the order goes on.") == 1, path


async def test_what_a_page_looks_up_for_itself_is_no_look_of_the_reader(marac: Marac) -> None:
    """The case's page names the case that comes next: the agenda was shown to nobody."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    page = await marac.http.get(f"/marac/cases/{made.case}", headers={"Authorization": "Bearer chair"})
    assert page.status_code == 200, page.text
    assert f"/marac/meetings/{made.meeting}" in page.text
    assert await shown(marac, made.case)
    assert await shown(marac, made.meeting) == []


async def shown(marac: Marac, subject: str) -> list[AuditShown]:
    """The looks at a subject that are on record."""
    async with marac.runtime.store.reading() as connection:
        found = await connection.execute(
            text("select root from fact where type = :t"), {"t": AuditShown.type}
        )
        roots = list(found.scalars())
    facts = [fact for root in roots for fact in (await marac.runtime.fact(root)).current(AuditShown)]
    return [fact.said for fact in facts if fact.said.subject == subject]


async def test_what_she_did_to_another_is_a_code_too(marac: Marac) -> None:
    made = await prepared(marac)
    said = caseload.incident(
        people=[cat(), mention("ann", Role.SUSPECT)], narrative=Narrative(text="At Cat's door.")
    )
    both = caseload.incident(people=[cat(), mention("ann", Role.SUSPECT), ben(Role.SUSPECT)], kind="rape")
    for content in (said.said, both.said):
        await marac.say("police", content, 2)

    async def told() -> bool:
        page = await marac.page("chair", made.case)
        (him,) = page["perpetrators"]
        return len(page["victim"]["about_others"]) == 2 and any(
            line["details"].get("kind") == "rape" for line in him["about_others"]
        )

    await until(told)
    for who in ("chair", "idva"):
        assert "Cat" not in (await marac.get(who, f"cases/{made.case}")).text


async def test_what_he_did_to_another_is_a_code_and_not_her_story(marac: Marac) -> None:
    """Nor is it told who knows of her: not by a record that stands, nor by one that was withdrawn."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    await marac.say("council", AgencyDefined(agency="hospital", name="The hospital", kind=AgencyKind.HEALTH))
    hers = caseload.incident(people=[cat(), ben(Role.SUSPECT)], kind="rape").said
    root, gone = await marac.say("hospital", hers, 4), await marac.say("hospital", hers, 5)
    by = caller("hospital", "hospital", "reporter")
    await marac.runtime.revise(gone, 1, None, None, caller=by, right="test")

    async def told() -> bool:
        (him,) = (await marac.page("chair", made.case))["perpetrators"]
        kinds = [line["details"].get("kind") for line in him["about_others"]]
        return sorted(kinds, key=str) == [None, "assault-with-injury", "rape"]

    await until(told)
    for who in ("chair", "idva"):
        answer = await marac.get(who, f"cases/{made.case}")
        month = (marac.runtime.clock.now() - timedelta(days=4)).astimezone(LONDON)
        assert {
            "type": "incident.reported",
            "month": f"{month:%Y-%m}",
            "agency_kind": "health",
            "details": {"kind": "rape", "status": "alleged"},
        } in answer.json()["perpetrators"][0]["about_others"]
        assert "Cat" not in answer.text
        for tells in ("hospital", root, gone):
            assert tells not in answer.text
            assert tells not in (await marac.http.get(f"/marac/cases/{made.case}", headers=as_(who))).text
        assert (await marac.get(who, f"cases/{made.case}/sources/{root}")).status_code == 404


def as_(who: str) -> dict[str, str]:
    """Signed in as somebody, by a browser."""
    return {"Authorization": f"Bearer {who}", "Accept": "text/html"}


async def test_what_one_may_not_see_is_as_if_it_were_not(marac: Marac) -> None:
    made = await prepared(marac)
    nothing = IDS.staff("no", "such")
    for who in ("coordinator-elsewhere", "matac", "admin", "on-call", "system"):
        for path, absent in (
            (f"cases/{made.case}", f"cases/{nothing}"),
            (f"meetings/{made.meeting}/agenda", f"meetings/{nothing}/agenda"),
            (f"cases/{made.case}/sources/{made.incident}", f"cases/{nothing}/sources/{made.incident}"),
        ):
            answer = await marac.get(who, path)
            assert (answer.status_code, answer.json()) == (404, (await marac.get(who, absent)).json()), who
    for who in ("chair", "coordinator", "idva", "admin"):
        assert (await marac.get(who, "cohort")).status_code == 404
    starts = (marac.runtime.clock.now() + timedelta(days=7)).isoformat()
    refused = await marac.post("coordinator-elsewhere", "meetings", {"area": "north", "starts": starts})
    assert refused.status_code == 404
    refused = await marac.post("coordinator-elsewhere", f"meetings/{made.meeting}/cases", {"case": made.case})
    assert refused.status_code == 404


async def test_the_cohort_by_pages_and_one_person_of_it(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    other = caseload.mention("cat", Role.SUSPECT)
    for days in (3, 4):
        await marac.say("police", caseload.incident(people=[ann(), other], kind="verbal-abuse").said, days)

    async def two() -> bool:
        cohort = (await marac.get("matac", "cohort")).json()
        return (cohort["total"], cohort["not_scored"]) == (2, 0)

    await until(two)
    first = (await marac.get("matac", "cohort?limit=1")).json()
    second = (await marac.get("matac", f"cohort?limit=1&after={first['next']}")).json()
    assert [line["name"]["given"] for line in (*first["people"], *second["people"])] == ["Ben", "Cat"]
    assert [line["rank"] for line in (*first["people"], *second["people"])] == [1, 2]
    assert second["next"] is None
    assert (first["official"], first["model_version"]) == (False, "default-1")
    answer = await marac.get("matac", f"cohort/{first['people'][0]['person']}")
    page = answer.json()
    assert [event["kind"] for event in page["events"]] == ["assault-with-injury"] * 2 + ["assault"]
    assert sum(part["points"] * part["weight"] for part in page["parts"]) == pytest.approx(page["score"])
    for marker in (STREET, "police", "council", made.case, made.breach, "north", "Ann", "Kit"):
        assert marker not in answer.text.replace('"agency_kind":"police"', "")
    assert page["broken"] is False
    missing = await marac.get("matac", f"cohort/{IDS.person('nobody')}")
    assert missing.status_code == 404


async def test_the_case_and_the_agenda_show_the_deadlines_that_run(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    now = marac.runtime.clock.now()
    for rule, hours in ((AlertRule.PRODUCTION, -1), (AlertRule.NO_ANSWER, 5)):
        due = now + timedelta(hours=hours)
        await marac.say("goldthread", ClockStarted(rule=rule, cause=made.breach, generation=1, due=due))

    async def both() -> bool:
        clocks = (await marac.page("chair", made.case))["clocks"]
        return [(each["rule"], each["state"]) for each in clocks] == [
            ("production", "late"),
            ("no-answer", "runs"),
        ]

    await until(both)
    (line,) = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["cases"]
    assert line["clocks_late"] == 1
    assert line["clock_next"] is not None
    headers = {"Authorization": "Bearer chair"}
    page = (await marac.http.get(f"/marac/cases/{made.case}", headers=headers)).text
    assert page.count("Before a court, 24 hours after arrest") == 2, "above, and with its breach"
    assert "A deadline has run out, and nobody has taken it" in page


async def test_a_coordinator_sees_only_whom_their_own_force_concerns(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))

    async def total(who: str) -> int:
        return int((await marac.get(who, "cohort")).json()["total"])

    async def seen() -> int:
        return await total("matac")

    assert await until(seen) == 1
    (ben,) = (await marac.get("matac", "cohort")).json()["people"]
    assert await total("matac-elsewhere") == 0
    for path in (f"/marac/v1/cohort/{ben['person']}", f"/marac/cohort/{ben['person']}"):
        headers = {"Authorization": "Bearer matac-elsewhere"}
        assert (await marac.http.get(path, headers=headers)).status_code == 404
    other = AgencyDefined(agency="southvale-police", name="Southvale Police", kind=AgencyKind.POLICE)
    await marac.say("council", other)
    told = [ann(), caseload.mention("cat", Role.SUSPECT)]
    await marac.say("southvale-police", caseload.incident(people=told).said, 3)

    async def theirs() -> bool:
        return await total("matac-elsewhere") == 1

    await until(theirs)
    (cat,) = (await marac.get("matac-elsewhere", "cohort")).json()["people"]
    assert cat["person"] != ben["person"], "whom the force itself has told of"
    assert await total("matac") == 1


async def test_a_source_shows_every_version_and_a_withdrawn_one_says_nothing(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    police = caller("police", "police", "reporter")
    now = own_header(marac.runtime.clock.now())
    said = bare(caseload.incident(narrative=Narrative(text="Window broken.")).said)
    await marac.runtime.revise(made.incident, 1, now, said, caller=police, right="test")

    async def state(wanted: str) -> dict[str, Any]:
        lines = (await marac.page("chair", made.case))["victim"]["lines"]
        return next((line for line in lines if line["root"] == made.incident and line["state"] == wanted), {})

    line = await until(lambda: state("corrected"))
    assert (line["said"]["text"], line["earlier"][0]["text"]) == ("Window broken.", "Door kicked in.")
    source = (await marac.get("chair", f"cases/{made.case}/sources/{made.incident}")).json()
    assert [(each["version"], each["change"]) for each in source["versions"]] == [
        (2, "correction"),
        (1, "original"),
    ]
    await marac.runtime.revise(made.incident, 2, None, None, caller=police, right="test")
    stub = await until(lambda: state("withdrawn"))
    assert stub["said"] is None

    async def silent() -> dict[str, Any]:
        """The page, when the case's own row has followed that of the person."""
        page = await marac.page("chair", made.case)
        return page if "Window broken." not in str(page) else {}

    page = await until(silent)
    assert made.incident in page["accepted"]
    for answer in (page, (await marac.get("chair", f"cases/{made.case}/sources/{made.incident}")).json()):
        assert "Window broken." not in str(answer)
        assert "Door kicked in." not in str(answer)


async def test_a_version_that_spoke_of_somebody_else_says_nothing_in_her_case(marac: Marac) -> None:
    """Posted about Cat by mistake, corrected to be about Ann."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    wrong = caseload.incident(people=[cat(), ben(Role.SUSPECT)], narrative=Narrative(text="At Cat's home."))
    root = await marac.say("hospital", wrong.said, 2)
    hospital = caller("hospital", "hospital", "reporter")
    right = caseload.incident(people=[ann(), ben(Role.SUSPECT)], narrative=Narrative(text="Bruised."))
    now = own_header(marac.runtime.clock.now())
    await marac.runtime.revise(root, 1, now, bare(right.said), caller=hospital, right="test")

    async def corrected() -> bool:
        lines = (await marac.page("chair", made.case))["victim"]["lines"]
        return any(line["root"] == root for line in lines)

    await until(corrected)
    source = (await marac.get("chair", f"cases/{made.case}/sources/{root}")).json()
    said = [each["said"] and each["said"]["text"] for each in source["versions"]]
    assert said == ["Bruised.", None]


async def test_a_feed_that_is_silent_for_longer_than_usual_is_a_gap(marac: Marac) -> None:
    """Police say something every six hours; then nothing."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    start = marac.runtime.clock.now()
    for n in range(25):
        marac.runtime.clock.set(start + n * timedelta(hours=6))
        await marac.say("police", caseload.incident().said)

    async def silent_after(hours: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        marac.runtime.clock.set(start + timedelta(hours=24 * 6 + hours))
        case = await marac.page("coordinator", made.case)
        agenda = (await marac.get("coordinator", f"meetings/{made.meeting}/agenda")).json()
        return [gap for gap in case["missing"] if gap["code"] == "feed-silent"], agenda["silent"]

    assert await silent_after(11) == ([], [])
    (gap,), (feed,) = await silent_after(13)
    assert (gap["owner"], gap["kind"]) == ("police", "police")
    assert (feed["agency"], feed["name"], feed["since"]) == ("police", "The police", gap["since"])
    last = start + timedelta(hours=24 * 6)
    assert last <= datetime.fromisoformat(gap["since"]) < last + timedelta(minutes=5)
    cohort = (await marac.get("matac", "cohort")).json()
    assert cohort["sources_silent"] is True, "and not which"
    (gap,), _ = await silent_after(24 * 60)
    assert gap["owner"] == "police", "it is not forgotten that it had a rhythm"


async def test_a_rhythm_that_was_set_goes_before_one_that_is_learned(marac: Marac) -> None:
    """The council has said too little for anything to be learned; it is to be heard every two days."""
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    start = marac.runtime.clock.now()

    async def silent_after(hours: float) -> set[str]:
        marac.runtime.clock.set(start + timedelta(hours=hours))
        case = await marac.page("coordinator", made.case)
        return {gap["owner"] for gap in case["missing"] if gap["code"] == "feed-silent"}

    assert await silent_after(49) == set()
    agreed = AgencyDefined(
        agency="council", name="The council", kind=AgencyKind.HOUSING, silent_after_hours=48
    )
    await marac.say("council", agreed)
    assert await silent_after(47) == set()
    assert await silent_after(49) == {"council"}


async def test_an_alert_leads_to_the_case_for_whoever_may_see_it(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    assert (await marac.get("idva", f"causes/{made.breach}/cases")).json() == {"cases": [made.case]}
    elsewhere = await marac.get("coordinator-elsewhere", f"causes/{made.breach}/cases")
    assert elsewhere.json() == {"cases": []}


async def test_thresholds_are_set_by_whose_area_it_is(marac: Marac) -> None:
    await prepared(marac)
    said = {"area": "north", "threshold": "dash-visible-high-risk", "value": 13}
    assert (await marac.post_upon("chair", "thresholds", said)).status_code == 201
    assert (await marac.post_upon("admin", "thresholds", said, 1)).status_code == 201, (
        "castleshire lies around it"
    )
    assert (await marac.post_upon("chair", "thresholds", said | {"area": "south"})).status_code == 404
    assert (await marac.post_upon("coordinator", "thresholds", said, 2)).status_code == 404
