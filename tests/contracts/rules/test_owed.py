"""What a victim is owed, as a table: plans, their review, the victim contract, and what is to be told."""

import re
from datetime import datetime, timedelta
from typing import Any

from contracts.content import Said
from contracts.events.owed import ContractAgreed, PlanMade, PlanReviewed, VictimTold
from contracts.rules import risk_review
from contracts.rules.clocks import end_of
from contracts.rules.owed import changes_at, owed
from contracts.rules.owed_parts import Heard, Owed
from contracts.vocabulary import AlertRule, EnhancedReason, PlanChange, ReviewTrigger, Role, UpdateKind
from tests.contracts.rules.test_plan_adequacy import ADEQUATE
from tests.contracts.rules.test_risk_review import ANN, CALENDARS, content, day, made_of, told_by
from tests.support.facts import NOON, root_of, someone
from tests.support.tables import lines


def of_owed(said: dict[str, Any]) -> Said:
    """What a fact of the table says, where it is one of what is owed; else as the table of reviews has it."""
    her = {"people": [someone(Role.VICTIM, "ann")]}
    review_on = day(said["review"]).date() if "review" in said else None
    if "plan" in said:
        return PlanMade.model_validate(ADEQUATE | {"review_on": review_on} | said["plan"])
    if "reviewed" in said:
        found = {"plan": root_of("plan"), "result": said["reviewed"], "review_on": review_on}
        return PlanReviewed.model_validate(her | found | {"narrative": {"text": "Gone through it."}})
    if "contract" in said:
        agreed = {"by": said["contract"], "every_days": said.get("every"), "enhanced": said.get("enhanced")}
        return ContractAgreed.model_validate(her | agreed)
    if "told" in said:
        told = {"of": said["told"], "result": said.get("result", "told"), "by": "idva"}
        return VictimTold.model_validate(her | told | {"narrative": {"text": "No answer."}})
    return content(said)


def heard(facts: list[dict[str, Any]], at: datetime = NOON) -> Heard:
    told, who = told_by(made_of(facts, of_owed, "plan", "breach"))
    return Heard(ANN, who, at, told, risk_review.opened(told, ANN, who, at))


def due(said: float | str) -> datetime:
    """A time of the table."""
    if isinstance(said, str):
        days = re.fullmatch(r"end of day (-?\d+)", said)
        assert days
        return end_of(day(int(days[1])).date())
    return day(said)


@lines(__file__, "owed")
def test_what_is_owed(line: dict[str, Any]) -> None:
    known = heard(line["facts"])
    found = owed(known, CALENDARS)
    clocks = [(each.rule, each.due) for each in found.clocks] if found else []
    wanted = [(AlertRule(rule), due(said)) for rule, said in line["clocks"]]
    assert [each[0] for each in clocks] == [each[0] for each in wanted]
    assert all(
        abs(one[1] - other[1]) < timedelta(minutes=2) for one, other in zip(clocks, wanted, strict=True)
    )
    assert (
        [len(each.refused) for each in found.plans] == line.get("plans", []) if found else not line["clocks"]
    )
    if "rights" in line and found:
        assert found.because is EnhancedReason(line["rights"])
    if found:
        assert [each.kind for each in found.late(NOON)] == [UpdateKind(kind) for kind in line.get("late", [])]
        because = {*ReviewTrigger, *PlanChange}
        asked = [found.review.because] if found.review and found.review.due < day(50) else []
        assert ([str(each) for each in asked if each in because] or [None]) == [review(line, found)]


def review(line: dict[str, Any], found: Owed) -> str | None:
    """What a line says that asks for a review; its own day, where that is to come, need not be said."""
    own = found.review and found.review.because is PlanChange.REVIEW_DATE and found.review.due < day(50)
    said: str | None = line.get("review", "review-date" if own else None)
    return said


def test_it_changes_by_itself_when_bail_ends() -> None:
    facts = [{"day": -9, "order": "police-bail", "ends": 5}]
    assert changes_at(heard(facts)) == day(5)
    assert changes_at(heard(facts, day(6))) is None
