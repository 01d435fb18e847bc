"""From referral to listing: criteria by rule, capacity, what persons decide, emergency meetings, and what
each MARAC chooses for itself."""

import re
from asyncio import gather
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.accept import own_header
from chassis.clock import working_days_before
from chassis.facts import FactSet
from chassis.log import Record
from chassis.parking import Park, park
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned
from contracts.events.listing import Escalation, LocalCriterion, MaracSet
from contracts.events.people import Answered, Dash
from contracts.events.research import InterestDeclared, Tie
from contracts.mentions import Mention
from contracts.rules.instruments import FORMS
from contracts.vocabulary import EscalationUnit, Grade, ReferralCriterion, RiskAnswer, Role, Threshold
from services.marac.conference.criteria import found_of
from services.marac.rules import capacity, criteria, pairs
from services.marac.rules.chosen import Chosen, chosen
from services.marac.rules.repeat import Event, months_after
from tests.services.marac import caseload
from tests.services.marac.caseload import (
    ann,
    ben,
    breach,
    cat,
    incident,
    mention,
    person,
    referral,
    risk,
    world,
)
from tests.services.marac.conftest import CALLERS, Marac, Prepared, link, prepared
from tests.support.facts import IDS, NOON, fact, mention_of, root_of, someone, withdrawn
from tests.support.tables import lines
from tests.support.waiting import until

ALONE = {ReferralCriterion.HBA_FM, ReferralCriterion.MARAC_TRANSFER}
"""Of which nobody but a referrer tells."""

ITEMS = {item: factor for form in FORMS.values() for item, factor in form.items.items()}
"""What each item of each form asks about."""

SAYS = {
    "says yes": RiskAnswer.YES,
    "says no": RiskAnswer.NO,
    "says often": RiskAnswer.OFTEN,
    "says never": RiskAnswer.NEVER,
    "does not know": RiskAnswer.DONT_KNOW,
    "did not ask": RiskAnswer.NOT_ASKED,
}
"""How a line of a table says that items are answered."""


def seen(line: dict[str, Any]) -> criteria.CaseSeen:
    """A case as a line of a table tells of it."""
    happened = [
        criteria.Happened(
            months_after(NOON, -months),
            tuple(Event(f"{n}.{m}", months_after(NOON, -months), kind) for m, kind in enumerate(kinds)),
        )
        for n, (months, *kinds) in enumerate(line.get("happened", []))
    ]
    assessed = [
        criteria.Assessed(
            str(n),
            Grade(each["grade"]),
            each.get("score"),
            each.get("open", 0),
            each.get("judged", False),
            dict.fromkeys(criteria.RISING, RiskAnswer.NO)
            | {ITEMS[item]: answer for how, answer in SAYS.items() for item in each.get(how, [])},
        )
        for n, each in enumerate(line.get("assessed", [{"score": 0, "grade": "standard"}]))
    ]
    return criteria.CaseSeen(
        referral="case",
        ticked=frozenset(map(ReferralCriterion, line.get("ticked", []))),
        assessed=assessed,
        happened=happened,
        repeat=tuple(line.get("repeat", [])),
        earlier=line.get("referred before"),
        recorded=tuple(line.get("recorded", [])),
        honour=tuple(line.get("honour", [])),
        taken_over=line.get("taken over", False),
        unread=line.get("unread", 0),
        kept=tuple(line.get("kept", [])),
    )


def taken_by(line: dict[str, Any]) -> Chosen:
    """What the area of a line takes."""
    given: dict[str, Any] = {"dash": line.get("dash", 14)}
    given |= {"local": tuple(LocalCriterion(**each) for each in line.get("local", []))}
    if "escalation" in line:
        given["escalation"] = tuple(Escalation.model_validate(each) for each in line["escalation"])
    return Chosen(**given)


@lines(__file__, "criteria")
def test_criteria(line: dict[str, Any]) -> None:
    found = criteria.criteria(seen(line), taken_by(line), NOON)
    assert [each.criterion for each in found if each.state == "met"] == line["met"]
    unknown = {each.criterion for each in found if each.state == "not-known"} - ALONE
    assert sorted(unknown) == sorted(line.get("not known", []))
    because = {each.criterion: each.because for each in found}
    assert line.get("because", {}).items() <= because.items()
    assert all(each.roots for each in found if each.state == "met"), "what is met says by which facts"
    ticked = {each.criterion for each in found if each.ticked}
    assert ticked == set(line.get("ticked", [])), "what the referrer ticked stands beside it"


@lines(__file__, "returned")
def test_what_brings_a_returned_referral_back(line: dict[str, Any]) -> None:
    before = {"assessed": [], **line, **line.get("before", {})}
    since = line["since"]
    now = before | since | {"assessed": before["assessed"] + since.get("assessed", [])}
    now["happened"] = before.get("happened", []) + since.get("happened", [])
    considered = frozenset(criteria.evidence(criteria.criteria(seen(before), taken_by(line), NOON), {}))
    found = criteria.criteria(seen(now), taken_by(line), NOON)
    more = now.get("unread", 0) > before.get("unread", 0)
    back = criteria.fresh(found, {}, considered, more_unread=more)
    assert [each.criterion for each in back] == line["back"]


