"""What somebody typed into a form about a victim: what it means, what is wrong with it, where it leads. The
same of every page on which staff write their agency's word."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.accept import Refused
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from services.referrals.pages import PAGES, unsound

STATUS = {"": 200, "changed": 412, "busy": 503}
"""How a form is answered, by what is wrong with it; anything else is 422."""


async def tried(work: Callable[[], Awaitable[None]], known: Collection[str]) -> str:
    """Do what a form asks for: what is wrong with it, as ``fault_of``; empty: nothing. A button that was
    pressed twice did it once, and nothing is wrong."""
    try:
        await work()
    except (ValidationError, Refused) as error:
        pressed_twice = isinstance(error, Refused) and error.status == 409
        return "" if pressed_twice else fault_of(error, known)
    return ""


def fault_of(error: ValidationError | Refused, known: Collection[str]) -> str:
    """What is wrong with a form, as the last part of a message id: one of these that are ``known``, or that
    of the whole form."""
    if isinstance(error, Refused):
        return {412: "changed", 503: "busy"}.get(error.status, "form")
    return next((str(each) for each in error.errors()[0]["loc"] if each in known), "form")


async def form_page(
    template: str, request: Request, mention: str, runtime: Runtime, caller: Caller, fault: str, **shown: Any
) -> HTMLResponse:
    """A page about whoever a mention is, with its form as it stands."""
    defined = (await runtime.configuration(AgencyDefined)).current(AgencyDefined)
    return PAGES.show(
        template,
        PAGES.look(request, caller, *await unsound(runtime, mention)),
        STATUS.get(fault, 422),
        mention=mention,
        agencies={fact.said.agency: fact.said.name for fact in defined},
        fault=fault,
        **shown,
    )
