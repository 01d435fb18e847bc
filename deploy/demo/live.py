"""After the year: new facts every few seconds, so that the pages of whoever looks on move."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import anyio

from chassis.clock import Clock
from deploy.demo import orders, stories
from deploy.demo.caseload import Caseload
from deploy.demo.client import Client, Unexpected
from deploy.demo.posts import Notebook, Pair, Post

EVERY_SECONDS = (4.0, 11.0)
FIRST_BREACH_AFTER = 3
BREACH_EVERY = 18
"""A breach after so many facts: three minutes apart or so, each of which pages somebody."""

Told = Callable[[str], None]


async def live(client: Client, load: Caseload, tell: Told) -> None:
    """Post new facts about the caseload's people, for ever. ``tell`` is given a line for each breach."""
    chance = Random()  # noqa: S311  a story, not a secret
    first = [pair for pair in load.pairs if pair.victim.contact is not None] or load.pairs
    number = 0
    while True:
        await anyio.sleep(chance.uniform(*EVERY_SECONDS))
        now = Clock().now()
        notebook = Notebook(chance, now - timedelta(hours=2), now, prefix=f"live-{now:%Y%m%dT%H%M%S%f}")
        pair = chance.choice(first)
        if number % BREACH_EVERY == FIRST_BREACH_AFTER:
            tell(f"A breach was just reported in {pair.victim.area}: somebody on call has it now.")
            _breach(notebook, pair, now)
        else:
            _something(notebook, pair, now)
        number += 1
        for post in sorted(notebook.posts, key=lambda post: post.at):
            await _post(client, post)


async def _post(client: Client, post: Post) -> None:
    try:
        await client.post(post)
    except Unexpected:
        return  # a partner's post was refused: the next is not the worse for it


def _something(notebook: Notebook, pair: Pair, now: datetime) -> None:
    at = now - timedelta(minutes=80)
    tell = notebook.chance.choice(
        (
            stories.incident,
            stories.incident,
            stories.hospital,
            stories.surgery,
            stories.housing,
            stories.assessment,
        )
    )
    notebook.late = (5, 60)
    tell(notebook, pair, at)


def _breach(notebook: Notebook, pair: Pair, now: datetime) -> None:
    """Seen minutes ago by a housing officer who does not know the order's number."""
    order = orders.Order("non-molestation", "", now - timedelta(days=30), now + timedelta(days=300), pair)
    orders.report(notebook, order, "castlegate-housing", "attended", now - timedelta(minutes=12), late=(2, 3))
