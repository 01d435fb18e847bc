"""The pages of what comes before a meeting. Each act is a short form: what was typed is kept where it is
wrong, and a button that is pressed twice acts once."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.clock import LONDON
from chassis.http.auth import Caller
from chassis.ids import new_id
from chassis.pages.frame import Bar
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.configuration import ThresholdSet
from contracts.events.listing import LocalCriterion, MaracSet
from contracts.vocabulary import EscalationUnit, IncidentKind, PartiesAnswer, Threshold
from services.marac import actions, listing_actions
from services.marac.conference import waiting as listing
from services.marac.listing_actions import Emergency, ToDecide, ToReturn
from services.marac.listing_routes import (
    Calls,
    Chooses,
    Decides,
    Lists,
    OfChoices,
    OfReturned,
    OfWaiting,
    Returns,
    TheRuntime,
)
from services.marac.pages import PAGES, unsound
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.shown_listing import Choices

pages = APIRouter(prefix="/marac", include_in_schema=False)
WHEN: TypeAdapter[datetime] = TypeAdapter(datetime)
WHOLE = {"emergency": "starts", "choices": "value"}
"""Of a form, the field that is meant where a fault is of none."""
SAVED, CLASH, WRONG, BUSY = 303, 412, 422, 503
"""How a form is answered: by what it did; else by itself, with what was typed and why it is not saved."""


class Typed(BaseModel):
    """A form as somebody typed it: every field may be empty. ``once`` makes a second press the first."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")
    once: Id

    def whole(self) -> dict[str, str]:
        """What was filled in."""
        return {name: value for name, value in self.model_dump(exclude={"once", "upon"}).items() if value}


class TypedDecision(Typed):
    """Of one of the two forms about a case. ``upon``: of who is the primary victim, the version that it was
    typed upon."""

    advice: str = ""
    reason: str = ""
    decision: str = ""
    upon: int | None = None


class TypedParties(TypedDecision):
    """Of who is the primary victim."""

    upon: Annotated[int, Field(ge=0)]


class TypedMeeting(Typed):
    """Of an emergency meeting. ``me``: whoever calls it chairs it."""

    area: str = ""
    when: str = "now"
    day: str = ""
    time: str = ""
    venue: str = ""
    case: str = ""
    me: str = ""
    chair_name: str = ""


class TypedChoices(BaseModel):
    """Of what a MARAC chooses, upon this version, with this Dash score. ``local``: one on a line, ``code:
    words``, and kinds of incident after a bar."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")
    upon: Annotated[int, Field(ge=0)]
    dash_was: str = ""
    dash: str = ""
    repeat_definition: str = ""
    repeat_anchor: str = ""
    incidents: str = ""
    incidents_months: str = ""
    crimes: str = ""
    crimes_months: str = ""
    local: str = ""
    slots: str = ""
    closes_days: str = ""


@pages.get("/waiting")
async def waiting(
    request: Request,
    runtime: TheRuntime,
    caller: OfWaiting,
    listed: Annotated[Id | None, Query()] = None,
    at: Annotated[Id | None, Query()] = None,
    off: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """Who waits to be heard, and the meetings to come; after a press, what it did."""
    shown = await listing.waiting(runtime, caller)
    rooms = {room.meeting: room for each in shown.maracs for room in each.meetings}
    known: dict[str, Any] = {"listed": listed, "room": rooms.get(at or ""), "rooms": rooms, "off": off}
    lists = sharing.may_list(caller.roles)
    return _show("waiting.html", request, caller, page=shown, may_list=lists, **known)


@pages.post("/waiting")
async def list_case(
    runtime: TheRuntime,
    caller: Lists,
    case: Annotated[Id, Form()],
    meeting: Annotated[Id, Form()],
) -> Response:
    """Put a case on an agenda, by a press. More than there is room for is taken, and said."""
    await actions.list_case(runtime, caller, meeting, case)
    return RedirectResponse(f"/marac/waiting?listed={case}&at={meeting}", 303)


@pages.get("/cases/{case}/decisions")
async def decisions(request: Request, case: Id, runtime: TheRuntime, caller: OfWaiting) -> HTMLResponse:
    """A case before it is listed: its criteria with why, and the forms to return it and to decide."""
    return await _decisions(request, runtime, caller, case)


@pages.post("/cases/{case}/returns")
async def return_referral(
    request: Request, case: Id, runtime: TheRuntime, caller: Returns, typed: Annotated[TypedDecision, Form()]
) -> Response:
    """Return a referral with advice."""
    try:
        asked = ToReturn.model_validate(typed.whole())
    except ValidationError as error:
        return await _decisions(request, runtime, caller, case, typed, _faults("return", error), WRONG)
    done = await _done(listing_actions.return_referral(runtime, caller, case, asked, typed.once))
    if done == BUSY:
        return await _decisions(request, runtime, caller, case, typed, _not_saved("return-advice"), done)
    return RedirectResponse(f"/marac/cases/{case}/decisions", 303)


@pages.post("/cases/{case}/parties")
async def decide_parties(
    request: Request, case: Id, runtime: TheRuntime, caller: Decides, typed: Annotated[TypedParties, Form()]
) -> Response:
    """Say who is the primary victim. Who comes second is shown what was decided, beside what they typed."""
    try:
        asked = ToDecide.model_validate(typed.whole())
    except ValidationError as error:
        return await _decisions(request, runtime, caller, case, typed, _faults("parties", error), WRONG)
    done = await _done(listing_actions.decide_parties(runtime, caller, case, asked, typed.upon))
    if done != SAVED:
        faults = _not_saved("parties-decision") if done == BUSY else []
        return await _decisions(request, runtime, caller, case, typed, faults, done)
    return RedirectResponse(f"/marac/cases/{case}/decisions", 303)


@pages.get("/returned")
async def returned(request: Request, runtime: TheRuntime, caller: OfReturned) -> HTMLResponse:
    """The referrals of the reader's own agency that were returned."""
    return _show("returned.html", request, caller, page=await listing_actions.returned(runtime, caller))


