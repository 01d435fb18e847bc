"""Faults of our own processes, clocks and records that are no kill: of both deployments."""

import asyncio
import copy
import signal
from datetime import UTC, date, datetime
from typing import Any

import orjson

from chassis.log import Record
from tests.faults.brittle import SENTENCE
from tests.faults.killable import LOOK_SECONDS, part_of
from tests.faults.oracle import Said
from tests.faults.stores import records
from tests.faults.trial import Trial, called

SUNDAY = 6
BROKEN = "select 1 from subject where broken_since is not null"
COME_AND_GO = 5


async def told_to_stop(trial: Trial) -> str:
    """With work in hand a process ends in order, and in time."""
    deployment = trial.deployment
    part = trial.chance.choice(deployment.killable)
    async with deployment.without(part):
        await deployment.end(part)
        status = deployment.processes[part].returncode
        if status not in (0, -signal.SIGTERM):
            trial.late.append(f"{part} ended with {status} when it was told to stop")
    return part


async def rolling_restart(trial: Trial) -> str:
    """Every process: of each part one after another, each when the one before is back."""
    deployment = trial.deployment

    async def roll(instances: list[str]) -> None:
        for instance in instances:
            await deployment.end(instance)
            await deployment.back(instance)

    async with asyncio.TaskGroup() as together:
        for part in {part_of(instance) for instance in deployment.killable}:
            together.create_task(roll(deployment.instances(part)))
    return "every process"


async def fewer_and_more(trial: Trial) -> str:
    """All but the first instance of each part go, and come again: in a long run, every few seconds."""
    deployment, times = trial.deployment, 1 if trial.short else COME_AND_GO
    parts = [part for part in deployment.killable if "@" in part]
    for _ in range(times):
        async with deployment.without(*parts):
            await asyncio.gather(*(deployment.end(part) for part in parts))
            await trial.comes_through()
        await deployment.back(*parts)
    return f"{len(parts)} processes, {times} times"


async def clocks_stepped(trial: Trial) -> str:
    """As by a machine that takes local time for the time. An alert that was called by the clock that
    went ahead, and that nobody answers, climbs when the clock has gone back."""
    with trial.on_call.away():
        await trial.clock(hours=1)
        said = trial.partners.stream.breach()
        await trial.partners.say(said)
        await trial.answers("notify", called(said.root))
        await trial.clock(hours=-1)
        await trial.answers("notify", f"{called(said.root)} group by key.key having count(*) > 1")
    await trial.comes_through()
    await trial.clock(hours=0)
    return "an hour forward, then back"


def summer_time(after: datetime) -> datetime:
    """When clocks in Britain go forward in the year after this time."""
    last = max(day for day in range(25, 32) if date(after.year + 1, 3, day).weekday() == SUNDAY)
    return datetime(after.year + 1, 3, last, 1, tzinfo=UTC)


async def summer_time_begins(trial: Trial) -> str:
    """While partners post, the clocks of people go forward. The round begins a little before."""
    when = summer_time(datetime.now(UTC))
    while trial.now() < when:
        await asyncio.sleep(LOOK_SECONDS)
    return f"{when:%d %B %Y}"


async def repeated(trial: Trial) -> str:
    """A part of the log comes again, in another order."""
    async with trial.deployment.on_the_log() as log:
        again = [record for record in await records(log) if trial.chance.random() < 0.3]
        trial.chance.shuffle(again)
        for start in range(0, len(again), 200):
            await log.append(again[start : start + 200])
    return f"{len(again)} records"


async def poisoned(trial: Trial) -> str:
    """No JSON, half an event, 1 MB, content that its schema refuses, an id of no shape: each is
    parked. A type of a later release, and a newer version of one that is known, is kept and not parked."""
    ((body,), *_) = await trial.answers("orders", "select body from fact where type like '%breach.r%'")
    number = trial.chance.randrange(10**9)

    def like_ours(**changes: object) -> bytes:
        id_ = f"00000000-0000-7000-8000-{trial.chance.randrange(16**12):012x}"
        ours = {"id": id_, "root": id_, "subject": id_, "agency": "goldthread", "version": 1}
        ours["change"] = "original"  # of a withdrawal nobody reads the content
        return orjson.dumps(orjson.loads(body) | ours | changes)

    bad = [
        b"no event %d" % number,
        b'{"specversion": "1.0", "id": "%d"' % number,
        b"x" * 1_000_000 + b"%d" % number,
        like_ours(data={"kind": 7}),
        like_ours(id="no id"),
    ]
    foreseen = {"type": "uk.goldthread.breach.foreseen.v1", "source": "/later"}
    newer = {"type": "uk.goldthread.breach.reported.v2", "source": "/later"}
    later = [like_ours(**each, data={"what": "a later release says"}) for each in (foreseen, newer)]
    topics = ("breaches", "incidents", "alerts")
    poison = [Record(topic, str(number), value) for topic in topics for value in bad]
    trial.poison |= dict.fromkeys(bad, True) | dict.fromkeys(later, False)
    async with trial.deployment.on_the_log() as log:
        await log.append([*poison, *(Record("breaches", str(number), each) for each in later)])
    return f"{len(poison)} records"


async def fold_raises(trial: Trial) -> str:
    """A breach on whose people the folds raise: somebody is called all the same, nobody else's breach
    waits, and when it is corrected nothing is broken any more."""
    said = trial.partners.stream.breach()
    said.body = _saying(said, SENTENCE)
    await trial.partners.say(said)
    await trial.answers("orders", BROKEN)
    await trial.answers("notify", called(said.root))
    took = await trial.comes_through()
    path = f"/orders/v1/facts/{said.root}"
    mended = Said(f"{said.key}-mended", said.agency, "orders", path, _saying(said, "He stood there."), said)
    await trial.partners.say(mended)
    for service in ("orders", "marac"):
        await trial.answers(service, f"select 1 where not exists ({BROKEN})")
    return f"another breach came through in {took:.1f} s"


def _saying(said: Said, text: str) -> dict[str, Any]:
    body = copy.deepcopy(dict(said.body or {}))
    body["content"]["narrative"] = {"text": text}
    return body
