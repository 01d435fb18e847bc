"""How a route comes by the service that it belongs to."""

from typing import TYPE_CHECKING, cast

from starlette.requests import Request

if TYPE_CHECKING:
    from chassis.runtime import Runtime


async def the_runtime(request: Request) -> "Runtime":
    """The runtime, in a route: ``runtime: Annotated[Runtime, Depends(the_runtime)]``."""
    return cast("Runtime", request.app.state.runtime)
