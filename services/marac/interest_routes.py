"""HTTP of declaring a tie to the parties of a case: REST and a page. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.research import Tie
from contracts.submission import Receipt
from services.marac.conference import declaring
from services.marac.pages import PAGES
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.shown_research import Interests

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Attendee = Annotated[Caller, right(sharing.DECLARE_INTEREST)]
TIE, NONE = "tie", "none"
Ties = Annotated[list[Tie], Field(min_length=1, max_length=100)]
TIES: TypeAdapter[list[Tie]] = TypeAdapter(Ties)


class ToDeclare(BaseModel):
    """Whether the caller has a tie to the parties of each of these cases."""

    model_config = ConfigDict(extra="forbid")

    cases: Ties


@router.get("/meetings/{meeting}/interests")
async def interests(meeting: Id, runtime: TheRuntime, caller: Attendee) -> Interests:
    """The cases of a meeting of which the caller has not declared whether they have a tie to its parties,
    those of which they declared none, and the ties of their colleagues."""
    return await declaring.interests(runtime, caller, meeting)


@router.post("/meetings/{meeting}/interests", status_code=status.HTTP_201_CREATED)
async def declare(
    meeting: Id,
    said: ToDeclare,
    runtime: TheRuntime,
    caller: Attendee,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Declare it. From then on a case with a tie is not there for the caller; a colleague of the same agency
    withdraws what was declared by mistake (`DELETE /marac/v1/facts/{root}`)."""
    return receipt(response, "marac", await declaring.declare(runtime, caller, meeting, said.cases, key))


@pages.get("/meetings/{meeting}/interests")
async def interests_page(
    request: Request, meeting: Id, runtime: TheRuntime, caller: Attendee
) -> HTMLResponse:
    """The same, with a form."""
    return await _page(request, runtime, caller, meeting)


@pages.post("/meetings/{meeting}/interests")
async def declare_by_page(
    request: Request,
    meeting: Id,
    runtime: TheRuntime,
    caller: Attendee,
    once: Annotated[str, Form()] = "",
) -> Response:
    """Declare what was chosen; of a case of which nothing was chosen nothing is declared."""
    chosen = {name.removeprefix("case-"): value for name, value in (await request.form()).items()}
    said = {case: word for case, word in chosen.items() if word in (TIE, NONE)}
    try:
        cases = TIES.validate_python([{"case": case, "tie": word == TIE} for case, word in said.items()])
    except ValidationError:
        return await _page(request, runtime, caller, meeting, fault=True)
    try:
        await declaring.declare(runtime, caller, meeting, cases, once or None)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    back = "/marac/research" if chosen.get("from") == "research" else f"/marac/meetings/{meeting}/interests"
    return RedirectResponse(back, 303)


@pages.post("/meetings/{meeting}/interests/undo")
async def undo_by_page(
    meeting: Id, runtime: TheRuntime, caller: Attendee, root: Annotated[str, Form()]
) -> Response:
    """Withdraw a tie that a colleague declared by mistake."""
    await declaring.undo(runtime, caller, meeting, root)
    return RedirectResponse(f"/marac/meetings/{meeting}/interests", 303)


async def _page(
    request: Request, runtime: Runtime, caller: Caller, meeting: str, *, fault: bool = False
) -> HTMLResponse:
    shown = await declaring.interests(runtime, caller, meeting)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    reads = not caller.roles.isdisjoint(sharing.RIGHTS[sharing.READ_MEETING])
    known = {"once": new_id(), "fault": fault, "reads": reads}
    return PAGES.show("interests.html", look, 422 if fault else 200, page=shown, words=words, **known)
