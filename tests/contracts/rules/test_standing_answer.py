"""Whose an alert is, as a table that whoever is on call can read."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.standing_answer import Answer, standing_answer
from tests.support.tables import lines

ALERT = datetime(2026, 3, 3, 2, 47, tzinfo=UTC)
NAMES = ("amira", "ben", "cath")


def minute(number: int) -> datetime:
    return ALERT + timedelta(minutes=number)


def answer(said: str) -> Answer:
    """Such as *9 amira passes on*."""
    after, person, what = said.split(" ", 2)
    return Answer(root=said, person=person, at=minute(int(after)), takes=what == "takes")


@lines(__file__, "standing_answer")
def test_whose_it_is(line: dict[str, Any]) -> None:
    stands = standing_answer(answer(said) for said in line["answers"])
    assert (stands.taken.person if stands.taken else "nobody") == line["whose"]
    if "since" in line:
        assert stands.taken is not None
        assert stands.taken.at == minute(line["since"])
    assert stands.given_back == (minute(line["back"]) if "back" in line else None)


ANSWERS = st.lists(
    st.builds(
        Answer,
        root=st.uuids().map(str),
        person=st.sampled_from(NAMES),
        at=st.integers(0, 5).map(minute),
        takes=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.root,
)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_in_which_answers_come_changes_nothing(answers: list[Answer], chance: Any) -> None:
    shuffled = list(answers)
    chance.shuffle(shuffled)
    assert standing_answer(shuffled) == standing_answer(answers)


@given(ANSWERS)
def test_whoever_has_it_took_it_and_has_not_passed_it_on_since(answers: list[Answer]) -> None:
    taken = standing_answer(answers).taken
    if taken is None:
        return
    assert taken in answers
    later = [each for each in answers if not each.takes and each.at >= taken.at]
    assert taken.person not in {each.person for each in later}
