"""The way from the services to Kafka or PostgreSQL: a proxy that cuts, delays and halves connections."""

import asyncio
import threading
from collections.abc import Callable

import uvloop

from deploy.local.processes import free_port

COMMIT = b"COMMIT;"
"""How asyncpg ends a transaction: in one message of the simple protocol."""


class Way:
    """A proxy on 127.0.0.1 to one port of it, on a thread of its own, so that nothing delays it but
    what is asked for."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.port = free_port()
        self.delay = 0.0
        """Seconds by which every piece is late."""
        self.halved = False
        """Whether answers are swallowed: what is sent arrives, and nobody hears of it."""
        self.closed = False
        """Whether whoever comes is turned away."""
        self.commits_to_cut: list[bool] = []
        """For each of the next commits: whether it gets through before its connection is cut."""
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"way to {to}", daemon=True)

    def start(self) -> None:
        """Return when it can be used."""
        self._thread.start()
        self._do(self._open).result()

    def stop(self) -> None:
        """End it, and every connection. It may have ended already."""
        if self._loop.is_closed():
            return
        self._do(self._close).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def cut(self) -> None:
        """End every connection at once, in the middle of whatever it carries."""
        self._do(self._cut).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _do(self, work: Callable[[], object]) -> "asyncio.Future[None]":
        async def run() -> None:
            done = work()
            if asyncio.iscoroutine(done):
                await done

        return asyncio.run_coroutine_threadsafe(run(), self._loop)  # type: ignore[return-value]

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _cut(self) -> None:
        for pair in list(self._pairs):
            _abort(pair)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.transport.abort()
            return
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, inner_writer)
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, inner_writer, pair, answers=False))
                both.create_task(self._carry(inner_reader, writer, pair, answers=True))
        except* (OSError, RuntimeError, asyncio.CancelledError):
            pass  # one of the two is gone
        finally:
            self._pairs.discard(pair)
            _abort(pair)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        *,
        answers: bool,
    ) -> None:
        while piece := await reader.read(65_536):
            if self.delay:
                await asyncio.sleep(self.delay)
            if answers and self.halved:
                continue
            cut = not answers and bool(self.commits_to_cut) and COMMIT in piece
            if cut and not self.commits_to_cut.pop(0):
                _abort(pair)
                return
            writer.write(piece)
            await writer.drain()
            if cut:
                # It is with the kernel of the other side; the answer will find nobody.
                pair[0].transport.abort()
                pair[1].close()
                return
        _abort(pair)


def _abort(pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
    for writer in pair:
        writer.transport.abort()
