"""What folds read of the configuration: one set for as long as it is the same, with all that is worked out
of it, whoever is folded in between."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.clock import Clock
from chassis.ledger import entry_of
from chassis.reading import Reader
from chassis.store import Sqlite
from contracts.events.configuration import ThresholdSet
from contracts.vocabulary import Threshold
from tests.chassis.race.world import VIEWS
from tests.support.facts import IDS, NOON, fact


async def test_the_configuration_is_one_set_while_it_is_the_same(tmp_path: Path) -> None:
    store = Sqlite(tmp_path / "store.sqlite", Clock())
    await store.prepare([view.table for view in VIEWS])
    reader = Reader(store, VIEWS)

    async def say(connection: AsyncConnection, value: int) -> None:
        said = ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=value)
        entries = [entry_of(fact(said, root=str(value)).envelope)]
        await ledger.insert_facts(store, connection, [each.row(None) for each in entries], loading=False)
        await ledger.file_facts(store, connection, IDS, entries)

    async with store.writing() as connection:
        await say(connection, 2)
        known = (await reader.read(connection, 0, ["p:one"], NOON)).configuration["p"]
        await reader.read(connection, 1, ["o:cause"], NOON)
        assert (await reader.read(connection, 0, ["p:one"], NOON)).configuration["p"] is known
        await say(connection, 3)
        assert len((await reader.read(connection, 0, ["p:one"], NOON)).configuration["p"]) == 2
    await store.close()
