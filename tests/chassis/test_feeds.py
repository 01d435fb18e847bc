"""A service keeps which agencies it has not heard for longer than usual, for its pages to say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis import feeds
from chassis.accept import Refused
from contracts.events.configuration import AgencyDefined
from contracts.events.orders import BreachReported
from contracts.vocabulary import AgencyKind, BreachKind
from tests.chassis.conftest import POLICE, SERVICE, System
from tests.chassis.test_runtime import incident, row_when, say, someone
from tests.support.waiting import until
from tests.support.watermarks import nothing_from_others


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


async def test_how_far_each_agency_has_come(system: System) -> None:
    """Nothing is said until it is known; then each by the service that it speaks to, with the rhythm that was
    agreed; and as it was known before it went silent."""
    runtime = await system.start()
    police, surgery = POLICE.agency, "eastvale-gp"
    told = {"kind": AgencyKind.POLICE, "silent_after_hours": 12}
    await say(runtime, AgencyDefined(agency=police, name="Northmere Police", **told))
    await say(runtime, AgencyDefined(agency=surgery, name="Eastvale Surgery", kind=AgencyKind.HEALTH))
    await say(runtime, AgencyDefined(agency="us", name="Operators", kind=AgencyKind.GOLDTHREAD))
    await say(runtime, BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))
    found = await feeds.heard(runtime, None)
    states = {each.agency: each.state for each in found.agencies}
    assert states[surgery] == "unknown", "another service has not said how far it is"
    assert found.services["referrals"] is None
    assert found.fresh_until is None

    await nothing_from_others(runtime.log, runtime.name)

    async def line(agency: str, state: str) -> feeds.Heard | None:
        page = await feeds.heard(runtime, None)
        return next((each for each in page.agencies if (each.agency, each.state) == (agency, state)), None)

    heard = await until(lambda: line(police, "in-rhythm"))
    assert heard is not None
    assert heard.heard is not None
    assert (heard.by, heard.rhythm, heard.silent_after_seconds) == (["orders"], "set", 12 * 3600)
    never = await until(lambda: line(surgery, "never-heard"))
    assert never is not None
    assert (never.by, never.heard, never.rhythm) == ([], None, "not-known")
    assert never.come_to is not None

    async def passed() -> bool:
        held = await runtime.held_until()
        return held is not None and heard.heard is not None and held > heard.heard

    await until(passed)
    then = heard.heard + timedelta(microseconds=1)
    await runtime.set_clock(runtime.clock.now() + timedelta(hours=13))
    await until(lambda: line(police, "silent"))
    assert [each.name for each in (await feeds.heard(runtime, None)).agencies] == [
        "Northmere Police",
        "Eastvale Surgery",
    ], "the worst first, and no operators"
    before = await feeds.heard(runtime, then)
    assert [(each.state, each.come_to) for each in before.agencies] == [
        ("never-heard", then),
        ("in-rhythm", then),
    ]
    with pytest.raises(Refused, match="not-yet-known"):
        await feeds.heard(runtime, runtime.clock.now() + timedelta(hours=1))
