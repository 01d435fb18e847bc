"""Which alerts stand together on a page: those about the same two people, and none is left out."""

import pytest

from services.notify.rules.grouping import together


@pytest.mark.parametrize(
    ("about", "groups"),
    [
        pytest.param({"a": "", "b": "", "c": ""}, "a b c", id="about nobody that is known: each alone"),
        pytest.param({"a": "her him", "b": "her him"}, "ab", id="the same two people"),
        pytest.param({"a": "her him", "b": "her another"}, "a b", id="one person alone is not enough"),
        pytest.param({"a": "her him child", "b": "him her", "c": "x y"}, "ab c", id="two of three are"),
        pytest.param({"a": "her him", "b": "p q", "c": "her him p q"}, "abc", id="one brings two together"),
        pytest.param({"a": "x y", "b": "her him", "c": "her him"}, "a bc", id="they keep their order"),
        pytest.param({"a": "1 2", "b": "3 4", "c": "1 2 3 4", "d": "3 4"}, "abcd", id="and all that follow"),
    ],
)
def test_alerts_about_the_same_people_stand_together(about: dict[str, str], groups: str) -> None:
    found = together({alert: people.split() for alert, people in about.items()})
    by_first: dict[str, str] = {}
    for alert, first in found.items():
        by_first[first] = by_first.get(first, "") + alert
    assert " ".join(by_first.values()) == groups
    assert all(members[0] == first for first, members in by_first.items())
