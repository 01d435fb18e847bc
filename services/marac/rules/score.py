"""How harmful a person is, as the streams tell: recency, frequency, gravity, victims. Not official.

No force has published its formula (domain.md 2.3, read 2026-11). This is Goldthread's safe default,
``default-1``: bands and weights of domain.md 2.3; gravity in days of the Cambridge Crime Harm Index,
indicative values of its 2016 paper (domain.md 2.4), to be replaced by the dated file of each release.
The index ranks stalking and coercive control far too low although they come before homicide, so
those, strangulation, threats to kill and breaches are lifted explicitly. A person proposes, decides
and says why: nobody enters a cohort by a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from contracts.vocabulary import BreachKind, IncidentKind, LegalStatus

MODEL = "default-1"

LOOK_BACK_DAYS = 730
"""Two years (Cleveland, 2019). A MATAC may set its own: the Met's V100 takes one."""

WEIGHTS = {"R": 2, "F": 2, "G": 4, "V": 2}
"""Tenths."""

RECENCY = ((28, 10), (90, 8), (180, 6), (365, 4), (730, 2))
"""At most so many days since the last event, and the points for it."""

FREQUENCY = ((10, 10), (7, 8), (5, 6), (3, 4), (2, 2), (1, 1))
GRAVITY = ((1825, 10), (1000, 8), (365, 6), (100, 4), (10, 2), (1, 1))
VICTIMS = ((4, 10), (3, 8), (2, 5), (1, 1))
"""At least so many occurrences, days, victims, and the points for them."""

HARM_DAYS: Mapping[str, int] = {
    IncidentKind.RAPE: 1825,
    IncidentKind.GRIEVOUS_BODILY_HARM: 1460,
    IncidentKind.SEXUAL_ASSAULT: 365,
    IncidentKind.ASSAULT_WITH_INJURY: 20,
    IncidentKind.NON_FATAL_STRANGULATION: 20,
    IncidentKind.BURGLARY: 20,
    IncidentKind.THREATS_TO_KILL: 10,
    IncidentKind.STALKING: 10,
    IncidentKind.HARASSMENT: 10,
    IncidentKind.CONTROLLING_OR_COERCIVE: 10,
    IncidentKind.CRIMINAL_DAMAGE: 2,
    IncidentKind.COMMON_ASSAULT: 1,
    BreachKind.DAMAGE: 2,
    BreachKind.ASSAULT: 1,
}
"""Indicative days. Rape, GBH with intent, burglary, ABH, damage and common assault are the paper's;
the rest have no value there and take that of a near offence, as the index itself does."""

LEAST_DAYS = 1
"""Nothing that was reported weighs nothing. Ours."""

UPLIFT_DAYS: Mapping[str, int] = {
    IncidentKind.STALKING: 365,
    IncidentKind.CONTROLLING_OR_COERCIVE: 365,
    IncidentKind.NON_FATAL_STRANGULATION: 365,
    IncidentKind.THREATS_TO_KILL: 365,
}
"""Added for what homicide reviews find before a death, and the index ranks low. Size: ours."""

BREACH_UPLIFT_DAYS = 30
"""Added for every breach: it was done in the face of an order. Size: ours."""

ENOUGH_RECORDS = 2
SERIOUS_DAYS = 365
"""Least evidence: two records, or one of serious harm. Nobody is ranked on one minor allegation."""

Part = Literal["R", "F", "G", "V"]
NotScored = Literal["role-disputed", "primary-victim", "too-little-known"]


@dataclass(frozen=True, slots=True)
class Event:
    """One agency's record, by ordinal. Records of one occurrence have the same number. ``victims`` are
    any names by which victims can be told apart."""

    ordinal: int
    occurrence: int
    day: date
    type: Literal["breach", "incident"]
    kind: str
    status: LegalStatus | None
    victims: frozenset[str]