@pages.get("/emergency")
async def emergency(
    request: Request, runtime: TheRuntime, caller: Calls, case: Annotated[Id | None, Query()] = None
) -> HTMLResponse:
    """The form of an emergency meeting."""
    return await _emergency(request, runtime, caller, TypedMeeting(once=new_id(), case=case or ""))


@pages.post("/emergency")
async def call_emergency(
    request: Request, runtime: TheRuntime, caller: Calls, typed: Annotated[TypedMeeting, Form()]
) -> Response:
    """Call it, and open its agenda; for whoever reads none, its own page."""
    said: dict[str, Any] = {"area": typed.area, "case": typed.case or None, "venue": typed.venue or None}
    said |= {"chair": caller.id if typed.me else None}
    said |= {"chair_name": (caller.name if typed.me else typed.chair_name) or None}
    try:
        if typed.when != "now":
            local = WHEN.validate_python(f"{typed.day}T{typed.time}")
            said["starts"] = local.replace(tzinfo=LONDON)
        asked = Emergency.model_validate(said)
    except ValidationError as error:
        return await _emergency(request, runtime, caller, typed, _faults("emergency", error), WRONG)
    try:
        taken = await listing_actions.call_emergency(runtime, caller, asked, typed.once)
    except Refused as refused:
        if refused.status != BUSY:
            raise
        return await _emergency(request, runtime, caller, typed, _not_saved("emergency-area"), BUSY)
    reads = not sharing.RIGHTS[sharing.READ_MEETING].isdisjoint(caller.roles)
    return RedirectResponse(f"/marac/{'meetings' if reads else 'emergency-meetings'}/{taken.root}", 303)


@pages.get("/choices")
async def areas(request: Request, runtime: TheRuntime, caller: OfChoices) -> HTMLResponse:
    """The MARACs whose choices the reader may see."""
    return _show("choices.html", request, caller, page=await listing_actions.areas(runtime, caller))


@pages.get("/choices/{area}")
async def choices(request: Request, area: AreaId, runtime: TheRuntime, caller: OfChoices) -> HTMLResponse:
    """What holds in an area, and its history; for whoever may, the form."""
    return await _choices(request, runtime, caller, area)


@pages.post("/choices/{area}")
async def choose(
    request: Request,
    area: AreaId,
    runtime: TheRuntime,
    caller: Chooses,
    typed: Annotated[TypedChoices, Form()],
) -> Response:
    """Set what the MARAC chooses; the Dash score by a fact of its own, where it changes. Who comes second is
    shown what was set, beside what they typed."""
    try:
        said, dash = _chosen(area, typed)
    except ValidationError as error:
        return await _choices(request, runtime, caller, area, typed, _faults("choices", error), WRONG)
    changed = dash if typed.dash != typed.dash_was else None
    done = await _done(listing_actions.choose(runtime, caller, said, typed.upon, changed))
    if done != SAVED:
        faults = _not_saved("choices-value") if done == BUSY else []
        return await _choices(request, runtime, caller, area, typed, faults, done)
    return RedirectResponse(f"/marac/choices/{area}", 303)


def _chosen(area: str, typed: TypedChoices) -> tuple[MaracSet, ThresholdSet]:
    """What was typed, as facts. Raises ValidationError."""
    escalation = [
        {"unit": unit, "least": _number(least), "months": _number(months or "12")}
        for unit, least, months in (
            (EscalationUnit.INCIDENTS, typed.incidents, typed.incidents_months),
            (EscalationUnit.CRIMES, typed.crimes, typed.crimes_months),
        )
        if least
    ]
    said: dict[str, Any] = {"area": area, "escalation": escalation}
    said |= {"repeat_definition": typed.repeat_definition, "repeat_anchor": typed.repeat_anchor}
    said |= {"local": [_local(line) for line in typed.local.splitlines() if line.strip()]}
    said |= {
        "slots": _number(typed.slots) if typed.slots else None,
        "closes_days": _number(typed.closes_days),
    }
    threshold = {"area": area, "threshold": Threshold.DASH_VISIBLE_HIGH_RISK, "value": _number(typed.dash)}
    return MaracSet.model_validate(said), ThresholdSet.model_validate(threshold)


