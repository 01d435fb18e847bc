"""HTTP of opening where the people of a case are, though a record is flagged as sensitive: by POST alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.vocabulary import SearchReason
from services.marac.conference import whereabouts
from services.marac.conference.queries import visible_case
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.search_routes import Why

router = APIRouter(prefix="/marac/v1", tags=["cases"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Opener = Annotated[Caller, right(sharing.OPEN_PLACES)]


@router.post("/cases/{case}/whereabouts")
async def open_places(case: Id, said: Why, runtime: TheRuntime, caller: Opener) -> whereabouts.PlacesPage:
    """Where the people of a case are, for whoever may see locations. The reason is kept with who asked."""
    return await whereabouts.open_places(runtime, caller, case, said.reason, said.text)


@pages.get("/cases/{case}/whereabouts")
async def form(request: Request, case: Id, runtime: TheRuntime, caller: Opener) -> HTMLResponse:
    """The form, empty."""
    await visible_case(runtime, caller, case)
    return await _show(request, runtime, caller, case, {"reason": "", "text": ""}, None)


@pages.post("/cases/{case}/whereabouts")
async def open_by_page(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: Opener,
    reason: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Where they are, or the form as it was filled in."""
    typed = {"reason": reason, "text": text}
    try:
        said = Why.model_validate({field: value.strip() or None for field, value in typed.items()})
    except ValidationError as error:
        await visible_case(runtime, caller, case)
        fault = error.errors()[0]
        where = "text" if fault["type"] == "reason_missing" else str(fault["loc"][0])
        return await _show(request, runtime, caller, case, typed, None, where)
    page = await whereabouts.open_places(runtime, caller, case, said.reason, said.text)
    return await _show(request, runtime, caller, case, typed, page)


async def _show(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: str,
    typed: dict[str, str],
    page: whereabouts.PlacesPage | None,
    fault: str = "",
) -> HTMLResponse:
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    more = {"case": case, "typed": typed, "fault": fault, "reasons": tuple(SearchReason)}
    return PAGES.show("whereabouts.html", look, 422 if fault else 200, page=page, words=words, **more)
