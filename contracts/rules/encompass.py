"""Which schools are to be told of abuse in a child's household, by when, and whether they were.

Source: Operation Encompass, a duty of the police since the Victims and Prisoners Act 2024 (``domain.md`` 8,
read 2026-11): of whatever the police record, whether or not the child was there. Domestic abuse is between
those who are personally connected (Domestic Abuse Act 2021 s2); who is not said to be a stranger counts. An
agency whose kind nobody has defined counts as the police, and who has no date of birth as a child: unknown is
never safe. A school that is told answers for the local authority too; the other way round it does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from contracts.content import Said
from contracts.envelope import Envelope
from contracts.events.children import CircumstancesSaid, SchoolCalendarSet, SchoolTold
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.rules.ages import is_child
from contracts.rules.occurrence import LONDON
from contracts.rules.owed_parts import Heard
from contracts.rules.risk_review import Told
from contracts.rules.school_day import SchoolDays, WorkingDays, to_tell
from contracts.sections import Identity, Location, Name
from contracts.vocabulary import (
    PERPETRATOR_ROLES,
    AgencyKind,
    IncidentKind,
    Relationship,
    Role,
    SchoolRecipient,
    SchoolStep,
    Setting,
)

NOT_CONNECTED = frozenset({Relationship.ACQUAINTANCE, Relationship.STRANGER})


@dataclass(frozen=True, slots=True)
class Schools:
    """What is configured: kinds of agency; the days of schools by their number, and of areas; the areas in
    which the victim is, the nearest first; and the numbers of the schools that are agencies."""

    kinds: Mapping[str, AgencyKind]
    by_school: Mapping[str, SchoolDays]
    by_area: Mapping[str, SchoolDays]
    areas: Sequence[str] = ()
    by_agency: Mapping[str, str] = field(default_factory=dict)

    def days_of(self, number: str | None) -> SchoolDays | None:
        """The days of a school: its own, else its area's; None: nobody gave any."""
        own = self.by_school.get(number or "")
        return own or next((self.by_area[area] for area in self.areas if area in self.by_area), None)


@dataclass(frozen=True, slots=True)
class Telling:
    """Of one record of the police, one child: who is to be told by when, and since when they are told, and
    have said so. Of no person: a child was there, and nobody has said who. ``mention`` is the victim's.
    ``here``: of the words those that are known to be to the school that is the child's now: who moved has
    one that may never have been told, though this counts as told."""

    root: str
    mention: str
    of: "Child"
    to: SchoolRecipient
    due: datetime
    told: datetime | None
    acknowledged: datetime | None
    here: Sequence[tuple[Envelope, SchoolTold]]

    @property
    def child(self) -> str | None:
        """The child as a person."""
        return self.of.person


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a household: each mention in the order of time, with the fact that makes it. Of no person:
    nobody has said who."""

    person: str | None
    said: tuple[tuple[Envelope, Mention], ...] = ()
    setting: Setting = Setting.NOT_KNOWN

    @property
    def school(self) -> str | None:
        """The number of the school that the newest word names; it may have been given with that name before.
        None: it is not known, though an older word may name another, which the child has left."""
        places = [m.location for _, m in reversed(self.said) if isinstance(m.location, Location)]
        schools = [place for place in places if place.school or place.school_number]
        called = (schools[0].school or "").casefold() if schools else ""
        same = [
            *schools[:1],
            *(each for each in schools if called and (each.school or "").casefold() == called),
        ]
        return next((each.school_number for each in same if each.school_number), None)

    @property
    def name(self) -> Name | None:
        """The name, by the newest word."""
        return next((each.name for _, each in self._identities() if each.name), None)

    @property
    def born(self) -> date | None:
        """The date of birth, by the newest word."""
        return next((each.born[0] for _, each in self._identities() if each.born), None)

    @property
    def who_by(self) -> tuple[str, ...]:
        """The facts that give the name and the date of birth."""
        name = next((fact.id for fact, each in self._identities() if each.name), None)
        born = next((fact.id for fact, each in self._identities() if each.born), None)
        return tuple(sorted({fact for fact in (name, born) if fact}))

    def school_when(self, word: Envelope) -> str | None:
        """The number of the school when something was said: by that itself, else by what was recorded by
        then. None too where what named a school was corrected since: nobody knows which stood there."""
        itself = replace(self, said=tuple(each for each in self.said if each[0].id == word.id)).school
        if itself or any(_gives_school(m) and _was_corrected(fact, word) for fact, m in self.said):
            return itself
        return replace(self, said=tuple(each for each in self.said if _came_before(each[0], word))).school

    def _identities(self) -> Iterator[tuple[Envelope, Identity]]:
        return ((fact, m.identity) for fact, m in reversed(self.said) if isinstance(m.identity, Identity))

    def is_one(self, at: datetime) -> bool:
        """Whether they are under 18 at a time, or may be."""
        born = [day for _, each in self._identities() for day in each.born]
        return is_child(born, at.astimezone(LONDON).date()) is not False


def _gives_school(mention: Mention) -> bool:
    place = mention.location
    return isinstance(place, Location) and bool(place.school or place.school_number)


def _came_before(fact: Envelope, word: Envelope) -> bool:
    recorded = fact.recordedat if fact.version == 1 else fact.acceptedat
    return fact.id == word.id or recorded <= word.time


def _was_corrected(fact: Envelope, word: Envelope) -> bool:
    return fact.id != word.id and fact.version > 1 and fact.time <= word.time < fact.acceptedat


@dataclass(frozen=True, slots=True)
class _Words:
    """The words to schools about one household. ``here``: by child and id those that are known to be to the
    school that is the child's now."""

    all: Sequence[tuple[Told, SchoolTold]]
    homes: Mapping[str, str]
    here: frozenset[tuple[str | None, str]]

    def about(self, told: Told, child: Child) -> list[tuple[Envelope, SchoolTold]]:
        """Those about a record, and a child."""
        return [
            (word.envelope, said)
            for word, said in self.all
            if _is_about(word, said, told) and _names(said, child.person, self.homes)
        ]


