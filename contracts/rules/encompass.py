"""Which schools are to be told of abuse in a child's household, by when, and whether they were.

Source: Operation Encompass, a duty of the police since the Victims and Prisoners Act 2024 (``domain.md`` 8,
read 2026-11): of whatever the police record, whether or not the child was there. Domestic abuse is between
those who are personally connected (Domestic Abuse Act 2021 s2); who is not said to be a stranger counts. An
agency whose kind nobody has defined counts as the police, and who has no date of birth as a child: unknown is
never safe. A school that is told answers for the local authority too; the other way round it does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.events.children import CircumstancesSaid, SchoolCalendarSet, SchoolTold
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.rules.ages import is_child
from contracts.rules.occurrence import LONDON
from contracts.rules.owed_parts import Heard
from contracts.rules.risk_review import Told
from contracts.rules.school_day import SchoolDays, WorkingDays, to_tell
from contracts.sections import Identity, Location
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
    """What is configured: kinds of agency; the days of schools by their number, and of areas; and the areas
    in which the victim is, the nearest first."""

    kinds: Mapping[str, AgencyKind]
    by_school: Mapping[str, SchoolDays]
    by_area: Mapping[str, SchoolDays]
    areas: Sequence[str] = ()

    def days_of(self, number: str | None) -> SchoolDays | None:
        """The days of a school: its own, else its area's; None: nobody gave any."""
        own = self.by_school.get(number or "")
        return own or next((self.by_area[area] for area in self.areas if area in self.by_area), None)


@dataclass(frozen=True, slots=True)
class Telling:
    """Of one record of the police, one child: who is to be told by when, and since when they are told, and
    have said so. ``child`` None: a child was there, and nobody has said who. ``mention`` is the victim's."""

    root: str
    mention: str
    child: str | None
    to: SchoolRecipient
    due: datetime
    told: datetime | None
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class _Child:
    person: str | None
    mentions: tuple[Mention, ...] = ()
    setting: Setting = Setting.NOT_KNOWN

    @property
    def school(self) -> str | None:
        """The number of the school, by the newest word."""
        places = (m.location for m in reversed(self.mentions) if isinstance(m.location, Location))
        return next((place.school_number for place in places if place.school_number), None)

    def is_one(self, at: datetime) -> bool:
        born = [day for m in self.mentions if isinstance(m.identity, Identity) for day in m.identity.born]
        return is_child(born, at.astimezone(LONDON).date()) is not False


def days_in(calendar: SchoolCalendarSet) -> SchoolDays:
    """The days of a school, as they were given."""
    terms = tuple((term.starts, term.ends) for term in calendar.terms)
    return SchoolDays(terms, frozenset(calendar.closed))


def tellings(heard: Heard, schools: Schools, working_days: WorkingDays) -> list[Telling]:
    """Everybody who is to be told, or was, of what the police recorded of one victim; first due, first."""
    children, words = _children(heard), heard.of(SchoolTold)
    found = [
        each
        for told in heard.told
        if _is_abuse(told, schools.kinds)
        for child in _there(told, children)
        for each in _of_child(told, child, words, heard.homes, schools, working_days)
    ]
    return sorted(found, key=lambda each: (each.due, each.root, each.child or "", each.to))


def _is_abuse(told: Told, kinds: Mapping[str, AgencyKind]) -> bool:
    """Whether it is the police's record of domestic abuse."""
    said = told.said
    if not isinstance(said, IncidentReported | BreachReported) or said.kind is IncidentKind.MISSING_CHILD:
        return False
    ties = [m.relationship for m in told.people if m.role in PERPETRATOR_ROLES]
    connected = not ties or any(tie not in NOT_CONNECTED for tie in ties)
    return connected and kinds.get(told.envelope.agency, AgencyKind.POLICE) is AgencyKind.POLICE


def _children(heard: Heard) -> list[_Child]:
    """The children of the household: whom anything that is told of the victim names as a child."""
    named: dict[str, list[Mention]] = {}
    settings: dict[str, Setting] = {}
    for told in heard.told:
        for mention in (m for m in told.people if m.role is Role.CHILD and m.mention):
            person = heard.homes.get(mention.mention or "", mention.mention or "")
            named.setdefault(person, []).append(mention)
            if isinstance(told.said, CircumstancesSaid) and told.said.setting is not Setting.NOT_KNOWN:
                settings[person] = told.said.setting
    return [
        _Child(person, tuple(named[person]), settings.get(person, Setting.NOT_KNOWN))
        for person in sorted(named)
    ]


def _there(told: Told, children: Iterable[_Child]) -> list[_Child]:
    found = [child for child in children if child.is_one(told.recorded)]
    present = getattr(told.said, "children_present", None)
    return found or ([_Child(None)] if present else [])


def _of_child(
    told: Told,
    child: _Child,
    words: Iterable[tuple[Told, SchoolTold]],
    homes: Mapping[str, str],
    schools: Schools,
    working_days: WorkingDays,
) -> Iterator[Telling]:
    about = [
        (word.envelope.time, said)
        for word, said in words
        if _is_about(word, said, told) and _names(said, child.person, homes)
    ]
    for needed in to_tell(told.recorded, child.setting, schools.days_of(child.school), working_days):
        heard = [(at, said.step) for at, said in about if said.to in (needed.to, SchoolRecipient.SCHOOL)]
        first = min((at for at, _ in heard), default=None)
        read = min((at for at, step in heard if step is SchoolStep.ACKNOWLEDGED), default=None)
        yield Telling(told.envelope.root, told.hers, child.person, needed.to, needed.due, first, read)


def _is_about(word: Told, said: SchoolTold, told: Told) -> bool:
    """Whether a word to a school is about a record: by its id, else by having come after it."""
    if said.incident is not None:
        return said.incident == told.envelope.root
    return word.envelope.time >= told.recorded


def _names(said: SchoolTold, child: str | None, homes: Mapping[str, str]) -> bool:
    """Whether it is about a child; about one whom nobody has named, whomever it names."""
    mentions = (each.mention or "" for each in said.in_role(Role.CHILD))
    return child is None or child in {homes.get(each, each) for each in mentions}
