"""The pages of marac over HTTP: decode, ask ``queries``, show. Every look is on record there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.auth import Caller, caller_of, open_to_all, right
from chassis.http.context import the_runtime
from chassis.http.paging import Paging, paging
from chassis.http.problem import Problem, not_found
from chassis.pages import live
from chassis.pages.frame import Bar, Look, Loudness
from chassis.pages.known import Asked, asked_of, now_or_then
from chassis.pages.times import Times
from chassis.runtime import Runtime
from chassis.signals import Changed
from contracts.envelope import Id
from contracts.times import Moment
from services.marac import queries
from services.marac.conference import emergency_told, researched, sending
from services.marac.conference.action_held import any_of_case
from services.marac.conference.actions import ACTION
from services.marac.conference.noticing import OF_A_CASE
from services.marac.conference.views import ALERT, PERSON
from services.marac.pages import PAGES, agenda_live, unsound
from services.marac.pages.case import CaseView
from services.marac.pages.homes import home_of
from services.marac.pages.perpetrator import told
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.rules.noticing import SEEN, read_seen
from services.marac.shown import Agenda, CasePage
from services.marac.tasking.candidates import CANDIDATE

router = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
OfCases = Annotated[Caller, right(sharing.READ_CASE)]
OfMeetings = Annotated[Caller, right(sharing.READ_MEETING)]
OfCohort = Annotated[Caller, right(sharing.READ_COHORT)]
At = Annotated[Moment | None, Query(description="as it was known at this time")]
OfThen = Annotated[Asked, Depends(asked_of)]

PAPER_LASTS = timedelta(days=7)
"""After how long a print is to be destroyed: the next page is as quickly made. Goldthread's own."""


@router.get("/", dependencies=[open_to_all("it leads whoever is signed in to their own first page")])
async def first_page(request: Request) -> Response:
    """Off to the page where the caller's own work waits."""
    home = home_of((await caller_of(request)).roles)
    if home is not None:
        return RedirectResponse(home, 303)
    raise not_found()


@router.get("/meetings")
async def meetings(
    request: Request, runtime: TheRuntime, caller: OfMeetings, page: Annotated[Paging, paging("meetings")]
) -> HTMLResponse:
    """The meetings of the caller's areas."""
    shown, look = await queries.meetings(runtime, caller, page), PAGES.look(request, caller)
    sent = await sending.unopened(runtime, caller)
    return PAGES.show("meetings.html", look, meetings=shown, sent=sent, words=_words(look))


