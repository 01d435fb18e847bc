"""HTTP: decode, call, answer. Decisions are in ``actions``, ``queries`` and ``rules``."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from chassis.http.auth import Caller, open_to_all, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.alerts import AlertResolved
from contracts.events.configuration import AgencyDefined, AreaDefined, LadderSet, RotaSet
from contracts.sections import Text
from contracts.submission import Receipt, Submission
from contracts.times import Day
from contracts.vocabulary import AlertRule, ClockOwner, PassReason
from services.notify import actions, clock_list, ladders, path, planner, queries, shifts, watcher
from services.notify.clock_list import Clocks
from services.notify.ladders import LaddersShown
from services.notify.path import PathShown
from services.notify.planner import RotaShown
from services.notify.queries import Alerts, AlertShown
from services.notify.rules import sharing
from services.notify.shifts import CalendarTaken
from services.notify.views import ALERT

router = APIRouter(prefix="/notify/v1")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ)]
Answerer = Annotated[Caller, right(sharing.ANSWER)]
RotaReader = Annotated[Caller, right(sharing.READ_ROTA)]

OURS = open_to_all("the receiver of our own tries: it takes what we have signed, and tells nothing")
CALENDAR = "text/calendar"

STREAM_SECONDS = 300
"""How long one stream lasts. The browser asks again by itself, and whoever has left since then is
turned away."""


class Seen(BaseModel):
    """Which alert about a cause the caller had before them: 409 if it is another by now."""

    model_config = ConfigDict(extra="forbid")

    rule: AlertRule
    generation: StrictInt


class PassOn(BaseModel):
    """Why the caller cannot take an alert."""

    model_config = ConfigDict(extra="forbid")

    reason: PassReason
    note: Text | None = None


class CalendarGiven(BaseModel):
    """An iCalendar (RFC 5545) of an area's shifts. An event is a shift; its attendees are ``urn:uuid:`` and
    the id that the rota uses, with their post as ``X-GOLDTHREAD-POST``; without one: first on call."""

    model_config = ConfigDict(extra="forbid")

    area: AreaId
    calendar: Annotated[str, Field(max_length=900_000)]
    new_people: Annotated[bool, Field(description="take people who are on no rota yet")] = False


@router.post("/rota", status_code=status.HTTP_201_CREATED)
async def set_rota(
    submission: Submission[RotaSet],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_ROTA)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Who is on call for an area, from one time until another. Of two shifts at once the one that
    starts later holds; of two that start together the one recorded last."""
    return receipt(
        response, "notify", await actions.configure(runtime, caller, submission, sharing.SET_ROTA, key)
    )


@router.get("/rota")
async def read_rota(
    runtime: TheRuntime,
    caller: RotaReader,
    area: Annotated[
        AreaId | None, Query(description="the first of the caller's own if none is given")
    ] = None,
    week: Annotated[
        Day | None, Query(description="any day of it, in London; this week if none is given")
    ] = None,
) -> RotaShown:
    """A week of an area's rota: who is on by day, the hours that nobody who can be reached is on and who is
    called then, and where two shifts are at once."""
    return await planner.week_of(runtime, caller, area, week)


@router.get("/rota.ics", response_class=Response, responses={200: {"content": {CALENDAR: {}}}})
async def export_rota(
    runtime: TheRuntime,
    caller: RotaReader,
    area: Annotated[AreaId | None, Query(description="none: the caller's own shifts, in every area")] = None,
) -> Response:
    """An area's rota, or one's own shifts, as an iCalendar: of four weeks ago and later."""
    return Response(await planner.calendar_of(runtime, caller, area), media_type=CALENDAR)


@router.post("/rota/calendar", status_code=status.HTTP_201_CREATED)
async def import_rota(
    given: CalendarGiven,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_ROTA)],
    key: IdempotencyKey,
) -> CalendarTaken:
    """The shifts of an iCalendar: all of them, with what became of each event, or none, with what is wrong
    with which (422). Events that repeat are taken for a year ahead."""
    return await shifts.take_calendar(
        runtime, caller, given.area, given.calendar, new_people=given.new_people, once=key or new_id()
    )


@router.post("/ladders", status_code=status.HTTP_201_CREATED)
async def set_ladder(
    submission: Submission[LadderSet],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_LADDER)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Whom an area has called about one kind of alert of one urgency, and when, within bounds (422). The one
    that was recorded last holds; corrected and taken back at ``/facts/{root}``."""
    taken = await actions.configure(runtime, caller, submission, sharing.SET_LADDER, key)
    return receipt(response, "notify", taken)


@router.get("/ladders")
async def read_ladders(
    runtime: TheRuntime,
    caller: RotaReader,
    area: Annotated[
        AreaId | None, Query(description="the first of the caller's own if none is given")
    ] = None,
) -> LaddersShown:
    """Whom an area has called about each kind of alert, and when; who set it, or that it is as published."""
    return await ladders.ladders_of(runtime, caller, area)


@router.post("/areas", status_code=status.HTTP_201_CREATED)
async def define_area(
    submission: Submission[AreaDefined],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DEFINE_AREA)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An area, and the one that it lies within."""
    return receipt(
        response, "notify", await actions.configure(runtime, caller, submission, sharing.DEFINE_AREA, key)
    )


