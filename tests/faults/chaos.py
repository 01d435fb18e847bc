"""``make chaos KILLS=n SEED=s``: rounds of kills and faults, each on a deployment of its own, until so
many kills are done. A run that was cut goes on with the first round that is not done."""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from chassis.steps import Step
from tests.faults import kills
from tests.faults.checks import Evidence, Findings, check
from tests.faults.cluster import Cluster
from tests.faults.faults import FAULTS
from tests.faults.oracle import Oracle
from tests.faults.partners import Partners
from tests.faults.stores import records, stopped
from tests.faults.stream import Stream
from tests.faults.trial import Trial
from tests.scenarios import scene
from tests.scenarios.goldthread import SERVICES, Goldthread
from tests.scenarios.webhook import Webhook

BUILD = Path("build/chaos")
SUMS = Path("build/chaos.json")
INSTANCES = 2
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
    reached: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything held."""
        return not self.found

    def add(self, other: "Outcome") -> None:
        """Take the figures of another round to these."""
        for name in ("kills", "acknowledged", "lost", "doubled", "disordered", "differing", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults = dict(Counter(self.faults) + Counter(other.faults))
        self.slowest = {
            name: max(self.slowest.get(name, 0.0), other.slowest.get(name, 0.0))
            for name in self.slowest | other.slowest
        }
        self.reached = sorted({*self.reached, *other.reached})
        self.late += other.late
        self.found += other.found


def round_of(seed: int, number: int, count: int, *, short: bool) -> Outcome:
    """One round on a new deployment: so many kills, then each fault, then every check."""
    folder = Path(mkdtemp(prefix="gt-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user, and must enter it
    outcome = asyncio.run(_round(folder, seed, number, count, short=short))
    if outcome.clean:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"Kept to look into: {folder}")
    return outcome


async def _round(folder: Path, seed: int, number: int, count: int, *, short: bool) -> Outcome:
    began = time.monotonic()
    cluster = Cluster(folder, instances=INSTANCES)
    goldthread = Goldthread(cluster.url)
    chance = Random(f"{seed}/{number}")
    partners = Partners(goldthread, Stream(f"s{seed}r{number}", datetime.now(UTC)), Oracle())
    try:
        await asyncio.to_thread(cluster.start)
        async with Webhook() as webhook:
            await scene.configure(goldthread, scene.Place(), webhook.url)
            trial = Trial(cluster, goldthread, partners, webhook, chance, short)
            await _faults(trial, count)
            found = await _checked(trial)
    finally:
        await goldthread.close()
        await asyncio.to_thread(cluster.stop)
    return _outcome(trial, seed, found, time.monotonic() - began)


async def _faults(trial: Trial, count: int) -> None:
    """Everything that is done to it while partners post."""
    others = list(FAULTS)
    trial.chance.shuffle(others)
    watching = asyncio.create_task(trial.cluster.watch())
    try:
        async with trial.partners.at_work():
            print(f"         began at {datetime.now(UTC):%H:%M:%S}; {trial.cluster.folder}")
            await kills.all_of(trial, kills.drawn(trial.chance, count))
            for special in (kills.in_a_rebuild, kills.in_a_restore, kills.in_an_escalation):
                await special(trial)
            for fault in others:
                about = await fault.inject(trial)
                trial.tell(fault.name, about, await trial.comes_through())
        await trial.settled()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _checked(trial: Trial) -> Findings:
    """Read everything back, stop every process of ours, and look at what is left."""
    cluster = trial.cluster
    read_back = await trial.read_back()
    await trial.settled()
    await asyncio.gather(*(cluster.end(part) for part in cluster.killable))
    async with stopped({service: cluster.settings(service) for service in SERVICES}) as deployment:
        evidence = Evidence(await records(deployment.log), trial.poison)
        held = await deployment.as_they_are()
        await deployment.made_anew(held)
    return check(trial.oracle, read_back, evidence, held, trial.webhook.kept)


def _outcome(trial: Trial, seed: int, found: Findings, seconds: float) -> Outcome:
    killed = sum(number for name, number in trial.faults.items() if name.startswith("killed"))
    return Outcome(
        seed=seed,
        kills=killed,
        faults=dict(trial.faults),
        acknowledged=len(trial.oracle.all("acknowledged")),
        lost=len(found.lost),
        doubled=len(found.doubled),
        disordered=len(found.disordered),
        differing=len(found.differing),
        seconds=round(seconds, 1),
        slowest={name: round(took, 1) for name, took in trial.slowest.items()},
        reached=sorted(trial.reached),
        late=trial.late,
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
    lines += [f"not reached: {step}" for step in Step if step not in total.reached]
    return "\n".join([*lines, *(f"late: {each}" for each in total.late), *total.found[:40]])


def run(seed: int, count: int) -> Outcome:
    """The rounds of a seed that are not done yet; give the sum of all of them."""
    BUILD.mkdir(parents=True, exist_ok=True)
    kept = BUILD / f"seed-{seed}.json"
    done = [Outcome(**each) for each in json.loads(kept.read_text())] if kept.exists() else []
    while (left := count - sum(each.kills for each in done)) > 0:
        print(f"Round {len(done) + 1} of seed {seed}: {left} kills are left", flush=True)
        done.append(round_of(seed, len(done), min(left, A_ROUND), short=count <= A_ROUND))
        kept.write_text(json.dumps([asdict(each) for each in done], indent=1))
        if not done[-1].clean:
            break
    total = Outcome(seed)
    for each in done:
        total.add(each)
    return total


def _sum_up() -> None:
    """Every seed's figures, and those of all together, into ``build/chaos.json``."""
    seeds: list[Outcome] = []
    for kept in sorted(BUILD.glob("seed-*.json")):
        rounds = [Outcome(**each) for each in json.loads(kept.read_text())]
        seeds.append(Outcome(rounds[0].seed))
        for each in rounds:
            seeds[-1].add(each)
    SUMS.write_text(json.dumps([asdict(each) for each in seeds], indent=1))


def main() -> None:
    """On the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=A_ROUND)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    total = run(given.seed, given.kills)
    _sum_up()
    print(table(total))
    sys.exit(not total.clean)


if __name__ == "__main__":
    main()
