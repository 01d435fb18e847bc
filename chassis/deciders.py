"""What a service says by itself: facts whose id comes from their cause, so that each is said once.

A decider runs after the fold of one subject, under its lock, on its row alone. A repeat, a
correction, a rebuild, a restore and a second instance insert nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.accept import Draft, own_draft
from chassis.ids import Ids
from chassis.store import Store
from chassis.views import Saying, Subject


def drafted(ids: Ids, saying: Saying, traceparent: str | None = None) -> Draft:
    """A saying as a fact that waits for the store's clock."""
    id_ = ids.said(saying.content.type, saying.rule, saying.root, saying.generation, saying.rung)
    return own_draft(id_, saying.content, saying.occurred, traceparent)


async def record(
    store: Store,
    connection: AsyncConnection,
    ids: Ids,
    source: str,
    drafts: Sequence[Draft],
) -> int:
    """Write what was not said yet, in the fold's own transaction; give how many are new."""
    now: datetime = await store.now(connection)
    entries = {draft.id: draft.entry(source, now) for draft in drafts}
    rows = [entry.row(None) for entry in entries.values()]
    new = await ledger.insert_facts(store, connection, rows, loading=False)
    await ledger.file_facts(store, connection, ids, [entries[id_] for id_ in sorted(new)])
    return len(new)


def trace_of(subject: Subject) -> str | None:
    """The trace of the newest fact, so that one trace leads from the POST to the page."""
    newest = max(subject.facts, key=lambda fact: fact.accepted, default=None)
    return newest.envelope.traceparent if newest is not None else None
