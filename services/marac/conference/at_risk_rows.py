"""The row of a person as a victim at risk: numbers, and who did it."""

from datetime import date

from pydantic import AwareDatetime
from sqlmodel import Field, Index

from chassis.views import Row, ViewTable
from contracts.sections import Name
from services.marac.conference.parts import Part


class Forward(Part):
    """That an offender was put forward to MATAC, by a mention of each. ``ended``: it holds no more."""

    victim: str
    offender: str
    person: str
    """Who that offender is today."""
    generation: int
    ended: bool


class Offender(Part):
    """An offender who is to be put forward, with the mention by which it is said. ``disputed``: the same is
    said the other way round, and a person finds out who is whose victim before this is said; said already, it
    stands."""

    person: str
    mention: str
    disputed: bool = False


class AtRisk(Row):
    """What was done to a person in the last twelve months, over all agencies' records. ``unknown``: so many
    times by nobody who is named."""

    person: str
    mention: str
    name: Name | None
    born: date | None
    area: str | None
    areas: str
    """Every area of this person's, and those around, each between bars: where to look for them."""
    offences: int
    records: int
    offenders: int
    unknown: int
    repeat: bool
    last: AwareDatetime | None
    cases: tuple[str, ...]
    """The standing referrals that name this person as victim, the newest first."""
    referred: AwareDatetime | None
    listed: bool
    """Whether this person is on a list: one whom nobody referred is on none unless it is a gap."""
    by_offences: str
    by_offenders: str
    """What the two lists are sorted by, the most first."""
    facts: tuple[str, ...]
    """The records that were counted."""
    to_put: tuple[Offender, ...] = ()
    put: tuple[Forward, ...] = ()


class AtRiskTable(ViewTable, table=True):
    """Rows of ``conference_at_risk``, in the order of either list: looked through by index, whose areas say
    which rows to read."""

    __tablename__ = "marac_conference_at_risk"
    __table_args__ = (
        Index("marac_at_risk_offences", "listed", "by_offences", "subject", "areas"),
        Index("marac_at_risk_offenders", "listed", "by_offenders", "subject", "areas"),
    )
    areas: str = Field()
    listed: bool
    by_offences: str
    by_offenders: str
