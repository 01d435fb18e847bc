"""What speaks against two records being one person, however much else agrees.

Sources: domain.md 9.4 (read 2026-11): a valid number is not yet the right person, and is matched with the
date of birth and the surname; 14.6: twins, and a father and son of one name, must not become one. That
whoever marries keeps given name and date of birth is Goldthread's own (2026-11).

What is unknown of either speaks against nothing. Values are compared, never read: they may be keyed hashes.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

Texts = frozenset[str]
Alike = Callable[[Collection[str], Collection[str]], bool]


class Doubt(StrEnum):
    """Why a machine leaves two records to a person, however alike they are."""

    NUMBERS = "numbers"
    SEX = "sex"
    NAMES = "names"
    BORN = "born"
    SENSITIVE = "sensitive"
    BIRTHDAY = "birthday"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is known of somebody that may speak against another. ``names``: whole names; ``families``,
    ``givens``: their words, of given names the long forms; ``swapped``: the dates of birth with day and month
    in the other order; ``numbers``: one of each kind."""

    names: Texts = field(default_factory=Texts)
    families: Texts = field(default_factory=Texts)
    givens: Texts = field(default_factory=Texts)
    born: Texts = field(default_factory=Texts)
    swapped: Texts = field(default_factory=Texts)
    sex: str | None = None
    numbers: tuple[str | None, ...] = ()


def share(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two have one of these in common, as it is written."""
    return not set(one).isdisjoint(other)


def contradictions(one: Particulars, other: Particulars, alike: Alike = share) -> frozenset[Doubt]:
    """In what two contradict each other: sound numbers of one kind, sex, date of birth (day and month may be
    swapped), names (family and given name may be). ``alike``: whether two words of a name may be one."""
    found = set()
    if any(a and b and a != b for a, b in zip(one.numbers, other.numbers, strict=True)):
        found.add(Doubt.NUMBERS)
    if one.sex and other.sex and one.sex != other.sex:
        found.add(Doubt.SEX)
    agree = share(one.born, other.born) or share(one.born, other.swapped)
    if one.born and other.born and not agree:
        found.add(Doubt.BORN)
    if one.names and other.names and not _named_alike(one, other, agree, alike):
        found.add(Doubt.NAMES)
    return frozenset(found)


def _named_alike(one: Particulars, other: Particulars, born_alike: bool, alike: Alike) -> bool:
    """By the whole name, or the given name and the family name; by the given name alone where the date of
    birth agrees."""
    if share(one.names, other.names):
        return True
    if alike(one.givens, other.givens) and (born_alike or alike(one.families, other.families)):
        return True
    return alike(one.families, other.givens) and alike(one.givens, other.families)