@given(
    rules=st.lists(
        st.builds(
            Escalation,
            unit=st.sampled_from(EscalationUnit),
            least=st.integers(2, 3),
            months=st.integers(6, 12),
        ),
        min_size=1,
        max_size=2,
    ),
    happened=st.lists(
        st.tuples(st.integers(0, 14), st.sampled_from(["stalking", "verbal-abuse"])).map(list), max_size=5
    ),
    ticked=st.booleans(),
    rises=st.booleans(),
    months=st.integers(0, 15),
)
def test_no_returned_referral_is_back_because_time_went_by(
    rules: list[Escalation], happened: list[Any], ticked: bool, rises: bool, months: int
) -> None:
    """What was considered stays considered when a window of months runs out."""
    line: dict[str, Any] = {
        "happened": happened,
        "ticked": ["potential-escalation"] if ticked else [],
        "assessed": [{"score": 4, "grade": "standard", "says yes": ["D10"] if rises else []}],
    }
    chosen = Chosen(dash=14, escalation=tuple(rules))
    considered = frozenset(criteria.evidence(criteria.criteria(seen(line), chosen, NOON), {}))
    later = criteria.criteria(seen(line), chosen, months_after(NOON, months))
    assert criteria.fresh(later, {}, considered, more_unread=False) == []


@pytest.mark.parametrize(
    ("what", "assessed", "because"),
    [
        ("YES, item by item", {"answers": [Answered(item="D15", answer="yes")]}, "answered"),
        ("YES on a whole Dash", {"dash": Dash(answers={"D15": "yes"})}, "answered"),
        (
            "YES on one for young people",
            {"dash": Dash(instrument="yp-dash", answers={"D15": "yes"})},
            "answered",
        ),
        ("NO", {"answers": [Answered(item="D15", answer="no")]}, "denied"),
        ("left out", {"answers": [Answered(item="D14", answer="no")]}, "not-answered"),
        ("a grade alone", {}, "not-answered"),
        (
            "YES of somebody else who is accused",
            {
                "answers": [Answered(item="D15", answer="yes")],
                "people": [ann(), mention("cat", Role.SUSPECT)],
            },
            "not-answered",
        ),
        (
            "YES of nobody who is named",
            {"answers": [Answered(item="D15", answer="yes")], "people": [ann()]},
            "answered",
        ),
    ],
)
def test_a_local_criterion_reads_a_dash_however_it_came(
    what: str, assessed: dict[str, Any], because: str
) -> None:
    local = LocalCriterion(code="strangled", words="Strangled", kinds=["non-fatal-strangulation"])
    made = world(referral(dash=None), risk(**assessed))
    case, victim = made.row("conference_case", root_of("case")), made.row("conference_person", person("ann"))
    found = found_of(case, victim, Chosen(local=(local,)), 0, NOON)[-1]
    by = (root_of("risk"),) if because == "answered" else ()
    assert (found.because, found.roots) == (because, by), what


def test_a_grade_that_is_kept_leaves_it_open_whether_the_risk_is_high() -> None:
    high, medium = referral("gone"), referral(dash=None, grade=Grade.MEDIUM, agency="police")
    made = world(medium, high, withdrawn(high))
    case, victim = made.row("conference_case", root_of("case")), made.row("conference_person", person("ann"))
    found = found_of(case, victim, Chosen(), 0, NOON)[0]
    assert (case.grade, found.state, found.because) == (Grade.HIGH, "not-known", "withdrawn")
    assert found.roots == (root_of("gone"),)


@lines(__file__, "capacity")
def test_the_soonest_date(line: dict[str, Any]) -> None:
    rooms = [
        capacity.Room(
            name,
            NOON + timedelta(days=days),
            (NOON + timedelta(days=closes)).date(),
            slots,
            taken,
            emergency=bool(rest),
        )
        for name, (days, slots, taken, closes, *rest) in line["meetings"].items()
    ]
    waiting = [
        capacity.Waits(name, Grade(grade), NOON - timedelta(days=days), bool(rest))
        for name, (grade, days, *rest) in line["waiting"].items()
    ]
    assert capacity.soonest(waiting, rooms, NOON) == line["soonest"]


def test_two_meetings_at_one_time_are_a_question() -> None:
    def room(name: str, hours: float) -> capacity.Room:
        return capacity.Room(name, NOON + timedelta(hours=hours), NOON.date(), 16, 0)

    assert capacity.at_one_time([room("b", 3.5), room("a", 0), room("c", 8)]) == [("a", "b")]


@pytest.mark.parametrize(
    ("what", "hours", "chairs", "asked"),
    [
        ("the same chair at the same hour", 0, {"own": "rowan", "other": "rowan"}, True),
        ("it begins before this is over", 3.9, {"own": "rowan", "other": "rowan"}, True),
        ("it begins as this can be over", 4, {"own": "rowan", "other": "rowan"}, False),
        ("this begins before it is over", -3.9, {"own": "rowan", "other": "rowan"}, True),
        ("it is over as this begins", -4, {"own": "rowan", "other": "rowan"}, False),
        ("another chair", 0, {"own": "rowan", "other": "ida"}, False),
        ("a chair who is not known", 0, {"other": "rowan"}, False),
        ("nobody is known to chair either", 0, {}, False),
    ],
)
def test_one_chair_at_two_maracs_at_one_time(
    what: str, hours: float, chairs: dict[str, str], *, asked: bool
) -> None:
    def room(name: str, hours: float) -> capacity.Room:
        return capacity.Room(name, NOON + timedelta(hours=hours), NOON.date(), 16, 0)

    other = room("other", hours)
    found = capacity.of_one_chair([room("own", 0)], [other], chairs)
    assert found == ([("own", other.starts)] if asked else []), what


