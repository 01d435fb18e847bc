"""Victims at most risk, whoever of their offenders goes forward to a MATAC, and what each side sees of it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis.facts import Fact
from contracts.events.configuration import AreaDefined
from contracts.events.people import IncidentReported
from contracts.events.tasking import CandidateDecided, PutForward
from contracts.rules.occurrence import LONDON
from contracts.sections import Identity, Name
from contracts.vocabulary import AreaKind, CandidateDecision, Forum, IncidentKind, PartiesAnswer, Role
from services.marac.conference import most_at_risk
from services.marac.conference.at_risk_rows import AtRiskTable
from services.marac.conference.most_at_risk import By
from services.marac.rules import at_risk, candidates, months
from services.marac.tasking.rows import TaskingSource
from services.marac.tasking.views import SOURCE
from tests.services.marac.caseload import (
    ann,
    ben,
    breach,
    cat,
    incident,
    kit,
    mention,
    parties_decided,
    person,
    referral,
    world,
)
from tests.services.marac.conftest import CALLERS, Marac, prepared
from tests.support.facts import NOON, area, fact, mention_of, someone, withdrawn
from tests.support.tables import lines
from tests.support.waiting import until
from tests.support.world import World

NORTH = area("north")


@lines(__file__, "at_risk")
def test_who_is_at_risk(line: dict[str, Any]) -> None:
    done = [
        at_risk.Done(NOON - timedelta(days=each["ago"]), frozenset(each.get("by", ())))
        for each in line["done"]
    ]
    found = at_risk.numbers(done, NOON)
    assert (found.offences, found.offenders, found.unknown) == (
        line["offences"],
        line["offenders"],
        line["unknown"],
    )
    assert found.repeat == line["repeat"]
    assert sorted(at_risk.put_forward(done)) == line["put"]


@lines(__file__, "told_to_matac")
def test_what_a_matac_is_told_of_minutes_that_were_issued(line: dict[str, Any]) -> None:
    issued = [[Forum(each) for each in forums] for forums in line["issued"]]
    assert list(candidates.told_to_matac(issued)) == line["told"]


@lines(__file__, "actions_to_matac")
def test_of_which_actions_a_matac_is_told(line: dict[str, Any]) -> None:
    def noon(day: date) -> datetime:
        return datetime.combine(day, time(12), UTC)

    agreed = [
        candidates.AgreedOn(**{"issued": None} | {name: noon(day) for name, day in each.items()})
        for each in line["actions"]
    ]
    told, still_open = candidates.told_of_actions(agreed, months.begun(noon(date(2026, 7, 10))))
    assert (len(told), still_open) == (line["told"], line["open"])


@lines(__file__, "candidates")
def test_who_waits_for_a_decision(line: dict[str, Any]) -> None:
    def at(day: date) -> datetime:
        return datetime.combine(day, time(12), UTC)

    made = line.get("decided")
    decided = candidates.Decided(at(made["at"]), CandidateDecision(made["is"])) if made else None
    put = [at(day) for day in line.get("put", [date(2026, 1, 10)])]
    since = candidates.waits_since(put, map(at, line["known"]), decided)
    assert since == (at(line["since"]) if line["since"] else None)
    if since:
        assert candidates.due(since).astimezone(LONDON).date() == line["due"]


def test_the_numbers_change_when_the_first_is_a_year_old() -> None:
    done = [at_risk.Done(NOON - timedelta(days=each), frozenset({"ben"})) for each in (300, 200, 100)]
    found = at_risk.numbers(done, NOON)
    assert found.changes is not None
    assert at_risk.numbers(done, found.changes - timedelta(seconds=1)).offences == 3
    assert at_risk.numbers(done, found.changes).offences == 2


DAN = someone(Role.SUSPECT, "dan", identity=Identity(name=Name(family="Hale", given="Dan")))


def by_dan(name: str = "by dan", **values: Any) -> Fact[IncidentReported]:
    return incident(name, occurred=NOON - timedelta(days=5), people=[ann(), DAN], **values)


def test_several_records_of_one_occurrence_count_once_and_cat_counts_apart() -> None:
    at = NOON - timedelta(days=40)
    facts = [incident(), incident("theirs", "council", at + timedelta(minutes=20)), by_dan()]
    facts.append(incident("cat's", people=[cat(), ben(Role.SUSPECT)]))
    made = world(*facts, referral())
    row = made.row("conference_at_risk", person("ann"))
    assert (row.offences, row.records, row.offenders, row.repeat) == (2, 3, 2, True)
    hers = made.row("conference_at_risk", person("cat"))
    assert (hers.offences, hers.offenders, hers.repeat, hers.listed) == (1, 1, False, False)
    assert made.row("conference_at_risk", person("ben")) is None


def test_a_child_who_goes_missing_again_and_again_is_no_offence_against_the_mother() -> None:
    ago = [NOON - timedelta(days=each) for each in (1, 11, 21)]
    gone = [incident(f"gone {at}", kind="missing-child", people=[ann(), kit()], occurred=at) for at in ago]
    assert world(*gone).row("conference_at_risk", person("ann")) is None
    row = world(incident(), referral(), *gone).row("conference_at_risk", person("ann"))
    assert (row.offences, row.unknown, row.repeat) == (1, 0, False)


def test_a_repeat_victims_offenders_are_put_forward_once_with_her_letter_alone() -> None:
    made = world(incident(), breach(), by_dan(), referral())
    assert made.settle() == 2
    row = made.row("tasking_candidate", person("ben"))
    assert (row.victims, row.referred, row.since, row.decision) == (("A",), ("A",), "2026-03", None)
    assert made.settle() == 0, "said once"
    assert made.row("tasking_candidate", person("ann")) is None


def not_taken_up() -> World:
    """Ben was put forward because of Ann, and then a MATAC did not take him up."""
    made = world(incident(), breach(), by_dan())
    made.settle()
    said = CandidateDecided(offender=mention_of("police", "ben"), decision=CandidateDecision.NOT_TAKEN_UP)
    made.add(fact(said, agency="police", occurred=NOON + timedelta(hours=1)))
    made.at = NOON + timedelta(hours=2)
    made.settle()
    row = made.row("tasking_candidate", person("ben"))
    assert (row.since, row.due, row.decision.month) == (None, None, "2026-03")
    return made


def test_a_decision_stands_until_harm_to_a_repeat_victim_is_told_that_it_had_not_heard_of() -> None:
    made = not_taken_up()
    said = IncidentReported(kind=IncidentKind.ASSAULT_WITH_INJURY, people=[ann(), ben(Role.SUSPECT)])
    late = {"occurred": NOON - timedelta(days=20), "accepted": made.at, "root": "late"}
    made.add(fact(said, agency="hospital", **late))
    assert made.row("tasking_candidate", person("ben")).since == "2026-03"


def test_a_decision_stands_until_another_of_theirs_is_a_repeat_victim() -> None:
    made = not_taken_up()
    for n in range(3):
        hers = [cat(), ben(Role.SUSPECT)]
        made.add(incident(f"cat's {n}", occurred=NOON - timedelta(days=20 + n), people=hers))
    assert made.row("tasking_candidate", person("ben")).since is None, "she is put forward by nobody yet"
    made.settle()
    row = made.row("tasking_candidate", person("ben"))
    assert (row.victims, row.since) == (("A", "B"), "2026-03")


def test_what_does_not_follow_from_the_records_any_more_puts_nobody_forward() -> None:
    gone = by_dan()
    made = world(incident(), breach(), gone)
    assert made.settle() == 2
    made.add(withdrawn(gone))
    assert made.settle() == 2, "both are ended"
    assert made.row("tasking_candidate", person("ben")) is None
    made.add(by_dan("again"))
    assert made.settle() == 2
    again = [each.content for each in made.facts if isinstance(each.content, PutForward)]
    assert sorted(each.generation for each in again) == [1, 1, 2, 2]


def test_whoever_is_said_to_be_harmed_by_the_victim_too_is_not_put_forward() -> None:
    other_way = [mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)]
    made = world(incident(), breach(), by_dan(), incident("turned", people=other_way))
    made.settle()
    assert made.row("tasking_candidate", person("ben")) is None


def test_what_a_marac_found_of_two_who_accuse_each_other_decides_which_of_them_goes_forward() -> None:
    other_way = [mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)]
    days = [NOON - timedelta(days=n) for n in (60, 50, 45)]
    made = world(incident(), breach(), by_dan())
    made.add(*(incident(f"his {n}", people=other_way, occurred=at) for n, at in enumerate(days)))
    made.settle()
    assert [made.row("tasking_candidate", person(who)) for who in ("ann", "ben")] == [None, None]
    made.add(parties_decided(PartiesAnswer.AS_REFERRED, 1))
    made.settle()
    assert made.row("tasking_candidate", person("ben")).victims
    assert made.row("tasking_candidate", person("ann")) is None, "the primary victim is put forward by nobody"
    made.add(parties_decided(PartiesAnswer.REVERSED, 2))
    made.settle()
    assert made.row("tasking_candidate", person("ann")).victims
    assert made.row("tasking_candidate", person("ben")) is None, "it was ended"
    made.add(parties_decided(PartiesAnswer.NOT_KNOWN, 3))
    made.settle()
    for who in ("ann", "ben"):
        assert made.row("tasking_candidate", person(who)).victims, "as where nobody had found it out"


def test_a_word_against_the_victim_ends_nothing_for_whoever_was_put_forward() -> None:
    made = world(incident(), breach(), by_dan())
    assert made.settle() == 2
    other_way = [mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)]
    made.add(incident("turned", people=other_way))
    assert made.settle() == 0, "who is whose victim, a person finds out"
    row = made.row("tasking_candidate", person("ben"))
    assert row.victims, "it still follows from the records"
    made.add(withdrawn(by_dan()))
    assert made.settle() == 2, "what was done to her so often is what ends it"


def test_where_one_of_two_stands_put_forward_the_other_is_too_whoever_was_told_of_first() -> None:
    said = [mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)]
    days = [NOON - timedelta(days=n) for n in (60, 50, 45)]
    his = [incident(f"his {n}", people=said, occurred=at) for n, at in enumerate(days)]
    made = world(*his)
    made.settle()
    assert made.row("tasking_candidate", person("ann")).victims
    made.add(incident(), breach(), by_dan())
    made.settle()
    for who in ("ann", "ben"):
        assert made.row("tasking_candidate", person(who)).victims, "a person finds out"
    assert made.settle() == 0


def test_the_list_is_read_in_its_order_from_its_index_alone() -> None:
    engine = create_engine("sqlite://")
    AtRiskTable.__table__.create(engine)  # type: ignore[attr-defined]
    with engine.connect() as store:
        for by in By:
            asked = most_at_risk.statement(CALLERS["chair"], by, "north", ("1", "2")).limit(51)
            told = asked.compile(engine, compile_kwargs={"literal_binds": True})
            plan = " ".join(row.detail for row in store.execute(text(f"explain query plan {told}")))
            assert f"COVERING INDEX marac_at_risk_{by}" in plan
            assert "TEMP B-TREE" not in plan


async def at_risk_of(marac: Marac, who: str, **asked: str) -> list[dict[str, Any]]:
    answer = await marac.http.get(
        "/marac/v1/victims", params=asked, headers={"Authorization": f"Bearer {who}"}
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["victims"]
    return found


async def with_more(marac: Marac) -> str:
    """Ann is harmed by a second person, and Cat, whom nobody referred, three times. Gives Ann's case."""
    made = await prepared(marac)
    await marac.say("police", by_dan(routing=NORTH).said, 5)
    for days in (4, 3):
        against_cat = incident(people=[cat(), ben(Role.SUSPECT)], routing=NORTH)
        await marac.say("police", against_cat.said, days)

    async def there() -> bool:
        found = await at_risk_of(marac, "chair")
        return [each["offences"] for each in found] == [3, 3]

    await until(there, what="both are on the list")
    return made.case


