"""Where the people of a case are, though a record of one of them is flagged as sensitive: for whoever may see
locations, by a reason that is on record before the answer (``domain.md`` 9.5)."""

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.operations import PlacesOpened
from contracts.events.orders import Prohibition, Requirement
from contracts.rules.safe_contact import AT_AN_ADDRESS
from contracts.sections import Name, Narrative
from contracts.vocabulary import Role, SearchReason
from services.marac import shown
from services.marac.conference import rows
from services.marac.conference.case_pages import read_case
from services.marac.rules import sharing


class PlacesOf(shown.Shown):
    """One person of the case: where agencies say that they are, at which practice, and to which address a
    visit or a letter is thought safe, the newest first."""

    person: str
    role: Role
    name: Name | None
    locations: list[shown.Whereabouts]
    practices: list[rows.HealthLine]
    ways: list[rows.ContactLine]


class PlacesPage(shown.Page):
    """Where the people of a case are. ``terms``: what orders forbid or ask in words, for they name places."""

    case: str
    people: list[PlacesOf]
    terms: list[str]
    agencies: dict[str, str]


async def open_places(
    runtime: Runtime, caller: Caller, case: str, reason: SearchReason, words: str | None
) -> PlacesPage:
    """Where the people of a case are. Raises Problem (404) for whoever may not see it, or no locations."""
    page, _, _ = await read_case(runtime, caller, case, opened=True)
    people = [each for each in (page.victim, *page.perpetrators, *page.children) if each is not None]
    if not people or any(each.locations is None for each in people):
        raise not_found()
    said = PlacesOpened(
        person=caller.id,
        viewer_agency=caller.agency,
        roles=sorted(caller.roles),
        case=case,
        reason=reason,
        words=Narrative(text=words) if words else None,
    )
    await runtime.take(own_header(page.at), said, caller=caller, right=sharing.OPEN_PLACES)
    found = PlacesPage(
        at=page.at,
        fresh_until=page.fresh_until,
        case=case,
        people=[_of(each) for each in people],
        terms=[term.text for order in page.orders for term in _terms(order) if term.text],
        agencies=page.agencies,
    )
    roots = {line.root for each in found.people for line in (*each.locations, *each.practices, *each.ways)}
    lines = {line.fact for each in people for line in each.lines if line.root in roots}
    await runtime.shown(caller, "conference_places", case, found.seen, lines)
    return found


def _of(person: shown.PersonShown) -> PlacesOf:
    return PlacesOf(
        person=person.person,
        role=person.role,
        name=person.identity.name,
        locations=person.locations or [],
        practices=[line for line in person.health if line.health.general_practice],
        ways=[
            each for each in person.contacts if each.contact.method in AT_AN_ADDRESS and each.contact.number
        ],
    )


def _terms(order: rows.Order) -> list[Prohibition | Requirement]:
    return [*order.prohibitions, *order.requirements]
