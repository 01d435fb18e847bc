"""The promises of ``chassis/README.md``, on both deployments."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator
from sqlalchemy import Engine, event, text

from chassis import archive, operating
from chassis.accept import Refused, own_header
from chassis.clock import bank_holidays
from chassis.facts import read_fact
from chassis.http.app import create_app
from chassis.ledger import digest
from chassis.log import Record
from chassis.log.embedded import EmbeddedSubscription
from chassis.relay import Relay
from chassis.rows import canonical, new_row, write_rows
from chassis.runtime import Runtime
from chassis.views import Row, Saying, Subject
from contracts.events.alerts import AlertRaised
from contracts.events.configuration import ThresholdSet
from contracts.events.operations import AuditShown
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.mentions import Mention
from contracts.sections import Identity
from contracts.sections import Record as Number
from contracts.vocabulary import AlertRule, BreachKind, IncidentKind, Role, Threshold, Urgency
from tests.chassis.conftest import IDS, POLICE, SERVICE, System
from tests.chassis.race.world import CAUSE, EPOCH, PERSON, PersonRow
from tests.support.waiting import settled, until
from tests.support.watermarks import nothing_from_others


def someone(number: str, role: Role = Role.VICTIM) -> Mention:
    return Mention(role=role, identity=Identity(record=Number(system="s", type="t", number=number)))


def incident(number: str = "1") -> IncidentReported:
    return IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(number)])


def person(number: str) -> str:
    return IDS.person(IDS.mention(POLICE.agency, "s", "t", number))


async def say(runtime: Runtime, content: Any, key: str | None = None) -> Any:
    header = own_header(runtime.clock.now())
    return await runtime.take(header, content, caller=POLICE, right="say", idempotency_key=key)


async def everything(runtime: Runtime) -> dict[str, list[tuple[Any, ...]]]:
    """All that a store holds, but for what is of the moment (when a fact was sent)."""
    tables = {
        "fact": "select id, root, version, type, source, occurred, accepted, hash, body from fact",
        "key": "select key, fact from key",
        "place": "select mention, person, seq from place",
        "person": "select subject, hash, body from race_person",
        "case": "select subject, hash, body from race_case",
        "cause": "select subject, hash, body from race_cause",
    }
    async with runtime.store.reading() as connection:
        return {name: sorted(map(tuple, await connection.execute(text(sql)))) for name, sql in tables.items()}


async def row(runtime: Runtime, number: str = "1") -> PersonRow | None:
    found = await runtime.row(PERSON, person(number))
    assert found is None or isinstance(found, PersonRow)
    return found


async def test_a_fact_is_folded_and_relayed(system: System) -> None:
    runtime = await system.start()
    taken = await say(runtime, incident())
    folded = await until(lambda: row(runtime))
    assert folded.facts == [taken.id]
    await until(lambda: settled(runtime))


async def test_the_bytes_of_a_row_that_was_read_are_not_fetched_again(system: System) -> None:
    runtime, said = await system.start(), list[str]()
    for number in "12":
        await say(runtime, incident(number))
    people = [person("2"), person("1")]

    async def bodies() -> list[Any]:
        said.clear()
        read = await runtime.rows_by(PERSON, "subject", people)
        assert read == list((await runtime.rows_of(PERSON, people)).values())
        return read

    async def all_there() -> bool:
        return [each.incidents for each in await bodies()] == [1, 1]

    await until(all_there)

    @event.listens_for(Engine, "before_cursor_execute")
    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    try:
        await bodies()
        assert list(await runtime.rows_of(PERSON, people)) == sorted(people), "by subject"
        fetched = [each for each in said if "race_person" in each]
        assert fetched
        assert not any("body" in each for each in fetched)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    await say(runtime, incident("1"))
    assert (await row_when(runtime, 2)).incidents == 2, "what was folded since is fetched"
    assert await runtime.rows_of(PERSON, [person("9")]) == {}


async def test_rows_that_are_read_together_are_of_one_moment(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one of them is kept, and both change before the bytes of the other are fetched."""
    runtime, people = await system.start(), [person("1"), person("2")]
    for number in "12":
        await say(runtime, incident(number))
    first, second = [await until(partial(row, runtime, number)) for number in "12"]
    await until(lambda: settled(runtime))
    reading, keeps, changes = runtime.store.reading, archive.kept, [1]

    async def change() -> None:
        anew = [(people[0], first), (people[1], second)]
        rows = [new_row(PERSON, who, each.model_copy(update={"incidents": 9})) for who, each in anew]
        async with runtime.store.writing() as connection:
            await write_rows(runtime.store, connection, rows, {})

    class Meanwhile:
        """A connection, after whose first statement both change."""

        def __init__(self, connection: Any) -> None:
            self._connection = connection

        async def execute(self, *said: Any) -> Any:
            found = await self._connection.execute(*said)
            if changes and changes.pop():
                await change()
            return found

    @asynccontextmanager
    async def read() -> AsyncIterator[Any]:
        async with reading() as connection:
            yield Meanwhile(connection)

    def kept(kind: type[Row], digest: str) -> Row | None:
        return keeps(kind, digest) if digest == new_row(PERSON, "", first).hash else None

    monkeypatch.setattr(runtime.store, "reading", read)
    monkeypatch.setattr(archive, "kept", kept)
    found = (await runtime.rows_of(PERSON, people)).values()
    assert not changes
    assert len(found) == 2
    assert len({each.incidents for each in found}) == 1  # type: ignore[attr-defined]
    assert {each.incidents for each in (await runtime.rows_of(PERSON, people)).values()} == {9}  # type: ignore[attr-defined]


