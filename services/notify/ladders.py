"""Whom an area has called about each kind of alert, and when: shown, set, taken back."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chassis.accept import Taken, own_header
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import LadderSet
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AlertKind, Post, Urgency
from services.notify import planner
from services.notify.rules import own_ladders, sharing
from services.notify.rules.ladder import wait_after
from services.notify.rules.rota import Rota


class Shown(BaseModel):
    """Base of what is shown here."""

    model_config = ConfigDict(frozen=True)


class StepShown(Shown):
    """A step: whom it calls, how many minutes after the alert, and how long they have for an answer."""

    post: Post
    after_minutes: int
    wait_minutes: int


class SetShown(Shown):
    """Who set a ladder, and when."""

    root: Id
    version: int
    area: str
    name: str
    agency: str
    at: datetime
    own: bool = Field(description="whether it is of this very area and the caller's agency: they change it")


class LadderShown(Shown):
    """The ladder of one kind of alert of one urgency. After the last step it starts again, a step each time
    the last one's wait is over, and the duty officer each time too."""

    kind: AlertKind
    urgency: Urgency
    steps: list[StepShown]
    set: SetShown | None = Field(description="null: the published one stands")


class AreaNamed(Shown):
    """An area whose ladders the caller may read."""

    area: str
    name: str


class LaddersShown(Shown):
    """All ladders that hold in an area."""

    at: datetime
    fresh_until: datetime | None
    area: str
    name: str
    areas: list[AreaNamed]
    ladders: list[LadderShown]
    may_set: bool


async def ladders_of(runtime: Runtime, caller: Caller, area: str | None) -> LaddersShown:
    """The ladders that hold in an area, the caller's first if none is given. Raises Problem (404) for an area
    whose rota is not theirs to read."""
    known = await planner.known(runtime)
    areas = planner.readable(known, caller)
    area = area if area is not None else next(iter(areas), None)
    if area is None or area not in areas:
        raise not_found()
    shown = LaddersShown(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        area=area,
        name=planner.name_of(known, area),
        areas=[AreaNamed(area=each, name=planner.name_of(known, each)) for each in areas],
        ladders=[_shown(known, caller, area, kind, urgency) for kind in AlertKind for urgency in Urgency],
        may_set=_may_set(known, caller, area),
    )
    facts = {each.id for each in known.ladders if each.said.area in area_and_around(known.areas, area)}
    body = shown.model_dump_json(exclude={"at", "fresh_until"}).encode()
    await runtime.shown(caller, "notify_ladders", area, body, facts)
    return shown


async def set_ladder(runtime: Runtime, caller: Caller, said: LadderSet, once: str) -> Taken:
    """Set the ladder of an area: the caller's agency corrects what it has set there itself. Raises Problem
    (404) for an area that is not theirs to set, Refused."""
    known, header = await planner.known(runtime), own_header(runtime.clock.now())
    stands = own_ladders.in_force(known.ladders, [said.area], said.urgency, said.kind)
    right = sharing.SET_LADDER
    if stands is None or stands.agency != caller.agency:
        return await runtime.take(header, said, caller=caller, right=right, idempotency_key=once)
    return await runtime.revise(
        stands.root, stands.version, header, said, caller=caller, right=right, idempotency_key=once
    )


async def withdraw(runtime: Runtime, caller: Caller, root: str, version: int, once: str) -> None:
    """Take back what an area had set: the one around it, or the published one, stands. Raises Problem (404)
    where it is not the caller's; Refused (412) where it is another by now."""
    known = await planner.known(runtime)
    fact = next((each for each in known.ladders if each.root == root), None)
    if fact is None or fact.agency != caller.agency or not _may_set(known, caller, fact.said.area):
        raise not_found()
    await runtime.revise(
        root, version, None, None, caller=caller, right=sharing.SET_LADDER, idempotency_key=once
    )


def _may_set(known: Rota, caller: Caller, area: str) -> bool:
    allowed = not sharing.RIGHTS[sharing.SET_LADDER].isdisjoint(caller.roles)
    return allowed and sharing.may_configure(caller.areas, area_and_around(known.areas, area))


def _shown(known: Rota, caller: Caller, area: str, kind: AlertKind, urgency: Urgency) -> LadderShown:
    around = area_and_around(known.areas, area)
    ladder = own_ladders.ladder_of(known.ladders, around, urgency, own_ladders.RULE_OF[kind])
    fact = own_ladders.in_force(known.ladders, around, urgency, kind)
    return LadderShown(
        kind=kind,
        urgency=urgency,
        steps=[
            StepShown(
                post=post,
                after_minutes=int(after.total_seconds() // 60),
                wait_minutes=int(wait_after(ladder, n).total_seconds() // 60),
            )
            for n, (post, after) in enumerate(zip(ladder.posts, ladder.after, strict=True))
        ],
        set=_set(known, caller, area, fact) if fact else None,
    )


def _set(known: Rota, caller: Caller, area: str, fact: Fact[LadderSet]) -> SetShown:
    return SetShown(
        root=fact.root,
        version=fact.version,
        area=fact.said.area,
        name=planner.name_of(known, fact.said.area),
        agency=fact.agency,
        at=fact.recorded,
        own=fact.said.area == area and fact.agency == caller.agency,
    )
