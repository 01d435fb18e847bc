"""The page of what a victim is owed: decode, ask ``owed``, show. Its forms say what was done, beside which
way to reach the victim is safe, or that none is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.pages.known import Asked, asked_of, now_or_then
from chassis.pages.times import moment
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AgencyDefined
from contracts.events.owed import PlanReviewed, VictimTold
from contracts.times import Moment
from contracts.vocabulary import ContactMethod, PlanReviewResult, Teller, ToldResult, UpdateKind
from services.referrals import owed
from services.referrals.pages import PAGES, unsound
from services.referrals.rules import sharing

router = APIRouter(prefix="/victims", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_OWED)]
At = Annotated[Moment | None, Query()]
OfThen = Annotated[Asked, Depends(asked_of)]
NOT_ASKED = Asked()
Typed = Annotated[str, Form()]
Ticked = Annotated[list[str], Form(default_factory=list)]
WAYS = tuple(way for way in ContactMethod if way is not ContactMethod.NONE_KNOWN)
FAULTS = {"of", "result", "by", "reason_missing", "review_on", "review_date_missing", "when"}
"""What can be wrong with a form, as the last part of a message id."""


@router.get("/{mention}")
async def open_victim(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Reader,
    asked: OfThen,
    at: At = None,
    case: Id | None = None,
) -> Response:
    """What is owed to a victim, what is late first: as it is now, or as it was known; or off to the time
    asked for. ``case``: of which what a MARAC came to is being told."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        told = {"case": case}
        return await _show(request, mention, runtime, caller, told=told, at=at, asked=asked, not_given=fault)

    return await now_or_then(_address(mention, case), runtime, asked, at, show)


@router.post("/{mention}/told")
async def tell(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.TELL)],
    once: Annotated[Id, Form()],
    of: Ticked,
    result: Typed = "",
    by: Typed = "",
    method: Typed = "",
    day: Typed = "",
    at: Typed = "",
    reason: Typed = "",
    case: Typed = "",
) -> Response:
    """Record that the victim was told, or that it was tried."""
    asked = {"of": of, "result": result, "by": by, "method": method, "day": day, "at": at}
    asked |= {"reason": reason.strip(), "case": case}
    given = {"victim": mention, "of": of, "result": result, "by": by, "method": method or None}
    given["case"] = case or None
    try:
        said = VictimTold.model_validate(given | _narrative(reason))
        occurred = moment(day.strip(), at.strip(), runtime.clock.now())
        await owed.say(runtime, caller, said, occurred, f"{once}-told")
    except (ValidationError, ValueError, Refused) as error:
        if isinstance(error, Refused) and error.status == 409:  # the button was pressed twice
            return _back(mention)
        return await _show(request, mention, runtime, caller, told=asked, fault=_fault(error))
    return _back(mention)


@router.post("/{mention}/reviews")
async def review(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.REVIEW_PLAN)],
    once: Annotated[Id, Form()],
    plan: Annotated[Id, Form()],
    result: Typed = "",
    review_on: Typed = "",
    why: Typed = "",
) -> Response:
    """Record that somebody looked at a plan again, now."""
    asked = {"plan": plan, "result": result, "review_on": review_on, "why": why.strip()}
    given = {"victim": mention, "plan": plan, "result": result, "review_on": review_on or None}
    try:
        said = PlanReviewed.model_validate(given | _narrative(why))
        await owed.say(runtime, caller, said, runtime.clock.now(), f"{once}-review")
    except (ValidationError, Refused) as error:
        if isinstance(error, Refused) and error.status == 409:  # the button was pressed twice
            return _back(mention)
        return await _show(request, mention, runtime, caller, reviewed=asked, fault=_fault(error))
    return _back(mention)


def _narrative(text: str) -> dict[str, Any]:
    return {"narrative": {"text": text.strip()} if text.strip() else None}


def _fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        found = str(first["loc"][0]) if first["loc"] else first["type"]
    else:
        found = error.fault if isinstance(error, Refused) else "when"
    return found if found in FAULTS else "form"


def _back(mention: str) -> RedirectResponse:
    return RedirectResponse(_address(mention), 303)


def _address(mention: str, case: str | None = None) -> str:
    return f"/referrals/victims/{mention}{f'?case={case}' if case else ''}"


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    told: Mapping[str, Any] | None = None,
    reviewed: Mapping[str, Any] | None = None,
    fault: str = "",
    *,
    at: datetime | None = None,
    asked: Asked = NOT_ASKED,
    not_given: str | None = None,
) -> HTMLResponse:
    shown = await owed.open_victim(runtime, caller, mention, at)
    told = told or {}
    address = _address(mention, told.get("case"))
    then = PAGES.as_known(at, shown.at, address)
    defined = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    codes = {"kinds": UpdateKind, "results": ToldResult, "tellers": Teller, "ways": WAYS}
    codes |= {"found": PlanReviewResult}
    return PAGES.show(
        "victim.html",
        PAGES.look(request, caller, *await unsound(runtime, mention, then=at), *then),
        422 if fault or not_given else 200,
        page=shown,
        once=new_id(),
        agencies={fact.said.agency: fact.said.name for fact in defined},
        address=address,
        may_tell=at is None and not caller.roles.isdisjoint(sharing.RIGHTS[sharing.TELL]),
        told=told,
        reviewed=reviewed or {},
        fault=fault,
        **codes,
        **asked.shown(PAGES, at, not_given),
    )
