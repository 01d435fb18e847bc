"""What agrees of two records, in a word for each thing, and of what whoever decides is warned.

Source: Goldthread's own (2026-11), after the traps of ``domain.md`` 14: who compares tired sees what agrees
before what does not. An address is never compared.
"""

from collections.abc import Collection
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from chassis import names
from contracts.vocabulary import Sex
from services.referrals.rules.contradicting import Doubt
from services.referrals.rules.likeness import Known, doubts, swapped

PARENT_YEARS = 14
"""So many years between two of one name: perhaps a parent and a child."""
ALIKE = 0.8
"""So much of two names is the same letters in the same order: perhaps a typing error."""


class Agreement(StrEnum):
    """How two records agree in one thing."""

    AGREES = "agrees"
    SWAPPED = "swapped"
    NEARLY = "nearly"
    DIFFERS = "differs"
    ONE_ONLY = "one-only"
    NEITHER = "neither"


class Warning(StrEnum):
    """What two records may be that are not one person, or why a mistake would weigh more."""

    SIDES = "sides"
    TWINS = "twins"
    PARENT = "parent"
    NUMBERS = "numbers"
    SENSITIVE = "sensitive"
    BIRTHDAY = "birthday"
    COMMON = "common"


def compared(one: Known, other: Known) -> dict[str, Agreement]:
    """Each thing that is compared, in the order in which it is read."""
    return {
        "name": _side(one.names, other.names) or _names(one, other),
        "born": _side(one.dates, other.dates) or _born(one.dates, other.dates),
        "sex": _values(_stated(one.sex), _stated(other.sex)),
        "nhs": _values(one.nhs, other.nhs),
        "pnc": _values(one.pnc, other.pnc),
        "cro": _values(one.cro, other.cro),
    }


def warnings(one: Known, other: Known, sides: bool) -> tuple[Warning, ...]:
    """Of what whoever decides is warned, the worst first. ``sides``: a fact names the two as people who can
    never be one."""
    found = compared(one, other)
    twins = found["born"] is Agreement.AGREES and _families(one) & _families(other)
    years = [abs((a - b).days) / 365.25 for a in one.dates for b in other.dates]
    speaks = doubts(one, other)
    holds = {
        Warning.SIDES: sides,
        Warning.TWINS: bool(twins) and not _givens(one) & _givens(other),
        Warning.PARENT: found["name"] is Agreement.AGREES and bool(years) and min(years) >= PARENT_YEARS,
        Warning.NUMBERS: Doubt.NUMBERS in speaks,
        Warning.SENSITIVE: Doubt.SENSITIVE in speaks,
        Warning.BIRTHDAY: Doubt.BIRTHDAY in speaks,
        Warning.COMMON: Doubt.COMMON in speaks,
    }
    return tuple(warning for warning, warned in holds.items() if warned)


def _side(one: Collection[object] | None, other: Collection[object] | None) -> Agreement | None:
    if one and other:
        return None
    return Agreement.ONE_ONLY if one or other else Agreement.NEITHER


def _stated(sex: Sex | None) -> Sex | None:
    return None if sex is Sex.NOT_STATED else sex


def _values(one: str | None, other: str | None) -> Agreement:
    return _side(one, other) or (Agreement.AGREES if one == other else Agreement.DIFFERS)


def _names(one: Known, other: Known) -> Agreement:
    mine, theirs = ({names.letters(name) for name in each.names} for each in (one, other))
    if mine & theirs:
        return Agreement.AGREES
    if mine & {"|".join(reversed(name.split("|"))) for name in theirs}:
        return Agreement.SWAPPED
    shared = _families(one) & _families(other) or _givens(one) & _givens(other)
    alike = any(SequenceMatcher(None, a, b).ratio() >= ALIKE for a in mine for b in theirs)
    return Agreement.NEARLY if shared or alike else Agreement.DIFFERS


def _born(one: list[date], other: list[date]) -> Agreement:
    if set(one) & set(other):
        return Agreement.AGREES
    if {day.isoformat() for day in one} & {swapped(day) for day in other}:
        return Agreement.SWAPPED
    written = [(f"{a:%Y%m%d}", f"{b:%Y%m%d}") for a in one for b in other]
    off = min(sum(x != y for x, y in zip(a, b, strict=True)) for a, b in written)
    return Agreement.NEARLY if off == 1 else Agreement.DIFFERS


def _families(known: Known) -> set[str]:
    return {word for name in known.names for word in names.families(name)}


def _givens(known: Known) -> set[str]:
    return {word for name in known.names for word in names.givens(name)}
