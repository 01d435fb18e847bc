"""What comes in heaps, and so is let gather: uploads of years, and what is of today at their end."""

import pytest

from chassis.marks import Rank
from chassis.signals import HEAP, LULL_SECONDS, LUMP, Signals

JUST_UNDER, JUST_OVER = LULL_SECONDS * 0.9, LULL_SECONDS * 1.1


@pytest.mark.parametrize(
    ("before", "after", "then", "comes"),
    [
        ([Rank.HISTORY] * HEAP, JUST_UNDER, [], True),
        ([Rank.HISTORY] * HEAP, JUST_OVER, [], False),
        ([Rank.HISTORY] * HEAP, JUST_OVER, [Rank.REST] * LUMP, True),
        ([Rank.HISTORY] * HEAP, JUST_OVER, [Rank.REST] * (LUMP - 1), False),
        ([Rank.HISTORY] * HEAP, JUST_OVER, [Rank.URGENT] * LUMP, False),
        ([Rank.HISTORY] * HEAP, JUST_OVER, [Rank.HISTORY], True),
        ([Rank.HISTORY] * (HEAP - 1), JUST_OVER, [Rank.REST] * HEAP, False),
        ([], JUST_OVER, [Rank.REST] * HEAP, False),
    ],
)
def test_an_upload_of_history_comes_until_no_more_of_it_does(
    monkeypatch: pytest.MonkeyPatch, before: list[Rank], after: float, then: list[Rank], comes: bool
) -> None:
    """Asked so long after the heap, when half of that time ago the rest came in."""
    now, signals = 100.0, Signals()
    monkeypatch.setattr("time.monotonic", lambda: now)
    signals.marked(before)
    now += after / 2
    signals.marked(then)
    now += after / 2
    assert signals.history_comes is comes


def test_what_comes_after_an_upload_is_over_begins_none(monkeypatch: pytest.MonkeyPatch) -> None:
    now, signals = 100.0, Signals()
    monkeypatch.setattr("time.monotonic", lambda: now)
    signals.marked([Rank.HISTORY] * HEAP)
    now += JUST_OVER
    signals.marked([Rank.REST] * HEAP)
    assert not signals.history_comes
