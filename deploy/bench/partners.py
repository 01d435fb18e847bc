"""What partners do with a deployment that is measured: they sign in, upload, and wait until all is folded.
And the caseload of a force area that some figures stand on: the demo's partners post their year, its
coordinator lists the cases of a MARAC's next meeting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import orjson
from pydantic import SecretStr

from chassis.clock import Clock
from chassis.http.bulk import LINES, NDJSON
from chassis.settings import Settings
from contracts.events.people import IncidentReported, ReferralMade
from deploy.bench.invented import AGENCY, line
from deploy.demo.caseload import MARACS, Caseload
from deploy.demo.client import Client, Unexpected
from deploy.demo.listing import listed
from deploy.demo.partners import AT_ONCE
from deploy.demo.staff import COORDINATOR, SUPERVISOR, Staff
from deploy.local.deployment import SERVICES, Deployment
from deploy.local.processes import run_apart

CASES = 20
"""On the agenda: those of the demo, and some whose year is told by lines of an upload."""
FIRST = "agenda-0"
"""What ends the numbers of the first of the latter."""
OF_A_CASE = 8
"""How many incidents each of the latter has."""
ANSWERED_WITHIN = 120.0
"""Seconds in which all alerts of the caseload are taken."""


def settings_of(deployment: Deployment) -> Settings:
    """What the services of this deployment were told, as far as whoever calls them needs it."""
    secret = deployment.environment("orders")["GOLDTHREAD_SECRET"]
    return Settings(public_url=deployment.url, secret=SecretStr(secret), issuer="", data=deployment.folder)


@asynccontextmanager
async def client_of(deployment: Deployment) -> AsyncIterator[Client]:
    """A client of everybody of the try-out, signed in at a deployment that is ready."""
    client = Client(settings_of(deployment))
    try:
        await client.ready()
        await client.sign_in()
        yield client
    finally:
        await client.close()


async def settled(client: Client) -> None:
    """Wait until every service has read and folded all that there is."""
    for service in SERVICES:
        while True:
            reasons = (await client.call(AGENCY, "GET", f"/{service}/ready")).json()["reasons"]
            if not reasons["behind"] and not reasons["marks"]:
                break
            await asyncio.sleep(0.02)


async def upload(client: Client, service: str, lines: list[bytes]) -> list[str]:
    """Send lines in parts, one after the other; give the id of each fact. Raises Unexpected where one is not
    taken."""
    roots: list[str] = []
    for start in range(0, len(lines), LINES):
        answer = await client.call(
            AGENCY,
            "POST",
            f"/{service}/v1/bulk",
            content=b"\n".join(lines[start : start + LINES]),
            headers={"Content-Type": NDJSON},
            timeout=120,
        )
        results = [orjson.loads(each) for each in answer.text.splitlines()]
        if wrong := [each for each in results if each["status"] not in (200, 201)]:
            raise Unexpected(f"{len(wrong)} lines of {service} were not taken: {wrong[0]}")
        roots += [each["receipt"]["root"] for each in results]
    return roots


def post_caseload(deployment: Deployment, load: Caseload) -> str:
    """Until all of it is folded; give the first MARAC's next meeting, on whose agenda are so many cases."""
    return run_apart(_posted(deployment, load))


async def _posted(deployment: Deployment, load: Caseload) -> str:
    async with client_of(deployment) as client:
        meeting = await _year(client, deployment, load)
        await _fill(client, meeting, CASES - len(listed(load, MARACS[0])[0]))
        await settled(client)
        await _answer(client)
        return meeting


async def _year(client: Client, deployment: Deployment, load: Caseload) -> str:
    """All of it, accepted now; give the first MARAC's next meeting."""
    staff = Staff(client, settings_of(deployment), load)
    await staff.set_up()
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def post(number: int) -> None:
        async with limit:
            await client.post(load.posts[number])

    async with anyio.create_task_group() as together:
        for number, each in enumerate(load.posts):
            if each.of is None:
                together.start_soon(post, number)
    for number, each in enumerate(load.posts):
        if each.of is not None:
            await post(number)
    await staff.call_meetings()
    return client.receipts[f"demo-meeting-{MARACS[0]}"].root


async def _answer(client: Client) -> None:
    """Take every alert that somebody was called for: what nobody answers climbs for hours, and no deployment
    that is looked after has so much of it."""
    async with asyncio.timeout(ANSWERED_WITHIN):
        while waiting := [each for each in await _waiting(client) if each["tries"]]:
            for each in waiting:
                try:
                    await client.call(SUPERVISOR, "POST", f"/notify/v1/alerts/{each['cause']}/acknowledge")
                except Unexpected as refused:
                    if refused.status not in (404, 409):  # it has become another, or was answered
                        raise


async def _waiting(client: Client) -> list[dict[str, Any]]:
    alerts: list[dict[str, Any]] = (await client.call(SUPERVISOR, "GET", "/notify/v1/alerts")).json()[
        "waiting"
    ]
    return alerts


async def _fill(client: Client, meeting: str, missing: int) -> None:
    """Refer so many more, each after their incidents, and list them."""
    now = Clock().now()
    for number in (f"agenda-{n}" for n in range(missing)):
        lines = [
            line(IncidentReported.type, f"{number}-{n}", number, number, at, kind="harassment")
            for n in range(OF_A_CASE)
            for at in (now - timedelta(days=30 * (n + 1)),)
        ]
        lines.append(line(ReferralMade.type, number, number, number, now - timedelta(days=1)))
        case = (await upload(client, "referrals", lines))[-1]
        while True:
            try:
                path = f"/marac/v1/meetings/{meeting}/cases"
                await client.say(COORDINATOR, path, f"bench-listed-{number}", {"case": case})
                break
            except Unexpected:
                await asyncio.sleep(0.05)  # it is not folded yet
