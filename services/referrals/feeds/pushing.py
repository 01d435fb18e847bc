"""Webhooks and topics: a feed is sent to whoever wants it so, entry by entry, each until it is acknowledged.

One at a time on each way, by the one process that holds the lease; a slow one holds up itself alone. A
process that dies between the answer and its record sends that entry again, with the same cursor. How far
each has come is kept here and nowhere else: of a store that was restored, a feed is sent anew.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress

import httpx
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from chassis.clock import Clock
from chassis.http.auth import Caller
from chassis.lease import holds
from chassis.log import LogError, Record
from chassis.runtime import Runtime
from chassis.steps import Step, reached
from chassis.store import Store, prepared
from chassis.webhook import post, signature
from contracts.events.feeds import FeedSet
from contracts.topics import outbound
from services.referrals.feeds.entries import Told, after
from services.referrals.feeds.reading import on_record

LEASE = "feed-webhooks"
LEASE_SECONDS = 10.0
LOOK_SECONDS = 2.0
"""How often the lease is renewed, and it is looked who wants their feed so."""
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""How long until an entry that was not acknowledged is sent again; the last for as long as it takes."""
TOGETHER = 50
"""Entries that are read together; they are sent one by one."""

_MACHINE = Clock()  # receivers check a signature's age by the world's time, whatever demo's clock says

log = structlog.get_logger()


class PushedTable(SQLModel, table=True):
    """How far each has come: a partner's webhook, by its agency; or its topic, by the topic's name."""

    __tablename__ = "referrals_pushed"

    receiver: str = Field(primary_key=True)
    n: int


def signing_key(secret: str, agency: str, number: int) -> bytes:
    """The key by which a partner checks what it is sent; the next number is another key."""
    said = f"goldthread feed\n{agency}\n{number}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).digest()


async def push_feeds(runtime: Runtime) -> None:
    """Send feeds for ever: whenever this process holds the lease."""
    while True:
        try:
            epoch = await runtime.lease(LEASE, LEASE_SECONDS)
            if epoch is not None:
                try:
                    await Pusher(runtime, epoch).work()
                finally:
                    with suppress(Exception):  # another need not wait until it runs out
                        await runtime.give_up(LEASE)
        except Exception as error:  # noqa: BLE001  whatever it was: it starts again
            log.error("feeds.unsent", reason=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


class Pusher:
    """One tenure of the lease."""

    def __init__(self, runtime: Runtime, lease: int) -> None:
        self._runtime = runtime
        self._lease = lease
        self._sending: dict[str, tuple[FeedSet | None, asyncio.Task[None]]] = {}
        """By receiver: how it was set, and who sends."""

    async def work(self) -> None:
        """Send until the lease is lost."""
        async with httpx.AsyncClient(follow_redirects=False) as client:
            try:
                while await self._runtime.lease(LEASE, LEASE_SECONDS) == self._lease:
                    await self._follow(client)
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                for receiver in list(self._sending):
                    await self._end(receiver)

    async def _follow(self, client: httpx.AsyncClient) -> None:
        """One task for each receiver; a new one when that was set anew, or has ended."""
        wanted = await self._wanted()
        for receiver, (feed, task) in list(self._sending.items()):
            if receiver not in wanted or wanted[receiver] != feed or task.done():
                await self._end(receiver)
        for receiver, feed in wanted.items():
            if receiver not in self._sending:
                task = asyncio.create_task(self._send(client, receiver, feed), name="feeds.send")
                self._sending[receiver] = (feed, task)

    async def _wanted(self) -> Mapping[str, FeedSet | None]:
        """Each receiver, and a webhook as it was set."""
        feeds = (await self._runtime.configuration(FeedSet)).current(FeedSet)
        newest = {fact.said.agency: fact.said for fact in feeds}
        webhooks = {agency: feed for agency, feed in newest.items() if feed.webhook is not None}
        return webhooks | {outbound(agency).name: None for agency in self._runtime.settings.partners}

    async def _end(self, receiver: str) -> None:
        _, task = self._sending.pop(receiver)
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("feeds.unsent", reason=type(ended).__name__)

    async def _send(self, client: httpx.AsyncClient, receiver: str, feed: FeedSet | None) -> None:
        runtime, tries = self._runtime, 0
        agency = feed.agency if feed else receiver.removeprefix(outbound("").name)
        caller = _caller(runtime, receiver, agency)
        n = await _acknowledged(runtime.store, receiver)
        while True:
            found = await after(runtime.store, runtime.ids, agency, n, TOGETHER)
            for told in found:
                await on_record(runtime, caller, [told])
                while not await (self._post(client, feed, told) if feed else self._put(receiver, told)):
                    log.warning("feeds.not-taken", agency=agency, offset=told.n)
                    await asyncio.sleep(WAITS[min(tries, len(WAITS) - 1)])
                    tries += 1
                reached(Step.PUSH_TAKEN)
                if not await self._note(receiver, told.n):
                    return
                reached(Step.PUSH_NOTED)
                n, tries = told.n, 0
            if not found:
                await asyncio.sleep(LOOK_SECONDS)

    async def _post(self, client: httpx.AsyncClient, feed: FeedSet, told: Told) -> bool:
        """Whether the partner acknowledged it: by any 2xx."""
        secret, body = self._runtime.settings.secret.get_secret_value(), told.body
        keys = [signing_key(secret, feed.agency, number) for number in (feed.key, feed.key - 1) if number]
        headers = {
            "Content-Type": "application/cloudevents+json; charset=UTF-8",
            "Goldthread-Cursor": told.cursor,
            "Goldthread-Signature": signature(keys[0], body, _MACHINE.now(), *keys[1:]),
        }
        status = await post(client, str(feed.webhook), body, headers)
        return status is not None and 200 <= status < 300

    async def _put(self, topic: str, told: Told) -> bool:
        """Whether the log has it."""
        try:
            await self._runtime.log.append([Record(topic, told.said.of, told.body)])
        except LogError:
            return False
        return True

    async def _note(self, receiver: str, n: int) -> bool:
        store = self._runtime.store

        async def work(connection: AsyncConnection) -> bool:
            if not await holds(store, connection, LEASE, self._lease):
                return False
            statement = text(
                """insert into referrals_pushed (receiver, n) values (:receiver, :n)
                   on conflict (receiver) do update set n = excluded.n"""
            )
            await connection.execute(statement, {"receiver": receiver, "n": n})
            return True

        return await store.write(work)


async def _acknowledged(store: Store, receiver: str) -> int:
    statement = prepared("select n from referrals_pushed where receiver = :receiver")
    async with store.reading() as connection:
        return (await connection.execute(statement, {"receiver": receiver})).scalar() or 0


def _caller(runtime: Runtime, receiver: str, agency: str) -> Caller:
    """The receiving end, as the audit names it."""
    id_ = runtime.ids.staff("feed", receiver)
    return Caller(id_, "feed", receiver, agency, frozenset(), frozenset(), "")