@dataclass(frozen=True, slots=True)
class Points:
    """One part of a score, and what it comes from. ``value`` is what was counted: for R nothing, as
    days count back to a day."""

    part: Part
    points: int
    band: str
    value: int | None
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The score in tenths (0 to 100) with its parts; or why there is none. ``changes`` is the day on
    which any of it will next change by itself."""

    tenths: int | None
    not_scored: NotScored | None
    parts: tuple[Points, ...]
    counted: frozenset[int]
    changes: date | None


def score(
    events: Sequence[Event],
    today: date,
    *,
    disputed: bool = False,
    primary_victim: bool = False,
    look_back: int = LOOK_BACK_DAYS,
) -> Score:
    """The score of these events on a day. Not scored, and never 0, where the role is disputed (the
    victim of a counter-allegation must not be ranked), where all that is said was done to somebody of whom
    a MARAC found that this person is the primary victim of the two (domain.md 14, trap 8), or too little is
    known."""
    counted = [event for event in events if counts(event, today, look_back)]
    ordinals = frozenset(event.ordinal for event in counted)
    changes = _next_change(events, today, look_back)
    if disputed:
        return Score(None, "role-disputed", (), ordinals, changes)
    if primary_victim:
        return Score(None, "primary-victim", (), ordinals, changes)
    if not enough(counted):
        return Score(None, "too-little-known", (), ordinals, changes)
    parts = (_recency(counted, today), _frequency(counted), _gravity(counted), _victims(counted))
    tenths = sum(WEIGHTS[part.part] * part.points for part in parts)
    return Score(tenths, None, parts, ordinals, changes)


def counts(event: Event, today: date, look_back: int = LOOK_BACK_DAYS) -> bool:
    """Whether an event counts: within the look-back, and not one of which the person was acquitted.
    No further action still counts, and is labelled: it is no finding (domain.md 2.3)."""
    recent = event.day <= today <= event.day + timedelta(days=look_back)
    return recent and event.status is not LegalStatus.ACQUITTED


def enough(events: Sequence[Event]) -> bool:
    """Whether there is evidence enough for a score."""
    return len(events) >= ENOUGH_RECORDS or any(harm_days(event) >= SERIOUS_DAYS for event in events)


def harm_days(event: Event) -> int:
    """The days of the harm index for a record, with its uplift."""
    days = HARM_DAYS.get(event.kind, LEAST_DAYS) + UPLIFT_DAYS.get(event.kind, 0)
    return days + (BREACH_UPLIFT_DAYS if event.type == "breach" else 0)


def _recency(events: Sequence[Event], today: date) -> Points:
    last = max(event.day for event in events)
    days = (today - last).days
    limit, points = next(((limit, points) for limit, points in RECENCY if days <= limit), (None, 0))
    band = f"<= {limit}" if limit is not None else f"> {RECENCY[-1][0]}"
    return Points("R", points, band, None, tuple(event.ordinal for event in events if event.day == last))


def _frequency(events: Sequence[Event]) -> Points:
    happened = len({event.occurrence for event in events})
    return _at_least("F", FREQUENCY, happened, [event.ordinal for event in events])


def _gravity(events: Sequence[Event]) -> Points:
    """The gravest record of each occurrence: three reports of one assault are one assault."""
    gravest: dict[int, Event] = {}
    for event in events:
        held = gravest.setdefault(event.occurrence, event)
        if harm_days(event) > harm_days(held):
            gravest[event.occurrence] = event
    ordinals = sorted(event.ordinal for event in gravest.values())
    return _at_least("G", GRAVITY, sum(map(harm_days, gravest.values())), ordinals)


def _victims(events: Sequence[Event]) -> Points:
    """Different victims; at least one, for an act of which nobody names the victim had one."""
    named = {victim for event in events for victim in event.victims}
    ordinals = [event.ordinal for event in events if event.victims]
    return _at_least("V", VICTIMS, max(1, len(named)), ordinals)


def _at_least(part: Part, bands: Sequence[tuple[int, int]], value: int, ordinals: Sequence[int]) -> Points:
    limit, points = next((limit, points) for limit, points in bands if value >= limit)
    return Points(part, points, f">= {limit}", value, tuple(ordinals))


def _next_change(events: Sequence[Event], today: date, look_back: int) -> date | None:
    """The first day after today on which an event begins to count or leaves, or the last of those that
    count falls into a lower band of recency."""
    steps = [event.day + timedelta(days=days) for event in events for days in (0, look_back + 1)]
    last = max((event.day for event in events if counts(event, today, look_back)), default=None)
    if last is not None:
        steps += [last + timedelta(days=limit + 1) for limit, _ in RECENCY]
    return min((day for day in steps if day > today), default=None)
