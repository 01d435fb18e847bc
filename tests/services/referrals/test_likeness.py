"""How alike two records are: a table of what practitioners meet, scored by Splink as shipped."""

from datetime import date
from math import log2
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chassis import names
from contracts.vocabulary import Sex
from services.referrals.rules.comparing import compared, warnings
from services.referrals.rules.contradicting import Doubt
from services.referrals.rules.likeness import ASKED_FROM, Answer, Known, answer, blocks, doubts
from services.referrals.scoring import Scorer

CASES = yaml.safe_load(Path(__file__).with_name("likeness.yaml").read_text())


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def known(mention: str, written: str, more: dict[str, Any]) -> Known:
    family, given_names, born = (each.strip() for each in written.split(","))
    name = names.key(family, given_names)
    sex = Sex(more["sex"]) if "sex" in more else None
    days = tuple(date.fromisoformat(day) for day in born.split())
    return Known(mention, (name,) if name else (), days, **{**more, "sex": sex})


def both(case: dict[str, Any]) -> tuple[Known, Known]:
    more = case.get("known", [{}, {}])
    return known("a", case["one"], more[0]), known("b", case["other"], more[1])


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_what_follows(case: dict[str, Any], scorer: Scorer) -> None:
    one, other = both(case)
    (bits,) = scorer.bits([(one, other)])
    assert answer(bits, doubts(one, other)) is Answer(case["answer"]), bits
    words = {"sex": "neither", "nhs": "neither", "pnc": "neither", "cro": "neither"}
    words |= dict.fromkeys(("name", "born"), "agrees")
    more, theirs = case.get("known", [{}, {}])
    words |= {what: "agrees" for what, value in more.items() if value == theirs.get(what)}
    assert compared(one, other) == words | case.get("words", {})
    assert list(warnings(one, other, sides=False)) == case.get("warnings", [])


@pytest.mark.parametrize("case", [case for case in CASES if case["answer"] != "not-same"], ids=str)
def test_whoever_is_asked_about_is_found(case: dict[str, Any]) -> None:
    one, other = both(case)
    assert set(blocks(one)) & set(blocks(other))


def test_a_score_depends_on_the_two_alone(scorer: Scorer) -> None:
    pairs = [both(case) for case in CASES]
    together = scorer.bits(pairs)
    assert scorer.bits([(other, one) for one, other in pairs]) == pytest.approx(together)
    assert [scorer.bits([pair])[0] for pair in pairs[:3]] == pytest.approx(together[:3])


@pytest.mark.parametrize(
    ("chance", "follows"),
    [
        (0.05, Answer.NOT_SAME),
        (0.11, Answer.ASK),
        (0.95, Answer.ASK),
        (0.99, Answer.ASK),
        (0.996, Answer.SAME),
    ],
)
def test_a_false_link_weighs_twenty_times_a_missed_one(chance: float, follows: Answer) -> None:
    assert answer(log2(chance / (1 - chance)), frozenset()) is follows


@given(st.floats(-40, 60), st.sets(st.sampled_from(Doubt)))
def test_a_doubt_never_lets_a_machine_link(bits: float, found: set[Doubt]) -> None:
    follows = answer(bits, frozenset(found))
    assert not (found and follows is Answer.SAME)
    assert (follows is Answer.NOT_SAME) == (bits <= ASKED_FROM)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_can_be_kept(family: str, given_names: str) -> None:
    kept = names.key(family, given_names)
    assert kept is None or (kept.isascii() and kept == kept.lower() and kept.count("|") == 1)
