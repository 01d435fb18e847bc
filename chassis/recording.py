"""The writing side of a service: what agencies say, what it says by itself, and what it showed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from chassis import ledger, telemetry
from chassis.accept import (
    Acceptor,
    Draft,
    Refused,
    Taken,
    check_past,
    check_times,
    own_draft,
)
from chassis.archive import Archive
from chassis.assigning import assign
from chassis.clock import Clock
from chassis.deciders import drafted
from chassis.facts import Fact, FactSet, read_fact
from chassis.ids import Ids, new_id
from chassis.lease import give_up, take_lease
from chassis.marks import Rank
from chassis.naming import with_mentions
from chassis.rows import canonical
from chassis.service import Service
from chassis.signals import Changed, Signals
from chassis.store import Store, prepared
from chassis.views import Row, Saying
from contracts.content import Content, Said
from contracts.envelope import Change
from contracts.events.identity import Because, Move, Parted
from contracts.events.operations import AuditShown
from contracts.registry import EVENTS
from contracts.submission import Header
from contracts.vocabulary import LawfulBasis, Purpose

if TYPE_CHECKING:
    from chassis.http.auth import Caller


BACKLOG = 500
"""How many facts not on the log yet, and marks not taken, an upload waits for. Of history it waits for no
mark: whoever brings years along has each person folded once, and not at each line (decision 0062)."""
_BACKLOG = prepared(
    """select (select count(*) from (select 1 from fact where sent_at is null limit :most) as unsent)
        + (select count(*) from (select 1 from mark where urgent >= 0 limit :most) as marked)"""
)
LOOKS, LOOK_SECONDS = 50, 0.02
"""How often an upload looks whether it may go on, and after how long: while the log is away it goes on
slowly."""
FACTS_IN_A_PART = 10_000
"""Facts named in one audit line, so that no record is larger than the log takes."""


class Recorder(Archive):
    """Records facts in one service's store. What it returns from is saved."""

    def __init__(self, service: Service, store: Store, ids: Ids, clock: Clock) -> None:
        super().__init__(service.name, store, ids, clock, service.views)
        self.service = service
        self.signals = Signals()
        self.acceptor = Acceptor(store, ids, self.source, self.signals)
        self._uploads = asyncio.Lock()

    async def take(
        self,
        header: Header,
        content: Content,
        *,
        caller: "Caller",
        right: str,
        idempotency_key: str | None = None,
        only: str | None = None,
    ) -> Taken:
        """Save what a caller says, durably, before this returns.

        The same idempotency key with the same content gives the first answer again. ``only`` is a name under
        which this service takes one fact, whoever says it: of two at once one is refused (409).
        Raises Refused: 503 until the service has caught up, 409 for the key with other content,
        422 for a time that has not come, or a value that is Goldthread's to give.
        """
        self._check(header)
        id_ = self.ids.fact(self.name, only) if only else self.id_of(caller, idempotency_key)
        said, keys = await self._as_taken(caller, content, id_)
        return await self.acceptor.take(
            Draft(
                id=id_,
                root=id_,
                version=1,
                change=Change.ORIGINAL,
                kind=type(said),
                content=said,
                header=header,
                agency=caller.agency,
                person=caller.id,
                right=right,
                keys=keys,
                traceparent=telemetry.current_traceparent(),
            )
        )

    def id_of(self, caller: "Caller", idempotency_key: str | None) -> str:
        """A key is a sender's own name for a post to this service: at another it names another post."""
        if idempotency_key is None:
            return new_id()
        return self.ids.fact(caller.id, f"{self.name} {idempotency_key}")

    async def said_under(self, caller: "Caller", idempotency_key: str | None) -> Fact[Content] | None:
        """What a caller has said here under this key already; None: nothing, or there is no key."""
        if idempotency_key is None:
            return None
        statement = prepared("select body from fact where id = :id")
        async with self.store.reading() as connection:
            id_ = self.id_of(caller, idempotency_key)
            body = (await connection.execute(statement, {"id": id_})).scalar()
        return read_fact(body.encode()) if body else None

    def _check(self, header: Header | None) -> None:
        if not self.caught_up.is_set():
            raise Refused("catching-up", status=503)
        if header is not None:
            check_times(header, self.clock.now())

    async def _as_taken(
        self, caller: "Caller", content: Content, root: str, before: Sequence[Content] = ()
    ) -> tuple[Content, frozenset[str]]:
        """The content with all that is Goldthread's to give, and the keys that it is filed under; ``before``:
        what the versions said that it corrects."""
        admit = self.service.admit
        check_past(content, self.clock.now())
        admitted = content if admit is None else await admit(self, caller, content, root)
        said = with_mentions(admitted, self.ids, caller.agency, root, before)
        return said, frozenset(said.keys(root)) | await self._keys_of_things(said, root)

    async def _keys_of_things(self, content: Content, id_: str) -> frozenset[str]:
        """The people of what a fact is about, where that is held here: the service of an order is
        filed under everybody whom the order names, though the fact names the respondent alone."""
        things = [key[2:] for key in content.keys(id_) if key.startswith("o:") and key != f"o:{id_}"]
        if not things or not isinstance(content, Said):
            return frozenset()
        statement = prepared(
            """select distinct key.key from fact join key on key.fact = fact.id
               where fact.root = :root and key.key like 'm:%'"""
        )
        async with self.store.reading() as connection:
            found = [(await connection.execute(statement, {"root": root})).scalars().all() for root in things]
        return frozenset(key for keys in found for key in keys)

    async def revise(
        self,
        root: str,
        expected: int,
        header: Header | None,
        content: Content | None,
        *,
        caller: "Caller",
        right: str,
        idempotency_key: str | None = None,
    ) -> Taken:
        """Save the next version of a fact of the caller's own agency, or one that is said jointly: a
        correction with the whole content, or a withdrawal with none.

        Raises Refused: 404 for another agency's fact, for one of another type, and for one that is
        not held here; 412 if ``expected`` is not its highest version; 422 for somebody without a record
        number at the place of another; and as ``take`` does.
        """
        self._check(header)
        id_ = self.id_of(caller, idempotency_key)
        said, keys = (None, frozenset[str]())
        if content is not None:
            known = (await self.fact(root)).versions(root)
            before = [each.said for each in known if each.content is not None and each.version <= expected]
            said, keys = await self._as_taken(caller, content, root, before)

        def make(versions: FactSet) -> Draft:
            last = _own_last(versions.versions(root), caller, said)
            return Draft(
                id=id_,
                root=root,
                version=expected + 1,
                change=Change.CORRECTION if said is not None else Change.WITHDRAWAL,
                kind=EVENTS[last.envelope.type],
                content=said,
                header=header or _header_of(last),
                agency=caller.agency,
                person=caller.id,
                right=right,
                keys=keys.union(*(fact.envelope.keys.split() for fact in versions)),
                traceparent=telemetry.current_traceparent(),
            )

        return await self.acceptor.revise(root, expected, make)

    async def folded(self, keys: Collection[str], seconds: float = 2.0) -> None:
        """Wait until what is filed under these keys is in the rows, at most so long: whoever has just
        said something by a page finds it there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self._marked(keys):  # noqa: ASYNC110 - the store says when
                    await asyncio.sleep(0.01)

    async def _marked(self, keys: Collection[str]) -> bool:
        marked = prepared("select 1 from mark where key = :key limit 1")
        async with self.store.reading() as connection:
            for key in keys:
                if (await connection.execute(marked, {"key": key})).first() is not None:
                    return True
        return False

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[None]:
        """The turn of one upload to have some facts taken: after the others of this process, and when
        what was taken before is on its way, whichever instance took it. So an upload goes as fast as the
        relay does, and of what is not history as folds do; what else is said waits for nothing but these
        few."""
        async with self._uploads:
            for _ in range(LOOKS):
                if await self._backlog() <= BACKLOG:
                    break
                await asyncio.sleep(LOOK_SECONDS)
            yield

    async def _backlog(self) -> int:
        async with self.store.reading() as connection:
            return int((await connection.execute(_BACKLOG, {"most": BACKLOG + 1})).scalar_one())

    async def say(self, sayings: Iterable[Saying]) -> int:
        """Record what the service says by itself outside a fold, such as tries of a message.

        Said already: nothing happens. Gives how many are new.
        """
        drafts = [drafted(self.ids, saying) for saying in sayings]
        taken = await asyncio.gather(*(self.acceptor.take(draft) for draft in drafts))
        return sum(not each.repeated for each in taken)

    async def lease(self, name: str, seconds: float) -> int | None:
        """Take or renew a lease: its epoch while this process holds it, None while another does."""
        return await take_lease(self.store, name, self.signals.name, seconds)

    async def give_up(self, name: str) -> None:
        """Give up a lease, if this process has it: another may take it at once."""
        await give_up(self.store, name, self.signals.name)

    async def assign(
        self,
        moves: Sequence[Move],
        because: Sequence[Because],
        decisions_seen: Sequence[str],
        epoch: int,
        parted: Sequence[Parted],
    ) -> bool:
        """Record the matcher's decision as one fact (``chassis.assigning``); False if it is refused."""
        done = await assign(self.store, self.ids, self.source, moves, because, decisions_seen, epoch, parted)
        self.signals.unsent(urgent=False)
        self.signals.marked([Rank.REST])
        return done

    async def changed(self) -> AsyncIterator[Changed]:
        """(view, subject) of rows that change from now on, whichever instance folded them."""
        async for news in self.signals.changed():
            yield news

    async def shown(
        self,
        caller: "Caller",
        view: str,
        subject: str,
        content: Row | bytes,
        facts: Iterable[str],
        left_out: Iterable[str] = (),
        asked: str | None = None,
    ) -> None:
        """Record, before the answer goes out, that this content was shown to this caller; of a page about
        somebody, by which of their records they had ``asked`` for it.

        Once for each viewer and content: a second look at the same adds nothing.
        """
        body = content if isinstance(content, bytes) else canonical(content)
        digest, made_of = ledger.digest(body), sorted(set(facts))
        starts = range(0, len(made_of), FACTS_IN_A_PART) or (0,)
        for part, start in enumerate(starts, 1):
            said = AuditShown(
                person=caller.id,
                viewer_agency=caller.agency,
                roles=sorted(caller.roles),
                view=view,
                subject=subject,
                content=digest,
                facts=made_of[start : start + FACTS_IN_A_PART],
                part=part,
                left_out=sorted(set(left_out)),
                ahead=caller.ahead,
                asked=asked,
            )
            id_ = self.ids.shown(caller.id, view, subject, digest, part, ahead=caller.ahead, asked=asked)
            await self.acceptor.take(own_draft(id_, said, self.clock.now()))


def _own_last(versions: list[Fact[Content]], caller: "Caller", said: Content | None) -> Fact[Content]:
    """The newest version, if the caller may add one that says this. Raises Refused (404)."""
    last = versions[-1]
    own = last.agency == caller.agency or EVENTS[last.envelope.type].joint
    if not own or (said is not None and said.type != last.envelope.type):
        raise Refused("not-found", status=404)
    return last


def _header_of(fact: Fact[Content]) -> Header:
    envelope = fact.envelope
    return Header(
        occurred=envelope.time,
        recorded=envelope.recordedat,
        assertion=envelope.assertion,
        regime=envelope.regime,
        basis=LawfulBasis(envelope.basis),
        purpose=Purpose(envelope.purpose),
    )
