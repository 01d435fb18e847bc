"""What agencies are asked before a MARAC meets: which, by when, how far each has come.

Source: SafeLives research form and the published order of a meeting (``domain.md`` 1.6 and 1.7, read
2026-11-27): the IDVA gives the victim's view first, then each agency what is relevant. Times are each MARAC's
own; what holds where it sets none, and what of a case that is listed late, is Goldthread's own.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.rules.areas import within_token
from contracts.rules.clocks import Calendar, Calendars, Limit, deadline
from contracts.vocabulary import StaffRole
from services.marac.rules.sharing import ANSWER_RESEARCH, RIGHTS

LISTED_LATE = Limit(1, Calendar.WORKING_DAYS)
"""How long an agency has at least, from when a case is listed; never longer than until the meeting begins."""

LISTED_FOR = timedelta(days=60)
"""For how long after a meeting an agency's list has what was asked for it, and the clock of it runs."""


class Research(StrEnum):
    """How far an agency has come with one case of one meeting."""

    ANSWERED = "answered"
    NOTHING_HELD = "nothing-held"
    LATE = "late"
    ASKED = "asked"
    NOBODY_INSIDE = "nobody-inside"
    """The case is restricted, and nobody of the agency is known to be inside: it is not asked."""


def due_by(starts: datetime, listed: datetime, days_before: int, calendars: Calendars) -> datetime:
    """Until when an agency is to answer of a case that was listed then at a meeting that starts then."""
    usual = deadline(Limit(days_before, Calendar.WORKING_DAYS_BEFORE), starts, calendars)
    return min(starts, max(usual, deadline(LISTED_LATE, listed, calendars)))


def due_again(
    named: Iterable[datetime | None], starts: datetime, due: datetime, calendars: Calendars
) -> datetime | None:
    """Until when an agency that answered is to answer of people whom the case names since, of each when that
    was (None: not known). None: it is asked of nobody; whoever is named once the meeting began is the next
    one's."""
    before = [each for each in named if each is None or each < starts]
    times = (due if each is None else max(due, deadline(LISTED_LATE, each, calendars)) for each in before)
    return min(starts, *times) if before else None


def runs_until(unanswered: Iterable[datetime], starts: datetime, at: datetime) -> datetime | None:
    """Until when the clock of a meeting runs that starts then; of each open answer when it is due. None:
    there is none, or no agency's list has it any more."""
    return min(unanswered, default=None) if at < starts + LISTED_FOR else None


def state(*, answered: bool, nothing: bool, due: datetime, at: datetime, asked: bool = True) -> Research:
    """How far an agency has come. *Nothing held* is an answer; no answer is never taken for it. ``asked``:
    False of a case that is restricted and has nobody of the agency inside, who could answer."""
    if answered:
        return Research.NOTHING_HELD if nothing else Research.ANSWERED
    if not asked:
        return Research.NOBODY_INSIDE
    return Research.LATE if due <= at else Research.ASKED


def is_asked(
    roles: Collection[str],
    areas: Collection[str],
    agency: str,
    asked: Collection[str],
    around: Collection[str],
) -> bool:
    """Whether a caller answers what their agency holds before a meeting that asks these agencies, and whose
    area is one of ``around``. It is asked of the agency: any of its people who may answer does; and its
    system, whose token, where it has no role of staff that answers and names no area, is for all of them."""
    answers = RIGHTS[ANSWER_RESEARCH].intersection(roles)
    if agency not in asked or not answers:
        return False
    alone = answers == {StaffRole.REPORTER}
    return within_token(areas, around) if alone else not set(areas).isdisjoint(around)


def is_system(roles: Collection[str]) -> bool:
    """Whether a caller is the system of an agency as far as ties go, whatever other roles it was given: an
    account that answers as staff, too, is no person who could declare one. Who reads what it fetched is not
    known, so that of a case that is restricted, or to which anybody of the agency declared a tie, there is
    nothing for it (Goldthread's own, 2026-11)."""
    return StaffRole.REPORTER in roles