@router.get("/meetings/{meeting}")
async def agenda(
    request: Request,
    meeting: Id,
    runtime: TheRuntime,
    caller: OfMeetings,
    asked: OfThen,
    at: At = None,
) -> Response:
    """The cases of a meeting, in the order in which they are heard, as it is now or as it was known;
    or off to the time that was asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        shown = await queries.agenda(runtime, caller, meeting, at)
        look = _look(request, caller, shown, f"/marac/meetings/{meeting}")
        tells = shown.meeting.emergency and at is None
        return PAGES.show(
            "agenda.html",
            look,
            status=422 if fault else 200,
            agenda=shown,
            emergency=await emergency_told.emergency(runtime, caller, meeting) if tells else None,
            words=_words(look, paper=at is not None),
            live=agenda_live.address(runtime.ids, shown),
            **asked.shown(PAGES, at, fault),
        )

    return await now_or_then(f"/marac/meetings/{meeting}", runtime, asked, at, show)


@router.get("/meetings/{meeting}/live")
async def agenda_news(
    request: Request,
    meeting: Id,
    runtime: TheRuntime,
    caller: OfMeetings,
    seen: Annotated[str, Query(max_length=20_000, pattern=f"^({SEEN})?$")] = "",
) -> Response:
    """Server-sent events: which cases of the caller's have something new since they looked, and how many
    lines. Never what they say. Without ``seen``: since it was asked for."""
    await queries.meeting_of(runtime, caller, meeting)
    again = "last-event-id" in request.headers
    opened = agenda_live.OpenAgenda(runtime, caller, meeting, read_seen(seen), told=again)
    return live.stream(request, runtime, opened.concerned, opened.news)


@router.get("/meetings/{meeting}/print")
async def agenda_on_paper(
    request: Request, meeting: Id, runtime: TheRuntime, caller: OfMeetings, at: At = None
) -> HTMLResponse:
    """The agenda and every case of it, to be printed."""
    shown = await queries.agenda(runtime, caller, meeting, at, paper=True)
    look = _look(request, caller, shown, f"/marac/meetings/{meeting}")
    words = _words(look, paper=True)
    listed = [line.case for line in shown.cases]
    cases = await queries.sheets(runtime, caller, listed, at)
    research = await researched.of_cases(runtime, caller, listed, at)
    return PAGES.show(
        "agenda_print.html",
        look,
        agenda=shown,
        words=words,
        cases=[(page, CaseView(page, words), research[page.case]) for page in cases],
        until=(look.now + PAPER_LASTS).date(),
    )


@router.get("/cases/{case}")
async def case(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: OfCases,
    asked: OfThen,
    at: At = None,
) -> Response:
    """A case on one page, as it is now or as it was known; or off to the time that was asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        page = await queries.case_page(runtime, caller, case, at)
        look = _look(request, caller, page, f"/marac/cases/{case}")
        words = _words(look, paper=at is not None)
        return PAGES.show(
            "case.html",
            look,
            status=422 if fault else 200,
            page=page,
            view=CaseView(page, words),
            words=words,
            newest=max(page.freshness, key=lambda heard: heard.recorded, default=None),
            research=await researched.of_case(runtime, caller, case, at),
            meeting=await _next(runtime, caller, page),
            live=f"/marac/cases/{case}/live?seen={live.digest(runtime.ids, page.seen)}"
            if at is None
            else None,
            **asked.shown(PAGES, at, fault),
        )

    return await now_or_then(f"/marac/cases/{case}", runtime, asked, at, show)


@router.get("/cases/{case}/print")
async def case_on_paper(
    request: Request, case: Id, runtime: TheRuntime, caller: OfCases, at: At = None
) -> HTMLResponse:
    """A case, to be printed: everything open, times in full, no addresses of pages or people."""
    page = await queries.case_page(runtime, caller, case, at, paper=True)
    look = _look(request, caller, page, f"/marac/cases/{case}")
    words = _words(look, paper=True)
    return PAGES.show(
        "case_print.html",
        look,
        page=page,
        view=CaseView(page, words),
        words=words,
        newest=max(page.freshness, key=lambda heard: heard.recorded, default=None),
        research=await researched.of_case(runtime, caller, case, at),
        until=(look.now + PAPER_LASTS).date(),
    )


