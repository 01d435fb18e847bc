"""P2: how many facts a second come from Kafka into PostgreSQL and are folded, or are read back there.

The reader is a process of its own: ``python -m deploy.bench.folding steady|restore|raw <count>`` prints
the facts a second from the first batch in hand to the last fact folded (restore: all are loaded before any
is folded, as a restored service does; raw: copied), as JSON. Beside it stands what most would write
(``usual.py``).
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import islice

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from chassis import release
from chassis.fold import Folder
from chassis.ids import Ids
from chassis.load import Loader, positions_of
from chassis.log import Record, open_log
from chassis.settings import Settings, load
from chassis.signals import Signals
from chassis.store import Store, open_store
from contracts.topics import TOPICS
from deploy.bench.invented import incidents
from deploy.bench.report import Figure
from deploy.bench.stores import Stores, plain, told
from deploy.local.processes import run_apart
from deploy.serve import freeze_what_is_loaded
from deploy.wiring import SERVICES, clock_of, log_of

TOPIC = "incidents"
GOAL, GOAL_RESTORE, GOAL_USUAL = 0.25, 0.5, 60
MESSAGES = 2_000
"""How many the usual way is given: it takes each as long, but for how much there is of a person."""
FACTS_OF_ONE = 8
"""In how many of the facts each person stands, in the mean: as in the caseload of a force."""
APPEND = 500
LONGEST = 14_400.0
PATIENCE = 60.0
"""Seconds after which the steady rate is cut off: then what counts is the facts none of whose keys is marked,
and the figure says so. It is lower than the rate of a run that ends, where most facts wait for one key."""


def measure(stores: Stores, steady: int, restored: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures: of so many facts that are folded as they come, and of so many
    that a store is restored from."""
    found: dict[str, dict[str, float]] = {}
    written = 0
    for kind, count in (("steady", steady), ("restore", restored), ("raw", restored)):
        yield f"P2: writing {count:,} facts to Kafka"
        run_apart(_fill(stores.kafka.address, range(written, count)))
        written = count
        yield f"P2: {kind}, {count:,} facts"
        found[kind] = _told(stores, "folding", kind, str(count))
    yield f"P2: as most would do it, {min(MESSAGES, restored):,} facts"
    usual = _told(stores, "usual", str(min(MESSAGES, restored)))["rate"]
    raw, back = found["raw"]["rate"], found["restore"]["rate"]
    what = "from Kafka until folded, two people a fact"
    what += f" (cut off after {PATIENCE:.0f} s)" if found["steady"]["cut_off"] else ""
    yield _figure(what, found["steady"]["rate"], raw, GOAL)
    what = f"restore: {restored:,} facts into an empty store"
    yield _figure(f"{what}, before they are folded", found["restore"]["loaded"], raw)
    yield _figure(f"{what}, and into its views", back, raw, GOAL_RESTORE)
    yield _figure("the same restore (raw: FastStream and SQLModel, one at a time)", back, usual, GOAL_USUAL)


def _told(stores: Stores, module: str, *arguments: str) -> dict[str, float]:
    name = "_".join((module, *arguments))
    environment = stores.environment(stores.database(name))
    log = stores.folder / f"{name}.log"
    return told(f"deploy.bench.{module}", *arguments, log=log, environment=environment, seconds=LONGEST)


def _figure(what: str, value: float, raw: float, goal: float | None = None) -> Figure:
    ratio = value / raw
    if goal is None:
        return Figure("P2", what, value, "facts/s", raw, ratio)
    return Figure("P2", what, value, "facts/s", raw, ratio, f"ratio ≥ {goal}", ratio >= goal)


