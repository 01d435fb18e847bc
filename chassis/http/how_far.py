"""How far each agency's feed has come, alike in every service: for whoever reads its pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from chassis import feeds
from chassis.feeds import HowFar
from chassis.http.auth import HOW_FAR, Caller, right
from chassis.http.context import the_runtime
from chassis.runtime import Runtime
from contracts.times import Moment

TheRuntime = Annotated[Runtime, Depends(the_runtime)]
At = Annotated[Moment | None, Query(description="as it was known then")]
Reader = Annotated[Caller, right(HOW_FAR)]


def how_far_router() -> APIRouter:
    """The route of one service, under its prefix."""
    routes = APIRouter(prefix="/v1", tags=["freshness"])

    @routes.get("/how-far")
    async def look(runtime: TheRuntime, caller: Reader, at: At = None) -> HowFar:
        """How far the feed of each agency has come, and which are silent; now, or as it was known at a time.
        409 for a time of which it is not known yet that all is here."""
        return await feeds.heard(runtime, at)

    return routes