@router.get("/cases/{case}/live")
async def case_live(
    request: Request,
    case: Id,
    runtime: TheRuntime,
    caller: OfCases,
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Server-sent events: that the page has news, and of how many lines. Never what they say."""
    page, _, _ = await queries.read_case(runtime, caller, case)
    people = [each.person for each in (page.victim, *page.perpetrators, *page.children) if each]
    concerns = {
        *((view.name, case) for view in OF_A_CASE),
        *((view.name, person) for person in people for view in (PERSON, CANDIDATE)),
        *((ACTION.name, each.action) for each in page.actions),
        *((ALERT.name, record.root) for each in page.occurrences for record in each.records),
        *((ALERT.name, order.root) for order in page.orders),
    }
    lines = _lines(page)

    async def news() -> str | None:
        now, _, _ = await queries.read_case(runtime, caller, case)
        if live.digest(runtime.ids, now.seen) == seen:
            return None
        n = len(_lines(now) - lines)
        return PAGES.texts("live.new", n=n) if n else PAGES.texts("live.changed")

    async def concerned(changed: Changed) -> bool:
        agreed = {subject for view, subject in changed if view == ACTION.name}
        return not changed.isdisjoint(concerns) or await any_of_case(runtime, case, agreed)

    return live.stream(request, runtime, concerned, news)


@router.get("/cases/{case}/source/{root}")
async def source(request: Request, case: Id, root: Id, runtime: TheRuntime, caller: OfCases) -> HTMLResponse:
    """Where a line comes from: its times, versions and footing."""
    shown = await queries.source(runtime, caller, case, root)
    look = PAGES.look(request, caller, *await unsound.of_case(runtime, case))
    return PAGES.show("source.html", look, source=shown, words=_words(look, paper=True))


@router.get("/cohort")
async def cohort(
    request: Request,
    runtime: TheRuntime,
    caller: OfCohort,
    page: Annotated[Paging, paging("cohort")],
) -> HTMLResponse:
    """The people of the cohort, the highest score first."""
    shown = await queries.cohort(runtime, caller, page)
    look = PAGES.look(request, caller)
    return PAGES.show("cohort.html", look, cohort=shown, words=_words(look), next=shown.next)


@router.get("/cohort/{perpetrator}")
async def perpetrator(
    request: Request, perpetrator: Id, runtime: TheRuntime, caller: OfCohort, asked: OfThen, at: At = None
) -> Response:
    """One person of the cohort: why this score, and from which reports, now or as it was known when a month
    began; or off to the month that was asked for."""

    async def show(at: datetime | None, fault: str | None = None) -> HTMLResponse:
        page = await queries.perpetrator_page(runtime, caller, perpetrator, at)
        # Nothing but that, and how many: not even when, for that tells when somebody said something.
        broken = (Bar(Loudness.NOT_SOUND, PAGES.texts("perpetrator.broken")),) if page.broken else ()
        then = PAGES.as_known(page.known_at, page.at, f"/marac/cohort/{perpetrator}")
        look = PAGES.look(request, caller, *broken, *PAGES.incomplete(page.incomplete, None, page.at), *then)
        words, status = _words(look), 422 if fault else 200
        shown = told(page, words) | asked.shown(PAGES, page.known_at, fault, whole_months=True)
        return PAGES.show("perpetrator.html", look, status=status, page=page, words=words, **shown)

    return await now_or_then(f"/marac/cohort/{perpetrator}", runtime, asked, at, show, whole_months=True)


def _words(look: Look, *, paper: bool = False) -> Words:
    return Words(PAGES.texts, Times(PAGES.texts, look.now), paper=paper)


def _look(request: Request, caller: Caller, page: CasePage | Agenda, address: str) -> Look:
    bars: list[Bar] = []
    if isinstance(page, CasePage):
        bars = [
            *PAGES.broken(page.broken_since, page.at),
            *PAGES.incomplete(page.incomplete, page.operator_told, page.at, page.known_at),
        ]
    return PAGES.look(request, caller, *bars, *PAGES.as_known(page.known_at, page.at, address))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands on the agenda of its meeting: what comes after it."""

    meeting: str
    next: queries.Turn | None


async def _next(runtime: Runtime, caller: Caller, page: CasePage) -> Place | None:
    """The agenda that the case is on, soonest first, and the case after it, for whoever may see it."""
    if not page.meetings or not caller.roles & sharing.RIGHTS[sharing.READ_MEETING]:
        return None
    since = (page.known_at or page.at) - timedelta(days=1)
    to_come = [meeting for meeting in page.meetings if meeting.starts >= since]
    meeting = (to_come or page.meetings[::-1])[0].meeting
    try:
        turns = await queries.turns(runtime, caller, meeting, page.known_at)
    except Problem:
        return None
    cases = [turn.case for turn in turns]
    after = cases.index(page.case) + 1 if page.case in cases else len(cases)
    return Place(meeting, turns[after] if after < len(cases) else None)


def _lines(page: CasePage) -> set[tuple[str, int]]:
    people = [each for each in (page.victim, *page.perpetrators, *page.children) if each]
    return {(line.root, line.version) for person in people for line in person.lines}
