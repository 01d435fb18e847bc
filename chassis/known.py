"""As it was known: the fold of what had been accepted by a time, in the places of that time.

What Goldthread had accepted by *t*, thresholds as of *t*, under today's code. For one person, case
or cause, never for a list of all.
"""

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import cast

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.facts import Fact, FactSet, digest_of
from chassis.ids import Ids
from chassis.once import once
from chassis.reading import parsed, row_of
from chassis.rows import canonical
from chassis.store import Store, prepared
from chassis.store.tables import micros
from chassis.views import PREFIX, Person, Row, Subject, View, configuration_of
from contracts.content import Content
from contracts.events.identity import IdentityAssigned

WORK_SECONDS, BREATH_SECONDS = 0.002, 0.001
"""How long is worked before others have their turn, and how long a turn is."""
MOST_KEPT = 512
"""How many rows of then are kept; then they are all forgotten."""
_KEY = (("key", "text"),)


class FoldFailed(Exception):
    """A fold raised on what was known at a time."""

    def __init__(self, view: str) -> None:
        super().__init__(view)
        self.view = view


class NotYetFolded(Exception):
    """A fold asked for rows of a view of its people that are not folded yet."""

    def __init__(self, view: View) -> None:
        super().__init__(view.name)
        self.view = view


class Known:
    """Folds one service's subjects as of a time."""

    def __init__(self, store: Store, ids: Ids, views: Collection[View]) -> None:
        self._store = store
        self._ids = ids
        self._people = [view for view in views if view.of == "person"]
        self._configured_by = configuration_of(views)
        self._kept: dict[tuple[View, bytes], Row | None] = {}
        self._breathed = 0.0

    async def rows(self, view: View, subjects: Collection[str], at: datetime) -> dict[str, Row]:
        """The rows that a view would have had for these subjects, had they been folded at ``at``: who has
        none is left out. Raises FoldFailed where a fold, or that of somebody whom it reads, raises."""
        async with self._store.reading() as connection:
            if view.of == "person":
                given = await self._persons(connection, subjects, at)
            else:
                given = await self._others(connection, view, subjects, at)
        found: dict[str, Row] = {}
        for subject in sorted(given):
            row = await self._row(view, given[subject])
            if row is not None:
                found[subject] = row
        return found

    async def _row(self, view: View, given: Subject) -> Row | None:
        """The row of what was known, folded once: of a time that is over the same is asked again."""
        await self._breathe()
        made_of = (view, once(given, _made_of))
        if made_of not in self._kept:
            row = await self._folded(view, given)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[made_of] = row
        return self._kept[made_of]

    async def _folded(self, view: View, given: Subject) -> Row | None:
        """Where the fold asks for rows of its people they are folded first, and then it is begun again."""
        while True:
            try:
                return _folded(view, given)
            except NotYetFolded as asked:
                for rows in (each for each in _rows_of(given) if asked.view.name not in each.folded):
                    rows.folded[asked.view.name] = await self._row(asked.view, rows.person)
                await self._breathe()

    async def _breathe(self) -> None:
        """Others have their turn after so much work, and not for each row, of which a list asks for hundreds:
        whoever is called to a breach does not wait for this."""
        if time.monotonic() - self._breathed >= WORK_SECONDS:
            await asyncio.sleep(BREATH_SECONDS)
            self._breathed = time.monotonic()

    async def places(self, mentions: Collection[str], at: datetime) -> dict[str, str]:
        """Which person each of these mentions was at a time."""
        async with self._store.reading() as connection:
            return await self._places(connection, mentions, at)

    async def _others(
        self, connection: AsyncConnection, view: View, subjects: Collection[str], at: datetime
    ) -> dict[str, Subject]:
        """What the folds of these cases, causes or areas are given."""
        prefix = PREFIX[view.of]
        configuration = await configured(connection, self._configured_by[prefix], at)
        facts = await self._filed(connection, prefix, subjects, at)
        homes = await self._places(connection, set[str]().union(*map(_mentions, facts.values())), at)
        known = await self._persons(connection, set(homes.values()), at) if view.reads_people else {}
        people = {person: Person(person, _Rows(self._people, given)) for person, given in known.items()}

        def given(subject: str) -> Subject:
            at_home = {mention: homes[mention] for mention in sorted(_mentions(facts[subject]))}
            theirs = {mention: people[person] for mention, person in at_home.items() if person in people}
            return Subject(subject, facts[subject], configuration, at, theirs, at_home)

        return {subject: given(subject) for subject in subjects}

    async def _persons(
        self, connection: AsyncConnection, persons: Collection[str], at: datetime
    ) -> dict[str, Subject]:
        """What the folds of these persons are given."""
        configuration = await configured(connection, self._configured_by[PREFIX["person"]], at)
        were = await self._places(connection, await self._candidates(connection, persons), at)
        filed = await self._filed(connection, "m", were, at)
        members: dict[str, set[str]] = {person: set() for person in persons}
        for mention, person in were.items():
            members.get(person, set()).add(mention)
        facts = {person: FactSet(f for m in members[person] for f in filed[m]) for person in persons}
        named = {person: members[person] | _mentions(facts[person]) for person in persons}
        homes = await self._places(connection, set[str]().union(*named.values()), at)
        return {
            person: Subject(
                person, facts[person], configuration, at, {}, {m: homes[m] for m in sorted(named[person])}
            )
            for person in persons
        }

    async def _candidates(self, connection: AsyncConnection, persons: Collection[str]) -> set[str]:
        """Every mention that is or ever was one of these persons."""
        statement = f"""select place.mention from {self._store.rows_of("rows", _KEY)}
            join place on place.person = r.key"""
        keys = [f"p:{person}" for person in persons]
        now = await connection.execute(prepared(statement), {"rows": _rows(keys)})
        found = {mention[2:] for mention in now.scalars()}
        for fact in (await self._facts(connection, keys, None, IdentityAssigned)).current(IdentityAssigned):
            found |= {m.mention for m in fact.said.moves if m.origin in persons or m.to in persons}
        return found

    async def _places(
        self, connection: AsyncConnection, mentions: Collection[str], at: datetime
    ) -> dict[str, str]:
        """Where each mention was at a time: as the highest decision accepted by then had it."""
        facts = await self._facts(connection, [f"m:{mention}" for mention in mentions], at, IdentityAssigned)
        decided: dict[str, tuple[int, str]] = {}
        for fact in facts.current(IdentityAssigned):
            for move in fact.said.moves:
                decided[move.mention] = max(decided.get(move.mention, (0, "")), (fact.said.seq, move.to))
        return {m: decided[m][1] if m in decided else self._ids.person(m) for m in mentions}

    async def _filed(
        self, connection: AsyncConnection, prefix: str, subjects: Collection[str], at: datetime
    ) -> dict[str, FactSet]:
        """The facts filed under each of these subjects, accepted by a time."""
        keys = [f"{prefix}:{subject}" for subject in subjects]
        facts = {fact.id: fact for fact in await self._facts(connection, keys, at)}
        statement = f"""select key.key, key.fact from {self._store.rows_of("rows", _KEY)}
            join key on key.key = r.key"""
        found: dict[str, list[Fact[Content]]] = {subject: [] for subject in subjects}
        for key, fact in await connection.execute(prepared(statement), {"rows": _rows(keys)}):
            if fact in facts:
                found[key[2:]].append(facts[fact])
        return {subject: FactSet(theirs) for subject, theirs in found.items()}

    async def _facts(
        self,
        connection: AsyncConnection,
        keys: Collection[str],
        at: datetime | None,
        kind: type[Content] | None = None,
    ) -> FactSet:
        """The facts filed under these keys, accepted by a time if one is given, of one kind if one is."""
        statement = f"""select body from fact where id in (
            select fact from key where key in (select key from {self._store.rows_of("rows", _KEY)}))"""
        values: dict[str, object] = {"rows": _rows(keys)}
        if at is not None:
            statement += " and accepted <= :at"
            values["at"] = micros(at)
        if kind is not None:
            statement += " and type = :type"
            values["type"] = kind.type
        bodies = (await connection.execute(prepared(statement), values)).scalars().all()
        facts = []
        for body in bodies:
            await self._breathe()
            facts.append(parsed(body))
        return FactSet(facts)


