"""The risk of a case's victim as its page shows it: what changed, the highest, what is not known, the reviews
that are owed. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache

from chassis.once import MOST_KEPT, Same
from contracts.rules import standing_grade
from contracts.rules.instruments import OPEN, Form, answers_of, form_of
from contracts.vocabulary import Grade, Instrument, RiskAnswer, RiskFactor
from services.marac import shown_risk as shown
from services.marac.conference import rows
from services.marac.rules.risk_changes import Assessed, changes

GRAVEST_LAST = (Grade.STANDARD, Grade.MEDIUM, Grade.UNKNOWN, Grade.HIGH)


def risk_of(
    assessments: Sequence[rows.Assessment], victim: rows.ConferencePerson | None, at: datetime
) -> shown.Risk:
    """What is shown of risk; ``assessments`` the oldest first. A referral without a Dash assesses nothing by
    items: it is neither the newest nor compared."""
    late = tuple(each.due <= at for each in (victim.reviews if victim else ()))
    return _risk(Same(assessments), Same(victim), late)


@lru_cache(maxsize=MOST_KEPT)
def _risk(
    said: Same[Sequence[rows.Assessment]], hers: Same[rows.ConferencePerson | None], late: tuple[bool, ...]
) -> shown.Risk:
    """``late``: of each of her reviews, whether it is."""
    assessments, victim = said.of, hers.of
    made = [each for each in assessments if each.instrument]
    newest = made[-1] if made else None
    highest = max(reversed(assessments), key=lambda each: GRAVEST_LAST.index(each.grade), default=None)
    return shown.Risk(
        newest=newest.root if newest else None,
        assessed=shown.Assessed(
            instrument=newest.instrument,
            yes=newest.yes if counted(newest) else None,
            open=sum(answer in OPEN for answer in all_answers(newest)),
        )
        if newest and newest.instrument
        else None,
        highest=highest.root if highest else None,
        change=_change(*made[:-3:-1]) if len(made) > 1 else None,
        missing=left_out(newest),
        unknown=[item for item, answer in answers(newest).items() if answer in OPEN],
        reviews=[
            shown.ReviewOwed(
                **each.model_dump(),
                owner=(victim.review_owner if victim else None) or each.agency,
                late=is_late,
            )
            for each, is_late in zip(victim.reviews if victim else (), late, strict=True)
        ],
        taken_back=_taken_back(victim),
    )


def assessed_of(victim: rows.ConferencePerson | None) -> list[standing_grade.Assessed]:
    """All assessments of a victim in the order in which they were made, with those that were withdrawn."""
    if victim is None:
        return []
    made: list[rows.Assessment | rows.TakenBack] = [*victim.assessments, *victim.taken_back]
    return [
        standing_grade.Assessed(
            each.root,
            each.agency,
            frozenset(each.accused),
            each.grade,
            isinstance(each, rows.Assessment) and each.signed,
            each.occurred,
            (each.withdrawn or each.recorded) if isinstance(each, rows.TakenBack) else None,
            each.screens,
            isinstance(each, rows.TakenBack) and each.referral,
            each.unnamed,
        )
        for each in sorted(made, key=lambda each: (each.occurred, each.root))
    ]


def _taken_back(victim: rows.ConferencePerson | None) -> list[shown.TakenBack]:
    """What was withdrawn and is not assessed anew as it takes, the newest first."""
    known = assessed_of(victim)
    open_ = {each.root for each in standing_grade.counting(known) if each.withdrawn}
    holds = {each.root for each in standing_grade.held_up(known)}
    return [
        shown.TakenBack(**each.model_dump(), holds=each.root in holds)
        for each in reversed(victim.taken_back if victim else ())
        if each.root in open_
    ]


def answers(assessment: rows.Assessment | None) -> dict[str, RiskAnswer]:
    """What an assessment answers, by item; nothing of none."""
    return answers_of(assessment.answers, assessment.dash) if assessment else {}


def by_factor(assessment: rows.Assessment, theirs: Collection[str]) -> dict[RiskFactor, RiskAnswer]:
    """What an assessment answers of ``theirs``, by what its items ask about; what was left out was not asked.
    What it answers about another accused says nothing of them."""
    form, known = form_answered(assessment), answers(assessment)
    apart = assessment.accused and set(theirs).isdisjoint(assessment.accused)
    asks = form.items.items() if form and known and not apart else ()
    return {factor: known.get(item, RiskAnswer.NOT_ASKED) for item, factor in asks}


def all_answers(assessment: rows.Assessment | None) -> Sequence[RiskAnswer]:
    """The answers of an assessment; an item that was left out was not asked."""
    return _all_answers(Same(assessment))


@lru_cache(maxsize=MOST_KEPT)
def _all_answers(said: Same[rows.Assessment | None]) -> tuple[RiskAnswer, ...]:
    return *answers(said.of).values(), *(RiskAnswer.NOT_ASKED for _ in left_out(said.of))


def counted(assessment: rows.Assessment) -> bool:
    """Whether the answers of an assessment are counted: of most instruments they are weighed, and a number of
    them would be read as a score."""
    form = form_of(assessment.instrument)
    return form is not None and form.counts is not None


def left_out(assessment: rows.Assessment | None) -> list[str]:
    """The items of its form that an assessment leaves out; none where it gives a grade alone."""
    form, known = form_answered(assessment) if assessment else None, answers(assessment)
    return [item for item in form.items if item not in known] if form and known else []


def form_answered(assessment: rows.Assessment) -> Form | None:
    """The form by whose items an assessment is answered: a Dash for young people that was sent whole has
    those of the Dash, which asks the same in the same order."""
    whole = assessment.dash and not assessment.answers
    return form_of(Instrument.SAFELIVES_DASH_24 if whole else assessment.instrument)


def _change(newest: rows.Assessment, before: rows.Assessment) -> shown.RiskChange:
    found = changes(_assessed(newest), _assessed(before))
    return shown.RiskChange(since=before.root, grade=newest.grade, grade_before=before.grade, **asdict(found))


def _assessed(line: rows.Assessment) -> Assessed:
    version = line.instrument_version or (line.dash.instrument_version if line.dash else None)
    return Assessed((line.instrument or "", version), answers(line))
