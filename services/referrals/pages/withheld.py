"""What a victim chose not to tell the police, as support reads it, and opens it on record."""

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
from contracts.events.configuration import AgencyDefined
from contracts.vocabulary import OpeningBasis
from services.referrals import withheld
from services.referrals.pages import PAGES
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals/withheld", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_WITHHELD)]
Typed = Annotated[str, Form()]
NOTHING: Mapping[str, str] = {"opens": "", "basis": "", "reason": "", "told": ""}


@router.get("/{case}")
async def read(request: Request, case: Id, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """What is kept for support alone of a case's victim."""
    return await _page(request, case, runtime, caller)


@router.post("/{case}")
async def open_up(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.OPEN_WITHHELD)],
    once: Annotated[Id, Form()],
    opens: Annotated[Id, Form()],
    basis: Typed = "",
    reason: Typed = "",
    told: Typed = "",
) -> Response:
    """Tell some of it to all who work on the case."""
    asked = {"opens": opens, "basis": basis, "reason": reason.strip(), "told": told.strip()}
    fault = next((name for name in ("basis", "reason", "told") if not asked[name]), "")
    if fault or basis not in OpeningBasis.__members__.values():
        return await _page(request, case, runtime, caller, asked, fault or "basis")
    chosen = OpeningBasis(basis)
    try:
        await withheld.open_up(runtime, caller, opens, chosen, asked["reason"], asked["told"], once)
    except ValidationError as error:
        place = "told" if error.errors()[0]["loc"][0] == "text" else "reason"
        return await _page(request, case, runtime, caller, asked, place)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse(f"/referrals/withheld/{case}", 303)


async def _page(
    request: Request,
    case: str,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, str] = NOTHING,
    fault: str = "",
) -> HTMLResponse:
    shown = await withheld.open_case(runtime, caller, case)
    named = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    known = {
        "case": case,
        "asked": asked,
        "fault": fault,
        "once": new_id(),
        "bases": list(OpeningBasis),
        "agencies": {fact.said.agency: fact.said.name for fact in named},
    }
    return PAGES.show(
        "withheld.html", PAGES.look(request, caller), 422 if fault else 200, page=shown, **known
    )
