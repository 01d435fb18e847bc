"""What the MARACs of the try-out ask of their agencies, and what these answer; and who has a tie: nobody."""

from contextlib import suppress

import anyio

from deploy.demo.client import Client, Unexpected

COORDINATOR = "priya-nair"
ATTENDEES = (COORDINATOR, "rowan-ellis", "carys-bevan")
"""Who declares, so that their first pages are full. Hana Weld has not: she is shown names to declare by."""
ASKED = ("harbour-idva", "northmere-police", "northmere-council", "northmere-hospital", "castlegate-housing")
HOUSING, HOSPITAL = "femi-adair", "owen-leigh"
POLL_SECONDS, FOLDED_SECONDS = 0.1, 30.0
KNOWN, ANSWERED = 3, 6
"""Of how many cases housing knows the victim, and of how many anybody has answered yet."""


async def ask(client: Client, areas: tuple[str, ...]) -> None:
    """Say which agencies each MARAC asks."""
    for area in areas:
        said = {"area": area, "agencies": list(ASKED), "days_before": 2}
        await client.begin(COORDINATOR, "/marac/v1/researchers", said)


async def prepare(client: Client, meeting: str, cases: int) -> None:
    """Attendees declare for a meeting of so many cases; housing and the hospital answer of the first."""
    path = f"/marac/v1/meetings/{meeting}"
    listed: list[str] = []
    with anyio.move_on_after(FOLDED_SECONDS):
        while len(listed) < cases:
            with suppress(Unexpected):  # the meeting is not folded yet
                found = (await client.call(COORDINATOR, "GET", f"{path}/interests")).json()
                listed = [each["case"] for each in found["cases"]]
                if not listed and found["declared"]:
                    break  # the try-out goes on where it was stopped
            await anyio.sleep(POLL_SECONDS)
    if not listed:
        return
    for who in ATTENDEES:
        said = {"cases": [{"case": case, "tie": False} for case in listed]}
        await client.say(who, f"{path}/interests", f"demo-interests-{who}-{meeting}", said)
    for number, case in enumerate(sorted(listed)[:ANSWERED]):
        await _answer(client, HOUSING, f"{path}/research/{case}", known=number < KNOWN)
        if number % 2:
            await _answer(client, HOSPITAL, f"{path}/research/{case}", known=False)


async def _answer(client: Client, who: str, path: str, *, known: bool) -> None:
    asked = (await client.call(who, "GET", path)).json()
    people = [{"person": each["person"], "held": "nothing-held"} for each in asked["people"]]
    said: dict[str, object] = {"people": people}
    if known:
        people[0] |= {
            "held": "known",
            "records": "Tenancies, repairs",
            "facts": {"text": "The front door was mended twice since the summer."},
            "told_by_others": {"text": "A neighbour hears shouting most weekends."},
        }
        said["suggested"] = {"text": "A stronger door and window locks, by the end of next week."}
    await client.say(who, path, f"demo-research-{who}-{path}", said)
