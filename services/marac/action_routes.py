"""HTTP of a MARAC's actions: REST and pages. Decisions are in ``rules``."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey, IfMatch, etag
from chassis.http.facts import receipt
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.submission import Receipt
from contracts.vocabulary import ActionAnswer
from services.marac import queries
from services.marac.conference import action_plan
from services.marac.pages import PAGES, unsound
from services.marac.pages.action_form import Typed, action_form, faults_of
from services.marac.pages.case import CaseView
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["actions"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Owner = Annotated[Caller, right(sharing.ANSWER_ACTION)]
Keeper = Annotated[Caller, right(sharing.AGREE_ACTION)]

FIELD_OF = {"not-the-owners": "answer", "words-missing": "text", "agency-not-known": "owner"}
"""Where on a form each fault that a rule finds is told."""

REOPENS = "reopens"
"""What a form answers where an action was said to be over by mistake."""


@router.get("/actions")
async def actions(runtime: TheRuntime, caller: Owner) -> action_plan.Actions:
    """The open actions of the caller's agency, the late ones first; for a chair or a coordinator also those
    of every agency in their areas."""
    return await action_plan.actions(runtime, caller)


@router.get("/actions/{action}")
async def action(
    action: Id, runtime: TheRuntime, caller: Owner, response: Response
) -> action_plan.ActionPage:
    """One action and what was said of it, with the ``ETag`` upon which it is answered."""
    shown = await action_plan.action(runtime, caller, action)
    response.headers["ETag"] = etag(shown.action.version)
    return shown


@router.post("/actions/{action}/answers", status_code=status.HTTP_201_CREATED)
async def answer(
    action: Id,
    said: action_plan.ToAnswer,
    runtime: TheRuntime,
    caller: Owner,
    response: Response,
    at_hand: IfMatch,
) -> Receipt:
    """Accept an action, or say what came of it: upon what is known of it. Of two at once the second is
    told."""
    return receipt(response, "marac", await action_plan.answer(runtime, caller, action, said, at_hand))


@router.post("/cases/{case}/actions", status_code=status.HTTP_201_CREATED)
async def agree(
    case: Id,
    said: action_plan.ToAgree,
    runtime: TheRuntime,
    caller: Keeper,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Say what was agreed for a case: which agency does what, by when. Its id is the receipt's ``root``."""
    return receipt(response, "marac", await action_plan.agree(runtime, caller, case, said, key))


@pages.get("/actions")
async def actions_page(
    request: Request, runtime: TheRuntime, caller: Owner, by: Literal["agency", "case"] = "agency"
) -> HTMLResponse:
    """The open actions that are the caller's to see: those of their areas by agency, or by case."""
    shown = await action_plan.actions(runtime, caller)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show("actions.html", look, page=shown, words=words, by=by)


@pages.get("/actions/{action}")
async def action_page(request: Request, action: Id, runtime: TheRuntime, caller: Owner) -> HTMLResponse:
    """One action, with a form to say what came of it."""
    return await _action(request, runtime, caller, action)


@pages.post("/actions/{action}")
async def answer_by_page(
    request: Request,
    action: Id,
    runtime: TheRuntime,
    caller: Owner,
    answer: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
) -> Response:
    """Record what was chosen and typed, upon what the page had shown."""
    try:
        reopens = answer == REOPENS
        given = {"answer": ActionAnswer.ACCEPTED if reopens else answer, "text": text.strip() or None}
        said = action_plan.ToAnswer.model_validate(given | {"reopens": reopens})
        await action_plan.answer(runtime, caller, action, said, version)
    except ValidationError as error:
        fault = "answer" if any(each["loc"][0] == "answer" for each in error.errors()) else "text"
        return await _action(request, runtime, caller, action, answer, text, fault)
    except Refused as refused:
        if refused.status == 412:
            return await _action(request, runtime, caller, action, answer, text, "since", status=412)
        if refused.fault not in FIELD_OF:
            raise
        return await _action(request, runtime, caller, action, answer, text, FIELD_OF[refused.fault])
    return RedirectResponse("/marac/actions", 303)


@pages.get("/cases/{case}/actions")
async def plan_page(request: Request, case: Id, runtime: TheRuntime, caller: Keeper) -> HTMLResponse:
    """The actions of a case by themselves, with the form to add one."""
    return await _plan(request, runtime, caller, case)


@pages.post("/cases/{case}/actions")
async def agree_by_page(
    request: Request, case: Id, runtime: TheRuntime, caller: Keeper, typed: Annotated[Typed, Form()]
) -> Response:
    """Record what was agreed, once however often the button is pressed."""
    try:
        await action_plan.agree(runtime, caller, case, typed.agreed(), typed.once or None)
    except ValidationError as error:
        return await _plan(request, runtime, caller, case, typed, faults_of(error))
    except Refused as refused:
        if refused.fault in FIELD_OF:
            return await _plan(request, runtime, caller, case, typed, [FIELD_OF[refused.fault]])
        if refused.status != 409:  # the button was pressed twice
            raise
    back = f"/marac/meetings/{typed.meeting}/hear/{case}" if typed.meeting else f"/marac/cases/{case}"
    return RedirectResponse(f"{back}#actions", 303)


async def _action(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    action: str,
    chosen: str = "",
    text: str = "",
    fault: str | None = None,
    status: int = 422,
) -> HTMLResponse:
    shown = await action_plan.action(runtime, caller, action)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    ends = [each for each in ActionAnswer if each is not ActionAnswer.ACCEPTED]
    first = ActionAnswer.ACCEPTED if shown.action.open else REOPENS
    answers = [first, *(each for each in ends if shown.may_supersede or each is not ActionAnswer.SUPERSEDED)]
    known = {"chosen": chosen, "text": text, "fault": fault, "answers": answers}
    return PAGES.show(
        "action.html", look, status if fault else 200, page=shown, words=words, line=shown.action, **known
    )


async def _plan(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: str,
    typed: Typed | None = None,
    faults: list[str] | None = None,
) -> HTMLResponse:
    page = await queries.case_page(runtime, caller, case)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    form = await action_form(runtime, typed=typed, faults=faults or ())
    view = CaseView(page, words)
    return PAGES.show("plan.html", look, 422 if faults else 200, page=page, view=view, words=words, **form)
