"""The pages of notify over HTTP: decode, ask ``queries`` or ``actions``, show. Looks are on record there.

GET changes nothing: an alert is taken by a form that a person sends.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import StringConstraints
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.auth import Caller, open_to_all, right
from chassis.http.context import the_runtime
from chassis.http.problem import Problem
from chassis.pages import live
from chassis.pages.frame import Bar, Loudness
from chassis.runtime import Runtime
from chassis.signals import Changed
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AlertRule, ClockOwner, PassReason
from services.notify import actions, clock_list, link, path, queries
from services.notify.pages import PAGES, resolve
from services.notify.pages import ladders as ladder_pages
from services.notify.pages import rota as rota_pages
from services.notify.queries import AlertShown
from services.notify.rules import rota, sharing
from services.notify.views import ALERT

router = APIRouter(prefix="/notify", include_in_schema=False)
router.include_router(rota_pages.router)
router.include_router(ladder_pages.router)
router.include_router(resolve.router)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ)]
Answerer = Annotated[Caller, right(sharing.ANSWER)]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00\ufffd]*$"), Form()
]
"""What somebody typed: no NUL, and nothing that was no UTF-8."""

Rule = Annotated[AlertRule, Form()]
Generation = Annotated[int, Form()]

LIST = "/notify/alerts"
BY_LINK = open_to_all("whoever holds the signed link of a call's message; the page shows nothing")


@router.get("/")
async def first_page(caller: Reader) -> Response:
    """Off to the alerts."""
    return RedirectResponse(LIST, 303)


@router.get("/alerts")
async def alerts(
    request: Request,
    runtime: TheRuntime,
    caller: Reader,
    answered: Annotated[Id | None, Query(description="the alert that was just acknowledged")] = None,
    passed: Annotated[Id | None, Query(description="the alert that was just passed on")] = None,
    rule: Annotated[AlertRule | None, Query(description="of which of the alerts about it that was")] = None,
) -> HTMLResponse:
    """What waits for an answer, and what the caller took; and what became of what they just did."""
    shown = await queries.alerts(runtime, caller)
    cause = answered or passed
    done = await queries.alert(runtime, caller, cause, rule) if cause else None
    look = PAGES.look(request, caller, *_bars(shown.waiting))
    groups: dict[str, list[AlertShown]] = {}
    for each in shown.waiting:
        groups.setdefault(each.group or each.cause, []).append(each)
    known: dict[str, Any] = {
        "alerts": shown,
        "groups": list(groups.values()),
        "count": _count(shown.waiting),
        "path": await path.shown(runtime),
        "live": f"{LIST}/live",
    }
    return PAGES.show("alerts.html", look, done=done, passed=answered is None, **known)


@router.get("/path")
async def alert_path(request: Request, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """Whether alerts get out, and how far the newest try has come."""
    return PAGES.show("path.html", PAGES.look(request, caller), path=await path.shown(runtime))


@router.get("/clocks")
async def clocks(
    request: Request,
    runtime: TheRuntime,
    caller: Annotated[Caller, right(sharing.CLOCKS_READ)],
    area: Annotated[AreaId | Literal[""], Query()] = "",
    owner: Annotated[ClockOwner | Literal[""], Query()] = "",
) -> HTMLResponse:
    """The deadlines that run in the caller's areas, late ones first, then the next to run out."""
    shown = await clock_list.clocks(runtime, caller, area or None, owner or None)
    defined = rota.rota_of(await runtime.configuration(AreaDefined)).areas
    theirs = [each for each in defined if sharing.may_see_clock(caller.areas, area_and_around(defined, each))]
    areas = {each: defined[each].name for each in sorted(theirs)}
    owners = [(each, PAGES.texts.label("clock-owner", each)) for each in ClockOwner]
    asked = {"area": area, "owner": owner}
    look = PAGES.look(request, caller)
    return PAGES.show("clocks.html", look, clocks=shown, areas=areas, owners=owners, asked=asked)


