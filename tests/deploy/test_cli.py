"""``goldthread``: what an operator is told, and what is refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chassis.clock import Clock
from chassis.ids import Ids
from chassis.load import Loader
from chassis.log import Record
from chassis.settings import Settings
from chassis.signals import Signals
from chassis.store import open_store
from contracts.topics import TOPICS
from deploy import cli, wiring


@pytest.mark.parametrize("command", ["serve", "rebuild", "restore", "republish", "marks", "parked"])
def test_a_service_that_there_is_not_is_refused_with_those_that_there_are(command: str) -> None:
    told = CliRunner().invoke(cli.app, [command, "payments"])
    assert told.exit_code == 2
    assert "orders" in told.output
    assert "Traceback" not in told.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a try-out, with a log that has three records of one partition."""
    monkeypatch.setenv("GOLDTHREAD_DATA", str(tmp_path))

    async def write() -> None:
        log = wiring.log_of(Settings(data=tmp_path))
        await log.start()
        await log.ensure(TOPICS.values())
        await log.append([Record("breaches", "k", b"{no json")] * 3)
        await log.stop()

    asyncio.run(write())
    return tmp_path


def told(*command: str) -> Result:
    return CliRunner().invoke(cli.app, command)


def test_a_store_is_not_dropped_where_the_log_has_lost_what_it_has(folder: Path) -> None:
    assert told("restore", "orders").exit_code == 2, "not without being told that the service is stopped"
    assert told("restore", "orders", "--yes").exit_code == 0
    with sqlite3.connect(folder / "log.sqlite") as db:
        db.execute("delete from record where place = (select min(place) from record)")
    refused = told("restore", "orders", "--yes")
    assert refused.exit_code != 0
    assert "no longer begins at 0 in breaches-" in refused.output
    assert "Traceback" not in refused.output


def test_what_is_parked_is_listed_with_its_place_and_reason_and_never_what_it_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.console, "_width", 200)
    marker = "a-name-that-nobody-may-see"

    async def park() -> None:
        store = open_store(f"sqlite:///{folder}", "orders", Clock())
        await store.prepare([])
        loader = Loader(store, Ids("a secret of the tests"), "/orders", Signals(), False, asyncio.Event())
        await loader.load([Record("breaches", "k", f"{{{marker}".encode(), 3, 0)])
        await store.close()

    asyncio.run(park())
    listed = told("parked", "orders")
    assert listed.exit_code == 0
    for said in ("breaches", "not JSON", "nobody knows whom"):
        assert said in listed.output
    assert marker not in listed.output
