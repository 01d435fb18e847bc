"""The matcher: one at a time, in batches, off the request path. It says which mentions are one person.

It keeps in memory what is known now of each mention (the rows of ``referrals_identity``, every
identifier as a keyed hash), with whom it is alike, and where each mention is. When a row changes, it works
out anew the groups of everybody whom that can concern, by the pure rule ``rules/matching.py``, and records
the difference from where they are as **one** fact, ``identity.assigned``; whom a person must decide about
is a row. So a link stands only for as long as its reasons do, and a start from nothing comes to the same
answer. Who is alike is weighed beside it (``Weigher``): identifiers and decisions do not wait for Splink.

It works while it holds the lease. Each of its transactions checks the epoch of that lease, so that
a matcher that froze and woke again records nothing. Its memory is forgotten with the lease.

What it asks of ``Runtime``, beside what every service uses:

``lease(name: str, seconds: float) -> int | None``
    Take the lease, or renew it: its epoch while this process holds it, None while another does.
``has_all_of(topic: str) -> bool``
    Whether all that the log has of a topic is here: else a decision would be numbered twice.
``places(mentions: Collection[str]) -> dict[str, str]``
    Which person each of these mentions is now. One that was never seen is left out.
``assign(moves, because, decisions_seen, epoch, parted) -> bool``
    In one transaction, with the lease's row locked: record ``IdentityAssigned`` with the next ``seq``
    (1 + the highest in the store), and
    file it, so that its moves hold at once. It records nothing, and gives False, when the lease's
    epoch is not this one any more, when a mention is not where its move says that it leaves, or when
    an ``identity.decided`` is filed under a moved mention that is not in ``decisions_seen``: a move
    that ignores a person's decision is refused.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

import structlog
from sqlalchemy import select
from sqlmodel import col

from chassis.assigning import LEASE
from chassis.lease import keep
from chassis.runtime import Runtime
from contracts.events.identity import Because, IdentityAssigned, Move
from services.referrals.candidates import LeaseLost, ask
from services.referrals.memory import Memory, features_of
from services.referrals.rules.matching import Clusters, clusters
from services.referrals.views import IDENTITY, IdentityRow, IdentityTable
from services.referrals.weigher import Weigher

LEASE_SECONDS = 5.0
"""With what another waits before it asks, and takes to match, this is less than the 10 s in which another
must do the work of a matcher that froze (``tests/faults/freezing.py``)."""
ASK_SECONDS = 1.0
"""How long another process waits before it asks again for the lease."""
SWEEP_SECONDS = 15.0
"""How often all rows are compared with what is in memory: news of a change may have been missed."""
GATHER_SECONDS = 0.02
"""How long news are gathered, so that a burst is one decision."""
PAUSE_SECONDS = 0.2
"""How long after a refused decision everything is read again."""
BATCH = 1_000
"""How many rows are read at a time, and of how many mentions the groups are worked out."""
MOVES = 2_000
"""How many moves are one decision, give or take a person's: the log takes no record of any size."""

log = structlog.get_logger()


async def match(runtime: Runtime) -> None:
    """Match for ever: whenever this process holds the lease, and from nothing each time, but for what was
    weighed since it took that lease."""
    weigher: Weigher | None = None
    while True:
        try:
            epoch = await runtime.lease(LEASE, LEASE_SECONDS)
            if epoch is None or not await runtime.has_all_of(IdentityAssigned.topic):
                await asyncio.sleep(ASK_SECONDS)
                continue
            log.info("matcher.began", epoch=epoch)
            try:
                if weigher is None or weigher.epoch != epoch:
                    weigher = Weigher(runtime, epoch)
                await Matcher(runtime, weigher).work()
            finally:
                with suppress(Exception):  # another need not wait until it runs out
                    await runtime.give_up(LEASE)
            log.info("matcher.ended", epoch=epoch)
        except Exception as error:  # noqa: BLE001  whatever it was: it starts again from nothing
            log.error("matcher.failed", reason=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)


