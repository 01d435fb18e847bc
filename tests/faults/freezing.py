"""Processes that freeze: the others take over, and what wakes up does no harm."""

import asyncio
import re
import signal
import time
from pathlib import Path

import orjson

from chassis import runtime, webhook
from chassis.log import kafka, kafka_reader
from chassis.settings import Settings
from chassis.store import TIME_OUTS
from deploy import serve
from services.notify.claims import CLAIM
from services.referrals import doubts, matcher
from services.referrals.feeds import pushing, writer
from tests.faults.killable import Killable, part_of
from tests.faults.trial import TAKES_OVER_SECONDS, Trial

GATEWAY = Path(__file__).parents[2] / "deploy/gateway/nginx.conf"
FROZEN_SECONDS = 12.0
"""Longer than what another waits for before it takes over: a session of Kafka's group 4 s, of PostgreSQL
5 s, the lease of the matcher 5 s, a claim 10 s."""
MARGIN_SECONDS = 5.0
BEGAN = b"matcher.began"


def time_outs() -> dict[str, float]:
    """Every time after which somebody stops waiting for a process of ours, in seconds, as the settings have
    it. The stream of a page is none: it ends after five minutes whether or not anybody is there."""
    of_kafka = {**kafka_reader.READER, **kafka.CLIENT}
    by_lease = {"matcher": matcher, "questions": doubts, "feeds": writer, "pushed feeds": pushing}
    every = Settings.model_fields["alert_path_seconds"].default
    of_gateway = re.findall(r"(\w+_timeout) (\d+)s;", GATEWAY.read_text())
    return {
        **{
            name: each / 1000
            for name, each in of_kafka.items()
            if name.endswith(("timeout_ms", "interval_ms"))
        },
        **{name: int(each) / 1000 for name, each in TIME_OUTS.items()},
        **{f"the lease of {name}": each.LEASE_SECONDS for name, each in by_lease.items()},
        **{f"{name} {seconds} s of the gateway": float(seconds) for name, seconds in of_gateway},
        "the lease of the heartbeat": every,
        "a claim on a message": CLAIM.total_seconds(),
        "a try of a webhook": webhook.TRY_SECONDS,
        "an append to the log": kafka.APPEND_LIMIT,
        "a start on the log": kafka.START_LIMIT,
        "a reader that hears nothing": kafka_reader.STUCK_AFTER,
        "a start that catches up": runtime.CATCH_UP_SECONDS,
        "a connection that is kept": serve.KEEP_SECONDS,
    }


def long() -> float:
    """Longer than every time-out."""
    return max(time_outs().values()) + MARGIN_SECONDS


async def frozen(trial: Trial) -> str:
    """A process freezes for longer than every time-out. The others take over, if there are others; and what
    wakes up does no harm. Of the time until a breach comes through, what it takes with nobody frozen is the
    machine's: decision 0065."""
    deployment = trial.deployment
    part = trial.chance.choice(deployment.killable)
    usual = await trial.comes_through() if len(deployment.killable) > 1 else 0.0
    deployment.processes[part].send_signal(signal.SIGSTOP)
    try:
        if len(deployment.killable) == 1:
            await asyncio.sleep(FROZEN_SECONDS)
            return part
        said = trial.partners.stream.breach()
        trial.to_one_awake({part}, said)
        took, _ = await asyncio.gather(trial.comes_through(said), asyncio.sleep(FROZEN_SECONDS))
    finally:
        deployment.processes[part].send_signal(signal.SIGCONT)
    if took > TAKES_OVER_SECONDS + usual:
        trial.late.append(f"the others took over from {part} after {took:.1f} s, and not {usual:.1f}")
    return f"{part}, taken over in {took:.1f} s"


async def frozen_for_long(trial: Trial) -> str:
    """One process of each part freezes for longer than every time-out, the matcher that is at work among
    them. The others take over all that they did, and had begun, in the time that is promised; what wakes up
    then finds that its leases, claims, locks and partitions are another's, and goes on as one of many."""
    deployment = trial.deployment
    await trial.answers("referrals", "select 1 from lease where name = 'matcher' and until > 0")
    asleep = _one_of_each(trial)
    before = [said.fact for said in trial.oracle.all("acknowledged")]
    began = time.monotonic()
    took: dict[str, float] = {}
    try:
        for part in asleep:
            deployment.processes[part].send_signal(signal.SIGSTOP)
        if len(asleep) < len(deployment.killable):
            took = await trial.taken_over(before, asleep)
        await asyncio.sleep(began + long() - time.monotonic())
    finally:
        for part in asleep:
            deployment.processes[part].send_signal(signal.SIGCONT)
    trial.late += [
        f"{what} after {seconds:.1f} s, with {', '.join(asleep)} frozen"
        for what, seconds in took.items()
        if seconds > TAKES_OVER_SECONDS
    ]
    await deployment.back(*asleep)
    told = [f"{what} in {seconds:.1f} s" for what, seconds in took.items()]
    return "; ".join([f"{len(asleep)} for {long():.0f} s", *told])


def _one_of_each(trial: Trial) -> list[str]:
    """Of each service any instance, of the matchers the one that has the lease."""
    deployment = trial.deployment
    instances = {part: deployment.instances(part) for part in sorted(map(part_of, deployment.killable))}
    return [
        max(of, key=lambda each: _began(deployment, each)) if part == "matcher" else trial.chance.choice(of)
        for part, of in instances.items()
    ]


def _began(deployment: Killable, instance: str) -> str:
    """When a matcher last said that it had the lease."""
    lines = (deployment.folder / f"{instance}.log").read_bytes().splitlines()
    return max((str(orjson.loads(line)["time"]) for line in lines if BEGAN in line), default="")
