"""The pages of a briefing, on a screen and on paper: decode, ask ``briefing``, show."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.events.configuration import AgencyDefined, AreaDefined
from services.orders import briefing
from services.orders.pages import PAGES
from services.orders.rules import sharing

router = APIRouter(prefix="/orders/briefing", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Briefed = Annotated[Caller, right(sharing.ORDER_BRIEF)]
Area = Annotated[AreaId | None, Query()]
PAPER_LASTS = timedelta(days=1)
"""When a printed briefing is to be destroyed: by the next shift it is another one."""


@router.get("")
async def read(request: Request, runtime: TheRuntime, caller: Briefed, area: Area = None) -> HTMLResponse:
    """The orders in force of an area, the most urgent first."""
    return await _show("briefing.html", request, runtime, caller, area)


@router.get("/print")
async def on_paper(request: Request, runtime: TheRuntime, caller: Briefed, area: Area = None) -> HTMLResponse:
    """The same on paper."""
    return await _show("briefing_print.html", request, runtime, caller, area)


async def _show(
    template: str, request: Request, runtime: Runtime, caller: Caller, area: str | None
) -> HTMLResponse:
    page = await briefing.briefing(runtime, caller, area)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    agencies = {fact.said.agency: fact.said.name for fact in configuration.current(AgencyDefined)}
    names = {fact.said.area: fact.said.name for fact in configuration.current(AreaDefined)}
    look = PAGES.look(request, caller)
    known: dict[str, object] = {"agencies": agencies, "names": names, "areas": sorted(caller.areas)}
    known["until"] = (look.now + PAPER_LASTS).date()
    return PAGES.show(template, look, 200, page=page, **known)
