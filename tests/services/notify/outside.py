"""What stands outside of notify in its tests: the sandbox of messages, and a mail server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from chassis.http.app import create_app
from chassis.runtime import Runtime
from chassis.settings import Settings
from deploy.local.processes import free_port
from deploy.sandbox import Faults, Kept, Sandbox, create_sandbox, try_out
from tests.support.waiting import until

NUMBER = "01632 960177"
"""Whom its deployment says to ring instead."""


class Outside:
    """One address: the sandbox answers there, and notify while it runs."""

    def __init__(self) -> None:
        self.port = free_port()
        self.settings = try_out(Settings(public_url=f"http://127.0.0.1:{self.port}", fallback_number=NUMBER))
        self.app = create_sandbox(self.settings)
        self.notify: Any = None
        self.sandbox: Sandbox = self.app.state.sandbox

    def open(self, runtime: Runtime | None) -> None:
        """Receipts reach this process of notify from now on; none: it is away."""
        self.notify = create_app(runtime) if runtime else None

    def faults(self, **which: Any) -> None:
        """What goes wrong from now on."""
        self.sandbox.faults = Faults(**which)

    def kept(self, kind: str = "sms") -> list[Kept]:
        """What was sent, of one kind."""
        return [each for each in self.sandbox.messages if each.kind == kind]

    async def first(self, kind: str = "sms", count: int = 1) -> list[Kept]:
        """So many messages of a kind, once they are there."""

        async def there() -> list[Kept]:
            return self.kept(kind) if len(self.kept(kind)) >= count else []

        return await until(there)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if not scope["path"].startswith("/notify/"):
            await self.app(scope, receive, send)
        elif self.notify is not None:
            await self.notify(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def served(outside: Outside) -> AsyncIterator[Outside]:
    """The address, served."""
    config = uvicorn.Config(outside, port=outside.port, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())

    async def up() -> bool:
        return server.started

    await until(up)
    try:
        yield outside
    finally:
        server.should_exit = True
        await serving


@dataclass
class Mail:
    """A mail server that keeps what it is given, and refuses a recipient whose address says so."""

    port: int = 0
    letters: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection (RFC 5321, as far as a client needs it)."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 mail.example\r\n")
            while command := (await reader.readline()).decode().strip():
                if command.upper() == "DATA":
                    writer.write(b"354 go on\r\n")
                    self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                answer = (
                    b"550 no such box\r\n"
                    if command.upper().startswith("RCPT") and "gone@" in command
                    else b"250 ok\r\n"
                )
                writer.write(b"221 bye\r\n" if command.upper() == "QUIT" else answer)
                await writer.drain()
                if command.upper() == "QUIT":
                    break
        writer.close()


def receipt(reference: str, status: str = "delivered", kind: str = "sms") -> bytes:
    """What GOV.UK Notify posts of a message."""
    said = {"id": reference, "reference": reference, "to": "07700 900123", "status": status}
    return json.dumps(said | {"notification_type": kind, "sent_at": None}).encode()
