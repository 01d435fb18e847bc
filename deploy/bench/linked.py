"""I1: somebody decides that two records are of one person; how soon her case has what both say.

Each time two victims of whom nothing was known, one referred, one in an incident. The raw limit is one fact
about the first, from its post until her case has it.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from chassis.clock import Clock
from contracts.events.people import IncidentReported, ReferralMade
from deploy.bench.invented import AGENCY, line
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.demo.client import Client
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart

GOAL_MS = 1000
DECISIONS = "/referrals/v1/identity-decisions"


def measure(deployment: Deployment, times: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figure."""
    yield f"I1: {times} times two records become one person's"
    linked, posted = run_apart(_measured(deployment, times))
    value, raw = median(linked) * 1000, median(posted) * 1000
    what = "somebody says that two records are of one person: her case has both, p50 (raw: a fact about her)"
    yield Figure("I1", what, value, "ms", raw, value / raw, f"< {GOAL_MS} ms", value < GOAL_MS)


async def _measured(deployment: Deployment, times: int) -> tuple[list[float], list[float]]:
    """The seconds of each link, and of each fact before it."""
    linked, posted = list[float](), list[float]()
    async with client_of(deployment) as client:
        for number in (f"linked-{n}" for n in range(times)):
            at, other = Clock().now() - timedelta(minutes=1), f"{number}-other"
            both = [
                line(ReferralMade.type, number, number, number, at),
                line(IncidentReported.type, other, other, other, at, kind="harassment"),
            ]
            case, incident = await upload(client, "referrals", both)
            await settled(client)
            began, known = time.perf_counter(), await _lines(client, case)
            said = line(IncidentReported.type, f"{number}-more", number, number, at, kind="harassment")
            await upload(client, "referrals", [said])
            posted.append(await _until_more(client, case, known) - began)
            mentions = [await _victim(client, root) for root in (case, incident)]
            began, known = time.perf_counter(), await _lines(client, case)
            await client.say(COORDINATOR, DECISIONS, f"bench-{number}", _same(mentions))
            linked.append(await _until_more(client, case, known) - began)
    return linked, posted


def _same(mentions: list[str]) -> dict[str, Any]:
    at = Clock().now().isoformat()
    content = {"mentions": mentions, "answer": "same", "reason": "The same in every record."}
    law = {"regime": "UKGDPR", "basis": "public-task", "purpose": "safeguarding"}
    return {"occurred": at, "recorded": at, **law, "content": content}


async def _until_more(client: Client, case: str, known: int) -> float:
    """When her case has more lines about her than were known."""
    while await _lines(client, case) <= known:
        pass
    return time.perf_counter()


async def _lines(client: Client, case: str) -> int:
    return len((await client.call(COORDINATOR, "GET", f"/marac/v1/cases/{case}")).json()["victim"]["lines"])


async def _victim(client: Client, root: str) -> str:
    """How Goldthread names the victim of a fact."""
    shown = await client.call(AGENCY, "GET", f"/referrals/v1/facts/{root}")
    mention: str = shown.json()["versions"][-1]["content"]["people"][0]["mention"]
    return mention
