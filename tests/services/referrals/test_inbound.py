"""What a partner puts on its topic holds up nobody: neither others nor what it puts after. Services are made
up here; what real ones take of a real broker stands in ``tests/deploy/test_partner_topics.py``."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from chassis.log import Record
from chassis.service import Service
from contracts.events.alerts import AlertRaised, AlertStoodDown, DeliveryTried
from contracts.events.orders import BreachReported
from contracts.events.people import HousingDescribed
from contracts.partner_topics import InboundAnswered, LineAnswer
from contracts.topics import inbound, outbound
from contracts.vocabulary import StaffRole
from services.marac.service import SERVICE as MARAC
from services.notify.service import SERVICE as NOTIFY
from services.orders.service import SERVICE as ORDERS
from services.referrals.feeds import inbound as module
from services.referrals.feeds.inbound import TAKING, Inbound
from services.referrals.service import SERVICE as REFERRALS
from tests.services.referrals.partners import Partners
from tests.support.waiting import until

BREACH, HOUSED, TRIED = (kind.type for kind in (BreachReported, HousingDescribed, DeliveryTried))


@dataclass
class Services:
    """Whoever takes lines: 201 for each, but as ``says`` answers of a service, or of a line."""

    says: Callable[[str, bytes], int | None] = lambda service, line: None
    got: list[tuple[str, bytes]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        lines = request.content.split(b"\n")
        self.got += [(service, line) for line in lines]
        whole = self.says(service, b"")
        if whole:
            return httpx.Response(whole, text="no lines")
        results = [{"line": n, "status": self.says(service, line) or 201} for n, line in enumerate(lines, 1)]
        return httpx.Response(200, content=b"\n".join(map(orjson.dumps, results)))


class World:
    """Partners at their topics, each read by its own reader."""

    def __init__(self, partners: Partners, services: Services, stack: AsyncExitStack) -> None:
        self.partners, self.services, self._stack = partners, services, stack
        self.readings: list[Inbound] = []

    async def open(self, *agencies: str) -> None:
        runtime = (await self.partners.start()).runtime
        object.__setattr__(runtime.settings, "partner_topics", ",".join(agencies))
        topics = [make(each) for each in agencies for make in (inbound, outbound)]
        await self.partners.log.ensure(topics)
        self.runtime = runtime
        client = httpx.AsyncClient(
            transport=httpx.MockTransport(self.services.answer), base_url="http://goldthread.test"
        )
        await self._stack.enter_async_context(client)
        for agency in agencies:
            reading = Inbound(runtime, agency, client)
            await reading.subscription.start()
            self.readings.append(reading)
            task = asyncio.create_task(reading.run())
            self._stack.callback(task.cancel)

    async def alerts(self) -> tuple[int, int]:
        """How many times it was said that something is unread, and that it is not any more."""
        facts = await self.runtime.configuration(AlertRaised, AlertStoodDown)
        return len(facts.current(AlertRaised)), len(facts.current(AlertStoodDown))

    async def put(self, agency: str, *values: bytes) -> None:
        await self.partners.log.append([Record(inbound(agency).name, agency, value) for value in values])

    async def answered(self, agency: str, many: int) -> list[int]:
        """The statuses of so many answers."""
        reader = self.partners.log.subscribe(f"test-{agency}", [outbound(agency).name], _from_the_beginning)
        await reader.start()
        found: list[LineAnswer] = []

        async def came() -> bool:
            answers = [InboundAnswered.model_validate_json(each.value) for each in await reader.poll(0.05)]
            found.extend(answer.data for answer in answers)
            return len(found) >= many

        await until(came, f"{agency} has {many} answers")
        await reader.stop()
        return [each.status for each in found]


async def _from_the_beginning(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    return {}


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.02)
    async with AsyncExitStack() as stack:
        partners = Partners(tmp_path, f"sqlite:///{tmp_path}", stack)
        await partners.begin()
        yield World(partners, Services(), stack)


def line(type_: str, **more: Any) -> bytes:
    return orjson.dumps({"type": type_, "idempotency_key": "k", **more})


async def test_what_no_partner_may_say_goes_to_nobody_who_takes_no_lines(world: World) -> None:
    """And the breach beside it is handed on."""
    await world.open("housing")
    await world.put("housing", line(TRIED), line(BREACH))
    assert await world.answered("housing", 2) == [201, 201]
    assert sorted(world.services.got) == [("orders", line(BREACH)), ("referrals", line(TRIED))]


@pytest.mark.parametrize("status", [404, 415, 422, 500])
async def test_a_service_that_refuses_all_of_it_holds_up_nothing_after(world: World, status: int) -> None:
    world.services.says = lambda service, said: status if service == "referrals" and not said else None
    await world.open("housing")
    await world.put("housing", line(HOUSED), line(BREACH))
    assert await world.answered("housing", 2) == [status, 201]


async def test_a_line_that_fails_by_a_fault_of_ours_is_told_in_the_end(world: World) -> None:
    world.services.says = lambda service, said: 500 if b"poison" in said else None
    await world.open("housing")
    await world.put("housing", line(BREACH, poison=1), line(BREACH))
    assert await world.answered("housing", 2) == [500, 201]
    assert len(world.services.got) == 2 * module.TRIES


@pytest.mark.parametrize("status", [401, 429, 502, 503])
async def test_a_service_that_is_away_is_waited_for_and_holds_up_no_other_partner(
    world: World, status: int
) -> None:
    away = True
    world.services.says = lambda service, said: status if away and service == "orders" and not said else None
    await world.open("housing", "police")
    await world.put("housing", line(BREACH))
    await world.put("police", line(HOUSED))
    assert await world.answered("police", 1) == [201]

    async def tried() -> bool:
        return len([service for service, _ in world.services.got if service == "orders"]) > module.TRIES

    await until(tried, "it is handed on again")
    away = False
    assert await world.answered("housing", 1) == [201]


@pytest.mark.parametrize("stopped", [False, True])
async def test_somebody_is_told_while_a_topic_cannot_be_read_on(
    world: World, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    """Because a service is away, or because the log cannot be read on."""
    monkeypatch.setattr(module, "HELD_SECONDS", 0.1)
    away = not stopped
    world.services.says = lambda service, said: 503 if away else None
    await world.open("housing")
    if stopped:
        await world.put("housing", line(BREACH))
        await world.answered("housing", 1)
        world.readings[0].subscription.stopped[(inbound("housing").name, 0)] = "records are missing"
    else:
        await world.put("housing", line(BREACH))

    async def told(*many: int) -> bool:
        return await world.alerts() == many

    await until(lambda: told(1, 0), "somebody is told")
    away = False
    world.readings[0].subscription.stopped.clear()
    await until(lambda: told(1, 1), "it is read on")


async def test_a_record_is_handed_on_as_it_came(world: World) -> None:
    """A name given twice is for the service to refuse; so is what is deeper than it takes. Two lines are no
    line."""
    twice = b'{"type":"%s","purpose":"support","purpose":"safeguarding"}' % HOUSED.encode()
    deep = b'{"type":"%s","content":%s1%s}' % (HOUSED.encode(), b"[" * 400, b"]" * 400)
    two = line(HOUSED).replace(b",", b",\n")
    await world.open("housing")
    await world.put("housing", twice, deep, two)
    assert await world.answered("housing", 3) == [201, 201, 400]
    assert world.services.got == [("referrals", twice), ("referrals", deep)]


@pytest.mark.parametrize("service", [REFERRALS, ORDERS, MARAC, NOTIFY], ids=lambda service: service.name)
def test_those_take_lines_that_let_a_partners_system_say_several(service: Service) -> None:
    several = {role for right in service.accepts.values() for role in service.rights[right]}
    assert (StaffRole.REPORTER in several) is (service.name in TAKING)
