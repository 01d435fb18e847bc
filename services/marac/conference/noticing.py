"""Which rows an agenda is made of: whoever has it open is told when one of them changes."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from chassis.archive import Archive
from chassis.signals import Changed
from chassis.views import ViewTable
from contracts.events.configuration import AreaDefined
from services.marac import casefile, shown
from services.marac.conference import rows
from services.marac.conference.actions import ACTION
from services.marac.conference.actions_rows import ActionTable
from services.marac.conference.children import CHILD
from services.marac.conference.known import causes_of, people_of
from services.marac.conference.listing import LISTING
from services.marac.conference.published import PUBLISHED
from services.marac.conference.research import INTERESTS, RESEARCH
from services.marac.conference.views import ALERT, CASE, MEETING, PERSON
from services.marac.rules import areas as placing

OF_A_CASE = (CASE, LISTING, INTERESTS)


def made_of(agenda: shown.Agenda, cases: Iterable[rows.ConferenceCase]) -> Changed:
    """The rows that an agenda is made of, given the cases that were looked at for it."""
    meeting = agenda.meeting.meeting
    found = {(view.name, meeting) for view in (MEETING, PUBLISHED, RESEARCH)}
    found |= {(ACTION.name, line.action) for line in agenda.carried}
    found |= {(INTERESTS.name, each.case) for each in agenda.undeclared}
    for case in cases:
        found |= {(view.name, case.case) for view in OF_A_CASE}
        found |= {(CASE.name, other) for other in (*case.before, *case.pair)}
        found |= {(MEETING.name, each.meeting) for each in case.meetings}
        found |= {(view.name, person) for person in people_of(case) for view in (PERSON, CHILD)}
        found |= {(ALERT.name, cause) for cause in causes_of(case)}
    return frozenset(found)


async def comes_to(archive: Archive, agenda: shown.Agenda, changed: Changed) -> bool:
    """Whether any of these rows, of which an agenda is not made yet, is of a case, a meeting or an action of
    its MARAC, or an action of a case on it."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    marac = placing.marac_of(areas, agenda.meeting.area)
    within = [area for area in areas if marac is not None and placing.marac_of(areas, area) == marac]
    on_it = sorted(line.case for line in (*agenda.cases, *(agenda.waiting or ())))

    def of(*views: str) -> list[str]:
        return sorted({subject for view, subject in changed if view in views})

    case, meeting, action = rows.ConferenceCaseTable, rows.ConferenceMeetingTable, ActionTable
    cases, meetings, actions = of(*(view.name for view in OF_A_CASE)), of(MEETING.name), of(ACTION.name)
    of_it = or_(col(action.area).in_(within), col(action.of_case).in_(on_it))
    return (
        await _any(archive, case, cases, col(case.marac) == marac)
        or await _any(archive, meeting, meetings, col(meeting.area).in_(within))
        or await _any(archive, action, actions, of_it)
    )


async def _any(
    archive: Archive, table: type[ViewTable], subjects: Collection[str], where: ColumnElement[bool]
) -> bool:
    """Whether a view has a row of any of these subjects of which that holds."""
    if not subjects:
        return False
    subject = col(table.subject)
    async with archive.store.reading() as connection:
        found = await connection.execute(select(subject).where(subject.in_(subjects), where).limit(1))
        return found.first() is not None
