"""HTTP of what follows a meeting: flags, repeats, and the page of a case. Decisions are in ``rules``."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.http.paging import Paging, paging
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.sections import Text
from contracts.submission import Receipt
from contracts.vocabulary import FlagState
from services.marac import shown_after
from services.marac.conference import after_page, following
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["after the meeting"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Agency = Annotated[Caller, right(sharing.FLAG)]
Coordinator = Annotated[Caller, right(sharing.FOLLOW_UP)]
Reader = Annotated[Caller, right(sharing.READ_CASE)]
TYPED: TypeAdapter[str] = TypeAdapter(Text)


class ToConfirm(BaseModel):
    """How the caller's agency has flagged its file."""

    model_config = ConfigDict(extra="forbid")

    state: FlagState


class NoRepeat(BaseModel):
    """Which records make a case no repeat, and why."""

    model_config = ConfigDict(extra="forbid")

    records: list[Id] = Field(min_length=1, max_length=200)
    text: Text


@router.get("/flags")
async def flags(
    runtime: TheRuntime, caller: Agency, page: Annotated[Paging, paging("flags")]
) -> shown_after.Flags:
    """What the caller's agency is to flag: letters, parties and until when, late ones first; what lapses
    within a month; what it told of that makes a case a repeat; and one page of what it has answered."""
    return await following.flags(runtime, caller, page)


@router.post("/cases/{case}/flags", status_code=status.HTTP_201_CREATED)
async def confirm(
    case: Id, said: ToConfirm, runtime: TheRuntime, caller: Agency, response: Response, key: IdempotencyKey
) -> Receipt:
    """Say that the caller's agency has flagged its file, has none, or has taken the flag off."""
    return receipt(response, "marac", await following.confirm(runtime, caller, case, said.state, key))


@router.get("/repeats")
async def repeats(runtime: TheRuntime, caller: Coordinator) -> shown_after.Repeats:
    """The cases that are to be referred again, with the facts that make them repeats, by which definition;
    those to be looked at, for what may be one; and the victims who are to be told what a meeting came to."""
    return await following.repeats(runtime, caller)


@router.post("/cases/{case}/repeat-answers", status_code=status.HTTP_201_CREATED)
async def answer_repeat(
    case: Id,
    said: NoRepeat,
    runtime: TheRuntime,
    caller: Coordinator,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Decide that records, or what was to be looked at, make a case no repeat, with the reason."""
    taken = await following.answer_repeat(runtime, caller, case, said.records, said.text, key)
    return receipt(response, "marac", taken)


@router.delete("/cases/{case}/repeat-answers/{root}")
async def repeat_after_all(
    case: Id, root: Id, runtime: TheRuntime, caller: Coordinator, response: Response, key: IdempotencyKey
) -> Receipt:
    """Take back that records make a case no repeat: they wait again, from when they did."""
    taken = await following.repeat_after_all(runtime, caller, case, root, key)
    return receipt(response, "marac", taken)


@router.get("/cases/{case}/after")
async def after(case: Id, runtime: TheRuntime, caller: Reader) -> shown_after.AfterPage:
    """What follows the meetings of a case: flags, the outcome told, repeats, transfers."""
    return await after_page.after_page(runtime, caller, case)


@pages.get("/flags")
async def flags_page(
    request: Request, runtime: TheRuntime, caller: Agency, page: Annotated[Paging, paging("flags")]
) -> HTMLResponse:
    """The flags of an agency, with a button for each."""
    shown = await following.flags(runtime, caller, page)
    look = PAGES.look(request, caller)
    return PAGES.show("flags.html", look, page=shown, once=new_id(), words=_words(look.now))


@pages.post("/cases/{case}/flags")
async def confirm_by_page(
    case: Id,
    runtime: TheRuntime,
    caller: Agency,
    once: Annotated[Id, Form()],
    state: Annotated[FlagState, Form()],
) -> Response:
    """Say it by a button, once however often it is pressed."""
    try:
        await following.confirm(runtime, caller, case, state, f"{once}-{case}-{state}")
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse("/marac/flags", 303)


@pages.get("/repeats")
async def repeats_page(request: Request, runtime: TheRuntime, caller: Coordinator) -> HTMLResponse:
    """What waits after the meetings, for the coordinator."""
    return await _repeats(request, runtime, caller)


@pages.post("/cases/{case}/repeat-answers")
async def answer_repeat_by_page(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: Coordinator,
    once: Annotated[Id, Form()],
    records: Annotated[list[Id], Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Decide that a case is no repeat; what was typed is kept where it is no reason."""
    try:
        said = TYPED.validate_python(text)
    except ValidationError:
        return await _repeats(request, runtime, caller, records[0], text)
    try:
        await following.answer_repeat(runtime, caller, case, records, said, once)
    except Refused as refused:
        if refused.fault not in ("no-such-record", "same-key-other-content"):  # pressed twice
            raise
    return RedirectResponse("/marac/repeats", 303)


@pages.post("/cases/{case}/repeat-answers/{root}")
async def repeat_after_all_by_page(
    case: Id, root: Id, runtime: TheRuntime, caller: Coordinator, once: Annotated[Id, Form()]
) -> Response:
    """Take it back by a button."""
    try:
        await following.repeat_after_all(runtime, caller, case, root, f"{once}-{root}")
    except Refused as refused:
        if refused.fault not in ("no-such-answer", "changed-since"):  # pressed twice
            raise
    return RedirectResponse("/marac/repeats", 303)


@pages.get("/cases/{case}/after")
async def after_by_page(request: Request, case: Id, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """What follows the meetings of a case."""
    shown = await after_page.after_page(runtime, caller, case)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    return PAGES.show("case_after.html", look, page=shown, words=_words(look.now))


async def _repeats(
    request: Request, runtime: Runtime, caller: Caller, faulty: str | None = None, text: str = ""
) -> HTMLResponse:
    shown = await following.repeats(runtime, caller)
    look = PAGES.look(request, caller)
    more = {"once": new_id(), "faulty": faulty, "text": text, "words": _words(look.now)}
    return PAGES.show("repeats.html", look, 422 if faulty else 200, page=shown, **more)


def _words(now: datetime) -> Words:
    return Words(PAGES.texts, Times(PAGES.texts, now))
