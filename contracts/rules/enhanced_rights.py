"""Whether a victim has enhanced rights under the Victims' Code, and why.

Source: Code of Practice for Victims of Crime (2020): victims of the most serious crime, persistently
targeted, vulnerable or intimidated; all victims of domestic abuse count as the first (College of Policing,
APP, *victim safety*; ``domain.md`` section 6), and whoever an order was breached against is a repeat victim
(HMICFRS 2021). Whoever is not known to have none has them: only a police assessment that says so, and that
nothing known contradicts, leaves the standard rights.
"""

from dataclasses import dataclass
from datetime import date

from contracts.vocabulary import EnhancedReason, Grade, IncidentKind, Relationship

CONNECTED = frozenset(Relationship) - {
    *(Relationship.ACQUAINTANCE, Relationship.STRANGER, Relationship.NOT_KNOWN),
}
"""Personally connected (Domestic Abuse Act 2021 s2)."""

MOST_SERIOUS = frozenset(
    {
        *(IncidentKind.NON_FATAL_STRANGULATION, IncidentKind.THREATS_TO_KILL, IncidentKind.STALKING),
        *(IncidentKind.GRIEVOUS_BODILY_HARM, IncidentKind.RAPE, IncidentKind.SEXUAL_ASSAULT),
        IncidentKind.CONTROLLING_OR_COERCIVE,
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a victim that decides. ``targeted``: an order was breached against them, or
    three occurrences are known in twelve months. ``born``: dates that any agency gives. ``assessed``: what
    the police assessed; None: nobody said."""

    relationships: frozenset[Relationship] = frozenset()
    incidents: frozenset[IncidentKind] = frozenset()
    targeted: bool = False
    grade: Grade = Grade.UNKNOWN
    born: tuple[date, ...] = ()
    assessed: bool | None = None


def enhanced(known: Known, today: date) -> tuple[bool, EnhancedReason]:
    """Whether the victim has enhanced rights on this day, and the first reason."""
    reasons = (
        (EnhancedReason.DOMESTIC_ABUSE, not CONNECTED.isdisjoint(known.relationships)),
        (EnhancedReason.MOST_SERIOUS, not MOST_SERIOUS.isdisjoint(known.incidents)),
        (EnhancedReason.PERSISTENTLY_TARGETED, known.targeted),
        (EnhancedReason.HIGH_RISK, known.grade is Grade.HIGH),
        (EnhancedReason.UNDER_18, any(_age(born, today) < 18 for born in known.born)),
        (EnhancedReason.ASSESSED, known.assessed is True),
        (EnhancedReason.NOT_KNOWN, known.assessed is None),
    )
    found = next((reason for reason, holds in reasons if holds), None)
    return found is not None, found or EnhancedReason.ASSESSED_NOT


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
