"""The service at work, for whichever test asks for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from services.referrals.service import SERVICE
from tests.services.referrals.scene import COORDINATORS, IDS, Door, Referrals
from tests.support.clock import clock_of_tests
from tests.support.routes import routes_of


class Receiver:
    """An endpoint that answers as it is told, then 204 for ever; it keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.at_once = self.most = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.got.append((headers, body))
                self.at_once += 1
                self.most = max(self.most, self.at_once)
                await asyncio.sleep(0)
                status = self.answers.pop(0) if self.answers else 204
                self.at_once -= 1
                more = f"Location: {self.url}/elsewhere\r\n" if status == 302 else ""
                writer.write(f"HTTP/1.1 {status} So\r\n{more}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @property
    def cursors(self) -> list[str]:
        """Of each message, in the order in which they came."""
        return [headers["goldthread-cursor"] for headers, _ in self.got]

    async def came(self, many: int) -> bool:
        """Whether so many messages have come."""
        return len(self.got) >= many


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield found
    server.close()


@pytest.fixture
async def referrals(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Referrals]:
    """On SQLite, or on PostgreSQL for a test that says so by its parameter."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    clock, log = clock_of_tests(), open_log(f"sqlite:{tmp_path}/log.sqlite")
    await log.start()
    store = open_store(url, "referrals", clock)
    runtime = Runtime(SERVICE, Settings(data=tmp_path, watermark_seconds=0.1), store, log, IDS, clock)
    app = routes_of(runtime, Door())
    await runtime.start()
    await runtime.caught_up.wait()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://goldthread.test") as http:
        found = Referrals(runtime, http)
        await found.configure(*COORDINATORS)
        yield found
    await runtime.stop()
    await log.stop()
