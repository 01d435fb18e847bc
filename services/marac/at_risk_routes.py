"""HTTP of the victims at most risk, and of whoever of their offenders is put forward to a MATAC: REST and
pages. Decisions are in ``rules``."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.etag import IdempotencyKey
from chassis.http.facts import receipt
from chassis.http.paging import Paging, paging
from chassis.ids import new_id
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.envelope import Id
from contracts.sections import Text
from contracts.submission import Receipt
from contracts.vocabulary import CandidateDecision, NotTakenUp
from services.marac.conference import most_at_risk
from services.marac.conference.most_at_risk import By
from services.marac.pages import PAGES
from services.marac.pages.words import Words
from services.marac.rules import sharing
from services.marac.tasking import candidacy

router = APIRouter(prefix="/marac/v1")
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
OfCases = Annotated[Caller, right(sharing.READ_CASE)]
OfCohort = Annotated[Caller, right(sharing.READ_COHORT)]
Decider = Annotated[Caller, right(sharing.DECIDE_CANDIDATE)]
InArea = Annotated[AreaId | None, Query(description="a force, a district or a MARAC: one of the caller's")]


class ToDecide(BaseModel):
    """What a MATAC decided of somebody who was put forward. ``reason``: of one who is not taken up."""

    model_config = ConfigDict(extra="forbid")

    decision: CandidateDecision
    reason: NotTakenUp | None = None
    text: Text | None = None


@router.get("/victims", tags=["cases"])
async def victims(
    runtime: TheRuntime,
    caller: OfCases,
    page: Annotated[Paging, paging("victims")],
    by: By = By.OFFENCES,
    area: InArea = None,
) -> most_at_risk.Victims:
    """The victims at most risk, by number of offences or of different offenders in the last twelve months.
    One without a case is a repeat victim whom nobody referred."""
    return await most_at_risk.victims(runtime, caller, by, area, page)


@router.get("/candidates", tags=["cohort"])
async def candidates(
    runtime: TheRuntime, caller: OfCohort, page: Annotated[Paging, paging("candidates")]
) -> candidacy.Candidates:
    """Whoever is put forward because they harm a repeat victim: those who wait for a decision first."""
    return await candidacy.candidates(runtime, caller, page)


@router.post("/cohort/{person}/decision", status_code=status.HTTP_201_CREATED, tags=["cohort"])
async def decide(
    person: Id, said: ToDecide, runtime: TheRuntime, caller: Decider, response: Response, key: IdempotencyKey
) -> Receipt:
    """Record whether a MATAC takes somebody up. The newest decision holds."""
    taken = await candidacy.decide(runtime, caller, person, said.decision, said.reason, said.text, key)
    return receipt(response, "marac", taken)


@pages.get("/victims")
async def victims_page(
    request: Request,
    runtime: TheRuntime,
    caller: OfCases,
    page: Annotated[Paging, paging("victims")],
    by: By = By.OFFENCES,
    area: InArea | Literal[""] = None,
) -> HTMLResponse:
    """The victims at most risk, as a table. An area that is left empty is all of the caller's."""
    shown = await most_at_risk.victims(runtime, caller, by, area or None, page)
    look = PAGES.look(request, caller)
    asked = f"&area={area}" if area else ""
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show("victims.html", look, page=shown, words=words, lists=tuple(By), asked=asked)


@pages.get("/candidates")
async def candidates_page(
    request: Request, runtime: TheRuntime, caller: OfCohort, page: Annotated[Paging, paging("candidates")]
) -> HTMLResponse:
    """Whoever is put forward, and what was decided."""
    shown = await candidacy.candidates(runtime, caller, page)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show("candidates.html", look, page=shown, words=words)


@pages.get("/cohort/{person}/decision")
async def decision_page(request: Request, person: Id, runtime: TheRuntime, caller: Decider) -> HTMLResponse:
    """Why somebody is put forward, with a form."""
    return await _decision(request, runtime, caller, person, dict.fromkeys(ToDecide.model_fields, ""))


@pages.post("/cohort/{person}/decision")
async def decide_by_page(
    request: Request,
    person: Id,
    runtime: TheRuntime,
    caller: Decider,
    once: Annotated[Id, Form()],
    decision: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Record what was chosen, once however often the button is pressed."""
    typed = {"decision": decision, "reason": reason, "text": text}
    needed = decision == CandidateDecision.NOT_TAKEN_UP
    try:
        said = ToDecide.model_validate(typed | {"reason": reason if needed else None, "text": text or None})
    except ValidationError as error:
        where = str(error.errors()[0]["loc"][0])
        return await _decision(request, runtime, caller, person, typed, where)
    try:
        await candidacy.decide(runtime, caller, person, said.decision, said.reason, said.text, once)
    except Refused as refused:
        if refused.status != 409:  # the button was pressed twice
            raise
    return RedirectResponse(f"/marac/cohort/{person}", 303)


async def _decision(
    request: Request, runtime: Runtime, caller: Caller, person: str, typed: dict[str, str], fault: str = ""
) -> HTMLResponse:
    shown = await candidacy.candidate(runtime, caller, person)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    more = {"typed": typed, "fault": fault, "once": new_id(), "reasons": tuple(NotTakenUp)}
    return PAGES.show("decision.html", look, 422 if fault else 200, page=shown, words=words, **more)
