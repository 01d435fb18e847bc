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
from typing import Any

import orjson
from sqlalchemy import text

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.ids import Ids
from chassis.store import open_store
from contracts.events.people import IncidentReported
from contracts.events.support import RoleTaken
from deploy.bench.grown import Grown, grow
from deploy.bench.invented import AREA, line
from deploy.bench.paging import milliseconds
from deploy.bench.partners import FIRST, client_of, settings_of, settled, upload
from deploy.bench.report import Figure
from deploy.demo.client import Client, Unexpected
from deploy.demo.staff import ADMINISTRATOR, COORDINATOR, OFFICER
from deploy.demo.staff import IDVA_WORKER as IDVA
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart
from deploy.wiring import SERVICES
from services.marac.rules.agenda import letters as letters_of

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
    (COORDINATOR, "/marac/meetings/{meeting}/interests"),
    (COORDINATOR, "/marac/meetings/{meeting}/change"),
    (COORDINATOR, "/marac/meetings/{meeting}/hear/{case}"),
    (COORDINATOR, "/marac/cases/{case}"),
    (COORDINATOR, "/marac/cases/{case}/print"),
    (COORDINATOR, "/marac/cases/{case}/after"),
    (COORDINATOR, "/marac/cases/{case}/actions"),
    (COORDINATOR, "/marac/cases/{case}/decisions"),
    (COORDINATOR, "/marac/cases/{case}/restriction"),
    (COORDINATOR, "/marac/cases/{case}/shown-to/{case}"),
    (COORDINATOR, "/marac/cases/{case}/source/{case}"),
    (COORDINATOR, "/marac/cases/{case}/transfer"),
    (COORDINATOR, "/marac/cases/{case}/whereabouts"),
    (COORDINATOR, "/marac/waiting"),
    (COORDINATOR, "/marac/repeats"),
    (COORDINATOR, "/marac/actions"),
    (COORDINATOR, "/marac/actions/{action}"),
    (COORDINATOR, "/marac/children"),
    (COORDINATOR, "/marac/transfers"),
    (COORDINATOR, "/marac/victims"),
    (COORDINATOR, "/marac/call"),
    (COORDINATOR, "/marac/emergency?case={case}"),
    (COORDINATOR, "/marac/emergency-meetings/{emergency}"),
    (COORDINATOR, "/marac/choices"),
    (COORDINATOR, "/marac/choices/{area}"),
    (COORDINATOR, "/marac/researchers/{area}"),
    (COORDINATOR, "/marac/search"),
    (COORDINATOR, "/marac/how-far"),
    (REPRESENTATIVE, "/marac/actions"),
    (REPRESENTATIVE, "/marac/flags"),
    (REPRESENTATIVE, "/marac/research"),
    (REPRESENTATIVE, "/marac/meetings/{meeting}/research/{case}"),
    (REPRESENTATIVE, "/marac/minutes"),
    (REPRESENTATIVE, "/marac/sent"),
    (IDVA, "/marac/meetings"),
    (IDVA, "/marac/returned"),
    (OFFICER, "/marac/messages"),
    (OFFICER, "/marac/cases/{case}/messages"),
    (MATAC, "/marac/cohort"),
    (MATAC, "/marac/cohort/{person}"),
    (MATAC, "/marac/cohort/{person}/decision"),
    (MATAC, "/marac/candidates"),
    (ADMINISTRATOR, "/marac/characteristics"),
    (CHAIR, "/marac/numbers/{area}"),
    (CHAIR, "/marac/meetings/{meeting}/sitting"),
    (CHAIR, "/marac/meetings/{meeting}/copy"),
    (CHAIR, "/marac/overview"),
    (CHAIR, "/marac/v1/data-return?by=quarter"),
    (CHAIR, "/marac/v1/data-return?by=year"),
    (CHAIR, "/marac/v1/data-return?by=meeting"),
)
HELD = (
    (COORDINATOR, "/marac/meetings/{meeting}/minutes"),
    (COORDINATOR, "/marac/meetings/{meeting}/minutes/print"),
    (REPRESENTATIVE, "/marac/meetings/{meeting}/minutes"),
)
"""Once the meeting was held and its minutes were issued."""
SOUGHT = {"number": f"V{FIRST}", "reason": "own-case"}
HEARD = {"risks": "Contact goes on.", "decided": "New locks, and the IDVA rings.", "safe_to_tell": True}
CHAIRS = {"agency": "northmere-police", "attended": "present", "who": "Rowan Ellis", "chairs": True}
WRITTEN = {"text": "The victim may be rung again."}
MINUTES_WITHIN = 60.0
"""Seconds from issuing minutes until all that is in them is known."""
COMES = {"agency": FLAGGERS[0], "attended": "present", "who": "Femi Adair"}


