"""Whether people are there for a caller: a case of theirs that is restricted to others, or to whose parties
the caller has a tie, takes them along."""

from collections.abc import Collection

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.events.listing import CaseRestricted
from contracts.events.people import ReferralMade
from contracts.events.research import InterestDeclared
from contracts.rules import restricted
from services.orders.views import ORDERS_PERSON, OrdersPerson


async def are_there_for(archive: Archive, caller: Caller, people: Collection[str]) -> bool:
    """Whether no case that any of these is in is kept from a caller."""
    inside, ties = list[frozenset[str]](), set[str]()
    for case in sorted(await _cases(archive, people)):
        filed = await archive.facts([f"k:{case}"])
        said = sorted(filed.current(CaseRestricted), key=lambda each: each.order)
        inside += restricted.inside(case, [each.said for each in said])
        ties |= restricted.tied(case, [each.said for each in filed.current(InterestDeclared)])
    return restricted.is_there_for(caller.id, inside, ties)


async def today(archive: Archive, then: Archive, people: Collection[str]) -> set[str]:
    """Who those are today whom an archive of another time knows as these people."""
    mentions = set[str]()
    for person in people:
        row = await then.row(ORDERS_PERSON, person)
        mentions |= {*row.mentions} if isinstance(row, OrdersPerson) else set()
    return {*people, *(await archive.places(mentions)).values()}


async def _cases(archive: Archive, people: Collection[str]) -> set[str]:
    found = set[str]()
    for person in people:
        row = await archive.row(ORDERS_PERSON, person)
        mentions = {*row.mentions} if isinstance(row, OrdersPerson) else set[str]()
        facts = (await archive.facts([f"m:{each}" for each in sorted(mentions)])).current(ReferralMade)
        found |= {fact.root for fact in facts if any(each.mention in mentions for each in fact.said.named)}
    return found
