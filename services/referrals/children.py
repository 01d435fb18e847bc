"""Level 0: that schools are told of abuse in a child's household, and that a child who was missing is asked:
the clocks that say so (``person_clocks``). A person's row has both: of a victim, and of a child."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chassis.clock import add_working_days
from chassis.facts import FactSet
from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.children import MissingReported, SchoolCalendarSet
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.rules import encompass, missing_child
from contracts.rules.areas import area_and_around
from contracts.rules.children_clocks import CHILDREN as OF_CHILDREN
from contracts.rules.clocks import runs_out
from contracts.vocabulary import AlertRule
from services.referrals.person_clocks import (
    CALENDARS,
    ClockLine,
    Wanted,
    area_of,
    clocks_of,
    heard_of,
    sayings,
)

RULES = frozenset(OF_CHILDREN)


class ChildrenRow(Row):
    """What is owed to the children of a victim's household, and to this person as a child; and what was said
    of it."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]


class ChildrenTable(ViewTable, table=True):
    """Rows of ``referrals_children``."""

    __tablename__ = "referrals_children"


def fold_children(subject: Subject) -> Folded:
    """What is owed; None for whoever is owed nothing, and never was."""
    clocks = clocks_of(subject.facts, RULES)
    area = area_of(subject) or _routed(subject.facts)
    wanted = sorted((*_schools(subject, area), *_interviews(subject)), key=lambda each: (each.due, each.rule))
    if not wanted and not clocks:
        return Folded(None)
    return Folded(ChildrenRow(person=subject.id, area=area, wanted=tuple(wanted), clocks=clocks))


def _routed(facts: FactSet) -> str | None:
    """The newest word on where a child is routed to."""
    routed = [each.said.routing for each in facts.current(MissingReported)]
    return next((getattr(routing, "area", None) for routing in reversed(routed) if routing), None)


def _schools(subject: Subject, area: str | None) -> Iterator[Wanted]:
    """The schools to be told; and those that were, and have not said so."""
    schools = _configured(subject.configuration, area)
    for each in encompass.tellings(once(subject, heard_of), schools, add_working_days):
        if each.told is None:
            yield Wanted(rule=AlertRule.SCHOOL_TOLD, cause=each.mention, due=each.due)
        elif each.acknowledged is None:
            rule = AlertRule.SCHOOL_ACKNOWLEDGED
            yield Wanted(rule=rule, cause=each.mention, due=runs_out(rule, each.told, CALENDARS))


def _configured(configuration: FactSet, area: str | None) -> encompass.Schools:
    calendars = [each.said for each in configuration.current(SchoolCalendarSet)]
    areas = {each.said.area: each.said for each in configuration.current(AreaDefined)}
    return encompass.Schools(
        kinds={each.said.agency: each.said.kind for each in configuration.current(AgencyDefined)},
        by_school={each.school: encompass.days_in(each) for each in calendars if each.school},
        by_area={each.area: encompass.days_in(each) for each in calendars if each.area},
        areas=area_and_around(areas, area),
    )


def _interviews(subject: Subject) -> Iterator[Wanted]:
    """The return interviews that are owed to this person, as a child."""
    facts = [(each.envelope, each.said) for each in subject.facts.current(Said)]
    for each in missing_child.of_child(facts, subject.id, subject.homes):
        if each.due and each.settled is None:
            cause = each.records[0].mention
            yield Wanted(rule=AlertRule.RETURN_INTERVIEW, cause=cause, due=each.due)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start, each said once."""
    if isinstance(row, ChildrenRow):
        yield from sayings(row.wanted, row.clocks, row.area, at)


CHILDREN = View(
    name="referrals_children",
    of="person",
    row=ChildrenRow,
    table=ChildrenTable,
    fold=fold_children,
    decide=decide,
    configured_by=(AgencyDefined, AreaDefined, SchoolCalendarSet),
)
