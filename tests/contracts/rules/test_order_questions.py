"""What an order leaves to ask, and what the law says of its type."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from contracts.events.orders import OrderMade
from contracts.rules.order_questions import questions
from contracts.rules.order_types import BAIL_MONTHS, ORDER_TYPES, Requirements
from contracts.rules.regimes import AreaRegime
from contracts.vocabulary import OrderQuestion, OrderType, PoliceRank, Role
from tests.support.facts import someone
from tests.support.tables import lines, read

MOMENTS = ("made", "starts", "ends", "appealed")


def order(values: dict[str, Any]) -> OrderMade:
    """An order of a line of the table: a date is its noon."""
    said = {"made": date(2026, 3, 1), "prohibitions": [{"kind": "no-contact"}], **values}
    for name in MOMENTS:
        if name in said:
            said[name] = datetime.combine(said[name], time(12), tzinfo=UTC)
    for part in ("prohibitions", "requirements"):
        said[part] = [_ending(each) for each in said.get(part, [])]
    return OrderMade(people=[someone(Role.RESPONDENT), someone(Role.VICTIM)], **said)


def _ending(part: dict[str, Any]) -> dict[str, Any]:
    """A prohibition or requirement of a line, which may end on a day."""
    if "until" not in part:
        return part
    return part | {"until": datetime.combine(part["until"], time(12), tzinfo=UTC)}


@lines(__file__, "order_questions")
def test_what_is_asked_of_an_order(line: dict[str, Any]) -> None:
    before = order(line["before"]) if "before" in line else None
    there = AreaRegime(line.get("there", "unknown"))
    assert [question.value for question in questions(order(line["order"]), before, there)] == line["asked"]


def test_every_question_and_every_type_has_a_line() -> None:
    table = read(__file__, "order_questions")
    assert {asked for line in table for asked in line["asked"]} == {each.value for each in OrderQuestion}
    assert set(ORDER_TYPES) == set(OrderType) == {OrderType(line["order"]["order"]) for line in table}


@pytest.mark.parametrize("kind", OrderType)
def test_a_type_agrees_with_itself(kind: OrderType) -> None:
    known, ranks = ORDER_TYPES[kind], list(PoliceRank)
    if known.rank and known.needless:
        assert ranks.index(known.rank) < ranks.index(known.needless)
    if known.shortest and known.longest:
        assert known.shortest < known.longest
    assert not (known.supervised and known.requirements is Requirements.NONE)


def test_longer_bail_needs_a_higher_rank() -> None:
    ranks = list(PoliceRank)
    assert sorted(BAIL_MONTHS) == sorted(BAIL_MONTHS, key=lambda line: ranks.index(line[1]))
