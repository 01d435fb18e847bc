"""Which parts of an order are over while it goes on, as a table."""

from datetime import timedelta
from typing import Any

from contracts.events.orders import Requirement
from contracts.rules import terms
from contracts.vocabulary import RequirementKind
from tests.support.facts import NOON
from tests.support.tables import lines


@lines(__file__, "terms")
def test_which_parts_of_an_order_are_over(line: dict[str, Any]) -> None:
    ends = {
        text: None if hours == "none" else NOON + timedelta(hours=hours)
        for text, hours in line["ends in"].items()
    }
    said = [Requirement(kind=RequirementKind.TAG, text=text, until=end) for text, end in ends.items()]
    found = terms.standing_first(said, NOON)
    assert [each.text for each, _ in found] == line["shown"]
    assert [each.text for each, over in found if over] == line["over"]
    assert terms.all_over(said, NOON) is line["all"]
