"""HTTP of a chair's page over all their MARACs, of the data return, and of what measures are set against."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.submission import Receipt
from services.marac import actions
from services.marac.conference import measures
from services.marac.pages import PAGES
from services.marac.rules import sharing
from services.marac.rules.returns import COLUMNS
from services.marac.shown_measures import Of, Overview, Return

router = APIRouter(prefix="/marac", tags=["measures"])

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_MEASURES)]
By = Annotated[
    Of, Query(description="a line for each meeting, each of the last four quarters, or their year")
]

BEFORE = ("area", "of", "starts")
AFTER = (
    *("repeat_percent", "partner_agency_percent", "cases_per_10_000_adult_women"),
    *("idva_capacity_fte", "coordinator_capacity_fte"),
)


@router.get("/v1/overview")
async def read(runtime: TheRuntime, caller: Reader) -> Overview:
    """All MARACs of the caller's areas, side by side: the next meeting, what waits, and measures of the last
    four quarters. Numbers under five, and what would tell them, are null."""
    return await measures.overview(runtime, caller)


@router.get("/overview", include_in_schema=False)
async def page(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """The same, as a page."""
    shown = await measures.overview(runtime, caller)
    return PAGES.show("overview.html", PAGES.look(request, caller), page=shown)


@router.get("/v1/data-return")
async def data_return(runtime: TheRuntime, caller: Reader, by: By = "quarter") -> Return:
    """SafeLives' data return of each MARAC of the caller's areas. It adds up, and small numbers
    are not hidden in it. Cases to which the caller declared a tie, or that are restricted to others, are not
    in it."""
    return await measures.data_return(runtime, caller, by)


@router.get("/v1/data-return.csv", response_class=Response)
async def data_return_as_table(runtime: TheRuntime, caller: Reader, by: By = "quarter") -> Response:
    """The same as CSV, a row for each MARAC and time, to be saved. An empty cell is not known: it is no 0."""
    found = (await measures.data_return(runtime, caller, by)).returns
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([*BEFORE, *COLUMNS, *AFTER])
    for each in found:
        said = each.model_dump(mode="json")
        table.writerow(
            [said[name] for name in BEFORE] + [*said["numbers"].values()] + [said[n] for n in AFTER]
        )
    headers = {"Content-Disposition": f'attachment; filename="data-return-by-{by}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/v1/populations", status_code=status.HTTP_201_CREATED)
async def set_population(
    said: PopulationSet,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_POPULATION)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Set how many women of 16 and over live in an area of the caller's, when, and by which source. The
    newest holds."""
    return receipt(response, "marac", await actions.set_number(runtime, caller, said, key))


@router.post("/v1/capacities", status_code=status.HTTP_201_CREATED)
async def set_capacity(
    said: CapacitySet,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.SET_CAPACITY)],
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Set how many IDVAs and coordinators an area of the caller's has, as full-time equivalents, and on which
    day. A line of the data return has what was told of the newest day until its own last."""
    return receipt(response, "marac", await actions.set_number(runtime, caller, said, key))
