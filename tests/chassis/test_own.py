"""What a service said itself comes back to it by the log: it is read where its store has it not."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from chassis import ledger, operating, reading
from chassis.accept import own_header
from chassis.log import Record
from chassis.marks import Rank
from chassis.runtime import Runtime
from contracts.events.people import IncidentReported
from tests.chassis.conftest import POLICE, System
from tests.chassis.test_runtime import incident, say
from tests.support.waiting import settled, until

KEYS = text("select key from key where fact = :id order by key")


async def _body(runtime: Runtime, id_: str) -> str:
    async with runtime.store.reading() as connection:
        found = await connection.execute(text("select body from fact where id = :id"), {"id": id_})
        return str(found.scalar())


async def _keys(runtime: Runtime, id_: str) -> list[str]:
    async with runtime.store.reading() as connection:
        return list((await connection.execute(KEYS, {"id": id_})).scalars())


async def _brought(runtime: Runtime, *bodies: str) -> None:
    """As the log brings them once more, from the beginning of their topic."""
    records = [Record(IncidentReported.topic, "k", body.encode(), 0, at) for at, body in enumerate(bodies)]
    await runtime.loader.load(records)


async def test_what_the_store_has_in_the_same_bytes_is_not_read_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, read = await system.start(), list[str]()

    def parsed(body: str) -> Any:
        read.append(body)
        return reading.parsed(body)

    monkeypatch.setattr("chassis.load.parsed", parsed)
    taken = [await say(runtime, incident(str(n))) for n in range(3)]
    await until(lambda: settled(runtime))
    assert not [body for body in read if orjson.loads(body)["source"] == runtime.source]
    assert await _keys(runtime, taken[0].id)


async def test_what_the_store_has_lost_comes_back_with_its_keys(system: System) -> None:
    runtime = await system.start()
    taken, other = await say(runtime, incident()), await say(runtime, incident("other"))
    await until(lambda: settled(runtime))
    body, keys = await _body(runtime, taken.id), await _keys(runtime, taken.id)
    here = await _body(runtime, other.id)

    async def lost(connection: Any) -> None:
        await connection.execute(text("delete from key where fact = :id"), {"id": taken.id})
        await connection.execute(text("delete from fact where id = :id"), {"id": taken.id})

    await runtime.store.write(lost)
    await _brought(runtime, here, body)
    assert (await _body(runtime, taken.id), await _keys(runtime, taken.id)) == (body, keys)


async def test_of_two_copies_with_other_bytes_the_earlier_stays(system: System) -> None:
    runtime = await system.start()
    taken = await say(runtime, incident())
    await until(lambda: settled(runtime))
    fact = orjson.loads(await _body(runtime, taken.id))
    earlier = (taken.accepted - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    same = await _body(runtime, taken.id)
    await _brought(runtime, orjson.dumps(fact | {"acceptedat": earlier}).decode(), same)
    assert orjson.loads(await _body(runtime, taken.id)) == fact | {"acceptedat": earlier}


async def test_what_only_looks_like_its_own_is_parked_as_any_other_is(system: System) -> None:
    """PostgreSQL takes no text with a NUL: asked for such an id it would refuse the batch for ever."""
    runtime = await system.start()
    taken = await say(runtime, incident())
    await until(lambda: settled(runtime))
    body = await _body(runtime, taken.id)
    pretended = [orjson.dumps(orjson.loads(body) | {"id": id_}).decode() for id_ in ("\0", "no id", 7)]
    await _brought(runtime, *pretended, body)
    assert (await operating.counts(runtime))["parked"] == len(pretended)


async def test_what_is_here_has_the_rank_that_it_entered_with(system: System) -> None:
    runtime = await system.start()
    headers = [own_header(runtime.clock.now() - timedelta(days=days)) for days in (900, 0)]
    taken = [await runtime.take(each, incident(), caller=POLICE, right="say") for each in headers]
    bodies = [await _body(runtime, each.id) for each in taken]
    async with runtime.store.reading() as connection:
        found = await ledger.ranks_here(connection, [each.id for each in taken])
    entered = {body.encode(): ledger.entry_of(reading.parsed(body).envelope).rank for body in bodies}
    assert found == entered
    assert set(entered.values()) == {Rank.HISTORY, Rank.REST}