async def test_both_lists_for_whoever_may_see_the_case_and_who_is_not_referred(marac: Marac) -> None:
    case = await with_more(marac)
    by_offenders = await at_risk_of(marac, "coordinator", by="offenders", area="north")
    assert [(each["offenders"], each["case"]) for each in by_offenders] == [(2, case), (1, None)]
    assert [each["name"]["family"] for each in by_offenders] == ["Doe", "Rai"]
    assert [each["case"] for each in await at_risk_of(marac, "idva")] == [case], "her cases alone"
    in_the_force = await at_risk_of(marac, "coordinator", by="offenders", area="castleshire")
    assert in_the_force == by_offenders, "the force's, of those who are the caller's"
    for who, asked in (("chair-elsewhere", {}), ("chair", {"area": "south"})):
        assert await at_risk_of(marac, who, **asked) == []
    assert (await marac.get("matac", "victims")).status_code == 404
    headers = {"Authorization": "Bearer chair"}
    page = await marac.http.get("/marac/victims?by=offenders", headers=headers)
    assert "A repeat victim whom nobody referred to a MARAC." in page.text
    one = await marac.http.get("/marac/v1/victims?limit=1", headers=headers)
    more = await marac.http.get(
        "/marac/v1/victims", params={"limit": 1, "after": one.json()["next"]}, headers=headers
    )
    both = [each["person"] for answer in (one, more) for each in answer.json()["victims"]]
    assert len(set(both)) == 2
    assert more.json()["next"] is None


