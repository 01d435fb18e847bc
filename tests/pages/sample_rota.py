"""An invented week of an area's rota: a gap, an empty post, two shifts at once, somebody without a name whom
nothing but the page reaches."""

from datetime import date, datetime, timedelta
from typing import Any

from chassis.clock import LONDON
from chassis.http.auth import Caller
from contracts.vocabulary import AlertKind, Post, StaffRole, Urgency
from services.notify.ladders import AreaNamed, LadderShown, LaddersShown, SetShown, StepShown
from services.notify.planner import (
    AreaShown,
    DayShown,
    GapShown,
    InsteadShown,
    Other,
    PersonShown,
    RotaShown,
    ShiftPage,
    ShiftShown,
    Span,
    StretchShown,
    midnight,
    monday_of,
)
from tests.pages.sample_rows import FRESH, LONG, NOW

SHIFT = "0d0e0000-0000-8000-8000-000000000001"
AT_ONCE = "0d0e0000-0000-8000-8000-000000000002"


def somebody(number: int, name: str | None, you: bool = False, reached: bool = True) -> PersonShown:
    id_ = f"0d0e0000-0000-8000-8000-00000000a{number:03}"
    return PersonShown(id=id_, name=name, you=you, reached=reached)


DEV, JOAN, HELEN, NAMELESS = (
    somebody(1, "Dev Malik"),
    somebody(2, f"Joan {LONG}"),
    somebody(3, "Helen Sato", you=True),
    somebody(4, None, reached=False),
)
WEEK = monday_of(NOW.date())


def hours(day: int, hour: int) -> datetime:
    return datetime(WEEK.year, WEEK.month, WEEK.day, hour, tzinfo=LONDON) + timedelta(days=day)


def shift(root: str, starts: datetime, ends: datetime, own: bool = True, **posts: PersonShown) -> ShiftShown:
    return ShiftShown(
        root=root,
        version=2,
        agency="northmere-police",
        starts=starts,
        ends=ends,
        posts={Post(post): who for post, who in posts.items()},
        own=own,
    )


DAY = shift(SHIFT, hours(0, 7), hours(2, 19), first=DEV, second=JOAN, supervisor=HELEN)
OTHER = shift(AT_ONCE, hours(0, 7), hours(1, 19), first=NAMELESS)
NIGHT = shift(AT_ONCE, hours(3, 7), hours(14, 7), first=NAMELESS, supervisor=HELEN)


def day(number: int) -> DayShown:
    starts, ends = midnight(WEEK + timedelta(days=number)), midnight(WEEK + timedelta(days=number + 1))

    def stretch(
        a: datetime, b: datetime, on: ShiftShown | None, *empty: Post, others: Any = ()
    ) -> StretchShown:
        return StretchShown(starts=a, ends=b, shift=on, others=list(others), empty=list(empty))

    return DayShown(
        day=WEEK + timedelta(days=number),
        stretches={
            0: [stretch(hours(0, 7), ends, DAY, others=[OTHER])],
            1: [stretch(starts, hours(1, 19), DAY, others=[OTHER]), stretch(hours(1, 19), ends, DAY)],
            2: [stretch(starts, hours(2, 19), DAY), stretch(hours(2, 19), ends, None, *list(Post)[:3])],
            3: [
                stretch(starts, hours(3, 7), None, *list(Post)[:3]),
                stretch(hours(3, 7), ends, NIGHT, Post.FIRST, Post.SECOND),
            ],
        }.get(number, [stretch(starts, ends, NIGHT, Post.FIRST, Post.SECOND)]),
    )


def gaps() -> list[GapShown]:
    nobody = [InsteadShown(since=hours(2, 19), person=DEV), InsteadShown(since=hours(3, 1), person=None)]
    return [
        GapShown(
            cause=SHIFT,
            shift=None,
            posts=list(Post)[:3],
            spans=[Span(starts=hours(2, 19), ends=hours(3, 7))],
            instead=dict.fromkeys(list(Post)[:3], nobody),
            told="waiting",
        ),
        GapShown(
            cause=AT_ONCE,
            shift=NIGHT,
            posts=[Post.FIRST, Post.SECOND],
            spans=[Span(starts=hours(3, 7), ends=hours(8, 7)), Span(starts=hours(9, 7), ends=None)],
            instead={
                Post.FIRST: [InsteadShown(since=hours(3, 7), person=NAMELESS)],
                Post.SECOND: [InsteadShown(since=hours(3, 7), person=HELEN)],
            },
            told="not-yet",
        ),
    ]


async def week_of(_: Any, caller: Caller, area: str | None, day_: date | None) -> RotaShown:
    """The week, for whoever may set it and whoever may not."""
    empty = area == "northmere-south"
    return RotaShown(
        at=NOW,
        fresh_until=FRESH,
        area=area or "northmere-north",
        name="Northmere South" if empty else "Northmere North",
        areas=[
            AreaShown(area="northmere-north", name="Northmere North", gaps=2),
            AreaShown(area="northmere-south", name="Northmere South", gaps=0),
        ],
        around=["Northmere"],
        week=WEEK,
        before=WEEK - timedelta(days=7),
        after=WEEK + timedelta(days=7),
        days=[DayShown(day=WEEK + timedelta(days=n), stretches=[]) if empty else day(n) for n in range(7)],
        gaps=[] if empty else gaps(),
        had_one=not empty,
        may_set=StaffRole.SUPERVISOR in caller.roles,
        people=[DEV, HELEN, JOAN, NAMELESS],
    )


async def shift_of(_: Any, caller: Caller, root: str) -> ShiftPage:
    """A shift: the day's, or the night's by its root."""
    return ShiftPage(
        at=NOW,
        fresh_until=FRESH,
        area="northmere-north",
        name="Northmere North",
        shift=NIGHT if root == AT_ONCE else DAY,
        others=[Other(root=AT_ONCE, version=1, post=Post.FIRST, starts=NIGHT.starts, person=NAMELESS)],
        may_set=True,
        people=[DEV, HELEN, JOAN, NAMELESS],
    )


async def ladders_of(_: Any, caller: Caller, area: str | None) -> LaddersShown:
    """One that the area set, one of the force around it, and as published."""
    told = SetShown(
        root=SHIFT,
        version=1,
        area="northmere",
        name="Northmere",
        agency="northmere-police",
        at=NOW - timedelta(days=9),
        own=False,
    )
    own = told.model_copy(update={"area": "northmere-north", "name": "Northmere North", "own": True})
    by = {(AlertKind.BREACH, Urgency.NOW): own, (AlertKind.CLOCK, Urgency.DAY): told}
    return LaddersShown(
        at=NOW,
        fresh_until=FRESH,
        area=area or "northmere-north",
        name="Northmere North",
        areas=[
            AreaNamed(area=each, name=each.title()) for each in (area or "northmere-north", "northmere-south")
        ],
        ladders=[
            LadderShown(
                kind=kind,
                urgency=urgency,
                steps=[
                    StepShown(post=post, after_minutes=n * 60, wait_minutes=60 if n < 3 else 1)
                    for n, post in enumerate(Post)
                ],
                set=by.get((kind, urgency)),
            )
            for kind in AlertKind
            for urgency in Urgency
        ],
        may_set=StaffRole.SUPERVISOR in caller.roles,
    )
