"""HTTP of support: what is said of it, who is owed it, and the pages of both. Decisions are in ``rules``."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.ids import new_id
from chassis.pages.known import Asked, asked_of, now_or_then
from chassis.pages.times import moment
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.support import CapacityTold, RoleTaken, SupportProgressed
from contracts.rules.support import REASONED, SERVICES_OWN
from contracts.sections import Routing
from contracts.submission import Receipt, Submission
from contracts.times import Moment
from contracts.vocabulary import SupportKind, SupportReason, SupportStep
from services.referrals import actions, support_list
from services.referrals.pages import PAGES, unsound
from services.referrals.rules import sharing, supporting

router = APIRouter(prefix="/referrals/v1", tags=["support"])
pages = APIRouter(prefix="/referrals", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Sayer = Annotated[Caller, right(sharing.SAY_SUPPORT)]
Stepper = Annotated[Caller, right(sharing.STEP_SUPPORT)]
Reader = Annotated[Caller, right(sharing.READ_SUPPORT)]
At = Annotated[Moment | None, Query(description="as it was known then")]
OfThen = Annotated[Asked, Depends(asked_of)]
NOT_ASKED = Asked()


class TypedStep(BaseModel):
    """The form of a step as somebody typed it."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    support: str = SupportKind.IDVA
    step: str = ""
    reason: str = ""
    service: str = ""
    day: str = ""
    at: str = ""

    def said(self) -> dict[str, str | None]:
        """What was said, of what belongs to the step: the service is of an offer or a referral, the reason of
        what was refused, declined or ended."""
        return {
            "support": self.support,
            "step": self.step,
            "service": (self.service or None) if self.step not in SERVICES_OWN else None,
            "reason": (self.reason or None) if self.step in REASONED else None,
        }


class SupportReceipt(Receipt):
    """The answer to a step of support: what it leaves to ask, and which services may be asked."""

    asks: list[supporting.Question]
    services: list[support_list.ServiceShown] = Field(description="of the area: who has most room first")


@router.post("/support-steps", status_code=status.HTTP_201_CREATED)
async def say_support(
    submission: Submission[SupportProgressed],
    runtime: TheRuntime,
    caller: Stepper,
    response: Response,
    key: IdempotencyKey,
) -> SupportReceipt:
    """A step of a referral to support, by whoever took it: offered, refused, made; and by the service itself
    received, accepted, declined, tried, engaged, ended."""
    taken = await actions.report(runtime, caller, submission, sharing.STEP_SUPPORT, key)
    said = submission.content
    area = said.routing.area if isinstance(said.routing, Routing) else None
    return SupportReceipt(
        **receipt(response, "referrals", taken).model_dump(),
        asks=supporting.questions(said),
        services=list((await support_list.known(runtime)).services(said.support, area)),
    )


@router.post("/capacities", status_code=status.HTTP_201_CREATED)
async def tell_capacity(
    submission: Submission[CapacityTold],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """How much room the caller's service has, from when it happened. The newest word holds."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_SUPPORT, key)
    return receipt(response, "referrals", taken)


@router.post("/case-roles", status_code=status.HTTP_201_CREATED)
async def take_role(
    submission: Submission[RoleTaken],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Who of the caller's agency is in a victim's case, and how colleagues reach them."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_SUPPORT, key)
    return receipt(response, "referrals", taken)


@router.get("/support")
async def waiting(runtime: TheRuntime, caller: Reader) -> support_list.SupportList:
    """The victims of the caller's areas who are owed support, the first to be late first. A service's system
    sees those of the areas that its agency serves: this is where an IDVA service finds that it is asked."""
    return await support_list.waiting(runtime, caller)


@router.get("/support/{mention}")
async def open_support(
    mention: Id, runtime: TheRuntime, caller: Reader, at: At = None
) -> support_list.SupportPage:
    """The support of one victim: how far it has come, what is owed, how to reach them, whom to ask. With
    ``at`` no way to reach anybody is given: ``way_then`` is what was thought safe then, never to be used."""
    return await support_list.open_support(runtime, caller, mention, at)


@pages.get("/support")
async def waiting_page(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """The victims who are owed support."""
    shown = await support_list.waiting(runtime, caller)
    return PAGES.show("support_list.html", PAGES.look(request, caller), page=shown)


@pages.get("/support/{mention}")
async def support_page(
    request: Request, mention: Id, runtime: TheRuntime, caller: Reader, asked: OfThen, at: At = None
) -> Response:
    """The support of one victim: where an alert that nobody was reached leads. As it is now, or as it was
    known; or off to the time asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        return await _show(request, mention, runtime, caller, at=at, asked=asked, not_given=fault)

    return await now_or_then(f"/referrals/support/{mention}", runtime, asked, at, show)


@pages.post("/support/{mention}/steps")
async def step_by_page(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Stepper,
    typed: Annotated[TypedStep, Form()],
) -> Response:
    """Record a step of support by a form, for whoever has no system that says it."""
    fault = "when"
    try:
        occurred = moment(typed.day, typed.at, runtime.clock.now())
        fault = "step"
        said = SupportProgressed.model_validate({"victim": mention, **typed.said()})
        await support_list.say(runtime, caller, said, occurred, f"{typed.once}-step")
    except ValueError:
        return await _show(request, mention, runtime, caller, typed, fault)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            fault = "busy" if refused.status == 503 else "form"
            return await _show(request, mention, runtime, caller, typed, fault)
    return RedirectResponse(f"/referrals/support/{mention}", 303)


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedStep | None = None,
    fault: str = "",
    *,
    at: datetime | None = None,
    asked: Asked = NOT_ASKED,
    not_given: str | None = None,
) -> HTMLResponse:
    shown = await support_list.open_support(runtime, caller, mention, at)
    then = PAGES.as_known(at, shown.at, f"/referrals/support/{mention}")
    names = (await support_list.known(runtime)).agencies
    says = (
        at is None and shown.who_known and not caller.roles.isdisjoint(sharing.RIGHTS[sharing.STEP_SUPPORT])
    )
    return PAGES.show(
        "support.html",
        PAGES.look(request, caller, *await unsound(runtime, mention, then=at), *then),
        503 if fault == "busy" else 422 if fault or not_given else 200,
        page=shown,
        agencies={agency: defined.name for agency, defined in names.items()},
        may_say=says,
        typed=typed,
        once=new_id(),
        fault=fault,
        kinds=SupportKind,
        steps=SupportStep,
        reasons=SupportReason,
        **asked.shown(PAGES, at, not_given),
    )
