"""The page of how far each agency's feed has come, alike in every service: the freshness of each page leads
here."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from chassis import feeds
from chassis.http.how_far import At, Reader, TheRuntime
from chassis.pages.frame import Pages


def how_far_pages(pages: Pages) -> APIRouter:
    """The page of one service, with its navigation."""
    routes = APIRouter(prefix=f"/{pages.service}", include_in_schema=False)

    @routes.get("/how-far")
    async def look(request: Request, runtime: TheRuntime, caller: Reader, at: At = None) -> HTMLResponse:
        """How far each has come, now or as it was known."""
        page = await feeds.heard(runtime, at)
        then = pages.as_known(at, page.at, request.url.path)
        return pages.show("goldthread/how_far.html", pages.look(request, caller, *then), page=page)

    return routes
