"""The pages on which somebody reports a breach, from an order's or a victim's page: decode, ask
``reporting``, show. An address tells whom it is about by an opaque number alone, and never what happened."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.clock import LONDON
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.pages.times import moment
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.vocabulary import Act, BreachKind, BreachSaidBy, Circumstance, Effect
from services.orders import circulation, reporting
from services.orders.pages import PAGES
from services.orders.rules import sharing

router = APIRouter(prefix="/orders", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
OfAnOrder = Annotated[Caller, right(sharing.ORDER_READ)]
OfAVictim = Annotated[Caller, right(sharing.BREACH_OF_VICTIM)]
Of = tuple[Literal["orders", "victims"], str]
"""From whose page a breach is reported: an order's, or a victim's."""
KNOWN = {"yes": True, "no": False}
"""What is answered neither is not known."""
QUESTIONS = ("weapon", "suspect_present", "children_present")
FAULTS = {"kind", "when", "reference", "narrative"}
"""What can be wrong with the form, as the last part of a message id."""


class TypedBreach(BaseModel):
    """The form as somebody typed it. Without ``day`` and ``at`` it happened just now."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    kind: str = ""
    day: str = ""
    at: str = ""
    order: str = ""
    reference: str = ""
    words: str = ""
    weapon: str = ""
    suspect_present: str = ""
    children_present: str = ""
    said_by: str = ""
    circumstance: str = ""
    acts: list[str] = []
    effects: list[str] = []

    def said(self) -> dict[str, Any]:
        """The same, as the content of a fact."""
        return {
            "kind": self.kind,
            "said_by": self.said_by or None,
            "circumstance": self.circumstance or None,
            "acts": self.acts,
            "effects": self.effects,
            "narrative": {"text": self.words} if self.words else None,
        } | {name: KNOWN.get(getattr(self, name)) for name in QUESTIONS}

    def occurred(self, now: datetime) -> datetime | date:
        """When it happened: a day alone, where nobody knows the hour. Raises ValueError."""
        if not self.day or self.at:
            return moment(self.day, self.at, now)
        day = date.fromisoformat(self.day)
        if day > now.astimezone(LONDON).date():
            raise ValueError("to come")
        return day


Typed = Annotated[TypedBreach, Form()]


@router.get("/orders/{order}/breach")
async def ask_of_order(
    request: Request, order: Id, runtime: TheRuntime, caller: OfAnOrder, reported: Id | None = None
) -> HTMLResponse:
    """The form for a breach of an order that the caller is shown."""
    return await _show(request, runtime, caller, ("orders", order), reported=reported)


@router.post("/orders/{order}/breach")
async def report_of_order(
    request: Request, order: Id, runtime: TheRuntime, caller: OfAnOrder, typed: Typed
) -> Response:
    """Report a breach of it."""
    return await _take(request, runtime, caller, ("orders", order), typed, {"order": order})


@router.get("/victims/{mention}/breach")
async def ask_of_victim(
    request: Request, mention: Id, runtime: TheRuntime, caller: OfAVictim, reported: Id | None = None
) -> HTMLResponse:
    """The form for a breach of an order that protects a victim, or of one that nobody knows here."""
    return await _show(request, runtime, caller, ("victims", mention), reported=reported)


@router.post("/victims/{mention}/breach")
async def report_of_victim(
    request: Request, mention: Id, runtime: TheRuntime, caller: OfAVictim, typed: Typed
) -> Response:
    """Report a breach of which the victim tells."""
    which = {"order": typed.order or None, "reference": None if typed.order else typed.reference or None}
    return await _take(request, runtime, caller, ("victims", mention), typed, which | {"victim": mention})


async def _take(
    request: Request, runtime: Runtime, caller: Caller, of: Of, typed: TypedBreach, which: Mapping[str, Any]
) -> Response:
    cause, fault = await _report(runtime, caller, typed, {**typed.said(), **which})
    if fault:
        return await _show(request, runtime, caller, of, typed, fault)
    return RedirectResponse(f"{_path(of)}?reported={cause}", 303)


async def _report(
    runtime: Runtime, caller: Caller, typed: TypedBreach, said: Mapping[str, Any]
) -> tuple[str, str]:
    """The cause of what was reported, and what is wrong with it, if anything is."""
    key = f"{typed.once}-breach"
    try:
        occurred = typed.occurred(runtime.clock.now())
    except ValueError:
        return "", "when"
    try:
        return await reporting.report(runtime, caller, dict(said), occurred, key), ""
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        return "", place if place in FAULTS else "form"
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            return "", "busy" if refused.status == 503 else "form"
    return runtime.id_of(caller, key), ""


def _path(of: Of) -> str:
    kind, subject = of
    return f"/orders/{kind}/{subject}/breach"


async def _show(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    of: Of,
    typed: TypedBreach | None = None,
    fault: str = "",
    reported: str | None = None,
) -> HTMLResponse:
    kind, subject = of
    open_ = circulation.open_order if kind == "orders" else reporting.open_victim
    page = await open_(runtime, caller, subject)
    known = {"page": page, "path": _path(of), "victim": subject if kind == "victims" else None}
    theirs, opens = await reporting.reported(runtime, caller, reported)
    form = (typed or TypedBreach(once=new_id())).model_copy(update={"once": new_id()})
    more = {"reported": reported if theirs else None, "opens": opens, "typed": form, "fault": fault}
    codes = {"kinds": list(BreachKind), "speakers": list(BreachSaidBy), "questions": QUESTIONS}
    codes |= {"acts": list(Act), "effects": list(Effect), "circumstances": list(Circumstance)}
    status = (503 if fault == "busy" else 422) if fault else 200
    return PAGES.show("report.html", PAGES.look(request, caller), status, **known, **more, **codes)
