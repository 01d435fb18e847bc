"""Whether what the facts about two people may be is decided: by which officer's decision, and by when.

Source: the times of each offence, ``contracts.rules.offences``; a week for *not yet* is Goldthread's own
(2026-11). A decision is about what was before whoever made it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.events.orders import PatternDecided
from contracts.rules.offences import OFFENCES
from contracts.rules.pattern import Reading
from contracts.vocabulary import Offence, PatternDecision

NOT_YET = timedelta(days=7)
"""How long *not yet* stands."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What an officer decided, having these facts before them."""

    root: str
    offence: Offence
    decision: PatternDecision
    at: datetime
    considered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a named offence is decided: by which decision, the newest of its offence, and whether that
    still stands. ``due`` is by when somebody must decide; None: it is decided."""

    last: Decided | None
    due: datetime | None


def fault(said: PatternDecided) -> tuple[str, str] | None:
    """The place and the kind of what is wrong with what a decision says. None: nothing."""
    if said.people:
        return ("content.people", "people-given")
    return ("content.narrative", "reason-missing") if said.narrative is None else None


def question(reading: Reading, decisions: Iterable[Decided], at: datetime) -> Question:
    """Whether a named offence is decided at this time, and by when it must be: a decision stands until
    something happens that was not before whoever decided, or more is told of what was; *not yet* stands for a
    week."""
    of_it = [each for each in decisions if each.offence is reading.offence]
    last = max(of_it, key=lambda each: (each.at, each.root), default=None)
    if reading.since is None:
        return Question(last, None)
    since = reading.since
    if last is not None:
        new = _anew(reading, last.considered)
        if not new and (last.decision is not PatternDecision.NOT_YET or at < last.at + NOT_YET):
            return Question(last, None)
        since = max(since, min(new)) if new else last.at + NOT_YET
    return Question(last, since + OFFENCES[reading.offence].decide_within)


def _anew(reading: Reading, considered: Collection[str]) -> list[datetime]:
    """When records were made that whoever decided had not: of an occurrence that was not before them at all,
    or that speak for an element for which nothing that they had did."""
    had = [word.says for unit in reading.units for word in unit if word.root in considered]
    elements = [each.codes for each in OFFENCES[reading.offence].elements]
    left = [codes for codes in elements if all(codes.isdisjoint(says) for says in had)]
    found = list[datetime]()
    for unit in reading.units:
        new = [word for word in unit if word.root not in considered]
        if len(new) < len(unit):
            new = [word for word in new if any(word.says & codes for codes in left)]
        found += [word.recorded for word in new]
    return found
