"""SafeLives' data return of a MARAC: what is counted of each case at each meeting, and by which columns.

Source: SafeLives, five-year trend analysis and latest national figures (domain.md 1.12, read 2026-11):
totals of a meeting, published by quarter as rolling twelve months; the count of cases includes repeats;
cases for each 10,000 women of 16 and over; partner agencies are all but the police. Every number is a sum
over cases at meetings, so a total is the sum of its parts whichever way it is cut. Nothing is guessed: of a
characteristic it is said how many have an answer. A meeting counts once it has begun.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from chassis.facts import Fact
from contracts.events.measures import CapacitySet
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import AgencyKind, Characteristic, ReferringService
from services.marac.rules.repeat import makes


class Source(StrEnum):
    """Who referred, as the return names them."""

    POLICE = "police"
    IDVA = "idva"
    CHILDRENS_SOCIAL_CARE = "childrens_social_care"
    PRIMARY_CARE = "primary_care"
    SECONDARY_CARE = "secondary_care_acute"
    EDUCATION = "education"
    HOUSING = "housing"
    MENTAL_HEALTH = "mental_health"
    PROBATION = "probation"
    VOLUNTARY = "voluntary_sector"
    SUBSTANCE_MISUSE = "substance_misuse"
    ADULT_SOCIAL_CARE = "adult_social_care"
    MASH = "mash"
    OTHER = "other"
    HEALTH = "health_not_told_apart"
    COUNCIL = "council_not_told_apart"
    UNKNOWN = "kind_of_agency_not_known"


SOURCES: Mapping[str, Source] = {
    AgencyKind.POLICE: Source.POLICE,
    AgencyKind.IDVA_SERVICE: Source.IDVA,
    AgencyKind.CHILDRENS_SERVICES: Source.CHILDRENS_SOCIAL_CARE,
    AgencyKind.EDUCATION: Source.EDUCATION,
    AgencyKind.HOUSING: Source.HOUSING,
    AgencyKind.PROBATION: Source.PROBATION,
    AgencyKind.VOLUNTARY: Source.VOLUNTARY,
    AgencyKind.HEALTH: Source.HEALTH,
    AgencyKind.COUNCIL: Source.COUNCIL,
    AgencyKind.GOLDTHREAD: Source.OTHER,
}
"""The column of each kind of agency. Kinds do not tell one health service, or one part of a council, from
another: what they refer with no word of a service is counted in two columns of our own, and nowhere else."""

SERVICES: Mapping[ReferringService, Source] = {
    ReferringService.PRIMARY_CARE: Source.PRIMARY_CARE,
    ReferringService.SECONDARY_CARE: Source.SECONDARY_CARE,
    ReferringService.MENTAL_HEALTH: Source.MENTAL_HEALTH,
    ReferringService.SUBSTANCE_MISUSE: Source.SUBSTANCE_MISUSE,
    ReferringService.ADULT_SOCIAL_CARE: Source.ADULT_SOCIAL_CARE,
    ReferringService.MASH: Source.MASH,
}
"""The column of each service that is named with a referral, or with its agency."""

MAY_BE_OF: Mapping[Source, tuple[Source, ...]] = {
    Source.HEALTH: (
        Source.PRIMARY_CARE,
        Source.SECONDARY_CARE,
        Source.MENTAL_HEALTH,
        Source.SUBSTANCE_MISUSE,
    ),
    Source.COUNCIL: (Source.SUBSTANCE_MISUSE, Source.ADULT_SOCIAL_CARE, Source.MASH),
    Source.UNKNOWN: tuple(SERVICES.values()),
}
"""Whose referrals those may be that are counted in a column of our own: where there are any, none is no 0."""

COLUMNS = (
    "cases",
    "repeat_cases",
    "children",
    "partner_agency_referrals",
    *(f"referred_by_{source}" for source in Source),
    *("black_asian_racially_minoritised", "ethnicity_answered"),
    *("lgbt", "orientation_or_gender_identity_answered"),
    *("disability", "disability_answered"),
    *("male_victims", "sex_answered"),
    *("victims_aged_16_to_17", "age_known"),
    "perpetrators_aged_17_or_under",
)
"""Every number of the return."""

REFERRED_BY = tuple(name for name in COLUMNS if name.startswith("referred_by_"))
"""Those that divide the cases by who referred."""

WHITE_MAJORITY = frozenset({"W1", "W2", "W9"})
"""Of the 18+1 codes all but these are racially minoritised: a Gypsy or Irish Traveller is of a racial group
in law (Equality Act 2010 s9). SafeLives' own list is to be checked."""

ANSWERS = (
    ("minoritised", "black_asian_racially_minoritised", "ethnicity_answered"),
    ("lgbt", "lgbt", "orientation_or_gender_identity_answered"),
    ("disabled", "disability", "disability_answered"),
    ("male", "male_victims", "sex_answered"),
)
"""What is asked of a victim; in which number those are who say yes, and in which all who answer."""

DISABLED = frozenset({"limited-a-little", "limited-a-lot"})
STRAIGHT, SAME = "straight", "same"


@dataclass(frozen=True, slots=True)
class Discussed:
    """A case at a meeting: what is counted of it. None: nobody has answered."""

    source: Source
    repeat: bool
    children: int
    minoritised: bool | None = None
    lgbt: bool | None = None
    disabled: bool | None = None
    male: bool | None = None
    age: int | None = None
    young_perpetrators: int = 0


def count(discussed: Mapping[Discussed, int]) -> dict[str, int]:
    """Every number of the return, of cases at meetings: how many there are of each kind."""
    found = defaultdict[str, int](int)
    for each, cases in discussed.items():
        for name, number in _one(each):
            found[name] += cases * number
    return {name: found[name] for name in COLUMNS}


