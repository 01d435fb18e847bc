"""HTTP of a meeting while it sits: REST and pages. Decisions are in ``rules``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey, IfMatch, etag
from chassis.http.facts import receipt
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AgencyDefined
from contracts.submission import Receipt
from contracts.vocabulary import Attendance, CoreService
from services.marac import casefile, queries
from services.marac.conference import hearing, researched, room
from services.marac.conference.hearing import ToRecord
from services.marac.pages import PAGES
from services.marac.pages.action_form import action_form
from services.marac.pages.hear import HearView, Typed, faults_of, place_of, typed_of
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.shown_sitting import Hearing, SittingShown

router = APIRouter(prefix="/marac/v1/meetings/{meeting}", tags=["meetings"])
pages = APIRouter(prefix="/marac/meetings/{meeting}", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Holder = Annotated[Caller, right(sharing.HOLD_MEETING)]


@router.get("/sitting")
async def sitting(meeting: Id, runtime: TheRuntime, caller: Holder) -> SittingShown:
    """A meeting while it sits: who attends, which cases were heard, why it cannot be closed yet."""
    return await room.read(runtime, caller, meeting)


@router.post("/sitting", status_code=status.HTTP_201_CREATED)
async def step(
    meeting: Id,
    said: room.Step,
    runtime: TheRuntime,
    caller: Holder,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Open or close a meeting, or go on with one that was closed. 409 ``no-chair``, ``not-opened``: why it
    cannot be closed; ``not-closed``, ``minutes-issued``: why it cannot go on."""
    return receipt(response, "marac", await room.step(runtime, caller, meeting, said, key))


@router.post("/attendance", status_code=status.HTTP_201_CREATED)
async def attend(
    meeting: Id, said: room.Attends, runtime: TheRuntime, caller: Holder, response: Response
) -> Receipt:
    """Record how somebody of an agency attended. The newest word on an agency and name holds."""
    return receipt(response, "marac", await room.attend(runtime, caller, meeting, said))


@router.post("/left", status_code=status.HTTP_201_CREATED)
async def leave(
    meeting: Id, said: room.Leaves, runtime: TheRuntime, caller: Holder, response: Response
) -> Receipt:
    """Record who left the room for a case; or that they ``stayed``, and it was recorded by mistake."""
    return receipt(response, "marac", await room.leave(runtime, caller, meeting, said))


@router.get("/cases/{case}/hearing")
async def heard(meeting: Id, case: Id, runtime: TheRuntime, caller: Holder, response: Response) -> Hearing:
    """What was recorded of a case. ``ETag`` is its version, to correct it by."""
    shown = await hearing.read(runtime, caller, meeting, case)
    if shown.version:
        response.headers["ETag"] = etag(shown.version)
    return shown


@router.post("/cases/{case}/hearing", status_code=status.HTTP_201_CREATED)
async def record(
    meeting: Id, case: Id, said: ToRecord, runtime: TheRuntime, caller: Holder, response: Response
) -> Receipt:
    """Record a case of which nothing is recorded yet. 412 where somebody has."""
    return receipt(response, "marac", await hearing.record(runtime, caller, meeting, case, said, 0))


@router.put("/cases/{case}/hearing")
async def correct(
    meeting: Id,
    case: Id,
    said: ToRecord,
    runtime: TheRuntime,
    caller: Holder,
    response: Response,
    at_hand: IfMatch,
) -> Receipt:
    """Record a case anew, with all of it, upon the version at hand. 412 where there is a newer one."""
    return receipt(response, "marac", await hearing.record(runtime, caller, meeting, case, said, at_hand))


@pages.get("/sitting")
async def room_page(request: Request, meeting: Id, runtime: TheRuntime, caller: Holder) -> HTMLResponse:
    """Where a meeting is held from: attendance, the cases that are left, opening and closing."""
    return await _room(request, runtime, caller, meeting)


