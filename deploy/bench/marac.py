"""M1 and M2: how soon the open agenda of a MARAC has what is posted; and what each of its pages takes once it
has heard a year of a whole force.

The year is written into marac's store as rows, each like those of one real case (``grown``): to post it all
would be P6. The raw limit of a page is the smallest answer of the same service by the same way; that of a
post, one look at the agenda.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

from sqlalchemy import text

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.ids import Ids
from chassis.store import open_store
from contracts.events.people import IncidentReported
from deploy.bench.agenda import FIRST, client_of, settled, upload
from deploy.bench.grown import Grown, grow
from deploy.bench.invented import line
from deploy.bench.paging import milliseconds, settings_of
from deploy.bench.report import Figure
from deploy.demo.client import Client, Unexpected
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart
from deploy.wiring import SERVICES

CHAIR, REPRESENTATIVE, MATAC = "rowan-ellis", "femi-adair", "tom-achterberg"
FLAGGERS = ("castlegate-housing", "harbour-idva", "northmere-police")
"""The first is the agency of the representative: some of its flags are late, and its actions."""
GOAL_POST_MS, GOAL_PAGE_MS = 1000, 200
LOOKS = 20
PAGES = (
    (COORDINATOR, "/marac/meetings"),
    (COORDINATOR, "/marac/meetings/{meeting}"),
    (COORDINATOR, "/marac/meetings/{meeting}/print"),
    (COORDINATOR, "/marac/meetings/{meeting}/research"),
    (COORDINATOR, "/marac/meetings/{meeting}/sent"),
    (COORDINATOR, "/marac/cases/{case}"),
    (COORDINATOR, "/marac/cases/{case}/print"),
    (COORDINATOR, "/marac/cases/{case}/after"),
    (COORDINATOR, "/marac/cases/{case}/decisions"),
    (COORDINATOR, "/marac/cases/{case}/shown-to/{case}"),
    (COORDINATOR, "/marac/waiting"),
    (COORDINATOR, "/marac/repeats"),
    (COORDINATOR, "/marac/actions"),
    (COORDINATOR, "/marac/children"),
    (COORDINATOR, "/marac/transfers"),
    (COORDINATOR, "/marac/victims"),
    (REPRESENTATIVE, "/marac/actions"),
    (REPRESENTATIVE, "/marac/flags"),
    (REPRESENTATIVE, "/marac/research"),
    (REPRESENTATIVE, "/marac/minutes"),
    (MATAC, "/marac/cohort"),
    (MATAC, "/marac/candidates"),
    (CHAIR, "/marac/meetings/{meeting}/sitting"),
    (CHAIR, "/marac/overview"),
    (CHAIR, "/marac/v1/data-return?by=quarter"),
    (CHAIR, "/marac/v1/data-return?by=year"),
    (CHAIR, "/marac/v1/data-return?by=meeting"),
)


def measure(deployment: Deployment, posts: int, cases: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. The deployment has a MARAC's next meeting."""
    yield f"M1: {posts} posts about a case on an open agenda"
    took, looks = run_apart(_posted(deployment, posts))
    value, raw = milliseconds(took, 99), milliseconds(looks, 99)
    what = "from a post about somebody until whoever has the agenda open is told, p99 (raw: a look at it)"
    yield Figure("M1", what, value, "ms", raw, value / raw, f"< {GOAL_POST_MS} ms", value < GOAL_POST_MS)
    yield f"M2: a MARAC that heard {cases:,} cases in a year"
    pages, raw = run_apart(_looked(deployment, cases))
    slowest = max(pages, key=lambda page: pages[page])
    within = sum(each < GOAL_PAGE_MS for each in pages.values())
    value = pages[slowest]
    what = f"slowest of {len(pages)} pages, p99, with a year of {cases:,} cases heard: {slowest}"
    what += f" ({within} within the goal)"
    yield Figure("M2", what, value, "ms", raw, value / raw, f"< {GOAL_PAGE_MS} ms", value < GOAL_PAGE_MS)


