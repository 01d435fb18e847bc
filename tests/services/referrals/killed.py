"""Processes that die at a named step: referrals alone, on a log and a store that outlive it.

Each is forked from one that has imported all of this already, and knows nothing of the test's own.
"""

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from chassis import load, operating, steps
from chassis.facts import Fact
from chassis.http.bulk import NDJSON
from chassis.log import Record
from chassis.parking import Parked
from chassis.reading import parsed
from contracts.content import Content
from contracts.events.people import HealthContacted, IncidentReported
from contracts.registry import Unreadable
from contracts.topics import inbound, outbound
from contracts.vocabulary import IncidentKind, ParkedReason, Role
from services.referrals.feeds import inbound as inbox
from services.referrals.feeds import pushing, writer
from tests.services.referrals.partners import Partners, referral, set_feed, until_told
from tests.services.referrals.partners import hurry as partners_hurry
from tests.services.referrals.scene import Referrals, named
from tests.support.facts import fact, someone
from tests.support.waiting import until

DIES_SECONDS = 120.0
"""In which a process comes to its step, on a busy machine."""
LASTS = 1.0
"""Seconds for which a lease is held: whoever comes next need not wait for ten."""
NHS = "9990000018"
PARTNER = "hospital"

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a log, and a store: what is left of a process that died."""

    folder: Path
    store: str

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[Partners]:
        """A life on it."""
        async with AsyncExitStack() as stack:
            partners = Partners(self.folder, self.store, stack)
            await partners.begin()
            yield partners

    async def killed(self, where: str, work: Callable[..., Awaitable[Any]], *said: Any) -> None:
        """A life that does this work, and ends at a step of it (``step:nth``)."""
        process = _forks.Process(target=_die, args=(self, where, work, said))
        process.start()
        await asyncio.to_thread(process.join, DIES_SECONDS)
        status = process.exitcode
        process.kill()
        assert status == -signal.SIGKILL, f"it did not come to {where}"


def _die(place: Place, where: str, work: Callable[..., Awaitable[Any]], said: tuple[Any, ...]) -> None:
    """The life of a process that dies."""
    hurry(pytest.MonkeyPatch())

    async def live() -> None:
        async with place.alive() as partners:
            steps.die_at(where)
            await work(partners, *said)
            await asyncio.sleep(DIES_SECONDS)

    asyncio.run(live())


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than seconds where the parts wait for whole ones."""
    partners_hurry(monkeypatch)
    for module, name, value in (
        (writer, "LEASE_SECONDS", LASTS),
        (pushing, "LEASE_SECONDS", LASTS),
        (pushing, "LOOK_SECONDS", 0.05),
        (inbox, "PAUSE_SECONDS", 0.05),
    ):
        monkeypatch.setattr(module, name, value)


def lines(first: int, many: int) -> bytes:
    """So many contacts with a health service, each a line, each of somebody else."""
    now = "2026-03-02T12:00:00Z"
    header = {"occurred": now, "recorded": now, "basis": "public-task", "purpose": "safeguarding"}
    said = [
        {"type": HealthContacted.type, "idempotency_key": f"k-{n}", "content": contact, **header}
        for n in range(first, first + many)
        for contact in [{"service": "Clinic", "people": [named("victim", f"P-{n}")]}]
    ]
    return b"".join(orjson.dumps(each) + b"\n" for each in said)


async def upload(referrals: Referrals, file: bytes) -> dict[str, Any]:
    """Send a file on from where it is; give how far it is then."""
    said = {"format": NDJSON, "size": len(file)}
    headers = {"Authorization": f"Bearer {PARTNER}", "Idempotency-Key": "file"}
    begun = await referrals.http.post("/referrals/v1/uploads", json=said, headers=headers)
    assert begun.status_code == 201, begun.text
    at = begun.json()["offset"]
    path = f"{begun.headers['location']}/parts/{at}"
    sent = await referrals.http.put(path, content=file[at:], headers=headers)
    assert sent.status_code == 200, sent.text
    found: dict[str, Any] = sent.json()
    return found