async def test_of_a_district_there_are_those_who_live_in_it(marac: Marac) -> None:
    """For those whose the MARAC around it is; the page offers it, and no area is all that are theirs."""
    await prepared(marac)
    hill = AreaDefined(area="hill", name="Hill", kind=AreaKind.DISTRICT, within="north")
    await marac.say("council", hill)
    for days in (4, 3):
        there = incident(people=[cat(), ben(Role.SUSPECT)], routing=area("hill"))
        await marac.say("police", there.said, days)

    async def of(where: str) -> list[str]:
        return [each["name"]["family"] for each in await at_risk_of(marac, "chair", area=where)]

    async def in_the_hill() -> bool:
        return await of("hill") == ["Rai"]

    await until(in_the_hill, what="Cat lives in the hill")
    assert sorted(await of("north")) == ["Doe", "Rai"], "and in the MARAC around it"
    assert await of("south") == []
    headers = {"Authorization": "Bearer chair"}
    page = (await marac.http.get("/marac/victims?by=offences&area=hill", headers=headers)).text
    assert re.search(r'<option value="hill" selected>\s*Hill', page)
    assert ("RAI" in page, "DOE" in page, "South" in page) == (True, False, False)
    every = (await marac.http.get("/marac/victims?by=offences&area=", headers=headers)).text
    assert ("RAI" in every, "DOE" in every) == (True, True)


