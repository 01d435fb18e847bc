"""One deployment under trial: partners post to it while faults are injected, each told in a line."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from chassis.log import Record
from chassis.steps import Step
from tests.faults.counted import strangers
from tests.faults.evidence import Evidence, Versions
from tests.faults.killable import BACK_SECONDS, LOOK_SECONDS, Killable, NotBack
from tests.faults.on_call import OnCall
from tests.faults.oracle import Oracle, Said
from tests.faults.partners import OPERATIONS, Partners
from tests.scenarios.goldthread import SERVICES, Goldthread
from tests.scenarios.webhook import Webhook

READERS = 24
SETTLE_SECONDS = 240.0
TAKES_OVER_SECONDS = 10.0
"""In which the others do the work of an instance that froze."""
NEWEST = 200
"""Of what was acknowledged, so much is asked for."""
OF_PEOPLE = """body like '%"people":%' or body like '%"withdrawal"%'"""


@dataclass
class Trial:
    """What a fault is given: the deployment, the partners, and chance."""

    deployment: Killable
    goldthread: Goldthread
    partners: Partners
    on_call: OnCall
    webhook: Webhook
    chance: Random
    short: bool
    ahead: timedelta = timedelta()
    """How far the services' clocks are ahead of the machine's while nothing is done to them."""
    poison: dict[bytes, bool] = field(default_factory=dict)
    """What was put on the log that nobody said, and whether it must be parked."""
    reached: set[Step] = field(default_factory=set)
    """The steps at which a process has died."""
    faults: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    """By the name of a fault, how long it took at most until all was well again, in seconds."""
    late: list[str] = field(default_factory=list)
    """What took longer than is promised."""
    phases: dict[str, float] = field(default_factory=dict)
    """What the round's time went to, in seconds."""
    began: float = field(default_factory=time.monotonic)

    @property
    def oracle(self) -> Oracle:
        """What partners were told."""
        return self.partners.oracle

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """A part of the round: its time is told at its end."""
        began = time.monotonic()
        try:
            yield
        finally:
            took = self.phases[name] = time.monotonic() - began
            print(f"{time.monotonic() - self.began:7.1f} s  {name} took {took:.1f} s", flush=True)

    def tell(self, fault: str, about: str, seconds: float, lasted: float = 0.0) -> None:
        """A fault is over, and so many seconds later all was well again; to bring it about, and to
        wait for its end, took ``lasted`` seconds."""
        self.faults[fault] += 1
        self.slowest[fault] = max(seconds, self.slowest.get(fault, 0.0))
        at = time.monotonic() - self.began
        lasting = f" ({lasted:.1f} s before)" if lasted else ""
        print(f"{at:7.1f} s  {fault:34} {about:34} well again after {seconds:5.1f} s{lasting}", flush=True)

    async def comes_through(self, said: Said | None = None) -> float:
        """Post a breach; give the seconds until every reader has it, and somebody is called."""
        began = time.monotonic()
        said = said or self.partners.stream.breach()
        await self.partners.say(said)
        had = f"select 1 from fact where id = '{said.fact}'"
        for service, question in (("referrals", had), ("marac", had), ("notify", called(said.root))):
            await self.answers(service, question)
        return time.monotonic() - began

    async def taken_over(self, before: Sequence[str], asleep: Collection[str]) -> dict[str, float]:
        """With these processes frozen: after how many seconds others have read what was acknowledged before,
        a breach that one of them takes has come through, and two records of one person are one."""
        breach, *pair = [self.partners.stream.breach(), *self.partners.stream.of_one_person()]
        self.to_one_awake(asleep, breach, *pair)
        work = (self._held(before), self.comes_through(breach), self._one(pair))
        names = ("what was said was read", "a breach came through", "records were matched")
        return dict(zip(names, await asyncio.gather(*work), strict=True))

    def to_one_awake(self, asleep: Collection[str], *said: Said) -> None:
        """Send these past the gateway, to a process that is not frozen: whoever meets one that is waits, and
        asks again, which tells nothing of how soon the others take over."""
        awake = next(each for each in self.deployment.instances("orders") if each not in asleep)
        at = self.deployment.ready_at(awake)[0].removesuffix("/orders/ready")
        for each in said:
            each.path = at + each.path

    async def _held(self, facts: Sequence[str]) -> float:
        began, newest = time.monotonic(), set(facts[-NEWEST:])
        ids = ", ".join(f"'{fact}'" for fact in newest)
        question = f"select 1 where (select count(*) from fact where id in ({ids})) = {len(newest)}"
        if newest:
            await self.answers("marac", question)
        return time.monotonic() - began

    async def _one(self, pair: Sequence[Said]) -> float:
        began = time.monotonic()
        await asyncio.gather(*(self.partners.say(said) for said in pair))
        had = f"id in ('{pair[0].fact}', '{pair[1].fact}')"
        await self.answers("referrals", f"select 1 where (select count(*) from fact where {had}) = 2")
        while await self._strangers(had):
            if time.monotonic() > began + BACK_SECONDS:
                raise NotBack(f"nobody makes {[said.root for said in pair]} one person's")
            await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    async def answers(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """What a service's store gives to this question, once it gives something. Raises NotBack."""
        deadline = time.monotonic() + BACK_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):  # the store itself may be away
                if rows := await self.deployment.ask(service, question):
                    return rows
            await asyncio.sleep(LOOK_SECONDS)
        raise NotBack(f"{service} never answers: {question}")

    def now(self) -> datetime:
        """The time that it is where this happens."""
        return datetime.now(UTC) + self.ahead

    async def clock(self, hours: int) -> None:
        """Let the services' clocks be so many hours ahead of what they were (behind, if negative)."""
        operations = await self.goldthread.system(OPERATIONS)
        for service in SERVICES:
            while True:
                now = self.now() + timedelta(hours=hours)
                with suppress(httpx.TransportError):
                    answer = await operations.put(f"/{service}/v1/clock", json={"now": now.isoformat()})
                    if answer.is_success:
                        break
                if all(map(self.deployment.ended, self.deployment.on_store(service))):
                    break  # it died of the time that it was told
                await asyncio.sleep(0.1)

    async def clock_of_each(self) -> None:
        """Let every instance know what time it is. From ``clock`` one of a service's heard it; the others
        look some time later, and take what is said until then for something to come."""
        operations = await self.goldthread.system(OPERATIONS)
        for part in self.deployment.killable:
            for ready in self.deployment.ready_at(part):
                said = {"now": self.now().isoformat()}
                (await operations.put(ready.replace("/ready", "/v1/clock"), json=said)).raise_for_status()

    async def answered(self) -> None:
        """Whatever waits for an answer is answered, so that nothing climbs any more. That alerts wait is told
        to operators, of whom none is here: it stands down by itself once these are answered."""
        theirs = """body like '%"rule":"unanswered"%'"""
        question = f"select subject from notify_alert where waiting and not {theirs}"
        waiting = await self.deployment.ask("notify", question)
        await asyncio.gather(*(self.on_call.answer(cause) for (cause,) in waiting))

    async def settled(self) -> None:
        """Wait until every log is read to its end, and nothing is left to do."""
        deadline, quiet = time.monotonic() + SETTLE_SECONDS, 0
        before: list[list[tuple[Any, ...]]] = []
        while quiet < 5:
            left = [await self.deployment.ask(service, _LEFT) for service in SERVICES]
            asked = [asyncio.to_thread(self.deployment.behind, part) for part in self.deployment.killable]
            behind = await asyncio.gather(*asked)
            still = left == before and not any(behind) and all(row[0][1:] == (0, 0) for row in left)
            quiet = quiet + 1 if still and not await self._strangers() else 0
            before = left
            if time.monotonic() > deadline:
                strangers = await self._strangers()
                raise NotBack(f"not settled: {left} {behind} {len(strangers)} groups: {strangers[:2]}")
            await asyncio.sleep(0.3)

    async def _strangers(self, of: str = OF_PEOPLE) -> list[list[str]]:
        """Who is not yet one person: the matcher says so a little later than all else."""
        bodies = await self.deployment.ask("referrals", f"select body from fact where {of}")
        places = await self.deployment.ask("referrals", "select mention, person from place")
        evidence = Evidence((Record("incidents", "", body.encode()) for (body,) in bodies), {})
        return strangers(evidence, {mention[2:]: person for mention, person in places})

    async def read_back(self) -> dict[str, Versions]:
        """Each acknowledged fact, as its own agency reads it."""
        found: dict[str, Versions] = {}
        roots = {said.root: said for said in self.oracle.all("acknowledged")}
        room = asyncio.Semaphore(READERS)

        async def read(root: str) -> None:
            client = await self.goldthread.system(roots[root].agency)
            async with room:
                answer = await client.get(f"/{roots[root].service}/v1/facts/{root}")
            found[root] = answer.json()["versions"] if answer.is_success else ()

        async with asyncio.TaskGroup() as together:
            for root in roots:
                together.create_task(read(root))
        return found


def called(root: str) -> str:
    """Whether somebody was called about a breach: the question to the store of notify."""
    return f"""select 1 from key join fact on fact.id = key.fact
        where key = 'o:{root}' and type like '%alert.called%'"""


_LEFT = """select (select count(*) from fact), (select count(*) from mark),
    (select count(*) from fact where sent_at is null)"""
