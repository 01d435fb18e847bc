"""How far each service has come, as it says itself on the log: what it accepted before a time lies
below these offsets. Whoever has read as far has all of it.

From watermarks come how fresh a view is, and the limit of *as it was known*. Two instances that both
write them are harmless: each is true.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import new_id
from chassis.log import Log, Record
from chassis.store import Store, prepared
from chassis.store.tables import instant, micros
from contracts.topics import WATERMARKS, facts_of, read_by
from contracts.watermark import Ends, Watermark

log = structlog.get_logger()

LOOK_SECONDS = 0.25
"""How soon it is seen that the clock was moved."""


async def write_watermarks(store: Store, to: Log, service: str, seconds: float) -> None:
    """Say every so many seconds how far the service has come, for ever, and at once where a try-out moved the
    clock: what was said before tells nothing of the time that it is now. An unreachable log is waited for."""
    told = store.clock.offset
    while True:
        due = time.monotonic() + seconds
        try:
            if store.clock.offset != told:
                await store.read_clock()  # whoever is moving it has moved the store's too by then
            told = store.clock.offset
            await write_watermark(store, to, service)
        except Exception as error:  # noqa: BLE001 - log or store are away
            log.warning("watermark.failed", reason=type(error).__name__)
        while (left := due - time.monotonic()) > 0 and store.clock.offset == told:  # noqa: ASYNC110
            await asyncio.sleep(min(left, LOOK_SECONDS))


async def write_watermark(store: Store, to: Log, service: str) -> None:
    """Say how far the service has come.

    The order counts: first the time before which nothing more is accepted; then what is accepted and
    not yet on the log; then where the log ends.
    """
    async with store.writing() as connection:
        passed = micros(await store.settled(connection))
        unsent = prepared("select min(accepted) from fact where sent_at is null")
        waits: int | None = (await connection.execute(unsent)).scalar()
    ends: dict[str, list[int]] = {}
    for (topic, _), end in sorted((await to.ends([topic.name for topic in facts_of(service)])).items()):
        ends.setdefault(topic, []).append(end)
    said = Watermark(
        id=new_id(),
        source=f"/{service}",
        time=instant(passed if waits is None else min(passed, waits)),
        data=Ends(ends=ends),
    )
    await to.append([Record(WATERMARKS, service, said.model_dump_json().encode())])


async def keep_watermarks(
    connection: AsyncConnection, reader: str, said: Sequence[tuple[int, Watermark]]
) -> None:
    """Keep watermarks, by their offsets, in the transaction that loads them; forget those that a newer
    one, reached by now, has overtaken."""
    keep = prepared(
        """insert into watermark (service, "offset", passed, ends)
           values (:service, :offset, :passed, :ends) on conflict do nothing"""
    )
    for offset, each in said:
        ends = orjson.dumps(each.data.ends).decode()
        values = {"service": each.service, "offset": offset, "passed": micros(each.time), "ends": ends}
        await connection.execute(keep, values)
    for service, (offset, _) in (await _reached(connection, reader)).items():
        overtaken = prepared("""delete from watermark where service = :service and "offset" < :offset""")
        await connection.execute(overtaken, {"service": service, "offset": offset})


async def held_until(store: Store, reader: str) -> datetime | None:
    """Before when a service's store holds all that anybody had accepted, of what it reads. None: it
    cannot tell, for some service has not said how far it is, or has not been read as far."""
    return earliest(reader, await held_of_each(store, reader))


async def held_of_each(store: Store, reader: str) -> dict[str, datetime]:
    """Of each service before when a store holds all that this one had accepted, of what ``reader`` reads; one
    of which it cannot tell is left out."""
    async with store.reading() as connection:
        return {service: passed for service, (_, passed) in (await _reached(connection, reader)).items()}


def earliest(reader: str, passed: Mapping[str, datetime]) -> datetime | None:
    """The earliest of these times, of every service that ``reader`` reads. None: one is not told."""
    writers = writers_for(reader)
    return min(passed[each] for each in writers) if passed.keys() >= writers else None


def writers_for(reader: str) -> set[str]:
    """The services that a service reads, itself among them."""
    return {service for topic in read_by(reader) for service in topic.writers}


async def _reached(connection: AsyncConnection, reader: str) -> dict[str, tuple[int, datetime]]:
    """Of each service the newest watermark that this store has read as far as: its offset, its time."""
    topics = {topic.name for topic in read_by(reader)}
    statement = prepared("""select service, "offset", passed, ends from watermark order by "offset" desc""")
    rows = (await connection.execute(statement)).all()
    read = await connection.execute(prepared("select topic, partition, next from position"))
    positions = {(row.topic, row.partition): row.next for row in read}
    found: dict[str, tuple[int, datetime]] = {}
    for row in rows:
        ends: dict[str, list[int]] = orjson.loads(row.ends)
        if row.service not in found and all(
            positions.get((topic, partition), 0) >= end
            for topic, of_topic in ends.items()
            if topic in topics
            for partition, end in enumerate(of_topic)
        ):
            found[row.service] = (row.offset, instant(row.passed))
    return found
