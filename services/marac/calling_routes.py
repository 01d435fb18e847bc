"""HTTP of calling a meeting, changing when and where it is, and calling it off: REST and pages. Decisions are
in ``rules``."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.clock import LONDON
from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey, IfMatch, etag
from chassis.http.facts import receipt
from chassis.http.problem import Problem
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.conference import MeetingCalled
from contracts.submission import Receipt
from services.marac import actions, listing_actions
from services.marac.conference import calling
from services.marac.listing_routes import TheRuntime
from services.marac.pages import PAGES
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.rules.sitting import is_moved_back
from services.marac.shown_calling import MeetingSet

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

Coordinates = Annotated[Caller, right(sharing.CALL_MEETING)]
PlacesCases = Annotated[Caller, right(sharing.LIST_CASE)]
WHEN: TypeAdapter[datetime] = TypeAdapter(datetime)
WHY = {"changed-since", "meeting-closed", "meeting-recorded", "case-recorded", "same-key-other-content"}
"""Why a change is not made, as the page says it."""


@router.post("/meetings", status_code=status.HTTP_201_CREATED)
async def call_meeting(
    said: MeetingCalled, runtime: TheRuntime, caller: Coordinates, response: Response, key: IdempotencyKey
) -> Receipt:
    """Call a meeting of one of the caller's areas. Its id is the receipt's ``root``."""
    return receipt(response, "marac", await actions.call_meeting(runtime, caller, said, key))


@router.get("/meetings/{meeting}")
async def meeting_set(
    meeting: Id, runtime: TheRuntime, caller: Coordinates, response: Response
) -> MeetingSet:
    """When and where a meeting is, who chairs it, and which cases are on it. ``ETag`` is its version."""
    shown = await calling.meeting_set(runtime, caller, meeting)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.put("/meetings/{meeting}")
async def change_meeting(
    meeting: Id,
    said: MeetingCalled,
    runtime: TheRuntime,
    caller: Coordinates,
    response: Response,
    at_hand: IfMatch,
    key: IdempotencyKey,
) -> Receipt:
    """Say a meeting anew as a whole, upon its ``ETag``, whichever agency called it. 412 where somebody has
    changed it since; 409 ``meeting-closed``."""
    taken = await actions.change_meeting(runtime, caller, meeting, said, at_hand, key)
    return receipt(response, "marac", taken)


@router.delete("/meetings/{meeting}")
async def call_off(
    meeting: Id,
    runtime: TheRuntime,
    caller: Coordinates,
    response: Response,
    at_hand: IfMatch,
    key: IdempotencyKey,
) -> Receipt:
    """Call a meeting off, upon its ``ETag``, whichever agency called it: its cases wait again. 412 where
    somebody has changed it since; 409 ``meeting-closed``; ``meeting-recorded`` where it has recorded
    something of a case: close it instead."""
    return receipt(response, "marac", await actions.call_off(runtime, caller, meeting, at_hand, key))


@router.delete("/meetings/{meeting}/cases/{case}")
async def take_off(
    meeting: Id,
    case: Id,
    runtime: TheRuntime,
    caller: PlacesCases,
    response: Response,
    at_hand: IfMatch,
    key: IdempotencyKey,
) -> Receipt:
    """Take a case off the agenda of a meeting, upon that one's ``ETag``, whoever listed it: it waits again.
    412 where somebody has changed the meeting since; 409 ``meeting-closed``; ``case-recorded`` where it has
    recorded something of the case."""
    taken = await actions.take_off(runtime, caller, meeting, case, at_hand, key)
    return receipt(response, "marac", taken)


class Typed(BaseModel):
    """A form as somebody typed it: every field may be empty. ``me``: whoever presses the button chairs it.
    ``once`` makes a second press the first; ``upon``: the version that a change was typed upon. ``sure``:
    that it is called off is meant."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")
    once: Id = Field(default_factory=new_id)
    upon: Annotated[int, Field(ge=0)] = 0
    area: str = ""
    day: str = ""
    time: str = ""
    venue: str = ""
    me: str = ""
    chair_name: str = ""
    slots: str = ""
    sure: str = ""


@pages.get("/call")
async def call_page(request: Request, runtime: TheRuntime, caller: Coordinates) -> HTMLResponse:
    """The form of a meeting to be called."""
    return await _call(request, runtime, caller, Typed())


@pages.post("/call")
async def call_by_page(
    request: Request, runtime: TheRuntime, caller: Coordinates, typed: Annotated[Typed, Form()]
) -> Response:
    """Call it, and open its agenda."""
    try:
        said = _said(typed, caller, None)
    except ValidationError as error:
        return await _call(request, runtime, caller, typed, _places(error))
    if is_moved_back(said.starts, None, runtime.clock.now()):
        return await _call(request, runtime, caller, typed, ["past"])
    try:
        taken = await actions.call_meeting(runtime, caller, said, typed.once)
    except Refused as refused:
        first = await runtime.said_under(caller, typed.once)
        if first is not None:  # pressed twice, with other words: the first press stands
            return RedirectResponse(f"/marac/meetings/{first.root}", 303)
        return await _call(request, runtime, caller, typed, [_why(refused)], refused.status)
    return RedirectResponse(f"/marac/meetings/{taken.root}", 303)


@pages.get("/meetings/{meeting}/change")
async def change_page(
    request: Request, meeting: Id, runtime: TheRuntime, caller: Coordinates
) -> HTMLResponse:
    """What holds of a meeting, in a form; and to call it off, or take a case off it."""
    return await _change(request, runtime, caller, meeting)


