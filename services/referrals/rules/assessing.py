"""What is wrong with a risk assessment, and what it leaves to ask.

Source: ``domain.md`` 1.3 and 14 (2026-11): never merged by number, hence the instrument, its version and its
item; unknown is never NO, hence what is left out is asked for and refuses nothing; to lower a grade takes a
second person and a reason.
"""

from collections.abc import Iterator
from itertools import chain

from contracts.events.people import Dash, ReferralMade, RiskAssessed, victim_of
from contracts.rules.instruments import FORMS, OPEN, Form, answers_of, assessed_in, form_of
from contracts.rules.second_person import same_person
from contracts.vocabulary import Grade, Instrument, ReferralCriterion, RiskAnswer, RiskQuestion, Role
from services.referrals.rules.grading import VISIBLE_HIGH_RISK, grade_by_rule, grade_referral, lowers

Fault = tuple[str, str]
"""The kind of a fault and its place in the content."""


def fault(said: ReferralMade | RiskAssessed, threshold: int = VISIBLE_HIGH_RISK) -> Fault | None:
    """What is wrong with an assessment or the Dash of a referral, the first of it; None: it can be taken."""
    whole = _dash(said.dash)
    if isinstance(said, ReferralMade):
        assessed = assessed_in(said)
        if assessed and said.dash:
            return "answered-twice", "dash"
        by_items = chain(_form(assessed), _answers(assessed)) if assessed else ()
        return next(chain(whole, by_items), None)
    return next(chain(_form(said), whole, _answers(said), _judgement(said, threshold)), None)


def _dash(dash: Dash | None) -> Iterator[Fault]:
    form = form_of(dash.instrument) if dash else None
    if dash and form and dash.instrument_version not in form.versions:
        yield "no-such-version", "dash.instrument_version"


def _form(said: RiskAssessed) -> Iterator[Fault]:
    form = FORMS.get(said.instrument)
    if form is not None and said.instrument_version not in form.versions:
        yield "no-such-version", "instrument_version"
    if said.dash is not None and said.answers:
        yield "answered-twice", "dash"


def _answers(said: RiskAssessed) -> Iterator[Fault]:
    form = form_of(said.instrument)
    items, answers = (form.items, form.answers) if form else ({}, frozenset())
    seen = set[str]()
    for place, each in enumerate(said.answers):
        if each.item not in items:
            yield "no-such-item", f"answers.{place}.item"
        elif each.item in seen:
            yield "answered-twice", f"answers.{place}.item"
        elif each.answer not in answers:
            yield "no-such-answer", f"answers.{place}.answer"
        seen.add(each.item)


def _judgement(said: RiskAssessed, threshold: int) -> Iterator[Fault]:
    judged = said.judgement
    if judged is None:
        return
    by_rule = grade_by_rule(said, threshold)
    nobody_graded = by_rule.grade is Grade.UNKNOWN and by_rule.because == "grade.assessor"
    if judged.second is None:
        if lowers(by_rule.grade, judged) and not nobody_graded:
            yield "second-person-missing", "judgement.second"
    elif judged.by is None:
        yield "first-person-missing", "judgement.by"
    elif same_person(judged.by, judged.second):
        yield "same-person", "judgement.second"


def _form_of(said: ReferralMade | RiskAssessed) -> tuple[Form | None, dict[str, RiskAnswer]]:
    """The form of what is assessed, and what is answered of it."""
    instrument = said.instrument if said.instrument or not said.dash else said.dash.instrument
    return form_of(instrument), answers_of(said.answers, said.dash)


def left_open(said: ReferralMade | RiskAssessed) -> tuple[list[str], list[str]]:
    """The items that were left out, and those whose answer is not known, in the order of the form."""
    form, answers = _form_of(said)
    if form is None or not answers:
        return [], []
    missing = [item for item in form.items if item not in answers]
    return missing, [item for item in form.items if answers.get(item) in OPEN]


def questions(said: ReferralMade | RiskAssessed, threshold: int) -> list[RiskQuestion]:
    """What an assessment or a referral leaves to ask, where so many YES are visible high risk."""
    missing, unknown = left_open(said)
    own = isinstance(said, RiskAssessed) and said.instrument is Instrument.OTHER
    asked = {
        RiskQuestion.NO_GRADE: _no_grade(said, threshold),
        RiskQuestion.NO_ANSWERS: not own and not _form_of(said)[1],
        RiskQuestion.ITEMS_MISSING: bool(missing),
        RiskQuestion.ITEMS_UNKNOWN: bool(unknown),
        RiskQuestion.NO_VICTIM: victim_of(said) is None,
        RiskQuestion.NO_PERPETRATOR: isinstance(said, ReferralMade) and not _accuses(said),
        RiskQuestion.NO_REASON: isinstance(said, ReferralMade) and _judges_without_a_word(said),
    }
    return [question for question, is_asked in asked.items() if is_asked]


def _accuses(referral: ReferralMade) -> bool:
    """Whether anything is known of whoever is accused."""
    return any(each.identity for each in referral.in_role(Role.PERPETRATOR))


def _judges_without_a_word(referral: ReferralMade) -> bool:
    """Whether professional judgement is given, and neither its reason nor what happened: whoever refers by it
    writes the reasons (SafeLives, MARAC referral criteria; ``domain.md`` 1.2)."""
    dash = referral.dash
    judged = ReferralCriterion.PROFESSIONAL_JUDGEMENT in referral.criteria or (dash and dash.judgement)
    return bool(judged) and referral.narrative is None and not (dash and dash.judgement_reason)


def _no_grade(said: ReferralMade | RiskAssessed, threshold: int) -> bool:
    if isinstance(said, ReferralMade):
        return grade_referral(said, threshold).grade is Grade.UNKNOWN
    judged = said.judgement is not None and said.judgement.grade is not Grade.UNKNOWN
    return not judged and grade_by_rule(said, threshold).grade is Grade.UNKNOWN
