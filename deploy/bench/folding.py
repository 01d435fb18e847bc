"""P2: how many facts a second come from Kafka into PostgreSQL and are folded, or are read back there.

The reader is a process of its own: ``python -m deploy.bench.folding steady|restore|raw <count>`` prints
the facts a second from the first batch in hand to the last fact folded (restore: loaded, as a restored
service loads before it folds; raw: copied), as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from statistics import median

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
from deploy.serve import look_for_cycles_rarely
from deploy.wiring import SERVICES, clock_of, log_of

TOPIC = "incidents"
GOAL, GOAL_RESTORE = 0.25, 0.5
FACTS_OF_ONE = 8
"""In how many of the facts each person stands, in the mean: as in the caseload of a force."""
APPEND = 500
PATIENCE = 60.0
"""Seconds after which it is cut off: then what counts is the facts none of whose keys is marked, and
the figure says so. It is lower than the rate of a run that ends, where most facts wait for one key."""


def measure(stores: Stores, count: int, rounds: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figure."""
    yield f"P2: writing {count:,} facts to Kafka"
    run_apart(_fill(stores.kafka.address, count))
    cut_off = False
    found: dict[str, list[float]] = {"raw": [], "steady": [], "restore": []}
    for turn in range(rounds):
        for kind, rates in found.items():
            yield f"P2: {kind}, round {turn + 1} of {rounds}"
            answer = told(
                "deploy.bench.folding",
                *(kind, str(count)),
                log=stores.folder / f"{kind}.log",
                environment=stores.environment(stores.database(f"{kind}_{turn}")),
            )
            rates.append(answer["rate"])
            cut_off = cut_off or bool(answer.get("cut_off"))
    what = "from Kafka until folded, two people a fact"
    what += f" (cut off after {PATIENCE:.0f} s)" if cut_off else ""
    yield _figure("P2", what, found["steady"], found["raw"], GOAL)
    what = "restore: the same facts into an empty store, before they are folded"
    yield _figure("P2", what, found["restore"], found["raw"], GOAL_RESTORE)


def _figure(id_: str, what: str, ours: list[float], raw: list[float], goal: float) -> Figure:
    value, limit = median(ours), median(raw)
    ratio = value / limit
    return Figure(id_, what, value, "facts/s", limit, ratio, f"ratio ≥ {goal}", ratio >= goal)


async def _fill(address: str, count: int) -> None:
    log = open_log(f"kafka://{address}")
    await log.start()
    try:
        await log.ensure(TOPICS.values())
        entries = incidents(count, count * 2 // FACTS_OF_ONE // 2, Ids("only the bench has this one"))
        records = [Record(TOPIC, entry.keys[0], entry.body.encode()) for entry in entries]
        for at in range(0, count, APPEND):
            await log.append(records[at : at + APPEND])
    finally:
        await log.stop()


async def ours(settings: Settings, count: int, *, restoring: bool) -> dict[str, float]:
    """Loader and folder of orders side by side, until every fact is loaded and no mark is left, or
    until it is cut off. ``restoring``: the loader alone, until every fact is loaded."""
    log, clock, ids = log_of(settings), clock_of(settings), Ids(settings.secret.get_secret_value())
    store, signals, views = (
        open_store(settings.store_url, "orders", clock),
        Signals(),
        SERVICES["orders"].views,
    )
    await store.prepare([view.table for view in views])
    await log.start()
    subscription = log.subscribe("bench", [TOPIC], lambda wanted: positions_of(store, wanted))
    caught_up = asyncio.Event()
    if restoring:
        await release.adopt(store, 1)
    else:
        caught_up.set()
    loader = Loader(store, ids, "/orders", signals, False, caught_up)
    try:
        await subscription.start()
        first = await subscription.poll(30)
        began = time.perf_counter()
        await loader.load(first)
        folder = Folder(store, ids, "/orders", views, signals)
        tasks = [asyncio.create_task(loader.run(subscription))]
        tasks += [] if restoring else [asyncio.create_task(folder.run())]
        over = _all_loaded if restoring else _all_folded
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await over(store, count):
                    await asyncio.sleep(0.05)
        spent = time.perf_counter() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        done = await _loaded(store) if restoring else await _folded(store)
        return {"rate": done / spent, "cut_off": done < count}
    finally:
        await subscription.stop()
        await log.stop()
        await store.close()


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
    look_for_cycles_rarely()
    work = (
        raw(load(), int(number)) if kind == "raw" else ours(load(), int(number), restoring=kind == "restore")
    )
    print(json.dumps(uvloop.run(work)))
