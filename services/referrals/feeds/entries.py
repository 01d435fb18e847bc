"""Entries: how one is recorded, which can be read, and what each tells.

A feed is one root, and entry *n* of it is version *n*: a fact like any other, on Goldthread's log, from
which a restored store has the same feed. The id comes from the partner and the version that is told, so
that nothing is told twice. It can be read once its own record is on the log; and what it tells is made of
it and of the fact alone, so that it tells the same whenever it is read.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chassis import ledger
from chassis.accept import own_draft
from chassis.facts import Fact
from chassis.ids import Ids
from chassis.ledger import Entry
from chassis.reading import parsed
from chassis.store import Store, prepared
from chassis.store.tables import FactTable, micros
from contracts.events.feeds import FeedTold
from contracts.sections import Sensitivity
from services.referrals.rules.feeding import redacted

MOST = 200
"""Entries of one answer."""

_LAST = prepared("select body from fact where root = :feed order by version desc limit 1")
_AFTER = prepared(
    "select body, sent_at from fact where root = :feed and version > :n order by version limit :most"
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A version of a fact that a partner is to be told, and with which sections."""

    fact: str
    of: str
    sections: tuple[Sensitivity, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One entry that can be read."""

    n: int
    said: FeedTold
    fact: Fact[Any]

    @property
    def cursor(self) -> str:
        """Where a partner that has this entry goes on."""
        return f"{self.said.epoch}-{self.n}"

    @property
    def event(self) -> dict[str, Any]:
        """What the partner has: a CloudEvent, without what is not theirs to have."""
        envelope = self.fact.envelope.model_dump(mode="json", exclude_none=True, exclude=_OURS)
        data = redacted(envelope["data"], self.said.sections) if self.said.sections else {}
        return envelope | {"cursor": self.cursor, "data": data}

    @property
    def body(self) -> bytes:
        """Its bytes: the same whenever it is read or sent."""
        return orjson.dumps(self.event, option=orjson.OPT_SORT_KEYS)


_OURS = {"keys", "traceparent"}
"""Of an envelope, what files and traces it here."""


def feed_of(ids: Ids, agency: str) -> str:
    """The root of an agency's feed."""
    return ids.blind("feed", agency)


def entry_id(ids: Ids, agency: str, fact: str) -> str:
    """The id of the entry by which an agency is told a version of a fact."""
    return ids.said(FeedTold.type, agency, fact, 1, 0)


async def append(
    store: Store, connection: AsyncConnection, ids: Ids, agency: str, epoch: int, planned: Sequence[Planned]
) -> None:
    """Record what a partner is told next, in this order, in the writer's transaction. Raises ValueError for
    what it has been told: then nothing is recorded."""
    feed, now = feed_of(ids, agency), await store.now(connection)
    last = (await connection.execute(_LAST, {"feed": feed})).scalar()
    n = parsed(last).version if last else 0
    epoch = max(epoch, _said(last).epoch) if last else epoch
    entries: list[Entry] = []
    for number, each in enumerate(planned, n + 1):
        said = FeedTold(agency=agency, epoch=epoch, fact=each.fact, of=each.of, sections=list(each.sections))
        draft = replace(own_draft(entry_id(ids, agency, each.fact), said, now), root=feed, version=number)
        entries.append(draft.entry("/referrals", now))
    rows = [entry.row(None) for entry in entries]
    new = await ledger.insert_facts(store, connection, rows, loading=False)
    if len(new) != len(entries):
        raise ValueError("an entry is there already")


async def told_of(store: Store, ids: Ids, agency: str, facts: Sequence[str]) -> set[str]:
    """Which of these versions of facts an agency has been told."""
    by_id = {entry_id(ids, agency, fact): fact for fact in facts}
    async with store.reading() as connection:
        known = await ledger.hashes_of(connection, list(by_id))
    return {by_id[id_] for id_ in known}


async def told_between(
    store: Store, ids: Ids, agency: str, facts: Iterable[str], since: datetime, until: datetime
) -> dict[str, datetime]:
    """Of these versions of facts those of whose content an agency was told from the one time until the other,
    each with when."""
    among = col(FactTable.id).in_([entry_id(ids, agency, fact) for fact in sorted(facts)])
    then = col(FactTable.accepted).between(micros(since), micros(until))
    async with store.reading() as connection:
        bodies = (await connection.execute(select(col(FactTable.body)).where(among, then))).scalars().all()
    told = [(_said(body), parsed(body).accepted) for body in bodies]
    return {said.fact: at for said, at in told if said.sections}


async def after(store: Store, ids: Ids, agency: str, n: int, most: int = MOST) -> list[Told]:
    """The entries after the first ``n`` that can be read, in order: none behind one whose record is not on
    the log."""
    values = {"feed": feed_of(ids, agency), "n": n, "most": most}
    async with store.reading() as connection:
        rows = (await connection.execute(_AFTER, values)).all()
        entries = []
        for row in rows:
            if row.sent_at is None:
                break
            entries.append((parsed(row.body).version, _said(row.body)))
        bodies = await _bodies(connection, [said.fact for _, said in entries])
    here = itertools.takewhile(lambda entry: entry[1].fact in bodies, entries)  # a store may be read back
    return [Told(number, said, parsed(bodies[said.fact])) for number, said in here]


async def _bodies(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, str]:
    statement = select(col(FactTable.id), col(FactTable.body)).where(col(FactTable.id).in_(ids))
    return {row.id: row.body for row in await connection.execute(statement)}


def _said(body: str) -> FeedTold:
    said = parsed(body).content
    if not isinstance(said, FeedTold):
        raise ValueError("no entry of a feed")
    return said
