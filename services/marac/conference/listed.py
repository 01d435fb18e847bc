"""What persons decided of a case, for its own page; and what stands above the meetings."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from services.marac.conference import rows
from services.marac.conference.heard import waits
from services.marac.conference.held import Held, visible
from services.marac.conference.known import CaseKnown, subjects_of
from services.marac.conference.listing import LISTING
from services.marac.conference.listing_rows import CaseListing, CaseListingTable
from services.marac.conference.reach import may_wait, within_reach
from services.marac.conference.views import CASE
from services.marac.rules import sharing
from services.marac.shown_decided import (
    CaseDecided,
    CaseNote,
    MeetingsNote,
    PartiesShown,
    RestrictedHere,
    ReturnedHere,
)
from services.marac.shown_listing import ReturnedCase

JUST_BEGUN = timedelta(hours=12)
"""For so long an emergency meeting stands above all others after it began. Goldthread's own."""


def decided_of(known: CaseKnown) -> CaseDecided:
    """Every decision that holds, for the case's own page."""
    restricted = _restricted(known)
    return CaseDecided(
        restricted=restricted,
        restricted_with=known.restricted and restricted is None,
        parties=_parties(known),
        returned=returned_of(known),
    )


def _restricted(known: CaseKnown) -> RestrictedHere | None:
    newest = next(iter(known.listing.restricted if known.listing else ()), None)
    if newest is None or newest.to is None:
        return None
    return RestrictedHere(to=list(newest.to), agency=newest.agency, at=newest.at, reason=newest.reason)


def _parties(known: CaseKnown) -> PartiesShown | None:
    newest = next(iter(known.listing.parties if known.listing else ()), None)
    return PartiesShown.model_validate(newest.model_dump(exclude={"root", "fact"})) if newest else None


def returned_of(known: CaseKnown) -> ReturnedHere | None:
    """That it was returned, to whoever sees the case."""
    returned = known.listing.returned if known.listing else None
    if returned is None:
        return None
    return ReturnedHere(
        agency=returned.agency,
        at=returned.at,
        advice=returned.advice,
        reason=returned.reason,
        away=known.away,
    )


async def returned_lines(
    held: Held, cases: Collection[rows.ConferenceCase]
) -> tuple[list[ReturnedCase], set[str]]:
    """Cases that were returned and are not back, and the facts that say so: the referral, and the return."""
    of = await held.many(LISTING, CaseListing, {row.case for row in cases}, "case")
    returned = {row.case: of[row.case].returned if row.case in of else None for row in cases}
    lines = [
        ReturnedCase(
            case=row.case,
            letters=row.letters,
            referred=row.referred,
            referred_by=row.agency,
            returned=said.at if (said := returned[row.case]) else row.referred,
        )
        for row in sorted(cases, key=lambda row: (row.referred, row.case))
    ]
    return lines, {*(row.fact for row in cases), *(said.fact for said in returned.values() if said)}


async def broken_since(archive: Archive, known: Collection[CaseKnown]) -> dict[str, datetime | None]:
    """Since when the page of each of these cases is broken, by any of the subjects that it is made of: asked
    of all at once, for mostly none is."""
    of = {one.case.case: {f"p:{each.person}" for each in one.everybody} for one in known}
    for one in known:
        of[one.case.case] |= subjects_of(one.case)
    if await archive.last_good(set().union(*of.values())) is None:
        return dict.fromkeys(of)
    return {case: await archive.last_good(subjects) for case, subjects in of.items()}


async def note_of(
    runtime: Runtime, caller: Caller, meetings: Iterable[rows.ConferenceMeeting]
) -> MeetingsNote:
    """What stands above these meetings, which the caller may see."""
    at, lists = runtime.clock.now(), sharing.may_list(caller.roles)
    emergency = [row for row in meetings if row.emergency and row.starts > at - JUST_BEGUN]
    back = await _back(runtime, caller) if lists else []
    return MeetingsNote(
        emergency=[row.meeting for row in sorted(emergency, key=lambda row: row.starts)],
        back=[CaseNote(case=each.case.case, letters=each.case.letters) for each in back],
        lists=lists,
    )


async def _back(runtime: Runtime, caller: Caller) -> list[CaseKnown]:
    """The returned cases that are back, that wait for a meeting, and that the caller may see."""
    held = Held(runtime)
    cases, table = rows.ConferenceCaseTable, CaseListingTable
    theirs = select(col(cases.subject)).where(
        ~col(cases.withdrawn), may_wait(await held.unsure()), await within_reach(runtime, caller)
    )
    returned = select(table).where(col(table.was_returned), col(table.subject).in_(theirs))
    ids = {row.case for row in cast("list[CaseListing]", await runtime.rows(LISTING, returned))}
    found = await visible(runtime, caller, (await held.many(CASE, rows.ConferenceCase, ids, "case")).values())
    meetings = await held.meetings_of(found.values())
    known = await held.known([row for row in found.values() if waits(row, meetings)])
    return sorted((each for each in known if each.back), key=lambda each: each.case.letters)
