"""What a fold reads, in one statement after the locks: places, keys, facts, configuration, rows.

Read in several statements, rounds differed from a rebuild (mechanism, section 9). What a fact says
is looked up by the id and time that the one statement gave, where it is not known yet: of one id and
time a fact never changes.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar, cast

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.facts import Fact, FactSet, read_fact
from chassis.store import Store, prepared
from chassis.views import Person, Row, Subject, View, configuration_of, readers_of
from contracts.content import Content
from contracts.events.identity import IdentityAssigned

R = TypeVar("R", bound=Row)
Version = tuple[str, str]
"""A fact's id, and when it was accepted: a copy that was accepted earlier takes its place."""


MOST_KNOWN = 16_384
"""How many facts a reader keeps; then it forgets them all."""
MOST_TEXT = 12_000_000
"""Of how many letters rows are kept: a look at an agenda reads four to six million. A row that was read takes
some six times its text."""


@lru_cache(maxsize=2_048)
def parsed(body: str) -> Fact[Content]:
    """The fact in these bytes, read once: by the loader, then by the folds of several services."""
    return read_fact(body.encode())


class Kept:
    """Rows by the hash of their bytes, read once, as long as there is room for their text: those go first
    that were not asked for for longest. Of somebody's row there may be a hundred times that of an action."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._text = 0
        self._rows: OrderedDict[tuple[type[Row], str], tuple[Row, int]] = OrderedDict()

    def get(self, kind: type[R], digest: str) -> R | None:
        """The row whose bytes have this hash, if it is kept."""
        kept = self._rows.get((kind, digest))
        if kept is None:
            return None
        self._rows.move_to_end((kind, digest))
        return cast("R", kept[0])

    def row(self, kind: type[R], digest: str, body: str) -> R:
        """The row in these bytes, of which this is the hash."""
        row = self.get(kind, digest)
        if row is not None:
            return row
        read = kind.model_validate_json(body)
        if len(body) > self._most:
            return read
        self._rows[kind, digest] = read, len(body)
        self._text += len(body)
        while self._text > self._most:
            _, (_, text) = self._rows.popitem(last=False)
            self._text -= text
        return read


_KEPT = Kept(MOST_TEXT)


def kept(kind: type[R], digest: str) -> R | None:
    """The row whose bytes have this hash, if it was read lately: its bytes need not be fetched."""
    return _KEPT.get(kind, digest)


def row_of(kind: type[R], digest: str, body: str) -> R:
    """The row in these bytes, of which this is the hash, read once. Nobody may change it."""
    return _KEPT.row(kind, digest, body)


class Rows(Mapping[str, Row]):
    """A person's rows by view, each read when it is asked for: most folds ask for one."""

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[type[Row], str, str]] = {}

    def __getitem__(self, view: str) -> Row:
        return row_of(*self.bodies[view])

    def __iter__(self) -> Iterator[str]:
        return iter(self.bodies)

    def __len__(self) -> int:
        return len(self.bodies)


NO_ROWS = Rows()
NOTHING_CONFIGURED = FactSet()


