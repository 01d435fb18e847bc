"""``goldthread demo``: all of Goldthread in this process, an invented year, and what to look at first."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import uvicorn
from pydantic import AwareDatetime, BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chassis import logging, telemetry
from chassis.clock import Clock
from chassis.settings import Settings
from deploy import serve, wiring
from deploy.demo.caseload import SEED, YEAR, Caseload, caseload
from deploy.demo.client import Client
from deploy.demo.live import live
from deploy.demo.partners import Year
from deploy.demo.staff import Staff

NOTE = "demo.json"

LOOK_FIRST = (
    ("Priya Nair", "MARAC coordinator", "/marac/", "the next meetings, and each agenda"),
    ("Rowan Ellis", "MARAC chair", "/marac/", "the agenda of Northmere North: sixteen cases, a page each"),
    ("Dev Malik", "first on call, Northmere North", "/notify/", "alerts, live: wait for the next breach"),
    (
        "Tom Achterberg",
        "MATAC coordinator",
        "/marac/cohort",
        "forty perpetrators by recency, frequency, gravity, victims",
    ),
    ("Carys Bevan", "IDVA", "/marac/", "her cases, with safe contact"),
)


class Note(BaseModel):
    """What the data folder remembers of its caseload: enough to go on where a stop left it."""

    seed: int
    now: AwareDatetime
    done: bool = False


class Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it: partners stop before it does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


async def main(data: Path) -> None:
    """Serve, post the year if this folder does not have it yet, then live on until told to stop."""
    console = Console()
    note = _note(data)
    settings = Settings(data=data, clock_start=None if note.done else note.now - YEAR)
    logging.configure()
    telemetry.configure(settings, "demo")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _served(settings):
        partners = asyncio.create_task(_partners(settings, note, console), name="demo.partners")
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((partners, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not partners.done():
            partners.cancel()
        with suppress(asyncio.CancelledError):
            await partners
    console.print("Stopped. Your data is kept; [bold]make demo-clean[/] forgets it.")


async def _partners(settings: Settings, note: Note, console: Console) -> None:
    """What everybody but the services does: the year, if it is not lived yet, and then what comes."""
    load = caseload(note.now, note.seed)
    client = Client(settings)
    try:
        await client.ready()
        await client.sign_in()
        if not note.done:
            await _seed(client, settings, load, console)
            _keep(settings.data, note.model_copy(update={"done": True}))
        _welcome(console, settings)
        await live(client, load, console.print)
    finally:
        await client.close()


async def _seed(client: Client, settings: Settings, load: Caseload, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        await Year(client, Staff(client, settings, load), load, progress).live()
    await client.set_clock(Clock().now())


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
            telemetry.stop()


def _note(data: Path) -> Note:
    path = data / NOTE
    if path.exists():
        return Note.model_validate_json(path.read_bytes())
    note = Note(seed=SEED, now=Clock().now())
    _keep(data, note)
    return note


def _keep(data: Path, note: Note) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / NOTE).write_text(note.model_dump_json())


def _welcome(console: Console, settings: Settings) -> None:
    table = Table("Sign in as", "who is", "at", "and look at", title="Goldthread: everybody here is invented")
    for name, post, path, what in LOOK_FIRST:
        table.add_row(name, post, f"{settings.public_url}{path}", what)
    console.print(table)
    console.print("No passwords: choose a name on the sign-in page. Ctrl-C stops.")
