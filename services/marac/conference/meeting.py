"""Level 1: a meeting with the cases listed at it; the alerts and clocks about a breach or an order."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Saying, Subject
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertPassedOn,
    AlertRaised,
    AlertResolved,
    AlertStoodDown,
)
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.flags import CaseMet
from contracts.events.meeting import MeetingClosed
from contracts.events.orders import PatternDecided
from contracts.rules.areas import area_and_around
from contracts.rules.standing_answer import answer_of, standing_answer, standing_word
from services.marac import casefile
from services.marac.conference import alert_rows, emergency, rows
from services.marac.conference.heard import recorded_in
from services.marac.conference.own_clocks import clocks_of
from services.marac.conference.parts import CameLine, ClockLine
from services.marac.rules import sitting
from services.marac.rules.emergency import over_at

About = TypeVar("About", AlertStoodDown, AlertCalled, AlertAcknowledged, AlertPassedOn, AlertResolved)
Reply = Fact[AlertAcknowledged | AlertPassedOn]


def fold_meeting(subject: Subject) -> Folded:
    """The row of a meeting; None for a cause that is something else."""
    fact = next((fact for fact in subject.facts.of(MeetingCalled) if fact.root == subject.id), None)
    versions = subject.facts.versions(subject.id)
    contents = [each.content for each in versions]
    said = next((each for each in reversed(contents) if isinstance(each, MeetingCalled)), None)
    if fact is None or said is None:
        return Folded(None)
    listed: dict[str, str] = {}
    for each in subject.facts.current(CaseListed):
        if each.said.meeting == subject.id:
            listed.setdefault(each.said.case, each.root)
    closed = any(each.said.meeting == subject.id for each in subject.facts.current(MeetingClosed))
    over, called = over_at(said.starts), emergency.called_of(subject.facts, subject.id)
    began = {subject.id: said.starts}
    recorded = {case for meeting, case in recorded_in(subject.facts, began) if meeting == subject.id}
    clocks = clocks_of(subject.facts, subject.id, {emergency.RULE})
    stands = fact.content is not None and not closed and subject.at < over
    tells = called if stands and not _taken_before(subject.facts, clocks, called) else None
    row = rows.ConferenceMeeting(
        meeting=subject.id,
        root=fact.root,
        withdrawn=fact.content is None,
        area=said.area,
        areas=list(area_and_around(casefile.areas_of(subject.configuration), said.area)),
        starts=said.starts,
        venue=said.venue,
        emergency=said.emergency,
        cases=[rows.ListedCase(case=case, root=listed[case]) for case in sorted(listed)],
        chair=said.chair,
        chair_name=said.chair_name,
        slots=said.slots,
        closed=closed,
        recorded=tuple(sorted(recorded)),
        came=_came(subject.facts),
        tells=tells,
        clocks=clocks,
    )
    changes = [said.starts, *([over] if tells else [])]
    return Folded(row, min((each for each in changes if each > subject.at), default=None))


def _taken_before(facts: FactSet, clocks: Iterable[ClockLine], called: datetime | None) -> bool:
    """Whether somebody had taken this calling before its clock was stopped: a meeting that was closed by
    mistake and goes on calls nobody anew."""
    stopped = {clock.generation for clock in clocks if clock.stopped and clock.due == called}
    told = (each for each in facts.current(AlertRaised) if each.said.rule is emergency.RULE)
    return any(_alert(facts, each).answered_by for each in told if each.said.generation in stopped)


def _came(facts: FactSet) -> tuple[CameLine, ...]:
    """Of each case the newest that was said."""
    said = sorted(facts.current(CaseMet), key=lambda each: each.said.generation)
    newest = {
        each.said.case: CameLine(
            case=each.said.case,
            generation=each.said.generation,
            at=each.occurred if each.said.counts else None,
        )
        for each in said
    }
    return tuple(newest[case] for case in sorted(newest))


def decide_met(row: Row | None, at: datetime) -> Iterable[Saying]:
    """That the time of a meeting came, for each case that is listed at it; and that it does not count after
    all. Of a meeting that was called off, what it had recorded counts no more either."""
    if not isinstance(row, rows.ConferenceMeeting):
        return
    said = {line.case: line for line in row.came}
    for case in sorted({*(each.case for each in row.cases), *row.recorded, *said}):
        line = said.get(case)
        now = _counts(row, case, line.at if line else None, at)
        unsaid = line is None and (now is not None or (row.withdrawn and case in row.recorded))
        if unsaid or (line is not None and line.at != now):
            generation = line.generation + 1 if line else 1
            came = CaseMet(case=case, meeting=row.meeting, generation=generation, counts=now is not None)
            yield Saying(case, row.meeting, generation, came, now or at)


def _counts(row: rows.ConferenceMeeting, case: str, before: datetime | None, at: datetime) -> datetime | None:
    """When the time of a meeting came for a case; None: it did not, or it was called off or closed without
    coming to the case. What a standing meeting recorded is not undone by another time or list."""
    recorded = case in row.recorded
    if row.withdrawn or sitting.passed_over(closed=row.closed, recorded=recorded):
        return None
    if row.starts <= at and any(each.case == case for each in row.cases):
        return row.starts
    return before if recorded else None


def fold_alert(subject: Subject) -> Folded:
    """The alerts about a cause: who was called, who answered, when; what was decided of its pattern; which
    clocks run. None where there is none of these."""
    alerts = [_alert(subject.facts, raised) for raised in subject.facts.current(AlertRaised)]
    made = subject.facts.current(PatternDecided)
    decisions = tuple(
        _decision(each) for each in made if each.said.breach == subject.id
    )  # a correction keeps its old keys
    alerts.sort(key=lambda alert: (alert.raised, alert.rule, alert.generation))
    clocks = _clocks(subject.facts, alerts)
    if not alerts and not decisions and not clocks:
        return Folded(None)
    return Folded(
        alert_rows.ConferenceAlert(
            cause=subject.id,
            alerts=alerts,
            facts=sorted(fact.id for fact in subject.facts),
            decisions=decisions,
            clocks=clocks,
        )
    )


def _clocks(facts: FactSet, alerts: Sequence[alert_rows.Alert]) -> tuple[alert_rows.Clock, ...]:
    """Of each rule's clock the one started last, unless it was stopped: the next to run out first."""
    started = sorted((fact.said for fact in facts.current(ClockStarted)), key=lambda said: said.generation)
    stopped = {(fact.said.rule, fact.said.generation) for fact in facts.current(ClockStopped)}
    newest = {said.rule: said for said in started}
    runs = [said for said in newest.values() if (said.rule, said.generation) not in stopped]
    stands = {alert.rule: alert.state for alert in alerts if alert.state != "stood-down"}
    return tuple(
        alert_rows.Clock(rule=said.rule, due=said.due, taken=stands.get(said.rule) == "answered")
        for said in sorted(runs, key=lambda said: (said.due, said.rule))
    )


