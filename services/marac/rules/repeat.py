"""Whether a case is a repeat, by which of the two published definitions.

Sources: SafeLives, *Definition of a repeat at Marac* (read 2026-11). Current: any instance of abuse
between the same pair within twelve months of the last referral; it need be neither criminal nor
violent; breach of bail or of a civil order, unwanted contact and disputes over children count; any agency
may be the one that is told. Old (until about 2018-19): only what would be criminal if reported. Some areas
(Kingston, Sussex) count from the last meeting instead. By neither is a second referral of the pair one by
itself. What is no record of an incident or a breach, and may tell of one, a person looks at: which answers
and which records those are is Goldthread's own reading (2026-11), of the Dash (``domain.md`` 1.3) and of what
housing services hold; and that a second referral is one of them. That it is *not known* then, too, where no
meeting is known that heard the first, is so (2026-11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.rules.instruments import HOLDS
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import (
    BreachKind,
    HousingKind,
    IncidentKind,
    RepeatDefinition,
    RiskAnswer,
    RiskFactor,
)

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

MAY_TELL = (
    RiskFactor.INJURY,
    RiskFactor.MORE_OFTEN,
    RiskFactor.WORSE,
    RiskFactor.THREATS_TO_KILL,
    RiskFactor.STRANGLED,
)
"""What may be new abuse where it holds: D01, D10, D11, D14 and D15 of the SafeLives Dash, on other forms the
items that ask the same. They say neither when nor how often."""

HOUSING_MAY_TELL = HousingKind.ANTISOCIAL_BEHAVIOUR
"""What housing services hold harassment as."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something between the pair. ``crime``: whether the agency says so, where it says anything."""

    root: str
    occurred: datetime
    kind: str
    crime: bool | None = None


def repeats(
    last: datetime,
    events: Iterable[Event],
    definition: RepeatDefinition = RepeatDefinition.CURRENT,
    earlier: datetime | None = None,
) -> tuple[list[Event], datetime]:
    """The events after the last referral (or meeting) that make the case a repeat, and until when such an
    event would. ``earlier``: when the pair was referred before, within the twelve months: what happened since
    then does too. That it was referred again is by itself none."""
    since, until = earlier or last, months_after(last, MONTHS)
    found = [event for event in events if since < event.occurred <= until and counts(event, definition)]
    return sorted(found, key=lambda event: (event.occurred, event.root)), until


def at_latest(occurred: datetime, recorded: datetime, *, day: bool) -> datetime:
    """When something happened, as a meeting counts it. ``day``: only its day is known; it may have been as
    late as that day ends, and no later than it was recorded. So a meeting on that day that nobody could tell
    of it is not taken to have heard of it."""
    return max(occurred, min(recorded, occurred + timedelta(days=1, microseconds=-1))) if day else occurred


def makes(heard: datetime, happened: datetime, until: datetime) -> bool:
    """Whether something that happened makes a case a repeat by then, of a pair that a meeting last heard at
    this time: what happened before is part of what that heard. The twelve months run to what happened, and
    not to the meeting that hears of it."""
    return heard < happened <= min(until, months_after(heard, MONTHS))


def may_be_of(heard: datetime, referred: datetime) -> bool:
    """Whether a case is referred so soon after a meeting heard another of its pair that what happened since
    makes it a repeat: more than twelve months after is a new case."""
    return referred <= months_after(heard, MONTHS)


def counts(event: Event, definition: RepeatDefinition) -> bool:
    """Whether an event is one by this definition."""
    if definition == RepeatDefinition.CURRENT:
        return True
    return event.crime if event.crime is not None else event.kind not in NOT_A_CRIME


def may_tell(answers: Mapping[RiskFactor, RiskAnswer]) -> list[RiskFactor]:
    """What an assessment says that may be new abuse, in the order of the form."""
    return [each for each in MAY_TELL if answers.get(each) in HOLDS]


def to_look_at(made: datetime, met: datetime, until: datetime, *, day: bool) -> bool:
    """Whether what may tell of new abuse was made after the meeting, and while that would make a repeat.
    ``day``: only its day is known, which may be after the meeting on the same day."""
    return met < (made + timedelta(days=1) if day else made) and made <= until


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