def _number(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else typed


def _local(line: str) -> dict[str, object]:
    """``strangled: Strangled or choked | non-fatal-strangulation``."""
    said, _, kinds = line.partition("|")
    code, _, words = said.partition(":")
    return {"code": code.strip(), "words": words.strip(), "kinds": kinds.replace(",", " ").split()}


def local_line(each: LocalCriterion) -> str:
    """The same the other way round."""
    return f"{each.code}: {each.words}" + (f" | {' '.join(each.kinds)}" if each.kinds else "")


async def _done(act: Awaitable[object]) -> int:
    """Do it, and give the status to answer by: SAVED; CLASH where somebody else was first; BUSY where nothing
    can be saved just now. Pressed twice with other words, the first press stands."""
    try:
        await act
    except Refused as refused:
        if refused.status in (CLASH, BUSY):
            return refused.status
        if refused.status != 409:
            raise
    return SAVED


def _not_saved(where: str) -> list[dict[str, str]]:
    return [{"text": PAGES.texts("frame.not-saved"), "href": f"#{where}"}]


def _faults(form: str, error: ValidationError) -> list[dict[str, str]]:
    """What is wrong, by field: a message and where it is. Never what was typed."""
    fields = dict.fromkeys(str(each["loc"][0]) if each["loc"] else WHOLE[form] for each in error.errors())
    return [{"text": PAGES.texts(f"{form}.fault-{name}"), "href": f"#{form}-{name}"} for name in fields]


async def _decisions(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: str,
    typed: TypedDecision | None = None,
    faults: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    shown = await listing.decisions(runtime, caller, case)
    known: dict[str, Any] = {"typed": typed or TypedDecision(once=new_id()), "clash": status == CLASH}
    known |= {"faults": faults or []}
    known |= {"upon": typed.upon if typed and faults and typed.upon is not None else shown.version}
    known |= {"answers": list(PartiesAnswer)}
    bars = await unsound.of_case(runtime, case)
    return _show("decisions.html", request, caller, status, bars, page=shown, **known)


async def _emergency(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    typed: TypedMeeting,
    faults: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    shown = await listing_actions.areas(runtime, caller, typed.case or None)
    duty = sharing.RIGHTS[sharing.READ_WAITING].isdisjoint(caller.roles)
    known: dict[str, Any] = {"typed": typed, "faults": faults or [], "duty": duty}
    about = typed.case and not duty
    known["same"] = await listing_actions.same_people(runtime, caller, typed.case) if about else None
    return _show("emergency.html", request, caller, status, page=shown, **known)


async def _choices(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str,
    typed: TypedChoices | None = None,
    faults: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    shown = await listing_actions.choices(runtime, caller, area)
    now, clash = _typed_of(shown), status == CLASH
    may = bool(caller.roles & sharing.RIGHTS[sharing.SET_THRESHOLD])
    known: dict[str, Any] = {"typed": typed or now, "may_choose": may, "kinds": list(IncidentKind)}
    known |= {"may_set_numbers": bool(caller.roles & sharing.RIGHTS[sharing.SET_POPULATION])}
    known |= {"faults": faults or [], "clash": clash}
    known |= {"seen": typed if typed and faults else now}
    known |= {"theirs": _theirs(now, typed) if typed and clash else {}}
    return _show("choices_area.html", request, caller, status, page=shown, **known)


def _typed_of(shown: Choices) -> TypedChoices:
    """What stands in the form at first: what holds."""
    own, held = shown.chosen, {each.unit: each for each in shown.chosen.escalation}
    incidents, crimes = held.get(EscalationUnit.INCIDENTS), held.get(EscalationUnit.CRIMES)
    return TypedChoices(
        upon=shown.version,
        dash_was=str(own.dash),
        dash=str(own.dash),
        repeat_definition=own.repeat_definition,
        repeat_anchor=own.repeat_anchor,
        incidents=str(incidents.least) if incidents else "",
        incidents_months=str(incidents.months) if incidents else "",
        crimes=str(crimes.least) if crimes else "",
        crimes_months=str(crimes.months) if crimes else "",
        local="\n".join(local_line(each) for each in own.local),
        slots=str(own.slots) if own.slots_set else "",
        closes_days=str(own.closes_days),
    )


def _theirs(now: TypedChoices, typed: TypedChoices) -> dict[str, str]:
    """What holds by now, of each field where that is not what was typed."""
    mine, held = (each.model_dump(exclude={"upon", "dash_was"}) for each in (typed, now))
    return {name: said for name, said in held.items() if said.splitlines() != mine[name].splitlines()}


def _show(
    name: str,
    request: Request,
    caller: Caller,
    status: int = 200,
    bars: Sequence[Bar] = (),
    **known: Any,
) -> HTMLResponse:
    look = PAGES.look(request, caller, *bars)
    return PAGES.show(name, look, status, words=Words(PAGES.texts, Times(PAGES.texts, look.now)), **known)
