"""For whom a restricted case is there, who may restrict one, and who reads why, as tables."""

from collections.abc import Collection

import pytest

from services.marac.rules.restricting import Refusal, is_shut_out, no_restricting, read_by, restricting

ANNS = {"first": "ann", "second": "ann", "cats": "cat"}
"""Two cases of Ann, one of Cat, and one whose victim nobody knows."""


@pytest.mark.parametrize(
    ("what", "caller", "to", "refused"),
    [
        ("with a colleague", "priya", {"priya", "rowan"}, None),
        ("to others alone: nobody who knows why could lift it", "priya", {"rowan"}, Refusal.SHUTS_YOU_OUT),
        ("to oneself alone: it would vanish", "priya", {"priya"}, Refusal.NOBODY_ELSE),
    ],
)
def test_who_may_restrict_it_to_whom(what: str, caller: str, to: set[str], refused: Refusal | None) -> None:
    assert no_restricting(caller, to) == refused, what


@pytest.mark.parametrize(
    ("what", "case", "restricted", "person", "shut"),
    [
        ("nothing is restricted", "first", {}, "cousin", False),
        ("the case itself is", "first", {"first": {"priya"}}, "cousin", True),
        ("to whom it is restricted it is there", "first", {"first": {"priya"}}, "priya", False),
        ("another case of its victim is", "second", {"first": {"priya"}}, "cousin", True),
        ("it takes both", "second", {"first": {"priya"}, "second": {"priya", "rowan"}}, "rowan", True),
        ("another victim's case is", "cats", {"first": {"priya"}}, "cousin", False),
        ("whose victim nobody knows is no other's", "unknown", {"first": {"priya"}}, "cousin", False),
        ("nor are two such cases of one victim", "unknown", {"unknown too": {"priya"}}, "cousin", False),
        ("of its own it is so all the same", "unknown", {"unknown": {"priya"}}, "cousin", True),
    ],
)
def test_for_whom_it_is_there(
    what: str, case: str, restricted: dict[str, set[str]], person: str, shut: bool
) -> None:
    assert is_shut_out(person, restricting(case, restricted, ANNS)) is shut, what


@pytest.mark.parametrize(
    ("what", "person", "said", "reads"),
    [
        ("nothing was said", "rowan", [], []),
        ("whom it names", "priya", [{"priya", "rowan"}], [True]),
        ("who is added later reads that alone", "ida", [{"priya"}, {"priya", "ida"}], [False, True]),
        ("who is left out later read the first", "ida", [{"priya", "ida"}, {"priya"}], [True, False]),
        ("that it was lifted, those for whom it held", "priya", [{"priya"}, ()], [True, True]),
        ("and nobody else", "ida", [{"priya"}, ()], [False, False]),
        (
            "nor what was said before it is restricted anew",
            "ida",
            [{"priya"}, (), {"ida"}],
            [False, False, True],
        ),
    ],
)
def test_who_reads_why(what: str, person: str, said: list[Collection[str]], reads: list[bool]) -> None:
    assert read_by(person, said) == reads, what
