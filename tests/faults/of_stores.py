"""Faults of Kafka, of PostgreSQL, and of the way to them."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from chassis.log import Record
from deploy.local.postgres import SUPERUSER, binaries_folder
from deploy.local.processes import Unavailable, end
from tests.faults.cluster import Cluster
from tests.faults.killable import BACK_SECONDS, LOOK_SECONDS, NotBack
from tests.faults.trial import Trial
from tests.faults.way import Way
from tests.scenarios.goldthread import SERVICES

FULL_SECONDS = 5.0
HANGS_SECONDS = 5.0
"""How long a server that is neither there nor gone is waited for before it is killed."""
CUT_SECONDS = 10.0
"""How long commits are cut, if there are no thirty before; until there is one in any case."""
ROOM = 4096
"""Bytes beyond which no file grows on a full disk."""
TRIES_AT_REST = 8


def of(trial: Trial) -> Cluster:
    """The deployment, which is the distributed one."""
    assert isinstance(trial.deployment, Cluster)
    return trial.deployment


async def kafka_killed(trial: Trial) -> str:
    """As by a cut of power."""
    await asyncio.to_thread(of(trial).kafka.kill)
    await _start_kafka(of(trial))
    return "kill -9"


async def kafka_restarted(trial: Trial) -> str:
    """In order."""
    await asyncio.to_thread(of(trial).kafka.stop)
    await _start_kafka(of(trial))
    return "restart"


async def _start_kafka(cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.kafka.start)
    cluster.processes["kafka"] = cluster.kafka.running


async def kafka_frozen(trial: Trial) -> str:
    """It answers nothing, and its connections stay open."""
    seconds = 8.0 if trial.short else 30.0
    of(trial).kafka.running.send_signal(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    of(trial).kafka.running.send_signal(signal.SIGCONT)
    return f"{seconds:.0f} s"


async def kafka_unreachable(trial: Trial) -> str:
    """Whoever comes is turned away."""
    return await _unreachable(of(trial).kafka_way)


async def kafka_cut(trial: Trial) -> str:
    """Every connection breaks, three times."""
    for _ in range(3):
        of(trial).kafka_way.cut()
        await asyncio.sleep(trial.chance.uniform(0.2, 1.0))
    return "3 times"


async def kafka_full(trial: Trial) -> str:
    """No file of Kafka's may grow: it takes its folder for lost and ends; there is room again."""
    kafka = of(trial).kafka
    await _full([psutil.Process(kafka.running.pid)])
    if await _ended_by(kafka.running, kafka.answers):
        await _start_kafka(of(trial))
        return f"{FULL_SECONDS:.0f} s; it ended"
    return f"{FULL_SECONDS:.0f} s"


async def postgres_full(trial: Trial) -> str:
    """No file of PostgreSQL's may grow: what cannot be written ends in a panic; there is room again."""
    postgres = of(trial).postgres
    server = psutil.Process(postgres.running.pid)
    await _full([server, *server.children()])
    if await _ended_by(postgres.running, postgres.answers):
        await _start_postgres(of(trial))
        return f"{FULL_SECONDS:.0f} s; it ended"
    return f"{FULL_SECONDS:.0f} s"


