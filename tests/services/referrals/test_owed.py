"""What a victim is owed, at work: the clocks that the decider says, who sees it, what a page records."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade
from contracts.events.owed import ContractAgreed, PlanMade, VictimTold
from contracts.vocabulary import AlertRule, Role, StaffRole
from services.referrals.owed import OWED
from services.referrals.rules import sharing
from tests.contracts.rules.test_plan_adequacy import ADEQUATE
from tests.services.referrals.scene import AGENCIES, Referrals, mention, named
from tests.support.facts import NOON, area, corrected, fact, mention_of, root_of, someone, withdrawn
from tests.support.waiting import until
from tests.support.world import World

DAY = timedelta(days=1)
BOTH = [mention_of("police", "ann"), mention_of("idva", "ann")]
HER = [someone(Role.VICTIM, "ann")]


def breach(days: float = -1) -> Fact[Any]:
    people = [*HER, someone(Role.SUSPECT, "ben")]
    said = BreachReported(people=people, kind="contact", routing=area("north"))
    return fact(said, agency="police", occurred=NOON + days * DAY, root="breach")


def step(name: str, days: float = -0.2) -> Fact[Any]:
    said = BreachProgressed(breach=root_of("breach"), step=name)
    return fact(said, agency="police", occurred=NOON + days * DAY, root=name, things=[breach()])


def contract(days: float = -0.9) -> Fact[Any]:
    said = ContractAgreed(people=HER, by="idva")
    return fact(said, agency="police", occurred=NOON + days * DAY, root="contract")


def told(*of: str, days: float = -0.1, result: str = "told", name: str = "told") -> Fact[Any]:
    given = {"people": HER, "of": of, "result": result, "by": "idva", "narrative": {"text": "Rang."}}
    said = VictimTold.model_validate(given)
    return fact(said, agency="idva", occurred=NOON + days * DAY, root=name)


def plan(days: float = -0.5, **more: Any) -> Fact[Any]:
    said = PlanMade.model_validate(ADEQUATE | {"people": HER, "review_on": "2026-06-01"} | more)
    return fact(said, agency="police", occurred=NOON + days * DAY, root="plan")


def settled(*facts: Fact[Any]) -> World:
    made = World([OWED], facts, same=[BOTH])
    made.settle()
    return made


def clocks(of: World) -> list[tuple[AlertRule, int]]:
    """The clocks that run, and which of them."""
    said = [each.content for each in of.facts]
    over = {(c.rule, c.cause, c.generation) for c in said if isinstance(c, ClockStopped)}
    runs = [c for c in said if isinstance(c, ClockStarted) and (c.rule, c.cause, c.generation) not in over]
    return sorted((c.rule, c.generation) for c in runs)


def test_arrest_and_charge_start_a_clock_each_and_what_is_told_stops_its_own() -> None:
    made = settled(breach(), contract(), step("arrested"), step("charged"))
    assert clocks(made) == [(AlertRule.TELL_ARREST, 1), (AlertRule.TELL_CHARGE, 1)]
    tried = told("arrest", result="tried", name="tried")
    made.add(tried)
    made.settle()
    assert len(clocks(made)) == 2, "to have tried is not to have told"
    of_the_arrest = told("arrest")
    made.add(of_the_arrest)
    made.settle()
    assert clocks(made) == [(AlertRule.TELL_CHARGE, 1)]
    made.add(withdrawn(of_the_arrest))
    made.settle()
    assert clocks(made) == [(AlertRule.TELL_ARREST, 2), (AlertRule.TELL_CHARGE, 1)], "it was taken back"


def test_an_inadequate_plan_is_a_clock_until_an_adequate_version_of_it_stands() -> None:
    first = plan(actions=[{"what": "As above"}])
    made = settled(first)
    assert clocks(made) == [(AlertRule.PLAN_INADEQUATE, 1)]
    made.add(corrected(first, plan().said.model_copy(update={"people": HER})))
    made.settle()
    assert clocks(made) == [(AlertRule.PLAN_REVIEW, 1)], "the day that it gives for its own review"


def test_two_records_that_are_linked_are_one_victim_to_tell() -> None:
    made = World([OWED], [breach(), contract(), step("arrested"), told("arrest")], at=NOON)
    made.settle()
    assert clocks(made) == [(AlertRule.TELL_ARREST, 1)], "the adviser's record is nobody known"
    made.same = [tuple(BOTH)]
    made.settle()
    assert clocks(made) == []


def test_nothing_is_said_twice_and_the_order_of_facts_changes_nothing() -> None:
    facts = [breach(), contract(), step("arrested"), plan(), told("arrest")]
    assert settled(*facts).bytes() == settled(*reversed(facts)).bytes()
    assert settled(*facts).settle() == 0


@pytest.fixture
async def referrals(referrals: Referrals) -> Referrals:
    """Its agencies are known, each of its kind."""
    await referrals.configure(*AGENCIES)
    return referrals


PLAN = {
    **ADEQUATE,
    "people": [named("victim", "1")],
    "review_on": "2190-01-01",
    "routing": {"area": "north"},
}


async def test_a_plan_is_taken_and_answered_with_every_reason(referrals: Referrals) -> None:
    thin = {"people": [named("victim", "1")], "actions": [{"what": "As above"}], "routing": {"area": "north"}}
    taken = await referrals.post("police", "safety-plans", thin)
    assert taken.status_code == 201, taken.text
    said = taken.json()
    assert said["adequate"] is False
    assert {"fault": "says-nothing", "where": "actions.0.what"} in said["refused"]
    assert {"fault": "no-owner", "where": "owner"} in said["refused"]
    page = (await get(referrals, "idva")).json()["owed"]
    assert [len(each["refused"]) for each in page["plans"]] == [len(said["refused"])]
    assert page["mend_by"]
    better = await referrals.correct("police", taken, PLAN)
    assert better.status_code == 200, better.text
    await referrals.runtime.folded([f"m:{mention('police', '1')}"])
    page = (await get(referrals, "idva")).json()["owed"]
    assert [(each["refused"], page["mend_by"]) for each in page["plans"]] == [([], None)]


async def get(referrals: Referrals, who: str, path: str = "v1/victims") -> Any:
    address = f"/referrals/{path}/{mention('police', '1')}"
    return await referrals.http.get(address, headers={"Authorization": f"Bearer {who}"})


async def test_who_was_referred_to_marac_has_a_page_on_which_it_is_said_that_they_were_told(
    referrals: Referrals,
) -> None:
    people = [named("victim", "1"), named("perpetrator", "2")]
    referral = {"people": people, "criteria": ["visible-high-risk"], "routing": {"area": "north"}}
    assert (await referrals.post("police", "marac-referrals", referral)).status_code == 201
    await referrals.runtime.folded([f"m:{mention('police', '1')}"])
    page = (await get(referrals, "idva")).json()["owed"]
    assert (page["plans"], page["updates"]) == ([], [])
    assert [each["rule"] for each in page["clocks"]] == ["plan-inadequate"], "nobody knows the risk"


async def test_who_may_see_it(referrals: Referrals) -> None:
    assert (await get(referrals, "idva")).status_code == 404, "nothing is known"
    assert (await referrals.post("police", "safety-plans", PLAN)).json()["adequate"] is True
    for who, status in (
        ("idva", 200),
        ("coordinator", 200),
        ("idva-south", 404),
        ("chair", 404),
        ("haven", 404),
    ):
        assert (await get(referrals, who)).status_code == status, who


@pytest.mark.parametrize(
    ("path", "content", "fault"),
    [
        ("safety-plans", {"people": []}, "one_victim"),
        ("safety-plans", {"people": [named("victim", "1"), named("perpetrator", "2")]}, "others_named"),
        (
            "victim-updates",
            {"people": [named("victim", "1")], "of": ["arrest"], "result": "unsafe", "by": "idva"},
            "reason_missing",
        ),
        (
            "victim-updates",
            {"people": [named("victim", "1")], "of": [], "result": "told", "by": "idva"},
            "too_short",
        ),
        (
            "victim-contracts",
            {"people": [named("victim", "1")], "by": "idva", "every_days": 0},
            "greater_than_equal",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_kind(
    referrals: Referrals, path: str, content: dict[str, Any], fault: str
) -> None:
    answer = await referrals.post("police", path, content)
    assert (answer.status_code, answer.json()["faults"][0]["kind"]) == (422, fault)


async def test_that_it_was_tried_is_taken_without_a_word_and_counts_as_no_telling(
    referrals: Referrals,
) -> None:
    tried = {"people": [named("victim", "1")], "of": ["arrest"], "result": "tried", "by": "idva"}
    assert (await referrals.post("police", "victim-updates", tried)).status_code == 201


async def test_the_police_see_what_is_owed_to_whom_they_have_told_of_alone(referrals: Referrals) -> None:
    await referrals.post("haven", "safety-plans", PLAN)
    address = f"/referrals/v1/victims/{mention('haven', '1')}"
    said = {"victim": mention("haven", "1"), "of": ["arrest"], "result": "told", "by": "idva"}
    for who, status in (("supervisor", 404), ("police-idva", 404), ("idva", 200), ("coordinator", 200)):
        answer = await referrals.http.get(address, headers={"Authorization": f"Bearer {who}"})
        assert answer.status_code == status, who
        if status == 404:
            assert (await referrals.post(who, "victim-updates", said)).status_code == 404, who
    await referrals.post("police", "safety-plans", PLAN)
    assert (await get(referrals, "supervisor")).status_code == 200, "of whom the force has told"


async def test_a_mention_that_is_not_the_callers_to_see_is_not_there(referrals: Referrals) -> None:
    await referrals.post("police", "safety-plans", PLAN)
    said = {"victim": mention("police", "1"), "of": ["arrest"], "result": "told", "by": "idva"}
    assert (await referrals.post("idva-south", "victim-updates", said)).status_code == 404
    assert (await referrals.post("haven", "victim-updates", said)).status_code == 404, (
        "a system names by record"
    )
    assert (await referrals.post("idva", "victim-updates", said)).status_code == 201


async def test_staff_record_on_the_page_that_the_victim_was_told_and_that_the_plan_stands(
    referrals: Referrals,
) -> None:
    root = (await referrals.post("police", "safety-plans", PLAN)).json()["root"]
    page = f"/referrals/victims/{mention('police', '1')}"
    headers = {"Authorization": "Bearer idva"}
    form: dict[str, Any] = {
        "once": root_of("once"),
        "of": ["arrest", "bail"],
        "result": "unsafe",
        "by": "idva",
    }
    answer = await referrals.http.post(f"{page}/told", data=form, headers=headers)
    assert answer.status_code == 422
    assert "Say why" in answer.text
    done = await referrals.http.post(f"{page}/told", data=form | {"reason": "No answer."}, headers=headers)
    assert done.status_code == 303, done.text
    again = await referrals.http.post(f"{page}/told", data=form | {"reason": "No answer."}, headers=headers)
    assert again.status_code == 303, "the button was pressed twice"
    review = {"once": root_of("again"), "plan": root, "result": "stands", "why": "The alarm works."}
    answer = await referrals.http.post(f"{page}/reviews", data=review, headers=headers)
    assert "Enter the day of the next review" in answer.text
    review["review_on"] = "2189-01-01"
    assert (await referrals.http.post(f"{page}/reviews", data=review, headers=headers)).status_code == 303
    (shown,) = (await get(referrals, "idva")).json()["owed"]["plans"]
    assert shown["reviewed"]
    assert shown["review_on"] == "2189-01-01"


async def test_the_review_of_the_risk_that_is_owed_stands_there_and_whose_it_is(referrals: Referrals) -> None:
    """Whether or not there is a MARAC case: nobody refers this one."""
    people = [named("victim", "1"), named("suspect", "2")]
    said = {"kind": "non-fatal-strangulation", "people": people, "routing": {"area": "north"}}
    assert (await referrals.post("police", "incidents", said)).status_code == 201

    async def owed() -> list[tuple[str, str, bool]]:
        answer = await get(referrals, "idva")
        lines = answer.json()["reviews"] if answer.is_success else []
        return [(each["trigger"], each["owner"], each["late"]) for each in lines]

    assert await until(owed, what="the review is owed") == [("grave-incident", "police", False)]
    page = f"/referrals/victims/{mention('police', '1')}"
    shown = (await referrals.http.get(page, headers={"Authorization": "Bearer idva"})).text
    assert "The risk must be assessed again by" in shown
    graded = {"instrument": "dara", "instrument_version": "2022", "grade": "medium"}
    assessed = graded | {"people": people, "routing": {"area": "north"}}
    assert (await referrals.post("police", "risk-assessments", assessed)).status_code == 201

    async def done() -> bool:
        return await owed() == []

    await until(done, what="an assessment answers it")


async def test_beside_what_the_victim_is_to_be_told_stands_by_which_way(referrals: Referrals) -> None:
    await referrals.post("police", "safety-plans", PLAN)
    page = f"/referrals/victims/{mention('police', '1')}"

    async def shown(who: str) -> str:
        answer = await referrals.http.get(page, headers={"Authorization": f"Bearer {who}"})
        return str(answer.text)

    assert "No safe contact is known" in await shown("supervisor")
    contact = {"method": "text", "number": "07700 900142", "code_word": "kettle"}
    said = {"people": [named("victim", "1") | {"contact": contact}]}
    assert (await referrals.post("police", "safe-contacts", said)).status_code == 201
    await until(
        lambda: _says(shown("supervisor"), "nobody has verified this way"), what="the way stands there"
    )
    assert "07700 900142" not in await shown("supervisor")
    assert "07700 900142" in await shown("idva")
    failed = {"people": [named("victim", "1")], "method": "letter", "failure": "returned"}
    assert (await referrals.post("police", "failed-contacts", failed)).status_code == 201
    await until(lambda: _says(shown("idva"), "use no other in its place"), what="that a way failed")
    assert "07700 900142" not in await shown("idva")
    died = {"people": [named("victim", "1")]}
    refused = await referrals.post("haven", "deaths", died)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-yours-to-say")
    assert (await referrals.post("police", "deaths", died)).status_code == 201
    await until(lambda: _says(shown("idva"), "has recorded that this person has died"), what="that they died")
    assert "No uniform" not in await shown("idva")


async def _says(page: Awaitable[str], words: str) -> bool:
    return words in await page


def test_of_no_known_area_whoever_places_cases_and_supervisors_see_it() -> None:
    may = [role for role in StaffRole if sharing.may_see_owed({role}, {"north"}, set())]
    assert may == [StaffRole.MARAC_COORDINATOR, StaffRole.SUPERVISOR]
    may = [role for role in StaffRole if sharing.may_see_owed({role}, {"north"}, {"north", "force"})]
    assert set(may) == sharing.RIGHTS[sharing.READ_OWED]


def test_what_is_owed_changes_by_itself_only_when_it_says_so() -> None:
    people = [*HER, someone(Role.SUSPECT, "ben")]
    bail = OrderMade(people=people, order="police-bail", made=NOON - 3 * DAY, ends=NOON + 5 * DAY)
    order = OrderMade(people=people, order="restraining", made=NOON - DAY, starts=NOON + 2 * DAY)
    made = World([OWED], [plan(), fact(bail, agency="police"), fact(order, agency="police")], same=[BOTH])
    (her,) = {subject for (_, subject), done in made.fold().items() if done.row is not None}
    seen, times = [], [NOON]
    while (changes := made.fold()["referrals_owed", her].changes_at) is not None:
        before = made.bytes()
        made.at = changes - timedelta(seconds=1)
        assert made.bytes() == before
        made.at = changes
        seen.append(made.bytes() != before)
        times.append(changes)
    assert times == [NOON, NOON + 2 * DAY, NOON + 5 * DAY]
    assert seen == [True, True], "an order begins to be left out; bail ends, and is to be told"