class _Rows(Mapping[str, Row]):
    """A person's rows of then by view, those that some fold has asked for: mostly one."""

    def __init__(self, views: Collection[View], person: Subject) -> None:
        self._views = {view.name: view for view in views}
        self.person = person
        self.folded: dict[str, Row | None] = {}

    def __getitem__(self, view: str) -> Row:
        if view not in self.folded:
            raise NotYetFolded(self._views[view])
        row = self.folded[view]
        if row is None:
            raise KeyError(view)
        return row

    def __iter__(self) -> Iterator[str]:
        return (view for view in self._views if view in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
    except NotYetFolded:
        raise
    except Exception as error:
        raise FoldFailed(view.name) from error
    if row is None:
        return None
    body = canonical(row)
    return row_of(view.row, ledger.digest(body), body.decode())


def _made_of(given: Subject) -> bytes:
    """Of all that decides what a fold gives one digest: however much it is, little is kept."""
    homes = (f"{mention} {person}" for mention, person in given.homes.items())
    people = (once(rows.person, _made_of).hex() for rows in _rows_of(given))
    parts = (given.facts.digest, given.configuration.digest, digest_of(homes), digest_of(people))
    return digest_of((given.id, given.at.isoformat(), *(part.hex() for part in parts)))


def _rows_of(given: Subject) -> list[_Rows]:
    """The rows of each of a subject's people, of whom several mentions may be one."""
    return [cast("_Rows", rows) for rows in {each.id: each.rows for each in given.people.values()}.values()]


def _mentions(facts: FactSet) -> set[str]:
    """Whom these facts name. A decision who is who tells nothing of the many others whom it moved."""
    told = (fact for fact in facts if fact.envelope.type != IdentityAssigned.type)
    return {mention for fact in told for mention in fact.mentions}


def _rows(keys: Collection[str]) -> str:
    return orjson.dumps([{"key": key} for key in sorted(keys)]).decode()
