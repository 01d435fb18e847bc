"""How old somebody is, when somebody becomes 16 and 18, and what that decides, as a table."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.ages import age_on, becoming, holding, is_child, turns, youngest
from tests.support.tables import lines


@lines(__file__, "ages")
def test_ages(line: dict[str, Any]) -> None:
    born, day = line["born"], line["day"]
    age = youngest(born, day)
    assert (age, is_child(born, day)) == (line["age"], line["child"])
    soon = line["soon"]
    assert becoming(born, day) == (tuple(soon) if soon else None)
    if age is not None:
        found = holding(age)
        assert (found.form, found.forum, found.consent) == (line["form"], line["forum"], line["consent"])


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.integers(0, 90))
def test_an_age_is_reached_on_the_day_that_is_said_and_not_the_day_before(born: date, years: int) -> None:
    on = turns(born, years)
    assert age_on(born, on) == years
    assert age_on(born, on - timedelta(days=1)) == max(0, years - 1)
