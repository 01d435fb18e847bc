"""Level 0: that schools are told of abuse in a child's household, and that a child who was missing is asked:
the clocks that say so (``person_clocks``). A person's row has both: of a victim, and of a child."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pydantic import AwareDatetime

from chassis.clock import add_working_days
from chassis.facts import FactSet
from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.content import Said
from contracts.events.children import MissingReported, SchoolCalendarSet, SchoolTold
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.rules import encompass, missing_child
from contracts.rules.areas import area_and_around
from contracts.rules.children_clocks import CHILDREN as OF_CHILDREN
from contracts.rules.clocks import runs_out
from contracts.sections import Name
from contracts.vocabulary import AlertRule, SchoolRecipient, SchoolStep
from services.referrals.person_clocks import (
    CALENDARS,
    FOR_SUPPORT_ALONE,
    ClockLine,
    Part,
    Wanted,
    area_of,
    clocks_of,
    heard_of,
    sayings,
)
from services.referrals.rules import sharing

RULES = frozenset(OF_CHILDREN)


class Confirmed(Part):
    """That a school was told of a child, as its page says it: by which agency, in which fact, and by which
    mention of the child."""

    agency: str
    root: str
    child: str


class SchoolTelling(Part):
    """Of one record of the police: since when a school of the child is told, and has said so; and by when
    what is next is due, under which line of the table. ``victim`` is the mention of whoever it was done to.
    ``told_here``, ``confirmed_here``: since when that is known of the school that is the child's now.
    ``by``: which agency said so first, for an older release to read. ``by_page``: what the page said."""

    incident: str
    victim: str
    told: AwareDatetime | None
    acknowledged: AwareDatetime | None
    by: str | None
    next: Wanted | None
    told_here: AwareDatetime | None = None
    """An older release wrote none, nor what follows."""
    confirmed_here: AwareDatetime | None = None
    by_page: tuple[Confirmed, ...] = ()


class AtSchool(Part):
    """A child of the household whose school is known by its number, and all that it is told of. ``who_by``:
    the facts that say who the child is."""

    mention: str
    school: str
    name: Name | None
    born: date | None
    who_by: tuple[str, ...]
    tellings: tuple[SchoolTelling, ...]


class ChildrenRow(Row):
    """What is owed to the children of a victim's household, and to this person as a child; and what was said
    of it. ``schools``: the numbers of the schools of ``at_school``, between bars. ``school``: the number of
    this person's own, by all that is said of them."""

    person: str
    area: str | None
    wanted: tuple[Wanted, ...]
    clocks: tuple[ClockLine, ...]
    at_school: tuple[AtSchool, ...] = ()
    """An older release wrote none."""
    schools: str = ""
    school: str | None = None


class ChildrenTable(ViewTable, table=True):
    """Rows of ``referrals_children``, found by a school that is in them."""

    __tablename__ = "referrals_children"
    schools: str


def fold_children(subject: Subject) -> Folded:
    """What is owed; None for whoever is owed nothing, and never was."""
    clocks = clocks_of(subject.facts, RULES)
    area = area_of(subject) or _routed(subject.facts)
    schools = _configured(subject.configuration, area)
    tellings = encompass.tellings(once(subject, heard_of), schools, add_working_days)
    to_schools = [each for each in map(_next, tellings) if each]
    wanted = sorted((*to_schools, *_interviews(subject)), key=lambda each: (each.due, each.rule))
    at_school, school = tuple(_at_school(tellings)), _own_school(subject)
    if not (wanted or clocks or at_school or school):
        return Folded(None)
    row = ChildrenRow(
        person=subject.id,
        area=area,
        wanted=tuple(wanted),
        clocks=clocks,
        at_school=at_school,
        schools="".join(between_bars(number) for number in sorted({each.school for each in at_school})),
        school=school,
    )
    return Folded(row)


def between_bars(number: str) -> str:
    """The number of a school as rows are found by it."""
    return f"|{number}|"


def _routed(facts: FactSet) -> str | None:
    """The newest word on where a child is routed to."""
    routed = [each.said.routing for each in facts.current(MissingReported)]
    return next((getattr(routing, "area", None) for routing in reversed(routed) if routing), None)


def _next(each: encompass.Telling) -> Wanted | None:
    """That a school is to be told; or was, and is to say so; None: it has."""
    if each.told is None:
        return Wanted(rule=AlertRule.SCHOOL_TOLD, cause=each.mention, due=each.due)
    if each.acknowledged is None:
        rule = AlertRule.SCHOOL_ACKNOWLEDGED
        return Wanted(rule=rule, cause=each.mention, due=runs_out(rule, each.told, CALENDARS))
    return None


def _at_school(tellings: Iterable[encompass.Telling]) -> Iterator[AtSchool]:
    """The children whose own school is told, or is to be: nothing of one whose local authority is alone, or
    of whom nobody gave the number of the school."""
    of_child: dict[str, list[encompass.Telling]] = {}
    for each in tellings:
        if each.child and each.to is SchoolRecipient.SCHOOL and each.of.school:
            of_child.setdefault(each.child, []).append(each)
    for _, told in sorted(of_child.items()):
        child = told[0].of
        yield AtSchool(
            mention=child.said[0][1].mention or "",
            school=child.school or "",
            name=child.name,
            born=child.born,
            who_by=child.who_by,
            tellings=tuple(map(_telling, told)),
        )


def _telling(each: encompass.Telling) -> SchoolTelling:
    read = [word for word, said in each.here if said.step is SchoolStep.ACKNOWLEDGED]
    first = min(read, key=lambda word: (word.time, word.agency), default=None)
    return SchoolTelling(
        incident=each.root,
        victim=each.mention,
        told=each.told,
        acknowledged=each.acknowledged,
        by=first.agency if first else None,
        next=_next(each),
        told_here=min((word.time for word, _ in each.here), default=None),
        confirmed_here=first.time if first else None,
        by_page=tuple(
            Confirmed(agency=word.agency, root=word.root, child=said.of_children[0])
            for word, said in each.here
            if said.step is SchoolStep.ACKNOWLEDGED and _is_by_page(said, each)
        ),
    )


def _is_by_page(said: SchoolTold, of: encompass.Telling) -> bool:
    """Whether it says what a school's page does: of one child, by mention, and of this very incident."""
    return said.incident == of.root and len(said.of_children) == 1 and not said.people


def _own_school(subject: Subject) -> str | None:
    facts = subject.facts.current(Said)
    told = [(each.envelope, each.said) for each in facts if each.said.topic != FOR_SUPPORT_ALONE]
    return encompass.by_all(told, subject.id, subject.homes).school


def _configured(configuration: FactSet, area: str | None) -> encompass.Schools:
    calendars = [each.said for each in configuration.current(SchoolCalendarSet)]
    areas = {each.said.area: each.said for each in configuration.current(AreaDefined)}
    agencies = [each.said for each in configuration.current(AgencyDefined)]
    numbers = ((each.agency, sharing.school_of(each.kind, each.school)) for each in agencies)
    return encompass.Schools(
        kinds={each.agency: each.kind for each in agencies},
        by_school={each.school: encompass.days_in(each) for each in calendars if each.school},
        by_area={each.area: encompass.days_in(each) for each in calendars if each.area},
        areas=area_and_around(areas, area),
        by_agency={agency: number for agency, number in numbers if number},
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
