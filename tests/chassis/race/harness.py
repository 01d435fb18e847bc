"""The race: several writers, loaders and folders on one store, with a pause before every statement.

One service accepts; another loads what the first accepted, in any order and more than once. After
each round every mark is folded and every row is compared with a rebuild.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.accept import Acceptor, Draft, own_header
from chassis.fold import Folder
from chassis.ids import Ids, new_id
from chassis.load import Loader
from chassis.log import Record
from chassis.naming import with_mentions
from chassis.signals import Signals
from chassis.store import Store
from chassis.views import View
from contracts.content import Content
from contracts.envelope import Change
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned, Move
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.mentions import Mention
from contracts.registry import EVENTS, read_envelope
from contracts.sections import Identity
from contracts.sections import Record as Number
from contracts.vocabulary import BreachKind, IncidentKind, Role, Threshold
from tests.chassis.race.world import VIEWS
from tests.support.facts import NOON

IDS = Ids("a secret that only the race has")
FOLDERS = 3
PEOPLE = 6
Rows = dict[tuple[str, str], str]


@asynccontextmanager
async def pauses(chance: random.Random) -> Any:
    """Every statement of this process waits a random moment first."""
    whole = AsyncConnection.execute

    async def slow(self: AsyncConnection, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(chance.random() ** 4 * 0.01)  # mostly short, now and then long
        return await whole(self, *args, **kwargs)

    with patch.object(AsyncConnection, "execute", slow):
        yield


class Side:
    """One service of the race: it accepts or it loads, and it folds."""

    def __init__(
        self, store: Store, source: str, folder: type[Folder] = Folder, views: Sequence[View] = VIEWS
    ) -> None:
        self.store = store
        self.signals = Signals()
        self.acceptor = Acceptor(store, IDS, source, self.signals)
        self.loader = Loader(store, IDS, source, self.signals, False, asyncio.Event())
        self.folders = [folder(store, IDS, source, views, self.signals) for _ in range(FOLDERS)]

    async def drain(self, meanwhile: asyncio.Future[Any] | None = None) -> None:
        """Fold, with every folder at once, until ``meanwhile`` is over and no mark is left."""

        async def until_empty(folder: Folder, limit: int) -> None:
            while True:
                over = meanwhile is None or meanwhile.done()
                if (await folder.once(limit)).marks == 0 and over:
                    return

        await asyncio.gather(*(until_empty(f, 3 + 4 * n) for n, f in enumerate(self.folders)))

    async def rows(self) -> Rows:
        """Every row of every view, by (view, subject)."""
        found: Rows = {}
        async with self.store.reading() as connection:
            for view in VIEWS:
                table = view.table.__tablename__
                result = await connection.execute(text(f"select subject, body from {table}"))
                found |= {(view.name, row.subject): row.body for row in result}
        return found

    async def rebuild(self) -> Rows:
        """The rows after everything was marked and folded by one folder alone."""
        async with self.store.writing() as connection:
            await connection.execute(text("insert into mark (key, urgent) values ('*', 0)"))
        folder = Folder(self.store, IDS, "/rebuild", VIEWS, self.signals)
        while (await folder.once(500)).marks:
            pass
        return await self.rows()

    async def bodies(self) -> list[str]:
        """Every fact, as the log would have it."""
        async with self.store.reading() as connection:
            return list((await connection.execute(text("select body from fact order by id"))).scalars())


class Race:
    """A seeded stream of facts, corrections, withdrawals, moves and thresholds."""

    def __init__(self, seed: int, accepting: Side, loading: Side) -> None:
        self.chance = random.Random(seed)
        self.accepting = accepting
        self.loading = loading
        self.roots: list[tuple[str, type[Content], int]] = []
        self.seq = 0
        self.homes: dict[str, str] = {}
        self.sent: set[str] = set()

    async def round(self, writes: int = 12) -> None:
        """Write, load and fold at once; then load the rest and fold until nothing is marked."""
        writing = asyncio.gather(*(self._write() for _ in range(writes)))
        passing = asyncio.create_task(self._pass_on_until(writing))
        await asyncio.gather(self.accepting.drain(passing), self.loading.drain(passing), passing)
        await self._pass_on(again=True)
        await asyncio.gather(self.accepting.drain(), self.loading.drain())
        await self._pass_on()
        await self.loading.drain()

    async def _pass_on_until(self, writing: asyncio.Future[Any]) -> None:
        while not writing.done():
            await self._pass_on()
        await writing

    async def _write(self) -> None:
        await asyncio.sleep(self.chance.random() * 0.03)
        kind = self.chance.choices(
            ["incident", "breach", "referral", "threshold", "move", "correct", "withdraw"],
            [6, 4, 2, 1, 3, 4, 2],
        )[0]
        if kind == "move":
            await self._move()
        elif kind == "threshold":
            area = f"area-{self.chance.randrange(2)}"
            value = self.chance.randint(1, 4)
            kind_of = Threshold.ESCALATION_INCIDENTS
            id_ = new_id()
            await self.put(id_, id_, 1, ThresholdSet(area=area, threshold=kind_of, value=value))
        elif kind in ("correct", "withdraw") and self.roots:
            await self._revise(withdraw=kind == "withdraw")
        else:
            await self._new(self._content(kind))

    def _content(self, kind: str) -> Content:
        people = [self._someone(Role.VICTIM), self._someone(Role.PERPETRATOR)]
        if kind == "breach":
            return BreachReported(kind=BreachKind.CONTACT, people=people)
        if kind == "referral":
            return ReferralMade(people=people)
        return IncidentReported(kind=IncidentKind.HARASSMENT, people=people)

    def _someone(self, role: Role) -> Mention:
        number = str(self.chance.randrange(PEOPLE))
        return Mention(role=role, identity=Identity(record=Number(system="s", type="t", number=number)))

    async def _new(self, content: Content) -> None:
        id_ = new_id()
        await self.put(id_, id_, 1, content)
        self.roots.append((id_, type(content), 1))

    async def _revise(self, *, withdraw: bool) -> None:
        at = self.chance.randrange(len(self.roots))
        root, kind, version = self.roots.pop(at)
        name = {BreachReported: "breach", ReferralMade: "referral"}.get(kind, "incident")
        content = None if withdraw else self._content(name)
        keys = frozenset(
            key
            for body in await self.accepting.bodies()
            for key in read_envelope(body.encode()).keys.split()
            if read_envelope(body.encode()).root == root
        )
        change = Change.WITHDRAWAL if withdraw else Change.CORRECTION
        await self._accept(self._draft(new_id(), root, version + 1, change, kind, content, keys))
        self.roots.append((root, kind, version + 1))

    async def _move(self) -> None:
        mentions = [IDS.mention("agency", "s", "t", str(n)) for n in range(PEOPLE)]
        mention, onto = self.chance.sample(mentions, 2)
        left = self.homes.get(mention, IDS.person(mention))
        to = IDS.person(self.chance.choice([mention, onto]))
        self.seq += 1
        self.homes[mention] = to
        move = Move.model_validate({"mention": mention, "from": left, "to": to})
        id_ = new_id()
        await self.put(id_, id_, 1, IdentityAssigned(seq=self.seq, moves=[move]))

    def _draft(
        self,
        id_: str,
        root: str,
        version: int,
        change: Change,
        kind: type[Content],
        content: Content | None,
        keys: frozenset[str],
    ) -> Draft:
        said = with_mentions(content, IDS, "agency", root) if content is not None else None
        own = said.keys(root) if said is not None else set()
        return Draft(
            id=id_,
            root=root,
            version=version,
            change=change,
            kind=kind,
            content=said,
            header=own_header(NOON),
            agency="agency",
            person=None,
            right="",
            keys=keys | own,
        )

    async def put(
        self,
        id_: str,
        root: str,
        version: int,
        content: Content | None,
        keys: frozenset[str] = frozenset(),
    ) -> None:
        """Accept one version of a fact."""
        kind = type(content) if content is not None else IncidentReported
        change = (
            Change.WITHDRAWAL if content is None else Change.ORIGINAL if version == 1 else Change.CORRECTION
        )
        await self._accept(self._draft(id_, root, version, change, kind, content, keys))

    async def _accept(self, draft: Draft) -> None:
        await self.accepting.store.write(lambda c: self.accepting.acceptor.write(c, [draft]))

    async def _pass_on(self, *, again: bool = False) -> None:
        """Load what the other side accepted, shuffled; ``again``: some of it for a second time."""
        bodies = await self.accepting.bodies()
        fresh = [body for body in bodies if body not in self.sent or (again and self.chance.random() < 0.1)]
        self.sent |= set(fresh)
        self.chance.shuffle(fresh)
        for start in range(0, len(fresh), 5):
            # Each at the beginning of its partition: in whatever order they come, none is ahead of the store.
            records = [
                Record(EVENTS[read_envelope(body.encode()).type].topic, "", body.encode(), 0, 0)
                for body in fresh[start : start + 5]
            ]
            await self.loading.loader.load(records)


async def differing(side: Side) -> list[tuple[str, str]]:
    """The rows that a rebuild changes, brings or takes away."""
    before = await side.rows()
    after = await side.rebuild()
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


async def false_alerts(side: Side) -> list[str]:
    """Standing alerts whose cause is not true, and true causes without one, by their rows."""
    rows = await side.rows()
    wrong = []
    for (view, subject), body in rows.items():
        if view == "cause":
            row = VIEWS[2].row.model_validate_json(body)
            if row.true != row.standing:  # type: ignore[attr-defined]
                wrong.append(subject)
    return wrong
