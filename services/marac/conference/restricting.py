"""To whom a case is restricted: read, and said as a whole upon what stands."""

from collections.abc import Sequence
from itertools import compress

from pydantic import BaseModel, ConfigDict, Field

from chassis.accept import Taken
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import ever_about
from contracts.content import Content
from contracts.events.listing import CaseRestricted, Insider
from contracts.sections import Narrative, Text
from contracts.vocabulary import Role
from services.marac import actions
from services.marac.conference import compose, rows
from services.marac.conference.held import Held, visible
from services.marac.conference.known import CaseKnown
from services.marac.conference.listing import LISTING, restricted_of
from services.marac.conference.listing_rows import RestrictedLine
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import sharing
from services.marac.rules.restricting import read_by
from services.marac.shown_restriction import Restriction


class ToRestrict(BaseModel):
    """To whom a case is restricted; null: it is so no more."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    to: list[Insider] | None = Field(min_length=1, max_length=40)
    reason: Text


async def read(runtime: Runtime, caller: Caller, case: str) -> Restriction:
    """To whom a case is restricted. Raises Problem (404) for whoever does not see it. The look is on
    record."""
    row = await Held(runtime).one(CASE, rows.ConferenceCase, case)
    if row is None or row.withdrawn or case not in await visible(runtime, caller, [row]):
        raise not_found()
    [known] = await Held(runtime).known([row])
    # Of the facts, and not of the row: whoever says it next does so upon what is saved by now.
    saved = await runtime.facts([f"k:{case}"])
    said = restricted_of(saved, case)
    page = Restriction(
        at=runtime.clock.now(),
        case=case,
        letters=row.letters,
        version=len(_ever_said(saved, case)),
        to=list(said[0].to) if said and said[0].to else None,
        history=_read_by(caller.id, said),
        offered=await _offered(runtime, caller, known),
        agencies=compose.names_of(known, {each.agency for each in said}),
    )
    body = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, LISTING.name, case, body, [row.fact, *(each.fact for each in page.history)])
    return page


def _read_by(person: str, said: Sequence[RestrictedLine]) -> tuple[RestrictedLine, ...]:
    """Of all that was said of a restriction, the newest first, what somebody reads."""
    first = list(reversed(said))
    reads = read_by(person, [{one.person for one in each.to or ()} for each in first])
    return tuple(reversed(list(compress(first, reads))))


async def _offered(runtime: Runtime, caller: Caller, known: CaseKnown) -> list[Insider]:
    """Whom it may be restricted to, as far as Goldthread knows them by name: the caller, who chairs its
    meetings, and who is in the case."""
    meetings = (await Held(runtime).meetings_of([known.case])).values()
    chairs = [
        Insider(person=row.chair, name=row.chair_name) for row in meetings if row.chair and row.chair_name
    ]
    team = [
        Insider(person=each.worker.person, name=each.worker.name, agency=each.agency)
        for each in (known.victim.support.team if known.victim else ())
        if each.worker.person
    ]
    own = Insider(person=caller.id, name=caller.name, agency=caller.agency)
    return list({each.person: each for each in (own, *chairs, *team)}.values())


async def restrict(runtime: Runtime, caller: Caller, case: str, asked: ToRestrict, upon: int) -> Taken:
    """Say to whom a case is restricted, upon what was said by now. Raises Problem (404) unless the caller
    sees the case; Refused: 422 where it would shut the caller out, or leave them alone, 412 where somebody
    said otherwise since."""
    agency = {caller.id: caller.agency}
    to = {
        each.person: each.model_copy(update={"agency": agency.get(each.person, each.agency)})
        for each in asked.to or ()
    }
    said = CaseRestricted(
        case=case,
        to=list(to.values()),
        lifted=asked.to is None,
        reason=Narrative(text=asked.reason),
        **await _where(runtime, case, lifts=asked.to is None),
    )
    name, right = f"restriction {case}", sharing.RESTRICT_CASE

    async def known() -> Sequence[Fact[Content]]:
        return _ever_said(await runtime.facts([f"k:{case}"]), case)

    return await actions.record_upon(runtime, caller, said, right, name=name, known=known, upon=upon)


async def _where(runtime: Runtime, case: str, *, lifts: bool) -> dict[str, list[str]]:
    """The other cases of the victim of a case, and the meetings that any of them is listed at; of a word that
    lifts it, those too that were the victim's when it was restricted."""
    held = Held(runtime)
    row = await held.one(CASE, rows.ConferenceCase, case)
    victim = await held.one(PERSON, rows.ConferencePerson, row.victim.person) if row and row.victim else None
    hers = {link.case for link in (victim.cases if victim else ()) if link.role is Role.VICTIM}
    before = (await runtime.facts([f"k:{case}"])).current(CaseRestricted) if lifts else ()
    hers |= {other for each in before if each.said.case == case for other in each.said.others}
    found = await held.many(CASE, rows.ConferenceCase, {case, *hers}, "case")
    return {"others": sorted(hers - {case}), "meetings": sorted(await held.meetings_of(found.values()))}


def _ever_said(facts: FactSet, case: str) -> Sequence[Fact[Content]]:
    return ever_about(facts, lambda said: isinstance(said, CaseRestricted) and said.case == case)
