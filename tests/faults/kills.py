"""Kills of our own processes: at a random instant, and at every named step of the mechanism."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from chassis.steps import Step
from tests.faults.killable import ASK_SECONDS, BACK_SECONDS, Killable, NotBack, part_of
from tests.faults.trial import Trial
from tests.scenarios.goldthread import SERVICES

PARTS = (*SERVICES, "matcher")
POSTED_TO, DECIDING = ("referrals", "orders", "notify"), SERVICES

REACHED_BY: dict[Step, Sequence[str]] = {
    Step.ACCEPT_WRITTEN: POSTED_TO,
    Step.ACCEPT_COMMITTED: POSTED_TO,
    Step.RELAY_READ: POSTED_TO,
    Step.RELAY_SENT: POSTED_TO,
    Step.LOAD_WRITTEN: SERVICES,
    Step.LOAD_COMMITTED: SERVICES,
    Step.FOLD_TAKEN: PARTS,
    Step.FOLD_WRITTEN: DECIDING,
    Step.FOLD_DECIDED: DECIDING,
    Step.FOLD_COMMITTED: PARTS,
    Step.ASSIGN_WRITTEN: ("matcher",),
    Step.ASSIGN_COMMITTED: ("matcher",),
    Step.TELL_CLAIMED: ("notify",),
    Step.TELL_SENT: ("notify",),
    Step.TELL_RECORDED: ("notify",),
}
"""Which parts come to a step while partners post. The steps of operators and of clocks have faults
of their own below."""
IN_A_ROUND = REACHED_BY.keys() | {Step.TICK_MARKED, Step.REBUILD_EXPANDED, Step.RESTORE_DROPPED}
"""The steps that a round comes to. At the others processes die in
``tests/services/referrals/test_killed.py``."""

STEP_SECONDS = 120.0
"""In which a process that is at work comes to every step that it has, with its stores there."""
RESTORE_TRIES = 8


@dataclass(frozen=True, slots=True)
class Kill:
    """Of which part, and at which step: None is a random instant."""

    part: str
    step: Step | None
    nth: int = 1


def drawn(chance: Random, count: int) -> dict[str, list[Kill]]:
    """So many kills: every step of ``REACHED_BY`` once, as far as they go, then at random; no part has
    many more than another."""
    kills: dict[str, list[Kill]] = {part: [] for part in PARTS}

    def fewest(parts: Sequence[str]) -> str:
        def waits(part: str) -> float:
            # The matchers die one after another: the one that has no lease comes to no step.
            return len(kills[part]) * (2.0 if part == "matcher" else 1.0)

        return min(parts, key=lambda part: (waits(part), chance.random()))

    for step, parts in chance.sample(list(REACHED_BY.items()), min(count, len(REACHED_BY))):
        part = fewest(parts)
        kills[part].append(Kill(part, step))
    for _ in range(count - len(REACHED_BY)):
        part = fewest(PARTS)
        steps = [step for step, parts in REACHED_BY.items() if part in parts]
        kills[part].append(Kill(part, chance.choice([None, *steps]), chance.randint(1, 3)))
    for of in kills.values():
        chance.shuffle(of)
    return kills


async def all_of(trial: Trial, kills: dict[str, list[Kill]]) -> None:
    """Every kill: those of one instance one after another, those of different ones at the same time.
    The matchers count as one, for one at a time is at work."""
    deployment = trial.deployment

    async def lane(of: Sequence[Kill], victim: str | None) -> None:
        for kill in of:
            await once(trial, kill, victim or trial.chance.choice(deployment.instances(kill.part)))

    async with asyncio.TaskGroup() as together:
        if len(deployment.killable) == 1:
            every = [kill for of in kills.values() for kill in of]
            together.create_task(lane(trial.chance.sample(every, len(every)), None))
            return
        for part, of in kills.items():
            victims = [None] if part == "matcher" else deployment.instances(part)
            for at, victim in enumerate(victims):
                together.create_task(lane(of[at :: len(victims)], victim))


async def once(trial: Trial, kill: Kill, victim: str) -> None:
    """One kill of one instance, which is then started again. Raises NotBack."""
    deployment = trial.deployment
    # The matcher that does not hold the lease comes to no step.
    by_turns = kill.part == "matcher" and kill.step is not None
    held = deployment.instances(kill.part) if by_turns else [victim]
    async with deployment.without(*held):
        if kill.step is None:
            await asyncio.sleep(trial.chance.uniform(0, 1.5))
            await deployment.end(victim, signal.SIGKILL)
        else:
            for part in held:
                await deployment.end(part)
            await dies(trial, victim, kill.step, kill.nth)
    began = time.monotonic()
    await deployment.back(*held)
    trial.tell(f"killed at {kill.step or 'random'}", victim, time.monotonic() - began)


async def dies(trial: Trial, part: str, step: Step, nth: int = 1) -> None:
    """Start a process, and wait until it has killed itself at its step. One that ends before, because
    what it stands on is away, is started again. Raises NotBack."""
    deployment = trial.deployment
    deployment.start_to_die(part, f"{step}:{nth}")
    patience = asyncio.create_task(_at_work(deployment), name=f"{part} comes to {step}")
    try:
        while not deployment.ended(part) or deployment.processes[part].returncode != -signal.SIGKILL:
            if patience.done():
                patience.result()
                raise NotBack(f"{part} did not reach {step} in {STEP_SECONDS:.0f} s")
            if deployment.may_start(part):
                deployment.start_to_die(part, f"{step}:{nth}")
            await asyncio.sleep(0.02)
    finally:
        patience.cancel()
    trial.reached.add(step)


async def _at_work(deployment: Killable) -> None:
    """For so long as a process may take to come to a step, the time left out in which no service is ready:
    while a store is away nobody comes to anything. Raises NotBack when it is away for too long."""
    services = [each for each in deployment.killable if part_of(each) != "matcher"]
    at_work = away = 0.0
    looked = time.monotonic()
    while at_work < STEP_SECONDS:
        await asyncio.sleep(ASK_SECONDS)
        ready = await asyncio.to_thread(lambda: any(map(deployment.is_back, services)))
        spent, looked = time.monotonic() - looked, time.monotonic()
        at_work, away = (at_work + spent, away) if ready else (at_work, away + spent)
        if away > BACK_SECONDS:
            raise NotBack(f"no service was ready for {BACK_SECONDS:.0f} s")


async def at_work_of_operators(trial: Trial) -> None:
    """In a rebuild, in a restore, in an escalation: of different services at the same time."""
    others = trial.chance.sample([service for service in SERVICES if service != "notify"], 2)
    if len(trial.deployment.killable) == 1:
        await in_a_rebuild(trial, others[0])
        await in_a_restore(trial, others[1])
        await in_an_escalation(trial)
        return
    async with asyncio.TaskGroup() as together:
        together.create_task(in_a_rebuild(trial, others[0]))
        together.create_task(in_a_restore(trial, others[1]))
        together.create_task(in_an_escalation(trial))


async def in_a_rebuild(trial: Trial, service: str) -> None:
    """A process dies when it has expanded the mark *everything*, and another with some of it folded."""
    deployment = trial.deployment
    instances = deployment.on_store(service)
    async with deployment.without(*instances):
        for part in instances:
            await deployment.end(part)
        await deployment.operated(service, "rebuild", service)
        await dies(trial, instances[0], Step.REBUILD_EXPANDED)
        await dies(trial, instances[0], Step.FOLD_COMMITTED, 2)
    began = time.monotonic()
    await deployment.back(*instances)
    trial.tell("killed in a rebuild", service, time.monotonic() - began)


async def in_a_restore(trial: Trial, service: str) -> None:
    """The command dies before its commit; then it is done, and the service dies while it reads, and again
    while it folds what it has read."""
    deployment = trial.deployment
    restore, instances = ("restore", service, "--yes"), deployment.on_store(service)
    async with deployment.without(*instances):
        for part in instances:
            await deployment.end(part)
        for _ in range(RESTORE_TRIES):
            status = await deployment.operate(service, *restore, die_at=Step.RESTORE_DROPPED)
            if status == -signal.SIGKILL:
                trial.reached.add(Step.RESTORE_DROPPED)
                status = await deployment.operate(service, *restore)
            if status == 0:
                break
            # Something is not on the log yet: the service must run to relay it.
            deployment.start_part(instances[0])
            await deployment.back(instances[0])
            await deployment.end(instances[0])
        else:
            raise NotBack(f"{service} cannot be restored: the command ends with {status}")
        await dies(trial, instances[0], Step.LOAD_COMMITTED, 2)
        await dies(trial, instances[0], Step.FOLD_COMMITTED, 2)
    began = time.monotonic()
    await deployment.back(*instances)
    trial.tell("killed in a restore", service, time.monotonic() - began)


async def in_an_escalation(trial: Trial) -> None:
    """An hour passes at once: every unanswered alert climbs, and the process that marks them dies."""
    deployment = trial.deployment
    instances = deployment.on_store("notify")
    async with deployment.without(*instances):
        for part in instances:
            await deployment.end(part)
        await asyncio.gather(dies(trial, instances[0], Step.TICK_MARKED), trial.clock(hours=1))
    began = time.monotonic()
    await deployment.back(*instances)
    await trial.clock(hours=0)
    trial.tell("killed in an escalation", "notify", time.monotonic() - began)
