"""What staff are shown of clocks: which deadlines run in their areas, and whose they are. Never about whom,
nor under which order: that is told where the order or breach is opened."""

import asyncio
from datetime import datetime
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule, ClockOwner, Urgency
from services.notify.clocks import CLOCK, NOWHERE, Clock, ClockRow, ClockTable, between_bars, waits_elsewhere
from services.notify.rules import sharing

MOST = 200
"""How many clocks are shown at a time: the late ones, and the next to run out."""
MOST_READ = 2_000
"""How many causes are looked through for them."""
State = Literal["late", "runs", "taken"]
STATES: tuple[State, ...] = ("late", "runs", "taken")


class ClockShown(BaseModel):
    """One clock that runs."""

    model_config = ConfigDict(frozen=True)

    cause: Id = Field(description="the opaque id by which what it is about is opened")
    about: Literal["order", "breach", "link", "person", "meeting", "question", "alert"]
    rule: AlertRule
    owner: ClockOwner = Field(description="who must do what stops it")
    area: str | None
    due: datetime
    moved_from: datetime | None = Field(description="when it would have run out before it was moved")
    state: State = Field(description="taken: it ran out, and a named person has taken it")
    urgency: Urgency | None = Field(description="how soon somebody must answer once it has run out")


class Clocks(BaseModel):
    """The clocks that a caller may see: late ones first, those that somebody took last."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    fresh_until: datetime | None = Field(
        description="before when all that anybody had accepted is here; null: not known"
    )
    clocks: list[ClockShown]
    more: bool = Field(description="whether others run out later, and are not listed")


async def clocks(
    runtime: Runtime, caller: Caller, area: str | None = None, owner: ClockOwner | None = None
) -> Clocks:
    """The clocks that run where the caller may see them, of one area or one team if asked. Each look is on
    record."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    statement = (
        select(ClockTable)
        .where(col(ClockTable.due).is_not(None), *_asked(caller, area, owner))
        .order_by(col(ClockTable.taken), col(ClockTable.due), col(ClockTable.subject))
        .limit(MOST_READ)
    )
    rows = cast("list[ClockRow]", await runtime.rows(CLOCK, statement))
    found = [
        (row, _shown(row, clock, at))
        for row in rows
        for clock in row.clocks
        if sharing.may_see_clock(caller.areas, clock.areas) and area in (None, *clock.areas)
    ]
    found = [(row, clock) for row, clock in found if owner in (None, clock.owner)]
    found.sort(key=lambda each: _place(each[1]))
    await _on_record(runtime, caller, found[:MOST])
    shown = [clock for _, clock in found[:MOST]]
    return Clocks(at=at, fresh_until=fresh, clocks=shown, more=len(found) > MOST or len(rows) == MOST_READ)


def _asked(caller: Caller, area: str | None, owner: ClockOwner | None) -> list[ColumnElement[bool]]:
    """Causes with a clock in these areas, and one of this team: of the 2,000 none is wasted on others."""
    areas, owners = col(ClockTable.areas), col(ClockTable.owners)
    theirs = [areas.contains(between_bars(each), autoescape=True) for each in (NOWHERE, *caller.areas)]
    found = [or_(*theirs)]
    if area is not None:
        found.append(areas.contains(between_bars(area), autoescape=True))
    return found if owner is None else [*found, owners.contains(between_bars(owner))]


def _place(clock: ClockShown) -> tuple[bool, int, datetime, str]:
    """Where a clock stands in the list: what nobody is called for after all that somebody is."""
    return (waits_elsewhere(clock.rule), STATES.index(clock.state), clock.due, clock.cause)


def _shown(row: ClockRow, clock: Clock, at: datetime) -> ClockShown:
    line = CLOCKS[clock.rule]
    late: State = "taken" if clock.answered_at else "late"
    return ClockShown(
        cause=row.cause,
        about=line.about,
        rule=clock.rule,
        owner=line.owner,
        area=clock.area,
        due=clock.due,
        moved_from=clock.before,
        state=late if clock.due <= at else "runs",
        urgency=line.urgency,
    )


async def _on_record(runtime: Runtime, caller: Caller, shown: list[tuple[ClockRow, ClockShown]]) -> None:
    await asyncio.gather(
        *(
            runtime.shown(caller, CLOCK.name, row.cause, clock.model_dump_json().encode(), row.facts)
            for row, clock in shown
        )
    )
