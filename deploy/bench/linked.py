"""I1: somebody decides that two records are of one person, and takes it back; how soon her case follows, and
how soon every view of every service does.

Each time two victims of whom nothing was known, one referred, one in an incident. The raw limit is one fact
about the first, from its post until her case has it.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from chassis.clock import Clock
from contracts.events.people import IncidentReported, ReferralMade
from deploy.bench.invented import AGENCY, line
from deploy.bench.paging import milliseconds
from deploy.bench.partners import client_of, settled, upload
from deploy.bench.report import Figure
from deploy.demo.client import Client
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart

GOAL_MS = 1000
DECISIONS = "/referrals/v1/identity-decisions"
CASE, EVERY = "her case", "every view of every service"
PERCENT = {CASE: 99, EVERY: 50}
"""Every view has followed when nothing at all waits in any service: now and then something else does."""
SAID = {"same": "two records are of one person", "not-same": "they are of two after all"}


def measure(deployment: Deployment, times: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures."""
    yield f"I1: {times} times two records become one person's, and two again"
    took, posted = run_apart(_measured(deployment, times))
    for (answer, which), seconds in took.items():
        percent = PERCENT[which]
        value, raw = milliseconds(seconds, percent), milliseconds(posted, percent)
        what = f"somebody says that {SAID[answer]}: {which} follows, p{percent} (raw: a fact about her)"
        yield Figure("I1", what, value, "ms", raw, value / raw, f"< {GOAL_MS} ms", value < GOAL_MS)


async def _measured(
    deployment: Deployment, times: int
) -> tuple[dict[tuple[str, str], list[float]], list[float]]:
    """The seconds of each decision by what it says, until each follows; and of each fact before it."""
    took = {(answer, which): list[float]() for answer in SAID for which in (CASE, EVERY)}
    posted = list[float]()
    async with client_of(deployment) as client:
        for number in (f"linked-{n}" for n in range(times)):
            at, other = Clock().now() - timedelta(minutes=1), f"{number}-other"
            both = [
                line(ReferralMade.type, number, number, number, at),
                line(IncidentReported.type, other, other, other, at, kind="harassment"),
            ]
            case, incident = await upload(client, "referrals", both)
            await settled(client)
            known, began = await _lines(client, case), time.perf_counter()
            said = line(IncidentReported.type, f"{number}-more", number, number, at, kind="harassment")
            await upload(client, "referrals", [said])
            posted.append(await _until(client, case, known.__lt__) - began)
            mentions = [await _victim(client, root) for root in (case, incident)]
            alone = await _lines(client, case)
            for answer, follows in (("same", alone.__lt__), ("not-same", alone.__eq__)):
                began = time.perf_counter()
                await client.say(COORDINATOR, DECISIONS, f"bench-{number}-{answer}", _said(mentions, answer))
                took[answer, CASE].append(await _until(client, case, follows) - began)
                await settled(client)
                took[answer, EVERY].append(time.perf_counter() - began)
    return took, posted


def _said(mentions: list[str], answer: str) -> dict[str, Any]:
    at = Clock().now().isoformat()
    content = {"mentions": mentions, "answer": answer, "reason": "As every record says."}
    law = {"regime": "UKGDPR", "basis": "public-task", "purpose": "safeguarding"}
    return {"occurred": at, "recorded": at, **law, "content": content}


async def _until(client: Client, case: str, follows: Callable[[int], bool]) -> float:
    """When the number of lines about her that her case has is such."""
    while not follows(await _lines(client, case)):
        pass
    return time.perf_counter()


async def _lines(client: Client, case: str) -> int:
    return len((await client.call(COORDINATOR, "GET", f"/marac/v1/cases/{case}")).json()["victim"]["lines"])


async def _victim(client: Client, root: str) -> str:
    """How Goldthread names the victim of a fact."""
    shown = await client.call(AGENCY, "GET", f"/referrals/v1/facts/{root}")
    mention: str = shown.json()["versions"][-1]["content"]["people"][0]["mention"]
    return mention
