"""HTTP of children: those of a case, and the list of children at risk. REST and a page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.http.auth import Caller, right
from chassis.http.context import the_runtime
from chassis.http.paging import Paging, paging
from chassis.pages.times import Times
from chassis.runtime import Runtime
from services.marac import shown_children as shown
from services.marac.conference import children_list
from services.marac.pages import PAGES
from services.marac.pages.words import Words
from services.marac.rules import sharing

router = APIRouter(prefix="/marac/v1", tags=["children"])
pages = APIRouter(prefix="/marac", include_in_schema=False)

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
Reader = Annotated[Caller, right(sharing.READ_CHILDREN)]


@router.get("/children")
async def children(
    runtime: TheRuntime, caller: Reader, page: Annotated[Paging, paging("children")]
) -> shown.Children:
    """The children of the caller's cases who are at risk, with the reasons, by pages of cases: those with a
    child of whom something is said first, then the newest. And apart from them those under 18 who are named
    as alleged perpetrators. How a child of one case lives is in `household` of the case."""
    return await children_list.children(runtime, caller, page)


@pages.get("/children")
async def children_page(
    request: Request, runtime: TheRuntime, caller: Reader, page: Annotated[Paging, paging("children")]
) -> HTMLResponse:
    """The same, as a page."""
    found = await children_list.children(runtime, caller, page)
    look = PAGES.look(request, caller)
    words = Words(PAGES.texts, Times(PAGES.texts, look.now))
    return PAGES.show("children.html", look, page=found, words=words)
