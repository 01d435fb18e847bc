"""Which offences the facts of all agencies together may be, element by element: a prompt to a person.

Source: ``domain.md`` section 5 (2026-10); what each offence takes, ``contracts.rules.offences``. HMICFRS
(2021): in 52 of 83 breaches nobody saw it. Counted are occurrences, never records and never recorded crimes.
DON'T KNOW is not NO, nor is silence.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.rules.instruments import DENIES, FORMS, HOLDS
from contracts.rules.offences import (
    ALARMED,
    ASKED,
    CONNECTED,
    CRIME,
    EFFECTS,
    ELEMENTS,
    HARASSING,
    ITEMS,
    NOT_CONNECTED,
    OFFENCES,
    OFTEN,
    UNDER_WAY,
    Candidate,
    Codes,
    Element,
)
from contracts.vocabulary import (
    Act,
    BreachKind,
    Circumstance,
    Effect,
    LegalStatus,
    Offence,
    OffenceElement,
    Relationship,
    RiskAnswer,
)

State = Literal["met", "unknown", "missing"]

WEAPON = "weapon"
RELATED = CONNECTED | NOT_CONNECTED
ORDINARY: Codes = frozenset(
    {
        *(BreachKind.CONTACT, BreachKind.ATTENDED, BreachKind.ONLINE, BreachKind.OTHER),
        *(Act.CONTACTED, Act.LOITERED, Circumstance.ARRANGED, Circumstance.BY_MISTAKE, Effect.NO_EFFECT),
        *Relationship,
        CRIME,
    }
)
"""All that a record of ordinary contact may say: anything beside it, and it is not ordinary."""

EXCUSED: Codes = frozenset({Circumstance.ARRANGED, Circumstance.BY_MISTAKE})
"""How a contact came about that was none of the respondent's doing."""

GOES_ON = frozenset({RiskAnswer.OFTEN, RiskAnswer.ALL_THE_TIME})
"""Answers that say of what goes on that it does: YES does not say how often."""

MISTAKES = 1
"""So many contacts by mistake are believed: the second is asked about."""

UNANSWERED = 3
"""From so many breaches on, each without an answer, their number is named for itself."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one fact says of the two, by codes, and about which codes it leaves unknown. ``root`` is the
    fact's; ``recorded`` is when its agency wrote it down."""

    root: str
    recorded: datetime
    says: Codes
    unknown: Codes = frozenset()


Occasion = Sequence[Word]
"""All records of one occurrence."""


@dataclass(frozen=True, slots=True)
class Found:
    """An element as it was found: on how many occasions, by which facts, and since when it is met."""

    element: OffenceElement
    state: State
    occasions: int
    by: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An offence of which something was found. ``since`` is when all that is needed was on record; None: it
    is not named. ``against`` are the facts that would speak for it, were they not apart. ``units`` are the
    occurrences that count, each with its records, and as one all assessments that speak."""

    offence: Offence
    elements: tuple[Found, ...]
    since: datetime | None
    against: tuple[str, ...]
    units: tuple[Occasion, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the facts about two people together may be. ``apart`` are the occurrences that count for nothing:
    ordinary contact, and of what a court has acquitted."""

    readings: tuple[Reading, ...]
    apart: tuple[Occasion, ...]

    @property
    def named(self) -> list[Reading]:
        """The offences that a person is asked to consider."""
        return [reading for reading in self.readings if reading.since is not None]


def codes(said: BreachReported | IncidentReported, accused: Iterable[Mention]) -> Codes:
    """What a record says of those two, by codes."""
    related = (mention.relationship for mention in accused if mention.relationship)
    found = {str(said.kind), *said.acts, *said.effects, *related}
    if said.circumstance:
        found.add(said.circumstance)
    if isinstance(said, BreachReported):
        found |= {WEAPON} if said.weapon else set()
    else:
        found |= {CRIME} if said.crime else set()
        found |= {said.status} & (UNDER_WAY | {LegalStatus.ACQUITTED})
    return frozenset(found)


def record(root: str, recorded: datetime, says: Iterable[str]) -> Word:
    """A record with what it leaves unknown: effects that it does not deny, how the two are related,
    whether a case is under way, and what was done where it calls it *other*."""
    said = frozenset(says)
    denied = Effect.NO_EFFECT in said and said.isdisjoint(EFFECTS)  # beside another it denies nothing
    unknown = UNDER_WAY | (frozenset[str]() if denied else EFFECTS)
    if said.isdisjoint(RELATED):
        unknown |= CONNECTED
    if BreachKind.OTHER in said and said.isdisjoint(Act):
        unknown |= HARASSING
    return Word(root, recorded, said, unknown - said)


