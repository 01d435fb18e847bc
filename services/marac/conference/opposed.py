"""Whom cases are about, and of which a service supports the other party: by columns, for it is asked of every
case that is shown to anybody."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import select
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.then import Then
from services.marac.conference import rows
from services.marac.conference.counted_rows import CountedCaseTable
from services.marac.conference.each import each_of
from services.marac.conference.support import who_is_in
from services.marac.conference.views import PERSON
from services.marac.rules import sharing
from services.marac.rules.pairs import Pair


async def pairs_of(archive: Archive, cases: Collection[str]) -> dict[str, Pair]:
    """Whom each of these cases is about now: who may look is asked of now. Raises TypeError for an archive
    of then."""
    if isinstance(archive, Then):
        raise TypeError(CountedCaseTable.__tablename__)
    table, case = CountedCaseTable, col(CountedCaseTable.subject)
    found = select(case, col(table.victim), col(table.accused)).where(case.in_(each_of(archive, cases)))
    async with archive.store.reading() as connection:
        return {
            subject: Pair(subject, hers, frozenset(filter(None, theirs.split("|"))))
            for subject, hers, theirs in await connection.execute(found)
        }


async def opposed(archive: Archive, caller: Caller, cases: Collection[str]) -> set[str]:
    """Those of these cases of which the caller's service supports an alleged perpetrator."""
    if sharing.FOR_THEIR_SERVICE.isdisjoint(caller.roles):
        return set()
    pairs = await pairs_of(archive, cases)
    persons = {person for pair in pairs.values() for person in pair.perpetrators}
    accused = await _supported(archive, caller.agency, persons)
    near = {case: pair for case, pair in pairs.items() if not pair.perpetrators.isdisjoint(accused)}
    victims = {pair.victim for pair in near.values() if pair.victim}
    of = accused | await _supported(archive, caller.agency, victims)

    def supports_other(pair: Pair) -> bool:
        theirs = [each for person in pair.perpetrators for each in of.get(person, ())]
        hers = of.get(pair.victim or "", ())
        return sharing.supports_other_party(caller.roles, caller.agency, caller.id, hers, theirs)

    return {case for case, pair in near.items() if supports_other(pair)}


async def _supported(
    archive: Archive, service: str, persons: Collection[str]
) -> dict[str, list[sharing.InCase]]:
    """Who is in the case of those of these persons whom a service supports."""
    found = await supported_by(archive, service, persons)
    read = cast(
        "list[rows.PersonInBrief]", await archive.rows_by(PERSON, "subject", found, rows.PersonInBrief)
    )
    return {row.person: list(who_is_in(row.support)) for row in read}


async def supported_by(archive: Archive, service: str, persons: Collection[str]) -> set[str]:
    """Those of these persons whom a service supports: its IDVAs are in their case."""
    if not persons:
        return set()
    person, idvas = col(rows.ConferencePersonTable.subject), col(rows.ConferencePersonTable.idvas)
    theirs = person.in_(each_of(archive, persons)), idvas.contains(f"|{service}|", autoescape=True)
    async with archive.store.reading() as connection:
        return set((await connection.execute(select(person).where(*theirs))).scalars())
