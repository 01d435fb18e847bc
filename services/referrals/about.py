"""What is said here of somebody, and whether it is there for a caller: a case that is restricted to others,
or to whose parties they have a tie, takes everybody in it along."""

from collections.abc import Collection

from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from contracts.content import Said
from contracts.events.listing import CaseRestricted
from contracts.events.people import ReferralMade
from contracts.events.research import InterestDeclared
from contracts.rules import restricted
from contracts.vocabulary import Role
from services.referrals.views import IDENTITY, IdentityRow, MentionRow


async def facts_about(archive: Archive, mention: str) -> list[Fact[Said]]:
    """The standing facts that name whoever a mention is today, the newest first."""
    person = await archive.person_of(mention)
    known = [each.mention for each in await rows_of(archive, mention)]
    places = await archive.places(known)
    theirs = {mention, *(each for each in known if places.get(each) == person)}
    facts = (await archive.facts([f"m:{each}" for each in sorted(theirs)])).current(Said)
    named = [fact for fact in facts if any(each.mention in theirs for each in fact.said.named)]
    return sorted(named, key=lambda fact: (fact.recorded, fact.root), reverse=True)


async def rows_of(archive: Archive, mention: str) -> list[MentionRow]:
    """Every record of whoever a mention is today."""
    row = await archive.row(IDENTITY, await archive.person_of(mention))
    return row.mentions if isinstance(row, IdentityRow) else []


async def known_with(runtime: Archive, then: Archive, mention: str) -> tuple[list[str], list[frozenset[str]]]:
    """Who was held to be whoever a mention was then, for a link that was wrong held others to be the same: a
    record of each person of today; and, of each record of whose person nothing stands today, the agencies
    that had told of it by then."""
    records = {mention, *(each.mention for each in await rows_of(then, mention))}
    places = await runtime.places(records)
    people = {person: each for each, person in places.items()}
    stand = {person: each for person, each in people.items() if await facts_about(runtime, each)}
    told = []
    for gone in sorted(each for each, person in places.items() if person not in stand):
        facts = (await then.facts([f"m:{gone}"])).current(Said)
        naming = (fact for fact in facts if any(each.mention == gone for each in fact.said.named))
        told.append(frozenset(fact.agency for fact in naming))
    return list(stand.values()), told


async def is_flagged(archive: Archive, mention: str) -> bool | None:
    """Whether any record of whoever a mention is today is flagged as sensitive. None: nobody has said."""
    row = await archive.row(IDENTITY, await archive.person_of(mention))
    return row.flagged if isinstance(row, IdentityRow) else None


async def are_there_for(archive: Archive, caller: Caller, mentions: Collection[str]) -> bool:
    """Whether no case is kept from a caller that these records, or the victims whom they are about, are
    in."""
    about = [fact for each in mentions for fact in await facts_about(archive, each)]
    victims = {each.mention for fact in about for each in fact.said.in_role(Role.VICTIM) if each.mention}
    hers = [fact for each in sorted(victims - {*mentions}) for fact in await facts_about(archive, each)]
    cases = {fact.root for fact in (*about, *hers) if isinstance(fact.said, ReferralMade)}
    inside, ties = list[frozenset[str]](), set[str]()
    for case in sorted(cases):
        filed = await archive.facts([f"k:{case}"])
        said = sorted(filed.current(CaseRestricted), key=lambda each: each.order)
        inside += restricted.inside(case, [each.said for each in said])
        ties |= restricted.tied(case, [each.said for each in filed.current(InterestDeclared)])
    return restricted.is_there_for(caller.id, inside, ties)
