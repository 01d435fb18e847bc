"""Whoever is on call: they answer most of what they are called about, by REST as by the page."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import httpx

from tests.faults.oracle import Oracle
from tests.faults.partners import AGAIN_SECONDS, ANSWER_SECONDS
from tests.scenarios.goldthread import Goldthread
from tests.scenarios.scene import POSTS
from tests.scenarios.webhook import Webhook

ANSWERED = 0.8
"""How much of what they are called about they answer at once; the rest climbs."""
AT_ONCE = 6
GONE = 409
"""It was stood down before they answered."""


class OnCall:
    """Everybody on the rota."""

    def __init__(self, goldthread: Goldthread, webhook: Webhook, oracle: Oracle, seed: str) -> None:
        self._goldthread = goldthread
        self._webhook = webhook
        self._oracle = oracle
        self._chance = Random(seed)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._there = asyncio.Event()
        self._there.set()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody begins to answer anything for as long as this lasts; what comes meanwhile is answered
        afterwards."""
        self._there.clear()
        try:
            yield
        finally:
            self._there.set()

    async def work(self) -> None:
        """Answer what comes, for ever: each alert once, whoever was called first."""
        heard, seen = 0, set[str]()
        async with asyncio.TaskGroup() as together:
            while await self._there.wait():
                for message in self._webhook.kept[heard:]:
                    heard += 1
                    if message.cause not in seen and self._chance.random() < ANSWERED:
                        together.create_task(self.answer(message.cause, message.to))
                    seen.add(message.cause)
                await asyncio.sleep(AGAIN_SECONDS)

    async def answer(self, cause: str, name: str = POSTS["first"]) -> None:
        """Take one alert; again, until the answer is acknowledged, or there is nothing to answer."""
        person = await self._goldthread.person(name)
        path = f"/notify/v1/alerts/{cause}/acknowledge"
        async with self._room:
            while True:
                self._oracle.answers[cause] += 1
                with suppress(httpx.TransportError):
                    answer = await person.post(path, timeout=ANSWER_SECONDS)
                    if answer.is_success:
                        self._oracle.answered.add(cause)
                        return
                    if answer.status_code == GONE:
                        return
                    if answer.status_code < 500:
                        self._oracle.faults.append(f"refused: the answer to {cause} got {answer.status_code}")
                        return
                await asyncio.sleep(AGAIN_SECONDS)
