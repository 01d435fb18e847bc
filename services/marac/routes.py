"""HTTP: decode, call, answer. Decisions are in ``actions``, ``queries`` and ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import BaseModel, ConfigDict

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.facts import receipt
from chassis.http.paging import Paging, paging
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.submission import Receipt
from contracts.times import Moment
from services.marac import actions, queries
from services.marac.rules import sharing
from services.marac.shown import Agenda, CasePage, Meetings, SourcePage
from services.marac.shown_cohort import Cohort, PerpetratorPage

router = APIRouter(prefix="/marac/v1")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
CaseReader = Annotated[Caller, right(sharing.READ_CASE)]
MeetingReader = Annotated[Caller, right(sharing.READ_MEETING)]
At = Annotated[Moment | None, Query(description="as it was known then")]
AtMonth = Annotated[Moment | None, Query(description="as it was known when the month of it began")]
CohortReader = Annotated[Caller, right(sharing.READ_COHORT)]


class Listing(BaseModel):
    """Which case is put on an agenda."""

    model_config = ConfigDict(extra="forbid")

    case: Id


class Cases(BaseModel):
    """Cases, by id."""

    cases: list[Id]


@router.post("/meetings/{meeting}/cases", status_code=status.HTTP_201_CREATED, tags=["meetings"])
async def list_case(
    meeting: Id,
    listing: Listing,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.LIST_CASE)],
    response: Response,
) -> Receipt:
    """Put a case on the agenda of a meeting. 404 unless the caller may see both. One that stands there has
    one fact: whoever lists it again has the first receipt, under whatever key."""
    return receipt(response, "marac", await actions.list_case(runtime, caller, meeting, listing.case))


@router.get("/meetings", tags=["meetings"])
async def meetings(
    runtime: TheRuntime, caller: MeetingReader, page: Annotated[Paging, paging("meetings")]
) -> Meetings:
    """The meetings of the caller's areas: those to come, soonest first; of those past one page, newest first.
    For a coordinator, also the cases that are on no agenda because their area is not known."""
    return await queries.meetings(runtime, caller, page)


@router.get("/meetings/{meeting}/agenda", tags=["meetings"])
async def agenda(meeting: Id, runtime: TheRuntime, caller: MeetingReader, at: At = None) -> Agenda:
    """The cases of a meeting in the order in which they are heard."""
    return await queries.agenda(runtime, caller, meeting, at)


@router.get("/cases/{case}", tags=["cases"])
async def case_page(case: Id, runtime: TheRuntime, caller: CaseReader, at: At = None) -> CasePage:
    """A case: what every agency said, how dangerous it is, what protects her, what is missing."""
    return await queries.case_page(runtime, caller, case, at)


@router.get("/cases/{case}/sources/{root}", tags=["cases"])
async def source(case: Id, root: Id, runtime: TheRuntime, caller: CaseReader) -> SourcePage:
    """All versions of one fact of a case, the newest first."""
    return await queries.source(runtime, caller, case, root)


@router.get("/causes/{cause}/cases", tags=["cases"])
async def cases_of(cause: Id, runtime: TheRuntime, caller: CaseReader) -> Cases:
    """The cases that a breach belongs to: where an alert leads whoever was called."""
    return Cases(cases=await queries.cases_of(runtime, caller, cause))


@router.get("/cohort", tags=["cohort"])
async def cohort(
    runtime: TheRuntime, caller: CohortReader, page: Annotated[Paging, paging("cohort")]
) -> Cohort:
    """Everybody known as perpetrator, the highest score first; those not scored come last, never as 0."""
    return await queries.cohort(runtime, caller, page)


@router.get("/cohort/{person}", tags=["cohort"])
async def perpetrator(
    person: Id, runtime: TheRuntime, caller: CohortReader, at: AtMonth = None
) -> PerpetratorPage:
    """One person of the cohort: the score explained, events by ordinal, orders, what is not known. With
    ``at``: as it was known when the month of that time began, which ``known_at`` says."""
    return await queries.perpetrator_page(runtime, caller, person, at)
