"""The page on which a school without a system confirms that it has been told (Operation Encompass)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from services.referrals import schools
from services.referrals.pages import PAGES, unsound
from services.referrals.rules import sharing

PATH = "/referrals/school-tellings"
router = APIRouter(prefix=PATH, include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
KeyAdult = Annotated[Caller, right(sharing.CONFIRM_TOLD)]
Typed = Annotated[str, Form()]
NOTHING: Mapping[str, str] = {"incident": "", "child": "", "taken_by": "", "support": ""}


@router.get("")
async def waiting(request: Request, runtime: TheRuntime, caller: KeyAdult) -> HTMLResponse:
    """The children of the caller's school of whom it was told, or is to be: what is due first."""
    return await _page(request, runtime, caller)


@router.post("")
async def confirm(
    request: Request,
    runtime: TheRuntime,
    caller: KeyAdult,
    once: Annotated[Id, Form()],
    incident: Annotated[Id, Form()],
    child: Annotated[Id, Form()],
    taken_by: Typed = "",
    support: Typed = "",
) -> Response:
    """Record that the school has been told of one of its children, now."""
    asked = {"incident": incident, "child": child, "taken_by": taken_by.strip(), "support": support.strip()}
    asked["once"] = once
    key = f"{once}-{incident}-{child}"
    try:
        await schools.confirm(runtime, caller, incident, child, asked["taken_by"], asked["support"], key)
    except ValidationError as error:
        fault = "taken-by" if error.errors()[0]["loc"][0] == "taken_by" else "support"
        return await _page(request, runtime, caller, asked, fault, 422)
    except Refused as refused:
        if refused.status != 503:
            raise
        return await _page(request, runtime, caller, asked, "busy", 503)
    return RedirectResponse(PATH, 303)


@router.post("/undo")
async def undo(
    runtime: TheRuntime,
    caller: KeyAdult,
    once: Annotated[Id, Form()],
    incident: Annotated[Id, Form()],
    child: Annotated[Id, Form()],
) -> Response:
    """Take back what the school confirmed by mistake: it waits again."""
    await schools.take_back(runtime, caller, incident, child, f"{once}-undo")
    return RedirectResponse(PATH, 303)


async def _page(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, str] = NOTHING,
    fault: str = "",
    status: int = 200,
) -> HTMLResponse:
    shown = await schools.waiting(runtime, caller)
    known = {"page": shown, "asked": asked, "fault": fault, "once": asked.get("once") or new_id()}
    children = sorted({line.child for line in (*shown.waiting, *shown.confirmed)})
    look = PAGES.look(request, caller, *await unsound(runtime, *children))
    return PAGES.show("schools.html", look, status, **known)
