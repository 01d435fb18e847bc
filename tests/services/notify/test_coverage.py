"""Which hours of a rota are a gap, and which two shifts at once: as the person who plans it would ask."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.facts import Fact, FactSet
from contracts.content import Content
from contracts.events.configuration import AreaDefined, OnCall, RotaSet
from contracts.vocabulary import AreaKind, Post, Urgency
from services.notify.rules import coverage, rota
from tests.services.notify.test_rota import MONDAY, entry, hours, person
from tests.support.facts import fact, withdrawn
from tests.support.tables import lines

SOME_POSTS = ("second", "supervisor", "duty_officer")


def shift(
    at: Sequence[float],
    recorded: float = 0,
    area: str = "north",
    by_name: Collection[str] = (),
    **posts: str,
) -> Fact[RotaSet]:
    """A shift from one hour to another, which went into the agency's system at an hour. Each has a telephone,
    but for whoever is on it by name alone."""
    on = {
        post: OnCall(person=person(name)) if name in by_name else entry(name) for post, name in posts.items()
    }
    said = RotaSet.model_validate({"area": area, "starts": hours(at[0]), "ends": hours(at[1]), **on})
    return fact(said, occurred=hours(recorded))


def known(*facts: Fact[Content]) -> rota.Rota:
    force = AreaDefined(area="force", name="Force", kind=AreaKind.FORCE)
    north = AreaDefined(area="north", name="North", kind=AreaKind.DISTRICT, within="force")
    return rota.rota_of(FactSet([fact(force), fact(north), *facts]))


def hour(at: datetime | None) -> float | None:
    return None if at is None else (at - MONDAY) / timedelta(hours=1)


@lines(__file__, "coverage")
def test_which_hours_are_a_gap(line: dict[str, Any]) -> None:
    found = coverage.stretches(known(*(shift(**each) for each in line["shifts"])), "north")
    told = sorted(
        [hour(starts), hour(ends), list(gap.posts)]
        for gap in coverage.gaps(found)
        for starts, ends in gap.spans
    )
    assert told == line["gaps"]
    twice = [
        (hour(each.starts), hour(each.ends), each.holds.said.first.person)
        for each in found
        if each.others and each.holds
    ]
    assert twice == [(start, end, person(who)) for start, end, who in line.get("at once", [])]


def test_a_shift_of_another_area_fills_no_gap_and_makes_none() -> None:
    elsewhere = known(shift([0, 12], area="force", first="fay"))
    assert coverage.stretches(elsewhere, "north") == []


def test_a_shift_that_was_taken_back_covers_nobody() -> None:
    day, night = shift([0, 12], first="amira"), shift([12, 24], first="ben")
    found = coverage.gaps(coverage.stretches(known(day, night, withdrawn(night)), "north"))
    assert [(hour(gap.starts), gap.ends) for gap in found] == [(12, None)]


def test_a_gap_stays_the_same_one_while_its_hours_are_moved() -> None:
    day, late, next_day = (
        shift([0, 12], first="amira"),
        shift([0, 14], first="amira"),
        shift([24, 36], first="ben"),
    )
    moved = fact(late.said, root=day.root)
    before, after = (
        coverage.gaps(coverage.stretches(known(each, next_day), "north"))[0] for each in (day, moved)
    )
    assert before.id == after.id
    assert (hour(before.starts), hour(after.starts)) == (12, 14)


@pytest.mark.parametrize(
    ("case", "now", "near", "next_change"),
    [
        ("more than a week before", 12 - 169, [], 12 - 168),
        ("a week before", 12 - 168, [12], 25 - 168),
        ("the one after the last shift is near too", 25 - 168, [12, 25], 24),
        ("while it lasts", 13, [12, 25], 24),
        ("when it is over", 24, [25], None),
    ],
)
def test_who_fills_a_gap_hears_of_it_a_week_before(
    case: str, now: float, near: list[float], next_change: float | None
) -> None:
    of = known(shift([0, 12], first="amira"), shift([24, 25], first="ben"))
    gaps = coverage.gaps(coverage.stretches(of, "north"))
    assert [hour(gap.starts) for gap in coverage.to_fill(gaps, hours(now))] == near, case
    assert hour(coverage.changes_at(gaps, hours(now))) == next_change, case


def test_a_gap_that_is_found_late_is_more_urgent() -> None:
    assert coverage.urgency_of(hours(48), hours(0)) is Urgency.DAY
    assert coverage.urgency_of(hours(24), hours(0)) is Urgency.HOUR
    assert coverage.urgency_of(hours(-1), hours(0)) is Urgency.HOUR


def test_who_is_called_instead_each_time_that_it_is_somebody_else() -> None:
    of = known(
        shift([0, 12], first="amira"),
        shift([0, 18], area="force", first="fay"),
        shift([18, 20], area="force", first="gus"),
    )
    found = coverage.instead(of, "north", Post.FIRST, hours(12), hours(30))
    told = [(hour(each.since), each.person) for each in found]
    assert told == [(12, entry("fay")), (18, entry("gus")), (20, None)]


@st.composite
def shifts(draw: st.DrawFn) -> list[Fact[RotaSet]]:
    found = []
    for n in range(draw(st.integers(0, 6))):
        starts = draw(st.integers(0, 40))
        posts = draw(st.sets(st.sampled_from(SOME_POSTS)))
        length = draw(st.integers(1, 16))
        found.append(
            shift(
                [starts, starts + length],
                draw(st.integers(0, 2)),
                by_name=draw(st.sets(st.sampled_from((f"first-{n}", f"{n}")))),
                first=f"first-{n}",
                **dict.fromkeys(posts, f"{n}"),
            )
        )
    return found


@given(shifts())
def test_every_hour_is_covered_or_a_gap_and_never_both(drawn: list[Fact[RotaSet]]) -> None:
    of = known(*drawn)
    found = coverage.stretches(of, "north")
    gaps = coverage.gaps(found)
    if not drawn:
        assert found == []
        return
    first = min(each.said.starts for each in drawn)
    for n in range(60):
        at = hours(n + 0.5)
        (here,) = [s for s in found if s.starts <= at and (s.ends is None or at < s.ends)] or [None]
        assert (here is None) == (at < first)
        if here is None:
            continue
        called = rota.shift_of(of, "north", at)
        assert (here.holds.said if here.holds else None) == called
        open_ = [gap for gap in gaps for a, b in gap.spans if a <= at and (b is None or at < b)]
        assert [gap.posts for gap in open_] == ([here.empty] if here.empty else [])
        on = {post for post in Post if called is not None and getattr(called, post) is not None}
        reached = {post for post in on if getattr(called, post).telephone is not None}
        assert on.intersection(here.empty) == on - reached
        ever = {
            post for each in drawn for post in Post if each.said.starts <= at and getattr(each.said, post)
        }
        assert on | set(here.empty) <= ever
        assert Post.FIRST in on | set(here.empty)


@given(shifts(), st.randoms(use_true_random=False))
def test_the_order_in_which_shifts_come_changes_nothing(drawn: list[Fact[RotaSet]], chance: Any) -> None:
    mixed = list(drawn)
    chance.shuffle(mixed)
    assert coverage.stretches(known(*drawn), "north") == coverage.stretches(known(*mixed), "north")


@given(shifts(), st.integers(-200, 100))
def test_what_is_to_be_filled_is_the_same_until_it_says_that_it_changes(
    drawn: list[Fact[RotaSet]], now: int
) -> None:
    gaps = coverage.gaps(coverage.stretches(known(*drawn), "north"))
    change = coverage.changes_at(gaps, hours(now))
    for later in range(1, 60):
        if change is None or hours(now + later) < change:
            assert coverage.to_fill(gaps, hours(now + later)) == coverage.to_fill(gaps, hours(now))
