"""Children at risk, over the cases that a caller may see; and, apart from them, children who pose risk."""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import select

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.vocabulary import PERPETRATOR_ROLES
from services.marac import shown_children as shown
from services.marac.conference import rows
from services.marac.conference.children import CHILD, Home
from services.marac.conference.children_rows import ChildRow
from services.marac.conference.held import Held, visible
from services.marac.conference.other_party import own_rows
from services.marac.conference.others import people_of
from services.marac.conference.reach import within_reach
from services.marac.conference.views import CASE, PERSON
from services.marac.rules.children import REASONS, reasons

MOST = 400
"""How many cases of those within a caller's reach are looked through, the newest first."""


async def children(runtime: Runtime, caller: Caller) -> shown.Children:
    """The children of the caller's cases who are at risk, with most reasons first; and those under 18 who are
    named as alleged perpetrators. The look is on record."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    table = CASE.table
    theirs = ~table.withdrawn, await within_reach(runtime, caller)  # type: ignore[attr-defined]
    newest = select(table).where(*theirs).order_by(table.referred.desc(), table.subject).limit(MOST + 1)  # type: ignore[attr-defined]
    found = cast("list[rows.ConferenceCase]", await runtime.rows(CASE, newest))
    cases = list((await visible(runtime, caller, found[:MOST])).values())
    persons = {person for case in cases for person in people_of(case)}
    held = Held(runtime)
    people = await held.many(PERSON, rows.ConferencePerson, persons, "person")
    known = await held.many(CHILD, ChildRow, persons, "person")
    homes = [Home(case, own_rows(case, people), known, at) for case in cases]
    page = shown.Children(
        at=at,
        fresh_until=fresh,
        at_risk=sorted((line for home in homes for line in _at_risk(home)), key=_gravest_first),
        pose_risk=[line for home in homes for line in _pose_risk(home)],
        cases=len(cases),
        more=len(found) > MOST,
    )
    facts = {fact for home in homes for fact in _facts(home, page)}
    await runtime.shown(caller, CHILD.name, caller.id, page.seen, facts, ("locations",))
    return page


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
