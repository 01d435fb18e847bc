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


def answer(said: str, others: list[str]) -> Answer:
    """Such as *9 amira passes on*, or *3 amira takes after 9*: after what was said in that minute."""
    at, person, what = said.split(" ", 2)
    what, _, after = what.partition(" after ")
    follows = next((each for each in others if after and each.startswith(f"{after} ")), None)
    return Answer(said, person, minute(int(at)), what == "takes", follows)


@lines(__file__, "standing_answer")
def test_whose_it_is(line: dict[str, Any]) -> None:
    stands = standing_answer(answer(said, line["answers"]) for said in line["answers"])
    assert (stands.taken.person if stands.taken else "nobody") == line["whose"]
    if "since" in line:
        assert stands.taken is not None
        assert stands.taken.at == minute(line["since"])
    assert stands.given_back == (minute(line["back"]) if "back" in line else None)


@st.composite
def some_answers(draw: st.DrawFn, follow: bool) -> list[Answer]:
    """Some answers by several clocks; where they follow each other, one that was given before."""
    roots = draw(st.lists(st.uuids().map(str), max_size=8, unique=True))
    answers = []
    for number, root in enumerate(roots):
        before = draw(st.sampled_from([None, *roots[:number]])) if follow else None
        said = (draw(st.sampled_from(NAMES)), minute(draw(st.integers(0, 5))), draw(st.booleans()))
        answers.append(Answer(root, *said, before))
    return answers


ANSWERS = some_answers(follow=False)


@given(some_answers(follow=True), st.randoms(use_true_random=False))
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


@given(some_answers(follow=True), st.integers(0, 5).map(minute), st.sampled_from(NAMES))
def test_an_answer_that_follows_all_others_counts_whatever_its_clock_says(
    answers: list[Answer], at: datetime, who: str
) -> None:
    stands = standing_answer(answers)
    has = stands.taken.person if stands.taken else None
    said = Answer("the next", has or who, at, has is None, stands.last)
    then = standing_answer([*answers, said])
    if answers:
        assert then.last == "the next"
        assert then.taken == (None if has else said)
