"""How alike two records are, and what follows: the same person, not the same, or a person must decide.

Sources: the weights are those of HM Prison and Probation Service's own model (ministryofjustice/
hmpps-person-match, model of 2026-02-23, read 2026-11), with ours for what it does not compare: sex, NHS
number, day and month swapped (``model.json``). The costs are Goldthread's own (2026-11; domain.md 14.6): a
false link puts one person's address into another's record, and weighs 20 times one that is missed; ten
questions to a person weigh as much as one missed.

An address is not compared, nor anything else of where somebody lives: a family shares it, and so do a victim
and whoever abuses her.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from math import log2

from chassis import names
from contracts.vocabulary import Sex
from services.referrals.rules.common_names import common
from services.referrals.rules.contradicting import Doubt, Particulars, contradictions, share

FALSE_LINK, MISSED_LINK, QUESTION = 20.0, 1.0, 0.1
NO_DATE = date(1900, 1, 1)
"""What many systems write where no date of birth is known."""
MONTHS = 12
TYPED = 0.85
"""So much of two words is the same letters in the same order: a typing error. *Ann* and *Anne* are; *Amelia*
and *Amelie*, who may be twins, are not (ours, 2026-11)."""


class Answer(StrEnum):
    """What a machine thinks of two records."""

    SAME = "same"
    ASK = "ask"
    DOUBT = "doubt"
    """A person must decide, for something speaks against it: so it does against all that would join the
    two."""
    NOT_SAME = "not-same"


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of one mention. ``names`` are kept as ``names.key`` keeps them, the newest first."""

    mention: str
    names: tuple[str, ...] = ()
    born: tuple[date, ...] = ()
    sex: Sex | None = None
    nhs: str | None = None
    pnc: str | None = None
    cro: str | None = None
    sensitive: bool = False

    @property
    def dates(self) -> list[date]:
        """The dates of birth that are any."""
        return [day for day in self.born if day != NO_DATE]

    @property
    def particulars(self) -> Particulars:
        """What of it may speak against another."""
        return Particulars(
            names=frozenset(names.letters(name) for name in self.names),
            families=frozenset(word for name in self.names for word in names.families(name)),
            givens=frozenset(word for name in self.names for word in names.givens(name)),
            born=frozenset(day.isoformat() for day in self.dates),
            swapped=frozenset(swapped(day) for day in self.dates if day.day <= MONTHS),
            sex=None if self.sex is Sex.NOT_STATED else self.sex,
            numbers=_numbers(self),
        )


def swapped(day: date) -> str:
    """A date with day and month in the other order."""
    return f"{day:%Y-%d-%m}"


def answer(bits: float, doubts: frozenset[Doubt]) -> Answer:
    """What follows from the weight of all that agrees and does not, in bits: log2 of the odds that the two
    are one person. Whichever costs least: to link, to leave apart, or to ask. That many have a name speaks
    for a question, and against nothing that joins the two."""
    chance = 1 / (1 + 2.0**-bits)
    costs = {
        Answer.SAME: FALSE_LINK * (1 - chance),
        Answer.NOT_SAME: MISSED_LINK * chance,
        Answer.ASK: QUESTION,
    }
    least = min(costs, key=lambda each: costs[each])
    if least is Answer.NOT_SAME or not doubts:
        return least
    return Answer.ASK if doubts == {Doubt.COMMON} else Answer.DOUBT


ASKED_FROM = log2(QUESTION / (MISSED_LINK - QUESTION))
"""From how many bits on a person is asked, at least."""


def doubts(one: Known, other: Known) -> frozenset[Doubt]:
    """What speaks against a link by machine: that the two contradict each other (``contradicting.py``; a
    typing error in a name is none), a record that its agency has flagged as sensitive (the S-flag: a wrong
    link would show where she is), no date of birth in common but a 1 January, which is given to many who
    arrive without papers (ours, 2026-11), or nothing but a common name and one date of birth
    (``common_names.py``)."""
    found = set(contradictions(one.particulars, other.particulars, _nearly))
    if one.sensitive or other.sensitive:
        found.add(Doubt.SENSITIVE)
    shared = set(one.dates) & set(other.dates)
    if shared and all((day.day, day.month) == (1, 1) for day in shared):
        found.add(Doubt.BIRTHDAY)
    if _namesakes(one, other) and len(shared) == 1:
        found.add(Doubt.COMMON)
    return frozenset(found)


def _namesakes(one: Known, other: Known) -> bool:
    """Whether two have a common name, and neither another name nor a number, in common."""
    same = set(one.names) & set(other.names)
    numbered = any(a and a == b for a, b in zip(_numbers(one), _numbers(other), strict=True))
    return bool(same) and all(common(name) for name in same) and not numbered


def _nearly(one: Collection[str], other: Collection[str]) -> bool:
    return share(one, other) or any(SequenceMatcher(None, a, b).ratio() >= TYPED for a in one for b in other)


def blocks(known: Known) -> Iterator[tuple[str, ...]]:
    """What two records must share one of to be compared at all: a number; the date of birth, day and month
    in either order, with an initial; or the name, in either order, with the year or with day and month.
    So one mistyped part of a name or date still finds the other record, and a name alone finds nobody."""
    for kind, number in zip(("nhs", "pnc", "cro"), _numbers(known), strict=True):
        if number:
            yield kind, number
    days = [("-".join(sorted((f"{day.month:02}", f"{day.day:02}"))), str(day.year)) for day in known.dates]
    for name in known.names:
        parts = [*names.families(name), *names.givens(name)]
        for day, year in days:
            yield from (("born", year, day, part[0]) for part in parts)
            for family in names.families(name):
                for given in names.givens(name):
                    both = sorted((family, given))
                    yield "year", year, *both
                    yield "day", day, *both


def record(known: Known, side: str) -> dict[str, object]:
    """A mention as the model reads it. No name or no date is null: it speaks neither for nor against."""
    family, _, given = known.names[0].partition("|") if known.names else ("", "", "")
    days = [day.isoformat() for day in known.dates]
    return {
        "mention": known.mention,
        "side": side,
        "family": family or None,
        "given": given or None,
        "whole": f"{given} {family}" if family else None,
        "wholes": sorted({_whole(name) for name in known.names}),
        "families": sorted({part for name in known.names for part in names.families(name)}),
        "givens": sorted({part for name in known.names for part in names.givens(name)}),
        "born": days[0] if days else None,
        "borns": days,
        "swapped": [swapped(day) for day in known.dates],
        "sex": None if known.sex is Sex.NOT_STATED else known.sex,
        "nhs": known.nhs,
        "pnc": known.pnc,
        "cro": known.cro,
    }


def _whole(name: str) -> str:
    family, _, given = name.partition("|")
    return f"{given} {family}"


def _numbers(known: Known) -> tuple[str | None, str | None, str | None]:
    return known.nhs, known.pnc, known.cro