@pages.post("/meetings/{meeting}/change")
async def change_by_page(
    request: Request, meeting: Id, runtime: TheRuntime, caller: Coordinates, typed: Annotated[Typed, Form()]
) -> Response:
    """Change it, and open its agenda. Who comes second is shown what holds, beside what they typed. It is not
    moved to a time that has passed: its cases would count as heard. One that was called off meanwhile is not
    there (404)."""
    held = await calling.meeting_set(runtime, caller, meeting)
    try:
        said = _said(typed, caller, held)
    except ValidationError as error:
        return await _change(request, runtime, caller, meeting, typed, _places(error))
    if is_moved_back(said.starts, held.starts, runtime.clock.now()):
        return await _change(request, runtime, caller, meeting, typed, ["past"])
    try:
        await actions.change_meeting(runtime, caller, meeting, said, typed.upon, typed.once)
    except Refused as refused:
        return await _change(request, runtime, caller, meeting, typed, [_why(refused)], refused.status)
    return RedirectResponse(f"/marac/meetings/{meeting}", 303)


@pages.post("/meetings/{meeting}/call-off")
async def call_off_by_page(
    request: Request, meeting: Id, runtime: TheRuntime, caller: Coordinates, typed: Annotated[Typed, Form()]
) -> Response:
    """Call it off, by a button that is meant."""
    if not typed.sure:
        held = _typed_of(await calling.meeting_set(runtime, caller, meeting))
        seen = held.model_copy(update={"upon": typed.upon})
        return await _change(request, runtime, caller, meeting, seen, ["sure"])
    try:
        await actions.call_off(runtime, caller, meeting, typed.upon, f"{typed.once}-off")
    except Refused as refused:
        return await _change(request, runtime, caller, meeting, None, [_why(refused)], refused.status)
    return RedirectResponse("/marac/waiting?off=yes", 303)


@pages.post("/meetings/{meeting}/take-off")
async def take_off_by_page(
    request: Request,
    meeting: Id,
    runtime: TheRuntime,
    caller: PlacesCases,
    case: Annotated[Id, Form()],
    once: Annotated[Id, Form()],
    upon: Annotated[int, Form(ge=0)],
) -> Response:
    """Take a case off its agenda by a button. It may be off already: the page says so."""
    try:
        await actions.take_off(runtime, caller, meeting, case, upon, f"{once}-{case}")
    except Problem as problem:
        if problem.status != 404:
            raise
    except Refused as refused:
        return await _change(request, runtime, caller, meeting, None, [_why(refused)], refused.status)
    return RedirectResponse(f"/marac/meetings/{meeting}/change", 303)


def _said(typed: Typed, caller: Caller, held: MeetingSet | None) -> MeetingCalled:
    """What was typed. Whoever chaired it does while their name stands, and it begins to the second when it
    did while day and time do. Raises ValidationError."""
    name, slots = (caller.name if typed.me else typed.chair_name) or None, typed.slots
    chair = held.chair if held and name == held.chair_name else None
    now = _typed_of(held) if held else None
    stays = held.starts if held and now and (typed.day, typed.time) == (now.day, now.time) else None
    return MeetingCalled.model_validate(
        {
            "area": held.area if held else typed.area,
            "starts": stays or WHEN.validate_python(f"{typed.day}T{typed.time}").replace(tzinfo=LONDON),
            "venue": typed.venue or None,
            "emergency": held.emergency if held else False,
            "chair": caller.id if typed.me else chair,
            "chair_name": name,
            "slots": int(slots) if slots.isascii() and slots.isdigit() and len(slots) < 5 else slots or None,
        }
    )


def _places(error: ValidationError) -> list[str]:
    """The fields that are wrong; that of a time that is none has no name."""
    return list(dict.fromkeys(str(each["loc"][0]) if each["loc"] else "starts" for each in error.errors()))


def _why(refused: Refused) -> str:
    """Why it is not saved, as the page says it. Raises what no page says."""
    if refused.status == 503:
        return "not-saved"
    if refused.fault not in WHY:
        raise refused
    return refused.fault


async def _call(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    typed: Typed,
    faults: list[str] | None = None,
    status: int = 422,
) -> HTMLResponse:
    areas = (await listing_actions.areas(runtime, caller)).areas
    known: dict[str, Any] = {"areas": areas, "page": None, "typed": typed, "faults": faults or []}
    return _show(request, caller, status if faults else 200, **known)


async def _change(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    meeting: str,
    typed: Typed | None = None,
    faults: list[str] | None = None,
    status: int = 422,
) -> HTMLResponse:
    """The form as it was typed, upon what it was typed upon; once it is said that somebody has changed the
    meeting since, upon what holds now."""
    shown = await calling.meeting_set(runtime, caller, meeting)
    now = _typed_of(shown)
    stands = typed or now
    if faults and not {"changed-since", "same-key-other-content"}.isdisjoint(faults):
        stands = stands.model_copy(update={"upon": now.upon, "once": now.once})
    known: dict[str, Any] = {"areas": {}, "page": shown, "typed": stands, "faults": faults or []}
    return _show(request, caller, status if faults else 200, **known)


def _typed_of(shown: MeetingSet) -> Typed:
    """What stands in the form at first: what holds."""
    local = shown.starts.astimezone(LONDON)
    return Typed(
        upon=shown.version,
        day=local.date().isoformat(),
        time=f"{local:%H:%M}",
        venue=shown.venue or "",
        chair_name=shown.chair_name or "",
        slots=str(shown.slots or ""),
    )


def _show(request: Request, caller: Caller, status: int, **known: Any) -> HTMLResponse:
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show("meeting_form.html", look, status, words=words, **known)
