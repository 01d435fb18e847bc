"""What was done about an alert, said on its page: decode, ask ``actions``, show. Nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import replace
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
from contracts.events.alerts import AlertResolved
from contracts.vocabulary import AlertOutcome, AlertRule
from services.notify import actions, queries
from services.notify.pages import PAGES
from services.notify.rules import answering, resolving, sharing

router = APIRouter(prefix="/alerts/{cause}")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Answerer = Annotated[Caller, right(sharing.ANSWER)]
Typed = Annotated[str, Form()]
Rule = Annotated[AlertRule, Form()]
Once = Annotated[Id, Form()]
FAULTS = frozenset({"outcome", "narrative", "changed-since", *answering.Refusal, *resolving.Refusal})
"""Why something is not taken, as the last part of a message id."""
NOTHING_TYPED = {"rule": "", "outcome": "", "words": ""}


@router.post("/resolve")
async def resolve(
    request: Request,
    cause: Id,
    runtime: TheRuntime,
    caller: Answerer,
    once: Once,
    rule: Rule,
    generation: Annotated[int, Form()],
    outcome: Typed = "",
    words: Typed = "",
) -> Response:
    """What was done about it, now, by the caller or somebody whom they name."""
    asked = {"rule": rule, "outcome": outcome, "words": words}
    narrative = {"text": words.strip()} if words.strip() else None
    alert = {"cause": cause, "rule": rule, "generation": generation}
    try:
        said = AlertResolved.model_validate({**alert, "outcome": outcome, "narrative": narrative})
        await actions.resolve(runtime, caller, said, once)
    except ValidationError as error:
        return await page(request, runtime, caller, cause, str(error.errors()[0]["loc"][0]), 422, asked)
    except Refused as refused:
        if refused.fault != "same-key-other-content":  # the button was pressed twice
            return await page(request, runtime, caller, cause, refused.fault, refused.status, asked)
    return _back(cause)


@router.post("/resolved/{root}/take-back")
async def take_back(
    request: Request,
    cause: Id,
    root: Id,
    runtime: TheRuntime,
    caller: Answerer,
    once: Once,
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """It was not so, or not of this alert: it is asked again."""
    try:
        await actions.unresolve(runtime, caller, cause, root, version, once)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await page(request, runtime, caller, cause, refused.fault, refused.status)
    return _back(cause)


async def page(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    cause: str,
    fault: str | None = None,
    status: int = 200,
    asked: Mapping[str, str] = NOTHING_TYPED,
) -> HTMLResponse:
    """One alert as it stands, with what was typed about it, and why that was not taken. Raises Problem."""
    fresh = await runtime.fresh_until()
    shown = await queries.alert(runtime, caller, cause)
    if shown is None:
        raise queries.missing(runtime)
    look = PAGES.look(request, caller, *await PAGES.unsound(runtime, f"o:{cause}"))
    known = {"asked": asked, "once": new_id(), "outcomes": list(AlertOutcome)}
    if request.method == "POST":
        look = replace(look, path="/notify/alerts")
    if status == 503:
        says: str | None = "frame.not-saved"
    else:
        says = f"fault.{fault if fault in FAULTS else 'other'}" if fault else None
    return PAGES.show("alert.html", look, status, alert=shown, fresh=fresh, fault=fault, says=says, **known)


def _back(cause: str) -> Response:
    return RedirectResponse(f"/notify/alerts/{cause}", 303)
