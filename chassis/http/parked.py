"""What could not be read or folded, alike in every service: listed for operators, and decided by them.

Nobody is shown what a record says: where it stands, why, how large, and whose pages it touches.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from chassis import operating
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.parking import DECIDE, Broken, Parked, Stopped
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


class Outcome(BaseModel):
    """What came of it. ``reason`` is why it still cannot be read."""

    outcome: Literal["read", "still-unreadable", "discarded"]
    reason: str | None = None


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
        """Replay a record, or discard it. 404 where none waits for a decision."""
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
    """Record the decision, and do it. Raises Refused as ``Runtime.decide`` does."""
    said = ParkedDecided(
        parked_topic=topic,
        partition=partition,
        offset=offset,
        decision=decided.decision,
        person=caller.id,
        reason=decided.reason,
        narrative=Narrative(text=decided.narrative) if decided.narrative else None,
    )
    reason = await runtime.decide(caller, said)
    if decided.decision == "discard":
        return Outcome(outcome="discarded")
    return Outcome(outcome="read" if reason is None else "still-unreadable", reason=reason)
