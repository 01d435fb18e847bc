"""The page of a case whose risk changed: four assessments by three instruments, and a review that is late."""

from datetime import timedelta
from typing import Any

from contracts.events.people import Answered, Judgement
from contracts.rules.instruments import FORMS
from contracts.vocabulary import AnswerSource, Grade, Instrument, ReviewTrigger, RiskAnswer
from services.marac import shown
from services.marac.conference import rows
from services.marac.conference.risk import risk_of
from tests.pages.sample_cases import full_case
from tests.pages.sample_rows import BREACH, NOW, ago, new, source

RISK_CASE = new()


def assessment(
    agency: str, days: float, instrument: Instrument, grade: Grade, answers: dict[str, str], **more: Any
) -> rows.Assessment:
    """An assessment by its items; ``answers`` by item."""
    form = FORMS[instrument]
    said = [
        Answered(
            item=item,
            answer=RiskAnswer(answer),
            source=list(AnswerSource)[n % 3],
            comment=None if n else "Since the letter came.",
        )
        for n, (item, answer) in enumerate(answers.items())
    ]
    given: dict[str, Any] = {
        "type": "assessment",
        "instrument": instrument,
        "instrument_version": max(form.versions),
        "grade": grade,
        "yes": list(answers.values()).count("yes"),
        "unanswered": sum(answer in ("dont-know", "not-asked") for answer in answers.values()),
        "missing": len(form.items) - len(answers) if answers else 0,
        "rule": f"assessor:{instrument}/{max(form.versions)}",
        "because": "grade.assessor",
        "dash": None,
        "rationale": None,
        "answers": said if answers else [],
    }
    return rows.Assessment(**source(agency, days=days), **(given | more))


def _dash(yes: int, **other: str) -> dict[str, str]:
    items = list(FORMS[Instrument.SAFELIVES_DASH_24].items)[:-1]
    return {item: "yes" if place < yes else "no" for place, item in enumerate(items)} | other


def assessments() -> list[rows.Assessment]:
    """The oldest first."""
    dash = Instrument.SAFELIVES_DASH_24
    often = dict(
        zip(FORMS[Instrument.DARA].items, ("often", "never", "all-the-time", "dont-know"), strict=False)
    )
    judged = Judgement(grade=Grade.MEDIUM, reason="In prison until the spring.", by="IDVA 7", second="IDVA 2")
    raised = Judgement(grade=Grade.HIGH, reason="Fear has grown, and bags are packed.", by="PC 4821")
    return [
        assessment("northmere-police", 200, Instrument.S_DASH, Grade.HIGH, {}),
        assessment(
            "northmere-police",
            120,
            Instrument.DARA,
            Grade.HIGH,
            often,
            judgement=raised,
            before_judgement=Grade.MEDIUM,
            because="grade.professional-judgement",
        ),
        assessment("harbour-idva", 60, dash, Grade.MEDIUM, _dash(11, D12="dont-know", D20="not-asked")),
        assessment(
            "harbour-idva",
            14,
            dash,
            Grade.MEDIUM,
            _dash(15, D02="dont-know", D20="yes"),
            judgement=judged,
            before_judgement=Grade.HIGH,
            signed=True,
            because="grade.lowered-by-two",
        ),
    ]


def risk_case() -> shown.CasePage:
    """The full case with that risk."""
    case, made = full_case(), assessments()
    victim = rows.ConferencePerson(
        person=new(),
        identity=rows.Identity(),
        lines=[],
        assessments=made,
        orders=[],
        records=[],
        contacts=[],
        health=[],
        leads=[],
        cases=[],
        area=None,
        disputed=[],
        locations=[],
        taken_back=[
            rows.TakenBack(**source("northmere-police", days=30), grade=Grade.HIGH, accused=[]),
            rows.TakenBack(
                **source("harbour-idva", days=2),
                grade=Grade.HIGH,
                accused=[new()],
                referral=True,
                unnamed=True,
            ),
            rows.TakenBack(
                **source("harbour-idva", days=1), grade=Grade.HIGH, accused=[new()], referral=True
            ),
        ],
        review_owner="harbour-idva",
        reviews=[
            rows.ReviewLine(root=BREACH, trigger=trigger, agency=agency, at=at, due=at + timedelta(hours=24))
            for trigger, agency, at in (
                (ReviewTrigger.BREACH, "northmere-police", ago(days=2)),
                (ReviewTrigger.ESCALATION, "northmere-police", ago(days=2)),
                (ReviewTrigger.PREGNANCY, "northmere-hospital", ago(hours=20)),
            )
        ],
    )
    risk = risk_of(made, victim, NOW)
    kept = [each.model_copy(update={"holds": True}) for each in risk.taken_back]
    withdrawn = shown.Missing(code="grade-withdrawn", owner="northmere-police", roots=(new(),))
    referral = shown.Missing(code="referral-withdrawn", owner="idva-service", roots=(new(),))
    gap = shown.Missing(code="review-owed", owner="harbour-idva", roots=(BREACH,), count=3, since=ago(days=1))
    doubt = rows.Doubt(one=new(), other=new())
    in_doubt = case.victim.model_copy(update={"doubts": (doubt,)}) if case.victim else None
    return case.model_copy(
        update={
            "case": RISK_CASE,
            "letters": "R4S",
            "victim": in_doubt,
            "assessments": made[::-1],
            "risk": risk.model_copy(update={"taken_back": kept}),
            "accepted": {risk.taken_back[-1].root: ago(days=1)},
            "missing": [gap, withdrawn, referral, *case.missing],
        }
    )
