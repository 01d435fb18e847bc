"""The page of who is called about each kind of alert, and when: decode, ask ``ladders``, show."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.configuration import LadderSet
from contracts.vocabulary import AlertKind, Post, Urgency
from services.notify import ladders
from services.notify.pages import PAGES
from services.notify.rules import own_ladders, sharing

router = APIRouter(prefix="/rota/ladders")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_ROTA)]
Setter = Annotated[Caller, right(sharing.SET_LADDER)]
Once = Annotated[Id, Form()]

STEPS = 4
PRESSED_TWICE = "same-key-other-content"


@router.get("")
async def page(
    request: Request,
    runtime: TheRuntime,
    caller: Reader,
    area: Annotated[AreaId | None, Query()] = None,
    kind: Annotated[AlertKind | None, Query(description="of the ladder to change")] = None,
    urgency: Annotated[Urgency | None, Query(description="of the ladder to change")] = None,
) -> HTMLResponse:
    """Every ladder that holds in an area; for whoever may, a form to change one."""
    return await _page(request, runtime, caller, area, (kind, urgency))


@router.post("")
async def set_ladder(
    request: Request,
    runtime: TheRuntime,
    caller: Setter,
    once: Once,
    area: Annotated[AreaId, Form()],
    kind: Annotated[AlertKind, Form()],
    urgency: Annotated[Urgency, Form()],
) -> Response:
    """Set one. What was typed stays where it is not taken."""
    asked = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    steps = [
        {"post": asked.get(f"post_{n}", ""), "wait_minutes": _number(asked.get(f"wait_{n}", ""))}
        for n in range(STEPS)
    ]
    of = {"area": area, "kind": kind, "urgency": urgency}
    try:
        said = LadderSet.model_validate({**of, "steps": steps})
        await ladders.set_ladder(runtime, caller, said, once)
    except ValidationError as error:
        where = [str(part) for part in error.errors()[0]["loc"]]
        faults = [(".".join(where), "number" if where[-1] == "wait_minutes" else "post")]
        return await _page(request, runtime, caller, area, (kind, urgency), asked, faults)
    except Refused as refused:
        if refused.fault != PRESSED_TWICE:
            faults = [(refused.where.removeprefix("body.content."), refused.fault)]
            return await _page(request, runtime, caller, area, (kind, urgency), asked, faults)
    return RedirectResponse(f"/notify/rota/ladders?area={area}", 303)


@router.post("/{root}/withdraw")
async def withdraw(
    root: Id,
    runtime: TheRuntime,
    caller: Setter,
    once: Once,
    area: Annotated[AreaId, Form()],
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """Take one back."""
    await ladders.withdraw(runtime, caller, root, version, once)
    return RedirectResponse(f"/notify/rota/ladders?area={area}", 303)


async def _page(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str | None,
    of: tuple[AlertKind | None, Urgency | None],
    asked: Mapping[str, str] | None = None,
    faults: list[tuple[str, str]] | None = None,
) -> HTMLResponse:
    shown = await ladders.ladders_of(runtime, caller, area)
    change = next((each for each in shown.ladders if (each.kind, each.urgency) == of), None)
    known: dict[str, Any] = {
        "page": shown,
        "change": change if shown.may_set else None,
        "asked": asked or {},
        "faults": faults or [],
        "bounds": own_ladders.BOUNDS,
        "posts": list(Post),
        "once": new_id(),
    }
    return PAGES.show("ladders.html", PAGES.look(request, caller), 422 if faults else 200, **known)


def _number(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else typed
