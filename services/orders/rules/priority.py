"""How soon somebody must answer a breach.

Source: ``domain.md`` section 5, on-call ladder (a design note, 2026-10; the inspectorate's own limit
is 24 hours from the report, HMICFRS 2021): high risk, a weapon, or the suspect there now → at once;
medium → within the hour; all others → within the day. A grade that nobody knows is never the
lowest: it pages as high (section 14, trap 4). People may raise, and need a second to lower (trap 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.rules.breach_answer import URGENCIES
from contracts.vocabulary import Grade, Urgency

BY_GRADE = {
    Grade.HIGH: (Urgency.NOW, "breach.high-risk"),
    Grade.UNKNOWN: (Urgency.NOW, "breach.grade-unknown"),
    Grade.MEDIUM: (Urgency.HOUR, "breach.medium-risk"),
    Grade.STANDARD: (Urgency.DAY, "breach.standard-risk"),
}

WORST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)


@dataclass(frozen=True, slots=True)
class Danger:
    """What a report says of the danger at the scene. None: it does not say."""

    weapon: bool | None = None
    suspect_present: bool | None = None


@dataclass(frozen=True, slots=True)
class Priority:
    """How soon, and the message id of the reason."""

    urgency: Urgency
    because: str


def priority(grade: Grade, reports: Iterable[Danger]) -> Priority:
    """How soon a breach needs an answer: by the worst of what all its reports say, else by grade."""
    scene = from_scene(reports)
    return scene or Priority(*BY_GRADE[grade])


@dataclass(frozen=True, slots=True)
class Triage:
    """What a person said of how soon it must be answered, and when; ``lowers``: what two persons made less
    urgent. None: it raises."""

    at: datetime
    urgency: Urgency
    lowers: Urgency | None


def triaged(by_rule: Priority, triages: Iterable[Triage], newest: datetime) -> Priority:
    """How soon it must be answered after these triages, the first said first. One person raises. Two lower
    what they knew: not what has become more urgent since, nor what was told after it (``newest``: when the
    last record of it was written)."""
    stands = by_rule
    for each in triages:
        if each.lowers is None:
            raised = not at_least(stands.urgency, each.urgency)
            stands = Priority(each.urgency, "breach.raised-by-person") if raised else stands
        elif stands.urgency is each.lowers and each.at >= newest:
            stands = Priority(each.urgency, "breach.lowered-by-two")
    return stands


def from_scene(reports: Iterable[Danger]) -> Priority | None:
    """The priority that the reports give by themselves, whatever the grade. None: they give none."""
    seen = list(reports)
    if any(report.weapon for report in seen):
        return Priority(Urgency.NOW, "breach.weapon")
    if any(report.suspect_present for report in seen):
        return Priority(Urgency.NOW, "breach.suspect-present")
    return None


def worst(grades: Iterable[Grade]) -> Grade:
    """The grade that several victims are answered by. Nobody known: UNKNOWN."""
    return min(grades, key=WORST_FIRST.index, default=Grade.UNKNOWN)


def at_least(one: Urgency, other: Urgency) -> bool:
    """Whether one is as urgent as the other, or more."""
    return URGENCIES.index(one) <= URGENCIES.index(other)
