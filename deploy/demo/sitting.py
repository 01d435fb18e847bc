"""A meeting of the south that was held last week, with its minutes and what was corrected since. The next
meetings are held by whoever tries it: each can be opened."""

from datetime import datetime, time, timedelta
from typing import Any

from chassis.clock import LONDON
from deploy.demo.caseload import Caseload
from deploy.demo.client import Client

CHAIR, COORDINATOR, AREA = "rowan-ellis", "priya-nair", "northmere-south"
LAST, HEARD = timedelta(days=7), 2
ATTENDED: tuple[dict[str, Any], ...] = (
    {"agency": "northmere-police", "attended": "present", "who": "Rowan Ellis", "chairs": True},
    {"agency": "harbour-idva", "attended": "present", "who": "Carys Bevan"},
    {"agency": "northmere-council", "attended": "present", "who": "Priya Nair"},
    {"agency": "castlegate-housing", "attended": "deputy", "who": "Ivo Marsh"},
    {"agency": "northmere-hospital", "attended": "apologies-with-information"},
    {"agency": "hollin-bank-school", "attended": "observer", "who": "Beth Oram", "signed": True},
)
SAID: tuple[dict[str, Any], ...] = (
    {
        "risks": "Contact goes on through the children, and the bail ends this month.",
        "needs": "The victim: new locks. The children: somebody at school whom they may talk to. The alleged"
        " perpetrator: treatment for alcohol.",
        "strengths": "The victim keeps every appointment. A sister takes the children whenever asked.",
        "decided": "The officer in the case asks for the bail to be varied. Housing offers new locks.",
        "forums": ["child-protection"],
        "told_by": "harbour-idva",
        "safe_to_tell": True,
    },
    {
        "risks": "Nobody has reached the victim since the referral. What is not known is not safe.",
        "needs": "Not known until the victim is reached. Two earlier records name an interpreter.",
        "decided": "The IDVA tries at another time of day, by the safe way alone.",
        "told_by": "harbour-idva",
        "safe_to_tell": None,
    },
)


async def hold_last_meeting(client: Client, load: Caseload) -> None:
    """Hold it, issue its minutes, and correct one line of them; begun again after a stop, once."""
    day = (load.now.astimezone(LONDON) - LAST).date()
    starts = datetime.combine(day, time(9, 30), LONDON)
    called = {"area": AREA, "starts": starts.isoformat(), "venue": "Council offices, committee room 2"}
    meeting = (await client.say(COORDINATOR, "/marac/v1/meetings", "demo-meeting-last", called)).root
    path = f"/marac/v1/meetings/{meeting}"
    if (await client.call(CHAIR, "GET", f"{path}/minutes")).json()["number"]:
        return
    cases = [client.receipts[key].root for key in load.referrals[AREA][:HEARD]]

    async def do(who: str, end: str, body: dict[str, Any], method: str = "POST", **headers: str) -> None:
        await client.call(who, method, f"{path}/{end}", json=body, headers=headers)

    await do(CHAIR, "sitting", {"step": "opened", "at": starts.isoformat(), "statement": True})
    for seat in ATTENDED:
        await do(COORDINATOR, "attendance", seat)
    for case, said in zip(cases, SAID, strict=True):
        await do(COORDINATOR, "cases", {"case": case})
        heard = said | {"at": (starts + timedelta(minutes=12)).isoformat()}
        await do(CHAIR, f"cases/{case}/hearing", heard)
    await do(CHAIR, "sitting", {"step": "closed", "at": (starts + timedelta(minutes=30)).isoformat()})
    await do(COORDINATOR, "minutes", {"number": 1})
    corrected = SAID[0] | {"decided": f"{SAID[0]['decided']} The school is told."}
    await do(COORDINATOR, f"cases/{cases[0]}/hearing", corrected, "PUT", **{"If-Match": '"1"'})
