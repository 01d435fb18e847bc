"""Whether the second person is another than the first, as a table: ``tables/second_person.yaml``."""

from typing import Any

from contracts.rules.second_person import same_person
from tests.support.tables import lines


@lines(__file__, "second_person")
def test_whether_two_numbers_may_be_one_persons(line: dict[str, Any]) -> None:
    assert same_person(line["first"], line["second"]) is line["same"]
    assert same_person(line["second"], line["first"]) is line["same"]
