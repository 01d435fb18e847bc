"""The page on which whoever reaches a victim says how: decode, ask ``contacts``, show. What is left out is
taken, and asked for; nobody is contacted by it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.clock import LONDON
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.ids import new_id
from chassis.pages.times import moment
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.sections import Contact
from contracts.vocabulary import ContactMethod
from services.referrals import contacts
from services.referrals.pages.typed import form_page, tried
from services.referrals.rules import sharing

router = APIRouter(prefix="/victims/{mention}/contact", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reacher = Annotated[Caller, right(sharing.WRITE_CONTACT)]
WORDS = ("number", "times", "code_word", "may_answer", "if_another_answers", "unsafe")
FAULTS = {"method", "verified", "expires", "changed", "busy", *WORDS}
"""What can be wrong with the form, as the last part of a message id."""
UNIFORM = ("no", "safe")


class TypedContact(BaseModel):
    """The form as somebody typed it. ``correct``: what was said last was wrong, and is said over again."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    once: Id
    root: str = ""
    version: str = ""
    correct: str = ""
    method: str = ""
    number: str = ""
    times: str = ""
    code_word: str = ""
    may_answer: str = ""
    if_another_answers: str = ""
    unsafe: str = ""
    uniform: str = ""
    day: str = ""
    at: str = ""
    expires: str = ""

    def contact(self, before: Contact | None, now: datetime) -> Contact:
        """What was said; hours that a system gave stay. Raises ValidationError."""
        said: dict[str, Any] = {name: getattr(self, name) or None for name in WORDS}
        said |= {"method": self.method, "expires": self.expires or None}
        said |= {"no_uniform": self.uniform == "no", "uniform_safe": self.uniform == "safe" or None}
        said["hours"] = before.hours if before else None
        said["verified"] = self.verified(now)
        if before and before.verified == said["verified"]:
            said["verified_by"] = before.verified_by
        return Contact.model_validate(said)

    def verified(self, now: datetime) -> datetime | str | None:
        """When it was verified; of a day without its time its first moment. What is no time is told so."""
        try:
            return moment(self.day, self.at or "00:00", now) if self.day else None
        except ValueError:
            return "no time"


@router.get("")
async def open_contact(request: Request, mention: Id, runtime: TheRuntime, caller: Reacher) -> HTMLResponse:
    """How a victim may be reached, and what the caller's agency said of it."""
    return await _show(request, mention, runtime, caller)


@router.post("")
async def say(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Reacher,
    typed: Annotated[TypedContact, Form()],
) -> Response:
    """Say how she may be reached, anew or as a correction of what the caller's agency said last."""
    own = (await contacts.open_contact(runtime, caller, mention)).own
    key = f"{typed.once}-contact"

    async def work() -> None:
        contact = typed.contact(own.contact if own else None, runtime.clock.now())
        if typed.correct:
            await contacts.revise(runtime, caller, mention, (typed.root, typed.version), contact, key)
        else:
            await contacts.say(runtime, caller, mention, contact, key)

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, typed, fault)
    return _back(mention)


@router.post("/withdrawn")
async def withdraw(
    request: Request,
    mention: Id,
    runtime: TheRuntime,
    caller: Reacher,
    once: Annotated[Id, Form()],
    root: Annotated[str, Form()] = "",
    version: Annotated[str, Form()] = "",
) -> Response:
    """Take back what the caller's agency said last, if it is what they looked at."""

    async def work() -> None:
        await contacts.revise(runtime, caller, mention, (root, version), None, f"{once}-withdrawn")

    if fault := await tried(work, FAULTS):
        return await _show(request, mention, runtime, caller, fault=fault)
    return _back(mention)


def _back(mention: str) -> RedirectResponse:
    return RedirectResponse(f"/referrals/victims/{mention}/contact", 303)


def _typed(own: contacts.OwnWord | None) -> TypedContact:
    """The form as it stands before anybody typed: what the caller's agency said last."""
    contact = own.contact if own else None
    if contact is None:
        return TypedContact(once=new_id())
    verified = contact.verified.astimezone(LONDON) if contact.verified else None
    return TypedContact(
        once=new_id(),
        method=contact.method,
        uniform="no" if contact.no_uniform else "safe" if contact.uniform_safe else "",
        day=f"{verified:%Y-%m-%d}" if verified else "",
        at=f"{verified:%H:%M}" if verified else "",
        expires=contact.expires.isoformat() if contact.expires else "",
        **{name: getattr(contact, name) or "" for name in WORDS},
    )


async def _show(
    request: Request,
    mention: str,
    runtime: Runtime,
    caller: Caller,
    typed: TypedContact | None = None,
    fault: str = "",
) -> HTMLResponse:
    shown = await contacts.open_contact(runtime, caller, mention)
    return await form_page(
        "contact.html",
        request,
        mention,
        runtime,
        caller,
        fault,
        page=shown,
        typed=(typed or _typed(shown.own)).model_copy(update={"once": new_id()}),
        methods=ContactMethod,
        uniforms=UNIFORM,
    )
