"""The row of an alert: what was raised, who was called and reached, who answered, who is next.

One row for each cause. Should several rules tell of one cause, the row is of the alert that waits for an
answer, the most urgent first, and holds the others; each calls in its own right (``rules/beside.py``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from sqlmodel import Field

from chassis.facts import Fact, FactSet
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import (
    AlertAcknowledged,
    AlertCalled,
    AlertPassedOn,
    AlertRaised,
    AlertResolved,
    AlertStoodDown,
)
from contracts.rules.areas import OPERATORS, area_and_around
from contracts.rules.standing_answer import answer_of, standing_answer
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, StandDown, Urgency
from services.notify import over, unanswered
from services.notify.calls import Call, calls_of
from services.notify.next_call import Next, NextCall, next_of, told_of
from services.notify.over import Over, over_of
from services.notify.resolved import Resolved, Unresolved, resolved_of, sayings, unresolved
from services.notify.rules import resolving, rota, sharing
from services.notify.rules.beside import TWICE, tells_too
from services.notify.rules.ladder import rounds, step_of
from services.notify.rules.telling import to_send
from services.notify.unanswered import Rounds, Waits, said_before, waits_of

About = TypeVar("About", AlertStoodDown, AlertCalled, AlertAcknowledged, AlertPassedOn, AlertResolved)


Reply = Fact[AlertAcknowledged | AlertPassedOn]


class AlertRow(Row):
    """The state of the alert about one cause. It holds no section but routing, and no person but
    staff."""

    cause: str
    number: str
    rule: AlertRule
    generation: int
    urgency: Urgency
    raised: datetime
    area: str | None
    areas: tuple[str, ...]
    """Its area and those around it."""
    rota_of: str | None = None
    """The area whose rota has a gap, where the alert is about one."""
    about: tuple[str, ...] = ()
    """The mentions of those whom it is about: by these alerts are brought together, and nothing else."""
    others: tuple["AlertRow", ...] = ()
    """The further alerts about the cause that stand, each with its own calls and its own answer; and one that
    nobody had taken when the breach was withdrawn: whoever was called for it is to know."""
    standing: bool
    waiting: bool
    """Whether it stands and nobody has answered."""
    stood_down_at: datetime | None
    because: StandDown | None = None
    """Why it was stood down, where that is told."""
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved: Resolved | None = None
    """What was done about it."""
    say_by: datetime | None = None
    """By when whoever took it must say what was done. None: it is said, or nothing is asked here."""
    unresolved: Unresolved = Unresolved()
    """The clock that asks for it, of all alerts about the cause: in the first one's row."""
    calls: tuple[Call, ...]
    next: Next | None
    next_due: datetime | None
    facts: tuple[str, ...]

    waits: Waits | None = None
    """What an operator's alert tells of: those of an area that nobody answers."""
    rounds: tuple[Rounds, ...] = ()
    """How often each alert about the cause went round: in the first one's row."""
    over: tuple[Over, ...] = ()
    """Who has yet to be told that what they were called for is over: in the first one's row."""

    @property
    def called(self) -> frozenset[str]:
        """Everybody who was called for it."""
        return frozenset(call.person for call in self.calls if call.person is not None)

    @property
    def nobody(self) -> bool:
        """Whether a call went out with nobody on the rota to take it."""
        return any(call.person is None for call in self.calls)

    @property
    def last_step(self) -> tuple[Call, ...]:
        """The calls of the step that it is at."""
        last = max((step_of(call.rung) for call in self.calls), default=0)
        return tuple(call for call in self.calls if step_of(call.rung) == last)

    @property
    def went_round(self) -> bool:
        """Whether it waits though everybody on the ladder was called."""
        return self.waiting and rounds(call.rung for call in self.calls) > 0

    @property
    def unsent(self) -> bool:
        """Whether somebody waits, and a message has yet to get through; or one that says that it is over."""
        waits = any(each.waiting and to_send(each.calls) for each in (self, *self.others))
        return waits or any(each.id for each in self.over)

    @property
    def called_off(self) -> bool:
        """Whether its breach was withdrawn before anybody had taken it."""
        return self.because is StandDown.WITHDRAWN and self.acknowledged_by is None

    @property
    def tells_withdrawn(self) -> bool:
        """Whether one of them was called off."""
        return any(each.called_off for each in (self, *self.others))

    @property
    def count(self) -> int:
        """How many alerts about the cause wait for an answer."""
        return sum(each.waits.alerts if each.waits else 1 for each in (self, *self.others) if each.waiting)


