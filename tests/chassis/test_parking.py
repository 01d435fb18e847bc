"""What could not be read or folded is seen and handled by people: promise 3, on both deployments."""

from dataclasses import replace
from typing import Any, Literal

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import text

from chassis import load, operating
from chassis.accept import Refused
from chassis.facts import Fact
from chassis.http import parked as of_operators
from chassis.log import Record
from chassis.reading import parsed
from chassis.runtime import Runtime
from chassis.watch import cause_of
from contracts.content import Content
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.operations import ParkedDecided
from contracts.events.people import IncidentReported
from contracts.registry import Unreadable
from contracts.sections import Narrative
from contracts.vocabulary import IncidentKind, ParkedReason, Role, Urgency
from tests.chassis.conftest import IDS, POLICE, SERVICE, System
from tests.chassis.race.world import PERSON
from tests.chassis.test_runtime import (
    _raises_for_two,
    everything,
    incident,
    person,
    row_when,
    say,
    settled,
)
from tests.support.facts import fact, mention_of, someone
from tests.support.waiting import until

WITHOUT_ALERTS = replace(SERVICE, views=(*SERVICE.views[:2], replace(SERVICE.views[2], decide=None)))
"""The test world's causes stand down whatever alert they did not raise."""

HER = f"p:{IDS.person(mention_of('castlegate-police', '7'))}"


def about_her(kind: IncidentKind = IncidentKind.STALKING) -> Record:
    """What the hospital's own service would have written about her."""
    said = fact(IncidentReported(kind=kind, people=[someone(Role.VICTIM, "7")]))
    return Record("incidents", "k", said.envelope.model_dump_json(exclude_none=True).encode())


def spoilt(record: Record) -> Record:
    """The same, with a payload that nothing can read."""
    return replace(record, value=record.value.replace(b'"kind":"stalking"', b'"kind":7'))


async def parked(runtime: Runtime) -> list[Any]:
    records, _, _ = await operating.unread(runtime)
    return [each for each in records if not each.discarded]


async def one_parked(runtime: Runtime) -> Any:
    found = await parked(runtime)
    return found[0] if len(found) == 1 else None


async def decide(runtime: Runtime, of: Any, decision: Literal["replay", "discard"]) -> str | None:
    said = ParkedDecided(
        parked_topic=of.topic,
        partition=of.partition,
        offset=of.offset,
        decision=decision,
        person=POLICE.id,
        reason=ParkedReason.OTHER,
        narrative=Narrative(text="The sender was rung."),
    )
    return await runtime.decide(POLICE, said)


async def test_whose_pages_it_touches_is_told_and_never_what_it_says(system: System) -> None:
    runtime = await system.start()
    record = spoilt(about_her())
    await runtime.log.append([record])
    found = await until(lambda: one_parked(runtime))
    assert (HER in found.about, found.whose_known, found.size) == (True, True, len(record.value))
    assert found.reason == "kind: enum"
    of_her, of_others = await runtime.incomplete([HER]), await runtime.incomplete([f"p:{person('1')}"])
    assert (of_her.records, of_others.records, of_her.whose_unknown) == (1, 0, 0)
    await runtime.log.append([Record("incidents", "k", b"{no json")])

    async def anybodys() -> bool:
        return (await runtime.incomplete([f"p:{person('1')}"])).whose_unknown == 1

    await until(anybodys)
    assert (await runtime.incomplete([HER])).records == 1


