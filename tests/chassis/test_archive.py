"""What an archive finds, beside a plain dictionary."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.archive import Archive
from chassis.clock import Clock
from chassis.ledger import entry_of
from chassis.load import Loader
from chassis.log import Record
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from contracts.events.people import IncidentReported
from contracts.registry import EVENTS
from contracts.vocabulary import IncidentKind, Role
from tests.chassis.race.world import VIEWS
from tests.support.facts import IDS, fact, mention_of, someone

AGENCY = "castlegate-police"
NAMED = (("1",), ("1", "2"), ("2", "3"), ("4",))
"""Whom each incident names."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of orders."""
    if request.param == "sqlite":
        opened: Store = Sqlite(tmp_path / "store.sqlite", Clock())
    else:
        opened = Postgres(request.getfixturevalue("postgres_url"), "orders", Clock())
    await opened.prepare([view.table for view in VIEWS])
    yield opened
    await opened.close()


async def test_facts_are_found_by_each_key_under_which_they_are_filed(store: Store) -> None:
    told = [
        fact(
            IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, n) for n in numbers]),
            agency=AGENCY,
            root=f"incident {number}",
        )
        for number, numbers in enumerate(NAMED)
    ]
    bodies = [entry_of(each.envelope).body.encode() for each in told]
    records = [
        Record(EVENTS[told[0].envelope.type].topic, "", body, 0, offset) for offset, body in enumerate(bodies)
    ]
    await Loader(store, IDS, "/orders", Signals(), False, asyncio.Event()).load(records)
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    filed: dict[str, list[str]] = {}
    for each in told:
        for key in each.envelope.keys.split():
            filed.setdefault(key, []).append(each.id)

    async def found(*keys: str) -> dict[str, list[str]]:
        return {key: sorted(each.id for each in of) for key, of in (await archive.filed(keys)).items()}

    one, two, three, nobody = (f"m:{mention_of(AGENCY, number)}" for number in "1239")
    wanted = {key: sorted(filed[key]) for key in (one, two, three)}
    assert [len(ids) for ids in wanted.values()] == [2, 2, 1]
    assert await found(one, two, three, nobody) == wanted, "under which there is nothing is left out"
    assert await found(one, one, two) == {key: wanted[key] for key in (one, two)}
    assert await found(one, one) == {one: wanted[one]}
    assert await found(nobody) == {}
    assert await found() == {}
