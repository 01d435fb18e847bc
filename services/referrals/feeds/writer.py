"""The writer of feeds: one at a time. It tells each partner what has become theirs to know.

Whoever's row changed, and everybody when access did, is looked at anew: what each partner may be told of
them and has not been is appended, by the pure rule ``rules/feeding.py``. It keeps nothing but which rows it
has looked at: what was told is a fact, found by its id. So a start from nothing tells nothing twice.

It works while it holds the lease, and each of its transactions checks the epoch of that lease. It waits
while access facts may be late: nothing is told but what was accepted before a time before which all that
anybody had accepted is here.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chassis.lease import holds, keep
from chassis.ledger import EVERYTHING
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from chassis.store.tables import FactTable, MarkTable
from contracts.events.feeds import FeedTold
from services.referrals.about import is_flagged
from services.referrals.feeds.access import READ, Access, access_of
from services.referrals.feeds.entries import Planned, append, told_of
from services.referrals.feeds.rows import FED, AskLine, FactLine, FedRow, FedTable
from services.referrals.rules.feeding import Reach, due, may_be_told

LEASE = "feeds"
LEASE_SECONDS = 10.0
PAUSE_SECONDS = 2.0
"""How often all rows are compared with what was looked at."""
GATHER_SECONDS = 0.1
"""How long news are gathered, so that a burst is one look."""
LATE = timedelta(minutes=1)
"""How long ago all may be here that anybody had accepted: then no feed tells anything."""
BATCH = 100
"""How many people are looked at together."""

log = structlog.get_logger()


async def write_feeds(runtime: Runtime) -> None:
    """Write feeds for ever: whenever this process holds the lease."""
    while True:
        try:
            epoch = await runtime.lease(LEASE, LEASE_SECONDS)
            if epoch is not None and await runtime.has_all_of(FeedTold.topic):
                try:
                    await Writer(runtime, epoch).work()
                finally:
                    with suppress(Exception):  # another need not wait until it runs out
                        await runtime.give_up(LEASE)
        except Exception as error:  # noqa: BLE001  whatever it was: it starts again from nothing
            log.error("feeds.failed", reason=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class Looked:
    """A row that was looked at: its hash, and the cases that name its person."""

    hash: str
    cases: frozenset[str]


class Writer:
    """One tenure of the lease."""

    def __init__(self, runtime: Runtime, lease: int) -> None:
        self._runtime = runtime
        self._lease = lease
        self._epoch = int(runtime.clock.now().timestamp())
        self._access: Access | None = None
        self._seen: tuple[int, int | None] | None = None
        """How many facts access was made of, and when the last was accepted."""
        self._looked: dict[str, Looked] = {}
        self._woken = asyncio.Event()

    async def work(self) -> None:
        """Write until the lease is lost."""
        kept = keep(self._runtime.lease, LEASE, LEASE_SECONDS, self._lease)
        beside = [
            asyncio.create_task(self._listen(), name="feeds.listen"),
            asyncio.create_task(kept, name="feeds.renew"),  # the first look, at everybody, takes longer
        ]
        for task in beside:
            task.add_done_callback(lambda _: self._woken.set())
        try:
            while not any(task.done() for task in beside) and await self.once():
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_SECONDS):
                        await self._woken.wait()
                await asyncio.sleep(GATHER_SECONDS)
                self._woken.clear()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _listen(self) -> None:
        async for news in self._runtime.changed():
            if any(view == FED.name for view, _ in news):
                self._woken.set()

    async def once(self) -> bool:
        """Tell what has become anybody's to know; False if this process may not any more."""
        fresh = await self._runtime.fresh_until()  # before access is read: what it speaks of is in it
        access = await self._read_access()
        if fresh is None or self._runtime.clock.now() - fresh > LATE:
            return True  # access facts are late: feeds wait
        changed = sorted((await self._changed()).items())
        for start in range(0, len(changed), BATCH):
            batch = dict(changed[start : start + BATCH])
            cases = await self._look(access, set(batch), fresh)
            if cases is None:
                return False
            self._looked |= {subject: Looked(batch[subject], cases[subject]) for subject in cases}
        return True

    async def _read_access(self) -> Access:
        """What is configured now. Whoever that touches is looked at again."""
        types = [kind.type for kind in READ]
        count = select(func.count(), func.max(col(FactTable.accepted))).where(col(FactTable.type).in_(types))
        async with self._runtime.store.reading() as connection:
            facts, last = (await connection.execute(count)).one()
        if self._access is None or self._seen != (facts, last):
            access = access_of(await self._runtime.configuration(*READ))
            again = access.touched_since(self._access) if self._access else None
            self._looked = {
                subject: looked
                for subject, looked in self._looked.items()
                if again is not None and again.isdisjoint(looked.cases)
            }
            self._access = access
            self._seen = (facts, last)
        return self._access

    async def _changed(self) -> dict[str, str]:
        """The subjects whose row is not the one that was looked at, with its hash."""
        statement = select(col(FedTable.subject), col(FedTable.hash))
        async with self._runtime.store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return {subject: hash_ for subject, hash_ in rows if not self._has_looked_at(subject, hash_)}

    def _has_looked_at(self, subject: str, hash_: str) -> bool:
        looked = self._looked.get(subject)
        return looked is not None and looked.hash == hash_

    async def _look(
        self, access: Access, subjects: Collection[str], fresh: datetime
    ) -> dict[str, frozenset[str]] | None:
        """Tell each partner what is due of these people; give the cases of each of whom no more is on its way
        here. None: this process has lost its lease."""
        rows = await self._rows(subjects)
        mentions = {mention for row in rows.values() for mention in row.mentions}
        places = await self._runtime.places(mentions)
        unfolded = await self._unfolded(mentions)
        everybody = rows | await self._rows(set(places.values()) - set(rows))
        facts: dict[str, FactLine] = {}
        asks: dict[str, tuple[FedRow, AskLine]] = {}
        held: set[str] = set()
        for subject, row in rows.items():
            for line in row.facts:
                if line.newest.accepted >= fresh or not unfolded.isdisjoint(line.mentions):
                    held.add(subject)
                else:
                    facts[line.root] = line
            for ask in row.asks:
                if ask.accepted >= fresh or ask.mention in unfolded:
                    held.add(subject)
                else:
                    asks[ask.id] = row, ask
        for agency, feed in access.feeds.items():
            reach = {subject: access.reach(feed, row) for subject, row in everybody.items()}
            people = {m: reach[person] for m, person in places.items() if person in reach}
            planned = await self._planned(access, agency, facts.values(), people)
            asked = [ask for row, ask in asks.values() if access.is_asked(feed, ask, row)]
            planned += await self._asks(agency, asked)
            if planned and not await self._append(agency, planned):
                return None
        return {subject: row.named_in for subject, row in rows.items() if subject not in held}

    async def _planned(
        self, access: Access, agency: str, facts: Collection[FactLine], people: Mapping[str, Reach]
    ) -> list[Planned]:
        """What an agency is told next of these facts: in the order in which they were taken."""
        kind = access.kinds[agency]
        ids = [each.id for line in facts for each in line.versions]
        told = await told_of(self._runtime.store, self._runtime.ids, agency, ids)
        found: list[tuple[datetime, Planned]] = []
        for line in facts:
            may = {
                each.version: may_be_told(kind, line.agency == agency, line.type, each.purpose)
                for each in line.versions
            }
            heard = sum(each.id in told for each in line.versions)
            if not heard and not may[line.newest.version]:
                continue
            by_number = {each.version: each for each in line.versions}
            for version, theirs in due([each.named for each in line.versions], heard, people):
                each = by_number[version.version]
                whole = theirs and may[each.version]
                flagged = [await self._flagged(mention) for mention in each.placed] if whole else []
                sections = access.sections(access.feeds[agency], each.area, flagged) if whole else ()
                found.append((each.accepted, Planned(each.id, line.root, tuple(sorted(sections)))))
        found.sort(key=lambda each: each[0])
        return [planned for _, planned in found]

    async def _asks(self, agency: str, asks: Collection[AskLine]) -> list[Planned]:
        """What it has not been told of these: that there is one, and no more."""
        told = await told_of(self._runtime.store, self._runtime.ids, agency, [each.id for each in asks])
        return [Planned(each.id, each.id, ()) for each in asks if each.id not in told]

    async def _flagged(self, mention: str) -> bool | None:
        """Whether whoever a mention is today is flagged as sensitive; None: it is not known."""
        return await is_flagged(self._runtime, mention) if mention else None

    async def _append(self, agency: str, planned: list[Planned]) -> bool:
        runtime = self._runtime

        async def work(connection: AsyncConnection) -> bool:
            if not await holds(runtime.store, connection, LEASE, self._lease):
                return False
            await append(runtime.store, connection, runtime.ids, agency, self._epoch, planned)
            reached(Step.FEED_WRITTEN)
            return True

        # Durably: were it relayed and then lost by a crash here, its number would be given once more.
        done = await runtime.store.write(work, durable=True)
        reached(Step.FEED_COMMITTED)
        runtime.signals.unsent(urgent=False)
        return done

    async def _rows(self, subjects: Collection[str]) -> dict[str, FedRow]:
        statement = select(FedTable).where(col(FedTable.subject).in_(sorted(subjects)))
        found = await self._runtime.rows(FED, statement)
        return {row.person: row for row in found if isinstance(row, FedRow)}

    async def _unfolded(self, mentions: Collection[str]) -> set[str]:
        """Of these mentions, those whose person is about to be folded: their row is not what is known."""
        keys = [EVERYTHING, *(f"m:{mention}" for mention in sorted(mentions))]
        statement = select(col(MarkTable.key)).where(col(MarkTable.key).in_(keys)).distinct()
        async with self._runtime.store.reading() as connection:
            marked = set((await connection.execute(statement)).scalars())
        return {mention for mention in mentions if not marked.isdisjoint((f"m:{mention}", EVERYTHING))}
