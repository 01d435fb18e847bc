"""HTTP of what a victim is owed: safety plans, their reviews, the victim contract, and that she was told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from chassis.http.app import the_runtime
from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.owed import ContractAgreed, PlanMade, PlanReviewed, VictimTold
from contracts.submission import Receipt, Submission
from contracts.times import Moment
from services.referrals import actions, owed
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals/v1")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
At = Annotated[Moment | None, Query(description="as it was known then")]


@router.post("/safety-plans", status_code=status.HTTP_201_CREATED)
async def make_plan(
    submission: Submission[PlanMade],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.PLAN)],
    response: Response,
    key: IdempotencyKey,
) -> owed.PlanReceipt:
    """A safety plan. It is taken whatever it says; the answer says whether it is adequate for the risk, and
    every reason why not. Until an adequate one stands that is a gap with a clock."""
    taken, refused = await owed.make_plan(runtime, caller, submission, key)
    said = receipt(response, "referrals", taken).model_dump()
    return owed.PlanReceipt(**said, adequate=not refused, refused=list(refused))


@router.post("/safety-plan-reviews", status_code=status.HTTP_201_CREATED)
async def review_plan(
    submission: Submission[PlanReviewed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.REVIEW_PLAN)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Somebody looked at a plan again: it stands, until when; or it is to be changed."""
    taken = await actions.report(runtime, caller, submission, sharing.REVIEW_PLAN, key)
    return receipt(response, "referrals", taken)


@router.post("/victim-contracts", status_code=status.HTTP_201_CREATED)
async def agree_contract(
    submission: Submission[ContractAgreed],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.AGREE_CONTRACT)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """How often, how and by whom a victim is to be told. The newest stands."""
    taken = await actions.report(runtime, caller, submission, sharing.AGREE_CONTRACT, key)
    return receipt(response, "referrals", taken)


@router.post("/victim-updates", status_code=status.HTTP_201_CREATED)
async def tell_victim(
    submission: Submission[VictimTold],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.TELL)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A victim was told of something; or it was tried, or a reason lets it stand. To have tried stops no
    clock."""
    taken = await actions.report(runtime, caller, submission, sharing.TELL, key)
    return receipt(response, "referrals", taken)


@router.get("/victims/{mention}")
async def open_victim(
    mention: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.READ_OWED)], at: At = None
) -> owed.VictimPage:
    """What is owed to a victim: plans and why one is not adequate, the review that is owed, the contract, and
    what is to be told by when. With ``at`` no way to reach anybody is given: ``way_then`` is what was thought
    safe then, never to be used. The look is on record."""
    return await owed.open_victim(runtime, caller, mention, at)
