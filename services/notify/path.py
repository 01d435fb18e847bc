"""The try of the way that alerts go, as notify reads, folds and calls it: beside the alerts, and as they go.

Nobody is called by it: its message goes to a receiver of our own (``watcher.py``), by the public address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field

from chassis.alert_path import cause_of, newest
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.path import PathCalled, PathCameThrough, PathTried
from contracts.rules.alert_path import PathState, is_to_be_sent
from contracts.vocabulary import AlertRule


class PathRow(Row):
    """The newest try, and how far it has come."""

    cause: str
    tried: str
    began: datetime
    call: str | None
    came: datetime | None


class PathTable(ViewTable, table=True):
    """Rows of ``notify_path``: there is one."""

    __tablename__ = "notify_path"


def fold(subject: Subject) -> Folded:
    """The newest try, its call, and when its message came."""
    tried = newest(subject.facts, PathTried)
    if tried is None:
        return Folded(None)
    called, came = newest(subject.facts, PathCalled), newest(subject.facts, PathCameThrough)
    row = PathRow(
        cause=subject.id,
        tried=tried.id,
        began=tried.occurred,
        call=called.id if called and called.said.tried == tried.id else None,
        came=came.occurred if came and came.said.tried == tried.id else None,
    )
    return Folded(row)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The call of a try that has none yet, unless the next says more by now."""
    if isinstance(row, PathRow) and row.call is None and is_to_be_sent(at - row.began):
        called = PathCalled(cause=row.cause, tried=row.tried)
        yield Saying(AlertRule.ALERT_PATH, row.tried, 1, called, at)


PATH = View(
    "notify_path",
    of="cause",
    row=PathRow,
    table=PathTable,
    fold=fold,
    decide=decide,
    begun_by=(PathTried,),
)


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The message of a try."""

    cause: str
    id: str
    """Its call's: the same on every try."""
    url: str
    body: bytes


def receiver(settings: Settings) -> str:
    """Where the message of a try goes: to us, by the address that everybody reaches us at."""
    return f"{settings.public_url}/notify/v1/self-test"


async def current(runtime: Runtime) -> PathRow | None:
    """The newest try."""
    return cast("PathRow | None", await runtime.row(PATH, cause_of(runtime.ids)))


async def self_test(runtime: Runtime) -> SelfTest | None:
    """The message that is to be sent, if there is one."""
    row = await current(runtime)
    if row is None or row.call is None or row.came or not is_to_be_sent(runtime.clock.now() - row.began):
        return None
    body = orjson.dumps({"self_test": row.call})
    return SelfTest(row.cause, row.call, receiver(runtime.settings), body)


class NewestTry(BaseModel):
    """The try that began last, and how far it has come."""

    model_config = ConfigDict(frozen=True)

    began: datetime
    reached: Literal["taken", "called", "came"] = Field(
        description="`taken`: saved by orders, read by notify; `called`: folded; `came`: its message has come"
    )


class PathShown(BaseModel):
    """Whether alerts get out. Nothing here is about anybody."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    state: PathState = Field(description="what is not known is as bad as broken")
    since: datetime = Field(
        description="when the last try began that came through; else, since when none did"
    )
    took_seconds: float | None = Field(
        description="how long that one took from end to end; null: none is known"
    )
    newest: NewestTry | None


async def shown(runtime: Runtime) -> PathShown:
    """The way that alerts go, as this process knows it."""
    row, known = await current(runtime), runtime.path
    reached: Literal["taken", "called", "came"] = "taken"
    if row is not None and row.call is not None:
        reached = "came" if row.came else "called"
    return PathShown(
        at=runtime.clock.now(),
        state=known.state,
        since=known.since if known.last is None else known.last.said.began,
        took_seconds=None if known.took is None else round(known.took.total_seconds(), 2),
        newest=NewestTry(began=row.began, reached=reached) if row else None,
    )
