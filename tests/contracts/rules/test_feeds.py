"""When an agency's feed is silent."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.feeds import ENOUGH, LEAST, Silence, Spell, longest_usual, silences
from tests.support.facts import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def spells(*gaps: float, facts: int = 5) -> list[Spell]:
    """An hour's facts, then a gap of so many hours, then an hour's facts, and so on."""
    found = [Spell(NOON, NOON, facts)]
    for gap in gaps:
        at = found[-1].last + gap * HOUR
        found.append(Spell(at, at, facts))
    return found


@pytest.mark.parametrize(
    ("heard", "usual"),
    [
        ([], None),
        (spells(24, facts=9), None),
        (spells(24, facts=10), 2 * DAY),
        (spells(2, 3, 4), LEAST),
        (spells(2, 60, 2), 5 * DAY),
        (spells(*[2] * 98, 60, facts=1), 5 * DAY),
        (spells(*[2] * 100, 60, facts=1), LEAST),
        (spells(*[7] * 60, 60, 50, facts=4), timedelta(hours=14)),
    ],
    ids=[
        "never heard",
        "too few to tell",
        "enough",
        "nights are quiet",
        "the longest of few",
        "the longest of a hundred",
        "one outage in more than a hundred is no rhythm",
        "two in more than two hundred are none either",
    ],
)
def test_the_longest_usual_silence(heard: list[Spell], usual: timedelta | None) -> None:
    assert longest_usual(heard) == usual


@given(st.lists(st.floats(1, 300), min_size=1, max_size=60), st.integers(1, 9), st.randoms())
def test_whatever_its_rhythm_few_of_its_own_gaps_would_have_been_told(
    gaps: list[float], facts: int, chance: object
) -> None:
    heard = spells(*gaps, facts=facts)
    shuffled = list(heard)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    usual = longest_usual(shuffled)
    assert usual == longest_usual(heard)
    if len(heard) * facts < ENOUGH:
        assert usual is None
    else:
        assert usual is not None
        assert usual >= LEAST
        assert sum(gap * HOUR > usual for gap in gaps) <= len(heard) * facts / 100


def test_only_who_is_silent_for_longer_is_told_the_longest_first() -> None:
    def feed(
        agency: str, silent: timedelta, usual: timedelta | None
    ) -> tuple[str, str, datetime, timedelta | None]:
        return (agency, "health", NOON - silent, usual)

    told = silences(
        [
            feed("just in time", 2 * DAY, 2 * DAY),
            feed("late", 3 * DAY, 2 * DAY),
            feed("not known yet", 90 * DAY, None),
            feed("gone", 40 * DAY, DAY),
        ],
        NOON,
    )
    assert told == (
        Silence("gone", "health", NOON - 40 * DAY),
        Silence("late", "health", NOON - 3 * DAY),
    )
