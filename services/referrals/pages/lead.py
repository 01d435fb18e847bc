"""The page on which whoever reaches a victim says who leads their support: decode, ask ``by_hand``, show."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.configuration import AgencyDefined
from contracts.events.people import LeadNamed
from contracts.mentions import Mention
from contracts.vocabulary import Role
from services.referrals import by_hand
from services.referrals.owed import leads_of
from services.referrals.pages import PAGES, unsound
from services.referrals.pages.typed import STATUS
from services.referrals.rules import sharing

router = APIRouter(prefix="/victims/{mention}/lead", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Writer = Annotated[Caller, right(sharing.WRITE_LEAD)]
FAULTS = {"service", "name", "telephone", "email", "changed", "busy"}
"""What can be wrong with the form, as the last part of a message id."""


class TypedLead(BaseModel):
    """The form as somebody typed it. ``upon``: root and version of what the caller's agency said last."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    upon: str = ""
    service: str = ""
    name: str = ""
    telephone: str = ""
    email: str = ""

    def said(self, mention: str, now: datetime) -> LeadNamed:
        """What was said of whoever a page names, from now on. Raises ValidationError."""
        worker = {"name": self.name, "telephone": self.telephone or None, "email": self.email or None}
        return LeadNamed.model_validate(
            {
                "victim": mention,
                "people": [Mention(role=Role.VICTIM)],
                "service": self.service,
                "since": now,
                "worker": worker,
            }
        )


@router.get("")
async def open_lead(request: Request, mention: Id, runtime: TheRuntime, caller: Writer) -> HTMLResponse:
    """Who leads a victim's support, and the form to name somebody."""
    return await _show(request, mention, runtime, caller)


@router.post("")
async def name(
    request: Request, mention: Id, runtime: TheRuntime, caller: Writer, typed: Annotated[TypedLead, Form()]
) -> Response:
    """Name who leads it from now on."""
    try:
        said = typed.said(mention, runtime.clock.now())
        key = f"{typed.once}-lead"
        await by_hand.save(runtime, caller, mention, said, ("", ""), sharing.NAME_LEAD, key)
    except (ValidationError, Refused) as error:
        if not (isinstance(error, Refused) and error.status == 409):  # else the button was pressed twice
            return await _show(request, mention, runtime, caller, typed, _fault(error))
    return _back(mention)


@router.post("/over")
async def over(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Writer,
    once: Annotated[Id, Form()],
    upon: Annotated[str, Form()] = "",
) -> Response:
    """Whoever the caller's agency named leads it no more, from now on: a word of its own, so that what was so
    until now stays."""
    page = await by_hand.open_page(runtime, caller, mention, LeadNamed)
    last = by_hand.own_last(page)
    if last is None or upon != f"{last.root}:{last.version}" or not isinstance(last.said, LeadNamed):
        return await _show(request, mention, runtime, caller, fault="changed")
    said = TypedLead(once=once, service=last.said.service, name="-").said(mention, runtime.clock.now())
    said = said.model_copy(update={"since": last.said.since, "until": said.since, "worker": last.said.worker})
    try:
        await by_hand.save(runtime, caller, mention, said, ("", ""), sharing.NAME_LEAD, f"{once}-over")
    except Refused as refused:
        if refused.status != 409:
            return await _show(request, mention, runtime, caller, fault=_fault(refused))
    return _back(mention)


def _back(mention: str) -> RedirectResponse:
    return RedirectResponse(f"/referrals/victims/{mention}/lead", 303)


def _fault(error: ValidationError | Refused) -> str:
    if isinstance(error, Refused):
        return {412: "changed", 503: "busy"}.get(error.status, "form")
    return next((str(each) for each in error.errors()[0]["loc"][::-1] if each in FAULTS), "form")


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedLead | None = None,
    fault: str = "",
) -> HTMLResponse:
    shown = await by_hand.open_page(runtime, caller, mention, LeadNamed)
    defined = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    leads = await leads_of(runtime, mention)
    own = next((each for each in leads if each.agency == caller.agency), None)
    last = by_hand.own_last(shown)
    return PAGES.show(
        "lead.html",
        PAGES.look(request, caller, *await unsound(runtime, mention)),
        STATUS.get(fault, 422),
        page=shown,
        leads=leads,
        own=f"{last.root}:{last.version}" if own and last else "",
        mention=mention,
        agencies={fact.said.agency: fact.said.name for fact in defined},
        typed=(typed or TypedLead(once=new_id())).model_copy(update={"once": new_id()}),
        fault=fault,
    )
