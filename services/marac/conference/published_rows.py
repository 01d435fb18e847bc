"""The row of what was published of an agenda."""

from pydantic import AwareDatetime

from chassis.views import Row, ViewTable
from contracts.vocabulary import Grade
from services.marac.conference.parts import Part


class PublishedCase(Part):
    """A case as it was published. ``lines`` are the tails of the facts that were known."""

    case: str
    grade: Grade
    lines: tuple[str, ...]


class PublishedAgenda(Row):
    """The newest version of an agenda that was published: which it is, when, by whom, what stood on it."""

    meeting: str
    fact: str
    version: int
    at: AwareDatetime
    by: str
    agency: str
    cases: tuple[PublishedCase, ...]


class PublishedAgendaTable(ViewTable, table=True):
    """Rows of ``conference_published``."""

    __tablename__ = "marac_conference_published"