async def _posted(deployment: Deployment, posts: int) -> tuple[list[float], list[float]]:
    """The seconds of each post until the open agenda tells of one line more; and of each look at it."""
    async with client_of(deployment) as client:
        await settled(client)
        meeting, case = await _listed(client)
        await _publish(client, meeting)
        agenda = f"/marac/v1/meetings/{meeting}/agenda"
        lines = (await client.call(COORDINATOR, "GET", agenda)).json()["cases"]
        letters = next(each["letters"] for each in lines if each["case"] == case)
        told: asyncio.Queue[tuple[float, int]] = asyncio.Queue()
        hearing = asyncio.create_task(_hear(client, meeting, letters, told))
        took, looks = list[float](), list[float]()
        for number in range(1, posts + 1):
            began = time.perf_counter()
            await client.call(COORDINATOR, "GET", agenda)
            looks.append(time.perf_counter() - began)
            at = Clock().now() - timedelta(minutes=1)
            said = line(IncidentReported.type, f"open-{number}", FIRST, FIRST, at, kind="harassment")
            began = time.perf_counter()
            await upload(client, "referrals", [said])
            while (heard := await told.get())[1] < number:
                pass
            took.append(heard[0] - began)
        hearing.cancel()
        await asyncio.wait([hearing])
        return took, looks


async def _hear(client: Client, meeting: str, letters: str, told: asyncio.Queue[tuple[float, int]]) -> None:
    """Note when the open agenda says how many lines of a case are new."""
    page = (await client.call(COORDINATOR, "GET", f"/marac/meetings/{meeting}")).text
    live = re.search(r'data-live="([^"]+)"', page)
    assert live, "it is to come"
    async for says in client.hears(COORDINATOR, unescape(live[1])):
        if found := re.search(rf"case {letters} \((\d+) new", says):
            told.put_nowait((time.perf_counter(), int(found[1])))


async def _listed(client: Client) -> tuple[str, str]:
    """The meeting to come on whose agenda the first case of an upload is, and that case: the victim's record
    number tells it."""
    for each in (await client.call(COORDINATOR, "GET", "/marac/v1/meetings")).json()["to_come"]:
        path = f"/marac/v1/meetings/{each['meeting']}/agenda"
        for one in (await client.call(COORDINATOR, "GET", path)).json()["cases"]:
            shown = await client.call(COORDINATOR, "GET", f"/marac/v1/cases/{one['case']}")
            if f'"V{FIRST}"' in shown.text:
                return each["meeting"], one["case"]
    raise Unexpected("no agenda has the case")


async def _publish(client: Client, meeting: str) -> None:
    """From here on its lines say how much is new."""
    path = f"/marac/v1/meetings/{meeting}"
    agenda = (await client.call(COORDINATOR, "GET", f"{path}/agenda")).json()
    said = {"after": agenda["publication"]["version"]}
    await client.call(COORDINATOR, "POST", f"{path}/publications", json=said)
    while (await client.call(COORDINATOR, "GET", f"{path}/agenda")).json()["publication"]["version"] == said[
        "after"
    ]:
        await asyncio.sleep(0.05)


async def _looked(deployment: Deployment, cases: int) -> tuple[dict[str, float], float]:
    """The p99 of each page, and of the smallest answer, in milliseconds."""
    async with client_of(deployment) as client:
        meeting, case = await _listed(client)
        await _grown(deployment, case, meeting, cases)
        pages = {
            f"{path.removeprefix('/marac/')}, {who}": await _took(
                client, who, path.format(meeting=meeting, case=case)
            )
            for who, path in PAGES
        }
        return pages, await _took(client, COORDINATOR, "/marac/health")


async def _grown(deployment: Deployment, case: str, meeting: str, cases: int) -> Grown:
    settings, clock = settings_of(deployment), Clock()
    store = open_store(deployment.environment("marac")["GOLDTHREAD_STORE"], "marac", clock)
    ids = Ids(settings.secret.get_secret_value())
    archive = Archive("marac", store, ids, clock, SERVICES["marac"].views)
    try:
        grown = await grow(archive, case, meeting, cases, flaggers=FLAGGERS)
        async with store.writing() as connection:
            await connection.execute(text("analyze"))  # as autovacuum does within the minute
        return grown
    finally:
        await store.close()


async def _took(client: Client, who: str, path: str) -> float:
    took = []
    for _ in range(LOOKS + 1):
        began = time.perf_counter()
        await client.call(who, "GET", path)
        took.append(time.perf_counter() - began)
    return milliseconds(took[1:], 99)
