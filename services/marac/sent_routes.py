"""HTTP of what was sent round of a meeting: the list, who opened it, and the link. Decisions are in
``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.vocabulary import Paper
from services.marac.conference import sending
from services.marac.pages import PAGES
from services.marac.rules import sharing
from services.marac.shown_sent import SentOfMeeting, SentToMe

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Holder = Annotated[Caller, right(sharing.HOLD_MEETING)]
Reader = Annotated[Caller, right(sharing.READ_MINUTES)]


@router.get("/sent")
async def sent(runtime: TheRuntime, caller: Reader) -> SentToMe:
    """The agendas and minutes that were sent to the caller and that they may open now, of the meetings to
    come and of the last 60 days: what they have not opened first."""
    return await sending.to_me(runtime, caller)


@router.get("/meetings/{meeting}/sent")
async def of_meeting(meeting: Id, runtime: TheRuntime, caller: Holder) -> SentOfMeeting:
    """Every version of an agenda and of minutes that was sent: to which agencies, who opened it, and which
    is late."""
    return await sending.of_meeting(runtime, caller, meeting)


@pages.get("/sent")
async def sent_page(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """What was sent to the caller."""
    shown = await sending.to_me(runtime, caller)
    return PAGES.show("sent.html", PAGES.look(request, caller), page=shown, sent=shown.papers)


@pages.get("/meetings/{meeting}/sent")
async def of_meeting_page(request: Request, meeting: Id, runtime: TheRuntime, caller: Holder) -> HTMLResponse:
    """What was sent of a meeting, and who opened it."""
    shown = await sending.of_meeting(runtime, caller, meeting)
    return PAGES.show("sent_of_meeting.html", PAGES.look(request, caller), page=shown)


@pages.get("/meetings/{meeting}/sent/{paper}")
async def follow(meeting: Id, paper: Paper, runtime: TheRuntime, caller: Reader) -> RedirectResponse:
    """The link that was sent: it leads to what is there for the caller now, and is on record as opened."""
    return RedirectResponse(await sending.follow(runtime, caller, meeting, paper), 303)
