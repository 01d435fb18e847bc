"""HTTP and page of how complete the answers about protected characteristics are, for each agency."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from services.marac.conference.characteristics import CompletenessPage, completeness_page
from services.marac.pages import PAGES
from services.marac.rules import sharing

router = APIRouter(prefix="/marac")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Administrator = Annotated[Caller, right(sharing.READ_COMPLETENESS)]


@router.get("/v1/characteristics", tags=["measures"])
async def read(runtime: TheRuntime, caller: Administrator) -> CompletenessPage:
    """How complete each agency's answers about protected characteristics are, of the victims in the caller's
    areas: numbers under five, and what would tell them, are null."""
    return await completeness_page(runtime, caller)


@router.get("/characteristics", include_in_schema=False)
async def page(request: Request, runtime: TheRuntime, caller: Administrator) -> HTMLResponse:
    """The same, as a page."""
    shown = await completeness_page(runtime, caller)
    look = PAGES.look(request, caller)
    return PAGES.show("characteristics.html", look, page=shown)
