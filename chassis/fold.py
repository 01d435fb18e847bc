"""Step 4, fold: take marks, lock the subjects that they concern, then read, fold, write, decide.

A mark is committed with the change that it speaks of; whoever takes it reads in a later statement,
and so sees the change; what is committed after that has left a mark of its own. Whoever writes a
row has read after taking its lock, so the last writer knows most.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger, telemetry
from chassis.accept import Draft
from chassis.batch import Batch, Done
from chassis.deciders import drafted, record, trace_of
from chassis.ids import Ids
from chassis.logging import fault_of
from chassis.marks import Due, Mark, Rank
from chassis.pace import COMING_SECONDS, MARKS, TURN_SECONDS, Pace, Turn
from chassis.reading import Read, Reader
from chassis.release import Outdated, newest
from chassis.rows import new_row, write_rows
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from chassis.store.tables import micros
from chassis.taking import mark_sharing, take, take_of
from chassis.views import PREFIX, Saying, Subject, View, configuration_of, readers_of

log = structlog.get_logger()

ROUNDS = 3
"""How often a subject is folded in one transaction: its decider says something, its row follows at once."""
PAUSE_SECONDS = 0.5
WORK_SECONDS, BREATH_SECONDS = 0.01, 0.001
"""How long it computes before it lets others: whoever asks for a page waits so long at each of its steps."""
HEARD_SECONDS = 0.05
"""How long the store hears nothing of a transaction: it ends one that is silent for five seconds."""
_ALIVE = prepared("select 1")


class Folder:
    """Folds the subjects of one service. Any number of folders may work on one store."""

    def __init__(
        self,
        store: Store,
        ids: Ids,
        source: str,
        views: Sequence[View],
        signals: Signals,
        version: int = 1,
    ) -> None:
        self._store = store
        self._version = version
        self._ids = ids
        self._source = source
        self._views = views
        self._signals = signals
        self.reader = Reader(store, views)
        self._configured_by = configuration_of(views)
        self._readers = readers_of(views)
        self._begun: dict[str, set[str]] = {}
        """The types of fact that begin a subject, by the first letter of its id; none: all are folded."""
        for view in views:
            types = self._begun.setdefault(PREFIX[view.of], set())
            types.update(model.type for model in view.begun_by)

    async def run(self) -> None:
        """Fold what is marked, for ever."""
        pace = Pace(self._store.busy_seconds)
        while True:
            batch = Batch()
            turn = self._turn(pace)
            try:
                batch = await self.once(pace.limit, turn, pace.seconds, pace.least)
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.error("fold.failed", **fault_of(error))
                pace.failed()
            else:
                coming = self._signals.recently("fold", COMING_SECONDS)
                pace.folded(turn, batch, time.monotonic(), coming=coming)
            if not batch.more and (rest := pace.rest(time.monotonic())) > 0:
                await self._signals.wait("fold.urgent", rest)
            elif batch.marks == 0 or 0 < batch.subjects == batch.put_back:
                await self._signals.wait("fold", PAUSE_SECONDS)

    def _turn(self, pace: Pace) -> Turn:
        """What is taken next, by what has come."""
        now, signals = time.monotonic(), self._signals
        pace.gather(now, coming=signals.history_comes)
        turn = pace.turn(now, heaped=signals.heaped)
        signals.taken(urgent=turn is not Turn.REST_FIRST, rest=turn is not Turn.URGENT)
        return turn

    async def once(
        self,
        marks: int = MARKS,
        turn: Turn = Turn.URGENT_FIRST,
        seconds: float = TURN_SECONDS,
        least: Rank = Rank.HISTORY,
    ) -> Batch:
        """One fold transaction: give what it did. Zero marks: nothing was out of date. After so many
        ``seconds`` it gives way to what is urgent, where it folds what is not. ``least``: the lowest rank of
        the marks that it takes."""
        batch = await self._store.write(lambda c: self._fold(c, marks, turn, seconds, least))
        if batch.marks:
            reached(Step.FOLD_COMMITTED)
        if batch.changed:
            self._signals.rows_folded(batch.changed)
        if batch.said:
            self._signals.unsent(urgent=True)
        return batch

    async def _fold(
        self, connection: AsyncConnection, limit: int, turn: Turn, seconds: float, least: Rank
    ) -> Batch:
        batch, began = Batch(patience=seconds), time.monotonic()
        marks = await take(self._store, connection, self._version, turn, limit, batch, least)
        batch.marks = len(marks)
        if not marks:
            return batch
        reached(Step.FOLD_TAKEN)
        moves = 0 if batch.urgent else limit
        subjects = await self._expand(connection, marks, moves, least)
        locked = await self._lock(connection, subjects) if subjects else set()
        if await newest(connection) > self._version:
            raise Outdated("a newer release folds on this store")
        batch.subjects = len(subjects)
        missed = {id_: subjects[id_] for id_ in subjects if id_ not in locked}
        await self._put_back(connection, missed, batch)
        due = {id_: subjects[id_] for id_ in locked}
        for more in reversed(range(ROUNDS)):
            said = batch.said
            left = await self._levels(connection, set(due), due | missed, batch)
            if left:
                await self._put_back(connection, {id_: due[id_] for id_ in left}, batch)
                break
            # A mark that is taken is folded: what the last round says is left to the next transaction.
            if not more or batch.said == said:
                break
            if not (due := await self._marked_again(connection, locked)):
                break
        batch.seconds = time.monotonic() - began
        return batch

    async def _expand(
        self, connection: AsyncConnection, marks: Sequence[Mark], moves: int, least: Rank
    ) -> dict[str, Due]:
        """The subjects that these marks concern, and with them so many ``moves`` of theirs; further marks for
        the rest."""
        subjects: dict[str, Due] = {}
        for mark in marks:
            if mark.key.startswith(ledger.EVERYTHING):
                await self._mark_all(connection, mark)
            elif not mark.key.startswith("m:"):
                subjects[mark.key] = subjects.get(mark.key, mark.due) | mark.due
        if mentions := [mark for mark in marks if mark.key.startswith("m:")]:
            at = await self.reader.places(connection, sorted(mark.key for mark in mentions))
            people = set(at.values())
            if more := await take_of(self._store, connection, people, moves, least):
                at |= await self.reader.places(connection, sorted(mark.key for mark in more))
            mentions += more
            await mark_sharing(self._store, connection, mentions, people)
            for mark in mentions:
                for person in (*mark.left, *([at[mark.key]] if mark.key in at else ())):
                    subjects[person] = subjects.get(person, mark.due) | mark.due
        return await self._of_views(connection, subjects)

    async def _mark_all(self, connection: AsyncConnection, mark: Mark) -> None:
        """Mark every key there is, but a person's who is found by a mention's; or those of the kinds of
        subject that read a type of configuration."""
        anew = Rank.HISTORY if mark.key == ledger.EVERYTHING else Rank.REST
        all_keys = f"""insert into mark (key, urgent, origin)
            select distinct key, {anew:d}, {mark.due.origin} from key"""
        await self._store.take_long(connection)
        if mark.key == ledger.EVERYTHING:
            people = self._store.begins("key.key", f"{PREFIX['person']}:")
            found = """exists (select 1 from place join key as told on told.key = place.mention
                where place.person = key.key)"""
            await connection.execute(prepared(f"{all_keys} where not ({people} and {found})"))
            reached(Step.REBUILD_EXPANDED)
            return
        for prefix, types in self._configured_by.items():
            if mark.key in map(ledger.all_that_read, types):
                filed = "m" if prefix == PREFIX["person"] else prefix  # persons are found by their mentions
                of_kind = self._store.begins("key", f"{filed}:")
                await connection.execute(prepared(f"{all_keys} where {of_kind}"))

    async def _of_views(self, connection: AsyncConnection, subjects: Mapping[str, Due]) -> dict[str, Due]:
        """Those that can have a row here: of a kind that has views, and begun as one of them asks.
        What begins a subject later leaves a mark of its own."""
        found = {id_: due for id_, due in subjects.items() if id_[0] in self._begun}
        asked = sorted(id_ for id_ in found if self._begun[id_[0]])
        if asked:
            types = {name for id_ in asked for name in self._begun[id_[0]]}
            statement = f"""select r.id from {self._store.rows_of("rows", (("id", "text"),))}
                where {self._begun_as("r.id", types)}"""
            begun = await connection.execute(prepared(statement), {"rows": _listed("id", asked)})
            for id_ in set(asked) - set(begun.scalars()):
                del found[id_]
        return found

    @staticmethod
    def _begun_as(subject: str, types: Iterable[str]) -> str:
        names = ", ".join(f"'{name}'" for name in sorted(types))
        return f"""exists (select 1 from key join fact on fact.id = key.fact
                where key.key = {subject} and fact.type in ({names}))"""

    async def _lock(self, connection: AsyncConnection, subjects: Iterable[str]) -> set[str]:
        return await ledger.lock(self._store, connection, sorted(subjects))

    async def _marked_again(self, connection: AsyncConnection, locked: Iterable[str]) -> dict[str, Due]:
        """Which of these subjects are marked, most of them by what was just said of them: their marks are
        taken. Their locks are held, and they are read after this."""
        theirs = self._store.rows_of("rows", (("id", "text"),))
        own = f"""delete from mark where seq in (
            select seq from mark where key in (select id from {theirs}) {self._store.skip_locked})
            returning key, urgent, coalesce(origin, seq) as origin"""
        result = await connection.execute(prepared(own), {"rows": _listed("id", sorted(locked))})
        again: dict[str, Due] = {}
        for row in result:
            due = Due(Rank(row.urgent), row.origin)
            again[row.key] = again.get(row.key, due) | due
        return again

    async def _put_back(self, connection: AsyncConnection, subjects: Mapping[str, Due], batch: Batch) -> None:
        """Mark these anew: whoever takes their marks next folds them."""
        await ledger.put_back(self._store, connection, subjects)
        batch.put_back += len(subjects)

    async def _levels(
        self, connection: AsyncConnection, chosen: set[str], due: Mapping[str, Due], batch: Batch
    ) -> set[str]:
        """Fold these, and give those that were left when it gave way to what is urgent. ``due``: they, and
        those that are put back, who need no further mark."""
        at, left = await self._store.now(connection), set(chosen)
        for level in (0, 1):
            ids = sorted(id_ for id_ in chosen if (id_[0] in "ko") == bool(level))
            if ids and not batch.cut:
                left.difference_update(await self._level(connection, level, ids, due, at, batch))
        return left

    async def _level(
        self,
        connection: AsyncConnection,
        level: int,
        ids: Sequence[str],
        due: Mapping[str, Due],
        at: datetime,
        batch: Batch,
    ) -> set[str]:
        """Fold subjects of one level, all read in one statement after their locks; give those it came to."""
        read = await self.reader.read(connection, level, ids, at)
        done = await self._each(connection, read, ids, batch)
        rows = [row for each in done for row in each.rows]
        written = await write_rows(self._store, connection, rows, read.hashes)
        batch.changed |= {(row.view.name, row.subject) for row in written}
        await self._note(connection, done, micros(at))
        if level == 0 and written:
            new = {row.subject for row in written}
            changed = {each.id: due[each.id] for each in done if each.id[2:] in new}
            batch.left += await self._markreaders(connection, changed, sorted(due))
        said = [draft for each in done for draft in each.said]
        if said:
            reached(Step.FOLD_WRITTEN)
            batch.said += await record(self._store, connection, self._ids, self._source, said)
            reached(Step.FOLD_DECIDED)
        return {each.id for each in done}

    async def _each(
        self, connection: AsyncConnection, read: Read, ids: Sequence[str], batch: Batch
    ) -> list[Done]:
        """Fold one after another, letting others work between them, until it is to give way."""
        done: list[Done] = []
        began = heard = breath = time.monotonic()
        for id_ in ids:
            done.append(self._fold_one(read, id_))
            if time.monotonic() - breath > WORK_SECONDS:
                await asyncio.sleep(BREATH_SECONDS)
                breath = time.monotonic()
                if breath - heard > HEARD_SECONDS:
                    await connection.execute(_ALIVE)
                    heard = breath
                waits = self._signals.urgent_waits and not batch.urgent
                if waits and breath - began > batch.patience:
                    batch.cut = len(done) < len(ids)
                    break
        return done

    def _fold_one(self, read: Read, id_: str) -> "Done":
        subject, done = read.subject(id_), Done(id_)
        with telemetry.span("fold", trace_of(subject) if telemetry.tracing() else None):
            for view in self._views:
                if PREFIX[view.of] == id_[0]:
                    self._fold_view(view, subject, done)
        return done

    def _fold_view(self, view: View, subject: Subject, done: "Done") -> None:
        """One view of one subject: all that it gives, or none of it."""
        try:
            folded = view.fold(subject)
            row = new_row(view, subject.id, folded.row)
            said = self._drafts(subject, view.decide(folded.row, subject.at) if view.decide else ())
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            done.broken = True
            log.error("fold.broken", view=view.name, subject=done.id, **fault_of(error))
            done.said += self._said_broken(view, subject)
        else:
            done.rows.append(row)
            done.said += said
            if folded.changes_at is not None:
                done.changes.append(micros(folded.changes_at))

    def _said_broken(self, view: View, subject: Subject) -> list[Draft]:
        try:
            return self._drafts(subject, view.decide_broken(subject) if view.decide_broken else ())
        except Exception as error:  # noqa: BLE001 - whatever it was, it is one subject's
            log.critical("fold.untold", view=view.name, subject=subject.id, **fault_of(error))
            return []

    def _drafts(self, subject: Subject, sayings: Iterable[Saying]) -> list[Draft]:
        return [drafted(self._ids, saying, trace_of(subject)) for saying in sayings]

    async def _note(self, connection: AsyncConnection, done: Sequence["Done"], now: int) -> None:
        columns = (("id", "text"), ("changes_at", "bigint"), ("broken", "bigint"))
        rows = [
            {
                "id": each.id,
                "changes_at": min(each.changes, default=None),
                "broken": now if each.broken else None,
            }
            for each in done
        ]
        statement = f"""update subject set changes_at = r.changes_at,
            broken_since = case when r.broken is null then null
                                else coalesce(subject.broken_since, r.broken) end
            from {self._store.rows_of("rows", columns)} where subject.id = r.id"""
        await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()})

    async def _markreaders(
        self, connection: AsyncConnection, changed: Mapping[str, Due], taken: Sequence[str]
    ) -> int:
        """A person's row changed: mark the cases and causes that read it, but those that are taken
        themselves, and so read it after this, or are put back. Give how many were marked."""
        if not self._readers:
            return 0
        begins = self._store.begins
        columns = (("person", "text"), ("urgent", "int"), ("origin", "bigint"))
        rows = [
            {"person": id_, "urgent": int(due.rank), "origin": due.origin} for id_, due in changed.items()
        ]
        near = f"""select theirs.key as id, max(r.urgent) as urgent, min(r.origin) as origin
            from {self._store.rows_of("rows", columns)} join place on place.person = r.person
            join key as mine on mine.key = place.mention
            join key as theirs on theirs.fact = mine.fact
            where {" or ".join(begins("theirs.key", f"{kind}:") for kind in self._readers)}
            group by theirs.key"""
        begun = " or ".join(
            f"{begins('near.id', f'{kind}:')} and {self._begun_as('near.id', types)}"
            for kind, types in self._readers.items()
        )
        statement = f"""with near as ({near}) insert into mark (key, urgent, origin)
            select id, urgent, origin from near where ({begun})
                and id not in (select id from {self._store.rows_of("taken", (("id", "text"),))})"""
        values = {"rows": orjson.dumps(rows).decode(), "taken": _listed("id", taken)}
        return (await connection.execute(prepared(statement), values)).rowcount


def _listed(name: str, values: Iterable[str]) -> str:
    return orjson.dumps([{name: value} for value in values]).decode()
