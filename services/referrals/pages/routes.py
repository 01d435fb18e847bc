"""The pages of referrals over HTTP: decode, ask ``review``, show. Looks are on record there."""

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
from contracts.events.identity import IdentityDecided, MixtureAnswered
from contracts.vocabulary import IdentityAnswer
from services.referrals import mixtures, review
from services.referrals.pages import DECIDERS, PAGES, contact, hearing, lead, owed, plan, unsound
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals", include_in_schema=False)
router.include_router(owed.router)
router.include_router(contact.router)
router.include_router(plan.router)
router.include_router(hearing.router)
router.include_router(lead.router)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Answerer = Annotated[Caller, right(sharing.ANSWER_LINK)]
Decider = Annotated[Caller, right(sharing.DECIDE_IDENTITY)]
Typed = Annotated[str, Form()]
NOTHING_DONE = {"reported": "", "reason": ""}
NOTHING_SAID = {"answer": "", "reason": ""}


@router.get("/")
async def reviews(request: Request, runtime: TheRuntime, caller: Decider) -> HTMLResponse:
    """Which two records the caller is asked about, and what was decided."""
    shown = await review.waiting(runtime, caller)
    links = await mixtures.unanswered(runtime, caller)
    return PAGES.show("reviews.html", PAGES.look(request, caller), page=shown, links=links)


@router.get("/reviews/{one}/{other}")
async def open_review(
    request: Request, one: Id, other: Id, runtime: TheRuntime, caller: Decider
) -> HTMLResponse:
    """Two records side by side."""
    return await _review(request, one, other, runtime, caller)


@router.post("/reviews/{one}/{other}")
async def decide(
    request: Request,
    one: Id,
    other: Id,
    runtime: TheRuntime,
    caller: Decider,
    once: Annotated[Id, Form()],
    seen: Typed = "",
    answer: Typed = "",
    reason: Typed = "",
) -> Response:
    """Record what the caller decides of the two, if they are still as they were when looked at."""
    asked = {"answer": answer, "reason": reason.strip()}
    shown = await review.open_review(runtime, caller, one, other)
    if seen != shown.seen:
        return await _review(request, one, other, runtime, caller, asked, "changed")
    try:
        said = IdentityDecided.model_validate({"mentions": [one, other], **asked})
        if said.answer is IdentityAnswer.SAME and not shown.may_be_same:
            return await _review(request, one, other, runtime, caller, asked, "answer")
        await review.decide(runtime, caller, said, once)
    except ValidationError as error:
        fault = str(error.errors()[0]["loc"][0])
        return await _review(request, one, other, runtime, caller, asked, fault)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse(f"/referrals/reviews/{one}/{other}", 303)


@router.post("/reviews/{one}/{other}/undo")
async def undo(
    request: Request,
    one: Id,
    other: Id,
    runtime: TheRuntime,
    caller: Decider,
    once: Annotated[Id, Form()],
    root: Typed = "",
    version: Typed = "",
) -> Response:
    """Take back what the caller's agency decided last of the two, if it is what the caller looked at."""
    shown = await review.open_review(runtime, caller, one, other)
    last = shown.decision
    if last is None or (root, version) != (last.root, str(last.version)):
        return await _review(request, one, other, runtime, caller, fault="changed")
    await review.undo(runtime, caller, shown, once)
    return RedirectResponse(f"/referrals/reviews/{one}/{other}", 303)


@router.get("/links/{link}")
async def open_link(request: Request, link: Id, runtime: TheRuntime, caller: Answerer) -> HTMLResponse:
    """A link that was undone: who had been shown the mixture, and by when something is to be done."""
    return await _link(request, link, runtime, caller)


@router.post("/links/{link}")
async def answer_link(
    request: Request,
    link: Id,
    runtime: TheRuntime,
    caller: Answerer,
    once: Annotated[Id, Form()],
    reported: Typed = "",
    reason: Typed = "",
) -> Response:
    """Record what was done about it, now."""
    asked = {"reported": reported, "reason": reason.strip()}
    given = {"link": link, "reported": {"yes": True, "no": False}.get(reported), "reason": asked["reason"]}
    try:
        await mixtures.answer(runtime, caller, MixtureAnswered.model_validate(given), once)
    except ValidationError as error:
        return await _link(request, link, runtime, caller, asked, str(error.errors()[0]["loc"][0]))
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse(f"/referrals/links/{link}", 303)


async def _link(
    request: Request,
    link: str,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, str] = NOTHING_DONE,
    fault: str = "",
) -> HTMLResponse:
    shown = await mixtures.open_mixture(runtime, caller, link)
    known = {"asked": asked, "fault": fault, "once": new_id(), "agencies": await _agencies(runtime)}
    may_review = not caller.roles.isdisjoint(DECIDERS)
    look, status = PAGES.look(request, caller), 422 if fault else 200
    return PAGES.show("link.html", look, status, page=shown, may_review=may_review, **known)


async def _agencies(runtime: Runtime) -> dict[str, str]:
    named = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    return {fact.said.agency: fact.said.name for fact in named}


async def _review(
    request: Request,
    one: str,
    other: str,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, str] = NOTHING_SAID,
    fault: str = "",
) -> HTMLResponse:
    shown = await review.open_review(runtime, caller, one, other)
    known = {
        "asked": asked,
        "fault": fault,
        "once": new_id(),
        "agencies": await _agencies(runtime),
        "answers": [code for code in IdentityAnswer if shown.may_be_same or code is not IdentityAnswer.SAME],
    }
    look = PAGES.look(request, caller, *await unsound(runtime, one, other))
    return PAGES.show("review.html", look, 422 if fault else 200, page=shown, **known)
