"""Which offences the facts of all agencies together may be, element by element: a prompt to a person.

Source: ``domain.md`` section 5 (2026-10): Protection from Harassment Act 1997 s2, s2A, s4, s4A; Serious
Crime Act 2015 s75A (acts from 7 June 2022 on) and s76; Offences against the Person Act 1861 s16. HMICFRS
(2021): in 52 of 83 breaches nobody saw it. Each line below is Goldthread's own reading (2026-11) of what
facts can say of an element, to be agreed with the CPS and each force; so are the times in which a person
decides. Counted are occurrences, never records and never recorded crimes. DON'T KNOW is not NO, nor is
silence. A parent is not told from a responsible adult of a child under 16, to whom s76 does not apply: there
it stays unknown whether two people are personally connected.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from contracts.events.orders import BreachReported
from contracts.events.people import Dash, IncidentReported
from contracts.mentions import Mention
from contracts.vocabulary import (
    Act,
    BreachKind,
    Circumstance,
    DashAnswer,
    DashItem,
    Effect,
    IncidentKind,
    LegalStatus,
    Offence,
    OffenceElement,
    Relationship,
)

Codes = frozenset[str]
State = Literal["met", "unknown", "missing"]

DASH = frozenset({DashItem.D04, DashItem.D08, DashItem.D12, DashItem.D14, DashItem.D15})
"""Items of the Dash that speak of an element: isolation, constant contact or following, control of
everything, threats to kill, strangulation."""

STALKING: Codes = frozenset(
    {
        *(BreachKind.CONTACT, BreachKind.ATTENDED, BreachKind.ONLINE, BreachKind.DAMAGE),
        *(IncidentKind.STALKING, IncidentKind.MALICIOUS_COMMUNICATIONS, IncidentKind.CRIMINAL_DAMAGE),
        *(Act.FOLLOWED, Act.CONTACTED, Act.PUBLISHED, Act.MONITORED_ONLINE, Act.LOITERED, Act.WATCHED),
        Act.INTERFERED_WITH_PROPERTY,
    }
)
"""Acts associated with stalking (s2A(3)), by their own code or the kind of what was reported."""

VIOLENCE: Codes = frozenset(
    {
        *(BreachKind.ASSAULT, BreachKind.THREAT, Act.VIOLENT, Act.THREATENED, Act.STRANGLED),
        *(IncidentKind.COMMON_ASSAULT, IncidentKind.ASSAULT_WITH_INJURY, IncidentKind.GRIEVOUS_BODILY_HARM),
        *(IncidentKind.NON_FATAL_STRANGULATION, IncidentKind.SEXUAL_ASSAULT, IncidentKind.RAPE),
        *(IncidentKind.THREATS_TO_KILL, Act.THREATENED_TO_KILL),
    }
)
CONTROL: Codes = VIOLENCE | {
    *(IncidentKind.CONTROLLING_OR_COERCIVE, IncidentKind.ECONOMIC_ABUSE, IncidentKind.VERBAL_ABUSE),
    *(Act.ISOLATED, Act.CONTROLLED_MONEY, Act.CONTROLLED_DAILY_LIFE, Act.DEGRADED, Act.FOLLOWED),
    *(Act.MONITORED_ONLINE, Act.WATCHED, DashItem.D04),
}
"""What controls or coerces: contact alone does not."""

HARASSING: Codes = (STALKING | CONTROL | {IncidentKind.HARASSMENT, IncidentKind.BURGLARY}) - DASH
"""Whatever can alarm or distress."""

CONNECTED: Codes = frozenset(
    {
        *(Relationship.SPOUSE, Relationship.EX_SPOUSE, Relationship.PARTNER, Relationship.EX_PARTNER),
        *(Relationship.CHILD, Relationship.SIBLING, Relationship.OTHER_RELATIVE),
    }
)
WEAPON = "weapon"
NOT_CONNECTED: Codes = frozenset({Relationship.ACQUAINTANCE, Relationship.STRANGER})

RELATED = CONNECTED | NOT_CONNECTED
EFFECTS: Codes = frozenset(Effect) - {Effect.NO_EFFECT}

ORDINARY: Codes = frozenset(
    {
        *(BreachKind.CONTACT, BreachKind.ATTENDED, BreachKind.ONLINE, BreachKind.OTHER),
        *(Act.CONTACTED, Act.LOITERED, Circumstance.ARRANGED, Circumstance.BY_MISTAKE, Effect.NO_EFFECT),
        *Relationship,
    }
)
"""All that a record of ordinary contact may say: anything beside it, and it is not ordinary."""

EXCUSED: Codes = frozenset({Circumstance.ARRANGED, Circumstance.BY_MISTAKE})
"""How a contact came about that was none of the respondent's doing."""

MISTAKES = 1
"""So many contacts by mistake are believed: the second is asked about."""

