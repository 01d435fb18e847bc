"""When alerts get out, as a table; and when a try begins, and its message is worth sending."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.rules.alert_path import EVERY, is_to_be_sent, is_to_be_told, is_to_begin, state_of
from tests.support.tables import lines


def seconds(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


@lines(__file__, "alert_path")
def test_what_is_not_known_is_as_bad_as_broken(line: dict[str, Any]) -> None:
    age = seconds(line["age"])
    assert state_of(age, EVERY) == line["state"]
    assert is_to_be_told(timedelta(seconds=line["seen"]), EVERY) is line["told"]


@pytest.mark.parametrize(
    ("since_last", "begins"),
    [(None, True), (0, False), (59.9, False), (60, True), (9e3, True), (-9e3, True)],
)
def test_one_begins_every_minute_whatever_the_clock_does(since_last: float | None, begins: bool) -> None:
    assert is_to_begin(seconds(since_last), EVERY) is begins


@pytest.mark.parametrize(("age", "sent"), [(0, True), (-30, True), (120, True), (121, False), (-7200, False)])
def test_after_an_outage_there_is_no_volley(age: float, sent: bool) -> None:
    assert is_to_be_sent(timedelta(seconds=age)) is sent
