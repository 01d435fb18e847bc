"""Which records may be one person, found in SQL; and which two a person must decide about.

Both tables are the matcher's own, written under its lease. Nothing here is a fact, and a restore needs none
of it: a matcher that starts from nothing writes the same rows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from sqlalchemy import BigInteger, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from chassis.assigning import LEASE
from chassis.lease import holds
from chassis.store import Store
from chassis.store.tables import micros
from services.referrals.rules.features import Pair

AT_ONCE = 1_000
"""How many mentions one statement names."""


class BlockTable(SQLModel, table=True):
    """What a mention has of what two must share one of to be compared, as a keyed hash."""

    __tablename__ = "referrals_block"

    block: str = Field(primary_key=True)
    mention: str = Field(primary_key=True, index=True)


_MINE, _THEIRS = aliased(BlockTable), aliased(BlockTable)
_CANDIDATES = (
    select(col(_MINE.mention), col(_THEIRS.mention))
    .join(_THEIRS, (col(_THEIRS.block) == _MINE.block) & (col(_THEIRS.mention) != _MINE.mention))
    .where(col(_MINE.mention).in_(bindparam("mentions", expanding=True)))
    .distinct()
)
"""Made once: made for each look it was most of what a look costs, and left garbage in cycles."""


class QuestionTable(SQLModel, table=True):
    """Two mentions that a person must decide about, and since when."""

    __tablename__ = "referrals_question"

    one: str = Field(primary_key=True)
    other: str = Field(primary_key=True, index=True)
    since: int = Field(sa_type=BigInteger)


class LeaseLost(Exception):
    """Another process matches now."""


async def file_blocks(store: Store, epoch: int, blocks: Mapping[str, Collection[str]]) -> None:
    """File mentions under these blocks, and no other. Raises LeaseLost."""
    rows = [{"mention": mention, "block": block} for mention, each in blocks.items() for block in each]

    async def work(connection: AsyncConnection) -> None:
        await _check(store, connection, epoch)
        for some in _some(blocks):
            await connection.execute(delete(BlockTable).where(col(BlockTable.mention).in_(some)))
        if rows:
            await connection.execute(store.insert(BlockTable), rows)

    await store.write(work)


async def candidates(store: Store, mentions: Collection[str]) -> set[Pair]:
    """Each pair of one of these mentions with another that shares a block with it."""
    found = set[Pair]()
    async with store.reading() as connection:
        for some in _some(mentions):
            rows = await connection.execute(_CANDIDATES, {"mentions": some})
            found |= {(min(one, other), max(one, other)) for one, other in rows}
    return found


async def ask(
    store: Store,
    epoch: int,
    about: Collection[str],
    questions: Collection[Pair],
    unweighed: Callable[[str], bool] = lambda _: False,
) -> set[Pair]:
    """These are all the questions about any of these mentions; one that stood already keeps its time. One
    about two that were never weighed, wherever the other is, stands until they are, for nobody can tell yet:
    those are given. Raises LeaseLost."""
    one, other = col(QuestionTable.one), col(QuestionTable.other)
    forget = delete(QuestionTable).where(one == bindparam("old_one"), other == bindparam("old_other"))

    async def work(connection: AsyncConnection) -> set[Pair]:
        await _check(store, connection, epoch)
        stood = set[Pair]()
        for some in _some(about):
            rows = await connection.execute(select(one, other).where(or_(one.in_(some), other.in_(some))))
            stood |= {(row.one, row.other) for row in rows}
        kept = {pair for pair in stood.difference(questions) if all(map(unweighed, pair))}
        gone = [{"old_one": pair[0], "old_other": pair[1]} for pair in stood.difference(questions, kept)]
        now = micros(await store.now(connection))
        new = [{"one": pair[0], "other": pair[1], "since": now} for pair in set(questions) - stood]
        if gone:
            await connection.execute(forget, gone)
        if new:
            await connection.execute(store.insert(QuestionTable), new)
        return kept

    return await store.write(work)


async def _check(store: Store, connection: AsyncConnection, epoch: int) -> None:
    if not await holds(store, connection, LEASE, epoch):
        raise LeaseLost


def _some(mentions: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(mentions)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
