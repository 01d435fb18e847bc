"""Rows of what agencies are asked and answer before a meeting, and of who has a tie to a case."""

from datetime import date, datetime

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.store.tables import Instant
from chassis.views import Row, ViewTable
from contracts.vocabulary import ResearchHeld
from services.marac.conference.parts import ClockLine, Part


class Ask(Part):
    """That every agency of the list is asked of a case, and by when; of one that is restricted those of
    ``inside`` alone."""

    case: str
    root: str
    due: AwareDatetime
    inside: tuple[str, ...] | None = None

    def is_for(self, agency: str) -> bool:
        """Whether an agency of the list is asked."""
        return self.inside is None or agency in self.inside


class Reply(Part):
    """That an agency answered of a case. ``first``: when it did so first, as Goldthread took it, whatever
    it says of that by itself and has corrected since. ``people``: by which mentions it speaks of whom."""

    case: str
    agency: str
    root: str
    first: AwareDatetime
    nothing: bool
    people: tuple[str, ...] = ()


class Declaring(Row):
    """Whether the MARAC of a meeting has declaring here: a part of the row of its research, read without the
    rest."""

    meeting: str
    declares: bool


class ResearchRow(Declaring):
    """What is asked before a meeting, and who answered. ``agencies`` None: nobody has said whom it asks.
    ``due``: the first that nobody answered; None: nothing is open, or no agency's list has it any more."""

    withdrawn: bool
    area: str
    areas: tuple[str, ...]
    starts: AwareDatetime
    agencies: tuple[str, ...] | None
    asks: tuple[Ask, ...]
    replies: tuple[Reply, ...]
    due: AwareDatetime | None
    clocks: tuple[ClockLine, ...]
    emergency: bool = False


class ResearchTable(ViewTable, table=True):
    """Rows of ``conference_research``."""

    __tablename__ = "marac_conference_research"
    withdrawn: bool
    starts: datetime = Field(sa_type=Instant, index=True)


class Found(Part):
    """What an agency said of one person. A text None: it said none, or it is sealed."""

    person: str
    held: ResearchHeld
    records: str | None
    checked: date | None
    complete: bool
    flagged: bool | None
    facts: str | None
    opinions: str | None
    told_by_others: str | None


class Answer(Part):
    """What an agency answered of a case for a meeting. ``sealed``: something of it could not be opened."""

    root: str
    fact: str
    version: int
    agency: str
    meeting: str
    said: AwareDatetime
    first: AwareDatetime
    people: tuple[Found, ...]
    under_way: str | None
    suggested: str | None
    sealed: bool


class AnswersRow(Row):
    """All that agencies answered of a case, the newest first."""

    case: str
    answers: tuple[Answer, ...]


class AnswersTable(ViewTable, table=True):
    """Rows of ``conference_answers``."""

    __tablename__ = "marac_conference_answers"


class Declared(Part):
    """What somebody declared of a case. ``agency``: theirs; None: by a fold from before it was kept."""

    root: str
    agency: str | None = None
    person: str
    tie: bool
    coordinates: bool


class InterestsRow(Row):
    """For whom a case is there. What is declared of it: of each person one, a tie before all else that they
    declared. ``only``: the members of staff whom it is restricted to; None: it is not restricted.
    ``agencies``: theirs, as far as they are known."""

    case: str
    declared: tuple[Declared, ...]
    only: tuple[str, ...] | None = None
    agencies: tuple[str, ...] = ()

    @property
    def restricted(self) -> bool:
        """Whether it is restricted."""
        return self.only is not None

    @property
    def tied(self) -> str:
        """Everybody who has a tie to its parties, each between bars."""
        return "".join(f"|{each.person}|" for each in self.declared if each.tie)

    def tie_of(self, person: str) -> bool | None:
        """Whether somebody has a tie to its parties. None: they have not declared."""
        return next((each.tie for each in self.declared if each.person == person), None)

    def has_tie_of(self, agency: str) -> bool:
        """Whether anybody of an agency has a tie to its parties; whose agency is not kept may be of it."""
        return any(each.tie and each.agency in (agency, None) for each in self.declared)


class InterestsTable(ViewTable, table=True):
    """Rows of ``conference_interests``, found where a case is restricted, and by who has a tie."""

    __tablename__ = "marac_conference_interests"
    restricted: bool = Field(index=True)
    tied: str = Field(index=True)
