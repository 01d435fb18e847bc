"""A run of many rounds: it can be cut anywhere and goes on, it ends with what it found, and seeds add up."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults import chaos
from tests.faults.chaos import Outcome


class Rounds:
    """Takes the place of rounds: it notes which were asked for, and what of them goes wrong."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[int, int]] = []
        self.cut_at = self.finds_at = -1
        monkeypatch.setattr(chaos, "BUILD", folder / "chaos")
        monkeypatch.setattr(chaos, "SUMS", folder / "chaos.json")
        monkeypatch.setattr(chaos, "round_of", self._round)

    def _round(self, kind: str, seed: int, number: int, count: int, *, short: bool) -> Outcome:
        self.asked.append((number, count))
        if number == self.cut_at:
            raise KeyboardInterrupt
        found = ["lost: a fact"] if number == self.finds_at else []
        faults = {"killed at random": count, "Kafka killed": 1}
        took = 2.0 + number
        return Outcome(
            seed, count, faults, 100, len(found), seconds=60.0, slowest={"Kafka killed": took}, found=found
        )


@pytest.fixture
def rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    return Rounds(tmp_path, monkeypatch)


def sums() -> dict[str, Any]:
    return dict(json.loads(chaos.SUMS.read_text()))


def test_a_run_that_was_cut_goes_on_with_the_round_that_is_not_done(rounds: Rounds) -> None:
    rounds.cut_at = 2
    with pytest.raises(KeyboardInterrupt):
        chaos.run("distributed", 7, 100)
    assert rounds.asked == [(0, 40), (1, 40), (2, 20)]
    assert sums()["distributed-7"]["kills"] == 80, "what was done is kept"
    rounds.asked, rounds.cut_at = [], -1
    total = chaos.run("distributed", 7, 100)
    assert rounds.asked == [(2, 20)]
    assert (total.kills, total.acknowledged, total.seconds) == (100, 300, 180.0)
    assert total.faults == {"killed at random": 100, "Kafka killed": 3}
    assert total.slowest == {"Kafka killed": 4.0}
    rounds.asked = []
    assert chaos.run("distributed", 7, 100).kills == 100
    assert rounds.asked == []


def test_what_a_round_has_found_ends_the_run_and_is_found_again(rounds: Rounds) -> None:
    rounds.finds_at = 1
    total = chaos.run("distributed", 7, 1000)
    assert rounds.asked == [(0, 40), (1, 40)]
    assert (total.clean, total.lost, total.found) == (False, 1, ["lost: a fact"])
    assert not chaos.run("distributed", 7, 1000).clean
    assert rounds.asked == [(0, 40), (1, 40)]


def test_runs_of_several_seeds_add_up(rounds: Rounds) -> None:
    chaos.run("distributed", 1, 40)
    chaos.run("distributed", 2, 80)
    chaos.run("embedded", 1, 20)
    assert {name: each["kills"] for name, each in sums().items()} == {
        "distributed-1": 40,
        "distributed-2": 80,
        "embedded-1": 20,
        "all": 140,
    }
    promised = {"seed", "kills", "faults", "acknowledged", "lost", "doubled", "disordered", "differing"}
    assert promised | {"seconds"} <= sums()["all"].keys()