UNANSWERED = 3
"""From so many breaches on, each without an answer, their number is named for itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """Any of these codes, on so many occasions."""

    codes: Codes
    times: int = 1


@dataclass(frozen=True)
class Element:
    """What an offence takes, and the ways in which facts can say so. One that is ``needed`` must be met
    before anybody is asked; ``denied_by`` says for good that it is not there."""

    name: OffenceElement
    ways: tuple[Way, ...]
    needed: bool = False
    denied_by: Codes = frozenset()

    @cached_property
    def codes(self) -> Codes:
        """Every code that speaks for it."""
        return frozenset().union(*(way.codes for way in self.ways))


@dataclass(frozen=True)
class Candidate:
    """An offence: its elements, and in which time a person decides whether it is recorded."""

    elements: tuple[Element, ...]
    decide_within: timedelta = timedelta(hours=72)

    @cached_property
    def codes(self) -> Codes:
        """Every code that speaks for any of its elements."""
        return frozenset().union(*(element.codes for element in self.elements))


E = OffenceElement
FEAR = Way(frozenset({Effect.FEAR_OF_VIOLENCE}), 2)
SERIOUS = Way(frozenset({Effect.DAILY_LIFE}))
COURSE = Element(E.COURSE_OF_CONDUCT, (Way(HARASSING, 2),), needed=True)
ACTS = Element(
    E.ACTS_OF_STALKING,
    (Way(STALKING, 2), Way(frozenset({DashItem.D08, IncidentKind.STALKING}))),
    needed=True,
)
ALARM = Element(E.ALARM_OR_DISTRESS, (Way(EFFECTS),))

OFFENCES: Mapping[Offence, Candidate] = {
    Offence.THREATS_TO_KILL: Candidate(
        (
            Element(
                E.THREATENED_TO_KILL,
                (Way(frozenset({IncidentKind.THREATS_TO_KILL, Act.THREATENED_TO_KILL, DashItem.D14})),),
                needed=True,
            ),
        ),
        timedelta(hours=24),
    ),
    Offence.STRANGULATION: Candidate(
        (
            Element(
                E.STRANGLED,
                (Way(frozenset({IncidentKind.NON_FATAL_STRANGULATION, Act.STRANGLED, DashItem.D15})),),
                needed=True,
            ),
        ),
        timedelta(hours=24),
    ),
    Offence.SERIOUS_STALKING: Candidate((ACTS, Element(E.SERIOUS_EFFECT, (FEAR, SERIOUS), needed=True))),
    Offence.FEAR_OF_VIOLENCE: Candidate((COURSE, Element(E.FEAR_TWICE, (FEAR,), needed=True))),
    Offence.CONTROLLING_OR_COERCIVE: Candidate(
        (
            Element(
                E.REPEATED_CONTROL,
                (Way(CONTROL, 2), Way(frozenset({DashItem.D12, IncidentKind.CONTROLLING_OR_COERCIVE}))),
                needed=True,
            ),
            Element(E.PERSONALLY_CONNECTED, (Way(CONNECTED),), denied_by=NOT_CONNECTED),
            Element(E.SERIOUS_EFFECT, (FEAR, SERIOUS)),
        )
    ),
    Offence.STALKING: Candidate((ACTS, ALARM)),
    Offence.HARASSMENT: Candidate((COURSE, ALARM)),
}
"""The table, in the order in which a page shows it: what kills first."""
ELEMENTS = frozenset(element for candidate in OFFENCES.values() for element in candidate.elements)


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
    occurrences and assessments that count, each with its records."""

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
    elif said.status is LegalStatus.ACQUITTED:
        found.add(said.status)
    return frozenset(found)


def record(root: str, recorded: datetime, says: Iterable[str]) -> Word:
    """A record with what it leaves unknown: effects that it does not deny, how the two are related, and
    what was done where it calls it *other*."""
    said = frozenset(says)
    unknown = EFFECTS if Effect.NO_EFFECT not in said else frozenset[str]()
    if said.isdisjoint(RELATED):
        unknown |= CONNECTED
    if BreachKind.OTHER in said and said.isdisjoint(Act):
        unknown |= HARASSING
    return Word(root, recorded, said, unknown - said)


def assessment(dash: Dash | None, *, named: bool) -> tuple[Codes, Codes]:
    """What a Dash says YES to, and what it leaves unknown: what it does to her, and how the two are related,
    it does not ask. Unless who did it is ``named``, nobody knows whom it is about: its YES is no more than
    unknown."""
    answers = dash.answers if dash else {}
    yes = frozenset(item for item in DASH if answers.get(item) is DashAnswer.YES)
    no = frozenset(item for item in DASH if answers.get(item) is DashAnswer.NO)
    unasked = EFFECTS | CONNECTED
    return (yes, DASH - yes - no | unasked) if named else (frozenset(), DASH - no | unasked)


def read(occasions: Iterable[Occasion], assessed: Sequence[Word]) -> Pattern:
    """Every offence for which any fact about the two speaks, each element with its facts."""
    told = [occasion for occasion in occasions if occasion]
    apart = _apart(told)
    gone = {id(each) for each in apart}
    units = [*(each for each in told if id(each) not in gone), *([each] for each in assessed)]
    unasked = frozenset[str]() if assessed else frozenset[str](DASH)
    unknown = unasked.union(*(word.unknown for unit in units for word in unit))
    found = {each: _found(each, units, unknown) for each in ELEMENTS} if units else {}
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
    counted = tuple(
        unit
        for unit in units
        if any(word.says - DASH or word.says & candidate.codes for word in unit)  # of a Dash what speaks
    )
    against = tuple(word.root for each in apart for word in each if word.says & candidate.codes)
    return Reading(offence, tuple(found), max(since) if named else None, against, counted)


def _found(element: Element, units: Sequence[Occasion], unknown: Codes) -> Found:
    speak = [unit for unit in units if _says(unit, element.codes)]
    met = [at for way in element.ways for at in _since(speak, way.codes)[way.times - 1 : way.times]]
    state: State = "missing"
    if met:
        state = "met"
    elif unknown & element.codes and not any(_says(unit, element.denied_by) for unit in units):
        state = "unknown"
    by = tuple(word.root for unit in speak for word in unit if word.says & element.codes)
    return Found(element.name, state, len(speak), by, min(met, default=None))


def _since(units: Sequence[Occasion], any_of: Codes) -> list[datetime]:
    """When each occurrence or assessment that says any of these was first recorded to say so."""
    speaking = ([word.recorded for word in unit if word.says & any_of] for unit in units)
    return sorted(min(each) for each in speaking if each)
