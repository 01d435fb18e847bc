"""Step 5 of the mechanism, tell: claim, commit, send with no transaction open, record the try.

A message carries its call's id on every try (``Goldthread-Message``), so that a receiver knows a
repeat; it is signed with a key of its endpoint's own. A process that is killed between sending and
recording sends the same try again: twice is better than never.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import httpx
import orjson
import structlog
from pydantic import HttpUrl
from sqlalchemy import select
from sqlmodel import col

from chassis import telemetry
from chassis.clock import Clock
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from services.notify import claims, link
from services.notify.path import PATH, SelfTest, self_test
from services.notify.queries import tried
from services.notify.rules import rota
from services.notify.rules.ladder import step_of, wait_after
from services.notify.rules.telling import is_due, next_try, to_send
from services.notify.views import ALERT, AlertRow, AlertTable, Call

log = structlog.get_logger()

NETWORK_SECONDS = 3.0
"""How long a webhook may take to connect, to take the message, and to answer: each."""
TRY_SECONDS = 5.0
"""How long one try may last in all, however slowly the answer drips; shorter than a claim."""
LOOK_SECONDS = 1.0
"""How often to look for messages that are due though nothing changed."""
AT_ONCE = 128
"""Messages on their way at one time."""
FOR_URGENT = 32
"""Of these, kept free for the first tries of urgent alerts: they wait behind nobody's slow endpoint."""
AT_ONE_ENDPOINT = 4
"""Messages on their way to one webhook at one time. The others of a slow one wait for it alone."""

_MACHINE = Clock()  # receivers check a signature's age by the world's time, whatever demo's clock says


def signing_key(secret: str, url: str) -> bytes:
    """The key of one endpoint: who knows it can check our messages to it, and forge none to others. An
    address has one key in all its spellings."""
    address = str(HttpUrl(url)).encode()
    return hmac.new(secret.encode(), b"goldthread webhook\n" + address, hashlib.sha256).digest()


def signature(key: bytes, body: bytes, at: datetime) -> str:
    """The value of ``Goldthread-Signature``: ``t=<unix seconds>,v1=<HMAC-SHA-256 of t.body in hex>``."""
    stamp = str(int(at.timestamp()))
    mac = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"


def message_body(row: AlertRow, call: Call, attempt: int, runtime: Runtime) -> bytes:
    """What a webhook is told: that there is an alert, how urgent, where to open it, where to take it without
    a sign-in, and by when: the next post is called so long after the first try. No name, no address, no
    place, no order."""
    wait = wait_after(row.urgency, step_of(call.rung))
    said = {
        "alert": row.number,
        "cause": row.cause,
        "try": attempt,
        "urgency": row.urgency,
        "open_url": f"{runtime.settings.public_url}/notify/alerts/{row.cause}",
        "take_url": f"{runtime.settings.public_url}{link.path_of(runtime.ids, call.id)}",
        "acknowledge_by": row.next_due if call.tried else runtime.clock.now() + wait,
    }
    return orjson.dumps(said)


async def tell(runtime: Runtime) -> None:
    """Send what is due, for ever. Any number of processes may do so at once."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with (
        httpx.AsyncClient(timeout=NETWORK_SECONDS, limits=limits, follow_redirects=False) as client,
        asyncio.TaskGroup() as group,
    ):
        teller = Teller(runtime, client, group)
        group.create_task(teller.listen())
        group.create_task(teller.run())


@dataclass(frozen=True, slots=True)
class Due:
    """A try that is due: of which alert and call, and where to."""

    row: AlertRow
    call: Call
    url: str

    @property
    def first_and_urgent(self) -> bool:
        """Whether it is the first try of an urgent alert's call."""
        return self.row.urgency is Urgency.NOW and self.call.attempts == 0

    @property
    def place(self) -> tuple[int, int, datetime, str]:
        """The sort key of a try: the most urgent first, then first tries, then the oldest."""
        urgency = list(Urgency).index(self.row.urgency)
        return (urgency, min(self.call.attempts, 1), next_try(self.call), self.call.id)


