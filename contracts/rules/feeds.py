"""When an agency's feed is silent: how long it usually is between two facts of its own, and whether it
has been longer.

Source: domain.md section 14 (2026), trap 10: a stale page that looks fresh is how "released on bail" is
missed. The figures are Goldthread's own, to be reviewed with partners' first months.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from contracts.vocabulary import AgencyKind

CORE = (
    AgencyKind.POLICE,
    AgencyKind.IDVA_SERVICE,
    AgencyKind.HOUSING,
    AgencyKind.CHILDRENS_SERVICES,
    AgencyKind.HEALTH,
    AgencyKind.PROBATION,
)
"""Kinds of agency whom a MARAC expects to hear of every case (core attendance, SafeLives 2014, as
far as this release has kinds for them)."""

LEARNED_FROM = timedelta(days=28)
"""The time before an agency's newest fact from which its rhythm is learned."""

ENOUGH = 20
"""Fewer facts than this in it tell no rhythm: it is not known yet."""

ONE_IN = 100
"""One gap in so many may be longer than what is called usual: an outage is no rhythm."""

TIMES = 2
"""How many times the usual gap a silence must last."""

LEAST = timedelta(hours=12)
"""No shorter silence is told: nights are quiet."""


State = Literal["silent", "never-heard", "unknown", "in-rhythm"]
"""How a feed does, the worst first."""


@dataclass(frozen=True, slots=True)
class Spell:
    """An hour in which an agency was heard: its first and last fact, and how many."""

    first: datetime
    last: datetime
    facts: int


@dataclass(frozen=True, slots=True)
class Silence:
    """An agency that has been silent for longer than it ever is: of which kind, and since when."""

    agency: str
    kind: str
    since: datetime


def longest_usual(spells: Sequence[Spell]) -> timedelta | None:
    """How long an agency may be silent before somebody is told; None: its rhythm is not known yet.

    ``spells`` are the hours in which it was heard, of the last 28 days before its newest fact.
    """
    facts = sum(spell.facts for spell in spells)
    if facts < ENOUGH:
        return None
    told = sorted(spells, key=lambda spell: spell.first)
    gaps = sorted((b.first - a.last for a, b in pairwise(told)), reverse=True)
    beyond = (facts - 1) // ONE_IN
    usual = gaps[beyond] if beyond < len(gaps) else timedelta(hours=1)
    return max(LEAST, TIMES * usual)


def silences(
    feeds: Iterable[tuple[str, str, datetime, timedelta | None]], at: datetime
) -> tuple[Silence, ...]:
    """The silent ones of these feeds (agency, kind, newest fact, longest usual silence), longest first."""
    found = [
        Silence(agency, kind, last)
        for agency, kind, last, usual in feeds
        if usual is not None and at - last > usual
    ]
    return tuple(sorted(found, key=lambda silence: (silence.since, silence.agency)))


def state(last: datetime | None, usual: timedelta | None, come_to: datetime | None, at: datetime) -> State:
    """How a feed does: ``last`` is its newest fact, ``usual`` its longest usual silence, ``come_to`` the time
    before which all that it said is here. What cannot be told is unknown: how long it may be silent, and
    whether it was, where we had not come as far."""
    if come_to is None:
        return "unknown"
    if last is None:
        return "never-heard"
    if usual is None or come_to - last <= usual < at - last:
        return "unknown"
    return "silent" if at - last > usual else "in-rhythm"