def _decision(fact: Fact[PatternDecided]) -> alert_rows.Decision:
    said = fact.said
    return alert_rows.Decision(
        root=fact.root,
        agency=fact.agency,
        at=fact.occurred,
        offence=said.offence,
        decision=said.decision,
        rank=said.rank,
        considered=said.considered,
    )


def _alert(facts: FactSet, raised: Fact[AlertRaised]) -> alert_rows.Alert:
    fallen = next(iter(_of(facts, raised, AlertStoodDown)), None)
    answers: list[Reply] = [*_of(facts, raised, AlertAcknowledged), *_of(facts, raised, AlertPassedOn)]
    stands = standing_answer(answer_of(fact.envelope, fact.said) for fact in answers)
    taken, words = stands.taken, _of(facts, raised, AlertResolved)
    answer = next((fact for fact in answers if taken and fact.root == taken.root), None)
    called = sorted(_of(facts, raised, AlertCalled), key=lambda fact: (fact.said.rung, fact.root))
    return alert_rows.Alert(
        rule=raised.said.rule,
        generation=raised.said.generation,
        urgency=raised.said.urgency,
        raised=raised.occurred,
        state="stood-down" if fallen else "answered" if answer else "unanswered",
        calls=[
            alert_rows.Called(rung=fact.said.rung, due=fact.said.due, person=fact.said.person)
            for fact in called
        ],
        answered_by=answer.said.person if answer else None,
        answered_agency=answer.agency if answer else None,
        answered_at=answer.occurred if answer else None,
        stood_down_at=fallen.occurred if fallen else None,
        done=standing_word((_done(fact, facts.first_recorded(fact.root)) for fact in words), stands),
    )


def _done(fact: Fact[AlertResolved], said: datetime) -> alert_rows.Done:
    return alert_rows.Done(
        root=fact.root,
        agency=fact.agency,
        outcome=fact.said.outcome,
        at=fact.occurred,
        said=said,
    )


def _of(facts: FactSet, raised: Fact[AlertRaised], model: type[About]) -> list[Fact[About]]:
    alert = (raised.said.rule, raised.said.generation)
    return [fact for fact in facts.current(model) if (fact.said.rule, fact.said.generation) == alert]