def source_of(
    kind: str | None, of_agency: ReferringService | None, of_referral: ReferringService | None
) -> Source:
    """In which column a referral is counted: of the service that it names, else of the one that its agency
    is, else by the agency's kind. What police refer is the police's, whoever of them does: the partners'
    share is told by it."""
    source = SOURCES.get(kind or "", Source.UNKNOWN)
    service = of_referral or of_agency
    return source if source is Source.POLICE or service is None else SERVICES[service]


def by_source(source: Source, cases: int) -> dict[str, int]:
    """The numbers that tell who referred so many cases."""
    by_partner = source is not Source.POLICE and source is not Source.UNKNOWN
    return {f"referred_by_{source}": cases, "partner_agency_referrals": cases if by_partner else 0}


def told(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """The numbers of a return as they are told: none of a service is not known, where a referral whose
    service nobody named may be its."""
    open_ = {
        f"referred_by_{each}"
        for source, may in MAY_BE_OF.items()
        if numbers.get(f"referred_by_{source}")
        for each in may
    }
    return {name: None if name in open_ and not numbers[name] else numbers[name] for name in COLUMNS}


@lru_cache(maxsize=2048)
def _one(each: Discussed) -> tuple[tuple[str, int], ...]:
    """The numbers that a case is in. A year has many that are alike."""
    said: dict[str, int] = {
        "cases": 1,
        "repeat_cases": each.repeat,
        "children": each.children,
        **by_source(each.source, 1),
        "perpetrators_aged_17_or_under": each.young_perpetrators,
        "victims_aged_16_to_17": each.age in (16, 17),
        "age_known": each.age is not None,
    }
    for asked, yes, answered in ANSWERS:
        answer = getattr(each, asked)
        said |= {yes: bool(answer), answered: answer is not None}
    return tuple((name, number) for name, number in said.items() if number)


def percent(number: int, of: int) -> float | None:
    """A share in percent, to one place. None: of nothing there is no share."""
    return round(100 * number / of, 1) if of else None


def per_10_000(cases: int, adult_women: int | None) -> float | None:
    """Cases for each 10,000 women of 16 and over. None: how many live there is not known."""
    return round(10_000 * cases / adult_women, 1) if adult_women else None


def capacity_on(day: date, told: Iterable[Fact[CapacitySet]]) -> Fact[CapacitySet] | None:
    """How many IDVAs and coordinators a MARAC had on a day: what was told of the newest day until then, and
    of one day last. None: nobody told of any; that of a later day says nothing of an earlier one."""
    until = [each for each in told if each.said.as_at <= day]
    return max(reversed(until), key=lambda each: each.said.as_at, default=None)


def minoritised(answers: Mapping[Characteristic, str]) -> bool | None:
    """Whether somebody is racially minoritised, by their own answer."""
    code = answers.get(Characteristic.ETHNICITY)
    return None if code is None else code not in WHITE_MAJORITY


def lgbt(answers: Mapping[Characteristic, str]) -> bool | None:
    """Whether somebody is lesbian, gay, bisexual or trans, by their own answers; either is enough for yes,
    and for no the one about orientation: that somebody is not trans leaves it unknown."""
    if answers.get(Characteristic.GENDER_IDENTITY, SAME) != SAME:
        return True
    orientation = answers.get(Characteristic.SEXUAL_ORIENTATION)
    return None if orientation is None else orientation != STRAIGHT


def disabled(answers: Mapping[Characteristic, str]) -> bool | None:
    """Whether somebody is disabled in the sense of the Equality Act, by their own answer."""
    code = answers.get(Characteristic.DISABILITY)
    return None if code is None else code in DISABLED


def age_on(born: date | None, day: date) -> int | None:
    """Full years on a day. None: no date of birth is known."""
    if born is None:
        return None
    return age_by(day_number(born), day_number(day))


def day_number(day: date) -> int:
    """A day as a number, such as 20261127."""
    return day.year * YEAR + day.month * 100 + day.day


YEAR = 10_000
"""Of two such numbers the difference that is a full year."""


def age_by(born: int | None, day: int) -> int | None:
    """Full years on a day, both as numbers: as ``age_on``."""
    return None if born is None else (day - born) // YEAR


NEVER = 99_999_999
"""After every day."""

YOUNG = 18
"""Whoever is younger at a meeting is in a number of their own: victims of 16 and 17, accused up to 17, and
children."""


def not_grown(ages: Iterable[int | None]) -> int:
    """How many of a case's children are children at a meeting: one of no known age is not taken for grown
    up."""
    return sum(age is None or age < YOUNG for age in ages)


def is_repeat(
    meeting: datetime,
    criteria: Collection[str],
    *,
    heard: Iterable[datetime],
    events: Iterable[datetime],
) -> bool:
    """Whether a case at a meeting is a repeat: its referral says so, or something has happened between the
    pair since a meeting last heard them, in this case or another one, and within twelve months of that. One
    that is merely carried over is none, nor is one that is merely referred again."""
    if "repeat" in criteria:
        return True
    last = max((each for each in heard if each < meeting), default=None)
    return last is not None and any(makes(last, event, meeting) for event in events)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a calendar year, in London."""

    year: int
    number: int

    @property
    def starts(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after.starts - timedelta(days=1)

    @property
    def after(self) -> "Quarter":
        """The quarter after."""
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def quarter_of(moment: datetime) -> Quarter:
    """The quarter in which a moment lies."""
    local = moment.astimezone(LONDON)
    return Quarter(local.year, (local.month + 2) // 3)


def last_four(at: datetime) -> Sequence[Quarter]:
    """The last four quarters that are over, the earliest first: the rolling twelve months."""
    found = [quarter_of(at).before]
    while len(found) < 4:
        found.append(found[-1].before)
    return found[::-1]
