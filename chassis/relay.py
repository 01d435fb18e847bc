"""Step 2, relay: own facts that are not yet on the log are produced and stamped.

No lock: two relays only repeat, and a repeat inserts nothing anywhere. Unsent rows are read, never
"what came after the last id", which would skip what commits late. What is urgent goes first, past
any heap of the rest.
"""

from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.log import Log, Record
from chassis.signals import Signals
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from chassis.store.tables import micros
from contracts.registry import EVENTS, NEWEST_ALONE

BATCH = 500
REST_SECONDS, COMING_SECONDS = 0.05, 0.2
"""How long it rests after it has sent all there was, so that what comes is sent together, and how
lately something must have come for it to rest at all. What is urgent ends the rest."""
PAUSE_SECONDS = 0.5
"""How long until it looks again when nobody woke it: another instance may have died between."""

_KNOWN = ", ".join(f"'{type_}'" for type_ in sorted(EVENTS))
_UNSENT = prepared(
    f"""select id, type, body from fact where sent_at is null and type || '' in ({_KNOWN})
        order by urgent desc, accepted limit :batch"""
)
"""Of which topic a newer release's fact is, only that release knows: it waits for it, and alone. The
type is asked for in such a way that SQLite walks the few unsent facts, and not all of every type."""

log = structlog.get_logger()


class Relay:
    """Sends a service's own facts to the log."""

    def __init__(self, store: Store, to: Log, signals: Signals) -> None:
        self._store = store
        self._log = to
        self._signals = signals

    async def run(self) -> None:
        """Relay what is unsent, for ever. An unreachable log is waited for."""
        while True:
            try:
                sent = await self.once()
            except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
                log.warning("relay.failed", reason=type(error).__name__)
                sent = 0
            if 0 < sent < BATCH and self._signals.recently("relay", COMING_SECONDS):
                await self._signals.wait("relay.urgent", REST_SECONDS)
            if sent < BATCH:
                await self._signals.wait("relay", PAUSE_SECONDS)

    async def once(self) -> int:
        """Send one batch of unsent facts, the urgent ones first; give how many there were."""
        async with self._store.reading() as connection:
            rows = (await connection.execute(_UNSENT, {"batch": BATCH})).all()
        if not rows:
            return 0
        reached(Step.RELAY_READ)
        facts = [(row.type, orjson.loads(row.body), row.body) for row in rows]  # valid as they entered
        trace, others = telemetry.traces(fact.get("traceparent") for _, fact, _ in facts)
        with telemetry.span("relay", trace, others=others):
            await self._log.append([_record(*fact) for fact in facts])
        reached(Step.RELAY_SENT)
        ids = orjson.dumps([{"id": row.id} for row in rows]).decode()
        await self._store.write(lambda connection: self._stamp(connection, ids))
        return len(rows)

    async def _stamp(self, connection: AsyncConnection, ids: str) -> None:
        now = micros(await self._store.now(connection))
        # What another relay stamps at this moment is left to it.
        stamp = f"""update fact set sent_at = :now where id in (select id from fact where sent_at is null
            and id in (select id from {self._store.rows_of("rows", (("id", "text"),))})
            order by id {self._store.skip_locked})"""
        await connection.execute(prepared(stamp), {"now": now, "rows": ids})


def _record(type_: str, fact: dict[str, Any], body: str) -> Record:
    key = fact.get("keys", "").split(" ", 1)[0] or fact["id"]
    if type_ in NEWEST_ALONE:
        key = type_  # of each key the topic keeps the newest
    return Record(EVENTS[type_].topic, key, body.encode())
