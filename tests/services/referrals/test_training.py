"""Weights that are learned from too little are not written."""

from pathlib import Path

import pytest

from deploy.bench.records import People
from services.referrals.rules.likeness import Known, answer
from services.referrals.scoring import Scorer
from services.referrals.training import FEWEST, MUST_TELL, train


def records(many: int) -> list[Known]:
    """Of so many people, each twice."""
    people = People(seed=3)
    return [record for _ in range(many) for one in [people.person()] for record in (one, people.without(one))]


def test_the_weights_that_come_with_a_release_tell_what_any_must() -> None:
    found = Scorer().bits([pair for pair, _ in MUST_TELL])
    assert [answer(bits, frozenset()) for bits in found] == [right for _, right in MUST_TELL]


@pytest.mark.parametrize("many", [FEWEST // 2 - 1, FEWEST // 2])
def test_too_few_records_teach_nothing_that_is_kept(tmp_path: Path, many: int) -> None:
    out = tmp_path / "model.json"
    with pytest.raises(ValueError, match=r"too few records|are needed"):
        train(records(many), out)
    assert not out.exists()
