"""What is known of one mention, as the rule of who is who has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.vocabulary import LinkReason
from services.referrals.rules.contradicting import Particulars

Pair = tuple[str, str]
Reason = tuple[LinkReason, tuple[str, ...]]
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one mention now.

    ``first`` is when the first of the facts that now name it was recorded by its agency (the first
    version of that fact): by it the earliest of a cluster is found, whose home is everybody's. It
    depends neither on the order of arrival nor on any id. ``opposed`` and ``apart`` are the
    mentions that it can never be one with, by a fact and by a person's decision; ``beside`` those whom
    one fact names on its side: two people too, unless a person says that they are one; ``same`` those
    that a person decided it is, ``merged`` those that its agency says it is. ``names`` are whole names,
    ``families`` and ``givens`` their words, ``swapped`` the dates with day and month swapped.
    """

    mention: str
    first: datetime = LATEST
    nhs: str | None = None
    pnc: str | None = None
    cro: str | None = None
    names: frozenset[str] = frozenset()
    born: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    givens: frozenset[str] = frozenset()
    swapped: frozenset[str] = frozenset()
    sex: str | None = None
    opposed: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()

    @property
    def reasons(self) -> Iterator[Reason]:
        """By what it may be linked: with whoever shares one of these and contradicts nothing."""
        for reason, number in ((LinkReason.PNC_ID, self.pnc), (LinkReason.CRO_NUMBER, self.cro)):
            if number:
                yield from ((reason, (number, "born", born)) for born in self.born)
                yield from ((reason, (number, "name", name)) for name in self.names)
        if self.nhs:
            yield from ((LinkReason.NHS_NUMBER_AND_BIRTH, (self.nhs, born)) for born in self.born)
            yield from ((LinkReason.NHS_NUMBER_AND_NAME, (self.nhs, name)) for name in self.names)

    @property
    def numbers(self) -> Iterator[tuple[str, str]]:
        """Its identifiers with their kinds: whoever shares one and is not linked is asked about."""
        kinds = (("nhs", self.nhs), ("pnc", self.pnc), ("cro", self.cro))
        yield from ((kind, number) for kind, number in kinds if number)

    @property
    def particulars(self) -> Particulars:
        """What of it may speak against another."""
        numbers = (self.nhs, self.pnc, self.cro)
        return Particulars(self.names, self.families, self.givens, self.born, self.swapped, self.sex, numbers)


def pair_of(one: str, other: str) -> Pair:
    """Two mentions, whichever comes first."""
    return min(one, other), max(one, other)
