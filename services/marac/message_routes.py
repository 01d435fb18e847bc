"""HTTP of messages between the IDVA and the officer in a case: REST and pages. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
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
from contracts.sections import Text
from contracts.submission import Receipt
from services.marac.conference import correspondence
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["messages"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Writer = Annotated[Caller, right(sharing.MESSAGE)]
TYPED: TypeAdapter[str] = TypeAdapter(Text)


class ToSend(BaseModel):
    """A message to the other of the two; ``answers``: which message of theirs it answers."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    answers: Id | None = None


@router.get("/messages")
async def waiting(runtime: TheRuntime, caller: Writer) -> correspondence.Waiting:
    """The messages that wait for an answer in the caller's cases, the first to be late first."""
    return await correspondence.waiting(runtime, caller)


@router.get("/cases/{case}/messages")
async def messages(case: Id, runtime: TheRuntime, caller: Writer) -> correspondence.Messages:
    """The messages of a case, for its IDVA and its officer alone."""
    return await correspondence.messages(runtime, caller, case)


@router.post("/cases/{case}/messages", status_code=status.HTTP_201_CREATED)
async def send(
    case: Id, said: ToSend, runtime: TheRuntime, caller: Writer, response: Response, key: IdempotencyKey
) -> Receipt:
    """Send a message to the other of the two. What is no answer has a clock until it is answered."""
    taken = await correspondence.send(runtime, caller, case, said.text, said.answers, key)
    return receipt(response, "marac", taken)


@pages.get("/messages")
async def waiting_page(request: Request, runtime: TheRuntime, caller: Writer) -> HTMLResponse:
    """The messages that wait: where an officer in a case begins."""
    shown = await correspondence.waiting(runtime, caller)
    return PAGES.show("messages.html", PAGES.look(request, caller), page=shown)


@pages.get("/cases/{case}/messages")
async def messages_page(request: Request, case: Id, runtime: TheRuntime, caller: Writer) -> HTMLResponse:
    """The messages of a case, with a form."""
    return await _page(request, runtime, caller, case)


@pages.post("/cases/{case}/messages")
async def send_by_page(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: Writer,
    once: Annotated[Id, Form()],
    text: Annotated[str, Form()] = "",
    answers: Annotated[str, Form()] = "",
) -> Response:
    """Send what was typed, once however often the button is pressed."""
    try:
        said = TYPED.validate_python(text)
    except ValidationError:
        return await _page(request, runtime, caller, case, text, answers)
    try:
        await correspondence.send(runtime, caller, case, said, answers or None, once)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse(f"/marac/cases/{case}/messages", 303)


async def _page(
    request: Request, runtime: Runtime, caller: Caller, case: str, text: str = "", answers: str | None = None
) -> HTMLResponse:
    shown = await correspondence.messages(runtime, caller, case)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    known = {"once": new_id(), "text": text, "fault": answers is not None, "chosen": answers}
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show(
        "case_messages.html", look, 422 if known["fault"] else 200, page=shown, words=words, **known
    )