@dataclass(slots=True)
class Read:
    """What one statement gave for the subjects of one level."""

    at: datetime
    readers: str = ""
    """The first letters of the ids of the subjects that read the rows of their people."""
    configuration: Mapping[str, FactSet] = field(default_factory=dict)
    """What each kind of subject reads of it, by its prefix."""
    facts: dict[str, list[Fact[Content]]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, str] = field(default_factory=dict)
    at_home: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Of each person who is read here, their mentions."""
    rows: dict[str, Rows] = field(default_factory=dict)
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)

    def subject(self, id_: str) -> Subject:
        """All that the fold of this subject is given."""
        facts = FactSet(self.facts.get(id_, ()))
        told = (fact for fact in facts if fact.envelope.type != IdentityAssigned.type)
        mentions = self.at_home[id_[2:]].union(*(fact.mentions for fact in told))
        homes = {mention: self.homes[mention] for mention in sorted(mentions) if mention in self.homes}
        people = {}
        if id_[0] in self.readers:
            people = {m: Person(person, self.rows.get(person, NO_ROWS)) for m, person in homes.items()}
        configuration = self.configuration.get(id_[0], NOTHING_CONFIGURED)
        return Subject(id_[2:], facts, configuration, self.at, people, homes)


class Reader:
    """Reads subjects of one service's store."""

    def __init__(self, store: Store, views: Sequence[View]) -> None:
        self._store = store
        self._views = {view.name: view for view in views}
        self._people = [view for view in views if view.of == "person"]
        self._readers = "".join(sorted(readers_of(views)))
        self._known: dict[Version, Fact[Content]] = {}
        self._configured_by = {
            level: configuration_of(view for view in views if view.level == level) for level in (0, 1)
        }
        self._configuration: dict[str, tuple[tuple[Version, ...], FactSet]] = {}
        """By prefix: what was read last, and of which versions it was made."""
        self._statements = {level: self._statement(level) for level in (0, 1)}

    async def places(self, connection: AsyncConnection, mentions: Sequence[str]) -> dict[str, str]:
        """Which person each of these mentions is now; both with the prefix of their kind."""
        statement = f"""select place.mention, place.person
            from {self._store.rows_of("rows", (("mention", "text"),))}
            join place on place.mention = r.mention"""
        rows = orjson.dumps([{"mention": mention} for mention in mentions]).decode()
        result = await connection.execute(prepared(statement), {"rows": rows})
        return {row.mention: row.person for row in result}

    async def read(self, connection: AsyncConnection, level: int, ids: Sequence[str], at: datetime) -> Read:
        """Everything that the folds of these subjects of one level may read."""
        wanted = orjson.dumps([{"id": id_} for id_ in ids]).decode()
        result = await connection.execute(prepared(self._statements[level]), {"wanted": wanted})
        read = Read(at, self._readers if level == 1 else "")
        filed: list[tuple[str, Version]] = []
        configured: dict[str, list[Version]] = defaultdict(list)
        for kind, one, two, three, four in result:
            if kind == "fact":
                filed.append((one, (two, three)))
            elif kind == "home":
                read.homes[one[2:]] = two[2:]
                read.at_home[two[2:]].add(one[2:])
            elif kind == "configuration":
                configured[one].append((two, three))
            elif kind == "hash":
                read.hashes[(one, two)] = three
            else:
                read.rows.setdefault(one[2:], Rows()).bodies[two] = (self._views[two].row, three, four)
        facts = await self._facts(connection, {version for _, version in filed})
        for subject, version in filed:
            if version in facts:  # a try of the alert path is forgotten when a newer comes, which has a mark
                read.facts[subject].append(facts[version])
        read.configuration = {
            prefix: await self._configured(
                connection, prefix, [v for type_ in types for v in configured[type_]]
            )
            for prefix, types in self._configured_by[level].items()
        }
        return read

    async def _configured(
        self, connection: AsyncConnection, prefix: str, found: Sequence[Version]
    ) -> FactSet:
        """The configuration of one kind of subject, one set for as long as it is the same."""
        versions, facts = self._configuration.get(prefix, ((), NOTHING_CONFIGURED))
        if versions != (newest := tuple(sorted(found))):
            facts = FactSet((await self._facts(connection, set(newest))).values())
            self._configuration[prefix] = (newest, facts)
        return facts

    async def _facts(
        self, connection: AsyncConnection, versions: set[Version]
    ) -> dict[Version, Fact[Content]]:
        """What these facts say, read from the store where it is not known yet."""
        found = {version: self._known[version] for version in versions & self._known.keys()}
        unknown = dict(versions - found.keys())
        if unknown:
            statement = f"""select id, body from fact
                where id in (select id from {self._store.rows_of("rows", (("id", "text"),))})"""
            rows = orjson.dumps([{"id": id_} for id_ in sorted(unknown)]).decode()
            result = await connection.execute(prepared(statement), {"rows": rows})
            found |= {(row.id, unknown[row.id]): parsed(row.body) for row in result}
            if len(self._known) + len(unknown) > MOST_KNOWN:
                self._known.clear()
            self._known |= found
        return found

    def _statement(self, level: int) -> str:
        """A decision who is who tells a person of none of the many others whom it moved."""
        own = """select w.id as subject, key.fact from wanted as w join key on key.key = w.id"""
        if level == 0:
            own += """ where w.id not like 'p:%' union
                select place.person, key.fact from wanted as w join place on place.person = w.id
                join key on key.key = place.mention"""
        rows = ""
        if level == 1 and self._readers:
            read_by = " or ".join(f"own.subject like '{letter}:%'" for letter in self._readers)
            rows = "".join(
                f""" union all select 'row', p.person, '{view.name}', v.hash, v.body
                from (select distinct place.person from key join place on place.mention = key.key
                    where key.fact in (select fact from own where {read_by})) as p
                join {view.table.__tablename__} as v on v.subject = substr(p.person, 3)"""
                for view in self._people
            )
        hashes = "".join(
            f""" union all select 'hash', '{view.name}', v.subject, v.hash, ''
            from wanted as w join {view.table.__tablename__} as v on v.subject = substr(w.id, 3)"""
            for view in self._views.values()
            if view.level == level
        )
        return f"""with wanted as (select id from {self._store.rows_of("wanted", (("id", "text"),))}),
            own as ({own}),
            named as (select key.key as mention, place.person from own
                join fact on fact.id = own.fact and fact.type <> '{IdentityAssigned.type}'
                join key on key.fact = own.fact join place on place.mention = key.key
                union select place.mention, place.person from wanted as w join place on place.person = w.id)
            select 'fact' as kind, own.subject as one, fact.id as two,
                cast(fact.accepted as text) as three, '' as four from own join fact on fact.id = own.fact
            union all select 'home', mention, person, '', '' from named
            {self._configuration_of(level)}{rows}{hashes}"""

    def _configuration_of(self, level: int) -> str:
        views = [view for view in self._views.values() if view.level == level]
        names = sorted({f"'{model.type}'" for view in views for model in view.configured_by})
        if not names:
            return ""
        return f""" union all select 'configuration', type, id, cast(accepted as text), ''
            from fact where type in ({", ".join(names)})"""