def test_what_cannot_wait() -> None:
    recent, past = NOON - timedelta(days=3), NOON - timedelta(days=30)
    assert capacity.urgent(Grade.HIGH, recent, unanswered=False, at=NOON)
    assert capacity.urgent(Grade.UNKNOWN, None, unanswered=True, at=NOON), "unknown counts as high"
    assert not capacity.urgent(Grade.HIGH, past, unanswered=False, at=NOON)
    assert not capacity.urgent(Grade.MEDIUM, recent, unanswered=True, at=NOON)


@lines(__file__, "pairs")
def test_the_same_people(line: dict[str, Any]) -> None:
    hers = pairs.Pair("hers", "ann", frozenset({"ben"}))
    other = pairs.Pair("other", line["victim"], frozenset(line["by"]))
    found = pairs.others(hers, [hers, other])
    assert [each.alike for each in found] == ([line["alike"]] if line["alike"] else [])


@lines(__file__, "between")
def test_what_is_between_the_two(line: dict[str, Any]) -> None:
    found = pairs.between("ann", ["ben"], line["victims"], line["by"], line["kind"])
    assert (found, pairs.is_abuse(line["kind"], line["by"])) == (line["between"], line["abuse"])


def test_each_two_of_the_same_people_are_told_once_and_a_victim_with_somebody_else_is_no_such_two() -> None:
    cases = [
        pairs.Pair("again", "ann", frozenset({"ben", "dan"})),
        pairs.Pair("back", "ben", frozenset({"ann"})),
        pairs.Pair("dans", "ann", frozenset({"eli"})),
        pairs.Pair("hers", "ann", frozenset({"ben"})),
        pairs.Pair("nobody's", None, frozenset({"ben"})),
    ]
    for each in (cases, cases[::-1]):
        assert pairs.among(each) == [
            ("again", "back", "other-direction"),
            ("again", "hers", "same-pair"),
            ("back", "hers", "other-direction"),
        ]


def test_an_agenda_closes_on_a_working_day_before() -> None:
    assert str(working_days_before((NOON + timedelta(days=34)).date(), 2)) == "2026-04-01", "over Easter"


@pytest.mark.parametrize("least", [1, 2, 60])
def test_a_threshold_of_incidents_holds_as_it_was_set(least: int) -> None:
    said = ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=least)
    (found,) = chosen(FactSet([fact(said, root="threshold")]), "north").escalation
    assert (found.least, found.unit, found.months) == (least, "incidents", 12)


def test_a_repeat_is_by_the_definition_that_the_marac_has_chosen() -> None:
    shouting = incident(kind="verbal-abuse", occurred=NOON - timedelta(days=1))
    old = fact(MaracSet.model_validate({"area": "north", "repeat_definition": "old"}), root="chosen")

    def found(*facts: Any) -> Any:
        return world(referral(), *facts).row("conference_case", root_of("case")).repeat

    assert found(shouting).definition == "current"
    assert found(shouting, old) is None, "nobody calls it a crime"
    assert found(breach(), old).definition == "old"


async def waits(marac: Marac, who: str = "coordinator") -> dict[str, dict[str, Any]]:
    """The cases that wait in the north, by id."""
    (north,) = [each for each in await maracs(marac, who) if each["area"] == "north"]
    return {each["case"]: each for each in north["waiting"]}


async def maracs(marac: Marac, who: str = "coordinator") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await marac.get(who, "waiting")).json()["maracs"]
    return found


async def refer(marac: Marac, *people: Any, days_ago: float = 3, **more: Any) -> str:
    """A referral by the IDVA service, folded; its case."""
    said = referral(people=list(people) or [cat(), ben()], **more).said
    case = await marac.say("haven", said, days_ago)

    async def folded() -> bool:
        return bool(await marac.page("coordinator", case))

    await until(folded, what="the case is folded")
    return case


def states(line: dict[str, Any]) -> dict[str, str]:
    return {each["criterion"]: each["state"] for each in line["criteria"]}


async def test_who_waits_with_criteria_and_the_soonest_date(marac: Marac) -> None:
    made = await prepared(marac)
    high = await refer(marac)
    low = await refer(marac, mention("kit", caseload.Role.VICTIM), ben(), grade=Grade.STANDARD, dash=None)
    await marac.post_upon("chair", "choices", {"area": "north", "slots": 2, "closes_days": 0})
    (north, *_) = await maracs(marac)
    assert [line["case"] for line in north["waiting"]] == [high, low], "the gravest first"
    assert made.case not in await waits(marac), "it is listed"
    assert states(north["waiting"][0])["visible-high-risk"] == "met"
    (room,) = north["meetings"]
    assert (room["slots"], room["taken"], room["free"]) == (2, 1, 1)
    assert [line["soonest"] for line in north["waiting"]] == [made.meeting, None]
    assert north["without_date"] == 1
    assert [each["code"] for each in north["questions"]] == ["no-chair"]
    for case in (high, low):
        taken = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
        assert taken.status_code == 201, "over capacity is taken"
    (north, *_) = await maracs(marac)
    assert north["waiting"] == []
    assert {each["code"]: each["n"] for each in north["questions"]} == {"over": 1, "no-chair": 0}


