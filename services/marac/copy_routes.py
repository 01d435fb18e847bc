"""HTTP of a copy of an agenda for the meeting: pages alone. Decisions are in ``rules``."""

import asyncio
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse

from chassis.accept import Refused
from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.pages.times import Times
from chassis.runtime import Runtime
from contracts.envelope import Id
from services.marac.conference import copying
from services.marac.pages import PAGES, copied
from services.marac.pages.words import Words
from services.marac.rules import sharing

pages = APIRouter(prefix="/marac/meetings/{meeting}", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Taker = Annotated[Caller, right(sharing.TAKE_COPY)]


@pages.get("/copy")
async def offer(request: Request, meeting: Id, runtime: TheRuntime, caller: Taker) -> HTMLResponse:
    """Whether a copy can be taken now, the code by which it opens, and the button."""
    return await _offer(request, runtime, caller, meeting)


@pages.post("/copy")
async def take(request: Request, meeting: Id, runtime: TheRuntime, caller: Taker) -> Response:
    """The copy, as a file. Where its time has not come, or is over, the page says so."""
    try:
        found = await copying.take(runtime, caller, meeting)
    except Refused as refused:
        if refused.status != 409:
            raise
        return await _offer(request, runtime, caller, meeting, 422)
    look = replace(PAGES.look(request, caller), how_far=None)
    file = await asyncio.to_thread(copied.file_of, found, look)
    return HTMLResponse(file, headers={"Content-Disposition": f'attachment; filename="{copied.FILE}"'})


async def _offer(
    request: Request, runtime: Runtime, caller: Caller, meeting: str, status: int = 200
) -> HTMLResponse:
    shown = await copying.offer(runtime, caller, meeting)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show(
        "copy.html", look, status, page=shown, words=words, ends=copied.last_minute(shown.until)
    )
