"""HTTP of research before a meeting: REST and pages. Decisions are in ``rules``."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey, Upon, etag
from chassis.http.facts import receipt
from chassis.http.paging import Paging, paging
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.events.research import ResearchAnswered, Researched, ResearchersSet
from contracts.sections import NarrativeSection
from contracts.submission import Receipt
from contracts.vocabulary import Paper, ResearchHeld
from services.marac import researchers
from services.marac.conference import researched, researching, sending
from services.marac.pages import PAGES
from services.marac.pages.research import TypedResearchers, as_typed, typed, typed_researchers
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.shown_research import (
    CaseResearch,
    Researchers,
    ResearchGrid,
    ResearchRequest,
    ResearchWaiting,
)

router = APIRouter(prefix="/marac/v1", tags=["research"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Page = Annotated[Paging, paging("research")]
Researcher = Annotated[Caller, right(sharing.ANSWER_RESEARCH)]
OfMeetings = Annotated[Caller, right(sharing.READ_MEETING)]
OfCases = Annotated[Caller, right(sharing.READ_CASE)]
AsksAgencies = Annotated[Caller, right(sharing.SET_RESEARCHERS)]


class ToAnswer(BaseModel):
    """What the caller's agency holds of the people of a case."""

    model_config = ConfigDict(extra="forbid")

    people: list[Researched] = Field(min_length=1, max_length=40)
    under_way: NarrativeSection | None = None
    suggested: NarrativeSection | None = None


@router.get("/researchers/{area}", tags=["configuration"])
async def whom_it_asks(
    area: AreaId, runtime: TheRuntime, caller: AsksAgencies, response: Response
) -> Researchers:
    """Which agencies a MARAC asks what they hold, and all that was said of it. ``ETag`` is its version."""
    shown = await researchers.read(runtime, caller, area)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.post("/researchers", status_code=status.HTTP_201_CREATED, tags=["configuration"])
async def set_researchers(
    said: ResearchersSet, runtime: TheRuntime, caller: AsksAgencies, response: Response, at_hand: Upon
) -> Receipt:
    """Say which agencies a MARAC asks what they hold, and until when: as a whole, upon the ``ETag`` of whom
    it asks by now. The newest holds. 412 where somebody has said otherwise since."""
    return receipt(response, "marac", await researchers.choose(runtime, caller, said, at_hand))


@router.get("/research")
async def waiting(runtime: TheRuntime, caller: Researcher, page: Page) -> ResearchWaiting:
    """The cases of which the caller's agency is asked what it holds: all that wait, emergencies and then the
    first to be late first; and one page of those that it has answered. Later pages have these alone."""
    return await researching.waiting(runtime, caller, page)


@router.get("/meetings/{meeting}/research")
async def grid(meeting: Id, runtime: TheRuntime, caller: OfMeetings) -> ResearchGrid:
    """Who has answered of which case of a meeting."""
    return await researched.grid(runtime, caller, meeting)


@router.get("/meetings/{meeting}/research/{case}")
async def request(
    meeting: Id, case: Id, runtime: TheRuntime, caller: Researcher, response: Response
) -> ResearchRequest:
    """Whom to look for, what the caller's agency has said of them, and its answer: the `ETag` is that of the
    answer, which is corrected at `PUT /marac/v1/facts/{root}`."""
    found = await researching.request(runtime, caller, meeting, case)
    await sending.opened(runtime, caller, meeting, Paper.AGENDA)
    if found.answer:
        response.headers["ETag"] = etag(found.answer.version)
    return found


@router.post("/meetings/{meeting}/research/{case}", status_code=status.HTTP_201_CREATED)
async def answer(
    meeting: Id,
    case: Id,
    said: ToAnswer,
    runtime: TheRuntime,
    caller: Researcher,
    response: Response,
    key: IdempotencyKey,
) -> Receipt:
    """Say what the caller's agency holds; after the meeting too. 409 where somebody of it has answered."""
    found = ResearchAnswered(case=case, meeting=meeting, **dict(said))
    return receipt(response, "marac", await researching.answer(runtime, caller, found, None, key))


@router.get("/cases/{case}/research")
async def of_case(case: Id, runtime: TheRuntime, caller: OfCases) -> CaseResearch:
    """What agencies answered of a case, in the order in which they speak, and who has not."""
    return await researched.of_case(runtime, caller, case)


@pages.get("/research")
async def waiting_page(request: Request, runtime: TheRuntime, caller: Researcher, page: Page) -> HTMLResponse:
    """The cases that wait for the caller's agency."""
    shown = await researching.waiting(runtime, caller, page)
    sent, look = await sending.unopened(runtime, caller), PAGES.look(request, caller)
    return PAGES.show("research.html", look, page=shown, sent=sent, first=page.after is None)


