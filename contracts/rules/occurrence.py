"""Which records speak of one occurrence: three agencies that report one assault make one.

Every count is over occurrences and shows the records behind it. To join too little pages somebody
twice; to join too much hides an assault behind a telephone call. So records join only where there
is a positive reason, and whatever is vague stays an occurrence of its own until a person decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.envelope import Envelope
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported
from contracts.mentions import Mention
from contracts.vocabulary import PERPETRATOR_ROLES, BreachKind, IncidentKind, Role

LONDON = ZoneInfo("Europe/London")

WINDOW = timedelta(hours=2)
"""How far apart two agencies may put one occurrence. No source gives a figure: ours, 2026-10, wide
enough for a caller and an officer who differ by an hour, too narrow to join morning and evening."""

DAY = timedelta(days=1)

FAMILIES: tuple[frozenset[str], ...] = (
    frozenset(
        {
            BreachKind.ASSAULT,
            IncidentKind.COMMON_ASSAULT,
            IncidentKind.ASSAULT_WITH_INJURY,
            IncidentKind.GRIEVOUS_BODILY_HARM,
            IncidentKind.NON_FATAL_STRANGULATION,
        }
    ),
    frozenset({IncidentKind.SEXUAL_ASSAULT, IncidentKind.RAPE}),
    frozenset({BreachKind.THREAT, IncidentKind.THREATS_TO_KILL}),
    frozenset({BreachKind.ATTENDED}),
    frozenset({BreachKind.CONTACT, IncidentKind.HARASSMENT, IncidentKind.STALKING}),
    frozenset({BreachKind.ONLINE, IncidentKind.MALICIOUS_COMMUNICATIONS}),
    frozenset({BreachKind.DAMAGE, IncidentKind.CRIMINAL_DAMAGE}),
)
"""Codes by which two agencies may mean one act. A code in none of them is like itself alone, and
*other* is like nothing: what nobody has named may be anything."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one agency recorded of something that happened.

    ``reference`` is the number of the occurrence (a crime or log number that agencies share),
    never the number of an order: two breaches of one order are two occurrences.
    """

    root: str
    agency: str
    occurred: datetime
    precision: Literal["instant", "day"]
    kind: str
    victims: frozenset[str]
    perpetrators: frozenset[str]
    reference: str | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """Where it stands among records: by (occurred, root)."""
        return (self.occurred, self.root)


Occurrence = tuple[Record, ...]
_Groups = dict[int, list[Record]]


def record_of(
    envelope: Envelope,
    said: BreachReported | IncidentReported,
    homes: Mapping[str, str],
    victims: frozenset[str] = frozenset(),
    perpetrators: frozenset[str] = frozenset(),
) -> Record:
    """The record that a fact makes, its people by the person that each mention is today.

    ``victims`` and ``perpetrators`` are those found elsewhere (through the order) for a report that
    names none.
    """
    return Record(
        root=envelope.root,
        agency=envelope.agency,
        occurred=envelope.time,
        precision=envelope.precision,
        kind=said.kind,
        victims=_persons(said.in_role(Role.VICTIM), homes) or victims,
        perpetrators=_persons(said.in_role(*PERPETRATOR_ROLES), homes) or perpetrators,
        reference=said.reference if isinstance(said, IncidentReported) else None,
    )


def occurrences(records: Iterable[Record]) -> list[Occurrence]:
    """The records in groups, each one occurrence, in the order in which they happened.

    Two records are of one occurrence when they bear one reference and share a person, or when two
    *different* agencies say the same kind of act of the same pair within the window (on the same
    day in London, where one of them gives the day alone and nothing else on that day would fit).
    An agency that records twice means two things, unless it gives both one number. A record fits
    only where it fits with every record there, so that a chain of near ones never joins far ones.
    """
    exact: list[list[Record]] = []
    # Where to look for a record's group: of thousands only a few lie near and were begun by another agency,
    # or bear its number.
    begun: defaultdict[tuple[date, str], _Groups] = defaultdict(dict)
    numbered: defaultdict[str, _Groups] = defaultdict(dict)
    each_once = sorted(_each_once(records), key=_instants_first)
    agencies = {record.agency for record in each_once}
    for record in each_once:
        day, number = _day(record.occurred), normal(record.reference or "")
        near: _Groups = {}
        for on_day, agency in product((day - DAY, day, day + DAY), agencies - {record.agency}):
            near |= begun[on_day, agency]
        fits = [group for group in near.values() if all(_may_join(record, member) for member in group)]
        same = [g for g in numbered[number].values() if any(_one_reference(record, member) for member in g)]
        home = _nearest(record, same) if same else _only_one(record, fits)
        if home is None:
            exact.append(home := [])
        home.append(record)
        begun[day, home[0].agency][id(home)] = home
        if record.reference:
            numbered[number][id(home)] = home
    groups = [tuple(sorted(group, key=lambda r: r.order)) for group in exact]
    return sorted(groups, key=lambda group: group[0].order)


def _persons(mentions: Iterable[Mention], homes: Mapping[str, str]) -> frozenset[str]:
    return frozenset(homes[m.mention] for m in mentions if m.mention is not None and m.mention in homes)


def _each_once(records: Iterable[Record]) -> list[Record]:
    return list({record.root: record for record in records}.values())


def _instants_first(record: Record) -> tuple[bool, datetime, str]:
    """A day without a time is placed last: by then it is known what happened on that day."""
    return (record.precision == "day", record.occurred, record.root)


def _only_one(record: Record, fits: list[list[Record]]) -> list[Record] | None:
    if record.precision == "day" and len(fits) > 1:
        return None
    return _nearest(record, fits)


def _nearest(record: Record, groups: list[list[Record]]) -> list[Record] | None:
    return min(
        groups,
        key=lambda group: (abs(group[0].occurred - record.occurred), group[0].order),
        default=None,
    )


def _one_reference(one: Record, other: Record) -> bool:
    if not one.reference or not other.reference:
        return False
    people = (one.victims | one.perpetrators) & (other.victims | other.perpetrators)
    return normal(one.reference) == normal(other.reference) and bool(people)


def _may_join(one: Record, other: Record) -> bool:
    return (
        one.agency != other.agency
        and _shares_a_pair(one, other)
        and alike(one.kind, other.kind)
        and _near(one, other)
    )


def _shares_a_pair(one: Record, other: Record) -> bool:
    return bool(one.victims & other.victims) and bool(one.perpetrators & other.perpetrators)


def _near(one: Record, other: Record) -> bool:
    if "day" in (one.precision, other.precision):
        return _day(one.occurred) == _day(other.occurred)
    return abs(one.occurred - other.occurred) <= WINDOW


def _day(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()


def alike(one: str, other: str) -> bool:
    """Whether two codes may mean one act."""
    if BreachKind.OTHER in (one, other):
        return False
    return one == other or any(one in family and other in family for family in FAMILIES)


@lru_cache(maxsize=4096)
def normal(reference: str) -> str:
    """A reference as it is compared: letters and digits alone, in capitals."""
    return "".join(character for character in reference.upper() if character.isalnum())
