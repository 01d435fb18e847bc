"""Step 4, fold: take marks, lock the subjects that they concern, then read, fold, write, decide.

A mark is committed with the change that it speaks of; whoever takes it reads in a later statement,
and so sees the change; what is committed after that has left a mark of its own. Whoever writes a
row has read after taking its lock, so the last writer knows most.
"""

import asyncio
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger, telemetry
from chassis.deciders import record, trace_of
from chassis.ids import Ids
from chassis.reading import Read, Reader
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store
from chassis.store.tables import micros
from chassis.views import Folded, Row, Saying, Subject, SubjectKind, View

log = structlog.get_logger()

MARKS = 200
"""How many marks are taken at a time, to begin with."""
FEWEST_MARKS, MOST_MARKS = 20, 5_000
"""How few and how many are taken as folds take long or are quick."""
REST, COMING_SECONDS = 4, 0.2
"""How long the folder rests after work that is not urgent, in times of what the work took, and how
lately something new must have come for it to rest at all."""
PAUSE_SECONDS = 0.5
_DUE = text("select 1 from subject where changes_at <= :now limit 1")
KINDS: Mapping[str, SubjectKind] = {"p": "person", "a": "area", "k": "case", "o": "cause"}
"""The kind of a subject, by the first letter of its id in the store."""


@dataclass(slots=True)
class Mark:
    """One taken mark, or several of one key drawn together."""

    key: str
    left: set[str] = field(default_factory=set)
    urgent: bool = False


@dataclass(slots=True)
class Batch:
    """What one fold transaction did."""

    marks: int = 0
    urgent: bool = False
    seconds: float = 0.0
    subjects: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)
    said: int = 0
    put_back: int = 0


