"""The row of the clocks about a cause: which run, until when, and whether somebody took one that ran out.

The service that holds the facts says that a clock runs; here it is run. An alert about one that ran out has
the clock's own rule and generation: it is raised once, and stood down when that clock is stopped or moved.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlmodel import Field

from chassis.facts import Fact, FactSet
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn, AlertRaised, AlertStoodDown
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.path import PathTried
from contracts.rules.areas import area_and_around
from contracts.rules.clocks import CLOCKS, calls_at
from contracts.rules.standing_answer import answer_of, standing_answer
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, Urgency
from services.notify.rules import rota

NOWHERE = "?"
"""Stands for an area that is not known. No code of an area has it."""
Alert = tuple[AlertRule, int]
"""Rule and generation of an alert about the cause."""
Reply = Fact[AlertAcknowledged | AlertPassedOn]
OfRule = TypeVar("OfRule", AlertRaised, AlertStoodDown, ClockStarted, ClockStopped)


class Clock(BaseModel):
    """One clock that runs. ``before`` is when it would have run out before it was moved; ``calls_at`` from
    when on somebody is called (None: another rule tells); ``raised``: an alert about it was."""

    model_config = ConfigDict(frozen=True)

    rule: AlertRule
    generation: int
    due: AwareDatetime
    before: AwareDatetime | None
    area: str | None
    areas: tuple[str, ...]
    calls_at: AwareDatetime | None
    raised: bool
    answered_at: AwareDatetime | None


class ClockRow(Row):
    """The clocks that run about one cause, the next to run out first; and the alerts about clocks that run
    no more, to be stood down."""

    cause: str
    clocks: tuple[Clock, ...]
    over: tuple[Alert, ...]
    due: AwareDatetime | None
    taken: bool
    """Whether somebody has taken each of them, or nobody is called for it: a list has those last."""
    areas: str
    """The areas of any of them and those around these, *nowhere* for one that is not known, and
    ``owners``, whose they are: each between bars, as a list looks for them."""
    owners: str
    facts: tuple[str, ...]


class ClockTable(ViewTable, table=True):
    """Clocks, as lists find them."""

    __tablename__ = "notify_clock"

    due: datetime | None = Field(sa_type=Instant, index=True)
    taken: bool
    areas: str
    owners: str


def fold(subject: Subject) -> Folded:
    """The clocks about a cause, and when somebody is next to be called for one."""
    if subject.facts.current(PathTried):
        return Folded(None)  # a try of the alert path, of which there is another each minute
    known = rota.rota_of(subject.configuration)
    running = [_clock(subject, started, known) for started in _running(subject.facts)]
    clocks = tuple(sorted(running, key=lambda clock: (clock.due, clock.rule)))
    kept = {(clock.rule, clock.generation) for clock in clocks}
    row = ClockRow(
        cause=subject.id,
        clocks=clocks,
        over=tuple(sorted(alert for alert in _standing(subject.facts) if alert not in kept)),
        due=clocks[0].due if clocks else None,
        taken=all(clock.answered_at or waits_elsewhere(clock.rule) for clock in clocks),
        areas=_barred(area for clock in clocks for area in clock.areas or (NOWHERE,)),
        owners=_barred(CLOCKS[clock.rule].owner for clock in clocks),
        facts=tuple(sorted(fact.id for fact in subject.facts)),
    )
    calls = [clock.calls_at for clock in clocks if clock.calls_at and clock.calls_at > subject.at]
    return Folded(row, min(calls, default=None))


def waits_elsewhere(rule: AlertRule) -> bool:
    """Whether a clock waits for whoever owes a person something, has an order to send or to read, or a
    pattern to decide, and calls nobody: it is not to hide what somebody must answer tonight. For the answer
    to a breach another rule calls."""
    return rule is not AlertRule.NO_ANSWER and CLOCKS[rule].urgency is None


def _barred(words: Iterable[str]) -> str:
    return "".join(between_bars(word) for word in sorted(set(words)))


def between_bars(word: str) -> str:
    """A word as a list looks for it among others."""
    return f"|{word}|"


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """An alert about each clock that ran out, each said once; and what no longer holds."""
    if not isinstance(row, ClockRow):
        return
    for rule, generation in row.over:
        down = AlertStoodDown(rule=rule, cause=row.cause, generation=generation)
        yield Saying(rule, row.cause, generation, down, occurred=at)
    for clock in row.clocks:
        urgency = CLOCKS[clock.rule].urgency
        if urgency is None or clock.calls_at is None or clock.calls_at > at or clock.raised:
            continue
        yield _alarm(row.cause, clock.rule, clock.generation, urgency, clock.area, at)


def decide_broken(subject: Subject) -> Iterable[Saying]:
    """Of a cause whose fold raised nobody can tell when its clocks run out: each that was started and not
    stopped is told of at once. Nothing is stood down."""
    raised = _alerts(subject.facts.current(AlertRaised))
    for started in _running(subject.facts):
        said, urgency = started.said, CLOCKS[started.said.rule].urgency
        if urgency is not None and _alert(started) not in raised:
            yield _alarm(subject.id, said.rule, said.generation, urgency, _area(said), subject.at)


def _alarm(
    cause: str, rule: AlertRule, generation: int, urgency: Urgency, area: str | None, at: datetime
) -> Saying:
    routing = Routing(area=area) if area else None
    said = AlertRaised(rule=rule, cause=cause, generation=generation, urgency=urgency, routing=routing)
    return Saying(rule, cause, generation, said, occurred=at)


def _area(said: ClockStarted) -> str | None:
    return said.routing.area if isinstance(said.routing, Routing) else None


CLOCK = View(
    "notify_clock",
    of="cause",
    row=ClockRow,
    table=ClockTable,
    fold=fold,
    decide=decide,
    decide_broken=decide_broken,
    begun_by=(ClockStarted,),
    configured_by=rota.CONFIGURATION,
)


def _running(facts: FactSet) -> list[Fact[ClockStarted]]:
    """Of each rule's clock the one that was started last, unless it was stopped."""
    newest = {fact.said.rule: fact for fact in sorted(facts.current(ClockStarted), key=_generation)}
    over = _alerts(facts.current(ClockStopped))
    return [fact for _, fact in sorted(newest.items()) if _alert(fact) not in over]


