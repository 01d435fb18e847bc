"""The planner's pages over HTTP: a week of an area's rota, and a shift. Decode, ask ``planner`` or
``shifts``, show. Times on them are London's, as people write them.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from pydantic import TypeAdapter, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.clock import LONDON
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.problem import Problem
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.configuration import OnCall, RotaSet
from contracts.times import Day
from contracts.vocabulary import Post
from services.notify import planner, shifts
from services.notify.pages import PAGES
from services.notify.planner import ShiftPage
from services.notify.rules import sharing
from services.notify.shifts import At

router = APIRouter(prefix="/rota")

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_ROTA)]
Planner = Annotated[Caller, right(sharing.SET_ROTA)]
Typed = Annotated[str, Form()]
Once = Annotated[Id, Form()]
Version = Annotated[int, Form(ge=1)]
Done = Literal["set", "changed", "withdrawn", "handed-over", "swapped"]

PAPER_LASTS = timedelta(days=14)
"""When a printed week is to be destroyed: it is soon another one."""
_A_DAY: TypeAdapter[date] = TypeAdapter(Day)
ANOTHER = "another"
"""What is chosen for somebody who is in no list: their id is typed."""


_TYPED = ("name", "telephone", "email")
"""What may be typed of somebody; of somebody known it takes the place of what is known."""
PRESSED_TWICE = "same-key-other-content"


class Unsaid(Exception):
    """What was typed says no shift; ``fault`` is the last part of a message id."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@router.get("")
async def week(
    request: Request,
    runtime: TheRuntime,
    caller: Reader,
    area: Annotated[AreaId | None, Query()] = None,
    week: Annotated[Day | None, Query(description="any day of it")] = None,
    done: Annotated[Done | None, Query(description="what was just done")] = None,
) -> HTMLResponse:
    """A week of an area's rota: first what nobody is on, then who is on by day."""
    return await _week(request, runtime, caller, area, week, done=done)


@router.get("/print")
async def print_week(
    request: Request,
    runtime: TheRuntime,
    caller: Reader,
    area: Annotated[AreaId | None, Query()] = None,
    week: Annotated[Day | None, Query(description="any day of it")] = None,
) -> HTMLResponse:
    """The same week on paper."""
    shown = await planner.week_of(runtime, caller, area, week)
    look = PAGES.look(request, caller)
    until = (look.now + PAPER_LASTS).date()
    return PAGES.show("rota_print.html", look, rota=shown, until=until, **_WORDS)


@router.post("/shifts")
async def set_shift(
    request: Request, runtime: TheRuntime, caller: Planner, area: Annotated[AreaId, Form()], once: Once
) -> Response:
    """A new shift: to fill a gap, or for other hours."""
    asked = await _asked(request)
    try:
        people = await _people(runtime, caller, area)
        said = RotaSet.model_validate({"area": area, **_hours(asked), **_posts(asked, people)})
        await shifts.set_shift(runtime, caller, said, once)
    except (Unsaid, ValidationError, Refused) as error:
        if (fault := _fault(error)) != PRESSED_TWICE:
            return await _week(request, runtime, caller, area, _day(asked), asked=asked, fault=fault)
    return _done(area, _day(asked), "set")


@router.get("/shifts/{root}")
async def shift(request: Request, root: Id, runtime: TheRuntime, caller: Reader) -> HTMLResponse:
    """One shift: to change it, hand it over, swap it, take it back."""
    return await _shift(request, runtime, caller, root)


@router.post("/shifts/{root}")
async def change_shift(
    request: Request, root: Id, runtime: TheRuntime, caller: Planner, version: Version, once: Once
) -> Response:
    """Other hours, or other people."""
    asked = await _asked(request)
    page = await planner.shift_of(runtime, caller, root)
    try:
        people = await _people(runtime, caller, page.area)
        nobody: dict[str, Any] = {post.value: None for post in Post}
        changes = nobody | _hours(asked) | _posts(asked, people)
        await shifts.change(runtime, caller, At(root, version), changes, once)
    except (Unsaid, ValidationError, Refused) as error:
        return await _shift(request, runtime, caller, root, "change", asked, _fault(error))
    return _done(page.area, _day(asked), "changed")


@router.post("/shifts/{root}/hand-over")
async def hand_over(
    request: Request,
    root: Id,
    runtime: TheRuntime,
    caller: Planner,
    version: Version,
    once: Once,
    post: Annotated[Post, Form()],
) -> Response:
    """Somebody else has a post from a time in the shift until its end."""
    asked = await _asked(request)
    page = await planner.shift_of(runtime, caller, root)
    try:
        to = _person(asked, "to", await _people(runtime, caller, page.area))
        if to is None:
            raise Unsaid("person")
        await shifts.hand_over(runtime, caller, At(root, version), post, _time(asked, "at"), to, once)
    except (Unsaid, ValidationError, Refused) as error:
        return await _shift(request, runtime, caller, root, "hand-over", asked, _fault(error))
    return _done(page.area, _day(asked, "at"), "handed-over")


@router.post("/shifts/{root}/swap")
async def swap(
    request: Request,
    root: Id,
    runtime: TheRuntime,
    caller: Planner,
    version: Version,
    once: Once,
    post: Annotated[Post, Form()],
    other: Typed = "",
) -> Response:
    """Two people exchange their posts in two shifts."""
    page = await planner.shift_of(runtime, caller, root)
    try:
        theirs = next((each for each in page.others if each.value == other), None)
        if theirs is None:
            raise Unsaid("other")
        one = (At(root, version), post)
        await shifts.swap(runtime, caller, one, (At(theirs.root, theirs.version), theirs.post), once)
    except (Unsaid, ValidationError, Refused) as error:
        return await _shift(request, runtime, caller, root, "swap", await _asked(request), _fault(error))
    return _done(page.area, _london(page), "swapped")


