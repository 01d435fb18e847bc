"""The pages of orders over HTTP: decode, ask ``actions`` or ``status``, show. Looks are on record there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.pages.known import Asked, asked_of, now_or_then
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AgencyDefined
from contracts.events.orders import MOST_VERSIONS, BreachProgressed, OrderCirculated, OrderQuestionAnswered
from contracts.rules.breach_answer import URGENCIES
from contracts.rules.circulation import OWN
from contracts.rules.order_life import LIVES
from contracts.sections import Record
from contracts.times import Moment
from contracts.vocabulary import (
    BreachStep,
    NationalSystem,
    Offence,
    OrderQuestion,
    OutcomeType,
    PatternDecision,
    PoliceRank,
    TeamKind,
)
from services.orders import actions, asking, circulation, status
from services.orders.asked_about import About, ByPncId, ByReference
from services.orders.pages import PAGES
from services.orders.rules import sharing
from services.orders.rules.priority import at_least
from services.orders.views.shown import StatusShown

router = APIRouter(prefix="/orders", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.ORDER_READ)]
Asker = Annotated[Caller, right(sharing.STATUS_READ)]
Typed = Annotated[str, Form()]
At = Annotated[Moment | None, Query(description="as it was known at this time")]
OfThen = Annotated[Asked, Depends(asked_of)]
Ticked = Annotated[Sequence[str], Form()]
NOBODY_TOLD = {"teams": (), "systems": (), "other": "", "agency": "", "reason": ""}
NOTHING_DONE = dict.fromkeys(("step", "day", "at", "outcome", "rank", "by", "reason", "urgency"), "")
NOTHING_DECIDED = dict.fromkeys(("offence", "decision", "rank", "by", "why"), "")
NOTHING_ANSWERED = {"question": "", "words": ""}
NO_FAULTS: Mapping[str, str] = {}
NOT_ASKED = Asked()
ABOUT: Mapping[str, type[About]] = {"record": Record, "reference": ByReference, "pnc-id": ByPncId}


class TypedAbout(BaseModel):
    """What a form of the page about the status of orders sends: by which number it asks, and that."""

    model_config = ConfigDict(str_strip_whitespace=True)

    by: Literal["record", "reference", "pnc-id"] = "record"
    number: str = ""
    system: str = ""
    type: str = ""
    reference: str = ""
    agency: str = ""
    pnc_id: str = ""

    def asked(self) -> About:
        """Whom it asks about. Raises ValidationError."""
        kind = ABOUT[self.by]
        given = self.model_dump(include=set(kind.model_fields))
        return kind.model_validate({name: value for name, value in given.items() if value})


NOTHING_ASKED = TypedAbout()


class TypedStep(BaseModel):
    """What the form of a step sends. Without ``day`` and ``at`` it was done now."""

    model_config = ConfigDict(str_strip_whitespace=True)

    once: Id
    step: str = ""
    day: str = ""
    at: str = ""
    outcome: str = ""
    rank: str = ""
    by: str = ""
    reason: str = ""
    urgency: str = ""

    def asked(self) -> dict[str, str]:
        """As it was typed, to be shown again."""
        return self.model_dump(exclude={"once"})

    def said(self) -> dict[str, Any]:
        """The same, as the content of a fact."""
        given = self.model_dump(include={"outcome", "rank", "by", "urgency"})
        narrative = {"text": self.reason} if self.reason else None
        return {name: value or None for name, value in given.items()} | {
            "step": self.step,
            "narrative": narrative,
        }


@router.get("/breaches/{cause}")
async def breach(
    request: Request,
    cause: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_READ)],
    known: OfThen,
    at: At = None,
) -> Response:
    """A breach: who and where, the order and whether it holds, how to reach the victim safely; what has
    been done about it, and by when. As it is now, or as it was known; or off to the time asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        return await _breach(request, cause, runtime, caller, at=at, then=known, not_given=fault)

    return await now_or_then(f"/orders/breaches/{cause}", runtime, known, at, show)


@router.post("/breaches/{cause}/steps")
async def take_step(
    request: Request,
    cause: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_PROGRESS)],
    typed: Annotated[TypedStep, Form()],
) -> Response:
    """Record what has been done about it, and when; a triage may ask for it sooner."""
    asked = typed.asked()
    try:
        said = BreachProgressed.model_validate({"breach": cause, **typed.said()})
        await actions.take_step(runtime, caller, said, typed.day, typed.at, typed.once)
    except ValidationError as error:
        return await _breach(request, cause, runtime, caller, asked, fault=_place(error))
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            return await _breach(request, cause, runtime, caller, asked, fault=refused.fault)
    return RedirectResponse(f"/orders/breaches/{cause}#answer", 303)


