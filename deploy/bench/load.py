"""The load of P1, in a process of its own: connections that post one breach after another.

``python -m deploy.bench.load <address> <path> <seconds> <connections> <token>`` prints how many
were answered, as JSON. It speaks just enough HTTP/1.1 to be cheap beside what it measures, and
is the same for both sides.
"""

import asyncio
import json
import secrets
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import orjson
import uvloop

from deploy.bench.invented import breach

PLACE = "000000000"
"""Stands in the prepared bytes where each request has a number of its own."""


class Requests:
    """The bytes of request after request: another key, other people, the same length."""

    def __init__(self, host: str, path: str, token: str) -> None:
        body = orjson.dumps(breach(PLACE))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {secrets.token_hex(8)}-{PLACE}\r\n\r\n"
        )
        self._parts = (head.encode() + body).split(PLACE.encode())
        self._sent = secrets.randbelow(500) * 1_000_000

    def next(self) -> bytes:
        """The next one."""
        self._sent += 1
        return f"{self._sent:09}".encode().join(self._parts)


class Connection(asyncio.Protocol):
    """One connection: it sends, waits for the whole answer, and sends again until told to stop."""

    def __init__(self, requests: Requests, until: float) -> None:
        self._requests = requests
        self._until = until
        self._heard = b""
        self._transport: asyncio.WriteTransport | None = None
        self.took: list[float] = []
        self.refused = 0
        self._asked = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count an answer that is whole, and send the next request."""
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._heard = b""
        now = time.perf_counter()
        if head.startswith(b"HTTP/1.1 201"):
            self.took.append(now - self._asked)
        else:
            self.refused += 1
        if now < self._until:
            self._ask()
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side closed: what was measured so far counts."""
        self._end()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked = time.perf_counter()
        self._transport.write(self._requests.next())

    def _end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def post_for(url: str, path: str, seconds: float, connections: int, token: str) -> dict[str, float]:
    """Post for so long; give requests, refusals, and the p50 and p99 of an answer in seconds."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    requests = Requests(f"{host}:{port}", path, token)
    began = time.perf_counter()
    until = began + seconds
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: Connection(requests, until), host, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in made))
    spent = time.perf_counter() - began
    took = sorted(each for connection in made for each in connection.took)
    return {
        "rate": len(took) / spent,
        "refused": sum(connection.refused for connection in made),
        "p50": took[len(took) // 2] if took else 0.0,
        "p99": took[len(took) * 99 // 100] if took else 0.0,
    }


if __name__ == "__main__":
    address, path, seconds, connections, token = sys.argv[1:]
    print(json.dumps(uvloop.run(post_for(address, path, float(seconds), int(connections), token))))