def assessment(answers: Mapping[str, RiskAnswer], *, named: bool) -> tuple[Codes, Codes]:
    """What an assessment says, by the items of its instrument, and what it leaves unknown: what it does to
    her, and how the two are related, no form asks; nor do all ask everything. Unless who did it is
    ``named``, nobody knows whom it is about: what holds is no more than unknown."""
    form = next((each.items.keys() for each in FORMS.values() if each.items.keys() & answers.keys()), ())
    asked = ITEMS.intersection(form)
    holds = {item for item in asked if answers.get(item) in HOLDS}
    says = frozenset(item for item in holds if item not in OFTEN or answers[item] in GOES_ON)
    no = frozenset(item for item in asked if answers.get(item) in DENIES)
    unasked = frozenset(EFFECTS | CONNECTED).union(*(each for each in ASKED if each.isdisjoint(asked)))
    return (says, asked - says - no | unasked) if named else (frozenset(), asked - no | unasked)


def read(occasions: Iterable[Occasion], assessed: Sequence[Word]) -> Pattern:
    """Every offence for which any fact about the two speaks, each element with its facts. All assessments are
    one occasion: a second form that says the same tells of no second time."""
    told = [occasion for occasion in occasions if occasion]
    apart = _apart(told)
    gone = {id(each) for each in apart}
    units = [*(each for each in told if id(each) not in gone), *([assessed] if assessed else [])]
    unasked = frozenset[str]() if assessed else ITEMS - ALARMED
    unknown = unasked.union(*(word.unknown for unit in units for word in unit))
    said = [(unit, frozenset[str]().union(*(word.says for word in unit))) for unit in units]
    found = {each: _found(each, said, unknown) for each in ELEMENTS} if units else {}
    readings = [
        _reading(offence, [found[element] for element in OFFENCES[offence].elements], units, apart)
        for offence in (OFFENCES if units else ())
    ]
    return Pattern(tuple(each for each in readings if each.elements[0].occasions), tuple(apart))


def left_without_answer(earlier: int, answered: datetime | None) -> bool:
    """Whether a breach is at least the third without an answer, after so many that had none in time."""
    return answered is None and earlier >= UNANSWERED - 1


def many_left(n: int) -> int:
    """So many breaches without an answer, where their number is named for itself; else 0."""
    return n if n >= UNANSWERED else 0


def _apart(occasions: Sequence[Occasion]) -> list[Occasion]:
    """The occurrences that count for nothing. Ordinary is what every agency that tells of it calls so;
    silence is no agreement. Of contacts by mistake so many are believed."""
    excused = [each for each in occasions if all(word.says & EXCUSED for word in each)]
    ordinary = [each for each in excused if all(word.says <= ORDINARY for word in each)]
    mistaken = [each for each in ordinary if _says(each, {Circumstance.BY_MISTAKE})]
    arranged = [each for each in ordinary if each not in mistaken]
    acquitted = [each for each in occasions if _says(each, {LegalStatus.ACQUITTED})]
    return [*arranged, *(mistaken if len(mistaken) <= MISTAKES else ()), *acquitted]


def _says(occasion: Occasion, any_of: Collection[str]) -> bool:
    return any(not word.says.isdisjoint(any_of) for word in occasion)


def _reading(
    offence: Offence, found: Sequence[Found], units: Sequence[Occasion], apart: Sequence[Occasion]
) -> Reading:
    candidate = OFFENCES[offence]
    needed = [each.since for element, each in zip(candidate.elements, found, strict=True) if element.needed]
    since = [each for each in needed if each is not None]
    named = len(since) == len(needed) and all(each.state != "missing" for each in found)
    counted = tuple(told for unit in units if (told := _counted(candidate, unit)))
    against = tuple(word.root for each in apart for word in each if word.says & candidate.codes)
    return Reading(offence, tuple(found), max(since) if named else None, against, counted)


def _counted(candidate: Candidate, unit: Occasion) -> list[Word]:
    """The records for which whoever decides is asked anew: of one act, where it speaks; of conduct, where
    anything was done, and of assessments those that speak."""
    if candidate.one_act and not candidate.elements[0].has(word.says for word in unit):
        return []
    return [word for word in unit if word.says - ITEMS or word.says & candidate.codes]


def _found(element: Element, said: Sequence[tuple[Occasion, Codes]], unknown: Codes) -> Found:
    may = [unit for unit, codes in said if not codes.isdisjoint(element.codes)]
    speak = [unit for unit in may if element.has(word.says for word in unit)]
    met = [at for way in element.ways for at in _since(speak, way.codes)[way.times - 1 : way.times]]
    state: State = "missing"
    if met:
        state = "met"
    elif unknown & element.codes and all(codes.isdisjoint(element.denied_by) for _, codes in said):
        state = "unknown"
    by = tuple(word.root for unit in speak for word in unit if word.says & element.codes)
    return Found(element.name, state, len(speak), by, min(met, default=None))


def _since(units: Sequence[Occasion], any_of: Codes) -> list[datetime]:
    """When each occasion that says any of these was first recorded to say so."""
    speaking = ([word.recorded for word in unit if word.says & any_of] for unit in units)
    return sorted(min(each) for each in speaking if each)
