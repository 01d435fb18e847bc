"""What the law lets become of each type of order: a line for each, and that the other rules agree."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.rules.order_life import LIVES, Expiry, Interim, Service
from contracts.rules.order_status import BAIL, NOTICES, OrderTerms, status
from contracts.rules.order_types import ORDER_TYPES, Ends
from contracts.vocabulary import OrderStage, OrderType
from tests.support.tables import lines, read

INTERIM = {False: Interim.NONE, "may": Interim.MAY, "always": Interim.ALWAYS}
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


@lines(__file__, "order_life")
def test_what_may_become_of_an_order(line: dict[str, Any]) -> None:
    life = LIVES[OrderType(line["case"])]
    assert life.interim is INTERIM[line["interim"]]
    assert (life.becomes and life.becomes.value) == line.get("becomes")
    assert life.service == line["served"]
    assert life.aware_is_enough == {"?": None}.get(line["enough"], line["enough"])
    assert [*life.varied] == line["varied"]
    assert life.extended == line["longer"]
    assert [*life.discharged] == line["ended"]
    assert life.appeal == line["appeal"]
    assert life.expires == line["ends"]


def test_every_type_has_a_line() -> None:
    assert [line["case"] for line in read(__file__, "order_life")] == [*OrderType] == [*LIVES]


@pytest.mark.parametrize("kind", OrderType)
def test_the_table_agrees_with_the_other_rules(kind: OrderType) -> None:
    life = LIVES[kind]
    assert (life.service is Service.IN_PERSON) == (kind in NOTICES) == (life.expires is Expiry.UNHEARD)
    assert (life.service is Service.GIVEN) == (kind in BAIL)
    if life.expires in (Expiry.UNHEARD, Expiry.APPLICATION, Expiry.PROCEEDINGS):
        assert ORDER_TYPES[kind].ends is Ends.DECIDED
    if life.becomes:
        assert ORDER_TYPES[kind].ends is Ends.DECIDED
        assert kind in NOTICES or life.interim is Interim.ALWAYS


@pytest.mark.parametrize("kind", [kind for kind in OrderType if LIVES[kind].aware_is_enough is not None])
def test_whoever_knows_of_it_answers_for_it_where_that_is_enough(kind: OrderType) -> None:
    terms = OrderTerms(
        order=kind,
        stage=OrderStage.MADE,
        without_notice=False,
        power_of_arrest=True,
        starts=MADE,
        ends=MADE + timedelta(days=14),
        until_further_order=False,
        served=None,
        aware=MADE,
    )
    assert status(terms, MADE + timedelta(hours=1)).enforceable == LIVES[kind].aware_is_enough