def measure(deployment: Deployment, posts: int, cases: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. The caseload was posted."""
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
        ids = {"meeting": meeting, "case": case, "area": AREA, **await _more(client, meeting, case)}
        await _grown(deployment, case, meeting, cases)
        named = (case, letters_of(case))
        pages = {
            _page(who, path): await _took(
                *(client, who, "GET", path.format(**ids)), named=named if "{case}" in path else ()
            )
            for who, path in PAGES
        }
        pages["search, what is found"] = await _took(
            client, COORDINATOR, "POST", "/marac/search", named=named, data=SOUGHT
        )
        await _hold(client, meeting)
        for who, path in HELD:
            pages[_page(who, path)] = await _took(client, who, "GET", path.format(**ids))
        return pages, await _took(client, COORDINATOR, "GET", "/marac/health")


def _page(who: str, path: str) -> str:
    return f"{path.removeprefix('/marac/')}, {who}"


async def _more(client: Client, meeting: str, case: str) -> dict[str, str]:
    """What else has a page of its own: an action of the case, an emergency, and somebody of the cohort. The
    case has an officer from here on, who writes to its IDVA. The representative has no tie to anybody at the
    meeting, nor, as the cases of the year are like this one, to anybody in these."""
    at, path = Clock().now(), f"/marac/v1/meetings/{meeting}"
    cases = (await client.call(COORDINATOR, "GET", f"{path}/agenda")).json()["cases"]
    none = {"cases": [{"case": each["case"], "tie": False} for each in cases]}
    await client.say(REPRESENTATIVE, f"{path}/interests", "bench-interests", none)
    agreed = {"owner": FLAGGERS[0], "text": "New locks.", "target": "victim"}
    agreed["due"] = (at + timedelta(days=7)).isoformat()
    action = await client.say(COORDINATOR, f"/marac/v1/cases/{case}/actions", "bench-action", agreed)
    called = {"area": AREA, "venue": "01632 960100"}
    emergency = await client.say(COORDINATOR, "/marac/v1/emergency-meetings", "bench-emergency", called)
    worker = {"name": "Tess Okoro"}
    said = orjson.loads(
        line(RoleTaken.type, "officer", FIRST, FIRST, at, part="officer-in-case", worker=worker)
    )
    del said["content"]["people"][1:]
    await upload(client, "referrals", [orjson.dumps(said)])
    await settled(client)
    await client.say(OFFICER, f"/marac/v1/cases/{case}/messages", "bench-message", WRITTEN)
    cohort = (await client.call(MATAC, "GET", "/marac/v1/cohort")).json()["people"]
    return {"action": action.root, "emergency": emergency.root, "person": cohort[0]["person"]}


async def _hold(client: Client, meeting: str) -> None:
    """Hear each of its cases, close it, issue its minutes, and wait until it is known that all is in them.
    Raises Unexpected where the representative finds no case in them; TimeoutError."""
    path = f"/marac/v1/meetings/{meeting}"
    cases = (await client.call(COORDINATOR, "GET", f"{path}/agenda")).json()["cases"]
    said = [("sitting", {"step": "opened", "statement": True}), ("attendance", CHAIRS), ("attendance", COMES)]
    said += [(f"cases/{each['case']}/hearing", HEARD) for each in cases]
    for end, body in (*said, ("sitting", {"step": "closed"}), ("minutes", {"number": 1})):
        await client.call(COORDINATOR, "POST", f"{path}/{end}", json=body)
    await settled(client)
    async with asyncio.timeout(MINUTES_WITHIN):
        while (theirs := await _issued(client, path))["number"] != 1:
            await asyncio.sleep(0.05)
    if not theirs["cases"]:
        raise Unexpected("the minutes have no case")


async def _issued(client: Client, meeting: str) -> dict[str, Any]:
    """The minutes as the representative has them; of no number, while it is not known that all is there."""
    try:
        minutes: dict[str, Any] = (await client.call(REPRESENTATIVE, "GET", f"{meeting}/minutes")).json()
    except Unexpected as refused:
        if refused.code != "not-yet-known":
            raise
        return {"number": 0}
    return minutes


async def _grown(deployment: Deployment, case: str, meeting: str, cases: int) -> Grown:
    settings, clock = settings_of(deployment), Clock()
    store = open_store(deployment.environment("marac")["GOLDTHREAD_STORE"], "marac", clock)
    ids = Ids(settings.secret.get_secret_value())
    archive = Archive("marac", store, ids, clock, SERVICES["marac"].views)
    try:
        grown = await grow(archive, case, meeting, cases, flaggers=FLAGGERS)
        # As autovacuum does within the minute: meanwhile whoever looks would wait for it.
        async with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("vacuum analyze"))
        return grown
    finally:
        await store.close()


async def _took(
    client: Client, who: str, method: str, path: str, named: tuple[str, ...] = (), **more: object
) -> float:
    """The p99 of some looks, in milliseconds. Raises Unexpected for an answer with no name of what it is to
    be about."""
    took = []
    for _ in range(LOOKS + 1):
        began = time.perf_counter()
        answer = await client.call(who, method, path, **more)
        took.append(time.perf_counter() - began)
        if named and not any(each in answer.text for each in named):
            raise Unexpected(f"{method} {path.partition('?')[0][:12]}: what it is about is not in it")
    return milliseconds(took[1:], 99)
