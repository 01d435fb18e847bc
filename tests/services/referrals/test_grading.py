"""The table of grades that a practitioner can read, and what must hold of every Dash."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.people import Answered, Dash, Graded, Judgement, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules.instruments import FORMS
from contracts.vocabulary import (
    DASH_ITEMS,
    DashAnswer,
    Grade,
    Instrument,
    ReferralCriterion,
    RiskAnswer,
    Role,
)
from services.referrals.rules.grading import (
    GRAVEST_FIRST,
    VISIBLE_HIGH_RISK,
    grade_assessment,
    grade_dash,
    grade_referral,
    not_lowered,
)

TABLE: Mapping[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("grading.yaml").read_text()
)


def dash_of(line: Mapping[str, Any]) -> Dash:
    """The Dash that a line of the table describes."""
    answers = [DashAnswer.YES] * line.get("ticks", 0)
    answers += [DashAnswer.DONT_KNOW] * line.get("dont-know", 0)
    answers += [DashAnswer.NOT_ASKED] * line.get("not-asked", 0)
    answers += [DashAnswer.NO] * (len(DASH_ITEMS) - len(answers))
    return Dash(
        instrument=line.get("instrument", Instrument.SAFELIVES_DASH_24),
        answers=dict(zip(DASH_ITEMS, answers, strict=True)),
        judgement=line.get("judgement"),
    )


@pytest.mark.parametrize("line", TABLE["dash"], ids=str)
def test_a_dash(line: Mapping[str, Any]) -> None:
    graded = grade_dash(dash_of(line), line.get("threshold", VISIBLE_HIGH_RISK))
    assert graded.grade == line["grade"]
    assert graded.yes == line["ticks"]
    assert graded.unanswered == line.get("dont-know", 0) + line.get("not-asked", 0)
    assert str(line.get("threshold", VISIBLE_HIGH_RISK)) in graded.rule


@pytest.mark.parametrize("line", TABLE["referral"], ids=str)
def test_a_referral(line: Mapping[str, Any]) -> None:
    referral = ReferralMade(
        people=[Mention(role=Role.VICTIM), Mention(role=Role.PERPETRATOR)],
        criteria=line["criteria"],
        dash=dash_of(line["dash"]) if "dash" in line else None,
    )
    graded = grade_referral(referral)
    assert graded.grade == line["grade"]
    assert ("safelives" in graded.rule) is ("instrument" not in line.get("dash", {}))


@pytest.mark.parametrize("line", TABLE["assessment"], ids=str)
def test_an_assessment(line: Mapping[str, Any]) -> None:
    assessment = RiskAssessed(
        instrument=line["instrument"],
        instrument_version="1",
        grade=line["assessor"],
        dash=dash_of(line["dash"]) if "dash" in line else None,
    )
    graded = grade_assessment(assessment)
    assert graded.grade == line["grade"]
    if line["instrument"] != Instrument.SAFELIVES_DASH_24:
        assert line["instrument"] in graded.rule


def assessment_of(line: Mapping[str, Any]) -> RiskAssessed:
    """The assessment that a line of the table describes, by its items."""
    instrument = Instrument(line["instrument"])
    form = FORMS[instrument]
    counts = {RiskAnswer(code): line.get(code, 0) for code in ("yes", "often", "dont-know")}
    answers = [answer for answer, many in counts.items() for _ in range(many)]
    answers += [RiskAnswer.NO] * (len(form.items) - len(answers) - line.get("left-out", 0))
    second = "S-2" if line.get("second") else None
    return RiskAssessed(
        instrument=instrument,
        instrument_version=max(form.versions),
        grade=line.get("assessor", Grade.UNKNOWN),
        answers=[Answered(item=i, answer=a) for i, a in zip(form.items, answers, strict=False)],
        judgement=Judgement(grade=line["judged"], reason="Seen at home.", by="S-1", second=second)
        if "judged" in line
        else None,
    )


@pytest.mark.parametrize("line", TABLE["items"], ids=str)
def test_an_assessment_by_its_items(line: Mapping[str, Any]) -> None:
    graded = grade_assessment(assessment_of(line), line.get("threshold", VISIBLE_HIGH_RISK))
    assert graded.grade == line["grade"]
    assert graded.before_judgement == line.get("before")
    assert graded.missing == line.get("left-out", 0)
    assert graded.unanswered == line.get("dont-know", 0)
    assert bool(graded.signed) == ("second" in line and line["judged"] != "unknown")


@pytest.mark.parametrize("line", [each for each in TABLE["items"] if "judged" not in each], ids=str)
def test_a_referral_by_the_items_of_any_instrument(line: Mapping[str, Any]) -> None:
    """It is graded by that instrument's own rule, and the referrer's word raises it as any other."""
    of = assessment_of(line)
    referral = ReferralMade(
        people=[Mention(role=Role.VICTIM), Mention(role=Role.PERPETRATOR)],
        instrument=of.instrument,
        instrument_version=of.instrument_version,
        answers=of.answers,
        grade=of.grade,
    )
    graded = grade_referral(referral, line.get("threshold", VISIBLE_HIGH_RISK))
    assert (graded.grade, graded.missing) == (line["grade"], line.get("left-out", 0))
    judged = referral.model_copy(update={"criteria": [ReferralCriterion.PROFESSIONAL_JUDGEMENT]})
    assert grade_referral(judged).grade is Grade.HIGH


@pytest.mark.parametrize("line", TABLE["correction"], ids=str)
def test_a_correction(line: Mapping[str, Any]) -> None:
    def given(grade: str, *, signed: bool | None = None) -> Graded:
        return Graded(grade=Grade(grade), signed=signed, rule="test", because="test")

    before = [given(grade) for grade in line["before"]]
    assert not_lowered(given(line["gives"], signed=line.get("signed")), before).grade == line["grade"]


answered = st.lists(st.sampled_from(DashAnswer), min_size=24, max_size=24)


@given(answered, st.sampled_from(Grade) | st.none())
def test_a_judgement_never_lowers(answers: list[DashAnswer], judgement: Grade | None) -> None:
    by_item = dict(zip(DASH_ITEMS, answers, strict=True))
    without = grade_dash(Dash(answers=by_item)).grade
    with_it = grade_dash(Dash(answers=by_item, judgement=judgement)).grade
    assert GRAVEST_FIRST.index(with_it) <= GRAVEST_FIRST.index(without)


@given(answered)
def test_known_only_is_what_no_further_answer_could_raise(answers: list[DashAnswer]) -> None:
    graded = grade_dash(Dash(answers=dict(zip(DASH_ITEMS, answers, strict=True))))
    worst = [DashAnswer.NO if answer is DashAnswer.NO else DashAnswer.YES for answer in answers]
    best = [DashAnswer.YES if answer is DashAnswer.YES else DashAnswer.NO for answer in answers]
    could_be, at_least = (
        grade_dash(Dash(answers=dict(zip(DASH_ITEMS, each, strict=True)))).grade for each in (worst, best)
    )
    assert graded.grade is (at_least if at_least is could_be else Grade.UNKNOWN)
