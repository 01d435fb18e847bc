"""What changed between two assessments of one victim, item by item.

Source: ``domain.md`` 1.3 and 2.6 (2026-11): an assessment is true for the moment at which it was made, and a
new one overwrites none; items of two instruments, or of two versions, are never compared by their numbers: of
those the grades alone can be. DON'T KNOW, NOT ASKED and what was left out are not known, and never NO.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.rules.instruments import DENIES, OPEN
from contracts.vocabulary import RiskAnswer

WEIGHT = {
    RiskAnswer.NO: 0,
    RiskAnswer.NEVER: 0,
    RiskAnswer.OCCASIONALLY: 1,
    RiskAnswer.OFTEN: 2,
    RiskAnswer.ALL_THE_TIME: 3,
    RiskAnswer.YES: 3,
}
"""Answers by which something is known, as they add to concern."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment, by its form and its answers."""

    form: tuple[str, str | None]
    """The instrument and its version."""
    answers: Mapping[str, RiskAnswer]


@dataclass(frozen=True, slots=True)
class Changes:
    """The items that changed, in the order of the form: raised and lowered between two that were known; newly
    known, those that now hold and those that do not; no longer known. ``compared``: whether items can be."""

    compared: bool
    raised: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    newly_yes: tuple[str, ...] = ()
    newly_no: tuple[str, ...] = ()
    no_longer_known: tuple[str, ...] = ()


def changes(newer: Assessed, older: Assessed) -> Changes:
    """What the newer of two assessments says otherwise than the older."""
    if newer.form != older.form or not (newer.answers and older.answers):
        return Changes(compared=False)
    found: dict[str, list[str]] = {}
    for item in sorted(newer.answers.keys() | older.answers.keys()):
        kind = _change(newer.answers.get(item), older.answers.get(item))
        if kind:
            found.setdefault(kind, []).append(item)
    return Changes(compared=True, **{kind: tuple(items) for kind, items in found.items()})


def _change(new: RiskAnswer | None, old: RiskAnswer | None) -> str | None:
    """The field of ``Changes`` that an item goes to; None: it says the same."""
    known, was_known = new not in (None, *OPEN), old not in (None, *OPEN)
    if known and was_known and new and old:
        step = WEIGHT[new] - WEIGHT[old]
        return "raised" if step > 0 else "lowered" if step < 0 else None
    if known:
        return "newly_no" if new in DENIES else "newly_yes"
    return "no_longer_known" if was_known else None