async def test_whether_a_meeting_that_nobody_closed_was_held_is_asked_of_whoever_may_see_its_case(
    marac: Marac,
) -> None:
    made = await prepared(marac)
    starts = (marac.runtime.clock.now() - timedelta(days=2)).isoformat()
    called = await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})
    meeting = called.json()["root"]
    listed = await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": made.case})
    assert listed.status_code == 201, listed.text

    async def asked() -> list[tuple[list[str], int]]:
        (north, *_) = await maracs(marac)
        return [(each["meetings"], each["n"]) for each in north["questions"] if each["code"] == "not-closed"]

    async def once_asked() -> bool:
        return await asked() == [([meeting], 1)]

    await until(once_asked)
    page = await marac.http.get("/marac/waiting", headers={"Authorization": "Bearer coordinator"})
    assert "nobody closed the meeting. Was it held?" in page.text
    said = InterestDeclared(person=CALLERS["coordinator"].id, cases=[Tie(case=made.case, tie=True)])
    now = own_header(marac.runtime.clock.now())
    await marac.runtime.take(now, said, caller=CALLERS["coordinator"], right="test")

    async def no_more() -> bool:
        return await asked() == []

    await until(no_more, what="whoever has a tie reads nothing of it, nor of its meeting")


async def test_which_other_marac_had_a_case_stands_on_its_pages_and_on_the_agenda(marac: Marac) -> None:
    """Most of the 290 are on no Goldthread: what they hold is asked for by telephone."""
    made = await prepared(marac)
    words = "Farshire Coast MARAC, March 2025"
    case = await refer(marac, criteria=["marac-transfer"], other_marac=words)
    assert states((await waits(marac))[case])["marac-transfer"] == "met"
    taken = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert taken.status_code == 201, taken.text
    headers = {"Authorization": "Bearer chair"}

    async def said() -> bool:
        paths = (f"cases/{case}", f"meetings/{made.meeting}", f"meetings/{made.meeting}/hear/{case}")
        return all(
            [words in (await marac.http.get(f"/marac/{each}", headers=headers)).text for each in paths]
        )

    await until(said, what="the case's page, the agenda and the chair's page say it")
    assert (await marac.page("chair", case))["other_marac"] == words


async def test_a_case_that_waits_and_was_sent_on_says_so_to_whoever_lists(marac: Marac) -> None:
    await prepared(marac)
    case = await refer(marac)
    asked = {"outside": "Farshire Coast MARAC"}
    warned = (await marac.post("coordinator", f"cases/{case}/move-warnings", asked)).json()["warning"]
    sent = await marac.post("coordinator", f"cases/{case}/transfers", asked | {"warning_read": warned})
    assert sent.status_code == 201, sent.text

    async def said() -> bool:
        line = (await waits(marac))[case]["sent_on"]
        return bool(line) and (line["to_name"], line["there"]) == ("Farshire Coast MARAC", False)

    await until(said, what="it is on its way, and waits here until a person says otherwise")
    coordinator = {"Authorization": "Bearer coordinator"}
    page = await marac.http.get("/marac/waiting", headers=coordinator)
    assert "Sent to Farshire Coast MARAC" in page.text
    told = {"answer": "confirm", "text": "Its coordinator rang."}
    answers = f"transfers/{sent.json()['root']}/answers"
    assert (await marac.post("coordinator", answers, told)).status_code == 201

    async def elsewhere() -> list[str]:
        (north,) = [each for each in await maracs(marac) if each["area"] == "north"]
        return [] if case in await waits(marac) else [each["case"] for each in north["elsewhere"]]

    await until(lambda: _is(elsewhere, [case]), what="no slot is held for it")
    page = await marac.http.get("/marac/waiting", headers=coordinator)
    assert "With Farshire Coast MARAC, which is not on Goldthread" in page.text
    again = incident(people=[cat(), ben()]).said
    await marac.say("police", again)
    await until(lambda: _is(elsewhere, []), what="something happened since: it is for a person to look")
    assert (await waits(marac))[case]["sent_on"]["there"] is True


async def _is(seen: Callable[[], Awaitable[list[str]]], what: list[str]) -> bool:
    return await seen() == what


async def test_what_is_odd_about_meetings_is_taken_and_asked(marac: Marac) -> None:
    made = await prepared(marac)
    first = (await marac.get("coordinator", "meetings")).json()["to_come"][0]
    asked = {"area": "north", "starts": first["starts"], "chair_name": "Rowan Ellis"}
    other = (await marac.post("coordinator", "meetings", asked)).json()["root"]
    listed = await marac.post("coordinator", f"meetings/{other}/cases", {"case": made.case})
    assert listed.status_code == 201
    (north, *_) = await maracs(marac)
    codes = {each["code"]: each for each in north["questions"]}
    assert set(codes) == {"at-one-time", "no-chair", "listed-twice", "slots-not-set"}
    assert sorted(codes["listed-twice"]["meetings"]) == sorted([made.meeting, other])
    assert codes["no-chair"]["meetings"] == [made.meeting]
    page = await form(marac, "coordinator", "/marac/waiting")
    for asked_ in ("begins before the other can be over. Is it one?", "is listed at two meetings:"):
        assert asked_ in page
    assert {room["meeting"]: room["taken"] for room in north["meetings"]} == {made.meeting: 1, other: 1}