async def test_the_same_post_twice_is_the_first_answer_and_one_fact(system: System) -> None:
    runtime = await system.start()
    header = own_header(runtime.clock.now())
    said = {"caller": POLICE, "right": "say", "idempotency_key": "once"}
    first = await runtime.take(header, incident(), **said)
    again = await runtime.take(header, incident(), **said)
    assert (again.id, again.accepted, again.repeated) == (first.id, first.accepted, True)
    with pytest.raises(Refused) as refused:
        await runtime.take(header, incident("2"), **said)
    assert refused.value.status == 409
    assert len((await row_when(runtime, 1)).facts) == 1


async def row_when(runtime: Runtime, incidents: int) -> PersonRow:
    async def there() -> PersonRow | None:
        found = await row(runtime)
        return found if found is not None and found.incidents == incidents else None

    found = await until(there)
    assert found is not None
    return found


async def test_a_correction_is_the_next_version_under_if_match(system: System) -> None:
    runtime = await system.start()
    first = await say(runtime, incident())
    header = own_header(runtime.clock.now())
    said = {"caller": POLICE, "right": "say"}
    second = await runtime.revise(first.root, 1, header, incident(), **said)
    assert (second.version, second.accepted > first.accepted) == (2, True)
    with pytest.raises(Refused) as stale:
        await runtime.revise(first.root, 1, header, incident(), **said)
    assert stale.value.status == 412
    other = replace(POLICE, agency="castlegate-housing")
    with pytest.raises(Refused) as foreign:
        await runtime.revise(first.root, 2, header, incident(), caller=other, right="say")
    assert foreign.value.status == 404
    gone = await runtime.revise(first.root, 2, None, None, **said)
    assert gone.version == 3

    async def empty() -> bool:
        return await row(runtime) is None

    await until(empty)
    assert [fact.version for fact in (await runtime.fact(first.root)).versions(first.root)] == [1, 2, 3]


