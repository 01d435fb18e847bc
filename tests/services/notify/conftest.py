"""The service at work on the embedded deployment, and a pager that its messages reach."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from chassis.accept import own_header
from chassis.clock import Clock
from chassis.http.auth import Caller
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from chassis.views import Saying
from contracts.content import Content
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.configuration import AreaDefined, RotaSet
from contracts.vocabulary import AlertRule, AreaKind, Urgency
from services.notify.service import SERVICE
from tests.services.notify.outside import Outside, served
from tests.services.notify.world import CAUSE, staff
from tests.support.facts import IDS, area


@dataclass(frozen=True)
class Message:
    """One message as the pager got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body."""
        said: dict[str, Any] = orjson.loads(self.body)
        return said


@dataclass
class Pager:
    """A small HTTP server. It answers with each of ``answers`` in turn, then with 204."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one message."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Message(head.split(" ")[1], headers, body))
        status = self.answers.pop(0) if self.answers else 204
        if status:
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        else:
            await reader.read()  # an endpoint that never answers
        writer.close()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """What stands outside Goldthread: GOV.UK Notify, a telephone provider, a mail server."""
    async with served(Outside()) as outside:
        yield outside


@pytest.fixture
async def pager() -> AsyncIterator[Pager]:
    """A pager on this machine."""
    pager = Pager()
    server = await asyncio.start_server(pager.serve, "127.0.0.1", 0)
    pager.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield pager


Start = Callable[..., Awaitable[Runtime]]


@pytest.fixture
async def start(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Start]:
    """Start the service on this test's store and log, embedded unless it asks for the distributed ones by its
    parameter; again after ``stop``, as a process is."""
    urls = f"sqlite:{tmp_path}/log.sqlite", f"sqlite:///{tmp_path}"
    if getattr(request, "param", "embedded") == "distributed":
        kafka = request.getfixturevalue("clean_kafka")
        urls = f"kafka://{kafka}", request.getfixturevalue("postgres_url")
    async with AsyncExitStack() as stack:

        async def start(settings: Settings | None = None) -> Runtime:
            clock = Clock()
            log = open_log(urls[0])
            await log.start()
            store = open_store(urls[1], "notify", clock)
            runtime = Runtime(SERVICE, settings or Settings(), store, log, IDS, clock)
            await runtime.start()
            stack.push_async_callback(stop, runtime)
            await runtime.caught_up.wait()
            return runtime

        yield start


async def stop(runtime: Runtime) -> None:
    """End the service as a process ends."""
    await runtime.stop()
    await runtime.log.stop()


def caller(name: str, *roles: str, areas: tuple[str, ...] = ("north",)) -> Caller:
    """Somebody signed in."""
    issuer = "https://sign-in.example"
    return Caller(staff(name), issuer, name, "northmere-police", frozenset(roles), frozenset(areas), name)


ADMIN = caller("ada", "area-admin", areas=("force",))
OPERATOR = caller("olu", "operator", areas=())


async def configure(
    runtime: Runtime,
    webhook: str | None = None,
    where: str = "north",
    addresses: Mapping[str, dict[str, str]] | None = None,
    **posts: str,
) -> None:
    """A force with an area, and a month's shift of these people, all with this webhook, and with the other
    addresses that some of them have; who has none has an e-mail, lest they are a gap."""
    now = runtime.clock.now()
    on = {}
    for post, name in posts.items():
        own = {} if webhook else {"email": f"{name}@northmere.example"}
        on[post] = {"person": staff(name), "webhook": webhook, **(addresses or {}).get(name, own)}
    starts, ends = now - timedelta(hours=1), now + timedelta(days=30)
    said: list[tuple[Caller, Content]] = [
        (OPERATOR, AreaDefined(area="force", name="Force", kind=AreaKind.FORCE)),
        (OPERATOR, AreaDefined(area=where, name=where.title(), kind=AreaKind.DISTRICT, within="force")),
        (ADMIN, RotaSet.model_validate({"area": where, "starts": starts, "ends": ends, **on})),
    ]
    for who, content in said:
        await runtime.take(own_header(now), content, caller=who, right="rota:set")


async def raise_alert(
    runtime: Runtime,
    generation: int = 1,
    cause: str = CAUSE,
    where: str = "north",
    urgency: Urgency = Urgency.NOW,
) -> None:
    """Somebody must be told about a breach, at once unless it says otherwise."""
    content = AlertRaised(
        rule=AlertRule.BREACH, cause=cause, generation=generation, urgency=urgency, routing=area(where)
    )
    await runtime.say([Saying(AlertRule.BREACH, cause, generation, content, runtime.clock.now())])


async def stand_down(runtime: Runtime, generation: int = 1) -> None:
    """What was told no longer holds."""
    content = AlertStoodDown(rule=AlertRule.BREACH, cause=CAUSE, generation=generation)
    await runtime.say([Saying(AlertRule.BREACH, CAUSE, generation, content, runtime.clock.now())])
