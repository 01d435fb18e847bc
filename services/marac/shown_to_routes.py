"""HTTP of who has been shown a line: REST and page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.envelope import Id
from services.marac.conference import shown_to
from services.marac.pages import PAGES, unsound
from services.marac.rules import sharing

router = APIRouter(prefix="/marac")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Asker = Annotated[Caller, right(sharing.READ_SHOWN)]


@router.get("/v1/cases/{case}/shown-to/{root}", tags=["cases"])
async def read(case: Id, root: Id, runtime: TheRuntime, caller: Asker) -> shown_to.ShownTo:
    """Who has been shown a line of a case, by any of Goldthread's services: the newest look first."""
    return await shown_to.shown_to(runtime, caller, case, root)


@router.get("/cases/{case}/shown-to/{root}", include_in_schema=False)
async def page(request: Request, case: Id, root: Id, runtime: TheRuntime, caller: Asker) -> HTMLResponse:
    """The same, as a page."""
    shown = await shown_to.shown_to(runtime, caller, case, root)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    return PAGES.show("shown_to.html", look, page=shown)
