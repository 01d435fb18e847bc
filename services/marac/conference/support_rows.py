"""The parts of rows that are about support: how far it has come, what is owed, and who is in the case."""

from pydantic import AwareDatetime

from contracts.events.support import Worker
from contracts.vocabulary import AlertRule, CaseRole, SupportKind, SupportReason, SupportStep
from services.marac.conference.parts import Part, Source


class CourseLine(Part):
    """How far one kind of support has come, by which step."""

    root: str
    support: SupportKind
    state: SupportStep
    since: AwareDatetime
    agency: str
    service: str | None
    reason: SupportReason | None
    tries: int


class OwedLine(Part):
    """Something that is owed to this victim, under which line of the table of clocks, and until when."""

    rule: AlertRule
    support: SupportKind | None
    due: AwareDatetime


class InCase(Source):
    """Somebody of an agency who is in this victim's case."""

    part: CaseRole
    worker: Worker


class Support(Part):
    """The support of one victim."""

    courses: tuple[CourseLine, ...] = ()
    owed: tuple[OwedLine, ...] = ()
    team: tuple[InCase, ...] = ()