def days_in(calendar: SchoolCalendarSet) -> SchoolDays:
    """The days of a school, as they were given."""
    terms = tuple((term.starts, term.ends) for term in calendar.terms)
    return SchoolDays(terms, frozenset(calendar.closed))


def tellings(heard: Heard, schools: Schools, working_days: WorkingDays) -> list[Telling]:
    """Everybody who is to be told, or was, of what the police recorded of one victim; first due, first."""
    children = _children(heard)
    words = _words(heard, children, schools)
    found = [
        each
        for told in heard.told
        if _is_abuse(told, schools.kinds)
        for child in _there(told, children)
        for each in _of_child(told, child, words, schools, working_days)
    ]
    return sorted(found, key=lambda each: (each.due, each.root, each.child or "", each.to))


def by_all(facts: Iterable[tuple[Envelope, Said]], person: str, homes: Mapping[str, str]) -> Child:
    """Somebody by every mention of them, whosever household it was said of."""
    found = sorted(facts, key=lambda each: (each[0].time, each[0].root))
    named = ((envelope, m) for envelope, said in found for m in said.named)
    return Child(person, tuple((fact, m) for fact, m in named if homes.get(m.mention or "") == person))


def _is_abuse(told: Told, kinds: Mapping[str, AgencyKind]) -> bool:
    """Whether it is the police's record of domestic abuse."""
    said = told.said
    if not isinstance(said, IncidentReported | BreachReported) or said.kind is IncidentKind.MISSING_CHILD:
        return False
    ties = [m.relationship for m in told.people if m.role in PERPETRATOR_ROLES]
    connected = not ties or any(tie not in NOT_CONNECTED for tie in ties)
    return connected and kinds.get(told.envelope.agency, AgencyKind.POLICE) is AgencyKind.POLICE


def _children(heard: Heard) -> list[Child]:
    """The children of the household: whom anything that is told of the victim names as a child."""
    named: dict[str, list[tuple[Envelope, Mention]]] = {}
    settings: dict[str, Setting] = {}
    for told in heard.told:
        for mention in (m for m in told.people if m.role is Role.CHILD and m.mention):
            person = heard.homes.get(mention.mention or "", mention.mention or "")
            named.setdefault(person, []).append((told.envelope, mention))
            if isinstance(told.said, CircumstancesSaid) and told.said.setting is not Setting.NOT_KNOWN:
                settings[person] = told.said.setting
    return [
        Child(person, tuple(named[person]), settings.get(person, Setting.NOT_KNOWN))
        for person in sorted(named)
    ]


def _there(told: Told, children: Iterable[Child]) -> list[Child]:
    found = [child for child in children if child.is_one(told.recorded)]
    present = getattr(told.said, "children_present", None)
    return found or ([Child(None)] if present else [])


def _words(heard: Heard, children: Iterable[Child], schools: Schools) -> _Words:
    words = heard.of(SchoolTold)
    here = (
        (child.person, word.envelope.id)
        for child in children
        for word, said in words
        if _names(said, child.person, heard.homes) and _is_here(word.envelope, said, child, schools)
    )
    return _Words(words, heard.homes, frozenset(here))


def _is_here(word: Envelope, said: SchoolTold, child: Child, schools: Schools) -> bool:
    """Whether a word is known to be to the school that is the child's now: by which school says so, else by
    what was recorded of the child's school when it was said. Not known is not so."""
    confirms = said.step is SchoolStep.ACKNOWLEDGED
    own = schools.by_agency.get(word.agency) if confirms else None
    return child.school is not None and child.school == (own or child.school_when(word))


def _of_child(
    told: Told,
    child: Child,
    words: _Words,
    schools: Schools,
    working_days: WorkingDays,
) -> Iterator[Telling]:
    about = words.about(told, child)
    here = [
        each
        for each in about
        if each[1].to is SchoolRecipient.SCHOOL and (child.person, each[0].id) in words.here
    ]
    for needed in to_tell(told.recorded, child.setting, schools.days_of(child.school), working_days):
        heard = [(word, said.step) for word, said in about if said.to in (needed.to, SchoolRecipient.SCHOOL)]
        first = min((word.time for word, _ in heard), default=None)
        read = min((word.time for word, step in heard if step is SchoolStep.ACKNOWLEDGED), default=None)
        yield Telling(told.envelope.root, told.hers, child, needed.to, needed.due, first, read, here)


def _is_about(word: Told, said: SchoolTold, told: Told) -> bool:
    """Whether a word to a school is about a record: by its id, else by having come after it."""
    if said.incident is not None:
        return said.incident == told.envelope.root
    return word.envelope.time >= told.recorded


def _names(said: SchoolTold, child: str | None, homes: Mapping[str, str]) -> bool:
    """Whether it is about a child; about one whom nobody has named, whomever it names."""
    mentions = (each.mention or "" for each in said.in_role(Role.CHILD))
    return child is None or child in {homes.get(each, each) for each in mentions}
