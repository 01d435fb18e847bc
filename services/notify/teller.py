"""Step 5 of the mechanism, tell: claim, commit, send with no transaction open, record the try.

A message carries its call's id on every try (``Goldthread-Message``), so that a receiver knows a
repeat; it is signed with a key of its endpoint's own. A process that is killed between sending and
recording sends the same try again: twice is better than never.
"""

import asyncio
import hashlib
import hmac
from contextlib import suppress
from datetime import datetime, timedelta

import httpx
import orjson
import structlog
from sqlalchemy import select
from sqlmodel import col

from chassis import telemetry
from chassis.clock import Clock
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from contracts.vocabulary import Channel, DeliveryResult
from services.notify import claims
from services.notify.queries import tried
from services.notify.rules import rota
from services.notify.rules.telling import next_try, to_send
from services.notify.views import ALERT, AlertRow, AlertTable, Call

log = structlog.get_logger()

NETWORK_SECONDS = 3.0
"""How long a webhook may take to connect, to take the message, and to answer: each."""
TRY_SECONDS = 5.0
"""How long one try may last in all, however slowly the answer drips; shorter than a claim."""
LOOK_SECONDS = 1.0
"""How often to look for messages that are due though nothing changed."""
AT_ONCE = 32
"""Messages on their way at one time, so that slow endpoints do not use up every connection."""

_MACHINE = Clock()  # receivers check a signature's age by the world's time, whatever demo's clock says


def signing_key(secret: str, url: str) -> bytes:
    """The key of one endpoint: who knows it can check our messages to it, and forge none to others."""
    return hmac.new(secret.encode(), b"goldthread webhook\n" + url.encode(), hashlib.sha256).digest()


def signature(key: bytes, body: bytes, at: datetime) -> str:
    """The value of ``Goldthread-Signature``: ``t=<unix seconds>,v1=<HMAC-SHA-256 of t.body in hex>``."""
    stamp = str(int(at.timestamp()))
    mac = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"


def message_body(row: AlertRow, attempt: int, public_url: str) -> bytes:
    """What a webhook is told: that there is an alert, how urgent, and where to answer it. No name, no
    address, no place, no order."""
    said = {
        "alert": row.number,
        "cause": row.cause,
        "try": attempt,
        "urgency": row.urgency,
        "open_url": f"{public_url}/notify/alerts/{row.cause}",
        "acknowledge_by": row.next_due,
    }
    return orjson.dumps(said)


async def tell(runtime: Runtime) -> None:
    """Send what is due, for ever. Any number of processes may do so at once."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with (
        httpx.AsyncClient(timeout=NETWORK_SECONDS, limits=limits) as client,
        asyncio.TaskGroup() as group,
    ):
        teller = Teller(runtime, client, group)
        group.create_task(teller.listen())
        group.create_task(teller.run())


class Teller:
    """Sends the messages of one process."""

    def __init__(self, runtime: Runtime, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        self._runtime = runtime
        self._client = client
        self._group = group
        self._sending: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._look = asyncio.Event()

    async def listen(self) -> None:
        """Look at once when an alert's row changes."""
        async for news in self._runtime.changed():
            if any(view == ALERT.name for view, _ in news):
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
        """Start every try that is due now; give the seconds until the next may be."""
        unanswered = select(AlertTable).where(col(AlertTable.waiting)).order_by(col(AlertTable.raised))
        rows = await self._runtime.rows(ALERT, unanswered)
        now = self._runtime.clock.now()
        soonest = now + timedelta(seconds=LOOK_SECONDS)
        for row in rows:
            assert isinstance(row, AlertRow)
            for call in to_send(row.calls):
                if call.id in self._sending:
                    continue
                if next_try(call) > now:
                    soonest = min(soonest, next_try(call))
                    continue
                self._sending.add(call.id)
                self._group.create_task(self._send(row, call))
        return max(0.01, (soonest - now).total_seconds())

    async def _send(self, row: AlertRow, call: Call) -> None:
        try:
            async with self._room:
                await self._try(row, call)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and the same try is made again
            log.error("tell.failed", reason=type(error).__name__, call=call.id)
        finally:
            self._sending.discard(call.id)

    async def _try(self, row: AlertRow, call: Call) -> None:
        runtime, attempt = self._runtime, call.attempts + 1
        url = await self._address(call)
        if url is None or not await claims.claim(runtime.store, call.id, attempt, runtime.signals.name):
            return
        reached(Step.TELL_CLAIMED)
        (called,) = await runtime.fact(call.id)
        with telemetry.span("notify.tell", called.envelope.traceparent, {"attempt": attempt}):
            result, status = await self._post(
                url, call, message_body(row, attempt, runtime.settings.public_url)
            )
        reached(Step.TELL_SENT)
        at = runtime.clock.now()
        await runtime.say([tried(row.cause, call.id, Channel.WEBHOOK, attempt, result, at, status)])
        reached(Step.TELL_RECORDED)
        await claims.noted(runtime.store, call.id, attempt)
        log.info("tell.tried", call=call.id, attempt=attempt, result=result, status=status)

    async def _address(self, call: Call) -> str | None:
        """Where the messages of the person called go now."""
        if call.person is None:
            return None
        known = rota.rota_of(await self._runtime.configuration())
        entry = rota.entry_of(known, call.person, self._runtime.clock.now())
        return str(entry.webhook) if entry and entry.webhook else None

    async def _post(self, url: str, call: Call, body: bytes) -> tuple[DeliveryResult, int | None]:
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
