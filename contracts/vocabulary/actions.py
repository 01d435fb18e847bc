"""What a MARAC agrees: whom an action is for, which risk it answers, and how far it has come.

Source: SafeLives minutes checklist (2014), as ``domain.md`` 1.7 has it on 27 November 2026: minutes keep
*could not be done, as circumstances changed* apart from *the agency did not do it*. The list of risks is
Goldthread's own.
"""

from enum import StrEnum


class ActionFor(StrEnum):
    """Whom an action is for, or about."""

    VICTIM = "victim"
    CHILD = "child"
    PERPETRATOR = "perpetrator"
    HOUSEHOLD = "household"


class ActionRisk(StrEnum):
    """The risk that an action answers."""

    VIOLENCE = "violence"
    SEXUAL_VIOLENCE = "sexual-violence"
    STALKING = "stalking"
    CONTROL = "control"
    BREACH = "breach"
    HARM_TO_CHILDREN = "harm-to-children"
    HOME_NOT_SAFE = "home-not-safe"
    HOMELESSNESS = "homelessness"
    MENTAL_HEALTH = "mental-health"
    SUBSTANCES = "substances"
    MONEY = "money"
    ISOLATION = "isolation"
    OTHER = "other"


class ActionAnswer(StrEnum):
    """What is said of an action that was agreed. ACCEPTED: its owner has it, and it is as open as before.
    CHANGED: it could not be done, or need not, as circumstances changed. NOT_DONE: the agency did not do
    it."""

    ACCEPTED = "accepted"
    DONE = "done"
    CHANGED = "changed"
    NOT_DONE = "not-done"
    SUPERSEDED = "superseded"