@router.post("/agencies", status_code=status.HTTP_201_CREATED)
async def define_agency(
    submission: Submission[AgencyDefined],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.DEFINE_AGENCY)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An agency that takes part, and of which kind it is."""
    return receipt(
        response, "notify", await actions.configure(runtime, caller, submission, sharing.DEFINE_AGENCY, key)
    )


@router.get("/alerts")
async def list_alerts(runtime: TheRuntime, caller: Reader) -> Alerts:
    """The alerts that wait for an answer and that the caller may see, and those that they took."""
    return await queries.alerts(runtime, caller)


@router.get("/alerts/stream", response_class=EventSourceResponse)
async def stream_alerts(runtime: TheRuntime, caller: Reader) -> AsyncIterator[ServerSentEvent]:
    """The same list as server-sent events named ``alerts``: now, and whenever it changes."""
    clock = asyncio.get_running_loop().time
    until = clock() + STREAM_SECONDS
    changes = runtime.changed()
    coming = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.sleep(0)  # so that we hear of what changes from here on, before we look
        last = await queries.list_mark(runtime, caller)
        yield await _event(runtime, caller)
        while (await asyncio.wait([coming], timeout=max(0, until - clock())))[0]:
            news = coming.result()
            coming = asyncio.ensure_future(anext(changes))
            if any(view == ALERT.name for view, _ in news):
                before, last = last, await queries.list_mark(runtime, caller)
                if last != before:
                    yield await _event(runtime, caller)
    finally:
        coming.cancel()


@router.get("/alerts/{cause}")
async def open_alert(cause: Id, runtime: TheRuntime, caller: Reader) -> AlertShown:
    """One alert as it stands this moment."""
    shown = await queries.alert(runtime, caller, cause)
    if shown is None:
        raise queries.missing(runtime)
    return shown


@router.post("/alerts/{cause}/acknowledge")
async def acknowledge_alert(
    cause: Id, runtime: TheRuntime, caller: Answerer, seen: Seen | None = None
) -> AlertShown:
    """The caller takes the alert. Sent again, or after somebody else: whose it is, and since when.
    409 if it was stood down."""
    return await actions.acknowledge(runtime, caller, cause, (seen.rule, seen.generation) if seen else None)


@router.post("/alerts/{cause}/pass-on")
async def pass_on_alert(cause: Id, given: PassOn, runtime: TheRuntime, caller: Answerer) -> AlertShown:
    """The caller cannot take the alert: whoever comes next is called at once. 409 if it was stood
    down, if another has taken it, or if the caller was not called."""
    return await actions.pass_on(runtime, caller, cause, given.reason, given.note)


@router.post("/resolutions", status_code=status.HTTP_201_CREATED)
async def resolve_alert(
    submission: Submission[AlertResolved],
    runtime: TheRuntime,
    caller: Answerer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What was done about an alert that somebody took: when it was done is ``occurred``. Corrected and taken
    back at ``/facts/{root}``. 409 if nobody took it; 422 for a breach, whose own steps say it."""
    taken = await runtime.take(
        submission, submission.content, caller=caller, right=sharing.ANSWER, idempotency_key=key
    )
    return receipt(response, "notify", taken)


@router.get("/clocks")
async def list_clocks(
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.CLOCKS_READ)],
    area: AreaId | None = None,
    owner: ClockOwner | None = None,
) -> Clocks:
    """The clocks that run, of the areas that the caller may see: late ones first, then the next to run
    out. Of one area or one team, if asked."""
    return await clock_list.clocks(runtime, caller, area, owner)


@router.get("/path")
async def read_path(runtime: TheRuntime, caller: Reader) -> PathShown:
    """Whether alerts get out: the last try of their whole way that came through, and how far the newest
    has come."""
    return await path.shown(runtime)


@router.post(
    "/self-test", status_code=status.HTTP_204_NO_CONTENT, include_in_schema=False, dependencies=[OURS]
)
async def receive_self_test(
    request: Request,
    runtime: TheRuntime,
    message: Annotated[str, Header(alias="Goldthread-Message")],
    signed: Annotated[str, Header(alias="Goldthread-Signature")],
) -> None:
    """The message of a try of the alert path has come, where everybody reaches us."""
    await watcher.receive(runtime, message, signed, await request.body())


async def _event(runtime: Runtime, caller: Caller) -> ServerSentEvent:
    return ServerSentEvent(event="alerts", data=await queries.alerts(runtime, caller))