async def test_one_chair_at_two_maracs_at_one_time_is_asked_by_the_time_alone(marac: Marac) -> None:
    await prepared(marac)
    starts = (marac.runtime.clock.now() + timedelta(days=3)).isoformat()
    chair = CALLERS["chair"]
    called = {"starts": starts, "chair": chair.id, "chair_name": chair.name, "venue": "Room 9"}
    for who, area in (("coordinator", "north"), ("coordinator-elsewhere", "south")):
        assert (await marac.post(who, "meetings", called | {"area": area})).status_code == 201
    ((north, *_), text) = await maracs(marac), (await marac.get("coordinator", "waiting")).text
    (asked,) = [each for each in north["questions"] if each["code"] == "chair-twice"]
    south = (await marac.get("coordinator-elsewhere", "meetings")).json()["to_come"]
    assert datetime.fromisoformat(asked["at"]) == datetime.fromisoformat(starts)
    assert [each["meeting"] for each in south if each["meeting"] in text] == [], "of the other one no more"
    page = await form(marac, "coordinator", "/marac/waiting")
    assert "is named for another MARAC" in page


async def test_a_case_that_is_listed_twice_has_one_fact_and_is_gone_when_that_is(marac: Marac) -> None:
    """By two coordinators of two agencies, one after the other and at once; then it can be listed anew."""
    made = await prepared(marac)
    starts = (marac.runtime.clock.now() + timedelta(days=8)).isoformat()
    meeting = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()[
        "root"
    ]
    path, body = f"meetings/{meeting}/cases", {"case": made.case}
    for again in range(2):
        both = await gather(*(marac.post(who, path, body) for who in ("coordinator", "coordinator-too")))
        assert sorted(each.status_code for each in both) == [200, 201], (again, [each.text for each in both])
        third = await marac.post("coordinator-too", path, body)
        assert (third.status_code, third.json()["status"]) == (200, "repeated")
        roots = {each.json()["root"] for each in (*both, third)}
        assert len(roots) == 1
        assert await on(marac, meeting) == [made.case]
        headers = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
        gone = await marac.http.delete(f"/marac/v1/facts/{roots.pop()}", headers=headers)
        if gone.status_code == 404:  # it is the other agency's to take off
            headers["Authorization"] = "Bearer coordinator-too"
            gone = await marac.http.delete(gone.request.url.path, headers=headers)
        assert gone.is_success, gone.text

        async def empty() -> bool:
            return await on(marac, meeting) == []

        await until(empty, what="taking that off takes it off")
    assert (await marac.post("chair-elsewhere", path, body)).status_code == 404


async def on(marac: Marac, meeting: str) -> list[str]:
    """The cases on an agenda."""
    agenda = (await marac.get("coordinator", f"meetings/{meeting}/agenda")).json()
    return [each["case"] for each in agenda["cases"]]


async def test_two_cases_of_the_same_people_stay_two_until_a_person_returns_one(marac: Marac) -> None:
    made = await prepared(marac)
    first, second = await refer(marac), await refer(marac, days_ago=2)

    async def told_of_each_other() -> bool:
        found = await waits(marac)
        return all(
            other in [each["case"] for each in found.get(case, {}).get("others", ())]
            for case, other in ((first, second), (second, first))
        )

    await until(told_of_each_other, what="each says that the other may be of the same people")
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": first})
    assert listed.status_code == 201
    await until(lambda: _waits_no_more(marac, first), what="the first is listed")
    assert second in await waits(marac), "and the second waits still"
    returned_ = await marac.post("coordinator", f"cases/{second}/returns", RETURN)
    assert returned_.status_code == 201, returned_.text
    await until(lambda: _waits_no_more(marac, second), what="a person returned it")
    assert (await marac.get("coordinator", f"cases/{second}")).status_code == 200, "and it is not gone"


