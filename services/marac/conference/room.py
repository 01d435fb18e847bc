"""A meeting while it sits: opened and closed, who attends, who leaves the room, which cases are still to
hear."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.envelope import AgencyId, Id
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.meeting import (
    AttendanceRecorded,
    LeftTheRoom,
    MeetingClosed,
    MeetingOpened,
    MinutesIssued,
)
from contracts.sections import Line
from contracts.times import Moment
from contracts.vocabulary import Attendance, CoreService, SittingStep
from services.marac import casefile
from services.marac.conference import compose, rows
from services.marac.conference.following import take_back, taken_back
from services.marac.conference.hearing import cases_at, in_order, meeting_of, out_of, sitting_of
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import LeftLine, Sitting
from services.marac.rules import agenda as order
from services.marac.rules import sharing
from services.marac.rules.sitting import IN_THE_ROOM, Seat, core_attendance, why_not_closed
from services.marac.shown_sitting import CoreLine, SittingShown


class Step(BaseModel):
    """A meeting is opened or closed. ``at``: when that was; none given: now. ``statement``, of one that is
    opened: whether the confidentiality statement was read out; null: not said."""

    model_config = ConfigDict(extra="forbid")

    step: SittingStep
    at: Moment | None = Field(default=None, description="of a meeting that goes on it says nothing")
    statement: bool | None = None


class Attends(BaseModel):
    """How somebody of an agency attended."""

    model_config = ConfigDict(extra="forbid")

    agency: AgencyId
    attended: Attendance
    who: Line | None = None
    chairs: bool = False
    stands_for: CoreService | None = None
    signed: bool | None = Field(default=None, description="of an observer: the confidentiality statement")

    @model_validator(mode="after")
    def _chair_is_there(self) -> "Attends":
        if self.chairs and self.attended not in IN_THE_ROOM:
            raise PydanticCustomError("chair_not_there", "whoever chairs is present")
        return self


class Leaves(BaseModel):
    """Somebody leaves the room for a case. ``stayed``: that they did was recorded by mistake."""

    model_config = ConfigDict(extra="forbid")

    case: Id
    agency: AgencyId
    who: Line
    person: Id | None = None
    stayed: bool = False

    def is_of(self, line: LeftLine) -> bool:
        """Whether a line is about the same case, agency, name and member of staff."""
        theirs = (line.case, line.agency, line.who.casefold(), line.person)
        return theirs == (self.case, self.agency, self.who.casefold(), self.person)


def seats(sitting: Sitting, agencies: Mapping[str, AgencyDefined]) -> list[Seat]:
    """The attendance of a meeting, as the rules know it."""
    kinds = {agency: said.kind for agency, said in agencies.items()}
    return [
        Seat(kinds.get(line.agency), line.attended, line.chairs, line.stands_for)
        for line in sitting.attendance
    ]


def core_lines(sitting: Sitting, agencies: Mapping[str, AgencyDefined]) -> list[CoreLine]:
    """How each core service attended."""
    found = core_attendance(seats(sitting, agencies))
    return [CoreLine(service=service, attended=attended) for service, attended in found.items()]


async def read(runtime: Runtime, caller: Caller, meeting: str) -> SittingShown:
    """A meeting while it sits, for its chair and coordinator: those cases for which they left the room are
    neither to hear nor heard for them. Raises Problem (404). The look is on record."""
    row, sitting = await _held(runtime, caller, meeting)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    agencies, areas = casefile.agencies_of(configuration), casefile.areas_of(configuration)
    cases = await cases_at(runtime, caller, row)
    letters, heard = order.told_apart(cases), sitting.heard_cases
    out = out_of(caller, sitting)
    ordered = in_order((each for case, each in cases.items() if case not in out), row.starts)
    shown = SittingShown(
        at=runtime.clock.now(),
        meeting=meeting,
        area_name=compose.area_name(areas, row.area) or row.area,
        starts=row.starts,
        venue=row.venue,
        opened=sitting.opened,
        closed=sitting.closed,
        why_not_closed=why_not_closed(seats(sitting, agencies), opened=sitting.opened is not None),
        attendance=list(sitting.attendance),
        core=core_lines(sitting, agencies),
        left=[each for each in sitting.left if each.case in cases],
        heard=[each.case for each in ordered if each.case in heard],
        to_hear=[each.case for each in ordered if each.case not in heard and not each.withdrawn],
        letters=letters,
        issued=max((each.number for each in sitting.issued), default=0),
        agencies={agency: said.name for agency, said in sorted(agencies.items())},
    )
    lines = {*(line.fact for line in sitting.attendance), *(line.fact for line in shown.left)}
    facts = {row.root, *sitting.facts, *lines}
    body = shown.model_dump_json(exclude={"at", "agencies"}).encode()
    await runtime.shown(caller, SITTING.name, meeting, body, facts)
    return shown


async def step(runtime: Runtime, caller: Caller, meeting: str, said: Step, key: str | None) -> Taken:
    """Open or close a meeting, or go on with one that was closed; once under one key. Raises Problem (404);
    Refused (409) where it cannot be closed: ``not-opened``, ``no-chair``; where it cannot go on:
    ``not-closed``, ``minutes-issued``."""
    _, sitting = await _held(runtime, caller, meeting)
    if said.step is SittingStep.REOPENED:
        return await _reopen(runtime, caller, sitting, key)
    if said.step is SittingStep.CLOSED:
        agencies = casefile.agencies_of(await runtime.configuration(AgencyDefined))
        why = why_not_closed(seats(sitting, agencies), opened=sitting.opened is not None)
        if why is not None:
            raise Refused(why, "body.step", status=409)
        return await take(runtime, caller, MeetingClosed(meeting=meeting), said.at, key=key)
    opened = MeetingOpened(meeting=meeting, statement=said.statement)
    return await take(runtime, caller, opened, said.at, key=key)


async def _reopen(runtime: Runtime, caller: Caller, sitting: Sitting, key: str | None) -> Taken:
    """Take back every word that a meeting is closed. Once minutes are issued they are corrected instead."""
    if again := await taken_back(runtime, caller, key, MeetingClosed, f"o:{sitting.meeting}"):
        return again
    facts = await runtime.facts([f"o:{sitting.meeting}"])
    closed, issued = facts.current(MeetingClosed), facts.current(MinutesIssued)
    if not closed or issued:
        raise Refused("minutes-issued" if issued else "not-closed", "body.step", status=409)
    return await take_back(runtime, caller, [fact.root for fact in closed], sharing.HOLD_MEETING, key)


async def attend(
    runtime: Runtime, caller: Caller, meeting: str, said: Attends, key: str | None = None
) -> Taken:
    """Record how somebody attended: the newest word on an agency and name holds; once under one key. Raises
    Problem (404)."""
    await _held(runtime, caller, meeting)
    return await take(runtime, caller, AttendanceRecorded(meeting=meeting, **said.model_dump()), key=key)


async def leave(
    runtime: Runtime, caller: Caller, meeting: str, said: Leaves, key: str | None = None
) -> Taken:
    """Record who left the room for a case, or that they stayed after all; once under one key. Raises Problem
    (404): also for whoever left for it, who does not call themselves back; Refused (409) for a name that did
    not leave."""
    row, sitting = await _held(runtime, caller, meeting)
    again = await runtime.said_under(caller, key) is not None
    if not again and said.case not in (await cases_at(runtime, caller, row)).keys() - out_of(caller, sitting):
        raise not_found()
    if said.stayed and not any(said.is_of(line) for line in sitting.left):
        raise Refused("nobody-left", "body.who", status=409)
    return await take(runtime, caller, LeftTheRoom(meeting=meeting, **said.model_dump()), key=key)


async def take(
    runtime: Runtime,
    caller: Caller,
    content: Content,
    at: datetime | None = None,
    *,
    only: str | None = None,
    key: str | None = None,
) -> Taken:
    """Record what was said of a meeting, and wait until its row has it. ``only``: as
    ``Recorder.take``. Raises Refused (409) where somebody said it with another content. Said again under one
    key, it was said when it was first."""
    first = await runtime.said_under(caller, key)
    now = first.recorded if first else runtime.clock.now()
    header = own_header(now).model_copy(update={"occurred": at or now})
    taken = await runtime.take(
        header, content, caller=caller, right=sharing.HOLD_MEETING, only=only, idempotency_key=key
    )
    await runtime.folded(content.keys(taken.root))
    return taken


async def _held(runtime: Runtime, caller: Caller, meeting: str) -> tuple[rows.ConferenceMeeting, Sitting]:
    row = await meeting_of(runtime, caller, meeting)
    if not sharing.may_hold(caller.roles):
        raise not_found()
    return row, await sitting_of(runtime, meeting)
