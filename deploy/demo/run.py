"""``goldthread demo``: all of Goldthread in this process, its partners in another."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from rich.console import Console

from chassis import logging, telemetry
from chassis.settings import Settings
from deploy import serve, wiring
from deploy.demo.caseload import YEAR
from deploy.demo.outside import note_of
from deploy.sandbox import try_out

LOG = "goldthread.log"


class Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it: the partners stop before it does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


async def main(data: Path) -> None:
    """Serve, while partners post: the year, if this folder does not have it yet, and then what comes.

    Ends on Ctrl-C or SIGTERM, clean; what is in the folder is kept. Exits with 1 when the partners
    could not go on.
    """
    console = Console()
    settings = Settings(data=data)
    if not settings.govuk_notify_key:
        settings = try_out(settings)
    note = note_of(settings)
    if not note.done:
        settings = settings.model_copy(update={"clock_start": note.now - YEAR})
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with (data / LOG).open("a") as lines:
        logging.configure(to=lines)
        telemetry.configure(settings, "demo")
        serve.freeze_what_is_loaded()
        console.print(f"Goldthread starts at {settings.public_url} (its log: {data / LOG}) ...")
        async with _served(settings):
            failed = await _partners(data, stop)
        telemetry.stop()
    if failed:
        console.print(f"The simulated partners could not go on. See above, and {data / LOG}.")
        sys.exit(1)
    console.print("Stopped. Your data is kept; [bold]make demo-clean[/] forgets it.")


async def _partners(data: Path, stop: asyncio.Event) -> bool:
    """Run the partners until told to stop; whether they ended by themselves, which they never should."""
    command = (sys.executable, "-m", "deploy.demo.outside")
    env = {**os.environ, "GOLDTHREAD_DATA": str(data)}
    partners = await asyncio.create_subprocess_exec(*command, env=env, start_new_session=True)
    ended, stopped = asyncio.create_task(partners.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if ended.done():
        return True
    partners.terminate()
    await ended
    return False


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[None]:
    """All of Goldthread, served; stopped clean at the end."""
    async with serve.opened(settings) as (log, clock):
        app, _ = wiring.embedded(settings, log, clock)
        server = Server(serve.server_of(app, settings).config)
        serving = asyncio.create_task(server.serve(), name="demo.server")
        try:
            yield
        finally:
            server.should_exit = True
            await serving