async def test_two_cases_found_to_be_of_the_same_people_once_both_are_listed_are_asked_about(
    marac: Marac,
) -> None:
    """By two agencies, each with its own records; a person decides, and no link does."""
    made = await prepared(marac)
    case = await marac.say("police", referral(people=[_unknown(Role.VICTIM), ben()]).said, 2)

    async def there() -> bool:
        return bool(await marac.page("coordinator", case))

    await until(there, what="the second case is folded")
    listed = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": case})
    assert listed.status_code == 201, listed.text

    async def asked() -> list[tuple[str, set[str]]]:
        (north, *_) = await maracs(marac)
        found = [each for each in north["questions"] if each["code"] in ("same-pair", "other-direction")]
        return [(each["code"], {each["case"], each["other"]}) for each in found]

    assert await asked() == [], "nobody knows that it is the same victim"
    other, hers = mention_of("police", "somebody"), mention_of("police", "ann")
    moved = {"mention": other, "from": IDS.person(other), "to": IDS.person(hers)}
    await marac.say("goldthread", IdentityAssigned.model_validate({"seq": 2, "moves": [moved]}))

    async def said() -> bool:
        return await asked() == [("same-pair", {made.case, case})]

    await until(said, what="it is asked whether each is to be heard")
    page = await form(marac, "coordinator", "/marac/waiting")
    assert "are of the same two people, and both are listed:" in page
    assert all(f'href="/marac/cases/{each}/decisions"' in page for each in (made.case, case))
    assert sorted(await on(marac, made.meeting)) == sorted([made.case, case]), "they stay two"
    for mine, theirs in ((made.case, case), (case, made.case)):
        assert (await marac.get("coordinator", f"cases/{mine}")).status_code == 200
        decisions = (await marac.get("coordinator", f"cases/{mine}/decisions")).json()
        assert [(each["case"], each["alike"]) for each in decisions["others"]] == [(theirs, "same-pair")]
    headers = {"Authorization": "Bearer coordinator", "If-Match": '"1"'}
    gone = await marac.http.delete(f"/marac/v1/facts/{listed.json()['root']}", headers=headers)
    assert gone.status_code == 200, gone.text

    async def decided() -> bool:
        return await asked() == [] and await on(marac, made.meeting) == [made.case]

    await until(decided, what="a person took one off")
    assert case in await waits(marac), "which waits again, and is not gone"


def _unknown(role: Role) -> Mention:
    """Somebody whose record nobody has linked yet."""
    return someone(role, "somebody", identity=caseload.WHO["ann"])


async def _waits_no_more(marac: Marac, case: str) -> bool:
    return case not in await waits(marac)


RETURN = {"advice": "Offer the IDVA service.", "reason": "One shout, and no fear of more."}


async def returned(marac: Marac) -> str:
    """A referral of low score that the coordinator has returned."""
    await prepared(marac)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    answer = await marac.post("coordinator", f"cases/{case}/returns", RETURN)
    assert answer.status_code == 201, answer.text
    return case


async def test_a_returned_case_stays_and_its_referrer_is_told(marac: Marac) -> None:
    case = await returned(marac)
    assert case not in await waits(marac)
    (north, *_) = await maracs(marac)
    assert [each["case"] for each in north["returned"]] == [case]
    (told,) = (await marac.get("idva", "returned")).json()["referrals"]
    assert (told["case"], told["advice"]) == (case, "Offer the IDVA service.")
    assert (await marac.get("idva-else", "returned")).json()["referrals"] == [], "another agency's"
    assert (await marac.get("system", "returned")).json()["referrals"] == []
    tie = InterestDeclared(person=CALLERS["idva"].id, cases=[Tie(case=case, tie=True)])
    now = own_header(marac.runtime.clock.now())
    taken = await marac.runtime.take(now, tie, caller=CALLERS["idva"], right="test")
    await marac.runtime.folded(tie.keys(taken.root))
    assert (await marac.get("idva", "returned")).json()["referrals"] == [], "nor whoever has a tie"
    assert (await marac.page("chair", case))["decided"]["returned"]["away"] is True, "it is not gone"
    agenda = (await marac.get("coordinator", "meetings")).json()
    assert agenda["note"]["back"] == []


async def test_a_returned_case_whose_risk_rises_is_back_by_itself(marac: Marac) -> None:
    case = await returned(marac)
    await marac.say("police", risk(people=[cat(), ben()]).said)
    await link(marac)

    async def back() -> bool:
        return case in await waits(marac)

    await until(back, what="the case is back")
    assert (await waits(marac))[case]["back"] == ["visible-high-risk"]
    note = (await marac.get("coordinator", "meetings")).json()["note"]
    assert [each["case"] for each in note["back"]] == [case]
    assert (await marac.get("idva", "returned")).json()["referrals"] == []
    page = await marac.http.get("/marac/meetings", headers={"Authorization": "Bearer coordinator"})
    assert "1 returned case is back" in page.text


async def test_a_second_referral_that_was_returned_is_back_once_something_happens_between_the_two(
    marac: Marac,
) -> None:
    """Though no meeting has heard either, so that nobody knows whether it is a repeat; and by the first one's
    Dash it happens more often."""
    await prepared(marac)
    await refer(marac, days_ago=60)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    assert states((await waits(marac))[case])["repeat"] == "not-known"
    answer = await marac.post("coordinator", f"cases/{case}/returns", RETURN)
    assert answer.status_code == 201, answer.text
    await until(lambda: _waits_no_more(marac, case), what="it is returned")
    await marac.say("haven", incident(people=[cat(), ben()]).said, 0.1)

    async def back() -> list[str] | None:
        line = (await waits(marac)).get(case)
        return line and line["back"]

    assert await until(back, what="the case is back") == ["potential-escalation", "repeat"]


async def test_a_returned_case_is_back_when_more_of_it_cannot_be_read_than_could_not_be_then(
    marac: Marac,
) -> None:
    await prepared(marac)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    store = marac.runtime.store

    async def unread(place: int) -> None:
        record = Park(Record("incident", "", b"?", 0, place), "no event", [f"k:{case}"], True)
        async with store.writing() as connection:
            await park(store, connection, IDS, [record], 0)

    await unread(1_000_001)
    assert (await marac.post("coordinator", f"cases/{case}/returns", RETURN)).status_code == 201

    async def away() -> bool:
        return case not in await waits(marac)

    await until(away, what="what could not be read was known of when it was returned")
    await unread(1_000_002)
    assert "visible-high-risk" in (await waits(marac))[case]["back"]


