"""Which questions that an order raises are answered: as a table; and what an answer must say."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.facts import Fact
from contracts.events.orders import OrderQuestionAnswered
from contracts.rules.order_answers import BY_CORRECTION, answered, fault
from contracts.rules.order_questions import questions
from contracts.sections import Narrative
from contracts.vocabulary import OrderQuestion
from tests.contracts.rules.test_order_questions import order
from tests.support.facts import NOON, corrected, fact, root_of
from tests.support.tables import lines

SPO = {"order": "spo", "ends": date(2028, 3, 1), "authorised_by": "superintendent"}


def answer(question: str, version: int) -> Fact[OrderQuestionAnswered]:
    narrative = Narrative(text="The court was not sitting.")
    said = OrderQuestionAnswered(
        order=root_of("order"), version=version, question=question, narrative=narrative
    )
    return fact(said, occurred=NOON + timedelta(hours=version), root=f"{question} {version}")


@lines(__file__, "order_answers")
def test_what_is_asked_still(line: dict[str, Any]) -> None:
    said = SPO | line.get("order", {})
    versions: list[Fact[Any]] = [fact(order(said), root="order")]
    if "varied" in line:
        versions.append(corrected(versions[0], order(said | line["varied"])))
    told = [answer(each, 1) for each in line.get("answers", ())]
    told += [answer(each, 2) for each in line.get("again", ())]
    asked = questions(versions[-1].said)
    found = answered(
        asked,
        [(each.envelope, each.content) for each in versions],
        [(each.envelope, each.content) for each in told],
    )
    assert [each.value for each in asked if each not in found] == line["open"]


def test_the_newest_answer_is_shown() -> None:
    made = fact(order(SPO), root="order")
    told = [answer("no-requirements", 1), answer("no-requirements", 1)]
    later = told[1].said.model_copy(update={"narrative": Narrative(text="Nobody runs the programme.")})
    told[1] = fact(later, occurred=NOON + timedelta(hours=9), root="later")
    asked, order_ = questions(made.said), [(made.envelope, made.content)]
    found = answered(asked, order_, [(each.envelope, each.content) for each in reversed(told)])
    assert found[OrderQuestion.NO_REQUIREMENTS][0].id == told[1].id


@pytest.mark.parametrize("question", OrderQuestion)
def test_an_answer_says_why_and_never_what_the_order_itself_must_say(question: OrderQuestion) -> None:
    said = answer(question, 1).said
    wrong = ("content.question", "by-correction-alone") if question in BY_CORRECTION else None
    assert fault(said) == wrong
    if not wrong:
        assert fault(said.model_copy(update={"narrative": None})) == ("content.narrative", "reason-missing")