async def _ended_by(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    """Whether a server has ended of what was done to it, by itself or because it neither ended nor
    answered for a while; else it answers again when this returns."""
    deadline = time.monotonic() + HANGS_SECONDS
    while process.poll() is None and not await asyncio.to_thread(answers):
        if time.monotonic() > deadline:
            await asyncio.to_thread(end, process, signal.SIGKILL)
        await asyncio.sleep(LOOK_SECONDS)
    return process.poll() is not None


async def _full(processes: list[psutil.Process]) -> None:
    """By the limit of each process, for which nobody need be root; children have their parent's."""
    for process in processes:
        await _limit(process, str(ROOM))
    await asyncio.sleep(FULL_SECONDS)
    for process in processes[:1]:
        with suppress(psutil.NoSuchProcess):
            for each in (process, *process.children()):
                await _limit(each, "unlimited")


async def _limit(process: psutil.Process, size: str) -> None:
    """No file of a process grows beyond so many bytes, as its own user may say. It may have ended."""
    with suppress(psutil.NoSuchProcess):
        of: dict[str, Any] = {}
        if os.geteuid() == 0:  # which is not enough everywhere: it is its user, and its group too
            of = {"user": process.uids().real, "group": process.gids().real, "extra_groups": []}
        told = ["prlimit", "--pid", str(process.pid), f"--fsize={size}:unlimited"]
        done = await asyncio.to_thread(subprocess.run, told, capture_output=True, check=False, **of)
        assert done.returncode == 0 or process.status() == psutil.STATUS_ZOMBIE, done.stderr.decode()


async def log_put_back(trial: Trial) -> str:
    """Kafka from a backup, behind every store: what it lacks is sent again by those who said it."""
    cluster, data = of(trial), of(trial).kafka.folder / "data"
    backup = data.with_name("backup")
    cluster.kafka.running.send_signal(signal.SIGSTOP)  # as a snapshot of its disk has it
    try:
        await _run("cp", "-a", "--sparse=always", data, backup)
    finally:
        cluster.kafka.running.send_signal(signal.SIGCONT)
    for _ in range(1 if trial.short else 3):
        await trial.comes_through()
    async with cluster.without(*cluster.killable):
        await asyncio.gather(*(cluster.end(part) for part in cluster.killable))
        await asyncio.to_thread(cluster.kafka.kill)
        await asyncio.to_thread(shutil.rmtree, data)
        backup.rename(data)
        again = [cluster.operated(service, "republish", service, "--yes") for service in SERVICES]
        await asyncio.gather(_start_kafka(cluster), *again)
        async with cluster.on_the_log() as log:  # and so does the later release
            later = [value for value, parked in trial.poison.items() if not parked]
            await log.append([Record("breaches", "later", value) for value in later])
    await cluster.back(*cluster.killable)
    return "and all of it sent again"


async def backup_put_back(trial: Trial) -> str:
    """A service's store from a backup, behind the log: it reads on from where it was, and what it
    took itself since then comes back from the log."""
    return await _put_back(trial, [trial.chance.choice(SERVICES)])


async def backup_of_all_put_back(trial: Trial) -> str:
    """Every store from one backup, while partners go on."""
    return await _put_back(trial, list(SERVICES))


async def _put_back(trial: Trial, services: list[str]) -> str:
    cluster = of(trial)
    backup = cluster.folder / "backup.sql"
    schemas = [part for service in services for part in ("-n", service)]
    await _tool(cluster, "pg_dump", "--clean", "--file", str(backup), *schemas)
    for _ in range(1 if trial.short else 3):
        await trial.comes_through()
    instances = [part for service in services for part in cluster.on_store(service)]
    async with cluster.without(*instances):
        for _ in range(TRIES_AT_REST):
            await asyncio.gather(*(cluster.end(part) for part in instances))
            unsent = "select count(*) from fact where sent_at is null"
            if not any([(await cluster.ask(service, unsent))[0][0] for service in services]):
                break
            for service in services:  # what is not on the log would be nowhere
                cluster.start_part(service)
            await cluster.back(*services)
        else:
            raise NotBack(f"{services} are never at rest")
        await _tool(cluster, "psql", "-q", "-v", "ON_ERROR_STOP=1", "--file", str(backup))
    await cluster.back(*instances)
    return "of all" if len(services) > 1 else f"of {services[0]}"


async def _tool(cluster: Cluster, name: str, *arguments: str) -> None:
    """A program of PostgreSQL's, as superuser."""
    where = ["-h", "127.0.0.1", "-p", str(cluster.postgres.port), "-U", SUPERUSER, "-d", "goldthread"]
    await _run(binaries_folder() / name, *where, *arguments, PGPASSWORD=cluster.postgres.password)


async def _run(program: str | Path, *arguments: str | Path, **environment: str) -> None:
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


async def kafka_delayed(trial: Trial) -> str:
    """Every piece is late."""
    of(trial).kafka_way.delay = 0.4
    await asyncio.sleep(5)
    of(trial).kafka_way.delay = 0.0
    return "each piece by 0.4 s, for 5 s"


async def kafka_halved(trial: Trial) -> str:
    """What is sent arrives, and no answer comes back; then the connections break."""
    of(trial).kafka_way.halved = True
    await asyncio.sleep(4)
    of(trial).kafka_way.halved = False
    of(trial).kafka_way.cut()  # their streams have a hole now
    return "no answer for 4 s"


async def postgres_immediate(trial: Trial) -> str:
    """Immediate shutdown, and recovery."""
    await asyncio.to_thread(of(trial).postgres.kill)
    await _start_postgres(of(trial))
    return "immediate shutdown"


async def postgres_killed(trial: Trial) -> str:
    """kill -9 of the server; it starts when its children have seen that it is gone."""
    of(trial).postgres.running.kill()
    await asyncio.to_thread(of(trial).postgres.running.wait)
    await _start_postgres(of(trial))
    return "kill -9"


async def _start_postgres(cluster: Cluster) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        try:
            await asyncio.to_thread(cluster.postgres.start)
            break
        except Unavailable as error:  # a child of the one before has not seen yet that it is gone
            if time.monotonic() > deadline:
                raise NotBack(str(error)) from error
    cluster.processes["postgres"] = cluster.postgres.running


async def postgres_child_killed(trial: Trial) -> str:
    """kill -9 of one of its children, upon which it ends them all and recovers."""
    service = trial.chance.choice(SERVICES)
    question = f"select pid from pg_stat_activity where application_name = 'goldthread-{service}'"
    while not (pids := [pid for (pid,) in await of(trial).ask(service, question)]):
        await asyncio.sleep(LOOK_SECONDS)
    await asyncio.create_subprocess_exec("kill", "-9", str(trial.chance.choice(pids)))
    return f"of {service}"


async def postgres_unreachable(trial: Trial) -> str:
    """Whoever comes is turned away."""
    return await _unreachable(of(trial).postgres_way)


async def _unreachable(way: Way) -> str:
    way.closed = True
    way.cut()
    await asyncio.sleep(5)
    way.closed = False
    return "5 s"


async def commits_cut(trial: Trial) -> str:
    """Connections break at a commit: half of them before the server has it, half before its answer. At least
    one does."""
    way, wanted = of(trial).postgres_way, 30
    way.commits_to_cut = [trial.chance.random() < 0.5 for _ in range(wanted)]
    began = time.monotonic()
    while way.commits_to_cut and (waited := time.monotonic() - began) < BACK_SECONDS:
        if waited > CUT_SECONDS and len(way.commits_to_cut) < wanted:
            break
        await asyncio.sleep(LOOK_SECONDS)
    left, way.commits_to_cut = len(way.commits_to_cut), []
    if left == wanted:
        raise NotBack(f"nobody commits anything for {BACK_SECONDS:.0f} s")
    return f"{wanted - left} commits"


async def lock_held(trial: Trial) -> str:
    """Somebody locks a table for longer than any statement waits."""
    service, table = trial.chance.choice(SERVICES), trial.chance.choice(("fact", "mark", "subject"))
    connection = await of(trial).superuser()
    try:
        async with connection.transaction():
            await connection.execute(f"lock table {service}.{table} in access exclusive mode")
            await asyncio.sleep(8)
    finally:
        await connection.close()
    return f"{table} of {service}, 8 s"


async def too_many_connections(trial: Trial) -> str:
    """Somebody takes every connection that there is, and keeps them for a while."""
    taken: list[asyncpg.Connection] = []
    of(trial).postgres_way.cut()
    try:
        while True:
            taken.append(await of(trial).superuser())
    except asyncpg.TooManyConnectionsError:
        await asyncio.sleep(5)
    finally:
        for connection in taken:
            await connection.close()
    return f"{len(taken)} taken"