async def test_of_two_corrections_of_one_version_at_once_one_is_told(system: System) -> None:
    runtime = await system.start()
    first = await say(runtime, incident())
    header = own_header(runtime.clock.now())

    async def correct() -> int:
        try:
            taken = await runtime.revise(first.root, 1, header, incident(), caller=POLICE, right="say")
        except Refused as refused:
            return refused.status
        return taken.version

    assert sorted(await asyncio.gather(*(correct() for _ in range(6)))) == [2, 412, 412, 412, 412, 412]
    assert [fact.version for fact in (await runtime.fact(first.root)).versions(first.root)] == [1, 2]


async def test_a_key_that_was_used_for_another_fact_corrects_nothing(system: System) -> None:
    runtime = await system.start()
    header = own_header(runtime.clock.now())
    one, other = [await say(runtime, incident(number)) for number in "12"]
    said = {"caller": POLICE, "right": "say", "idempotency_key": "once"}
    corrected = await runtime.revise(one.root, 1, header, incident("1"), **said)
    again = await runtime.revise(one.root, 1, header, incident("1"), **said)
    assert (again.id, again.version, again.repeated) == (corrected.id, 2, True)
    with pytest.raises(Refused) as refused:
        await runtime.revise(other.root, 1, header, incident("2"), **said)
    assert refused.value.status == 409
    assert len(await runtime.fact(other.root)) == 1
    keys = {key for fact in await runtime.fact(one.root) for key in fact.envelope.keys.split()}
    async with runtime.store.reading() as connection:
        filed = await connection.execute(text("select key from key where fact = :id"), {"id": corrected.id})
        assert set(filed.scalars()) == keys


async def test_an_alert_is_said_once_and_stands_down_when_it_is_no_longer_true(system: System) -> None:
    runtime = await system.start()
    roots = [(await say(runtime, incident())).root for _ in range(3)]
    breach = await say(runtime, BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))

    async def standing(expected: bool) -> bool:
        found: Any = await runtime.row(CAUSE, breach.root)
        return found is not None and found.standing is expected

    await until(lambda: standing(True))
    await until(lambda: settled(runtime))
    await operating.mark_everything(runtime)
    runtime.signals.wake("fold")
    await until(lambda: settled(runtime))
    assert len((await runtime.facts([f"o:{breach.root}"])).current(AlertRaised)) == 1
    await runtime.revise(roots[0], 1, None, None, caller=POLICE, right="say")
    await until(lambda: standing(False))
    await say(runtime, incident())
    await until(lambda: standing(True))
    found: Any = await runtime.row(CAUSE, breach.root)
    assert found.generation == 2


async def test_a_store_is_restored_from_the_log_alone_byte_for_byte(system: System) -> None:
    runtime = await system.start()
    for number in ("1", "1", "1", "2"):
        await say(runtime, incident(number))
    await say(runtime, ReferralMade(people=[someone("1"), someone("2", Role.PERPETRATOR)]))
    await say(runtime, BreachReported(kind=BreachKind.CONTACT, people=[someone("1")]))
    await say(runtime, ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=2))
    await runtime.shown(POLICE, "person", "somebody", b"what was shown", [])
    await until(lambda: settled(runtime))
    before = await everything(runtime)
    assert all(before.values())
    await system.stop(runtime)
    await system.drop()
    again = await system.start()
    await until(lambda: settled(again))
    assert await everything(again) == before


async def test_what_cannot_be_read_is_parked_and_stops_nobody(system: System) -> None:
    runtime = await system.start()
    await runtime.log.append([Record("incidents", "k", b"{no json"), Record("incidents", "k", b'{"id": 1}')])
    await say(runtime, incident())
    await until(lambda: row(runtime))

    async def both() -> bool:
        return (await operating.counts(runtime))["parked"] == 2

    await until(both)
    records, _, _ = await operating.unread(runtime)
    assert {each.topic for each in records} == {"incidents"}
    ok, why = await runtime.ready()
    assert (ok, why["parked"], why["broken"]) == (True, 2, 0), why


