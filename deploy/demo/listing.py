"""The coordinator's desk: a MARAC with less room than cases wait for, a referral returned with advice, and
two who accuse each other."""

from datetime import timedelta
from random import Random
from typing import Any

from deploy.demo.caseload import Caseload
from deploy.demo.client import Client
from deploy.demo.posts import Notebook, Post

CHAIR, COORDINATOR = "rowan-ellis", "priya-nair"
SOUTH = "northmere-south"
SLOTS = {"northmere-north": 16, "northmere-east": 14, SOUTH: 6}
"""The south has grown: more of its cases wait than it hears."""
STRANGLED = {"code": "strangled", "words": "Strangled or choked", "kinds": ["non-fatal-strangulation"]}
CHOSEN: dict[str, dict[str, Any]] = {
    "northmere-north": {"local": [STRANGLED]},
    "northmere-east": {"repeat_anchor": "meeting"},
    SOUTH: {"escalation": [{"unit": "incidents", "least": 5}, {"unit": "crimes", "least": 3}]},
}
"""What each MARAC has chosen, beside its slots."""


def listed(load: Caseload, area: str) -> tuple[list[str], list[str]]:
    """The cases of a MARAC that have room at its next meeting, and at the one after it, by the key of their
    referral."""
    slots, cases = SLOTS[area], load.referrals[area]
    return cases[:slots], cases[slots : 2 * slots]


async def choose(client: Client) -> None:
    """The chair sets what each MARAC chooses."""
    for area, slots in SLOTS.items():
        said = {"area": area, "slots": slots, **CHOSEN[area]}
        await client.begin(CHAIR, "/marac/v1/choices", said)


async def decide(client: Client, load: Caseload) -> None:
    """Of those who wait in the south the one of the lowest score goes back with advice; and somebody who is
    said to have harmed another says the same of them."""
    await client.post(counter_allegation(load))
    posts = {post.key: post for post in load.posts}
    waiting = [posts[key] for key in load.referrals[SOUTH][2 * SLOTS[SOUTH] :]]
    lowest = min(waiting, key=lambda post: (_yes(post), post.key))
    said = {
        "advice": "Offer the IDVA service, and agree a safety plan. Refer again if anything more happens.",
        "reason": "Heard by the family's own panel on Monday. The referrer agrees.",
    }
    case = client.receipts[lowest.key].root
    await client.say(COORDINATOR, f"/marac/v1/cases/{case}/returns", "demo-returned", said)


def counter_allegation(load: Caseload) -> Post:
    """A referral the other way round: of the last pair whose case the south has."""
    firsts = {pair.perpetrator.key: pair for pair in reversed(load.pairs)}
    pair = next(p for p in firsts.values() if p.victim.area == p.perpetrator.area == SOUTH)
    people = [
        pair.perpetrator.mention("victim", "northmere-police"),
        pair.victim.mention("perpetrator", "northmere-police", relationship=pair.relationship),
    ]
    notebook = Notebook(Random(1), load.start, load.now, prefix="demo-counter")  # noqa: S311  a story
    said = notebook.say(
        "northmere-police",
        "referral",
        load.now - timedelta(days=2),
        people,
        SOUTH,
        "Says that the other party struck first. Scratches to one arm.",
        criteria=["professional-judgement"],
    )
    if said is None:
        raise ValueError("the year is too short")
    return said


def _yes(post: Post) -> int:
    dash = post.body["content"].get("dash") or {}
    return sum(answer == "yes" for answer in dash.get("answers", {}).values())
