"""HTTP of an emergency meeting that was called, for whoever is called for it and those who must come: REST
and a page. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.envelope import Id
from services.marac.conference import emergency_told
from services.marac.pages import PAGES
from services.marac.rules import sharing
from services.marac.shown_emergency import EmergencyMeeting

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
OfEmergencies = Annotated[Caller, right(sharing.READ_EMERGENCY)]


@router.get("/emergency-meetings/{emergency}")
async def one_emergency(emergency: Id, runtime: TheRuntime, caller: OfEmergencies) -> EmergencyMeeting:
    """When and where an emergency meeting is, which agencies are asked, who was told of it and who took
    that. No case is in it."""
    return await emergency_told.emergency(runtime, caller, emergency)


@pages.get("/emergency-meetings/{emergency}")
async def emergency_page(
    request: Request, emergency: Id, runtime: TheRuntime, caller: OfEmergencies
) -> HTMLResponse:
    """The same: where an alert about it leads."""
    page = await emergency_told.emergency(runtime, caller, emergency)
    may_open = bool(caller.roles & sharing.RIGHTS[sharing.READ_MEETING])
    return PAGES.show("emergency_meeting.html", PAGES.look(request, caller), page=page, may_open=may_open)