@router.get("/alerts/live")
async def alerts_live(request: Request, runtime: TheRuntime, caller: Reader) -> Response:
    """Server-sent events: that the caller's list has changed, never how. Whoever hears it looks at it
    again."""
    last: str | None = None

    async def news() -> str | None:
        nonlocal last
        before, last = last, await queries.list_mark(runtime, caller)
        return None if last == before else "changed"

    async def concerned(changed: Changed) -> bool:
        return any(view == ALERT.name for view, _ in changed)

    return live.stream(request, runtime, concerned, news)


@router.get("/alerts/{cause}")
async def alert(request: Request, cause: Id, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """One alert: where a message leads."""
    return await resolve.page(request, runtime, caller, cause)


@router.post("/alerts/{cause}/acknowledge")
async def acknowledge(
    request: Request, cause: Id, runtime: TheRuntime, caller: Answerer, rule: Rule, generation: Generation
) -> Response:
    """The caller takes the alert. Whose it is then is said on the list."""
    try:
        await actions.acknowledge(runtime, caller, cause, (rule, generation))
    except Problem as problem:
        return await _refused(request, runtime, caller, cause, problem)
    return RedirectResponse(f"{LIST}?answered={cause}&rule={rule}", 303)


@router.post("/alerts/{cause}/pass-on")
async def pass_on(
    request: Request,
    cause: Id,
    runtime: TheRuntime,
    caller: Answerer,
    rule: Rule,
    generation: Generation,
    reason: Annotated[PassReason, Form()],
    note: Note = "",
) -> Response:
    """The caller cannot take the alert: whoever comes next is called at once."""
    try:
        await actions.pass_on(runtime, caller, cause, reason, note or None, (rule, generation))
    except Problem as problem:
        return await _refused(request, runtime, caller, cause, problem)
    return RedirectResponse(f"{LIST}?passed={cause}&rule={rule}", 303)


@router.get("/take/{call}/{signature}", dependencies=[BY_LINK])
async def open_link(request: Request, call: Id, signature: Id, runtime: TheRuntime) -> HTMLResponse:
    """A page that shows nothing, and has one button. Whoever opens it has taken nothing."""
    link.check(runtime.ids, call, signature)
    return PAGES.show("take.html", PAGES.look(request), taken=None, fault=None)


@router.post("/take/{call}/{signature}", dependencies=[BY_LINK])
async def take_by_link(request: Request, call: Id, signature: Id, runtime: TheRuntime) -> HTMLResponse:
    """Whoever was called takes the alert, and is told whose it is now."""
    link.check(runtime.ids, call, signature)
    try:
        taken, fault, status = await link.take(runtime, call), None, 200
    except Problem as problem:
        if problem.status != 409:
            raise
        taken, fault, status = None, problem.code, 409
    return PAGES.show("take.html", PAGES.look(request), status, taken=taken, fault=fault)


async def _refused(
    request: Request, runtime: Runtime, caller: Caller, cause: str, problem: Problem
) -> HTMLResponse:
    """The alert as it stands, with why the answer was not taken. Raises the Problem for any but 409."""
    if problem.status != 409:
        raise problem
    return await resolve.page(request, runtime, caller, cause, problem.code, 409)


def _count(waiting: list[AlertShown]) -> int:
    """How many wait for an answer, those behind another about the same among them."""
    return sum(each.state == "unanswered" for alert in waiting for each in (alert, *alert.others))


def _bars(waiting: list[AlertShown]) -> list[Bar]:
    """That an alert calls the one who looks."""
    calling = [each for each in waiting if any(call.you for call in each.calls)]
    if not calling:
        return []
    text = PAGES.texts("bar.called", n=len(calling), number=calling[0].number)
    return [Bar(Loudness.CALLED, text, f"#alert-{calling[0].cause}")]
