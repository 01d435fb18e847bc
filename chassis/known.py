"""As it was known: the fold of what had been accepted by a time, in the places of that time.

What Goldthread had accepted by *t*, thresholds as of *t*, under today's code. For one person, case
or cause, never for a list of all.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.facts import FactSet
from chassis.ids import Ids
from chassis.reading import parsed, row_of
from chassis.rows import canonical
from chassis.store import Store, prepared
from chassis.store.tables import micros
from chassis.views import PREFIX, Person, Row, Subject, View, configuration_of
from contracts.content import Content
from contracts.events.identity import IdentityAssigned

BREATH_SECONDS = 0.001
_KEY = (("key", "text"),)


class FoldFailed(Exception):
    """A fold raised on what was known at a time."""

    def __init__(self, view: str) -> None:
        super().__init__(view)
        self.view = view


class Known:
    """Folds one service's subjects as of a time."""

    def __init__(self, store: Store, ids: Ids, views: Sequence[View]) -> None:
        self._store = store
        self._ids = ids
        self._people = [view for view in views if view.of == "person"]
        self._configured_by = configuration_of(views)

    async def row(self, view: View, subject: str, at: datetime) -> Row | None:
        """The row that a view would have had for a subject, had it been folded at ``at``. Raises
        FoldFailed where the fold, or that of somebody whom it reads, raises."""
        async with self._store.reading() as connection:
            if view.of == "person":
                return await self._person(connection, view, subject, at)
            configuration = await configured(connection, self._configured_by[PREFIX[view.of]], at)
            facts = await self._facts(connection, [f"{PREFIX[view.of]}:{subject}"], at)
            homes = await self._places(connection, _mentions(facts), at)
            known: dict[str, Person] = {}
            for person in sorted(set(homes.values())) if view.reads_people else ():
                rows = {}
                for each in self._people:
                    row = await self._person(connection, each, person, at)
                    if row is not None:
                        rows[each.name] = row
                known[person] = Person(person, rows)
            people = {mention: known[person] for mention, person in homes.items() if person in known}
            return _folded(view, Subject(subject, facts, configuration, at, people, homes))

    async def places(self, mentions: Sequence[str], at: datetime) -> dict[str, str]:
        """Which person each of these mentions was at a time."""
        async with self._store.reading() as connection:
            return await self._places(connection, mentions, at)

    async def _person(self, connection: AsyncConnection, view: View, person: str, at: datetime) -> Row | None:
        configuration = await configured(connection, self._configured_by[PREFIX["person"]], at)
        candidates = await self._candidates(connection, person)
        places = await self._places(connection, candidates, at)
        members = [mention for mention, home in places.items() if home == person]
        facts = await self._facts(connection, [f"m:{mention}" for mention in members], at)
        homes = await self._places(connection, _mentions(facts), at)
        await asyncio.sleep(BREATH_SECONDS)  # whoever is called to a breach does not wait for this
        return _folded(view, Subject(person, facts, configuration, at, {}, homes))

    async def _candidates(self, connection: AsyncConnection, person: str) -> list[str]:
        """Every mention that is or ever was this person."""
        now = await connection.execute(
            text("select mention from place where person = :person"), {"person": f"p:{person}"}
        )
        moved = await self._facts(connection, [f"p:{person}"], None, IdentityAssigned)
        found = {mention[2:] for mention in now.scalars()}
        for fact in moved.current(IdentityAssigned):
            found |= {m.mention for m in fact.said.moves if person in (m.origin, m.to)}
        return sorted(found)

    async def _places(
        self, connection: AsyncConnection, mentions: Sequence[str], at: datetime
    ) -> dict[str, str]:
        """Where each mention was at a time: as the highest decision accepted by then had it."""
        facts = await self._facts(connection, [f"m:{mention}" for mention in mentions], at, IdentityAssigned)
        decided: dict[str, tuple[int, str]] = {}
        for fact in facts.current(IdentityAssigned):
            for move in fact.said.moves:
                decided[move.mention] = max(decided.get(move.mention, (0, "")), (fact.said.seq, move.to))
        return {m: decided[m][1] if m in decided else self._ids.person(m) for m in mentions}

    async def _facts(
        self,
        connection: AsyncConnection,
        keys: Sequence[str],
        at: datetime | None,
        kind: type[Content] | None = None,
    ) -> FactSet:
        """The facts filed under these keys, accepted by a time if one is given, of one kind if one is."""
        statement = f"""select body from fact where id in (
            select fact from key where key in (select key from {self._store.rows_of("rows", _KEY)}))"""
        values: dict[str, object] = {"rows": orjson.dumps([{"key": key} for key in keys]).decode()}
        if at is not None:
            statement += " and accepted <= :at"
            values["at"] = micros(at)
        if kind is not None:
            statement += " and type = :type"
            values["type"] = kind.type
        found = (await connection.execute(prepared(statement), values)).scalars()
        return FactSet(parsed(body) for body in found)


async def configured(connection: AsyncConnection, types: Collection[str], at: datetime | None) -> FactSet:
    """The facts of these types of configuration, those accepted by a time if one is given."""
    until, values = ("", {}) if at is None else (" and accepted <= :at", {"at": micros(at)})
    names = ", ".join(f"'{name}'" for name in sorted(types)) or "''"
    statement = prepared(f"select body from fact where type in ({names}){until}")
    return FactSet(parsed(body) for body in (await connection.execute(statement, values)).scalars())


def _folded(view: View, subject: Subject) -> Row | None:
    """The row as it would have been written: read back, so that a page of it has the same bytes."""
    try:
        row = view.fold(subject).row
    except Exception as error:
        raise FoldFailed(view.name) from error
    return None if row is None else row_of(view.row, canonical(row).decode())


def _mentions(facts: FactSet) -> list[str]:
    return sorted({mention for fact in facts for mention in fact.mentions})
