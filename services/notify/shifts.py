"""What is done to an area's rota: a shift set, changed, taken back, handed over, swapped; a calendar taken.

Whoever's agency said a shift corrects it. Of another agency's shift nobody can: another is set over it,
which holds because it was recorded later (``rules/rota.py``).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.accept import Refused, Taken, own_header
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import Fault, Problem, not_found
from chassis.ledger import digest
from chassis.runtime import Runtime
from contracts.events.configuration import OnCall, RotaSet
from contracts.sections import Part
from contracts.vocabulary import Post
from services.notify import calendar, planner
from services.notify.calendar import EventRead, Wrong
from services.notify.rules import sharing

AT_A_TIME = 50
"""Shifts of a calendar that are taken together: what is urgent comes between."""


@dataclass(frozen=True, slots=True)
class At:
    """A shift as somebody saw it."""

    root: str
    version: int


class EventTaken(Part):
    """What became of an event of a calendar, by its number in it."""

    event: int
    shifts: int
    """Set by it now."""
    there_already: int
    """Of its shifts those that stand alike."""
    at_once: int
    """Of those set now how many are at the same time as another: of two the one that starts later is
    called."""


class CalendarTaken(Part):
    """What became of a calendar."""

    events: list[EventTaken]


async def set_shift(runtime: Runtime, caller: Caller, said: RotaSet, once: str) -> Taken:
    """A new shift. Raises Problem (404) for an area that is not the caller's to set, Refused."""
    header = own_header(runtime.clock.now())
    return await runtime.take(header, said, caller=caller, right=sharing.SET_ROTA, idempotency_key=once)


async def change(runtime: Runtime, caller: Caller, at: At, said: dict[str, Any], once: str) -> Taken:
    """A shift as it is to be: its hours, or who is on it.

    Raises Problem (404) where it is not the caller's to set; Refused (412) if it has changed meanwhile.
    """
    return await _replace(runtime, caller, await _standing(runtime, caller, at), said, once)


async def withdraw(runtime: Runtime, caller: Caller, at: At, once: str) -> Taken:
    """Take a shift back: nobody is on it. Raises as ``change`` does, and Problem (404) for another
    agency's."""
    await _standing(runtime, caller, at)
    return await runtime.revise(
        at.root, at.version, None, None, caller=caller, right=sharing.SET_ROTA, idempotency_key=once
    )


async def hand_over(
    runtime: Runtime, caller: Caller, at: At, post: Post, when: datetime, to: OnCall, once: str
) -> None:
    """Somebody else has a post of a shift from a time in it until its end.

    Their part is set first, and holds because it starts later; then the other ends there. So nobody is
    missing for a moment. Raises as ``change`` does, and Refused for a time outside the shift.
    """
    fact = await _standing(runtime, caller, at)
    if not fact.said.starts < when < fact.said.ends:
        raise Refused("not-within-the-shift", "at")
    rest = _changed(fact.said, {"starts": when, post.value: to})
    await set_shift(runtime, caller, rest, f"{once}-rest")
    if fact.agency == caller.agency:
        await _replace(runtime, caller, fact, {"ends": when}, once)


async def swap(
    runtime: Runtime, caller: Caller, one: tuple[At, Post], other: tuple[At, Post], once: str
) -> None:
    """Two people exchange a post in two shifts. Both are looked at before either is changed.

    Raises as ``change`` does, and Refused where one of the posts is empty.
    """
    (first, post), (second, their_post) = one, other
    mine, theirs = await _standing(runtime, caller, first), await _standing(runtime, caller, second)
    given, got = getattr(mine.said, post), getattr(theirs.said, their_post)
    if given is None or got is None:
        raise Refused("post-is-empty", "other")
    if first == second:
        await _replace(runtime, caller, mine, {post.value: got, their_post.value: given}, once)
        return
    await _replace(runtime, caller, mine, {post.value: got}, once)
    await _replace(runtime, caller, theirs, {their_post.value: given}, f"{once}-other")