async def _fill(address: str, numbers: range) -> None:
    log = open_log(f"kafka://{address}")
    await log.start()
    try:
        await log.ensure(TOPICS.values())
        people, ids = max(1, numbers.stop // FACTS_OF_ONE), Ids("only the bench has this one")
        entries = incidents(numbers, people, ids)
        while some := list(islice(entries, APPEND)):
            await log.append([Record(TOPIC, each.keys[0], each.body.encode()) for each in some])
    finally:
        await log.stop()


async def ours(settings: Settings, count: int, *, restoring: bool) -> dict[str, float]:
    """Loader and folder of orders side by side, until every fact is loaded and no mark is left, or
    until it is cut off. ``restoring``: the folder begins when every fact is loaded."""
    log, clock, ids = log_of(settings), clock_of(settings), Ids(settings.secret.get_secret_value())
    store, signals, views = (
        open_store(settings.store_url, "orders", clock),
        Signals(),
        SERVICES["orders"].views,
    )
    tables = [view.table for view in views]
    await store.prepare(tables)
    await log.start()
    subscription = log.subscribe("bench", [TOPIC], lambda wanted: positions_of(store, wanted))
    caught_up = asyncio.Event()
    if restoring:
        await release.adopt(store, 1, tables)
    else:
        caught_up.set()
    loader = Loader(store, ids, "/orders", signals, False, caught_up)
    try:
        await subscription.start()
        first = await subscription.poll(30)
        began = time.perf_counter()
        await loader.load(first)
        working = [asyncio.create_task(loader.run(subscription))]
        loaded = 0.0
        if restoring:
            loaded = count / (await _until(_all_loaded, store, count) - began)
            caught_up.set()
        working.append(asyncio.create_task(Folder(store, ids, "/orders", views, signals).run()))
        spent = await _until(_all_folded, store, count, None if restoring else PATIENCE) - began
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        done = await _folded(store)
        return {"rate": done / spent, "loaded": loaded, "cut_off": done < count}
    finally:
        await subscription.stop()
        await log.stop()
        await store.close()


async def _until(
    over: Callable[[Store, int], Awaitable[bool]], store: Store, count: int, at_most: float | None = None
) -> float:
    """When it was over, or that was given up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most):
            while not await over(store, count):
                await asyncio.sleep(0.05)
    return time.perf_counter()


def _partitions() -> set[tuple[str, int]]:
    return {(TOPIC, number) for number in range(TOPICS[TOPIC].partitions)}


async def _loaded(store: Store) -> int:
    return sum((await positions_of(store, _partitions())).values())


async def _all_loaded(store: Store, count: int) -> bool:
    return await _loaded(store) >= count


async def _all_folded(store: Store, count: int) -> bool:
    if not await _all_loaded(store, count):
        return False
    async with store.reading() as connection:
        return (await connection.execute(text("select 1 from mark limit 1"))).first() is None


async def _folded(store: Store) -> int:
    """The facts none of whose keys is marked."""
    statement = """select (select count(*) from fact)
        - (select count(distinct key.fact) from mark join key on key.key = mark.key)"""
    async with store.reading() as connection:
        return int((await connection.execute(text(statement))).scalar_one())


async def raw(settings: Settings, count: int) -> dict[str, float]:
    """The same facts and keys copied into tables without an index, one transaction a batch."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.log_url.removeprefix("kafka://"), enable_auto_commit=False
    )
    connection = await asyncpg.connect(plain(settings.store_url))
    await connection.execute("create table fact (id text, type text, occurred text, body text)")
    await connection.execute("create table key (key text, fact text)")
    await consumer.start()
    try:
        partitions = [TopicPartition(*partition) for partition in _partitions()]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        batch, done, began = (
            await consumer.getmany(timeout_ms=30_000, max_records=1000),
            0,
            time.perf_counter(),
        )
        while done < count:
            bodies = [message.value for messages in batch.values() for message in messages]
            await _copy(connection, bodies)
            done += len(bodies)
            if done < count:
                batch = await consumer.getmany(timeout_ms=1000, max_records=1000)
        return {"rate": count / (time.perf_counter() - began)}
    finally:
        await consumer.stop()
        await connection.close()


async def _copy(connection: asyncpg.Connection, bodies: list[bytes]) -> None:
    events = [(orjson.loads(body), body.decode()) for body in bodies]
    facts = [(event["id"], event["type"], event["time"], body) for event, body in events]
    keys = [(key, event["id"]) for event, _ in events for key in event["keys"].split()]
    async with connection.transaction():
        await connection.copy_records_to_table("fact", records=facts)
        await connection.copy_records_to_table("key", records=keys)


if __name__ == "__main__":
    kind, number = sys.argv[1:]
    freeze_what_is_loaded()
    work = (
        raw(load(), int(number)) if kind == "raw" else ours(load(), int(number), restoring=kind == "restore")
    )
    print(json.dumps(uvloop.run(work)))
