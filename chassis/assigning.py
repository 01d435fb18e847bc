"""The one writer of who is who: a decision of the matcher, as one fact, under its lease."""

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.accept import own_draft
from chassis.ids import Ids, new_id
from chassis.lease import holds
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from contracts.events.identity import Because, IdentityAssigned, IdentityDecided, Move, Parted

LEASE = "matcher"

_HIGHEST = prepared("select coalesce(max(seq), 0) from place")
"""The newest decision holds wherever it moved anything."""


async def assign(
    store: Store,
    ids: Ids,
    source: str,
    moves: Sequence[Move],
    because: Sequence[Because],
    decisions_seen: Collection[str],
    epoch: int,
    parted: Sequence[Parted],
) -> bool:
    """Record one decision, whose moves hold at once.

    False, and nothing recorded, when the lease's epoch is another, when a mention is not where its
    move says that it leaves, or when a person's decision about a moved mention was not seen.
    """

    async def work(connection: AsyncConnection) -> bool:
        if not await holds(store, connection, LEASE, epoch):
            return False
        if not await _as_seen(store, connection, moves):
            return False
        if await _unseen(store, connection, moves, decisions_seen):
            return False
        now = await store.now(connection)
        content = IdentityAssigned(
            seq=1 + (await connection.execute(_HIGHEST)).scalar_one(),
            moves=list(moves),
            because=list(because),
            decisions_seen=sorted(decisions_seen),
            parted=list(parted),
        )
        entry = own_draft(new_id(), content, now).entry(source, now)
        await ledger.insert_facts(store, connection, [entry.row(None)], loading=False)
        await ledger.file_facts(store, connection, ids, [entry])
        reached(Step.ASSIGN_WRITTEN)
        return True

    # Durably: were it relayed and then lost by a crash here, its number would be given once more.
    done = await store.write(work, durable=True)
    reached(Step.ASSIGN_COMMITTED)
    return done


async def _as_seen(store: Store, connection: AsyncConnection, moves: Sequence[Move]) -> bool:
    columns = (("mention", "text"), ("origin", "text"))
    rows = [{"mention": f"m:{move.mention}", "origin": f"p:{move.origin}"} for move in moves]
    statement = f"""select 1 from {store.rows_of("moves", columns)}
        join place on place.mention = r.mention where place.person <> r.origin limit 1"""
    asked = {"moves": orjson.dumps(rows).decode()}
    return (await connection.execute(prepared(statement), asked)).first() is None


async def _unseen(
    store: Store, connection: AsyncConnection, moves: Sequence[Move], decisions_seen: Collection[str]
) -> bool:
    rows = [{"mention": f"m:{move.mention}"} for move in moves]
    statement = f"""select distinct fact.id from {store.rows_of("moves", (("mention", "text"),))}
        join key on key.key = r.mention join fact on fact.id = key.fact
        where fact.type = '{IdentityDecided.type}'"""
    asked = {"moves": orjson.dumps(rows).decode()}
    return not set((await connection.execute(prepared(statement), asked)).scalars()) <= set(decisions_seen)
