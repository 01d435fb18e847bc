"""What a deployment holds when nothing of it runs: its log, its stores, and each store made anew.

The services' own code folds here, in this process and at one fixed time, so that a row differs for no
other reason than that it is wrong: first what is left to do, then all of it once more, and then the
store dropped and read back from the log's beginning.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import orjson
import structlog
from sqlalchemy import text

from chassis import operating, parking
from chassis.alert_path import cause_of
from chassis.load import positions_of
from chassis.log import Log, Position, Record
from chassis.operating import LASTING
from chassis.pace import MOST_MARKS
from chassis.runtime import Runtime
from chassis.settings import Settings
from contracts.topics import TOPICS
from deploy import wiring

READ_SECONDS = 120.0
_KEYS = f"fact not in (select id from fact where not ({LASTING}))"
"""But those of the tries of the alert path, of which each store has the newest it has come to."""
Rows = dict[str, dict[str, str]]
"""Each part's lines by what they are about."""


@dataclass(slots=True)
class Held:
    """What one service's store held when its processes had stopped."""

    counts: dict[str, int]
    bodies: dict[str, str]
    """Each fact's bytes, by its id."""
    misfiled: list[str]
    """Facts that do not lie under the keys that they name, and keys of no fact."""
    rows: Rows
    """Each view's rows by subject."""
    places: dict[str, str]
    """Which person each mention is."""
    parked: set[tuple[str, int, int]]
    differing: list[str] = field(default_factory=list)
    """What was not the same when it was made anew."""