class Matcher:
    """One tenure of the lease."""

    def __init__(self, runtime: Runtime, weigher: Weigher) -> None:
        self._runtime = runtime
        self._epoch = weigher.epoch
        self._weigher = weigher
        self._memory = Memory(weigher.alike)
        self._news: set[str] = set()
        self._held: set[str] = set()
        """Who changed, and waits until those whom that concerns and who are one with somebody have been
        weighed: nobody is parted for want of it."""
        self._unsure: set[str] = set()
        """Whom a question is about that stands until they have been weighed."""
        self._woken = asyncio.Event()

    async def work(self) -> None:
        """Match until the lease is lost, or what it knew has turned out to be out of date."""
        kept = keep(self._runtime.lease, LEASE, LEASE_SECONDS, self._epoch)
        beside = [
            asyncio.create_task(self._listen(), name="matcher.listen"),
            asyncio.create_task(self._weigher.work(self._woken), name="matcher.weigh"),
            asyncio.create_task(kept, name="matcher.renew"),  # all that is known of a nation takes minutes
        ]
        for task in beside:
            task.add_done_callback(lambda _: self._woken.set())
        clock = asyncio.get_running_loop().time
        sweep_at = 0.0
        try:
            while True:
                if clock() >= sweep_at:
                    self._news |= await self._out_of_date()
                    sweep_at = clock() + SWEEP_SECONDS
                if not await self.once():
                    return None
                for task in beside:
                    if task.done():
                        return task.result()
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0, sweep_at - clock())):
                        await self._woken.wait()
                    await asyncio.sleep(GATHER_SECONDS)
                self._woken.clear()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def once(self) -> bool:
        """Match what changed; False when a decision was refused and all must be read again."""
        changed: set[str] = set()
        news, self._news = list(self._news), set()
        for start in range(0, len(news), BATCH):  # what comes meanwhile waits for the next turn
            changed |= await self._read(news[start : start + BATCH])
        weighed: set[str] = set()
        for mentions, weights in self._weigher.taken():
            weighed.update(mentions)
            changed |= self._memory.weigh(mentions, weights) | self._unsure.intersection(mentions)
            self._unsure.difference_update(mentions)
        waiting, concerned = changed | self._held, list(changed | weighed)
        seen, first = set[str](), set[str]()
        for start in range(0, len(concerned), BATCH):  # few at a time: the lease is renewed meanwhile
            ready, ahead = self._ready(concerned[start : start + BATCH], waiting, seen)
            first |= ahead
            if ready and not await self._settle(ready):
                return False
            await asyncio.sleep(0)
        if first:
            self._weigher.hurry(first)
        return True

    def _ready(self, some: Iterable[str], waiting: set[str], seen: set[str]) -> tuple[set[str], set[str]]:
        """Everybody whose group may be another one now by what changed of some, but for those who were seen
        before; and who is to be weighed next. Who hangs together with somebody who is one with others and has
        not been weighed is held until then."""
        ready, first = set[str](), set[str]()
        for mention in some:
            if mention in seen:
                continue
            component = self._memory.affected([mention])
            seen |= component
            here = component & waiting
            if any(map(self._weigher.lacks, self._memory.together(component))):
                self._held |= here
                first |= component if here else set()
            elif here:
                self._held -= here
                ready |= component
        return ready, first

    async def _settle(self, affected: set[str]) -> bool:
        """Record who of these is one person, as far as it is not so yet; False when it was refused."""
        features = [self._memory.features[mention] for mention in affected]
        # In a thread: a thousand records of one person that contradict each other take longer than the lease.
        found = await asyncio.to_thread(clusters, features, *self._memory.pairs(affected))
        parted = self._memory.parted(found.groups)
        for moves in self._decisions(found):
            seen = {id_ for move in moves for id_ in self._memory.decisions[move.mention]}
            apart = [
                pair for person in sorted({move.origin for move in moves}) for pair in parted.pop(person, ())
            ]
            because = _because(found, moves)
            if not await self._runtime.assign(moves, because, sorted(seen), self._epoch, apart):
                return False
            for move in moves:
                self._memory.put(move.mention, move.to)
        with suppress(LeaseLost):  # the next renewal tells
            unweighed = self._weigher.lacks
            kept = await ask(self._runtime.store, self._epoch, affected, found.questions, unweighed)
            self._unsure |= {mention for pair in kept for mention in pair}
        return True

    async def _listen(self) -> None:
        async for news in self._runtime.changed():
            self._news |= {subject for view, subject in news if view == IDENTITY.name}
            self._woken.set()

    async def _out_of_date(self) -> set[str]:
        """The subjects whose row is not the one in memory."""
        statement = select(col(IdentityTable.subject), col(IdentityTable.hash))
        async with self._runtime.store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return {subject for subject, hash_ in rows if self._memory.read.get(subject) != hash_}

    async def _read(self, subjects: Collection[str]) -> set[str]:
        """Take these subjects' rows to memory; give the mentions of which something changed."""
        table = IdentityTable.__table__  # type: ignore[attr-defined]
        statement = select(table.c.subject, table.c.hash, table.c.body).where(table.c.subject.in_(subjects))
        async with self._runtime.store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        known = [(subject, hash_, IdentityRow.model_validate_json(body)) for subject, hash_, body in rows]
        places = await self._runtime.places([each.mention for _, _, row in known for each in row.mentions])
        changed: set[str] = set()
        for subject, hash_, row in known:
            self._memory.read[subject] = hash_
            here = [each for each in row.mentions if places.get(each.mention) == subject]
            for each in here:
                changed |= self._memory.learn(features_of(each, self._runtime.ids), each.decisions, subject)
                self._weigher.add(each.known)
        return changed

    def _decisions(self, found: Clusters) -> Iterator[list[Move]]:
        """The moves of each mention from where it is to the home of the earliest of its group: those
        of one person together, in decisions that a record holds."""
        moves: list[Move] = []
        for group in found.groups:
            home = self._runtime.ids.person(group[0])
            for mention in group:
                was = self._memory.place[mention]
                if was != home:
                    moves.append(Move.model_validate({"mention": mention, "from": was, "to": home}))
            if len(moves) >= MOVES:
                yield sorted(moves, key=lambda move: move.mention)
                moves = []
        if moves:
            yield sorted(moves, key=lambda move: move.mention)


def _because(found: Clusters, moves: Iterable[Move]) -> list[Because]:
    """The links of the groups that the moved mentions are in."""
    group_of: Mapping[str, int] = {m: place for place, group in enumerate(found.groups) for m in group}
    moved = {group_of[move.mention] for move in moves}
    return [
        Because(reason=reason, mentions=list(pair))
        for reason, pair in found.because
        if group_of[pair[0]] in moved
    ]
