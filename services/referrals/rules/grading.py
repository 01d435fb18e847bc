"""The grade that follows from a risk assessment. Unknown is never safe.

Sources: SafeLives MARAC referral criteria (definitions read 2026-11; referral form 2015): 14 or more
YES answers on the SafeLives Dash are visible high risk; professional judgement may stand alone, may
raise, and never lowers. The bands below 14 are local, though common (Plymouth, Norfolk, read
2026-11): a floor, not a verdict. DON'T KNOW, NOT ASKED and what is left out are never NO: what is open, and
could still lift a count into the next band, leaves the grade unknown. How each instrument
is graded stands in ``contracts.rules.instruments``. To lower a grade takes a second person and a reason
(College of Policing, DARA, read 2026-11); the count stays, and with it the criterion for a MARAC.
"""

from collections.abc import Collection, Iterable, Mapping

from contracts.events.people import Dash, Graded, Judgement, ReferralMade, RiskAssessed
from contracts.rules.instruments import HOLDS, OPEN, Form, answers_of, assessed_in, form_of
from contracts.vocabulary import DASH_ITEMS, DashAnswer, Grade, Instrument, ReferralCriterion, RiskAnswer

VISIBLE_HIGH_RISK = 14
"""YES answers that are visible high risk, where an area has set no threshold of its own."""

MEDIUM_FROM = 10
"""YES answers of the medium band (local)."""

DASH_RULE = "safelives-dash-24.v1"
"""The rule of this module for the Dash, by the version of the rule, not of the form."""

GRAVEST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)
"""Grades in the order of concern: what is not known comes before what is known to be medium."""

REFERRER_SAYS_HIGH = {
    ReferralCriterion.PROFESSIONAL_JUDGEMENT: "grade.professional-judgement",
    ReferralCriterion.VISIBLE_HIGH_RISK: "grade.referrer-says-visible-high-risk",
}
"""Criteria by which a referrer says that the risk is high, with or without a Dash."""


def grade_referral(referral: ReferralMade, threshold: int = VISIBLE_HIGH_RISK) -> Graded:
    """The grade of a MARAC referral: its Dash, raised by what the referrer says, never lowered.

    A referral without a Dash on which nobody says *high* is unknown, not standard. What came by its items is
    graded by its own instrument's rule.
    """
    assessed = assessed_in(referral)
    if assessed is not None:
        graded = grade_by_rule(assessed, threshold)
    else:
        graded = _grade_sent(referral.dash, threshold) if referral.dash else _not_assessed()
    said = next((REFERRER_SAYS_HIGH[c] for c in REFERRER_SAYS_HIGH if c in referral.criteria), None)
    return _raised(graded, Grade.HIGH, said) if said else graded


def _grade_sent(dash: Dash, threshold: int) -> Graded:
    """The grade of a Dash as a referral has it: of another instrument by that one's own rule, of which no
    band is known below visible high risk, so that the practitioner's judgement is the grade or nothing is."""
    if dash.instrument is Instrument.SAFELIVES_DASH_24:
        return grade_dash(dash, threshold)
    judged = dash.judgement or Grade.UNKNOWN
    said = Graded(
        grade=judged,
        rule=f"assessor:{dash.instrument}/{dash.instrument_version}",
        because="grade.assessor" if judged is Grade.UNKNOWN else "grade.professional-judgement",
    )
    form = form_of(dash.instrument)
    return said if form is None else _answered(dash.instrument, form, answers_of((), dash), said, threshold)


def grade_assessment(assessment: RiskAssessed, threshold: int = VISIBLE_HIGH_RISK) -> Graded:
    """The grade of a risk assessment: by its instrument's own rule, then by the practitioner's judgement."""
    return _judged(grade_by_rule(assessment, threshold), assessment.judgement)


def grade_by_rule(assessment: RiskAssessed, threshold: int = VISIBLE_HIGH_RISK) -> Graded:
    """The grade of an assessment before any judgement: by the answers where its instrument counts them, else
    the assessor's own.

    Items of two instruments are never counted alike: a Dash that came with another instrument counts for
    nothing. The assessor's grade raises a count, as any judgement does, and lowers none: of an instrument
    that is counted and came without an answer, each item is open.
    """
    dash, form = assessment.dash, form_of(assessment.instrument)
    if dash is not None and {dash.instrument, assessment.instrument} == {Instrument.SAFELIVES_DASH_24}:
        return _raised(grade_dash(dash, threshold), assessment.grade, "grade.assessor")
    rule = f"assessor:{assessment.instrument}/{assessment.instrument_version}"
    said = Graded(grade=assessment.grade, rule=rule, because="grade.assessor")
    uncounted = form is None or (form.counts is None and not assessment.answers)
    if uncounted or form is None:
        return said
    return _answered(assessment.instrument, form, answers_of(assessment.answers, None), said, threshold)