class Stopped:
    """Every store of a deployment whose processes have stopped."""

    def __init__(self, log: Log, runtimes: Mapping[str, Runtime]) -> None:
        self.log = log
        self.runtimes = runtimes
        self.alone = any(runtime.settings.mode == "embedded" for runtime in runtimes.values())
        """Whether no other process may open the log meanwhile."""

    async def as_they_are(self) -> dict[str, Held]:
        """What each store holds, before anything is done to it."""
        return {name: await _as_it_is(runtime) for name, runtime in self.runtimes.items()}

    async def made_anew(self, held: Mapping[str, Held]) -> None:
        """Fold what has fallen due; then rebuild and restore each store, and note what differs."""
        at = max([await _now(runtime) for runtime in self.runtimes.values()])
        for runtime in self.runtimes.values():
            _stand_still(runtime, at)
        while any([await self._catch_up(runtime) for runtime in self.runtimes.values()]):
            pass
        if self.alone:
            for name, runtime in self.runtimes.items():
                held[name].differing += await _made_anew(self.log, runtime)
            return
        for runtime in self.runtimes.values():
            await runtime.store.close()  # whoever drops a store must be alone on it
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
            told = [(name, runtime.settings, at) for name, runtime in self.runtimes.items()]
            work = [loop.run_in_executor(processes, _apart, *each) for each in told]
            for name, differing in zip(self.runtimes, await asyncio.gather(*work), strict=True):
                held[name].differing += differing

    async def _catch_up(self, runtime: Runtime) -> int:
        """Read, fold and relay what there is; give how much came of it that others may read."""

        async def position(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
            return await positions_of(runtime.store, wanted)

        await _read(self.log, runtime.topics, runtime.loader.load, position)
        await _fold(runtime)
        return await runtime.relay.once()


async def _made_anew(log: Log, runtime: Runtime) -> list[str]:
    """Rebuild a store, then restore it; give what is not as it was before."""
    before, name = await _lines(runtime), runtime.service.name
    await operating.mark_everything(runtime)
    await _fold(runtime)
    differing = _unlike(f"{name} after a rebuild", before, await _lines(runtime))
    await operating.drop(runtime)
    await _prepare(runtime)
    await _read(log, runtime.topics, runtime.loader.load, _from_the_beginning)
    await _fold(runtime)
    return differing + _unlike(f"{name} after a restore", before, await _lines(runtime))


def _apart(name: str, settings: Settings, at: datetime) -> list[str]:
    """The same in a process of its own."""
    hush()

    async def work() -> list[str]:
        async with stopped({name: settings}) as stores:
            runtime = stores.runtimes[name]
            _stand_still(runtime, at)
            return await _made_anew(stores.log, runtime)

    return asyncio.run(work())


def hush() -> None:
    """What is read here again has been told of already, where it was read first."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def records(log: Log, topics: Iterable[str] = TOPICS) -> list[Record]:
    """All that the log holds of these topics, from its beginning."""
    found: list[Record] = []

    async def keep(records: Sequence[Record]) -> None:
        found.extend(records)

    await _read(log, list(topics), keep, _from_the_beginning)
    return found


async def _read(
    log: Log, topics: list[str], take: Callable[[Sequence[Record]], Awaitable[Any]], position: Position
) -> None:
    """Hand on all records of some topics, from a position to the end."""
    ends = await log.ends(topics)
    begins = await position(set(ends))
    left = {partition: end for partition, end in ends.items() if end > begins.get(partition, 0)}
    # A group of its own: in one together each of several processes would have a share of it.
    reader = log.subscribe(f"goldthread-faults-{os.getpid()}", topics, position)
    await reader.start()
    try:
        async with asyncio.timeout(READ_SECONDS):
            while left.keys() - reader.stopped.keys():
                came = await reader.poll(0.5)
                if came:
                    await take(came)
                for record in came:
                    partition = (record.topic, record.partition)
                    if partition in left and record.offset + 1 >= left[partition]:
                        del left[partition]
    finally:
        await reader.stop()


@asynccontextmanager
async def stopped(settings: Mapping[str, Settings]) -> AsyncIterator[Stopped]:
    """The log and the stores of a deployment, by each service's settings, with nobody else on them."""
    log = wiring.log_of(next(iter(settings.values())))
    await log.start()
    await log.ensure(TOPICS.values())  # of which topic the newest alone is kept, it learns by this
    runtimes = {
        name: wiring.runtime_of(wiring.SERVICES[name], given, log, wiring.clock_of(given))
        for name, given in settings.items()
    }
    try:
        for runtime in runtimes.values():
            await _prepare(runtime)
            await runtime.store.read_clock()
        yield Stopped(log, runtimes)
    finally:
        for runtime in runtimes.values():
            await runtime.store.close()
        await log.stop()


async def _from_the_beginning(_: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    return {}


async def _prepare(runtime: Runtime) -> None:
    views = [view.table for view in runtime.service.views]
    await runtime.store.prepare([*views, *runtime.service.tables])


async def _now(runtime: Runtime) -> datetime:
    async with runtime.store.reading() as connection:
        return await runtime.store.now(connection)


def _stand_still(runtime: Runtime, at: datetime) -> None:
    async def now(_: Any) -> datetime:
        return at

    runtime.store.now = now  # type: ignore[assignment,method-assign]


async def _fold(runtime: Runtime) -> None:
    """Until nothing is marked and no time has come."""
    while await runtime.ticker.tick() or (await runtime.folder.once(MOST_MARKS)).marks:
        pass


async def _as_it_is(runtime: Runtime) -> Held:
    async with runtime.store.reading() as connection:

        async def ask(question: str) -> list[Any]:
            return list((await connection.execute(text(question))).all())

        bodies = {row.id: row.body for row in await ask(f"select id, body from fact where {LASTING}")}
        filed: dict[str, set[str]] = {id_: set() for id_ in bodies}
        for row in await ask(f"select key, fact from key where {_KEYS}"):
            filed.setdefault(row.fact, set()).add(row.key)
        parked = await ask(f'select topic, partition, "offset" as at from parked where {parking.UNDECIDED}')
        tries = f"o:{cause_of(runtime.ids)}"
        left = {
            "marks": await ask(f"select count(*) as n from mark where key <> '{tries}'"),
            "unsent": await ask(f"select count(*) as n from fact where sent_at is null and {LASTING}"),
        }
        places = {row.mention[2:]: row.person[2:] for row in await ask("select mention, person from place")}
    return Held(
        counts=await operating.counts(runtime) | {name: rows[0].n for name, rows in left.items()},
        bodies=bodies,
        misfiled=[id_ for id_, keys in filed.items() if id_ not in bodies or keys != _keys(bodies[id_])],
        rows={view.name: await _of(runtime, _rows_of(view.table)) for view in runtime.service.views},
        places=places,
        parked={(row.topic, row.partition, row.at) for row in parked},
    )


def _keys(body: str) -> set[str]:
    return set(orjson.loads(body).get("keys", "").split())


def _rows_of(table: Any) -> str:
    return f"select subject as name, body as line from {table.__tablename__}"


async def _of(runtime: Runtime, question: str) -> dict[str, str]:
    async with runtime.store.reading() as connection:
        return {row.name: row.line for row in (await connection.execute(text(question))).all()}


async def _lines(runtime: Runtime) -> Rows:
    """All that a restore must give back, as ``operating.fingerprint`` has it, line by line."""
    parts = {
        "facts": f"select id as name, body as line from fact where {LASTING}",
        "keys": f"select key || ' ' || fact as name, '' as line from key where {_KEYS}",
        "places": "select mention as name, person || ' ' || seq as line from place",
    }
    parts |= {view.name: _rows_of(view.table) for view in operating.lasting(runtime.service.views)}
    return {part: await _of(runtime, question) for part, question in parts.items()}


def _unlike(what: str, before: Rows, after: Rows) -> list[str]:
    return [
        f"{what}: {part} of {name}"
        for part in before
        for name in sorted(before[part].keys() | after[part].keys())
        if before[part].get(name) != after[part].get(name)
    ]