async def test_only_whoever_may_returns_a_referral_and_no_rule_does(marac: Marac) -> None:
    await prepared(marac)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    assert case in await waits(marac), "no score refuses"
    body = {"advice": "x", "reason": "y"}
    for who in ("idva", "coordinator-elsewhere", "matac", "admin", "system"):
        assert (await marac.post(who, f"cases/{case}/returns", body)).status_code == 404, who
    for wrong in ({"advice": "x"}, body | {"considered": []}):
        assert (await marac.post("chair", f"cases/{case}/returns", wrong)).status_code == 422


async def test_counter_allegations_are_seen_before_listing_and_decided_by_a_person(marac: Marac) -> None:
    made = await prepared(marac)
    theirs = await refer(
        marac, mention("ben", caseload.Role.VICTIM), mention("ann", caseload.Role.PERPETRATOR)
    )
    await link(marac)

    async def seen() -> bool:
        line = (await waits(marac)).get(theirs, {"others": []})
        return [(each["case"], each["alike"]) for each in line["others"]] == [(made.case, "other-direction")]

    await until(seen, what="the other direction is shown to whoever lists")
    for case, other in ((made.case, theirs), (theirs, made.case)):
        for who in ("chair", "idva", "coordinator"):
            assert other not in (await marac.get(who, f"cases/{case}")).text
    for who in ("chair", "coordinator"):

        async def told(who: str = who) -> bool:
            page = await form(marac, who, f"/marac/emergency?case={made.case}")
            says = "Each of the two is said to have harmed the other." in page
            return says and f"/marac/cases/{theirs}/decisions" in page

        await until(told, what="nor is it missed where no meeting can wait")
    page = await form(marac, "on-call", f"/marac/emergency?case={made.case}")
    assert [each for each in (theirs, "harmed the other") if each in page] == [], "no case is theirs to see"
    body = {"decision": "as-referred", "reason": "Hurt while holding a door shut."}
    assert (await marac.post_upon("idva", f"cases/{made.case}/parties", body)).status_code == 404
    assert (await marac.post_upon("chair", f"cases/{made.case}/parties", body)).status_code == 201
    decided = (await marac.page("chair", made.case))["decided"]["parties"]
    assert (decided["decision"], decided["reason"]) == ("as-referred", body["reason"])
    assert (await marac.page("chair", theirs))["decided"]["parties"] is None, (
        "a decision is of its own case alone"
    )


