"""Referrals with partners that have feeds, on a log and a store that outlive it."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis import operating
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.http.app import create_app
from chassis.log import Record, open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from contracts.events.clocks import ClockStarted
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.partner_topics import OURS, FeedEntry
from contracts.vocabulary import AgencyKind, AreaKind
from services.referrals.feeds import writer
from services.referrals.service import SERVICE
from tests.services.referrals.scene import IDS, Door, Referrals, named
from tests.support.facts import fact
from tests.support.waiting import until
from tests.support.watermarks import nothing_from_others

KINDS = {
    "haven": AgencyKind.IDVA_SERVICE,
    "hospital": AgencyKind.HEALTH,
    "practice": AgencyKind.HEALTH,
    "housing": AgencyKind.HOUSING,
    "police": AgencyKind.POLICE,
    "probation": AgencyKind.PROBATION,
}
AREAS = {"county": None, "north": "county", "south": "county"}
PLACE = "4 Invented Row"


class Partners:
    """A deployment of referrals alone. Every other service has nothing to say."""

    def __init__(self, folder: Path, store: str, stack: AsyncExitStack) -> None:
        self.folder = folder
        self.log = open_log(f"sqlite:{folder}/log.sqlite")
        self.store = store
        self._stack = stack

    async def begin(self) -> None:
        """The log, with who takes part and which areas there are."""
        await self.log.start()
        self._stack.push_async_callback(self.log.stop)

    async def start(self, *, others: bool = True) -> Referrals:
        """The service at work, caught up; until the test ends, or ``stop``."""
        runtime = self.runtime()
        app = create_app(runtime)
        app.state.doorkeeper = Door()
        await runtime.start()
        self._stack.push_async_callback(runtime.stop)
        if others:
            await nothing_from_others(self.log, "referrals")
        await runtime.caught_up.wait()
        transport = httpx.ASGITransport(app=app)
        http = httpx.AsyncClient(transport=transport, base_url="http://goldthread.test")
        await self._stack.enter_async_context(http)
        return Referrals(runtime, http)

    def runtime(self) -> Runtime:
        """The service, not started."""
        clock = Clock()
        settings = Settings(data=self.folder, watermark_seconds=0.1)
        return Runtime(SERVICE, settings, open_store(self.store, "referrals", clock), self.log, IDS, clock)

    async def drop(self) -> None:
        """Drop the store, while the service does not run."""
        runtime = self.runtime()
        await operating.drop(runtime)
        await runtime.store.close()

    async def say(self, *facts: Fact[Any]) -> None:
        """What other services have put on the log."""
        await self.log.append(
            [
                Record(each.said.topic, each.id, each.envelope.model_dump_json(exclude_none=True).encode())
                for each in facts
            ]
        )

    async def configure(self) -> None:
        """Who takes part, and which areas there are."""
        agencies = [AgencyDefined(agency=name, name=name, kind=kind) for name, kind in KINDS.items()]
        areas = [
            AreaDefined(area=name, name=name, kind=AreaKind.MARAC, within=within)
            for name, within in AREAS.items()
        ]
        await self.say(*(fact(each, agency="goldthread") for each in [*agencies, *areas]))


async def set_feed(referrals: Referrals, agency: str, *areas: str, **more: Any) -> httpx.Response:
    """The operator says what an agency is told."""
    answer = await referrals.post("operator", "feeds", {"agency": agency, "areas": list(areas), **more})
    assert answer.status_code == 201, answer.text
    return answer


async def feed(referrals: Referrals, who: str, **asked: Any) -> dict[str, Any]:
    """What a partner's system is answered."""
    headers = {"Authorization": f"Bearer {who}"}
    answer = await referrals.http.get("/referrals/v1/feed", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def until_told(
    referrals: Referrals, who: str, many: int, *, asks: bool = False
) -> list[dict[str, Any]]:
    """The whole feed, once it has so many entries; and not one more. That it is asked for an IDVA is counted
    apart: ``asks``."""

    async def told() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = (await feed(referrals, who))["entries"]
        entries = [each for each in found if (each["type"] == ClockStarted.type) is asks]
        return entries if len(entries) >= many else None

    entries = await until(told, f"{who} is told of {many}")
    assert len(entries) == many, [each["type"] for each in entries]
    for each in entries:
        FeedEntry.model_validate(each)
        assert each.keys().isdisjoint(OURS)
    return entries


LOOKS: list[None] = []
"""As many as the writer's looks since the test began."""


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundredths of seconds where the writer waits for whole ones; and its looks are counted."""
    monkeypatch.setattr(writer, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.0)
    once = writer.Writer.once

    async def counted(self: writer.Writer) -> bool:
        done = await once(self)
        LOOKS.append(None)
        return done

    monkeypatch.setattr(writer.Writer, "once", counted)
    LOOKS.clear()


async def looks() -> None:
    """Wait until the writer has looked again, from the beginning of a look to its end."""
    seen = len(LOOKS)

    async def again() -> bool:
        return len(LOOKS) >= seen + 2

    await until(again, "the writer has looked")


async def looked(referrals: Referrals) -> None:
    """Wait until the writer has seen all that was said before: as much as it would wait for."""
    runtime: Runtime = referrals.runtime
    said = runtime.clock.now()

    async def fresh() -> bool:
        until_ = await runtime.fresh_until()
        return until_ is not None and until_ > said

    await until(fresh, "what was said is fresh")
    await until(lambda: _quiet(runtime), "it is folded")
    await looks()


async def _quiet(runtime: Runtime) -> bool:
    ready, reasons = await runtime.ready()
    return ready and not reasons["marks"]


def referral(number: str = "H-1", area: str = "north", **more: Any) -> dict[str, Any]:
    """A referral by the IDVA service, with every section."""
    her = named("victim", number, name={"family": "Marsh", "given": "Ann"}, nhs_number="9990000018")
    her |= {
        "location": {"address": [PLACE], "postcode": "ZZ99 4AA"},
        "contact": {"method": "text", "number": "07700 900142"},
        "health": {"pregnant": True},
    }
    people = [
        her,
        named("perpetrator", f"{number}-P"),
        named("child", f"{number}-C"),
        named("witness", "W-1"),
    ]
    return {"people": people, "routing": {"area": area}, "narrative": {"text": "He waits."}} | more
