"""One service over HTTP: its routes, and what every service has in common around them.

Do not write in a dependency with ``yield``: what comes after the ``yield`` runs when the caller has
its answer already, and an acknowledged fact is a saved one.
"""

import importlib.metadata
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, Protocol

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import telemetry
from chassis.clock import Clock
from chassis.http import signin
from chassis.http.auth import (
    Caller,
    Doorkeeper,
    SignedIn,
    ToSignIn,
    ask_rights_first,
    check_rights,
    open_to_all,
    right,
)
from chassis.http.bulk import bulk_path, bulk_router
from chassis.http.context import the_runtime as the_runtime
from chassis.http.facts import document_repeats, facts_router
from chassis.http.how_far import how_far_router
from chassis.http.issuer import Issuer
from chassis.http.limits import Limits
from chassis.http.outer import Outer, security_headers
from chassis.http.parked import parked_router
from chassis.http.problem import (
    OPENAPI_RESPONSES,
    ProblemPage,
    add_handlers,
    as_response,
    not_found,
)
from chassis.http.uploads import uploads_path, uploads_router
from chassis.ids import Ids
from chassis.pages.assets import ZippedPages
from chassis.pages.unread import unread_pages
from chassis.settings import Settings
from contracts.content import Content
from contracts.times import Moment


class Declared(Protocol):
    """What this module reads of a service's declaration."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def routers(self) -> tuple[APIRouter, ...]: ...  # noqa: D102
    @property
    def problem_page(self) -> ProblemPage | None: ...  # noqa: D102
    @property
    def rights(self) -> Mapping[str, frozenset[str]]: ...  # noqa: D102
    @property
    def accepts(self) -> Mapping[type[Content], str]: ...  # noqa: D102


class Host(Protocol):
    """What this module asks of a runtime."""

    @property
    def service(self) -> Declared: ...  # noqa: D102
    @property
    def settings(self) -> Settings: ...  # noqa: D102
    @property
    def ids(self) -> Ids: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102

    async def start(self) -> None: ...  # noqa: D102
    async def stop(self) -> None: ...  # noqa: D102
    async def ready(self) -> tuple[bool, dict[str, Any]]: ...  # noqa: D102
    async def set_clock(self, at: AwareDatetime) -> AwareDatetime: ...  # noqa: D102

    def alive(self) -> bool:
        """Whether every task of the service still runs, whatever the log and the store do."""


class Undeclared(RuntimeError):
    """A route without a declared right, or outside its service's paths. The service must not start."""