class AlertTable(ViewTable, table=True):
    """Alerts, as lists find them."""

    __tablename__ = "notify_alert"

    waiting: bool = Field(index=True)
    unsent: bool = Field(index=True)
    tells_withdrawn: bool = Field(index=True)
    acknowledged_by: str | None = Field(index=True)
    acknowledged_at: datetime | None = Field(sa_type=Instant)
    raised: datetime = Field(sa_type=Instant)


def number_of(cause: str) -> str:
    """The four digits by which people speak of an alert. They come from the cause's opaque id by
    a hash, so that they say nothing of it; two alerts may share them, and no address has them."""
    return f"{int.from_bytes(sha256(cause.encode()).digest()[:8]) % 10_000:04}"


def fold(subject: Subject) -> Folded:
    """The alert about a cause, and when the ladder next moves by itself."""
    alerts = every(subject)
    if not alerts:
        return Folded(None)
    rows = [each.row for each in alerts if isinstance(each.row, AlertRow)]
    first, *others = [_beside(row, rows, subject.at) for row in rows]
    rest = tuple(
        other.model_copy(update={"facts": ()}) for other in others if other.standing or other.called_off
    )
    told, later = over_of(subject.facts, subject.at)
    changes = [at for at in (*(each.changes_at for each in alerts), later) if at]
    owed = unresolved(subject.facts, ((row.say_by, row.area) for row in rows if row.say_by))
    gone = tuple(said_before(subject.facts, _rounds(row)) for row in rows if row.area != OPERATORS)
    of_all = {"others": rest, "unresolved": owed, "rounds": gone, "over": told}
    changed = first.model_copy(update=of_all)
    return Folded(changed, min(changes, default=None))


def _beside(row: AlertRow, rows: Sequence[AlertRow], at: datetime) -> AlertRow:
    """An alert whose next step calls nobody anew whom another alert about the cause is calling."""
    if row.next is None:
        return row
    others = [
        call
        for other in rows
        if other is not row and other.waiting
        for call in other.calls
        if call in other.last_step or abs(at - call.called) < TWICE
    ]
    told = [
        call.model_copy(update={"told_by": tells.id if tells else None})
        for call in row.next.calls
        for tells in [tells_too(call.person, call.by, row.raised, at, others)]
    ]
    return row.model_copy(update={"next": row.next.model_copy(update={"calls": tuple(told)})})


