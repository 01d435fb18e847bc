"""What a victim chose not to tell the police, over HTTP: kept, read and opened by support alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from contracts.submission import Receipt, Submission
from services.referrals import actions, withheld
from services.referrals.rules import sharing

router = APIRouter(prefix="/referrals/v1")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]


@router.post("/withheld", status_code=status.HTTP_201_CREATED)
async def keep(
    submission: Submission[WithheldFromPolice],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.KEEP_WITHHELD)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """What a victim chose not to tell the police: it reaches no view of theirs by any path."""
    taken = await actions.report(runtime, caller, submission, sharing.KEEP_WITHHELD, key)
    return receipt(response, "referrals", taken)


@router.post("/withheld-openings", status_code=status.HTTP_201_CREATED)
async def open_up(
    submission: Submission[WithheldOpened],
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.OPEN_WITHHELD)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Tell some of it to all who work on the case, by a lawful basis and with the reason. For the agency that
    keeps it."""
    taken = await actions.report(runtime, caller, submission, sharing.OPEN_WITHHELD, key)
    return receipt(response, "referrals", taken)


@router.get("/withheld/{case}")
async def read(
    case: Id, runtime: TheRuntime, caller: Annotated[Caller, right(sharing.READ_WITHHELD)]
) -> withheld.KeptOfCase:
    """What the victim of a case chose not to tell the police, and what was opened of it. The look is on
    record."""
    return await withheld.open_case(runtime, caller, case)
