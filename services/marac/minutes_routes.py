"""HTTP of minutes: which there are for somebody, and those of one meeting. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.facts import receipt
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.submission import Receipt
from contracts.vocabulary import Paper
from services.marac.conference import minutes, minutes_theirs, sending
from services.marac.pages import PAGES
from services.marac.pages.routes import PAPER_LASTS
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.shown_sitting import Minutes, MinutesList

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Holder = Annotated[Caller, right(sharing.HOLD_MEETING)]
Reader = Annotated[Caller, right(sharing.READ_MINUTES)]


@router.get("/minutes")
async def listed(runtime: TheRuntime, caller: Reader) -> MinutesList:
    """The meetings of the last twelve months whose issued minutes the caller may open, the newest first."""
    return await minutes_theirs.listed(runtime, caller)


@router.get("/meetings/{meeting}/minutes")
async def the_minutes(meeting: Id, runtime: TheRuntime, caller: Reader) -> Minutes:
    """The minutes as issued; for whoever holds the meeting with what was recorded since; for the MARAC that
    took a case over from there, of that case alone."""
    return await _read(runtime, caller, meeting)


@router.post("/meetings/{meeting}/minutes", status_code=status.HTTP_201_CREATED)
async def issue(
    meeting: Id, said: minutes.ToIssue, runtime: TheRuntime, caller: Holder, response: Response
) -> Receipt:
    """Issue the minutes as they are. 409 ``not-closed``; ``not-the-next`` where somebody has issued that
    one."""
    return receipt(response, "marac", await minutes.issue(runtime, caller, meeting, said))


@pages.get("/minutes")
async def list_page(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """The minutes that the caller may open."""
    shown = await minutes_theirs.listed(runtime, caller)
    return PAGES.show("minutes_list.html", PAGES.look(request, caller), page=shown)


@pages.get("/meetings/{meeting}/minutes")
async def minutes_page(request: Request, meeting: Id, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """The minutes, and the form by which they are issued."""
    return await _minutes(request, runtime, caller, meeting, "minutes.html")


@pages.post("/meetings/{meeting}/minutes")
async def issue_by_page(
    meeting: Id, runtime: TheRuntime, caller: Holder, number: Annotated[int, Form(ge=1, le=1000)]
) -> Response:
    """Issue the minutes, once however often the button is pressed."""
    try:
        await minutes.issue(runtime, caller, meeting, minutes.ToIssue(number=number))
    except Refused as refused:
        if refused.fault not in ("not-the-next", "not-closed", "same-key-other-content"):
            raise
    return RedirectResponse(f"/marac/meetings/{meeting}/minutes", 303)


@pages.get("/meetings/{meeting}/minutes/print")
async def minutes_on_paper(
    request: Request, meeting: Id, runtime: TheRuntime, caller: Reader
) -> HTMLResponse:
    """The minutes, to be printed."""
    return await _minutes(request, runtime, caller, meeting, "minutes_print.html")


async def _minutes(
    request: Request, runtime: Runtime, caller: Caller, meeting: str, template: str
) -> HTMLResponse:
    shown = await _read(runtime, caller, meeting)
    look = PAGES.look(request, caller)
    paper = template.endswith("_print.html")
    until = (look.now + PAPER_LASTS).date()
    words = Words(PAGES.texts, Times(PAGES.texts, look.now), paper=paper)
    return PAGES.show(template, look, page=shown, words=words, until=until)


async def _read(runtime: Runtime, caller: Caller, meeting: str) -> Minutes:
    """The minutes for a caller; that somebody opened what was sent to them is on record."""
    found = await minutes.read(runtime, caller, meeting)
    if found.number and found.cases and not found.by_transfer:
        await sending.opened(runtime, caller, meeting, Paper.MINUTES)
    return found
