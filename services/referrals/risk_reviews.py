"""Level 0: the review of a victim's risk that is owed, and the clock that says so.

Of several things that ask for a review the first to be late has the clock: one victim has one review to
make, however much happens. What was over long before it became known has none (``clocks.PAST``), and keeps
none from what is newer. A clock's cause is the victim's mention in the fact that opened it, which is one
person's alone: of a fact about two victims each has a clock, and a fact that comes to name another victim
stops the one and starts the other.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.clock import add_working_days, court_deadline
from chassis.facts import FactSet
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules import risk_review
from contracts.rules.clocks import PAST, Calendars, Running, moves
from contracts.sections import Routing
from contracts.vocabulary import AlertRule

RULE = AlertRule.RISK_REVIEW
CALENDARS = Calendars(court_deadline, add_working_days)


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class Wanted(Part):
    """A review that is owed: about which mention, until when."""

    cause: str
    due: AwareDatetime


class ClockLine(Part):
    """A clock that was started about a mention of this person. ``area``: where it was routed to."""

    cause: str
    generation: int
    due: AwareDatetime
    area: str | None
    stopped: bool


class ReviewRow(Row):
    """What is owed to a victim, and what was said of it."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]

    def first(self, at: datetime) -> Wanted | None:
        """The review whose clock should run: the first to be late that had one, or is not over for long."""
        had = {(clock.cause, clock.due) for clock in self.clocks}
        return next((w for w in self.wanted if (w.cause, w.due) in had or w.due + PAST > at), None)


class ReviewTable(ViewTable, table=True):
    """Rows of ``referrals_review``."""

    __tablename__ = "referrals_review"


def fold_review(subject: Subject) -> Folded:
    """The review that is owed, and when the next opens by itself; None for whoever never was owed one."""
    standing = [(fact.envelope, fact.said) for fact in subject.facts.current(Said)]
    told = risk_review.told_of(standing, subject.id, subject.homes, subject.facts.first_recorded)
    opened = risk_review.opened(told, subject.id, subject.homes, subject.at)
    owed = risk_review.owed(opened, risk_review.assessed(told), CALENDARS)
    clocks = _clocks(subject.facts)
    changes_at = risk_review.changes_at(told, subject.at)
    if not owed and not clocks:
        return Folded(None, changes_at)
    row = ReviewRow(
        person=subject.id,
        area=_area(told),
        wanted=tuple(Wanted(cause=each.opened.mention, due=each.due) for each in owed),
        clocks=clocks,
    )
    return Folded(row, changes_at)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start, each said once. One that is over stays where it is, though the victim
    moves: whoever was to answer for it still is."""
    if not isinstance(row, ReviewRow):
        return
    wanted = row.first(at)
    causes = {clock.cause for clock in row.clocks} | ({wanted.cause} if wanted else set())
    for cause in sorted(causes):
        lines = [clock for clock in row.clocks if clock.cause == cause]
        due = wanted.due if wanted and wanted.cause == cause else None
        running = [Running(RULE, c.generation, c.due, c.area, c.due <= at) for c in lines if not c.stopped]
        came_back = [RULE] if any(clock.due == due for clock in lines) else []
        now = moves(running, came_back, {RULE: due} if due else {}, row.area, at)
        for clock in now.stop:
            yield _saying(
                ClockStopped(rule=RULE, cause=cause, generation=clock.generation, about=[cause]), at
            )
        if now.start and due:
            generation = 1 + max((clock.generation for clock in lines), default=0)
            routing = Routing(area=row.area) if row.area else None
            started = ClockStarted(
                rule=RULE, cause=cause, generation=generation, due=due, routing=routing, about=[cause]
            )
            yield _saying(started, at)


def _saying(said: ClockStarted | ClockStopped, at: datetime) -> Saying:
    return Saying(RULE, said.cause, said.generation, said, occurred=at)


def _clocks(facts: FactSet) -> tuple[ClockLine, ...]:
    """Every clock of a review that was started about a mention of this person."""
    over = {(f.said.cause, f.said.generation) for f in facts.current(ClockStopped) if f.said.rule is RULE}
    lines = [
        ClockLine(
            cause=said.cause,
            generation=said.generation,
            due=said.due,
            area=said.routing.area if isinstance(said.routing, Routing) else None,
            stopped=(said.cause, said.generation) in over,
        )
        for said in (fact.said for fact in facts.current(ClockStarted))
        if said.rule is RULE
    ]
    return tuple(sorted(lines, key=lambda line: (line.cause, line.generation)))


def _area(told: Iterable[risk_review.Told]) -> str | None:
    """The newest word on where the victim is routed to."""
    routed = (each.said.routing for each in reversed(list(told)))
    return next((routing.area for routing in routed if isinstance(routing, Routing)), None)


REVIEW = View(
    name="referrals_review", of="person", row=ReviewRow, table=ReviewTable, fold=fold_review, decide=decide
)