async def test_an_emergency_meeting_is_called_in_one_step(marac: Marac) -> None:
    made = await prepared(marac)
    body = {"area": "north", "venue": "01632 960100", "case": made.case, "chair_name": "Rowan Ellis"}
    headers = {"Authorization": "Bearer coordinator", "Idempotency-Key": "once"}
    roots = set()
    for _ in range(2):
        answer = await marac.http.post("/marac/v1/emergency-meetings", json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        roots.add(answer.json()["root"])
    (meeting,) = roots
    agenda = (await marac.get("chair", f"meetings/{meeting}/agenda")).json()
    assert (agenda["meeting"]["emergency"], [line["case"] for line in agenda["cases"]]) == (True, [made.case])
    for who in ("chair", "idva", "coordinator"):
        page = await marac.http.get("/marac/meetings", headers={"Authorization": f"Bearer {who}"})
        assert "Emergency meeting" in page.text, who
    before = len((await marac.get("coordinator", "meetings")).json()["past"])
    for wrong in (body | {"area": "south"}, body | {"case": meeting}):
        assert (await marac.post("coordinator", "emergency-meetings", wrong)).status_code == 404
    assert len((await marac.get("coordinator", "meetings")).json()["past"]) == before, "nothing was called"


async def test_what_a_marac_chooses_holds_from_then_on_with_its_history(marac: Marac) -> None:
    made = await prepared(marac)
    assert (await marac.page("chair", made.case))["repeat"] is None, "the breach is for its first meeting"
    said = {"area": "north", "repeat_anchor": "meeting", "slots": 12}
    for who in ("coordinator", "chair-elsewhere", "idva"):
        assert (await marac.post_upon(who, "choices", said)).status_code == 404, who
    assert (await marac.post_upon("chair", "choices", said | {"slots": 0})).status_code == 422
    assert (await marac.post_upon("chair", "choices", said)).status_code == 201
    found = (await marac.get("admin", "choices/north")).json()
    assert (found["chosen"]["slots"], found["chosen"]["repeat_anchor"]) == (12, "meeting")
    assert [(each["agency"], each["set"]["slots"]) for each in found["history"]] == [("police", 12)]

    async def not_heard_yet() -> bool:
        found = (await marac.get("chair", "choices/north")).json()["chosen"]["repeat_anchor"]
        return found == "meeting" and (await marac.page("chair", made.case))["repeat"] is None

    await until(not_heard_yet, what="from the last meeting on, of which there was none")
    starts = (marac.runtime.clock.now() - timedelta(days=5)).isoformat()
    past = (await marac.post("coordinator", "meetings", {"area": "north", "starts": starts})).json()["root"]
    await marac.post("coordinator", f"meetings/{past}/cases", {"case": made.case})

    async def since() -> bool:
        found = (await marac.page("chair", made.case))["repeat"]
        return bool(found) and (found["anchor"], found["roots"]) == ("meeting", [made.breach])

    await until(since, what="the breach after that meeting makes it one")


async def form(marac: Marac, who: str, path: str) -> str:
    answer = await marac.http.get(path, headers={"Authorization": f"Bearer {who}"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(marac: Marac, who: str, path: str, **fields: Any) -> Any:
    return await marac.http.post(path, data=fields, headers={"Authorization": f"Bearer {who}"})


def once(page: str) -> str:
    return re.findall(r'name="once" value="([^"]+)"', page)[0]


async def test_the_coordinator_lists_by_a_press(marac: Marac) -> None:
    made: Prepared = await prepared(marac)
    case = await refer(marac)
    page = await form(marac, "coordinator", "/marac/waiting")
    assert "nobody is named to chair" in page
    pressed = {"case": case, "meeting": made.meeting}
    for _ in range(2):
        sent = await send(marac, "coordinator", "/marac/waiting", **pressed)
        assert sent.status_code == 303
    assert "The case is on the agenda." in await form(marac, "coordinator", sent.headers["location"])
    assert case not in await waits(marac)
    assert "<form" not in (await form(marac, "chair", "/marac/waiting")).split("<main")[1], "a chair looks on"
    assert (await send(marac, "chair", "/marac/waiting", **pressed)).status_code == 404


async def test_decisions_by_page_keep_what_was_typed(marac: Marac) -> None:
    made = await prepared(marac)
    path = f"/marac/cases/{made.case}"
    page = await form(marac, "coordinator", f"{path}/decisions")
    assert "17 YES on the Dash" in page
    wrong = await send(marac, "coordinator", f"{path}/returns", once=once(page), advice="Ring the IDVA.")
    assert wrong.status_code == 422
    assert "Enter why you return it" in wrong.text
    assert "Ring the IDVA." in wrong.text
    seen = {"once": once(page), "upon": "0"}
    sent = await send(marac, "chair", f"{path}/parties", **seen, decision="both", reason="Seen so.")
    assert sent.status_code == 303
    assert "both are victims" in await form(marac, "idva", path)
    nothing = await send(marac, "chair", f"{path}/parties", **seen, reason="x")
    assert nothing.status_code == 422


async def test_an_emergency_by_page(marac: Marac) -> None:
    made = await prepared(marac)
    page = await form(marac, "coordinator", f"/marac/emergency?case={made.case}")
    given = {"once": once(page), "case": made.case, "area": "north", "venue": "01632 960100"}
    wrong = await send(marac, "coordinator", "/marac/emergency", **given, when="at")
    assert wrong.status_code == 422
    assert "01632 960100" in wrong.text
    for _ in range(2):
        sent = await send(marac, "coordinator", "/marac/emergency", **given, when="now", me="yes")
        assert sent.status_code == 303
    agenda = await form(marac, "chair", sent.headers["location"])
    assert "Chair: coordinator." in agenda
    assert len((await marac.get("chair", "meetings")).json()["note"]["emergency"]) == 1


async def test_choices_by_page(marac: Marac) -> None:
    await prepared(marac)
    await form(marac, "admin", "/marac/choices/north")
    given = {"dash": "12", "repeat_definition": "old", "repeat_anchor": "referral", "incidents": "5"}
    given |= {
        "incidents_months": "12",
        "crimes": "3",
        "crimes_months": "12",
        "slots": "18",
        "closes_days": "5",
    }
    given |= {"local": "strangled: Strangled or choked | non-fatal-strangulation", "upon": "0"}
    wrong = await send(marac, "admin", "/marac/choices/north", **given | {"dash": "40", "local": "x"})
    assert wrong.status_code == 422
    for each in ({"dash": "40"}, {"local": "x"}, {"slots": "none"}, {"incidents": "1"}):
        assert (await send(marac, "admin", "/marac/choices/north", **given | each)).status_code == 422
    assert (await send(marac, "admin", "/marac/choices/north", **given)).status_code == 303
    holds = (await marac.get("chair", "choices/north")).json()["chosen"]
    assert (holds["dash"], holds["slots"], holds["repeat_definition"]) == (12, 18, "old")
    assert [each["least"] for each in holds["escalation"]] == [5, 3]
    history = (await marac.get("chair", "choices/north")).json()["history"]
    set_ = {each["threshold"]: (each["agency"], each["value"]) for each in history}
    assert set_["dash-visible-high-risk"] == ("council", 12), set_
    today = marac.runtime.clock.now()
    assert all(abs(datetime.fromisoformat(each["at"]) - today) < timedelta(minutes=10) for each in history)
    shown = await form(marac, "chair", "/marac/choices/north")
    assert shown.count("The council") >= 2, "by whom each was set"
    again = await form(marac, "admin", "/marac/choices/north")
    assert "strangled: Strangled or choked | non-fatal-strangulation" in again
    assert (await send(marac, "coordinator", "/marac/choices/north", **given)).status_code == 404
