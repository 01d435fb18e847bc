"""HTTP: decode, call, answer. Decisions are in ``actions`` and ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from chassis.http.app import the_runtime
from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.orders import (
    MOST_VERSIONS,
    BreachProgressed,
    BreachReported,
    OrderCirculated,
    OrderMade,
    OrderQuestionAnswered,
    OrderServed,
    PatternDecided,
)
from contracts.sections import Record
from contracts.submission import Receipt, Submission
from contracts.times import Moment
from contracts.vocabulary import TeamKind
from services.orders import actions, briefing, circulation
from services.orders.asked_about import ByPncId, ByReference
from services.orders.briefing import Briefing
from services.orders.rules import sharing
from services.orders.status import order_status as status_of
from services.orders.views.order_shown import OrderPage, OrdersWaiting
from services.orders.views.shown import BreachShown, StatusShown

router = APIRouter(prefix="/orders/v1")


class StatusAsked(BaseModel):
    """Whose orders are asked for: the person of a record of the caller's own agency."""

    model_config = ConfigDict(extra="forbid")

    record: Record


class Confirmed(BaseModel):
    """For which team an order is confirmed, and in which version."""

    model_config = ConfigDict(extra="forbid")

    team: TeamKind
    version: StrictInt = Field(ge=1, le=MOST_VERSIONS)


TheRuntime = Annotated[Runtime, Depends(the_runtime)]
At = Annotated[Moment | None, Query(description="as it was known then")]


@router.post("/orders", status_code=status.HTTP_201_CREATED)
async def report_order(
    submission: Submission[OrderMade],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_REPORT)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An order, notice or bail was made. 200 with the first answer when it is sent again."""
    taken = await actions.report(runtime, caller, submission, sharing.ORDER_REPORT, key)
    return receipt(response, "orders", taken)


@router.post("/services", status_code=status.HTTP_201_CREATED)
async def report_service(
    submission: Submission[OrderServed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SERVICE_REPORT)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An order was served, or the respondent came to know of it. It names the respondent."""
    taken = await actions.report(runtime, caller, submission, sharing.SERVICE_REPORT, key)
    return receipt(response, "orders", taken)


@router.post("/circulations", status_code=status.HTTP_201_CREATED)
async def report_circulation(
    submission: Submission[OrderCirculated],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_CIRCULATE)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """An order of the caller's force was sent to teams, or entered into PNC or PND."""
    taken = await actions.report(runtime, caller, submission, sharing.ORDER_CIRCULATE, key)
    return receipt(response, "orders", taken)


@router.post("/question-answers", status_code=status.HTTP_201_CREATED)
async def report_answer(
    submission: Submission[OrderQuestionAnswered],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_ANSWER)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What an order of the caller's force leaves to ask is answered in words. It is asked again once the
    order is varied."""
    taken = await actions.report(runtime, caller, submission, sharing.ORDER_ANSWER, key)
    return receipt(response, "orders", taken)


@router.get("/orders")
async def orders_waiting(
    runtime: TheRuntime, caller: Annotated[Caller, right(sharing.ORDER_READ)]
) -> OrdersWaiting:
    """Which orders end within 14 days, and what replaces them; what waits for the caller's teams to confirm,
    and for their force to circulate."""
    return await circulation.waiting(runtime, caller)


@router.get("/briefing")
async def orders_briefing(
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_BRIEF)],
    area: Annotated[AreaId | None, Query()] = None,
) -> Briefing:
    """The orders in force of an area, for officers who go on shift; without one, of all areas of the caller.
    The look is on record."""
    return await briefing.briefing(runtime, caller, area)


@router.get("/orders/{order}")
async def open_order(
    order: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.ORDER_READ)], at: At = None
) -> OrderPage:
    """An order, as its force or a team that was sent it may see it. The look is on record."""
    return await circulation.open_order(runtime, caller, order, at)


@router.post("/orders/{order}/acknowledgements")
async def acknowledge_order(
    order: Id,
    confirmed: Confirmed,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_ACKNOWLEDGE)],
    key: IdempotencyKey,
) -> OrderPage:
    """A signed-in person has read an order, for a team of theirs that was sent it. No system can."""
    team, version = confirmed.team, confirmed.version
    return await circulation.acknowledge(runtime, caller, order, team, version, key)


@router.post("/breaches", status_code=status.HTTP_201_CREATED)
async def report_breach(
    submission: Submission[BreachReported],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_REPORT)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A breach, by whoever saw it. The order need not be known: it is looked for, and whoever must
    answer is told all the same."""
    taken = await actions.report(runtime, caller, submission, sharing.BREACH_REPORT, key)
    return receipt(response, "orders", taken)


@router.post("/breach-steps", status_code=status.HTTP_201_CREATED)
async def report_step(
    submission: Submission[BreachProgressed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_PROGRESS)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A step of the answer to a breach, by the police: when it was taken is ``occurred``."""
    taken = await actions.report(runtime, caller, submission, sharing.BREACH_PROGRESS, key)
    return receipt(response, "orders", taken)


@router.post("/pattern-decisions", status_code=status.HTTP_201_CREATED)
async def report_decision(
    submission: Submission[PatternDecided],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_PROGRESS)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What an officer decided of an offence that a breach's facts may be, and why. ``considered`` is as the
    breach gave it when they looked."""
    taken = await actions.report(runtime, caller, submission, sharing.BREACH_PROGRESS, key)
    return receipt(response, "orders", taken)


@router.post("/status")
async def order_status(
    asked: StatusAsked, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.STATUS_READ)]
) -> StatusShown:
    """What is in force now for the person of the caller's own record, and whether it can be enforced. The
    record's number is in the body: an address is written down on the way. The look is on record."""
    return await status_of(runtime, caller, asked.record)


@router.post("/status/by-reference")
async def order_status_by_reference(
    asked: ByReference, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.STATUS_READ)]
) -> StatusShown:
    """The same for whom an order binds, by the reference that it bears, its agency's or the court's: exactly
    that one. 409 where it is of more than one person; 422 where agencies use it for different people, and
    none is named."""
    return await status_of(runtime, caller, asked)


@router.post("/status/by-pnc-id")
async def order_status_by_pnc_id(
    asked: ByPncId, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.STATUS_READ)]
) -> StatusShown:
    """The same for a respondent, by their PNC ID. 409 where more than one person has it; 422 where it can be
    nobody's."""
    return await status_of(runtime, caller, asked)


@router.get("/breaches/{cause}")
async def open_breach(
    cause: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.BREACH_READ)], at: At = None
) -> BreachShown:
    """A breach, its order and its people, as the reader may see them. The look is on record. With ``at``
    no way to reach anybody is given: ``way_then`` is what was thought safe then, and never to be used."""
    return await actions.open_breach(runtime, caller, cause, at)