@pages.post("/sitting")
async def room_by_page(
    request: Request,
    meeting: Id,
    runtime: TheRuntime,
    caller: Holder,
    act: Annotated[str, Form()],
    once: Annotated[Id | None, Form()] = None,
) -> Response:
    """One thing that was pressed: open, close, go on, attendance, somebody who left or did not."""
    form = {name: str(value) for name, value in (await request.form()).items() if value}
    said = {name: value for name, value in form.items() if name not in ("act", "form", "once")}
    key = f"{once}-{act}" if once else None
    try:
        if act == "attend":
            attends = room.Attends.model_validate(said | {"chairs": "chairs" in said})
            await room.attend(runtime, caller, meeting, attends, key)
        elif act == "left":
            if said.pop("me", None):
                who = said.get("who", caller.name)
                said |= {"agency": caller.agency, "who": who, "person": caller.id}
            await room.leave(runtime, caller, meeting, room.Leaves.model_validate(said), key)
        elif act == "stayed":
            await room.leave(runtime, caller, meeting, room.Leaves.model_validate(said | {"stayed": True}))
        elif act == "opened" and "statement" not in said:
            return await _room(request, runtime, caller, meeting, ["statement"], form)
        else:
            step = room.Step.model_validate({"step": act, "statement": act == "opened" or None})
            await room.step(runtime, caller, meeting, step, key)
    except ValidationError as error:
        places = {str(fault["loc"][0]) if fault["loc"] else "chairs" for fault in error.errors()}
        return await _room(request, runtime, caller, meeting, sorted(places), form)
    except Refused as refused:
        if refused.fault == "changed-since":  # pressed at once with somebody else: the page says how it is
            return RedirectResponse(f"/marac/meetings/{meeting}/sitting", 303)
        if refused.status != 409:
            raise
        return await _room(request, runtime, caller, meeting, [refused.fault], form)
    return RedirectResponse(f"/marac/meetings/{meeting}/sitting", 303)


async def _room(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    meeting: str,
    faults: list[str] | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    shown = await room.read(runtime, caller, meeting)
    look = PAGES.look(request, caller)
    codes = {"attendance": list(Attendance), "core": list(CoreService)}
    known = {"faults": faults or [], "typed": typed or {}, "words": _words(look.now), "codes": codes}
    known |= {"once": new_id()} | _kept(runtime, caller, meeting)
    return PAGES.show("sitting.html", look, 422 if faults else 200, page=shown, **known)


@pages.get("/hear/{case}")
async def hear_page(
    request: Request, meeting: Id, case: Id, runtime: TheRuntime, caller: Holder, ahead: bool = False
) -> HTMLResponse:
    """One case, for whoever chairs: the victim first, then the risks, then who said what, then what is
    written. ``ahead``: held ready for when the line is down; the case does not begin by it, and the looks on
    record say so."""
    return await _hear(request, runtime, replace(caller, ahead=ahead), meeting, case)


@pages.post("/hear/{case}")
async def hear_by_page(
    request: Request,
    meeting: Id,
    case: Id,
    runtime: TheRuntime,
    caller: Holder,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Record what was typed, upon the version that was at hand. Who comes second is given both texts."""
    try:
        said = typed.recorded()
    except ValidationError as error:
        return await _hear(request, runtime, caller, meeting, case, typed, faults_of(error))
    try:
        await hearing.record(runtime, caller, meeting, case, said, typed.upon)
    except Refused as refused:
        if refused.status != 412:
            raise
        return await _hear(request, runtime, caller, meeting, case, typed)
    away = "sitting" if typed.then == "sitting" else f"hear/{typed.then or case}"
    return RedirectResponse(f"/marac/meetings/{meeting}/{away}", 303)


async def _hear(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    meeting: str,
    case: str,
    typed: Typed | None = None,
    faults: Sequence[str] = (),
) -> HTMLResponse:
    record = await hearing.read(runtime, caller, meeting, case)
    # It lies open before a whole room, as paper does: neither where anybody is, nor how she is reached.
    page = await queries.case_page(runtime, caller, case, paper=True)
    turns = await queries.turns(runtime, caller, meeting)
    sitting = await hearing.sitting_of(runtime, meeting)
    agencies = casefile.agencies_of(await runtime.configuration(AgencyDefined))
    unsound = PAGES.incomplete(page.incomplete, page.operator_told, page.at)
    look = PAGES.look(request, caller, *PAGES.broken(page.broken_since, page.at), *unsound)
    words = _words(look.now)
    view, clash = HearView(page, words, agencies), typed is not None and not faults
    return PAGES.show(
        "hear.html",
        look,
        422 if faults else 412 if clash else 200,
        page=page,
        view=view,
        words=words,
        record=record,
        sitting=sitting,
        began=await hearing.begun(runtime, caller, case, sitting),
        place=place_of(case, turns, sitting.heard_cases | hearing.out_of(caller, sitting)),
        typed=typed or typed_of(record),
        theirs=view.theirs(record, typed) if typed and clash else {},
        faults=faults,
        clash=clash,
        research=await researched.of_case(runtime, caller, case),
        glance=await hearing.at_glance(runtime, caller, page),
        **await action_form(runtime) | _kept(runtime, caller, meeting, case),
    )


def _kept(runtime: Runtime, caller: Caller, *of: str) -> dict[str, str]:
    """Under which name a browser keeps what is typed, and by which key: that of whoever types it."""
    return {"kept_as": ".".join([*of, caller.id]), "key": runtime.ids.blind("kept in a browser", caller.id)}


def _words(now: datetime) -> Words:
    return Words(PAGES.texts, Times(PAGES.texts, now))
