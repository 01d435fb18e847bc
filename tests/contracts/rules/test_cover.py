"""What replaces an order that ends soon: the rule agrees with the one by which somebody is told that nothing
does."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.rules.cover import Cover, How, covered, replacements, within
from contracts.rules.order_status import OrderTerms
from tests.support.facts import NOON
from tests.support.tables import lines

ENDS = NOON + timedelta(days=7)


def cover(n: int, said: dict[str, Any]) -> Cover:
    """An order of the table, each made a day before the one above it, and served then."""
    made = NOON - timedelta(days=30 + n)
    terms: dict[str, Any] = {"order": "non-molestation", "stage": "made", "without_notice": False}
    terms |= {"power_of_arrest": None, "starts": made, "ends": None, "until_further_order": False}
    terms |= {"served": made, "aware": None} | {k: v for k, v in said.items() if k in OrderTerms.model_fields}
    return Cover(
        root=said["root"],
        reference=said.get("reference"),
        made=made,
        terms=OrderTerms.model_validate(terms),
        respondents=frozenset(said.get("respondents", ["him"])),
        protected=frozenset(said.get("protected", ["her"])),
    )


@lines(__file__, "look_ahead")
def test_what_replaces_an_order(line: dict[str, Any]) -> None:
    first = {"root": "own", "ends": ENDS} | {
        k: v for k, v in line.items() if k not in ("case", "orders", "by")
    }
    order, *others = (cover(n, said) for n, said in enumerate([first, *line["orders"]]))
    found = replacements(order, ENDS, [order, *others])
    assert [{each.root: each.how.value} for each in found] == line["by"]
    for each in found:
        assert (each.since is not None) == (
            each.how not in (How.NOT_SERVED, How.NOT_AWARE, How.DOUBTFUL, How.APPLIED_FOR)
        )
    named = [each for each in others if each.protected or not order.protected]
    known = covered(order, ENDS, named, NOON)
    if order.protected:
        assert known is any(each.how is How.COVERS for each in found)


@pytest.mark.parametrize(
    ("days", "of"),
    [
        (timedelta(0), None),
        (timedelta(seconds=1), 2),
        (timedelta(days=2), 2),
        (timedelta(days=2, seconds=1), 7),
        (timedelta(days=7), 7),
        (timedelta(days=7, seconds=1), 14),
        (timedelta(days=14), 14),
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=-1), None),
        (None, None),
    ],
)
def test_within_how_many_days_it_ends(days: timedelta | None, of: int | None) -> None:
    assert within(None if days is None else NOON + days, NOON) == of