def _clock(subject: Subject, started: Fact[ClockStarted], known: rota.Rota) -> Clock:
    said, facts = started.said, subject.facts
    area = _area(said)
    earlier = [
        each for each in facts.current(ClockStarted) if each.said.rule is said.rule and each.id != started.id
    ]
    before = max(earlier, key=_generation).said.due if earlier else None
    return Clock(
        rule=said.rule,
        generation=said.generation,
        due=said.due,
        before=before if before != said.due else None,
        area=area,
        areas=area_and_around(known.areas, area),
        calls_at=calls_at(said.rule, said.due, started.occurred, said.generation),
        raised=_alert(started) in _alerts(facts.current(AlertRaised)),
        answered_at=_answered_at(facts, said.rule),
    )


def _answered_at(facts: FactSet, rule: AlertRule) -> datetime | None:
    """When the rule's alert that stands was taken by whoever has it."""
    stands = [alert for alert in _raised(facts) if alert[0] is rule]
    if not stands:
        return None
    replies: list[Reply] = [*facts.current(AlertAcknowledged), *facts.current(AlertPassedOn)]
    own = (fact for fact in replies if (fact.said.rule, fact.said.generation) == max(stands))
    taken = standing_answer(answer_of(fact.envelope, fact.said) for fact in own).taken
    return taken.at if taken else None


def _raised(facts: FactSet) -> set[Alert]:
    """The alerts about this cause that stand."""
    return _alerts(facts.current(AlertRaised)) - _alerts(facts.current(AlertStoodDown))


def _standing(facts: FactSet) -> set[Alert]:
    """Those that are about clocks, and that notify itself says."""
    return {(rule, n) for rule, n in _raised(facts) if rule in CLOCKS and CLOCKS[rule].urgency}


def _alerts(facts: Iterable[Fact[OfRule]]) -> set[Alert]:
    return {_alert(fact) for fact in facts}


def _alert(fact: Fact[OfRule]) -> Alert:
    return (fact.said.rule, fact.said.generation)


def _generation(fact: Fact[ClockStarted]) -> int:
    return fact.said.generation
