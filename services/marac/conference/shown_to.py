"""Who has been shown a line about a victim, by every service: for her IDVA, and the coordinator of her case.
The question is on record like any other look."""

from collections.abc import Collection
from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy import or_, select
from sqlmodel import col

from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.reading import parsed
from chassis.runtime import Runtime
from chassis.store.tables import FactTable
from contracts.content import Content
from contracts.events.actions import ActionAgreed
from contracts.events.configuration import AgencyDefined
from contracts.events.listing import CaseRestricted, PartiesDecided, ReferralReturned
from contracts.events.meeting import CaseHeard
from contracts.events.operations import AuditShown
from contracts.events.research import ResearchAnswered
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.held import Held, visible
from services.marac.conference.known import CaseKnown
from services.marac.conference.person import short_type
from services.marac.conference.views import CASE
from services.marac.shown import Page, Shown

FILED = (ActionAgreed, CaseHeard, CaseRestricted, ResearchAnswered, ReferralReturned, PartiesDecided)
"""What a case has beside the lines about its people, that its readers are shown. A message is for two alone,
and who declared a tie for nobody."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Look(Shown):
    """That somebody was shown it. ``name`` is known of whoever is said to be in the case, and of nobody
    else."""

    first: datetime = Field(description="a second look at the very same is not on record again")
    agency: str
    agency_name: str
    roles: list[str]
    name: str | None
    person: str = Field(
        description="who it was, by an opaque id: two looks of one are told from those of two"
    )
    service: str
    view: str
    versions: list[int]
    ahead: bool = Field(
        description="held ready for when the line is down, and not opened since, as far as that is on record"
    )


class ShownTo(Page):
    """Who has been shown a line, the newest first. What a partner's system was sent, what somebody told
    another, and paper that went on from hand to hand are on no such record."""

    case: str
    letters: str
    root: str
    type: str
    agency: str
    agency_name: str
    looks: list[Look]


async def shown_to(runtime: Runtime, caller: Caller, case: str, root: str) -> ShownTo:
    """Who has been shown this line of a case. Raises Problem (404)."""
    fresh = await runtime.fresh_until()
    row = await Held(runtime).one(CASE, rows.ConferenceCase, case)
    if row is None or case not in await visible(runtime, caller, [row]):
        raise not_found()
    known = (await Held(runtime).known([row]))[0]
    if root not in known.lines and root not in await _agreed_and_heard(runtime, known):
        raise not_found()
    told = (await runtime.fact(root)).versions(root)
    line, versions = told[-1], {fact.id: fact.version for fact in told}
    agencies = casefile.agencies_of(await runtime.configuration(AgencyDefined))
    team = known.victim.support.team if known.victim else ()
    names = {each.worker.person: each.worker.name for each in team if each.worker.person}
    looks = [
        _look(fact, said, versions, agencies, names)
        for fact, said in _opened(await _looks(runtime, versions))
    ]
    page = ShownTo(
        at=runtime.clock.now(),
        fresh_until=fresh,
        case=case,
        letters=row.letters,
        root=root,
        type=short_type(line.envelope.type),
        agency=line.agency,
        agency_name=agencies[line.agency].name if line.agency in agencies else line.agency,
        looks=sorted(looks, key=lambda look: (look.first, look.person, look.view), reverse=True),
    )
    await runtime.shown(caller, "shown-to", root, page.seen, versions)
    return page


async def _agreed_and_heard(runtime: Runtime, known: CaseKnown) -> set[str]:
    """The roots of what is filed under a case and shown to its readers."""
    types = {model.type for model in FILED}
    filed = await runtime.facts([f"k:{known.case.case}"])
    answers = {each.root for row in known.actions for each in row.answers}
    return answers | {fact.root for fact in filed if fact.envelope.type in types}


async def _looks(runtime: Runtime, facts: Collection[str]) -> list[tuple[Fact[Content], AuditShown]]:
    """The looks at any of these facts, and none that was at their case alone. Few ask, so no index stands by
    for it: the store reads through them."""
    body = col(FactTable.body)
    found = or_(*(body.contains(fact, autoescape=True) for fact in sorted(facts)))
    statement = select(body).where(col(FactTable.type) == AuditShown.type, found)
    async with runtime.store.reading() as connection:
        read = [parsed(each) for each in (await connection.execute(statement)).scalars()]
    looks = [(each, each.content) for each in read if isinstance(each.content, AuditShown)]
    return [(each, said) for each, said in looks if not set(facts).isdisjoint(said.facts)]


def _opened(looks: list[tuple[Fact[Content], AuditShown]]) -> list[tuple[Fact[Content], AuditShown]]:
    """Without what was held ready for somebody who opened the same view of the same since."""
    opened: dict[tuple[str, str, str], datetime] = {}
    for fact, said in looks:
        key = said.person, said.view, said.subject
        if not said.ahead:
            opened[key] = max(fact.occurred, opened.get(key, fact.occurred))
    return [
        (fact, said)
        for fact, said in looks
        if not said.ahead or fact.occurred > opened.get((said.person, said.view, said.subject), NEVER)
    ]


def _look(
    fact: Fact[Content],
    said: AuditShown,
    versions: dict[str, int],
    agencies: dict[str, AgencyDefined],
    names: dict[str, str],
) -> Look:
    agency = said.viewer_agency
    return Look(
        first=fact.occurred,
        agency=agency,
        agency_name=agencies[agency].name if agency in agencies else agency,
        roles=said.roles,
        name=names.get(said.person),
        person=said.person,
        service=fact.envelope.source.removeprefix("/"),
        view=said.view,
        versions=sorted(versions[each] for each in said.facts if each in versions),
        ahead=said.ahead,
    )
