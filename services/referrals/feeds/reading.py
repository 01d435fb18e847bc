"""What a partner's own system asks of its feed, and how an operator sets one."""

import re
from typing import Any

import orjson
from pydantic import BaseModel, Field

from chassis.accept import Refused
from chassis.http.auth import Caller
from chassis.http.problem import Fault, Problem
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.events.feeds import FeedSet
from contracts.sections import Sensitivity
from services.referrals.feeds.entries import Told, after, feed_of

_CURSOR = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")


class FeedPage(BaseModel):
    """Some entries of a feed, in its order."""

    entries: list[dict[str, Any]] = Field(
        description="CloudEvents, each with its `cursor`, and without the sections that are not yours to have"
    )
    next: str | None = Field(description="where to go on, now or later: `after` of the next request")
    more: bool = Field(description="whether there is more by now")


def check_feed(content: Content, *, production: bool) -> None:
    """Refuse (422) a feed that would be sent where anybody on the way could read it."""
    if isinstance(content, FeedSet) and production and content.webhook and content.webhook.scheme != "https":
        raise Refused("not-https", "body.content.webhook")


async def read_feed(runtime: Runtime, caller: Caller, cursor: str | None, most: int) -> FeedPage:
    """The entries of the caller's agency after a cursor, on record as shown before they are given. Raises
    Refused (503) while the store is read back; Problem (409) for a cursor that is of no entry here."""
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    n = await _place_of(runtime, caller.agency, cursor) if cursor else 0
    found = await after(runtime.store, runtime.ids, caller.agency, n, most + 1)
    told = found[:most]
    await on_record(runtime, caller, told)
    return FeedPage(
        entries=[each.event for each in told],
        next=told[-1].cursor if told else cursor,
        more=len(found) > most,
    )


async def on_record(runtime: Runtime, caller: Caller, told: list[Told]) -> None:
    """Record that these entries are shown to a partner's system."""
    if not told:
        return
    body = orjson.dumps([each.event for each in told], option=orjson.OPT_SORT_KEYS)
    left_out = {section for each in told for section in Sensitivity if section not in each.said.sections}
    facts = [each.fact.id for each in told]
    await runtime.shown(caller, "feed", feed_of(runtime.ids, caller.agency), body, facts, left_out)


async def _place_of(runtime: Runtime, agency: str, cursor: str) -> int:
    """After which entry to go on. Where the log came back from a backup, an entry that was told may be gone,
    and its number another's: then whoever has it begins again, and knows by their ids what it has."""
    given = _CURSOR.fullmatch(cursor)
    n = int(given[2]) if given else 0
    found = await after(runtime.store, runtime.ids, agency, n - 1, 1) if n else []
    if not found or found[0].cursor != cursor:
        raise Problem(
            409,
            "feed.begins-again",
            "There is no such entry: read the feed from its beginning. What you have has its id still.",
            [Fault("query.after", "cursor")],
        )
    return n
