"""The table of faults that are no kill of ours: each is injected, lasts, and ends. What partners post
goes on meanwhile; afterwards a breach must come through to everybody, and somebody be called."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import orjson

from chassis.log import Record
from deploy import wiring
from tests.faults.stores import records as all_records
from tests.faults.trial import TAKES_OVER_SECONDS, Trial
from tests.scenarios.goldthread import SERVICES

FROZEN_SECONDS = 16.0
"""Longer than every time-out of ours: a session of Kafka's group 4 s, of PostgreSQL 5 s, a claim and
a lease 10 s."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``inject`` returns when the fault is over, with what it was done to."""

    name: str
    inject: Callable[[Trial], Awaitable[str]]


async def sigterm(trial: Trial) -> str:
    """Told to stop with work in hand, a process ends in order, and in time."""
    part = trial.chance.choice(trial.cluster.killable)
    trial.cluster.kept_down.add(part)
    await trial.cluster.end(part)
    status = trial.cluster.processes[part].returncode
    assert status in (0, -signal.SIGTERM), f"{part} ended with {status} when it was told to stop"
    trial.cluster.kept_down.discard(part)
    return part


async def frozen(trial: Trial) -> str:
    """An instance of each kind freezes for longer than every time-out: the others take over, and
    what wakes up does no harm."""
    parts = ["referrals", "orders@2", "marac", "notify@2", "matcher"]
    part = trial.chance.choice(parts)
    process = trial.cluster.processes[part]
    process.send_signal(signal.SIGSTOP)
    try:
        took, _ = await asyncio.gather(trial.comes_through(), asyncio.sleep(FROZEN_SECONDS))
    finally:
        process.send_signal(signal.SIGCONT)
    if took > TAKES_OVER_SECONDS:
        trial.late.append(f"the others took over from {part} after {took:.1f} s")
    return f"{part}; others took over in {took:.1f} s"


async def rolling_restart(trial: Trial) -> str:
    """Every process, one after another, each when the one before is back."""
    for part in trial.cluster.killable:
        await trial.cluster.end(part)
        await trial.cluster.back(part)
    return "every process"


async def fewer_and_more(trial: Trial) -> str:
    """The second instances go, and come again."""
    parts = [part for part in trial.cluster.killable if "@" in part]
    trial.cluster.kept_down |= set(parts)
    await asyncio.gather(*(trial.cluster.end(part) for part in parts))
    await trial.comes_through()
    trial.cluster.kept_down -= set(parts)
    await trial.cluster.back(*parts)
    return f"{len(parts)} processes"


async def kafka_killed(trial: Trial) -> str:
    """As by a cut of power."""
    trial.cluster.kafka.kill()
    await _start_kafka(trial)
    return "kill -9"


async def kafka_restarted(trial: Trial) -> str:
    """In order."""
    await asyncio.to_thread(trial.cluster.kafka.stop)
    await _start_kafka(trial)
    return "restart"


async def _start_kafka(trial: Trial) -> None:
    await asyncio.to_thread(trial.cluster.kafka.start)
    trial.cluster.processes["kafka"] = trial.cluster.kafka.running


async def kafka_frozen(trial: Trial) -> str:
    """It answers nothing, and its connections stay open."""
    seconds = 8.0 if trial.short else 30.0
    process = trial.cluster.kafka.running
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGCONT)
    return f"{seconds:.0f} s"


async def kafka_unreachable(trial: Trial) -> str:
    """Whoever comes is turned away."""
    return await _unreachable(trial, "kafka")


async def kafka_cut(trial: Trial) -> str:
    """Every connection breaks, three times."""
    for _ in range(3):
        trial.cluster.kafka_way.cut()
        await asyncio.sleep(trial.chance.uniform(0.2, 1.0))
    return "3 times"


async def kafka_delayed(trial: Trial) -> str:
    """Every piece is late."""
    trial.cluster.kafka_way.delay = 0.4
    await asyncio.sleep(5)
    trial.cluster.kafka_way.delay = 0.0
    return "each piece by 0.4 s, for 5 s"


async def kafka_halved(trial: Trial) -> str:
    """What is sent arrives, and no answer comes back; then the connections break."""
    trial.cluster.kafka_way.halved = True
    await asyncio.sleep(4)
    trial.cluster.kafka_way.halved = False
    trial.cluster.kafka_way.cut()  # their streams have a hole now
    return "no answer for 4 s"


async def postgres_immediate(trial: Trial) -> str:
    """Immediate shutdown, and recovery."""
    await asyncio.to_thread(trial.cluster.postgres.kill)
    await _start_postgres(trial)
    return "immediate shutdown"


async def postgres_killed(trial: Trial) -> str:
    """kill -9 of the server itself; its children end when they see that it has."""
    process = trial.cluster.postgres.running
    process.kill()
    await asyncio.to_thread(process.wait)
    await _start_postgres(trial)
    return "kill -9"


async def _start_postgres(trial: Trial) -> None:
    await asyncio.to_thread(trial.cluster.postgres.start)
    trial.cluster.processes["postgres"] = trial.cluster.postgres.running


async def postgres_backend_killed(trial: Trial) -> str:
    """kill -9 of one of its children, upon which it ends them all and recovers."""
    service = trial.chance.choice(SERVICES)
    question = f"select pid from pg_stat_activity where application_name = 'goldthread-{service}'"
    pids = [pid for (pid,) in await trial.cluster.ask(service, question)]
    await asyncio.create_subprocess_exec("kill", "-9", str(trial.chance.choice(pids)))
    return f"of {service}"


