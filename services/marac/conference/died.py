"""Which cases are of somebody who has died: whoever has something to do there is told before they go."""

from collections.abc import Collection
from datetime import datetime

from chassis.archive import Archive
from contracts.events.contact import DeathRecorded
from contracts.vocabulary import Role
from services.marac.conference.opposed import pairs_of


async def of_the_dead(archive: Archive, cases: Collection[str], at: datetime | None = None) -> set[str]:
    """Those of these cases of whose victim an agency has recorded that they have died. Deaths are few: they
    are read by themselves, and not the row of everybody."""
    told = (await archive.configuration(DeathRecorded, at=at)).current(DeathRecorded)
    named = {each.mention for fact in told for each in fact.said.in_role(Role.VICTIM) if each.mention}
    if not named:
        return set()
    gone = set((await archive.places(named)).values())
    return {case for case, pair in (await pairs_of(archive, cases)).items() if pair.victim in gone}
