"""What a service knows: its rows, its facts, who is who, now and as it was known."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import CompoundSelect, Select

from chassis import parking
from chassis.accept import Refused
from chassis.clock import Clock
from chassis.facts import FactSet
from chassis.folded import Folded
from chassis.ids import Ids
from chassis.known import FoldFailed, Known, configured
from chassis.ledger import EVERYTHING
from chassis.reading import Reader, kept, parsed, row_of
from chassis.store import Store, prepared
from chassis.store.tables import instant, micros
from chassis.views import Row, View
from chassis.watch import cause_of, standing
from chassis.watermark import held_until
from contracts.content import Content, Said
from contracts.events.operations import AuditTaken
from contracts.registry import EVENTS

log = structlog.get_logger()

STATEMENTS = {
    name: model.topic
    for name, model in sorted(EVENTS.items())
    if issubclass(model, Said) and not model.clicked and model.topic != "support"
}
"""The types by which an agency is heard, each with its topic: what its systems say of people. What is for
support alone is not among them: of two services whose pages say when an agency was heard, one reads it, and
the difference would tell the police that it was said."""
MOST_UNSURE = 500
"""Of so many cases at most a look is told that their rows may not be so any more; of more, that any may."""

_STATEMENTS = ", ".join(f"'{name}'" for name in STATEMENTS)


class Archive:
    """The reading side of a service. Nothing here writes."""

    def __init__(self, name: str, store: Store, ids: Ids, clock: Clock, views: Sequence[View]) -> None:
        self.name = name
        """Of the service: it says which topics are read."""
        self.source = f"/{name}"
        self.store = store
        self.ids = ids
        self.clock = clock
        self.views = views
        self.production = False
        """Whether this is no try-out: what only a try-out may do is refused."""
        self.caught_up = asyncio.Event()
        """Set once the service has read what the log held when it started, or goes on without."""
        self.may_repeat = False
        """Whether it goes on without all that the log has: it may say what it said before."""
        self._reader = Reader(store, views)
        self._known = Known(store, ids, views)
        self.folding = Folded(store, name)

    @property
    def knows_all(self) -> bool:
        """Whether what is not here was never said: until then nobody is told that there is no such thing."""
        return self.caught_up.is_set() and not self.may_repeat

    async def row(self, view: View, subject: str) -> Row | None:
        """A subject's row, or None."""
        return (await self.rows_of(view, [subject])).get(subject)

    async def rows(self, view: View, statement: Select[Any] | CompoundSelect[Any]) -> list[Row]:
        """The rows that a select on a view's table finds, in its order."""
        async with self.store.reading() as connection:
            found = (await connection.execute(statement)).all()
        return [row_of(view.row, row.hash, row.body) for row in found]

    async def rows_by(
        self, view: View, column: str, values: Collection[str], kind: type[Row] | None = None
    ) -> list[Row]:
        """The rows of a view of which this column of its table is one of these values, by subject. ``kind``:
        a part of the view's row, where that is all that is asked for."""
        return list((await self._read(view, column, values, kind or view.row)).values())

    async def rows_of(self, view: View, subjects: Collection[str]) -> dict[str, Row]:
        """The rows of these subjects, by subject."""
        return await self._read(view, "subject", subjects, view.row)

    async def _read(
        self, view: View, column: str, values: Collection[str], kind: type[Row]
    ) -> dict[str, Row]:
        """By subject, in the order of subjects, all as of one moment. The bytes of a row that is kept are not
        fetched: those of an agenda are some five million. However many values, they are one parameter:
        PostgreSQL takes no statement with more than 32,767."""
        table, store = view.table.__tablename__, self.store
        which = f"{column} in (select {column} from {store.rows_of('rows', ((column, 'text'),))})"
        asked = {"rows": orjson.dumps([{column: value} for value in sorted(values)]).decode()}
        async with store.reading() as connection:
            hashes = prepared(f"select subject, hash from {table} where {which} order by subject")
            listed: dict[str, str] = dict(map(tuple, await connection.execute(hashes, asked)))
            found = {subject: kept(kind, digest) for subject, digest in listed.items()}
            unread = {subject: listed[subject] for subject, row in found.items() if row is None}
            if unread:
                some = f"subject in (select subject from {store.rows_of('rows', (('subject', 'text'),))})"
                bodies = prepared(f"select subject, hash, body from {table} where {some}")
                these = {"rows": orjson.dumps([{"subject": subject} for subject in unread]).decode()}
                texts = (await connection.execute(bodies, these)).all()
                if {subject: digest for subject, digest, _ in texts} != unread:  # changed in between
                    whole = prepared(
                        f"select subject, hash, body from {table} where {which} order by subject"
                    )
                    texts, found = (await connection.execute(whole, asked)).all(), {}
                found |= {subject: row_of(kind, digest, body) for subject, digest, body in texts}
        return {subject: row for subject, row in found.items() if row is not None}

    async def facts(self, keys: Sequence[str]) -> FactSet:
        """Every fact filed under any of these keys."""
        statement = f"""select fact.body from {self.store.rows_of("rows", (("key", "text"),))}
            join key on key.key = r.key join fact on fact.id = key.fact"""
        rows = orjson.dumps([{"key": key} for key in keys]).decode()
        async with self.store.reading() as connection:
            bodies = (await connection.execute(prepared(statement), {"rows": rows})).scalars().all()
        return FactSet(parsed(body) for body in bodies)

    async def filed(self, keys: Collection[str]) -> dict[str, FactSet]:
        """The facts filed under each of these keys; one under which there is none is left out."""
        statement = f"""select key.key, fact.body from {self.store.rows_of("rows", (("key", "text"),))}
            join key on key.key = r.key join fact on fact.id = key.fact"""
        rows, found = orjson.dumps([{"key": key} for key in sorted(keys)]).decode(), dict[str, list[str]]()
        async with self.store.reading() as connection:
            for key, body in await connection.execute(prepared(statement), {"rows": rows}):
                found.setdefault(key, []).append(body)
        return {key: FactSet(parsed(body) for body in bodies) for key, bodies in found.items()}

    async def fact(self, root: str) -> FactSet:
        """Every version of a fact."""
        statement = prepared("select body from fact where root = :root")
        async with self.store.reading() as connection:
            bodies = (await connection.execute(statement, {"root": root})).scalars().all()
        return FactSet(parsed(body) for body in bodies)

    async def versions_of(self, roots: Collection[str]) -> FactSet:
        """Every version of each of these facts."""
        statement = f"""select body from fact where root in
            (select root from {self.store.rows_of("rows", (("root", "text"),))})"""
        rows = orjson.dumps([{"root": root} for root in sorted(roots)]).decode()
        async with self.store.reading() as connection:
            bodies = (await connection.execute(prepared(statement), {"rows": rows})).scalars().all()
        return FactSet(parsed(body) for body in bodies)

    async def said_by(self, fact: str) -> str | None:
        """Who of its agency said a version of a fact, by the audit of this service; None: nobody is known."""
        said = (await self.fact(self.ids.taken(fact))).current(AuditTaken)
        return said[0].said.person if said else None

    async def configuration(
        self, kind: type[Content], *kinds: type[Content], at: datetime | None = None
    ) -> FactSet:
        """What users have configured of these kinds, as it is now; or as it had been accepted by a time."""
        async with self.store.reading() as connection:
            return await configured(connection, {kind.type, *(each.type for each in kinds)}, at)

    async def person_of(self, mention: str) -> str:
        """The person whom a mention is today."""
        statement = prepared("select person from place where mention = :mention")
        async with self.store.reading() as connection:
            person = (await connection.execute(statement, {"mention": f"m:{mention}"})).scalar()
        return str(person)[2:] if person else self.ids.person(mention)

    async def places(self, mentions: Collection[str]) -> dict[str, str]:
        """Which person each of these mentions is now; one that was never seen is left out."""
        keys = [f"m:{mention}" for mention in mentions]
        async with self.store.reading() as connection:
            found = await self._reader.places(connection, keys)
        return {mention[2:]: person[2:] for mention, person in found.items()}

    async def as_of(self, view: View, subject: str, at: datetime) -> Row | None:
        """The row as it was known at a time. Raises Refused (409) as ``rows_as_of``."""
        return (await self.rows_as_of(view, [subject], at)).get(subject)

    async def rows_as_of(self, view: View, subjects: Collection[str], at: datetime) -> dict[str, Row]:
        """The rows of these subjects as they were known at a time; who had none is left out.

        Raises Refused (409): ``not-yet-known`` for a time of which it is not known yet that all is
        here; ``known-broken`` where today's code cannot fold what was known then, of which there is no
        last good row.
        """
        await self.require_known(at)
        try:
            return await self._known.rows(view, subjects, at)
        except FoldFailed as failed:
            log.error("known.broken", view=failed.view, reason=type(failed.__cause__).__name__)
            raise Refused("known-broken", "at", status=409) from None

    async def require_known(self, at: datetime) -> None:
        """Raises Refused (409, ``not-yet-known``) for a time of which it is not known that all is here."""
        held = await self.held_until()
        if held is None or at >= held:
            raise Refused("not-yet-known", "at", status=409)

    async def held_until(self) -> datetime | None:
        """Before when this store holds all that anybody had accepted, folded or not: for whoever asks of
        their own subjects whether these are ``out_of_date``. None: that cannot be told."""
        return await held_until(self.store, self.name)

    async def fresh_until(self) -> datetime | None:
        """Before when all that anybody had accepted is in this service's rows, as the services' watermarks
        and its own marks have it; None: that cannot be told."""
        return await self.folding.until()

    async def newest_of(self, agencies: Collection[str], at: datetime) -> dict[str, datetime]:
        """When the newest statement about people by each of these agencies was accepted, of those
        accepted by a time; an agency with none is left out. What its staff do here is none."""
        statement = f"""select r.agency, (select max(accepted) from fact where fact.agency = r.agency
            and agency <> 'goldthread' and type in ({_STATEMENTS}) and accepted <= :at) as newest
            from {self.store.rows_of("rows", (("agency", "text"),))}"""
        rows = orjson.dumps([{"agency": agency} for agency in sorted(agencies)]).decode()
        async with self.store.reading() as connection:
            found = (await connection.execute(prepared(statement), {"rows": rows, "at": micros(at)})).all()
        return {row.agency: instant(row.newest) for row in found if row.newest is not None}

    async def taken_by(self, roots: Collection[str], at: datetime) -> set[str]:
        """Those of these facts of which a version had been accepted by a time."""
        statement = f"""select distinct fact.root from {self.store.rows_of("rows", (("root", "text"),))}
            join fact on fact.root = r.root where fact.accepted <= :at"""
        rows = orjson.dumps([{"root": root} for root in sorted(roots)]).decode()
        async with self.store.reading() as connection:
            found = await connection.execute(prepared(statement), {"rows": rows, "at": micros(at)})
            return set(found.scalars())

    async def hours_of(
        self, spans: Mapping[str, tuple[datetime, datetime]]
    ) -> dict[str, list[tuple[datetime, datetime, int]]]:
        """Of each agency the hours of its span in which it was heard: the first and the last statement
        about people accepted in it, and how many."""
        columns = (("agency", "text"), ("first", "bigint"), ("last", "bigint"))
        statement = f"""select r.agency, min(accepted) as first, max(accepted) as last, count(*) as facts
            from {self.store.rows_of("rows", columns)} join fact on fact.agency = r.agency
            and fact.agency <> 'goldthread' and fact.type in ({_STATEMENTS})
            and accepted between r.first and r.last
            group by r.agency, accepted / 3600000000"""
        rows = [
            {"agency": agency, "first": micros(first), "last": micros(last)}
            for agency, (first, last) in sorted(spans.items())
        ]
        found: dict[str, list[tuple[datetime, datetime, int]]] = {}
        async with self.store.reading() as connection:
            for row in await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()}):
                hour = (instant(row.first), instant(row.last), row.facts)
                found.setdefault(row.agency, []).append(hour)
        return found

    async def types_of(self, spans: Mapping[str, tuple[datetime, datetime]]) -> dict[str, set[str]]:
        """Of each agency the types of the statements about people that were accepted in its span."""
        columns = (("agency", "text"), ("first", "bigint"), ("last", "bigint"))
        statement = f"""select distinct r.agency, fact.type
            from {self.store.rows_of("rows", columns)} join fact on fact.agency = r.agency
            and fact.agency <> 'goldthread' and fact.type in ({_STATEMENTS})
            and accepted between r.first and r.last"""
        rows = [
            {"agency": agency, "first": micros(first), "last": micros(last)}
            for agency, (first, last) in sorted(spans.items())
        ]
        found: dict[str, set[str]] = {}
        async with self.store.reading() as connection:
            for row in await connection.execute(prepared(statement), {"rows": orjson.dumps(rows).decode()}):
                found.setdefault(row.agency, set()).add(row.type)
        return found

    async def broken(self, prefix: str, subject: str) -> datetime | None:
        """Since when a subject's fold fails, if it does: its row is then its last good one."""
        statement = prepared("select broken_since from subject where id = :id")
        async with self.store.reading() as connection:
            since = (await connection.execute(statement, {"id": f"{prefix}:{subject}"})).scalar()
        return None if since is None else instant(since)

    async def last_good(self, subjects: Collection[str]) -> datetime | None:
        """Since when the row of any of these subjects (``p:…``, ``k:…``, ``o:…``) is its last good one; None:
        the fold of none fails."""
        statement = f"""select min(broken_since) from {self.store.rows_of("rows", (("id", "text"),))}
            join subject on subject.id = r.id"""
        rows = orjson.dumps([{"id": id_} for id_ in sorted(subjects)]).decode()
        async with self.store.reading() as connection:
            since = (await connection.execute(prepared(statement), {"rows": rows})).scalar()
        return None if since is None else instant(since)

    async def all_broken(self) -> set[str]:
        """Every subject (``p:…``, ``k:…``, ``o:…``) whose fold fails: mostly none."""
        async with self.store.reading() as connection:
            return {each.subject for each in await parking.broken(connection)}

    async def out_of_date(self, subjects: Collection[str]) -> set[str]:
        """Of these subjects (``p:…``, ``k:…``, ``o:…``) those whose row is not all that is known: they,
        a mention of theirs, or all that read something are marked, or their fold fails."""
        statement = f"""select r.id from {self.store.rows_of("rows", (("id", "text"),))}
            where exists (select 1 from mark where key = r.id)
            or exists (select 1 from mark where substr(key, 1, 1) = '{EVERYTHING}')
            or exists (select 1 from place join mark on mark.key = place.mention where place.person = r.id)
            or r.id in (select moved_from from mark where moved_from is not null)
            or exists (select 1 from subject where id = r.id and broken_since is not null)"""
        rows = orjson.dumps([{"id": id_} for id_ in sorted(subjects)]).decode()
        async with self.store.reading() as connection:
            found = await connection.execute(prepared(statement), {"rows": rows})
            return set(found.scalars())

    async def incomplete(self, subjects: Collection[str]) -> parking.Incomplete:
        """How much that could not be read is about these subjects (``p:…``, ``k:…``, ``o:…``)."""
        async with self.store.reading() as connection:
            counts = await parking.counts(connection)
            records = await parking.about(connection, subjects) if counts.parked else 0
        told = await self.told_of_unread() if records else None
        return parking.Incomplete(records, told, counts.whose_unknown)

    async def unsure(self) -> set[str] | None:
        """The cases whose row need not be all that is known (``parking.unsure``): mostly none. What a row
        says of such a one may not be so any more. None: that may be so of any."""
        async with self.store.reading() as connection:
            found = await parking.unsure(self.store, connection, MOST_UNSURE + 1)
        if len(found) > MOST_UNSURE or any(key.startswith(EVERYTHING) for key in found):
            return None
        return {key[2:] for key in found}

    async def told_of_unread(self) -> datetime | None:
        """When somebody was told that this service could not read something; None: not so far."""
        alert = standing(await self.facts([f"o:{cause_of(self.ids, self.source)}"]))
        return None if alert is None else alert.occurred
