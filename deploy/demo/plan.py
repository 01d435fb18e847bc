"""The MARAC of a fortnight ago: what it agreed, and what came of it. Some is done, some late, one agency did
not do it, and what nobody has answered is carried to the next meeting."""

from datetime import datetime, timedelta
from typing import Any

import anyio

from chassis.clock import LONDON
from deploy.demo import listing
from deploy.demo.caseload import Caseload
from deploy.demo.client import Client, Unexpected

AREA, COORDINATOR, HOUSING = "northmere-north", "priya-nair", "femi-adair"
HELD_BEFORE, ANSWERED_BEFORE = timedelta(days=16), timedelta(days=8)
"""How long before now the meeting was, and the agencies said what they did."""
FOLD_SECONDS, POLL_SECONDS = 30.0, 0.1

POLICE, COUNCIL, SCHOOL = "northmere-police", "northmere-council", "hollin-bank-school"
PLAN: tuple[tuple[tuple[str, int, str, str, str | None, str | None, str], ...], ...] = (
    (
        (
            "castlegate-housing",
            4,
            "Change both locks and fit a letter-box cover.",
            "victim",
            "home-not-safe",
            "done",
            "Both locks were changed on Thursday.",
        ),
        (POLICE, 5, "Visit, and take the first statement.", "perpetrator", "violence", "accepted", ""),
    ),
    (
        (
            COUNCIL,
            6,
            "Hold a strategy discussion about the children.",
            "child",
            "harm-to-children",
            "done",
            "Held; a social worker is allocated.",
        ),
        ("castlegate-housing", 10, "Monitor", "household", None, None, ""),
    ),
    (
        (
            "northmere-hospital",
            7,
            "Ask the ward for the record of the injuries of May.",
            "victim",
            "violence",
            "not-done",
            "The request was not sent on.",
        ),
        (
            "harbour-idva",
            3,
            "Go through the safety plan again, by the safe way alone.",
            "victim",
            "stalking",
            "accepted",
            "",
        ),
    ),
    (
        (
            POLICE,
            9,
            "Apply for a stalking protection order.",
            "perpetrator",
            "stalking",
            "changed",
            "Remanded: bail was refused on Monday.",
        ),
        ("castlegate-housing", 60, "Offer a move to another district.", "victim", "homelessness", None, ""),
    ),
)
"""Of one case after the other: by whom, in how many days, what, for whom, which risk, what was said, and
why."""

SPEAKS = {"castlegate-housing": HOUSING, "harbour-idva": "carys-bevan"}
"""Who answers for an agency; for any other its own system does."""


class Plan:
    """The actions of one past meeting."""

    def __init__(self, client: Client, load: Caseload) -> None:
        self._client = client
        self._load = load

    @property
    def held(self) -> datetime:
        """When the meeting began."""
        day = (self._load.now - HELD_BEFORE).astimezone(LONDON)
        return day.replace(hour=9, minute=30, second=0, microsecond=0)

    @property
    def answered(self) -> datetime:
        """When the agencies said what they had done."""
        return self._load.now - ANSWERED_BEFORE

    async def meet(self) -> None:
        """The meeting, with the cases that were referred by then, and what it agreed for each."""
        said = {"area": AREA, "starts": self.held.isoformat(), "venue": "Council offices, committee room 2"}
        meeting = await self._client.say(COORDINATOR, "/marac/v1/meetings", "demo-meeting-held", said)
        known = [key for key in listing.listed(self._load, AREA)[0] if key in self._client.receipts]
        for n, key in enumerate(known):
            case = self._client.receipts[key].root
            path = f"/marac/v1/meetings/{meeting.root}/cases"
            await self._say_once_folded(COORDINATOR, path, f"demo-heard-{key}", {"case": case})
            for m, (owner, days, text, target, risk, _, _) in enumerate(PLAN[n % len(PLAN)]):
                due = self.held + timedelta(days=days)
                body: dict[str, Any] = {
                    "owner": owner,
                    "due": due.isoformat(),
                    "text": text,
                    "target": target,
                }
                body |= {"meeting": meeting.root, "safe_to_tell": m == 0} | ({"risk": risk} if risk else {})
                path = f"/marac/v1/cases/{case}/actions"
                await self._client.say(COORDINATOR, path, f"demo-action-{n}-{m}", body)

    async def answer(self) -> None:
        """What each agency says that it did; what it says nothing of stays open, and becomes late."""
        for n in range(listing.SLOTS[AREA]):
            for m, (owner, *_, answer, why) in enumerate(PLAN[n % len(PLAN)]):
                agreed = self._client.receipts.get(f"demo-action-{n}-{m}")
                if agreed is None or answer is None:
                    continue
                who = SPEAKS.get(owner, owner)
                one = f"/marac/v1/actions/{agreed.root}"
                shown = await self._client.call(who, "GET", one)
                if shown.json()["action"]["answers"]:
                    continue  # said before a stop
                body = {"answer": answer} | ({"text": why} if why else {})
                tag = {"If-Match": shown.headers["etag"]}
                await self._client.call(who, "POST", f"{one}/answers", json=body, headers=tag)

    async def _say_once_folded(self, who: str, path: str, key: str, body: dict[str, Any]) -> None:
        with anyio.move_on_after(FOLD_SECONDS):
            while True:
                try:
                    await self._client.say(who, path, key, body)
                except Unexpected:
                    await anyio.sleep(POLL_SECONDS)
                else:
                    return
        raise Unexpected("a case could not be listed at the meeting that was")
