"""Who is linked, bounded: precision and recall by kind on labelled records of invented people."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.bench.identity import goals, measure
from deploy.bench.records import ONE_PERSON, TWO_PEOPLE, population

AT_LEAST = {
    "the same, with one number": (1.0, 1.0),
    "the same, without a number": (0.89, 1.0),  # asked: a common name (one in fifteen), a 1 January
    "a letter of the name is another": (0.0, 0.9),
    "a short form": (0.0, 1.0),
    "names swapped": (0.0, 1.0),
    "day and month swapped": (0.0, 1.0),
    "a digit of the date is another": (0.0, 0.95),
    "another family name": (0.0, 0.0),
    "no date of birth": (0.0, 0.0),
}
"""Of each kind of two records of one person, which share is linked at least, and is linked or asked about."""
ONE_NUMBER = (
    "twins, with one number",
    "father and son of one name, with one number",
    "a number mistyped into another's",
)
ASKED_AT_MOST = {"twins": 0.2, "namesakes born on one day": 1.0, **dict.fromkeys(ONE_NUMBER, 1.0)}
"""Of each kind of two people, about which share a person is asked at most: none of another kind."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("build")
    return measure(200, 0, folder), folder


@pytest.mark.parametrize("kind", ONE_PERSON)
def test_records_of_one_person(kind: str, measured: tuple[dict[str, Any], Path]) -> None:
    found = measured[0]["kinds"][kind]
    linked, with_questions = AT_LEAST[kind]
    assert found["same"] >= linked
    assert found["same"] + found["ask"] >= with_questions


@pytest.mark.parametrize("kind", TWO_PEOPLE)
def test_two_people_are_never_linked(kind: str, measured: tuple[dict[str, Any], Path]) -> None:
    found = measured[0]["kinds"][kind]
    assert found["same"] == 0
    assert found["ask"] <= ASKED_AT_MOST.get(kind, 0.0)
    assert found["ask"] == 1.0 or kind not in (*ONE_NUMBER, "namesakes born on one day")


@pytest.mark.parametrize(("errors", "recall"), [("0.02", 0.91), ("0.1", 0.8), ("0.3", 0.4)])
def test_among_all_records_of_some_people(
    errors: str, recall: float, measured: tuple[dict[str, Any], Path]
) -> None:
    found = measured[0]["people"][errors]
    assert found["precision"] == 1.0
    assert found["recall"] >= recall


def test_it_is_written_with_splinks_own_charts(measured: tuple[dict[str, Any], Path]) -> None:
    written = {path.relative_to(measured[1]).as_posix() for path in measured[1].rglob("*.*")}
    assert written == {"identity.json", "identity/match-weights.html", "identity/m-and-u.html"}


def test_each_figure_that_has_a_goal_stands_beside_it(measured: tuple[dict[str, Any], Path]) -> None:
    kept = json.loads((measured[1] / "identity.json").read_text())
    (name,) = kept["goals"]
    assert name == "two people who are linked, worst kind"
    assert kept["goals"][name] == {"value": 0.0, "goal": "0", "met": True}


@pytest.mark.parametrize(
    ("records", "p99", "batch", "met"),
    [
        (1_000_000, 49.9, 119.0, [True, True]),
        (1_000_000, 50.0, 119.0, [False, True]),
        (1_000_000, 30.0, 120.0, [True, False]),
        (1_000, 1.0, 1.0, [None, None]),
    ],
)
def test_how_fast_it_is_has_its_goals_at_a_million(
    measured: tuple[dict[str, Any], Path], records: int, p99: float, batch: float, met: list[bool | None]
) -> None:
    among = {"records": records, "candidates, p99 ms": p99, "batch of 10,000, s": batch}
    found = goals({**measured[0], "among": among})
    assert [each["met"] for each in found.values()] == [True, *met]
    assert [each["goal"] for each in found.values()] == ["0", "< 50", "< 120"]


def test_the_same_seed_gives_the_same_records() -> None:
    assert population(50, 0.3, 7) == population(50, 0.3, 7) != population(50, 0.3, 8)
