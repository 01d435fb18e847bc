"""Who is one person: records as practitioners meet them, compared by Splink as shipped and grouped, as a
table."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis import names
from contracts.vocabulary import Role
from services.referrals.memory import features_of
from services.referrals.rules.likeness import Answer, answer, blocks, doubts
from services.referrals.rules.matching import Clusters, beside, clusters
from services.referrals.scoring import Scorer
from services.referrals.views import MentionRow
from tests.services.referrals.scene import IDS

CASES = yaml.safe_load(Path(__file__).with_name("who.yaml").read_text())


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def rows(case: dict[str, Any]) -> Iterator[MentionRow]:
    for mention, (written, more) in case["records"].items():
        *spelt, born = (part.strip() for part in written.replace("/", ",").split(","))
        kept = [names.key(*each) for each in zip(spelt[::2], spelt[1::2], strict=True)]
        days = [date.fromisoformat(day) for day in born.split()]
        yield MentionRow(mention=mention, names=[name for name in kept if name], born=days, **more)


def grouped(case: dict[str, Any], scorer: Scorer) -> Clusters:
    """As the matcher comes to it: only whoever shares a block is compared."""
    known = {row.mention: row for row in rows(case)}
    near = [
        (one, other)
        for one, other in combinations(sorted(known), 2)
        if set(blocks(known[one].known)) & set(blocks(known[other].known))
    ]
    both = [(known[one].known, known[other].known) for one, other in near]
    follows = [answer(bits, doubts(*each)) for bits, each in zip(scorer.bits(both), both, strict=True)]
    weighed = [
        [pair for pair, each in zip(near, follows, strict=True) if each is what]
        for what in (Answer.SAME, Answer.ASK, Answer.DOUBT)
    ]
    return clusters((features_of(row, IDS) for row in known.values()), *weighed)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_who_is_one_person(case: dict[str, Any], scorer: Scorer) -> None:
    found = grouped(case, scorer)
    assert sorted(sorted(group) for group in found.groups if len(group) > 1) == case.get("together", [])
    assert found.questions == [tuple(pair) for pair in case.get("asked", [])]


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        (Role.SUSPECT, Role.SUSPECT, True),
        (Role.SUSPECT, Role.RESPONDENT, True),
        (Role.VICTIM, Role.VICTIM, True),
        (Role.CHILD, Role.CHILD, False),
        (Role.VICTIM, Role.SUSPECT, False),
        (Role.OTHER, Role.OTHER, False),
        (Role.WITNESS, Role.VICTIM, False),
    ],
)
def test_whom_one_fact_names_on_one_side(one: Role, other: Role, two: bool) -> None:
    """Two children are two whatever anybody says; of bystanders nothing follows."""
    assert beside(one, other) is beside(other, one) is two
