"""What a case's victim is owed: its row, its gaps, the agenda's note, and who is shown what of it."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.owed import ContractAgreed, PlanMade, PlanReviewed, VictimTold
from contracts.rules.owed_parts import Owed
from contracts.vocabulary import PlanFault
from services.marac.conference.owed import note_of, owed_shown
from services.marac.rules.missing import WORST_FIRST
from services.marac.rules.owed import gaps
from services.marac.service import SERVICE
from tests.contracts.rules.test_plan_adequacy import ADEQUATE
from tests.services.marac.caseload import LINKED, STREET, ann, breach, person, referral, risk
from tests.support.facts import NOON, fact, root_of
from tests.support.world import World

DAY = timedelta(days=1)


def plan(days: float = -0.5, **more: Any) -> Fact[Any]:
    said = PlanMade.model_validate(ADEQUATE | {"people": [ann()], "review_on": "2026-06-01"} | more)
    return fact(said, agency="police", occurred=NOON + days * DAY, root="plan")


def world(*facts: Fact[Any]) -> World:
    return World(SERVICE.views, facts, same=LINKED)


def owed(of: World) -> Owed | None:
    found: Owed | None = of.row("conference_person", person("ann")).owed
    return found


def codes(of: World) -> list[str]:
    return [gap.code for gap in gaps(owed(of), NOON)]


def test_no_plan_is_a_gap_and_so_is_one_that_says_as_above() -> None:
    assert codes(world(referral())) == ["plan-missing"]
    thin = world(referral(), plan(actions=[{"what": "As above"}]))
    (gap,) = gaps(owed(thin), NOON)
    assert (gap.code, gap.owner, gap.roots) == ("plan-inadequate", "police", (root_of("plan"),))
    found = owed(thin)
    assert found is not None
    assert PlanFault.SAYS_NOTHING in [each.fault for each in found.plans[0].refused]
    assert note_of(found, NOON).plan == "plan-inadequate"
    assert codes(world(referral(), plan())) == []
    assert note_of(owed(world(referral(), plan())), NOON).plan is None
    assert note_of(None, NOON).plan == "plan-missing"


def test_a_breach_after_the_plan_is_a_review_for_whoever_made_it() -> None:
    made = world(referral(), plan(-3), breach(), risk())
    assert "plan-review" in codes(made)
    looked = {"plan": root_of("plan"), "result": "stands", "review_on": "2026-05-01"}
    said = PlanReviewed.model_validate({"people": [ann()], "narrative": {"text": "It holds."}} | looked)
    made.add(fact(said, agency="haven", occurred=NOON, root="review"))
    assert "plan-review" not in codes(made)


def test_news_is_a_gap_when_it_is_late_and_then_of_whoever_agreed_to_tell() -> None:
    contract = ContractAgreed(people=[ann()], by="idva", every_days=2)
    made = world(referral(), plan(), fact(contract, agency="haven", occurred=NOON - 5 * DAY, root="contract"))
    (gap,) = gaps(owed(made), NOON)
    assert (gap.code, gap.owner, gap.count) == ("update-late", "haven", 1)
    assert note_of(owed(made), NOON).updates_late == 1
    told = VictimTold(people=[ann()], of=["routine"], result="told", by="idva")
    made.add(fact(told, agency="haven", occurred=NOON, root="told"))
    assert codes(made) == []


def test_every_gap_has_its_place_among_the_others() -> None:
    mine = {"plan-missing", "plan-inadequate", "plan-review", "update-late", "contract-missing"}
    assert mine <= set(WORST_FIRST)


def test_the_words_of_a_plan_are_for_those_who_may_see_places() -> None:
    where = plan(actions=[{"what": f"An alarm at {STREET}", "grade": "high", "owner": "PC 1"}])
    found = owed(world(referral(), where))
    assert STREET in str(owed_shown(found, locations=True))
    assert STREET not in str(owed_shown(found, locations=False))
    told = {"people": [ann()], "of": ["arrest"], "result": "tried", "by": "idva"}
    looked = {"people": [ann()], "plan": root_of("plan"), "result": "to-be-changed"}
    words = {"narrative": {"text": f"Moved to {STREET}"}}
    spoken = (
        plan(**words),
        fact(PlanReviewed.model_validate(looked | words), agency="haven", root="looked"),
        fact(VictimTold.model_validate(told | words), agency="haven", root="told"),
    )
    for of in (world(referral(), where), world(referral(), *spoken)):
        lines = of.row("conference_person", person("ann")).lines
        assert len(lines) > 1
        assert STREET not in str(lines), "no line carries them either"


@pytest.mark.parametrize("with_plan", [plan(), plan(actions=[])])
def test_nothing_of_it_reaches_the_perpetrators_side(with_plan: Fact[Any]) -> None:
    before, after = world(referral(), breach()), world(referral(), breach(), with_plan)

    def his(of: World) -> dict[Any, bytes]:
        return {
            key: body
            for key, body in of.bytes().items()
            if key[0].startswith("tasking") or key[1] == person("ben")
        }

    assert his(before)
    assert his(before) == his(after)
