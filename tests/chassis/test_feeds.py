"""A service keeps which agencies it has not heard for longer than usual, for its pages to say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis import feeds
from contracts.events.configuration import AgencyDefined
from contracts.vocabulary import AgencyKind
from tests.chassis.conftest import SERVICE, System
from tests.chassis.test_runtime import incident, row_when, say
from tests.support.waiting import until


async def test_a_service_learns_who_is_silent(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LEARN_SECONDS", 0.05)
    runtime = await system.start(replace(SERVICE, tasks=(feeds.keep_learning,)))
    first = await say(runtime, incident("1"))
    await row_when(runtime, 1)
    agency = (await runtime.fact(first.root)).versions(first.root)[0].envelope.agency
    defined = {"name": "Castlegate Police", "kind": AgencyKind.POLICE, "silent_after_hours": 12}
    await say(runtime, AgencyDefined(agency=agency, **defined))
    await runtime.set_clock(runtime.clock.now() + timedelta(hours=13))

    async def silent() -> bool:
        return [each.name for each in runtime.silences] == ["Castlegate Police"]

    await until(silent)
    (found,) = runtime.silences
    assert found.kind is AgencyKind.POLICE
    assert found.since == (await runtime.newest_of([agency], runtime.clock.now()))[agency]
    await say(runtime, incident("1"))

    async def heard() -> bool:
        return not runtime.silences

    await until(heard)
    assert runtime.silences == [], "whoever is heard again is not told of"
