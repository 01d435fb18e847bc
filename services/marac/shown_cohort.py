"""What pages and answers of the perpetrator-centred side show. Nothing here tells where a victim is."""

from datetime import date, datetime

from pydantic import Field

from contracts.sections import Name
from services.marac.shown import Page, Shown
from services.marac.shown_candidate import Candidacy
from services.marac.tasking.rows import (
    BindingOrder,
    EventShown,
    MappaSaid,
    OffenceShown,
    PerpetratorGap,
    ScorePart,
    VictimShown,
)


class CohortLine(Shown):
    """One person of the cohort. ``score`` None: not scored, and ``not_scored`` says why."""

    person: str
    rank: int | None
    name: Name | None
    points: dict[str, int] = Field(description="R, F, G, V; empty where not scored")
    score: float | None
    not_scored: str | None
    occurrences: int
    records: int
    victims: int
    mappa: tuple[MappaSaid, ...] = Field(default=(), description="of police, probation; empty: not known")
    managed_by: str | None = Field(description="null: nobody is known beside those who say a level")


class Cohort(Page):
    """One page of the cohort, the highest score first; those not scored come after, never as 0."""

    sources_silent: bool = Field(default=False, description="some source, whichever, is silent")
    model_version: str
    official: bool = False
    total: int
    not_scored: int
    people: list[CohortLine]
    next: str | None = Field(default=None, description="the cursor of the next page; null at the end")


class PerpetratorPage(Page):
    """A perpetrator's page."""

    broken: bool = Field(description="whether this is the last good page; never since when")
    incomplete: int = Field(description="records that could not be read; never whose, nor from whom")
    whose_unknown: int = Field(description="others, of which nobody knows whom they are about")
    person: str
    known_at: datetime | None = Field(default=None, description="as it was known then, when a month began")
    sources_silent: bool = Field(default=False, description="some source, whichever, is silent")
    model_version: str
    official: bool = False
    name: Name | None
    names: list[Name]
    aliases: list[Name]
    born: list[date]
    score: float | None
    not_scored: str | None
    parts: list[ScorePart]
    occurrences: int
    records: int
    look_back_days: int
    events: list[EventShown] = Field(description="by ordinal; 1 is the earliest")
    victims: list[VictimShown]
    orders: list[BindingOrder]
    candidacy: Candidacy | None = None
    missing: list[PerpetratorGap]
    pattern: tuple[OffenceShown, ...] = Field(default=(), description="a prompt, by victim's letter")
    without_answer: int = Field(default=0, description="breaches without an answer in 24 hours, from 3 on")
    mappa: tuple[MappaSaid, ...] = Field(default=(), description="of police, probation; empty: not known")
    managed_by: str | None