@pages.get("/researchers/{area}")
async def researchers_page(
    request: Request, area: AreaId, runtime: TheRuntime, caller: AsksAgencies
) -> HTMLResponse:
    """Whom a MARAC asks, all that was said of it, and the form by which it is changed."""
    return await _researchers(request, runtime, caller, area)


@pages.post("/researchers/{area}")
async def set_by_page(
    request: Request,
    area: AreaId,
    runtime: TheRuntime,
    caller: AsksAgencies,
    form: Annotated[TypedResearchers, Form()],
) -> Response:
    """Say whom a MARAC asks. Who comes second is shown what was said, beside what they typed."""
    try:
        said = form.whole(area)
    except ValidationError as error:
        faults = sorted({str(fault["loc"][0]) if fault["loc"] else "agencies" for fault in error.errors()})
        return await _researchers(request, runtime, caller, area, form, faults)
    try:
        await researchers.choose(runtime, caller, said, form.upon)
    except Refused as refused:
        if refused.fault != "changed-since":
            raise
        return await _researchers(request, runtime, caller, area, form)
    return RedirectResponse(f"/marac/researchers/{area}", 303)


async def _researchers(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    area: str,
    form: TypedResearchers | None = None,
    faults: Sequence[str] = (),
) -> HTMLResponse:
    shown = await researchers.read(runtime, caller, area)
    now, look = typed_researchers(shown), PAGES.look(request, caller)
    clash = form is not None and not faults
    return PAGES.show(
        "researchers.html",
        look,
        412 if clash else 422 if faults else 200,
        page=shown,
        words=Words(PAGES.texts, Times(PAGES.texts, look.now)),
        form=form or now,
        now=now,
        upon=form.upon if form and faults else now.upon,
        faults=faults,
        clash=clash,
    )


@pages.get("/meetings/{meeting}/research")
async def grid_page(request: Request, meeting: Id, runtime: TheRuntime, caller: OfMeetings) -> HTMLResponse:
    """Who has answered of which case of a meeting."""
    shown = await researched.grid(runtime, caller, meeting)
    return PAGES.show("research_grid.html", PAGES.look(request, caller), page=shown)


@pages.get("/meetings/{meeting}/research/{case}")
async def request_page(
    request: Request, meeting: Id, case: Id, runtime: TheRuntime, caller: Researcher
) -> HTMLResponse:
    """Whom to look for, with a form."""
    shown = await researching.request(runtime, caller, meeting, case)
    await sending.opened(runtime, caller, meeting, Paper.AGENDA)
    form = as_typed(shown.answer, shown.people) if shown.answer else {}
    return _page(request, caller, shown, form | _at_hand(shown))


@pages.post("/meetings/{meeting}/research/{case}")
async def answer_by_page(
    request: Request, meeting: Id, case: Id, runtime: TheRuntime, caller: Researcher
) -> Response:
    """Answer what was typed. Where somebody of the agency answered meanwhile both texts are shown, and the
    next press puts this one in its place."""
    form = {name: said for name, said in (await request.form()).items() if isinstance(said, str)}
    shown = await researching.request(runtime, caller, meeting, case)
    said, faults = typed(form, meeting, case, shown.people)
    if said is None:
        return _page(request, caller, shown, form, faults=faults)
    root, version = form.get("root", ""), form.get("version", "")
    over = (root, int(version)) if root and version.isdecimal() else None
    try:
        await researching.answer(runtime, caller, said, over, form.get("once") or None)
    except Refused as refused:
        if refused.fault not in ("answered-meanwhile", "changed-since"):
            if refused.status != 409:  # the button was pressed twice
                raise
        else:
            shown = await researching.request(runtime, caller, meeting, case)
            return _page(request, caller, shown, form | _at_hand(shown), clash=True)
    return RedirectResponse("/marac/research", 303)


def _at_hand(shown: ResearchRequest) -> dict[str, str]:
    """Which answer, and which version of it, whoever types has seen."""
    return {"root": shown.answer.root, "version": str(shown.answer.version)} if shown.answer else {}


def _page(
    request: Request,
    caller: Caller,
    shown: ResearchRequest,
    form: dict[str, str],
    *,
    faults: dict[str, str] | None = None,
    clash: bool = False,
) -> HTMLResponse:
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show(
        "research_request.html",
        look,
        409 if clash else 422 if faults else 200,
        page=shown,
        words=words,
        form=form,
        faults=faults or {},
        clash=clash,
        once=form.get("once") or new_id(),
        held=[*ResearchHeld],
        people_words=("facts", "opinions", "told"),
    )
