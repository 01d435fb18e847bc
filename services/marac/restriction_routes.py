"""HTTP of whom a case is restricted to: REST and a page. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.etag import Upon, etag
from chassis.http.facts import receipt
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.listing import Insider
from contracts.submission import Receipt
from services.marac.conference import restricting
from services.marac.conference.restricting import ToRestrict
from services.marac.listing_routes import TheRuntime
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.rules.restricting import Refusal
from services.marac.shown_restriction import Restriction

router = APIRouter(prefix="/marac/v1", tags=["cases"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

Restricts = Annotated[Caller, right(sharing.RESTRICT_CASE)]


class Typed(BaseModel):
    """The form as somebody typed it. ``upon``: the version that it was typed upon; ``person`` and ``name``:
    of somebody whom it does not offer."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    upon: Annotated[int, Field(ge=0)]
    to: list[Id] = []
    person: str = ""
    name: str = ""
    reason: str = ""
    lift: bool = False


@router.get("/cases/{case}/restriction")
async def restriction(case: Id, runtime: TheRuntime, caller: Restricts, response: Response) -> Restriction:
    """To whom a case is restricted, and all that was said of it. ``ETag`` is its version."""
    shown = await restricting.read(runtime, caller, case)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.post("/cases/{case}/restriction", status_code=status.HTTP_201_CREATED)
async def restrict(
    case: Id, asked: ToRestrict, runtime: TheRuntime, caller: Restricts, response: Response, at_hand: Upon
) -> Receipt:
    """Restrict a case to members of staff, the caller among them, upon its ``ETag``; or, with ``to`` null,
    restrict it no more. From then on it is there for nobody else. Goldthread has no list of staff: it cannot
    tell whether whoever is named exists. 412 where somebody said otherwise since; 409 while it, or another
    case of its victim, is on its way to another MARAC."""
    return receipt(response, "marac", await restricting.restrict(runtime, caller, case, asked, at_hand))


@pages.get("/cases/{case}/restriction")
async def restriction_page(
    request: Request, case: Id, runtime: TheRuntime, caller: Restricts
) -> HTMLResponse:
    """The same, with a form."""
    return await _page(request, runtime, caller, case)


@pages.post("/cases/{case}/restriction")
async def restrict_by_page(
    request: Request, case: Id, runtime: TheRuntime, caller: Restricts, typed: Annotated[Typed, Form()]
) -> Response:
    """Restrict it to whoever is ticked. Who comes second is shown what stands, beside what they typed. Nobody
    is left out in silence who was ticked and is not on the page any more."""
    shown = await restricting.read(runtime, caller, case)
    known = {each.person: each for each in (*shown.offered, *(shown.to or ()))}
    if not typed.lift and not known.keys() >= set(typed.to):
        return await _page(request, runtime, caller, case, typed, ["to"])
    try:
        chosen = [known[person] for person in typed.to if person in known] + _not_offered(typed)
        asked = ToRestrict.model_validate({"to": None if typed.lift else chosen, "reason": typed.reason})
    except ValidationError as error:
        places = {str(fault["loc"][0]) for fault in error.errors()}
        faults = sorted({"other" if place in Insider.model_fields else place for place in places})
        return await _page(request, runtime, caller, case, typed, faults)
    try:
        await restricting.restrict(runtime, caller, case, asked, typed.upon)
    except Refused as refused:
        if refused.fault in set(Refusal):
            return await _page(request, runtime, caller, case, typed, ["to"])
        if refused.fault == "transfer-on-its-way":
            return await _page(request, runtime, caller, case, typed, ["on-its-way"])
        if refused.fault != "changed-since":
            raise
        return await _page(request, runtime, caller, case, typed)
    return RedirectResponse(f"/marac/cases/{case}/restriction", 303)


def _not_offered(typed: Typed) -> list[Insider]:
    """Whom somebody named beside those whom the form offers. Raises ValidationError for half of it."""
    given = {"person": typed.person, "name": typed.name}
    return [Insider.model_validate(given)] if any(given.values()) else []


async def _page(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: str,
    typed: Typed | None = None,
    faults: list[str] | None = None,
) -> HTMLResponse:
    shown = await restricting.read(runtime, caller, case)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    clash = typed is not None and not faults
    return PAGES.show(
        "restriction.html",
        look,
        412 if clash else 422 if faults else 200,
        page=shown,
        words=Words(PAGES.texts, Times(PAGES.texts, look.now)),
        ticked=typed.to if typed else [each.person for each in shown.to or shown.offered],
        typed=typed,
        reason=typed.reason if typed else "",
        upon=typed.upon if typed and faults else shown.version,
        faults=faults or [],
        clash=clash,
    )
