"""The page on which staff say that a court will hear something: decode, ask ``by_hand``, show. It names no
place, and nobody but the victim."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.hearings import HearingListed
from contracts.mentions import Mention
from contracts.vocabulary import HearingKind, HearingToldBy, Role
from services.referrals import by_hand
from services.referrals.pages.typed import form_page, tried
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

    async def work() -> None:
        said = typed.said(mention)
        await by_hand.save(runtime, caller, mention, said, (root, version), sharing.SAY_HEARING, key)

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, typed, fault)
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
    upon_it, key = (root, version), f"{once}-withdrawn"

    async def work() -> None:
        await by_hand.withdraw(runtime, caller, mention, HearingListed, upon_it, sharing.SAY_HEARING, key)

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, fault=fault)
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
    return await form_page(
        "hearing.html",
        request,
        mention,
        runtime,
        caller,
        fault,
        page=shown,
        typed=(typed or TypedHearing(once=new_id())).model_copy(update={"once": new_id()}),
        kinds=HearingKind,
        tellers=HearingToldBy,
    )
