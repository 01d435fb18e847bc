"""What is shown of research before a meeting, and of who declares a tie."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.research import ResearchersSet
from contracts.sections import Name
from contracts.vocabulary import Relationship, ResearchHeld, Role, Sex
from services.marac.conference.research_rows import Answer
from services.marac.conference.rows import Line
from services.marac.rules.research import Research


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class Undeclared(Shown):
    """A case of which the caller declares whether they have a tie to its parties: names, no more."""

    case: str
    letters: str
    victim: Name | None
    perpetrators: list[Name | None]


class ColleaguesTie(Shown):
    """That a colleague declared a tie to cases: by letters, and without whose it is."""

    root: str
    letters: list[str]
    declared: datetime


class Interests(Shown):
    """The cases of a meeting that wait for the caller's word on them."""

    at: datetime
    meeting: str
    area_name: str
    starts: datetime
    cases: list[Undeclared]
    declared: list[Undeclared] = Field(
        description="those of which the caller declared no tie: one that is found since is declared still"
    )
    colleagues: list[ColleaguesTie] = Field(
        description="ties that others of the caller's agency declared, and that the caller may withdraw"
    )


class AskedBefore(Shown):
    """Whom an area asked from a time on, and who of which agency said so."""

    root: str
    at: datetime
    agency: str
    agency_name: str
    person: str | None = Field(default=None, description="null: it is not recorded")
    name: str | None = None
    set: ResearchersSet


class Researchers(Shown):
    """Whom a MARAC asks what they hold, for a meeting that begins now (null: nobody), and all that was said
    of it for this area, the newest first. ``agencies``: who can be asked, and who was, by name."""

    at: datetime
    area: str
    area_name: str
    version: int = Field(description="of what was said for this area: the `ETag`; 0 where nothing was yet")
    holds: ResearchersSet | None
    history: list[AskedBefore]
    agencies: dict[str, str]


class Asked(Shown):
    """A case of a meeting of which an agency is asked what it holds, and how far it has come with it."""

    meeting: str
    case: str
    letters: str
    area_name: str
    starts: datetime
    due: datetime
    state: Research
    emergency: bool = Field(default=False, description="of an emergency meeting that people can still join")
    again: bool = Field(default=False, description="answered, and not about somebody named since")


class ResearchWaiting(Shown):
    """An agency's list: what waits, emergencies on top, then the first to be late; and one page of what it
    has answered."""

    at: datetime
    waits: list[Asked] = Field(description="all that waits, on the first page; on later ones nothing")
    answered: list[Asked]
    next: str | None = Field(default=None, description="of what is answered, the next page; null at the end")


class Sought(Shown):
    """Somebody to look for, and what the caller's own agency has already said of them."""

    person: str = Field(description="by this mention the answer speaks of them")
    role: Role
    relationship: Relationship | None
    names: list[Name]
    aliases: list[Name]
    born: list[date]
    sex: Sex | None
    ours: list[Line] = Field(description="the caller's own agency's lines, and nobody else's")
    since: bool = Field(default=False, description="named since the agency answered: it is not about them")


class ResearchRequest(Shown):
    """What an agency is to look for, and what it has answered."""

    at: datetime
    asked: Asked
    agency_name: str
    people: list[Sought]
    answer: Answer | None


class Cell(Shown):
    """One agency's answer of one case. ``late``: it is, or came, after it was due; ``after``: it came after
    the meeting began; ``again``: it is not about somebody named since, and is asked again until ``due``."""

    agency: str
    state: Research
    late: bool
    after: bool
    again: bool = False
    due: datetime | None = None


class GridLine(Shown):
    """A case of a meeting, and how far each agency has come with it."""

    case: str
    letters: str
    due: datetime
    cells: list[Cell]


class ResearchGrid(Shown):
    """The research of a meeting: cases down, agencies across. ``asks``: whether its MARAC has said whom."""

    at: datetime
    meeting: str
    area: str
    area_name: str
    starts: datetime
    asks: bool
    order: list[str]
    agencies: dict[str, str]
    lines: list[GridLine]
    open: int
    late: int


class FoundShown(Shown):
    """What an agency said of one person of the case; ``lines`` are how many Goldthread has from it. A name
    and role None: somebody whom the referral names no more."""

    name: Name | None
    role: Role | None
    lines: int
    held: ResearchHeld
    records: str | None
    checked: date | None
    complete: bool
    flagged: bool | None
    facts: str | None
    opinions: str | None
    told_by_others: str | None


class AnswerShown(Shown):
    """What an agency answered of the case."""

    root: str
    agency: str
    said: datetime
    late: bool
    after: bool
    people: list[FoundShown]
    under_way: str | None
    suggested: str | None
    sealed: bool


class Unanswered(Shown):
    """An agency that has not answered. ``again``: it has, and not about somebody named since."""

    agency: str
    due: datetime
    late: bool
    again: bool = False


class CaseResearch(Shown):
    """What agencies answered of a case, in the order in which they speak, and who has not."""

    case: str
    answers: list[AnswerShown]
    unanswered: list[Unanswered]
    agencies: dict[str, str]
