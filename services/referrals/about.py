"""What is said here of somebody, and whether it is there for a caller: a case that is restricted to others,
or to whose parties they have a tie, takes everybody in it along."""

from collections.abc import Collection, Iterable, Mapping

from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from contracts.content import Said
from contracts.events.configuration import AreaDefined
from contracts.events.listing import CaseRestricted
from contracts.events.people import ReferralMade
from contracts.events.research import InterestDeclared
from contracts.rules import restricted
from contracts.rules.areas import area_and_around
from contracts.sections import Routing
from contracts.vocabulary import Role
from services.referrals.views import IDENTITY, IdentityRow, MentionRow


async def facts_about(archive: Archive, mention: str) -> list[Fact[Said]]:
    """The standing facts that name whoever a mention is today, the newest first."""
    person = await archive.person_of(mention)
    known = [each.mention for each in await rows_of(archive, mention)]
    places = await archive.places(known)
    theirs = {mention, *(each for each in known if places.get(each) == person)}
    named = await _naming(archive, theirs)
    return sorted(named, key=lambda fact: (fact.recorded, fact.root), reverse=True)


async def _naming(archive: Archive, records: Collection[str]) -> list[Fact[Said]]:
    facts = (await archive.facts([f"m:{each}" for each in sorted(records)])).current(Said)
    return [fact for fact in facts if any(each.mention in records for each in fact.said.named)]


async def rows_of(archive: Archive, mention: str) -> list[MentionRow]:
    """Every record of whoever a mention is today."""
    row = await archive.row(IDENTITY, await archive.person_of(mention))
    return row.mentions if isinstance(row, IdentityRow) else []


async def known_with(
    runtime: Archive, then: Archive, mention: str
) -> tuple[list[str], list[list[Fact[Said]]]]:
    """Who was held to be whoever a mention was then, for a link that was wrong held others to be the same: a
    record of each person of today; and, of each of whom nothing stands today, what was told of them by then.
    Raises Problem (404) where of a record nobody knows whose it is today."""
    records = {mention, *(each.mention for each in await rows_of(then, mention))}
    places = await runtime.places(records)
    if records - places.keys():
        raise not_found()
    stand, gone = list[str](), list[list[Fact[Said]]]()
    for person in sorted(set(places.values())):
        theirs = {each for each in records if places[each] == person}
        one = min(theirs)
        if await facts_about(runtime, one):
            stand.append(one)
        else:
            gone.append(await _naming(then, theirs))
    return stand, gone


def reach_of_facts(areas: Mapping[str, AreaDefined], facts: Iterable[Fact[Said]]) -> set[str]:
    """The areas that these facts route to, with those around them."""
    return {place for fact in facts for place in area_and_around(areas, routed_to(fact.said))}


def routed_to(said: Said) -> str | None:
    """The area that a fact routes to, if any."""
    return said.routing.area if isinstance(said.routing, Routing) else None


async def is_flagged(archive: Archive, mention: str) -> bool | None:
    """Whether any record of whoever a mention is today is flagged as sensitive. None: nobody has said."""
    row = await archive.row(IDENTITY, await archive.person_of(mention))
    return row.flagged if isinstance(row, IdentityRow) else None


async def are_there_for(
    archive: Archive, caller: Caller, mentions: Collection[str], then: Archive | None = None
) -> bool:
    """Whether no case is kept from a caller that these records, or the victims whom they are about, are
    in. ``then``: were in by what was known at a time, whatever was withdrawn since."""
    known = then or archive
    about = [fact for each in mentions for fact in await facts_about(known, each)]
    victims = {each.mention for fact in about for each in fact.said.in_role(Role.VICTIM) if each.mention}
    hers = [fact for each in sorted(victims - {*mentions}) for fact in await facts_about(known, each)]
    cases = {fact.root for fact in (*about, *hers) if isinstance(fact.said, ReferralMade)}
    inside, ties = list[frozenset[str]](), set[str]()
    for case in sorted(cases):
        filed = await archive.facts([f"k:{case}"])
        said = sorted(filed.current(CaseRestricted), key=lambda each: each.order)
        inside += restricted.inside(case, [each.said for each in said])
        ties |= restricted.tied(case, [each.said for each in filed.current(InterestDeclared)])
    return restricted.is_there_for(caller.id, inside, ties)
