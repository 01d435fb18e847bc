"""Step 5 of the mechanism, tell: claim, commit, send with no transaction open, record the try.

A message carries its call's id on every try, so that a receiver knows a repeat, and a provider can be asked
whether it has it. A process that is killed between sending and recording makes the same try again: twice
is better than never, and once where the provider can tell.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import httpx
import structlog
from sqlalchemy import select
from sqlmodel import col

from chassis import telemetry
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from contracts.events.configuration import OnCall
from contracts.vocabulary import Channel, DeliveryResult, Urgency
from services.notify import broken_channels, carriers, claims, link
from services.notify.calls import tried
from services.notify.carriers import Carrier, Carriers
from services.notify.carriers.govuk import GovukNotify
from services.notify.carriers.mail import MailServer
from services.notify.carriers.voice import Voice
from services.notify.carriers.webhook import Webhook
from services.notify.outgoing import Outgoing, outgoing
from services.notify.pages import PAGES
from services.notify.path import PATH, SelfTest, self_test
from services.notify.rules import rota
from services.notify.rules.telling import is_due, next_try
from services.notify.views import ALERT, AlertRow, AlertTable

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""How often to look for messages that are due though nothing changed."""
AT_ONCE = 128
"""Messages on their way at one time."""
FOR_URGENT = 32
"""Of these, kept free for the first tries of urgent alerts: they wait behind nobody's slow endpoint."""
AT_ONE_ENDPOINT = 4
"""Messages on their way to one webhook at one time. The others of a slow one wait for it alone."""


def carriers_of(runtime: Runtime, client: httpx.AsyncClient, webhook: Webhook) -> Carriers:
    """What this deployment can reach people by: a pager always, each other if it is set up."""
    settings, texts = runtime.settings, PAGES.texts
    found: Carriers = {Channel.WEBHOOK: webhook}
    templates = {Channel.SMS: settings.govuk_notify_sms, Channel.EMAIL: settings.govuk_notify_email}
    for channel, template in templates.items():
        if settings.govuk_notify_key and template:
            found[channel] = GovukNotify(channel, template, settings, texts)
    if settings.mail_server:
        found[Channel.EMAIL] = MailServer(settings, texts)
    if settings.voice_url:
        found[Channel.VOICE] = Voice(client, settings, runtime.ids, texts)
    return found


def carriers_of_ends(runtime: Runtime) -> Carriers:
    """What this deployment can tell people by that what they were called for is over: no telephone rings."""
    settings, texts = runtime.settings, PAGES.texts
    found: Carriers = {}
    templates = {Channel.SMS: settings.govuk_notify_sms_over, Channel.EMAIL: settings.govuk_notify_email_over}
    for channel, template in templates.items():
        if settings.govuk_notify_key and template:
            found[channel] = GovukNotify(channel, template, settings, texts)
    if settings.mail_server:
        found[Channel.EMAIL] = MailServer(settings, texts)
    return found


async def tell(runtime: Runtime) -> None:
    """Send what is due, for ever. Any number of processes may do so at once."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with (
        httpx.AsyncClient(limits=limits, follow_redirects=False) as client,
        asyncio.TaskGroup() as group,
    ):
        settings = runtime.settings
        secret = settings.secret.get_secret_value()
        webhook = Webhook(client, secret, settings.fallback_number, PAGES.texts)
        carriers = carriers_of(runtime, client, webhook)
        teller = Teller(runtime, carriers, carriers_of_ends(runtime), webhook, group)
        group.create_task(teller.listen())
        group.create_task(teller.run())


@dataclass(frozen=True, slots=True)
class Due:
    """A try that is due: of which message, to whom, and by what."""

    out: Outgoing
    to: OnCall
    carrier: Carrier
    place: str
    """Where it needs room."""

    @property
    def id(self) -> str:
        """By which it is claimed: a call goes out on several channels, each apart from the others."""
        return f"{self.out.id}/{self.out.message.channel}"

    @property
    def first_and_urgent(self) -> bool:
        """Whether it is the first try of an urgent alert's call."""
        out = self.out
        return out.end is None and out.row.urgency is Urgency.NOW and out.message.attempts == 0

    @property
    def rank(self) -> tuple[bool, int, int, datetime, str]:
        """The sort key of a try: whoever is called before whoever is told of an end, the most urgent first,
        then first tries, then the oldest."""
        out, urgency = self.out, list(Urgency).index(self.out.row.urgency)
        tries = min(out.message.attempts, 1)
        return (out.end is not None, urgency, tries, next_try(out.of.due, out.message), self.id)