async def postgres_unreachable(trial: Trial) -> str:
    """Whoever comes is turned away."""
    return await _unreachable(trial, "postgres")


async def _unreachable(trial: Trial, what: str) -> str:
    way = trial.cluster.kafka_way if what == "kafka" else trial.cluster.postgres_way
    way.closed = True
    way.cut()
    await asyncio.sleep(5)
    way.closed = False
    return "5 s"


async def commits_cut(trial: Trial) -> str:
    """Connections break at a commit: half of them before the server has it, half before its answer."""
    trial.cluster.postgres_way.commits_to_cut = [trial.chance.random() < 0.5 for _ in range(30)]
    for _ in range(100):
        if not trial.cluster.postgres_way.commits_to_cut:
            break
        await asyncio.sleep(0.1)
    trial.cluster.postgres_way.commits_to_cut = []
    return "30 commits"


async def lock_held(trial: Trial) -> str:
    """Somebody locks a table for longer than any statement waits."""
    service, table = trial.chance.choice(SERVICES), trial.chance.choice(("fact", "mark", "subject"))
    connection = await _superuser(trial)
    try:
        async with connection.transaction():
            await connection.execute(f"lock table {service}.{table} in access exclusive mode")
            await asyncio.sleep(8)
    finally:
        await connection.close()
    return f"{table} of {service}, 8 s"


async def too_many_connections(trial: Trial) -> str:
    """Somebody takes every connection that is left."""
    taken: list[asyncpg.Connection] = []
    try:
        trial.cluster.postgres_way.cut()  # those of the services are among them
        while len(taken) < 400:
            taken.append(await _superuser(trial))
    except asyncpg.TooManyConnectionsError:
        await asyncio.sleep(5)
    finally:
        for connection in taken:
            await connection.close()
    return f"{len(taken)} taken"


async def _superuser(trial: Trial) -> asyncpg.Connection:
    return await asyncpg.connect(trial.cluster.postgres.url("goldthread").replace("+asyncpg", ""))


async def clock_stepped(trial: Trial) -> str:
    """An hour forward, and an hour back: so steps a machine that takes local time for the time."""
    await trial.clock(hours=1)
    await trial.comes_through()
    await trial.clock(hours=-1)
    await trial.comes_through()
    await trial.clock(hours=0)
    return "an hour forward and back"


async def repeated(trial: Trial) -> str:
    """A part of the log comes again, in another order."""
    log = wiring.log_of(trial.cluster.settings("orders"))
    await log.start()
    try:
        again = [record for record in await all_records(log) if trial.chance.random() < 0.3]
        trial.chance.shuffle(again)
        for start in range(0, len(again), 200):
            await log.append(again[start : start + 200])
    finally:
        await log.stop()
    return f"{len(again)} records"


async def poisoned(trial: Trial) -> str:
    """On every topic that people's facts are on: no JSON, half an event, 1 MB, a newer schema; and a
    type that nobody knows yet, which is kept and not parked."""
    event = next(iter(await trial.cluster.ask("orders", "select body from fact where type like '%breach%'")))
    known = orjson.loads(event[0])
    number = trial.chance.randrange(10**6)

    def other(**changes: object) -> bytes:
        id_ = f"00000000-0000-7000-8000-{trial.chance.randrange(16**12):012x}"
        return orjson.dumps(
            known | {"id": id_, "root": id_, "subject": id_, "agency": "goldthread"} | changes
        )

    bad = [
        b"no event %d" % number,
        b'{"specversion": "1.0", "id": "%d"' % number,
        b"x" * 1_000_000 + b"%d" % number,
        other(data={"kind": 7}),
        other(id="not-an-id"),
    ]
    good = [other(type="uk.goldthread.breach.foreseen.v1", data={"what": "a later release says it"})]
    records = [
        Record(topic, str(number), value) for topic in ("breaches", "incidents", "alerts") for value in bad
    ]
    trial.poison |= dict.fromkeys(bad, True) | dict.fromkeys(good, False)
    log = wiring.log_of(trial.cluster.settings("orders"))
    await log.start()
    try:
        await log.append([*records, *(Record("breaches", str(number), value) for value in good)])
    finally:
        await log.stop()
    return f"{len(records)} records"


FAULTS = (
    Fault("told to stop", sigterm),
    Fault("frozen", frozen),
    Fault("rolling restart", rolling_restart),
    Fault("fewer instances and more", fewer_and_more),
    Fault("Kafka killed", kafka_killed),
    Fault("Kafka restarted", kafka_restarted),
    Fault("Kafka frozen", kafka_frozen),
    Fault("Kafka unreachable", kafka_unreachable),
    Fault("Kafka's connections cut", kafka_cut),
    Fault("Kafka delayed", kafka_delayed),
    Fault("Kafka's answers lost", kafka_halved),
    Fault("PostgreSQL shut down at once", postgres_immediate),
    Fault("PostgreSQL killed", postgres_killed),
    Fault("a child of PostgreSQL killed", postgres_backend_killed),
    Fault("PostgreSQL unreachable", postgres_unreachable),
    Fault("commits cut", commits_cut),
    Fault("a lock held", lock_held),
    Fault("too many connections", too_many_connections),
    Fault("clocks stepped", clock_stepped),
    Fault("the log repeated", repeated),
    Fault("poison on the log", poisoned),
)
"""Every fault, by its name."""
