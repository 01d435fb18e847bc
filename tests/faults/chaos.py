"""``make chaos KILLS=n SEED=s``: rounds of kills and faults, each on a deployment of its own, until so
many kills are done. A run that was cut goes on with the first round that is not done."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Literal

import uvloop

from tests.faults import kills
from tests.faults.alone import Alone
from tests.faults.checks import check
from tests.faults.cluster import Cluster
from tests.faults.evidence import Evidence, Findings
from tests.faults.faults import (
    AT_ONE_TIME,
    BESIDE_OPERATORS,
    DISTRIBUTED,
    EMBEDDED,
    IN_A_LONG_RUN,
    MEANWHILE,
    of_round,
)
from tests.faults.killable import NotBack
from tests.faults.of_processes import summer_time
from tests.faults.on_call import OnCall
from tests.faults.oracle import Oracle
from tests.faults.partners import Partners
from tests.faults.stores import hush, records, stopped
from tests.faults.stream import Stream
from tests.faults.trial import Trial
from tests.scenarios import scene
from tests.scenarios.goldthread import SERVICES, Goldthread
from tests.scenarios.webhook import Webhook

BUILD = Path("build/chaos")
SUMS = Path("build/chaos.json")
INSTANCES = (2, 3)
"""Of each service: every second round of a long run has the more of them."""
Kind = Literal["distributed", "embedded"]
Lanes = tuple[Collection[str], ...]
"""Names of faults: those of one lane come one after another, those of different ones at one time."""
EVE = timedelta(seconds=20)
"""How long before summer time begins the distributed deployment is told that it is."""
A_ROUND = 40
"""Kills in one round."""


@dataclass
class Outcome:
    """What came of one round, or of all rounds of a seed."""

    seed: int
    kills: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    differing: int = 0
    seconds: float = 0.0
    slowest: dict[str, float] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything held, and in its time."""
        return not self.found and not self.late

    def add(self, other: "Outcome") -> None:
        """Take the figures of another round to these."""
        for name in ("kills", "acknowledged", "lost", "doubled", "disordered", "differing", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults = dict(Counter(self.faults) + Counter(other.faults))
        self.phases = {
            name: round(self.phases.get(name, 0.0) + other.phases.get(name, 0.0), 1)
            for name in self.phases | other.phases
        }
        self.slowest = {
            name: max(self.slowest.get(name, 0.0), other.slowest.get(name, 0.0))
            for name in self.slowest | other.slowest
        }
        self.reached = sorted({*self.reached, *other.reached})
        self.late += other.late
        self.found += other.found


def round_of(
    kind: Kind, seed: int, number: int, count: int, *, short: bool, only: Sequence[str] = ()
) -> Outcome:
    """One round on a new deployment: so many kills, then each fault (or these alone), then every check."""
    instances = INSTANCES[0 if short else number % len(INSTANCES)]
    folder = Path(mkdtemp(prefix="gt-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user, and must enter it
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")  # Kafka is there in half the time
    deployment = Alone(folder) if kind == "embedded" else Cluster(folder, instances)
    wanted = only or of_round(EMBEDDED if kind == "embedded" else DISTRIBUTED, number, short=short)
    try:
        outcome = uvloop.run(_round(deployment, f"{kind} {seed}/{number}", count, short, wanted))
    except BaseException:
        print(f"Kept to look into: {folder}", flush=True)
        raise
    outcome.seed = seed
    if outcome.clean:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"Kept to look into: {folder}")
    return outcome


async def _round(
    deployment: Alone | Cluster, name: str, count: int, short: bool, only: Sequence[str]
) -> Outcome:
    began = time.monotonic()
    goldthread, chance = Goldthread(deployment.url), Random(name)
    try:
        await asyncio.to_thread(deployment.start)
        now = datetime.now(UTC)
        # The clock of one process goes with it: only where a store keeps it can it be another.
        ahead = timedelta() if isinstance(deployment, Alone) else summer_time(now) - EVE - now
        partners = Partners(goldthread, Stream(name.replace(" ", "-"), now + ahead), Oracle(), short)
        async with Webhook() as webhook:
            on_call = OnCall(goldthread, webhook, partners.oracle, name)
            trial = Trial(deployment, goldthread, partners, on_call, webhook, chance, short, ahead)
            if ahead:
                await trial.clock_of_each()
            await scene.configure(goldthread, scene.Place(), webhook.url, trial.now())
            await partners.sign_in()
            trial.phases["start"] = time.monotonic() - began
            try:
                await _faults(trial, count, only)
                found = await _checked(trial)
            except* NotBack as faults:
                found = Findings(lost=[f"not back: {fault}" for fault in _each(faults)])
    finally:
        await goldthread.close()
        await asyncio.to_thread(deployment.stop)
    return _outcome(trial, found, time.monotonic() - began)


def _each(faults: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for fault in faults.exceptions:
        if isinstance(fault, BaseExceptionGroup):
            yield from _each(fault)
        else:
            yield fault


async def _faults(trial: Trial, count: int, only: Sequence[str]) -> None:
    """Everything that is done to it while partners post, and those on call answer."""
    wanted = sorted(only)
    trial.chance.shuffle(wanted)
    async with meanwhile(trial.deployment.watch(), trial.on_call.work()), trial.partners.at_work():
        with trial.phase("kills, and faults of stores"):
            killing = kills.all_of(trial, kills.drawn(trial.chance, count))
            await _together(killing, *(_those_of(trial, of_one, wanted) for of_one in MEANWHILE))
        with trial.phase("other faults"):
            await _others(
                trial, [name for name in wanted if not any(name in lane for lane in MEANWHILE)], count
            )
    async with meanwhile(trial.deployment.watch()):
        with trial.phase("until it was at rest"):
            await trial.answered()
            await trial.settled()


async def _others(trial: Trial, wanted: Sequence[str], count: int) -> None:
    """What does not come while processes are killed at their steps: in any order, some of it at one
    time where there are many processes."""
    alone = isinstance(trial.deployment, Alone)
    beside, at_one_time = ((), ()) if alone else (BESIDE_OPERATORS, AT_ONE_TIME)
    by_itself = [name for name in wanted if not any(name in lane for lane in (beside, *at_one_time))]
    stages: list[Lanes] = [(beside,), at_one_time, *(((name,),) for name in by_itself)]
    for lanes in trial.chance.sample(stages, len(stages)):
        work = [_those_of(trial, lane, wanted) for lane in lanes]
        if count and lanes == (beside,):
            work.append(kills.at_work_of_operators(trial))
        await _together(*work)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as together:
        for each in work:
            together.create_task(each)


async def _those_of(trial: Trial, lane: Collection[str], wanted: Sequence[str]) -> None:
    """One fault of a lane after another, each until all is well again."""
    for name in (name for name in wanted if name in lane):
        began = time.monotonic()
        try:
            about = await (DISTRIBUTED | EMBEDDED | IN_A_LONG_RUN)[name](trial)
            over = time.monotonic()
            trial.tell(name, about, await trial.comes_through(), over - began)
        except NotBack as fault:
            raise NotBack(f"{name}: {fault}") from fault


@asynccontextmanager
async def meanwhile(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """This goes on for as long as this lasts. If it fails, so does what it goes on beside."""
    async with asyncio.TaskGroup() as together:
        tasks = [together.create_task(each) for each in work]
        yield
        for task in tasks:
            task.cancel()


async def _checked(trial: Trial) -> Findings:
    """Read everything back, stop every process of ours, and look at what is left."""
    deployment = trial.deployment
    with trial.phase("reading back"):
        read_back = await trial.read_back()
        await trial.settled()
    await asyncio.gather(*(deployment.end(part) for part in deployment.killable))
    async with stopped({service: deployment.settings(service) for service in SERVICES}) as stores:
        with trial.phase("reading the log and the stores"):
            evidence = Evidence(await records(stores.log), trial.poison)
            held = await stores.as_they_are()
        with trial.phase("making each store anew"):
            await stores.made_anew(held)
    return check(trial.oracle, read_back, evidence, held, trial.webhook.kept)


def _outcome(trial: Trial, found: Findings, seconds: float) -> Outcome:
    killed = sum(number for name, number in trial.faults.items() if name.startswith("killed"))
    return Outcome(
        seed=0,
        kills=killed,
        faults=dict(trial.faults),
        acknowledged=len(trial.oracle.all("acknowledged")),
        lost=len(found.lost),
        doubled=len(found.doubled),
        disordered=len(found.disordered),
        differing=len(found.differing),
        seconds=round(seconds, 1),
        slowest={name: round(took, 1) for name, took in trial.slowest.items()},
        phases={name: round(took, 1) for name, took in trial.phases.items()},
        reached=sorted(trial.reached),
        late=[*trial.late, *trial.deployment.hung],
        found=found.all,
    )


def table(total: Outcome) -> str:
    """A run's figures, as people read them."""
    lines = [f"{'fault':36}{'times':>7}{'slowest (s)':>13}"]
    for name in sorted(total.faults):
        lines.append(f"{name:36}{total.faults[name]:7}{total.slowest[name]:13.1f}")
    lines += ["", f"{'kills of services':36}{total.kills:7}", f"{'acknowledged':36}{total.acknowledged:7}"]
    lines += [f"{name:36}{getattr(total, name):7}" for name in ("lost", "doubled", "disordered", "differing")]
    lines += [f"{'seconds':36}{total.seconds:7.0f}"]
    lines += [f"  {name:34}{took:7.0f}" for name, took in total.phases.items()]
    lines += [f"not reached: {step}" for step in sorted(kills.IN_A_ROUND - set(total.reached))]
    return "\n".join([*lines, *(f"late: {each}" for each in total.late), *total.found[:40]])


def run(kind: Kind, seed: int, count: int) -> Outcome:
    """The rounds of a seed that are not done yet; give the sum of all of them. It ends with the first
    round in which something did not hold."""
    BUILD.mkdir(parents=True, exist_ok=True)
    kept = BUILD / f"{kind}-{seed}.json"
    done = _rounds(kept) if kept.exists() else []
    while (left := count - sum(each.kills for each in done)) > 0 and all(each.clean for each in done):
        print(f"Round {len(done) + 1} of seed {seed}, {kind}: {left} kills are left", flush=True)
        done.append(round_of(kind, seed, len(done), min(left, A_ROUND), short=count <= A_ROUND))
        kept.write_text(json.dumps([asdict(each) for each in done], indent=1))
        _sum_up()
    return _sum(done)


def _rounds(kept: Path) -> list[Outcome]:
    return [Outcome(**each) for each in json.loads(kept.read_text())]


def _sum(rounds: list[Outcome]) -> Outcome:
    total = Outcome(rounds[0].seed)
    for each in rounds:
        total.add(each)
    return total


def _sum_up() -> None:
    """Every seed's figures, each deployment's by itself, and those of all together."""
    sums = {kept.stem: _sum(_rounds(kept)) for kept in sorted(BUILD.glob("*-*.json"))}
    everything = {name: asdict(total) for name, total in sums.items()}
    SUMS.write_text(json.dumps(everything | {"all": asdict(_sum(list(sums.values())))}, indent=1))


def main() -> None:
    """On the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=A_ROUND)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--embedded", action="store_true")
    parser.add_argument("--faults", default="", help="these alone, with a comma between; nothing is kept")
    given = parser.parse_args()
    hush()
    kind: Kind = "embedded" if given.embedded else "distributed"
    if given.faults:
        total = round_of(kind, given.seed, 0, given.kills, short=True, only=given.faults.split(","))
    else:
        total = run(kind, given.seed, given.kills)
    print(table(total))
    sys.exit(not total.clean)


if __name__ == "__main__":
    main()
