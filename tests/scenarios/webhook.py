"""The receiver of a partner's paging system: it keeps every message, and when it came."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType

import orjson

from deploy.local.processes import free_port


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came."""

    to: str
    id: str
    cause: str
    signed: bool
    text: str
    at: float


class Webhook:
    """A small HTTP server of one test. Each person on call has a path of their own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.kept: list[Message] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Webhook":
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    def messages(self, to: str) -> list[Message]:
        """Every message to somebody."""
        return [message for message in self.kept if message.to == to]

    async def first(self, to: str, cause: str) -> Message | None:
        """The first message to somebody about a cause."""
        return next((message for message in self.messages(to) if message.cause == cause), None)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                start, *lines = head.decode().split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self._keep(start.split(" ")[1].strip("/"), headers, body)
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    def _keep(self, to: str, headers: dict[str, str], body: bytes) -> None:
        signature = headers.get("goldthread-signature", "")
        self.kept.append(
            Message(
                to=to,
                id=headers["goldthread-message"],
                cause=orjson.loads(body)["cause"],
                signed=signature.startswith("t=") and ",v1=" in signature,
                text=str(headers) + body.decode(),
                at=time.monotonic(),
            )
        )