class Teller:
    """Sends the messages of one process."""

    def __init__(
        self,
        runtime: Runtime,
        carriers: Carriers,
        of_ends: Carriers,
        webhook: Webhook,
        group: asyncio.TaskGroup,
    ) -> None:
        self._runtime = runtime
        self._carriers = carriers
        self._of_ends = of_ends
        self._webhook = webhook
        self._group = group
        self._sending: dict[str, str] = {}
        """The messages that are on their way, with where they have room."""
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
        unsent = select(AlertTable).where(col(AlertTable.unsent)).order_by(col(AlertTable.raised))
        rows = cast("list[AlertRow]", await self._runtime.rows(ALERT, unsent))
        now = self._runtime.clock.now()
        messages = [out for row in rows for out in outgoing(row) if self._carrier(out) is not None]
        for due in sorted(await self._due(messages, now), key=lambda due: due.rank):
            if due.id not in self._sending and self._has_room(due):
                self._sending[due.id] = due.place
                self._group.create_task(self._send(due))
        test = await self_test(self._runtime)
        if test is not None and test.id not in self._sending and len(self._sending) < AT_ONCE:
            self._sending[test.id] = test.url
            self._group.create_task(self._send_test(test))
        times = (next_try(out.of.due, out.message) for out in messages)
        later = [(at - now).total_seconds() for at in times if at > now]
        return max(0.01, min(LOOK_SECONDS, *later) if later else LOOK_SECONDS)

    def _carrier(self, out: Outgoing) -> Carrier | None:
        return (self._carriers if out.end is None else self._of_ends).get(out.message.channel)

    async def _due(self, messages: Iterable[Outgoing], now: datetime) -> list[Due]:
        """Those that are due, and go to where the messages of their person go now."""
        waiting = [out for out in messages if out.of.person and is_due(out.message, now)]
        if not waiting:
            return []
        known, found = rota.rota_of(await self._runtime.configuration(*rota.CONFIGURATION)), []
        for out in waiting:
            to, carrier = rota.entry_of(known, out.area, out.of.person or "", now), self._carrier(out)
            if to is not None and carrier is not None and (place := carrier.place(to)) is not None:
                found.append(Due(out, to, carrier, place))
        return found

    def _has_room(self, due: Due) -> bool:
        most = AT_ONCE if due.first_and_urgent else AT_ONCE - FOR_URGENT
        there = sum(place == due.place for place in self._sending.values())
        return len(self._sending) < most and there < AT_ONE_ENDPOINT

    async def _send(self, due: Due) -> None:
        made = False
        try:
            made = await self._try(due)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and the same try is made again
            log.error("tell.failed", reason=type(error).__name__, call=due.out.id)
        finally:
            del self._sending[due.id]
            if made:  # and not while another process makes it: that would be asked without end
                self._look.set()

    async def _send_test(self, test: SelfTest) -> None:
        """Send the message of a try of the alert path, as any other; the receiver notes it. One that does
        not get through is sent again when its claim has run out."""
        store = self._runtime.store
        try:
            if await claims.claim(store, test.cause, 1, self._runtime.signals.name):
                outcome = await self._webhook.post(test.url, test.id, test.body)
                if outcome.result is DeliveryResult.DELIVERED:
                    await claims.forget(store, test.cause)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and it is sent again
            log.error("tell.failed", reason=type(error).__name__, call=test.id)
        finally:
            del self._sending[test.id]

    async def _try(self, due: Due) -> bool:
        """Make a try and note it; False if it is another process's."""
        runtime, out, attempt = self._runtime, due.out, due.out.message.attempts + 1
        if not await claims.claim(runtime.store, due.id, attempt, runtime.signals.name):
            return False
        reached(Step.TELL_CLAIMED)
        call, channel = out.id, out.message.channel
        (called,) = await runtime.fact(call)
        with telemetry.span("notify.tell", called.envelope.traceparent, {"attempt": attempt}):
            outcome = await due.carrier.send(self._told(out, attempt), due.to)
        reached(Step.TELL_SENT)
        at, result, status = runtime.clock.now(), outcome.result, outcome.status
        await runtime.say([tried(out.row.cause, call, channel, attempt, result, at, status)])
        reached(Step.TELL_RECORDED)
        await claims.noted(runtime.store, due.id, attempt)
        if out.end is None:  # a template for ends that is wrong is no channel by which nobody can be called
            await broken_channels.note(runtime, channel, outcome)
        log.info("tell.tried", call=call, channel=channel, attempt=attempt, result=result, status=status)
        return True

    def _told(self, out: Outgoing, attempt: int) -> carriers.Message:
        """What a message tells: the next post is called so long after the first try."""
        row, runtime = out.row, self._runtime
        wait = row.next.wait if row.next else timedelta()
        return carriers.Message(
            call=out.id,
            cause=row.cause,
            alert=row.number,
            urgency=row.urgency,
            step=out.step,
            attempt=attempt,
            waiting=out.count,
            acknowledge_by=row.next_due if out.tried else runtime.clock.now() + wait,
            open_url=f"{runtime.settings.public_url}/notify/alerts/{row.cause}",
            take_url=f"{runtime.settings.public_url}{link.path_of(runtime.ids, out.id)}",
            end=out.end,
            may_repeat=runtime.may_repeat,
        )
