"""What was done about an alert that somebody took: who may say so, and by when it must be said.

Source: domain.md section 5 (2026): who takes an alert and does nothing must not be the end of it; HMICFRS
(2021): a response within 24 hours of the report, and at high risk at once. How long each urgency has is
Goldthread's own, to be agreed with each force.
"""

from datetime import datetime
from enum import StrEnum

from contracts.rules.standing_answer import WITHIN, Word
from contracts.vocabulary import AlertOutcome, AlertRule, Urgency

BY_STEPS = frozenset({AlertRule.BREACH, AlertRule.NO_ANSWER})
"""Of a breach its own steps say what was done, and who says none is asked by the rule of answers (0025)."""
NOT_ASKED = BY_STEPS | {
    *(AlertRule.UNRESOLVED, AlertRule.ALERT_PATH, AlertRule.UNANSWERED),
    AlertRule.EMERGENCY_MARAC,
}
"""Nor is it asked of the alert that asks it, nor of the alert path, of which each page tells until it works,
nor of alerts that nobody answers, which are told again each round until somebody does, nor of a meeting,
whose own record says what came of it."""
SETTLES = frozenset({AlertOutcome.DEALT_WITH, AlertOutcome.ARRANGED, AlertOutcome.NOTHING_TO_DO})
"""What ends the asking. What could not be done is not done: whoever answers for it hears of it at once."""


class Refusal(StrEnum):
    """Why what was done is not taken, as a code that partners' systems may read."""

    NOT_TAKEN = "alert-not-taken"
    BY_STEPS = "alert-by-steps"


def no_resolving(rule: AlertRule, taken: bool) -> Refusal | None:
    """Why nothing can be said of what was done about an alert, if so: of a breach it is said as a step;
    and whoever does something about an alert takes it first, and takes again what they gave back, so that
    nobody else is called."""
    if rule in BY_STEPS:
        return Refusal.BY_STEPS
    return None if taken else Refusal.NOT_TAKEN


def due(rule: AlertRule, urgency: Urgency, taken: datetime | None, word: Word | None) -> datetime | None:
    """By when somebody must say what was done about an alert that stands: that it could not be done asks at
    once, and what asks already goes on. None: nobody has it, it is said, or something else asks."""
    if taken is None or rule in NOT_ASKED:
        return None
    if word is None:
        return taken + WITHIN[urgency]
    return None if word.outcome in SETTLES else min(word.said, taken + WITHIN[urgency])
