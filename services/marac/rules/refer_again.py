"""Which records after a meeting ask for a new referral: what makes a case a repeat is told by itself.

Source: SafeLives, *Definition of a repeat at Marac*: any agency may be the one that is told; refer again
whatever the score (``domain.md`` 1.2); HMICFRS 2021, C4. Whether a record makes the case a repeat is
``repeat.py``. What the meeting already had is no news to it: what was first recorded after it counts, however
long before that it happened; and what was recorded before it, but is not among what was there when the case
was heard: its agency's feed brought it later. That is Goldthread's own (2026-11), as is that a record typed
days later does not move the meeting: what came between is news all the same.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from services.marac.rules.actions import HEARD_AFTER


class Found(Protocol):
    """A record that makes the case a repeat or may, and when its agency first wrote it down."""

    @property
    def root(self) -> str:
        """Which."""

    @property
    def recorded(self) -> datetime:
        """When."""


F = TypeVar("F", bound=Found)
Later = Collection[tuple[datetime, Collection[str]]]
"""Later referrals of a victim: when, and of whom as having harmed them."""


def heard_at(came: datetime | None, recorded: datetime) -> datetime:
    """When a case was before a meeting. ``came``: when its time came; None: it was listed at none. What was
    recorded holds while the meeting may have lasted: later it is the time of typing."""
    return recorded if came is None or abs(recorded - came) <= HEARD_AFTER else came


def since(met: datetime, of: Collection[str], named: Collection[str], later: Later) -> datetime:
    """Since when a record is news: the meeting, or since everybody was referred anew who did it, for what the
    agencies knew by then is of that case. ``of``: the accused of the case who are to be referred anew; where
    the record has ``named`` none of them it may be each of them who did it."""
    did = set(of).intersection(named) or of
    anew = [max((met, *(at for at, accused in later if each in accused))) for each in did]
    return min(anew, default=met)


def waiting(
    found: Iterable[F],
    met: datetime | None,
    anew: Mapping[str, datetime],
    answered: Collection[str],
    had: Collection[str] | None = None,
) -> list[F]:
    """Those that wait, the first recorded first. ``met``: when the case was last before a meeting; None: it
    has not been, and is still to be heard. ``anew``: since when each is news (``since``), where that is later
    than the meeting; ``answered``: what a person decided is none. ``had``: what the meeting had;
    None: it is not said, and was all that was recorded by then."""
    if met is None:
        return []

    def news(each: F) -> bool:
        after = anew.get(each.root, met)
        return each.recorded > after or (had is not None and after == met and each.root not in had)

    open_ = [each for each in found if news(each) and each.root not in answered]
    return sorted(open_, key=lambda each: (each.recorded, each.root))
