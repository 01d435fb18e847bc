"""Everybody outside Goldthread: partners and staff, in a process of their own, as they are in life.

``python -m deploy.demo.outside`` reads its settings from the environment, as every process of ours.
"""

import asyncio
import sys

import httpx
from pydantic import AwareDatetime, BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import Clock
from chassis.settings import Settings
from deploy.demo.caseload import SEED, Caseload, caseload
from deploy.demo.client import Client, Unexpected
from deploy.demo.live import live
from deploy.demo.partners import Year
from deploy.demo.staff import Staff

NOTE = "demo.json"

LOOK_FIRST = (
    ("Priya Nair", "MARAC coordinator", "/marac/", "the next meetings, and each agenda"),
    ("Rowan Ellis", "MARAC chair", "/marac/", "Northmere North: 16 cases, a page each, to print"),
    (
        "Dev Malik",
        "on call, Northmere North",
        "/notify/",
        "alerts, live: wait some minutes for a breach",
    ),
    (
        "Tom Achterberg",
        "MATAC coordinator",
        "/marac/cohort",
        "perpetrators ranked, each score explained",
    ),
    (
        "Femi Adair",
        "MARAC representative, Castlegate Housing",
        "/marac/",
        "what the housing service is to do",
    ),
    ("Carys Bevan", "IDVA", "/marac/", "her cases, with safe contact"),
    ("Helen Sato", "supervisor", "/notify/rota?area=northmere-north", "the rota, with a gap next week"),
    ("Una Frost", "control room", "/orders/status", "what is in force now for {nominal}"),
)
"""Whom to sign in as, and what to look at first."""


class Note(BaseModel):
    """What the data folder remembers of its caseload: enough to go on where a stop left it."""

    seed: int
    now: AwareDatetime
    address: str | None = None
    """Where Goldthread was when the year was begun: whoever signs in there is somebody else elsewhere."""
    done: bool = False


def note_of(settings: Settings) -> Note:
    """The note of a data folder; a new one where there is none. Ends with a sentence where its year was
    begun at another address, and is not done: what was posted there would be posted once more."""
    path = settings.data / NOTE
    if path.exists():
        note = Note.model_validate_json(path.read_bytes())
        if not (note.done or note.address in (None, settings.public_url)):
            sys.exit(f"The year in {settings.data} was begun at {note.address}: go on there, or forget it")
        return note
    note = Note(seed=SEED, now=Clock().now(), address=settings.public_url)
    keep(settings, note)
    return note


def keep(settings: Settings, note: Note) -> None:
    """Write the note down: whoever reads it meanwhile, or after a crash, has this one or the one before."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = (settings.data / NOTE).with_suffix(".new")
    fresh.write_text(note.model_dump_json())
    fresh.replace(settings.data / NOTE)


async def work(settings: Settings, console: Console) -> None:
    """Live the year through, if it is not lived yet; say what to look at; then go on for ever."""
    note = note_of(settings)
    load = caseload(note.now, note.seed)
    client = Client(settings)
    try:
        await client.ready()
        await client.sign_in()
        if not note.done:
            await _live_the_year(client, settings, load, console)
            keep(settings, note.model_copy(update={"done": True}))
        welcome(console, settings, load)
        await live(client, load, console.print)
    finally:
        await client.close()


async def _live_the_year(client: Client, settings: Settings, load: Caseload, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        await Year(client, Staff(client, settings, load), load, progress).live()
    await client.set_clock(Clock().now())
    with console.status("The pages catch up"):
        await client.caught_up()


def welcome(console: Console, settings: Settings, load: Caseload) -> None:
    """Print addresses, whom to sign in as, and what to look at first."""
    nominal = "record {number}, system {system}, kind {type}".format(**bound_by_an_order(load))
    console.print("\n[bold]Goldthread is ready.[/] Everybody in it is invented; nobody needs a password.\n")
    for name, post, path, what in LOOK_FIRST:
        console.print(f"  [bold]{name}[/], {post}: {what.format(nominal=nominal)}")
        console.print(f"    {settings.public_url}{path}", soft_wrap=True)
    console.print("\nNew facts arrive every few seconds. Ctrl-C stops.\n")


def bound_by_an_order(load: Caseload) -> dict[str, str]:
    """The record of somebody whom the newest order that the police told of binds, to type into a form."""
    orders = [post for post in load.posts if post.kind == "order" and post.agency == "northmere-police"]
    people = orders[-1].body["content"]["people"]
    record = next(each["identity"]["record"] for each in people if each["role"] == "respondent")
    return {field: record[field] for field in ("number", "system", "type")}


def main() -> None:
    """Be everybody outside, until told to stop. An answer that nobody expected ends it, in one line."""
    console = Console()
    try:
        asyncio.run(work(Settings(), console))
    except* (Unexpected, httpx.TransportError) as failed:
        first = failed.exceptions[0]
        console.print(f"[red]{str(first) or type(first).__name__}[/]")
        sys.exit(1)


if __name__ == "__main__":
    main()