async def bulk(referrals: Referrals, file: bytes) -> list[int]:
    """Send a file as one request; give the status of each line."""
    headers = {"Authorization": f"Bearer {PARTNER}", "Content-Type": NDJSON}
    answer = await referrals.http.post("/referrals/v1/bulk", content=file, headers=headers)
    return [orjson.loads(line)["status"] for line in answer.content.splitlines()]


async def uploads(partners: Partners, file: bytes) -> None:
    """Upload a file."""
    await upload(await partners.start(), file)


async def bulks(partners: Partners, file: bytes) -> None:
    """Send a file as one request."""
    await bulk(await partners.start(), file)


async def tells(partners: Partners, many: int, more: dict[str, str]) -> None:
    """Tell a partner, by its feed and to its webhook if it has one, of a referral, then of contacts: so many
    facts, one after another."""
    referrals = await partners.start()
    await partners.configure()
    await set_feed(referrals, "practice", "north", **more)
    await referrals.post("haven", "marac-referrals", referral())
    for number in range(1, many):
        await until_told(referrals, "practice", number)
        await referrals.contact(PARTNER, f"P-{number}", NHS)


@asynccontextmanager
async def reading_inbox(partners: Partners) -> AsyncIterator[Referrals]:
    """The service with a partner's topic, each line of which it takes itself."""
    referrals = await partners.start()
    object.__setattr__(referrals.runtime.settings, "partner_topics", PARTNER)
    await partners.log.ensure([inbound(PARTNER), outbound(PARTNER)])

    async def as_partner(request: httpx.Request) -> None:
        request.headers["Authorization"] = f"Bearer {PARTNER}"  # tokens are the chassis' own matter

    client = referrals.http
    client.event_hooks = {"request": [as_partner]}
    reading = inbox.Inbound(referrals.runtime, PARTNER, client)
    await reading.subscription.start()
    task = asyncio.create_task(reading.run())
    try:
        yield referrals
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(partners: Partners, *said: bytes) -> None:
    """Put lines on the partner's topic."""
    await partners.log.append([Record(inbound(PARTNER).name, PARTNER, each) for each in said])


async def takes(partners: Partners) -> None:
    """Take two lines that a partner put on its topic."""
    async with reading_inbox(partners):
        await put(partners, *lines(0, 2).splitlines())
        await asyncio.sleep(DIES_SECONDS)


async def parked(referrals: Referrals) -> Parked | None:
    """The record that could not be read, and that nobody has decided."""
    records, _, _ = await operating.unread(referrals.runtime)
    return next(iter(records), None)


async def replay(referrals: Referrals, of: Parked) -> httpx.Response:
    """An operator lets a record be read again."""
    path = f"/referrals/v1/parked/{of.topic}/{of.partition}/{of.offset}/decision"
    said = {"decision": "replay", "reason": ParkedReason.OTHER}
    return await referrals.http.post(path, json=said, headers={"Authorization": "Bearer operator"})


async def replays(partners: Partners) -> None:
    """A release that cannot read a record parks it; one that can replays it."""

    def unreadable(body: str) -> Fact[Content]:
        found = parsed(body)
        if found.envelope.type == IncidentReported.type:
            raise Unreadable("kind: enum")
        return found

    load.parsed = unreadable
    referrals = await partners.start()
    await partners.say(fact(IncidentReported(kind=IncidentKind.STALKING, people=[someone(Role.VICTIM, "7")])))
    found = await until(lambda: parked(referrals), "it is parked")
    load.parsed = parsed
    await replay(referrals, found)


async def republishes(partners: Partners) -> None:
    """Send all to the log again, as ``goldthread republish`` does; then the service starts."""
    runtime = partners.runtime()
    await operating.republish(runtime)
    await runtime.store.close()
    await partners.start()
