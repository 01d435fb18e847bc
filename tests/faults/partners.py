"""Partners at work: each says the next thing, and says it again until it has a 2xx, or gives up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.faults.oracle import Oracle, Said
from tests.faults.stream import AGENCIES, Stream
from tests.scenarios.goldthread import Goldthread

OPERATIONS = "northmere-operations"
ANSWER_SECONDS = 5.0
"""How long a partner waits for an answer before it asks again."""
AGAIN_SECONDS = 0.5
PARTNERS = 6
PAUSE_SECONDS = {True: 2.0, False: 0.4}
"""Between an answer and the next thing that a partner says, in a short run and in a long one. A short one
is part of the tests: at twice the pace two slow cores fold less than is said, and what is waited for waits
behind all that was said before."""


class Partners:
    """Everybody who posts, by REST alone."""

    def __init__(self, goldthread: Goldthread, stream: Stream, oracle: Oracle, short: bool) -> None:
        self.pause = PAUSE_SECONDS[short]
        self.stream = stream
        self.oracle = oracle
        self.answers: Counter[str] = Counter()
        """How often each status came, and how often none did."""
        self._goldthread = goldthread
        self._stopping = asyncio.Event()

    async def sign_in(self) -> None:
        """Everybody has a token, good for an hour."""
        for agency in (*AGENCIES, OPERATIONS):
            await self._goldthread.system(agency)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They post for as long as this lasts. At its end each has the answer that it waits for; if
        it ends by a fault, nobody waits for anything more."""
        self._stopping.clear()
        async with asyncio.TaskGroup() as together:
            for _ in range(PARTNERS):
                together.create_task(self._work())
            yield
            self._stopping.set()

    async def say(self, said: Said) -> None:
        """Say one thing until it is acknowledged, or its sender gives up."""
        self.oracle.begun(said)
        while said.outcome == "waiting":
            said.tries += 1
            await self._try(said)
            if said.outcome == "waiting":
                if said.patience is not None and said.tries >= said.patience:
                    self.oracle.given_up(said)
                else:
                    await asyncio.sleep(AGAIN_SECONDS)

    async def _work(self) -> None:
        while not self._stopping.is_set():
            said = self.stream.next()
            await self.say(said)
            if said.outcome == "acknowledged":
                self.stream.acknowledged(said)
            await asyncio.sleep(self.pause)

    async def _try(self, said: Said) -> None:
        client = await self._goldthread.system(said.agency)
        method = "POST" if said.upon is None else "DELETE" if said.body is None else "PUT"
        headers = {"Idempotency-Key": said.key}
        if said.upon is not None:
            headers["If-Match"] = f'"{said.upon.version}"'
        try:
            answer = await client.request(
                method, said.path, json=said.body, headers=headers, timeout=ANSWER_SECONDS
            )
        except httpx.TransportError as error:
            self.answers[type(error).__name__] += 1
            return
        self.answers[str(answer.status_code)] += 1
        if answer.is_success:
            self.oracle.acknowledged(said, answer.json())
        elif answer.status_code < 500:
            self.oracle.refused(said, answer.status_code, answer.json().get("code", ""))