def every(subject: Subject) -> list[Folded]:
    """The newest alert of each rule about a cause, each by itself: first the one that waits for an answer."""
    return sorted((_alert(subject, raised) for raised in _newest(subject.facts)), key=_first)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The calls of each alert's step that has fallen due, each said once for its rung; and the clock of what
    is to be said of one that was taken; and that whoever was called is told of the end. Whoever is called for
    one of them is not called for the next in the same breath: what that is told by is known when it is said.
    """
    if not isinstance(row, AlertRow):
        return
    yield from sayings(row.cause, row.unresolved, at)
    for each in row.rounds:
        yield from unanswered.sayings(row.cause, each, at)
    yield from over.sayings(row.cause, row.over, at)
    calling: set[str] = set()
    for alert in (row, *row.others):
        step = alert.next
        if step is None or step.due > at or not calling.isdisjoint(step.people):
            continue
        calling |= step.people
        for call in step.calls:
            yield Saying(
                alert.rule, alert.cause, alert.generation, _called(alert, step, call), at, rung=call.rung
            )


def _called(alert: AlertRow, step: Next, call: NextCall) -> AlertCalled:
    return AlertCalled(
        cause=alert.cause,
        rule=alert.rule,
        generation=alert.generation,
        rung=call.rung,
        post=call.post,
        due=step.due,
        person=call.person,
        area=alert.area,
        channels=list(call.channels),
        told_by=call.told_by,
    )


ALERT = View(
    "notify_alert",
    of="cause",
    row=AlertRow,
    table=AlertTable,
    fold=fold,
    decide=decide,
    begun_by=(AlertRaised,),
    configured_by=rota.CONFIGURATION,
)


def _newest(facts: FactSet) -> list[Fact[AlertRaised]]:
    newest: dict[str, Fact[AlertRaised]] = {}
    for fact in sorted(facts.current(AlertRaised), key=lambda fact: (fact.said.generation, fact.root)):
        newest[fact.said.rule] = fact
    return [newest[rule] for rule in sorted(newest)]


def _first(folded: Folded) -> tuple[bool, bool, int, str]:
    row = folded.row
    assert isinstance(row, AlertRow)
    return (not row.waiting, not row.standing, list(Urgency).index(row.urgency), row.rule)


def _alert(subject: Subject, raised: Fact[AlertRaised]) -> Folded:
    said = raised.said
    area, known = _area(said), rota.rota_of(subject.configuration)
    calls = calls_of(subject.facts, _of(subject.facts, raised, AlertCalled))
    stood_down = next(iter(_of(subject.facts, raised, AlertStoodDown)), None)
    passed = _of(subject.facts, raised, AlertPassedOn)
    answers: list[Reply] = [*_of(subject.facts, raised, AlertAcknowledged), *passed]
    stands = standing_answer(answer_of(fact.envelope, fact.said) for fact in answers)
    resolved = resolved_of(_of(subject.facts, raised, AlertResolved), subject.facts, stands)
    taken = stands.taken.at if stands.taken and stood_down is None else None
    step, changes_at = None, None
    if stood_down is None and stands.taken is None:
        told = told_of(calls, stands, passed, said.urgency)
        step, changes_at = next_of(known, area, raised, told, subject.at)
    row = AlertRow(
        cause=subject.id,
        number=number_of(subject.id),
        rule=said.rule,
        generation=said.generation,
        urgency=said.urgency,
        raised=raised.occurred,
        area=area,
        areas=() if said.rule in sharing.OF_GOLDTHREAD else area_and_around(known.areas, area),
        rota_of=said.rota_of,
        about=tuple(sorted(said.about)),
        standing=stood_down is None,
        waiting=step is not None,
        stood_down_at=stood_down.occurred if stood_down else None,
        because=stood_down.said.because if stood_down else None,
        acknowledged_by=stands.taken.person if stands.taken else None,
        acknowledged_at=stands.taken.at if stands.taken else None,
        resolved=resolved,
        say_by=resolving.due(said.rule, said.urgency, taken, resolved),
        calls=calls,
        next=step,
        next_due=step.due if step else None,
        facts=tuple(sorted(fact.id for fact in subject.facts)),
        waits=waits_of(said, subject.facts),
    )
    return Folded(row, changes_at)


def _area(said: AlertRaised) -> str | None:
    """The area whose rota is called first."""
    if said.rule in sharing.OF_OPERATORS:
        return OPERATORS
    return said.routing.area if isinstance(said.routing, Routing) else said.rota_of


def _of(facts: FactSet, raised: Fact[AlertRaised], model: type[About]) -> list[Fact[About]]:
    alert = (raised.said.rule, raised.said.generation)
    return [fact for fact in facts.current(model) if (fact.said.rule, fact.said.generation) == alert]


def _rounds(row: AlertRow) -> Rounds:
    gone = rounds(call.rung for call in row.calls) if row.waiting else 0
    return Rounds(rule=row.rule, generation=row.generation, rounds=gone, urgency=row.urgency, area=row.area)
