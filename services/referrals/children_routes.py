"""HTTP of children: how a child lives, that a child was missing and was asked about it, that the school was
told; and the days of schools. Decisions are in ``contracts.rules``."""

from typing import Annotated

from fastapi import APIRouter, Response, status

from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from contracts.events.children import (
    CircumstancesSaid,
    InterviewSaid,
    MissingReported,
    SchoolCalendarSet,
    SchoolTold,
)
from contracts.submission import Receipt, Submission
from services.referrals import actions
from services.referrals.routes import TheRuntime
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals/v1", tags=["children"])

Sayer = Annotated[Caller, right(sharing.SAY_CHILD)]
Setter = Annotated[Caller, right(sharing.SET_SCHOOL_DAYS)]


@router.post("/child-circumstances", status_code=status.HTTP_201_CREATED)
async def say_circumstances(
    submission: Submission[CircumstancesSaid],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Where a child learns, under which plan, with which social worker, and in whose words. The school stands
    in the child's location."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CHILD, key)
    return receipt(response, "referrals", taken)


@router.post("/missing-children", status_code=status.HTTP_201_CREATED)
async def report_missing(
    submission: Submission[MissingReported],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A child went missing; and was found, which a correction adds. From then on the return interview is
    owed within 72 hours."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CHILD, key)
    return receipt(response, "referrals", taken)


@router.post("/return-interviews", status_code=status.HTTP_201_CREATED)
async def say_interview(
    submission: Submission[InterviewSaid],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A return interview was offered, held or refused. An offer stops no clock."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CHILD, key)
    return receipt(response, "referrals", taken)


@router.post("/school-tellings", status_code=status.HTTP_201_CREATED)
async def tell_school(
    submission: Submission[SchoolTold],
    runtime: TheRuntime,
    caller: Sayer,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """A school, or the local authority in its place, was told; or has acknowledged it (Operation
    Encompass)."""
    taken = await actions.report(runtime, caller, submission, sharing.SAY_CHILD, key)
    return receipt(response, "referrals", taken)


@router.post("/school-calendars", status_code=status.HTTP_201_CREATED)
async def set_school_days(
    submission: Submission[SchoolCalendarSet],
    runtime: TheRuntime,
    caller: Setter,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """The terms of a school or of an area's schools, and the days in them without pupils."""
    taken = await actions.report(runtime, caller, submission, sharing.SET_SCHOOL_DAYS, key)
    return receipt(response, "referrals", taken)
