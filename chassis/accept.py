"""Step 1, accept: fact, keys, marks and audit line in one transaction; then, and not before, the 2xx.

Facts that arrive while a commit is under way are written together in the next. If that fails,
each is written by itself, so that one bad fact fails alone.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.facts import FactSet, read_fact
from chassis.ids import Ids
from chassis.ledger import Entry, entry_of
from chassis.log import LARGEST
from chassis.marks import Rank, rank_of
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from contracts.content import Content, Said
from contracts.envelope import Assertion, Change, Envelope, Regime, utc
from contracts.events.operations import AuditTaken
from contracts.mentions import mentions_at
from contracts.rules import identifiers
from contracts.sections import Contact, Identity
from contracts.submission import Header, NotLinked, Receipt
from contracts.vocabulary import LawfulBasis, Purpose

LONDON = ZoneInfo("Europe/London")
SCHEMAS = "https://goldthread.uk/schemas/"
FUTURE = timedelta(minutes=5)
"""How far ahead of ours a partner's clock may be before a time is refused as not yet come."""

BATCH = 200


class Refused(Exception):
    """What was sent cannot be taken. ``fault`` is its kind, ``where`` the place; never the value."""

    def __init__(self, fault: str, where: str = "", status: int = 422) -> None:
        super().__init__(fault)
        self.fault = fault
        self.where = where
        self.status = status


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact that waits for its store's clock: all of its envelope but ``acceptedat``."""

    id: str
    root: str
    version: int
    change: Change
    kind: type[Content]
    content: Content | None
    header: Header
    agency: str
    person: str | None
    right: str
    keys: frozenset[str]
    traceparent: str | None = None

    def rank(self, accepted: datetime) -> Rank:
        """That of its marks, accepted at this time."""
        return rank_of(self.kind, self.change, self.agency, accepted - moment(self.header.occurred)[0])

    def entry(self, source: str, accepted: datetime) -> Entry:
        """The fact as it is written, accepted at this time. Raises Refused (413) for one that is
        larger than the log takes: what could not be relayed is not acknowledged."""
        time, precision = moment(self.header.occurred)
        data: dict[str, Any] = {}
        if self.content is not None:
            data = self.content.model_dump(mode="json", by_alias=True, exclude_none=True)
        entry = entry_of(
            Envelope(
                id=self.id,
                source=source,
                type=self.kind.type,
                subject=self.root,
                time=time,
                dataschema=f"{SCHEMAS}{self.kind.type}.json",
                traceparent=self.traceparent,
                agency=self.agency,
                recordedat=utc(self.header.recorded),
                acceptedat=accepted,
                regime=self.header.regime,
                basis=self.header.basis,
                purpose=self.header.purpose,
                assertion=self.header.assertion,
                precision=precision,
                root=self.root,
                version=self.version,
                change=self.change,
                keys=" ".join(sorted(self.keys)),
                data=data,
            )
        )
        if len(entry.body.encode()) > LARGEST:
            raise Refused("too-large", status=413)
        return entry


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a draft: the version that is in the store, and whether it was there already."""

    id: str
    root: str
    version: int
    accepted: datetime
    repeated: bool
    content: Content | None = field(default=None, compare=False, repr=False)

    @property
    def receipt(self) -> Receipt:
        """As its sender is told."""
        return Receipt(
            not_linked_by=list(_not_linked_by(self.content, self.accepted.year)),
            id=self.id,
            root=self.root,
            version=self.version,
            accepted=self.accepted,
            status="repeated" if self.repeated else "accepted",
        )


def _not_linked_by(content: Content | None, this_year: int) -> Iterator[NotLinked]:
    for where, mention in mentions_at(content) if content is not None else ():
        if isinstance(mention.identity, Identity):
            for name, kind in identifiers.faults(mention.identity, this_year):
                yield NotLinked(where=f"body.content.{where}.identity.{name}", kind=kind)


def moment(occurred: datetime | date) -> tuple[datetime, Literal["instant", "day"]]:
    """The instant of a time, or the first of a London day where the time of day is not known."""
    if isinstance(occurred, datetime):
        return utc(occurred), "instant"
    start = datetime(occurred.year, occurred.month, occurred.day, tzinfo=LONDON)
    return start.astimezone(UTC), "day"


def check_times(header: Header, now: datetime) -> None:
    """Refuse what has not happened yet."""
    if moment(header.occurred)[0] > now + FUTURE:
        raise Refused("time-in-the-future", "occurred")
    if utc(header.recorded) > now + FUTURE:
        raise Refused("time-in-the-future", "recorded")


def check_past(content: Content, now: datetime) -> None:
    """Refuse what is told as past, and has not come: an order made, a birth."""
    told: list[tuple[str, Any]] = [(name, getattr(content, name)) for name in content.past]
    for at, person in enumerate(content.people if isinstance(content, Said) else ()):
        if isinstance(person.identity, Identity):
            told += [(f"people.{at}.identity.born.{n}", born) for n, born in enumerate(person.identity.born)]
        if isinstance(person.contact, Contact):
            told.append((f"people.{at}.contact.verified", person.contact.verified))
    for where, value in told:
        if value is not None and moment(value)[0] > now + FUTURE:
            raise Refused("time-in-the-future", where)


class Acceptor:
    """Writes what callers hand it, together where they come together."""

    def __init__(self, store: Store, ids: Ids, source: str, signals: Signals) -> None:
        self._store = store
        self._ids = ids
        self._source = source
        self._signals = signals
        self._waiting: asyncio.Queue[tuple[Draft, asyncio.Future[Taken]]] = asyncio.Queue()
        self._over = False

    async def take(self, draft: Draft) -> Taken:
        """Save a new fact. Raises Refused for an id that is known with other content (409), and (503) once
        the service stops: whether it was saved is told by saying it again."""
        if self._over:
            raise Refused("service-stopping", status=503)
        done: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        await self._waiting.put((draft, done))
        return await done

    async def run(self) -> None:
        """Write what waits, for ever; whoever still waits at the end is told so."""
        batch: list[tuple[Draft, asyncio.Future[Taken]]] = []
        try:
            while True:
                batch = [await self._waiting.get()]
                while len(batch) < BATCH and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                await self._write_together(batch)
                ranks = [
                    draft.rank(done.result().accepted)
                    for draft, done in batch
                    if not (done.cancelled() or done.exception())
                ]
                self._signals.unsent(urgent=Rank.URGENT in ranks)
                self._signals.marked(ranks)
        finally:
            self._over = True
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            for _, done in batch:
                _fail(done, Refused("service-stopping", status=503))

    async def _write_together(self, batch: list[tuple[Draft, asyncio.Future[Taken]]]) -> None:
        alone = len({draft.id for draft, _ in batch}) < len(batch)
        if not alone:
            try:
                drafts = [draft for draft, _ in batch]
                taken = await self._store.write(lambda c: self.write(c, drafts), durable=True)
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                if len(batch) == 1:
                    _fail(batch[0][1], error)
                    return
                alone = True
            else:
                reached(Step.ACCEPT_COMMITTED)
                for (_, done), result in zip(batch, taken, strict=True):
                    _settle(done, result)
        if alone:
            for draft, done in batch:
                try:
                    work = partial(self.write, drafts=[draft])
                    result = (await self._store.write(work, durable=True))[0]
                except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                    _fail(done, error)
                else:
                    _settle(done, result)

    async def write(self, connection: AsyncConnection, drafts: list[Draft]) -> list[Taken]:
        """Write drafts of new facts in the caller's transaction; give what is in the store for each."""
        now = await self._store.now(connection)
        entries = {draft.id: draft.entry(self._source, now) for draft in drafts}
        lines = [self._audit(draft, now) for draft in drafts if draft.right]
        rows = [entry.row(None) for entry in [*entries.values(), *lines]]
        new = await ledger.insert_facts(self._store, connection, rows, loading=False)
        fresh = [entry for entry in entries.values() if entry.envelope.id in new]
        await ledger.file_facts(self._store, connection, self._ids, fresh)
        reached(Step.ACCEPT_WRITTEN)
        old = [id_ for id_ in entries if id_ not in new]
        first = await self._first(connection, old, entries) if old else {}
        return [
            first.get(draft.id)
            or Taken(draft.id, draft.root, draft.version, now, repeated=False, content=draft.content)
            for draft in drafts
        ]

    async def _first(
        self, connection: AsyncConnection, ids: list[str], entries: dict[str, Entry]
    ) -> dict[str, Taken]:
        answers: dict[str, Taken] = {}
        for id_ in ids:
            found = await connection.execute(
                prepared("select hash, body from fact where id = :id").bindparams(id=id_)
            )
            row = found.one()
            if row.hash != entries[id_].hash:
                raise Refused("same-key-other-content", "Idempotency-Key", status=409)
            fact = read_fact(row.body.encode())
            answers[id_] = Taken(
                fact.id, fact.root, fact.version, fact.accepted, repeated=True, content=fact.content
            )
        return answers

    async def revise(self, root: str, expected: int, make: Callable[[FactSet], Draft]) -> Taken:
        """Write the next version of a root, under a lock on it.

        Raises Refused: 404 if the root is not held here, 412 if ``expected`` is not its highest
        version, 409 if the same id stands with other content.
        """

        async def work(connection: AsyncConnection) -> Taken:
            # The lock in one statement, the versions in the next: who waited for the lock reads what
            # was committed meanwhile.
            lock = f"select id from fact where id = :root {self._store.for_update}"
            await connection.execute(prepared(lock), {"root": root})
            versions = await self._versions(connection, root)
            draft = make(versions)
            last = versions.versions(root)[-1]
            if await ledger.hashes_of(connection, [draft.id]):
                return await self._repeat(connection, draft, last.accepted)
            if last.version != expected:
                raise Refused("changed-since", "If-Match", status=412)
            now = max(await self._store.now(connection), last.accepted + timedelta(microseconds=1))
            entry = draft.entry(self._source, now)
            rows = [entry.row(None), self._audit(draft, now).row(None)]
            new = await ledger.insert_facts(self._store, connection, rows, loading=False)
            if draft.id not in new:
                return await self._repeat(connection, draft, last.accepted)
            await ledger.file_facts(self._store, connection, self._ids, [entry])
            reached(Step.ACCEPT_WRITTEN)
            return Taken(draft.id, root, draft.version, now, repeated=False, content=draft.content)

        taken = await self._store.write(work, durable=True)
        reached(Step.ACCEPT_COMMITTED)
        self._signals.unsent(urgent=True)
        self._signals.marked([Rank.URGENT])  # what was said wrongly is put right at once
        return taken

    async def _versions(self, connection: AsyncConnection, root: str) -> FactSet:
        read = prepared("select body from fact where root = :root")
        bodies = (await connection.execute(read, {"root": root})).scalars()
        versions = FactSet(read_fact(body.encode()) for body in bodies)
        if not len(versions) or next(iter(versions)).envelope.source != self._source:
            raise Refused("not-found", status=404)
        return versions

    async def _repeat(self, connection: AsyncConnection, draft: Draft, accepted: datetime) -> Taken:
        """The first answer to an id that is there, if it is of this root. Raises Refused (409)."""
        again = {draft.id: draft.entry(self._source, accepted)}
        taken = (await self._first(connection, [draft.id], again))[draft.id]
        if taken.root != draft.root:
            raise Refused("same-key-other-content", "Idempotency-Key", status=409)
        return taken

    def _audit(self, draft: Draft, now: datetime) -> Entry:
        said = AuditTaken(fact=draft.id, person=draft.person, right=draft.right)
        return own_draft(self._ids.taken(draft.id), said, now).entry(self._source, now)


@lru_cache(maxsize=64)
def own_header(at: datetime) -> Header:
    """The header of what Goldthread says by itself."""
    return Header(
        occurred=at,
        recorded=at,
        assertion=Assertion.FACT,
        regime=Regime.UK_GDPR,
        basis=LawfulBasis.PUBLIC_TASK,
        purpose=Purpose.SAFEGUARDING,
    )


def own_draft(id_: str, content: Content, occurred: datetime, traceparent: str | None = None) -> Draft:
    """What Goldthread says by itself, as a fact that waits for the store's clock."""
    return Draft(
        id=id_,
        root=id_,
        version=1,
        change=Change.ORIGINAL,
        kind=type(content),
        content=content,
        header=own_header(occurred),
        agency="goldthread",
        person=None,
        right="",
        keys=frozenset(content.keys(id_)),
        traceparent=traceparent,
    )


def _settle(done: asyncio.Future[Taken], result: Taken) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[Taken], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
