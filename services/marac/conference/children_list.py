"""Children at risk, over the cases that a caller may see, by pages; and, apart from them, children who pose
risk."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, exists, literal, select, tuple_
from sqlmodel import col

from chassis.clock import LONDON
from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.runtime import Runtime
from chassis.store.tables import Instant, instant, micros
from contracts.vocabulary import PERPETRATOR_ROLES
from services.marac import shown_children as shown
from services.marac.conference import rows
from services.marac.conference.children import CHILD, Home
from services.marac.conference.children_rows import ChildRow, ChildTable
from services.marac.conference.counted_rows import CountedCaseTable
from services.marac.conference.held import Held, visible
from services.marac.conference.other_party import own_rows
from services.marac.conference.others import people_of
from services.marac.conference.reach import within_reach
from services.marac.conference.small import small
from services.marac.conference.views import CASE, PERSON
from services.marac.rules.children import REASONS, reasons

MOST = 200
"""How many cases are looked through of those that name somebody under 18 as alleged perpetrator."""


class _Found(NamedTuple):
    """A case with children, and by what it has its place in the list."""

    case: str
    concern: int
    referred: datetime


async def children(runtime: Runtime, caller: Caller, page: Paging) -> shown.Children:
    """One page of the caller's cases with children, those with a child of whom something is said first, then
    the newest: their children who are at risk, with most reasons first. And those under 18 who are named as
    alleged perpetrators. The look is on record."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    found, further = page.cut(
        await _with_children(runtime, caller, page),
        lambda each: (each.concern, micros(each.referred), each.case),
    )
    held = Held(runtime)
    cases = await held.many(CASE, rows.ConferenceCase, [each.case for each in found], "case")
    homes = await _homes(held, (await visible(runtime, caller, cases.values())).values(), at)
    young = await _young(runtime, caller, at)
    apart = await _homes(held, (await visible(runtime, caller, young[:MOST])).values(), at)
    shown_page = shown.Children(
        at=at,
        fresh_until=fresh,
        at_risk=sorted((line for home in homes for line in _at_risk(home)), key=_gravest_first),
        pose_risk=[line for home in apart for line in _pose_risk(home)],
        cases=len(homes),
        next=further,
        more=len(young) > MOST,
    )
    facts = {fact for home in (*homes, *apart) for fact in _facts(home, shown_page)}
    await runtime.shown(caller, CHILD.name, caller.id, shown_page.seen, facts, ("locations",))
    return shown_page


async def _with_children(runtime: Runtime, caller: Caller, page: Paging) -> list[_Found]:
    """The cases of a page, and one more: by columns alone."""
    table, child = rows.ConferenceCaseTable, ChildTable
    kid = runtime.store.values_in(col(table.kids))
    some = select(literal(1)).select_from(kid).join(child, col(child.subject) == kid.c.value)
    of_concern = exists(some.where(col(child.concern)).correlate(table))
    order = case((of_concern, 1), else_=0), col(table.referred), col(table.subject)
    theirs = col(table.kids) != rows.NO_KIDS, ~col(table.withdrawn), await within_reach(runtime, caller)
    wanted = select(order[2], order[0], order[1]).where(*theirs)
    if page.after:
        concern, referred, subject = page.after
        last = literal(int(concern)), literal(instant(referred), Instant), literal(str(subject))
        wanted = wanted.where(tuple_(*order) < tuple_(*last))
    wanted = wanted.order_by(*(each.desc() for each in order)).limit(page.limit + 1)
    async with runtime.store.reading() as connection:
        return [_Found(*row) for row in await connection.execute(wanted)]


async def _young(runtime: Runtime, caller: Caller, at: datetime) -> list[rows.ConferenceCase]:
    """The newest cases that name somebody under 18 as alleged perpetrator, by their small rows: one more than
    are looked through."""
    table, cases = CountedCaseTable, rows.ConferenceCaseTable
    grown, named = col(table.accused_grown), col(table.subject)
    theirs = ~col(table.withdrawn), await within_reach(runtime, caller)
    wanted = select(named).join(cases, col(cases.subject) == named)
    wanted = wanted.where(grown > at.astimezone(LONDON).date(), *theirs)
    wanted = wanted.order_by(col(cases.referred).desc(), named)
    async with runtime.store.reading() as connection:
        found = (await connection.execute(wanted.limit(MOST + 1))).scalars().all()
    known = await small(runtime, found)
    return [known[each] for each in found if each in known]


async def _homes(held: Held, cases: Iterable[rows.ConferenceCase], at: datetime) -> list[Home]:
    """Cases with what is known of their people that is about children."""
    cases = list(cases)
    persons = {person for case in cases for person in people_of(case)}
    people = await held.many(PERSON, rows.ConferencePerson, persons, "person")
    known = await held.many(CHILD, ChildRow, persons, "person")
    return [Home(case, own_rows(case, people), known, at) for case in cases]


def _facts(home: Home, page: shown.Children) -> Iterator[str]:
    """The facts that the lines of one case are made of."""
    case = home.case
    if case.case in {line.case for line in page.at_risk} | {line.case for line in page.pose_risk}:
        yield case.fact
    for child in {line.child.person for line in page.at_risk if line.case == case.case}:
        row, person = home.row(child), home.people.get(child)
        said = {each.root for each in (*row.circumstances, *row.told)}
        said |= {root for each in row.episodes for root in each.roots}
        yield from (line.fact for line in (person.lines if person else ()) if line.root in said)


def _at_risk(home: Home) -> list[shown.AtRisk]:
    case = home.case
    found = [(child, reasons(home.seen(child.person), case.grade)) for child in case.children]
    return [
        shown.AtRisk(
            case=case.case,
            letters=case.letters,
            grade=case.grade,
            child=home.child(child, locations=False),
            why=why,
        )
        for child, why in found
        if why
    ]


def _gravest_first(line: shown.AtRisk) -> tuple[int, int, str, str]:
    return (-len(line.why), REASONS.index(line.why[0]), line.letters, line.child.person)


def _pose_risk(home: Home) -> list[shown.PosesRisk]:
    case = home.case
    names = {person: row.identity.name for person, row in home.people.items()}
    return [
        shown.PosesRisk(
            case=case.case,
            letters=case.letters,
            grade=case.grade,
            person=each.person,
            name=names.get(each.person),
            age=each.age,
            turns=each.turns,
            on=each.on,
        )
        for each in home.ages()
        if each.role in PERPETRATOR_ROLES
    ]
