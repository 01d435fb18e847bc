"""The page on which whoever reaches a victim says who leads their support: decode, ask ``by_hand``, show."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.people import LeadNamed
from contracts.mentions import Mention
from contracts.vocabulary import Role
from services.referrals import by_hand
from services.referrals.owed import leads_of
from services.referrals.pages.typed import form_page, tried
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

    async def work() -> None:
        said, key = typed.said(mention, runtime.clock.now()), f"{typed.once}-lead"
        await by_hand.save(runtime, caller, mention, said, ("", ""), sharing.NAME_LEAD, key)

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, typed, fault)
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

    async def work() -> None:
        await by_hand.save(runtime, caller, mention, said, ("", ""), sharing.NAME_LEAD, f"{once}-over")

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, fault=fault)
    return _back(mention)


def _back(mention: str) -> RedirectResponse:
    return RedirectResponse(f"/referrals/victims/{mention}/lead", 303)


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedLead | None = None,
    fault: str = "",
) -> HTMLResponse:
    shown = await by_hand.open_page(runtime, caller, mention, LeadNamed)
    leads = await leads_of(runtime, mention)
    own = next((each for each in leads if each.agency == caller.agency), None)
    last = by_hand.own_last(shown)
    return await form_page(
        "lead.html",
        request,
        mention,
        runtime,
        caller,
        fault,
        page=shown,
        leads=leads,
        own=f"{last.root}:{last.version}" if own and last else "",
        typed=(typed or TypedLead(once=new_id())).model_copy(update={"once": new_id()}),
    )
