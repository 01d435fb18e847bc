"""What a person may answer to an alert.

Source: domain.md sections 5 and 14 (2026): an alert ends when a *named human accepted* it, or when
what it told no longer holds; nobody closes it in silence, and who cannot take it says so.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.vocabulary import AlertRule


class Refusal(StrEnum):
    """Why an answer is not taken, as a code that partners' systems may read."""

    STOOD_DOWN = "alert-stood-down"
    ANSWERED = "alert-answered"
    NOT_CALLED = "alert-not-called"
    ANOTHER = "alert-another"
    LINK_TOO_OLD = "link-too-old"
    LINK_USED = "link-used"


SENTENCES = {
    Refusal.STOOD_DOWN: "This alert was stood down: what it told no longer holds. Nobody needs to take it.",
    Refusal.ANSWERED: "Another person has taken this alert.",
    Refusal.NOT_CALLED: "You have not been called for this alert, so there is nothing to pass on.",
    Refusal.ANOTHER: "It is another alert about the same by now. Look at it, then take it.",
    Refusal.LINK_TOO_OLD: "This link is too old. Sign in to take the alert.",
    Refusal.LINK_USED: "You gave this alert back. Sign in to take it again.",
}

LINK_LIFE = timedelta(hours=24)
"""How long the link in a message takes the alert without a sign-in: the 24 hours in which a breach is to
be answered (HMICFRS 2021). A message lies on a telephone for longer than that. Goldthread's own."""


Alert = tuple[AlertRule, int]
"""Of the alerts about one cause: rule and generation."""


def not_what_was_seen(seen: Alert | None, stands: Alert) -> Refusal | None:
    """Why an answer is not to the alert that stands, if so: whoever answers had another before them. None:
    they do not say which."""
    return Refusal.ANOTHER if seen is not None and seen != stands else None


def no_acknowledging(standing: bool) -> Refusal | None:
    """Why an alert can no longer be taken, if so. One that is taken may be taken again: the
    first answer is given."""
    return None if standing else Refusal.STOOD_DOWN


def no_passing_on(
    standing: bool, taken_by: str | None, called: Collection[str], caller: str
) -> Refusal | None:
    """Why a caller cannot pass an alert on, if so. Who has taken one may still give it back."""
    if not standing:
        return Refusal.STOOD_DOWN
    if taken_by == caller:
        return None
    if taken_by is not None:
        return Refusal.ANSWERED
    return None if caller in called else Refusal.NOT_CALLED


def no_taking_by_link(stands: bool, given_back: bool, called: datetime, at: datetime) -> Refusal | None:
    """Why whoever was called cannot take the alert by the link in their message, if so. ``stands``: the
    alert of which the call was has not been stood down. ``given_back``: they had it, and gave it back."""
    if not stands:
        return Refusal.STOOD_DOWN
    if given_back:
        return Refusal.LINK_USED
    return Refusal.LINK_TOO_OLD if at - called > LINK_LIFE else None
