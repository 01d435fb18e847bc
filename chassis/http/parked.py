"""What could not be read or folded, alike in every service: listed for operators, and decided by them.

Nobody is shown what a record says: where it stands, why, how large, and whose pages it touches.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis import operating
from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.parking import DECIDE, LONGEST, Broken, Parked, Stopped
from chassis.runtime import Runtime
from contracts.envelope import KEY_PATTERN
from contracts.events.operations import ParkedDecided
from contracts.sections import Narrative, Text
from contracts.topics import TOPICS
from contracts.vocabulary import ParkedReason

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Operator = Annotated[Caller, right(DECIDE)]
Topic = Annotated[str, Path(pattern=f"^({'|'.join(TOPICS)})$")]
Partition = Annotated[int, Path(ge=0, lt=2**31)]
Offset = Annotated[int, Path(ge=0, lt=2**63)]
Subject = Annotated[str, Path(pattern=KEY_PATTERN)]

AT_ONCE = 500
"""So many records are decided together at most: each is a decision of its own, and somebody waits."""


class Unread(BaseModel):
    """What a service could not read, the oldest first, the subjects whose fold raises, and the partitions of
    the log that are not read any more.

    ``told`` is when somebody was told, while there is anything.
    """

    at: datetime
    told: datetime | None
    parked: list[Parked]
    broken: list[Broken]
    stopped: list[Stopped]

    @property
    def undecided(self) -> list[Parked]:
        """What still counts as parked."""
        return [record for record in self.parked if not record.discarded]


class Decision(BaseModel):
    """What is to become of a record, and why. ``narrative`` names nobody who could be left out."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["replay", "discard"]
    reason: ParkedReason
    narrative: Text | None = None
    alike_until: AwareDatetime | None = Field(
        default=None,
        description="decide so of this record and of those of its topic that are parked for the same reason "
        f"since then or before, {AT_ONCE} at most; null: of this one alone",
    )
    alike_reason: str | None = Field(
        default=None,
        max_length=LONGEST,
        description="with `alike_until`: the `reason` that was shown of this record; 409 `other-reason` "
        "where it has another",
    )


class Outcome(BaseModel):
    """What came of it: of how many ``records``, and how many of them are ``left``, for they still cannot be
    read; ``reason`` is why, of the last."""

    outcome: Literal["read", "still-unreadable", "discarded"]
    reason: str | None = None
    records: int = 1
    left: int = 0


def parked_router() -> APIRouter:
    """The routes of one service, under its prefix."""
    routes = APIRouter(prefix="/v1", tags=["operators"])

    @routes.get("/parked")
    async def look(runtime: TheRuntime, caller: Operator) -> Unread:
        """What could not be read or folded, since when, why, and whose pages it touches."""
        return await unread(runtime)

    @routes.post("/parked/{topic}/{partition}/{offset}/decision")
    async def decision(
        topic: Topic,
        partition: Partition,
        offset: Offset,
        decided: Decision,
        runtime: TheRuntime,
        caller: Operator,
    ) -> Outcome:
        """Replay a record, or discard it; with it those that are alike, each on record by itself. 404 where
        none waits for a decision; 409 (`other-reason`) where those alike are not the ones that were shown."""
        return await decide(runtime, caller, topic, partition, offset, decided)

    @routes.post("/broken/{subject}/fold", status_code=202)
    async def fold(subject: Subject, runtime: TheRuntime, caller: Operator) -> None:
        """Fold a broken subject again. 404 for one that is not broken."""
        await runtime.fold_again(subject)

    return routes


async def unread(runtime: Runtime) -> Unread:
    """All that an operator is told."""
    records, subjects, stopped = await operating.unread(runtime)
    told = await runtime.told_of_unread()
    return Unread(at=runtime.clock.now(), told=told, parked=records, broken=subjects, stopped=stopped)


async def decide(
    runtime: Runtime, caller: Caller, topic: str, partition: int, offset: int, decided: Decision
) -> Outcome:
    """Record the decision, and do it; of those that are alike one after another, each by itself. Raises
    Refused as ``Runtime.decide`` does: those before are decided."""
    places = [(partition, offset)]
    if decided.alike_until is not None:
        places = await _alike(runtime, (topic, partition, offset), decided.alike_until, decided.alike_reason)
    reasons = []
    for place in places:
        try:
            reasons.append(await _decide(runtime, caller, topic, *place, decided))
        except Refused as refused:
            if refused.status != 404 or not reasons:  # somebody else has decided of this one meanwhile
                raise
    left = [reason for reason in reasons if reason is not None]
    outcome: Literal["read", "still-unreadable", "discarded"] = "still-unreadable" if left else "read"
    return Outcome(
        outcome="discarded" if decided.decision == "discard" else outcome,
        reason=left[-1] if left else None,
        records=len(reasons),
        left=len(left),
    )


async def _alike(
    runtime: Runtime, place: tuple[str, int, int], until: datetime, reason: str | None
) -> list[tuple[int, int]]:
    """Where this record stands, and those like it that were parked for this reason by then: who decides saw
    no others. Raises Refused (404, 409)."""
    shown = (await unread(runtime)).undecided
    of = next((each for each in shown if (each.topic, each.partition, each.offset) == place), None)
    if of is None:
        raise Refused("not-found", status=404)
    if of.reason != reason:
        raise Refused("other-reason", "body.alike_reason", status=409)
    same = [each for each in shown if (each.topic, each.reason) == (of.topic, reason) and each.since <= until]
    return [(each.partition, each.offset) for each in [of, *(each for each in same if each != of)][:AT_ONCE]]


async def _decide(
    runtime: Runtime, caller: Caller, topic: str, partition: int, offset: int, decided: Decision
) -> str | None:
    """Why it still cannot be read, or None when it is in, or discarded."""
    said = ParkedDecided(
        parked_topic=topic,
        partition=partition,
        offset=offset,
        decision=decided.decision,
        person=caller.id,
        reason=decided.reason,
        narrative=Narrative(text=decided.narrative) if decided.narrative else None,
    )
    return await runtime.decide(caller, said)