async def test_replayed_after_the_cause_is_mended_it_is_a_fact_like_any_other(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await system.start()

    def old_release(body: str) -> Fact[Content]:
        found = parsed(body)
        if found.envelope.type == IncidentReported.type:
            raise Unreadable("kind: enum")
        return found

    monkeypatch.setattr(load, "parsed", old_release)
    await runtime.log.append([about_her()])
    found = await until(lambda: one_parked(runtime))
    assert await decide(runtime, found, "replay") == "kind: enum"
    assert await one_parked(runtime)
    monkeypatch.undo()
    assert await decide(runtime, found, "replay") is None
    assert await parked(runtime) == []
    assert (await runtime.incomplete([HER])).records == 0

    async def folded() -> Any:
        return await runtime.row(PERSON, HER[2:])

    row: Any = await until(folded)
    assert row.incidents == 1
    with pytest.raises(Refused) as gone:
        await decide(runtime, found, "replay")
    assert gone.value.status == 404


async def test_the_same_id_with_other_content_stays_parked_when_it_is_replayed(system: System) -> None:
    runtime = await system.start()
    first = about_her()
    await runtime.log.append([first, replace(first, value=first.value.replace(b"stalking", b"harassment"))])
    found = await until(lambda: one_parked(runtime))
    assert await decide(runtime, found, "replay") == "same id, other content"
    assert (await runtime.incomplete([HER])).records == 1


async def test_what_was_discarded_counts_no_more_and_a_restore_comes_to_the_same_end(system: System) -> None:
    runtime = await system.start(WITHOUT_ALERTS)
    await runtime.log.append([spoilt(about_her())])
    found = await until(lambda: one_parked(runtime))
    await until(runtime.told_of_unread)
    await decide(runtime, found, "replay")
    assert await decide(runtime, found, "discard") is None
    assert await parked(runtime) == []
    assert (await runtime.incomplete([HER])).records == 0

    async def stood_down() -> bool:
        return await runtime.told_of_unread() is None

    await until(stood_down)
    await runtime.log.append([Record("incidents", "k", b"{no json")])
    told = await until(runtime.told_of_unread)
    await until(lambda: settled(runtime))

    async def state(of: Runtime) -> tuple[Any, ...]:
        records, broken, _ = await operating.unread(of)
        # Since when is this store's own: a restored one could not read it since it was restored.
        return await everything(of), [replace(each, since=found.since) for each in records], broken

    before = await state(runtime)
    assert [each.discarded for each in before[1]] == [True, False]
    await system.stop(runtime)
    await system.drop()
    again = await system.start(WITHOUT_ALERTS)
    await until(lambda: settled(again))
    assert await state(again) == before
    assert await again.told_of_unread() == told


async def decisions(runtime: Runtime) -> int:
    async with runtime.store.reading() as connection:
        found = await connection.execute(
            text("select count(*) from fact where type = :type"), {"type": ParkedDecided.type}
        )
        return int(found.scalar_one())


async def test_what_is_parked_for_one_reason_is_decided_together_and_each_is_on_record(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none that came after whoever decides had looked."""
    runtime = await system.start()
    other, broken = spoilt(about_her()), Record("incidents", "k", b"{no json")
    elsewhere = replace(broken, topic="alerts")
    await runtime.log.append([broken, other, broken, broken, elsewhere])

    async def are(n: int) -> Any:
        found = await parked(runtime)
        return found if len(found) == n else None

    def mends(body: str) -> Fact[Content]:
        """A release that reads the second of them."""
        tried.extend([body] if body == "{no json" else [])
        return parsed(about_her().value.decode() if body == "{no json" and len(tried) == 2 else body)

    found = await until(lambda: are(5))
    one, *others = [each for each in found if (each.topic, each.reason) == ("incidents", "not JSON")]
    seen = max(each.since for each in (one, *others))
    await runtime.log.append([broken])
    await until(lambda: are(6))
    decided = of_operators.Decision(
        decision="replay", reason=ParkedReason.MENDED, alike_until=seen, alike_reason="not JSON"
    )
    place = (one.topic, one.partition, one.offset)
    tried: list[str] = []
    monkeypatch.setattr(load, "parsed", mends)
    came = await of_operators.decide(runtime, POLICE, *place, decided)
    monkeypatch.undo()
    assert (came.outcome, came.reason) == ("still-unreadable", "not JSON")
    assert (came.records, came.left, await decisions(runtime)) == (3, 2, 3)
    decided = decided.model_copy(update={"decision": "discard", "reason": ParkedReason.OF_NO_USE})
    came = await of_operators.decide(runtime, POLICE, *place, decided)
    assert (came.outcome, came.records, came.left, await decisions(runtime)) == ("discarded", 2, 0, 5)
    left = await parked(runtime)
    assert sorted(each.reason for each in left) == ["kind: enum", "not JSON", "not JSON"]
    with pytest.raises(Refused) as gone:
        await of_operators.decide(runtime, POLICE, *place, decided)
    assert gone.value.status == 404


async def test_none_is_decided_that_was_not_shown_as_parked_for_that_reason(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of which the reason changed since is neither taken along, nor takes along those that it is like
    now."""
    runtime = await system.start()
    broken = Record("incidents", "k", b"{no json")
    await runtime.log.append([broken, spoilt(about_her()), broken])

    async def all_three() -> Any:
        found = await parked(runtime)
        return found if len(found) == 3 else None

    def no_json(body: str) -> Fact[Content]:
        """A release that reads what is spoilt otherwise."""
        if '"kind":7' in body:
            raise Unreadable("not JSON")
        return parsed(body)

    found = await until(all_three)
    one, _ = [each for each in found if each.reason == "not JSON"]
    (other,) = [each for each in found if each.reason == "kind: enum"]
    seen = max(each.since for each in found)
    monkeypatch.setattr(load, "parsed", no_json)
    assert await decide(runtime, other, "replay") == "not JSON"
    monkeypatch.undo()

    async def decides(of: Any, shown: str | None) -> of_operators.Outcome:
        decided = of_operators.Decision(
            decision="discard", reason=ParkedReason.OF_NO_USE, alike_until=seen, alike_reason=shown
        )
        return await of_operators.decide(runtime, POLICE, of.topic, of.partition, of.offset, decided)

    for shown in ("kind: enum", None):
        with pytest.raises(Refused) as refused:
            await decides(other, shown)
        assert (refused.value.fault, refused.value.status) == ("other-reason", 409)
    assert (await decides(one, "not JSON")).records == 2
    (left,) = await parked(runtime)
    assert ((left.offset, left.reason), left.since > seen) == ((other.offset, "not JSON"), True)


def alerts(facts: Any, kind: type[Content]) -> list[Any]:
    return [each.said for each in facts.current(kind)]


async def test_somebody_is_told_once_while_anything_is_parked_and_a_metric_says_so(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    monkeypatch.setattr(metrics, "get_meter", MeterProvider([reader]).get_meter)
    runtime = await system.start(WITHOUT_ALERTS)
    cause = cause_of(IDS, "/orders")

    def measured() -> dict[str, int]:
        data: Any = reader.get_metrics_data()
        found = [m for each in data.resource_metrics for scope in each.scope_metrics for m in scope.metrics]
        return {m.name: m.data.data_points[0].value for m in found}

    async def raised(n: int) -> Any:
        facts = await runtime.facts([f"o:{cause}"])
        return len(alerts(facts, AlertRaised)) == n and facts

    assert await runtime.told_of_unread() is None
    await runtime.log.append([spoilt(about_her()), Record("incidents", "k", b"{no json")])
    facts = await until(lambda: raised(1))
    assert alerts(facts, AlertRaised)[0].urgency is Urgency.HOUR
    assert await runtime.told_of_unread() is not None
    one, two = await parked(runtime)
    assert measured() == {"goldthread.parked": 2, "goldthread.broken": 0, "goldthread.stopped": 0}
    await decide(runtime, one, "discard")
    await decide(runtime, two, "discard")

    async def stood_down() -> bool:
        return len(alerts(await runtime.facts([f"o:{cause}"]), AlertStoodDown)) == 1

    await until(stood_down)
    assert await runtime.told_of_unread() is None
    assert measured() == {"goldthread.parked": 0, "goldthread.broken": 0, "goldthread.stopped": 0}
    await runtime.log.append([Record("alerts", "k", b"{no json")])
    facts = await until(lambda: raised(2))
    assert {(each.generation, each.urgency) for each in alerts(facts, AlertRaised)} == {
        (1, Urgency.HOUR),
        (2, Urgency.NOW),
    }


async def test_a_broken_subject_is_listed_told_of_and_folded_again_when_it_is_mended(system: System) -> None:
    failing = [True]

    def fold(subject: Any) -> Any:
        return _raises_for_two(subject) if failing[0] else PERSON.fold(subject)

    runtime = await system.start(replace(SERVICE, views=(replace(PERSON, fold=fold), *SERVICE.views[1:])))
    await say(runtime, incident())
    await say(runtime, incident())

    async def broken() -> Any:
        return (await operating.unread(runtime))[1]

    (found,) = await until(broken)
    assert found.subject == f"p:{person('1')}"
    await until(runtime.told_of_unread)
    ok, why = await runtime.ready()
    assert (ok, why["broken"]) == (True, 1)
    with pytest.raises(Refused):
        await runtime.fold_again(f"p:{person('2')}")
    failing[0] = False
    await runtime.fold_again(found.subject)
    await row_when(runtime, 2)
    assert await broken() == []
