"""Pages by which it is set how many women live in an area, and how many work for its MARAC: what stands, and
the forms. By REST it is ``measure_routes``."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.measures import CapacitySet, PopulationSet
from services.marac import actions
from services.marac.conference import measures
from services.marac.pages import PAGES
from services.marac.rules import sharing

pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
SetsPopulation = Annotated[Caller, right(sharing.SET_POPULATION)]
SetsCapacity = Annotated[Caller, right(sharing.SET_CAPACITY)]

SENT_BEFORE = "same-key-other-content"
"""Somebody went back to the form and typed something else: what was saved is not that."""


class TypedNumbers(BaseModel):
    """Either form as somebody typed it: every field may be empty. ``once`` makes a second press the first."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")
    once: Id
    adult_women: str = ""
    source: str = ""
    as_at: str = ""
    idva_capacity_fte: str = ""
    coordinator_capacity_fte: str = ""

    def population(self, area: str) -> PopulationSet:
        """As a fact. Raises ValidationError."""
        typed = self.adult_women.replace(",", "")
        women = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else typed
        said = {"area": area, "adult_women": women, "as_at": self.as_at, "source": self.source}
        return PopulationSet.model_validate(said)

    def capacity(self, area: str) -> CapacitySet:
        """As a fact. Raises ValidationError."""
        posts = {
            name: _posts(getattr(self, name)) for name in ("idva_capacity_fte", "coordinator_capacity_fte")
        }
        return CapacitySet.model_validate({"area": area, "as_at": self.as_at, **posts})


def _posts(typed: str) -> float | str | None:
    """Full-time equivalents. Nothing typed: it is not told."""
    try:
        return float(typed) if typed else None
    except ValueError:
        return typed


@pages.get("/numbers/{area}")
async def numbers(
    request: Request, area: AreaId, runtime: TheRuntime, caller: SetsPopulation
) -> HTMLResponse:
    """What is set for an area, and the forms."""
    return await _numbers(request, runtime, caller, area)


@pages.post("/numbers/{area}/population")
async def set_population(
    request: Request,
    area: AreaId,
    runtime: TheRuntime,
    caller: SetsPopulation,
    typed: Annotated[TypedNumbers, Form()],
) -> Response:
    """Set how many women of 16 and over live there."""
    return await _set(request, runtime, caller, area, typed, PopulationSet)


@pages.post("/numbers/{area}/capacity")
async def set_capacity(
    request: Request,
    area: AreaId,
    runtime: TheRuntime,
    caller: SetsCapacity,
    typed: Annotated[TypedNumbers, Form()],
) -> Response:
    """Set how many IDVAs and coordinators work there."""
    return await _set(request, runtime, caller, area, typed, CapacitySet)


async def _set(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str,
    typed: TypedNumbers,
    kind: type[PopulationSet | CapacitySet],
) -> Response:
    form = "population" if kind is PopulationSet else "capacity"
    try:
        said = typed.population(area) if kind is PopulationSet else typed.capacity(area)
        await actions.set_number(runtime, caller, said, typed.once)
    except ValidationError as error:
        # Of the whole of it: neither number is told.
        fields = [str(each["loc"][0]) if each["loc"] else "idva_capacity_fte" for each in error.errors()]
        return await _numbers(request, runtime, caller, area, typed, form, fields)
    except Refused as refused:
        if refused.status == 422:
            return await _numbers(request, runtime, caller, area, typed, form, [refused.where.split(".")[-1]])
        if refused.fault != SENT_BEFORE:
            raise
        anew = typed.model_copy(update={"once": new_id()})
        return await _numbers(request, runtime, caller, area, anew, form, [SENT_BEFORE])
    return RedirectResponse(f"/marac/numbers/{area}", 303)


async def _numbers(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str,
    typed: TypedNumbers | None = None,
    form: str = "",
    fields: list[str] | None = None,
) -> HTMLResponse:
    shown = await measures.numbers(runtime, caller, area)
    empty = TypedNumbers(once=new_id())
    known: dict[str, Any] = {"typed": dict.fromkeys(("population", "capacity"), empty)}
    known["typed"] |= {form: typed} if typed else {}
    known["faults"] = {f"{form}-{name}": PAGES.texts(f"numbers.fault-{name}") for name in fields or ()}
    look = PAGES.look(request, caller)
    return PAGES.show("numbers.html", look, 422 if fields else 200, page=shown, **known)