async def test_a_matac_decides_and_the_case_says_so_at_once(marac: Marac) -> None:
    case = await with_more(marac)

    async def put() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await marac.get("matac", "candidates")).json()["people"]
        return found if any(each["since"] and each["victims"] == ["A", "B"] for each in found) else []

    await until(put, what="Ben is put forward for both")
    ben_s = person("ben")
    assert (await marac.page("chair", case))["matac"][0]["since"]
    assert (await marac.get("matac-elsewhere", "candidates")).json()["people"] == []
    decision = f"cohort/{ben_s}/decision"
    body: dict[str, Any] = {"decision": "not-taken-up"}
    refused = await marac.post("matac", decision, body)
    assert (refused.status_code, refused.json()["faults"][0]["where"]) == (422, "body.reason")
    body |= {"reason": "managed-elsewhere", "text": "The words of the MATAC."}
    assert (await marac.post("matac-elsewhere", decision, body)).status_code == 404
    assert (await marac.post("chair", decision, body)).status_code == 404
    assert (await marac.post("matac", decision, body)).status_code == 201
    (said,) = (await marac.page("chair", case))["matac"]
    assert (said["since"], said["decision"]["reason"], said["decision"]["words"]) == (
        None,
        "managed-elsewhere",
        None,
    )
    headers = {"Authorization": "Bearer chair"}
    page = (await marac.http.get(f"/marac/cases/{case}", headers=headers)).text
    assert "Not taken up" in page
    assert "The words of the MATAC." not in page
    page = (await marac.http.get(f"/marac/cohort/{ben_s}", headers={"Authorization": "Bearer matac"})).text
    assert "Not taken up" in page
    assert "Referred for A." in page
    assert "Not heard in any month that is over." in page