class Folder:
    """Folds the subjects of one service. Any number of folders may work on one store."""

    def __init__(self, store: Store, ids: Ids, source: str, views: Sequence[View], signals: Signals) -> None:
        self._store = store
        self._ids = ids
        self._source = source
        self._views = views
        self._signals = signals
        self.reader = Reader(store, views)
        self._kinds = {view.of for view in views}

    async def run(self) -> None:
        """Fold what is marked, for ever."""
        limit = MARKS
        while True:
            try:
                batch = await self.once(limit)
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.error("fold.failed", reason=type(error).__name__, place=_place(error))
                batch = Batch()
            if batch.seconds > self._store.busy_seconds:
                limit = max(FEWEST_MARKS, limit // 2)
            elif batch.seconds < self._store.busy_seconds / 2:
                limit = min(MOST_MARKS, limit * 2)
            if not batch.urgent and self._signals.recently("fold", COMING_SECONDS):
                # More is coming: marks of one subject pile up, and are folded once.
                await asyncio.sleep(batch.seconds * REST)
            if batch.marks == 0 or batch.put_back == batch.subjects:
                await self._signals.wait("fold", PAUSE_SECONDS)

    async def once(self, marks: int = MARKS) -> Batch:
        """One fold transaction: give what it did. Zero marks: nothing was out of date."""
        batch = await self._store.write(lambda connection: self._fold(connection, marks))
        if batch.marks:
            reached(Step.FOLD_COMMITTED)
        if batch.changed:
            self._signals.rows_folded(batch.changed)
        if batch.said:
            self._signals.wake("relay")
        return batch

    async def tick(self) -> int:
        """Mark the subjects whose time to change has come; give how many."""
        async with self._store.reading() as connection:
            now = micros(await self._store.now(connection))
            if (await connection.execute(_DUE, {"now": now})).first() is None:
                return 0

        async def work(connection: AsyncConnection) -> int:
            due = f"""update subject set changes_at = null where id in (
                select id from subject where changes_at <= :now order by changes_at limit 500
                {self._store.skip_locked}) returning id"""
            ids = (await connection.execute(text(due), {"now": now})).scalars().all()
            await ledger.add_marks(self._store, connection, [(id_, None, True) for id_ in ids])
            reached(Step.TICK_MARKED)
            return len(ids)

        ticked = await self._store.write(work)
        if ticked:
            self._signals.wake("fold")
        return ticked

    async def _fold(self, connection: AsyncConnection, limit: int) -> Batch:
        batch, began = Batch(), time.monotonic()
        marks = await self._take(connection, limit)
        batch.marks = len(marks)
        batch.urgent = any(mark.urgent for mark in marks)
        if not marks:
            return batch
        reached(Step.FOLD_TAKEN)
        subjects = await self._expand(connection, marks)
        locked = await self._lock(connection, subjects) if subjects else set()
        batch.subjects = len(subjects)
        missed = {id_: subjects[id_] for id_ in subjects if id_ not in locked}
        await ledger.add_marks(
            self._store, connection, [(id_, None, urgent) for id_, urgent in missed.items()]
        )
        batch.put_back = len(missed)
        at = await self._store.now(connection)
        for level in (0, 1):
            ids = sorted(id_ for id_ in locked if (id_[0] in "ko") == bool(level))
            if ids:
                await self._level(connection, level, ids, subjects, at, batch)
        batch.seconds = time.monotonic() - began
        return batch

    async def _take(self, connection: AsyncConnection, limit: int) -> list[Mark]:
        first = f"""delete from mark where seq in (
            select seq from mark order by urgent desc, seq limit :limit {self._store.skip_locked})
            returning key, moved_from, urgent"""
        rows = list((await connection.execute(text(first), {"limit": limit})).all())
        keys = sorted({row.key for row in rows})
        if not keys:
            return []
        same = self._store.rows_of("keys", (("key", "text"),))
        more = f"""delete from mark where seq in (
            select seq from mark where key in (select key from {same})
            {self._store.skip_locked}) returning key, moved_from, urgent"""
        rows += (await connection.execute(text(more), {"keys": _listed("key", keys)})).all()
        marks: dict[str, Mark] = {}
        for row in rows:
            mark = marks.setdefault(row.key, Mark(row.key))
            mark.urgent = mark.urgent or bool(row.urgent)
            if row.moved_from is not None:
                mark.left.add(row.moved_from)
        return list(marks.values())

    async def _expand(self, connection: AsyncConnection, marks: Sequence[Mark]) -> dict[str, bool]:
        """The subjects that these marks concern, with their urgency; further marks for the rest."""
        subjects: dict[str, bool] = {}
        mentions: dict[str, bool] = {}
        for mark in marks:
            if mark.key == ledger.EVERYTHING:
                await connection.execute(
                    text("insert into mark (key, urgent) select distinct key, 0 from key")
                )
                reached(Step.REBUILD_EXPANDED)
            elif mark.key.startswith("m:"):
                mentions[mark.key] = mark.urgent
                subjects.update((left, mark.urgent) for left in mark.left)
            else:
                subjects[mark.key] = subjects.get(mark.key, False) or mark.urgent
        moved = sorted(mark.key for mark in marks if mark.left)
        if moved:
            await self._mark_sharing(connection, moved)
        if mentions:
            for mention, person in (await self.reader.places(connection, sorted(mentions))).items():
                subjects[person] = subjects.get(person, False) or mentions[mention]
        return {id_: is_urgent for id_, is_urgent in subjects.items() if KINDS[id_[0]] in self._kinds}

    async def _mark_sharing(self, connection: AsyncConnection, moved: Sequence[str]) -> None:
        """Mark every key that shares a fact with a moved mention."""
        statement = f"""insert into mark (key, urgent)
            select distinct theirs.key, 0 from {self._store.rows_of("moved", (("key", "text"),))}
            join key as mine on mine.key = r.key
            join key as theirs on theirs.fact = mine.fact and theirs.key <> r.key"""
        await connection.execute(text(statement), {"moved": _listed("key", moved)})

    async def _lock(self, connection: AsyncConnection, subjects: Mapping[str, bool]) -> set[str]:
        rows = [{"id": id_, "level": int(id_[0] in "ko")} for id_ in sorted(subjects)]
        columns = (("id", "text"), ("level", "int"))
        missing = f"""insert into subject (id, level)
            select id, level from {self._store.rows_of("rows", columns)} where true
            on conflict do nothing"""
        await connection.execute(text(missing), {"rows": orjson.dumps(rows).decode()})
        lock = f"""select id from subject
            where id in (select id from {self._store.rows_of("rows", (("id", "text"),))})
            order by id {self._store.skip_locked}"""
        result = await connection.execute(text(lock), {"rows": _listed("id", sorted(subjects))})
        return set(result.scalars())

    async def _level(
        self,
        connection: AsyncConnection,
        level: int,
        ids: Sequence[str],
        urgent: Mapping[str, bool],
        at: datetime,
        batch: Batch,
    ) -> None:
        """Fold subjects of one level, all read in one statement after their locks."""
        read = await self.reader.read(connection, level, ids, at)
        changed: dict[str, bool] = {}
        next_change: dict[str, int | None] = {}
        broken: dict[str, bool] = {}
        sayings: list[tuple[Subject, Saying]] = []
        for id_ in ids:
            done = self._fold_one(read, id_)
            next_change[id_], broken[id_] = done.changes_at, done.broken
            sayings += [(done.subject, saying) for saying in done.sayings]
            for view, row in done.rows:
                if await self._write_row(connection, view, id_[2:], row, read.hashes):
                    changed[id_] = urgent.get(id_, False)
                    batch.changed.add((view.name, id_[2:]))
        await self._note(connection, next_change, broken, micros(at))
        if level == 0 and changed:
            await self._markreaders(connection, changed)
        if sayings:
            reached(Step.FOLD_WRITTEN)
            batch.said += await record(self._store, connection, self._ids, self._source, sayings)
            reached(Step.FOLD_DECIDED)

    def _fold_one(self, read: Read, id_: str) -> "_Done":
        subject = read.subject(id_)
        with telemetry.span("fold", trace_of(subject)):
            return self._folded(subject, id_)

    def _folded(self, subject: Subject, id_: str) -> "_Done":
        done = _Done(subject)
        for view in self._views:
            if view.of != KINDS[id_[0]]:
                continue
            try:
                folded: Folded = view.fold(subject)
                done.add(view, folded)
                if view.decide is not None:
                    done.sayings += view.decide(folded.row, subject.at)
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                done.broken = True
                log.error(
                    "fold.broken",
                    view=view.name,
                    subject=id_,
                    reason=type(error).__name__,
                    place=_place(error),
                )
                if view.decide_broken is not None:
                    done.sayings += view.decide_broken(subject)
        return done

    async def _write_row(
        self,
        connection: AsyncConnection,
        view: View,
        subject: str,
        row: Row | None,
        hashes: Mapping[tuple[str, str], str],
    ) -> bool:
        table = view.table.__table__  # type: ignore[attr-defined]
        had = hashes.get((view.name, subject))
        if row is None:
            if had is not None:
                await connection.execute(table.delete().where(table.c.subject == subject))
            return had is not None
        body = canonical(row)
        digest = ledger.digest(body)
        if digest == had:
            return False
        values = {"subject": subject, "hash": digest, "body": body.decode()}
        values |= {c.name: _column(row, c.name) for c in table.columns if c.name not in values}
        upsert = self._store.insert(table).values(**values)
        await connection.execute(upsert.on_conflict_do_update(index_elements=["subject"], set_=values))
        return True

    async def _note(
        self,
        connection: AsyncConnection,
        next_change: Mapping[str, int | None],
        broken: Mapping[str, bool],
        now: int,
    ) -> None:
        columns = (("id", "text"), ("changes_at", "bigint"), ("broken", "bigint"))
        rows = [
            {"id": id_, "changes_at": next_change[id_], "broken": now if broken[id_] else None}
            for id_ in next_change
        ]
        statement = f"""update subject set changes_at = r.changes_at,
            broken_since = case when r.broken is null then null
                                else coalesce(subject.broken_since, r.broken) end
            from {self._store.rows_of("rows", columns)} where subject.id = r.id"""
        await connection.execute(text(statement), {"rows": orjson.dumps(rows).decode()})

    async def _markreaders(self, connection: AsyncConnection, changed: Mapping[str, bool]) -> None:
        """A person's row changed: mark the cases and causes that read it."""
        columns = (("person", "text"), ("urgent", "int"))
        rows = [{"person": id_, "urgent": int(urgent)} for id_, urgent in sorted(changed.items())]
        statement = f"""insert into mark (key, urgent)
            select theirs.key, max(r.urgent) from {self._store.rows_of("rows", columns)}
            join place on place.person = r.person
            join key as mine on mine.key = place.mention
            join key as theirs on theirs.fact = mine.fact
            where theirs.key like 'k:%' or theirs.key like 'o:%' group by theirs.key"""
        await connection.execute(text(statement), {"rows": orjson.dumps(rows).decode()})


class _Done:
    """What folding one subject gave."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.rows: list[tuple[View, Row | None]] = []
        self.sayings: list[Saying] = []
        self.changes_at: int | None = None
        self.broken = False

    def add(self, view: View, folded: Folded) -> None:
        self.rows.append((view, folded.row))
        if folded.changes_at is not None:
            at = micros(folded.changes_at)
            self.changes_at = at if self.changes_at is None else min(at, self.changes_at)


def canonical(row: Row) -> bytes:
    """A row's canonical bytes: what *the same bytes* compares."""
    return orjson.dumps(row.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def _column(row: Row, name: str) -> Any:
    value = getattr(row, name)
    return str(value) if isinstance(value, str) else value


def _listed(name: str, values: Iterable[str]) -> str:
    return orjson.dumps([{name: value} for value in values]).decode()


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.name}:{frame.lineno}"
