"""Which rows of cases a query reads for a caller, so that its limit cuts among those alone."""

from collections.abc import Set

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, or_, select, true
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from services.marac import casefile
from services.marac.conference.rows import ConferenceCaseTable, ConferenceMeetingTable
from services.marac.rules import sharing


async def areas_of_theirs(archive: Archive, caller: Caller) -> list[str]:
    """The areas whose meetings are the caller's: theirs, and every one that lies in them."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    theirs = {area for area in areas if sharing.may_act_in(caller.areas, area_and_around(areas, area))}
    return sorted(theirs | set(caller.areas))


async def within_reach(archive: Archive, caller: Caller) -> ColumnElement[bool]:
    """What holds of the row of every case that ``visible`` shows a caller: it is of their areas, or a MARAC
    of theirs took it over; or it is of no known MARAC, and they place cases; or it is on the agenda of a
    meeting of theirs, which is looked up in the store, and where nothing else holds. Not all of which that
    holds is theirs to see: that ``visible`` says."""
    table, meeting = ConferenceCaseTable, ConferenceMeetingTable
    places = [col(table.within).contains(f"|{area}|", autoescape=True) for area in sorted(caller.areas)]
    if sharing.may_place_cases(caller.roles):
        places.append(col(table.marac).is_(None))
    each = archive.store.values_in(col(meeting.listed))
    at = col(meeting.area).in_(await areas_of_theirs(archive, caller)), ~col(meeting.withdrawn)
    listed = select(each.c.value).select_from(meeting).join(each, true()).where(*at)
    return or_(*places, col(table.subject).in_(listed))


def may_wait(unsure: Set[str] | None) -> ColumnElement[bool]:
    """What holds of the row of every case but those that were returned and surely are not back: the row says
    so, and it is not of one that is ``unsure`` (``Held.unsure``)."""
    table = ConferenceCaseTable
    return true() if unsure is None else ~col(table.stays_away) | col(table.subject).in_(unsure)


async def of_token(archive: Archive, caller: Caller, case: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """What holds of a column with cases of which what the caller's agency has to do is for them: those within
    reach of the areas that their token names, and those of no known MARAC, or they would be nobody's. A token
    that names no area is the agency's own, for all."""
    if not caller.areas:
        return true()
    table = ConferenceCaseTable
    return case_is(case, or_(await within_reach(archive, caller), col(table.marac).is_(None)))


def case_is(case: SQLColumnExpression[str], holds: ColumnElement[bool]) -> ColumnElement[bool]:
    """That something holds of the row of the case that a column names: looked up for a row that all else
    leaves in, and not for every case that there is."""
    return exists().where(col(ConferenceCaseTable.subject) == case, holds)
