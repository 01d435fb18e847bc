"""Which agencies a MARAC asks what they hold of its cases: read, and set as a whole upon what stands."""

from collections.abc import Collection, Mapping, Sequence

from chassis.accept import Taken
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import ever_about
from contracts.content import Content
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.research import ResearchersSet
from contracts.rules.areas import area_and_around
from services.marac import actions, casefile
from services.marac.conference.research import set_for
from services.marac.conference.researching import agency_names
from services.marac.rules import sharing
from services.marac.shown_research import AskedBefore, Researchers


async def read(runtime: Runtime, caller: Caller, area: str) -> Researchers:
    """Whom an area asks, and all that was said of it. Raises Problem (404) for another's."""
    configuration = await runtime.configuration(AgencyDefined, AreaDefined, ResearchersSet)
    defined, at = casefile.areas_of(configuration), runtime.clock.now()
    around = area_and_around(defined, area)
    if area not in defined or not sharing.may_act_in(caller.areas, around):
        raise not_found()
    said = [fact for fact in configuration.current(ResearchersSet) if fact.said.area == area]
    said.sort(key=lambda fact: fact.order, reverse=True)
    holds = set_for(configuration, around, at)
    agencies = casefile.agencies_of(configuration)
    asked = {agency for each in (holds, *(fact.said for fact in said)) if each for agency in each.agencies}
    offered = asked | _can_be_asked(agencies, around)
    names = agency_names(agencies, offered | {fact.agency for fact in said})
    return Researchers(
        at=at,
        area=area,
        area_name=defined[area].name,
        version=len(_ever_set(configuration, area)),
        holds=holds and holds.unsigned(),
        history=[
            AskedBefore(
                root=fact.root,
                at=fact.occurred,
                agency=fact.agency,
                agency_name=names[fact.agency],
                person=fact.said.person,
                name=fact.said.name,
                set=fact.said.unsigned(),
            )
            for fact in said
        ],
        agencies={each: names[each] for each in sorted(offered, key=lambda each: (names[each], each))},
    )


def _can_be_asked(agencies: Mapping[str, AgencyDefined], around: Collection[str]) -> set[str]:
    """The agencies that answer for an area, given it and those around it, or for any. A school is told of its
    own children, and comes to no MARAC."""
    return {
        agency
        for agency, said in agencies.items()
        if said.school is None and (not said.serves or not set(around).isdisjoint(said.serves))
    }


async def choose(runtime: Runtime, caller: Caller, said: ResearchersSet, upon: int) -> Taken:
    """Say whom a MARAC asks, upon what was said by now. Raises Problem (404) for another's area; Refused
    (412) where somebody has said otherwise since."""
    name, right = f"researchers {said.area}", sharing.SET_RESEARCHERS

    async def known() -> Sequence[Fact[Content]]:
        return _ever_set(await runtime.configuration(ResearchersSet), said.area)

    return await actions.record_upon(runtime, caller, said, right, name=name, known=known, upon=upon)


def _ever_set(configuration: FactSet, area: str) -> Sequence[Fact[Content]]:
    return ever_about(configuration, lambda said: isinstance(said, ResearchersSet) and said.area == area)