async def take_calendar(
    runtime: Runtime, caller: Caller, area: str, text: str, *, new_people: bool, once: str
) -> CalendarTaken:
    """Every shift of a calendar, or none: where anything is wrong, nothing is set.

    Sent again under the same key after it broke off, it goes on; a shift that stands alike is not set
    again. Raises Problem (404) for an area that is not the caller's to set, 422 with each fault as
    ``events.3.dtstart``.
    """
    known = await planner.known(runtime)
    if not planner.may_set(known, caller, area):
        raise not_found()
    people = planner.people_near(known, caller, area)
    now = runtime.clock.now()
    try:
        # Whoever sends a long one keeps nobody waiting.
        events = await asyncio.to_thread(calendar.read, text, area, people, new_people=new_people, now=now)
    except Wrong as wrong:
        raise _refused([Fault(f"body.{wrong.where}", wrong.kind)]) from None
    if faults := [
        Fault(f"events.{each.number}.{each.wrong.where}", each.wrong.kind) for each in events if each.wrong
    ]:
        raise _refused(faults)
    stands = [fact.said for fact in known.shifts if fact.said.area == area]
    new = [[shift for shift in each.shifts if not _stands(shift, stands)] for each in events]
    await _set_each(runtime, caller, new, once)
    others = [*stands, *(shift for each in new for shift in each)]
    return CalendarTaken(events=[_taken(each, others, set_) for each, set_ in zip(events, new, strict=True)])


async def _set_each(runtime: Runtime, caller: Caller, new: Sequence[Sequence[RotaSet]], once: str) -> None:
    # A key is of the event and what it says. So one that is known is the same shift, sent twice at once.
    keyed = [(f"{once}-{n}-{_digest(shift)}", shift) for n, each in enumerate(new, 1) for shift in each]
    for start in range(0, len(keyed), AT_A_TIME):
        async with runtime.in_turn():
            part = keyed[start : start + AT_A_TIME]
            sets = (set_shift(runtime, caller, shift, key) for key, shift in part)
            for done in await asyncio.gather(*sets, return_exceptions=True):
                if isinstance(done, BaseException) and getattr(done, "status", None) != 409:
                    raise done


def _digest(shift: RotaSet) -> str:
    return digest(shift.model_dump_json().encode())


def _taken(read: EventRead, others: Sequence[RotaSet], new: Sequence[RotaSet]) -> EventTaken:
    at_once = sum(any(_overlap(shift, each) for each in others if each is not shift) for shift in new)
    return EventTaken(
        event=read.number, shifts=len(new), there_already=len(read.shifts) - len(new), at_once=at_once
    )


def _stands(shift: RotaSet, stands: Sequence[RotaSet]) -> bool:
    return any(_hours(shift) == _hours(each) and _people(shift) == _people(each) for each in stands)


def _overlap(one: RotaSet, other: RotaSet) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def _hours(shift: RotaSet) -> tuple[datetime, datetime]:
    return (shift.starts, shift.ends)


def _people(shift: RotaSet) -> list[str | None]:
    return [entry.person if (entry := getattr(shift, post)) is not None else None for post in Post]


def _refused(faults: Sequence[Fault]) -> Problem:
    return Problem(422, "calendar.refused", "Nothing of this calendar was taken.", faults)


async def _standing(runtime: Runtime, caller: Caller, at: At) -> Fact[RotaSet]:
    known = await planner.known(runtime)
    fact = next((fact for fact in known.shifts if fact.root == at.root), None)
    if fact is None or not planner.may_set(known, caller, fact.said.area):
        raise not_found()
    if fact.version != at.version:
        raise Refused("changed-since", "version", status=412)
    return fact


async def _replace(
    runtime: Runtime, caller: Caller, fact: Fact[RotaSet], changes: dict[str, Any], once: str
) -> Taken:
    said = _changed(fact.said, changes)
    if fact.agency != caller.agency:
        return await set_shift(runtime, caller, said, once)
    header = own_header(runtime.clock.now())
    return await runtime.revise(
        fact.root, fact.version, header, said, caller=caller, right=sharing.SET_ROTA, idempotency_key=once
    )


def _changed(said: RotaSet, changes: dict[str, Any]) -> RotaSet:
    """Raises pydantic.ValidationError for a shift that cannot be."""
    return RotaSet.model_validate({name: getattr(said, name) for name in RotaSet.model_fields} | changes)