@router.post("/breaches/{cause}/pattern-decisions")
async def decide(
    request: Request,
    cause: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.BREACH_PROGRESS)],
    once: Annotated[Id, Form()],
    seen: Annotated[str, Form()],
    offence: Annotated[Offence, Form()],
    decision: Typed = "",
    rank: Typed = "",
    by: Typed = "",
    why: Typed = "",
) -> Response:
    """Record what the caller decides of an offence that the page asks them to consider."""
    codes = {"offence": offence, "decision": decision, "rank": rank}
    asked = {**codes, "by": by.strip(), "why": why.strip()}
    narrative = {"text": why.strip()} if why.strip() else None
    given = {**codes, "by": by.strip() or None, "narrative": narrative}
    try:
        await actions.decide(runtime, caller, cause, given, seen, f"{once}-{offence}")
    except ValidationError as error:
        return await _breach(request, cause, runtime, caller, decided=asked, fault=_place(error))
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            return await _breach(request, cause, runtime, caller, decided=asked, fault=refused.fault)
    return RedirectResponse(f"/orders/breaches/{cause}#pattern-{offence}", 303)


def _place(error: ValidationError) -> str:
    return str(error.errors()[0]["loc"][0])


@router.get("/")
async def orders(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """Which orders end soon, and what replaces them; what waits for the caller's teams to confirm, and for
    their force to circulate."""
    shown = await circulation.waiting(runtime, caller)
    return PAGES.show("orders.html", PAGES.look(request, caller), page=shown)


@router.get("/orders/{order}")
async def order(
    request: Request, order: Id, runtime: TheRuntime, caller: Reader, known: OfThen, at: At = None
) -> Response:
    """An order, as its force or a team that was sent it may see it; and who has it. As it is now, or as it
    was known; or off to the time asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        return await _order(request, order, runtime, caller, at=at, then=known, not_given=fault)

    return await now_or_then(f"/orders/orders/{order}", runtime, known, at, show)


@router.post("/orders/{order}/circulations")
async def circulate(
    request: Request,
    order: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_CIRCULATE)],
    once: Annotated[Id, Form()],
    version: Annotated[int, Form()],
    teams: Ticked = (),
    systems: Ticked = (),
    other: Typed = "",
    agency: Typed = "",
    reason: Typed = "",
) -> Response:
    """Record to whom it was sent, now."""
    asked = {"teams": teams, "systems": systems, "other": other, "agency": agency, "reason": reason.strip()}
    sent: list[dict[str, str | None]] = [{"kind": kind} for kind in teams]
    sent += [{"kind": other, "agency": agency or None}] if other else []
    given = {"order": order, "version": version, "teams": sent, "systems": list(systems)}
    narrative = {"text": reason.strip()} if reason.strip() else None
    try:
        said = OrderCirculated.model_validate(given | {"narrative": narrative})
        await circulation.circulate(runtime, caller, said, once)
    except ValidationError:
        return await _order(request, order, runtime, caller, asked, "form")
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            return await _order(request, order, runtime, caller, asked, refused.fault)
    return RedirectResponse(f"/orders/orders/{order}#circulation", 303)


@router.post("/orders/{order}/answers")
async def answer_question(
    request: Request,
    order: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_ANSWER)],
    once: Annotated[Id, Form()],
    version: Annotated[int, Form(ge=1, le=MOST_VERSIONS)],
    question: Annotated[OrderQuestion, Form()],
    words: Typed = "",
) -> Response:
    """Answer in words what the order leaves to ask."""
    narrative = {"text": words.strip()} if words.strip() else None
    given = {"order": order, "version": version, "question": question, "narrative": narrative}
    typed = {"question": question, "words": words.strip()}
    try:
        said = OrderQuestionAnswered.model_validate(given)
        await asking.answer(runtime, caller, said, f"{once}-{question}")
    except ValidationError:
        return await _order(request, order, runtime, caller, fault="narrative", answer=typed)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            return await _order(request, order, runtime, caller, fault=refused.fault, answer=typed)
    return RedirectResponse(f"/orders/orders/{order}#questions", 303)


@router.post("/orders/{order}/acknowledgements")
async def acknowledge(
    order: Id,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.ORDER_ACKNOWLEDGE)],
    once: Annotated[Id, Form()],
    team: Annotated[TeamKind, Form()],
    version: Annotated[int, Form(ge=1, le=MOST_VERSIONS)],
) -> RedirectResponse:
    """The caller has read it, for their team."""
    await circulation.acknowledge(runtime, caller, order, team, version, once)
    return RedirectResponse(f"/orders/orders/{order}", 303)


@router.get("/status")
async def ask_status(request: Request, caller: Asker) -> HTMLResponse:
    """Whose orders? Nothing is looked up yet."""
    return _status(request, caller)


@router.post("/status")
async def order_status(
    request: Request, runtime: TheRuntime, caller: Asker, typed: Annotated[TypedAbout, Form()]
) -> HTMLResponse:
    """What is in force now for the person of a record, of an order or of a PNC ID: asked by a form that a
    person sends, so that no address tells whom."""
    agencies = await _agencies(runtime)
    try:
        shown = await status.order_status(runtime, caller, typed.asked())
    except ValidationError as error:
        wrong = {str(fault["loc"][0]) for fault in error.errors()}
        faults = {name: name for name in TypedAbout.model_fields if name in wrong}
        return _status(request, caller, typed, faults, agencies=agencies)
    except Refused as refused:
        place = refused.where.removeprefix("body.")
        if place not in TypedAbout.model_fields:
            raise
        fault = refused.fault if refused.status == 409 else place
        return _status(request, caller, typed, {place: fault}, agencies=agencies)
    return _status(request, caller, typed, shown=shown, agencies=agencies)


async def _order(
    request: Request,
    order: str,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, object] = NOBODY_TOLD,
    fault: str = "",
    answer: Mapping[str, str] = NOTHING_ANSWERED,
    *,
    at: datetime | None = None,
    then: Asked = NOT_ASKED,
    not_given: str | None = None,
) -> HTMLResponse:
    page = await circulation.open_order(runtime, caller, order, at)
    now = runtime.clock.now()
    bars = PAGES.incomplete(page.incomplete, page.operator_told, now, at)
    bars = (*bars, *PAGES.as_known(at, now, f"/orders/orders/{order}"))
    known = {
        "asked": asked,
        "answer": answer,
        "fault": fault,
        "once": new_id(),
        "agencies": await _agencies(runtime),
        "own": [kind for kind in TeamKind if kind in OWN],
        "others": [kind for kind in TeamKind if kind not in OWN],
        "systems": list(NationalSystem),
        "late": page.asked.late(at or page.at) if page.asked else [],
        "life": LIVES[page.type] if page.type else None,
    } | then.shown(PAGES, at, not_given)
    status = 422 if fault or not_given else 200
    return PAGES.show("order.html", PAGES.look(request, caller, *bars), status, page=page, **known)


async def _breach(
    request: Request,
    cause: str,
    runtime: Runtime,
    caller: Caller,
    asked: Mapping[str, str] = NOTHING_DONE,
    decided: Mapping[str, str] = NOTHING_DECIDED,
    fault: str = "",
    *,
    at: datetime | None = None,
    then: Asked = NOT_ASKED,
    not_given: str | None = None,
) -> HTMLResponse:
    shown = await actions.open_breach(runtime, caller, cause, at)
    now = runtime.clock.now()
    broken = PAGES.broken(await runtime.broken("o", cause) if at is None else None, now)
    bars = (*broken, *PAGES.incomplete(shown.incomplete, shown.operator_told, now, at))
    look = PAGES.look(request, caller, *bars, *PAGES.as_known(at, now, f"/orders/breaches/{cause}"))
    known = {"asked": asked, "fault": fault, "once": new_id(), "agencies": await _agencies(runtime)}
    known |= {"decided": decided, "decisions": list(PatternDecision)}
    known |= {
        "urgencies": [each for each in URGENCIES if shown.urgency and not at_least(shown.urgency, each)]
    }
    known |= {"steps": list(BreachStep), "outcomes": list(OutcomeType), "ranks": list(PoliceRank)}
    known |= then.shown(PAGES, at, not_given) | {"now": at or now}
    return PAGES.show("breach.html", look, 422 if fault or not_given else 200, breach=shown, **known)


def _status(
    request: Request,
    caller: Caller,
    asked: TypedAbout = NOTHING_ASKED,
    faults: Mapping[str, str] = NO_FAULTS,
    shown: StatusShown | None = None,
    agencies: Mapping[str, str] | None = None,
) -> HTMLResponse:
    look = PAGES.look(request, caller)
    known = {"asked": asked, "faults": faults, "shown": shown, "agencies": agencies or {}}
    return PAGES.show("status.html", look, 422 if faults else 200, **known)


async def _agencies(runtime: Runtime) -> dict[str, str]:
    named = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    return {fact.said.agency: fact.said.name for fact in named}
