"""What the law says of each type of order: who may authorise it, how long it lives, what breach of it is.

Source: ``domain.md`` 4.1 to 4.6, law of England and Wales as read on 23 November 2026; the statute of
each line is to be checked before a force relies on it. Lives are counted in days of the calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import (
    Applicant,
    OccupationSection,
    OrderType,
    PoliceRank,
    ProhibitionKind,
    RequirementKind,
)


class Breach(StrEnum):
    """What it is to break an order. A message id says it in words."""

    CRIME = "crime"
    CRIME_OR_CONTEMPT = "crime-or-contempt"
    CONTEMPT = "contempt"
    ARREST_ALONE = "arrest-alone"


class Arrest(StrEnum):
    """Whether somebody who breaks it may be arrested without a warrant."""

    YES = "yes"
    IF_ATTACHED = "if-attached"


class Requirements(StrEnum):
    """Whether it may tell the respondent what to do, and not only what not to do."""

    NONE = "none"
    MAY = "may"
    EXPECTED = "expected"


class Ends(StrEnum):
    """How an order of a type ends."""

    FIXED = "fixed"
    FIXED_OR_OPEN = "fixed-or-open"
    """At a time, or it is made until further order."""
    DECIDED = "decided"
    """When something else is decided: a hearing, an application."""


@dataclass(frozen=True, slots=True)
class TypeOfOrder:
    """One line of the table. ``rank`` is the lowest that may authorise it, and ``needless`` the rank from
    which on a lower one would have done; both None where no police officer authorises it. ``applies`` are
    those who may apply for it, or give it: *with leave* of the court, anybody. ``shortest`` and
    ``longest`` are in days. ``penalty`` is the most that breach can bring, as the statute has it."""

    law: str
    applies: tuple[Applicant, ...]
    court: str
    breach: Breach
    penalty: str
    arrest: Arrest = Arrest.YES
    requirements: Requirements = Requirements.NONE
    supervised: bool = False
    """Whether the order must name who supervises each requirement."""
    rank: PoliceRank | None = None
    needless: PoliceRank | None = None
    shortest: int | None = None
    longest: int | None = None
    ends: Ends = Ends.FIXED_OR_OPEN


_FAMILY_FORCED = (
    Applicant.VICTIM,
    Applicant.LOCAL_AUTHORITY,
    Applicant.WITH_LEAVE,
    Applicant.COURT_ITSELF,
)

ORDER_TYPES: Mapping[OrderType, TypeOfOrder] = {
    OrderType.DVPN: TypeOfOrder(
        law="Crime and Security Act 2010 s24 to 26",
        applies=(Applicant.POLICE,),
        court="none: hearing of the DVPO within 48 hours of service",
        rank=PoliceRank.SUPERINTENDENT,
        needless=PoliceRank.ASSISTANT_CHIEF_CONSTABLE,
        ends=Ends.DECIDED,
        breach=Breach.ARREST_ALONE,
        penalty="none: before a court within 24 hours",
    ),
    OrderType.DVPO: TypeOfOrder(
        law="Crime and Security Act 2010 s27 to 30",
        applies=(Applicant.POLICE,),
        court="magistrates",
        shortest=14,
        longest=28,
        ends=Ends.FIXED,
        breach=Breach.CONTEMPT,
        penalty="£5,000 or 2 months",
    ),
    OrderType.DAPN: TypeOfOrder(
        law="Domestic Abuse Act 2021 s22 to 26",
        applies=(Applicant.POLICE,),
        court="none: hearing of the DAPO within 48 hours",
        rank=PoliceRank.INSPECTOR,
        needless=PoliceRank.SUPERINTENDENT,
        ends=Ends.DECIDED,
        breach=Breach.ARREST_ALONE,
        penalty="none: before a court within 24 hours",
    ),
    OrderType.DAPO: TypeOfOrder(
        law="Domestic Abuse Act 2021 s27 to 49",
        applies=(
            Applicant.POLICE,
            Applicant.VICTIM,
            Applicant.THIRD_PARTY,
            Applicant.WITH_LEAVE,
            Applicant.COURT_ITSELF,
        ),
        court="magistrates, family, county or Crown",
        requirements=Requirements.MAY,
        supervised=True,
        breach=Breach.CRIME_OR_CONTEMPT,
        penalty="5 years",
    ),
    OrderType.SPO: TypeOfOrder(
        law="Stalking Protection Act 2019 s1 to 3",
        applies=(Applicant.POLICE,),
        court="magistrates, youth court under 18",
        rank=PoliceRank.SUPERINTENDENT,
        needless=PoliceRank.ASSISTANT_CHIEF_CONSTABLE,
        requirements=Requirements.EXPECTED,
        shortest=730,
        breach=Breach.CRIME,
        penalty="5 years",
    ),
    OrderType.INTERIM_SPO: TypeOfOrder(
        law="Stalking Protection Act 2019 s5",
        applies=(Applicant.POLICE,),
        court="magistrates, youth court under 18",
        rank=PoliceRank.SUPERINTENDENT,
        needless=PoliceRank.ASSISTANT_CHIEF_CONSTABLE,
        requirements=Requirements.MAY,
        ends=Ends.DECIDED,
        breach=Breach.CRIME,
        penalty="5 years",
    ),
    OrderType.NON_MOLESTATION: TypeOfOrder(
        law="Family Law Act 1996 s42 and s42A",
        applies=(Applicant.VICTIM, Applicant.COURT_ITSELF),
        court="family",
        breach=Breach.CRIME_OR_CONTEMPT,
        penalty="5 years",
    ),
    OrderType.OCCUPATION: TypeOfOrder(
        law="Family Law Act 1996 s33 to 38 and s47",
        applies=(Applicant.VICTIM, Applicant.OWNER),
        court="family",
        arrest=Arrest.IF_ATTACHED,
        requirements=Requirements.MAY,
        breach=Breach.CONTEMPT,
        penalty="2 years",
    ),
    OrderType.RESTRAINING: TypeOfOrder(
        law="Sentencing Act 2020 s360; Protection from Harassment Act 1997 s5A",
        applies=(Applicant.PROSECUTOR, Applicant.COURT_ITSELF),
        court="any criminal court, on conviction or acquittal",
        breach=Breach.CRIME,
        penalty="5 years",
    ),
    OrderType.FMPO: TypeOfOrder(
        law="Family Law Act 1996 s63A to 63CA",
        applies=_FAMILY_FORCED,
        court="family or High Court",
        requirements=Requirements.MAY,
        breach=Breach.CRIME_OR_CONTEMPT,
        penalty="5 years",
    ),
    OrderType.FGMPO: TypeOfOrder(
        law="Female Genital Mutilation Act 2003 Sch 2",
        applies=_FAMILY_FORCED,
        court="family or criminal",
        requirements=Requirements.MAY,
        breach=Breach.CRIME_OR_CONTEMPT,
        penalty="5 years",
    ),
    OrderType.SHPO: TypeOfOrder(
        law="Sentencing Act 2020 s343 to 354",
        applies=(Applicant.COURT_ITSELF, Applicant.POLICE, Applicant.NATIONAL_CRIME_AGENCY),
        court="criminal on conviction, or magistrates by complaint",
        requirements=Requirements.MAY,
        shortest=5 * 365,
        breach=Breach.CRIME,
        penalty="5 years",
    ),
    OrderType.POLICE_BAIL: TypeOfOrder(
        law="Police and Criminal Evidence Act 1984 s47ZA to 47ZM, as changed from 28 October 2022",
        applies=(Applicant.CUSTODY_OFFICER, Applicant.POLICE),
        court="none; beyond 9 months magistrates",
        rank=PoliceRank.SERGEANT,
        requirements=Requirements.MAY,
        ends=Ends.FIXED,
        breach=Breach.ARREST_ALONE,
        penalty="none",
    ),
    OrderType.COURT_BAIL: TypeOfOrder(
        law="Bail Act 1976 s3 and s7",
        applies=(Applicant.COURT_ITSELF,),
        court="any criminal court",
        requirements=Requirements.MAY,
        ends=Ends.DECIDED,
        breach=Breach.ARREST_ALONE,
        penalty="none: before a court within 24 hours; failing to surrender is an offence",
    ),
}
"""The table. Bail ends with what it waits for, so of its length the rank alone is a question."""


def may_arrest(order: OrderType, power_of_arrest: bool | None) -> bool | None:
    """Whether breach of an order that can be enforced is ground for arrest without a warrant. None: a court
    may have attached that, and nobody told whether it did."""
    return True if ORDER_TYPES[order].arrest is Arrest.YES else power_of_arrest


@dataclass(frozen=True, slots=True)
class AtATime:
    """For how many months a part of an order may be made at a time. It may be made again."""

    order: OrderType
    part: ProhibitionKind | RequirementKind
    months: int
    law: str


PARTS = (
    AtATime(OrderType.DAPO, RequirementKind.TAG, 12, "Domestic Abuse Act 2021 s38"),
    AtATime(OrderType.SHPO, ProhibitionKind.NOT_TO_TRAVEL_ABROAD, 60, "Sentencing Act 2020 s348"),
)
"""Parts that end sooner than their order may (``domain.md`` 4.1; the sections from memory, November 2026: to
be checked)."""

OCCUPATION_MONTHS = 6
OCCUPATION_LIMITED = frozenset(OccupationSection) - {OccupationSection.S33}
"""An occupation order under these is made for so many months at a time (``domain.md`` 4.1; from memory of
Family Law Act 1996 s35(10), s36(10), s37(5) and s38(6): to be checked). One under s33 may be open."""

BAIL_MONTHS = (
    (3, PoliceRank.SERGEANT),
    (6, PoliceRank.INSPECTOR),
    (9, PoliceRank.SUPERINTENDENT),
)
"""Who may give or prolong police bail up to how many months from its beginning (Police, Crime, Sentencing
and Courts Act 2022 s45, for arrests after 28 October 2022). A custody officer is a sergeant at least."""
