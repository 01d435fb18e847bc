"""P4 with a million facts: the agenda of 20 cases, when its store holds those of a hundred thousand others.

The facts of one incident, and the rows of one person, are written again and again under other ids, straight
into MARAC's store: nobody reads them, and they are in every table and index that a look goes by. The raw side
is the same agenda before.
"""

import time
from collections.abc import Iterator

import asyncpg

from chassis.views import PREFIX
from deploy.bench.paging import milliseconds
from deploy.bench.partners import client_of
from deploy.bench.report import Figure
from deploy.bench.stores import plain
from deploy.demo.client import Client
from deploy.demo.staff import COORDINATOR
from deploy.local.deployment import Deployment
from deploy.local.processes import run_apart
from deploy.wiring import SERVICES

GOAL = 1.3
OF_ONE = 8
"""In how many of the facts each person stands, in the mean."""
_STEP = 31_536_000
"""Microseconds between two of them: a million in a year."""
_NUMBERS = "generate_series(cast($1 as bigint), cast($2 as bigint)) as n"
_ID = "cast(md5('{kind}' || {n}) as uuid)"


def measure(deployment: Deployment, facts: int, times: int) -> Iterator[str | Figure]:
    """Say what is under way; then the figures. The caseload was posted."""
    yield f"P4: {facts:,} facts in MARAC's store"
    before, held, after = run_apart(_looks(deployment, facts, times))
    for kind in ("JSON", "page"):
        value, raw = milliseconds(after[kind], 99), milliseconds(before[kind], 99)
        what = f"the same agenda, {kind}, p99, with {facts:,} facts (raw: with {held:,})"
        yield Figure("P4", what, value, "ms", raw, value / raw, f"ratio ≤ {GOAL}", value <= GOAL * raw)


Looks = dict[str, list[float]]


async def _looks(deployment: Deployment, facts: int, times: int) -> tuple[Looks, int, Looks]:
    async with client_of(deployment) as client:
        before = await _look(client, times)
        held = await _fill(plain(deployment.environment("marac")["GOLDTHREAD_STORE"]), facts)
        return before, held, await _look(client, times)


async def _look(client: Client, times: int) -> Looks:
    meetings = (await client.call(COORDINATOR, "GET", "/marac/v1/meetings")).json()["to_come"]
    meeting = max(meetings, key=lambda each: each["cases"])["meeting"]
    paths = {"JSON": f"/marac/v1/meetings/{meeting}/agenda", "page": f"/marac/meetings/{meeting}"}
    took: Looks = {kind: [] for kind in paths}
    for _ in range(times):
        for kind, path in paths.items():
            began = time.perf_counter()
            await client.call(COORDINATOR, "GET", path)
            took[kind].append(time.perf_counter() - began)
    return {kind: seconds[times // 10 :] for kind, seconds in took.items()}


async def _fill(address: str, facts: int) -> int:
    """Write so many facts; give how many there were before."""
    connection = await asyncpg.connect(address, command_timeout=1_800)
    try:
        await connection.execute("set search_path to marac")
        held = int(await connection.fetchval("select count(*) from fact"))
        async with connection.transaction():
            for statement in _statements():
                await connection.execute(statement, 1, facts)
            for statement in _of_people():
                await connection.execute(statement, 1, facts // OF_ONE)
        await connection.execute("analyze")  # as autovacuum does within the minute
        return held
    finally:
        await connection.close()


def _statements() -> Iterator[str]:
    """Facts, and two people's keys of each."""
    id_ = f"cast({_ID.format(kind='fact', n='n')} as text)"
    one = "select id from fact where type like '%.incident.reported.v1' limit 1"
    yield f"""insert into fact select (jsonb_populate_record(one, jsonb_build_object(
            'id', {id_}, 'root', {id_}, 'body', replace(one.body, one.id, {id_}),
            'accepted', one.accepted - n * {_STEP}, 'occurred', one.occurred - n * {_STEP}))).*
        from fact as one, {_NUMBERS} where one.id = ({one})"""
    for side in ("a", "b"):
        mention = _ID.format(kind=f"{side} mention", n=f"(n / {OF_ONE})")
        yield f"insert into key (key, fact) select 'm:' || {mention}, {id_} from {_NUMBERS}"


def _of_people() -> Iterator[str]:
    """Where each is, and a row of each in every view of persons."""
    tables = [
        str(view.table.__tablename__)
        for view in SERVICES["marac"].views
        if PREFIX[view.of] == PREFIX["person"]
    ]
    for side in ("a", "b"):
        mention, person = (_ID.format(kind=f"{side} {of}", n="n") for of in ("mention", "person"))
        yield f"""insert into place (mention, person, seq)
            select 'm:' || {mention}, 'p:' || {person}, 0 from {_NUMBERS}"""
        for table in tables:
            yield f"""insert into {table} select (jsonb_populate_record(one, jsonb_build_object(
                    'subject', cast({person} as text)))).*
                from {table} as one, {_NUMBERS} where one.subject = (select subject from {table} limit 1)"""
