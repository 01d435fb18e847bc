"""The page of orders over HTTP: decode, ask ``actions``, show. The look is on record there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AgencyDefined
from services.orders import actions
from services.orders.pages import PAGES
from services.orders.rules import sharing

router = APIRouter(prefix="/orders", include_in_schema=False)


@router.get("/breaches/{cause}")
async def breach(
    request: Request,
    cause: Id,
    runtime: Annotated[Runtime, Depends(the_runtime)],
    caller: Annotated[Caller, right(sharing.BREACH_READ)],
) -> HTMLResponse:
    """A breach: who and where, the order and whether it holds, how to reach the victim safely."""
    shown = await actions.open_breach(runtime, caller, cause)
    named = (await runtime.configuration()).current(AgencyDefined)
    agencies = {fact.said.agency: fact.said.name for fact in named}
    bars = PAGES.incomplete(shown.incomplete, shown.operator_told, runtime.clock.now())
    return PAGES.show("breach.html", PAGES.look(request, caller, *bars), breach=shown, agencies=agencies)