async def test_that_the_bank_holidays_that_are_known_end_is_said_and_stops_nobody(system: System) -> None:
    runtime = await system.start()
    last = max(bank_holidays())
    for days, said in ((400, None), (300, last.isoformat())):
        runtime.clock.set(datetime.combine(last - timedelta(days=days), time(), UTC))
        ok, why = await runtime.ready()
        assert (ok, why["bank_holidays_end"]) == (True, said), why


async def test_a_type_that_nobody_knows_yet_is_stored_and_not_parked(system: System) -> None:
    runtime = await system.start()
    taken = await say(runtime, incident())
    known = next(iter(await runtime.fact(taken.root))).envelope
    later = known.model_copy(
        update={
            "id": IDS.blind("a", "b"),
            "root": IDS.blind("a", "b"),
            "type": "uk.goldthread.later.thing.v1",
        }
    )
    await runtime.log.append([Record("incidents", "k", later.model_dump_json(exclude_none=True).encode())])

    async def stored() -> int:
        return len(await runtime.fact(later.root))

    assert await until(stored) == 1
    assert (await operating.counts(runtime))["parked"] == 0
    await system.stop(runtime)

    beside = system._runtime(SERVICE)
    await operating.republish(beside)
    await beside.store.close()
    runtime = await system.start()
    await say(runtime, incident())

    async def unsent() -> bool:
        return (await operating.counts(runtime))["unsent"] == 1

    await until(unsent, what="it waits for the release that knows it, and holds up nothing else")


def _raises_for_two(subject: Subject) -> Any:
    if len(subject.facts.current(IncidentReported)) == 2:
        raise ZeroDivisionError
    return PERSON.fold(subject)


def _tell(subject: Subject) -> list[Saying]:
    content = AlertRaised(rule=AlertRule.BREACH, cause=EVENT, generation=1, urgency=Urgency.NOW)
    return [Saying("broken", EVENT, 1, content, EPOCH)]


EVENT = IDS.blind("event", "1")


async def test_a_fold_that_raises_is_one_subjects_fault_and_somebody_is_told(system: System) -> None:
    views = (replace(PERSON, fold=_raises_for_two, decide_broken=_tell), *SERVICE.views[1:])
    runtime = await system.start(replace(SERVICE, views=views))
    await say(runtime, incident())
    good = await row_when(runtime, 1)
    await say(runtime, incident())
    await say(runtime, incident("2"))
    await until(lambda: row(runtime, "2"))

    async def broken() -> Any:
        return await runtime.broken("p", person("1"))

    since = await until(broken)
    assert since
    one, two = (f"p:{person(number)}" for number in "12")
    assert [await runtime.last_good(each) for each in ([two, one], [two], [])] == [since, None, None]
    assert await row(runtime) == good
    assert len((await runtime.facts([f"o:{EVENT}"])).current(AlertRaised)) == 1
    await say(runtime, incident())
    await row_when(runtime, 3)
    assert await broken() is None


async def test_as_it_was_known_then(system: System) -> None:
    runtime = await system.start()
    first = await say(runtime, incident())
    then = first.accepted
    await say(runtime, incident())
    await say(runtime, ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=1))
    now = await row_when(runtime, 2)
    await until(lambda: settled(runtime))
    with pytest.raises(Refused):
        await runtime.as_of(PERSON, person("1"), then)
    await nothing_from_others(runtime.log, "orders")
    await runtime.set_clock(runtime.clock.now() + timedelta(days=3))
    await until(lambda: is_fresh(runtime, runtime.clock.now() - timedelta(days=1)))
    known: Any = await runtime.as_of(PERSON, person("1"), then)
    assert (known.incidents, known.threshold) == (1, 3)
    assert await runtime.as_of(PERSON, person("1"), then - timedelta(microseconds=1)) is None
    assert await runtime.as_of(
        PERSON, person("1"), runtime.clock.now() - timedelta(days=1)
    ) == replace_threshold(now)
    with pytest.raises(Refused):
        await runtime.as_of(PERSON, person("1"), runtime.clock.now() + timedelta(days=1))
    assert list(await runtime.configuration(ThresholdSet, at=then)) == []
    assert len(await runtime.configuration(ThresholdSet)) == 1

    def raises(_: object) -> Any:
        raise ValueError("nobody's business")

    with pytest.raises(Refused, match="known-broken"):
        await runtime.as_of(replace(PERSON, fold=raises), person("1"), then)


