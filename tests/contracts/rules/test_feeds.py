"""When an agency's feed is silent."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.feeds import ENOUGH, LEAST, Silence, Spell, State, longest_usual, silences, state
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


@pytest.mark.parametrize(
    ("last", "usual", "come_to", "how"),
    [
        (-2, 12, 0, "in-rhythm"),
        (-12, 12, 0, "in-rhythm"),
        (-13, 12, 0, "silent"),
        (-13, 12, -0.5, "silent"),
        (-13, 12, -2, "unknown"),
        (-2, 12, -9, "in-rhythm"),
        (-13, None, 0, "unknown"),
        (-2, None, 0, "unknown"),
        (None, None, 0, "never-heard"),
        (None, 12, 0, "never-heard"),
        (None, 12, None, "unknown"),
        (-2, 12, None, "unknown"),
        (-13, 12, None, "unknown"),
    ],
    ids=[
        "heard two hours ago",
        "as long as it ever is",
        "longer",
        "longer, by what has come",
        "we have not come as far: what it said may be on its way",
        "heard of late, though more may be on its way",
        "nobody knows how long it may be silent",
        "nor whether two hours are long",
        "never",
        "never, though a rhythm was agreed",
        "we cannot tell how far we are: it may have been heard",
        "nor whether it does well",
        "nor that it is silent",
    ],
)
def test_how_a_feed_does(last: float | None, usual: float | None, come_to: float | None, how: State) -> None:
    def at(hours: float | None) -> datetime | None:
        return None if hours is None else NOON + hours * HOUR

    assert state(at(last), None if usual is None else usual * HOUR, at(come_to), NOON) == how
