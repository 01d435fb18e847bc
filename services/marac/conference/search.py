"""Looking for a person by name, record number or reference, among the cases that the caller may see. That
somebody looked, and why, is on record before the answer; what may not be seen is not found."""

from datetime import date

from pydantic import Field
from sqlalchemy import Table, or_, select

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.operations import Searched
from contracts.sections import Name, Narrative
from contracts.vocabulary import Grade, Role, SearchReason
from services.marac.conference import rows
from services.marac.conference.held import Held, visible
from services.marac.conference.known_as import KNOWN_AS, KnownAs, KnownAsTable, sought
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import sharing
from services.marac.shown import Page, Shown

MOST = 200
"""How many persons of a name are looked through: more names or a number are asked for then."""

_TABLE: Table = KnownAsTable.__table__  # type: ignore[attr-defined]


class Found(Shown):
    """A case that names such a person."""

    case: str
    letters: str
    person: str
    role: Role
    name: Name | None
    born: date | None
    grade: Grade


class SearchPage(Page):
    """What was found. None is found and none may be seen read alike."""

    found: list[Found]
    more: bool = Field(description="whether so many are of that name that some were not looked at")


async def search(
    runtime: Runtime, caller: Caller, name: str, number: str, reason: SearchReason, words: str | None
) -> SearchPage:
    """The cases of whoever bears this name, or this number, or both."""
    wanted = sought(name, number)
    people, more = await _people(runtime, wanted) if wanted else ([], False)
    cases = await Held(runtime).many(
        CASE, rows.ConferenceCase, {case for each in people for case in each.cases}, "case"
    )
    seen = await visible(runtime, caller, cases.values())
    found = [line for each in people for case in each.cases if (line := _found(each.person, seen.get(case)))]
    page = SearchPage(at=runtime.clock.now(), found=await _named(runtime, found), more=more)
    said = Searched(
        person=caller.id,
        viewer_agency=caller.agency,
        roles=sorted(caller.roles),
        sought=runtime.ids.blind("search", repr(wanted)),
        reason=reason,
        words=Narrative(text=words) if words else None,
        found=len(page.found),
    )
    await runtime.take(own_header(page.at), said, caller=caller, right=sharing.SEARCH)
    facts = {seen[each.case].fact for each in page.found}
    await runtime.shown(caller, "conference_search", caller.id, page.seen, facts)
    return page


async def _people(runtime: Runtime, wanted: list[list[str]]) -> tuple[list[KnownAs], bool]:
    """Whoever is known by all of these, each in one of its forms; and whether there are more."""
    statement = select(_TABLE)
    for forms in wanted:
        held = (_TABLE.c.words.contains(f"|{form}|", autoescape=True) for form in forms)
        statement = statement.where(or_(*held))
    read = await runtime.rows(KNOWN_AS, statement.order_by(_TABLE.c.subject).limit(MOST + 1))
    return [row for row in read[:MOST] if isinstance(row, KnownAs)], len(read) > MOST


def _found(person: str, case: rows.ConferenceCase | None) -> Found | None:
    """The person in a case that may be seen, if anybody in it is they today."""
    if case is None or case.withdrawn:
        return None
    people = [each for each in (case.victim, *case.perpetrators, *case.children) if each]
    part = next((each for each in people if each.person == person), None)
    if part is None:
        return None
    return Found(
        case=case.case,
        letters=case.letters,
        person=person,
        role=part.role,
        name=None,
        born=None,
        grade=case.grade,
    )


async def _named(runtime: Runtime, found: list[Found]) -> list[Found]:
    """With what each is called, in the order of their names."""
    people = await Held(runtime).many(
        PERSON, rows.ConferencePerson, {each.person for each in found}, "person"
    )
    who = {person: row.identity for person, row in people.items()}
    named = [
        each.model_copy(
            update={
                "name": who[each.person].name,
                "born": next(iter(who[each.person].born), None),
            }
        )
        for each in found
        if each.person in who
    ]
    return sorted(named, key=lambda each: (str(each.name), str(each.born), each.case))
