"""What a case's victim is owed, as its page and the agenda show it. Pure."""

from collections.abc import Iterable
from datetime import datetime

from chassis.views import Subject
from contracts.events.owed import VictimTold
from contracts.rules import risk_review
from contracts.rules.owed_parts import Heard, Owed
from contracts.vocabulary import UpdateKind
from services.marac import casefile
from services.marac.conference.victim_rows import Telling
from services.marac.shown_owed import OwedNote, PlanState


def heard_of(subject: Subject, told: Iterable[casefile.Told]) -> Heard:
    """All that is told of a person as victim, and what of it opened a review of the risk."""
    about = [(each.fact.envelope, each.fact.said) for each in told]
    known = risk_review.told_of(about, subject.id, subject.homes, subject.facts.spoken)
    opened = risk_review.opened(known, subject.id, subject.homes, subject.at)
    gone = [(fact.envelope, fact.said) for fact in casefile.risk_taken_back(subject)]
    taken_back = risk_review.told_of(gone, subject.id, subject.homes, subject.facts.spoken)
    return Heard(subject.id, subject.homes, subject.at, known, opened, taken_back if known else ())


def tellings_of(heard: Heard) -> tuple[Telling, ...]:
    """What came of telling a victim what meetings came to, in the order of time."""
    return tuple(
        Telling(
            root=each.envelope.root,
            agency=each.envelope.agency,
            at=each.envelope.time,
            precision=each.envelope.precision,
            result=said.result,
            of_case=said.case,
            method=said.method,
        )
        for each, said in heard.of(VictimTold)
        if UpdateKind.MARAC in said.of
    )


def owed_shown(owed: Owed | None, *, locations: bool) -> Owed | None:
    """What is owed, for a caller: what a plan says in words may name places."""
    if owed is None or locations:
        return owed
    plans = [
        plan.model_copy(
            update={"actions": tuple(each.model_copy(update={"what": ""}) for each in plan.actions)}
        )
        for plan in owed.plans
    ]
    return owed.model_copy(update={"plans": tuple(plans)})


def note_of(owed: Owed | None, at: datetime) -> OwedNote:
    """What the agenda says of it."""
    plan: PlanState | None = None
    if owed is None or not owed.plans:
        plan = "plan-missing"
    elif owed.mend_by:
        plan = "plan-inadequate"
    elif owed.review and owed.review.due <= at:
        plan = "plan-review-late"
    return OwedNote(plan=plan, updates_late=len(owed.late(at)) if owed else 0)
