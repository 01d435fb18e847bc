"""Level 0: the clocks of what is owed to a victim, whatever it is.

Of several things owed under one line of the table of clocks the first to be late has the clock: however
much happens, one victim has one of each. What was over long before it became known has none
(``clocks.PAST``), and keeps none from what is newer. A clock's cause is the victim's mention in the fact
from which it runs, which is one person's alone: of a fact about two victims each has a clock, and a fact
that comes to name another victim stops the one and starts the other.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.clock import add_working_days, court_deadline
from chassis.facts import FactSet
from chassis.views import Row, Saying, Subject
from contracts.content import Said
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules import risk_review
from contracts.rules.clocks import PAST, Calendars, Running, moves
from contracts.sections import Routing
from contracts.vocabulary import AlertRule

CALENDARS = Calendars(court_deadline, add_working_days)


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class Wanted(Part):
    """Something that is owed: under which line, about which mention, until when."""

    rule: AlertRule
    cause: str
    due: AwareDatetime


class ClockLine(Part):
    """A clock that was started about a mention of this person. ``area``: where it was routed to."""

    rule: AlertRule
    cause: str
    generation: int
    due: AwareDatetime
    area: str | None
    stopped: bool


class OwedRow(Row):
    """What is owed to a victim, the first to be late first, and what was said of it."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]

    def first(self, rule: AlertRule, at: datetime) -> Wanted | None:
        """What a line's clock should run for: the first to be late that had one, or is not over for long."""
        had = {(clock.cause, clock.due) for clock in self.clocks if clock.rule is rule}
        owed = (each for each in self.wanted if each.rule is rule)
        return next((w for w in owed if (w.cause, w.due) in had or w.due + PAST > at), None)


def told_of(subject: Subject) -> list[risk_review.Told]:
    """What is told of this person as victim: asked for by ``once``, for several views need it."""
    standing = [(fact.envelope, fact.said) for fact in subject.facts.current(Said)]
    return risk_review.told_of(standing, subject.id, subject.homes, subject.facts.first_recorded)


def clocks_of(facts: FactSet, rules: Collection[AlertRule]) -> tuple[ClockLine, ...]:
    """Every clock of these lines that was started about a mention of this person."""
    over = {(f.said.rule, f.said.cause, f.said.generation) for f in facts.current(ClockStopped)}
    lines = [
        ClockLine(
            rule=said.rule,
            cause=said.cause,
            generation=said.generation,
            due=said.due,
            area=said.routing.area if isinstance(said.routing, Routing) else None,
            stopped=(said.rule, said.cause, said.generation) in over,
        )
        for said in (fact.said for fact in facts.current(ClockStarted))
        if said.rule in rules
    ]
    return tuple(sorted(lines, key=lambda line: (line.rule, line.cause, line.generation)))


def area_of(told: Iterable[risk_review.Told]) -> str | None:
    """The newest word on where the victim is routed to."""
    routed = (each.said.routing for each in reversed(list(told)))
    return next((routing.area for routing in routed if isinstance(routing, Routing)), None)


def say(row: OwedRow, rule: AlertRule, at: datetime) -> Iterator[Saying]:
    """The clocks of a line to stop and to start, each said once. One that is over stays where it is, though
    the victim moves: whoever was to answer for it still is."""
    wanted, own = row.first(rule, at), [clock for clock in row.clocks if clock.rule is rule]
    causes = {clock.cause for clock in own} | ({wanted.cause} if wanted else set())
    for cause in sorted(causes):
        lines = [clock for clock in own if clock.cause == cause]
        due = wanted.due if wanted and wanted.cause == cause else None
        running = [Running(rule, c.generation, c.due, c.area, c.due <= at) for c in lines if not c.stopped]
        came_back = [rule] if any(clock.due == due for clock in lines) else []
        now = moves(running, came_back, {rule: due} if due else {}, row.area, at)
        for clock in now.stop:
            yield _saying(
                ClockStopped(rule=rule, cause=cause, generation=clock.generation, about=[cause]), at
            )
        if now.start and due:
            generation = 1 + max((clock.generation for clock in lines), default=0)
            routing = Routing(area=row.area) if row.area else None
            started = ClockStarted(
                rule=rule, cause=cause, generation=generation, due=due, routing=routing, about=[cause]
            )
            yield _saying(started, at)


def _saying(said: ClockStarted | ClockStopped, at: datetime) -> Saying:
    return Saying(said.rule, said.cause, said.generation, said, occurred=at)
