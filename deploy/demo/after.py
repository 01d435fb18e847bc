"""What follows a meeting that is over: some agencies have flagged their files and some are late, what was
recorded since is a repeat, and one case is on its way to another MARAC."""

from datetime import timedelta
from typing import Any

import anyio

from deploy.demo.caseload import Caseload
from deploy.demo.client import Client, Unexpected

COORDINATOR = "priya-nair"
HERE, THERE = "northmere-north", "northmere-east"
AGO = timedelta(days=8)
CASES = 4
FLAGGED = (("northmere-police", "flagged"), ("harbour-idva", "flagged"), ("northmere-hospital", "no-file"))
POLL_SECONDS, MOST_TRIES = 0.1, 300


async def follow(client: Client, load: Caseload) -> None:
    """Hold a meeting of the north that is over, and do part of what follows it."""
    occurred = {post.key: post.body["occurred"] for post in load.posts if post.change == "say"}
    keys = sorted(load.referrals[HERE], key=lambda key: (occurred[key], key))[:CASES]
    said = {"area": HERE, "starts": (load.now - AGO).isoformat(), "venue": "Council offices, room 2"}
    meeting = await client.say(COORDINATOR, "/marac/v1/meetings", "demo-meeting-over", said)
    cases = [client.receipts[key].root for key in keys]
    for case in cases:
        path = f"/marac/v1/meetings/{meeting.root}/cases"
        await client.say(COORDINATOR, path, f"demo-over-{case}", {"case": case})
    for n, case in enumerate(cases):
        asked = await _asked(client, case)
        for agency, state in FLAGGED[: n + 1]:
            if agency in asked:
                path = f"/marac/v1/cases/{case}/flags"
                await client.say(agency, path, f"demo-flag-{agency}-{case}", {"state": state})
    await _send(client, cases[-1])


async def _asked(client: Client, case: str) -> set[str]:
    """The agencies that owe a flag, once the time of the meeting was told."""
    for _ in range(MOST_TRIES):
        shown = (await client.call(COORDINATOR, "GET", f"/marac/v1/cases/{case}/after")).json()
        if shown["flags"]:
            return {line["agency"] for line, _ in shown["flags"]}
        await anyio.sleep(POLL_SECONDS)
    raise Unexpected("a meeting that is over was not told")


async def _send(client: Client, case: str) -> None:
    about = f"/marac/v1/cases/{case}"
    asked = await client.call(COORDINATOR, "POST", f"{about}/move-warnings", json={"to_area": THERE})
    said: dict[str, Any] = {"to_area": THERE, "move": "temporary", "goes_with": ["minutes", "actions"]}
    said |= {"text": "To family for some weeks.", "warning_read": asked.json()["warning"]}
    await client.say(COORDINATOR, f"{about}/transfers", f"demo-transfer-{case}", said)
