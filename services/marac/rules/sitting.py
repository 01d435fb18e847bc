"""A MARAC while it sits: who speaks in which order, which core services were there, when it may be closed.

Sources: SafeLives Scotland MARAC toolkit (2019): referrer, then the IDVA with the victim's view, then each
agency, in the order of its template; SafeLives minutes checklist (2014): who is recorded as attending.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from contracts.vocabulary import AgencyKind, Attendance, CoreService
from services.marac.rules.publishing import over

SHORTEST, LONGEST = timedelta(minutes=12), timedelta(minutes=15)
"""For one case, start to finish (SafeLives Scotland MARAC toolkit, 2019)."""

SPEAK = (
    AgencyKind.IDVA_SERVICE,
    AgencyKind.POLICE,
    AgencyKind.HEALTH,
    AgencyKind.PROBATION,
    AgencyKind.HOUSING,
    AgencyKind.CHILDRENS_SERVICES,
    AgencyKind.COUNCIL,
    AgencyKind.EDUCATION,
    AgencyKind.VOLUNTARY,
)
"""After the referrer (SafeLives minutes checklist, 2014)."""

SERVES = {
    AgencyKind.POLICE: CoreService.POLICE,
    AgencyKind.IDVA_SERVICE: CoreService.IDVA,
    AgencyKind.HOUSING: CoreService.HOUSING,
    AgencyKind.CHILDRENS_SERVICES: CoreService.CHILDRENS_SERVICES,
    AgencyKind.PROBATION: CoreService.PROBATION,
    AgencyKind.HEALTH: CoreService.PRIMARY_HEALTH,
}
"""Which core service an agency of a kind is, where its attendance names none."""

SAID = {"risks", "needs", "strengths", "decided", "forums", "told_by", "safe_to_tell"}
"""What a record of a case may say; that it is not safe to tell is something said."""

IN_THE_ROOM = (Attendance.PRESENT, Attendance.DEPUTY)
WEIGHT = (
    *IN_THE_ROOM,
    Attendance.APOLOGIES_WITH_INFORMATION,
    Attendance.APOLOGIES_WITHOUT,
    Attendance.ABSENT,
)
"""How a service attended is the first of these that one of its agencies did. An observer stands for none."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of attendance. ``kind`` None: nobody has defined the agency."""

    kind: AgencyKind | None
    attended: Attendance
    chairs: bool = False
    stands_for: CoreService | None = None

    @property
    def core(self) -> CoreService | None:
        """The core service that it is, or stands for."""
        return self.stands_for or (SERVES.get(self.kind) if self.kind else None)


def speaking_order(
    agencies: Iterable[str], kinds: Mapping[str, AgencyKind], referrer: str | None = None
) -> list[str]:
    """Agencies, each once, in the order in which they speak and are listed everywhere: the referrer, the
    IDVA, then by the template; those of no kind that is known come last."""

    def place(agency: str) -> tuple[bool, int, str]:
        kind = kinds.get(agency)
        return (agency != referrer, SPEAK.index(kind) if kind in SPEAK else len(SPEAK), agency)

    return sorted(set(agencies), key=place)


def core_attendance(seats: Iterable[Seat]) -> dict[CoreService, Attendance | None]:
    """How each core service attended. None: nobody has recorded it, which is not *absent*."""
    found: dict[CoreService, Attendance | None] = dict.fromkeys(CoreService)
    for seat in seats:
        core = seat.core
        if core is None or seat.attended not in WEIGHT:
            continue
        before = found[core]
        found[core] = min((each for each in (before, seat.attended) if each), key=WEIGHT.index)
    return found


def says_anything(record: BaseModel) -> bool:
    """Whether a record of a case, a fact or a version of a row, says anything. By one that does not, saved
    empty or corrected to be so, the case was not heard."""
    return any(value not in (None, [], ()) for value in record.model_dump(include=SAID).values())


def passed_over(*, closed: bool, recorded: bool) -> bool:
    """Whether a meeting did not come to a case on its list: it was closed, and nothing was recorded of the
    case that says anything, no action among it. It waits to be heard again. Of a meeting that nobody has
    closed it is not known."""
    return closed and not recorded


HELD_ASKED = timedelta(days=28)
"""For how long it is asked whether a meeting that nobody closed was held: Goldthread's own (2026-11)."""


def asked_whether_held(starts: datetime, at: datetime, *, closed: bool) -> bool:
    """Whether it is asked if a meeting was held: its day is over, nobody closed it, and so its cases count as
    heard (``passed_over``)."""
    return not closed and over(starts, at) and at <= starts + HELD_ASKED


def why_not_called_off(*, closed: bool, recorded: bool) -> str | None:
    """Why a meeting cannot be called off (``meeting-closed``, ``meeting-recorded``: what it has recorded of a
    case nobody could read any more). None: it can. Goldthread's own (2026-11)."""
    if closed:
        return "meeting-closed"
    return "meeting-recorded" if recorded else None


def is_moved_back(starts: datetime, before: datetime | None, at: datetime) -> bool:
    """Whether a meeting is called for, or moved to, a time that has passed: its cases would count as heard.
    ``before``: when it began as it was called; None: it is called for the first time. Goldthread's own
    (2026-11)."""
    return starts != before and starts <= at


def why_not_closed(seats: Iterable[Seat], *, opened: bool) -> str | None:
    """Why a meeting cannot be closed (``not-opened``, ``no-chair``). None: it can."""
    if not opened:
        return "not-opened"
    chaired = any(seat.chairs and seat.attended in IN_THE_ROOM for seat in seats)
    return None if chaired else "no-chair"
