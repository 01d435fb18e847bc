"""HTTP of transfers to another MARAC: REST and pages. Decisions are in ``rules``."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.sections import Line
from contracts.submission import Receipt
from contracts.vocabulary import MoveKind, TransferItem
from services.marac import shown_after
from services.marac.conference import after_page, transferring
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["transfers"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Coordinator = Annotated[Caller, right(sharing.FOLLOW_UP)]
Reader = Annotated[Caller, right(sharing.READ_CASE)]
Typed = Annotated[str, Form()]
Ticked = Annotated[list[str], Form(default_factory=list)]
FAULTS = {
    "no-such-marac",
    "same-area",
    "marac-not-known",
    "warning-not-read",
    "transfer-on-its-way",
    "restricted",
    "too-long",
}

SAID = {"words-missing", "too-long", "case-listed", "sent-on"}
"""Why an answer to a transfer was not taken, as the page says it."""


class Move(BaseModel):
    """Where a victim moves to: an area, or where a MARAC hears that is not on Goldthread."""

    model_config = ConfigDict(extra="forbid")

    to_area: AreaId | None = None
    outside: Line | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        transferring.one_place(self.to_area, self.outside)
        return self


@router.get("/transfers")
async def transfers(runtime: TheRuntime, caller: Reader) -> shown_after.Transfers:
    """The transfers from and to the caller's MARACs, those that wait first."""
    return await transferring.transfers(runtime, caller)


@router.post("/cases/{case}/move-warnings")
async def move_warning(case: Id, move: Move, runtime: TheRuntime, caller: Reader) -> shown_after.Warned:
    """Whether the other side is known to live where a victim moves to: to be read before a case is sent. By
    POST, for no address of a page or line of a log may say where a victim goes."""
    return await transferring.warned(runtime, caller, case, move.to_area, move.outside)


@router.post("/cases/{case}/transfers", status_code=status.HTTP_201_CREATED)
async def send(
    case: Id,
    asked: transferring.ToTransfer,
    runtime: TheRuntime,
    caller: Coordinator,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Send a case to another MARAC: ``warning_read`` as ``move-warnings`` gives it. It stays here until it is
    taken there, and after. To one that is not on Goldthread, ``outside``: until it is confirmed."""
    return receipt(response, "marac", await transferring.send(runtime, caller, case, asked, key))


@router.post("/transfers/{root}/answers", status_code=status.HTTP_201_CREATED)
async def answer(
    root: Id,
    asked: transferring.ToAnswer,
    runtime: TheRuntime,
    caller: Coordinator,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Take a case, say that this was a mistake or ask for more, as its receiver; supply it, confirm that it
    is with a MARAC outside, or withdraw what nobody took, as its sender."""
    return receipt(response, "marac", await transferring.answer(runtime, caller, root, asked, key))


@pages.get("/transfers")
async def transfers_page(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """The transfers of the caller's MARACs."""
    return await _transfers(request, runtime, caller)


@pages.post("/transfers/{root}/answers")
async def answer_by_page(
    request: Request,
    root: Id,
    runtime: TheRuntime,
    caller: Coordinator,
    once: Annotated[Id, Form()],
    answer: Typed = "",
    text: Typed = "",
) -> Response:
    """Answer a transfer by a button; words that are missing are asked for, and nothing typed is lost."""
    try:
        asked = transferring.ToAnswer.model_validate({"answer": answer, "text": text.strip() or None})
        await transferring.answer(runtime, caller, root, asked, f"{once}-{answer}")
    except (ValidationError, Refused) as error:
        fault = error.fault if isinstance(error, Refused) else _wrong(error, "words-missing", text)
        if fault in SAID:
            return await _transfers(request, runtime, caller, root, fault, text)
        if isinstance(error, Refused) and error.status != 409:  # pressed twice, or somebody was quicker
            raise
    return RedirectResponse("/marac/transfers", 303)


@pages.get("/cases/{case}/transfer")
async def transfer_page(request: Request, case: Id, runtime: TheRuntime, caller: Coordinator) -> HTMLResponse:
    """The form by which a case is sent to another MARAC."""
    return await _form(request, runtime, caller, case, {})


@pages.post("/cases/{case}/transfer")
async def send_by_page(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: Coordinator,
    goes_with: Ticked,
    once: Annotated[Id, Form()],
    to_area: Typed = "",
    outside: Typed = "",
    move: Typed = "",
    text: Typed = "",
    warning_read: Typed = "",
    seen: Typed = "",
) -> Response:
    """Send a case: the first press shows the warning of the move, the second, once it is ticked, sends.
    ``seen``: of a move to which area it was shown."""
    typed: dict[str, Any] = {"to_area": to_area, "outside": outside.strip(), "move": move or None}
    typed |= {"goes_with": goes_with, "text": text}
    given = {name: value for name, value in typed.items() if value} | {"warning_read": warning_read or None}
    try:
        asked = transferring.ToTransfer.model_validate(given)
        await transferring.send(runtime, caller, case, asked, once)
    except (ValidationError, Refused) as error:
        fault = error.fault if isinstance(error, Refused) else _wrong(error, "no-such-marac", text)
        if fault not in FAULTS:
            raise
        return await _form(request, runtime, caller, case, typed, fault, seen=seen)
    return RedirectResponse("/marac/transfers", 303)


def _wrong(error: ValidationError, else_: str, text: str) -> str:
    """What is wrong with a form: words that are too long are told as that."""
    places = {fault["loc"][0] for fault in error.errors(include_input=False) if fault["loc"]}
    return "too-long" if "text" in places and text.strip() else else_


async def _form(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: str,
    typed: dict[str, Any],
    fault: str = "",
    seen: str = "",
) -> HTMLResponse:
    """The form. That a warning was not read is no fault of whoever sees it for the first time."""
    shown = await after_page.after_page(runtime, caller, case)
    warned = None
    if fault == "warning-not-read":
        place = typed["to_area"] or None, typed["outside"] or None
        warned = await transferring.warned(runtime, caller, case, *place)
        fault = fault if seen == (warned.to_area or warned.to_name) else ""
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    known: dict[str, Any] = {"to_area": "", "outside": "", "move": "", "goes_with": [], "text": ""}
    more: dict[str, Any] = {"typed": known | typed, "fault": fault, "warned": warned, "once": new_id()}
    more |= {"moves": MoveKind, "items": TransferItem, "words": words}
    return PAGES.show("transfer.html", look, 422 if fault else 200, page=shown, **more)


async def _transfers(
    request: Request, runtime: Runtime, caller: Caller, faulty: str = "", fault: str = "", text: str = ""
) -> HTMLResponse:
    shown = await transferring.transfers(runtime, caller)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    more = {"faulty": faulty, "fault": fault, "text": text, "once": new_id(), "words": words}
    return PAGES.show("transfers.html", look, 422 if faulty else 200, page=shown, **more)