class Teller:
    """Sends the messages of one process."""

    def __init__(self, runtime: Runtime, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        self._runtime = runtime
        self._client = client
        self._group = group
        self._sending: dict[str, str] = {}
        """The calls whose messages are on their way, with where to."""
        self._look = asyncio.Event()

    async def listen(self) -> None:
        """Look at once when an alert's row changes."""
        async for news in self._runtime.changed():
            if any(view in (ALERT.name, PATH.name) for view, _ in news):
                self._look.set()

    async def run(self) -> None:
        """Start every try that is due, for ever."""
        while True:
            pause = LOOK_SECONDS
            try:
                pause = await self.once()
            except Exception as error:  # noqa: BLE001 - a teller that stops tells nobody of anything
                log.error("tell.failed", reason=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._look.wait()
            self._look.clear()

    async def once(self) -> float:
        """Start every try that is due now and has room; give the seconds until the next may be. What
        has no room is looked at again when a try ends."""
        unanswered = select(AlertTable).where(col(AlertTable.waiting)).order_by(col(AlertTable.raised))
        rows = cast("list[AlertRow]", await self._runtime.rows(ALERT, unanswered))
        now = self._runtime.clock.now()
        calls = [(row, call) for row in rows for call in to_send(row.calls) if call.id not in self._sending]
        for due in sorted(await self._due(calls, now), key=lambda due: due.place):
            if self._has_room(due):
                self._sending[due.call.id] = due.url
                self._group.create_task(self._send(due))
        test = await self_test(self._runtime)
        if test is not None and test.id not in self._sending and len(self._sending) < AT_ONCE:
            self._sending[test.id] = test.url
            self._group.create_task(self._send_test(test))
        later = [(next_try(call) - now).total_seconds() for _, call in calls if next_try(call) > now]
        return max(0.01, min(LOOK_SECONDS, *later) if later else LOOK_SECONDS)

    async def _due(self, calls: Sequence[tuple[AlertRow, Call]], now: datetime) -> list[Due]:
        """Those that are due, and go to where the messages of the person called go now."""
        waiting = [(row, call) for row, call in calls if call.person and is_due(call, now)]
        if not waiting:
            return []
        known = rota.rota_of(await self._runtime.configuration(*rota.CONFIGURATION))
        entries = [(row, call, rota.entry_of(known, call.person or "", now)) for row, call in waiting]
        return [Due(row, call, str(to.webhook)) for row, call, to in entries if to and to.webhook]

    def _has_room(self, due: Due) -> bool:
        most = AT_ONCE if due.first_and_urgent else AT_ONCE - FOR_URGENT
        there = sum(url == due.url for url in self._sending.values())
        return len(self._sending) < most and there < AT_ONE_ENDPOINT

    async def _send(self, due: Due) -> None:
        made = False
        try:
            made = await self._try(due.row, due.call, due.url)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and the same try is made again
            log.error("tell.failed", reason=type(error).__name__, call=due.call.id)
        finally:
            del self._sending[due.call.id]
            if made:  # and not while another process makes it: that would be asked without end
                self._look.set()

    async def _send_test(self, test: SelfTest) -> None:
        """Send the message of a try of the alert path, as any other; the receiver notes it. One that does
        not get through is sent again when its claim has run out."""
        store = self._runtime.store
        try:
            if await claims.claim(store, test.cause, 1, self._runtime.signals.name):
                result, _ = await self._post(test.url, test, test.body)
                if result is DeliveryResult.DELIVERED:
                    await claims.forget(store, test.cause)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and it is sent again
            log.error("tell.failed", reason=type(error).__name__, call=test.id)
        finally:
            del self._sending[test.id]

    async def _try(self, row: AlertRow, call: Call, url: str) -> bool:
        """Make a try and note it; False if it is another process's."""
        runtime, attempt = self._runtime, call.attempts + 1
        if not await claims.claim(runtime.store, call.id, attempt, runtime.signals.name):
            return False
        reached(Step.TELL_CLAIMED)
        (called,) = await runtime.fact(call.id)
        with telemetry.span("notify.tell", called.envelope.traceparent, {"attempt": attempt}):
            result, status = await self._post(url, call, message_body(row, call, attempt, runtime))
        reached(Step.TELL_SENT)
        at = runtime.clock.now()
        await runtime.say([tried(row.cause, call.id, Channel.WEBHOOK, attempt, result, at, status)])
        reached(Step.TELL_RECORDED)
        await claims.noted(runtime.store, call.id, attempt)
        log.info("tell.tried", call=call.id, attempt=attempt, result=result, status=status)
        return True

    async def _post(self, url: str, call: Call | SelfTest, body: bytes) -> tuple[DeliveryResult, int | None]:
        key = signing_key(self._runtime.settings.secret.get_secret_value(), url)
        headers = {
            "Content-Type": "application/json",
            "Goldthread-Message": call.id,
            "Goldthread-Signature": signature(key, body, _MACHINE.now()),
        }
        try:
            async with asyncio.timeout(TRY_SECONDS):
                answer = await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return DeliveryResult.FAILED, None
        if answer.is_success:
            return DeliveryResult.DELIVERED, answer.status_code
        refused = answer.is_client_error and answer.status_code not in (408, 429)
        return (DeliveryResult.REFUSED if refused else DeliveryResult.FAILED), answer.status_code