@pytest.mark.parametrize(
    ("where", "coordinator", "chair", "days_ago", "victims"),
    [
        ("north", "coordinator", "chair", 0, 0),
        ("south", "coordinator-elsewhere", "chair-elsewhere", 0, 0),
        ("north", "coordinator", "chair", 70, 1),
    ],
)
async def test_a_matac_is_told_at_once_to_which_forums_a_marac_took_it_and_nothing_else_of_the_victim(
    marac: Marac, where: str, coordinator: str, chair: str, days_ago: int, victims: int
) -> None:
    """Of two worlds that differ in which MARAC heard her and when, the one is told by the month alone."""
    made = await prepared(marac)
    south = referral(people=[ann(), ben()], routing=area("south")).said
    case = {"north": made.case, "south": await marac.say("haven", south, 2)}[where]
    starts = (marac.runtime.clock.now() - timedelta(days=days_ago)).isoformat()
    meeting = (await marac.post(coordinator, "meetings", {"area": where, "starts": starts})).json()["root"]
    listed = await marac.post(coordinator, f"meetings/{meeting}/cases", {"case": case})
    assert listed.status_code == 201, listed.text
    seat = {"agency": "police", "attended": "present", "chairs": True}
    heard = {"decided": "A room at 14 Marker Street.", "safe_to_tell": None}
    heard |= {"forums": ["adult-safeguarding", "child-protection", "mappa", "matac"]}
    due = (marac.runtime.clock.now() + timedelta(days=5)).isoformat()
    action = {"owner": "council", "due": due, "text": "Watch 14 Marker Street.", "meeting": meeting}
    cohort = f"cohort/{person('ben')}"

    async def candidacy() -> Any:
        answer = await marac.get("matac", cohort)
        return answer.json()["candidacy"] if answer.status_code == 200 else {}

    async def told() -> Any:
        return (await candidacy()).get("forums")

    for end, said in (
        ("sitting", {"step": "opened"}),
        ("attendance", seat),
        (f"cases/{case}/hearing", heard),
    ):
        assert (await marac.post(chair, f"meetings/{meeting}/{end}", said)).status_code == 201, end
    for target in ("perpetrator", "perpetrator", "victim"):
        taken = await marac.post(coordinator, f"cases/{case}/actions", action | {"target": target})
        assert taken.status_code == 201, taken.text
    closed = await marac.post(chair, f"meetings/{meeting}/sitting", {"step": "closed"})
    assert closed.status_code == 201, closed.text

    async def there() -> bool:
        return await told() == []

    await until(there, what="Ben is in the cohort, and nothing is issued yet")
    before = await candidacy()
    issued = await marac.post(chair, f"meetings/{meeting}/minutes", {"number": 1})
    assert issued.status_code == 201, issued.text

    async def both() -> bool:
        return bool(await told() == ["matac", "mappa"])

    await until(both, what="what is about Ben, as issued")
    assert (await candidacy(), before["heard"]) == (before | {"forums": ["matac", "mappa"]}, victims)
    page = (await marac.http.get(f"/marac/{cohort}", headers={"Authorization": "Bearer matac"})).text
    assert "A MARAC took it on to:" in page
    for kept in ("Marker Street", "North", "South", "afeguarding", "hild protection", case):
        assert kept not in page, kept
    assert "about whoever harms" not in page, "of actions nothing in the month of the minutes"
    later = marac.runtime.clock.now() + timedelta(days=32)
    marac.runtime.clock.set(later)
    await until(lambda: marac.passed(later), what="what was known when the month began is all here")
    after = await candidacy()
    assert (after["actions"], after["actions_open"], after["forums"]) == (2, 2, ["matac", "mappa"])
    page = (await marac.http.get(f"/marac/{cohort}", headers={"Authorization": "Bearer matac"})).text
    assert "2 actions about whoever harms were agreed" in page
    assert not [kept for kept in ("Marker Street", "North", "South", "ouncil", case) if kept in page]
    inside = [{"person": CALLERS[each].id, "name": each} for each in (chair, coordinator)]
    said = {"reason": "A cousin works there.", "to": inside}
    shut = await marac.post_upon(coordinator, f"cases/{case}/restriction", said)
    assert shut.status_code == 201, shut.text
    await until(there, what="of a case that is restricted nothing")
    since = await candidacy()
    numbers = ("heard", "actions", "actions_open")
    assert [since[each] for each in numbers] == [after[each] for each in numbers], "not on which day that was"
    marac.runtime.clock.set(marac.runtime.clock.now() + timedelta(days=32))
    since = await candidacy()
    assert [since[each] for each in numbers] == [0, 0, 0]


async def test_the_page_keeps_what_was_typed_and_records_once(marac: Marac) -> None:
    await with_more(marac)
    path, matac = f"/marac/cohort/{person('ben')}/decision", {"Authorization": "Bearer matac"}

    async def there() -> bool:
        return (await marac.http.get(path, headers=matac)).status_code == 200

    await until(there, what="Ben is put forward")
    once = re.findall(r'name="once" value="([^"]+)"', (await marac.http.get(path, headers=matac)).text)[0]
    typed = {"once": once, "decision": "not-taken-up", "text": "Nothing is left to do."}
    wrong = await marac.http.post(path, data=typed, headers=matac)
    assert wrong.status_code == 422
    assert "Select why this person is not taken up" in wrong.text
    assert "Nothing is left to do." in wrong.text
    for _ in range(2):
        done = await marac.http.post(path, data=typed | {"decision": "taken-up"}, headers=matac)
        assert done.status_code == 303
    facts = await marac.runtime.facts([f"m:{await mention_decided(marac)}"])
    assert len(facts.current(CandidateDecided)) == 1


async def mention_decided(marac: Marac) -> str:
    """By which of Ben's mentions a decision is filed."""
    source = await marac.runtime.row(SOURCE, person("ben"))
    assert isinstance(source, TaskingSource)
    return source.mention
