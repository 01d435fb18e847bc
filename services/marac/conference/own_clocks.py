"""The clocks that marac itself says: which were started about a cause, and what is said so that the right
ones run."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import FactSet
from chassis.views import Saying
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules.clocks import Calendars, Running, moves
from contracts.sections import Routing
from contracts.vocabulary import AlertRule
from services.marac.conference.parts import ClockLine

CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
NEVER_TOO_LATE = {AlertRule.EMERGENCY_MARAC}
"""What is said however long ago it was written down: its own row says when it is over."""
Wanted = Mapping[AlertRule, tuple[datetime, str | None]]
"""Of each line of the table until when its clock is to run, and in which area."""


def clocks_of(facts: FactSet, cause: str, rules: Collection[AlertRule]) -> tuple[ClockLine, ...]:
    """The clocks of these lines of the table that were started about a cause."""
    over = {(each.said.rule, each.said.generation) for each in facts.current(ClockStopped)}
    lines = [
        ClockLine(
            rule=said.rule,
            generation=said.generation,
            due=said.due,
            area=said.routing.area if isinstance(said.routing, Routing) else None,
            stopped=(said.rule, said.generation) in over,
        )
        for said in (each.said for each in facts.current(ClockStarted))
        if said.cause == cause and said.rule in rules
    ]
    return tuple(sorted(lines, key=lambda line: (line.rule, line.generation)))


def sayings(
    cause: str, case: str | None, clocks: tuple[ClockLine, ...], wanted: Wanted, at: datetime
) -> Iterator[Saying]:
    """The clocks to stop and to start, each said once; in the row of ``case`` too, where there is one."""
    for rule in sorted({*wanted, *(line.rule for line in clocks)}):
        lines = [line for line in clocks if line.rule is rule]
        due, area = wanted.get(rule, (None, None))
        running = [Running(rule, c.generation, c.due, c.area, c.due <= at) for c in lines if not c.stopped]
        known = [rule] if lines or rule in NEVER_TOO_LATE else []
        now = moves(running, known, {rule: due} if due else {}, area, at)
        for clock in now.stop:
            over = ClockStopped(rule=rule, cause=cause, generation=clock.generation, case=case)
            yield Saying(rule, cause, clock.generation, over, at)
        if now.start and due:
            n = 1 + max((line.generation for line in lines), default=0)
            routing = Routing(area=area) if area else None
            started = ClockStarted(rule=rule, cause=cause, generation=n, due=due, routing=routing, case=case)
            yield Saying(rule, cause, n, started, at)
