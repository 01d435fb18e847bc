"""The gaps in an area's rota that are to be filled, and who was told of each: one alert for each gap.

The alert's cause is the gap. It is raised when the gap comes near, or is found later, and stood down
when the gap is filled, is over, or has left the area's rota.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from chassis.facts import FactSet
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.vocabulary import AlertRule, Post
from services.notify.rules import coverage, rota


class GapRow(BaseModel):
    """A gap that is to be filled."""

    model_config = ConfigDict(frozen=True)

    cause: str
    starts: datetime
    posts: tuple[Post, ...]
    generation: int
    told: bool


class Told(BaseModel):
    """An alert that stands though its gap does not."""

    model_config = ConfigDict(frozen=True)

    cause: str
    generation: int


class GapsRow(Row):
    """An area's gaps of the week to come."""

    area: str
    gaps: tuple[GapRow, ...]
    no_more: tuple[Told, ...]


class GapsTable(ViewTable, table=True):
    """Rows of ``notify_gaps``."""

    __tablename__ = "notify_gaps"


def fold(subject: Subject) -> Folded:
    """The gaps of an area, and when others are near or over."""
    found = coverage.gaps(coverage.stretches(rota.rota_of(subject.configuration), subject.id))
    near = coverage.to_fill(found, subject.at)
    downs = _generations(subject.facts, AlertStoodDown)
    stands = {
        cause: said
        for cause, said in _generations(subject.facts, AlertRaised).items()
        if said > downs.get(cause, 0)
    }
    no_more = sorted(stands.keys() - {gap.id for gap in near})
    if not near and not no_more:
        return Folded(None, coverage.changes_at(found, subject.at))
    row = GapsRow(
        area=subject.id,
        gaps=tuple(
            GapRow(
                cause=gap.id,
                starts=gap.starts,
                posts=gap.posts,
                generation=stands.get(gap.id, 1 + downs.get(gap.id, 0)),
                told=gap.id in stands,
            )
            for gap in near
        ),
        no_more=tuple(Told(cause=cause, generation=stands[cause]) for cause in no_more),
    )
    return Folded(row, coverage.changes_at(found, subject.at))


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """Tell of each gap once; stand down what was told of one that is none any more."""
    if not isinstance(row, GapsRow):
        return
    rule, about = AlertRule.ROTA_GAP, {"rule": AlertRule.ROTA_GAP, "rota_of": row.area}
    for gap in row.gaps:
        if not gap.told:
            said: dict[str, Any] = about | {"cause": gap.cause, "generation": gap.generation}
            raised = AlertRaised(**said, urgency=coverage.urgency_of(gap.starts, at))
            yield Saying(rule, gap.cause, gap.generation, raised, at)
    for told in row.no_more:
        said = about | {"cause": told.cause, "generation": told.generation}
        yield Saying(rule, told.cause, told.generation, AlertStoodDown(**said), at)


GAPS = View(
    "notify_gaps",
    of="area",
    row=GapsRow,
    table=GapsTable,
    fold=fold,
    decide=decide,
    configured_by=rota.CONFIGURATION,
)


def _generations(facts: FactSet, kind: type[AlertRaised] | type[AlertStoodDown]) -> dict[str, int]:
    """Of each gap the newest alert of this kind."""
    found: dict[str, int] = {}
    for fact in facts.current(kind):
        if fact.said.rule is AlertRule.ROTA_GAP:
            found[fact.said.cause] = max(fact.said.generation, found.get(fact.said.cause, 0))
    return found
