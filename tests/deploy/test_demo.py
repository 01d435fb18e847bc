"""The invented caseload: always the same, valid for the contracts, in the report's proportions."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from pydantic import TypeAdapter
from rich.progress import Progress

from chassis.accept import check_past, check_times
from contracts.content import Content
from contracts.events.children import CircumstancesSaid, InterviewSaid, MissingReported, SchoolTold
from contracts.events.contact import ContactFailed, SafeContactSaid
from contracts.events.orders import (
    BreachProgressed,
    BreachReported,
    OrderCirculated,
    OrderMade,
    OrderServed,
)
from contracts.events.owed import ContractAgreed, PlanMade, VictimTold
from contracts.events.people import (
    HealthContacted,
    HouseholdDescribed,
    HousingDescribed,
    ImmigrationNoted,
    IncidentReported,
    LeadNamed,
    ReferralMade,
    RiskAssessed,
)
from contracts.events.support import RoleTaken, SupportProgressed
from contracts.events.wishes import CharacteristicsSaid, ConsentSaid, WishesHeard
from contracts.rules import breach_answer
from contracts.rules.circulation import fault
from contracts.rules.identifiers import nhs_number, pnc_id
from contracts.rules.order_questions import questions
from contracts.submission import Submission
from contracts.vocabulary import OrderQuestion
from deploy.demo.caseload import CASES, Caseload, caseload
from deploy.demo.partners import JOINED, Year, stretches
from deploy.demo.posts import NAMES_BY, Post

NOW = datetime(2026, 11, 23, 16, 20, tzinfo=UTC)
NOBODY = "00000000-0000-4000-8000-000000000000"

MODELS: dict[str, type[Content]] = {
    "referral": ReferralMade,
    "assessment": RiskAssessed,
    "incident": IncidentReported,
    "household": HouseholdDescribed,
    "housing": HousingDescribed,
    "health": HealthContacted,
    "lead": LeadNamed,
    "support": SupportProgressed,
    "role": RoleTaken,
    "safe-contact": SafeContactSaid,
    "failed-contact": ContactFailed,
    "wishes": WishesHeard,
    "consent": ConsentSaid,
    "characteristics": CharacteristicsSaid,
    "immigration": ImmigrationNoted,
    "order": OrderMade,
    "service": OrderServed,
    "breach": BreachReported,
    "step": BreachProgressed,
    "circulation": OrderCirculated,
    "plan": PlanMade,
    "contract": ContractAgreed,
    "told": VictimTold,
    "child": CircumstancesSaid,
    "missing": MissingReported,
    "return-interview": InterviewSaid,
    "school": SchoolTold,
}
READERS: dict[str, TypeAdapter[Any]] = {
    kind: TypeAdapter(Submission[model])  # type: ignore[valid-type]
    for kind, model in MODELS.items()
}


@pytest.fixture(scope="module")
def load() -> Caseload:
    """One caseload for all tests."""
    return caseload(NOW)


def people_of(post: Post) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = post.body["content"]["people"]
    return people


def test_the_same_seed_and_time_give_the_same_caseload_key_for_key(load: Caseload) -> None:
    assert caseload(NOW).posts == load.posts
    keys = [post.key for post in load.posts]
    assert len(keys) == len(set(keys))
    assert caseload(NOW, seed=10).posts != load.posts


def test_every_post_fits_its_contract_and_tells_of_nothing_to_come(load: Caseload) -> None:
    for post in load.posts:
        about = {NAMES_BY[post.kind]: NOBODY} if post.kind in NAMES_BY else {}  # known when that is posted
        said = READERS[post.kind].validate_python(post.body | {"content": post.body["content"] | about})
        check_times(said, post.at)
        check_past(said.content, post.at)
        if isinstance(said.content, BreachProgressed):
            assert breach_answer.fault(said.content) is None


def test_nothing_is_said_before_it_happened_or_after_now(load: Caseload) -> None:
    for post in load.posts:
        occurred, recorded = (datetime.fromisoformat(post.body[name]) for name in ("occurred", "recorded"))
        assert load.start < occurred < recorded < post.at < NOW
    assert [post.at for post in load.posts] == sorted(post.at for post in load.posts)


def test_the_size_and_the_mix(load: Caseload) -> None:
    kinds = Counter(post.kind for post in load.posts)
    assert 4_600 <= len(load.posts) <= 5_600
    assert kinds["referral"] == sum(CASES.values()) == 120
    assert {area: len(cases) for area, cases in load.referrals.items()} == CASES
    assert set(MODELS) == set(kinds), "every route is used"
    assert len({post.agency for post in load.posts}) >= 5
    assert Counter(post.change for post in load.posts).keys() == {"say", "correct", "withdraw"}


def test_perpetrators_in_the_proportions_of_the_report(load: Caseload) -> None:
    victims = Counter(id(pair.perpetrator) for pair in load.pairs)
    assert len(victims) == 120
    high = sorted(victims.values(), reverse=True)[:40]
    assert sum(many >= 3 for many in high) == 14
    assert max(victims.values()) in (8, 9)


def test_everybody_is_invented(load: Caseload) -> None:
    for post in load.posts:
        for person in people_of(post):
            identity = person["identity"]
            if number := identity.get("nhs_number"):
                assert number.startswith("999")
                assert nhs_number(number) == number
            if number := identity.get("pnc_id"):
                assert pnc_id(number, NOW.year) == number
            if number := person.get("contact", {}).get("number"):
                assert number.startswith("07700 900")


def test_the_health_services_hold_no_police_number(load: Caseload) -> None:
    health = [post for post in load.posts if post.agency in ("northmere-hospital", "eastvale-gp")]
    assert health
    assert not any("pnc_id" in person["identity"] for post in health for person in people_of(post))


def test_several_agencies_tell_of_one_breach_and_only_the_police_know_the_number(load: Caseload) -> None:
    breaches = [post for post in load.posts if post.kind == "breach"]
    assert len({post.agency for post in breaches}) >= 4
    for post in breaches:
        assert ("reference" in post.body["content"]) == (post.agency == "northmere-police")


def test_what_is_changed_was_posted_in_an_earlier_stretch(load: Caseload) -> None:
    stretch_of = {
        post.key: number
        for number, stretch in enumerate(stretches(load.posts, NOW))
        for post in stretch.posts
    }
    assert set(stretch_of) == {post.key for post in load.posts}
    changed = Counter(post.of for post in load.posts if post.change != "say")
    assert max(changed.values()) == 1, "posts of one stretch are made together, in any order"
    for post in load.posts:
        if post.of is not None:
            assert stretch_of[post.of] < stretch_of[post.key]


def test_what_partners_had_recorded_before_they_joined_is_brought_along_at_once(load: Caseload) -> None:
    joined = NOW - JOINED
    times = [stretch.at for stretch in stretches(load.posts, NOW)]
    assert times == sorted(times), "the clock never goes back"
    assert times.count(joined) < 8
    for stretch in stretches(load.posts, NOW):
        assert all(post.at <= stretch.at for post in stretch.posts), "nothing is told before it is recorded"
        assert (stretch.at == joined) == any(post.at < joined for post in stretch.posts)


def test_a_first_report_of_a_breach_stands_alone_once_partners_have_joined(load: Caseload) -> None:
    for stretch in stretches(load.posts, NOW):
        if stretch.at > NOW - JOINED and any(post.alone for post in stretch.posts):
            assert len(stretch.posts) == 1
            assert stretch.breach is stretch.posts[0]


def test_whom_partners_know_is_told_first_of_what_they_bring_along(load: Caseload) -> None:
    first, second, *_ = (
        {str(each["identity"]["record"]) for post in stretch.posts for each in people_of(post)}
        for stretch in stretches(load.posts, NOW)
    )
    assert second <= first


async def test_alerts_of_breaches_that_were_brought_along_wait_for_nobody_to_be_known(
    load: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = AsyncMock()
    year = Year(others.client, others.staff, load, Progress())
    monkeypatch.setattr(year, "_together", AsyncMock())
    monkeypatch.setattr(year, "_root", lambda post: post.key)
    await year._post(next(stretches(load.posts, load.now)))
    done = [name for name, *_ in others.mock_calls]
    assert done.index("staff.answer_brought") < done.index("client.settled")


def test_of_no_order_it_is_asked_who_authorised_it(load: Caseload) -> None:
    orders = [OrderMade.model_validate(post.body["content"]) for post in load.posts if post.kind == "order"]
    asked = {question for order in orders for question in questions(order)}
    assert asked.isdisjoint({OrderQuestion.AUTHORISER_MISSING, OrderQuestion.RANK_TOO_LOW})


def test_two_orders_in_three_are_not_circulated_as_the_report_found(load: Caseload) -> None:
    sent = [post for post in load.posts if post.kind == "circulation"]
    orders = [post for post in load.posts if post.kind == "order"]
    assert 0.25 < len(sent) / len(orders) < 0.47, "9 of 25"
    for post in sent:
        said = OrderCirculated.model_validate(post.body["content"] | {"order": NOBODY})
        assert fault(said, post.agency) is None


def test_a_caseload_of_any_day_stands(load: Caseload) -> None:
    leap = datetime(2028, 2, 29, 3, 0, tzinfo=UTC)
    other = caseload(leap)
    assert len(other.posts) > 4_000
    assert leap - other.start == timedelta(days=365)
    assert all(date.fromisoformat(pair.victim.born.isoformat()) < leap.date() for pair in other.pairs)
