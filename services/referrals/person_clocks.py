"""The clocks about a person that the facts ask for: which run, and what is said so that they do.

A clock's cause is the victim's mention in the fact that opened it, which is one person's alone: of a fact
about two victims each has a clock, and a fact that comes to name another victim stops the one and starts the
other. Of one line of the table a victim has one clock, the first to be late. What was over long before it
became known has none (``clocks.PAST``), and keeps none from what is newer.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import Fact, FactSet
from chassis.once import once
from chassis.views import Saying, Subject
from contracts.content import Said
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.events.withheld import WithheldFromPolice
from contracts.rules import risk_review
from contracts.rules.clocks import PAST, Calendars, Running, moves
from contracts.rules.owed_parts import Heard
from contracts.rules.standing_grade import keeps, names_victim
from contracts.sections import Routing
from contracts.vocabulary import AlertRule

CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
FOR_SUPPORT_ALONE = WithheldFromPolice.topic
"""The topic that ``referrals`` alone reads (``contracts.topics``)."""


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class Wanted(Part):
    """A clock that the facts ask for: about which mention, until when."""

    rule: AlertRule = AlertRule.RISK_REVIEW
    """An older release wrote none: it had no other."""
    cause: str
    due: AwareDatetime


class ClockLine(Part):
    """A clock that was started about a mention of this person. ``area``: where it was routed to."""

    rule: AlertRule = AlertRule.RISK_REVIEW
    cause: str
    generation: int
    due: AwareDatetime
    area: str | None
    stopped: bool


def heard_of(subject: Subject) -> Heard:
    """All that is told of a person as victim, and what of it opened a review: asked for by ``once``. What is
    told for support alone moves no clock, for clocks go where enforcement reads them."""
    facts = [fact for fact in subject.facts.current(Said) if fact.said.topic != FOR_SUPPORT_ALONE]
    standing = [(fact.envelope, fact.said) for fact in facts]
    told = risk_review.told_of(standing, subject.id, subject.homes, subject.facts.spoken)
    opened = risk_review.opened(told, subject.id, subject.homes, subject.at)
    back: list[Fact[ReferralMade | RiskAssessed]]
    back = subject.facts.taken_back(
        ReferralMade,
        RiskAssessed,
        where=lambda fact: names_victim(fact.said, subject.id, subject.homes),
    )
    gone = [(fact.envelope, fact.said) for fact in back if keeps(fact.said)]
    taken_back = risk_review.told_of(gone, subject.id, subject.homes, subject.facts.spoken)
    return Heard(subject.id, subject.homes, subject.at, told, opened, taken_back if told else ())


def area_of(subject: Subject) -> str | None:
    """The newest word on where the victim is routed to."""
    routed = (each.said.routing for each in reversed(once(subject, heard_of).told))
    return next((routing.area for routing in routed if isinstance(routing, Routing)), None)


def clocks_of(facts: FactSet, rules: Collection[AlertRule]) -> tuple[ClockLine, ...]:
    """Every clock of these lines of the table that was started about a mention of a person."""
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


def first_of(wanted: Iterable[Wanted], clocks: Iterable[ClockLine], at: datetime) -> dict[AlertRule, Wanted]:
    """Of each line of the table the clock that should run: the first to be late that had one, or is not over
    for long."""
    had = {(clock.rule, clock.cause, clock.due) for clock in clocks}
    known = [w for w in wanted if (w.rule, w.cause, w.due) in had or w.due + PAST > at]
    return {each.rule: each for each in reversed(known)}


def sayings(
    wanted: Iterable[Wanted], clocks: Sequence[ClockLine], area: str | None, at: datetime
) -> Iterator[Saying]:
    """The clocks to stop and to start, each said once; ``wanted`` the first to be late first. One that is
    over stays where it is, though the victim moves: whoever was to answer for it still is."""
    first = first_of(wanted, clocks, at)
    about = {(c.rule, c.cause) for c in clocks} | {(w.rule, w.cause) for w in first.values()}
    for rule, cause in sorted(about):
        lines = [clock for clock in clocks if (clock.rule, clock.cause) == (rule, cause)]
        due = first[rule].due if rule in first and first[rule].cause == cause else None
        running = [Running(rule, c.generation, c.due, c.area, c.due <= at) for c in lines if not c.stopped]
        came_back = [rule] if any(clock.due == due for clock in lines) else []
        now = moves(running, came_back, {rule: due} if due else {}, area, at)
        for clock in now.stop:
            over = ClockStopped(rule=rule, cause=cause, generation=clock.generation, about=[cause])
            yield Saying(rule, cause, clock.generation, over, occurred=at)
        if now.start and due:
            generation = 1 + max((clock.generation for clock in lines), default=0)
            routing = Routing(area=area) if area else None
            started = ClockStarted(
                rule=rule, cause=cause, generation=generation, due=due, routing=routing, about=[cause]
            )
            yield Saying(rule, cause, generation, started, occurred=at)
