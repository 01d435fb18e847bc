"""A service with a handful of routes, a stand-in for its runtime, and the built-in provider."""

import io
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Form, Query
from pydantic import BaseModel, ConfigDict

from chassis import logging
from chassis.accept import Refused
from chassis.clock import Clock
from chassis.http.app import Together, create_app
from chassis.http.auth import Caller, right
from chassis.http.etag import IdempotencyKey, IfMatch
from chassis.http.paging import Page, Paging, paging
from chassis.identity.provider import create_identity
from chassis.identity.tokens import Signer
from chassis.ids import Ids
from chassis.settings import Settings
from contracts.content import Content
from contracts.events.orders import BreachReported

URL = "http://goldthread.test"


class Part(BaseModel):
    """A closed model, as every part of a payload is."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    count: int = 0


class Report(BaseModel):
    """What the test service takes."""

    model_config = ConfigDict(extra="forbid")
    reference: str
    parts: list[Part] = []
    answers: dict[str, int] = {}


def routes() -> APIRouter:
    """One route of each sort that services have."""
    router = APIRouter(prefix="/orders")

    @router.post("/v1/reports", status_code=201)
    async def report(
        body: Report, key: IdempotencyKey, caller: Annotated[Caller, right("report:make")]
    ) -> dict[str, str | None]:
        return {"agency": caller.agency, "key": key}

    @router.put("/v1/reports/{number}")
    async def correct(
        number: int, version: IfMatch, caller: Annotated[Caller, right("report:make")]
    ) -> dict[str, int]:
        return {"version": version}

    @router.get("/v1/numbers")
    async def numbers(
        page: Annotated[Paging, paging("numbers")], caller: Annotated[Caller, right("report:make")]
    ) -> Page[int]:
        start = page.after[0] if page.after else 0
        found = [n for n in range(1, 8) if n > start][: page.limit + 1]
        shown, following = page.cut(found, lambda n: (n,))
        return Page(items=shown, next=following)

    @router.get("/v1/broken")
    async def broken(caller: Annotated[Caller, right("report:make")], said: str = Query("")) -> None:
        raise RuntimeError(said)

    @router.get("/v1/away")
    async def away(caller: Annotated[Caller, right("report:make")]) -> None:
        raise ConnectionRefusedError("127.0.0.1")

    @router.get("/v1/refused")
    async def refused(status: int, caller: Annotated[Caller, right("report:make")]) -> None:
        raise Refused("same-key-other-content", "Idempotency-Key", status=status)

    @router.get("/agenda", include_in_schema=False)
    async def agenda(caller: Annotated[Caller, right("agenda:read")]) -> dict[str, str]:
        return {"name": caller.name}

    @router.post("/agenda", include_in_schema=False)
    async def act(
        caller: Annotated[Caller, right("agenda:read")], note: Annotated[str, Form()]
    ) -> dict[str, int]:
        return {"length": len(note)}

    return router


@dataclass(frozen=True)
class Declared:
    """The declaration of the test service."""

    name: str = "orders"
    routers: tuple[APIRouter, ...] = field(default_factory=lambda: (routes(),))
    rights: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "report:make": frozenset({"reporter"}),
            "agenda:read": frozenset({"marac-chair"}),
        }
    )
    accepts: dict[type[Content], str] = field(default_factory=lambda: {BreachReported: "report:make"})
    problem_page: None = None


@dataclass
class StandIn:
    """As much of a runtime as HTTP needs."""

    settings: Settings
    service: Declared = field(default_factory=Declared)
    ids: Ids = field(default_factory=lambda: Ids("a secret of the tests"))
    clock: Clock = field(default_factory=Clock)
    is_ready: bool = True
    is_alive: bool = True
    running: bool = False

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        return self.is_ready, {"caught_up": self.is_ready}

    async def set_clock(self, at: datetime) -> datetime:
        self.clock.set(at)
        return self.clock.now()

    def alive(self) -> bool:
        return self.is_alive


@pytest.fixture(scope="session")
def made_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider's key, made once, for making one takes a moment."""
    folder = tmp_path_factory.mktemp("identity")
    Signer(URL, folder)
    return folder / "identity-key.json"


@pytest.fixture
def settings(tmp_path: Path, made_key: Path) -> Settings:
    """The settings of a try-out whose pages are at the test's address."""
    shutil.copy(made_key, tmp_path)
    return Settings(data=tmp_path, public_url=URL)


@pytest.fixture
def identity(settings: Settings) -> FastAPI:
    """The built-in provider."""
    return create_identity(settings)


@pytest.fixture
def runtime(settings: Settings) -> StandIn:
    """The stand-in runtime behind ``client``."""
    return StandIn(settings)


@pytest.fixture
async def client(runtime: StandIn, identity: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of service and provider behind one address. It follows no redirects by itself."""
    app = create_app(runtime, httpx.ASGITransport(app=identity))
    house = Together({"orders": app, "identity": identity})
    transport = httpx.ASGITransport(app=house, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=URL) as opened:
        yield opened


@pytest.fixture
def token(identity: FastAPI) -> Callable[[str], str]:
    """The access token of a system of the directory."""

    def of(system: str) -> str:
        provider = identity.state.provider
        given = provider.tokens_for_system(system, f"{system}-try-out")
        return str(given["access_token"])

    return of


@pytest.fixture
def bearer(token: Callable[[str], str]) -> dict[str, str]:
    """The header of a system that may report."""
    return {"Authorization": f"Bearer {token('castlegate-housing')}"}


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of the log since the test began."""
    written = io.StringIO()
    logging.configure("DEBUG", written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
