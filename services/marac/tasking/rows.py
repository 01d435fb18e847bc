"""The rows of the perpetrator-centred side.

``TaskingPerpetrator`` holds nothing from which it follows where a victim lives: no agency, area,
office, hour, day, record number, school, words, or id of anything that she or an agency of hers has.
Two worlds that differ in that alone give the same bytes. What an ordinal stands for is in another
row, ``TaskingSource``, which no perpetrator-centred page shows; nor does any show by what a coordinator may
see a person.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.views import Row, ViewTable
from contracts.sections import Name
from contracts.vocabulary import Mappa, Offence, OrderStage, OrderType, PatternDecision


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class ScorePart(Part):
    """One part of a score: R, F, G or V, its points (0 to 10), its weight, the band that gave it,
    and the events that it comes from, by ordinal."""

    part: Literal["R", "F", "G", "V"]
    points: int
    weight: float
    band: str
    value: int | None = Field(description="what was counted; null for R, whose day is not shown")
    events: list[int]


class EventShown(Part):
    """One record, by ordinal: month, kind of agency, what, how far the law has come."""

    ordinal: int
    month: str = Field(examples=["2026-11"])
    agency_kind: str
    type: Literal["breach", "incident"]
    kind: str
    status: str | None
    assertion: str
    occurrence: int = Field(description="records of one occurrence have the same number")
    days: int = Field(description="harm index days with uplift; 0 where not counted")
    counted: bool
    victims: list[str] = Field(description="A, B, C; empty: no victim is named")


class VictimShown(Part):
    """A victim by letter, in order of first appearance."""

    letter: str
    relationships: list[str]
    events: list[int]


class BindingOrder(Part):
    """An order that binds the person."""

    order: OrderType
    stage: OrderStage
    made: str = Field(examples=["2026-03"], description="the month")
    ends: str | None = Field(description="the month")
    in_force: bool
    served: bool
    aware: bool
    reason: str
    appealed: str | None = Field(default=None, description="the month in which an appeal was lodged")
    victims: list[str]


class OffenceShown(Part):
    """An offence that all that was done to one victim, by letter, may be: a prompt to a person. ``decision``
    is what an officer decided of it last; ``stands``: nothing has happened since that asks for another."""

    victim: str
    offence: Offence
    events: list[int]
    decision: PatternDecision | None
    stands: bool


class PerpetratorGap(Part):
    """Something that is not known or not done. ``events`` are ordinals."""

    code: str
    events: tuple[int, ...] = ()


class MappaSaid(Part):
    """At which MAPPA level the person is managed, as a kind of agency said."""

    level: Mappa
    agency_kind: str
    month: str = Field(examples=["2026-11"])


class TaskingPerpetrator(Row):
    """Somebody who is named as perpetrator, suspect or respondent."""

    model_version: str
    look_back_days: int
    names: list[Name]
    aliases: list[Name]
    born: list[date]
    score: float | None
    not_scored: Literal["role-disputed", "primary-victim", "too-little-known"] | None
    parts: list[ScorePart]
    occurrences: int
    records: int
    events: list[EventShown]
    victims: list[VictimShown]
    orders: list[BindingOrder]
    missing: list[PerpetratorGap]
    pattern: tuple[OffenceShown, ...] = ()
    mappa: tuple[MappaSaid, ...] = ()
    """Of each agency that manages, its newest word, by kind and month; empty: it is not known."""
    managed_by: str | None = None
    """Who manages this person. Nothing in this release says so but ``mappa``: None is *nobody known* where
    that names no level."""
    scored: bool
    place: str
    """What the cohort is sorted by: the highest score first, then those not scored, each by name."""


class TaskingPerpetratorTable(ViewTable, table=True):
    """Rows of ``tasking_perpetrator``, in the order of the cohort."""

    __tablename__ = "marac_tasking_perpetrator"
    scored: bool
    place: str


class EventSource(Part):
    """Which fact an ordinal stands for."""

    ordinal: int
    root: str
    fact: str


class VictimSource(Part):
    """Which person a letter stands for."""

    letter: str
    person: str


class TaskingSource(Row):
    """What the ordinals and letters of a perpetrator's row stand for, and every fact behind it."""

    events: list[EventSource]
    victims: list[VictimSource]
    facts: list[str]
    mention: str = ""
    """One by which a decision about the person is filed."""
    mappa: tuple[str, ...] = ()
    """The facts that say a MAPPA level."""
    forces: str = ""
    """The police forces that have told of the person, each between bars: whose coordinators see them."""


class TaskingSourceTable(ViewTable, table=True):
    """Rows of ``tasking_source``."""

    __tablename__ = "marac_tasking_source"
    forces: str