async def test_the_audit_answers_what_a_page_showed_on_the_day(system: System) -> None:
    """The line's hash and facts are those of the row as it was known when it was shown."""
    runtime = await system.start()
    await nothing_from_others(runtime.log, "orders")
    first = await say(runtime, incident())
    page = await row_when(runtime, 1)
    await runtime.shown(POLICE, "person", person("1"), page, page.facts)
    await say(runtime, incident())
    await runtime.revise(first.root, 1, None, None, caller=POLICE, right="say")
    await say(runtime, ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=1))

    async def gone() -> bool:
        found = await row(runtime)
        return found is not None and first.id not in found.facts and found.threshold == 1

    await until(gone)
    async with runtime.store.reading() as connection:
        kept = text("select body from fact where type = :type")
        (body,) = (await connection.execute(kept, {"type": AuditShown.type})).scalars()
    line = read_fact(body.encode())
    await until(lambda: is_fresh(runtime, line.accepted))
    known = await runtime.as_of(PERSON, person("1"), line.accepted)
    assert isinstance(line.content, AuditShown)
    assert known is not None
    assert line.content.content == digest(canonical(known))
    assert line.content.facts == known.facts == [first.id]  # type: ignore[attr-defined]
    assert known != await row(runtime)


async def is_fresh(runtime: Runtime, at: datetime) -> bool:
    fresh = await runtime.fresh_until()
    return fresh is not None and fresh > at


def replace_threshold(row: PersonRow) -> PersonRow:
    return row.model_copy(update={"threshold": 1, "over": True})


