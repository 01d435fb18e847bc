"""Weights learned anew: written where they tell what any must, and then records are weighed by them. From too
little none are written. Splink is asked in batches, on one connection."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from deploy import cli
from deploy.bench.records import People, kept
from services.referrals import scoring
from services.referrals.rules.likeness import Known, answer
from services.referrals.scoring import Scorer
from services.referrals.training import FEWEST, MUST_TELL, train
from tests.services.referrals.scene import Referrals
from tests.services.referrals.test_alike import ANNS, HA, PA, say

PEOPLE, EACH = 6_000, 40
"""So many people, of whom each fortieth has two records: strangers rarely agree, as in a force's records."""


def records(many: int) -> list[Known]:
    """Of so many people, each twice."""
    people = People(seed=3)
    return [record for _ in range(many) for one in [people.person()] for record in (one, people.without(one))]


def many_names() -> list[Known]:
    """Of many people, whose names are not a few."""
    people, chance = People(seed=3), People(seed=5).chance
    starts = (
        "bra",
        "cor",
        "dul",
        "fen",
        "gal",
        "har",
        "jes",
        "kil",
        "lom",
        "mar",
        "nor",
        "pel",
        "ros",
        "tor",
    )
    words = [
        one + two for one, two in product(starts, ("by", "den", "ford", "ham", "kin", "ley", "mer", "wick"))
    ]
    found = []
    for place in range(PEOPLE):
        name = kept(chance.choice(words) + chance.choice(words), chance.choice(words))
        one = replace(people.person(), names=(name,))
        found += [one, people.without(one)] if place % EACH == 0 else [one]
    return found


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as ``goldthread train-identity`` writes them."""
    out = tmp_path_factory.mktemp("learned") / "model.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "_with", lambda *_: many_names())
        done = CliRunner().invoke(cli.app, ["train-identity", str(out)])
    assert done.exit_code == 0, done.output
    return out


def test_the_weights_that_come_with_a_release_tell_what_any_must() -> None:
    found = Scorer().bits([pair for pair, _ in MUST_TELL])
    assert [answer(bits, frozenset()) for bits in found] == [right for _, right in MUST_TELL]


def test_weights_that_are_learned_tell_it_too_and_are_others(learned: Path) -> None:
    pairs = [pair for pair, _ in MUST_TELL]
    found = Scorer(learned).bits(pairs)
    assert [answer(bits, frozenset()) for bits in found] == [right for _, right in MUST_TELL]
    assert found != Scorer().bits(pairs)


@pytest.fixture
def weights(
    request: pytest.FixtureRequest, learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The matcher's, from the start: those that were learned; or the same, where most records are of one."""
    said = json.loads(learned.read_text())
    if request.param == "most are one":
        said |= {"probability_two_random_records_match": 0.9}
    model = tmp_path / "weights.json"
    model.write_text(json.dumps(said))
    monkeypatch.setenv("GOLDTHREAD_IDENTITY_MODEL", str(model))


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("weights", "other"),
    [("learned", {}), ("most are one", {"name": {"family": "Marsh", "given": "Anne"}})],
    indirect=["weights"],
)
async def test_the_matcher_weighs_by_the_weights_that_it_is_given(
    referrals: Referrals, other: dict[str, Any]
) -> None:
    """By those of the release a person is asked about a letter more: ``test_alike.py``."""
    await say(referrals, "hospital", "H1", **ANNS)
    await say(referrals, "practice", "P1", **ANNS | other)
    await referrals.until_one(HA, PA)


@pytest.mark.parametrize("many", [FEWEST // 2 - 1, FEWEST // 2])
def test_too_few_records_teach_nothing_that_is_kept(tmp_path: Path, many: int) -> None:
    out = tmp_path / "model.json"
    with pytest.raises(ValueError, match=r"too few records|are needed"):
        train(records(many), out)
    assert not out.exists()


def test_the_command_says_why_it_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_with", lambda *_: records(3))
    done = CliRunner().invoke(cli.app, ["train-identity", str(tmp_path / "model.json")])
    assert done.exit_code == 1
    assert "1000 records are needed" in done.output
    assert list(tmp_path.iterdir()) == []


def test_pairs_are_weighed_in_batches_on_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked, and in how many batches; and a pair weighs the same in each."""
    connected, batches = [], []
    connect = duckdb.connect
    scorer, pairs = Scorer(), [pair for pair, _ in MUST_TELL] * 3
    score = scorer._score

    def counted(*args: Any, **more: Any) -> Any:
        connected.append(args)
        return connect(*args, **more)

    def noted(some: Sequence[tuple[Known, Known]]) -> list[float]:
        batches.append(len(some))
        return score(some)

    monkeypatch.setattr(duckdb, "connect", counted)
    monkeypatch.setattr(scorer, "_score", noted)
    monkeypatch.setattr(scoring, "PAIRS", 2)
    first = scorer.bits(pairs[:2])
    at_first = len(connected)
    assert at_first
    assert scorer.bits([*pairs, pairs[0]]) == [*first * 3, first[0]]
    assert batches == [2, 2, 2, 2, 1]
    assert len(connected) == at_first
