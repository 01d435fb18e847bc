"""For whom a restricted case is there, who may restrict one, and who reads why.

Source: a party or their kin may work for an agency (``domain.md`` 1.7 and 10.8; traps 8 and 9 of 14); read
2026-11-27. That it holds for every case of the victim, and takes two persons, is Goldthread's own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

R = TypeVar("R")


class Refusal(StrEnum):
    """Why somebody may not restrict a case to these, as a code that partners' systems may read."""

    SHUTS_YOU_OUT = "shuts-you-out"
    NOBODY_ELSE = "nobody-else"


def no_restricting(caller: str, to: Collection[str]) -> Refusal | None:
    """Why a case cannot be restricted to these members of staff, if so. Whoever restricts it stays inside,
    and not alone: one person could make it vanish, and nobody lift it while they are away."""
    if caller not in to:
        return Refusal.SHUTS_YOU_OUT
    return Refusal.NOBODY_ELSE if set(to) == {caller} else None


def restricting(case: str, restricted: Mapping[str, R], victims: Mapping[str, str]) -> list[R]:
    """Each restriction that holds for a case, of those by the case that they were said of: its own, and that
    of every other case of its victim, for what is said of the victim stands in each of them. ``victims``: of
    each case whose victim is known, who it is."""
    victim = victims.get(case)
    return [
        inside
        for each, inside in sorted(restricted.items())
        if each == case or (victim is not None and victims.get(each) == victim)
    ]


def is_shut_out(person: str, stands: Iterable[Collection[str]]) -> bool:
    """Whether a case of which these restrictions stand is not there for somebody: it takes all of them."""
    return any(person not in inside for inside in stands)


def still_inside(
    listed: Mapping[str, Collection[str]], since: Iterable[tuple[str, Collection[str] | None]]
) -> tuple[str, ...] | None:
    """The agencies that have somebody inside a case on an agenda, by all that restricts it; None: nothing.
    ``listed``: by each case that restricted it when it was listed; ``since``: by what was said of one since,
    the first first, None where that lifts it. What one case is lifted from may be restricted by another."""
    stands: dict[str, Collection[str] | None] = {**listed, **dict(since)}
    inside = [set(each) for each in stands.values() if each is not None]
    return tuple(sorted(set.intersection(*inside))) if inside else None


def read_by(person: str, named: Sequence[Collection[str]]) -> list[bool]:
    """Of each word about a restriction, the first said first, each with whom it names (a word that lifts it:
    nobody), whether somebody reads it and why it was said: whom it named, and not whoever is added later, for
    it may be about them. A word that lifts it is read by those for whom it held."""
    before: list[Collection[str]] = [(), *named]
    return [person in (inside or held) for held, inside in zip(before, named, strict=False)]