def _answered(
    instrument: Instrument, form: Form, answers: Mapping[str, RiskAnswer], said: Graded, threshold: int
) -> Graded:
    yes = sum(answer in HOLDS for answer in answers.values())
    unanswered = sum(answer in OPEN for answer in answers.values())
    missing = max(len(form.items) - len(answers), 0)
    counted = said.model_copy(update={"yes": yes, "unanswered": unanswered, "missing": missing})
    limit = threshold if form.counts == "bands" else VISIBLE_HIGH_RISK
    below = yes + unanswered + missing < limit
    if form.counts is None or (form.counts == "floor" and below):
        return counted
    grade, because = _by_answers(yes, unanswered + missing, limit)
    rule = f"{instrument}.v1/threshold-{limit}"
    by_count = counted.model_copy(update={"grade": grade, "because": because, "rule": rule})
    return _raised(by_count, said.grade, said.because)


def lowers(graded: Grade, judgement: Judgement | None) -> bool:
    """Whether a judgement gives less than this grade: UNKNOWN is above medium, so medium is less."""
    if judgement is None or judgement.grade is Grade.UNKNOWN:
        return False
    return gravest((graded, judgement.grade)) is not judgement.grade


def _judged(graded: Graded, judgement: Judgement | None) -> Graded:
    """A judgement raises alone; it lowers where a second person agrees, and is no grade where nobody does. Of
    an instrument that is never counted it is the grade, where the assessor gave none."""
    if judgement is None or judgement.grade is Grade.UNKNOWN:
        return graded
    signed = {"signed": True} if judgement.second else {}
    because = "grade.professional-judgement"
    if graded.grade is Grade.UNKNOWN and graded.because == "grade.assessor":
        return graded.model_copy(update=signed | {"grade": judgement.grade, "because": because})
    if lowers(graded.grade, judgement):
        if not judgement.second:
            return graded
        because = "grade.lowered-by-two"
    if judgement.grade is graded.grade:
        return graded.model_copy(update=signed)
    changed = {"grade": judgement.grade, "because": because, "before_judgement": graded.grade}
    return graded.model_copy(update=signed | changed)


def not_lowered(graded: Graded, before: Iterable[Graded | None]) -> Graded:
    """The grade of a correction: the gravest that the same assessment had before stands until two persons
    agree that it may be lower, or it would be lowered by one and by no word of why."""
    known = [each.grade for each in before if each and each.grade is not Grade.UNKNOWN]
    if graded.signed or not known or gravest((*known, graded.grade)) is graded.grade:
        return graded
    return graded.model_copy(update={"grade": gravest(known), "because": "grade.corrected-by-one"})


def grade_dash(dash: Dash, threshold: int = VISIBLE_HIGH_RISK) -> Graded:
    """The grade of up to 24 answers and the practitioner's judgement.

    At the threshold it is high. Where items that are open or left out could still bring it there, or into the
    medium band, it is unknown. Else it is by its band. The judgement may raise each of these.
    """
    answers = list(dash.answers.values())
    yes = answers.count(DashAnswer.YES)
    unanswered = answers.count(DashAnswer.DONT_KNOW) + answers.count(DashAnswer.NOT_ASKED)
    missing = len(DASH_ITEMS) - len(answers)
    grade, because = _by_answers(yes, unanswered + missing, threshold)
    graded = Graded(
        grade=grade,
        yes=yes,
        unanswered=unanswered,
        missing=missing or None,
        rule=f"{DASH_RULE}/threshold-{threshold}",
        because=because,
    )
    return _raised(graded, dash.judgement, "grade.professional-judgement")


def gravest(grades: Collection[Grade]) -> Grade:
    """The gravest of some grades; unknown of none."""
    return min(grades, key=GRAVEST_FIRST.index, default=Grade.UNKNOWN)


def _by_answers(yes: int, unanswered: int, threshold: int) -> tuple[Grade, str]:
    if yes >= threshold:
        return Grade.HIGH, "grade.visible-high-risk"
    if yes + unanswered >= threshold:
        return Grade.UNKNOWN, "grade.unanswered-could-be-high"
    if yes >= MEDIUM_FROM:
        return Grade.MEDIUM, "grade.band-medium"
    if yes + unanswered >= MEDIUM_FROM:
        return Grade.UNKNOWN, "grade.unanswered-could-be-medium"
    return Grade.STANDARD, "grade.band-standard"


def _raised(graded: Graded, said: Grade | None, because: str) -> Graded:
    if said in (None, Grade.UNKNOWN) or gravest((graded.grade, said or Grade.UNKNOWN)) is graded.grade:
        return graded
    return graded.model_copy(update={"grade": said, "because": because})


def _not_assessed() -> Graded:
    return Graded(grade=Grade.UNKNOWN, rule=DASH_RULE, because="grade.not-assessed")
