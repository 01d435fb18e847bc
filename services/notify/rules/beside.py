"""Of several alerts about one cause, which call is a message of its own.

Source: issue 11, *grouped where they belong together but never hidden* (2026); the rest is Goldthread's own.
Each alert climbs its own ladder. Whoever is being called about the same cause already, as loudly, is told of
this alert by that message, which says how many wait: nobody's telephone rings twice for what they open once.
What was raised since is a message of its own, a minute later at the earliest.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from contracts.vocabulary import Channel

TWICE = timedelta(minutes=1)
"""Within it nobody is called twice about one cause by the same channels."""


class Calling(Protocol):
    """What this rule reads of a call of another alert about the cause, of its last step or a moment ago."""

    @property
    def person(self) -> str | None: ...  # noqa: D102
    @property
    def called(self) -> datetime: ...  # noqa: D102
    @property
    def told_by(self) -> str | None: ...  # noqa: D102
    @property
    def by(self) -> Collection[Channel]: ...  # noqa: D102


C = TypeVar("C", bound=Calling)


def tells_too(
    person: str | None, by: Collection[Channel], raised: datetime, at: datetime, others: Iterable[C]
) -> C | None:
    """The call whose message tells this person of an alert raised then too, instead of one of its own.

    It is as loud as theirs would be, and was made after the alert was raised or a moment ago. Nobody is never
    told: such a call is everybody's who sees it.
    """
    same = [
        each
        for each in others
        if each.person == person is not None
        and each.told_by is None
        and {*by} <= {*each.by}
        and (each.called >= raised or abs(at - each.called) < TWICE)
    ]
    return max(same, key=lambda each: each.called, default=None)
