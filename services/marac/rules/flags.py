"""For how long agencies flag their own files, and how each flag stands.

Source: SafeLives, *Definition of a repeat at Marac*: flag and tag for 12 months from the referral, so that a
repeat is seen (``domain.md`` 1.2); Derbyshire MARAC protocol (2013): a monthly list of what lapses. That a
flag is taken off when it has lapsed is ``domain.md`` 14: none survives for ever. It deletes nothing. Who is
not asked is Goldthread's own. Read 2026-11.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from contracts.vocabulary import CaseRole, FlagState
from services.marac.rules.repeat import MONTHS, months_after
from services.marac.rules.sharing import InCase

LAPSES_SOON = 1
"""So many months before its end a flag is on the list of those that lapse."""

Stands = Literal["late", "owed", "lapsed", "not-heard", "lapsing", "flagged", "no-file", "removed"]


def until(referrals: Iterable[datetime]) -> datetime:
    """Until when the files about a pair are flagged: twelve months after the last referral of the pair."""
    return months_after(max(referrals), MONTHS)


def not_asked(hers: Iterable[InCase], theirs: Iterable[InCase]) -> set[str]:
    """The services that support an alleged perpetrator, as the victim of whatever else, and not the victim of
    the case: whoever works for their service does not see it (``sharing.supports_other_party``)."""
    other, own = (
        {each.agency for each in parties if each.part is CaseRole.IDVA} for parties in (theirs, hers)
    )
    return other - own


def asked_again(state: FlagState, said: datetime, told: Iterable[datetime]) -> datetime | None:
    """Since when an agency is asked anew: it had no file, and has told of the victim since. None: its word
    holds."""
    later = (each for each in told if each > said)
    return min(later, default=None) if state is FlagState.NO_FILE else None


def stands(
    state: FlagState | None, due: datetime | None, ends: datetime | None, at: datetime
) -> Stands | None:
    """How the flag of one agency stands; None: it has none on, and there is nothing to flag. One that was
    taken off before its time is over is missing. ``ends`` None: no meeting that counts had the case."""
    if ends is None:
        return "not-heard" if state is FlagState.FLAGGED else None
    if state is None:
        if at >= ends:
            return None
        return "late" if due is not None and due <= at else "owed"
    if state is FlagState.NO_FILE:
        return "no-file"
    if state is FlagState.REMOVED:
        return "removed" if at >= ends else "late"
    if at >= ends:
        return "lapsed"
    return "lapsing" if months_after(at, LAPSES_SOON) >= ends else "flagged"