@router.post("/shifts/{root}/withdraw")
async def withdraw(
    request: Request, root: Id, runtime: TheRuntime, caller: Planner, version: Version, once: Once
) -> Response:
    """Take it back: it stays on record."""
    page = await planner.shift_of(runtime, caller, root)
    try:
        await shifts.withdraw(runtime, caller, At(root, version), once)
    except Refused as error:
        return await _shift(request, runtime, caller, root, "withdraw", {}, _fault(error))
    return _done(page.area, _london(page), "withdrawn")


@router.post("/calendar")
async def take_calendar(
    request: Request,
    runtime: TheRuntime,
    caller: Planner,
    area: Annotated[AreaId, Form()],
    once: Once,
    file: UploadFile,
    new_people: Typed = "",
) -> HTMLResponse:
    """The shifts of a calendar: what became of each event, or what is wrong with which."""
    text = (await file.read()).decode(errors="replace")
    try:
        taken = await shifts.take_calendar(
            runtime, caller, area, text, new_people=bool(new_people), once=once
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        faults = [[*each.where.split("."), each.kind] for each in problem.faults]
        return await _week(request, runtime, caller, area, None, wrong=faults, fault="calendar")
    await runtime.folded([f"a:{area}"])
    return await _week(request, runtime, caller, area, None, taken=taken.events)


async def _week(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str | None,
    day: date | None,
    *,
    done: str | None = None,
    asked: Mapping[str, str] | None = None,
    fault: str = "",
    wrong: list[list[str]] | None = None,
    taken: list[shifts.EventTaken] | None = None,
) -> HTMLResponse:
    shown = await planner.week_of(runtime, caller, area, day)
    known: dict[str, Any] = {
        "rota": shown,
        "done": done,
        "asked": asked or {},
        "fault": fault,
        "once": new_id(),
    }
    known |= {"wrong": wrong or [], "taken": taken, "you": caller.id, "another": ANOTHER}
    return PAGES.show("rota.html", PAGES.look(request, caller), 422 if fault else 200, **known, **_WORDS)


async def _shift(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    root: str,
    form: str = "",
    asked: Mapping[str, str] | None = None,
    fault: str = "",
) -> HTMLResponse:
    """A shift, with what was wrong with the form that was sent; as it stands now, so that a change that
    somebody else made meanwhile is seen."""
    page: ShiftPage = await planner.shift_of(runtime, caller, root)
    known = {"page": page, "form": form, "asked": asked or {}, "fault": fault, "once": new_id()}
    look = PAGES.look(request, caller)
    return PAGES.show("shift.html", look, 422 if fault else 200, another=ANOTHER, **known, **_WORDS)


async def _asked(request: Request) -> dict[str, str]:
    return {name: value.strip() for name, value in (await request.form()).items() if isinstance(value, str)}


async def _people(runtime: Runtime, caller: Caller, area: str) -> dict[str, OnCall]:
    return planner.people_near(await planner.known(runtime), caller, area)


def _london(page: ShiftPage) -> date:
    return page.shift.starts.astimezone(LONDON).date()


def _done(area: str, day: date | None, done: Done) -> Response:
    return RedirectResponse(f"/notify/rota?area={area}&week={day}&done={done}", 303)


def _fault(error: Unsaid | ValidationError | Refused) -> str:
    """The last part of the id of what is said of it. Raises what is no fault of the form."""
    if isinstance(error, Unsaid):
        return error.fault
    if isinstance(error, ValidationError):
        field = str(error.errors()[0]["loc"][0])
        said = {"person": "id", **{each: each for each in ("ends", "starts", *_TYPED)}}
        return said.get(field, "first")
    if error.status == 503:
        raise error
    return error.fault


def _day(asked: Mapping[str, str], name: str = "starts") -> date | None:
    try:
        return _A_DAY.validate_python(asked.get(f"{name}_day", ""))
    except ValidationError:
        return None


def _hours(asked: Mapping[str, str]) -> dict[str, datetime]:
    return {name: _time(asked, name) for name in ("starts", "ends")}


def _time(asked: Mapping[str, str], name: str) -> datetime:
    """A London time that somebody typed. Raises Unsaid for one that does not come that day, or comes
    twice: nobody knows which of the two is meant."""
    try:
        day = _A_DAY.validate_python(asked.get(f"{name}_day", ""))
        local = datetime.combine(day, time.fromisoformat(asked.get(f"{name}_time", "")), LONDON)
    except ValueError:
        raise Unsaid(name) from None
    if local.astimezone(UTC).astimezone(LONDON).replace(fold=0) != local:
        raise Unsaid("no-such-time")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Unsaid("time-comes-twice")
    return local.astimezone(UTC)


def _posts(asked: Mapping[str, str], people: Mapping[str, OnCall]) -> dict[str, OnCall]:
    found = {post.value: _person(asked, post, people) for post in Post}
    return {post: entry for post, entry in found.items() if entry is not None}


def _person(asked: Mapping[str, str], field: str, people: Mapping[str, OnCall]) -> OnCall | None:
    """Whoever was chosen, with where their messages go; or typed. None: nobody."""
    chosen = asked.get(field, "")
    if chosen == ANOTHER:
        typed = {name: asked[f"another_{name}"] for name in _TYPED if asked.get(f"another_{name}")}
        id_ = asked.get("another_id", "").lower()
        known = people[id_].model_dump(exclude_none=True) if id_ in people else {}
        return OnCall.model_validate({"person": id_, **known, **typed})
    if chosen and chosen not in people:
        raise Unsaid("person")
    return people.get(chosen)


_WORDS: dict[str, Any] = {"posts": list(Post), "london": LONDON}