def create_app(runtime: Host, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The application of a service. Its life is the runtime's: started and stopped with it.

    ``transport`` is how the identity provider is reached where that is not the network.
    Raises Undeclared for a route with no right, or not under ``/{service}/``.
    """
    name = runtime.service.name
    issuer = Issuer(runtime.settings, transport)
    app = FastAPI(
        title=f"Goldthread {name}",
        version=_version(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=telemetry.of_requests(),
        responses=OPENAPI_RESPONSES,
        lifespan=_life(runtime, issuer),
    )
    app.state.runtime = runtime
    app.state.doorkeeper = Doorkeeper(runtime.settings, issuer, runtime.ids)
    app.state.problem_page = runtime.service.problem_page
    _add_handlers(app)
    _add_routes(app, runtime)
    _refuse_undeclared(app, runtime.service)
    document_repeats(app)
    ask_rights_first(app)
    templates = {route.endpoint: route.path for route in iter_route_contexts(app.routes)}
    app.add_middleware(Limits, lines=f"{bulk_path(name)}|{uploads_path(name)}/[^/]+/parts/[^/]+")
    app.add_middleware(ZippedPages)
    app.add_middleware(
        Outer,
        name=name,
        headers=security_headers(runtime.settings),
        route_of=lambda scope: templates.get(scope.get("endpoint")) or "-",
    )
    return app


def _life(runtime: Host, issuer: Issuer) -> Any:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        try:
            yield
        finally:
            await runtime.stop()
            await issuer.close()

    return life


def _add_handlers(app: FastAPI) -> None:
    add_handlers(app)
    app.add_exception_handler(ToSignIn, signin.to_sign_in)


def _add_routes(app: FastAPI, runtime: Host) -> None:
    prefix = f"/{runtime.service.name}"
    for router in runtime.service.routers:
        app.include_router(router)
    if runtime.service.accepts:
        app.include_router(facts_router(runtime.service.name))
        app.include_router(bulk_router(runtime.service.name, runtime.service.accepts))
        app.include_router(uploads_router(runtime.service.name, runtime.service.accepts))
    app.include_router(signin.router(runtime.service.name))
    app.include_router(_of_operators(), prefix=prefix)
    app.include_router(_of_callers(), prefix=prefix)
    app.include_router(how_far_router(), prefix=prefix)
    app.include_router(parked_router(), prefix=prefix)
    app.include_router(unread_pages(runtime.service.name), prefix=prefix)
    if not runtime.settings.production:
        app.include_router(_of_the_clock(), prefix=prefix)


def _refuse_undeclared(app: FastAPI, service: Declared) -> None:
    bare = check_rights(app, service.rights)
    if bare:
        raise Undeclared(f"Routes without a declared right: {'; '.join(bare)}")
    paths = [route.path or "" for route in iter_route_contexts(app.routes)]
    astray = [path for path in paths if not path.startswith(f"/{service.name}/")]
    if astray:
        raise Undeclared(f"Routes outside /{service.name}/: {'; '.join(astray)}")


def _of_operators() -> APIRouter:
    routes = APIRouter(dependencies=[open_to_all("for operators' tools; it tells nothing of anybody")])

    @routes.get("/health")
    async def health(request: Request) -> JSONResponse:
        """Whether the process and each of its tasks is alive. If not: start it again."""
        alive = request.app.state.runtime.alive()
        return JSONResponse({"alive": alive}, 200 if alive else 503)

    @routes.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        """Whether the service has all that the log holds, and why not."""
        is_ready, reasons = await request.app.state.runtime.ready()
        return JSONResponse({"ready": is_ready, "reasons": reasons}, 200 if is_ready else 503)

    @routes.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> JSONResponse:
        """This service's own description."""
        return JSONResponse(request.app.openapi())

    return routes


class Me(BaseModel):
    """Who the caller is here. ``id`` is what a rota names somebody by."""

    id: str
    name: str
    agency: str
    roles: list[str]
    areas: list[str]


def _of_callers() -> APIRouter:
    routes = APIRouter()

    @routes.get("/v1/me")
    async def me(caller: Annotated[Caller, Depends(SignedIn())]) -> Me:
        """The caller, as Goldthread knows them."""
        return Me(
            id=caller.id,
            name=caller.name,
            agency=caller.agency,
            roles=sorted(caller.roles),
            areas=sorted(caller.areas),
        )

    return routes


class ClockSetting(BaseModel):
    """What the services' clock shall say now."""

    model_config = ConfigDict(extra="forbid")
    now: Moment


def _of_the_clock() -> APIRouter:
    routes = APIRouter()

    @routes.put("/v1/clock")
    async def set_clock(
        setting: ClockSetting,
        request: Request,
        caller: Annotated[Caller, right("clock:set")],
    ) -> ClockSetting:
        """Move the services' clock, for demo and tests. Production has no such route."""
        return ClockSetting(now=await request.app.state.runtime.set_clock(setting.now))

    return routes


def _version() -> str:
    try:
        return importlib.metadata.version("goldthread")
    except importlib.metadata.PackageNotFoundError:
        return "0.1.0"


class Together:
    """Several applications in one process, each under the first part of its paths, with one life.

    The prefix stays on the path, as it does behind the gateway. ``/assets`` and the built-in
    identity provider are applications like any other.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = dict(apps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, connection, or life."""
        if scope["type"] == "lifespan":
            await Starlette(lifespan=self._life)(scope, receive, send)
            return
        app = self._apps.get(scope["path"].split("/", 2)[1])
        if app is not None:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await as_response(not_found())(scope, receive, send)

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as lives:
            for app in self._apps.values():
                if isinstance(app, Starlette):
                    life: AbstractAsyncContextManager[Any] = app.router.lifespan_context(app)
                    await lives.enter_async_context(life)
            yield
