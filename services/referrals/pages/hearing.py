"""The page on which staff say that a court will hear something: decode, ask ``by_hand``, show. It names no
place, and nobody but the victim."""

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
from contracts.events.hearings import HearingListed
from contracts.mentions import Mention
from contracts.vocabulary import HearingKind, HearingToldBy, Role
from services.referrals import by_hand
from services.referrals.pages import PAGES, unsound
from services.referrals.pages.typed import STATUS, fault_of
from services.referrals.rules import sharing

router = APIRouter(prefix="/victims/{mention}/hearing", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Writer = Annotated[Caller, right(sharing.WRITE_HEARING)]
FAULTS = {"hearing", "day", "last_day", "changed", "busy"}
"""What can be wrong with the form, as the last part of a message id."""


class TypedHearing(BaseModel):
    """The form as somebody typed it. ``upon``: root and version of what it corrects; empty: one more."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    upon: str = ""
    hearing: str = ""
    day: str = ""
    last_day: str = ""
    told_by: str = ""

    def said(self, mention: str) -> HearingListed:
        """What was said of whoever a page names. Raises ValidationError."""
        return HearingListed.model_validate(
            {
                "victim": mention,
                "people": [Mention(role=Role.VICTIM)],
                "hearing": self.hearing,
                "day": self.day,
                "last_day": self.last_day or None,
                "told_by": self.told_by or None,
            }
        )


@router.get("")
async def open_hearings(request: Request, mention: Id, runtime: TheRuntime, caller: Writer) -> HTMLResponse:
    """The hearings that are told of, and the form for one more."""
    return await _show(request, mention, runtime, caller)


@router.post("")
async def say(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Writer,
    typed: Annotated[TypedHearing, Form()],
) -> Response:
    """Say that a hearing is listed, or that one has another day."""
    root, _, version = typed.upon.partition(":")
    key = f"{typed.once}-hearing"
    try:
        said = typed.said(mention)
        await by_hand.save(runtime, caller, mention, said, (root, version), sharing.SAY_HEARING, key)
    except (ValidationError, Refused) as error:
        if not (isinstance(error, Refused) and error.status == 409):  # else the button was pressed twice
            return await _show(request, mention, runtime, caller, typed, fault_of(error, FAULTS))
    return _back(mention)


@router.post("/withdrawn")
async def withdraw(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Writer,
    once: Annotated[Id, Form()],
    upon: Annotated[str, Form()] = "",
) -> Response:
    """Take back what the caller's agency said of one, if it is what they looked at."""
    root, _, version = upon.partition(":")
    key = f"{once}-withdrawn"
    try:
        await by_hand.withdraw(
            runtime, caller, mention, HearingListed, (root, version), sharing.SAY_HEARING, key
        )
    except Refused as refused:
        return await _show(request, mention, runtime, caller, fault=fault_of(refused, FAULTS))
    return _back(mention)


def _back(mention: str) -> RedirectResponse:
    return RedirectResponse(f"/referrals/victims/{mention}/hearing", 303)


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedHearing | None = None,
    fault: str = "",
) -> HTMLResponse:
    shown = await by_hand.open_page(runtime, caller, mention, HearingListed)
    defined = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    return PAGES.show(
        "hearing.html",
        PAGES.look(request, caller, *await unsound(runtime, mention)),
        STATUS.get(fault, 422),
        page=shown,
        mention=mention,
        agencies={fact.said.agency: fact.said.name for fact in defined},
        typed=(typed or TypedHearing(once=new_id())).model_copy(update={"once": new_id()}),
        kinds=HearingKind,
        tellers=HearingToldBy,
        fault=fault,
    )
