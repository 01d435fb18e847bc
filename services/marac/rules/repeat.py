"""Whether a case is a repeat, by which of the two published definitions.

Sources: SafeLives, *Definition of a repeat at Marac* (read 2026-11). Current: any instance of abuse
between the same pair within twelve months of the last referral; it need be neither criminal nor
violent; breach of bail or of a civil order, unwanted contact and disputes over children count. Old
(until about 2018-19): only what would be criminal if reported. Some areas (Kingston, Sussex) count
from the last meeting instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.rules.occurrence import LONDON
from contracts.vocabulary import BreachKind, IncidentKind, RepeatDefinition

MONTHS = 12
"""More than twelve months since is a new case, not a repeat (both definitions)."""

NOT_A_CRIME: frozenset[str] = frozenset(
    {
        IncidentKind.VERBAL_ABUSE,
        IncidentKind.ECONOMIC_ABUSE,
        IncidentKind.MISSING_CHILD,
        IncidentKind.OTHER,
        BreachKind.REQUIREMENT_MISSED,
        BreachKind.NOTIFICATION_MISSED,
        BreachKind.OTHER,
    }
)
"""Codes that by themselves are no crime: the old definition counts them only where the agency says
that it was one."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something between the pair. ``crime``: whether the agency says so, where it says anything."""

    root: str
    occurred: datetime
    kind: str
    crime: bool | None = None


def repeats(
    last: datetime, events: Iterable[Event], definition: RepeatDefinition = RepeatDefinition.CURRENT
) -> tuple[list[Event], datetime]:
    """The events after the last referral (or meeting) that make the case a repeat, and until when
    such an event would."""
    until = months_after(last, MONTHS)
    found = [event for event in events if last < event.occurred <= until and counts(event, definition)]
    return sorted(found, key=lambda event: (event.occurred, event.root)), until


def counts(event: Event, definition: RepeatDefinition) -> bool:
    """Whether an event is one by this definition."""
    if definition == RepeatDefinition.CURRENT:
        return True
    return event.crime if event.crime is not None else event.kind not in NOT_A_CRIME


def months_after(moment: datetime, months: int) -> datetime:
    """The same time of day so many months later in London; the month's last day where it is shorter."""
    local = moment.astimezone(LONDON)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    for day in range(local.day, local.day - 4, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
