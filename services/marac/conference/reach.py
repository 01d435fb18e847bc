"""Which rows of cases a query reads for a caller, so that its limit cuts among those alone."""

from typing import cast

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select, true
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.views import MEETING
from services.marac.rules import sharing


async def within_reach(archive: Archive, caller: Caller) -> ColumnElement[bool]:
    """What holds of the row of every case that ``visible`` shows a caller: it is of their areas, or a MARAC
    of theirs took it over, or it is on the agenda of a meeting of theirs; or it is of no known MARAC, and
    they place cases. Not all of which that holds is theirs to see: that ``visible`` says."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    theirs = {area for area in areas if sharing.may_act_in(caller.areas, area_and_around(areas, area))}
    at = col(rows.ConferenceMeetingTable.area).in_(sorted(theirs | set(caller.areas)))
    statement = select(rows.ConferenceMeetingTable).where(at)
    meetings = cast("list[rows.ConferenceMeeting]", await archive.rows(MEETING, statement))
    listed = {each.case for row in meetings if not row.withdrawn for each in row.cases}
    within, table = col(rows.ConferenceCaseTable.within), rows.ConferenceCaseTable
    places = [within.contains(f"|{area}|", autoescape=True) for area in sorted(caller.areas)]
    if sharing.may_place_cases(caller.roles):
        places.append(col(table.marac).is_(None))
    return or_(col(table.subject).in_(sorted(listed)), *places)


async def of_token(archive: Archive, caller: Caller, case: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """What holds of a column with cases of which what the caller's agency has to do is for them: those within
    reach of the areas that their token names, and those of no known MARAC, or they would be nobody's. A token
    that names no area is the agency's own, for all."""
    if not caller.areas:
        return true()
    table = rows.ConferenceCaseTable
    reach = or_(await within_reach(archive, caller), col(table.marac).is_(None))
    return case.in_(select(col(table.subject)).where(reach))
