"""HTTP of what comes before a meeting: who waits, what is decided of a referral, an emergency meeting, what a
MARAC chooses. REST and pages; decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey, Upon, etag
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.configuration import ThresholdSet
from contracts.events.listing import MaracSet
from contracts.submission import Receipt
from services.marac import listing_actions, shown_listing
from services.marac.conference import waiting as listing
from services.marac.listing_actions import Emergency, ToDecide, ToReturn
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["listing"])

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
OfWaiting = Annotated[Caller, right(sharing.READ_WAITING)]
OfReturned = Annotated[Caller, right(sharing.READ_RETURNED)]
OfChoices = Annotated[Caller, right(sharing.READ_CHOICES)]
Chooses = Annotated[Caller, right(sharing.SET_THRESHOLD)]
Calls = Annotated[Caller, right(sharing.CALL_EMERGENCY)]
Lists = Annotated[Caller, right(sharing.LIST_CASE)]
Returns = Annotated[Caller, right(sharing.RETURN_REFERRAL)]
Decides = Annotated[Caller, right(sharing.DECIDE_PARTIES)]


@router.get("/waiting")
async def waiting(runtime: TheRuntime, caller: OfWaiting) -> shown_listing.Waiting:
    """The cases that wait in each of the caller's MARACs, those to be listed first on top, with the meetings
    to come, the room that each has, and what is odd."""
    return await listing.waiting(runtime, caller)


@router.get("/cases/{case}/decisions")
async def decisions(
    case: Id, runtime: TheRuntime, caller: OfWaiting, response: Response
) -> shown_listing.CaseDecisions:
    """Which criteria a case meets and why, which other cases may be of the same people, what was decided.
    ``ETag`` is that of who is the primary victim, to decide it by."""
    shown = await listing.decisions(runtime, caller, case)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.post("/cases/{case}/returns", status_code=status.HTTP_201_CREATED)
async def return_referral(
    case: Id, asked: ToReturn, runtime: TheRuntime, caller: Returns, response: Response, key: IdempotencyKey
) -> Receipt:
    """Return a referral to whoever made it, with advice. A new fact that meets a criterion brings it back.
    409 for a case that a MARAC took over from another: it is listed there."""
    taken = await listing_actions.return_referral(runtime, caller, case, asked, key)
    return receipt(response, "marac", taken)


@router.post("/cases/{case}/parties", status_code=status.HTTP_201_CREATED)
async def decide_parties(
    case: Id, asked: ToDecide, runtime: TheRuntime, caller: Decides, response: Response, at_hand: Upon
) -> Receipt:
    """Say who is the primary victim of a case whose parties accuse each other, upon the ``ETag`` of its
    decisions. The newest holds. 412 where somebody has decided since."""
    taken = await listing_actions.decide_parties(runtime, caller, case, asked, at_hand)
    return receipt(response, "marac", taken)


@router.get("/returned")
async def returned(runtime: TheRuntime, caller: OfReturned) -> shown_listing.ReturnedReferrals:
    """The referrals of the caller's own agency that were returned, with the advice."""
    return await listing_actions.returned(runtime, caller)


@router.post("/emergency-meetings", status_code=status.HTTP_201_CREATED)
async def call_emergency(
    asked: Emergency, runtime: TheRuntime, caller: Calls, response: Response, key: IdempotencyKey
) -> Receipt:
    """Call a meeting that cannot wait, with the case that it is for, in one step. Its id is the ``root``.
    Also for the chair of its area, and for whoever is on duty there: they, who see no case, call it without.
    """
    taken = await listing_actions.call_emergency(runtime, caller, asked, key)
    return receipt(response, "marac", taken)


@router.get("/choices")
async def areas(runtime: TheRuntime, caller: OfChoices) -> shown_listing.Areas:
    """The MARACs of the caller's areas."""
    return await listing_actions.areas(runtime, caller)


@router.get("/choices/{area}")
async def choices(
    area: AreaId, runtime: TheRuntime, caller: OfChoices, response: Response
) -> shown_listing.Choices:
    """What holds in an area: since when, set by whom, and all that was set before. ``ETag`` is the
    version of what was set here, thresholds too."""
    shown = await listing_actions.choices(runtime, caller, area)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.post("/choices", status_code=status.HTTP_201_CREATED)
async def choose(
    said: MaracSet, runtime: TheRuntime, caller: Chooses, response: Response, at_hand: Upon
) -> Receipt:
    """Set what a MARAC chooses for itself, as a whole, upon the ``ETag`` of what its area has chosen. The
    newest holds. 412 where somebody has set anything since."""
    return receipt(response, "marac", await listing_actions.choose(runtime, caller, said, at_hand))


@router.post("/thresholds", status_code=status.HTTP_201_CREATED)
async def set_threshold(
    said: ThresholdSet, runtime: TheRuntime, caller: Chooses, response: Response, at_hand: Upon
) -> Receipt:
    """Set a number that an area chooses for itself, upon the ``ETag`` of what it has chosen. The newest
    holds. 412 where somebody has set anything since."""
    return receipt(response, "marac", await listing_actions.set_upon(runtime, caller, said, at_hand))