async def test_a_commit_that_fails_is_no_2xx(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = await system.start()

    async def fails(work: Any, *, durable: bool) -> Any:
        async with runtime.store.writing() as connection:
            await work(connection)
            raise ConnectionError("the commit did not arrive")

    monkeypatch.setattr(runtime.store, "write", fails)
    with pytest.raises(ConnectionError):
        await say(runtime, incident())
    monkeypatch.undo()
    assert (await operating.counts(runtime))["facts"] == 0


async def test_what_a_crash_took_back_is_read_again(system: System) -> None:
    runtime = await system.start()
    await say(runtime, incident())
    await until(lambda: settled(runtime))
    before = await operating.fingerprint(runtime)
    async with runtime.store.writing() as connection:
        # As after a crash: the store forgot the fact that it loaded, and how far it was.
        await connection.execute(text("delete from key"))
        await connection.execute(text("delete from fact where source = '/orders'"))
        await connection.execute(text("update position set next = 0"))
    await say(runtime, incident("2"))

    async def again() -> bool:
        found = await operating.fingerprint(runtime)
        return found["facts"][0] == 2 * before["facts"][0] and await settled(runtime)

    await until(again)
    assert (await operating.fingerprint(runtime))["keys"][0] == 2 * before["keys"][0], (
        "and where each is filed"
    )


async def test_a_service_that_waits_for_its_group_is_told_to_stop_and_ends(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while Kafka is away: it would join when Kafka is back."""
    joining = asyncio.Event()

    async def never(*_: object) -> None:
        joining.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(EmbeddedSubscription, "start", never)
    monkeypatch.setattr(GroupCoordinator, "_do_rejoin_group", never)
    runtime = system._runtime(SERVICE)
    await runtime.log.start()
    async with asyncio.timeout(30):
        await runtime.start()
        await joining.wait()
        assert runtime.alive()
        await system.stop(runtime)
    assert all(task.done() for task in runtime._tasks)


async def test_whoever_waits_for_an_answer_when_a_service_stops_is_told_to_say_it_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await system.start()
    writing = asyncio.Event()

    async def never(*_: object) -> None:
        writing.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as slow:
        slow.setattr(runtime.acceptor, "write", never)
        waiting = [asyncio.create_task(say(runtime, incident(number), number)) for number in "12"]
        await writing.wait()
        waiting.append(asyncio.create_task(say(runtime, incident("3"), "3")))
        async with asyncio.timeout(30):
            await system.stop(runtime)
            answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [(type(each), getattr(each, "status", None)) for each in answers] == [(Refused, 503)] * 3
    with pytest.raises(Refused):
        await say(runtime, incident("4"), "4")
    again = await system.start()
    assert not (await say(again, incident("1"), "1")).repeated, "it was not saved half"


@pytest.mark.parametrize("step", ["load", "fold"])
async def test_what_a_service_has_in_hand_when_it_is_told_to_stop_is_done_once_by_the_next(
    system: System, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It is in the middle of a slow transaction, all written and not committed: a fact of another service is
    loaded, or folded. Neither is skipped, as by a client that commits what it did not finish."""
    runtime = await system.start()
    taken = await say(runtime, incident())
    await row_when(runtime, 1)
    await until(lambda: settled(runtime))
    in_hand = asyncio.Event()
    part, name = (runtime.loader, "_enter") if step == "load" else (runtime.folder, "_lock")
    work = getattr(part, name)

    async def slowly(*given: Any) -> Any:
        done = await work(*given)
        if given[1]:
            in_hand.set()
            await asyncio.Event().wait()
        return done

    monkeypatch.setattr(part, name, slowly)
    known, id_ = next(iter(await runtime.fact(taken.root))).envelope, IDS.blind("of", "another")
    own = {"id": id_, "root": id_, "subject": id_, "keys": known.keys.replace(taken.root, id_)}
    another = known.model_copy(update=own | {"source": "/referrals"})
    await runtime.log.append([Record("incidents", "k", another.model_dump_json(exclude_none=True).encode())])
    await in_hand.wait()
    async with asyncio.timeout(30):
        await system.stop(runtime)
    again = await system.start()
    assert (await row_when(again, 2)).facts == sorted([taken.id, id_])
    await until(lambda: settled(again))


async def test_the_clock_outlives_a_store_that_was_away(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = await system.start()
    real, calls = runtime.ticker.tick, 0

    async def tick() -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("the store is away")
        return await real()

    async def again() -> bool:
        return calls > 1 or not runtime.alive()

    monkeypatch.setattr(runtime.ticker, "tick", tick)
    await until(again)
    assert runtime.alive()


async def test_what_was_accepted_last_is_on_the_log_when_a_service_has_stopped(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Relay) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Relay, "run", never)
    runtime = await system.start()
    await say(runtime, incident("1"))
    assert (await operating.counts(runtime))["unsent"]
    await system.stop(runtime)
    await system.drop()  # which a store with unsent facts refuses


async def test_ready_and_alive_mean_it(system: System) -> None:
    runtime = await system.start()
    app = create_app(runtime)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://goldthread.test") as client:
        assert (await client.get("/orders/ready")).status_code == 200
        next(task for task in runtime._tasks if task.get_name() == "orders.relay").cancel()

        async def dead() -> bool:
            return (await client.get("/orders/health")).status_code == 503

        await until(dead)
        assert (await client.get("/orders/ready")).status_code == 503


async def test_whoever_numbers_what_is_said_is_told_that_a_store_lacks_what_the_log_has(
    system: System,
) -> None:
    runtime = await system.start()
    await say(runtime, incident("1"))
    await until(lambda: settled(runtime))
    assert await runtime.has_all_of("incidents")
    await system.stop(runtime)
    await system.drop()
    bare = system._runtime(SERVICE)
    await bare.store.prepare([])
    await bare.log.start()
    try:
        assert not await bare.has_all_of("incidents")
    finally:
        await bare.log.stop()
        await bare.store.close()
