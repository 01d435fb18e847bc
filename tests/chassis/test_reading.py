"""What folds read of the configuration: one set for as long as it is the same, with all that is worked out
of it, whoever is folded in between."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.clock import Clock
from chassis.ledger import entry_of
from chassis.reading import Kept, Reader
from chassis.rows import canonical
from chassis.store import Sqlite
from chassis.views import Row
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


class Told(Row):
    """A row that is little but its text."""

    text: str


def text_of(text: str) -> tuple[str, str]:
    """The hash of a row's bytes, and the bytes."""
    body = canonical(Told(text=text))
    return ledger.digest(body), body.decode()


def test_rows_are_kept_by_their_text_and_the_last_asked_for_stays() -> None:
    texts = [text_of(letter * 100) for letter in "abc"]
    kept = Kept(2 * len(texts[0][1]))
    a, b = (kept.row(Told, *text) for text in texts[:2])
    assert kept.row(Told, *text_of("a" * 100)) is a, "by its text, whichever string has it"
    c = kept.row(Told, *texts[2])
    assert kept.get(Told, texts[0][0]) is a
    assert kept.get(Told, texts[2][0]) is c
    assert kept.get(Told, texts[1][0]) is None, "there was room for two"
    assert kept.row(Told, *texts[1]) == b
    short = [kept.row(Told, *text_of(str(n))) for n in range(10)]
    assert [kept.row(Told, *text_of(str(n))) for n in range(10)] == short
    assert all(kept.get(Told, text_of(str(n))[0]) is row for n, row in enumerate(short)), (
        "for more short ones"
    )
    assert kept.row(Row, *texts[2]) is not kept.row(Told, *texts[2]), "another kind is another row"


def test_a_row_for_which_there_is_no_room_is_read_each_time_and_takes_nobody_elses() -> None:
    text, short = text_of("a" * 100), text_of("b")
    kept = Kept(len(short[1]))
    row = kept.row(Told, *short)
    assert kept.row(Told, *text) == kept.row(Told, *text)
    assert kept.row(Told, *text) is not kept.row(Told, *text)
    assert kept.row(Told, *short) is row
