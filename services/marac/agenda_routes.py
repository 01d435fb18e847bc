"""HTTP of publishing an agenda: REST and the button of its page. Decisions are in ``rules``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response, status
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from starlette.responses import RedirectResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.facts import receipt
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.submission import Receipt
from services.marac.conference.publishing import publish
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["meetings"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Publisher = Annotated[Caller, right(sharing.PUBLISH_AGENDA)]


class ToPublish(BaseModel):
    """Which version the new one comes after: 0 for the first."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[StrictInt, Field(ge=0)]


@router.post("/meetings/{meeting}/publications", status_code=status.HTTP_201_CREATED)
async def publish_agenda(
    meeting: Id,
    said: ToPublish,
    runtime: TheRuntime,
    caller: Publisher,
    response: Response,
) -> Receipt:
    """Publish the agenda of a meeting as it stands now, as its next version. Until the meeting's day is over
    the agenda marks what changed since. 409 `meeting-over` after it, and `same-key-other-content` where
    somebody else has published that version: the agenda says who."""
    return receipt(response, "marac", await publish(runtime, caller, meeting, said.after))


@pages.post("/meetings/{meeting}/publications")
async def publish_by_page(
    meeting: Id, runtime: TheRuntime, caller: Publisher, after: Annotated[int, Form(ge=0)]
) -> Response:
    """Publish the version after the one that the page showed, once however often the button is pressed, and
    whoever presses it: the page then says who did."""
    try:
        await publish(runtime, caller, meeting, after)
    except Refused as refused:
        if refused.fault != "same-key-other-content":
            raise
    return RedirectResponse(f"/marac/meetings/{meeting}", 303)
